/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME ledger_import: imports in the ledger. One table says which column holds which member. */
#include "ledger_own.h"

enum kind { KIND_BOOL, KIND_CHAR, KIND_INT, KIND_U64, KIND_I64, KIND_TEXT };

static_assert(sizeof(enum import_state) == sizeof(int), "states are read and written as int");

/* Which states a query asks for stands in its words: SQLite compares them with those of the
 * indices, and would prepare it anew whenever a state is bound. */
#define IS_DONE "state=3"
#define IS_HELD "state=4"
static_assert(IMPORT_DONE == 3 && IMPORT_HELD == 4, "as in the queries");

/* In the order of the statements below; id comes first. */
static const struct {
    enum kind kind;
    size_t at;
    size_t room;
} members[] = {
#define MEMBER(kind, name)                                                                         \
    {                                                                                              \
        kind, offsetof(struct import, name), sizeof(((struct import *)0)->name)                    \
    }
    MEMBER(KIND_U64, id),
    MEMBER(KIND_INT, state),
    MEMBER(KIND_BOOL, filed),
    MEMBER(KIND_BOOL, cancelling),
    MEMBER(KIND_BOOL, apply),
    MEMBER(KIND_TEXT, name),
    MEMBER(KIND_TEXT, stem),
    MEMBER(KIND_TEXT, file),
    MEMBER(KIND_U64, bytes),
    MEMBER(KIND_TEXT, sha256),
    MEMBER(KIND_TEXT, encoding),
    MEMBER(KIND_BOOL, bom),
    MEMBER(KIND_CHAR, delimiter),
    MEMBER(KIND_TEXT, profile),
    MEMBER(KIND_TEXT, schema),
    MEMBER(KIND_I64, pbx),
    MEMBER(KIND_U64, header_line),
    MEMBER(KIND_U64, header_offset),
    MEMBER(KIND_U64, data_offset),
    MEMBER(KIND_U64, data_line),
    MEMBER(KIND_U64, columns),
    MEMBER(KIND_U64, rows),
    MEMBER(KIND_I64, started),
    MEMBER(KIND_I64, finished),
    MEMBER(KIND_INT, deaths),
    MEMBER(KIND_INT, code),
    MEMBER(KIND_TEXT, reason),
    MEMBER(KIND_INT, resume),
    MEMBER(KIND_BOOL, doubted),
    MEMBER(KIND_U64, max_record),
    MEMBER(KIND_U64, max_columns),
    MEMBER(KIND_CHAR, quote),
    MEMBER(KIND_BOOL, separator),
    MEMBER(KIND_TEXT, choices),
    MEMBER(KIND_BOOL, profile_named),
    MEMBER(KIND_TEXT, profile_digest),
    MEMBER(KIND_U64, header_rows),
    MEMBER(KIND_BOOL, secrets),
#undef MEMBER
};

#define MEMBER_NAMES                                                                               \
    "id,state,filed,cancelling,apply,name,stem,file,bytes,sha256,encoding,bom,delimiter,profile,"  \
    "schema,pbx,header_line,header_offset,data_offset,data_line,columns,rows,started,finished,"    \
    "deaths,code,reason,resume,doubted,max_record,max_columns,quote,separator,choices,"            \
    "profile_named,profile_digest,header_rows,secrets"

static void import_bind(struct sql_query *q, const struct import *i)
{
    for (size_t k = 0; k < COUNT_OF(members); k++) {
        const void *from = (const char *)i + members[k].at;
        int at = (int)k + 1;
        switch (members[k].kind) {
        case KIND_BOOL:
            sql_bind_int(q, at, *(const bool *)from);
            break;
        case KIND_CHAR:
            sql_bind_int(q, at, *(const char *)from);
            break;
        case KIND_INT:
            sql_bind_int(q, at, *(const int *)from);
            break;
        case KIND_U64:
            sql_bind_int(q, at, (int64_t) * (const uint64_t *)from);
            break;
        case KIND_I64:
            sql_bind_int(q, at, *(const int64_t *)from);
            break;
        case KIND_TEXT:
            sql_bind_text(q, at, from);
            break;
        }
    }
}

static void import_fetch(struct sql_query *q, struct import *i)
{
    for (size_t k = 0; k < COUNT_OF(members); k++) {
        void *to = (char *)i + members[k].at;
        int column = (int)k;
        switch (members[k].kind) {
        case KIND_BOOL:
            *(bool *)to = sql_int(q, column) != 0;
            break;
        case KIND_CHAR:
            *(char *)to = (char)sql_int(q, column);
            break;
        case KIND_INT:
            *(int *)to = (int)sql_int(q, column);
            break;
        case KIND_U64:
            *(uint64_t *)to = (uint64_t)sql_int(q, column);
            break;
        case KIND_I64:
            *(int64_t *)to = sql_int(q, column);
            break;
        case KIND_TEXT:
            sql_text(q, column, to, members[k].room);
            break;
        }
    }
}

