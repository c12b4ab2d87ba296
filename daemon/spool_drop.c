/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME spool_drop: what is dropped: scanning, readiness, the claim.
 *
 * A candidate is a file seen in incoming/, or in a folder there that bears a mapping profile's
 * name. Its clock starts when it is first seen and starts again whenever size, mtime or inode
 * differ from the last look: mtime itself proves nothing, since Samba keeps old ones and a broken
 * upload closes the file.
 *
 * The folder's name is what a claim must not lose, and the claimed file's name has no room for it:
 * a note in work/, durable before the rename, keeps it until the ledger does. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "clock.h"
#include "fsio.h"
#include "spool_name.h"
#include "spool_own.h"

/* Told by the claim, not by a look: it is tried again with every scan. */
static const char unmovable[] = "it may not be moved out of incoming/";

static void drop_free(struct drop *d)
{
    close_fd(&d->fd);
    free(d->profile);
    free(d);
}

void drops_free(struct drops *d)
{
    for (size_t i = 0; i < d->count; i++)
        free(d->at[i].name);
    for (size_t i = 0; i < d->drop_count; i++)
        drop_free(d->drops[i]);
    free(d->room);
    free(d->drops);
    *d = (struct drops){0};
}

/* ---- looking ---- */

static bool is_drop(const struct spool *s, const struct drop *d, const char *name, mode_t mode)
{
    return S_ISDIR(mode) && !d->profile[0] && s->is_profile && s->is_profile(s->with, name);
}

/* By device and inode: one folder may have many paths, as where it is mounted a second time. */
static bool is_receipts(const struct spool *s, const struct stat *st)
{
    return s->receipts && st->st_dev == s->receipts_dev && st->st_ino == s->receipts_ino;
}

/* What the daemon put there itself: no input, and nothing that anybody waits to be taken. */
static bool is_ours(const struct spool *s, const struct drop *d, const char *name,
                    const struct stat *st)
{
    return (d->receipts && spool_name_is_receipt(name)) ||
           (S_ISDIR(st->st_mode) && is_receipts(s, st));
}

/* Why a file of this kind stays where it is; NULL when it may be claimed. */
static const char *why_odd(const struct spool *s, const struct drop *d, const char *name,
                           const struct stat *st)
{
    if (is_drop(s, d, name, st->st_mode))
        return "this folder of a profile cannot be read";
    if (S_ISDIR(st->st_mode))
        return "it is a folder, and no mapping profile has its name";
    if (!S_ISREG(st->st_mode))
        return "it is no regular file";
    if (st->st_nlink != 1)
        return "it has more than one name (hard links)";
    if (d->told && spool_name_is_receipt(name))
        return "it bears the name of a receipt, and receipts were written here once: "
               "give it another name to have it imported";
    if (!spool_name_matches(name, s->pattern))
        return "its name matches no pattern of [spool] pattern";

    /* O_NONBLOCK: should it have become a FIFO meanwhile */
    ON_LEAVE(close_fd)
    int fd = openat(d->fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 && errno != ENOENT)
        return SPOOL_UNREADABLE;
    return NULL;
}

static int by_name(const void *a, const void *b)
{
    const struct candidate *left = a;
    const struct candidate *right = b;
    int order = strcmp(left->drop->profile, right->drop->profile);
    return order ? order : strcmp(left->name, right->name);
}

static bool is_same(const struct candidate *c, off_t size, ino_t inode, struct timespec mtime)
{
    return c->size == size && c->inode == inode && c->mtime.tv_sec == mtime.tv_sec &&
           c->mtime.tv_nsec == mtime.tv_nsec;
}

static void candidate_look(struct candidate *c, const struct stat *st, int64_t mono)
{
    c->size = st->st_size;
    c->inode = st->st_ino;
    c->mtime = st->st_mtim;
    c->since = mono;
}

/* Carries over what is known of files seen before; both lists are sorted. */
static void known_carry(const struct drops *old, struct drops *fresh)
{
    size_t k = 0;
    for (size_t i = 0; i < fresh->count; i++) {
        struct candidate *c = &fresh->at[i];
        while (k < old->count && by_name(&old->at[k], c) < 0)
            k++;
        if (k == old->count || by_name(&old->at[k], c) != 0 ||
            !is_same(&old->at[k], c->size, c->inode, c->mtime))
            continue;
        c->since = old->at[k].since;
        if (!c->odd && old->at[k].odd == unmovable)
            c->odd = unmovable;
        c->told = old->at[k].told && old->at[k].odd == c->odd;
    }
}

static void drop_add(const struct spool *s, struct drops *d, const char *profile, int fd)
{
    struct stat st;
    d->drops = xrealloc(d->drops, (d->drop_count + 1) * sizeof(void *));
    struct drop *drop = xcalloc(1, sizeof *drop);
    drop->profile = xstrdup(profile);
    drop->fd = fd;
    drop->receipts = fstat(fd, &st) == 0 && is_receipts(s, &st);
    drop->told = s->was_told && s->was_told(s->told_with, profile);
    d->drops[d->drop_count++] = drop;
}

