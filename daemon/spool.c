/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME spool: the folders, and what is moved between them. What is dropped is in spool_drop.c. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#include "buf.h"
#include "fsio.h"
#include "spool_name.h"
#include "spool_own.h"

#define ORIGINAL_MODE 0640

static const struct {
    const char *name;
    mode_t mode;
} folders[SPOOL_FOLDERS] = {
    [SPOOL_INCOMING] = {"incoming", 0770}, [SPOOL_WORK] = {"work", 0700},
    [SPOOL_DONE] = {"done", 0750},         [SPOOL_REJECTED] = {"rejected", 0750},
    [SPOOL_HELD] = {"held", 0750},         [SPOOL_REPORTS] = {"reports", 0755},
    [SPOOL_SECRETS] = {"secrets", 0700},
};

/* The folder itself is locked, so that nothing lies there that is no import. Where a file system
 * locks only what is open for writing (NFS), a file is. */
static bool take_lock(struct spool *s, struct fault *f)
{
    bool taken = flock(s->fds[SPOOL_WORK], LOCK_EX | LOCK_NB) == 0;
    if (!taken && errno != EWOULDBLOCK) {
        s->lock =
            openat(s->fds[SPOOL_WORK], ".lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (s->lock < 0)
            return fault_set(f, FAULT_IO, errno, "open '%s/.lock'", s->paths[SPOOL_WORK]);
        taken = flock(s->lock, LOCK_EX | LOCK_NB) == 0;
    }
    if (taken)
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

void spool_profiles(struct spool *s, bool (*is_profile)(void *with, const char *name), void *with)
{
    s->is_profile = is_profile;
    s->with = with;
}

void spool_told(struct spool *s, bool (*was_told)(void *with, const char *profile), void *with)
{
    s->was_told = was_told;
    s->told_with = with;
}

void spool_receipts(struct spool *s, int folder)
{
    struct stat st;
    s->receipts = folder >= 0 && fstat(folder, &st) == 0;
    if (!s->receipts)
        return;
    s->receipts_dev = st.st_dev;
    s->receipts_ino = st.st_ino;
}

void spool_settings(struct spool *s, const struct config *c)
{
    free(s->pattern);
    s->pattern = xstrdup(c->spool.pattern);
    s->ready = c->spool.ready;
    s->settle = c->spool.settle;
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
    drops_free(&s->seen);
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

DIR *folder_stream(const struct spool *s, enum spool_folder folder, struct fault *f)
{
    int fd = openat(s->fds[folder], ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir) {
        fault_set(f, FAULT_IO, errno, "read folder '%s'", s->paths[folder]);
        close_fd(&fd);
    }
    return dir;
}

bool entry_next(DIR *dir, struct dirent **ret, struct fault *f)
{
    errno = 0;
    *ret = readdir(dir);
    return *ret || errno == 0 || fault_set(f, FAULT_IO, errno, "read a folder of the spool");
}

static bool has_suffix(const char *name, const char *suffix)
{
    size_t len = strlen(name);
    size_t tail = strlen(suffix);
    return len > tail && strcasecmp(name + len - tail, suffix) == 0;
}

bool is_marker(const struct spool *s, const char *name)
{
    return s->ready == READY_DONE_FILE && has_suffix(name, ".done");
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

void marker_move(int from, const char *name, int to, const char *new_name)
{
    ON_LEAVE(free_text) char *marker = spool_name_marker(name);
    ON_LEAVE(free_text) char *new_marker = spool_name_marker(new_name);
    renameat(from, marker, to, new_marker);
}

void spool_touch(struct spool *s, enum spool_folder folder)
{
    s->touched[folder] = true;
}

/* Where things go before where they come from. */
bool spool_sync(struct spool *s, struct fault *f)
{
    static const enum spool_folder order[] = {SPOOL_REPORTS,  SPOOL_SECRETS, SPOOL_DONE,
                                              SPOOL_REJECTED, SPOOL_HELD,    SPOOL_WORK,
                                              SPOOL_INCOMING};
    static_assert(COUNT_OF(order) == SPOOL_FOLDERS, "every folder has its turn");
    for (size_t i = 0; i < s->seen.drop_count; i++) {
        struct drop *d = s->seen.drops[i];
        if (d->profile[0] && d->unsynced && !fsio_sync(d->fd, d->profile, f))
            return false;
        d->unsynced = false;
    }
    for (size_t i = 0; i < COUNT_OF(order); i++) {
        enum spool_folder folder = order[i];
        if (s->touched[folder] && !fsio_sync(s->fds[folder], folders[folder].name, f))
            return false;
        s->touched[folder] = false;
    }
    return true;
}

bool spool_unnote(struct spool *s, uint64_t id, struct fault *f)
{
    char note[SPOOL_NAME_COPY];
    spool_name_note(id, note);
    spool_touch(s, SPOOL_WORK);
    return fsio_unlink(s->fds[SPOOL_WORK], note, f);
}

bool spool_clear(struct spool *s, uint64_t id, struct fault *f)
{
    char note[SPOOL_NAME_COPY];
    char copy[SPOOL_NAME_COPY];
    spool_name_note(id, note);
    spool_name_copy(id, copy);
    return fsio_unlink(s->fds[SPOOL_WORK], note, f) && fsio_unlink(s->fds[SPOOL_WORK], copy, f);
}

/* Takes along the marker of a file that was claimed as `claimed` by a process that died before it
 * did: one whose own file is gone from the folder, and which spool_name_make gives that name. */
static void marker_follow(struct spool *s, int folder, const struct import *claimed)
{
    int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir)
        close_fd(&fd);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        struct import made;
        if (!is_marker(s, entry->d_name))
            continue;
        ON_LEAVE(free_text)
        char *name = xstrndup(entry->d_name, strlen(entry->d_name) - strlen(".done"));
        spool_name_make(name, claimed->id, &made);
        if (strcmp(made.file, claimed->file) == 0 &&
            faccessat(folder, name, F_OK, AT_SYMLINK_NOFOLLOW) != 0)
            marker_move(folder, name, s->fds[SPOOL_WORK], claimed->file);
    }
    if (dir)
        closedir(dir);
}

/* Reads the note of the profile's folder that the orphan was claimed from, where there is one. */
static bool orphan_profile(struct spool *s, struct import *orphan, struct fault *f)
{
    char note[SPOOL_NAME_COPY];
    spool_name_note(orphan->id, note);
    ON_LEAVE(close_fd)
    int fd = openat(s->fds[SPOOL_WORK], note, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT || fault_set(f, FAULT_IO, errno, "open '%s'", note);
    ssize_t n = read(fd, orphan->profile, sizeof orphan->profile - 1);
    if (n < 0)
        return fault_set(f, FAULT_IO, errno, "read '%s'", note);
    orphan->profile[n] = '\0';
    orphan->profile_named = n > 0;
    return true;
}

/* What a claim does after its rename, of the folder that the file came from: the marker is taken
 * along, and the folder is synced. */
static bool orphan_folder(struct spool *s, const struct import *orphan, struct fault *f)
{
    const char *from = orphan->profile_named ? orphan->profile : ".";
    ON_LEAVE(close_fd)
    int fd = openat(s->fds[SPOOL_INCOMING], from, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return true; /* it was taken away */
    if (s->ready == READY_DONE_FILE)
        marker_follow(s, fd, orphan);
    return !orphan->profile_named || fsio_sync(fd, from, f);
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
        if (!(good = orphan_profile(s, &orphan, f)) ||
            (folder == SPOOL_WORK && !(good = orphan_folder(s, &orphan, f))))
            break;
        /* the claim's own sync did not come about */
        spool_touch(s, folder);
        spool_touch(s, SPOOL_WORK);
        spool_touch(s, SPOOL_INCOMING);
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
           (spool_name_id(name + 1) || strcmp(name, SPOOL_COPY_AGAIN) == 0 ||
            strcmp(name, SPOOL_NOTE_TEMP) == 0);
}

/* A private copy, or the note of a profile, of an import that is finished. */
static bool is_over(const char *name, bool (*finished)(void *with, uint64_t id), void *with)
{
    char copy[SPOOL_NAME_COPY];
    char note[SPOOL_NAME_COPY];
    uint64_t id = spool_name_id(name);
    spool_name_copy(id, copy);
    spool_name_note(id, note);
    return id && (strcmp(name, copy) == 0 || strcmp(name, note) == 0) && finished(with, id);
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
        bool over = is_left_over(entry->d_name) || is_over(entry->d_name, finished, with);
        if (over && !(good = fsio_remove(s->fds[folder], entry->d_name, f)))
            break;
    }
    closedir(dir);
    return good;
}

bool spool_sweep(struct spool *s, bool (*finished)(void *with, uint64_t id), void *with,
                 struct fault *f)
{
    return sweep(s, SPOOL_WORK, finished, with, f) && sweep(s, SPOOL_REPORTS, finished, with, f) &&
           sweep(s, SPOOL_SECRETS, finished, with, f);
}

/* What senders sent may hold passwords, so it is for the drop folder's group alone, as far as the
 * file is ours to change; the folder that it goes to lets nobody else in either. */
static void close_original(const struct spool *s, const char *name, enum spool_folder folder)
{
    struct stat st;
    struct stat incoming;
    ON_LEAVE(close_fd)
    int fd = openat(s->fds[folder], name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_nlink != 1 ||
        fstat(s->fds[SPOOL_INCOMING], &incoming) != 0)
        return;
    bool group = st.st_gid == incoming.st_gid || fchown(fd, (uid_t)-1, incoming.st_gid) == 0;
    (void)!fchmod(fd, group ? ORIGINAL_MODE : st.st_mode & ORIGINAL_MODE);
}

bool spool_move(struct spool *s, const char *name, enum spool_folder from, enum spool_folder to,
                struct fault *f)
{
    struct fault moved = {0};
    if (to != SPOOL_WORK)
        close_original(s, name, from);
    marker_move(s->fds[from], name, s->fds[to], name);
    if (!fsio_rename(s->fds[from], name, s->fds[to], name, &moved)) {
        bool there = faccessat(s->fds[to], name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
        if (moved.error != ENOENT || !there) {
            if (f)
                *f = moved;
            return fault_in(f, "%s", s->paths[to]);
        }
    }
    spool_touch(s, to); /* also when it was moved before a crash came */
    spool_touch(s, from);
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
