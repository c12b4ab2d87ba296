/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME ledger_made: the memory of what was created.
 *
 * It has a row for each extension that there is, so it is what makes a ledger large: a PBX and a
 * number are one integer, by which SQLite keeps its rows anyway, where they fit into one. The few
 * others stand in a table of their own. */
#include "ledger_own.h"

#define DIGITS_MOST 9
#define NUMBER_BITS 31
#define PBX_BELOW   ((int64_t)1 << 32)

static_assert(2 * 1000000000LL < 1LL << NUMBER_BITS, "a 1 and nine digits fit");

/* The integer for a number of a PBX: its digits after a 1, so that "7" and "07" are two. False when
 * it has none. */
static bool key_of(int64_t pbx, const char *number, int64_t *ret)
{
    int64_t value = 1;
    size_t len = strlen(number);
    if (len == 0 || len > DIGITS_MOST || pbx < 0 || pbx >= PBX_BELOW)
        return false;
    for (; *number; number++) {
        if (*number < '0' || *number > '9')
            return false;
        value = value * 10 + (*number - '0');
    }
    *ret = pbx << NUMBER_BITS | value;
    return true;
}

/* Binds ?1 of the query for numbers with an integer, or ?1 and ?2 of the one for others. */
static void key_bind(struct sql_query *q, bool keyed, int64_t key, int64_t pbx, const char *number)
{
    sql_bind_int(q, 1, keyed ? key : pbx);
    if (!keyed)
        sql_bind_text(q, 2, number);
}

bool ledger_made_get(struct ledger *l, int64_t pbx, const char *number, struct ledger_content *ret,
                     struct fault *f)
{
    static const char text[] = "SELECT content FROM made WHERE id=?1";
    static const char other[] = "SELECT content FROM made_other WHERE pbx=?1 AND number=?2";
    int64_t key = 0;
    bool keyed = key_of(pbx, number, &key);
    struct sql_query *q = sql_query(l->sql, keyed ? text : other, f);
    if (!q)
        return false;
    key_bind(q, keyed, key, pbx, number);
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

bool ledger_made_there(struct ledger *l, int64_t pbx, const char *number, bool *ret,
                       struct fault *f)
{
    struct ledger_content content;
    if (!ledger_made_get(l, pbx, number, &content, f))
        return false;
    *ret = content.len > 0;
    return true;
}

/* One of two queries that change something, bound to the number: the second is for others. */
static struct sql_query *change_of(struct ledger *l, const char *text, const char *other,
                                   int64_t pbx, const char *number, struct fault *f)
{
    int64_t key = 0;
    bool keyed = key_of(pbx, number, &key);
    struct sql_query *q = ledger_write(l, keyed ? text : other, f);
    if (q)
        key_bind(q, keyed, key, pbx, number);
    return q;
}

bool ledger_made_put(struct ledger *l, int64_t pbx, const char *number,
                     const struct ledger_content *content, struct fault *f)
{
    static const char text[] = "REPLACE INTO made(id,content) VALUES(?1,?3)";
    static const char other[] = "REPLACE INTO made_other(pbx,number,content) VALUES(?1,?2,?3)";
    struct sql_query *q = change_of(l, text, other, pbx, number, f);
    if (!q)
        return false;
    sql_bind_bytes(q, 3, content->at, content->len);
    return sql_run(q, f);
}

bool ledger_made_drop(struct ledger *l, int64_t pbx, const char *number, struct fault *f)
{
    static const char text[] = "DELETE FROM made WHERE id=?1";
    static const char other[] = "DELETE FROM made_other WHERE pbx=?1 AND number=?2";
    return sql_run(change_of(l, text, other, pbx, number, f), f);
}

bool ledger_any_made(struct ledger *l, int64_t pbx, bool *ret, struct fault *f)
{
    static const char text[] = "SELECT 1 FROM made WHERE id BETWEEN ?2 AND ?3 UNION ALL"
                               " SELECT 1 FROM made_other WHERE pbx=?1 LIMIT 1";
    struct sql_query *q = sql_query(l->sql, text, f);
    if (!q)
        return false;
    bool keyed = pbx >= 0 && pbx < PBX_BELOW;
    int64_t first = keyed ? pbx << NUMBER_BITS : 0;
    sql_bind_int(q, 1, pbx);
    sql_bind_int(q, 2, first);
    sql_bind_int(q, 3, keyed ? first + ((int64_t)1 << NUMBER_BITS) - 1 : -1);
    return ledger_row_there(q, ret, f);
}
