/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME retention: what has served its time goes.
 *
 * At the start, and then once an hour, the ledger's imports are gone through, some in each turn:
 * once for their files, and after one sync for all of these once more for what the ledger has. Of
 * one that has ended and is filed, what bears the names that it gave goes, and nothing else: first
 * its passwords (secrets.c), then what the sender sent (the original and the rejects, which may
 * have passwords as well), then the reports, and last, when all that is off the disk for good, the
 * import in the ledger. Killed anywhere in between, the next pass does the rest, since the ledger
 * still knows of it.
 *
 * What cannot be removed stays with its import, and is told: that is no reason to stop importing.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "announce.h"
#include "fsio.h"
#include "job_own.h"
#include "json.h"
#include "log.h"

#define EVERY       (60 * 60 * 1000) /* ms between two passes */
#define PAGE        64               /* imports that are read at a time, and cleared in one turn */
#define PAGES       8                /* that are forgotten in one turn: each of those commits */
#define ROWS_A_TURN 200000           /* that the ledger forgets in one turn */

#define FILE_NAME (LEDGER_NAME + 32)

enum term { TERM_SENT, TERM_REPORT };

/* The JSON goes first, as it comes last: who finds it finds the others. */
static const struct {
    enum spool_folder folder;
    bool original; /* its name is the file's, else the stem's with the ending */
    const char *ending;
    enum term term;
} files[] = {
    {SPOOL_DONE, true, "", TERM_SENT},
    {SPOOL_DONE, true, ".done", TERM_SENT}, /* the marker that came with it */
    {SPOOL_REJECTED, true, "", TERM_SENT},
    {SPOOL_REJECTED, true, ".done", TERM_SENT},
    {SPOOL_REPORTS, false, ".rejects.csv", TERM_SENT},
    {SPOOL_REPORTS, false, ".json", TERM_REPORT},
    {SPOOL_REPORTS, false, ".html", TERM_REPORT},
    {SPOOL_REPORTS, false, ".results.csv", TERM_REPORT},
};

/* What is done to one page of imports, and what comes of it. */
struct sweep {
    struct job *job;
    bool dry;
    struct json_object *items; /* NULL: nobody wants a list */
    struct json_object *problems;
    uint64_t files, bytes, forgotten;
    uint64_t first; /* import that may be forgotten; 0: none */
};

/* ---- terms ---- */

/* 0 is never, so it is longer than any other. */
static int64_t shorter(int64_t a, int64_t b)
{
    if (!a || !b)
        return a ? a : b;
    return a < b ? a : b;
}

/* What was sent may hold passwords too, so it is kept as briefly as those that were made up. */
static int64_t keep_of(const struct job *j, enum term term)
{
    return term == TERM_SENT ? shorter(j->config->report.keep, j->config->secrets.keep)
                             : j->config->report.keep;
}

static int64_t age_of(const struct job *j, const struct import *i)
{
    return j->wall - (i->finished ? i->finished : i->started);
}

static bool is_over(const struct job *j, const struct import *i, int64_t keep)
{
    return keep && age_of(j, i) >= keep;
}

/* One that has ended for good and lies where it is to lie. */
static bool is_at_rest(struct job *j, const struct import *i)
{
    bool ended =
        i->state == IMPORT_DONE || i->state == IMPORT_REJECTED || i->state == IMPORT_CANCELLED;
    return ended && i->filed && !job_work(j, i->id);
}

/* ---- telling ---- */

static void tell_item(struct sweep *s, const struct import *i, const char *what, const char *path,
                      uint64_t bytes)
{
    char id[24];
    if (!s->items)
        return;
    snprintf(id, sizeof id, "%06llu", (unsigned long long)i->id);
    struct json_object *item = json_object_new_object();
    json_object_object_add(item, "id", json_object_new_string(id));
    json_object_object_add(item, "what", json_object_new_string(what));
    json_object_object_add(item, "path", path ? json_object_new_string(path) : NULL);
    json_object_object_add(item, "bytes", json_object_new_uint64(bytes));
    json_object_object_add(item, "age", json_object_new_int64(age_of(s->job, i) / 1000));
    json_object_array_add(s->items, item);
}

