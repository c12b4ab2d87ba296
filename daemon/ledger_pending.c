/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME ledger_pending: which numbers are still to be sent, by which import.
 *
 * Nobody asks while one import alone is unfinished, so nothing of this is in the database: the
 * first question reads the open rows of all unfinished imports into sets, which every change of a
 * row then keeps up to date, until an import is finished. In an import no two open rows have one
 * number: later ones of a file are invalid (duplicate-number). */
#include "ledger_own.h"

#include "numbers.h"

struct pending {
    uint64_t import;
    struct numbers *open; /* of all open rows */
    struct numbers *half; /* of those that are half way: not planned any more; NULL: none ever */
    struct pending *next; /* of a later import */
};

/* ---- the sets ---- */

/* Where the list has an import, or where it would stand. */
static struct pending **place_of(struct ledger *l, uint64_t import)
{
    struct pending **at = &l->pending;
    while (*at && (*at)->import < import)
        at = &(*at)->next;
    return at;
}

static struct pending *pending_of(struct ledger *l, uint64_t import)
{
    struct pending **at = place_of(l, import);
    struct pending *p = *at;
    if (p && p->import == import)
        return p;
    p = xcalloc(1, sizeof *p);
    p->import = import;
    p->open = numbers_new();
    p->next = *at;
    *at = p;
    return p;
}

static bool is_open(const struct ledger_row *row)
{
    return row && row->row && row->state < ROW_FINAL && row->number[0];
}

static bool is_half(const struct ledger_row *row)
{
    return is_open(row) && row->state != ROW_PLANNED;
}

static void take_out(struct numbers *set, const struct ledger_row *row)
{
    if (set)
        numbers_remove(set, row->number, strlen(row->number));
}

static void put_in(struct numbers **set, const struct ledger_row *row)
{
    if (!*set)
        *set = numbers_new();
    numbers_add(*set, row->number, strlen(row->number));
}

static void move(struct ledger *l, uint64_t import, const struct ledger_row *was,
                 const struct ledger_row *is)
{
    if (!is_open(was) && !is_open(is))
        return;
    struct pending *p = pending_of(l, import);
    if (is_open(was))
        take_out(p->open, was);
    if (is_half(was))
        take_out(p->half, was);
    if (is_open(is))
        put_in(&p->open, is);
    if (is_half(is))
        put_in(&p->half, is);
}

void pending_change(struct ledger *l, uint64_t import, const struct ledger_row *was,
                    const struct ledger_row *is)
{
    if (l->pending_known)
        move(l, import, was, is);
}

void pending_drop(struct ledger *l, uint64_t import)
{
    struct pending **at = place_of(l, import);
    struct pending *p = *at;
    if (!p || p->import != import)
        return;
    *at = p->next;
    numbers_free(p->open);
    numbers_free(p->half);
    free(p);
    l->pending_known = l->pending != NULL;
}

void pending_free(struct ledger *l)
{
    while (l->pending)
        pending_drop(l, l->pending->import);
    l->pending_known = false;
}

/* ---- reading them ---- */

/* The first unfinished import after this one, 0 when there is none: claimed, planned, sending or
 * held. */
static bool unfinished_next(struct ledger *l, uint64_t after, uint64_t *ret, struct fault *f)
{
    static const char text[] =
        "SELECT id FROM import WHERE id>?1 AND state IN (0,1,2,4) ORDER BY id LIMIT 1";
    struct sql_query *q = sql_query(l->sql, text, f);
    bool row = false;
    if (!q)
        return false;
    sql_bind_int(q, 1, (int64_t)after);
    if (!sql_next(q, &row, f))
        return false;
    *ret = row ? (uint64_t)sql_int(q, 0) : 0;
    if (row)
        sql_done(q);
    return true;
}

static bool import_read(struct ledger *l, uint64_t import, struct fault *f)
{
    struct block *b = NULL;
    for (uint64_t at = 0;; at = b->at + 1) {
        if (!blocks_next(l, import, at, STATES_OPEN, &b, f))
            return false;
        if (!b)
            return true;
        for (size_t i = 0; i < LEDGER_BLOCK_ROWS; i++)
            move(l, import, NULL, &b->rows[i]);
    }
}

static bool all_read(struct ledger *l, struct fault *f)
{
    for (uint64_t import = 0;;) {
        if (!unfinished_next(l, import, &import, f))
            return false;
        if (!import)
            break;
        if (!import_read(l, import, f)) {
            pending_free(l);
            return false;
        }
    }
    l->pending_known = true;
    return true;
}

/* ---- questions ---- */

bool ledger_any_other(struct ledger *l, uint64_t id, bool *ret, struct fault *f)
{
    /* claimed, planned, sending, held */
    static const char text[] = "SELECT 1 FROM import WHERE id<>?1 AND state IN (0,1,2,4) LIMIT 1";
    struct sql_query *q = sql_query(l->sql, text, f);
    if (!q)
        return false;
    sql_bind_int(q, 1, (int64_t)id);
    return ledger_row_there(q, ret, f);
}

/* What a row waits for in another import: an earlier one's open rows, or, being half way itself,
 * those that are so too; a later one's that are half way, or none. */
static const struct numbers *waited_for(const struct pending *p, uint64_t id, bool half_way)
{
    if (p->import == id || (p->import > id && half_way))
        return NULL;
    return p->import > id || half_way ? p->half : p->open;
}

bool ledger_number_open(struct ledger *l, const char *number, uint64_t id, bool half_way,
                        uint64_t *ret, struct fault *f)
{
    bool other = true;
    *ret = 0;
    if (!l->pending_known && !ledger_any_other(l, id, &other, f))
        return false;
    if (!other || !number[0])
        return true;
    if (!l->pending_known && !all_read(l, f))
        return false;
    for (const struct pending *p = l->pending; p; p = p->next) {
        const struct numbers *set = waited_for(p, id, half_way);
        if (set && numbers_has(set, number, strlen(number))) {
            *ret = p->import;
            return true;
        }
    }
    return true;
}

bool pending_has(struct ledger *l, const char *number, bool *ret, struct fault *f)
{
    *ret = false;
    if (!l->pending_known && !all_read(l, f))
        return false;
    for (const struct pending *p = l->pending; p && !*ret; p = p->next)
        *ret = numbers_has(p->open, number, strlen(number));
    return true;
}
