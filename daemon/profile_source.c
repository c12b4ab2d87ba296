/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads where a field's value comes from: a column, a template, a constant, a pool, a secret. */
#include "profile_own.h"
#include "secret.h"

#define PASSWORD_STANDARD 20
#define PIN_STANDARD      6

bool profile_heading(const struct profile *p, const char *heading, size_t *ret, struct fault *f)
{
    for (size_t i = 0; i < p->column_count; i++) {
        if (strcmp(p->columns[i].heading, heading) == 0) {
            *ret = i;
            return true;
        }
    }
    return fault_set(f, FAULT_CONFIG, 0, "'%s' is no key of 'columns'", heading);
}

static void column_add(struct profile_field *field, size_t column)
{
    field->columns = xrealloc(field->columns, (field->column_count + 1) * sizeof *field->columns);
    field->columns[field->column_count++] = column;
}

static bool heading_add(const struct profile *p, struct profile_field *field,
                        struct json_object *value, struct fault *f)
{
    size_t column = 0;

    if (!json_object_is_type(value, json_type_string))
        return fault_set(f, FAULT_CONFIG, 0, "must be a heading");
    if (!profile_heading(p, json_object_get_string(value), &column, f))
        return false;
    column_add(field, column);
    return true;
}

static bool column_read(const struct profile *p, struct profile_field *field,
                        struct json_object *value, struct fault *f)
{
    if (!json_object_is_type(value, json_type_array))
        return heading_add(p, field, value, f);
    size_t count = json_object_array_length(value);
    if (count == 0)
        return fault_set(f, FAULT_CONFIG, 0, "is empty");
    for (size_t i = 0; i < count; i++)
        if (!heading_add(p, field, json_object_array_get_idx(value, i), f))
            return false;
    return true;
}

static struct profile_piece *piece_add(struct profile_field *field)
{
    field->pieces = xrealloc(field->pieces, (field->piece_count + 1) * sizeof *field->pieces);
    struct profile_piece *piece = &field->pieces[field->piece_count++];
    *piece = (struct profile_piece){0};
    return piece;
}

/* "{First Name} {Last Name}" */
static bool template_read(const struct profile *p, struct profile_field *field,
                          struct json_object *value, struct fault *f)
{
    const char *at = json_object_get_string(value);
    bool columns = false;

    if (!json_object_is_type(value, json_type_string))
        return fault_set(f, FAULT_CONFIG, 0, "must be a text");
    while (*at) {
        size_t text = strcspn(at, "{}");
        if (text > 0)
            piece_add(field)->text = xstrndup(at, text);
        at += text;
        if (*at == '\0')
            break;
        size_t inner = strcspn(at + 1, "{}");
        if (*at == '}' || at[1 + inner] != '}')
            return fault_set(f, FAULT_CONFIG, 0, "has a bracket without its other one");
        ON_LEAVE(free_text) char *heading = xstrndup(at + 1, inner);
        size_t column = 0;
        if (!profile_heading(p, heading, &column, f))
            return false;
        piece_add(field)->column = column;
        columns = true;
        at += inner + 2;
    }
    return columns || fault_set(f, FAULT_CONFIG, 0, "has no heading in {…}; is it a constant?");
}

static bool constant_read(const struct profile *p, struct profile_field *field,
                          struct json_object *value, struct fault *f)
{
    (void)p;
    if (!json_object_is_type(value, json_type_string))
        return fault_set(f, FAULT_CONFIG, 0, "must be a text");
    field->constant = xstrdup(json_object_get_string(value));
    return true;
}

/* "2000-2999" */
static bool range_read(const char *text, struct profile_pool *ret)
{
    static const char digits[] = "0123456789";
    size_t len = strspn(text, digits);
    const char *to = text + len + 1;

    if (len == 0 || len >= PROFILE_NUMBER || text[len] != '-' || strspn(to, digits) != len ||
        to[len] || strncmp(text, to, len) > 0)
        return false;
    memcpy(ret->from, text, len);
    memcpy(ret->to, to, len);
    return true;
}

