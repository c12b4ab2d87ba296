/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records of a CSV file, read with libcsv in its strict mode.
 *
 * A record that begins with a line without a quote is that line, and is cut at its delimiters
 * here, since libcsv looks at each byte by itself. Any other goes through libcsv.
 *
 * libcsv is fed one physical line at a time: after each, either the record is whole or a quoted
 * cell is open. That gives every record its exact place, and after an error the reader goes on at
 * the line after the one where the record began, so that one bad record costs one line.
 *
 * What a record is depends on nothing but the bytes from its first one on (and on the number of
 * cells expected), which is why a seek yields what a sequential read yielded.
 *
 * An unclosed quote swallows the lines after it. It is told by a strict error, the end of the
 * file or a limit met within a record over several lines, or by lines_merged().
 *
 * The work is linear in the size of the file. Each quote in a line flips between "a quoted cell is
 * open" and "none is". So a record over several lines begins at a line with an odd number of
 * quotes and ends at the next such line at the latest; those between have an even number and are
 * one line each when they are read again. Hence no line is parsed more than five times: ahead by
 * wrong_count() from the record before, as a later line of a record, again by wrong_count(), as
 * the first line of a record of its own, and once more when that had a wrong count as well. A
 * malformed line is read a few times more, by itself; and the one that follows it may be.
 * Memory is bounded by the limits of a record, whatever the file holds: the window, the cells' text
 * and libcsv's buffer of a cell are each about as long as a record may be. */
#include "rows.h"

#include <csv.h>
#include <errno.h>
#include <unistd.h>

#include "quotes.h"
#include "utf8.h"

#define CHUNK        (64 * 1024)
#define CHUNK_FIRST  4096 /* behind a seek, where a single record may be all that is wanted */
#define CELL_BLOCK   4096 /* by which libcsv grows its buffer of one cell */
#define LINE_PIECE   512  /* in which a line's end is looked for */
#define CHANCE_LIMIT 8    /* delimiters that no chance puts in their places */

struct rows {
    int fd;
    char delimiter;
    char quote;
    struct rows_limits limits;
    size_t expect;

    char *window; /* bytes of the file from base on */
    uint64_t base;
    size_t filled, most; /* bytes in it, and the most that ever were */
    size_t here;         /* index in the window where the next record is looked for */
    size_t chunk;        /* to be read next */
    uint64_t line;

    struct csv_parser parser;
    bool used; /* the parser may stand amid a record */
    bool whole, crowded, plain;
    char *text; /* the cells' text, each with its NUL */
    size_t text_len;
    struct cell *cells;
    size_t count;
};

/* A physical line, by its place in the window after here. */
struct line {
    size_t content;
    size_t len;    /* content and line end; 0 only at the end of the file */
    bool too_long; /* longer than a record may be: this is no more than its beginning */
};

struct quote {
    uint64_t line;
    size_t column;
};

static size_t window_room(const struct rows *r)
{
    return r->limits.bytes + 1 + CHUNK;
}

/* The cells' text: each delimiter makes way for a NUL, and there is one more. */
static size_t text_room(const struct rows *r)
{
    return r->limits.bytes + 1;
}

static int no_space(unsigned char c)
{
    (void)c;
    return 0;
}

/* libcsv trims blanks around cells unless told that there are none. */
static void parser_init(struct csv_parser *p, char delimiter, char quote)
{
    int rc = csv_init(p, CSV_STRICT | CSV_STRICT_FINI);
    assert(rc == 0);
    csv_set_delim(p, (unsigned char)delimiter);
    csv_set_quote(p, (unsigned char)quote);
    csv_set_space_func(p, no_space);
    csv_set_realloc_func(p, wiping_realloc);
    csv_set_free_func(p, wiping_free);
    csv_set_blk_size(p, CELL_BLOCK);
}

struct rows *rows_new(int fd, char delimiter, struct rows_limits limits, uint64_t offset,
                      uint64_t line)
{
    assert(limits.bytes > 0 && limits.cells > 0);
    assert(delimiter != '"' && delimiter != '\r' && delimiter != '\n');
    struct rows *r = xcalloc(1, sizeof *r);
    r->fd = fd;
    r->delimiter = delimiter;
    r->quote = '"';
    r->limits = limits;
    r->chunk = CHUNK_FIRST;
    r->window = xmalloc(window_room(r));
    r->text = xmalloc(text_room(r));
    r->cells = xmalloc(limits.cells * sizeof *r->cells);
    parser_init(&r->parser, delimiter, r->quote);
    rows_seek(r, offset, line);
    return r;
}

