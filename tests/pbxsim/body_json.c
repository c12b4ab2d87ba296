/* SPDX-License-Identifier: GPL-2.0-or-later */
/* body_json: reads a JSON body, which is one flat object. Stricter than json-c, whose strict mode
 * still takes doubled keys, single quotes and NaN; and a simulator must see each of them. */
#include "request.h"

#include <string.h>

struct scan {
    const unsigned char *at;
    const unsigned char *end;
};

static void blanks_skip(struct scan *s)
{
    while (s->at < s->end && strchr(" \t\r\n", *s->at) != NULL && *s->at != '\0')
        s->at++;
}

static bool mark_take(struct scan *s, char mark)
{
    blanks_skip(s);
    if (s->at == s->end || *s->at != (unsigned char)mark)
        return false;
    s->at++;
    return true;
}

static bool hex_take(struct scan *s, unsigned *ret_unit)
{
    unsigned unit = 0;

    if (s->end - s->at < 4)
        return false;
    for (int i = 0; i < 4; i++, s->at++) {
        static const char digits[] = "0123456789abcdef";
        const char *digit = *s->at == '\0' ? NULL : strchr(digits, *s->at | 0x20);
        if (digit == NULL || (*s->at < 'A' && *s->at > '9') || *s->at < '0')
            return false;
        unit = unit * 16 + (unsigned)(digit - digits);
    }
    *ret_unit = unit;
    return true;
}

static void utf8_add(struct text *to, unsigned code)
{
    if (code < 0x80) {
        text_putc(to, (char)code);
        return;
    }
    unsigned tail = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const unsigned lead[] = {0, 0xc0, 0xe0, 0xf0};
    text_putc(to, (char)(lead[tail] | (code >> (6 * tail))));
    while (tail-- > 0)
        text_putc(to, (char)(0x80 | ((code >> (6 * tail)) & 0x3f)));
}

/* \uXXXX, the backslash and the u taken; a pair of surrogates is one character. NUL is refused,
 * since no value of the PBX can hold one. */
static bool unicode_take(struct scan *s, struct text *to)
{
    unsigned code;
    unsigned low;

    if (!hex_take(s, &code) || code == 0 || (code >= 0xdc00 && code < 0xe000))
        return false;
    if (code >= 0xd800 && code < 0xdc00) {
        if (s->end - s->at < 6 || s->at[0] != '\\' || s->at[1] != 'u')
            return false;
        s->at += 2;
        if (!hex_take(s, &low) || low < 0xdc00 || low > 0xdfff)
            return false;
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
    utf8_add(to, code);
    return true;
}

static bool escape_take(struct scan *s, struct text *to)
{
    static const char from[] = "\"\\/bfnrt";
    static const char into[] = "\"\\/\b\f\n\r\t";

    if (s->at == s->end)
        return false;
    unsigned char c = *s->at++;
    if (c == 'u')
        return unicode_take(s, to);
    const char *found = c == '\0' ? NULL : strchr(from, c);
    if (found == NULL)
        return false;
    text_putc(to, into[found - from]);
    return true;
}

/* The length of the UTF-8 character at `at`, 0 when it is none (overlong, surrogate, cut). */
static size_t utf8_length(const unsigned char *at, const unsigned char *end)
{
    size_t length = at[0] < 0x80 ? 1 : at[0] < 0xc2 ? 0 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;

    if (at[0] > 0xf4 || (size_t)(end - at) < length)
        return 0;
    for (size_t i = 1; i < length; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    }
    if ((at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] > 0x9f) ||
        (at[0] == 0xf0 && at[1] < 0x90) || (at[0] == 0xf4 && at[1] > 0x8f))
        return 0;
    return length;
}

static bool plain_take(struct scan *s, struct text *to)
{
    const unsigned char *run = s->at;

    while (s->at < s->end && *s->at != '"' && *s->at != '\\') {
        size_t length = *s->at < 0x20 ? 0 : utf8_length(s->at, s->end);
        if (length == 0)
            return false;
        s->at += length;
    }
    text_add(to, (const char *)run, (size_t)(s->at - run));
    return true;
}

static bool string_take(struct scan *s, struct text *to)
{
    text_clear(to);
    if (!mark_take(s, '"'))
        return false;
    for (;;) {
        if (!plain_take(s, to) || s->at == s->end)
            return false;
        if (*s->at++ == '"')
            return true;
        if (!escape_take(s, to))
            return false;
    }
}

/* A bare word: a number, true, false or null. What it is made of is not looked at closely. */
static bool word_take(struct scan *s, struct text *to)
{
    static const char parts[] = "0123456789+-.eEtrufalsn";
    const unsigned char *start = s->at;

    while (s->at < s->end && *s->at != '\0' && strchr(parts, *s->at) != NULL)
        s->at++;
    text_clear(to);
    text_add(to, (const char *)start, (size_t)(s->at - start));
    return s->at > start;
}

static bool value_take(struct scan *s, struct text *to, bool *ret_plain)
{
    blanks_skip(s);
    *ret_plain = s->at < s->end && *s->at == '"';
    return *ret_plain ? string_take(s, to) : word_take(s, to);
}

static bool members_take(struct scan *s, struct request *r, struct text *name, struct text *value)
{
    enum param hint = PARAM_number;
    bool plain;

    if (mark_take(s, '}'))
        return true;
    do {
        if (!string_take(s, name) || !mark_take(s, ':') || !value_take(s, value, &plain))
            return false;
        request_take(r, name->at, value->at, plain, &hint);
    } while (mark_take(s, ','));
    return mark_take(s, '}');
}

void body_json(struct request *r, const char *body, size_t length)
{
    struct scan s = {(const unsigned char *)body, (const unsigned char *)body + length};
    struct text name = {0};
    struct text value = {0};

    bool well = mark_take(&s, '{') && members_take(&s, r, &name, &value);
    blanks_skip(&s);
    if (!well || s.at != s.end)
        request_malformed(r, "the body is no flat JSON object");
    text_free(&name);
    text_free(&value);
}
