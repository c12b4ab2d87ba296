/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME ledger_read: the ledger for somebody who only looks, such as a dry run. No file is made or
 * changed. What a plan would write of pools goes into a table in memory that hides the real one. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ledger_own.h"

static struct ledger *blank(void)
{
    struct ledger *l = xcalloc(1, sizeof *l);
    l->folder = -1;
    l->lock = -1;
    l->looking = true;
    return l;
}

static bool key_read(struct ledger *l, struct fault *f)
{
    ON_LEAVE(close_fd) int fd = openat(l->folder, "key", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return fault_set(f, FAULT_LEDGER, errno, "open the file 'key' beside the ledger");
    return read(fd, l->key, DIGEST_BYTES) == DIGEST_BYTES ||
           fault_set(f, FAULT_LEDGER, 0, "the file 'key' beside the ledger is damaged");
}

/* Whether nobody writes. Then nobody may begin to as long as this looks: what is not written is
 * read without the files that a writer shares with readers, and which are not there. */
static bool is_at_rest(struct ledger *l, bool *ret, struct fault *f)
{
    struct stat st;
    l->lock = openat(l->folder, "ledger.lock", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (l->lock < 0)
        return fault_set(f, FAULT_LEDGER, errno, "open 'ledger.lock'");
    *ret = flock(l->lock, LOCK_SH | LOCK_NB) == 0;
    if (*ret && fstatat(l->folder, "ledger.db-wal", &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_size)
        return fault_set(f, FAULT_LEDGER, 0,
                         "no daemon runs, and the last one has not ended well: its ledger waits "
                         "for the next");
    return true;
}

static bool hide_pool(struct ledger *l, struct fault *f)
{
    return sql_exec(l->sql,
                    "PRAGMA temp_store=MEMORY;"
                    "CREATE TEMP TABLE pool(pbx INTEGER, key BLOB, number TEXT NOT NULL,"
                    " PRIMARY KEY(pbx, key), UNIQUE(pbx, number));"
                    "INSERT INTO temp.pool SELECT pbx,key,number FROM main.pool;",
                    f);
}

bool ledger_look(const char *directory, struct ledger **ret, struct fault *f)
{
    char path[4096];
    bool rest = false;
    struct ledger *l = blank();
    snprintf(path, sizeof path, "%s/ledger.db", directory);
    l->folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = l->folder >= 0 || fault_set(f, FAULT_LEDGER, errno, "open '%s'", directory);
    if (!good || !key_read(l, f) || !is_at_rest(l, &rest, f) || !sql_look(path, rest, &l->sql, f) ||
        !ledger_is_current(l, f) || !hide_pool(l, f)) {
        ledger_close(l);
        return false;
    }
    *ret = l;
    return true;
}

bool ledger_sound(struct ledger *l, char ret[LEDGER_DAMAGE], struct fault *f)
{
    bool row = false;
    struct fault why = {0};
    struct sql_query *q = sql_query(l->sql, "PRAGMA main.quick_check(1)", &why);
    if (!q || !sql_next(q, &row, &why)) {
        if (why.kind != FAULT_DAMAGE) {
            if (f)
                *f = why;
            return false;
        }
        snprintf(ret, LEDGER_DAMAGE, "%.*s", LEDGER_DAMAGE - 1, why.text);
        return true;
    }
    if (row)
        sql_text(q, 0, ret, LEDGER_DAMAGE);
    sql_done(q);
    if (!row || strcmp(ret, "ok") == 0)
        ret[0] = '\0';
    return true;
}

bool ledger_none(struct ledger **ret, struct fault *f)
{
    struct ledger *l = blank();
    if (getrandom(l->key, DIGEST_BYTES, 0) != DIGEST_BYTES || !sql_open_none(&l->sql, f) ||
        !ledger_bring_up(l, f)) {
        ledger_close(l);
        return false;
    }
    *ret = l;
    return true;
}
