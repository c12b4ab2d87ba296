/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Extension numbers for people whose file has none: each keeps the one that he was given. */
#ifndef EXTSPOOLD_POOL_H
#define EXTSPOOLD_POOL_H

#include "cell.h"
#include "ledger.h"

struct pool;

/* The numbers from `from` to `to` (digits, at most 18; the shorter ones are filled up with zeros to
 * the length of `from`) on one PBX. The ledger is lent until pool_free. */
struct pool *pool_new(struct ledger *l, int64_t pbx, const char *from, const char *to);
struct pool *pool_free(struct pool *p); /* NULL */

/* The number that the key was given, else the lowest free one: free is what neither the ledger nor,
 * as far as was asked, the PBX has. "" when there is none. *ret_new tells which. Nothing is given
 * by that: pool_give does it, with a number that was offered for this key. */
bool pool_offer(struct pool *p, struct cell key, char ret[LEDGER_NUMBER], bool *ret_new,
                struct fault *f);
bool pool_give(struct pool *p, struct cell key, const char *number, struct fault *f);

/* The PBX has the key's number by somebody else: gives the next free one. "" when there is none;
 * the key then keeps what it has. */
bool pool_change(struct pool *p, struct cell key, const char *number, char ret[LEDGER_NUMBER],
                 struct fault *f);

#endif
