/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From JSON to struct profile. Whatever is not understood is refused by name, since a column that
 * silently feeds nothing is worse than an error.
 * Inner functions say what is wrong; each one further out puts the place before it. */
#include "charset.h"
#include "fsio.h"
#include "profile_own.h"

#define PROFILE_BYTES_MOST (1024 * 1024)
#define NAME_MOST          63 /* a report and the ledger have room for it */

/* ---- names and notes ---- */

static bool name_well(const char *name)
{
    return *name && strlen(name) <= NAME_MOST &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_") == strlen(name);
}

static bool name_read(struct profile *p, struct json_object *top, struct fault *f)
{
    const char *name = NULL;

    if (!json_get_text(top, "name", &name, f))
        return false;
    if (!name || !name_well(name))
        return fault_set(f, FAULT_CONFIG, 0,
                         "'name' must be 1 to %d small letters, digits, - and _", NAME_MOST);
    p->name = xstrdup(name);
    return true;
}

static bool verified_read(struct profile *p, struct json_object *top, struct fault *f)
{
    struct json_object *value = NULL;
    bool there = json_object_object_get_ex(top, "verified", &value);
    bool text = json_object_is_type(value, json_type_string);
    bool no = json_object_is_type(value, json_type_boolean) && !json_object_get_boolean(value);

    if (there && !text && !no)
        return fault_set(f, FAULT_CONFIG, 0,
                         "'verified' must be false, or a text of what was looked at when");
    p->verified = xstrdup(text ? json_object_get_string(value) : "");
    return true;
}

static bool flag_read(struct json_object *o, const char *key, bool *ret, struct fault *f)
{
    struct json_object *value = NULL;

    if (json_object_object_get_ex(o, key, &value) && !json_object_is_type(value, json_type_boolean))
        return fault_set(f, FAULT_CONFIG, 0, "'%s' must be true or false", key);
    *ret = json_object_get_boolean(value);
    return true;
}

static bool notes_read(struct profile *p, struct json_object *top, struct fault *f)
{
    const char *title = NULL;
    const char *source = NULL;

    if (!json_get_text(top, "title", &title, f) || !json_get_text(top, "source", &source, f))
        return false;
    p->title = xstrdup(title ? title : "");
    return verified_read(p, top, f) && flag_read(top, "generic", &p->generic, f);
}

/* ---- how the file is written ---- */

static bool small_number(struct json_object *o, const char *key, int64_t most, uint64_t *ret,
                         struct fault *f)
{
    struct json_object *value = NULL;

    if (!json_object_object_get_ex(o, key, &value))
        return true;
    int64_t number = json_object_get_int64(value);
    if (!json_object_is_type(value, json_type_int) || number < 1 || number > most)
        return fault_set(f, FAULT_CONFIG, 0, "'%s' must be a number from 1 to %d", key, (int)most);
    *ret = (uint64_t)number;
    return true;
}

static bool letter_read(struct json_object *o, const char *key, const char *allowed, char *ret,
                        struct fault *f)
{
    const char *text = NULL;

    if (!json_get_text(o, key, &text, f))
        return false;
    if (!text)
        return true;
    if (strlen(text) != 1 || !strchr(allowed, text[0]))
        return fault_set(f, FAULT_CONFIG, 0, "'%s' must be one of these: %s", key,
                         strchr(allowed, '\t') ? ", ; | and a tab" : allowed);
    *ret = text[0];
    return true;
}

static bool short_rows_read(struct profile *p, struct json_object *o, struct fault *f)
{
    const char *text = NULL;

    if (!json_get_text(o, "shortRows", &text, f))
        return false;
    if (text && strcmp(text, "pad") != 0 && strcmp(text, "refuse") != 0)
        return fault_set(f, FAULT_CONFIG, 0, "'shortRows' must be pad or refuse");
    p->pads = text && strcmp(text, "pad") == 0;
    return true;
}

static bool encoding_read(struct profile *p, struct json_object *o, struct fault *f)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789_-.:";
    const char *text = NULL;

    if (!json_get_text(o, "encoding", &text, f))
        return false;
    if (!text)
        return true;
    size_t len = strlen(text);
    if (len == 0 || len >= sizeof p->encoding || strspn(text, letters) < len ||
        !charset_known(text))
        return fault_set(f, FAULT_CONFIG, 0,
                         "'encoding' must be a name that is known, such as windows-1252");
    memcpy(p->encoding, text, len);
    p->wish.encoding = p->encoding;
    return true;
}

