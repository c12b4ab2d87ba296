/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recall.h"

struct recall {
    struct ledger *ledger;
    struct content_tagger *tagger;
    int64_t pbx;
};

static struct recall *recall_of(struct ledger *l, int64_t pbx)
{
    struct recall *r = xcalloc(1, sizeof *r);
    r->ledger = l;
    r->tagger = content_tagger_new(ledger_key(l));
    r->pbx = pbx;
    return r;
}

bool recall_open(const struct config *c, struct recall **ret, struct fault *f)
{
    struct ledger *l = NULL;
    int64_t pbx = 0;
    if (!ledger_look(c->state.directory, &l, f))
        return false;
    if (!ledger_pbx_find(l, c->pbx.url, &pbx, f)) {
        ledger_close(l);
        return false;
    }
    *ret = recall_of(l, pbx);
    return true;
}

bool recall_none(struct recall **ret, struct fault *f)
{
    struct ledger *l = NULL;
    if (!ledger_none(&l, f))
        return false;
    *ret = recall_of(l, 0);
    return true;
}

struct recall *recall_close(struct recall *r)
{
    if (!r)
        return NULL;
    content_tagger_free(r->tagger);
    ledger_close(r->ledger);
    free(r);
    return NULL;
}

bool recall_plan(struct recall *r, struct columns *columns, struct numbers *numbers,
                 struct plan *ret, struct pool **ret_pool, struct fault *f)
{
    char note[LEDGER_NOTE];
    const struct profile_pool *pool = columns_pool(columns);
    *ret_pool = pool ? pool_new(r->ledger, r->pbx, pool->from, pool->to) : NULL;
    *ret = (struct plan){.ledger = r->ledger,
                         .tagger = r->tagger,
                         .pbx = r->pbx,
                         .columns = columns,
                         .numbers = numbers,
                         .pool = *ret_pool};
    if (!ledger_note_get(r->ledger, LEDGER_NOTE_NUMBERS_LOST, note, f))
        return false;
    ret->numbers_lost = note[0] != '\0';
    return ledger_any_made(r->ledger, r->pbx, &ret->made, f);
}
