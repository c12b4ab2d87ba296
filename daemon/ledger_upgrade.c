/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME ledger_upgrade: a ledger of an older version becomes one of this version.
 *
 * All of it is one transaction with the version's number: killed in between, the ledger is what it
 * was, and the next opening begins anew. Up to version 3 each row of a file was a row of its own,
 * and what was created stood under a PBX and a number. What such versions added one after the other
 * is added first, where it is lacking; then rows go into blocks, and numbers become integers. */
#include "ledger_own.h"

/* In the order of the versions. Version 1 began without the first two. */
static const struct {
    const char *table, *column; /* what is lacking */
    const char *add;
} additions[] = {
    {"import", "rows",
     "ALTER TABLE import ADD COLUMN rows INTEGER;"
     "UPDATE import SET rows=(SELECT count(*) FROM row WHERE row.import=import.id)"},
    /* how far an open row has come; before, its state said so, and state + step is the same */
    {"row", "step", "ALTER TABLE row ADD COLUMN step INTEGER NOT NULL DEFAULT 0"},
    /* version 2; before, these limits were fixed */
    {"import", "doubted", "ALTER TABLE import ADD COLUMN doubted INTEGER"},
    {"import", "max_record",
     "ALTER TABLE import ADD COLUMN max_record INTEGER NOT NULL DEFAULT 1048576"},
    {"import", "max_columns",
     "ALTER TABLE import ADD COLUMN max_columns INTEGER NOT NULL DEFAULT 16384"},
    /* version 3; before, cells were quoted in one way, and there were no profiles */
    {"import", "quote", "ALTER TABLE import ADD COLUMN quote INTEGER NOT NULL DEFAULT 34"},
    {"import", "separator", "ALTER TABLE import ADD COLUMN separator INTEGER NOT NULL DEFAULT 0"},
    {"import", "choices", "ALTER TABLE import ADD COLUMN choices TEXT"},
    {"import", "profile_named",
     "ALTER TABLE import ADD COLUMN profile_named INTEGER NOT NULL DEFAULT 0"},
    {"import", "profile_digest", "ALTER TABLE import ADD COLUMN profile_digest TEXT"},
    {"import", "header_rows",
     "ALTER TABLE import ADD COLUMN header_rows INTEGER NOT NULL DEFAULT 1"},
    {"import", "secrets", "ALTER TABLE import ADD COLUMN secrets INTEGER NOT NULL DEFAULT 0"},
    {"pool", "number",
     "CREATE TABLE pool(pbx INTEGER, key BLOB, number TEXT NOT NULL, PRIMARY KEY(pbx, key),"
     " UNIQUE(pbx, number)) STRICT, WITHOUT ROWID"},
};

static const char begin_4[] =
    "CREATE INDEX IF NOT EXISTS import_digest ON import(sha256);" LEDGER_INDICES
    "CREATE INDEX import_to_do ON import(id) WHERE " LEDGER_TO_DO ";"
    "ALTER TABLE made RENAME TO made_before;" LEDGER_TABLE_BLOCK LEDGER_TABLE_MADE;
static const char end_4[] = "DROP TABLE made_before; DROP TABLE row;";

static bool is_lacking(struct ledger *l, const char *table, const char *column, bool *ret,
                       struct fault *f)
{
    static const char text[] = "SELECT 1 FROM pragma_table_info(?1) WHERE name=?2";
    bool there = false;
    struct sql_query *q = sql_query(l->sql, text, f);
    if (!q)
        return false;
    sql_bind_text(q, 1, table);
    sql_bind_text(q, 2, column);
    if (!ledger_row_there(q, &there, f))
        return false;
    *ret = !there;
    return true;
}

static bool add_lacking(struct ledger *l, struct fault *f)
{
    for (size_t i = 0; i < COUNT_OF(additions); i++) {
        bool lacking = false;
        if (!is_lacking(l, additions[i].table, additions[i].column, &lacking, f) ||
            (lacking && !sql_exec(l->sql, additions[i].add, f)))
            return false;
    }
    return true;
}

/* As rows were told up to version 3. */
#define FLAG_FINDINGS 1
#define FLAG_DOUBTED  2

static void row_fetch(struct sql_query *q, struct ledger_row *row)
{
    int64_t flags = sql_int(q, 6);
    *row = (struct ledger_row){
        .row = (uint64_t)sql_int(q, 1),
        .line = (uint64_t)sql_int(q, 2),
        .offset = (uint64_t)sql_int(q, 3),
        .bytes = (uint64_t)sql_int(q, 4),
        .state = (enum row_state)sql_int(q, 5),
        .findings = flags & FLAG_FINDINGS,
        .doubted = flags & FLAG_DOUBTED,
        .attempts = (int)sql_int(q, 7),
        .code = (int)sql_int(q, 8),
        .due = sql_int(q, 9),
        .finished = sql_int(q, 10),
    };
    sql_text(q, 11, row->detail, sizeof row->detail);
    sql_text(q, 12, row->number, sizeof row->number);
}

static bool rows_move(struct ledger *l, struct fault *f)
{
    static const char text[] = "SELECT import,n,line,offset,bytes,state+step,flags,attempts,code,"
                               "due,finished,detail,number FROM row ORDER BY import,n";
    struct sql_query *q = sql_query(l->sql, text, f);
    for (bool more = q != NULL; more;) {
        struct ledger_row row;
        if (!sql_next(q, &more, f))
            return false;
        if (!more)
            break;
        uint64_t import = (uint64_t)sql_int(q, 0);
        row_fetch(q, &row);
        if (!ledger_row_add(l, import, &row, f)) {
            sql_done(q);
            return false;
        }
    }
    return q && blocks_write(l, f);
}

static bool made_move(struct ledger *l, struct fault *f)
{
    static const char text[] = "SELECT pbx,number,content FROM made_before";
    struct sql_query *q = sql_query(l->sql, text, f);
    for (bool more = q != NULL; more;) {
        struct ledger_content content;
        char number[LEDGER_NUMBER];
        if (!sql_next(q, &more, f))
            return false;
        if (!more)
            break;
        sql_text(q, 1, number, sizeof number);
        content.len = sql_bytes(q, 2, content.at, sizeof content.at);
        if (!ledger_made_put(l, sql_int(q, 0), number, &content, f)) {
            sql_done(q);
            return false;
        }
    }
    return q != NULL;
}

bool ledger_upgrade(struct ledger *l, const char *done, struct fault *f)
{
    return ledger_change(l, f) && add_lacking(l, f) && sql_exec(l->sql, begin_4, f) &&
           rows_move(l, f) && made_move(l, f) && sql_exec(l->sql, end_4, f) &&
           sql_exec(l->sql, done, f) && ledger_commit(l, f);
}
