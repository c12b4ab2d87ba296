/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME copy: the original's bytes to the text that rows are read from.
 *
 * Most files are UTF-8, and whether one is shows at its end only. So it is copied as if it were
 * while all of it is looked at, and begun once more, decoded, when it was not. */
#include "copy.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "buf.h"
#include "charset.h"
#include "fsio.h"

#define PIECE (256 * 1024)

struct copy {
    int from, to;
    char *named;
    char *piece;
    size_t piece_used; /* at most */
    uint64_t bytes;
    struct digest *digest; /* NULL: nobody asks for it */
    struct encoding encoding;
    bool known;                /* the encoding is */
    struct encoding_scan scan; /* while it is not */
    struct charset *decoder;   /* NULL: the bytes are copied */
    struct buf text;           /* what a piece becomes */
};

struct copy *copy_new(int from, int to, const char *named)
{
    struct copy *c = xcalloc(1, sizeof *c);
    c->from = from;
    c->to = to;
    c->named = named ? xstrdup(named) : NULL;
    c->piece = xmalloc(PIECE);
    c->digest = to < 0 ? NULL : digest_new();
    return c;
}

struct copy *copy_free(struct copy *c)
{
    if (!c)
        return NULL;
    wipe(c->piece, c->piece_used);
    free(c->piece);
    free(c->named);
    digest_free(c->digest);
    charset_free(c->decoder);
    buf_wipe(&c->text);
    free(c);
    return NULL;
}

/* What an encoding that is known asks for. An unknown one (the name is a profile's) is a fault. */
static bool decoder_begin(struct copy *c, struct fault *f)
{
    c->known = true;
    if (encoding_is_utf8(c->encoding.name))
        return true;
    c->decoder = charset_decoder(c->encoding.name);
    return c->decoder ||
           fault_set(f, FAULT_INPUT, 0, "the encoding '%s' is not known", c->encoding.name);
}

struct copy *copy_again(int from, int to, const char *encoding, bool bom)
{
    struct copy *c = copy_new(from, to, NULL);
    c->encoding.bom = bom;
    memcpy(c->encoding.name, encoding, strnlen(encoding, sizeof c->encoding.name - 1));
    c->known = true;
    return c;
}

static void begin(struct copy *c, size_t len)
{
    struct encoding head;
    bool told = encoding_head(c->piece, len, &head);
    if (c->known) {
        c->encoding.bom_bytes = c->encoding.bom && told ? head.bom_bytes : 0;
        return;
    }
    if (c->named && !(told && head.bom))
        encoding_named(c->named, c->piece, len, &head);
    c->known = told || c->named;
    if (c->known)
        c->encoding = head;
}

static bool write_piece(struct copy *c, size_t len, struct fault *f)
{
    if (!c->decoder)
        return c->to < 0 || fsio_write(c->to, c->piece, len, f);
    size_t skip = c->bytes == 0 ? c->encoding.bom_bytes : 0;
    buf_reset(&c->text);
    if (len > 0)
        charset_put(c->decoder, c->piece + skip, len - skip, &c->text);
    else
        charset_end(c->decoder, &c->text);
    return c->to < 0 || fsio_write(c->to, c->text.at, c->text.len, f);
}

/* All was looked at. */
static bool scanned(struct copy *c, bool *ret_end, struct fault *f)
{
    encoding_scanned(&c->scan, &c->encoding);
    c->known = true;
    if (encoding_is_utf8(c->encoding.name) || c->to < 0)
        return true;
    *ret_end = false;
    c->bytes = 0;
    c->digest = digest_free(c->digest);
    c->digest = digest_new();
    if (lseek(c->to, 0, SEEK_SET) < 0 || ftruncate(c->to, 0) != 0)
        return fault_set(f, FAULT_IO, errno, "begin the copy once more");
    return true;
}

static bool piece_read(struct copy *c, size_t *ret_len, struct fault *f)
{
    ssize_t n;
    do
        n = pread(c->from, c->piece, PIECE, (off_t)c->bytes);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return fault_set(f, FAULT_IO, errno, "read the file");
    *ret_len = (size_t)n;
    if (c->piece_used < *ret_len)
        c->piece_used = *ret_len;
    return true;
}

bool copy_piece(struct copy *c, bool *ret_end, bool *ret_unreadable, struct fault *f)
{
    size_t len = 0;
    *ret_unreadable = !piece_read(c, &len, f);
    if (*ret_unreadable)
        return false;
    if (c->bytes == 0) {
        begin(c, len);
        if (c->known && !c->decoder && !decoder_begin(c, f)) {
            *ret_unreadable = true;
            return false;
        }
    }
    if (!c->known)
        encoding_scan(&c->scan, c->piece, len);
    if (!write_piece(c, len, f))
        return false;
    if (c->digest)
        digest_add(c->digest, c->piece, len);
    c->bytes += len;
    *ret_end = len == 0;
    return len > 0 || c->known || scanned(c, ret_end, f);
}

uint64_t copy_bytes(const struct copy *c)
{
    return c->bytes;
}

void copy_digest(struct copy *c, char to[DIGEST_HEX])
{
    digest_hex(c->digest, to);
}

const struct encoding *copy_encoding(const struct copy *c)
{
    return &c->encoding;
}

static bool copy_all(struct copy *c, struct fault *f)
{
    bool unreadable;
    for (bool end = false; !end;)
        if (!copy_piece(c, &end, &unreadable, f))
            return false;
    return true;
}

static bool decoded(int from, struct copy_text *to, struct fault *f)
{
    to->fd = fsio_temporary();
    if (to->fd < 0)
        return fault_set(f, FAULT_IO, errno, "make a temporary file");
    struct copy *c = copy_again(from, to->fd, to->encoding.name, to->encoding.bom);
    bool good = copy_all(c, f);
    copy_free(c);
    if (!good)
        close_fd(&to->fd);
    return good;
}

bool copy_text(int from, const char *named, struct copy_text *ret, struct fault *f)
{
    struct copy *c = copy_new(from, -1, named);
    struct copy_text text = {.fd = -1};
    bool good = copy_all(c, f);
    if (good) {
        text.encoding = c->encoding;
        text.bytes = c->bytes;
        if (encoding_is_utf8(text.encoding.name)) {
            text.fd = fcntl(from, F_DUPFD_CLOEXEC, 0);
            good = text.fd >= 0 || fault_set(f, FAULT_IO, errno, "open the file once more");
        } else {
            good = decoded(from, &text, f);
        }
    }
    copy_free(c);
    if (good)
        *ret = text;
    return good;
}
