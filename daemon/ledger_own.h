/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the ledger's own files share; nobody else includes this. */
#ifndef EXTSPOOLD_LEDGER_OWN_H
#define EXTSPOOLD_LEDGER_OWN_H

#include "ledger.h"
#include "sql.h"

struct ledger {
    struct sql *sql;
    int folder, lock;
    bool dirty; /* a transaction is open */
    uint8_t key[DIGEST_BYTES];
    struct fault damage; /* met at the opening */
};

/* The query for a statement that changes something, within the transaction that the next
 * ledger_commit ends. NULL with a fault. */
struct sql_query *ledger_write(struct ledger *l, const char *text, struct fault *f);
/* Whether a query whose values are bound answers with a row; it is over then. */
bool ledger_row_there(struct sql_query *q, bool *ret, struct fault *f);

/* Whether the ledger has this program's version; brings it there. */
bool ledger_is_current(struct ledger *l, struct fault *f);
bool ledger_bring_up(struct ledger *l, struct fault *f);

#endif
