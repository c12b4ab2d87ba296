/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME ledger_pool: which number of a pool was given to whom.
 *
 * A person is known by a keyed digest. A number that the PBX turned out to have by somebody else
 * stands in the same table, under the number itself as its key, which is shorter than any digest.
 */
#include "ledger_own.h"

static_assert(LEDGER_NUMBER <= DIGEST_BYTES, "a number as key is no person's digest");

bool ledger_pool_get(struct ledger *l, int64_t pbx, const uint8_t key[DIGEST_BYTES],
                     char ret[LEDGER_NUMBER], struct fault *f)
{
    static const char text[] = "SELECT number FROM pool WHERE pbx=?1 AND key=?2";
    struct sql_query *q = sql_query(l->sql, text, f);
    if (!q)
        return false;
    sql_bind_int(q, 1, pbx);
    sql_bind_bytes(q, 2, key, DIGEST_BYTES);
    bool row = false;
    if (!sql_next(q, &row, f))
        return false;
    ret[0] = '\0';
    if (row) {
        sql_text(q, 0, ret, LEDGER_NUMBER);
        sql_done(q);
    }
    return true;
}

static bool put(struct ledger *l, int64_t pbx, const void *key, size_t len, const char *number,
                struct fault *f)
{
    static const char text[] = "INSERT INTO pool(pbx,key,number) VALUES(?1,?2,?3)"
                               " ON CONFLICT(pbx,key) DO UPDATE SET number=excluded.number";
    struct sql_query *q = ledger_write(l, text, f);
    if (!q)
        return false;
    sql_bind_int(q, 1, pbx);
    sql_bind_bytes(q, 2, key, len);
    sql_bind_text(q, 3, number);
    return sql_run(q, f);
}

bool ledger_pool_put(struct ledger *l, int64_t pbx, const uint8_t key[DIGEST_BYTES],
                     const char *number, struct fault *f)
{
    return put(l, pbx, key, DIGEST_BYTES, number, f);
}

bool ledger_pool_occupied(struct ledger *l, int64_t pbx, const char *number, struct fault *f)
{
    return put(l, pbx, number, strlen(number), number, f);
}

bool ledger_pool_vacate(struct ledger *l, int64_t pbx, struct fault *f)
{
    static const char text[] = "DELETE FROM pool WHERE pbx=?1 AND length(key)<?2";
    struct sql_query *q = ledger_write(l, text, f);
    if (!q)
        return false;
    sql_bind_int(q, 1, pbx);
    sql_bind_int(q, 2, DIGEST_BYTES);
    return sql_run(q, f);
}

static bool is_given(struct ledger *l, int64_t pbx, const char *number, bool *ret, struct fault *f)
{
    static const char text[] = "SELECT 1 FROM pool WHERE pbx=?1 AND number=?2";
    struct sql_query *q = sql_query(l->sql, text, f);
    if (!q)
        return false;
    sql_bind_int(q, 1, pbx);
    sql_bind_text(q, 2, number);
    return ledger_row_there(q, ret, f);
}

bool ledger_number_taken(struct ledger *l, int64_t pbx, const char *number, bool *ret,
                         struct fault *f)
{
    return is_given(l, pbx, number, ret, f) &&
           (*ret || ledger_made_there(l, pbx, number, ret, f)) &&
           (*ret || pending_has(l, number, ret, f));
}
