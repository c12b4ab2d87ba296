/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "columns.h"

#include <inttypes.h>

#include "buf.h"
#include "utf8.h"

#define NONE         (-1)
#define UNKNOWN_MOST 50 /* unknown columns that are named one by one */

struct column {
    char *heading; /* trimmed and printable */
    int field;     /* that it feeds, or NONE */
};

struct columns {
    const struct schema *schema;
    struct column *at;
    size_t count;
    size_t fields;
    /* One for each field: */
    int *column;           /* that feeds it, or NONE */
    const char **headings; /* of that column, NULL when there is none */
    struct cell *cells;    /* of the row under check; none where there is no column */
};

static char *heading_text(struct cell heading)
{
    static const char bom[] = "\xef\xbb\xbf";
    const char *at = heading.at;
    size_t len = heading.len;
    struct buf text = {0};

    if (len >= 3 && memcmp(at, bom, 3) == 0) {
        at += 3;
        len -= 3;
    }
    for (; len > 0 && memchr(" \t\r\n", *at, 4); at++)
        len--;
    while (len > 0 && memchr(" \t\r\n", at[len - 1], 4))
        len--;
    buf_name(&text, at, len);
    return text.at ? text.at : xstrdup("");
}

/* Headings that say nothing: none at all, and those that the rejects add. */
static bool heading_ignored(const char *heading)
{
    return !heading[0] || strcmp(heading, "import_error") == 0 ||
           strcmp(heading, "import_line") == 0;
}

static void feed(struct columns *c, size_t column, int field, bool *doubled, struct findings *list)
{
    const char *heading = c->at[column].heading;
    int before = c->column[field];

    if (before == NONE) {
        c->at[column].field = field;
        c->column[field] = (int)column;
        c->headings[field] = heading;
    } else if (!*doubled) {
        *doubled = true;
        finding_add(list, CODE_DUPLICATE_COLUMN, SEVERITY_ERROR, heading,
                    "columns %d and %zu both are '%s'; keep one of them", before + 1, column + 1,
                    schema_name(c->schema, (size_t)field));
    }
}

/* The columns named so far, to name each once; bounded, whatever the header. */
struct unknown {
    const char *named[UNKNOWN_MOST];
    size_t count;
    size_t more;
};

static void unknown_add(struct unknown *u, const char *heading, struct findings *list)
{
    for (size_t i = 0; i < u->count; i++) {
        if (strcmp(u->named[i], heading) == 0)
            return;
    }
    if (u->count == UNKNOWN_MOST) {
        u->more++;
        return;
    }
    u->named[u->count++] = heading;
    finding_add(list, CODE_UNKNOWN_COLUMN, SEVERITY_WARNING, heading,
                "this column is not known and is left out");
}

static void map(struct columns *c, struct findings *list)
{
    struct unknown unknown = {0};
    bool *doubled = xcalloc(c->fields, sizeof *doubled);

    for (size_t i = 0; i < c->count; i++) {
        const char *heading = c->at[i].heading;
        int field = schema_find(c->schema, heading, strlen(heading));
        if (field >= 0)
            feed(c, i, field, &doubled[field], list);
        else if (!heading_ignored(heading))
            unknown_add(&unknown, heading, list);
    }
    if (unknown.more > 0)
        finding_add(list, CODE_UNKNOWN_COLUMN, SEVERITY_WARNING, NULL,
                    "%zu further columns are not known and are left out", unknown.more);
    free(doubled);
}

static void missing_find(const struct columns *c, struct findings *list)
{
    for (size_t field = 0; field < c->fields; field++) {
        if (c->column[field] == NONE && schema_required(c->schema, field))
            finding_add(list, CODE_MISSING_COLUMN, SEVERITY_ERROR, schema_name(c->schema, field),
                        "the required column '%s' is missing", schema_name(c->schema, field));
    }
}

struct columns *columns_new(const struct schema *s, const struct cell *header, size_t count,
                            struct findings *list)
{
    struct columns *c = xcalloc(1, sizeof *c);

