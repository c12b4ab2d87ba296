/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "buf.h"

#include <stdarg.h>
#include <stdio.h>

#include "utf8.h"

/* Makes place for len more bytes and a NUL; false when the limit forbids it. */
static bool buf_room(struct buf *b, size_t len)
{
    if (b->most && (len > b->most || b->len > b->most - len))
        return false;
    if (b->len + len + 1 > b->room) {
        size_t room = b->room ? b->room : 64;
        while (room < b->len + len + 1)
            room *= 2;
        /* not realloc: what was there may be secret, and buf_wipe only knows the last place */
        char *at = xmalloc(room);
        if (b->at) {
            memcpy(at, b->at, b->len + 1);
            wipe(b->at, b->room);
            free(b->at);
        }
        b->at = at;
        b->room = room;
    }
    return true;
}

char *buf_extend(struct buf *b, size_t len)
{
    if (!buf_room(b, len))
        return NULL;
    char *at = b->at + b->len;
    b->len += len;
    b->at[b->len] = '\0';
    return at;
}

bool buf_add(struct buf *b, const void *bytes, size_t len)
{
    char *at = buf_extend(b, len);
    if (at && len)
        memcpy(at, bytes, len);
    return at;
}

bool buf_text(struct buf *b, const char *text)
{
    return buf_add(b, text, strlen(text));
}

bool buf_char(struct buf *b, char c)
{
    return buf_add(b, &c, 1);
}

bool buf_format(struct buf *b, const char *format, ...)
{
    va_list args;
    va_list again;
    va_start(args, format);
    va_copy(again, args);
    /* mostly there is room, and one pass will do */
    size_t room = b->at ? b->room - b->len : 0;
    int len = vsnprintf(b->at ? b->at + b->len : NULL, room, format, args);
    va_end(args);
    assert(len >= 0);

    bool fits = buf_room(b, (size_t)len);
    if (fits && (size_t)len >= room)
        vsnprintf(b->at + b->len, (size_t)len + 1, format, again);
    if (fits)
        b->len += (size_t)len;
    else if (room)
        b->at[b->len] = '\0';
    va_end(again);
    return fits;
}

bool buf_number(struct buf *b, uint64_t number)
{
    char digits[20];
    size_t at = sizeof digits;
    do
        digits[--at] = (char)('0' + number % 10);
    while (number /= 10);
    return buf_add(b, digits + at, sizeof digits - at);
}

const char *buf_get(const struct buf *b)
{
    return b->at ? b->at : "";
}

void buf_reset(struct buf *b)
{
    b->len = 0;
    if (b->at)
        b->at[0] = '\0';
}

void buf_free(struct buf *b)
{
    free(b->at);
    *b = (struct buf){.most = b->most};
}

void buf_wipe(struct buf *b)
{
    wipe(b->at, b->room);
    buf_free(b);
}

/* C0, DEL, and the C1 controls (U+0080 to U+009F) that terminals obey as well. */
static bool is_control(const char *text, size_t char_len)
{
    unsigned char first = (unsigned char)text[0];
    if (char_len == 2 && first == 0xc2)
        return (unsigned char)text[1] < 0xa0;
    return first < 0x20 || first == 0x7f;
}

bool buf_name(struct buf *b, const char *text, size_t len)
{
    size_t before = b->len;
    bool fits = true;

    for (size_t i = 0; fits && i < len;) {
        size_t n = utf8_plain(text + i, len - i);
        if (n == 0)
            n = utf8_char(text + i, len - i);
        if (n && !is_control(text + i, n)) {
            fits = buf_add(b, text + i, n);
        } else {
            n = n ? n : 1;
            for (size_t k = 0; fits && k < n; k++)
                fits = buf_format(b, "%%%02X", (unsigned char)text[i + k]);
        }
        i += n;
    }
    if (!fits && b->at) {
        b->len = before;
        b->at[before] = '\0';
    }
    return fits;
}
