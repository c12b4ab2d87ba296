/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Converts text between an encoding and UTF-8, in pieces cut anywhere, and without loss: bytes
 * that mean nothing in their encoding become escapes that are no UTF-8 (0xFF, and the byte as a
 * character from U+0100 on), so that whoever checks the text finds them, and become those bytes
 * again on the way back. Of UTF-16 two bytes at a time are escaped, of UTF-32 four. */
#ifndef EXTSPOOLD_CHARSET_H
#define EXTSPOOLD_CHARSET_H

#include "buf.h"

struct charset;

#define CHARSET_GROWTH 3 /* bytes that one byte may become */

/* Whether text of this encoding can be converted (its name in any case). */
bool charset_known(const char *encoding);

/* To UTF-8, and from what a decoder made back to the encoding. What cannot be written in the
 * encoding becomes a question mark. NULL when the encoding is not known. */
struct charset *charset_decoder(const char *encoding);
struct charset *charset_encoder(const char *encoding);
struct charset *charset_free(struct charset *c); /* wiped; NULL */

/* Adds to `to` what the text becomes; what its end begins is kept for the next piece. */
void charset_put(struct charset *c, const char *text, size_t len, struct buf *to);
/* The text ends here: adds what was kept. */
void charset_end(struct charset *c, struct buf *to);

#endif
