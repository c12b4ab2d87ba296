/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME ledger_row: rows, and the memory of what was created. */
#include "ledger_own.h"

static_assert(ROW_PLANNED == 0, "of state and step one is 0, and their sum is the row's state");

#define FLAG_FINDINGS 1
#define FLAG_DOUBTED  2

static int row_flags(const struct ledger_row *row)
{
    return (row->findings ? FLAG_FINDINGS : 0) | (row->doubted ? FLAG_DOUBTED : 0);
}

/* A row's state as the two columns have it. */
static void state_bind(struct sql_query *q, int state_at, int step_at, enum row_state state)
{
    bool final = state >= ROW_FINAL;
    sql_bind_int(q, state_at, final ? state : 0);
    sql_bind_int(q, step_at, final ? 0 : state);
}

/* ?1 import ?2 n ?3 state or step ?4 flags ?5 attempts ?6 code ?7 due ?8 finished ?9 detail */
static void row_bind(struct sql_query *q, uint64_t id, const struct ledger_row *row)
{
    sql_bind_int(q, 1, (int64_t)id);
    sql_bind_int(q, 2, (int64_t)row->row);
    sql_bind_int(q, 3, row->state);
    sql_bind_int(q, 4, row_flags(row));
    sql_bind_int(q, 5, row->attempts);
    sql_bind_int(q, 6, row->code);
    sql_bind_int(q, 7, row->due);
    sql_bind_int(q, 8, row->finished);
    sql_bind_text(q, 9, row->detail);
}

bool ledger_row_add(struct ledger *l, uint64_t id, const struct ledger_row *row, struct fault *f)
{
    static const char text[] =
        "INSERT INTO row(import,n,state,step,flags,attempts,code,due,finished,detail,line,offset,"
        "bytes,number) VALUES(?1,?2,?3,?14,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13)";
    struct sql_query *q = ledger_write(l, text, f);
    if (!q)
        return false;
    row_bind(q, id, row);
    state_bind(q, 3, 14, row->state);
    sql_bind_int(q, 10, (int64_t)row->line);
    sql_bind_int(q, 11, (int64_t)row->offset);
    sql_bind_int(q, 12, (int64_t)row->bytes);
    sql_bind_text(q, 13, row->number);
    return sql_run(q, f);
}

bool ledger_row_set(struct ledger *l, uint64_t id, const struct ledger_row *row, struct fault *f)
{
    static const char open[] = "UPDATE row SET step=?3,flags=?4,attempts=?5,code=?6,due=?7,"
                               "finished=?8,detail=?9 WHERE import=?1 AND n=?2";
    static const char final[] = "UPDATE row SET state=?3,step=0,flags=?4,attempts=?5,code=?6,"
                                "due=?7,finished=?8,detail=?9 WHERE import=?1 AND n=?2";
    struct sql_query *q = ledger_write(l, row->state < ROW_FINAL ? open : final, f);
    if (!q)
        return false;
    row_bind(q, id, row);
    return sql_run(q, f);
}

bool ledger_row_reopen(struct ledger *l, uint64_t id, const struct ledger_row *row, struct fault *f)
{
    static const char text[] = "UPDATE row SET state=0,step=?3,flags=?4,attempts=?5,code=?6,due=?7,"
                               "finished=?8,detail=?9,number=?10 WHERE import=?1 AND n=?2";
    assert(row->state < ROW_FINAL);
    struct sql_query *q = ledger_write(l, text, f);
    if (!q)
        return false;
    row_bind(q, id, row);
    sql_bind_text(q, 10, row->number);
    return sql_run(q, f);
}

bool ledger_rows_clear(struct ledger *l, uint64_t id, struct fault *f)
{
    static const char text[] = "DELETE FROM row WHERE import=?1";
    struct sql_query *q = ledger_write(l, text, f);
    if (!q)
        return false;
    sql_bind_int(q, 1, (int64_t)id);
    return sql_run(q, f);
}

