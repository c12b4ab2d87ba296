/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME ctl_schema: what a file may look like: the mapping profiles, and a file to start from. */
#include <stdio.h>

#include "buf.h"
#include "ctl.h"
#include "json.h"
#include "profile_parts.h"

static void add_text(struct json_object *to, const char *key, const char *text)
{
    json_object_object_add(to, key, json_object_new_string(text));
}

/* ---- template ---- */

/* A heading line and an example row. */
struct template
{
    struct cell *headings;
    struct cell *examples;
    size_t count;
};

static struct cell cell_of(const char *text)
{
    return (struct cell){text, strlen(text)};
}

static void template_add(struct template *t, const char *heading, const char *example)
{
    t->headings[t->count] = cell_of(heading);
    t->examples[t->count] = cell_of(example);
    t->count++;
}

/* What stands first in a template or list of columns gets the whole example. */
static bool is_first(const struct profile_field *field, size_t column)
{
    for (size_t i = 0; i < field->piece_count; i++)
        if (!field->pieces[i].text)
            return field->pieces[i].column == column;
    return field->column_count > 0 && field->columns[0] == column;
}

/* A text for the column from which the fields that it feeds get their examples. */
static const char *column_example(const struct schema *s, const struct profile *p, size_t column)
{
    for (size_t i = 0; i < p->field_count; i++) {
        const struct profile_field *field = &p->fields[i];
        if (!is_first(field, column))
            continue;
        if (field->source == SOURCE_POOL)
            return "1001";
        return transforms_origin(&field->transforms, schema_example(s, field->field));
    }
    for (size_t i = 0; i < p->filter_count; i++)
        if (p->filters[i].column == column && p->filters[i].unless)
            return p->filters[i].values[0];
    return "";
}

static bool is_wanted(const struct profile *p, size_t column)
{
    if (p->columns[column].used)
        return true;
    for (size_t i = 0; i < p->filter_count; i++)
        if (p->filters[i].column == column)
            return true;
    for (size_t i = 0; i < p->mark_count; i++)
        for (size_t k = 0; k < p->marks[i].key_count; k++)
            if (strcmp(p->marks[i].keys[k].key, p->columns[column].keys[0]) == 0)
                return true;
    return false;
}

/* The columns that the profile makes something of, and those of the schema that it leaves alone:
 * all where it has no columns of its own, else the required ones. */
static void template_fill(const struct schema *s, const struct profile *p, struct template *t)
{
    for (size_t i = 0; i < p->column_count; i++)
        if (is_wanted(p, i))
            template_add(t, p->columns[i].heading, column_example(s, p, i));
    for (size_t i = 0; i < schema_count(s); i++)
        if (!profile_field(p, i) && (p->column_count == 0 || schema_required(s, i)))
            template_add(t, schema_name(s, i), schema_example(s, i));
}

static void cells_json(struct json_object *to, const char *key, const struct cell *cells,
                       size_t count)
{
    struct json_object *list = json_object_new_array();
    for (size_t i = 0; i < count; i++)
        json_object_array_add(list, json_object_new_string_len(cells[i].at, (int)cells[i].len));
    json_object_object_add(to, key, list);
}

static void template_json(const struct profile *p, const struct template *t)
{
    ON_LEAVE(json_leave) struct json_object *o = json_object_new_object();
    add_text(o, "profile", profile_name(p));
    cells_json(o, "headings", t->headings, t->count);
    cells_json(o, "example", t->examples, t->count);
    ctl_json_print(o);
}

static void template_csv(const struct profile *p, const struct template *t)
{
    char delimiter = p->wish.delimiter ? p->wish.delimiter : ',';
    for (unsigned i = 0; i < (p->wish.header_rows == 2 ? 2 : 1); i++)
        ctl_record_print(t->headings, t->count, delimiter);
    ctl_record_print(t->examples, t->count, delimiter);
}

