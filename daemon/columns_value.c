/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The values of a row's fields. A field that is a column borrows its cell: a file with the
 * vendor's headings costs no copy. */
#include "columns_own.h"

static struct cell lent(const struct buf *text)
{
    return (struct cell){buf_get(text), text->len};
}

static bool is_blank(struct cell cell)
{
    return text_trimmed(cell).len == 0;
}

/* ---- the columns' cells ---- */

static bool is_ascii(struct cell cell)
{
    uint64_t all = 0;
    size_t i = 0;

    for (uint64_t word; i + sizeof word <= cell.len; i += sizeof word) {
        memcpy(&word, cell.at + i, sizeof word);
        all |= word;
    }
    for (; i < cell.len; i++)
        all |= (unsigned char)cell.at[i];
    return (all & UINT64_C(0x8080808080808080)) == 0;
}

/* Whether a look is worth while: most cells are plain. ascii: it is known to be that. */
static bool is_odd(struct cell cell, bool ascii)
{
    char first = cell.len > 0 ? cell.at[0] : '\0';

    return first == '=' || first == '#' ||
           (first == 'E' && cell.len > 3 && cell.at[3] == ':') || /* Err:502 */
           !(ascii || is_ascii(cell));
}

/* As the exponents do that spreadsheets write: a sign and two or three digits. */
static bool ends_signed(struct cell cell)
{
    const char *end = cell.at + cell.len;

    return cell.len > 4 && (end[-3] == '+' || end[-3] == '-' || end[-4] == '+' || end[-4] == '-');
}

/* Mends what a spreadsheet certainly did; a cell that is no value is taken away. */
static bool cell_mend(struct columns *c, size_t column, struct findings *list)
{
    struct cell *cell = &c->now[column];
    const char *heading = c->at[column].heading;
    const char *done = damage_mend(cell, &c->at[column].mended);
    const char *error = damage_error(*cell);

    c->mended = c->mended || done;
    if (done)
        finding_add(list, CODE_SPREADSHEET_DAMAGE, SEVERITY_WARNING, heading, "%s", done);
    if (!error)
        return true;
    finding_add(list, CODE_SPREADSHEET_DAMAGE, SEVERITY_ERROR, heading, "%s", error);
    *cell = (struct cell){0};
    return false;
}

bool columns_cells(struct columns *c, const struct row *row, struct findings *list)
{
    bool well = true;

    c->signs = false;
    for (size_t i = 0; i < c->used_count; i++) {
        size_t column = c->used[i];
        struct cell cell = column < row->count ? row->cells[column] : (struct cell){"", 0};
        c->now[column] = cell;
        c->signs = c->signs || ends_signed(cell);
        if (is_odd(cell, row->plain))
            well = cell_mend(c, column, list) && well;
    }
    return well;
}

static void text_wipe(struct buf *text)
{
    wipe(text->at, text->len);
    buf_reset(text);
}

void columns_wipe(struct columns *c)
{
    for (size_t i = 0; c->mended && i < c->used_count; i++)
        text_wipe(&c->at[c->used[i]].mended);
    c->mended = false;
    for (size_t i = 0; i < c->feed_count; i++) {
        text_wipe(&c->feeds[i].text[0]);
        text_wipe(&c->feeds[i].text[1]);
        text_wipe(&c->feeds[i].whole);
        wipe(c->feeds[i].secret, sizeof c->feeds[i].secret);
    }
}

/* ---- sources ---- */

/* The first column that has a value; where none has, the first that is there. */
static struct cell column_value(struct columns *c, struct feed *feed, const char **ret_heading)
{
    const struct profile_field *from = feed->from;
    struct cell value = {0};

    for (size_t i = 0; i < from->column_count; i++) {
        int column = c->place[from->columns[i]];
        if (column == NONE || (value.at && is_blank(c->now[column])))
            continue;
        value = c->now[column];
        *ret_heading = c->at[column].heading;
        if (!is_blank(value))
            break;
    }
    return value;
}

/* Adds text, its blanks as one, and none at the beginning. */
static void words_add(struct buf *to, struct cell text)
{
    for (size_t i = 0; i < text.len; i++) {
        bool blank = memchr(" \t\r\n", text.at[i], 4);
        if (!blank)
            buf_char(to, text.at[i]);
        else if (to->len > 0 && to->at[to->len - 1] != ' ')
            buf_char(to, ' ');
    }
}

/* Where all of its columns are blank nothing is left of the template. */
static struct cell template_value(struct columns *c, struct feed *feed, const char **ret_heading)
{
    const struct profile_field *from = feed->from;
    bool any = false;

    for (size_t i = 0; i < from->piece_count; i++) {
        const struct profile_piece *piece = &from->pieces[i];
        int column = piece->text ? NONE : c->place[piece->column];
        if (piece->text) {
            words_add(&feed->whole, (struct cell){piece->text, strlen(piece->text)});
        } else if (column != NONE) {
            any = any || !is_blank(c->now[column]);
            words_add(&feed->whole, text_trimmed(c->now[column]));
        }
    }
    *ret_heading = feed->heading;
    if (!any)
        return (struct cell){"", 0};
    struct cell value = text_trimmed(lent(&feed->whole));
    feed->whole.len = (size_t)(value.at + value.len - feed->whole.at);
    feed->whole.at[feed->whole.len] = '\0';
    return value;
}

