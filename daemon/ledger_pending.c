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
    struct numbers *look; /* of those to be looked up before their first add; NULL: none ever */
    struct numbers *left; /* of those whose add may have left; NULL: none ever */
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

enum ledger_way ledger_way(const struct ledger_row *row)
{
    if (row->state == ROW_PLANNED)
        return WAY_PLANNED;
    return row->state == ROW_DOUBT && !row->doubted ? WAY_LOOK : WAY_LEFT;
}

/* The set of those that have come as far; NULL for planned ones. */
static struct numbers **set_of(struct pending *p, const struct ledger_row *row)
{
    enum ledger_way way = ledger_way(row);
    if (way == WAY_PLANNED)
        return NULL;
    return way == WAY_LOOK ? &p->look : &p->left;
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
    struct numbers **far = NULL;
    if (is_open(was)) {
        far = set_of(p, was);
        numbers_remove(p->open, was->number, strlen(was->number));
        if (far)
            numbers_remove(*far, was->number, strlen(was->number));
    }
    if (is_open(is)) {
        far = set_of(p, is);
        put_in(&p->open, is);
        if (far)
            put_in(far, is);
    }
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
    numbers_free(p->look);
    numbers_free(p->left);
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

/* The first unfinished import after this one, 0 when there is none. */
static bool unfinished_next(struct ledger *l, uint64_t after, uint64_t *ret, struct fault *f)
{
    static const char text[] =
        "SELECT id FROM import WHERE id>?1 AND " LEDGER_UNFINISHED " ORDER BY id LIMIT 1";
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
    static const char text[] =
        "SELECT 1 FROM import WHERE id<>?1 AND " LEDGER_UNFINISHED " LIMIT 1";
    struct sql_query *q = sql_query(l->sql, text, f);
    if (!q)
        return false;
    sql_bind_int(q, 1, (int64_t)id);
    return ledger_row_there(q, ret, f);
}

static bool has(const struct numbers *set, const char *number)
{
    return set && numbers_has(set, number, strlen(number));
}

/* Whether a row waits for one with its number in another import. */
static bool waits_for(const struct pending *p, const char *number, uint64_t id, enum ledger_way way)
{
    bool earlier = p->import < id;
    if (p->import == id)
        return false;
    switch (way) {
    case WAY_LEFT:
        return earlier && has(p->left, number);
    case WAY_LOOK:
        return has(p->left, number) || (earlier && has(p->look, number));
    case WAY_PLANNED:
        break;
    }
    return earlier ? has(p->open, number) : has(p->look, number) || has(p->left, number);
}

bool ledger_number_open(struct ledger *l, const char *number, uint64_t id, enum ledger_way way,
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
        if (waits_for(p, number, id, way)) {
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
