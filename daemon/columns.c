/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME columns: the header: each column is known to the profile, or to the schema, or unknown. */
#include "columns_own.h"

#define UNKNOWN_MOST 50 /* unknown columns that are named one by one */

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

static const struct profile_field *source_of(const struct columns *c, size_t field)
{
    return c->profile ? profile_field(c->profile, field) : NULL;
}

/* ---- what was meant ---- */

/* What the file lacks and is written nearly like this, or NULL. */
static const char *meant_by(const struct columns *c, const char *key)
{
    size_t known = c->profile ? c->profile->column_count : 0;

    for (size_t i = 0; i < known; i++) {
        const struct profile_column *column = &c->profile->columns[i];
        for (size_t k = 0; c->place[i] == NONE && k < column->key_count; k++)
            if (heading_near(key, column->keys[k]))
                return column->heading;
    }
    for (size_t i = 0; i < c->fields; i++)
        if (!c->fed[i] && !source_of(c, i) && heading_near(key, schema_heading(c->schema, i)))
            return schema_name(c->schema, i);
    return NULL;
}

/* A column of the file that feeds nothing and is written nearly like this, or NULL. */
static const char *written_for(const struct columns *c, const char *heading)
{
    char key[HEADING_KEY];

    if (!heading_key(heading, strlen(heading), key))
        return NULL;
    for (size_t i = 0; i < c->count; i++)
        if (!c->at[i].used && heading_near(c->at[i].key, key))
            return c->at[i].heading;
    return NULL;
}

static void missing_note(const struct columns *c, const char *heading, struct findings *list)
{
    const char *written = written_for(c, heading);

    if (written)
        finding_add(list, CODE_MISSING_COLUMN, SEVERITY_ERROR, heading,
                    "the required column '%s' is missing: %s → %s?", heading, written, heading);
    else
        finding_add(list, CODE_MISSING_COLUMN, SEVERITY_ERROR, heading,
                    "the required column '%s' is missing", heading);
}

/* ---- columns that are unknown ---- */

/* The columns named so far, to name each once; bounded, whatever the header. */
struct unknown {
    const char *named[UNKNOWN_MOST];
    size_t count;
    size_t more;
};

/* Whether an unknown heading is a number or an address: then the line may be somebody's, and what
 * may be a password in it is not named. */
static bool has_values(const struct columns *c, const bool *taken)
{
    for (size_t i = 0; i < c->count; i++) {
        const char *one = c->at[i].heading;
        if (!taken[i] && one[0] && (strchr(one, '@') || one[strspn(one, "0123456789")] == '\0'))
            return true;
    }
    return false;
}

static void unknown_add(struct unknown *u, const struct columns *c, const struct column *column,
                        struct findings *list)
{
    const char *heading = column->heading;
    const char *meant;

    for (size_t i = 0; i < u->count; i++) {
        if (strcmp(u->named[i], heading) == 0)
            return;
    }
    if (u->count == UNKNOWN_MOST) {
        u->more++;
        return;
    }
    u->named[u->count++] = heading;
    meant = meant_by(c, column->key);
    if (meant)
        finding_add(list, CODE_UNKNOWN_COLUMN, SEVERITY_WARNING, heading,
                    "this column is not known and is left out: %s → %s?", heading, meant);
    else
        finding_add(list, CODE_UNKNOWN_COLUMN, SEVERITY_WARNING, heading,
                    "this column is not known and is left out");
}

/* ---- mapping ---- */

/* What the columns so far are taken for, and whether a second one came for it. */
struct claim {
    int *column;
    bool *doubled;
    const char *name;
};

static void claim_add(struct columns *c, size_t column, const struct claim *claim,
                      struct findings *list)
{
    if (*claim->column == NONE) {
        *claim->column = (int)column;
        return;
    }
    if (!*claim->doubled)
        finding_add(list, CODE_DUPLICATE_COLUMN, SEVERITY_ERROR, c->at[column].heading,
                    "columns %d and %zu both are '%s'; keep one of them", *claim->column + 1,
                    column + 1, claim->name);
    *claim->doubled = true;
}