struct rows *rows_free(struct rows *r)
{
    if (!r)
        return NULL;
    csv_free(&r->parser);
    wipe(r->window, r->most);
    free(r->window);
    /* a record's cells take no more room than the record, which was in the window */
    wipe(r->text, r->most < text_room(r) ? r->most : text_room(r));
    free(r->text);
    free(r->cells);
    free(r);
    return NULL;
}

void rows_quote(struct rows *r, char quote)
{
    r->quote = quote;
    csv_set_quote(&r->parser, (unsigned char)quote);
}

void rows_expect(struct rows *r, size_t count)
{
    r->expect = count;
}

void rows_seek(struct rows *r, uint64_t offset, uint64_t line)
{
    if (offset < r->base || offset > r->base + r->filled) {
        r->base = offset;
        r->filled = 0;
        r->chunk = CHUNK_FIRST;
    }
    r->here = (size_t)(offset - r->base);
    r->line = line;
}

uint64_t rows_offset(const struct rows *r)
{
    return r->base + r->here;
}

uint64_t rows_line(const struct rows *r)
{
    return r->line;
}

/* Reads on into the window, dropping what lies before here. */
static bool window_more(struct rows *r, bool *ret_eof, struct fault *f)
{
    r->filled -= r->here;
    memmove(r->window, r->window + r->here, r->filled);
    r->base += r->here;
    r->here = 0;
    assert(r->filled + CHUNK <= window_room(r));

    ssize_t n;
    do {
        n = pread(r->fd, r->window + r->filled, r->chunk, (off_t)(r->base + r->filled));
    } while (n < 0 && errno == EINTR);
    if (n < 0)
        return fault_set(f, FAULT_IO, errno, "read at byte %llu",
                         (unsigned long long)(r->base + r->filled));
    r->filled += (size_t)n;
    r->chunk = r->chunk < CHUNK ? 2 * r->chunk : CHUNK;
    if (r->filled > r->most)
        r->most = r->filled;
    *ret_eof = n == 0;
    return true;
}

/* Piece by piece: where lines end with CR alone, each would look for a LF in all of the rest. */
static size_t line_content(const char *text, size_t len)
{
    size_t n = 0;
    while (n < len) {
        size_t piece = len - n < LINE_PIECE ? len - n : LINE_PIECE;
        const char *feed = memchr(text + n, '\n', piece);
        if (feed)
            piece = (size_t)(feed - text) - n;
        const char *end = memchr(text + n, '\r', piece);
        if (!end)
            end = feed;
        if (end)
            return (size_t)(end - text);
        n += piece;
    }
    return n;
}

/* How many bytes the line end at the beginning of text takes: LF, CR LF or a lone CR; 0 if none. */
static size_t line_end(const char *text, size_t len)
{
    if (len == 0)
        return 0;
    return len > 1 && text[0] == '\r' && text[1] == '\n' ? 2 : 1;
}

/* The physical line that begins `at` bytes after here. */
static bool line_get(struct rows *r, size_t at, struct line *ret, struct fault *f)
{
    size_t end = at;
    bool eof = false;
    for (;;) {
        const char *text = r->window + r->here;
        size_t have = r->filled - r->here;
        end += line_content(text + end, have - end);
        bool known = end < have && (text[end] == '\n' || end + 1 < have);
        if (known || eof || end > r->limits.bytes)
            break;
        if (!window_more(r, &eof, f))
            return false;
    }
    ret->content = ret->len = end - at;
    ret->too_long = end > r->limits.bytes;
    if (!ret->too_long)
        ret->len += line_end(r->window + r->here + end, r->filled - r->here - end);
    return true;
}

static void on_cell(void *text, size_t len, void *reader)
{
    struct rows *r = reader;
    if (r->count == r->limits.cells) {
        r->crowded = true;
        return;
    }
    assert(r->text_len + len < text_room(r));
    char *to = r->text + r->text_len;
    memcpy(to, text, len);
    to[len] = '\0';
    r->text_len += len + 1;
    r->cells[r->count++] = (struct cell){to, len};
}