static void tell_problem(struct sweep *s, const struct import *i, const struct fault *why)
{
    if (s->problems)
        json_object_array_add(s->problems, json_object_new_string(why->text));
    else if (s->job->retention.stay++ == 0) /* a folder that may not be written has many */
        log_event(EVENT_EXPIRED_STAYS, about(i), "has served its time and stays: %s", why->text);
}

/* ---- one import ---- */

static void name_of(const struct import *i, size_t k, char to[FILE_NAME])
{
    snprintf(to, FILE_NAME, "%s%s", files[k].original ? i->file : i->stem, files[k].ending);
}

static const char *what_of(enum term term)
{
    return term == TERM_SENT ? "sent" : "report";
}

/* A folder that files are removed from. */
struct place {
    int fd;
    const char *path;
};

/* A regular file of this name goes. A link, or whatever else somebody put in its place, is not
 * ours. False when it cannot be removed. */
static bool file_drop(struct sweep *s, const struct import *i, const struct place *at,
                      const char *what, const char *name)
{
    struct fault why = {0};
    struct stat st;
    char path[4096 + LEDGER_NAME + 32];
    if (fstatat(at->fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode))
        return true;
    if (!s->dry && !fsio_unlink(at->fd, name, &why)) {
        tell_problem(s, i, &why);
        return false;
    }
    s->files++;
    s->bytes += (uint64_t)st.st_size;
    snprintf(path, sizeof path, "%s/%s", at->path, name);
    tell_item(s, i, what, path, (uint64_t)st.st_size);
    return true;
}

static bool files_drop(struct sweep *s, const struct import *i)
{
    bool good = true;
    for (size_t k = 0; k < COUNT_OF(files); k++) {
        char name[FILE_NAME];
        if (!is_over(s->job, i, keep_of(s->job, files[k].term)))
            continue;
        struct place at = {spool_fd(s->job->spool, files[k].folder),
                           spool_path(s->job->spool, files[k].folder)};
        name_of(i, k, name);
        good = file_drop(s, i, &at, what_of(files[k].term), name) && good;
    }
    return good;
}

static enum term term_of(enum receipt kind)
{
    return kind == RECEIPT_REJECTS ? TERM_SENT : TERM_REPORT;
}

/* What the sender was told goes as the reports do. While its folder cannot be used it stays, and
 * the import with it: *ret_good is false then. */
static bool receipts_drop(struct sweep *s, const struct import *i, bool *ret_good, struct fault *f)
{
    struct receipt_name names[RECEIPT_NAMES];
    struct fault why = {0};
    size_t count = 0;
    struct job *j = s->job;
    if (!receipts_wanted(j) || !is_over(j, i, keep_of(j, TERM_SENT)))
        return true;
    if (!receipts_open(j)) {
        fault_set(&why, FAULT_IO, 0, "%s", j->receipts.why);
        tell_problem(s, i, &why);
        *ret_good = false;
        return true;
    }
    if (!receipts_names(j, i, names, &count, f))
        return false;
    struct place at = {j->receipts.fd, j->config->report.receipts};
    for (size_t k = 0; k < count; k++) {
        enum term term = term_of(names[k].kind);
        if (is_over(j, i, keep_of(j, term)) && !file_drop(s, i, &at, what_of(term), names[k].name))
            *ret_good = false;
    }
    return true;
}