bool ledger_import_set(struct ledger *l, const struct import *i, struct fault *f)
{
    static const char text[] = "REPLACE INTO import(" MEMBER_NAMES ") VALUES(?,?,?,?,?,?,?,?,?,?,?,"
                               "?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";
    struct sql_query *q = ledger_write(l, text, f);
    if (!q)
        return false;
    import_bind(q, i);
    if (i->state == IMPORT_DONE || i->state == IMPORT_REJECTED || i->state == IMPORT_CANCELLED)
        pending_drop(l, i->id);
    return sql_run(q, f);
}

static void queue_add(struct sql_query *q, struct ledger_queue *to)
{
    int64_t state = sql_int(q, 0);
    int64_t code = sql_int(q, 1);
    uint64_t count = (uint64_t)sql_int(q, 2);
    int64_t oldest = sql_int(q, 3);
    if (state < 0 || state > IMPORT_CANCELLED)
        return;
    to->states[state] += count;
    if (state == IMPORT_HELD && code >= 0 && code < LEDGER_CODES)
        to->held[code] += count;
    if (state != IMPORT_HELD && (!to->oldest || oldest < to->oldest))
        to->oldest = oldest;
}

bool ledger_queue(struct ledger *l, struct ledger_queue *ret, struct fault *f)
{
    static const char text[] = "SELECT state,code,count(*),min(started) FROM import WHERE"
                               " " LEDGER_UNFINISHED " GROUP BY state,code";
    struct ledger_queue queue = {0};
    struct sql_query *q = sql_query(l->sql, text, f);
    if (!q)
        return false;
    for (bool row = true; row;) {
        if (!sql_next(q, &row, f))
            return false;
        if (row)
            queue_add(q, &queue);
    }
    *ret = queue;
    return true;
}

bool ledger_successes(struct ledger *l, struct ledger_success *to, size_t room, size_t *ret_count,
                      struct fault *f)
{
    static const char text[] = "SELECT profile,max(finished) FROM import WHERE " IS_DONE
                               " GROUP BY profile ORDER BY 2 DESC LIMIT ?1";
    struct sql_query *q = sql_query(l->sql, text, f);
    size_t count = 0;
    if (!q)
        return false;
    sql_bind_int(q, 1, (int64_t)room);
    for (bool row = true; row;) {
        if (!sql_next(q, &row, f))
            return false;
        if (!row)
            break;
        sql_text(q, 0, to[count].profile, sizeof to[count].profile);
        to[count++].finished = sql_int(q, 1);
    }
    *ret_count = count;
    return true;
}

bool ledger_last_of(struct ledger *l, const char *profile, int64_t since, uint64_t *ret,
                    struct fault *f)
{
    static const char text[] = "SELECT max(id) FROM import WHERE profile=?1 AND started>=?2";
    struct sql_query *q = sql_query(l->sql, text, f);
    bool row = false;
    if (!q)
        return false;
    sql_bind_text(q, 1, profile);
    sql_bind_int(q, 2, since);
    if (!sql_next(q, &row, f))
        return false;
    *ret = row ? (uint64_t)sql_int(q, 0) : 0;
    if (row)
        sql_done(q);
    return true;
}

bool ledger_held(struct ledger *l, uint64_t *ret, struct fault *f)
{
    static const char text[] = "SELECT id FROM import WHERE " IS_HELD " ORDER BY id LIMIT 1";
    struct sql_query *q = sql_query(l->sql, text, f);
    bool row = false;
    if (!q)
        return false;
    if (!sql_next(q, &row, f))
        return false;
    *ret = row ? (uint64_t)sql_int(q, 0) : 0;
    if (row)
        sql_done(q);
    return true;
}

/* The number that a question about earlier imports is answered with: done, after one id and before
 * another. Untouched when there is none. */
static bool earlier(struct ledger *l, const char *text, const struct import *i, const char *what,
                    uint64_t after, uint64_t *ret, struct fault *f)
{
    struct sql_query *q = sql_query(l->sql, text, f);
    bool row = false;
    if (!q)
        return false;
    sql_bind_int(q, 1, (int64_t)i->id);
    sql_bind_text(q, 2, what);
    sql_bind_int(q, 3, (int64_t)after);
    if (!sql_next(q, &row, f))
        return false;
    if (!row)
        return true;
    *ret = (uint64_t)sql_int(q, 0);
    sql_done(q);
    return true;
}

bool ledger_same_file(struct ledger *l, const struct import *i, uint64_t *ret, struct fault *f)
{
    static const char text[] = "SELECT id FROM import WHERE " IS_DONE " AND id<?1 AND sha256=?2"
                               " AND id>?3 ORDER BY id DESC LIMIT 1";
    *ret = 0;
    return earlier(l, text, i, i->sha256, 0, ret, f);
}

