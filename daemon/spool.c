/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME spool: folders, scanning, readiness, the claim.
 *
 * A candidate is a file seen in incoming/. Its clock starts when it is first seen and starts
 * again whenever size, mtime or inode differ from the last look: mtime itself proves nothing,
 * since Samba keeps old ones and a broken upload closes the file. */
#include "spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"
#include "clock.h"
#include "fsio.h"
#include "spool_name.h"

/* Told by the claim, not by a look: it is tried again with every scan. */
static const char unmovable[] = "it may not be moved out of incoming/";

struct candidate {
    char *name;
    off_t size;
    struct timespec mtime;
    ino_t inode;
    int64_t since;   /* mono: unchanged from then on */
    const char *odd; /* why it stays, or NULL */
    bool told;
};

struct spool {
    int fds[SPOOL_FOLDERS];
    char *paths[SPOOL_FOLDERS];
    int lock;
    char *pattern;
    int ready;
    int64_t settle;
    struct candidate *at; /* sorted by name */
    size_t count;
    size_t next; /* where the search for the next claim goes on */
};

static const struct {
    const char *name;
    mode_t mode;
} folders[SPOOL_FOLDERS] = {
    [SPOOL_INCOMING] = {"incoming", 0770}, [SPOOL_WORK] = {"work", 0700},
    [SPOOL_DONE] = {"done", 0750},         [SPOOL_REJECTED] = {"rejected", 0750},
    [SPOOL_HELD] = {"held", 0750},         [SPOOL_REPORTS] = {"reports", 0755},
    [SPOOL_SECRETS] = {"secrets", 0700},
};

