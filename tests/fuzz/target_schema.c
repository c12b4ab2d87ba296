/* SPDX-License-Identifier: GPL-2.0-or-later */
/* schema: a text is refused with a reason or gives a schema that is the same when it is read again,
 * and checks any record. Input: a schema; after a NUL a cell for each field, with NULs between. */
#include "buf.h"
#include "fuzz.h"

#define CELLS_MOST 64

static void names_check(const struct schema *s)
{
    for (size_t i = 0; i < schema_count(s); i++) {
        const char *name = schema_name(s, i);
        assert(name[0]);
        assert(schema_find(s, name, strlen(name)) == (int)i);
        assert(schema_example(s, i));
    }
    assert(schema_key(s) < schema_count(s));
}

static void record_check(const struct schema *s, struct input *in)
{
    struct cell cells[CELLS_MOST] = {0};
    struct buf texts[CELLS_MOST] = {0};
    struct record record = {0};
    struct findings findings = {0};
    if (schema_count(s) > CELLS_MOST)
        return;
    for (size_t i = 0; in->len > 0 && i < schema_count(s); i++) {
        struct cell piece = input_until(in, '\0');
        buf_add(&texts[i], piece.at, piece.len); /* cells are terminated */
        cells[i] = (struct cell){texts[i].at, texts[i].len};
    }
    bool well = schema_check(s, cells, NULL, false, &record, &findings);
    assert(well == (finding_error(&findings) == NULL));
    assert(record.count == schema_count(s));
    for (size_t i = 0; i < findings.count; i++)
        assert_told(findings.at[i].message);
    for (size_t i = 0; i < record.count; i++)
        assert(!record.values[i].at ||
               utf8_valid(record.values[i].at, record.values[i].len) == record.values[i].len);
    assert_body_tells(WIRE_JSON, &record);
    record_free(&record);
    findings_free(&findings);
    for (size_t i = 0; i < CELLS_MOST; i++)
        buf_free(&texts[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {(const char *)data, size};
    struct cell text = input_until(&in, '\0');
    struct schema *s = NULL;
    struct schema *again = NULL;
    struct fault f = {0};
    if (!schema_parse(text.at, text.len, "a schema", &s, &f)) {
        assert(f.kind == FAULT_CONFIG);
        assert_told(f.text);
        return 0;
    }
    names_check(s);
    record_check(s, &in);

    size_t len = 0;
    const char *kept = schema_text(s, &len);
    assert(len == text.len && memcmp(kept, text.at, len) == 0);
    bool good = schema_parse(kept, len, "a schema", &again, &f);
    assert(good && schema_count(again) == schema_count(s));
    schema_free(s);
    schema_free(again);
    return 0;
}
