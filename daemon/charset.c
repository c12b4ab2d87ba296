/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME charset: conversion by the C library's iconv. */
#include "charset.h"

#include <errno.h>
#include <iconv.h>
#include <stdio.h>
#include <strings.h>

#include "utf8.h"

#define ESCAPE     '\xFF'
#define PIECE      4096
#define ESCAPE_LEN 3

struct charset {
    iconv_t with;
    bool decodes;
    size_t unit;        /* bytes that stand or fall together */
    struct buf pending; /* what is not converted yet */
};

static size_t unit_of(const char *encoding)
{
    if (strncasecmp(encoding, "utf-16", 6) == 0)
        return 2;
    return strncasecmp(encoding, "utf-32", 6) == 0 ? 4 : 1;
}

static struct charset *charset_new(const char *encoding, bool decodes)
{
    struct charset *c = xcalloc(1, sizeof *c);
    c->with = decodes ? iconv_open("UTF-8", encoding) : iconv_open(encoding, "UTF-8");
    if (c->with == (iconv_t)-1) {
        if (errno == ENOMEM)
            out_of_memory();
        free(c);
        return NULL;
    }
    c->decodes = decodes;
    c->unit = unit_of(encoding);
    return c;
}

bool charset_known(const char *encoding)
{
    struct charset *c = charset_decoder(encoding);
    bool known = c != NULL;
    charset_free(c);
    return known;
}

struct charset *charset_decoder(const char *encoding)
{
    return charset_new(encoding, true);
}

struct charset *charset_encoder(const char *encoding)
{
    return charset_new(encoding, false);
}

struct charset *charset_free(struct charset *c)
{
    if (!c)
        return NULL;
    iconv_close(c->with);
    buf_wipe(&c->pending);
    free(c);
    return NULL;
}

static void escape_add(struct buf *to, unsigned char byte)
{
    const char text[ESCAPE_LEN] = {ESCAPE, (char)(0xC4 | byte >> 6), (char)(0x80 | (byte & 0x3F))};
    buf_add(to, text, sizeof text);
}

/* What cannot be decoded. Returns how many bytes it takes, 0 when more of them must come first. */
static size_t fault_decode(const struct charset *c, const char *at, size_t len, bool end,
                           struct buf *to)
{
    size_t n = len < c->unit ? len : c->unit;
    if (n < c->unit && !end)
        return 0;
    for (size_t i = 0; i < n; i++)
        escape_add(to, (unsigned char)at[i]);
    return n;
}

/* What cannot be encoded: an escape is the byte that it stands for. */
static size_t fault_encode(const char *at, size_t len, bool end, struct buf *to)
{
    if (at[0] == ESCAPE && len < ESCAPE_LEN && !end)
        return 0;
    if (at[0] == ESCAPE && len >= ESCAPE_LEN && ((unsigned char)at[1] & 0xFC) == 0xC4) {
        buf_char(to, (char)((at[1] & 0x03) << 6 | (at[2] & 0x3F)));
        return ESCAPE_LEN;
    }
    size_t n = utf8_char(at, len);
    buf_char(to, '?');
    return n ? n : 1;
}

/* Converts as much of the text as can be. Returns the bytes that are left. */
static size_t convert(struct charset *c, const char *text, size_t len, bool end, struct buf *to)
{
    char piece[PIECE];
    char *in = (char *)text; /* iconv only reads there */
    size_t left = len;
    while (left > 0) {
        char *out = piece;
        size_t room = sizeof piece;
        errno = 0;
        size_t rc = iconv(c->with, &in, &left, &out, &room);
        int why = rc == (size_t)-1 ? errno : 0;
        buf_add(to, piece, (size_t)(out - piece));
        if (why == 0 || why == E2BIG)
            continue;
        if (why == EINVAL && !end)
            break;
        size_t n =
            c->decodes ? fault_decode(c, in, left, end, to) : fault_encode(in, left, end, to);
        if (n == 0)
            break;
        in += n;
        left -= n;
    }
    wipe(piece, sizeof piece);
    return left;
}

static void pass(struct charset *c, const char *text, size_t len, bool end, struct buf *to)
{
    buf_add(&c->pending, text, len);
    size_t left = convert(c, buf_get(&c->pending), c->pending.len, end, to);
    if (left > 0)
        memmove(c->pending.at, c->pending.at + c->pending.len - left, left);
    c->pending.len = left;
}

void charset_put(struct charset *c, const char *text, size_t len, struct buf *to)
{
    pass(c, text, len, false, to);
}

void charset_end(struct charset *c, struct buf *to)
{
    pass(c, "", 0, true, to);
}
