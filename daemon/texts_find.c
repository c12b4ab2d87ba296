/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME texts_find: how a text is found in the table, and how a message that was composed in English
 * is told in another language.
 *
 * A message is compared with each line that has places for what varies, those with the most letters
 * first. A line fits when its letters stand in the message in their order, the first ones at its
 * beginning, the last ones at its end, the others as early as they can: where any way of reading it
 * fits, that one does, so none is tried twice, and a message that is made to look like many lines
 * at once costs what others do. */
#include "texts_own.h"

#include <pthread.h>

#include "cell.h"

#define PLACES_MOST  9
#define NESTING_MOST 4 /* messages within a message: heading, meaning, detail */

struct pattern {
    const char *const *in; /* by language */
    struct cell part[PLACES_MOST + 1];
    struct {
        unsigned value; /* 0 for %1 */
        bool message;   /* %+1 */
    } place[PLACES_MOST];
    size_t places;
    size_t letters; /* of all parts */
};

/* Made at the first question, from parts that are static; so it is never given back. The loop and
 * the page's thread may both be the first to ask. */
static pthread_once_t made = PTHREAD_ONCE_INIT;
static struct {
    const char *const **lines; /* sorted by their English */
    size_t count;
    struct pattern *patterns; /* of messages; those with the most letters first */
    size_t pattern_count;
} table;

/* ---- the table ---- */

static int by_english(const void *a, const void *b)
{
    const char *const *const *left = a;
    const char *const *const *right = b;
    return strcmp((*left)[LANGUAGE_EN], (*right)[LANGUAGE_EN]);
}

static int by_letters(const void *a, const void *b)
{
    const struct pattern *left = a;
    const struct pattern *right = b;
    if (left->letters != right->letters)
        return left->letters > right->letters ? -1 : 1;
    return left->in < right->in ? -1 : left->in > right->in;
}

/* Steps over a place, %1 or %+1. False when there is none: another character, or %%. */
static bool place_read(const char **at, unsigned *ret_value, bool *ret_message)
{
    const char *digit = *at + 1;
    if (**at != '%' || *digit == '%')
        return false;
    *ret_message = *digit == '+';
    digit += *ret_message;
    assert(*digit >= '1' && *digit <= '9');
    *ret_value = (unsigned)(*digit - '1');
    *at = digit + 1;
    return true;
}

static struct pattern pattern_of(const char *const *in)
{
    struct pattern p = {.in = in};
    const char *at = in[LANGUAGE_EN];
    char *letters = xmalloc(strlen(at) + 1);
    p.part[0].at = letters;
    while (*at) {
        unsigned value;
        bool message;
        if (place_read(&at, &value, &message)) {
            assert(p.places < PLACES_MOST);
            p.place[p.places].value = value;
            p.place[p.places].message = message;
            p.part[++p.places].at = letters;
            continue;
        }
        at += *at == '%';
        *letters++ = *at++;
        p.part[p.places].len++;
        p.letters++;
    }
    return p;
}

static void part_take(const struct texts_part *part, bool messages)
{
    table.lines = xrealloc(table.lines, (table.count + part->count) * sizeof(*table.lines));
    for (size_t i = 0; i < part->count; i++) {
        const char *const *in = part->lines[i];
        table.lines[table.count++] = in;
        if (!messages || !strchr(in[LANGUAGE_EN], '%'))
            continue;
        table.patterns =
            xrealloc(table.patterns, (table.pattern_count + 1) * sizeof *table.patterns);
        table.patterns[table.pattern_count++] = pattern_of(in);
    }
}

static void table_make(void)
{
    part_take(&texts_words, false);
    part_take(&texts_advice, false);
    part_take(&texts_messages, true);
    part_take(&texts_reasons, true);
    qsort(table.lines, table.count, sizeof(*table.lines), by_english);
    qsort(table.patterns, table.pattern_count, sizeof *table.patterns, by_letters);
}

