/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "heading.h"

#include "hash.h"
#include "utf8.h"

#define SLIPS_MOST 2

/* One character: its bytes in lower case. Bytes that are no UTF-8 stand for themselves. */
struct letter {
    char at[4];
    size_t len;
};

static struct letter letter_at(const char *text, size_t len)
{
    size_t bytes = utf8_char(text, len);
    struct letter l = {.len = bytes ? bytes : 1};

    memcpy(l.at, text, l.len);
    unsigned char last = (unsigned char)l.at[l.len - 1];
    if (l.len == 1 && last >= 'A' && last <= 'Z')
        l.at[0] = (char)(last + 'a' - 'A');
    else if (l.len == 2 && (unsigned char)l.at[0] == 0xc3 && last <= 0x9e && last != 0x97)
        l.at[1] = (char)(last + 0x20); /* U+00C0 to U+00DE but for the multiplication sign */
    return l;
}

/* Blanks, signs and what is invisible: everything of ASCII but letters and digits, U+00A0 to
 * U+00BF, U+2000 to U+206F and U+FEFF. */
static bool is_sign(const struct letter *l)
{
    const unsigned char *at = (const unsigned char *)l->at;

    if (l->len == 1)
        return at[0] < 0x80 && !(at[0] >= 'a' && at[0] <= 'z') && !(at[0] >= '0' && at[0] <= '9');
    if (l->len == 2)
        return at[0] == 0xc2 && at[1] >= 0xa0;
    if (l->len == 3 && at[0] == 0xe2)
        return at[1] == 0x80 || (at[1] == 0x81 && at[2] <= 0xaf);
    return l->len == 3 && memcmp(at, "\xef\xbb\xbf", 3) == 0;
}

/* What becomes of a letter of ASCII in a key: 0 when it is a sign. */
static char plain(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (char)(c + 'a' - 'A');
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ? c : '\0';
}

bool heading_key(const char *text, size_t len, char to[HEADING_KEY])
{
    size_t used = 0;

    for (size_t i = 0; i < len;) {
        if ((unsigned char)text[i] < 0x80 && used + 1 < HEADING_KEY) {
            to[used] = plain(text[i++]);
            used += to[used] != '\0';
            continue;
        }
        struct letter l = letter_at(text + i, len - i);
        i += l.len;
        if (is_sign(&l))
            continue;
        if (used + l.len >= HEADING_KEY)
            return false;
        memcpy(to + used, l.at, l.len);
        used += l.len;
    }
    to[used] = '\0';
    return true;
}

struct heading heading_of(const char *key)
{
    return (struct heading){key, hash_bytes(key, strlen(key), 0)};
}

static size_t letters_of(const char *key, struct letter to[HEADING_KEY])
{
    size_t len = strlen(key);
    size_t count = 0;

    for (size_t i = 0; i < len && count < HEADING_KEY; i += to[count++].len)
        to[count] = letter_at(key + i, len - i);
    return count;
}

static bool same(const struct letter *a, const struct letter *b)
{
    return a->len == b->len && memcmp(a->at, b->at, a->len) == 0;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t heading_distance(const char *a, const char *b)
{
    struct letter x[HEADING_KEY];
    struct letter y[HEADING_KEY];
    size_t rows[3][HEADING_KEY + 1]; /* of the table: two before, before, this one */
    size_t *before = rows[0];
    size_t *last = rows[1];
    size_t *now = rows[2];
    size_t m = letters_of(a, x);
    size_t n = letters_of(b, y);

    for (size_t j = 0; j <= n; j++)
        now[j] = j;
    for (size_t i = 1; i <= m; i++) {
        size_t *spare = before;
        before = last;
        last = now;
        now = spare;
        now[0] = i;
        for (size_t j = 1; j <= n; j++) {
            now[j] =
                least(least(last[j], now[j - 1]) + 1, last[j - 1] + !same(&x[i - 1], &y[j - 1]));
            if (i > 1 && j > 1 && same(&x[i - 1], &y[j - 2]) && same(&x[i - 2], &y[j - 1]))
                now[j] = least(now[j], before[j - 2] + 1);
        }
    }
    return now[n];
}

bool heading_near(const char *a, const char *b)
{
    size_t shorter = least(utf8_length(a, strlen(a)), utf8_length(b, strlen(b)));
    size_t slips = heading_distance(a, b);

    return slips > 0 && slips <= SLIPS_MOST && 3 * slips <= shorter;
}

/* Bytes of a blank at text, 0 when there is none. */
static size_t blank(const char *text, size_t len)
{
    if (len > 0 && memchr(" \t\r\n", text[0], 4))
        return 1;
    return len >= 2 && memcmp(text, "\xc2\xa0", 2) == 0 ? 2 : 0;
}

struct cell text_trimmed(struct cell text)
{
    for (size_t n; (n = blank(text.at, text.len)) > 0; text.len -= n)
        text.at += n;
    for (;;) {
        const char *end = text.at + text.len;
        if (text.len >= 2 && blank(end - 2, 2) == 2)
            text.len -= 2;
        else if (text.len >= 1 && blank(end - 1, 1) == 1)
            text.len--;
        else
            return text;
    }
}

bool text_alike(struct cell a, struct cell b)
{
    a = text_trimmed(a);
    b = text_trimmed(b);
    size_t i = 0;
    size_t j = 0;
    while (i < a.len && j < b.len) {
        struct letter x = letter_at(a.at + i, a.len - i);
        struct letter y = letter_at(b.at + j, b.len - j);
        if (!same(&x, &y))
            return false;
        i += x.len;
        j += y.len;
    }
    return i == a.len && j == b.len;
}
