/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Growing text. A zeroed struct buf is an empty one without a limit; at is always terminated by
 * a NUL that len does not count (and is NULL only while nothing was ever added). */
#ifndef EXTSPOOLD_BUF_H
#define EXTSPOOLD_BUF_H

#include "base.h"

struct buf {
    char *at;
    size_t len;
    size_t room;
    size_t most; /* greatest len; 0 means none */
};

/* Each adds at the end and returns false, adding nothing, when the limit would be passed. */
bool buf_add(struct buf *b, const void *bytes, size_t len);
bool buf_text(struct buf *b, const char *text);
bool buf_char(struct buf *b, char c);
/* Adds len bytes for the caller to fill, and returns where; NULL when the limit would be passed. */
char *buf_extend(struct buf *b, size_t len);
bool buf_format(struct buf *b, const char *format, ...) PRINTF_LIKE(2, 3);
bool buf_number(struct buf *b, uint64_t number); /* in decimal digits */

/* The text so far, "" when there is none. Valid until the next change. */
const char *buf_get(const struct buf *b);

void buf_reset(struct buf *b); /* len 0, memory kept */
void buf_free(struct buf *b);  /* memory given back, the struct usable again */
void buf_wipe(struct buf *b);  /* as buf_free, overwriting first: for secrets */

/* Adds text with control bytes and invalid UTF-8 written as %XX: for names that others chose. */
bool buf_name(struct buf *b, const char *text, size_t len);

#endif