/* Which heading of a profile's column this is: 0 itself, then those that mean the same, in order.
 */
static size_t rank_of(const struct profile_column *wanted, const char *key)
{
    size_t rank = 0;

    while (strcmp(wanted->keys[rank], key) != 0)
        rank++;
    return rank;
}

/* Of two headings that mean the same the profile's first counts: who fetches exports by night
 * cannot take a column out of them. False when both are the same one. */
static bool rank_settles(struct columns *c, size_t column, int *place,
                         const struct profile_column *wanted, struct findings *list)
{
    size_t other = (size_t)*place;
    size_t now = rank_of(wanted, c->at[column].key);
    size_t before = rank_of(wanted, c->at[other].key);

    if (now == before)
        return false;
    size_t out = now < before ? other : column;
    *place = (int)(now < before ? column : other);
    finding_add(list, CODE_DUPLICATE_COLUMN, SEVERITY_WARNING, c->at[out].heading,
                "columns %zu and %zu both are '%s'; this one is left out", other + 1, column + 1,
                wanted->heading);
    return true;
}

/* Takes the column for one that the profile knows; of those that feed nothing one is as good as
 * the other. */
static bool profile_claim(struct columns *c, size_t column, bool *doubled, struct findings *list)
{
    size_t known = c->profile ? profile_column(c->profile, c->at[column].key) : 0;

    if (!c->profile || known == c->profile->column_count)
        return false;
    const struct profile_column *wanted = &c->profile->columns[known];
    int *place = &c->place[known];
    bool again = *place != NONE;
    if (!again || (wanted->used && !rank_settles(c, column, place, wanted, list)))
        claim_add(c, column, &(struct claim){place, &doubled[known], wanted->heading}, list);
    return wanted->used;
}

/* Takes the column for the field of that name. */
static bool field_claim(struct columns *c, size_t column, bool *doubled, struct findings *list)
{
    int field = schema_find_key(c->schema, heading_of(c->at[column].key));

    if (field < 0 || source_of(c, (size_t)field))
        return false;
    claim_add(
        c, column,
        &(struct claim){&c->column[field], &doubled[field], schema_name(c->schema, (size_t)field)},
        list);
    return true;
}

static bool is_known(const struct columns *c, size_t column)
{
    return c->profile && profile_column(c->profile, c->at[column].key) < c->profile->column_count;
}

static void claims_read(struct columns *c, bool *taken, struct findings *list)
{
    size_t known = c->profile ? c->profile->column_count : 0;
    bool *profile_doubled = xcalloc(known, sizeof *profile_doubled);
    bool *field_doubled = xcalloc(c->fields, sizeof *field_doubled);

    for (size_t i = 0; i < c->count; i++)
        taken[i] = c->at[i].key[0] && (profile_claim(c, i, profile_doubled, list) ||
                                       field_claim(c, i, field_doubled, list) || is_known(c, i));
    free(profile_doubled);
    free(field_doubled);
}

/* Whether the header could be a row of data, whose cells may hold passwords and are not to be told:
 * no heading is known, and one has a digit, as each row's number has and few headings. */
static bool is_data(const struct columns *c, const bool *taken)
{
    bool digit = false;

    for (size_t i = 0; i < c->count; i++) {
        if (taken[i])
            return false;
        digit = digit || strpbrk(c->at[i].heading, "0123456789") != NULL;
    }
    return digit;
}

