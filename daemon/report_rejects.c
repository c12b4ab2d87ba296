/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME report_rejects: the refused records, for mending and dropping again.
 *
 * A record stands here byte for byte as it came, and import_error and import_line follow. It is
 * composed anew from its cells only where that cannot be: when the file brought those two columns
 * with it (it was a rejects file), and when the record has more cells than the header, whose
 * surplus then follows the two columns. A malformed record becomes one quoted cell. Nothing is
 * made harmless for spreadsheets, since what is dropped again must be what came. */
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

static void doubled_add(struct fsio_file *to, const char *at, size_t len)
{
    const char *end = at + len;
    const char *quote;

    while ((quote = memchr(at, '"', (size_t)(end - at))) != NULL) {
        fsio_add(to, at, (size_t)(quote + 1 - at));
        fsio_text(to, "\"");
        at = quote + 1;
    }
    fsio_add(to, at, (size_t)(end - at));
}

/* Adds a record's own bytes without its line end, in pieces, since a malformed one may be of any
 * length; as they are, or as one quoted cell. */
static bool bytes_add(struct report_part *p, int copy, uint64_t offset, uint64_t bytes, bool quoted,
                      struct fault *f)
{
    char piece[PIECE_BYTES];
    const char *line_end;

    if (!line_end_read(copy, offset, bytes, &line_end, f))
        return false;
    bytes -= strlen(line_end);
    if (quoted)
        fsio_text(p->file, "\"");
    while (bytes > 0) {
        size_t len = bytes < sizeof piece ? (size_t)bytes : sizeof piece;
        if (!copy_read(copy, offset, piece, len, &len, f))
            return false;
        if (len == 0)
            return fault_set(f, FAULT_IO, 0, "the copy ends too early");
        if (quoted)
            doubled_add(p->file, piece, len);
        else
            fsio_add(p->file, piece, len);
        offset += len;
        bytes -= len;
    }
    if (quoted)
        fsio_text(p->file, "\"");
    return true;
}

static void cell_add(struct report_part *p, char delimiter, const char *at, size_t len)
{
    bool quoted = memchr(at, '"', len) || memchr(at, delimiter, len) || memchr(at, '\n', len) ||
                  memchr(at, '\r', len);

    if (!quoted) {
        fsio_add(p->file, at, len);
        return;
    }
    fsio_text(p->file, "\"");
    doubled_add(p->file, at, len);
    fsio_text(p->file, "\"");
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

/* All errors of the row as "code: column: message", joined by "; ". */
static void errors_add(struct buf *to, const struct report_row *row)
{
    for (size_t i = 0; i < row->count; i++) {
        const struct finding *x = &row->problems[i];
        char code[CODE_TEXT];
        if (x->severity == SEVERITY_ERROR)
            buf_format(to, "%s%s: %s%s%s", to->len ? "; " : "", code_text(x->code, code), x->column,
                       x->column[0] ? ": " : "", x->message);
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
            fsio_add(p->file, &delimiter, 1);
        if (i == facts->error_column)
            cell_add(p, delimiter, buf_get(&p->text), p->text.len);
        else if (i == facts->line_column)
            fsio_text(p->file, line);
        else if (i < own)
            cell_add(p, delimiter, record->cells[i].at, record->cells[i].len);
    }
}

/* The record's cells beyond the header's. */
static void surplus_add(struct report_part *p, const struct report_facts *facts,
                        const struct row *record)
{
    char delimiter = facts->import.delimiter;

    for (size_t i = facts->columns; i < record->count; i++) {
        fsio_add(p->file, &delimiter, 1);
        cell_add(p, delimiter, record->cells[i].at, record->cells[i].len);
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
        fsio_add(p->file, &facts->import.delimiter, 1);
    if (!bytes_add(p, facts->copy, row->at.offset, row->at.bytes, true, f))
        return false;
    cells_add(p, facts, row, first + 1, width(facts));
    return true;
}

static bool record_add(struct report_part *p, const struct report_facts *facts,
                       const struct report_row *row, struct fault *f)
{
    const struct row *record = row->record;
    bool brought = facts->error_column < facts->columns || facts->line_column < facts->columns;

    if (brought || record->count > facts->columns) {
        cells_add(p, facts, row, 0, width(facts));
        surplus_add(p, facts, record);
        return true;
    }
    if (!bytes_add(p, facts->copy, row->at.offset, row->at.bytes, false, f))
        return false;
    cells_add(p, facts, row, record->count, width(facts));
    return true;
}

/* The header as it came, and what it lacks of the two columns. */
static bool rejects_begin(struct report_part *p, const struct report_facts *facts, struct fault *f)
{
    const struct import *i = &facts->import;

    if (!line_end_read(facts->copy, i->header_offset, facts->header_bytes, &p->line_end, f))
        return false;
    if (i->bom)
        fsio_text(p->file, "\xef\xbb\xbf");
    if (!bytes_add(p, facts->copy, i->header_offset, facts->header_bytes, false, f))
        return false;
    for (size_t column = facts->columns; column < width(facts); column++) {
        fsio_add(p->file, &i->delimiter, 1);
        fsio_text(p->file, column == facts->error_column ? "import_error" : "import_line");
    }
    fsio_text(p->file, p->line_end);
    return true;
}

static bool rejects_row(struct report_part *p, const struct report_facts *facts,
                        const struct report_row *row, struct fault *f)
{
    bool malformed;

    if (row->at.row == 0 || !report_row_refused(&row->at))
        return true;
    malformed = row->record->kind == ROW_KIND_MALFORMED;
    errors_add(&p->text, row);
    if (!(malformed ? malformed_add : record_add)(p, facts, row, f))
        return false;
    fsio_text(p->file, p->line_end);
    return true;
}

const struct report_kind report_rejects = {
    .ending = ".rejects.csv",
    .format = REPORT_CSV,
    .refused_only = true,
    .begin = rejects_begin,
    .row = rejects_row,
};
