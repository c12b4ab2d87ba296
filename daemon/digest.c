/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME digest: SHA-256, MD5 and HMAC-SHA-256, as nettle has them. */
#include "digest.h"

#include <nettle/base64.h>
#include <nettle/cmac.h>
#include <nettle/hmac.h>
#include <nettle/md5.h>
#include <nettle/sha2.h>

struct digest {
    struct sha256_ctx sha;
};

static void write_hex(const uint8_t *bytes, size_t len, char *to)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < len; i++) {
        to[2 * i] = digits[bytes[i] >> 4];
        to[2 * i + 1] = digits[bytes[i] & 15];
    }
    to[2 * len] = '\0';
}

struct digest *digest_new(void)
{
    struct digest *d = xmalloc(sizeof *d);
    sha256_init(&d->sha);
    return d;
}

void digest_add(struct digest *d, const void *bytes, size_t len)
{
    sha256_update(&d->sha, len, bytes);
}

void digest_hex(struct digest *d, char to[DIGEST_HEX])
{
    uint8_t bytes[SHA256_DIGEST_SIZE];
    sha256_digest(&d->sha, sizeof bytes, bytes);
    write_hex(bytes, sizeof bytes, to);
}

struct digest *digest_free(struct digest *d)
{
    free(d);
    return NULL;
}

void digest_text(const void *bytes, size_t len, char to[DIGEST_HEX])
{
    struct digest d;
    sha256_init(&d.sha);
    digest_add(&d, bytes, len);
    digest_hex(&d, to);
}

void digest_base64(const void *bytes, size_t len, char to[DIGEST_BASE64])
{
    struct sha256_ctx sha;
    uint8_t out[SHA256_DIGEST_SIZE];
    sha256_init(&sha);
    sha256_update(&sha, len, bytes);
    sha256_digest(&sha, sizeof out, out);
    base64_encode_raw(to, sizeof out, out);
    to[BASE64_ENCODE_RAW_LENGTH(sizeof out)] = '\0';
}

void digest_md5(const void *bytes, size_t len, char to[MD5_HEX])
{
    struct md5_ctx md5;
    uint8_t out[MD5_DIGEST_SIZE];
    md5_init(&md5);
    md5_update(&md5, len, bytes);
    md5_digest(&md5, sizeof out, out);
    write_hex(out, sizeof out, to);
    wipe(&md5, sizeof md5);
    wipe(out, sizeof out);
}

void digest_keyed(const uint8_t key[DIGEST_BYTES], const void *bytes, size_t len,
                  uint8_t to[DIGEST_BYTES])
{
    struct hmac_sha256_ctx hmac;
    hmac_sha256_set_key(&hmac, DIGEST_BYTES, key);
    hmac_sha256_update(&hmac, len, bytes);
    hmac_sha256_digest(&hmac, DIGEST_BYTES, to);
    wipe(&hmac, sizeof hmac);
}

struct digest_tagger {
    struct cmac_aes256_ctx cmac;
};

struct digest_tagger *digest_tagger_new(const uint8_t key[DIGEST_BYTES])
{
    static_assert(DIGEST_BYTES == AES256_KEY_SIZE, "the whole key serves");
    struct digest_tagger *t = xmalloc(sizeof *t);
    cmac_aes256_set_key(&t->cmac, key);
    return t;
}

struct digest_tagger *digest_tagger_free(struct digest_tagger *t)
{
    if (t)
        wipe(t, sizeof *t);
    free(t);
    return NULL;
}

void digest_tag_add(struct digest_tagger *t, const void *bytes, size_t len)
{
    cmac_aes256_update(&t->cmac, len, bytes);
}

void digest_tag(struct digest_tagger *t, const void *bytes, size_t len, uint8_t to[DIGEST_TAG])
{
    cmac_aes256_update(&t->cmac, len, bytes);
    cmac_aes256_digest(&t->cmac, DIGEST_TAG, to);
}

static_assert(sizeof(struct cmac128_ctx) == DIGEST_MARK, "a mark is all that a CMAC has got to");

void digest_mark(const struct digest_tagger *t, struct digest_mark *ret)
{
    memcpy(ret->at, &t->cmac.ctx, sizeof ret->at);
}

void digest_from(struct digest_tagger *t, const struct digest_mark *mark)
{
    memcpy(&t->cmac.ctx, mark->at, sizeof mark->at);
}
