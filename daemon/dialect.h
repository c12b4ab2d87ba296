/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a file is written: its delimiter and what stands around its cells, found out from the first
 * bytes of its UTF-8 copy. Pure. */
#ifndef EXTSPOOLD_DIALECT_H
#define EXTSPOOLD_DIALECT_H

#include "choices.h"
#include "encoding.h"
#include "fault.h"

struct dialect {
    char encoding[ENCODING_NAME]; /* of the original; "utf-8" unless the caller knows better */
    bool bom;                     /* a byte order mark stood at the front of the original */
    char delimiter;               /* , ; tab or | */
    char quote;                   /* around cells: " or ' */
    bool separator;               /* a first line sep=X says which delimiter it is */
    uint64_t text_offset;         /* where the text begins in the copy, behind mark and sep=X */
    uint64_t text_line;
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

/* Finds out from the first len bytes of a copy (all of it, or at least DIALECT_HEAD), and adds to
 * choices what and why. wish: what is settled already; NULL: nothing is.
 * False, with a FAULT_INPUT that says what the file is and what to do, when it is none: a ZIP
 * (.xlsx, .ods), a PDF, an old .xls, a web page, other binary data. *ret_code then is CODE_NOT_CSV,
 * or CODE_EMPTY_FILE for a file with nothing in it but white space or a BOM.
 * A few control bytes or invalid UTF-8 are no reason: they are faults of the rows they are in. */
bool dialect_guess(const char *head, size_t len, const struct dialect_wish *wish,
                   struct dialect *ret, char choices[CHOICES_ROOM], int *ret_code, struct fault *f);

/* The delimiter as reports name it: "," ";" "|" or "tab". Static text. */
const char *dialect_delimiter_text(char delimiter);

#endif