static struct cell source_value(struct columns *c, struct feed *feed,
                                const struct columns_given *given, const char **ret_heading)
{
    const struct profile_field *from = feed->from;
    const char *text = from->constant;

    if (from->source == SOURCE_COLUMN)
        return column_value(c, feed, ret_heading);
    if (from->source == SOURCE_TEMPLATE)
        return template_value(c, feed, ret_heading);
    if (from->source == SOURCE_POOL)
        text = given && given->number ? given->number : from->pool.from;
    return (struct cell){text, strlen(text)};
}

/* ---- what is made of them ---- */

static const char *refusal(int code)
{
    return code == CODE_ENUM ? "the profile's map has nothing for this value"
                             : "has characters that cannot be written in ASCII, as the profile "
                               "wants";
}

static bool keeps_digits(const struct transforms *t)
{
    for (size_t i = 0; i < t->count; i++)
        if (strcmp(transforms_name(t, i), "digits") == 0)
            return true;
    return false;
}

/* What a spreadsheet has spoilt looks well again when only its digits are kept. */
static bool raw_well(const struct columns *c, const struct feed *feed, struct cell *value,
                     const char *heading, struct findings *list)
{
    enum damage damage = damage_looks(*value);

    if (damage != DAMAGE_SCIENTIFIC && damage != DAMAGE_DATE)
        return true;
    if (feed->from->source != SOURCE_COLUMN || (!keeps_digits(&feed->from->transforms) &&
                                                schema_takes(c->schema, feed->from->field, *value)))
        return true;
    finding_add(list, CODE_SPREADSHEET_DAMAGE, SEVERITY_ERROR, heading, "%s",
                damage_advice(damage));
    *value = (struct cell){0};
    return false;
}

static bool transformed(struct columns *c, struct feed *feed, struct cell *value,
                        const char *heading, struct findings *list)
{
    struct buf names = {.most = 128};

    if (!raw_well(c, feed, value, heading, list))
        return false;
    int code = transforms_apply(&feed->from->transforms, c->letters, value, feed->text, &names);

    if (code != CODE_NONE) {
        finding_add(list, code, SEVERITY_ERROR, heading, "%s", refusal(code));
        *value = (struct cell){0};
    } else if (names.len > 0) {
        finding_add(list, CODE_VALUE_CHANGED, SEVERITY_WARNING, heading,
                    "was changed by the profile: %s", buf_get(&names));
    }
    buf_free(&names);
    return code == CODE_NONE;
}

/* A pool's number stands for somebody that it can tell from others. */
static bool pool_well(const struct columns *c, struct findings *list)
{
    int column = c->place[c->pool->columns[0]];

    if (!is_blank(c->now[column]))
        return true;
    if (!c->now[column].at) /* that is said already */
        return false;
    finding_add(list, CODE_REQUIRED_VALUE, SEVERITY_ERROR, c->at[column].heading,
                "a value is needed here: the person's number goes by it");
    return false;
}

static bool feed_value(struct columns *c, struct feed *feed, const struct columns_given *given,
                       struct findings *list)
{
    size_t field = feed->from->field;
    const char *heading = NULL;
    struct cell value = source_value(c, feed, given, &heading);
    bool well = true;

    if (feed->from->source == SOURCE_POOL)
        well = pool_well(c, list);
    else if (value.at && feed->from->transforms.count > 0)
        well =
            transformed(c, feed, &value, heading ? heading : schema_name(c->schema, field), list);
    c->cells[field] = value;
    c->headings[field] = heading;
    return well;
}

/* ---- generated cells ---- */

static bool is_secret(const struct columns *c, size_t field)
{
    return schema_secret(c->schema, field);
}

/* A secret must not contain the number, a name, or whatever else others know. */
static void secret_value(struct columns *c, struct feed *feed, const struct columns_given *given)
{
    static const uint8_t zeros[DIGEST_BYTES];
    const struct profile_field *from = feed->from;
    const uint8_t *key = given && given->key ? given->key : zeros;
    struct cell *avoid = xcalloc(c->fields, sizeof *avoid);
    size_t count = 0;

    for (size_t i = 0; i < c->fields; i++)
        if (c->cells[i].at && !is_secret(c, i) && (i == schema_key(c->schema) || c->headings[i]))
            avoid[count++] = c->cells[i];
    secret_make(key, given ? given->row : 0, schema_name(c->schema, from->field),
                from->pin ? SECRET_PIN : SECRET_PASSWORD, from->length, avoid, count, feed->secret);
    free(avoid);
    c->cells[from->field] = (struct cell){feed->secret, strlen(feed->secret)};
    c->headings[from->field] = NULL;
}

bool columns_values(struct columns *c, const struct columns_given *given, struct findings *list)
{
    bool well = true;

    for (size_t i = 0; i < c->fields; i++)
        if (c->column[i] != NONE)
            c->cells[i] = c->now[c->column[i]];
    for (size_t i = 0; i < c->feed_count; i++)
        if (c->feeds[i].from->source != SOURCE_SECRET)
            well = feed_value(c, &c->feeds[i], given, list) && well;
    for (size_t i = 0; i < c->feed_count; i++)
        if (c->feeds[i].from->source == SOURCE_SECRET)
            secret_value(c, &c->feeds[i], given);
    return well;
}
