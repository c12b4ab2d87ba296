/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the ledger's own files share; nobody else includes this. */
#ifndef EXTSPOOLD_LEDGER_OWN_H
#define EXTSPOOLD_LEDGER_OWN_H

#include "ledger.h"
#include "ledger_block.h"
#include "sql.h"

/* A block as it is in memory: rows at * LEDGER_BLOCK_ROWS + 1 and on of an import. */
struct block {
    uint64_t import, at;
    uint64_t used; /* when last, in uses; 0: this place is free */
    bool dirty;    /* not as the database has it */
    struct ledger_row *rows;
};

/* The 4,096 rows that the job may have in hand are in so many blocks, and some more, at 20 KiB. */
#define BLOCKS_MOST 48

struct ledger {
    struct sql *sql;
    int folder, lock;
    bool dirty;   /* a transaction is open */
    bool looking; /* nothing is to be changed, not even what is damaged */
    uint8_t key[DIGEST_BYTES];
    struct fault damage; /* met at the opening */
    int64_t before;      /* the version that it had before; 0: this one, or it is new */
    struct block blocks[BLOCKS_MOST];
    struct block *last; /* the one that was used last, or NULL */
    uint64_t uses;
    uint64_t *outcomes;      /* rows that got one, by state - ROW_FINAL; NULL: nobody counts */
    struct fault wrong;      /* a block was damaged */
    bool names_known;        /* import_name is there */
    bool pending_known;      /* the list is there, of all unfinished imports */
    struct pending *pending; /* see ledger_pending.c */
    uint8_t bytes[LEDGER_BLOCK_MOST]; /* a block that is read or written */
};

/* What is asked again and again of imports, while finished ones gather over years: there is an
 * index for each, which SQLite uses where a query has the same words. Unfinished: claimed, planned,
 * sending or held. To do: unfinished but not held, or its files lag behind. Held ones are asked for
 * each time that the daemon says what it does. Not "state IN (…)": of such a list SQLite makes a
 * table each time that it writes an import. */
#define LEDGER_UNFINISHED "(state<=2 OR state=4)"
#define LEDGER_TO_DO      "(state<=2 OR filed=0)"

#define LEDGER_INDICES                                                                             \
    "CREATE INDEX IF NOT EXISTS import_open ON import(id) WHERE " LEDGER_UNFINISHED ";"            \
    "CREATE INDEX IF NOT EXISTS import_held ON import(id) WHERE state=4;"

/* block: up to LEDGER_BLOCK_ROWS consecutive rows of an import (ledger_block.c), how many of them
 * have which outcome, and a bit for each state that one of them has. What is asked of a whole
 * import is answered by these columns, which come before the rows, so that no more is read of them.
 * made: by pbx and number in one integer where that can be, see ledger_made.c. */
#define LEDGER_TABLE_BLOCK                                                                         \
    "CREATE TABLE block(id INTEGER PRIMARY KEY, import INTEGER NOT NULL, at INTEGER NOT NULL,"     \
    " states INTEGER, open INTEGER, created INTEGER, unchanged INTEGER, skipped INTEGER,"          \
    " invalid INTEGER, failed INTEGER, sum INTEGER, rows BLOB, UNIQUE(import, at)) STRICT;"
#define LEDGER_TABLE_MADE                                                                          \
    "CREATE TABLE made(id INTEGER PRIMARY KEY, content BLOB) STRICT;"                              \
    "CREATE TABLE made_other(pbx INTEGER, number TEXT, content BLOB, PRIMARY KEY(pbx, number))"    \
    " STRICT, WITHOUT ROWID;"

/* The query for a statement that changes something, within the transaction that the next
 * ledger_commit ends. NULL with a fault. */
struct sql_query *ledger_write(struct ledger *l, const char *text, struct fault *f);
/* Opens that transaction. */
bool ledger_change(struct ledger *l, struct fault *f);
/* Whether a query whose values are bound answers with a row; it is over then. */
bool ledger_row_there(struct sql_query *q, bool *ret, struct fault *f);

#define STATES_OPEN (1u << ROW_PLANNED | 1u << ROW_SENDING | 1u << ROW_DOUBT | 1u << ROW_REFUSED)

/* The block with this number of an import; *ret is NULL when there is none. Blocks are lent until
 * the next call of one of these three. False with FAULT_DAMAGE when it cannot be understood. */
bool blocks_get(struct ledger *l, uint64_t import, uint64_t at, struct block **ret,
                struct fault *f);
/* The first of an import, from this number on, that may have a row in one of the states; *ret is
 * NULL when there is none. */
bool blocks_next(struct ledger *l, uint64_t import, uint64_t from, unsigned states,
                 struct block **ret, struct fault *f);
/* A new one, with no row in it. */
bool blocks_add(struct ledger *l, uint64_t import, uint64_t at, struct block **ret,
                struct fault *f);
/* Writes what is dirty into the transaction. */
bool blocks_write(struct ledger *l, struct fault *f);
/* An import's blocks in memory are no more; all of them. */
void blocks_forget(struct ledger *l, uint64_t import);
void blocks_forget_all(struct ledger *l);
void blocks_free(struct ledger *l);

/* What a row of an import was, and is from now on; either may be NULL. */
void pending_change(struct ledger *l, uint64_t import, const struct ledger_row *was,
                    const struct ledger_row *is);
/* An import has no open rows any more; nobody asks any more. */
void pending_drop(struct ledger *l, uint64_t import);
void pending_free(struct ledger *l);
/* Whether any import has a row with this number still to be sent. */
bool pending_has(struct ledger *l, const char *number, bool *ret, struct fault *f);

/* Whether the number was created here. */
bool ledger_made_there(struct ledger *l, int64_t pbx, const char *number, bool *ret,
                       struct fault *f);

/* Makes a ledger of version 1, 2 or 3 one of this version, in one transaction that ends with the
 * statement `done`. */
bool ledger_upgrade(struct ledger *l, const char *done, struct fault *f);

/* Whether the ledger has this program's version; brings it there. */
bool ledger_is_current(struct ledger *l, struct fault *f);
bool ledger_bring_up(struct ledger *l, struct fault *f);

/* Of imports that were forgotten (ledger_drop.c): the greatest id, 0 for none; and id and rows of
 * the last one that was done, came before this one and had its profile, 0 for none. */
bool dropped_id(struct ledger *l, uint64_t *ret, struct fault *f);
bool dropped_rows(struct ledger *l, const struct import *i, uint64_t *ret_id, uint64_t *ret_rows,
                  struct fault *f);

#endif
