/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dialect.h"

#include <strings.h>

#include "code.h"

#define CONTROL_SHARE 32   /* text has less than one control byte in so many */
#define WEIGHT        8    /* of the lines that are like the header against the header alone */
#define LINES_MOST    1000 /* that are looked at */
#define TITLES_MOST   20   /* lines of which one may be the header */

static const char bom[] = "\xEF\xBB\xBF";
static const char delimiters[] = {',', ';', '\t', '|'}; /* among equals the first one wins */

/* With these, in any case, a web page or an XML document begins, which some systems export under
 * the name of a spreadsheet. */
static const char *const markup[] = {"<html", "<!doctype", "<table", "<head", "<meta",
                                     "<body", "<style",    "<?xml",  "<!--"};

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_line_end(char c)
{
    return c == '\n' || c == '\r';
}

static bool is_control(char c)
{
    return (unsigned char)c < ' ' && !is_space(c);
}

static size_t delimiter_index(char c)
{
    size_t d = 0;
    while (d < COUNT_OF(delimiters) && c != delimiters[d])
        d++;
    return d;
}

static const char *binary(const char *head, size_t len)
{
    size_t count = 0;
    for (size_t i = 0; i < len; i++)
        count += is_control(head[i]);
    if (count <= len / CONTROL_SHARE)
        return NULL;
    return "binary data, not text; export the data as CSV UTF-8";
}

static const char *web_page(const char *text, size_t len)
{
    for (size_t i = 0; i < COUNT_OF(markup); i++) {
        size_t n = strlen(markup[i]);
        if (len >= n && !strncasecmp(text, markup[i], n))
            return "a web page or XML, whatever its name says; open it in a spreadsheet program "
                   "and save it as CSV UTF-8";
    }
    return NULL;
}

/* ---- the delimiter ---- */

/* How many delimiters of each kind stand in a line, outside quotes. */
struct line {
    size_t count[COUNT_OF(delimiters)];
};

struct tally {
    struct line *lines; /* empty ones do not count */
    size_t count;
    bool unclosed; /* no quote after here is a closing one */
};

/* The closing quote of the cell that is opened before text: what follows it ends a cell. NULL when
 * there is none, and so none for any quote after it. */
static const char *quote_end(const char *text, const char *end)
{
    for (const char *at = text; (at = memchr(at, '"', (size_t)(end - at))) != NULL; at++) {
        const char *next = at + 1;
        while (next < end && *next == ' ')
            next++;
        if (next == end || is_line_end(*next) || delimiter_index(*next) < COUNT_OF(delimiters))
            return at;
        if (*next == '"' && next == at + 1)
            at++;
    }
    return NULL;
}

/* Counts in the line at text; returns where it ends. Line breaks within quotes belong to a cell, as
 * in a heading of two lines. */
static const char *tally_line(struct tally *t, const char *text, const char *end, struct line *ret)
{
    bool begins = true; /* a cell */
    const char *at = text;
    for (; at < end && !is_line_end(*at); at++) {
        size_t d = delimiter_index(*at);
        if (d < COUNT_OF(delimiters))
            ret->count[d]++;
        const char *close = NULL;
        if (*at == '"' && begins && !t->unclosed) {
            close = quote_end(at + 1, end);
            t->unclosed = close == NULL;
        }
        if (close)
            at = close;
        begins = d < COUNT_OF(delimiters) || (begins && *at == ' ');
    }
    return at;
}

/* The last line counts only when it is whole, or the only one. */
static void tally_text(struct tally *t, const char *text, const char *end, bool whole)
{
    while (text < end && t->count < LINES_MOST) {
        struct line line = {0};
        const char *stop = tally_line(t, text, end, &line);
        if (stop > text && (stop < end || whole || t->count == 0))
            t->lines[t->count++] = line;
        text = stop + 1;
    }
}

struct guess {
    size_t d; /* index of the delimiter */
    size_t header, like;
    double score;
};

/* How good a delimiter is when the line `header` is the header: it cuts many later lines into as
 * many cells. */
static struct guess guess_rate(const struct tally *t, size_t d, size_t header)
{
    struct guess g = {.d = d, .header = header};
    for (size_t i = header + 1; i < t->count; i++)
        g.like += t->lines[i].count[d] == t->lines[header].count[d];
    g.score = (double)t->lines[header].count[d] * (double)(1 + WEIGHT * g.like);
    return g;
}

/* The first line that is like half of all lines is the header, if there is one; then the best
 * delimiter of that line wins. Otherwise the best of any line, where each line above it tells
 * against it. */
static struct guess delimiter_guess(const struct tally *t)
{
    struct guess best = {0};
    struct guess any = {0};
    for (size_t h = 0; h < t->count && h < TITLES_MOST && best.score == 0; h++) {
        for (size_t d = 0; d < COUNT_OF(delimiters); d++) {
            struct guess g = guess_rate(t, d, h);
            if (2 * (g.like + 1) >= t->count && g.score > best.score)
                best = g;
            g.score /= (double)(1 + 2 * h);
            if (g.score > any.score)
                any = g;
        }
    }
    return best.score > 0 ? best : any;
}

static char delimiter_find(const char *text, const char *end, bool whole, char *choices)
{
    struct tally t = {.lines = xcalloc(LINES_MOST, sizeof *t.lines)};
    tally_text(&t, text, end, whole);
    struct guess g = delimiter_guess(&t);
    char found = delimiters[g.d];
    const char *named = dialect_delimiter_text(found);
    if (g.score > 0)
        choices_add(choices, "delimiter", named, "%zu of %zu lines have %zu of it", g.like + 1,
                    t.count, t.lines[g.header].count[g.d]);
    else
        choices_add(choices, "delimiter", named, "there is none in the file");
    free(t.lines);
    return found;
}