static bool pool_read(const struct profile *p, struct profile_field *field,
                      struct json_object *value, struct fault *f)
{
    if (field->field != schema_key(p->schema))
        return fault_set(f, FAULT_CONFIG, 0, "goes with '%s' alone",
                         schema_name(p->schema, schema_key(p->schema)));
    if (!json_object_is_type(value, json_type_string) ||
        !range_read(json_object_get_string(value), &field->pool))
        return fault_set(f, FAULT_CONFIG, 0,
                         "must be two numbers of as many digits, as in 2000-2999");
    return true;
}

static bool secret_read(const struct profile *p, struct profile_field *field,
                        struct json_object *value, struct fault *f)
{
    const char *kind = json_object_get_string(value);
    bool text = json_object_is_type(value, json_type_string);

    if (!schema_secret(p->schema, field->field))
        return fault_set(f, FAULT_CONFIG, 0, "goes with fields alone that the schema keeps secret");
    field->pin = text && strcmp(kind, "pin") == 0;
    if (!field->pin && !(text && strcmp(kind, "password") == 0))
        return fault_set(f, FAULT_CONFIG, 0, "must be password or pin");
    field->length = field->pin ? PIN_STANDARD : PASSWORD_STANDARD;
    return true;
}

static const struct {
    const char *name;
    enum profile_source source;
    bool (*read)(const struct profile *p, struct profile_field *field, struct json_object *value,
                 struct fault *f);
} sources[] = {
    {"column", SOURCE_COLUMN, column_read},       {"template", SOURCE_TEMPLATE, template_read},
    {"constant", SOURCE_CONSTANT, constant_read}, {"pool", SOURCE_POOL, pool_read},
    {"generate", SOURCE_SECRET, secret_read},
};

/* ---- what goes with one source alone ---- */

static bool length_read(struct profile_field *field, struct json_object *o, struct fault *f)
{
    struct json_object *value = NULL;
    if (!json_object_object_get_ex(o, "length", &value))
        return true;
    if (field->source != SOURCE_SECRET)
        return fault_set(f, FAULT_CONFIG, 0, "'length' goes with 'generate' alone");
    int64_t length = json_object_get_int64(value);
    if (!json_object_is_type(value, json_type_int) || length < 0 ||
        !secret_fits(field->pin ? SECRET_PIN : SECRET_PASSWORD, (size_t)length))
        return fault_set(f, FAULT_CONFIG, 0, "'length' must be a number from %s",
                         field->pin ? "4 to 31" : "8 to 31");
    field->length = (size_t)length;
    return true;
}

static bool key_read(const struct profile *p, struct profile_field *field, struct json_object *o,
                     struct fault *f)
{
    struct json_object *value = NULL;
    bool there = json_object_object_get_ex(o, "key", &value);

    if (there != (field->source == SOURCE_POOL))
        return fault_set(f, FAULT_CONFIG, 0,
                         there ? "'key' goes with 'pool' alone"
                               : "'key' is missing: the heading of what never changes about a "
                                 "person");
    return !there || heading_add(p, field, value, f) || fault_in(f, "'key'");
}

static bool transform_read(struct profile_field *field, struct json_object *o, struct fault *f)
{
    struct json_object *list = NULL;
    if (!json_object_object_get_ex(o, "transform", &list))
        return true;
    if (field->source != SOURCE_COLUMN && field->source != SOURCE_TEMPLATE)
        return fault_set(f, FAULT_CONFIG, 0, "'transform' goes with 'column' and 'template' alone");
    return transforms_read(list, &field->transforms, f) || fault_in(f, "'transform'");
}

bool profile_source_read(const struct profile *p, struct profile_field *field,
                         struct json_object *o, struct fault *f)
{
    size_t found = COUNT_OF(sources);
    struct json_object *value = NULL;

    for (size_t i = 0; i < COUNT_OF(sources); i++) {
        struct json_object *one = NULL;
        if (!json_object_object_get_ex(o, sources[i].name, &one))
            continue;
        if (found < COUNT_OF(sources))
            return fault_set(f, FAULT_CONFIG, 0, "has both '%s' and '%s'", sources[found].name,
                             sources[i].name);
        found = i;
        value = one;
    }
    if (found == COUNT_OF(sources))
        return fault_set(f, FAULT_CONFIG, 0,
                         "needs one of column, template, constant, pool, generate");
    field->source = sources[found].source;
    if (!sources[found].read(p, field, value, f))
        return fault_in(f, "'%s'", sources[found].name);
    return length_read(field, o, f) && key_read(p, field, o, f) && transform_read(field, o, f);
}
