/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Durable file work: what returned true survives a power cut. */
#ifndef EXTSPOOLD_FSIO_H
#define EXTSPOOLD_FSIO_H

#include <sys/types.h>

#include "fault.h"

/* Opens (making it and its parents with mode when missing) a folder. */
bool fsio_folder(const char *path, mode_t mode, int *ret_fd, struct fault *f);

bool fsio_write(int fd, const void *bytes, size_t len, struct fault *f); /* all of it */
bool fsio_sync(int fd, const char *name, struct fault *f);

/* A temporary file without a name, for what may be somebody's passwords; -1 with errno. */
int fsio_temporary(void);

/* A file that appears whole or not at all: written under a dot name, then fsync, rename, fsync
 * of the folder. Buffered. */
struct fsio_file;
/* temp is the dot name used meanwhile (replaced when it lies about from a crash). */
bool fsio_create(int folder, const char *temp, mode_t mode, struct fsio_file **ret,
                 struct fault *f);
/* Adds to the file; a failure is kept and comes out at fsio_finish. */
void fsio_add(struct fsio_file *file, const void *bytes, size_t len);
void fsio_text(struct fsio_file *file, const char *text);
int fsio_fd(const struct fsio_file *file); /* lent: for fchown */
/* Flushes, syncs and renames to name, replacing an older file of that name. The file is freed
 * in any case. */
bool fsio_finish(struct fsio_file *file, const char *name, struct fault *f);
/* The same but for the folder, which the caller syncs: once for all that changed in it. */
bool fsio_place(struct fsio_file *file, const char *name, struct fault *f);
/* Throws the file away; takes NULL; returns NULL. */
struct fsio_file *fsio_abandon(struct fsio_file *file);

/* Renames without overwriting, then fsyncs both folders. errno EEXIST comes out in f->error. */
bool fsio_move(int from, const char *name, int to, const char *new_name, struct fault *f);
/* Unlinks (a missing file is well) and fsyncs the folder. */
bool fsio_remove(int folder, const char *name, struct fault *f);
/* The same two, where the caller syncs the folders. */
bool fsio_rename(int from, const char *name, int to, const char *new_name, struct fault *f);
bool fsio_unlink(int folder, const char *name, struct fault *f);

/* The whole of a small file (at most `most` bytes; larger is a fault). Caller frees *ret, which
 * has a NUL after its len bytes. */
bool fsio_slurp(const char *path, size_t most, char **ret, size_t *ret_len, struct fault *f);

#endif
