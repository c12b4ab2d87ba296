/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME report_rejects: the refused records, for mending and dropping again.
 *
 * A record stands here byte for byte as it came, and import_error and import_line follow. It is
 * composed anew from its cells only where that cannot be: when the file brought those two columns
 * with it (it was a rejects file), when the record has more cells than the header, whose surplus
 * then follows the two columns, and when its quotes were malformed. A malformed record becomes one
 * quoted cell. Nothing is made harmless for spreadsheets, since what is dropped again must be what
 * came: in the sender's encoding, with his byte order mark and line sep=, his quotes and his line
 * ends; only titles above the headings are left out. */
#include "report_part.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#define PIECE_BYTES 65536

/* Reads up to len bytes; 0 at the end of the copy. */
static bool copy_read(int copy, uint64_t offset, char *to, size_t len, size_t *ret_len,
                      struct fault *f)
{
    ssize_t n;

    do
        n = pread(copy, to, len, (off_t)offset);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return fault_set(f, FAULT_IO, errno, "read the copy");
    *ret_len = (size_t)n;
    return true;
}

/* The line end of a record that takes `bytes` from offset on: CR LF, LF, CR or "". */
static bool line_end_read(int copy, uint64_t offset, uint64_t bytes, const char **ret,
                          struct fault *f)
{
    char tail[2] = {0};
    size_t want = bytes < sizeof tail ? (size_t)bytes : sizeof tail;
    size_t len;

    if (!copy_read(copy, offset + bytes - want, tail + sizeof tail - want, want, &len, f))
        return false;
    if (tail[1] == '\n')
        *ret = tail[0] == '\r' ? "\r\n" : "\n";
    else
        *ret = tail[1] == '\r' ? "\r" : "";
    return true;
}

/* Adds text of the copy in the sender's encoding. */
static void put(struct report_part *p, const char *at, size_t len)
{
    if (!p->encoder) {
        fsio_add(p->file, at, len);
        return;
    }
    buf_reset(&p->encoded);
    charset_put(p->encoder, at, len, &p->encoded);
    fsio_add(p->file, p->encoded.at, p->encoded.len);
}

static void put_text(struct report_part *p, const char *text)
{
    put(p, text, strlen(text));
}

static char quote_of(const struct import *i)
{
    return i->quote ? i->quote : '"';
}

static void put_quote(struct report_part *p, const struct import *i)
{
    char quote = quote_of(i);
    put(p, &quote, 1);
}

static void doubled_add(struct report_part *p, const struct import *i, const char *at, size_t len)
{
    const char *end = at + len;
    const char *quote;

    while (at < end && (quote = memchr(at, quote_of(i), (size_t)(end - at))) != NULL) {
        put(p, at, (size_t)(quote + 1 - at));
        put_quote(p, i);
        at = quote + 1;
    }
    put(p, at, (size_t)(end - at));
}

/* Adds a record's own bytes without its line end, in pieces, since a malformed one may be of any
 * length; as they are, or as one quoted cell. */
static bool bytes_add(struct report_part *p, const struct report_facts *facts, uint64_t offset,
                      uint64_t bytes, bool quoted, struct fault *f)
{
    char piece[PIECE_BYTES];
    int copy = facts->copy;
    const char *line_end;

    if (!line_end_read(copy, offset, bytes, &line_end, f))
        return false;
    bytes -= strlen(line_end);
    if (quoted)
        put_quote(p, &facts->import);
    while (bytes > 0) {
        size_t len = bytes < sizeof piece ? (size_t)bytes : sizeof piece;
        if (!copy_read(copy, offset, piece, len, &len, f))
            return false;
        if (len == 0)
            return fault_set(f, FAULT_IO, 0, "the copy ends too early");
        if (quoted)
            doubled_add(p, &facts->import, piece, len);
        else
            put(p, piece, len);
        offset += len;
        bytes -= len;
    }
    if (quoted)
        put_quote(p, &facts->import);
    return true;
}

/* Without quotes, a reader would take the cell for something else. */
static bool needs_quotes(const struct import *i, const char *at, size_t len)
{
    return memchr(at, quote_of(i), len) || memchr(at, '"', len) || memchr(at, i->delimiter, len) ||
           memchr(at, '\n', len) || memchr(at, '\r', len);
}

