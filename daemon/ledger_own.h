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

/* Opens the transaction that the next ledger_commit ends. */
bool ledger_change(struct ledger *l, struct fault *f);

/* Whether the ledger has this program's version; brings it there. */
bool ledger_is_current(struct ledger *l, struct fault *f);
bool ledger_bring_up(struct ledger *l, struct fault *f);

#endif