static bool dialect_read(struct profile *p, struct json_object *top, struct fault *f)
{
    static const char *const known[] = {"delimiter",  "encoding",  "quoteChar", "headerRow",
                                        "headerRows", "shortRows", NULL};
    struct json_object *o = NULL;
    uint64_t rows = 0;

    if (!json_get(top, "dialect", json_type_object, &o, f))
        return false;
    if (!o)
        return true;
    if (!json_keys_known(o, known, f) || !encoding_read(p, o, f) ||
        !letter_read(o, "delimiter", ",;|\t", &p->wish.delimiter, f) ||
        !letter_read(o, "quoteChar", "\"'", &p->wish.quote, f) ||
        !small_number(o, "headerRow", 1000, &p->wish.header_line, f) ||
        !small_number(o, "headerRows", 2, &rows, f) || !short_rows_read(p, o, f))
        return fault_in(f, "'dialect'");
    p->wish.header_rows = (unsigned)rows;
    return true;
}

/* ---- columns ---- */

static bool key_add(struct profile *p, struct profile_column *column, const char *heading,
                    struct fault *f)
{
    char key[HEADING_KEY];

    if (!heading_key(heading, strlen(heading), key) || !key[0])
        return fault_set(f, FAULT_CONFIG, 0,
                         "'%s' is no heading: it needs 1 to %d letters and digits", heading,
                         HEADING_KEY - 1);
    size_t other = profile_column(p, key);
    if (other < p->column_count)
        return fault_set(f, FAULT_CONFIG, 0, "'%s' is the same heading as one of '%s'", heading,
                         p->columns[other].heading);
    column->keys = xrealloc(column->keys, (column->key_count + 1) * sizeof *column->keys);
    column->keys[column->key_count] = xstrdup(key);
    p->keys = xrealloc(p->keys, (p->key_count + 1) * sizeof *p->keys);
    p->keys[p->key_count++] = (struct profile_key){
        .heading = heading_of(column->keys[column->key_count++]),
        .column = (size_t)(column - p->columns),
    };
    return true;
}

static bool column_read(struct profile *p, const char *heading, struct json_object *aliases,
                        struct fault *f)
{
    struct profile_column *column = &p->columns[p->column_count++];

    column->heading = xstrdup(heading);
    if (!json_object_is_type(aliases, json_type_array))
        return fault_set(f, FAULT_CONFIG, 0, "'%s' must be a list of other spellings, […]",
                         heading);
    if (!key_add(p, column, heading, f))
        return false;
    for (size_t i = 0; i < json_object_array_length(aliases); i++) {
        struct json_object *alias = json_object_array_get_idx(aliases, i);
        if (!json_object_is_type(alias, json_type_string))
            return fault_set(f, FAULT_CONFIG, 0, "'%s': an other spelling must be a text", heading);
        if (!key_add(p, column, json_object_get_string(alias), f))
            return false;
    }
    return true;
}

static bool columns_read(struct profile *p, struct json_object *top, struct fault *f)
{
    struct json_object *columns = NULL;

    if (!json_get(top, "columns", json_type_object, &columns, f))
        return false;
    size_t count = columns ? (size_t)json_object_object_length(columns) : 0;
    p->columns = xcalloc(count, sizeof *p->columns);
    if (!columns)
        return true;
    json_object_object_foreach(columns, heading, aliases)
    {
        if (!column_read(p, heading, aliases, f))
            return fault_in(f, "'columns'");
    }
    return true;
}

/* Headings, other spellings of them, or the schema's own names. */
static bool unconfirmed_well(const struct profile *p, struct json_object *top, struct fault *f)
{
    struct json_object *list = NULL;
    char key[HEADING_KEY];

    if (!json_get(top, "unconfirmed", json_type_array, &list, f))
        return false;
    for (size_t i = 0; list && i < json_object_array_length(list); i++) {
        struct json_object *item = json_object_array_get_idx(list, i);
        const char *heading = json_object_get_string(item);
        if (!json_object_is_type(item, json_type_string))
            return fault_set(f, FAULT_CONFIG, 0, "'unconfirmed' must be a list of headings");
        if (!heading_key(heading, strlen(heading), key) ||
            (profile_column(p, key) == p->column_count &&
             schema_find(p->schema, key, strlen(key)) < 0))
            return fault_set(f, FAULT_CONFIG, 0, "'unconfirmed': '%s' is not among 'columns'",
                             heading);
    }
    return true;
}

