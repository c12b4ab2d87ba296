/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME ledger: opening, the barrier. Imports are in ledger_import.c, rows in ledger_row.c,
 * notes in ledger_note.c.
 *
 * The schema has a version (PRAGMA user_version). */
#include "ledger_own.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "fsio.h"

#define LEDGER_VERSION 4
#define NOTE_FRESH     "fresh"

/* block and made: see ledger_own.h.
 * pool: the number that a person (by a keyed digest of what identifies him) was given on a PBX. */
static const char schema[] =
    "CREATE TABLE note(name TEXT PRIMARY KEY, text TEXT) STRICT, WITHOUT ROWID;"
    "CREATE TABLE pbx(id INTEGER PRIMARY KEY, url BLOB NOT NULL UNIQUE) STRICT;"
    "CREATE TABLE import(id INTEGER PRIMARY KEY, state INTEGER, filed INTEGER,"
    " cancelling INTEGER, apply INTEGER, name TEXT, stem TEXT, file TEXT, bytes INTEGER,"
    " sha256 TEXT, encoding TEXT, bom INTEGER, delimiter INTEGER, profile TEXT, schema TEXT,"
    " pbx INTEGER, header_line INTEGER, header_offset INTEGER, data_offset INTEGER,"
    " data_line INTEGER, columns INTEGER, rows INTEGER, started INTEGER, finished INTEGER,"
    " deaths INTEGER, code INTEGER, reason TEXT, resume INTEGER, doubted INTEGER,"
    " max_record INTEGER, max_columns INTEGER, quote INTEGER, separator INTEGER, choices TEXT,"
    " profile_named INTEGER, profile_digest TEXT, header_rows INTEGER, secrets INTEGER) STRICT;"
    "CREATE INDEX import_digest ON import(sha256);" LEDGER_INDICES
    "CREATE INDEX import_to_do ON import(id) WHERE " LEDGER_TO_DO ";"
    /* the tables of rows and of what was created */
    LEDGER_TABLE_BLOCK LEDGER_TABLE_MADE
    "CREATE TABLE pool(pbx INTEGER, key BLOB, number TEXT NOT NULL, PRIMARY KEY(pbx, key),"
    " UNIQUE(pbx, number)) STRICT, WITHOUT ROWID;"
    "INSERT INTO note VALUES('" NOTE_FRESH "', 'yes');";

/* The first ledgers of this version have an index whose words no query has any more. */
static const char indices[] = "DROP INDEX IF EXISTS import_unfinished;" LEDGER_INDICES;

static bool read_version(struct sql *sql, int64_t *ret, struct fault *f)
{
    static const char text[] = "PRAGMA user_version";
    struct sql_query *q = sql_query(sql, text, f);
    bool row = false;
    if (!q || !sql_next(q, &row, f))
        return false;
    *ret = row ? sql_int(q, 0) : 0;
    sql_done(q);
    return true;
}

static bool bring_up_to_date(struct ledger *l, struct fault *f)
{
    char done[64];
    int64_t version = 0;
    if (!read_version(l->sql, &version, f))
        return false;
    if (version > LEDGER_VERSION)
        return fault_set(f, FAULT_LEDGER, 0,
                         "the ledger was written by a newer extspoold (version %lld)",
                         (long long)version);
    if (version == LEDGER_VERSION)
        return sql_exec(l->sql, indices, f);
    snprintf(done, sizeof done, "PRAGMA user_version=%d", LEDGER_VERSION);
    if (version > 0) {
        l->before = version;
        return ledger_upgrade(l, done, f) || fault_in(f, "bring the ledger from version %lld to %d",
                                                      (long long)version, LEDGER_VERSION);
    }
    return ledger_change(l, f) && sql_exec(l->sql, schema, f) && sql_exec(l->sql, done, f) &&
           ledger_commit(l, f);
}

bool ledger_is_current(struct ledger *l, struct fault *f)
{
    int64_t version = 0;
    return read_version(l->sql, &version, f) &&
           (version == LEDGER_VERSION ||
            fault_set(f, FAULT_LEDGER, 0,
                      "the ledger was written by another version of extspoold"));
}

