/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the fault shim share; shim.c says what it is. */
#ifndef FAULT_SHIM_H
#define FAULT_SHIM_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum shim_class {
    SHIM_OPEN,      /* open with and without O_CREAT */
    SHIM_READ,      /* of regular files, and readdir */
    SHIM_WRITE,     /* to regular files */
    SHIM_FSYNC,     /* fdatasync as well */
    SHIM_RENAME,    /* link and symlink as well */
    SHIM_UNLINK,    /* rmdir as well */
    SHIM_FTRUNCATE, /* no other truncate is called */
    SHIM_MKDIR,
    SHIM_MMAP,
    SHIM_MALLOC, /* calloc, realloc and the aligned ones as well */
    SHIM_FD,     /* whatever else gives a descriptor: socket, eventfd, signalfd */
    SHIM_CLASSES,
};

#define SHIM_SHORT (-1) /* in the place of an errno: half of a write is done */

/* Whether this call of the class is to fail; errno is set then (0: SHIM_SHORT). */
bool shim_fails(enum shim_class class);

/* Counts a step that is about to be taken and dies when it is the one. True instead when half of
 * it, which is a write, is to be done before shim_die. */
bool shim_step(const char *what, int fd, const char *path, bool is_write);
void shim_die(void) __attribute__((noreturn));

/* Whether fd is a regular file other than the standard three. */
bool shim_is_file(int fd);

/* The path of an open file. */
void shim_path(int fd, char *to, size_t room);

/* Whether it is SQLite's -shm, which is no file but memory: changes to it are no steps. */
bool shim_is_memory(const char *path);

/* ---- the disk: what a power loss takes back; see shim_disk.c ---- */

enum disk_loss { DISK_KEEPS, DISK_LOSES_ALL, DISK_LOSES_DATA, DISK_LOSES_NAMES };

/* Where a name is: a folder as disk_place found it, and the name in it. */
struct disk_place {
    int folder; /* -1: none */
    char name[256];
};

void disk_setup(enum disk_loss loss, const char *aside);
/* The place of a path; nothing is looked at while nothing is to be lost. */
void disk_place(int folder_fd, const char *path, struct disk_place *ret);
bool disk_has(const struct disk_place *at);
/* Before a call: a name that it replaces or takes away is kept aside; NULL when there is none.
 * disk_forget gives it up again, since the call has failed. */
const char *disk_keep(const struct disk_place *at);
void disk_forget(const char *kept);
/* After a call that went well. */
void disk_made(const struct disk_place *at);
void disk_gone(const struct disk_place *at, const char *kept);
void disk_moved(const struct disk_place *from, const struct disk_place *to, const char *kept);
/* Before a file's bytes from `at` on, or its end, change. */
void disk_changes(int fd, off_t at, size_t len);
/* After fsync or fdatasync. */
void disk_synced(int fd);
/* The power fails. */
void disk_lose(void);

#endif
