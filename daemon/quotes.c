/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME quotes: a malformed line, read in every way that a person could mean.
 *
 * A reading is linear in the line. It is a rule for where a quoted cell ends: at the first quote
 * that a delimiter or the line's end follows, wherever that is, or only if no delimiter comes
 * before; and whether \" is a quote of the text. Readings that cut the line into the same pieces
 * are the same. */
#include "quotes.h"

enum { WITHIN = 1, BACKSLASH = 2, RULES = 4 }; /* bits of a rule */

struct reading {
    const struct quotes *q;
    const char *line, *end;
    unsigned rule;
    bool none_closes; /* no quote from here on ends a cell */
    size_t count;
    uint64_t cuts; /* a digest of where the cells begin and end */
    struct quotes_read told;
    /* where the cells go; NULL while readings are compared */
    char *text;
    struct cell *cells;
};

/* A cell's text in the line. */
struct piece {
    const char *at, *end;
    const char *next; /* the delimiter behind it, or the line's end */
    bool quoted;
    enum quotes_fault fault;
};

static bool is_blank(const struct reading *r, char c)
{
    return (c == ' ' || c == '\t') && c != r->q->delimiter;
}

static const char *blanks_skip(const struct reading *r, const char *at)
{
    while (at < r->end && is_blank(r, *at))
        at++;
    return at;
}

static const char *delimiter_find(const struct reading *r, const char *at)
{
    while (at < r->end && *at != r->q->delimiter)
        at++;
    return at;
}

/* What a quote in a quoted cell is. */
enum mark { MARK_NONE, MARK_TEXT, MARK_PAIR, MARK_BACKSLASH, MARK_CLOSES };

static enum mark mark_at(const struct reading *r, const char *at)
{
    char quote = r->q->quote;
    if ((r->rule & BACKSLASH) && *at == '\\' && at + 1 < r->end && at[1] == quote)
        return MARK_BACKSLASH;
    if (*at != quote)
        return MARK_NONE;
    const char *next = blanks_skip(r, at + 1);
    if (next == r->end || *next == r->q->delimiter)
        return MARK_CLOSES;
    return at[1] == quote ? MARK_PAIR : MARK_TEXT;
}

/* The quote that closes the cell which begins at `at`, before `end`; NULL when there is none. */
static const char *close_find(const struct reading *r, const char *at, const char *end,
                              enum quotes_fault *fault)
{
    while (at < end) {
        enum mark mark = mark_at(r, at);
        if (mark == MARK_CLOSES)
            return at;
        if (mark == MARK_BACKSLASH && *fault < QUOTES_BACKSLASH)
            *fault = QUOTES_BACKSLASH;
        if (mark == MARK_TEXT && *fault < QUOTES_INSIDE)
            *fault = QUOTES_INSIDE;
        at += mark == MARK_PAIR || mark == MARK_BACKSLASH ? 2 : 1;
    }
    return NULL;
}

static size_t marks_in(const struct reading *r, const char *at, const char *end)
{
    size_t count = 0;
    for (; at < end; at++)
        count += *at == r->q->quote;
    return count;
}

/* The quoted cell whose text begins at `at`. False when something is behind its closing quote. */
static bool quoted_read(struct reading *r, const char *at, struct piece *ret)
{
    const char *stop = r->rule & WITHIN ? delimiter_find(r, at) : r->end;
    enum quotes_fault fault = ret->fault;
    const char *close = r->none_closes ? NULL : close_find(r, at, stop, &fault);
    ret->at = at;
    ret->quoted = true;
    if (close) {
        ret->end = close;
        ret->next = blanks_skip(r, close + 1);
        ret->fault = fault;
        if (ret->next > close + 1 && fault == QUOTES_WELL)
            ret->fault = QUOTES_BLANK;
        return true;
    }
    r->none_closes = stop == r->end;
    ret->end = ret->next = delimiter_find(r, at);
    ret->fault = QUOTES_UNCLOSED;
    return marks_in(r, at, ret->end) == 0;
}

/* False when it cannot be understood. A single quote in the first cell may close one of the line
 * before: the line is the end of another record then. */