bool ledger_bring_up(struct ledger *l, struct fault *f)
{
    return bring_up_to_date(l, f);
}

static bool take_lock(int folder, const char *directory, int *ret_lock, struct fault *f)
{
    int lock = openat(folder, "ledger.lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (lock < 0)
        return fault_set(f, FAULT_LEDGER, errno, "open '%s/ledger.lock'", directory);
    if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
        int error = errno;
        bool looking = flock(lock, LOCK_SH | LOCK_NB) == 0; /* as those do who only look */
        close(lock);
        if (error == EWOULDBLOCK) {
            fault_set(f, FAULT_LEDGER, 0, "another process %s the ledger in '%s'",
                      looking ? "looks at" : "has", directory);
            if (f)
                f->error = looking ? EBUSY : EWOULDBLOCK;
            return false;
        }
        return fault_set(f, FAULT_LEDGER, error, "lock '%s/ledger.lock'", directory);
    }
    *ret_lock = lock;
    return true;
}

/* The key is a file of its own: whoever gets hold of a copy of the ledger has not got the key. */
static bool read_key(int folder, uint8_t key[DIGEST_BYTES], struct fault *f)
{
    ON_LEAVE(close_fd) int fd = openat(folder, "key", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd >= 0) {
        if (read(fd, key, DIGEST_BYTES) == DIGEST_BYTES)
            return true;
        return fault_set(f, FAULT_LEDGER, 0, "the file 'key' beside the ledger is damaged");
    }
    if (errno != ENOENT)
        return fault_set(f, FAULT_LEDGER, errno, "open the file 'key' beside the ledger");

    if (getrandom(key, DIGEST_BYTES, 0) != DIGEST_BYTES)
        return fault_set(f, FAULT_LEDGER, errno, "make a key");
    struct fsio_file *file = NULL;
    if (!fsio_create(folder, ".key.tmp", 0600, &file, f))
        return false;
    fsio_add(file, key, DIGEST_BYTES);
    return fsio_finish(file, "key", f);
}

/* Puts the ledger's files aside as NAME.damaged-TIME. The ledger goes before its WAL: killed in
 * between, the next opening finds a WAL alone, and that it is of no ledger. */
static bool put_aside(int folder, struct fault *f)
{
    static const char *const names[] = {"ledger.db", "ledger.db-wal", "ledger.db-shm"};
    int64_t now = clock_wall();
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        char to[64];
        struct fault moved = {0};
        snprintf(to, sizeof to, "%s.damaged-%lld", names[i], (long long)now);
        if (fsio_move(folder, names[i], folder, to, &moved) || moved.error == ENOENT)
            continue;
        if (f)
            *f = moved;
        return false;
    }
    return true;
}

