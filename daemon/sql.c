/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sql.h"

#include "buf.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <unistd.h>

#define QUERIES_MOST 64

struct sql_query {
    const char *text;
    sqlite3_stmt *statement;
    struct sql *owner;
};

struct sql {
    sqlite3 *db;
    struct sql_query queries[QUERIES_MOST];
    size_t count;
    bool damaged;
    struct fault failed;
};

static bool sql_fault(struct sql *s, const char *what, struct fault *f)
{
    int code = sqlite3_errcode(s->db) & 0xff; /* without the extension that says which kind */
    bool damage = code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
    bool system = code == SQLITE_IOERR || code == SQLITE_CANTOPEN;
    int error = system ? sqlite3_system_errno(s->db) : code == SQLITE_FULL ? ENOSPC : 0;
    s->damaged = s->damaged || damage;
    struct fault why = {0};
    fault_set(&why, damage ? FAULT_DAMAGE : FAULT_LEDGER, error, "%s: %s", what,
              sqlite3_errmsg(s->db));
    if (s->failed.kind == FAULT_NONE)
        s->failed = why;
    if (f)
        *f = why;
    return false;
}

/* SQLite would count each allocation, under a lock: nobody asks. It is told before it is first
 * used, and does not listen afterwards. */
static void count_nothing(void)
{
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

bool sql_open(const char *path, struct sql **ret, struct fault *f)
{
    /* made here, so that it is born with the right mode; its WAL files take that over */
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return fault_set(f, FAULT_LEDGER, errno, "open '%s'", path);
    close(fd);

    count_nothing();
    struct sql *s = xcalloc(1, sizeof *s);
    const int how = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX; /* one thread alone uses it */
    if (sqlite3_open_v2(path, &s->db, how, NULL) != SQLITE_OK) {
        sql_fault(s, "open", f);
        fault_in(f, "'%s'", path);
        sql_close(s);
        return false;
    }
    if (!sql_exec(s,
                  "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=5000;"
                  "PRAGMA cache_size=-4096; PRAGMA foreign_keys=OFF; PRAGMA trusted_schema=OFF;",
                  f)) {
        fault_in(f, "'%s'", path);
        sql_close(s);
        return false;
    }
    *ret = s;
    return true;
}

/* As SQLite wants file names in a URI: https://www.sqlite.org/uri.html */
static void uri_of(const char *path, const char *query, struct buf *to)
{
    buf_text(to, "file:");
    for (const char *c = path; *c; c++)
        if (strchr("%?#", *c))
            buf_format(to, "%%%02x", (unsigned char)*c);
        else
            buf_char(to, *c);
    buf_text(to, query);
}

static bool open_as(const char *path, int how, struct sql **ret, struct fault *f)
{
    struct sql *s = xcalloc(1, sizeof *s);
    if (sqlite3_open_v2(path, &s->db, how | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
        sql_fault(s, "open", f);
        sql_close(s);
        return false;
    }
    *ret = s;
    return true;
}

bool sql_look(const char *path, bool at_rest, struct sql **ret, struct fault *f)
{
    struct buf uri = {0};
    uri_of(path, at_rest ? "?mode=ro&immutable=1" : "?mode=ro&readonly_shm=1", &uri);
    bool good = open_as(buf_get(&uri), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, ret, f);
    buf_free(&uri);
    return good;
}

bool sql_open_none(struct sql **ret, struct fault *f)
{
    return open_as(":memory:", SQLITE_OPEN_READWRITE, ret, f);
}

struct sql *sql_close(struct sql *s)
{
    if (!s)
        return NULL;
    for (size_t i = 0; i < s->count; i++)
        sqlite3_finalize(s->queries[i].statement);
    sqlite3_close(s->db);
    free(s);
    return NULL;
}

bool sql_damaged(const struct sql *s)
{
    return s->damaged;
}

const struct fault *sql_failed(const struct sql *s)
{
    return s->failed.kind == FAULT_NONE ? NULL : &s->failed;
}

bool sql_exec(struct sql *s, const char *text, struct fault *f)
{
    if (sqlite3_exec(s->db, text, NULL, NULL, NULL) != SQLITE_OK)
        return sql_fault(s, "ledger", f);
    return true;
}

struct sql_query *sql_query(struct sql *s, const char *text, struct fault *f)
{
    for (size_t i = 0; i < s->count; i++) {
        if (s->queries[i].text == text) {
            sqlite3_reset(s->queries[i].statement);
            sqlite3_clear_bindings(s->queries[i].statement);
            return &s->queries[i];
        }
    }

    assert(s->count < QUERIES_MOST);
    struct sql_query *q = &s->queries[s->count];
    if (sqlite3_prepare_v3(s->db, text, -1, SQLITE_PREPARE_PERSISTENT, &q->statement, NULL) !=
        SQLITE_OK) {
        sql_fault(s, text, f);
        return NULL;
    }
    q->text = text;
    q->owner = s;
    s->count++;
    return q;
}

void sql_bind_int(struct sql_query *q, int at, int64_t value)
{
    sqlite3_bind_int64(q->statement, at, value);
}

void sql_bind_text(struct sql_query *q, int at, const char *value)
{
    if (value && value[0])
        sqlite3_bind_text(q->statement, at, value, -1, SQLITE_STATIC);
    else
        sqlite3_bind_null(q->statement, at);
}

void sql_bind_bytes(struct sql_query *q, int at, const void *bytes, size_t len)
{
    sqlite3_bind_blob64(q->statement, at, bytes, len, SQLITE_STATIC);
}

bool sql_next(struct sql_query *q, bool *ret_row, struct fault *f)
{
    int code = sqlite3_step(q->statement);
    if (code == SQLITE_ROW) {
        *ret_row = true;
        return true;
    }
    bool good = code == SQLITE_DONE || sql_fault(q->owner, "ledger", f);
    sqlite3_reset(q->statement);
    *ret_row = false;
    return good;
}

bool sql_run(struct sql_query *q, struct fault *f)
{
    bool row = false;
    return q && sql_next(q, &row, f);
}

void sql_done(struct sql_query *q)
{
    sqlite3_reset(q->statement);
}

int64_t sql_int(struct sql_query *q, int column)
{
    return sqlite3_column_int64(q->statement, column);
}

void sql_text(struct sql_query *q, int column, char *to, size_t room)
{
    const unsigned char *text = sqlite3_column_text(q->statement, column);
    snprintf(to, room, "%s", text ? (const char *)text : "");
}

size_t sql_bytes(struct sql_query *q, int column, void *to, size_t room)
{
    const void *bytes = sqlite3_column_blob(q->statement, column);
    size_t len = (size_t)sqlite3_column_bytes(q->statement, column);
    if (len > room)
        len = room;
    if (len)
        memcpy(to, bytes, len);
    return len;
}