static void cell_add(struct report_part *p, const struct import *i, const char *at, size_t len)
{
    if (!needs_quotes(i, at, len)) {
        put(p, at, len);
        return;
    }
    put_quote(p, i);
    doubled_add(p, i, at, len);
    put_quote(p, i);
}

/* How many cells a line has: the header's, and the two columns' where the file lacks them. */
static size_t width(const struct report_facts *facts)
{
    size_t last =
        facts->error_column > facts->line_column ? facts->error_column : facts->line_column;
    return last < facts->columns ? facts->columns : last + 1;
}

static bool column_ours(const struct report_facts *facts, size_t column)
{
    return column == facts->error_column || column == facts->line_column;
}

/* Adds a text of ours in letters that every encoding has. A spreadsheet program would take UTF-8
 * without a mark for something else, and show two odd letters for each that is not ASCII. */
static void plain_add(struct buf *to, const char *text)
{
    static const char *const letters[][2] = {
        {"ä", "ae"}, {"ö", "oe"}, {"ü", "ue"}, {"Ä", "Ae"}, {"Ö", "Oe"},
        {"Ü", "Ue"}, {"ß", "ss"}, {"„", "\""}, {"“", "\""}, {"…", "..."},
    };

    while (*text != '\0') {
        size_t i = 0;
        while (i < COUNT_OF(letters) && strncmp(text, letters[i][0], strlen(letters[i][0])) != 0)
            i++;
        if (i < COUNT_OF(letters)) {
            buf_text(to, letters[i][1]);
            text += strlen(letters[i][0]);
        } else {
            buf_char(to, *text++);
        }
    }
}

/* All errors of the row as "code: column: message", joined by "; ". */
static void errors_add(struct buf *to, const struct report_facts *facts,
                       const struct report_row *row)
{
    for (size_t i = 0; i < row->count; i++) {
        const struct finding *x = &row->problems[i];
        ON_LEAVE(buf_free) struct buf message = {0};
        char code[CODE_TEXT];
        if (x->severity != SEVERITY_ERROR)
            continue;
        text_message(&message, facts->language, x->message);
        buf_format(to, "%s%s: %s%s", to->len ? "; " : "", code_text(x->code, code), x->column,
                   x->column[0] ? ": " : "");
        if (facts->language == LANGUAGE_EN || facts->import.bom)
            buf_text(to, buf_get(&message));
        else
            plain_add(to, buf_get(&message));
    }
}

/* Adds the cells from..to of a line: those of the two columns as they are now (the errors wait in
 * p->text), the record's own, empty ones where it has none. */
static void cells_add(struct report_part *p, const struct report_facts *facts,
                      const struct report_row *row, size_t from, size_t to)
{
    const struct row *record = row->record;
    size_t own = record->kind == ROW_KIND_RECORD ? record->count : 0;
    char delimiter = facts->import.delimiter;
    char line[24];

    snprintf(line, sizeof line, "%" PRIu64, row->at.line);
    for (size_t i = from; i < to; i++) {
        if (i > 0)
            put(p, &delimiter, 1);
        if (i == facts->error_column)
            cell_add(p, &facts->import, buf_get(&p->text), p->text.len);
        else if (i == facts->line_column)
            put_text(p, line);
        else if (i < own)
            cell_add(p, &facts->import, record->cells[i].at, record->cells[i].len);
    }
}

/* The record's cells beyond the header's. */
static void surplus_add(struct report_part *p, const struct report_facts *facts,
                        const struct row *record)
{
    char delimiter = facts->import.delimiter;

    for (size_t i = facts->columns; i < record->count; i++) {
        put(p, &delimiter, 1);
        cell_add(p, &facts->import, record->cells[i].at, record->cells[i].len);
    }
}

static bool malformed_add(struct report_part *p, const struct report_facts *facts,
                          const struct report_row *row, struct fault *f)
{
    size_t first = 0;

    while (column_ours(facts, first))
        first++;
    cells_add(p, facts, row, 0, first);
    if (first > 0)
        put(p, &facts->import.delimiter, 1);
    if (!bytes_add(p, facts, row->at.offset, row->at.bytes, true, f))
        return false;
    cells_add(p, facts, row, first + 1, width(facts));
    return true;
}

