/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a file is written: its encoding and its delimiter, guessed from its first bytes. Pure. */
#ifndef EXTSPOOLD_DIALECT_H
#define EXTSPOOLD_DIALECT_H

#include "fault.h"

struct dialect {
    char encoding[16]; /* "utf-8" */
    bool bom;          /* a byte order mark stood at the front; it is no part of the text */
    char delimiter;    /* , ; tab or | */
};

/* What is known of a file beforehand, or wished; NULL and 0: to be found out. */
struct dialect_wish {
    const char *encoding;
    char delimiter;
    char quote;
    uint64_t header_line; /* physical line of the header */
    unsigned header_rows;
};

#define DIALECT_HEAD 65536 /* how many first bytes are enough for a good guess */

/* Guesses from the first len bytes of a file (all of it, or at least DIALECT_HEAD).
 * False, with a FAULT_INPUT that says what the file is and what to do, when it is none: a ZIP
 * (.xlsx, .ods), a PDF, an old .xls, a web page, other binary data, UTF-16 or UTF-32. *ret_code
 * then is CODE_NOT_CSV, or CODE_EMPTY_FILE for a file with nothing in it but white space or a BOM.
 * A few control bytes or invalid UTF-8 are no reason: they are faults of the rows they are in. */
bool dialect_guess(const char *head, size_t len, struct dialect *ret, int *ret_code,
                   struct fault *f);

/* The delimiter as reports name it: "," ";" "|" or "tab". Static text. */
const char *dialect_delimiter_text(char delimiter);

#endif
