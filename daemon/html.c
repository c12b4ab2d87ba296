/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME html: text as HTML. */
#include "html.h"

#include "utf8.h"

static bool character_hostile(const char *at, size_t len)
{
    static const char *const turning[] = {
        "\u061c", "\u200e", "\u200f", "\u2028", "\u2029", "\u202a", "\u202b",
        "\u202c", "\u202d", "\u202e", "\u2066", "\u2067", "\u2068", "\u2069",
    };
    unsigned char first = (unsigned char)at[0];

    for (size_t i = 0; len > 1 && i < COUNT_OF(turning); i++)
        if (strlen(turning[i]) == len && memcmp(turning[i], at, len) == 0)
            return true;
    return first < 0x20 || first == 0x7f || (first == 0xc2 && (unsigned char)at[1] < 0xa0);
}

static void character_add(struct buf *to, const char *at, size_t len)
{
    static const char *const entities[128] = {
        ['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;", ['\''] = "&#39;",
    };
    unsigned char first = (unsigned char)at[0];

    if (character_hostile(at, len))
        buf_text(to, "\ufffd");
    else if (len == 1 && entities[first] != NULL)
        buf_text(to, entities[first]);
    else
        buf_add(to, at, len);
}

void html_text(struct buf *to, const char *text)
{
    size_t left = strlen(text);

    while (left > 0) {
        size_t len = utf8_char(text, left);
        assert(len > 0);
        character_add(to, text, len);
        text += len;
        left -= len;
    }
}