static void on_row(int end, void *reader)
{
    (void)end;
    ((struct rows *)reader)->whole = true;
}

static void parser_begin(struct rows *r)
{
    if (r->used) {
        csv_free(&r->parser);
        parser_init(&r->parser, r->delimiter, r->quote);
    }
    r->used = true;
    r->whole = false;
}

/* A line without a quote is a record, and its cells are what stands between the delimiters: what
 * libcsv makes of it, too, a byte at a time. */
static int line_cut(struct rows *r, const char *text, size_t len)
{
    char *at = r->text;
    char *end = at + len;
    r->plain = utf8_plain(text, len) == len;
    memcpy(at, text, len);
    *end = '\0';
    for (;;) {
        char *stop = memchr(at, r->delimiter, (size_t)(end - at));
        if (r->count == r->limits.cells)
            return CODE_TOO_LONG;
        r->cells[r->count++] = (struct cell){at, (size_t)((stop ? stop : end) - at)};
        if (!stop)
            return CODE_NONE;
        *stop = '\0';
        at = stop + 1;
    }
}

/* Parses the first line of a record, or the next one. CODE_NONE: the record is whole; otherwise
 * what is wrong should it end here, which for an open quote only the lines to come can tell. */
static int record_feed(struct rows *r, bool first, const char *text, struct line line)
{
    if (first && !memchr(text, r->quote, line.content))
        return line_cut(r, text, line.content);
    if (first)
        parser_begin(r);
    if (csv_parse(&r->parser, text, line.len, on_cell, on_row, r) < line.len)
        return CODE_STRAY_QUOTE;
    bool ends_file = line.len == line.content;
    if (ends_file && csv_fini(&r->parser, on_cell, on_row, r) != 0)
        return CODE_UNCLOSED_QUOTE;
    if (r->crowded)
        return CODE_TOO_LONG;
    r->used = !r->whole;
    return r->whole ? CODE_NONE : CODE_UNCLOSED_QUOTE;
}

/* What was found in lines, up to where the record that begins with them is whole or cannot be. */
struct scan {
    int code;
    size_t count;
    size_t len;
    uint64_t lines;
    size_t first_len;   /* of the first line */
    struct quote first; /* the quote that was open at the end of the first line */
    struct quote last;  /* the one that was opened last, of those open at the end of a line */
};

/* Reads the record whose first line, not an empty one, begins `at` bytes after here. */
static bool record_scan(struct rows *r, size_t at, struct line line, struct scan *ret,
                        struct fault *f)
{
    struct scan s = {.code = CODE_UNCLOSED_QUOTE, .first_len = line.len};
    r->crowded = r->plain = false;
    r->text_len = r->count = 0;
    while (line.len > 0 && !line.too_long) {
        size_t count = r->count;
        s.code = record_feed(r, s.lines == 0, r->window + r->here + at + s.len, line);
        if (s.lines == 0 || (s.code == CODE_UNCLOSED_QUOTE && r->count > count))
            s.last = (struct quote){r->line + s.lines, r->count};
        if (s.lines == 0)
            s.first = s.last;
        s.len += line.len;
        s.lines++;
        if (s.code != CODE_UNCLOSED_QUOTE)
            break;
        if (!line_get(r, at + s.len, &line, f))
            return false;
    }
    s.count = r->count;
    *ret = s;
    return true;
}

/* A record over several lines with the wrong number of cells is none when one with the right
 * number begins at one of its later lines: an unclosed quote has merged them. */
static bool wrong_count(struct rows *r, const struct scan *s, bool *ret_merged, struct fault *f)
{
    struct line line;
    struct scan other;
    for (size_t at = s->first_len; at < s->len; at += line.len) {
        if (!line_get(r, at, &line, f))
            return false;
        if (line.content == 0)
            continue; /* a scan would pass over it, and over those that follow, again and again */
        if (!record_scan(r, at, line, &other, f))
            return false;
        if (other.code == CODE_NONE && other.count == r->expect) {
            *ret_merged = true;
            return true;
        }
    }
    *ret_merged = false;
    /* for its cells, which the search has overwritten */
    return line_get(r, 0, &line, f) && record_scan(r, 0, line, &other, f);
}