static bool open_database(struct ledger *l, const char *path, struct fault *f)
{
    if (faccessat(l->folder, "ledger.db", F_OK, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT &&
        !put_aside(l->folder, f))
        return false;
    if (sql_open(path, &l->sql, f) && bring_up_to_date(l, f))
        return true;
    blocks_forget_all(l);
    l->sql = sql_close(l->sql);
    l->dirty = false;
    return false;
}

/* A damaged ledger is kept for whoever can read it, and a new one begins. */
static bool open_or_begin(struct ledger *l, const char *path, struct fault *f)
{
    struct fault why = {0};
    if (open_database(l, path, &why))
        return true;
    if (why.kind == FAULT_DAMAGE) {
        l->damage = why;
        return put_aside(l->folder, f) && open_database(l, path, f);
    }
    if (f)
        *f = why;
    return false;
}

bool ledger_open(const char *directory, struct ledger **ret, struct fault *f)
{
    struct ledger *l = xcalloc(1, sizeof *l);
    l->folder = -1;
    l->lock = -1;
    char path[4096];
    snprintf(path, sizeof path, "%s/ledger.db", directory);
    if (!fsio_folder(directory, 0711, &l->folder, f) ||
        !take_lock(l->folder, directory, &l->lock, f) || !read_key(l->folder, l->key, f) ||
        !open_or_begin(l, path, f)) {
        ledger_close(l);
        return false;
    }
    *ret = l;
    return true;
}

struct ledger *ledger_close(struct ledger *l)
{
    if (!l)
        return NULL;
    if (l->sql && l->dirty)
        ledger_commit(l, NULL);
    bool damaged = l->wrong.kind || (l->sql && sql_damaged(l->sql));
    pending_free(l);
    blocks_free(l);
    sql_close(l->sql);
    if (damaged && !l->looking) /* SQLite need not notice it again at the next opening */
        put_aside(l->folder, NULL);
    close_fd(&l->lock);
    close_fd(&l->folder);
    wipe(l->key, sizeof l->key);
    free(l);
    return NULL;
}

const char *ledger_damage(const struct ledger *l)
{
    return l->damage.text;
}

int64_t ledger_before(const struct ledger *l)
{
    return l->before;
}

bool ledger_fresh(struct ledger *l, bool *ret, struct fault *f)
{
    char note[LEDGER_NOTE];
    if (!ledger_note_get(l, NOTE_FRESH, note, f))
        return false;
    *ret = note[0] != '\0';
    return true;
}

bool ledger_in_use(struct ledger *l, struct fault *f)
{
    return ledger_note_put(l, NOTE_FRESH, "", f);
}

bool ledger_change(struct ledger *l, struct fault *f)
{
    if (l->dirty)
        return true;
    static const char begin[] = "BEGIN IMMEDIATE";
    if (!sql_run(sql_query(l->sql, begin, f), f))
        return false;
    l->dirty = true;
    return true;
}

struct sql_query *ledger_write(struct ledger *l, const char *text, struct fault *f)
{
    return ledger_change(l, f) ? sql_query(l->sql, text, f) : NULL;
}

bool ledger_row_there(struct sql_query *q, bool *ret, struct fault *f)
{
    if (!sql_next(q, ret, f))
        return false;
    if (*ret)
        sql_done(q);
    return true;
}

bool ledger_commit(struct ledger *l, struct fault *f)
{
    if (!l->dirty)
        return true;
    static const char commit[] = "COMMIT";
    /* SQLite may have taken the transaction back, and what is written now would stand alone */
    const struct fault *why = l->wrong.kind ? &l->wrong : sql_failed(l->sql);
    if (why) {
        if (f)
            *f = *why;
        return false;
    }
    if (!blocks_write(l, f) || !sql_run(sql_query(l->sql, commit, f), f))
        return false;
    l->dirty = false;
    return true;
}

bool ledger_dirty(const struct ledger *l)
{
    return l->dirty;
}

const uint8_t *ledger_key(const struct ledger *l)
{
    return l->key;
}

/* Runs a query about a PBX: its id, or 0 when there is no row. */
static bool ask_pbx(struct ledger *l, const char *text, const char *url, int64_t *ret,
                    struct fault *f)
{
    uint8_t digest[DIGEST_BYTES];
    digest_keyed(l->key, url, strlen(url), digest);
    struct sql_query *q = sql_query(l->sql, text, f);
    if (!q)
        return false;
    sql_bind_bytes(q, 1, digest, sizeof digest);
    bool row = false;
    if (!sql_next(q, &row, f))
        return false;
    *ret = row ? sql_int(q, 0) : 0;
    if (row)
        sql_done(q);
    return true;
}

bool ledger_pbx_find(struct ledger *l, const char *url, int64_t *ret, struct fault *f)
{
    static const char find[] = "SELECT id FROM pbx WHERE url=?1";
    return ask_pbx(l, find, url, ret, f);
}

bool ledger_pbx(struct ledger *l, const char *url, int64_t *ret, struct fault *f)
{
    static const char add[] = "INSERT INTO pbx(url) VALUES(?1) RETURNING id";
    if (!ledger_pbx_find(l, url, ret, f))
        return false;
    return *ret || (ledger_change(l, f) && ask_pbx(l, add, url, ret, f));
}
