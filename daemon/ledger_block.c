/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME ledger_block: rows as bytes.
 *
 * A row is a byte of its state and of what is told, then what is told, in the order of the bits
 * below; numbers are varints (seven bits a byte, the lowest first), signed ones zigzag. What
 * follows from the row before is not told: the next line, the place behind it, the next number. A
 * row to be sent is thus two bytes, one that was created three or four. */
#include "ledger_block.h"

#include <limits.h>

#include "hash.h"

#define STATE 0x0f

enum told {
    TOLD_PLACE = 0x10,    /* its line or the gap before it is not as in the row before */
    TOLD_NUMBER = 0x20,   /* its number is not the one after that of the row before */
    TOLD_FINISHED = 0x40, /* it has a time */
    TOLD_RARE = 0x80,     /* a second byte follows, of the bits below */
};

enum rare {
    RARE_FINDINGS = 0x01,
    RARE_DOUBTED = 0x02,
    RARE_SKIP = 0x04, /* so many rows before it are not there */
    RARE_ATTEMPTS = 0x08,
    RARE_CODE = 0x10,
    RARE_DUE = 0x20,
    RARE_DETAIL = 0x40,
};

/* What the next row is told by. */
struct past {
    uint64_t line, end, gap, bytes;
    int64_t finished; /* the last that was told */
    char number[LEDGER_NUMBER];
};

/* The number after this one, of the same length; anything else stays as it is. */
static void number_step(char number[LEDGER_NUMBER])
{
    size_t len = strnlen(number, LEDGER_NUMBER - 1);
    size_t i = len;
    while (i > 0 && number[i - 1] == '9')
        i--;
    if (i == 0 || number[i - 1] < '0' || number[i - 1] > '8')
        return;
    number[i - 1]++;
    memset(number + i, '0', len - i);
}

static void past_keep(struct past *past, const struct ledger_row *row)
{
    past->gap = row->offset - past->end;
    past->line = row->line;
    past->end = row->offset + row->bytes;
    past->bytes = row->bytes;
    if (row->finished)
        past->finished = row->finished;
    memcpy(past->number, row->number, sizeof past->number);
    number_step(past->number);
}

/* ---- writing ---- */

static uint8_t *put(uint8_t *to, uint64_t value)
{
    for (; value > 0x7f; value >>= 7)
        *to++ = (uint8_t)(value | 0x80);
    *to++ = (uint8_t)value;
    return to;
}

/* How far a value is from another, going round at the ends; small either way. */
static uint8_t *put_step(uint8_t *to, uint64_t value, uint64_t from)
{
    uint64_t step = value - from;
    return put(to, step << 1 ^ (step >> 63 ? UINT64_MAX : 0));
}

static uint8_t *put_text(uint8_t *to, const char *text, size_t room)
{
    size_t len = strnlen(text, room - 1);
    *to++ = (uint8_t)len;
    memcpy(to, text, len);
    return to + len;
}

static unsigned told_of(const struct ledger_row *row, const struct past *past)
{
    unsigned told = 0;
    if (row->line != past->line + 1 || row->offset != past->end + past->gap)
        told |= TOLD_PLACE;
    if (strcmp(row->number, past->number) != 0)
        told |= TOLD_NUMBER;
    if (row->finished)
        told |= TOLD_FINISHED;
    return told;
}

static unsigned rare_of(const struct ledger_row *row, size_t skip)
{
    return (row->findings ? RARE_FINDINGS : 0u) | (row->doubted ? RARE_DOUBTED : 0u) |
           (skip ? RARE_SKIP : 0u) | (row->attempts ? RARE_ATTEMPTS : 0u) |
           (row->code ? RARE_CODE : 0u) | (row->due ? RARE_DUE : 0u) |
           (row->detail[0] ? RARE_DETAIL : 0u);
}

static uint8_t *put_rare(uint8_t *to, unsigned rare, const struct ledger_row *row)
{
    if (rare & RARE_ATTEMPTS)
        to = put_step(to, (uint64_t)row->attempts, 0);
    if (rare & RARE_CODE)
        to = put_step(to, (uint64_t)row->code, 0);
    if (rare & RARE_DUE)
        to = put_step(to, (uint64_t)row->due, 0);
    if (rare & RARE_DETAIL)
        to = put_text(to, row->detail, sizeof row->detail);
    return to;
}

/* skip: how many rows before it are not there. */
static uint8_t *put_row(uint8_t *to, const struct ledger_row *row, const struct past *past,
                        size_t skip)
{
    unsigned told = told_of(row, past);
    unsigned rare = rare_of(row, skip);
    *to++ = (uint8_t)((unsigned)row->state | told | (rare ? TOLD_RARE : 0u));
    if (rare)
        *to++ = (uint8_t)rare;
    if (skip)
        *to++ = (uint8_t)skip;
    to = put_step(to, row->bytes, past->bytes);
    if (told & TOLD_PLACE) {
        to = put_step(to, row->line, past->line + 1);
        to = put_step(to, row->offset - past->end, past->gap);
    }
    if (told & TOLD_NUMBER)
        to = put_text(to, row->number, sizeof row->number);
    if (told & TOLD_FINISHED)
        to = put_step(to, (uint64_t)row->finished, (uint64_t)past->finished);
    return put_rare(to, rare, row);
}

