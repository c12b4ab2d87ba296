/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The disk that the shim plays: the strictest that POSIX allows.
 *
 * Bytes and the length of a file are on it when that file was fsynced or fdatasynced. A name made,
 * replaced or taken away is on it when its folder was fsynced; a rename between two folders when
 * both were. Nothing else is, neither by time nor because something later was synced. At a loss all
 * changes that are not on it are taken back, the latest first. (Real disks keep some of them, in
 * any order: DISK_LOSES_DATA keeps all names, as ext4 may, which leaves files empty under their
 * final names; DISK_LOSES_NAMES keeps all data. That all is kept is the plain SIGKILL.)
 *
 * What other processes left unsynced counts as being on it, and so do modes and owners. SQLite's
 * -shm lives in memory alone: it is removed. */
#include "shim.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define THINGS_MOST  512
#define CHANGES_MOST 16384
#define KEPT_MOST    4096

/* A file or folder that was seen to change. Its descriptor is never closed: that would drop the
 * locks that the program has on it. */
struct thing {
    dev_t dev;
    ino_t ino;
    int fd;
    bool ignored; /* a -shm */
};

enum change_kind { CHANGE_DATA, CHANGE_MADE, CHANGE_GONE, CHANGE_MOVED };

struct change {
    enum change_kind kind;
    int thing; /* whose data */
    off_t size, at;
    size_t len;
    char *old; /* mapped, or NULL */
    struct disk_place place, from;
    bool place_waits, from_waits; /* for a sync of their folders */
    const char *kept;             /* name in the folder aside, or NULL */
};

static enum disk_loss loss;
static int aside = -1;
static struct thing things[THINGS_MOST];
static int thing_count;
static struct change changes[CHANGES_MOST];
static size_t change_count;
static char kept_names[KEPT_MOST][16];
static size_t kept_count;

static void complain(const char *what, const char *name)
{
    char line[400];
    int len = snprintf(line, sizeof line, "faultshim: %s '%s'\n", what, name);
    (void)!syscall(SYS_write, 2, line, (size_t)len);
}

