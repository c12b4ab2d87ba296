/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME ledger_store: blocks in memory, and their way into the database and back.
 *
 * A block is decoded once and changed in memory. What has changed is written into the transaction
 * before its commit, or when its place is needed for another; until then the database has an older
 * one, or none. So whoever looks for a block looks here first. */
#include "ledger_own.h"

/* ---- in memory ---- */

static bool is_block(const struct block *b, uint64_t import, uint64_t at)
{
    return b->used && b->at == at && b->import == import;
}

static struct block *touch(struct ledger *l, struct block *b)
{
    b->used = ++l->uses;
    l->last = b;
    return b;
}

static struct block *cached(struct ledger *l, uint64_t import, uint64_t at)
{
    if (l->last && is_block(l->last, import, at))
        return touch(l, l->last);
    for (size_t i = 0; i < BLOCKS_MOST; i++)
        if (is_block(&l->blocks[i], import, at))
            return touch(l, &l->blocks[i]);
    return NULL;
}

/* The first one from this number on. */
static struct block *cached_next(struct ledger *l, uint64_t import, uint64_t from)
{
    struct block *next = NULL;
    for (size_t i = 0; i < BLOCKS_MOST; i++) {
        struct block *b = &l->blocks[i];
        if (b->used && b->import == import && b->at >= from && (!next || b->at < next->at))
            next = b;
    }
    return next;
}

void blocks_forget(struct ledger *l, uint64_t import)
{
    for (size_t i = 0; i < BLOCKS_MOST; i++)
        if (l->blocks[i].import == import)
            l->blocks[i].used = 0;
}

void blocks_forget_all(struct ledger *l)
{
    for (size_t i = 0; i < BLOCKS_MOST; i++)
        l->blocks[i].used = 0;
}

void blocks_free(struct ledger *l)
{
    for (size_t i = 0; i < BLOCKS_MOST; i++)
        free(l->blocks[i].rows);
}

/* ---- writing ---- */

struct tally {
    unsigned states;
    int64_t open;
    int64_t outcomes[ROW_FAILED - ROW_FINAL + 1];
};

static void tally_of(const struct ledger_row *rows, struct tally *ret)
{
    struct tally t = {0};
    for (size_t i = 0; i < LEDGER_BLOCK_ROWS; i++) {
        if (!rows[i].row)
            continue;
        t.states |= 1u << rows[i].state;
        if (rows[i].state < ROW_FINAL)
            t.open++;
        else
            t.outcomes[rows[i].state - ROW_FINAL]++;
    }
    *ret = t;
}

/* Under another number or import the same bytes have another sum. */
static uint32_t sum_of(const struct ledger *l, const struct block *b, size_t len)
{
    return ledger_block_sum(l->bytes, len, b->import * LEDGER_BLOCK_ROWS + b->at);
}

static bool block_write(struct ledger *l, struct block *b, struct fault *f)
{
    static const char text[] =
        "INSERT INTO block(import,at,states,open,created,unchanged,skipped,invalid,failed,sum,rows)"
        " VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11)"
        " ON CONFLICT(import,at) DO UPDATE SET states=?3,open=?4,created=?5,unchanged=?6,"
        "skipped=?7,invalid=?8,failed=?9,sum=?10,rows=?11";
    struct tally t;
    struct sql_query *q = ledger_write(l, text, f);
    if (!q)
        return false;
    tally_of(b->rows, &t);
    size_t len = ledger_block_encode(b->rows, l->bytes);
    sql_bind_int(q, 1, (int64_t)b->import);
    sql_bind_int(q, 2, (int64_t)b->at);
    sql_bind_int(q, 3, t.states);
    sql_bind_int(q, 4, t.open);
    for (size_t i = 0; i < COUNT_OF(t.outcomes); i++)
        sql_bind_int(q, 5 + (int)i, t.outcomes[i]);
    sql_bind_int(q, 10, sum_of(l, b, len));
    sql_bind_bytes(q, 11, l->bytes, len);
    if (!sql_run(q, f))
        return false;
    b->dirty = false;
    return true;
}

bool blocks_write(struct ledger *l, struct fault *f)
{
    for (size_t i = 0; i < BLOCKS_MOST; i++) {
        struct block *b = &l->blocks[i];
        if (b->used && b->dirty && !block_write(l, b, f))
            return false;
    }
    return true;
}

