/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A line whose quotes are malformed, read as a person would read it. Pure. */
#ifndef EXTSPOOLD_QUOTES_H
#define EXTSPOOLD_QUOTES_H

#include "cell.h"

/* What was wrong with a cell. */
enum quotes_fault {
    QUOTES_WELL,
    QUOTES_BLANK,     /* blanks stand between delimiter and quote */
    QUOTES_INSIDE,    /* quotes amid the cell stand for themselves */
    QUOTES_BACKSLASH, /* \\" stands for a quote */
    QUOTES_UNCLOSED,  /* the closing quote is missing: the cell ends at the next delimiter */
};

struct quotes {
    char delimiter;
    char quote;
    size_t count; /* of the cells that there ought to be; 0: nobody knows */
    size_t most;  /* cells that there may be */
};

/* What was read: the fault that is told, which is the gravest, and its cell. */
struct quotes_read {
    size_t count;
    enum quotes_fault fault;
    size_t column;
    bool open_end; /* the last cell lacks its closing quote: it may go on in the next line */
};

/* Reads a line (without its line end): cells go to `cells`, which has room for q->most, their text
 * to `text`, which has room for len + 1 bytes; each is followed by a NUL.
 *
 * True when there is one way to read it: exactly as many cells as there ought to be, and every
 * reading with that count is the same. Where nobody knows the count, all readings must be the same
 * and no quote may be missing. What stands behind a closing quote (`"Bob" Lee`) cannot be
 * understood, nor a first cell with one quote, which may close a cell of the line before. */
bool quotes_read(const struct quotes *q, const char *line, size_t len, char *text,
                 struct cell *cells, struct quotes_read *ret);

/* How such a cell was read, for people; static text. */
const char *quotes_text(enum quotes_fault fault);

#endif
