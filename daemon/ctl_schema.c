/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME ctl_schema: what a file may look like. The headings of the schema itself are a profile
 * too: the PBX vendor's own names. */
#include <stdio.h>

#include "ctl.h"

/* A record of one text for each field. */
static void fields_print(const struct schema *s,
                         const char *(*text_of)(const struct schema *, size_t))
{
    size_t count = schema_count(s);
    struct cell *cells = xcalloc(count, sizeof *cells);
    for (size_t i = 0; i < count; i++) {
        const char *text = text_of(s, i);
        cells[i] = (struct cell){text, strlen(text)};
    }
    ctl_record_print(cells, count);
    free(cells);
}

int ctl_template(const struct ctl *c)
{
    struct fault f = {0};
    if (c->count && strcmp(c->operands[0], PROFILES_VENDOR) != 0)
        return ctl_trouble("there is no profile '%s'; 'extspool profiles' lists them",
                           c->operands[0]);
    ON_LEAVE(ctl_rules_free) struct ctl_rules rules = {0};
    if (!ctl_rules_read(c->config, &rules, &f))
        return ctl_fault(&f);
    fields_print(rules.schema, schema_name);
    fields_print(rules.schema, schema_example);
    return CTL_WELL;
}

int ctl_profiles(const struct ctl *c)
{
    struct fault f = {0};
    ON_LEAVE(ctl_rules_free) struct ctl_rules rules = {0};
    if (!ctl_rules_read(c->config, &rules, &f))
        return ctl_fault(&f);
    printf("%s: ", PROFILES_VENDOR);
    fields_print(rules.schema, schema_name);
    return CTL_WELL;
}
