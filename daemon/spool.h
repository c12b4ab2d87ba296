/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The spool: a folder of folders on one file system, each a state; a rename is a transition.
 * Everything goes through folder descriptors and O_NOFOLLOW. */
#ifndef EXTSPOOLD_SPOOL_H
#define EXTSPOOLD_SPOOL_H

#include "config.h"
#include "ledger.h"

struct spool;

/* Why a file stays in incoming/ that the daemon has no right to read. */
#define SPOOL_UNREADABLE "it cannot be read"

enum spool_folder {
    SPOOL_INCOMING,
    SPOOL_WORK,
    SPOOL_DONE,
    SPOOL_REJECTED,
    SPOOL_HELD,
    SPOOL_REPORTS,
    SPOOL_SECRETS,
    SPOOL_FOLDERS,
};

/* Opens the spool, making missing folders (work and secrets 0700, the rest by the umask). False
 * when a folder cannot be made, opened or written, or they are not all on one file system, or
 * another daemon has the spool. */
bool spool_open(const struct config *c, struct spool **ret, struct fault *f);
struct spool *spool_close(struct spool *s); /* NULL */

/* Takes over pattern, ready and settle of a configuration that was read again. */
void spool_settings(struct spool *s, const struct config *c);

/* Which folders in incoming/ are looked into as well: those with a mapping profile's name. Asked at
 * every scan; none when this was never called. */
void spool_profiles(struct spool *s, bool (*is_profile)(void *with, const char *name), void *with);

/* The folder of receipts, as far as it is open (-1: there is none): where it is incoming/ or lies
 * in it, neither the folder nor what bears a receipt's name in it is looked at. Noted, not kept. */
void spool_receipts(struct spool *s, int folder);

/* Which of the folders that are looked into had receipts written into it once, by its profile's
 * name ("": incoming/ itself): what bears a receipt's name there stays, and is told of. Asked at
 * every scan; none when this was never called. */
void spool_told(struct spool *s, bool (*was_told)(void *with, const char *profile), void *with);
/* The profile's name of the folder that receipts are written into now, as the last scan has seen
 * it; lent until the next one. NULL when that is none of those that are looked into. */
const char *spool_told_in(const struct spool *s);

const char *spool_path(const struct spool *s, enum spool_folder folder); /* lent */
int spool_fd(const struct spool *s, enum spool_folder folder);           /* lent */

/* Greatest id that a name in any folder begins with; 0 when none does. */
bool spool_id_greatest(struct spool *s, uint64_t *ret, struct fault *f);

/* Looks through incoming/ and its profiles' folders once: remembers what is there and since when it
 * has not changed. False with error ESTALE when a folder of the spool was taken away or replaced.
 */
bool spool_scan(struct spool *s, int64_t mono, struct fault *f);

/* When the next file may have settled (mono), or CLOCK_NEVER. */
int64_t spool_due(const struct spool *s);

/* What was renamed or removed in the spool's folders is durable after spool_sync, which must come
 * before the ledger's commit: once for all that a turn has done. The functions here note which
 * folders that concerns; who does such a thing by spool_fd says so by spool_touch. */
void spool_touch(struct spool *s, enum spool_folder folder);
bool spool_sync(struct spool *s, struct fault *f);

/* Claims the next file that is complete, as number id: one rename into work/. Fills id, name,
 * stem, file and bytes of ret, and profile and profile_named when it lay in a profile's folder.
 * That name is also kept in a note in work/ until spool_clear. *ret_claimed is false when there is
 * none now. */
bool spool_claim(struct spool *s, int64_t mono, uint64_t id, struct import *ret, bool *ret_claimed,
                 struct fault *f);

/* Removes the note of a claim that did not come about. */
bool spool_unnote(struct spool *s, uint64_t id, struct fault *f);

/* Removes what work/ has of an import that is finished beside its file: the private copy and the
 * note. Nothing is synced: what a power cut brings back is swept at the next start. */
bool spool_clear(struct spool *s, uint64_t id, struct fault *f);

/* A file that lies in work/ or held/ and that the ledger does not know (killed between claim and
 * commit, or the ledger was lost): fills ret from its name, and from the note. Call until
 * *ret_found is false; known tells which ids the ledger has by now. */
bool spool_orphan(struct spool *s, enum spool_folder folder, bool (*known)(void *with, uint64_t id),
                  void *with, struct import *ret, bool *ret_found, struct fault *f);

/* Removes what a process that died has left: private copies and notes in work/ of imports that are
 * finished, and what is half written in work/, reports/ and secrets/. */
bool spool_sweep(struct spool *s, bool (*finished)(void *with, uint64_t id), void *with,
                 struct fault *f);

/* Moves name (and its marker NAME.done, where there is one) between folders: rename without
 * overwriting. A file that is in `to` already and no longer in `from`
 * is well: a crash came between. */
bool spool_move(struct spool *s, const char *name, enum spool_folder from, enum spool_folder to,
                struct fault *f);

/* Opens name in folder for reading: regular, one link, no symlink. */
bool spool_read(struct spool *s, enum spool_folder folder, const char *name, int *ret_fd,
                uint64_t *ret_bytes, struct fault *f);

/* How many files lie in incoming/ that are to be claimed, and since when (mono) the one lies there
 * unchanged that does so for longest (CLOCK_NEVER: there is none); and how many stay. */
struct spool_unclaimed {
    size_t coming, staying;
    int64_t since;
};
struct spool_unclaimed spool_unclaimed(const struct spool *s);

/* A file that has settled and stays where it is. */
struct spool_odd {
    char name[LEDGER_NAME]; /* printable */
    const char *reason;     /* static text */
};
/* At most room of them; returns how many there are. */
size_t spool_odd(const struct spool *s, int64_t mono, struct spool_odd *to, size_t room);
/* The next one that was not told by this call before: for the log. False when there is none. */
bool spool_odd_next(struct spool *s, int64_t mono, struct spool_odd *ret);

#endif
