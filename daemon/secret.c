/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME secret: passwords and PINs out of a key.
 *
 * They must come out the same whenever the row is read again (for the call, after a crash, for the
 * delivery), so that they need not be kept. A stream of bytes is drawn from the key, the row and
 * the field; candidates are made of it until one keeps all rules. */
#include "secret.h"

#define TRIES_MOST 400 /* after which names are no longer minded */
#define CELL_MOST  256 /* bytes of a cell that are minded */
#define PART_LEAST 3   /* bytes of a name's part that is minded */

static const struct {
    const char *alphabet;
    size_t least, most;
} kinds[] = {
    [SECRET_PASSWORD] = {"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789", 8, 31},
    [SECRET_PIN] = {"0123456789", 4, 31},
};

bool secret_fits(enum secret_kind kind, size_t length)
{
    return length >= kinds[kind].least && length <= kinds[kind].most;
}

/* ---- bytes ---- */

struct stream {
    uint8_t seed[DIGEST_BYTES];
    uint64_t at[2]; /* the row, and which block of its stream */
    uint8_t block[DIGEST_BYTES];
    size_t used;
};

static void stream_begin(struct stream *s, const uint8_t key[DIGEST_BYTES], uint64_t row,
                         const char *field)
{
    digest_keyed(key, field, strlen(field), s->seed);
    s->at[0] = row;
    s->at[1] = 0;
    s->used = sizeof s->block;
}

/* The row and the block as bytes that are the same on every machine. */
static void stream_block(struct stream *s)
{
    uint8_t place[sizeof s->at];
    for (size_t i = 0; i < sizeof place; i++)
        place[i] = (uint8_t)(s->at[i / 8] >> 8 * (i % 8));
    digest_keyed(s->seed, place, sizeof place, s->block);
    s->at[1]++;
    s->used = 0;
}

/* One of count, each as likely as the others. */
static size_t stream_choose(struct stream *s, size_t count)
{
    for (;;) {
        if (s->used == sizeof s->block)
            stream_block(s);
        size_t byte = s->block[s->used++];
        if (byte < 256 - 256 % count)
            return byte % count;
    }
}

/* ---- characters ---- */

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Not a sign or a blank: bytes of other letters count as letters. */
static bool in_word(char c)
{
    char l = lower(c);
    return is_digit(c) || (l >= 'a' && l <= 'z') || (unsigned char)c >= 0x80;
}

/* Whether c behind the len characters of text makes three alike or in a row, of a PIN two alike. */
static bool makes_run(enum secret_kind kind, const char *text, size_t len, char c)
{
    if (len && kind == SECRET_PIN && text[len - 1] == c)
        return true;
    if (len < 2)
        return false;
    int step = lower(c) - lower(text[len - 1]);
    return step >= -1 && step <= 1 && lower(text[len - 1]) - lower(text[len - 2]) == step;
}

static void make_candidate(struct stream *s, enum secret_kind kind, size_t length, char *to)
{
    const char *alphabet = kinds[kind].alphabet;
    size_t count = strlen(alphabet);
    for (size_t i = 0; i < length; i++)
        do
            to[i] = alphabet[stream_choose(s, count)];
        while (makes_run(kind, to, i, to[i]));
    to[length] = '\0';
}

/* All classes of a password; of a PIN three different digits. */
static bool is_mixed(enum secret_kind kind, const char *text)
{
    unsigned upper_case = 0;
    unsigned lower_case = 0;
    unsigned digits = 0; /* a bit each */
    for (; *text; text++) {
        if (is_digit(*text))
            digits |= 1u << (*text - '0');
        else if (lower(*text) == *text)
            lower_case++;
        else
            upper_case++;
    }
    if (kind == SECRET_PASSWORD)
        return upper_case && lower_case && digits;
    return __builtin_popcount(digits) >= 3;
}

/* ---- what is not to be in it ---- */

static bool contains(const char *text, size_t length, const char *part, size_t len)
{
    for (size_t at = 0; at + len <= length; at++) {
        size_t same = 0;
        while (same < len && lower(text[at + same]) == lower(part[same]))
            same++;
        if (same == len)
            return true;
    }
    return false;
}

static bool is_minded(const char *part, size_t len)
{
    size_t digits = 0;
    while (digits < len && is_digit(part[digits]))
        digits++;
    return len >= PART_LEAST || (len && digits == len);
}

/* How many bytes from the first on are in words, or are not. */
static size_t span(struct cell text, bool words)
{
    size_t len = 0;
    while (len < text.len && in_word(text.at[len]) == words)
        len++;
    return len;
}

static void skip(struct cell *text, size_t bytes)
{
    text->at += bytes;
    text->len -= bytes;
}

static bool holds_part_of(const char *text, size_t length, struct cell cell)
{
    if (cell.len > CELL_MOST)
        cell.len = CELL_MOST;
    while (cell.len) {
        skip(&cell, span(cell, false));
        size_t len = span(cell, true);
        if (is_minded(cell.at, len) && contains(text, length, cell.at, len))
            return true;
        skip(&cell, len);
    }
    return false;
}

static bool holds_any(const char *text, size_t length, const struct cell *avoid, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (holds_part_of(text, length, avoid[i]))
            return true;
    return false;
}

void secret_make(const uint8_t key[DIGEST_BYTES], uint64_t row, const char *field,
                 enum secret_kind kind, size_t length, const struct cell *avoid, size_t count,
                 char to[SECRET_ROOM])
{
    assert(secret_fits(kind, length));
    struct stream s;
    stream_begin(&s, key, row, field);
    int tries = 0;
    do {
        make_candidate(&s, kind, length, to);
        tries++;
    } while (!is_mixed(kind, to) || (tries < TRIES_MOST && holds_any(to, length, avoid, count)));
    wipe(&s, sizeof s);
}