/* ---- the quote ---- */

/* How cells begin and end. */
struct marks {
    size_t opened, closed; /* with ' */
    size_t quoted;         /* they begin with " */
    size_t lines, marked;  /* all; those with a cell that begins with ' */
};

static void mark_cell(struct marks *m, const char *at, const char *end)
{
    while (at < end && *at == ' ')
        at++;
    while (end > at && end[-1] == ' ')
        end--;
    m->quoted += at < end && *at == '"';
    m->opened += at < end && *at == '\'';
    m->closed += end - at > 1 && end[-1] == '\'';
}

/* Single quotes are part of names, so they are taken for quotes only where that is unmistakable:
 * they stand in half of the lines, at the beginning of cells as often as at the end, and no cell
 * begins with the usual quote. */
static char quote_find(const char *text, const char *end, char delimiter, char *choices)
{
    struct marks m = {0};
    if (!memchr(text, '\'', (size_t)(end - text)))
        return '"';
    while (text < end) {
        size_t before = m.opened;
        const char *cell = text;
        for (; text < end && !is_line_end(*text); text++) {
            if (*text == delimiter) {
                mark_cell(&m, cell, text);
                cell = text + 1;
            }
        }
        mark_cell(&m, cell, text);
        m.lines += text > cell || m.opened > before;
        m.marked += m.opened > before;
        text++;
    }
    if (m.quoted > 0 || m.opened < 2 || m.opened != m.closed || 2 * m.marked < m.lines)
        return '"';
    choices_add(choices, "quote", "'",
                "%zu cells begin with it, as many end with it, and none begins with a double quote",
                m.opened);
    return '\'';
}

/* ---- all of it ---- */

static const char *line_end_skip(const char *at, const char *end)
{
    if (at < end && *at == '\r')
        at++;
    else if (at < end)
        return at + 1;
    return at < end && *at == '\n' ? at + 1 : at;
}

/* The line sep=X, by which spreadsheet programs are told the delimiter. Returns where the next
 * line begins, NULL when there is none such. */
static const char *separator_read(const char *text, const char *end, char *ret)
{
    bool quoted = text < end && *text == '"';
    const char *at = text + quoted;
    if (end - at < 5 || strncasecmp(at, "sep=", 4) != 0 ||
        delimiter_index(at[4]) == COUNT_OF(delimiters))
        return NULL;
    const char *stop = at + 5 + (quoted && at + 5 < end && at[5] == '"');
    if (stop < end && !is_line_end(*stop))
        return NULL;
    *ret = at[4];
    return line_end_skip(stop, end);
}

/* What the file is when it is no CSV; NULL when it may be. ink: what follows its first blanks. */
static const char *not_csv(const char *head, size_t len, const char *ink, size_t ink_len)
{
    const char *what = encoding_foreign(head, len);
    if (!what)
        what = binary(head, len);
    return what ? what : web_page(ink, ink_len);
}

/* Where the text begins, and what the line on top says. */
static const char *text_begin(const char *text, const char *end, struct dialect *d, char *choices)
{
    const char *next = separator_read(text, end, &d->delimiter);
    if (!next)
        return text;
    d->separator = true;
    d->text_offset += (uint64_t)(next - text);
    d->text_line++;
    choices_add(choices, "delimiter", dialect_delimiter_text(d->delimiter),
                "the line sep= on top says so");
    return next;
}

static void wish_take(struct dialect *d, const struct dialect_wish *wish, char *choices)
{
    static const char why[] = "the profile says so";
    if (wish && wish->delimiter && !d->separator) {
        d->delimiter = wish->delimiter;
        choices_add(choices, "delimiter", dialect_delimiter_text(d->delimiter), why);
    }
    if (wish && wish->quote) {
        d->quote = wish->quote;
        choices_add(choices, "quote", d->quote == '"' ? "\"" : "'", why);
    }
}

bool dialect_guess(const char *head, size_t len, const struct dialect_wish *wish,
                   struct dialect *ret, char choices[CHOICES_ROOM], int *ret_code, struct fault *f)
{
    bool has_bom = len >= strlen(bom) && !memcmp(head, bom, strlen(bom));
    size_t skip = has_bom ? strlen(bom) : 0;
    const char *text = head + skip;
    const char *end = head + len;
    const char *ink = text;
    while (ink < end && is_space(*ink))
        ink++;

    const char *what = not_csv(head, len, ink, (size_t)(end - ink));
    if (what) {
        *ret_code = CODE_NOT_CSV;
        return fault_set(f, FAULT_INPUT, 0, "this is %s", what);
    }
    if (ink == end && len < DIALECT_HEAD) {
        *ret_code = CODE_EMPTY_FILE;
        return fault_set(f, FAULT_INPUT, 0, "the file is empty");
    }

    struct dialect d = {.encoding = "utf-8", .bom = has_bom, .text_offset = skip, .text_line = 1};
    text = text_begin(text, end, &d, choices);
    wish_take(&d, wish, choices);
    if (!d.delimiter)
        d.delimiter = delimiter_find(text, end, len < DIALECT_HEAD, choices);
    if (!d.quote)
        d.quote = quote_find(text, end, d.delimiter, choices);
    *ret = d;
    return true;
}

const char *dialect_delimiter_text(char delimiter)
{
    static const char *const texts[] = {",", ";", "tab", "|"};
    static_assert(COUNT_OF(texts) == COUNT_OF(delimiters), "a name for each delimiter");
    const char *at = memchr(delimiters, delimiter, sizeof delimiters);
    assert(at);
    return texts[at - delimiters];
}