static bool take_lock(struct spool *s, struct fault *f)
{
    s->lock = openat(s->fds[SPOOL_WORK], ".lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (s->lock < 0)
        return fault_set(f, FAULT_IO, errno, "open '%s/.lock'", s->paths[SPOOL_WORK]);
    if (flock(s->lock, LOCK_EX | LOCK_NB) == 0)
        return true;
    int error = errno;
    fault_set(f, FAULT_IO, error == EWOULDBLOCK ? 0 : error, "another process has the spool '%s'",
              s->paths[SPOOL_INCOMING]);
    if (f)
        f->error = error;
    return false;
}

static bool open_folders(struct spool *s, const struct config *c, struct fault *f)
{
    struct stat first = {0};
    for (size_t i = 0; i < SPOOL_FOLDERS; i++) {
        if (asprintf(&s->paths[i], "%s/%s", c->spool.directory, folders[i].name) < 0)
            abort();
        if (!fsio_folder(s->paths[i], folders[i].mode, &s->fds[i], f))
            return false;
        if (faccessat(s->fds[i], ".", R_OK | W_OK | X_OK, AT_EACCESS) != 0)
            return fault_set(f, FAULT_IO, errno, "use folder '%s'", s->paths[i]);
        struct stat st;
        if (fstat(s->fds[i], &st) != 0)
            return fault_set(f, FAULT_IO, errno, "look at folder '%s'", s->paths[i]);
        if (i == 0)
            first = st;
        if (st.st_dev != first.st_dev)
            return fault_set(f, FAULT_CONFIG, 0,
                             "'%s' and '%s' are not on one file system, so files cannot be "
                             "renamed between them",
                             s->paths[0], s->paths[i]);
    }
    return true;
}

bool spool_open(const struct config *c, struct spool **ret, struct fault *f)
{
    struct spool *s = xcalloc(1, sizeof *s);
    s->lock = -1;
    for (size_t i = 0; i < SPOOL_FOLDERS; i++)
        s->fds[i] = -1;
    spool_settings(s, c);
    if (!open_folders(s, c, f) || !take_lock(s, f)) {
        spool_close(s);
        return false;
    }
    *ret = s;
    return true;
}

void spool_settings(struct spool *s, const struct config *c)
{
    free(s->pattern);
    s->pattern = xstrdup(c->spool.pattern);
    s->ready = c->spool.ready;
    s->settle = c->spool.settle;
}

static void candidates_free(struct candidate *at, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(at[i].name);
    free(at);
}

struct spool *spool_close(struct spool *s)
{
    if (!s)
        return NULL;
    for (size_t i = 0; i < SPOOL_FOLDERS; i++) {
        close_fd(&s->fds[i]);
        free(s->paths[i]);
    }
    close_fd(&s->lock);
    candidates_free(s->at, s->count);
    free(s->pattern);
    free(s);
    return NULL;
}

const char *spool_path(const struct spool *s, enum spool_folder folder)
{
    return s->paths[folder];
}

int spool_fd(const struct spool *s, enum spool_folder folder)
{
    return s->fds[folder];
}

/* A stream of its own over a folder; the caller closes it. */
static DIR *folder_stream(struct spool *s, enum spool_folder folder, struct fault *f)
{
    int fd = openat(s->fds[folder], ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir) {
        fault_set(f, FAULT_IO, errno, "read folder '%s'", s->paths[folder]);
        close_fd(&fd);
    }
    return dir;
}

/* The next entry, NULL at the end. */
static bool entry_next(DIR *dir, struct dirent **ret, struct fault *f)
{
    errno = 0;
    *ret = readdir(dir);
    return *ret || errno == 0 || fault_set(f, FAULT_IO, errno, "read a folder of the spool");
}

bool spool_id_greatest(struct spool *s, uint64_t *ret, struct fault *f)
{
    uint64_t greatest = 0;
    for (size_t i = 0; i < SPOOL_FOLDERS; i++) {
        if (i == SPOOL_INCOMING)
            continue;
        DIR *dir = folder_stream(s, (enum spool_folder)i, f);
        if (!dir)
            return false;
        struct dirent *entry = NULL;
        bool good;
        while ((good = entry_next(dir, &entry, f)) && entry) {
            uint64_t id = spool_name_id(entry->d_name);
            if (id > greatest)
                greatest = id;
        }
        closedir(dir);
        if (!good)
            return false;
    }
    *ret = greatest;
    return true;
}

static bool has_suffix(const char *name, const char *suffix)
{
    size_t len = strlen(name);
    size_t tail = strlen(suffix);
    return len > tail && strcasecmp(name + len - tail, suffix) == 0;
}

static bool is_marker(const struct spool *s, const char *name)
{
    return s->ready == READY_DONE_FILE && has_suffix(name, ".done");
}

/* Why a file of this kind stays where it is; NULL when it may be claimed. */
static const char *why_odd(struct spool *s, const char *name, const struct stat *st)
{
    if (S_ISDIR(st->st_mode))
        return "it is a folder";
    if (!S_ISREG(st->st_mode))
        return "it is no regular file";
    if (st->st_nlink != 1)
        return "it has more than one name (hard links)";
    if (!spool_name_matches(name, s->pattern))
        return "its name matches no pattern of [spool] pattern";

    /* O_NONBLOCK: should it have become a FIFO meanwhile */
    ON_LEAVE(close_fd)
    int fd = openat(s->fds[SPOOL_INCOMING], name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 && errno != ENOENT)
        return "it cannot be read";
    return NULL;
}

static int by_name(const void *a, const void *b)
{
    const struct candidate *left = a;
    const struct candidate *right = b;
    return strcmp(left->name, right->name);
}

static bool is_same(const struct candidate *c, const struct stat *st)
{
    return c->size == st->st_size && c->inode == st->st_ino &&
           c->mtime.tv_sec == st->st_mtim.tv_sec && c->mtime.tv_nsec == st->st_mtim.tv_nsec;
}

static void candidate_look(struct candidate *c, const struct stat *st, int64_t mono)
{
    c->size = st->st_size;
    c->inode = st->st_ino;
    c->mtime = st->st_mtim;
    c->since = mono;
}

/* Carries over what is known of files seen before; both lists are sorted by name. */
static void candidates_merge(struct spool *s, struct candidate *fresh, size_t count)
{
    size_t k = 0;
    for (size_t i = 0; i < count; i++) {
        while (k < s->count && strcmp(s->at[k].name, fresh[i].name) < 0)
            k++;
        if (k == s->count || strcmp(s->at[k].name, fresh[i].name) != 0)
            continue;
        const struct candidate *old = &s->at[k];
        bool same = old->size == fresh[i].size && old->inode == fresh[i].inode &&
                    old->mtime.tv_sec == fresh[i].mtime.tv_sec &&
                    old->mtime.tv_nsec == fresh[i].mtime.tv_nsec;
        if (same) {
            fresh[i].since = old->since;
            if (!fresh[i].odd && old->odd == unmovable)
                fresh[i].odd = unmovable;
            fresh[i].told = old->told && old->odd == fresh[i].odd;
        }
    }
    candidates_free(s->at, s->count);
    s->at = fresh;
    s->count = count;
    s->next = 0;
}

/* Whether the path still leads to the folder that was opened: what is dropped by a path into
 * another one would never be seen. One that may not be looked at any more is no other one. */
static bool is_in_place(const struct spool *s, size_t folder)
{
    struct stat opened;
    struct stat there;
    if (stat(s->paths[folder], &there) != 0)
        return errno != ENOENT && errno != ENOTDIR;
    return fstat(s->fds[folder], &opened) == 0 && opened.st_dev == there.st_dev &&
           opened.st_ino == there.st_ino;
}

bool spool_scan(struct spool *s, int64_t mono, struct fault *f)
{
    for (size_t i = 0; i < SPOOL_FOLDERS; i++)
        if (!is_in_place(s, i))
            return fault_set(f, FAULT_IO, ESTALE, "folder '%s' is not the one that was opened",
                             s->paths[i]);
    DIR *dir = folder_stream(s, SPOOL_INCOMING, f);
    if (!dir)
        return false;

    struct candidate *fresh = NULL;
    size_t count = 0;
    size_t room = 0;
    struct dirent *entry = NULL;
    bool good;
    while ((good = entry_next(dir, &entry, f)) && entry) {
        struct stat st;
        if (spool_name_ignored(entry->d_name) || is_marker(s, entry->d_name) ||
            fstatat(s->fds[SPOOL_INCOMING], entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        if (count == room) {
            room = room ? room * 2 : 64;
            fresh = xrealloc(fresh, room * sizeof *fresh);
        }
        struct candidate *c = &fresh[count++];
        *c = (struct candidate){.name = xstrdup(entry->d_name)};
        candidate_look(c, &st, mono);
        c->odd = why_odd(s, entry->d_name, &st);
    }
    closedir(dir);
    if (!good) {
        candidates_free(fresh, count);
        return false;
    }
    if (count)
        qsort(fresh, count, sizeof *fresh, by_name);
    candidates_merge(s, fresh, count);
    return true;
}

int64_t spool_due(const struct spool *s)
{
    int64_t due = CLOCK_NEVER;
    if (s->ready == READY_DONE_FILE)
        return due; /* the marker's arrival wakes us */
    for (size_t i = 0; i < s->count; i++) {
        int64_t at = s->at[i].since + s->settle;
        if (!(s->at[i].odd && s->at[i].told) && at < due)
            due = at;
    }
    return due;
}

/* True when the candidate is complete by the configured rule. A settling one is looked at again:
 * only what is the same now as when its clock started counts. */
static bool is_complete(struct spool *s, struct candidate *c, int64_t mono)
{
    struct stat st;
    if (fstatat(s->fds[SPOOL_INCOMING], c->name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return false;
    if (!is_same(c, &st) || !S_ISREG(st.st_mode) || st.st_nlink != 1) {
        candidate_look(c, &st, mono);
        c->odd = why_odd(s, c->name, &st);
        if (c->odd)
            return false;
    }
    if (s->ready == READY_RENAME)
        return true;
    if (s->ready == READY_SETTLE)
        return mono - c->since >= s->settle;

    ON_LEAVE(free_text) char *marker = spool_name_marker(c->name);
    return faccessat(s->fds[SPOOL_INCOMING], marker, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Takes the marker of a claimed file along; a missing one is well. */
static void marker_move(struct spool *s, const char *name, enum spool_folder from,
                        const char *new_name, enum spool_folder to)
{
    ON_LEAVE(free_text) char *marker = spool_name_marker(name);
    ON_LEAVE(free_text) char *new_marker = spool_name_marker(new_name);
    renameat(s->fds[from], marker, s->fds[to], new_marker);
}

/* One rename. *ret_claimed false when the file may not be moved or is gone: the others go on. */
static bool claim_one(struct spool *s, struct candidate *c, uint64_t id, struct import *ret,
                      bool *ret_claimed, struct fault *f)
{
    struct import claimed = {.id = id, .bytes = (uint64_t)c->size, .code = CODE_NONE};
    spool_name_make(c->name, id, &claimed);
    if (renameat(s->fds[SPOOL_INCOMING], c->name, s->fds[SPOOL_WORK], claimed.file) != 0) {
        if (errno == ENOSPC || errno == EDQUOT || errno == EIO || errno == EROFS)
            return fault_set(f, FAULT_IO, errno, "claim '%s'", claimed.name);
        if (errno != ENOENT)
            c->odd = unmovable;
        return true;
    }
    if (s->ready == READY_DONE_FILE)
        marker_move(s, c->name, SPOOL_INCOMING, claimed.file, SPOOL_WORK);
    *ret = claimed;
    *ret_claimed = true;
    return true;
}

bool spool_claim(struct spool *s, int64_t mono, uint64_t id, struct import *ret, bool *ret_claimed,
                 struct fault *f)
{
    *ret_claimed = false;
    for (; s->next < s->count; s->next++) {
        struct candidate *c = &s->at[s->next];
        bool early = s->ready == READY_SETTLE && mono - c->since < s->settle;
        bool stays = c->odd && c->odd != unmovable;
        if (stays || early || !is_complete(s, c, mono))
            continue;
        if (!claim_one(s, c, id, ret, ret_claimed, f))
            return false;
        if (*ret_claimed) {
            free(c->name);
            s->count--;
            memmove(c, c + 1, (s->count - s->next) * sizeof *c);
            return true;
        }
    }
    s->next = 0;
    return true;
}

bool spool_sync(struct spool *s, struct fault *f)
{
    return fsio_sync(s->fds[SPOOL_WORK], "work", f) &&
           fsio_sync(s->fds[SPOOL_INCOMING], "incoming", f);
}

/* Takes along the marker of a file that was claimed as `claimed` by a process that died before it
 * did: one whose own file is gone from incoming/, and which spool_name_make gives that name. */
static void marker_follow(struct spool *s, const struct import *claimed)
{
    DIR *dir = folder_stream(s, SPOOL_INCOMING, NULL);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        struct import made;
        if (!is_marker(s, entry->d_name))
            continue;
        ON_LEAVE(free_text)
        char *name = xstrndup(entry->d_name, strlen(entry->d_name) - strlen(".done"));
        spool_name_make(name, claimed->id, &made);
        if (strcmp(made.file, claimed->file) == 0 &&
            faccessat(s->fds[SPOOL_INCOMING], name, F_OK, AT_SYMLINK_NOFOLLOW) != 0)
            marker_move(s, name, SPOOL_INCOMING, claimed->file, SPOOL_WORK);
    }
    if (dir)
        closedir(dir);
}

bool spool_orphan(struct spool *s, enum spool_folder folder, bool (*known)(void *with, uint64_t id),
                  void *with, struct import *ret, bool *ret_found, struct fault *f)
{
    DIR *dir = folder_stream(s, folder, f);
    if (!dir)
        return false;

    *ret_found = false;
    struct dirent *entry = NULL;
    bool good;
    while ((good = entry_next(dir, &entry, f)) && entry && !*ret_found) {
        struct stat st;
        struct import orphan = {0};
        if (has_suffix(entry->d_name, ".done") || !spool_name_parse(entry->d_name, &orphan) ||
            known(with, orphan.id) ||
            fstatat(s->fds[folder], entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        orphan.bytes = (uint64_t)st.st_size;
        if (folder == SPOOL_WORK && s->ready == READY_DONE_FILE)
            marker_follow(s, &orphan);
        *ret = orphan;
        *ret_found = true;
    }
    closedir(dir);
    return good;
}

/* What a process that died has left half written: reports and copies, under names of ours. */
static bool is_left_over(const char *name)
{
    return name[0] == '.' && has_suffix(name, ".tmp") &&
           (spool_name_id(name + 1) || strcmp(name, SPOOL_COPY_AGAIN) == 0);
}

static bool sweep(struct spool *s, enum spool_folder folder,
                  bool (*finished)(void *with, uint64_t id), void *with, struct fault *f)
{
    DIR *dir = folder_stream(s, folder, f);
    if (!dir)
        return false;
    struct dirent *entry = NULL;
    bool good;
    while ((good = entry_next(dir, &entry, f)) && entry) {
        char copy[SPOOL_NAME_COPY];
        uint64_t id = spool_name_id(entry->d_name);
        spool_name_copy(id, copy);
        bool over = is_left_over(entry->d_name) ||
                    (id && strcmp(entry->d_name, copy) == 0 && finished(with, id));
        if (over && !(good = fsio_remove(s->fds[folder], entry->d_name, f)))
            break;
    }
    closedir(dir);
    return good;
}

bool spool_sweep(struct spool *s, bool (*finished)(void *with, uint64_t id), void *with,
                 struct fault *f)
{
    return sweep(s, SPOOL_WORK, finished, with, f) && sweep(s, SPOOL_REPORTS, finished, with, f);
}

bool spool_move(struct spool *s, const char *name, enum spool_folder from, enum spool_folder to,
                struct fault *f)
{
    struct fault moved = {0};
    marker_move(s, name, from, name, to); /* first, so that the syncs of the move are its too */
    if (!fsio_move(s->fds[from], name, s->fds[to], name, &moved)) {
        bool there = faccessat(s->fds[to], name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
        if (moved.error != ENOENT || !there) {
            if (f)
                *f = moved;
            return fault_in(f, "%s", s->paths[to]);
        }
        /* the crash may have come before the rename was durable */
        if (!fsio_sync(s->fds[to], name, f) || !fsio_sync(s->fds[from], name, f))
            return false;
    }
    return true;
}

/* Of an errno of open: it says what the file is, and is no trouble that passes. */
static bool is_about_the_file(int error)
{
    return error == ENOENT || error == EACCES || error == EPERM || error == ELOOP || error == ENXIO;
}

bool spool_read(struct spool *s, enum spool_folder folder, const char *name, int *ret_fd,
                uint64_t *ret_bytes, struct fault *f)
{
    int fd = openat(s->fds[folder], name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return fault_set(f, is_about_the_file(errno) ? FAULT_INPUT : FAULT_IO, errno,
                         "open '%s/%s'", s->paths[folder], name);
    struct stat st;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_nlink != 1) {
        close(fd);
        return fault_set(f, FAULT_INPUT, 0, "'%s/%s' is no regular file with one name",
                         s->paths[folder], name);
    }
    *ret_fd = fd;
    *ret_bytes = (uint64_t)st.st_size;
    return true;
}

static bool has_settled_odd(const struct spool *s, const struct candidate *c, int64_t mono)
{
    return c->odd && mono - c->since >= s->settle;
}

static void odd_fill(const struct candidate *c, struct spool_odd *to)
{
    spool_name_print(c->name, to->name, sizeof to->name);
    to->reason = c->odd;
}

size_t spool_odd(const struct spool *s, int64_t mono, struct spool_odd *to, size_t room)
{
    size_t count = 0;
    for (size_t i = 0; i < s->count; i++) {
        if (!has_settled_odd(s, &s->at[i], mono))
            continue;
        if (count < room)
            odd_fill(&s->at[i], &to[count]);
        count++;
    }
    return count;
}

bool spool_odd_next(struct spool *s, int64_t mono, struct spool_odd *ret)
{
    for (size_t i = 0; i < s->count; i++) {
        struct candidate *c = &s->at[i];
        if (c->told || !has_settled_odd(s, c, mono))
            continue;
        c->told = true;
        odd_fill(c, ret);
        return true;
    }
    return false;
}