/* ---- filters ---- */

static bool filter_values(struct profile_filter *filter, struct json_object *list, struct fault *f)
{
    size_t count = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;

    if (count == 0)
        return fault_set(f, FAULT_CONFIG, 0, "'in' or 'notIn' must be a list of texts");
    filter->values = xcalloc(count, sizeof *filter->values);
    for (size_t i = 0; i < count; i++) {
        struct json_object *value = json_object_array_get_idx(list, i);
        if (!json_object_is_type(value, json_type_string))
            return fault_set(f, FAULT_CONFIG, 0, "'in' or 'notIn' must be a list of texts");
        filter->values[filter->value_count++] = xstrdup(json_object_get_string(value));
    }
    return true;
}

static bool filter_read(struct profile *p, struct json_object *o, struct fault *f)
{
    static const char *const known[] = {"column", "in", "notIn", "required", NULL};
    struct profile_filter *filter = &p->filters[p->filter_count++];
    const char *heading = NULL;
    struct json_object *in = NULL;
    struct json_object *not_in = NULL;

    if (!json_object_is_type(o, json_type_object))
        return fault_set(f, FAULT_CONFIG, 0, "must be an object {…}");
    if (!json_keys_known(o, known, f) || !json_get_text(o, "column", &heading, f) ||
        !flag_read(o, "required", &filter->required, f))
        return false;
    if (!heading)
        return fault_set(f, FAULT_CONFIG, 0, "'column' is missing");
    json_object_object_get_ex(o, "in", &in);
    json_object_object_get_ex(o, "notIn", &not_in);
    if (!in == !not_in)
        return fault_set(f, FAULT_CONFIG, 0, "needs either 'in' or 'notIn'");
    filter->unless = not_in != NULL;
    return profile_heading(p, heading, &filter->column, f) &&
           filter_values(filter, in ? in : not_in, f);
}

static bool filters_read(struct profile *p, struct json_object *top, struct fault *f)
{
    struct json_object *list = NULL;

    if (!json_get(top, "filters", json_type_array, &list, f))
        return false;
    size_t count = list ? json_object_array_length(list) : 0;
    p->filters = xcalloc(count, sizeof *p->filters);
    for (size_t i = 0; i < count; i++)
        if (!filter_read(p, json_object_array_get_idx(list, i), f))
            return fault_in(f, "filter %zu", i + 1);
    return true;
}

/* ---- the whole ---- */

static bool top_read(struct profile *p, struct json_object *top, enum profile_origin origin,
                     struct fault *f)
{
    static const char *const known[] = {"name",    "title",   "source",    "verified",
                                        "generic", "dialect", "columns",   "unconfirmed",
                                        "fields",  "filters", "recognise", NULL};

    if (!json_object_is_type(top, json_type_object))
        return fault_set(f, FAULT_CONFIG, 0, "must be an object {…}");
    return json_keys_known(top, known, f) && name_read(p, top, f) && notes_read(p, top, f) &&
           dialect_read(p, top, f) && columns_read(p, top, f) && unconfirmed_well(p, top, f) &&
           profile_fields_read(p, top, origin, f) && filters_read(p, top, f) &&
           profile_marks_read(p, top, f);
}

bool profile_parse(const char *text, size_t len, const char *name, const struct schema *s,
                   enum profile_origin origin, struct profile **ret, struct fault *f)
{
    struct fault why = {0};
    struct profile *p = xcalloc(1, sizeof *p);
    ON_LEAVE(json_leave) struct json_object *top = json_parse_strict(text, len, &why);

    p->schema = s;
    if (!top || !top_read(p, top, origin, &why)) {
        profile_free(p);
        return fault_set(f, FAULT_CONFIG, 0, "%s: %s", name, why.text);
    }
    p->text = xstrndup(text, len);
    p->len = len;
    *ret = p;
    return true;
}

bool profile_read(const char *path, const struct schema *s, enum profile_origin origin,
                  struct profile **ret, struct fault *f)
{
    ON_LEAVE(free_text) char *text = NULL;
    size_t len = 0;

    if (!fsio_slurp(path, PROFILE_BYTES_MOST, &text, &len, f)) {
        if (f)
            f->kind = FAULT_CONFIG;
        return false;
    }
    return profile_parse(text, len, path, s, origin, ret, f);
}
