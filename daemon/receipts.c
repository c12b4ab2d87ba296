/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME receipts: what senders are told who have no shell, in a folder that they can read.
 *
 * NAME.accepted.txt is written in the turn that claims, right after the commit; NAME.result.txt and
 * NAME.rejects.csv are parts of the report (report.c). The newest import of a name has the plain
 * names: before its first receipt, what stands under these is renamed to the number of the import
 * that it belongs to. So plain names are trusted to be the newest import's from then on, and
 * `after` says up to which id that has been done. The ledger notes it, with a later commit: what is
 * done twice after a kill comes to the same.
 *
 * The folder is others' as well. Nothing in it is followed or believed, and nothing that goes wrong
 * there harms an import or makes it wait: what is wrong is told once, and what could not be written
 * is tried again until the import is filed. */
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fsio.h"
#include "hash.h"
#include "job_own.h"
#include "log.h"
#include "report_receipt.h"

#define NOTE          "receipts"
#define TRIAL         ".receipts.tmp"
#define STEPS         64   /* imports that are told in one step */
#define FILE_MODE     0640 /* the group's, whose folder it is */
#define FOLDER_MODE   0770
#define CLOCKS_DIFFER 2000 /* ms: a file system's clock is coarser than ours */

/* ---- what is wrong ---- */

static void failed(struct job *j, const struct fault *why)
{
    struct receipts *r = &j->receipts;
    if (!r->why[0])
        log_event(EVENT_RECEIPTS_UNWRITTEN, log_nothing,
                  "receipts cannot be written, which harms no import: %s", why->text);
    snprintf(r->why, sizeof r->why, "%.*s", (int)sizeof r->why - 1, why->text);
    r->again = j->mono +
               retry_delay(j->config->retry.first, j->config->retry.most, ++r->tries, UINT32_MAX);
}

static void worked(struct job *j)
{
    struct receipts *r = &j->receipts;
    if (r->why[0])
        log_info(0, "receipts are written again");
    r->why[0] = '\0';
    r->tries = 0;
    r->again = 0;
}

/* Whether an errno says something of the folder or its disk, so that it may be well some time; else
 * it is about one name in it, and the others can be written. */
static bool is_of_folder(int error)
{
    static const int errors[] = {ENOSPC, EDQUOT, EROFS,   EACCES, EIO,
                                 ENOENT, ESTALE, ENOTDIR, EMFILE, ENFILE};
    for (size_t i = 0; i < COUNT_OF(errors); i++)
        if (errors[i] == error)
            return true;
    return false;
}

static void lacks(const struct import *i, const char *why)
{
    log_event(EVENT_RECEIPT_LACKS, about(i), "'%s' has no receipt, or not all: %s", i->name, why);
}

/* ---- the folder ---- */

static void folder_close(struct job *j)
{
    close_fd(&j->receipts.fd);
    j->receipts.fd = -1;
    if (j->spool)
        spool_receipts(j->spool, -1);
}

void receipts_close(struct job *j)
{
    folder_close(j);
    j->receipts.known = false;
    j->receipts.due = true;
}

/* The path without the slashes at its end, behind which a link would be followed. */
static char *path_of(const struct job *j)
{
    const char *path = j->config->report.receipts;
    size_t len = strlen(path);
    while (len > 1 && path[len - 1] == '/')
        len--;
    return xstrndup(path, len);
}

/* Makes the folder as the drop folder is: for its group. It gets its name when it is whole, and
 * that for good: a power failure would take with it what was written in it for good. */
