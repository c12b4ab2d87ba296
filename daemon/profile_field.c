/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads "fields": what feeds each field of the schema. */
#include "profile_own.h"

/* Index of the schema's field with exactly this name, or SIZE_MAX. */
static size_t field_named(const struct schema *s, const char *name)
{
    for (size_t i = 0; i < schema_count(s); i++)
        if (strcmp(schema_name(s, i), name) == 0)
            return i;
    return SIZE_MAX;
}

/* Whether the schema has a field for what feeds it. */
static bool schema_fits(const struct schema *s, size_t field, struct json_object *o)
{
    if (field == SIZE_MAX || !json_object_is_type(o, json_type_object))
        return field != SIZE_MAX;
    return (schema_secret(s, field) || !json_object_object_get_ex(o, "generate", NULL)) &&
           (schema_key(s) == field || !json_object_object_get_ex(o, "pool", NULL));
}

static void columns_used(struct profile *p, const struct profile_field *field)
{
    for (size_t i = 0; i < field->column_count; i++)
        p->columns[field->columns[i]].used = true;
    for (size_t i = 0; i < field->piece_count; i++)
        if (!field->pieces[i].text)
            p->columns[field->pieces[i].column].used = true;
}

static bool field_read(struct profile *p, size_t field, struct json_object *o, struct fault *f)
{
    static const char *const known[] = {"column", "template", "constant",  "pool", "generate",
                                        "length", "key",      "transform", NULL};
    struct profile_field *to = &p->fields[p->field_count++];

    to->field = field;
    if (!json_object_is_type(o, json_type_object))
        return fault_set(f, FAULT_CONFIG, 0, "must be an object {…}");
    if (!json_keys_known(o, known, f) || !profile_source_read(p, to, o, f))
        return false;
    columns_used(p, to);
    return true;
}

bool profile_fields_read(struct profile *p, struct json_object *top, enum profile_origin origin,
                         struct fault *f)
{
    struct json_object *fields = NULL;

    if (!json_get(top, "fields", json_type_object, &fields, f))
        return false;
    if (!fields)
        return fault_set(f, FAULT_CONFIG, 0, "'fields' is missing");
    p->fields = xcalloc((size_t)json_object_object_length(fields), sizeof *p->fields);
    json_object_object_foreach(fields, name, value)
    {
        size_t field = field_named(p->schema, name);
        if (origin == PROFILE_FOREIGN && !schema_fits(p->schema, field, value))
            continue;
        if (field == SIZE_MAX)
            return fault_set(f, FAULT_CONFIG, 0, "'fields': the schema has no field '%s'", name);
        if (!field_read(p, field, value, f))
            return fault_in(f, "field '%s'", name);
    }
    return true;
}
