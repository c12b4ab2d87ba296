/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The UTF-8 copy of a file's text: what rows are read from. A file that is UTF-8 is copied byte for
 * byte, byte order mark and malformed bytes included; any other is decoded, without its mark (see
 * charset.h for what cannot be decoded). Made in bounded pieces. */
#ifndef EXTSPOOLD_COPY_H
#define EXTSPOOLD_COPY_H

#include "digest.h"
#include "encoding.h"
#include "fault.h"

struct copy;

/* Copies from the beginning of `from`, a regular file, to the empty file `to`, both lent; with to
 * -1 nothing is written, and there is no digest: it is only looked. named: the encoding that was
 * named for files without a byte order mark, or NULL. */
struct copy *copy_new(int from, int to, const char *named);
/* The same again of a file whose encoding is known. */
struct copy *copy_again(int from, int to, const char *encoding, bool bom);
struct copy *copy_free(struct copy *c); /* NULL */

/* One piece more; *ret_end when all is there. False when `from` cannot be read (*ret_unreadable),
 * or `to` cannot be written. A file that turns out not to be UTF-8 begins once more. */
bool copy_piece(struct copy *c, bool *ret_end, bool *ret_unreadable, struct fault *f);

/* Of the original, as far as it was read. */
uint64_t copy_bytes(const struct copy *c);
/* At the end: the digest of the original's bytes. Once. */
void copy_digest(struct copy *c, char to[DIGEST_HEX]);
/* At the end: how it is encoded. Lent. */
const struct encoding *copy_encoding(const struct copy *c);

/* The text of a regular file for a reader: a file of its own without a name where it had to be
 * decoded, otherwise another descriptor of the same one. */
struct copy_text {
    int fd; /* the caller closes it */
    struct encoding encoding;
    uint64_t bytes; /* of the original */
};
bool copy_text(int from, const char *named, struct copy_text *ret, struct fault *f);

#endif