static bool folder_make(struct job *j, const char *path, struct fault *f)
{
    const int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    ON_LEAVE(free_text) char *parent = slash ? xstrndup(path, (size_t)(name - path)) : xstrdup(".");
    ON_LEAVE(close_fd) int above = open(parent, flags);
    ON_LEAVE(buf_free) struct buf temp = {0};
    struct stat incoming;
    buf_format(&temp, ".%s.tmp", name);
    if (above < 0 || (mkdirat(above, temp.at, 0700) != 0 && errno != EEXIST))
        return fault_set(f, FAULT_IO, errno, "make folder '%s'", path);
    j->receipts.fd = openat(above, temp.at, flags | O_NOFOLLOW);
    if (j->receipts.fd < 0)
        return fault_set(f, FAULT_IO, errno, "open folder '%s'", path);
    if (fstat(spool_fd(j->spool, SPOOL_INCOMING), &incoming) == 0)
        (void)!fchown(j->receipts.fd, (uid_t)-1, incoming.st_gid);
    if (fchmod(j->receipts.fd, FOLDER_MODE) != 0)
        return fault_set(f, FAULT_IO, errno, "set the mode of '%s'", path);
    return fsio_rename(above, temp.at, above, name, f) && fsio_sync(above, path, f);
}

/* Where the daemon keeps its own files there is no room for those of senders. */
static bool is_elsewhere(const struct job *j, const char *path, const struct stat *st,
                         struct fault *f)
{
    for (size_t i = 0; i < SPOOL_FOLDERS; i++) {
        struct stat own;
        if (i != SPOOL_INCOMING && fstat(spool_fd(j->spool, (enum spool_folder)i), &own) == 0 &&
            own.st_dev == st->st_dev && own.st_ino == st->st_ino)
            return fault_set(f, FAULT_CONFIG, 0, "'%s' is a folder of the spool's own", path);
    }
    return true;
}

/* What a process that was killed has left half written, and no import under way will write again:
 * there may be rejects in it, which have their time, and nothing else knows its name. */
static void folder_sweep(const struct job *j)
{
    int fd = openat(j->receipts.fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir)
        close_fd(&fd);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        const char *name = entry->d_name;
        uint64_t id = name[0] == '.' ? spool_name_id(name + 1) : 0;
        if (id && fnmatch(".*.receipt.*.tmp", name, 0) == 0 && !job_work(j, id))
            unlinkat(j->receipts.fd, name, 0);
    }
    if (dir)
        closedir(dir);
}

static bool folder_open(struct job *j, const char *path, struct fault *f)
{
    struct receipts *r = &j->receipts;
    struct stat st;
    r->fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (r->fd < 0 && errno != ENOENT)
        return fault_set(f, FAULT_IO, errno, "open folder '%s'", path);
    if (r->fd < 0 && !folder_make(j, path, f))
        return false;
    if (fstat(r->fd, &st) != 0)
        return fault_set(f, FAULT_IO, errno, "look at folder '%s'", path);
    if (!is_elsewhere(j, path, &st, f))
        return false;
    if (faccessat(r->fd, ".", W_OK | X_OK, AT_EACCESS) != 0)
        return fault_set(f, FAULT_IO, errno, "write to folder '%s'", path);
    r->group = st.st_gid;
    folder_sweep(j);
    spool_receipts(j->spool, r->fd);
    return true;
}

/* Whether the path still leads to the folder that is open. */
static bool is_in_place(const struct job *j, const char *path)
{
    struct stat opened;
    struct stat there;
    return j->receipts.fd >= 0 && lstat(path, &there) == 0 && fstat(j->receipts.fd, &opened) == 0 &&
           opened.st_dev == there.st_dev && opened.st_ino == there.st_ino;
}

bool receipts_wanted(const struct job *j)
{
    return j->config->report.receipts[0] != '\0';
}

bool receipts_open(struct job *j)
{
    ON_LEAVE(free_text) char *path = path_of(j);
    struct fault why = {0};
    if (!receipts_wanted(j)) {
        folder_close(j);
        j->receipts.why[0] = '\0';
        return false;
    }
    if (is_in_place(j, path))
        return true;
    folder_close(j);
    if (!folder_open(j, path, &why)) {
        folder_close(j);
        failed(j, &why);
        return false;
    }
    return true;
}