static size_t delimiters_in(const struct rows *r, const char *text, size_t len)
{
    size_t count = 0;
    for (size_t i = 0; i < len; i++)
        count += text[i] == r->delimiter;
    return count;
}

/* With the right number of cells, several rows may still be merged: a stray quote further down, in
 * the same column, closes the unclosed one. Then each line has as many delimiters as a whole
 * record. */
static bool row_shaped(const struct rows *r, const struct scan *s)
{
    size_t wanted = r->expect - 1;
    for (size_t at = 0; at < s->len;) {
        const char *text = r->window + r->here + at;
        size_t content = line_content(text, s->len - at);
        if (delimiters_in(r, text, content) != wanted)
            return false;
        at += content + line_end(text + content, s->len - at - content);
    }
    return true;
}

/* The digits that a line begins with, up to its first delimiter; 0: something else stands there. */
static size_t digits_first(const struct rows *r, const char *text, size_t len)
{
    size_t start = len > 0 && text[0] == r->quote;
    size_t at = start;
    while (at < len && text[at] >= '0' && text[at] <= '9')
        at++;
    return at < len && text[at] == r->delimiter ? at - start : 0;
}

/* Whether a later line begins with a number as long as the record's own, and has as many delimiters
 * as a record or more: somebody else's row, whatever stands around it. */
static bool has_row_within(const struct rows *r, const struct scan *s)
{
    const char *first = r->window + r->here;
    size_t digits = digits_first(r, first, s->first_len);
    for (size_t at = s->first_len; digits > 0 && at < s->len;) {
        const char *text = first + at;
        size_t content = line_content(text, s->len - at);
        if (digits_first(r, text, content) == digits &&
            delimiters_in(r, text, content) >= r->expect - 1)
            return true;
        at += content + line_end(text + content, s->len - at - content);
    }
    return false;
}

enum merge { MERGE_NONE, MERGE_DOUBTFUL, MERGE_SURE };

/* Whether a whole record over several lines is really several, of which all but the first would
 * vanish in one cell of the first. The shape of rows in CHANCE_LIMIT places or more is no accident;
 * in fewer it may be one, and nobody can tell; nor when a line within begins as a row does. What no
 * rule tells may be what the sender meant: cells may hold delimiters and line breaks. */
static bool lines_merged(struct rows *r, const struct scan *s, enum merge *ret, struct fault *f)
{
    bool merged = false;
    *ret = MERGE_NONE;
    if (s->lines == 1 || r->expect <= 1)
        return true;
    if (s->count != r->expect) {
        if (!wrong_count(r, s, &merged, f))
            return false;
        *ret = merged ? MERGE_SURE : MERGE_NONE;
    } else if (row_shaped(r, s)) {
        bool sure = (s->lines - 1) * (r->expect - 1) >= CHANCE_LIMIT;
        *ret = sure ? MERGE_SURE : MERGE_DOUBTFUL;
    } else if (has_row_within(r, s)) {
        *ret = MERGE_DOUBTFUL;
    }
    return true;
}

/* Steps over len bytes and says where they are. */
static struct row row_pass(struct rows *r, enum row_kind kind, size_t len, uint64_t lines)
{
    struct row row = {.kind = kind, .line = r->line, .offset = rows_offset(r), .bytes = len};
    r->here += len;
    r->line += lines;
    return row;
}

static struct row row_malformed(struct rows *r, size_t len, uint64_t lines, int code,
                                struct quote at)
{
    struct row row = row_pass(r, ROW_KIND_MALFORMED, len, lines);
    row.code = code;
    row.column = at.column;
    row.quote_line = code == CODE_UNCLOSED_QUOTE ? at.line : 0;
    row.limit = at.column == 0 ? r->limits.bytes : r->limits.cells;
    return row;
}

/* An unclosed quote in the last cell may be a cell of several lines as well, unless the next line
 * is a record by itself. */
static bool next_is_record(struct rows *r, size_t at, bool *ret, struct fault *f)
{
    struct line line;
    struct scan s;
    if (!line_get(r, at, &line, f))
        return false;
    *ret = line.len == 0;
    if (line.content == 0 || line.too_long)
        return true;
    if (!record_scan(r, at, line, &s, f))
        return false;
    *ret = s.code == CODE_NONE && s.lines == 1 && s.count == r->expect;
    return true;
}