void disk_setup(enum disk_loss wanted, const char *folder)
{
    loss = wanted;
    aside = (int)syscall(SYS_openat, AT_FDCWD, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    if (aside < 0)
        complain("cannot open", folder);
}

static int thing_find(const struct stat *st)
{
    for (int i = 0; i < thing_count; i++)
        if (things[i].dev == st->st_dev && things[i].ino == st->st_ino)
            return i;
    return -1;
}

static int thing_add(const struct stat *st, int fd, bool ignored)
{
    if (thing_count == THINGS_MOST) {
        complain("too many files:", "");
        return -1;
    }
    things[thing_count] = (struct thing){st->st_dev, st->st_ino, fd, ignored};
    return thing_count++;
}

static int thing_of(int fd)
{
    struct stat st;
    char link[64];
    char path[1024];
    if (fstat(fd, &st) != 0)
        return -1;
    int found = thing_find(&st);
    if (found >= 0)
        return found;
    shim_path(fd, path, sizeof path);
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    int own = (int)syscall(SYS_openat, AT_FDCWD, link, O_RDWR | O_CLOEXEC, 0);
    if (own < 0)
        complain("cannot open", path);
    return thing_add(&st, own, shim_is_memory(path));
}

void disk_place(int folder_fd, const char *path, struct disk_place *ret)
{
    char parent[1024] = ".";
    ret->folder = -1;
    if (loss == DISK_KEEPS)
        return;
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    if (slash)
        snprintf(parent, sizeof parent, "%.*s", slash == path ? 1 : (int)(slash - path), path);
    snprintf(ret->name, sizeof ret->name, "%s", name);

    struct stat st;
    int fd = (int)syscall(SYS_openat, folder_fd, parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    if (fd < 0 || fstat(fd, &st) != 0)
        return;
    ret->folder = thing_find(&st);
    if (ret->folder < 0)
        ret->folder = thing_add(&st, fd, false);
    else
        close(fd);
}

static int folder_of(const struct disk_place *at)
{
    return things[at->folder].fd;
}

bool disk_has(const struct disk_place *at)
{
    struct stat st;
    return at->folder >= 0 && fstatat(folder_of(at), at->name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

const char *disk_keep(const struct disk_place *at)
{
    if (!disk_has(at) || kept_count == KEPT_MOST)
        return NULL;
    char *name = kept_names[kept_count++];
    snprintf(name, sizeof kept_names[0], "%d.%zu", getpid() % 100000, kept_count);
    if (syscall(SYS_linkat, folder_of(at), at->name, aside, name, 0) != 0) {
        complain("cannot keep", at->name);
        return NULL;
    }
    return name;
}

void disk_forget(const char *kept)
{
    if (kept)
        syscall(SYS_unlinkat, aside, kept, 0);
}

static struct change *change_add(enum change_kind kind)
{
    static struct change none;
    if (change_count == CHANGES_MOST) {
        complain("too many changes:", "");
        return &none;
    }
    struct change *c = &changes[change_count++];
    *c = (struct change){.kind = kind};
    return c;
}

void disk_made(const struct disk_place *at)
{
    if (at->folder < 0)
        return;
    struct change *c = change_add(CHANGE_MADE);
    c->place = *at;
    c->place_waits = true;
}

void disk_gone(const struct disk_place *at, const char *kept)
{
    if (at->folder < 0)
        return;
    struct change *c = change_add(CHANGE_GONE);
    c->place = *at;
    c->place_waits = true;
    c->kept = kept;
}

void disk_moved(const struct disk_place *from, const struct disk_place *to, const char *kept)
{
    if (to->folder < 0 || from->folder < 0)
        return;
    struct change *c = change_add(CHANGE_MOVED);
    c->from = *from;
    c->from_waits = true;
    c->place = *to;
    c->place_waits = true;
    c->kept = kept;
}

void disk_changes(int fd, off_t at, size_t len)
{
    struct stat st;
    int thing = loss == DISK_KEEPS ? -1 : thing_of(fd);
    if (thing < 0 || things[thing].ignored || fstat(fd, &st) != 0)
        return;
    struct change *c = change_add(CHANGE_DATA);
    c->thing = thing;
    c->size = st.st_size;
    c->at = at;
    if (at >= st.st_size)
        return;
    c->len = (size_t)(st.st_size - at) < len ? (size_t)(st.st_size - at) : len;
    c->old = (char *)syscall(SYS_mmap, NULL, c->len, PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (syscall(SYS_pread64, things[thing].fd, c->old, c->len, at) != (ssize_t)c->len)
        complain("cannot read what is overwritten", "");
}

/* True when the change is on the disk, now that the thing was synced. */
static bool is_settled(struct change *c, int thing)
{
    if (c->kind == CHANGE_DATA)
        return c->thing == thing;
    if (c->place.folder == thing)
        c->place_waits = false;
    if (c->from_waits && c->from.folder == thing)
        c->from_waits = false;
    return !c->place_waits && !c->from_waits;
}

void disk_synced(int fd)
{
    struct stat st;
    if (loss == DISK_KEEPS || fstat(fd, &st) != 0)
        return;
    int thing = thing_find(&st);
    size_t left = 0;
    for (size_t i = 0; i < change_count; i++) {
        if (thing < 0 || !is_settled(&changes[i], thing)) {
            changes[left++] = changes[i];
            continue;
        }
        disk_forget(changes[i].kept);
        if (changes[i].old)
            munmap(changes[i].old, changes[i].len);
    }
    change_count = left;
}

/* ---- the loss ---- */

static void back_in_place(const struct disk_place *at, const char *kept)
{
    if (kept && syscall(SYS_linkat, aside, kept, folder_of(at), at->name, 0) != 0)
        complain("cannot put back", at->name);
}

static void undo_data(const struct change *c)
{
    int fd = things[c->thing].fd;
    if (syscall(SYS_ftruncate, fd, c->size) != 0 ||
        (c->len && syscall(SYS_pwrite64, fd, c->old, c->len, c->at) != (ssize_t)c->len))
        complain("cannot undo a write", "");
}

static void undo_made(const struct change *c)
{
    if (syscall(SYS_unlinkat, folder_of(&c->place), c->place.name, 0) == 0 ||
        syscall(SYS_unlinkat, folder_of(&c->place), c->place.name, AT_REMOVEDIR) == 0)
        return;
    if (disk_has(&c->place))
        complain("cannot unmake", c->place.name);
}

static void undo_moved(const struct change *c)
{
    if (syscall(SYS_renameat2, folder_of(&c->place), c->place.name, folder_of(&c->from),
                c->from.name, 0) != 0)
        complain("cannot move back", c->place.name);
    back_in_place(&c->place, c->kept);
}

static void undo(const struct change *c)
{
    if (loss == (c->kind == CHANGE_DATA ? DISK_LOSES_NAMES : DISK_LOSES_DATA))
        return;
    switch (c->kind) {
    case CHANGE_DATA:
        undo_data(c);
        break;
    case CHANGE_MADE:
        undo_made(c);
        break;
    case CHANGE_GONE:
        back_in_place(&c->place, c->kept);
        break;
    case CHANGE_MOVED:
        undo_moved(c);
        break;
    }
}

void disk_lose(void)
{
    if (loss == DISK_KEEPS)
        return;
    while (change_count)
        undo(&changes[--change_count]);
    for (int i = 0; i < thing_count; i++) {
        char path[1024];
        if (!things[i].ignored)
            continue;
        shim_path(things[i].fd, path, sizeof path);
        syscall(SYS_unlinkat, AT_FDCWD, path, 0);
    }
}