/* Whether none is left. */
static bool receipts_gone(struct job *j, const struct import *i, bool *ret, struct fault *f)
{
    struct receipt_name names[RECEIPT_NAMES];
    struct stat st;
    size_t count = 0;
    if (!receipts_wanted(j) || !*ret)
        return true;
    *ret = receipts_open(j);
    if (!receipts_names(j, i, names, &count, f))
        return false;
    for (size_t k = 0; k < count && *ret; k++)
        *ret = fstatat(j->receipts.fd, names[k].name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
               !S_ISREG(st.st_mode);
    return true;
}

/* Passwords that were made up: *ret_left when they stay. */
static bool secrets_drop(struct sweep *s, const struct import *i, bool *ret_left, struct fault *f)
{
    struct fault why = {0};
    struct stat st;
    char name[LEDGER_NAME + 32];
    char path[4096 + LEDGER_NAME + 32];
    *ret_left = false;
    if (i->secrets && !secrets_there(s->job, i->id, ret_left, f))
        return false;
    if (!*ret_left || !is_over(s->job, i, s->job->config->secrets.keep))
        return true;
    snprintf(name, sizeof name, "%s.secrets.csv", i->stem);
    snprintf(path, sizeof path, "%s/%s", spool_path(s->job->spool, SPOOL_SECRETS), name);
    int folder = spool_fd(s->job->spool, SPOOL_SECRETS);
    bool file = fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
    if (!s->dry && !secrets_remove(s->job, i, &why)) {
        tell_problem(s, i, &why);
        return true;
    }
    *ret_left = false;
    s->files += file ? 1 : 0;
    s->bytes += file ? (uint64_t)st.st_size : 0;
    tell_item(s, i, "passwords", file ? path : NULL, file ? (uint64_t)st.st_size : 0);
    return true;
}

/* Takes away what has served its time of one import. */
static bool import_clear(struct sweep *s, const struct import *i, struct fault *f)
{
    bool secrets = false;
    bool waits = false;
    if (!is_at_rest(s->job, i))
        return true;
    if (!secrets_drop(s, i, &secrets, f))
        return false;
    bool bare = files_drop(s, i) && !secrets;
    if (!receipts_drop(s, i, &bare, f))
        return false;
    if (!bare || !is_over(s->job, i, s->job->config->report.keep))
        return true;
    if (!announce_waits(s->job, i->id, &waits, f))
        return false;
    if (waits)
        return true;
    if (!s->first)
        s->first = i->id;
    if (s->dry)
        tell_item(s, i, "entry", NULL, 0);
    return true;
}

/* Whether nothing is left of it but what the ledger knows, and that is to go too: nobody is still
 * to be told of it. */
static bool is_bare(struct job *j, const struct import *i, bool *ret, struct fault *f)
{
    bool secrets = false;
    bool waits = false;
    struct stat st;
    *ret = is_at_rest(j, i) && is_over(j, i, j->config->report.keep);
    if (!*ret || (i->secrets && !secrets_there(j, i->id, &secrets, f)))
        return !*ret;
    *ret = !secrets;
    for (size_t k = 0; k < COUNT_OF(files) && *ret; k++) {
        char name[FILE_NAME];
        name_of(i, k, name);
        *ret = fstatat(spool_fd(j->spool, files[k].folder), name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
               !S_ISREG(st.st_mode);
    }
    if (!receipts_gone(j, i, ret, f) || (*ret && !announce_waits(j, i->id, &waits, f)))
        return false;
    *ret = *ret && !waits;
    return true;
}

/* ---- many imports ---- */

/* Takes away what has served its time of some imports after *after, which becomes the last of them;
 * *ret_more when there may be others. Nothing is synced. */
static bool page_clear(struct sweep *s, uint64_t *after, bool *ret_more, struct fault *f)
{
    struct import page[PAGE];
    size_t count = 0;
    if (!ledger_imports(s->job->ledger, *after, false, page, PAGE, &count, f))
        return false;
    for (size_t k = 0; k < count; k++) {
        if (!import_clear(s, &page[k], f))
            return false;
        *after = page[k].id;
    }
    *ret_more = count == PAGE;
    return true;
}

/* What was taken away, also by a process that was killed then, does not come back with the power:
 * before the ledger forgets whose it was. */
static bool files_sync(struct job *j, struct fault *f)
{
    for (size_t k = 0; k < COUNT_OF(files); k++)
        spool_touch(j->spool, files[k].folder);
    if (j->receipts.fd >= 0) /* one that cannot be synced is no reason to stop */
        fsio_sync(j->receipts.fd, "the folder of receipts", NULL);
    return spool_sync(j->spool, f);
}

/* Forgets those of some imports that are bare, up to so many rows; *after is the last one that is
 * done with then, and *ret_full when no more are to be forgotten in this turn. */
static bool page_forget(struct sweep *s, uint64_t *after, uint64_t *rows, bool *ret_full,
                        bool *ret_more, struct fault *f)
{
    struct job *j = s->job;
    struct import page[PAGE];
    size_t count = 0;
    *ret_more = true;
    if (!ledger_imports(j->ledger, *after, false, page, PAGE, &count, f))
        return false;
    for (size_t k = 0; k < count && !*ret_full; k++) {
        bool bare = false;
        bool gone = true;
        if (!is_bare(j, &page[k], &bare, f) ||
            (bare && !ledger_import_drop(j->ledger, page[k].id, ROWS_A_TURN, &gone, f)))
            return false;
        *rows += bare ? page[k].rows : 0;
        *ret_full = *rows >= ROWS_A_TURN || !gone;
        if (!gone)
            return true;
        *after = page[k].id;
        s->forgotten += bare ? 1 : 0;
        if (bare)
            tell_item(s, &page[k], "entry", NULL, 0);
    }
    *ret_more = *ret_full || count == PAGE;
    return true;
}

/* A turn's worth of that. */
static bool pages_forget(struct sweep *s, uint64_t *after, bool *ret_more, struct fault *f)
{
    uint64_t rows = 0;
    bool full = false;
    *ret_more = true;
    for (size_t page = 0; page < PAGES && *ret_more && !full; page++)
        if (!page_forget(s, after, &rows, &full, ret_more, f))
            return false;
    if (ledger_dirty(s->job->ledger))
        job_dirty(s->job);
    return true;
}

/* ---- the daemon's passes ---- */

static void pass_end(struct job *j)
{
    struct retention *r = &j->retention;
    if (r->files || r->forgotten)
        log_event(
            EVENT_EXPIRED, log_nothing,
            "retention: %llu files of %llu bytes have served their time, and %llu imports are "
            "forgotten",
            (unsigned long long)r->files, (unsigned long long)r->bytes,
            (unsigned long long)r->forgotten);
    if (r->stay > 1)
        log_event(EVENT_EXPIRED_STAYS, log_nothing,
                  "retention: %llu files have served their time and stay",
                  (unsigned long long)r->stay);
    *r = (struct retention){.due = j->mono + EVERY};
}

/* All files are taken away: what the ledger has of those imports is next, where there are any. */
static bool files_end(struct job *j, struct fault *f)
{
    struct retention *r = &j->retention;
    if (!r->first) {
        pass_end(j);
        return true;
    }
    r->stage = RETENTION_ENTRIES;
    r->after = r->first - 1;
    return files_sync(j, f);
}

static bool pass_step(struct job *j, struct sweep *s, struct fault *f)
{
    struct retention *r = &j->retention;
    bool more = false;
    bool over = false;
    switch (r->stage) {
    case RETENTION_RESTS:
    case RETENTION_SECRETS:
        if (!secrets_expire(j, &over, f))
            return false;
        r->stage = over ? RETENTION_FILES : RETENTION_SECRETS;
        return true;
    case RETENTION_FILES:
        if (keep_of(j, TERM_SENT) && !page_clear(s, &r->after, &more, f))
            return false;
        r->first = r->first ? r->first : s->first;
        r->files += s->files;
        r->bytes += s->bytes;
        return more || files_end(j, f);
    case RETENTION_ENTRIES:
        if (!pages_forget(s, &r->after, &more, f))
            return false;
        r->forgotten += s->forgotten;
        if (!more)
            pass_end(j);
        return true;
    }
    return true;
}

/* Set forward, the clock makes all look older than it is: what ended before it was set right, as
 * on a machine whose clock stands still while it is off, or all there is, when it is wrong now. So
 * nothing goes for as long as it leapt, or the shortest term. Set back, there is no such hurry. */
static void clock_watch(struct job *j)
{
    struct steady *s = &j->steady;
    int64_t apart = j->wall - j->mono;
    int64_t leap = s->known ? apart - s->apart : 0;
    int64_t rest = shorter(leap, keep_of(j, TERM_SENT));
    s->known = true;
    s->apart = apart;
    if (leap <= -EVERY)
        s->rest = 0;
    if (leap < EVERY)
        return;
    s->rest = j->mono + rest > s->rest ? j->mono + rest : s->rest;
    log_warning(0,
                "the clock was set forward by %lld h: nothing is taken to have served its time "
                "for %lld h",
                (long long)(leap / EVERY), (long long)(rest / EVERY));
    if (j->retention.stage != RETENTION_RESTS)
        retention_end(j);
}

bool retention_step(struct job *j, struct fault *f)
{
    struct sweep s = {.job = j};
    clock_watch(j);
    if (j->retention.stage == RETENTION_RESTS && j->mono < retention_due(j))
        return true;
    return pass_step(j, &s, f);
}

void retention_end(struct job *j)
{
    secrets_expire_end(j);
    j->retention = (struct retention){0};
}

int64_t retention_due(const struct job *j)
{
    if (j->retention.stage != RETENTION_RESTS)
        return 0;
    return j->retention.due > j->steady.rest ? j->retention.due : j->steady.rest;
}

/* ---- an operator's pass ---- */

static struct json_object *answer_new(struct sweep *s)
{
    struct json_object *answer = json_object_new_object();
    s->items = json_object_new_array();
    s->problems = json_object_new_array();
    json_object_object_add(answer, "items", s->items);
    json_object_object_add(answer, "problems", s->problems);
    return answer;
}

static struct json_object *answer_end(struct json_object *answer, bool good, bool more,
                                      uint64_t after)
{
    if (good) /* one more than what is done with, which may be none at all */
        json_object_object_add(answer, "next", json_object_new_uint64(more ? after + 1 : 0));
    else
        json_object_put(answer);
    return good ? answer : NULL;
}

static struct json_object *clear(struct job *j, uint64_t from, bool dry, struct fault *f)
{
    struct sweep s = {.job = j, .dry = dry};
    struct json_object *answer = answer_new(&s);
    uint64_t after = from ? from - 1 : 0;
    bool more = false;
    bool good = !keep_of(j, TERM_SENT) || page_clear(&s, &after, &more, f);
    /* a pass that is forgetting takes what is gone for gone for good */
    if (good && !dry && j->retention.stage == RETENTION_ENTRIES)
        good = files_sync(j, f);
    return answer_end(answer, good, more, after);
}

struct json_object *job_prune(struct job *j, uint64_t from, struct fault *f)
{
    return clear(j, from, false, f);
}

struct json_object *job_prunable(struct job *j, uint64_t from, struct fault *f)
{
    return clear(j, from, true, f);
}

struct json_object *job_forget(struct job *j, uint64_t from, struct fault *f)
{
    struct sweep s = {.job = j};
    struct json_object *answer = answer_new(&s);
    uint64_t after = from ? from - 1 : 0;
    bool more = false;
    /* each piece syncs, since nobody says that it comes of the same pass; that costs little then */
    bool good =
        files_sync(j, f) && pages_forget(&s, &after, &more, f) && ledger_commit(j->ledger, f);
    return answer_end(answer, good, more, after);
}