static void unknown_find(const struct columns *c, const bool *taken, struct findings *list)
{
    struct unknown unknown = {0};

    if (is_data(c, taken)) {
        finding_add(list, CODE_MISSING_COLUMN, SEVERITY_ERROR, NULL,
                    "no column is known: is the line with the headings missing?");
        return;
    }
    bool values = has_values(c, taken);
    for (size_t i = 0; i < c->count; i++)
        if (!taken[i] && values && columns_suspects(c, c->at[i].heading, strlen(c->at[i].heading)))
            unknown.more++;
        else if (!taken[i] && !heading_ignored(c->at[i].heading))
            unknown_add(&unknown, c, &c->at[i], list);
    if (unknown.more == 1)
        finding_add(list, CODE_UNKNOWN_COLUMN, SEVERITY_WARNING, NULL,
                    "one further column is not known and is left out");
    if (unknown.more > 1)
        finding_add(list, CODE_UNKNOWN_COLUMN, SEVERITY_WARNING, NULL,
                    "%zu further columns are not known and are left out", unknown.more);
}

static int place_of(const struct columns *c, const struct profile_piece *piece)
{
    return piece->text ? NONE : c->place[piece->column];
}

static void use(struct columns *c, int column)
{
    if (column == NONE || c->at[column].used)
        return;
    c->at[column].used = true;
    c->used[c->used_count++] = (size_t)column;
}

/* The headings of a template's columns that are there. */
static char *template_heading(const struct columns *c, const struct profile_field *from)
{
    struct buf text = {0};

    for (size_t i = 0; i < from->piece_count; i++) {
        int column = place_of(c, &from->pieces[i]);
        if (column != NONE)
            buf_format(&text, "%s%s", text.len ? " + " : "", c->at[column].heading);
    }
    return text.at;
}

static void feed_add(struct columns *c, const struct profile_field *from)
{
    struct feed *feed = &c->feeds[c->feed_count++];

    feed->from = from;
    if (from->source == SOURCE_TEMPLATE)
        feed->heading = template_heading(c, from);
    if (from->source == SOURCE_POOL)
        c->pool = from;
    c->generates = c->generates || from->source == SOURCE_SECRET;
    if (from->transforms.count > 0 && !c->letters)
        c->letters = translit_new();
}

/* Returns whether there is something to make the field of. */
static bool source_bind(struct columns *c, const struct profile_field *from)
{
    bool there = from->source == SOURCE_CONSTANT || from->source == SOURCE_SECRET;

    for (size_t i = 0; i < from->column_count; i++) {
        int column = c->place[from->columns[i]];
        use(c, column);
        there = there || column != NONE;
    }
    for (size_t i = 0; i < from->piece_count; i++) {
        int column = place_of(c, &from->pieces[i]);
        use(c, column);
        there = there || column != NONE;
    }
    if (from->source == SOURCE_COLUMN && from->column_count == 1 && from->transforms.count == 0)
        c->column[from->field] = c->place[from->columns[0]];
    else if (there)
        feed_add(c, from);
    return there;
}

static void secret_mark(struct columns *c, int column)
{
    if (column != NONE)
        c->at[column].secret = true;
}

/* The columns that a secret field is made of. */
static void secrets_mark(struct columns *c)
{
    for (size_t i = 0; i < c->fields; i++)
        if (schema_secret(c->schema, i))
            secret_mark(c, c->column[i]);
    for (size_t i = 0; i < c->feed_count; i++) {
        const struct profile_field *from = c->feeds[i].from;
        if (!schema_secret(c->schema, from->field))
            continue;
        for (size_t k = 0; k < from->column_count; k++)
            secret_mark(c, c->place[from->columns[k]]);
        for (size_t k = 0; k < from->piece_count; k++)
            secret_mark(c, place_of(c, &from->pieces[k]));
    }
}

static void fields_bind(struct columns *c)
{
    for (size_t i = 0; i < c->fields; i++) {
        const struct profile_field *from = source_of(c, i);
        c->fed[i] = from ? source_bind(c, from) : c->column[i] != NONE;
        use(c, c->column[i]);
        if (c->column[i] != NONE)
            c->headings[i] = c->at[c->column[i]].heading;
    }
    secrets_mark(c);
}

/* How the file would have to head what a field is made of. */
static const char *wanted_heading(const struct columns *c, size_t field)
{
    const struct profile_field *from = source_of(c, field);

    if (from && from->column_count > 0)
        return c->profile->columns[from->columns[0]].heading;
    for (size_t i = 0; from && i < from->piece_count; i++)
        if (!from->pieces[i].text)
            return c->profile->columns[from->pieces[i].column].heading;
    return schema_name(c->schema, field);
}