    c->schema = s;
    c->count = count;
    c->fields = schema_count(s);
    c->at = xcalloc(count, sizeof *c->at);
    c->column = xcalloc(c->fields, sizeof *c->column);
    c->headings = xcalloc(c->fields, sizeof *c->headings);
    c->cells = xcalloc(c->fields, sizeof *c->cells);
    for (size_t i = 0; i < count; i++)
        c->at[i] = (struct column){heading_text(header[i]), NONE};
    for (size_t i = 0; i < c->fields; i++)
        c->column[i] = NONE;
    map(c, list);
    missing_find(c, list);
    return c;
}

struct columns *columns_free(struct columns *c)
{
    if (c) {
        for (size_t i = 0; i < c->count; i++)
            free(c->at[i].heading);
        free(c->at);
        free(c->column);
        free(c->headings);
        free(c->cells);
        free(c);
    }
    return NULL;
}

size_t columns_count(const struct columns *c)
{
    return c->count;
}

const char *columns_heading(const struct columns *c, size_t column)
{
    assert(column < c->count);
    return c->at[column].heading;
}

static void malformed_note(const struct columns *c, const struct row *row, struct findings *list)
{
    const char *heading = row->column < c->count ? c->at[row->column].heading : NULL;

    switch (row->code) {
    case CODE_UNCLOSED_QUOTE:
        finding_add(list, row->code, SEVERITY_ERROR, heading,
                    "the quote opened in line %" PRIu64 " is never closed", row->quote_line);
        break;
    case CODE_TOO_LONG:
        finding_add(list, row->code, SEVERITY_ERROR, NULL,
                    row->column == 0 ? "the record is longer than %zu bytes ([import] max_record)"
                                     : "the record has more than %zu cells ([import] max_columns)",
                    row->limit);
        break;
    default:
        finding_add(list, row->code, SEVERITY_ERROR, heading,
                    "a quote stands where none can stand; put the value in quotes and double "
                    "each quote in it");
    }
}

static bool all_empty(const struct cell *cells, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (cells[i].len > 0)
            return false;
    }
    return true;
}

/* A delimiter in a value that is not quoted moves the cells after it: cells in the wrong columns
 * must not be taken for anything, so a row of another shape is not looked into. */
static bool shape_well(const struct columns *c, const struct row *row, struct findings *list)
{
    if (row->count < c->count) {
        finding_add(list, CODE_MISSING_CELL, SEVERITY_ERROR, NULL,
                    "the row has %zu cells, the heading line has %zu", row->count, c->count);
        return false;
    }
    if (!all_empty(row->cells + c->count, row->count - c->count)) {
        finding_add(list, CODE_EXTRA_CELL, SEVERITY_ERROR, NULL,
                    "the row has %zu cells, the heading line has %zu; a value with a delimiter in "
                    "it must stand in quotes",
                    row->count, c->count);
        return false;
    }
    return true;
}

/* Cells that feed a field are looked at by schema_check. Of the others only valid text is asked,
 * so that the row can be written into reports. */
static bool others_well(const struct columns *c, const struct row *row, struct findings *list)
{
    bool well = true;

    for (size_t i = 0; i < c->count; i++) {
        const struct cell *cell = &row->cells[i];
        if (c->at[i].field == NONE && utf8_valid(cell->at, cell->len) < cell->len) {
            finding_add(list, CODE_ENCODING_ERROR, SEVERITY_ERROR, c->at[i].heading,
                        "is not valid UTF-8 text; save the file as CSV UTF-8");
            well = false;
        }
    }
    return well;
}

enum row_state columns_check(struct columns *c, const struct row *row, struct record *ret,
                             struct findings *list)
{
    assert(row->kind != ROW_KIND_END);
    record_room(ret, 0);
    if (row->kind == ROW_KIND_MALFORMED) {
        malformed_note(c, row, list);
        return ROW_INVALID;
    }
    if (all_empty(row->cells, row->count)) {
        finding_add(list, CODE_BLANK_ROW, SEVERITY_WARNING, NULL, "the row is empty");
        return ROW_SKIPPED;
    }
    if (!shape_well(c, row, list))
        return ROW_INVALID;

    for (size_t i = 0; i < c->fields; i++) {
        if (c->column[i] != NONE)
            c->cells[i] = row->cells[c->column[i]];
    }
    bool others = others_well(c, row, list);
    bool fields = schema_check(c->schema, c->cells, c->headings, ret, list);
    return others && fields ? ROW_PLANNED : ROW_INVALID;
}
