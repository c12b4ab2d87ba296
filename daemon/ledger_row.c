/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME ledger_row: rows, which are kept in blocks (ledger_store.c). */
#include "ledger_own.h"

#include <stdio.h>

static uint64_t block_of(uint64_t row)
{
    return (row - 1) / LEDGER_BLOCK_ROWS;
}

static struct ledger_row *row_in(const struct block *b, uint64_t row)
{
    return &b->rows[(row - 1) % LEDGER_BLOCK_ROWS];
}

/* Every change of a row goes through here, within a transaction. */
static void row_become(struct ledger *l, struct block *b, struct ledger_row *row,
                       const struct ledger_row *now)
{
    pending_change(l, b->import, row, now);
    if (l->outcomes && now->state >= ROW_FINAL && now->state != row->state)
        l->outcomes[now->state - ROW_FINAL]++;
    *row = *now;
    b->dirty = true;
}

void ledger_count(struct ledger *l, uint64_t outcomes[LEDGER_OUTCOMES])
{
    l->outcomes = outcomes;
}

bool ledger_row_add(struct ledger *l, uint64_t id, const struct ledger_row *row, struct fault *f)
{
    struct block *b = NULL;
    assert(row->row > 0);
    if (!ledger_change(l, f) || !blocks_get(l, id, block_of(row->row), &b, f))
        return false;
    if (!b && !blocks_add(l, id, block_of(row->row), &b, f))
        return false;
    if (row_in(b, row->row)->row)
        return fault_set(f, FAULT_LEDGER, 0, "ledger: import %llu has a row %llu already",
                         (unsigned long long)id, (unsigned long long)row->row);
    row_become(l, b, row_in(b, row->row), row);
    return true;
}

/* A row that is to change, and its block. That it is there is for whoever has read it before. */
static bool row_find(struct ledger *l, uint64_t id, uint64_t row, struct block **ret,
                     struct fault *f)
{
    if (!ledger_change(l, f) || !blocks_get(l, id, block_of(row), ret, f))
        return false;
    assert(*ret && row_in(*ret, row)->row == row);
    return true;
}

/* A row becomes another that stands in the same place. */
static bool row_change(struct ledger *l, uint64_t id, const struct ledger_row *row, bool renumber,
                       struct fault *f)
{
    struct block *b = NULL;
    if (!row_find(l, id, row->row, &b, f))
        return false;
    struct ledger_row *was = row_in(b, row->row);
    struct ledger_row now = *row;
    now.line = was->line;
    now.offset = was->offset;
    now.bytes = was->bytes;
    if (!renumber)
        memcpy(now.number, was->number, sizeof now.number);
    row_become(l, b, was, &now);
    return true;
}

bool ledger_row_set(struct ledger *l, uint64_t id, const struct ledger_row *row, struct fault *f)
{
    return row_change(l, id, row, false, f);
}

bool ledger_row_reopen(struct ledger *l, uint64_t id, const struct ledger_row *row, struct fault *f)
{
    assert(row->state < ROW_FINAL);
    return row_change(l, id, row, true, f);
}

bool ledger_rows_clear(struct ledger *l, uint64_t id, struct fault *f)
{
    static const char text[] = "DELETE FROM block WHERE import=?1";
    struct sql_query *q = ledger_write(l, text, f);
    if (!q)
        return false;
    blocks_forget(l, id);
    pending_drop(l, id);
    sql_bind_int(q, 1, (int64_t)id);
    return sql_run(q, f);
}

/* ---- many rows ---- */

static bool is_in(const struct ledger_row *row, unsigned states)
{
    return row->row && 1u << row->state & states;
}

