/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is to become of a row, before anything is sent: the daemon's intake and the dry run ask the
 * same function, so that they cannot differ. */
#ifndef EXTSPOOLD_PLAN_H
#define EXTSPOOLD_PLAN_H

#include "columns.h"
#include "content.h"
#include "ledger.h"
#include "numbers.h"
#include "pool.h"

/* What the rows of one file are planned with; all of it is lent. */
struct plan {
    struct ledger *ledger;
    struct content_tagger *tagger;
    int64_t pbx;             /* the ledger's number of it */
    struct columns *columns; /* of the file */
    struct numbers *numbers; /* that earlier rows of the file have */
    struct pool *pool;       /* NULL: the file has the numbers */
    const uint8_t *key;      /* of generated cells; NULL: none, or a dry run */
    bool made;               /* ledger_any_made */
    bool numbers_lost;       /* who has which number of the pool is forgotten */
    int numberless;          /* comes out: why some row was given no number, or CODE_NONE */
};

/* Fills row's number, state (an outcome, or ROW_PLANNED), code, findings and detail; row->row is
 * its place in the file. The record and what is found of it come as from columns_check. Number and
 * key of the pool go into the ledger when the row is to be sent. */
bool plan_row(struct plan *p, const struct row *read, struct ledger_row *row, struct record *record,
              struct findings *list, struct fault *f);

/* What is remembered of the row's number: ROW_UNCHANGED, or ROW_SKIPPED with CODE_CHANGED and the
 * fields in row->detail; ROW_PLANNED when nothing is. */
bool plan_known(const struct plan *p, const struct record *record, struct ledger_row *row,
                struct fault *f);

/* What row is given that does not stand in the file, once it has its number. */
struct columns_given plan_given(const struct plan *p, const struct ledger_row *row);

#endif
