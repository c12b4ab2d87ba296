/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME pool: numbers out of a range.
 *
 * A cursor goes up once: what it has passed was taken and stays so. That the PBX has a number is
 * remembered too, or each new person's search would begin with the same look-ups; but when nothing
 * is left, that memory is dropped and the range gone through once more, since somebody may have
 * made room meanwhile. */
#include "pool.h"

#include <stdio.h>

struct pool {
    struct ledger *ledger;
    int64_t pbx;
    uint64_t first, last, cursor;
    int width;
    bool again; /* the range is gone through for the second time */
};

struct pool *pool_new(struct ledger *l, int64_t pbx, const char *from, const char *to)
{
    struct pool *p = xcalloc(1, sizeof *p);
    p->ledger = l;
    p->pbx = pbx;
    p->first = p->cursor = strtoull(from, NULL, 10);
    p->last = strtoull(to, NULL, 10);
    p->width = (int)strlen(from);
    return p;
}

struct pool *pool_free(struct pool *p)
{
    free(p);
    return NULL;
}

static void key_of(const struct pool *p, struct cell key, uint8_t to[DIGEST_BYTES])
{
    digest_keyed(ledger_key(p->ledger), key.at, key.len, to);
}

/* The lowest free number from the cursor on; "" at the end of the range. */
static bool find(struct pool *p, char ret[LEDGER_NUMBER], struct fault *f)
{
    for (; p->cursor <= p->last; p->cursor++) {
        bool taken = false;
        snprintf(ret, LEDGER_NUMBER, "%0*llu", p->width, (unsigned long long)p->cursor);
        if (!ledger_number_taken(p->ledger, p->pbx, ret, &taken, f))
            return false;
        if (!taken)
            return true;
    }
    ret[0] = '\0';
    return true;
}

static bool find_any(struct pool *p, char ret[LEDGER_NUMBER], struct fault *f)
{
    if (!find(p, ret, f))
        return false;
    if (ret[0] || p->again)
        return true;
    p->again = true;
    p->cursor = p->first;
    return ledger_pool_vacate(p->ledger, p->pbx, f) && find(p, ret, f);
}

bool pool_offer(struct pool *p, struct cell key, char ret[LEDGER_NUMBER], bool *ret_new,
                struct fault *f)
{
    uint8_t digest[DIGEST_BYTES];
    key_of(p, key, digest);
    if (!ledger_pool_get(p->ledger, p->pbx, digest, ret, f))
        return false;
    *ret_new = !ret[0];
    return ret[0] || find_any(p, ret, f);
}

bool pool_give(struct pool *p, struct cell key, const char *number, struct fault *f)
{
    uint8_t digest[DIGEST_BYTES];
    key_of(p, key, digest);
    return ledger_pool_put(p->ledger, p->pbx, digest, number, f);
}

bool pool_change(struct pool *p, struct cell key, const char *number, char ret[LEDGER_NUMBER],
                 struct fault *f)
{
    char next[LEDGER_NUMBER];
    if (!find_any(p, next, f))
        return false;
    if (next[0] &&
        (!pool_give(p, key, next, f) || !ledger_pool_occupied(p->ledger, p->pbx, number, f)))
        return false;
    memcpy(ret, next, sizeof next);
    return true;
}