static void template_print(const struct ctl *c, const struct schema *s, const struct profile *p)
{
    size_t most = p->column_count + schema_count(s);
    struct template t = {xcalloc(most, sizeof *t.headings), xcalloc(most, sizeof *t.examples), 0};
    template_fill(s, p, &t);
    if (c->json)
        template_json(p, &t);
    else
        template_csv(p, &t);
    free(t.headings);
    free(t.examples);
}

int ctl_template(const struct ctl *c)
{
    ON_LEAVE(ctl_rules_free) struct ctl_rules rules = {0};
    struct fault f = {0};
    const char *name = c->count ? c->operands[0] : PROFILES_VENDOR;
    if (!ctl_rules_read(c->config, &rules, &f))
        return ctl_fault(&f);
    const struct profile *p = profiles_find(rules.profiles, name);
    if (!p)
        return ctl_trouble("there is no profile '%s'; 'extspool profiles' lists them", name);
    template_print(c, rules.schema, p);
    return CTL_WELL;
}

/* ---- profiles ---- */

static void marks_print(const struct profile *p)
{
    struct cell *cells = xcalloc(profile_marks(p), sizeof *cells);
    for (size_t i = 0; i < profile_marks(p); i++)
        cells[i] = cell_of(profile_mark(p, i));
    ctl_record_print(cells, profile_marks(p), ',');
    free(cells);
}

/* Two lines: what it is recognised by, as a heading line, and what it is. */
static void profile_tell(const struct profile *p)
{
    const char *verified = profile_verified(p);
    printf("%s: ", profile_name(p));
    marks_print(p);
    printf("    %s%s%s%s\n", profile_title(p), *profile_title(p) ? "; " : "",
           *verified ? "verified " : "not verified", verified);
}

static struct json_object *marks_json(const struct profile *p)
{
    struct json_object *list = json_object_new_array();
    for (size_t i = 0; i < profile_marks(p); i++)
        json_object_array_add(list, json_object_new_string(profile_mark(p, i)));
    return list;
}

static struct json_object *profile_json(const struct profile *p)
{
    struct json_object *o = json_object_new_object();
    add_text(o, "name", profile_name(p));
    add_text(o, "title", profile_title(p));
    add_text(o, "verified", profile_verified(p));
    json_object_object_add(o, "headings", marks_json(p));
    return o;
}

static void profiles_json(const struct profiles *all)
{
    ON_LEAVE(json_leave) struct json_object *o = json_object_new_object();
    struct json_object *list = json_object_new_array();
    for (size_t i = 0; i < profiles_count(all); i++)
        json_object_array_add(list, profile_json(profiles_at(all, i)));
    json_object_object_add(o, "profiles", list);
    ctl_json_print(o);
}

int ctl_profiles(const struct ctl *c)
{
    ON_LEAVE(ctl_rules_free) struct ctl_rules rules = {0};
    struct fault f = {0};
    if (!ctl_rules_read(c->config, &rules, &f))
        return ctl_fault(&f);
    if (c->json)
        profiles_json(rules.profiles);
    for (size_t i = 0; !c->json && i < profiles_count(rules.profiles); i++)
        profile_tell(profiles_at(rules.profiles, i));
    return CTL_WELL;
}

/* ---- check-profile ---- */

static void columns_add(struct buf *to, const struct profile *p, const struct profile_field *field)
{
    for (size_t i = 0; i < field->column_count; i++)
        buf_format(to, "%s'%s'", i ? ", else " : "", p->columns[field->columns[i]].heading);
    for (size_t i = 0; i < field->piece_count; i++) {
        const struct profile_piece *piece = &field->pieces[i];
        if (piece->text)
            buf_text(to, piece->text);
        else
            buf_format(to, "{%s}", p->columns[piece->column].heading);
    }
}