static void missing_find(const struct columns *c, struct findings *list)
{
    size_t filters = c->profile ? c->profile->filter_count : 0;

    for (size_t i = 0; i < c->fields; i++)
        if (!c->fed[i] && schema_required(c->schema, i))
            missing_note(c, wanted_heading(c, i), list);
    for (size_t i = 0; i < filters; i++) {
        const struct profile_filter *filter = &c->profile->filters[i];
        if (filter->required && c->place[filter->column] == NONE)
            missing_note(c, c->profile->columns[filter->column].heading, list);
    }
}

static void none(int *at, size_t count)
{
    for (size_t i = 0; i < count; i++)
        at[i] = NONE;
}

struct columns *columns_new(const struct schema *s, const struct profile *p,
                            const struct cell *header, size_t count, struct findings *list)
{
    struct columns *c = xcalloc(1, sizeof *c);
    bool *taken = xcalloc(count, sizeof *taken);
    size_t known = p ? p->column_count : 0;

    c->schema = s;
    c->profile = p;
    c->count = count;
    c->fields = schema_count(s);
    c->at = xcalloc(count, sizeof *c->at);
    c->used = xcalloc(count, sizeof *c->used);
    c->now = xcalloc(count, sizeof *c->now);
    c->place = xcalloc(known, sizeof *c->place);
    c->feeds = xcalloc(p ? p->field_count : 0, sizeof *c->feeds);
    c->column = xcalloc(c->fields, sizeof *c->column);
    c->fed = xcalloc(c->fields, sizeof *c->fed);
    c->headings = xcalloc(c->fields, sizeof *c->headings);
    c->cells = xcalloc(c->fields, sizeof *c->cells);
    for (size_t i = 0; i < count; i++) {
        c->at[i].heading = heading_text(header[i]);
        if (!heading_key(header[i].at, header[i].len, c->at[i].key))
            c->at[i].key[0] = '\0';
    }
    none(c->place, known);
    none(c->column, c->fields);
    claims_read(c, taken, list);
    fields_bind(c);
    unknown_find(c, taken, list);
    missing_find(c, list);
    free(taken);
    return c;
}

struct columns *columns_free(struct columns *c)
{
    if (!c)
        return NULL;
    columns_wipe(c);
    for (size_t i = 0; i < c->count; i++) {
        buf_free(&c->at[i].mended);
        free(c->at[i].heading);
    }
    for (size_t i = 0; i < c->feed_count; i++) {
        buf_free(&c->feeds[i].text[0]);
        buf_free(&c->feeds[i].text[1]);
        buf_free(&c->feeds[i].whole);
        free(c->feeds[i].heading);
    }
    translit_free(c->letters);
    buf_wipe(&c->key);
    free(c->at);
    free(c->used);
    free(c->now);
    free(c->place);
    free(c->feeds);
    free(c->column);
    free(c->fed);
    free(c->headings);
    free(c->cells);
    free(c);
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

const struct profile_pool *columns_pool(const struct columns *c)
{
    return c->pool ? &c->pool->pool : NULL;
}

bool columns_generates(const struct columns *c)
{
    return c->generates;
}

struct cell columns_pool_key(struct columns *c, const struct row *row)
{
    static const struct cell none_known = {0};
    static const struct cell empty = {"", 0};
    struct findings shape = {0};
    int column = c->pool ? c->place[c->pool->columns[0]] : NONE;
    bool well = column != NONE && row->kind == ROW_KIND_RECORD && columns_shape(c, row, &shape);

    findings_free(&shape);
    wipe(c->key.at, c->key.len);
    buf_reset(&c->key);
    if (!well)
        return none_known;
    struct cell key = (size_t)column < row->count ? row->cells[column] : empty;
    damage_mend(&key, &c->key);
    return damage_error(key) ? none_known : text_trimmed(key);
}
