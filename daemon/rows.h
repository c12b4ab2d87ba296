/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records of a CSV file (RFC 4180) as a pull reader over libcsv, with exact places: every record
 * knows the physical line and the byte where it begins and how many bytes it takes. LF, CR LF and
 * a lone CR end a line. A record with malformed quotes is read as a person would read its line
 * where there is one way to do so (quotes.h); otherwise it costs the line where it began: reading
 * goes on at the next. Cells come as they are: blanks, NULs and invalid UTF-8 included. */
#ifndef EXTSPOOLD_ROWS_H
#define EXTSPOOLD_ROWS_H

#include "cell.h"
#include "code.h"
#include "fault.h"

/* Limits of one record, so that memory is bounded over any file. */
struct rows_limits {
    size_t bytes; /* without the last line end */
    size_t cells;
};

enum row_kind {
    ROW_KIND_END,
    ROW_KIND_RECORD,
    ROW_KIND_MALFORMED, /* code, quote_line and column say what and where; no cells */
};

struct row {
    enum row_kind kind;
    uint64_t line;   /* physical line where the record begins, from 1 */
    uint64_t offset; /* of its first byte in the file */
    uint64_t bytes;  /* that it takes, line end included; of a malformed one: its first line */
    const struct cell *cells; /* lent until the next rows_next; each is followed by a NUL */
    size_t count;
    int code;            /* malformed: CODE_UNCLOSED_QUOTE, _STRAY_QUOTE or _TOO_LONG */
    uint64_t quote_line; /* unclosed quote: the physical line where that quote was opened */
    /* malformed: index of the cell at fault; of one that is too long, 0 when it has too many bytes,
     * and the limit when it has too many cells */
    size_t column;
    size_t limit; /* too long: the limit that is passed */
    /* a record whose quotes are malformed: the code that it would have (CODE_NONE in any other);
     * column is the cell at fault, and repair says for people how it was read. Of a
     * malformed one repair, unless it is NULL, says what is the matter with its quote */
    int repaired;
    const char *repair;
    bool plain;   /* a record that is known to be printable ASCII throughout */
    bool unended; /* the file ends with this record, and no line end follows */
};

struct rows;

/* A reader over fd (lent, read with pread, so the fd's own position is neither used nor moved, and
 * a pipe will not do), starting at byte offset, which is the beginning of physical line `line`. A
 * byte order mark is the caller's to step over, by starting behind it. Each limit is at least 1; as
 * what is a record depends on them, records are read again with the same ones. */
struct rows *rows_new(int fd, char delimiter, struct rows_limits limits, uint64_t offset,
                      uint64_t line);
struct rows *rows_free(struct rows *r); /* NULL */

/* The quote around cells; " by default. The same must be set when records are read again. */
void rows_quote(struct rows *r, char quote);

/* How many cells a record ought to have (the header's count). Lets the reader see that a record
 * over several lines is really several that an unclosed quote has merged, and tells how malformed
 * quotes are meant; other counts are read as they are, for the caller to refuse. 0, the default,
 * switches that off. The same count must be set when records are read again. */
void rows_expect(struct rows *r, size_t count);

/* The next record. An empty physical line is no record. False, with a FAULT_IO, only when the file
 * cannot be read; the reader then has to be told where to go on, with rows_seek. */
bool rows_next(struct rows *r, struct row *ret, struct fault *f);

/* Goes to a place that a row named earlier; costs nothing when the reader stands there or what is
 * there is still in memory. Reading from there yields what it yielded then. */
void rows_seek(struct rows *r, uint64_t offset, uint64_t line);

/* Bytes consumed so far, as an offset in the file: for progress. */
uint64_t rows_offset(const struct rows *r);
/* The physical line that begins there. */
uint64_t rows_line(const struct rows *r);

#endif