/* What feeds a field, and how. */
static void field_add(struct buf *to, const struct profile *p, const struct profile_field *field)
{
    if (field->source == SOURCE_CONSTANT)
        buf_format(to, "always '%s'", field->constant);
    else if (field->source == SOURCE_POOL)
        buf_format(to, "from %s to %s, by ", field->pool.from, field->pool.to);
    else if (field->source == SOURCE_SECRET)
        buf_format(to, "a %s of %zu is made up", field->pin ? "pin" : "password", field->length);
    columns_add(to, p, field);
    for (size_t i = 0; i < field->transforms.count; i++)
        buf_format(to, ", %s", transforms_name(&field->transforms, i));
}

static void check_tell(const char *path, const struct schema *s, const struct profile *p)
{
    printf("%s: '%s' is recognised by ", path, profile_name(p));
    marks_print(p);
    for (size_t i = 0; i < p->field_count; i++) {
        ON_LEAVE(buf_free) struct buf text = {0};
        field_add(&text, p, &p->fields[i]);
        printf("    %s: %s\n", schema_name(s, p->fields[i].field), buf_get(&text));
    }
}

static void check_json(const char *path, const struct schema *s, const struct profile *p)
{
    ON_LEAVE(json_leave) struct json_object *o = json_object_new_object();
    struct json_object *fields = json_object_new_object();
    add_text(o, "file", path);
    json_object_object_add(o, "sound", json_object_new_boolean(true));
    add_text(o, "name", profile_name(p));
    json_object_object_add(o, "headings", marks_json(p));
    for (size_t i = 0; i < p->field_count; i++) {
        ON_LEAVE(buf_free) struct buf text = {0};
        field_add(&text, p, &p->fields[i]);
        add_text(fields, schema_name(s, p->fields[i].field), buf_get(&text));
    }
    json_object_object_add(o, "fields", fields);
    ctl_json_print(o);
}

static int problem_tell(const struct ctl *c, const char *path, const char *problem)
{
    if (!c->json) {
        puts(problem);
        return CTL_NEGATIVE;
    }
    ON_LEAVE(json_leave) struct json_object *o = json_object_new_object();
    add_text(o, "file", path);
    json_object_object_add(o, "sound", json_object_new_boolean(false));
    add_text(o, "problem", problem);
    ctl_json_print(o);
    return CTL_NEGATIVE;
}

/* The name is the file's; else it would not be found by it. */
static bool name_well(const char *path, const struct profile *p)
{
    const char *slash = strrchr(path, '/');
    const char *file = slash ? slash + 1 : path;
    size_t len = strlen(profile_name(p));

    return strncmp(file, profile_name(p), len) == 0 && strcmp(file + len, ".json") == 0;
}

static int profile_check(const struct ctl *c, const char *path, const struct schema *s,
                         const struct profile *p)
{
    ON_LEAVE(buf_free) struct buf text = {0};
    if (!name_well(path, p)) {
        buf_format(&text, "%s: the file of the profile '%s' must be called %s.json", path,
                   profile_name(p), profile_name(p));
        return problem_tell(c, path, buf_get(&text));
    }
    if (c->json)
        check_json(path, s, p);
    else
        check_tell(path, s, p);
    return CTL_WELL;
}

static int file_check(const struct ctl *c, const char *path, const struct schema *s)
{
    struct fault f = {0};
    struct profile *p = NULL;

    if (!profile_read(path, s, PROFILE_OWN, &p, &f))
        return f.error ? ctl_fault(&f) : problem_tell(c, path, f.text);
    int end = profile_check(c, path, s, p);
    profile_free(p);
    return end;
}

int ctl_check_profile(const struct ctl *c)
{
    ON_LEAVE(free_text) char *path = config_schema_path(c->config);
    struct schema *s = NULL;
    struct fault f = {0};
    int end = CTL_WELL;

    if (!schema_read(path, &s, &f))
        return ctl_fault(&f);
    for (size_t i = 0; i < c->count; i++)
        end = ctl_worse(end, file_check(c, c->operands[i], s));
    schema_free(s);
    return end;
}
