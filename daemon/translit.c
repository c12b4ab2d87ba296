/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME translit: glibc's iconv and towlower.
 *
 * iconv transliterates by the locale of the calling thread, and says "?" for what it does not
 * know: so it is asked in C.UTF-8 and for one character at a time, and a "?" is no answer. */
#include "translit.h"

#include <iconv.h>
#include <locale.h>
#include <wctype.h>

#include "utf8.h"

#define ASCII_MOST 16 /* bytes that one character becomes */

struct translit {
    locale_t locale;
    iconv_t ascii;
};

struct translit *translit_new(void)
{
    struct translit *t = xcalloc(1, sizeof *t);

    t->locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    assert(t->locale); /* built into the C library */
    locale_t before = uselocale(t->locale);
    t->ascii = iconv_open("ASCII//TRANSLIT", "UTF-8");
    uselocale(before);
    assert(t->ascii != (iconv_t)-1);
    return t;
}

struct translit *translit_free(struct translit *t)
{
    if (t) {
        iconv_close(t->ascii);
        freelocale(t->locale);
        free(t);
    }
    return NULL;
}

/* The number of a well-formed character of len bytes. */
static wint_t point_of(const char *text, size_t len)
{
    static const unsigned char masks[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    wint_t point = (unsigned char)text[0] & masks[len];

    for (size_t i = 1; i < len; i++)
        point = point << 6 | ((unsigned char)text[i] & 0x3f);
    return point;
}

static void point_add(struct buf *to, wint_t point)
{
    if (point < 0x80) {
        buf_char(to, (char)point);
        return;
    }
    int more = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
    static const unsigned char firsts[] = {0, 0xc0, 0xe0, 0xf0};
    buf_char(to, (char)(firsts[more] | point >> (6 * more)));
    for (int i = more - 1; i >= 0; i--)
        buf_char(to, (char)(0x80 | (point >> (6 * i) & 0x3f)));
}

static void each(const struct translit *t, struct cell text, struct buf *to,
                 wint_t (*one)(wint_t, locale_t))
{
    for (size_t i = 0; i < text.len;) {
        size_t len = utf8_char(text.at + i, text.len - i);
        if (len > 0)
            point_add(to, one(point_of(text.at + i, len), t->locale));
        else
            buf_char(to, text.at[i]);
        i += len ? len : 1;
    }
}

void translit_lower(const struct translit *t, struct cell text, struct buf *to)
{
    each(t, text, to, towlower_l);
}

void translit_upper(const struct translit *t, struct cell text, struct buf *to)
{
    each(t, text, to, towupper_l);
}

/* One character; false when ASCII has nothing for it. */
static bool ascii_one(const struct translit *t, const char *text, size_t len, struct buf *to)
{
    char out[ASCII_MOST];
    char *in_at = (char *)text;
    char *out_at = out;
    size_t in_left = len;
    size_t out_left = sizeof out;

    iconv(t->ascii, NULL, NULL, NULL, NULL);
    if (iconv(t->ascii, &in_at, &in_left, &out_at, &out_left) == (size_t)-1 ||
        (out_at > out && memchr(out, '?', (size_t)(out_at - out))))
        return false;
    return buf_add(to, out, (size_t)(out_at - out));
}

bool translit_ascii(const struct translit *t, struct cell text, struct buf *to)
{
    locale_t before = uselocale(t->locale);
    bool well = true;

    for (size_t i = 0, len; well && i < text.len; i += len) {
        len = utf8_char(text.at + i, text.len - i);
        if (len == 1)
            buf_char(to, text.at[i]);
        else
            well = len > 0 && ascii_one(t, text.at + i, len, to);
        len = len ? len : 1;
    }
    uselocale(before);
    return well;
}
