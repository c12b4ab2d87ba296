/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A row put to the test. */
#include <inttypes.h>

#include "columns_own.h"
#include "totals.h"
#include "utf8.h"

static void malformed_note(const struct columns *c, const struct row *row, struct findings *list)
{
    const char *heading = row->column < c->count ? c->at[row->column].heading : NULL;

    switch (row->code) {
    case CODE_UNCLOSED_QUOTE:
        finding_add(list, row->code, SEVERITY_ERROR, heading,
                    "the quote opened in line %" PRIu64 " %s", row->quote_line,
                    row->repair ? row->repair : "is never closed");
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

/* A record that was read as a person would. */
static void repaired_note(const struct columns *c, const struct row *row, struct findings *list)
{
    const char *heading = row->column < c->count ? c->at[row->column].heading : NULL;
    if (row->repaired != CODE_NONE)
        finding_add(list, row->repaired, SEVERITY_WARNING, heading, "%s", row->repair);
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
bool columns_shape(const struct columns *c, const struct row *row, struct findings *list)
{
    if (row->count < c->count && !(c->profile && c->profile->pads)) {
        finding_add(list, CODE_MISSING_CELL, SEVERITY_ERROR, NULL,
                    "the row has %zu cells, the heading line has %zu", row->count, c->count);
        return false;
    }
    if (row->count > c->count && !all_empty(row->cells + c->count, row->count - c->count)) {
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

    for (size_t i = 0; i < c->count && i < row->count; i++) {
        const struct cell *cell = &row->cells[i];
        if (!c->at[i].used && !row->plain && utf8_valid(cell->at, cell->len) < cell->len) {
            finding_add(list, CODE_ENCODING_ERROR, SEVERITY_ERROR, c->at[i].heading,
                        "has bytes that are no text; save the file as CSV UTF-8");
            well = false;
        }
    }
    return well;
}

static bool one_of(struct cell cell, const struct profile_filter *filter)
{
    for (size_t i = 0; i < filter->value_count; i++)
        if (text_alike(cell, (struct cell){filter->values[i], strlen(filter->values[i])}))
            return true;
    return false;
}

/* The first filter that leaves the row out. One whose cell is no text leaves nothing out: whatever
 * it says, it is a mistake of the row. */
static bool filtered(const struct columns *c, const struct row *row, struct findings *list)
{
    size_t count = c->profile ? c->profile->filter_count : 0;

    for (size_t i = 0; i < count; i++) {
        const struct profile_filter *filter = &c->profile->filters[i];
        int column = c->place[filter->column];
        struct cell cell = {"", 0};
        if (column == NONE)
            continue;
        if ((size_t)column < row->count)
            cell = row->cells[column];
        if (utf8_valid(cell.at, cell.len) < cell.len || one_of(cell, filter) == filter->unless)
            continue;
        finding_add(list, CODE_FILTERED, SEVERITY_WARNING, c->at[column].heading, "%s",
                    code_meaning(CODE_FILTERED));
        return true;
    }
    return false;
}

/* Generated cells are marked, since they are no content of the file. */
static void generated_mark(const struct columns *c, struct record *record)
{
    for (size_t i = 0; i < c->feed_count; i++)
        if (c->feeds[i].from->source == SOURCE_SECRET)
            record->values[c->feeds[i].from->field].generated = true;
}

/* ---- what a spreadsheet did to a value that its field refuses ---- */

#define ZEROS_MOST 15 /* digits of the longest number */

/* With so many zeros before it that the field takes it. */
static bool lost_zeros(const struct columns *c, size_t field, struct cell value)
{
    char padded[ZEROS_MOST + 1];

    if (value.len == 0 || value.len >= ZEROS_MOST || strspn(value.at, "0123456789") < value.len)
        return false;
    memset(padded, '0', ZEROS_MOST);
    memcpy(padded + ZEROS_MOST - value.len, value.at, value.len);
    padded[ZEROS_MOST] = '\0';
    for (size_t len = value.len + 1; len <= ZEROS_MOST; len++)
        if (schema_takes(c->schema, field, (struct cell){padded + ZEROS_MOST - len, len}))
            return true;
    return false;
}

static const char *advice_for(const struct columns *c, size_t field, struct cell value)
{
    enum damage damage = damage_looks(value);

    if (damage != DAMAGE_NONE)
        return damage_advice(damage);
    return lost_zeros(c, field, value) ? DAMAGE_ZEROS : NULL;
}

/* Whether the field's cell was spoilt: that is said, and the cell is mended or taken away. */
static bool field_damaged(struct columns *c, size_t field, struct findings *list)
{
    struct cell *cell = &c->cells[field];
    const char *heading = c->headings[field] ? c->headings[field] : schema_name(c->schema, field);

    if (!cell->at || schema_takes(c->schema, field, *cell))
        return false;
    struct cell inner = damage_unquoted(*cell);
    if (inner.at && schema_takes(c->schema, field, inner)) {
        finding_add(list, CODE_SPREADSHEET_DAMAGE, SEVERITY_WARNING, heading,
                    "stands in typographic quotes and is read without them");
        *cell = inner;
        return true;
    }
    const char *advice = advice_for(c, field, *cell);
    if (!advice)
        return false;
    finding_add(list, CODE_SPREADSHEET_DAMAGE, SEVERITY_ERROR, heading, "%s", advice);
    *cell = (struct cell){0};
    return true;
}

/* A number that has lost its digits in a field that takes any text. */
static void scientific_note(const struct columns *c, struct findings *list)
{
    for (size_t i = 0; c->signs && i < c->used_count; i++)
        if (damage_looks(c->now[c->used[i]]) == DAMAGE_SCIENTIFIC)
            finding_add(list, CODE_SPREADSHEET_DAMAGE, SEVERITY_WARNING, c->at[c->used[i]].heading,
                        "looks like a number that a spreadsheet has shortened");
}

/* A row that is refused is looked at once more: what a spreadsheet did is said in the place of
 * what the schema says of it. */
static bool fields_check(struct columns *c, const struct row *row, struct record *ret,
                         struct findings *list)
{
    size_t before = list->count;
    size_t damaged = 0;
    bool plain = row->plain && !c->mended && c->feed_count == 0; /* they are the row's own cells */

    if (schema_check(c->schema, c->cells, c->headings, plain, ret, list)) {
        if (!finding_error(list))
            scientific_note(c, list);
        return true;
    }
    struct findings said = {0};
    for (size_t i = 0; i < c->fields; i++)
        damaged += field_damaged(c, i, &said);
    if (damaged > 0) {
        list->count = before;
        for (size_t i = 0; i < said.count; i++)
            finding_add(list, said.at[i].code, said.at[i].severity, said.at[i].column, "%s",
                        said.at[i].message);
        schema_check(c->schema, c->cells, c->headings, plain, ret, list);
    }
    findings_free(&said);
    return finding_error_from(list, before) == NULL;
}

enum row_state columns_check(struct columns *c, const struct row *row,
                             const struct columns_given *given, struct record *ret,
                             struct findings *list)
{
    assert(row->kind != ROW_KIND_END);
    record_room(ret, 0);
    columns_wipe(c);
    if (row->kind == ROW_KIND_MALFORMED) {
        malformed_note(c, row, list);
        return ROW_INVALID;
    }
    if (all_empty(row->cells, row->count)) {
        finding_add(list, CODE_BLANK_ROW, SEVERITY_WARNING, NULL, "the row is empty");
        return ROW_SKIPPED;
    }
    if (row_is_totals(row)) {
        finding_add(list, CODE_TOTALS_ROW, SEVERITY_WARNING, NULL, "%s",
                    code_meaning(CODE_TOTALS_ROW));
        return ROW_SKIPPED;
    }
    repaired_note(c, row, list);
    if (!columns_shape(c, row, list))
        return ROW_INVALID;
    if (filtered(c, row, list))
        return ROW_SKIPPED;

    bool cells = columns_cells(c, row, list);
    bool others = others_well(c, row, list);
    bool values = columns_values(c, given, list);
    bool fields = fields_check(c, row, ret, list);
    generated_mark(c, ret);
    return cells && others && values && fields ? ROW_PLANNED : ROW_INVALID;
}