size_t ledger_block_encode(const struct ledger_row *rows, uint8_t to[LEDGER_BLOCK_MOST])
{
    struct past past = {0};
    uint8_t *at = to;
    size_t skip = 0;
    for (size_t i = 0; i < LEDGER_BLOCK_ROWS; i++) {
        if (!rows[i].row) {
            skip++;
            continue;
        }
        at = put_row(at, &rows[i], &past, skip);
        past_keep(&past, &rows[i]);
        skip = 0;
    }
    return (size_t)(at - to);
}

/* ---- reading ---- */

struct reader {
    const uint8_t *at, *end;
    bool bad; /* something was not there, or not so as it is written; what was read is 0 */
};

static unsigned get_byte(struct reader *r)
{
    if (r->at < r->end)
        return *r->at++;
    r->bad = true;
    return 0;
}

static uint64_t get(struct reader *r)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        unsigned byte = get_byte(r);
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte <= 0x7f)
            return value;
    }
    r->bad = true;
    return 0;
}

static uint64_t get_step(struct reader *r, uint64_t from)
{
    uint64_t step = get(r);
    return from + (step >> 1 ^ (step & 1 ? UINT64_MAX : 0));
}

static int get_int(struct reader *r)
{
    int64_t value = (int64_t)get_step(r, 0);
    r->bad = r->bad || value < INT_MIN || value > INT_MAX;
    return r->bad ? 0 : (int)value;
}

static void get_text(struct reader *r, char *to, size_t room)
{
    size_t len = get_byte(r);
    r->bad = r->bad || len >= room || len > (size_t)(r->end - r->at) || memchr(r->at, 0, len);
    if (r->bad)
        return;
    memcpy(to, r->at, len);
    to[len] = '\0';
    r->at += len;
}

static bool is_state(unsigned state)
{
    return state <= ROW_REFUSED || (state >= ROW_FINAL && state <= ROW_FAILED);
}

static void get_rare(struct reader *r, unsigned rare, struct ledger_row *row)
{
    row->findings = rare & RARE_FINDINGS;
    row->doubted = rare & RARE_DOUBTED;
    row->attempts = rare & RARE_ATTEMPTS ? get_int(r) : 0;
    row->code = rare & RARE_CODE ? get_int(r) : 0;
    row->due = rare & RARE_DUE ? (int64_t)get_step(r, 0) : 0;
    row->detail[0] = '\0';
    if (rare & RARE_DETAIL)
        get_text(r, row->detail, sizeof row->detail);
}

static void get_row(struct reader *r, unsigned told, unsigned rare, const struct past *past,
                    struct ledger_row *row)
{
    row->state = (enum row_state)(told & STATE);
    row->bytes = get_step(r, past->bytes);
    row->line = past->line + 1;
    uint64_t gap = past->gap;
    if (told & TOLD_PLACE) {
        row->line = get_step(r, row->line);
        gap = get_step(r, gap);
    }
    row->offset = past->end + gap;
    memcpy(row->number, past->number, sizeof row->number);
    if (told & TOLD_NUMBER)
        get_text(r, row->number, sizeof row->number);
    row->finished = 0;
    if (told & TOLD_FINISHED)
        row->finished = (int64_t)get_step(r, (uint64_t)past->finished);
    get_rare(r, rare, row);
}

bool ledger_block_decode(const uint8_t *bytes, size_t len, uint64_t first, struct ledger_row *rows)
{
    struct reader r = {bytes, bytes + len, false};
    struct past past = {0};
    size_t i = 0;
    for (; r.at < r.end; i++) {
        unsigned told = get_byte(&r);
        unsigned rare = told & TOLD_RARE ? get_byte(&r) : 0;
        size_t skip = rare & RARE_SKIP ? get_byte(&r) : 0;
        if (rare > 0x7f || !is_state(told & STATE) || i + skip >= LEDGER_BLOCK_ROWS)
            return false;
        for (; skip > 0; skip--)
            rows[i++].row = 0;
        get_row(&r, told, rare, &past, &rows[i]);
        if (r.bad)
            return false;
        rows[i].row = first + i;
        past_keep(&past, &rows[i]);
    }
    for (; i < LEDGER_BLOCK_ROWS; i++)
        rows[i].row = 0;
    return true;
}

uint32_t ledger_block_sum(const uint8_t *bytes, size_t len, uint64_t seed)
{
    uint64_t h = hash_bytes(bytes, len, seed);
    return (uint32_t)(h ^ h >> 32);
}