bool ledger_rows(struct ledger *l, uint64_t id, uint64_t after, unsigned states,
                 struct ledger_row *to, size_t room, size_t *ret_count, struct fault *f)
{
    size_t count = 0;
    uint64_t from = after; /* counted from 0 */
    while (count < room) {
        struct block *b = NULL;
        if (!blocks_next(l, id, from / LEDGER_BLOCK_ROWS, states, &b, f))
            return false;
        if (!b)
            break;
        uint64_t first = b->at * LEDGER_BLOCK_ROWS;
        size_t i = from > first ? (size_t)(from - first) : 0;
        for (; i < LEDGER_BLOCK_ROWS && count < room; i++)
            if (is_in(&b->rows[i], states))
                to[count++] = b->rows[i];
        from = first + LEDGER_BLOCK_ROWS;
    }
    *ret_count = count;
    return true;
}

/* What all rows in some states become. */
struct turn {
    unsigned from;
    enum row_state to;
    int code;
    int64_t finished;
    bool unsent; /* but those that were ever in doubt */
    bool anew;   /* as if never tried */
};

static bool is_meant(const struct turn *t, const struct ledger_row *row)
{
    return is_in(row, t->from) && !(t->unsent && row->state == ROW_DOUBT && row->doubted);
}

static void row_turn(struct ledger *l, struct block *b, struct ledger_row *row,
                     const struct turn *t)
{
    struct ledger_row now = *row;
    now.state = t->to;
    now.code = t->code;
    now.finished = t->finished;
    now.due = 0;
    if (t->anew) {
        now.attempts = 0;
        now.detail[0] = '\0';
    }
    row_become(l, b, row, &now);
}

static bool rows_turn(struct ledger *l, uint64_t id, const struct turn *t, struct fault *f)
{
    struct block *b = NULL;
    if (!ledger_change(l, f))
        return false;
    for (uint64_t at = 0;; at = b->at + 1) {
        if (!blocks_next(l, id, at, t->from, &b, f))
            return false;
        if (!b)
            return true;
        for (size_t i = 0; i < LEDGER_BLOCK_ROWS; i++)
            if (is_meant(t, &b->rows[i]))
                row_turn(l, b, &b->rows[i], t);
    }
}

bool ledger_rows_turn(struct ledger *l, uint64_t id, enum row_state from, enum row_state to,
                      int code, int64_t finished, struct fault *f)
{
    struct turn t = {.from = 1u << from, .to = to, .code = code, .finished = finished};
    return rows_turn(l, id, &t, f);
}

bool ledger_rows_skip(struct ledger *l, uint64_t id, int code, int64_t finished, struct fault *f)
{
    struct turn t = {.from = 1u << ROW_PLANNED | 1u << ROW_DOUBT,
                     .to = ROW_SKIPPED,
                     .code = code,
                     .finished = finished,
                     .unsent = true};
    return rows_turn(l, id, &t, f);
}

bool ledger_rows_again(struct ledger *l, uint64_t id, struct fault *f)
{
    struct turn t = {.from = 1u << ROW_FAILED, .to = ROW_PLANNED, .anew = true};
    return rows_turn(l, id, &t, f);
}

bool ledger_counts(struct ledger *l, uint64_t id, struct ledger_counts *ret, struct fault *f)
{
    static const char text[] = "SELECT sum(open),sum(created),sum(unchanged),sum(skipped),"
                               "sum(invalid),sum(failed) FROM block WHERE import=?1";
    bool row = false;
    if (!blocks_write(l, f))
        return false;
    struct sql_query *q = sql_query(l->sql, text, f);
    if (!q)
        return false;
    sql_bind_int(q, 1, (int64_t)id);
    if (!sql_next(q, &row, f))
        return false;

    struct ledger_counts counts = {0};
    uint64_t *const columns[] = {&counts.open,    &counts.created, &counts.unchanged,
                                 &counts.skipped, &counts.invalid, &counts.failed};
    for (size_t i = 0; i < COUNT_OF(columns); i++) {
        *columns[i] = (uint64_t)sql_int(q, (int)i);
        counts.rows += *columns[i];
    }
    sql_done(q);
    *ret = counts;
    return true;
}
