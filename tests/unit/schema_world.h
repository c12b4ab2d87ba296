/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For the tests of the schema: the shipped one, a row of the vendor's example to change, and what
 * was found as one text. */
#ifndef EXTSPOOLD_SCHEMA_WORLD_H
#define EXTSPOOLD_SCHEMA_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "buf.h"
#include "schema.h"

#define SHIPPED "schemas/extension.json"

static struct schema *shipped;
static struct cell cells[32];
static struct record record;
static struct findings findings;

static inline int world_make(void **state)
{
    (void)state;
    struct fault f = {0};
    if (schema_read(SHIPPED, &shipped, &f))
        return 0;
    print_error("%s\n", f.text);
    return -1;
}

static inline int world_remove(void **state)
{
    (void)state;
    shipped = schema_free(shipped);
    record_free(&record);
    findings_free(&findings);
    return 0;
}

/* All cells as in the vendor's example. */
static inline void begin(void)
{
    assert_true(schema_count(shipped) <= COUNT_OF(cells));
    for (size_t i = 0; i < schema_count(shipped); i++) {
        const char *example = schema_example(shipped, i);
        cells[i] = (struct cell){example, strlen(example)};
    }
    findings_reset(&findings);
}

/* "field=cell" or, for no such column, "-field". Returns the field's name. */
static inline const char *set(const char *text)
{
    bool absent = text[0] == '-';
    const char *name = absent ? text + 1 : text;
    size_t len = strcspn(name, "=");
    int field = schema_find(shipped, name, len);

    assert_true(field >= 0);
    const char *value = absent ? NULL : name + len + 1;
    cells[field] = (struct cell){value, value ? strlen(value) : 0};
    return schema_name(shipped, (size_t)field);
}

static inline bool check(void)
{
    return schema_check(shipped, cells, NULL, false, &record, &findings);
}

/* "column code severity, …" of all findings. */
static inline const char *findings_text(void)
{
    static char text[1024];
    struct buf all = {0};

    for (size_t i = 0; i < findings.count; i++) {
        char code[CODE_TEXT];
        buf_format(&all, "%s%s %s %s", i ? ", " : "", findings.at[i].column,
                   code_text(findings.at[i].code, code), severity_text(findings.at[i].severity));
    }
    snprintf(text, sizeof text, "%s", buf_get(&all));
    buf_free(&all);
    return text;
}

/* The value that is sent for a field of the last record, or NULL. */
static inline const char *sent(const char *name)
{
    static char text[256];

    for (size_t i = 0; i < record.count; i++) {
        const struct record_value *value = &record.values[i];
        if (strcmp(value->name, name) == 0 && value->at) {
            snprintf(text, sizeof text, "%.*s", (int)value->len, value->at);
            return text;
        }
    }
    return NULL;
}

#endif