static void row_fetch(struct sql_query *q, struct ledger_row *row)
{
    int64_t flags = sql_int(q, 2);
    row->row = (uint64_t)sql_int(q, 0);
    row->state = (enum row_state)sql_int(q, 1);
    row->findings = flags & FLAG_FINDINGS;
    row->doubted = flags & FLAG_DOUBTED;
    row->attempts = (int)sql_int(q, 3);
    row->code = (int)sql_int(q, 4);
    row->due = sql_int(q, 5);
    row->finished = sql_int(q, 6);
    sql_text(q, 7, row->detail, sizeof row->detail);
    row->line = (uint64_t)sql_int(q, 8);
    row->offset = (uint64_t)sql_int(q, 9);
    row->bytes = (uint64_t)sql_int(q, 10);
    sql_text(q, 11, row->number, sizeof row->number);
}

bool ledger_rows(struct ledger *l, uint64_t id, uint64_t after, unsigned states,
                 struct ledger_row *to, size_t room, size_t *ret_count, struct fault *f)
{
    static const char text[] =
        "SELECT n,state+step,flags,attempts,code,due,finished,detail,line,offset,"
        "bytes,number FROM row WHERE import=?1 AND n>?2 AND (1<<state+step)&?3 "
        "ORDER BY n LIMIT ?4";
    struct sql_query *q = sql_query(l->sql, text, f);
    if (!q)
        return false;
    sql_bind_int(q, 1, (int64_t)id);
    sql_bind_int(q, 2, (int64_t)after);
    sql_bind_int(q, 3, states);
    sql_bind_int(q, 4, (int64_t)room);

    size_t count = 0;
    for (;;) {
        bool row = false;
        if (!sql_next(q, &row, f))
            return false;
        if (!row)
            break;
        row_fetch(q, &to[count++]);
    }
    *ret_count = count;
    return true;
}

bool ledger_rows_turn(struct ledger *l, uint64_t id, enum row_state from, enum row_state to,
                      int code, int64_t finished, struct fault *f)
{
    static const char text[] = "UPDATE row SET state=?3,step=?6,code=?4,finished=?5,due=0 "
                               "WHERE import=?1 AND state+step=?2";
    struct sql_query *q = ledger_write(l, text, f);
    if (!q)
        return false;
    sql_bind_int(q, 1, (int64_t)id);
    sql_bind_int(q, 2, from);
    state_bind(q, 3, 6, to);
    sql_bind_int(q, 4, code);
    sql_bind_int(q, 5, finished);
    return sql_run(q, f);
}

bool ledger_rows_skip(struct ledger *l, uint64_t id, int code, int64_t finished, struct fault *f)
{
    static const char text[] = "UPDATE row SET state=?2,step=0,code=?3,finished=?4,due=0 WHERE "
                               "import=?1 AND state=0 AND (step=0 OR (step=?5 AND flags&?6=0))";
    struct sql_query *q = ledger_write(l, text, f);
    if (!q)
        return false;
    sql_bind_int(q, 1, (int64_t)id);
    sql_bind_int(q, 2, ROW_SKIPPED);
    sql_bind_int(q, 3, code);
    sql_bind_int(q, 4, finished);
    sql_bind_int(q, 5, ROW_DOUBT);
    sql_bind_int(q, 6, FLAG_DOUBTED);
    return sql_run(q, f);
}

bool ledger_rows_again(struct ledger *l, uint64_t id, struct fault *f)
{
    static const char text[] = "UPDATE row SET state=?2,step=0,code=0,finished=0,due=0,attempts=0,"
                               "detail=NULL WHERE import=?1 AND state=?3";
    struct sql_query *q = ledger_write(l, text, f);
    if (!q)
        return false;
    sql_bind_int(q, 1, (int64_t)id);
    sql_bind_int(q, 2, ROW_PLANNED);
    sql_bind_int(q, 3, ROW_FAILED);
    return sql_run(q, f);
}

