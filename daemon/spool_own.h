/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the spool's own files share; nobody else includes this. spool.c has the folders and what is
 * moved between them, spool_drop.c what is dropped: scanning, readiness, the claim. */
#ifndef EXTSPOOLD_SPOOL_OWN_H
#define EXTSPOOLD_SPOOL_OWN_H

#include <dirent.h>
#include <sys/stat.h>

#include "spool.h"

/* A folder that files are dropped into: incoming/, or one in it that bears a profile's name. */
struct drop {
    char *profile; /* "" for incoming/ itself */
    int fd;
    bool receipts; /* they are written here */
    bool told;     /* they were, once */
    bool unsynced; /* something was claimed from it */
};

struct candidate {
    char *name;
    const struct drop *drop;
    off_t size;
    struct timespec mtime;
    ino_t inode;
    int64_t since;   /* mono: unchanged from then on */
    const char *odd; /* why it stays, or NULL */
    bool told;
};

/* What one scan has found. */
struct drops {
    struct drop **drops;
    size_t drop_count;
    struct candidate *room; /* what at lies in */
    struct candidate *at;   /* sorted by drop and name */
    size_t count;
};

struct spool {
    int fds[SPOOL_FOLDERS];
    char *paths[SPOOL_FOLDERS];
    bool touched[SPOOL_FOLDERS]; /* something in it is not synced */
    int lock;
    char *pattern;
    int ready;
    int64_t settle;
    bool (*is_profile)(void *with, const char *name);
    void *with;
    bool (*was_told)(void *with, const char *profile);
    void *told_with;
    bool receipts; /* there is a folder of them: */
    dev_t receipts_dev;
    ino_t receipts_ino;
    struct drops seen;
    size_t next; /* where the search for the next claim goes on */
};

void drops_free(struct drops *d); /* what it holds, not d */

/* A stream of its own over a folder; the caller closes it. NULL with a fault. */
DIR *folder_stream(const struct spool *s, enum spool_folder folder, struct fault *f);
/* The next entry, NULL at the end. */
bool entry_next(DIR *dir, struct dirent **ret, struct fault *f);

/* A name of the form NAME.done, where those mean something. */
bool is_marker(const struct spool *s, const char *name);
/* Takes the marker of a file along between two folders; a missing one is well. */
void marker_move(int from, const char *name, int to, const char *new_name);

#endif