/* ---- reading ---- */

/* A place in memory: a free one, or that of the block that was not used for longest. */
static bool place_make(struct ledger *l, struct block **ret, struct fault *f)
{
    struct block *oldest = &l->blocks[0];
    for (size_t i = 1; i < BLOCKS_MOST; i++)
        if (l->blocks[i].used < oldest->used)
            oldest = &l->blocks[i];
    if (oldest->used && oldest->dirty && !block_write(l, oldest, f))
        return false;
    if (!oldest->rows)
        oldest->rows = xcalloc(LEDGER_BLOCK_ROWS, sizeof *oldest->rows);
    oldest->used = 0;
    oldest->dirty = false;
    *ret = oldest;
    return true;
}

static bool block_damaged(struct ledger *l, const struct block *b, struct fault *f)
{
    fault_set(&l->wrong, FAULT_DAMAGE, 0, "ledger: rows %llu and on of import %llu are damaged",
              (unsigned long long)(b->at * LEDGER_BLOCK_ROWS + 1), (unsigned long long)b->import);
    if (f)
        *f = l->wrong;
    return false;
}

/* The block that a query answers with: at, sum, rows. NULL in *ret when it has no answer. */
static bool block_read(struct ledger *l, struct sql_query *q, uint64_t import, struct block **ret,
                       struct fault *f)
{
    bool row = false;
    struct block *b = NULL;
    *ret = NULL;
    if (!sql_next(q, &row, f))
        return false;
    if (!row)
        return true;
    uint64_t at = (uint64_t)sql_int(q, 0);
    int64_t sum = sql_int(q, 1);
    b = cached(l, import, at);
    if (b) { /* it may have changed since it was written */
        sql_done(q);
        *ret = b;
        return true;
    }
    if (!place_make(l, &b, f))
        return false;
    size_t len = sql_bytes(q, 2, l->bytes, sizeof l->bytes);
    sql_done(q);
    b->import = import;
    b->at = at;
    if (sum != sum_of(l, b, len) ||
        !ledger_block_decode(l->bytes, len, at * LEDGER_BLOCK_ROWS + 1, b->rows))
        return block_damaged(l, b, f);
    *ret = touch(l, b);
    return true;
}

bool blocks_get(struct ledger *l, uint64_t import, uint64_t at, struct block **ret, struct fault *f)
{
    static const char text[] = "SELECT at,sum,rows FROM block WHERE import=?1 AND at=?2";
    *ret = cached(l, import, at);
    if (*ret)
        return true;
    struct sql_query *q = sql_query(l->sql, text, f);
    if (!q)
        return false;
    sql_bind_int(q, 1, (int64_t)import);
    sql_bind_int(q, 2, (int64_t)at);
    return block_read(l, q, import, ret, f);
}

/* One that is in memory comes first also when the database has it with other states, or not at
 * all. */
bool blocks_next(struct ledger *l, uint64_t import, uint64_t from, unsigned states,
                 struct block **ret, struct fault *f)
{
    static const char text[] = "SELECT at,sum,rows FROM block WHERE import=?1 AND at>=?2 AND at<?4"
                               " AND states&?3 ORDER BY at LIMIT 1";
    struct block *here = cached_next(l, import, from);
    if (here && here->at == from) {
        *ret = touch(l, here);
        return true;
    }
    struct sql_query *q = sql_query(l->sql, text, f);
    if (!q)
        return false;
    sql_bind_int(q, 1, (int64_t)import);
    sql_bind_int(q, 2, (int64_t)from);
    sql_bind_int(q, 3, states);
    sql_bind_int(q, 4, here ? (int64_t)here->at : INT64_MAX);
    if (!block_read(l, q, import, ret, f))
        return false;
    if (!*ret && here)
        *ret = touch(l, here);
    return true;
}

bool blocks_add(struct ledger *l, uint64_t import, uint64_t at, struct block **ret, struct fault *f)
{
    struct block *b = NULL;
    if (!place_make(l, &b, f))
        return false;
    b->import = import;
    b->at = at;
    memset(b->rows, 0, LEDGER_BLOCK_ROWS * sizeof *b->rows);
    *ret = touch(l, b);
    return true;
}