bool ledger_counts(struct ledger *l, uint64_t id, struct ledger_counts *ret, struct fault *f)
{
    static const char text[] = "SELECT state,count(*) FROM row WHERE import=?1 GROUP BY state";
    struct sql_query *q = sql_query(l->sql, text, f);
    if (!q)
        return false;
    sql_bind_int(q, 1, (int64_t)id);

    struct ledger_counts counts = {0};
    uint64_t *const outcomes[] = {&counts.created, &counts.unchanged, &counts.skipped,
                                  &counts.invalid, &counts.failed};
    for (;;) {
        bool row = false;
        if (!sql_next(q, &row, f))
            return false;
        if (!row)
            break;
        int64_t state = sql_int(q, 0);
        uint64_t count = (uint64_t)sql_int(q, 1);
        counts.rows += count;
        *(state < ROW_FINAL ? &counts.open : outcomes[state - ROW_FINAL]) += count;
    }
    *ret = counts;
    return true;
}

bool ledger_number_open(struct ledger *l, const char *number, uint64_t id, bool half_way,
                        uint64_t *ret, struct fault *f)
{
    static const char fresh[] = "SELECT min(import) FROM row WHERE number=?1 AND state=0 AND "
                                "(import<?2 OR (import>?2 AND step>0))";
    static const char half[] =
        "SELECT min(import) FROM row WHERE number=?1 AND state=0 AND import<?2 AND step>0";
    struct sql_query *q = sql_query(l->sql, half_way ? half : fresh, f);
    if (!q)
        return false;
    sql_bind_text(q, 1, number);
    sql_bind_int(q, 2, (int64_t)id);
    bool row = false;
    if (!sql_next(q, &row, f))
        return false;
    *ret = row ? (uint64_t)sql_int(q, 0) : 0;
    if (row)
        sql_done(q);
    return true;
}

static bool any(struct ledger *l, const char *text, int64_t value, bool *ret, struct fault *f)
{
    struct sql_query *q = sql_query(l->sql, text, f);
    if (!q)
        return false;
    sql_bind_int(q, 1, value);
    return ledger_row_there(q, ret, f);
}

bool ledger_any_other(struct ledger *l, uint64_t id, bool *ret, struct fault *f)
{
    /* claimed, planned, sending, held */
    static const char text[] = "SELECT 1 FROM import WHERE id<>?1 AND state IN (0,1,2,4) LIMIT 1";
    return any(l, text, (int64_t)id, ret, f);
}

bool ledger_any_made(struct ledger *l, int64_t pbx, bool *ret, struct fault *f)
{
    static const char text[] = "SELECT 1 FROM made WHERE pbx=?1 LIMIT 1";
    return any(l, text, pbx, ret, f);
}

bool ledger_made_get(struct ledger *l, int64_t pbx, const char *number, struct ledger_content *ret,
                     struct fault *f)
{
    static const char text[] = "SELECT content FROM made WHERE pbx=?1 AND number=?2";
    struct sql_query *q = sql_query(l->sql, text, f);
    if (!q)
        return false;
    sql_bind_int(q, 1, pbx);
    sql_bind_text(q, 2, number);
    bool row = false;
    if (!sql_next(q, &row, f))
        return false;
    ret->len = 0;
    if (row) {
        ret->len = sql_bytes(q, 0, ret->at, sizeof ret->at);
        sql_done(q);
    }
    return true;
}

bool ledger_made_put(struct ledger *l, int64_t pbx, const char *number,
                     const struct ledger_content *content, struct fault *f)
{
    static const char text[] = "REPLACE INTO made(pbx,number,content) VALUES(?1,?2,?3)";
    struct sql_query *q = ledger_write(l, text, f);
    if (!q)
        return false;
    sql_bind_int(q, 1, pbx);
    sql_bind_text(q, 2, number);
    sql_bind_bytes(q, 3, content->at, content->len);
    return sql_run(q, f);
}

bool ledger_made_drop(struct ledger *l, int64_t pbx, const char *number, struct fault *f)
{
    static const char text[] = "DELETE FROM made WHERE pbx=?1 AND number=?2";
    struct sql_query *q = ledger_write(l, text, f);
    if (!q)
        return false;
    sql_bind_int(q, 1, pbx);
    sql_bind_text(q, 2, number);
    return sql_run(q, f);
}
