/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the headings of a text are: below titles, perhaps in two lines. */
#ifndef EXTSPOOLD_HEADER_H
#define EXTSPOOLD_HEADER_H

#include "dialect.h"
#include "rows.h"

struct header_ask {
    const struct dialect_wish *wish; /* NULL: nothing is settled */
    /* How many of these cells are headings that are known; 0 when it is no header that is
     * recognised. */
    size_t (*known)(void *with, const struct cell *cells, size_t count);
    /* How many lines of headings begin with one of these cells, which are known; 0, or no such
     * function: to be found out. */
    unsigned (*heading_lines)(void *with, const struct cell *cells, size_t count);
    void *with;
};

struct header {
    int code;                     /* CODE_NONE, or why there is none */
    uint64_t line, offset, bytes; /* of the headings; of what is malformed in their place */
    uint64_t data_line, data_offset;
    unsigned rows;      /* 1, or 2 where a line of labels follows */
    size_t count;       /* of cells */
    struct cell *cells; /* copies, the header's own */
};

/* A reader over a text of this dialect, which stands at its beginning. */
struct rows *header_rows(int fd, const struct dialect *d, struct rows_limits limits);

/* Finds the header: where it is wished to be; else, of the first 20 records, the first one that is
 * recognised; else the first one with two cells that are not empty and half as many as the widest
 * has; else the first. Adds to choices where it is and why. A second line of headings is stepped
 * over where it is wished or recognised. The reader, which must stand at the beginning of the text,
 * is told the header's count and stands at the first data record then. False when the file cannot
 * be read. */
bool header_find(struct rows *r, const struct header_ask *ask, struct header *ret,
                 char choices[CHOICES_ROOM], struct fault *f);
void header_free(struct header *h); /* for ON_LEAVE; takes a zeroed one */

/* All that comes before the rows of a UTF-8 copy. */
struct opening {
    int code;         /* CODE_NONE, or why the file cannot be imported; then there are no rows */
    char reason[256]; /* the same in words */
    struct dialect dialect;
    struct header header; /* its line is told where it is malformed, too */
    struct rows *rows;    /* stands at the first data record */
    char choices[CHOICES_ROOM];
};

/* Reads up to the rows. encoding: how the original is encoded. False when the copy cannot be read;
 * otherwise the caller takes rows and header over, or frees the opening. */
bool header_open(int copy, const struct encoding *encoding, struct rows_limits limits,
                 const struct header_ask *ask, struct opening *ret, struct fault *f);
void opening_free(struct opening *o); /* for ON_LEAVE; takes a zeroed one */

#endif