static int64_t last_change(const struct stat *st)
{
    int64_t modified = (int64_t)st->st_mtim.tv_sec * 1000 + st->st_mtim.tv_nsec / 1000000;
    int64_t changed = (int64_t)st->st_ctim.tv_sec * 1000 + st->st_ctim.tv_nsec / 1000000;
    return modified > changed ? modified : changed;
}

static void candidate_add(const struct spool *s, struct drops *d, const struct drop *drop,
                          const char *name, const struct stat *st, int64_t mono)
{
    if ((d->count & (d->count - 1)) == 0) /* full at every power of two */
        d->room = xrealloc(d->room, (d->count ? d->count * 2 : 1) * sizeof *d->at);
    d->at = d->room;
    struct candidate *c = &d->at[d->count++];
    *c = (struct candidate){.name = xstrdup(name), .drop = drop};
    candidate_look(c, st, mono);
    c->odd = why_odd(s, drop, name, st);
    if (c->odd && clock_wall() - last_change(st) >= s->settle)
        c->since = mono - s->settle; /* it lay there before anybody looked */
}

/* Adds what lies in one folder; folders of profiles that are found there become drops. */
static bool drop_scan(const struct spool *s, struct drops *d, const struct drop *drop, int64_t mono,
                      struct fault *f)
{
    int fd = openat(drop->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir) {
        fault_set(f, FAULT_IO, errno, "read folder '%s'", s->paths[SPOOL_INCOMING]);
        close_fd(&fd);
        return false;
    }
    struct dirent *entry = NULL;
    bool good;
    while ((good = entry_next(dir, &entry, f)) && entry) {
        struct stat st;
        const char *name = entry->d_name;
        if (spool_name_ignored(name) || is_marker(s, name) ||
            fstatat(drop->fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        int inner = is_drop(s, drop, name, st.st_mode)
                        ? openat(drop->fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
                        : -1;
        if (inner >= 0)
            drop_add(s, d, name, inner);
        else if (!is_ours(s, drop, name, &st))
            candidate_add(s, d, drop, name, &st, mono);
    }
    closedir(dir);
    return good;
}

static bool drops_scan(const struct spool *s, struct drops *d, int64_t mono, struct fault *f)
{
    int fd = openat(s->fds[SPOOL_INCOMING], ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return fault_set(f, FAULT_IO, errno, "read folder '%s'", s->paths[SPOOL_INCOMING]);
    drop_add(s, d, "", fd);
    for (size_t i = 0; i < d->drop_count; i++)
        if (!drop_scan(s, d, d->drops[i], mono, f))
            return false;
    if (d->count)
        qsort(d->at, d->count, sizeof *d->at, by_name);
    return true;
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
    struct drops fresh = {0};
    if (!drops_scan(s, &fresh, mono, f)) {
        drops_free(&fresh);
        return false;
    }
    known_carry(&s->seen, &fresh);
    drops_free(&s->seen);
    s->seen = fresh;
    s->next = 0;
    return true;
}

const char *spool_told_in(const struct spool *s)
{
    for (size_t i = 0; i < s->seen.drop_count; i++)
        if (s->seen.drops[i]->receipts)
            return s->seen.drops[i]->profile;
    return NULL;
}

int64_t spool_due(const struct spool *s)
{
    int64_t due = CLOCK_NEVER;
    if (s->ready == READY_DONE_FILE)
        return due; /* the marker's arrival wakes us */
    for (size_t i = 0; i < s->seen.count; i++) {
        const struct candidate *c = &s->seen.at[i];
        int64_t at = c->since + s->settle;
        if (!(c->odd && c->told) && at < due)
            due = at;
    }
    return due;
}

/* ---- the claim ---- */

/* True when the candidate is complete by the configured rule. A settling one is looked at again:
 * only what is the same now as when its clock started counts. */
static bool is_complete(const struct spool *s, struct candidate *c, int64_t mono)
{
    struct stat st;
    if (fstatat(c->drop->fd, c->name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return false;
    if (!is_same(c, st.st_size, st.st_ino, st.st_mtim) || !S_ISREG(st.st_mode) ||
        st.st_nlink != 1) {
        candidate_look(c, &st, mono);
        c->odd = why_odd(s, c->drop, c->name, &st);
        if (c->odd)
            return false;
    }
    if (s->ready == READY_RENAME)
        return true;
    if (s->ready == READY_SETTLE)
        return mono - c->since >= s->settle;

    ON_LEAVE(free_text) char *marker = spool_name_marker(c->name);
    return faccessat(c->drop->fd, marker, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static bool note_write(const struct spool *s, const struct drop *drop, uint64_t id, struct fault *f)
{
    char note[SPOOL_NAME_COPY];
    struct fsio_file *file = NULL;
    if (!drop->profile[0])
        return true;
    spool_name_note(id, note);
    if (!fsio_create(s->fds[SPOOL_WORK], SPOOL_NOTE_TEMP, 0600, &file, f))
        return false;
    fsio_text(file, drop->profile);
    return fsio_finish(file, note, f);
}

/* One rename. *ret_claimed false when the file may not be moved or is gone: the others go on. */
static bool claim_one(struct spool *s, struct candidate *c, uint64_t id, struct import *ret,
                      bool *ret_claimed, struct fault *f)
{
    struct import claimed = {.id = id, .bytes = (uint64_t)c->size, .code = CODE_NONE};
    spool_name_make(c->name, id, &claimed);
    if (!note_write(s, c->drop, id, f))
        return false;
    if (renameat(c->drop->fd, c->name, s->fds[SPOOL_WORK], claimed.file) != 0) {
        if (errno == ENOSPC || errno == EDQUOT || errno == EIO || errno == EROFS)
            return fault_set(f, FAULT_IO, errno, "claim '%s'", claimed.name);
        if (errno != ENOENT)
            c->odd = unmovable;
        return !c->drop->profile[0] || spool_unnote(s, id, f);
    }
    if (s->ready == READY_DONE_FILE)
        marker_move(c->drop->fd, c->name, s->fds[SPOOL_WORK], claimed.file);
    snprintf(claimed.profile, sizeof claimed.profile, "%s", c->drop->profile);
    claimed.profile_named = c->drop->profile[0] != '\0';
    *ret = claimed;
    *ret_claimed = true;
    return true;
}

static struct drop *drop_of(const struct spool *s, const struct candidate *c)
{
    size_t i = 0;
    while (s->seen.drops[i] != c->drop)
        i++;
    return s->seen.drops[i];
}

/* The next candidate is no longer one. Those before it, which stay, move up: they are few, and
 * thousands may come after it. */
static void next_leave(struct spool *s)
{
    struct drops *d = &s->seen;
    free(d->at[s->next].name);
    memmove(d->at + 1, d->at, s->next * sizeof *d->at);
    d->at++;
    d->count--;
}

bool spool_claim(struct spool *s, int64_t mono, uint64_t id, struct import *ret, bool *ret_claimed,
                 struct fault *f)
{
    *ret_claimed = false;
    for (; s->next < s->seen.count; s->next++) {
        struct candidate *c = &s->seen.at[s->next];
        bool early = s->ready == READY_SETTLE && mono - c->since < s->settle;
        bool stays = c->odd && c->odd != unmovable;
        if (stays || early || !is_complete(s, c, mono))
            continue;
        if (!claim_one(s, c, id, ret, ret_claimed, f))
            return false;
        if (*ret_claimed) {
            drop_of(s, c)->unsynced = true;
            spool_touch(s, SPOOL_WORK);
            spool_touch(s, SPOOL_INCOMING);
            next_leave(s);
            return true;
        }
    }
    s->next = 0;
    return true;
}

/* ---- what stays ---- */

struct spool_unclaimed spool_unclaimed(const struct spool *s)
{
    struct spool_unclaimed u = {.since = CLOCK_NEVER};
    for (size_t i = 0; i < s->seen.count; i++) {
        const struct candidate *c = &s->seen.at[i];
        u.coming += !c->odd;
        u.staying += c->odd != NULL;
        if (!c->odd && c->since < u.since)
            u.since = c->since;
    }
    return u;
}

static bool has_settled_odd(const struct spool *s, const struct candidate *c, int64_t mono)
{
    return c->odd && mono - c->since >= s->settle;
}

static void odd_fill(const struct candidate *c, struct spool_odd *to)
{
    ON_LEAVE(free_text) char *path = NULL;
    const char *profile = c->drop->profile;
    if (asprintf(&path, "%s%s%s", profile, profile[0] ? "/" : "", c->name) < 0)
        abort();
    spool_name_print(path, to->name, sizeof to->name);
    to->reason = c->odd;
}

size_t spool_odd(const struct spool *s, int64_t mono, struct spool_odd *to, size_t room)
{
    size_t count = 0;
    for (size_t i = 0; i < s->seen.count; i++) {
        if (!has_settled_odd(s, &s->seen.at[i], mono))
            continue;
        if (count < room)
            odd_fill(&s->seen.at[i], &to[count]);
        count++;
    }
    return count;
}

bool spool_odd_next(struct spool *s, int64_t mono, struct spool_odd *ret)
{
    for (size_t i = 0; i < s->seen.count; i++) {
        struct candidate *c = &s->seen.at[i];
        if (c->told || !has_settled_odd(s, c, mono))
            continue;
        c->told = true;
        odd_fill(c, ret);
        return true;
    }
    return false;
}
