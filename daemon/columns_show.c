/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of a row people may see. Cells are shown as they came; which of them could be a secret is
 * asked from both sides: by the column, and by what stands in it, since an unquoted delimiter moves
 * the cells of a row. */
#include "columns_own.h"

static struct cell cell_at(const struct row *row, size_t column)
{
    return column < row->count ? row->cells[column] : (struct cell){"", 0};
}

/* No number begins with a letter; one that is missing or was written as a word does no harm. */
static bool has_odd_number(const struct columns *c, const struct row *row)
{
    ON_LEAVE(buf_wipe) struct buf number = {0};
    size_t at = 0;

    columns_source(c, row, schema_key(c->schema), &number);
    while (at < number.len && strchr(" \t'\"=+(", number.at[at]))
        at++;
    return at < number.len && (number.at[at] < '0' || number.at[at] > '9');
}

/* A password that is missing is none, or an address has come under its heading. */
static bool is_odd_secret(struct cell cell)
{
    return cell.len == 0 || memchr(cell.at, '@', cell.len) != NULL;
}

bool columns_aligned(const struct columns *c, const struct row *row)
{
    struct findings shape = {0};
    bool well = row->kind == ROW_KIND_RECORD && columns_shape(c, row, &shape);

    findings_free(&shape);
    bool odd = well && has_odd_number(c, row);
    for (size_t i = 0; well && i < c->fields; i++) {
        if (!schema_secret(c->schema, i) || c->column[i] == NONE)
            continue;
        struct cell cell = cell_at(row, (size_t)c->column[i]);
        well = (text_trimmed(cell).len == 0 || schema_takes(c->schema, i, cell)) &&
               !(odd && is_odd_secret(text_trimmed(cell)));
    }
    return well;
}

bool columns_fed(const struct columns *c, size_t field)
{
    assert(field < c->fields);
    return c->fed[field];
}

static void cell_add(struct buf *to, struct cell cell)
{
    buf_add(to, cell.at, cell.len);
}

/* The first column that has a value. */
static void first_add(const struct columns *c, const struct row *row,
                      const struct profile_field *from, struct buf *to)
{
    size_t before = to->len;

    for (size_t i = 0; i < from->column_count && to->len == before; i++) {
        int column = c->place[from->columns[i]];
        if (column != NONE && text_trimmed(cell_at(row, (size_t)column)).len > 0)
            cell_add(to, cell_at(row, (size_t)column));
    }
}

/* Where all of its cells are blank nothing is left of a template. */
static void pieces_add(const struct columns *c, const struct row *row,
                       const struct profile_field *from, struct buf *to)
{
    size_t before = to->len;
    bool any = false;

    for (size_t i = 0; i < from->piece_count; i++) {
        const struct profile_piece *piece = &from->pieces[i];
        int column = piece->text ? NONE : c->place[piece->column];
        if (piece->text) {
            buf_text(to, piece->text);
        } else if (column != NONE) {
            struct cell cell = text_trimmed(cell_at(row, (size_t)column));
            any = any || cell.len > 0;
            cell_add(to, cell);
        }
    }
    if (!any && to->len > before) {
        to->len = before;
        to->at[before] = '\0';
    }
}

void columns_source(const struct columns *c, const struct row *row, size_t field, struct buf *to)
{
    assert(field < c->fields);
    if (c->column[field] != NONE) {
        cell_add(to, cell_at(row, (size_t)c->column[field]));
        return;
    }
    for (size_t i = 0; i < c->feed_count; i++) {
        const struct profile_field *from = c->feeds[i].from;
        if (from->field == field && from->source == SOURCE_COLUMN)
            first_add(c, row, from, to);
        if (from->field == field && from->source == SOURCE_TEMPLATE)
            pieces_add(c, row, from, to);
    }
}

/* A finding's heading may be cut. */
static bool is_heading(const char *heading, const char *told)
{
    size_t len = strlen(told);
    bool cut = len >= sizeof(((struct finding *)NULL)->column) - 4;

    return strncmp(heading, told, len) == 0 && (cut || heading[len] == '\0');
}

static enum columns_sight template_under(const struct columns *c, const struct row *row,
                                         const char *heading, struct buf *to)
{
    for (size_t i = 0; i < c->feed_count; i++) {
        size_t field = c->feeds[i].from->field;
        if (!c->feeds[i].heading || !is_heading(c->feeds[i].heading, heading))
            continue;
        if (schema_secret(c->schema, field))
            return SIGHT_HIDDEN;
        columns_source(c, row, field, to);
        return SIGHT_VALUE;
    }
    return SIGHT_NONE;
}

enum columns_sight columns_under(const struct columns *c, const struct row *row,
                                 const char *heading, struct buf *to)
{
    size_t found = c->count;

    for (size_t i = 0; heading[0] && i < c->count; i++) {
        if (!c->at[i].used || !is_heading(c->at[i].heading, heading))
            continue;
        if (c->at[i].secret)
            return SIGHT_HIDDEN;
        if (found == c->count)
            found = i;
    }
    if (found == c->count)
        return heading[0] ? template_under(c, row, heading, to) : SIGHT_NONE;
    cell_add(to, cell_at(row, found));
    return SIGHT_VALUE;
}

bool columns_betrays(const struct columns *c, const struct row *row, const char *at, size_t len)
{
    for (size_t i = 0; i < c->used_count; i++) {
        struct cell secret = {0};
        if (c->at[c->used[i]].secret)
            secret = text_trimmed(cell_at(row, c->used[i]));
        if (secret.len > 0 && memmem(at, len, secret.at, secret.len))
            return true;
    }
    return false;
}

#define PASSWORD_LEAST 6

bool columns_suspects(const struct columns *c, const char *at, size_t len)
{
    struct cell word = text_trimmed((struct cell){at, len});
    bool letter = false;
    bool digit = false;

    for (size_t i = 0; i < word.len; i++) {
        char lower = (char)(word.at[i] | 0x20);
        if (memchr(" \t\r\n", word.at[i], 4))
            return false;
        letter = letter || (lower >= 'a' && lower <= 'z');
        digit = digit || (word.at[i] >= '0' && word.at[i] <= '9');
    }
    if (word.len < PASSWORD_LEAST || !letter || !digit)
        return false;
    for (size_t i = 0; i < c->fields; i++)
        if (schema_secret(c->schema, i) && schema_takes(c->schema, i, word))
            return true;
    return false;
}
