/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SQLite, thinly: one connection, queries prepared once. Only ledger*.c use it. */
#ifndef EXTSPOOLD_SQL_H
#define EXTSPOOLD_SQL_H

#include "fault.h"

struct sql;
struct sql_query;

/* Opens (making it, 0600) a database in WAL mode with synchronous=FULL. False with FAULT_LEDGER
 * when it cannot be opened, with FAULT_DAMAGE when it is damaged or no database. */
bool sql_open(const char *path, struct sql **ret, struct fault *f);
/* The same for reading only, and making no file. at_rest: nobody writes to it, nor begins to. */
bool sql_look(const char *path, bool at_rest, struct sql **ret, struct fault *f);
/* An empty one in memory. */
bool sql_open_none(struct sql **ret, struct fault *f);
struct sql *sql_close(struct sql *s); /* NULL */
/* Whether any use so far has met damage: that, too, fails with FAULT_DAMAGE. */
bool sql_damaged(const struct sql *s);
/* Why a use so far has failed, the first that did; NULL when none has (lent). A transaction that
 * was open then may be gone. */
const struct fault *sql_failed(const struct sql *s);

/* Runs statements that return nothing. */
bool sql_exec(struct sql *s, const char *text, struct fault *f);

/* The query for text, ready for new values. text is known by its address, so it must be the same
 * unchanging string each time. NULL with a fault when it cannot be prepared. */
struct sql_query *sql_query(struct sql *s, const char *text, struct fault *f);

/* Values for ?1, ?2 … Texts and bytes must live until the query has run. */
void sql_bind_int(struct sql_query *q, int at, int64_t value);
void sql_bind_text(struct sql_query *q, int at, const char *value); /* NULL and "" bind NULL */
void sql_bind_bytes(struct sql_query *q, int at, const void *bytes, size_t len);

/* The next row of the answer; *ret_row is false at its end (the query is then free again). */
bool sql_next(struct sql_query *q, bool *ret_row, struct fault *f);
/* Runs a query that answers nothing. */
bool sql_run(struct sql_query *q, struct fault *f);
void sql_done(struct sql_query *q); /* gives up the rest of an answer */

/* Columns of the row, from 0. */
int64_t sql_int(struct sql_query *q, int column);
void sql_text(struct sql_query *q, int column, char *to,
              size_t room); /* cut to room; "" for NULL */
size_t sql_bytes(struct sql_query *q, int column, void *to, size_t room); /* their number */

#endif
