/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "utf8.h"

/* What may follow a first byte: RFC 3629, section 4. Only the second byte has bounds of its own;
 * they keep out overlong forms, surrogates and what lies above U+10FFFF. */
static const struct {
    unsigned char first, last; /* first bytes, from and to */
    unsigned char low, high;   /* second bytes, from and to */
    unsigned char len;
} forms[] = {
    {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3}, {0xE1, 0xEC, 0x80, 0xBF, 3},
    {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3}, {0xF0, 0xF0, 0x90, 0xBF, 4},
    {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4},
};

/* Whether one of the eight bytes is no printable ASCII. Where none is above 0x7F the sum shows 0x7F
 * and the difference what is below 0x20, each in the top bit of its byte. */
static bool word_odd(uint64_t word)
{
    const uint64_t each = UINT64_C(0x0101010101010101);
    return ((word | (word + each) | (word - 0x20 * each)) & (0x80 * each)) != 0;
}

size_t utf8_plain(const char *text, size_t len)
{
    size_t at = 0;
    for (uint64_t word; at + sizeof word <= len; at += sizeof word) {
        memcpy(&word, text + at, sizeof word);
        if (word_odd(word))
            break;
    }
    while (at < len && text[at] >= 0x20 && text[at] < 0x7F)
        at++;
    return at;
}

size_t utf8_char(const char *text, size_t len)
{
    assert(len > 0);
    const unsigned char *at = (const unsigned char *)text;
    size_t i = 0;
    if (at[0] < 0x80)
        return 1;
    while (i < COUNT_OF(forms) && (at[0] < forms[i].first || at[0] > forms[i].last))
        i++;
    if (i == COUNT_OF(forms) || forms[i].len > len)
        return 0;
    if (at[1] < forms[i].low || at[1] > forms[i].high)
        return 0;
    for (size_t n = 2; n < forms[i].len; n++) {
        if ((at[n] & 0xC0) != 0x80)
            return 0;
    }
    return forms[i].len;
}

size_t utf8_valid(const char *text, size_t len)
{
    size_t at = utf8_plain(text, len);
    while (at < len) {
        size_t n = utf8_char(text + at, len - at);
        if (n == 0)
            break;
        at += n;
        at += utf8_plain(text + at, len - at);
    }
    return at;
}

size_t utf8_whole(const char *text, size_t len)
{
    size_t start = len;

    while (start > 0 && ((unsigned char)text[start - 1] & 0xc0) == 0x80)
        start--;
    if (start == 0)
        return len;
    unsigned char first = (unsigned char)text[--start];
    size_t wanted = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
    return len - start < wanted ? start : len;
}

size_t utf8_length(const char *text, size_t len)
{
    size_t at = utf8_plain(text, len);
    size_t count = at;
    for (; at < len; count++) {
        size_t n = utf8_char(text + at, len - at);
        at += n ? n : 1;
    }
    return count;
}

bool utf8_hostile(const char *at, size_t len)
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