bool ledger_last_rows(struct ledger *l, const struct import *i, uint64_t *ret, struct fault *f)
{
    static const char text[] = "SELECT rows FROM import WHERE " IS_DONE " AND id<?1 AND profile=?2"
                               " AND id>?3 ORDER BY id DESC LIMIT 1";
    uint64_t forgotten = 0;
    return dropped_rows(l, i, &forgotten, ret, f) &&
           earlier(l, text, i, i->profile, forgotten, ret, f);
}

/* The stem is 000042-NAME. The index is no part of the schema: a ledger does without it where
 * nobody asks. */
#define STEM_NAME "substr(stem,instr(stem,'-')+1)"

bool ledger_namesake(struct ledger *l, const char *name, uint64_t before, int64_t wall,
                     uint64_t *ret, struct fault *f)
{
    static const char index[] = "CREATE INDEX IF NOT EXISTS import_name ON import(" STEM_NAME ")";
    static const char text[] = "SELECT id FROM import WHERE " STEM_NAME "=?1 AND id<?2"
                               " AND started<=?3 ORDER BY id DESC LIMIT 1";
    bool row = false;
    if (!l->names_known && (!ledger_change(l, f) || !sql_exec(l->sql, index, f)))
        return false;
    l->names_known = true;
    struct sql_query *q = sql_query(l->sql, text, f);
    if (!q)
        return false;
    sql_bind_text(q, 1, name);
    sql_bind_int(q, 2, before > INT64_MAX ? INT64_MAX : (int64_t)before);
    sql_bind_int(q, 3, wall);
    if (!sql_next(q, &row, f))
        return false;
    *ret = row ? (uint64_t)sql_int(q, 0) : 0;
    if (row)
        sql_done(q);
    return true;
}

bool ledger_import_get(struct ledger *l, uint64_t id, struct import *ret, bool *ret_found,
                       struct fault *f)
{
    static const char text[] = "SELECT " MEMBER_NAMES " FROM import WHERE id=?1";
    struct sql_query *q = sql_query(l->sql, text, f);
    if (!q)
        return false;
    sql_bind_int(q, 1, (int64_t)id);
    if (!sql_next(q, ret_found, f))
        return false;
    if (*ret_found) {
        import_fetch(q, ret);
        sql_done(q);
    }
    return true;
}

/* As many as there are, and room for. */
static bool imports_fetch(struct sql_query *q, struct import *to, size_t room, size_t *ret_count,
                          struct fault *f)
{
    size_t count = 0;
    bool row = true;
    while (count < room) {
        if (!sql_next(q, &row, f))
            return false;
        if (!row)
            break;
        import_fetch(q, &to[count++]);
    }
    if (row)
        sql_done(q);
    *ret_count = count;
    return true;
}

bool ledger_imports(struct ledger *l, uint64_t after, bool unfinished, struct import *to,
                    size_t room, size_t *ret_count, struct fault *f)
{
    static const char all[] = "SELECT " MEMBER_NAMES " FROM import WHERE id>?1 ORDER BY id";
    static const char open[] =
        "SELECT " MEMBER_NAMES " FROM import WHERE id>?1 AND " LEDGER_TO_DO " ORDER BY id";
    struct sql_query *q = sql_query(l->sql, unfinished ? open : all, f);
    if (!q)
        return false;
    sql_bind_int(q, 1, (int64_t)after);
    return imports_fetch(q, to, room, ret_count, f);
}

/* What ends while it is not filed yet goes on, as people are told it. */
bool ledger_imports_of(struct ledger *l, enum ledger_kind kind, struct import *to, size_t room,
                       size_t *ret_count, struct fault *f)
{
    static const char *const texts[] = {
        [LEDGER_GOING] =
            "SELECT " MEMBER_NAMES " FROM import WHERE " LEDGER_TO_DO " AND state<>4 ORDER BY id",
        [LEDGER_HELD] = "SELECT " MEMBER_NAMES " FROM import WHERE " IS_HELD " ORDER BY id",
        [LEDGER_ENDED] = "SELECT " MEMBER_NAMES " FROM import WHERE state IN (3,5,6) AND filed<>0"
                         " ORDER BY id DESC",
    };
    struct sql_query *q = sql_query(l->sql, texts[kind], f);
    return q && imports_fetch(q, to, room, ret_count, f);
}

bool ledger_id_greatest(struct ledger *l, uint64_t *ret, struct fault *f)
{
    static const char text[] = "SELECT max(id) FROM import";
    struct sql_query *q = sql_query(l->sql, text, f);
    uint64_t dropped = 0;
    bool row = false;
    if (!q || !sql_next(q, &row, f))
        return false;
    *ret = row ? (uint64_t)sql_int(q, 0) : 0;
    sql_done(q);
    if (!dropped_id(l, &dropped, f))
        return false;
    if (dropped > *ret)
        *ret = dropped;
    return true;
}
