/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A profile's answers, and which headers it recognises. */
#include "profile_own.h"

static void field_free(struct profile_field *field)
{
    for (size_t i = 0; i < field->piece_count; i++)
        free(field->pieces[i].text);
    free(field->pieces);
    free(field->columns);
    free(field->constant);
    transforms_free(&field->transforms);
}

static void texts_free(char **texts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(texts[i]);
    free(texts);
}

static void parts_free(struct profile *p)
{
    for (size_t i = 0; i < p->column_count; i++) {
        free(p->columns[i].heading);
        texts_free(p->columns[i].keys, p->columns[i].key_count);
    }
    for (size_t i = 0; i < p->field_count; i++)
        field_free(&p->fields[i]);
    for (size_t i = 0; i < p->filter_count; i++)
        texts_free(p->filters[i].values, p->filters[i].value_count);
    for (size_t i = 0; i < p->mark_count; i++) {
        free(p->marks[i].text);
        free(p->marks[i].keys);
    }
}

struct profile *profile_free(struct profile *p)
{
    if (p) {
        parts_free(p);
        free(p->columns);
        free(p->keys);
        free(p->fields);
        free(p->filters);
        free(p->marks);
        free(p->name);
        free(p->title);
        free(p->verified);
        free(p->text);
        free(p);
    }
    return NULL;
}

const char *profile_text(const struct profile *p, size_t *ret_len)
{
    *ret_len = p->len;
    return p->text;
}

const char *profile_name(const struct profile *p)
{
    return p->name;
}

const char *profile_title(const struct profile *p)
{
    return p->title;
}

const char *profile_verified(const struct profile *p)
{
    return p->verified;
}

bool profile_generic(const struct profile *p)
{
    return p->generic;
}

const struct dialect_wish *profile_dialect(const struct profile *p)
{
    return &p->wish;
}

bool profile_pads(const struct profile *p)
{
    return p->pads;
}

size_t profile_marks(const struct profile *p)
{
    return p->mark_count;
}

const char *profile_mark(const struct profile *p, size_t i)
{
    assert(i < p->mark_count);
    return p->marks[i].text;
}

static size_t column_of(const struct profile *p, struct heading heading)
{
    for (size_t i = 0; i < p->key_count; i++)
        if (heading_same(p->keys[i].heading, heading))
            return p->keys[i].column;
    return p->column_count;
}

size_t profile_column(const struct profile *p, const char *key)
{
    return column_of(p, heading_of(key));
}

const struct profile_field *profile_field(const struct profile *p, size_t field)
{
    for (size_t i = 0; i < p->field_count; i++)
        if (p->fields[i].field == field)
            return &p->fields[i];
    return NULL;
}

/* ---- headers ---- */

/* The headings of a line that have a key. */
struct profile_line {
    struct word {
        struct heading heading;
        bool named; /* the schema has a field of this name */
        char key[HEADING_KEY];
    } * at;
    size_t count;
};

struct profile_line *profile_line_new(const struct schema *s, const struct cell *header,
                                      size_t count)
{
    struct profile_line *line = xcalloc(1, sizeof *line);

    line->at = xmalloc(count * sizeof *line->at);
    for (size_t i = 0; i < count; i++) {
        struct word *word = &line->at[line->count];
        if (!heading_key(header[i].at, header[i].len, word->key) || !word->key[0])
            continue;
        word->heading = heading_of(word->key);
        word->named = schema_find_key(s, word->heading) >= 0;
        line->count++;
    }
    return line;
}

struct profile_line *profile_line_free(struct profile_line *line)
{
    if (line) {
        wipe(line->at, line->count * sizeof *line->at); /* it may be a row of data */
        free(line->at);
        free(line);
    }
    return NULL;
}

static bool mark_has(const struct profile_mark *mark, struct heading heading)
{
    for (size_t i = 0; i < mark->key_count; i++)
        if (heading_same(mark->keys[i], heading))
            return true;
    return false;
}

static bool mark_there(const struct profile_mark *mark, const struct profile_line *line)
{
    for (size_t i = 0; i < line->count; i++)
        if (mark_has(mark, line->at[i].heading))
            return true;
    return false;
}

size_t profile_words(const struct profile *p, const struct profile_line *line)
{
    size_t known = 0;

    for (size_t i = 0; i < line->count; i++)
        known += line->at[i].named || column_of(p, line->at[i].heading) < p->column_count;
    return known;
}

double profile_share(const struct profile *p, const struct profile_line *line)
{
    size_t met = 0;

    for (size_t m = 0; m < p->mark_count; m++)
        met += mark_there(&p->marks[m], line);
    return (double)met / (double)p->mark_count;
}

size_t profile_known(const struct profile *p, const struct cell *header, size_t count)
{
    struct profile_line *line = profile_line_new(p->schema, header, count);
    size_t known = profile_share(p, line) < 1 ? 0 : profile_words(p, line);

    profile_line_free(line);
    return known;
}

void profile_missing(const struct profile *p, const struct cell *header, size_t count,
                     struct findings *list)
{
    struct profile_line *line = profile_line_new(p->schema, header, count);

    for (size_t m = 0; m < p->mark_count; m++)
        if (!mark_there(&p->marks[m], line))
            finding_add(list, CODE_MISSING_COLUMN, SEVERITY_ERROR, p->marks[m].text,
                        "the column is missing by which the profile '%s' is recognised", p->name);
    profile_line_free(line);
}