const char *const *texts_line(const char *english)
{
    pthread_once(&made, table_make);
    const char *const key[LANGUAGES] = {english};
    const char *const *wanted = key;
    const char *const **found =
        bsearch(&wanted, table.lines, table.count, sizeof(*table.lines), by_english);
    return found ? *found : NULL;
}

/* ---- messages ---- */

/* What stands in the places, when the message is of this form. */
static bool pattern_fits(const struct pattern *p, struct cell message, struct cell *values)
{
    const struct cell *first = &p->part[0];
    if (message.len < p->letters)
        return false;
    if (first->len > 0 && memcmp(message.at, first->at, first->len) != 0)
        return false;
    if (p->places == 0)
        return message.len == p->letters;
    const struct cell *last = &p->part[p->places];
    const char *at = message.at + p->part[0].len;
    const char *end = message.at + message.len - last->len;
    if (memcmp(end, last->at, last->len) != 0)
        return false;
    for (size_t i = 0; i + 1 < p->places; i++) {
        const struct cell *next = &p->part[i + 1];
        const char *found = memmem(at, (size_t)(end - at), next->at, next->len);
        if (!found)
            return false;
        values[p->place[i].value] = (struct cell){at, (size_t)(found - at)};
        at = found + next->len;
    }
    values[p->place[p->places - 1].value] = (struct cell){at, (size_t)(end - at)};
    return true;
}

static void message_add(struct buf *to, enum language l, struct cell message, unsigned nesting);

/* The line's text in that language or in English, with what stands in the message. */
static void pattern_add(struct buf *to, enum language l, const struct pattern *p,
                        const struct cell *values, unsigned nesting)
{
    for (const char *at = p->in[l] ? p->in[l] : p->in[LANGUAGE_EN]; *at;) {
        unsigned value;
        bool message;
        if (!place_read(&at, &value, &message)) {
            at += *at == '%';
            buf_char(to, *at++);
        } else if (message) {
            message_add(to, l, values[value], nesting + 1);
        } else {
            buf_add(to, values[value].at, values[value].len);
        }
    }
}

static bool is_word(const char *const *line)
{
    for (size_t i = 0; i < texts_words.count; i++)
        if (line == texts_words.lines[i])
            return true;
    return false;
}

/* Within a message stand headings of others: that one is "May" makes no month of it. */
static const char *plain_find(enum language l, struct cell message, bool words)
{
    ON_LEAVE(free_text) char *text = xstrndup(message.at, message.len);
    const char *const *line = texts_line(text);
    if (!line || strchr(text, '%') || (!words && is_word(line)))
        return NULL;
    return line[l] ? line[l] : line[LANGUAGE_EN];
}

/* What a line that begins with a message has at its front must be one: the words behind it may be
 * anybody's, in a schema of their own. One that begins with a message itself is not looked for. */
static bool front_is_known(enum language l, const struct pattern *p, const struct cell *values)
{
    struct cell inner[PLACES_MOST];
    if (p->part[0].len > 0 || !p->place[0].message)
        return true;
    struct cell front = values[p->place[0].value];
    if (plain_find(l, front, false))
        return true;
    for (size_t i = 0; i < table.pattern_count; i++)
        if (table.patterns[i].part[0].len > 0 && pattern_fits(&table.patterns[i], front, inner))
            return true;
    return false;
}

static void message_add(struct buf *to, enum language l, struct cell message, unsigned nesting)
{
    struct cell values[PLACES_MOST] = {0};
    const char *plain = plain_find(l, message, nesting == 0);
    if (plain) {
        buf_text(to, plain);
        return;
    }
    for (size_t i = 0; i < table.pattern_count && nesting < NESTING_MOST; i++) {
        const struct pattern *p = &table.patterns[i];
        if (pattern_fits(p, message, values) && front_is_known(l, p, values)) {
            pattern_add(to, l, p, values, nesting);
            return;
        }
    }
    buf_add(to, message.at, message.len);
}

void text_message(struct buf *to, enum language l, const char *message)
{
    if (l == LANGUAGE_EN)
        buf_text(to, message);
    else
        message_add(to, l, (struct cell){message, strlen(message)}, 0);
}
