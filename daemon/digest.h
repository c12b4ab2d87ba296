/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Digests (nettle). */
#ifndef EXTSPOOLD_DIGEST_H
#define EXTSPOOLD_DIGEST_H

#include "base.h"

#define DIGEST_HEX   65 /* SHA-256 as text, with its NUL */
#define DIGEST_BYTES 32
#define MD5_HEX      33

/* SHA-256 over data that comes in pieces. */
struct digest;
struct digest *digest_new(void);
void digest_add(struct digest *d, const void *bytes, size_t len);
/* Writes 64 lower-case hex digits and a NUL. The digest starts afresh. */
void digest_hex(struct digest *d, char to[DIGEST_HEX]);
struct digest *digest_free(struct digest *d); /* NULL */

/* SHA-256 of one piece, as digest_hex writes it. */
void digest_text(const void *bytes, size_t len, char to[DIGEST_HEX]);

/* The same in base64 (44 characters and a NUL), as a Content-Security-Policy wants it. */
#define DIGEST_BASE64 45
void digest_base64(const void *bytes, size_t len, char to[DIGEST_BASE64]);

/* MD5 as 32 lower-case hex digits: how the PBX wants the password at login. */
void digest_md5(const void *bytes, size_t len, char to[MD5_HEX]);

/* HMAC-SHA-256 with this installation's key: what may stand in the ledger in place of a value,
 * since a plain hash of a six-digit secret is guessed in milliseconds. */
void digest_keyed(const uint8_t key[DIGEST_BYTES], const void *bytes, size_t len,
                  uint8_t to[DIGEST_BYTES]);

/* Short keyed digests in quick succession (AES-CMAC under the installation's key): for the many
 * cells of a record, where an HMAC each would cost more than sending the record. */
#define DIGEST_TAG 16
struct digest_tagger;
struct digest_tagger *digest_tagger_new(const uint8_t key[DIGEST_BYTES]);
struct digest_tagger *digest_tagger_free(struct digest_tagger *t); /* wiped; NULL */
/* Adds to what the next digest_tag covers. */
void digest_tag_add(struct digest_tagger *t, const void *bytes, size_t len);
/* The digest of all that was added since the last one, and of these bytes. */
void digest_tag(struct digest_tagger *t, const void *bytes, size_t len, uint8_t to[DIGEST_TAG]);
/* What was added since the last digest_tag, to begin from once more: as often as one likes. It is
 * a secret as what was added is. */
#define DIGEST_MARK 40
struct digest_mark {
    _Alignas(8) uint8_t at[DIGEST_MARK];
};
void digest_mark(const struct digest_tagger *t, struct digest_mark *ret);
void digest_from(struct digest_tagger *t, const struct digest_mark *mark);

#endif