/* Reads the first line of a malformed record as a person would. */
static bool line_repair(struct rows *r, size_t len, struct row *ret, bool *ret_good,
                        struct fault *f)
{
    const struct quotes q = {r->delimiter, r->quote, r->expect, r->limits.cells};
    struct quotes_read read = {0};
    size_t content = line_content(r->window + r->here, len);
    *ret_good = quotes_read(&q, r->window + r->here, content, r->text, r->cells, &read) &&
                read.fault != QUOTES_WELL;
    if (!*ret_good)
        return true;
    if (read.open_end) {
        if (!next_is_record(r, len, ret_good, f))
            return false;
        if (!*ret_good)
            return true;
        quotes_read(&q, r->window + r->here, content, r->text, r->cells, &read);
    }
    *ret = row_pass(r, ROW_KIND_RECORD, len, 1);
    ret->cells = r->cells;
    ret->count = read.count;
    ret->repaired = read.fault == QUOTES_UNCLOSED ? CODE_UNCLOSED_QUOTE : CODE_STRAY_QUOTE;
    ret->column = read.column;
    ret->repair = quotes_text(read.fault);
    return true;
}

static bool row_repair(struct rows *r, size_t len, int code, struct quote at, struct row *ret,
                       struct fault *f)
{
    bool good = false;
    if (code != CODE_TOO_LONG && !line_repair(r, len, ret, &good, f))
        return false;
    if (!good)
        *ret = row_malformed(r, len, 1, code, at);
    return true;
}

/* The record whose first line, no longer than a record may be, is at here. */
static bool record_read(struct rows *r, struct line line, struct row *ret, struct fault *f)
{
    struct scan s;
    enum merge merge = MERGE_NONE;
    if (!record_scan(r, 0, line, &s, f))
        return false;
    if (s.code == CODE_NONE && !lines_merged(r, &s, &merge, f))
        return false;

    if (s.code != CODE_NONE) {
        int code = s.lines > 1 ? CODE_UNCLOSED_QUOTE : s.code;
        return row_repair(r, s.first_len, code, s.last, ret, f);
    }
    if (merge == MERGE_SURE)
        return row_repair(r, s.first_len, CODE_UNCLOSED_QUOTE, s.first, ret, f);
    if (merge == MERGE_DOUBTFUL) { /* refused as one: neither is anybody lost nor made up */
        *ret = row_malformed(r, s.len, s.lines, CODE_UNCLOSED_QUOTE, s.first);
        ret->repair = "is closed in a later line, but those lines look like rows of their own";
        return true;
    }
    *ret = row_pass(r, ROW_KIND_RECORD, s.len, s.lines);
    ret->cells = r->cells;
    ret->count = r->count;
    ret->plain = r->plain;
    return true;
}

/* A line that is longer than any record may be goes by in pieces. */
static bool line_skip(struct rows *r, struct row *ret, struct fault *f)
{
    struct row row = row_malformed(r, 0, 1, CODE_TOO_LONG, (struct quote){0, 0});
    struct line piece;
    do {
        if (!line_get(r, 0, &piece, f))
            return false;
        r->here += piece.len;
        row.bytes += piece.len;
    } while (piece.too_long);
    *ret = row;
    return true;
}

static bool is_unended(const struct rows *r)
{
    if (r->here == 0) /* a long line went by in pieces, and no line end came */
        return true;
    char last = r->window[r->here - 1];
    return last != '\n' && last != '\r';
}

bool rows_next(struct rows *r, struct row *ret, struct fault *f)
{
    struct line line;
    if (!line_get(r, 0, &line, f))
        return false;
    while (line.content == 0 && line.len > 0) {
        r->here += line.len;
        r->line++;
        if (!line_get(r, 0, &line, f))
            return false;
    }

    if (line.len == 0) {
        *ret = row_pass(r, ROW_KIND_END, 0, 0);
        return true;
    }
    if (!(line.too_long ? line_skip(r, ret, f) : record_read(r, line, ret, f)))
        return false;
    ret->unended = is_unended(r);
    return true;
}
