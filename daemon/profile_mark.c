/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a profile is recognised by: what "recognise" names, else the columns that feed the fields
 * that the schema requires. */
#include "profile_own.h"

static struct profile_mark *mark_add(struct profile *p)
{
    p->marks = xrealloc(p->marks, (p->mark_count + 1) * sizeof *p->marks);
    struct profile_mark *mark = &p->marks[p->mark_count++];
    *mark = (struct profile_mark){0};
    return mark;
}

static void key_add(struct profile_mark *mark, struct heading key)
{
    mark->keys = xrealloc(mark->keys, (mark->key_count + 1) * sizeof *mark->keys);
    mark->keys[mark->key_count++] = key;
}

static void column_add(const struct profile *p, struct profile_mark *mark, size_t column)
{
    const struct profile_column *c = &p->columns[column];
    struct buf text = {0};

    if (mark->text)
        buf_format(&text, "%s / ", mark->text);
    buf_text(&text, c->heading);
    free(mark->text);
    mark->text = text.at;
    for (size_t i = 0; i < c->key_count; i++)
        key_add(mark, heading_of(c->keys[i]));
}

/* Any of the columns that can feed a field will do. */
static void field_mark(struct profile *p, const struct profile_field *field)
{
    if (field->column_count == 0 && field->piece_count == 0)
        return;
    struct profile_mark *mark = mark_add(p);
    for (size_t i = 0; i < field->column_count; i++)
        column_add(p, mark, field->columns[i]);
    for (size_t i = 0; i < field->piece_count; i++)
        if (!field->pieces[i].text)
            column_add(p, mark, field->pieces[i].column);
}

static bool standard_marks(struct profile *p, struct fault *f)
{
    for (size_t i = 0; i < schema_count(p->schema); i++) {
        const struct profile_field *field = profile_field(p, i);
        if (!schema_required(p->schema, i))
            continue;
        if (field) {
            field_mark(p, field);
        } else {
            struct profile_mark *mark = mark_add(p);
            mark->text = xstrdup(schema_name(p->schema, i));
            key_add(mark, heading_of(schema_heading(p->schema, i)));
        }
    }
    return p->mark_count > 0 ||
           fault_set(f, FAULT_CONFIG, 0,
                     "'recognise' is missing, and no column feeds a field that is required");
}

bool profile_marks_read(struct profile *p, struct json_object *top, struct fault *f)
{
    struct json_object *list = NULL;

    if (!json_get(top, "recognise", json_type_array, &list, f))
        return false;
    if (!list)
        return standard_marks(p, f);
    size_t count = json_object_array_length(list);
    for (size_t i = 0; i < count; i++) {
        struct json_object *heading = json_object_array_get_idx(list, i);
        size_t column = 0;
        if (!json_object_is_type(heading, json_type_string))
            return fault_set(f, FAULT_CONFIG, 0, "'recognise' must be a list of headings");
        if (!profile_heading(p, json_object_get_string(heading), &column, f))
            return fault_in(f, "'recognise'");
        column_add(p, mark_add(p), column);
    }
    return count > 0 || fault_set(f, FAULT_CONFIG, 0, "'recognise' is empty");
}
