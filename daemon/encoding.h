/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a file's text is encoded: told by its first bytes, or else by whether all of it is UTF-8.
 * Pure; charset.h converts. */
#ifndef EXTSPOOLD_ENCODING_H
#define EXTSPOOLD_ENCODING_H

#include "base.h"

#define ENCODING_NAME 16
#define ENCODING_WHY  96
#define ENCODING_HEAD 65536 /* how many first bytes are enough for encoding_head */

/* What is neither UTF-8 nor marked is read as this, which most of such files are. */
#define ENCODING_OTHER "windows-1252"

struct encoding {
    char name[ENCODING_NAME]; /* in lower case: "utf-8", "utf-16le", "windows-1252" */
    bool bom;                 /* a byte order mark stands at the front; it is no part of the text */
    size_t bom_bytes;
    char why[ENCODING_WHY]; /* what told it, for people */
};

/* Tells the encoding from a file's first bytes (all, or at least ENCODING_HEAD): a byte order mark,
 * or the zeros of UTF-16 and UTF-32. What has the signature of no text at all is UTF-8 too: it is
 * copied as it is, for dialect_guess to name it. False when more has to be looked at: *ret is not
 * filled. */
bool encoding_head(const char *head, size_t len, struct encoding *ret);

/* The encoding that somebody named (in any case), for a file without a byte order mark. The first
 * bytes tell the order of "utf-16" and "utf-32". */
void encoding_named(const char *name, const char *head, size_t len, struct encoding *ret);

/* Such a file needs no decoding. */
bool encoding_is_utf8(const char *name);

/* Looks through all of a file. A zeroed one is at the beginning; text is cut anywhere. */
struct encoding_scan {
    char tail[4]; /* the beginning of a character */
    size_t tail_len;
    uint64_t line;   /* line ends so far */
    uint64_t wide;   /* characters of several bytes */
    uint64_t faults; /* places that are no UTF-8 */
    bool in_fault;
    uint64_t first_line; /* of the first fault, and its byte */
    unsigned char first_byte;
};
void encoding_scan(struct encoding_scan *s, const char *text, size_t len);

/* What the file is. One with some faults among many well-formed characters is UTF-8 all the same,
 * and the rows at fault are refused: reading it as anything else would garble every name. In other
 * encodings two letters that make up a character of UTF-8 are a rare accident. */
void encoding_scanned(struct encoding_scan *s, struct encoding *ret);

/* What a file is that is no text, by its first bytes, and what to do; NULL when it may be text. */
const char *encoding_foreign(const char *head, size_t len);

#endif