static bool record_add(struct report_part *p, const struct report_facts *facts,
                       const struct report_row *row, struct fault *f)
{
    const struct row *record = row->record;
    bool brought = facts->error_column < facts->columns || facts->line_column < facts->columns;

    if (brought || record->count > facts->columns || record->repaired != CODE_NONE) {
        cells_add(p, facts, row, 0, width(facts));
        surplus_add(p, facts, record);
        return true;
    }
    if (!bytes_add(p, facts, row->at.offset, row->at.bytes, false, f))
        return false;
    cells_add(p, facts, row, record->count, width(facts));
    return true;
}

/* What a heading line lacks of the two columns: these headings, or nothing. */
static void headings_end(struct report_part *p, const struct report_facts *facts, bool named)
{
    for (size_t column = facts->columns; column < width(facts); column++) {
        put(p, &facts->import.delimiter, 1);
        if (named)
            put_text(p, column == facts->error_column ? "import_error" : "import_line");
    }
    put_text(p, p->line_end);
}

/* The headings as they came, or composed anew where their quotes are malformed. */
static bool headings_add(struct report_part *p, const struct report_facts *facts, struct fault *f)
{
    const struct import *i = &facts->import;

    if (!facts->headings)
        return bytes_add(p, facts, i->header_offset, facts->header_bytes, false, f);
    for (size_t column = 0; column < facts->columns; column++) {
        const char *heading = columns_heading(facts->headings, column);
        if (column > 0)
            put(p, &i->delimiter, 1);
        cell_add(p, i, heading, strlen(heading));
    }
    return true;
}

static bool rejects_begin(struct report_part *p, const struct report_facts *facts, struct fault *f)
{
    const struct import *i = &facts->import;

    if (!line_end_read(facts->copy, i->header_offset, facts->header_bytes, &p->line_end, f))
        return false;
    if (!encoding_is_utf8(i->encoding) && !(p->encoder = charset_encoder(i->encoding)))
        return fault_set(f, FAULT_IO, 0, "the encoding '%s' is not known any more", i->encoding);
    if (i->bom)
        put_text(p, "\xef\xbb\xbf");
    if (i->separator) {
        put_text(p, "sep=");
        put(p, &i->delimiter, 1);
        put_text(p, p->line_end);
    }
    if (!headings_add(p, facts, f))
        return false;
    headings_end(p, facts, true);
    if (facts->labels_bytes == 0)
        return true;
    if (!bytes_add(p, facts, facts->labels_offset, facts->labels_bytes, false, f))
        return false;
    headings_end(p, facts, false);
    return true;
}

static bool rejects_row(struct report_part *p, const struct report_facts *facts,
                        const struct report_row *row, struct fault *f)
{
    bool malformed;

    if (row->at.row == 0 || !report_row_refused(&row->at))
        return true;
    malformed = row->record->kind == ROW_KIND_MALFORMED;
    errors_add(&p->text, facts, row);
    if (!(malformed ? malformed_add : record_add)(p, facts, row, f))
        return false;
    put_text(p, p->line_end);
    return true;
}

static void rejects_end(struct report_part *p, const struct report_facts *facts)
{
    (void)facts;
    if (!p->encoder)
        return;
    buf_reset(&p->encoded);
    charset_end(p->encoder, &p->encoded);
    fsio_add(p->file, p->encoded.at, p->encoded.len);
}

const struct report_kind report_rejects = {
    .ending = ".rejects.csv",
    .refused_only = true,
    .begin = rejects_begin,
    .row = rejects_row,
    .end = rejects_end,
};

/* The same bytes for the sender, who mends them where they stand. */
const struct report_kind report_receipt_rejects = {
    .ending = ".receipt.rejects.csv",
    .refused_only = true,
    .is_receipt = true,
    .receipt = RECEIPT_REJECTS,
    .begin = rejects_begin,
    .row = rejects_row,
    .end = rejects_end,
};
