/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of a row people may see. Cells are shown as they came; which of them could be a secret is
 * asked from both sides: by the column, and by what stands in it, since an unquoted delimiter moves
 * the cells of a row. What has to be corrected must be seen, so numbers that are nearly right,
 * addresses, and what a spreadsheet makes of numbers pass, as do words of letters alone and all
 * that has blanks: names are like that. A password of that kind in the wrong cell is therefore
 * shown. */
#include "columns_own.h"

static struct cell cell_at(const struct row *row, size_t column)
{
    return column < row->count ? row->cells[column] : (struct cell){"", 0};
}

/* ---- what may be a password in the wrong place ---- */

#define PASSWORD_LEAST 6
#define SYMBOLS_LEAST  4                    /* with letters, digits and symbols */
#define NUMBER_MOST    15                   /* characters */
#define SYMBOLS        "!$%=^~|\\{}[]\";:&" /* that names and numbers do without */

static bool is_letter(char c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A number, with letters typed for 0 and 1, or an x before it, as some write extensions. */
static bool is_nearly_number(struct cell word)
{
    size_t digits = 0;

    for (size_t i = 0; i < word.len; i++) {
        digits += is_digit(word.at[i]);
        if (!is_digit(word.at[i]) && !memchr("OoIl+-./()", word.at[i], 10) &&
            !(i == 0 && (word.at[i] | 0x20) == 'x'))
            return false;
    }
    return digits * 2 >= word.len && word.len <= NUMBER_MOST;
}

/* The last label of a host's name, which has no digits. */
static size_t label_last(const char *host, size_t len)
{
    size_t letters = 0;

    while (letters < len && is_letter(host[len - 1 - letters]))
        letters++;
    return letters < len && host[len - 1 - letters] == '.' ? letters : 0;
}

/* name@example.com, or with an @ too many. */
static bool is_address(struct cell word)
{
    const char *at = word.len ? memrchr(word.at, '@', word.len) : NULL;

    for (size_t i = 0; i < word.len; i++)
        if (!is_letter(word.at[i]) && !is_digit(word.at[i]) && !memchr("@._+-", word.at[i], 5))
            return false;
    return at != NULL && at > word.at &&
           label_last(at + 1, (size_t)(word.at + word.len - at - 1)) >= 2;
}

static bool has_blank(struct cell word)
{
    for (size_t i = 0; i < word.len; i++)
        if (memchr(" \t\r\n", word.at[i], 4))
            return true;
    return false;
}

static bool is_nearly_password(struct cell word)
{
    bool letter = false;
    bool digit = false;
    bool symbol = false;

    for (size_t i = 0; i < word.len; i++) {
        letter = letter || is_letter(word.at[i]);
        digit = digit || is_digit(word.at[i]);
        symbol = symbol || memchr(SYMBOLS, word.at[i], sizeof SYMBOLS - 1);
    }
    if (letter && digit && symbol)
        return word.len >= SYMBOLS_LEAST;
    return word.len >= PASSWORD_LEAST && letter && (digit || symbol);
}

/* ---- cells that have moved ---- */

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

static bool takes_address(const struct columns *c, size_t field)
{
    return schema_takes(c->schema, field, (struct cell){"name@example.com", 16}) &&
           !schema_takes(c->schema, field, (struct cell){"name", 4});
}

/* An address stands in some other column, and a word without an @ where addresses belong: the cells
 * have moved, whatever the others would take. */
static bool has_odd_address(const struct columns *c, const struct row *row)
{
    bool elsewhere = false;

    for (size_t i = 0; i < c->used_count; i++)
        elsewhere = elsewhere || is_address(text_trimmed(cell_at(row, c->used[i])));
    for (size_t i = 0; elsewhere && i < c->fields; i++) {
        struct cell cell = {0};
        if (c->column[i] != NONE)
            cell = text_trimmed(cell_at(row, (size_t)c->column[i]));
        if (cell.len >= PASSWORD_LEAST && !memchr(cell.at, '@', cell.len) &&
            !memchr(cell.at, ' ', cell.len) && takes_address(c, i))
            return true;
    }
    return false;
}

bool columns_aligned(const struct columns *c, const struct row *row)
{
    struct findings shape = {0};
    bool well =
        row->kind == ROW_KIND_RECORD && columns_shape(c, row, &shape) && !has_odd_address(c, row);

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

/* ---- cells as they came ---- */

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

bool columns_suspects(const struct columns *c, const char *at, size_t len)
{
    struct cell word = text_trimmed((struct cell){at, len});

    if (has_blank(word) || !is_nearly_password(word) || is_nearly_number(word) ||
        is_address(word) || damage_looks(word) != DAMAGE_NONE || damage_error(word))
        return false;
    for (size_t i = 0; i < c->fields; i++)
        if (schema_secret(c->schema, i))
            return true;
    return false;
}