static bool piece_read(struct reading *r, const char *at, struct piece *ret)
{
    const char *ink = blanks_skip(r, at);
    *ret = (struct piece){.at = at};
    if (ink < r->end && *ink == r->q->quote) {
        ret->fault = ink > at ? QUOTES_BLANK : QUOTES_WELL;
        return quoted_read(r, ink + 1, ret);
    }
    ret->end = ret->next = delimiter_find(r, at);
    size_t marks = marks_in(r, at, ret->end);
    ret->fault = marks ? QUOTES_INSIDE : QUOTES_WELL;
    return r->count > 0 || marks % 2 == 0;
}

static void cut_add(struct reading *r, const char *at)
{
    r->cuts = (r->cuts ^ (uint64_t)(at - r->line)) * 0x100000001b3; /* FNV-1a, by places */
}

/* The cell's text, with one quote for what stands for one. */
static void piece_put(struct reading *r, const struct piece *p)
{
    char *to = r->text;
    for (const char *at = p->at; at < p->end;) {
        enum mark mark = p->quoted && p->fault != QUOTES_UNCLOSED ? mark_at(r, at) : MARK_NONE;
        at += mark == MARK_PAIR || mark == MARK_BACKSLASH;
        *to++ = *at++;
    }
    *to = '\0';
    r->cells[r->count] = (struct cell){r->text, (size_t)(to - r->text)};
    r->text = to + 1;
}

/* Reads the line by one rule. False when it cannot be read so. */
static bool line_read(struct reading *r)
{
    struct piece p = {0};
    for (const char *at = r->line;; at = p.next + 1) {
        if (r->count == r->q->most || !piece_read(r, at, &p))
            return false;
        cut_add(r, p.at);
        cut_add(r, p.end);
        if (p.fault > r->told.fault) {
            r->told.fault = p.fault;
            r->told.column = r->count;
        }
        if (r->cells)
            piece_put(r, &p);
        r->count++;
        if (p.next == r->end)
            break;
    }
    r->told.open_end = p.fault == QUOTES_UNCLOSED;
    r->told.count = r->count;
    return true;
}

static bool counts(const struct reading *r)
{
    return r->q->count ? r->count == r->q->count : r->told.fault != QUOTES_UNCLOSED;
}

/* The rules' bits that make a difference in the line. */
static unsigned rules_of(const struct quotes *q, const char *line, size_t len)
{
    const char escaped[] = {'\\', q->quote};
    return memmem(line, len, escaped, sizeof escaped) ? RULES - 1 : WITHIN;
}

bool quotes_read(const struct quotes *q, const char *line, size_t len, char *text,
                 struct cell *cells, struct quotes_read *ret)
{
    struct reading first = {0};
    unsigned bits = rules_of(q, line, len);
    bool any = false;
    /* from the last one down, so that \" is a quote where both readings cut alike */
    for (unsigned i = RULES; i-- > 0;) {
        struct reading r = {.q = q, .line = line, .end = line + len, .rule = i};
        bool good = (i & ~bits) == 0 && line_read(&r);
        if (good && any && (counts(&r) || q->count == 0) && r.cuts != first.cuts)
            return false;
        if (!good || !counts(&r)) {
            if (q->count == 0 && (i & ~bits) == 0)
                return false;
            continue;
        }
        if (!any)
            first = r;
        any = true;
    }
    if (!any)
        return false;

    struct reading r = {
        .q = q, .line = line, .end = line + len, .rule = first.rule, .text = text, .cells = cells};
    bool again = line_read(&r);
    assert(again);
    *ret = r.told;
    return true;
}

const char *quotes_text(enum quotes_fault fault)
{
    static const char *const texts[] = {
        [QUOTES_WELL] = "",
        [QUOTES_BLANK] = "blanks beside its quotes were left out",
        [QUOTES_INSIDE] = "quotes stand amid the value; they were read as part of it",
        [QUOTES_BACKSLASH] = "a quote behind a backslash was read as part of the value",
        [QUOTES_UNCLOSED] = "its closing quote is missing; it was read up to the next delimiter",
    };
    return texts[fault];
}