/* Writes a file and removes it again; what else bears its name is never opened. */
static bool folder_try(int folder, struct fault *f)
{
    static const char bytes[4096];
    unlinkat(folder, TRIAL, 0);
    ON_LEAVE(close_fd)
    int fd = openat(folder, TRIAL, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return fault_set(f, FAULT_IO, errno, "make a file in the folder of receipts");
    bool good = fsio_write(fd, bytes, sizeof bytes, f) && fsio_sync(fd, "a receipt", f);
    unlinkat(folder, TRIAL, 0);
    return good;
}

/* What is wrong may be over long before there is something to write, and status tells it. */
static void look_anew(struct job *j)
{
    struct fault why = {0};
    if (!receipts_open(j))
        return;
    if (folder_try(j->receipts.fd, &why) || !is_of_folder(why.error))
        worked(j);
    else
        failed(j, &why);
}

/* ---- how far it has come ---- */

/* In another folder all that is unfinished is told anew. */
static uint64_t folder_hash(const struct job *j)
{
    const char *path = j->config->report.receipts;
    return hash_bytes(path, strlen(path), 0);
}

static bool note_read(struct job *j, struct fault *f)
{
    struct receipts *r = &j->receipts;
    char note[LEDGER_NOTE];
    if (r->known)
        return true;
    if (!ledger_note_get(j->ledger, NOTE, note, f))
        return false;
    char *rest;
    uint64_t after = strtoull(note, &rest, 10);
    bool same = *rest == ' ' && strtoull(rest, NULL, 16) == folder_hash(j);
    r->after = same ? after : 0;
    r->known = true;
    return true;
}

static bool note_write(struct job *j, struct fault *f)
{
    char note[LEDGER_NOTE];
    snprintf(note, sizeof note, "%" PRIu64 " %" PRIx64, j->receipts.after, folder_hash(j));
    job_dirty(j);
    return ledger_note_put(j->ledger, NOTE, note, f);
}

/* ---- no input ---- */

#define NOTE_IN "receipts-in:"

static void note_in(const char *profile, char to[LEDGER_NOTE_NAME])
{
    snprintf(to, LEDGER_NOTE_NAME, NOTE_IN "%.*s", LEDGER_NOTE_NAME - (int)sizeof NOTE_IN, profile);
}

/* What cannot be asked is taken for so: a file stays for longer then, and that is all. */
bool receipts_were_in(void *with, const char *profile)
{
    struct job *j = with;
    char name[LEDGER_NOTE_NAME];
    char note[LEDGER_NOTE];
    note_in(profile, name);
    return !ledger_note_get(j->ledger, name, note, NULL) || note[0];
}

/* The scan comes before the receipts of its turn, and the commit in between. */
bool receipts_scanned(struct job *j, struct fault *f)
{
    const char *profile = spool_told_in(j->spool);
    char name[LEDGER_NOTE_NAME];
    if (!profile || receipts_were_in(j, profile))
        return true;
    note_in(profile, name);
    j->barrier = true;
    job_dirty(j);
    return ledger_note_put(j->ledger, name, "yes", f);
}

/* ---- making way ---- */

/* What stands under a plain name goes to the number of the newest import before this one that may
 * have put it there, by its time; what none did, or where that number's name is taken, is somebody
 * else's, and is put aside by another name. */
static bool way_make(struct job *j, const struct import *i, enum receipt kind, uint64_t owner,
                     struct fault *f)
{
    char plain[SPOOL_NAME_RECEIPT];
    char name[SPOOL_NAME_RECEIPT];
    char before[LEDGER_NAME + 32];
    int folder = j->receipts.fd;
    spool_name_receipt(spool_name_of(i), 0, kind, plain);
    spool_name_receipt(spool_name_of(i), owner, kind, name);
    if (owner && fsio_rename(folder, plain, folder, name, f))
        return true;
    if (owner && f->error != EEXIST && f->error != ENOTEMPTY)
        return f->error == ENOENT;
    snprintf(before, sizeof before, "%.*s.before-%06" PRIu64, LEDGER_NAME - 1, spool_name_of(i),
             i->id);
    spool_name_receipt(before, 0, kind, name);
    return fsio_rename(folder, plain, folder, name, f) || f->error == ENOENT;
}

static bool ways_make(struct job *j, const struct import *i, struct fault *why, struct fault *f)
{
    for (size_t k = 0; k < RECEIPTS; k++) {
        char plain[SPOOL_NAME_RECEIPT];
        struct stat st;
        uint64_t owner = 0;
        spool_name_receipt(spool_name_of(i), 0, (enum receipt)k, plain);
        if (fstatat(j->receipts.fd, plain, &st, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        int64_t written = (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000;
        if (!ledger_namesake(j->ledger, spool_name_of(i), i->id, written + CLOCKS_DIFFER, &owner,
                             f))
            return false;
        if (!way_make(j, i, (enum receipt)k, owner, why))
            return true; /* *why says it */
    }
    *why = (struct fault){0};
    return true;
}

/* ---- NAME.accepted.txt ---- */

/* Whether these very bytes stand there: written by a process that died before it noted so. */
static bool is_same(int folder, const char *name, const struct buf *text)
{
    char there[4096];
    ON_LEAVE(close_fd)
    int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, there, sizeof there);
    return n >= 0 && (size_t)n == text->len && memcmp(there, text->at, text->len) == 0;
}

static bool is_written(const struct job *j, const struct import *i, const char *name)
{
    bool same = false;
    for (size_t l = 0; l < LANGUAGES && !same; l++) {
        ON_LEAVE(buf_free) struct buf text = {0};
        report_receipt_accepted(&text, (enum language)l, i);
        same = is_same(j->receipts.fd, name, &text);
    }
    return same;
}

static bool accepted_put(const struct job *j, const struct import *i, const char *name,
                         struct fault *why)
{
    ON_LEAVE(buf_free) struct buf text = {0};
    struct fsio_file *file = NULL;
    char temp[64];
    snprintf(temp, sizeof temp, ".%06" PRIu64 ".receipt.accepted.txt.tmp", i->id);
    report_receipt_accepted(&text, (enum language)j->config->report.language, i);
    if (!fsio_create(j->receipts.fd, temp, FILE_MODE, &file, why))
        return false;
    (void)!fchown(fsio_fd(file), (uid_t)-1, j->receipts.group);
    fsio_text(file, buf_get(&text));
    return fsio_place(file, name, why);
}

/* What stands under the plain name and is this import's, which had it while receipts were written
 * here before, gets its number: else it would stand there twice. */
static bool is_moved(const struct job *j, const struct import *i, const char *numbered)
{
    char plain[SPOOL_NAME_RECEIPT];
    spool_name_receipt(spool_name_of(i), 0, RECEIPT_ACCEPTED, plain);
    return is_written(j, i, plain) &&
           fsio_rename(j->receipts.fd, plain, j->receipts.fd, numbered, NULL);
}

/* Writes it, not synced in the folder. why->kind says whether that went well. */
static bool accepted_write(struct job *j, const struct import *i, struct fault *why,
                           struct fault *f)
{
    char name[SPOOL_NAME_RECEIPT];
    uint64_t newest = 0;
    if (!ledger_namesake(j->ledger, spool_name_of(i), UINT64_MAX, INT64_MAX, &newest, f))
        return false;
    bool plain = newest <= i->id && spool_name_is_free(i);
    spool_name_receipt(spool_name_of(i), plain ? 0 : i->id, RECEIPT_ACCEPTED, name);
    if (is_written(j, i, name))
        return true;
    if (plain && !ways_make(j, i, why, f))
        return false;
    if (why->kind == FAULT_NONE && (plain || !is_moved(j, i, name)))
        accepted_put(j, i, name, why);
    return true;
}

/* One import is told. *ret_wait when the folder is to be tried again later. */
static bool one_tell(struct job *j, const struct import *i, bool *ret_wait, struct fault *f)
{
    struct fault why = {0};
    if (!accepted_write(j, i, &why, f))
        return false;
    *ret_wait = why.kind != FAULT_NONE && is_of_folder(why.error);
    if (*ret_wait) {
        failed(j, &why);
        return true;
    }
    if (why.kind != FAULT_NONE)
        lacks(i, why.text);
    else
        worked(j);
    j->receipts.after = i->id;
    return true;
}

/* The folder is synced once for all that are told; what fails then is tried again. */
static bool step_end(struct job *j, uint64_t before, struct fault *f)
{
    struct fault why = {0};
    if (j->receipts.after == before)
        return true;
    if (!fsio_sync(j->receipts.fd, "the folder of receipts", &why)) {
        j->receipts.after = before;
        j->receipts.due = true;
        failed(j, &why);
        return true;
    }
    return note_write(j, f);
}

/* Imports that are under way and were not told yet, oldest first. */
static bool step(struct job *j, struct fault *f)
{
    struct receipts *r = &j->receipts;
    if (!receipts_open(j))
        return true;
    if (!note_read(j, f))
        return false;
    uint64_t before = r->after;
    for (size_t told = 0; told < STEPS && r->due; told++) {
        struct import import;
        size_t count = 0;
        bool wait = false;
        if (!ledger_imports(j->ledger, r->after, true, &import, 1, &count, f) ||
            (count && !one_tell(j, &import, &wait, f)))
            return false;
        r->due = count > 0;
        if (wait)
            break;
    }
    return step_end(j, before, f);
}

void receipts_claimed(struct job *j)
{
    j->receipts.due = true;
}

bool receipts_step(struct job *j, struct fault *f)
{
    struct receipts *r = &j->receipts;
    if (!receipts_wanted(j) || j->mono < r->again)
        return true;
    if (r->due)
        return step(j, f);
    if (r->why[0])
        look_anew(j);
    return true;
}

int64_t receipts_due(const struct job *j)
{
    const struct receipts *r = &j->receipts;
    return receipts_wanted(j) && (r->due || r->why[0]) ? r->again : CLOCK_NEVER;
}

/* ---- NAME.result.txt ---- */

bool receipts_begin(struct job *j, uint64_t id, int *ret_folder, struct fault *f)
{
    struct receipts *r = &j->receipts;
    *ret_folder = -1;
    if (!receipts_open(j))
        return true;
    if (!note_read(j, f))
        return false;
    for (uint64_t after = r->after; after < id; after = r->after) {
        r->due = true;
        if (!step(j, f))
            return false;
        if (r->after == after)
            break;
    }
    *ret_folder = r->after >= id ? r->fd : -1;
    return true;
}

void receipts_end(struct job *j, const struct work *w, const struct fault *why)
{
    const char *folder = j->receipts.why[0] ? j->receipts.why : "the folder could not be used";
    if (!receipts_wanted(j))
        return;
    if (w->receipts && why->kind == FAULT_NONE) {
        worked(j);
        return;
    }
    if (w->receipts && is_of_folder(why->error))
        failed(j, why);
    lacks(&w->import, w->receipts ? why->text : folder);
}

bool receipts_names(struct job *j, const struct import *i, struct receipt_name to[RECEIPT_NAMES],
                    size_t *ret_count, struct fault *f)
{
    uint64_t newest = 0;
    size_t count = 0;
    if (!ledger_namesake(j->ledger, spool_name_of(i), UINT64_MAX, INT64_MAX, &newest, f))
        return false;
    for (size_t k = 0; k < RECEIPT_NAMES; k++) {
        bool plain = k < RECEIPTS;
        if (plain && (newest != i->id || !spool_name_is_free(i)))
            continue;
        to[count].kind = (enum receipt)(k % RECEIPTS);
        spool_name_receipt(spool_name_of(i), plain ? 0 : i->id, to[count].kind, to[count].name);
        count++;
    }
    *ret_count = count;
    return true;
}
