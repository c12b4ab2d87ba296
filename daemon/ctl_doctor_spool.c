/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME ctl_doctor_spool: the spool's folders: where they are, whose, who may what, how they are
 * watched, and the room that is left. */
#include "ctl_doctor.h"

#include <errno.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "buf.h"
#include "json.h"
#include "watch.h"

#define MEBI         (UINT64_C(1) << 20)
#define SPACE_LEAST  (64 * MEBI)
#define SPACE_ENOUGH (1024 * MEBI) /* and below that, 5 % of the disk are wanted */
#define INODES_LEAST 1000

/* What each folder is for, as far as its mode goes. */
static const struct {
    const char *name;
    mode_t forbidden;
    const char *others; /* what those can do whom it forbids */
    const char *remedy; /* chmod's word for it */
} folders[] = {
    {"incoming", 0002, "drop files", "o-w"},
    {"work", 0077, "reach what is being imported", "0700"},
    {"done", 0007, "reach originals, passwords in them", "o-rwx"},
    {"rejected", 0007, "reach originals, passwords in them", "o-rwx"},
    {"held", 0007, "reach originals, passwords in them", "o-rwx"},
    {"reports", 0022, "change reports", "go-w"},
    {"secrets", 0077, "reach passwords that were made up", "0700"},
};

static char *path_of(const struct doctor *d, const char *name)
{
    char *path = NULL;
    if (asprintf(&path, "%s/%s", d->config->spool.directory, name) < 0)
        abort();
    return path;
}

void doctor_folders(struct doctor *d)
{
    struct stat first = {0};
    size_t there = 0;
    size_t said = d->count[DOCTOR_FINDING] + d->count[DOCTOR_UNSEEN];
    for (size_t i = 0; i < COUNT_OF(folders); i++) {
        ON_LEAVE(free_text) char *path = path_of(d, folders[i].name);
        struct stat st;
        if (stat(path, &st) != 0 && errno == EACCES) {
            doctor_say(d, DOCTOR_UNSEEN, "run this as root or as the daemon's user",
                       "'%s' cannot be looked at", path);
        } else if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode)) {
            doctor_say(d, DOCTOR_FINDING,
                       "systemd-tmpfiles --create, or start the daemon, which makes what it may",
                       "there is no folder '%s'", path);
        } else {
            if (there++ == 0)
                first = st;
            if (st.st_dev != first.st_dev)
                doctor_say(d, DOCTOR_FINDING,
                           "put all of the spool on one file system: files are renamed between "
                           "its folders",
                           "'%s' is on another file system than the other folders", path);
        }
    }
    if (said == d->count[DOCTOR_FINDING] + d->count[DOCTOR_UNSEEN])
        doctor_well(d, "all are there, on one file system: '%s'", d->config->spool.directory);
}

/* ---- who may what ---- */

static void remedy_of(struct buf *to, const char *command, const char *how, const char *path)
{
    buf_reset(to);
    buf_format(to, "%s %s '%s'", command, how, path);
}

static void owner_check(struct doctor *d, const char *path, const struct stat *st, bool shared)
{
    ON_LEAVE(buf_free) struct buf remedy = {0};
    char is[64], wanted[64];
    if (!d->user_known || st->st_uid == d->user || (shared && (st->st_mode & 0020)))
        return;
    remedy_of(&remedy, "chown", doctor_user(d->user, wanted), path);
    doctor_say(d, DOCTOR_FINDING, remedy.at, "'%s' belongs to %s, the daemon is %s", path,
               doctor_user(st->st_uid, is), wanted);
}

/* Whoever is of its group drops files there; what they drop must be the daemon's to read. */
static void incoming_check(struct doctor *d, const char *path, const struct stat *st)
{
    ON_LEAVE(buf_free) struct buf remedy = {0};
    if (!(st->st_mode & 0020) || (st->st_mode & S_ISGID))
        return;
    remedy_of(&remedy, "chmod", "g+s", path);
    doctor_say(d, DOCTOR_FINDING, remedy.at,
               "'%s' has no set-group-ID bit: what others drop is of their own group, and the "
               "daemon may not be able to read it",
               path);
}

void doctor_permissions(struct doctor *d)
{
    size_t findings = d->count[DOCTOR_FINDING];
    size_t seen = 0;
    for (size_t i = 0; i < COUNT_OF(folders); i++) {
        ON_LEAVE(free_text) char *path = path_of(d, folders[i].name);
        ON_LEAVE(buf_free) struct buf remedy = {0};
        struct stat st;
        if (stat(path, &st) != 0)
            continue; /* told by doctor_folders */
        seen++;
        owner_check(d, path, &st, i == 0);
        if (i == 0)
            incoming_check(d, path, &st);
        if (!(st.st_mode & folders[i].forbidden))
            continue;
        remedy_of(&remedy, "chmod", folders[i].remedy, path);
        doctor_say(d, DOCTOR_FINDING, remedy.at, "others may %s: '%s' has mode %04o",
                   folders[i].others, path, (unsigned)st.st_mode & 07777);
    }
    if (seen < COUNT_OF(folders))
        doctor_say(d, DOCTOR_UNSEEN, NULL, "%zu of %zu folders cannot be looked at",
                   COUNT_OF(folders) - seen, COUNT_OF(folders));
    else if (findings == d->count[DOCTOR_FINDING])
        doctor_well(d, "the folders are as private as they should be");
}

/* ---- the watch ---- */

/* File systems where others' changes are not told to this machine. */
static const char *remote_name(const char *path)
{
    static const struct {
        unsigned long magic;
        const char *name;
    } kinds[] = {
        {NFS_SUPER_MAGIC, "NFS"}, {0xff534d42UL, "CIFS"},     {0xfe534d42UL, "SMB"},
        {SMB_SUPER_MAGIC, "SMB"}, {0x65735546UL, "FUSE"},     {0x00c36400UL, "Ceph"},
        {AFS_SUPER_MAGIC, "AFS"}, {CODA_SUPER_MAGIC, "Coda"}, {V9FS_MAGIC, "9P"},
        {0x0bd00bd0UL, "Lustre"}, {0x01161970UL, "GFS2"},     {0x7461636fUL, "OCFS2"},
    };
    struct statfs fs;
    if (statfs(path, &fs) != 0)
        return NULL;
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        if ((unsigned long)fs.f_type == kinds[i].magic)
            return kinds[i].name;
    return NULL;
}

/* What a daemon says, or what it would find. */
static bool is_watched(struct doctor *d, const char *path, char *why, size_t room)
{
    struct json_object *daemon = ctl_member(d->status, "daemon");
    const char *mode = ctl_text(daemon, "watch");
    struct watch *watch = NULL;
    struct fault f = {0};
    if (*mode) {
        snprintf(why, room, "%s", ctl_text(daemon, "watch_reason"));
        return strcmp(mode, "inotify") == 0;
    }
    bool good = watch_start(path, &watch, &f);
    watch_stop(watch);
    snprintf(why, room, "%.*s", (int)room - 1, f.text);
    return good;
}

void doctor_watch(struct doctor *d)
{
    ON_LEAVE(free_text) char *path = path_of(d, "incoming");
    char why[256] = "";
    long long every = (long long)d->config->spool.rescan / 1000;
    const char *remote = remote_name(path);
    if (access(path, R_OK | X_OK) != 0 && !*ctl_text(ctl_member(d->status, "daemon"), "watch")) {
        doctor_say(d, DOCTOR_UNSEEN, "run this as root or as the daemon's user",
                   "'%s' cannot be looked into", path);
        return;
    }
    if (!is_watched(d, path, why, sizeof why))
        doctor_say(d, DOCTOR_FINDING,
                   "raise the limits: sysctl fs.inotify.max_user_instances and "
                   "fs.inotify.max_user_watches; files are found all the same, but later",
                   "incoming/ is polled: %s", why);
    else if (remote && !every)
        doctor_say(d, DOCTOR_FINDING, "set [spool] rescan=60s",
                   "incoming/ is on %s, which does not tell what others drop, and [spool] rescan "
                   "is 0",
                   remote);
    else if (remote)
        doctor_well(d,
                    "incoming/ is on %s, which does not tell what others drop: it is looked at "
                    "every %lld s",
                    remote, every);
    else if (every)
        doctor_well(d, "incoming/ is watched by inotify, and looked at every %lld s", every);
    else
        doctor_well(d, "incoming/ is watched by inotify");
}

/* ---- room ---- */

static void room_check(struct doctor *d, const char *path)
{
    struct statvfs fs;
    if (statvfs(path, &fs) != 0) {
        doctor_say(d, DOCTOR_UNSEEN, NULL, "how much room is left in '%s' cannot be seen", path);
        return;
    }
    uint64_t left = (uint64_t)fs.f_bavail * fs.f_frsize;
    uint64_t all = (uint64_t)fs.f_blocks * fs.f_frsize;
    bool little = left < SPACE_LEAST || (left < SPACE_ENOUGH && left < all / 20);
    bool few = fs.f_files && (fs.f_favail < INODES_LEAST);
    if (little)
        doctor_say(
            d, DOCTOR_FINDING, "make room: an import that finds none waits; see [report] keep",
            "%llu MiB are left on the disk of '%s'", (unsigned long long)(left / MEBI), path);
    if (few)
        doctor_say(d, DOCTOR_FINDING, "remove small files that nobody needs from that disk",
                   "%llu more files can be made on the disk of '%s'",
                   (unsigned long long)fs.f_favail, path);
    if (!little && !few)
        doctor_well(d, "%llu MiB are left on the disk of '%s'", (unsigned long long)(left / MEBI),
                    path);
}

void doctor_space(struct doctor *d)
{
    struct stat spool, state;
    const char *state_folder = d->config->state.directory;
    room_check(d, d->config->spool.directory);
    bool same = stat(d->config->spool.directory, &spool) == 0 && stat(state_folder, &state) == 0 &&
                spool.st_dev == state.st_dev;
    if (!same)
        room_check(d, state_folder);
}

/* ---- receipts ---- */

static bool is_writable(const struct doctor *d, const struct stat *st)
{
    mode_t bit = st->st_uid == d->user ? 0200 : 0020;
    return !d->user_known || d->user == 0 || (st->st_mode & bit);
}

/* Who may do what in it; that others may read names alone is no matter, the files are the group's.
 */
static void receipts_check(struct doctor *d, const char *path, const struct stat *st)
{
    ON_LEAVE(free_text) char *incoming_path = path_of(d, "incoming");
    ON_LEAVE(buf_free) struct buf remedy = {0};
    struct stat incoming;
    bool known = stat(incoming_path, &incoming) == 0;
    if (!is_writable(d, st)) {
        remedy_of(&remedy, "chmod", st->st_uid == d->user ? "u+rwx" : "g+rwx", path);
        doctor_say(d, DOCTOR_FINDING, remedy.at, "the daemon may not write to '%s'", path);
    }
    if ((st->st_mode & 0050) != 0050) {
        remedy_of(&remedy, "chmod", "g+rx", path);
        doctor_say(d, DOCTOR_FINDING, remedy.at, "its group may not look into '%s'", path);
    }
    if (st->st_mode & 0002) {
        remedy_of(&remedy, "chmod", "o-w", path);
        doctor_say(d, DOCTOR_FINDING, remedy.at, "others may change what is in '%s'", path);
    }
    if (known && st->st_gid != incoming.st_gid && !(st->st_mode & S_ISGID)) {
        remedy_of(&remedy, "chmod", "g+s", path);
        doctor_say(d, DOCTOR_FINDING, remedy.at,
                   "'%s' has another group than incoming/, and no set-group-ID bit: where the "
                   "daemon is not of that group, its members cannot read what it writes",
                   path);
    }
}

/* Why the daemon would not write to what is there, or NULL. */
static const char *receipts_trap(struct doctor *d, const struct stat *st)
{
    if (S_ISLNK(st->st_mode))
        return "is a link, which the daemon does not follow";
    if (!S_ISDIR(st->st_mode))
        return "is no folder";
    for (size_t i = 1; i < COUNT_OF(folders); i++) { /* incoming/ is the senders' */
        ON_LEAVE(free_text) char *own = path_of(d, folders[i].name);
        struct stat found;
        if (stat(own, &found) == 0 && found.st_dev == st->st_dev && found.st_ino == st->st_ino)
            return "is a folder of the spool's own";
    }
    return NULL;
}

/* The folder's path without the slashes at its end, behind which a link would be followed. */
static char *receipts_path(const struct doctor *d)
{
    const char *path = d->config->report.receipts;
    size_t len = strlen(path);
    while (len > 1 && path[len - 1] == '/')
        len--;
    return xstrndup(path, len);
}

void doctor_receipts(struct doctor *d)
{
    ON_LEAVE(free_text) char *path = receipts_path(d);
    const char *why = ctl_text(ctl_member(d->status, "daemon"), "receipts");
    ON_LEAVE(buf_free) struct buf remedy = {0};
    size_t findings = d->count[DOCTOR_FINDING];
    struct stat st;
    if (!path[0])
        return;
    if (*why) {
        buf_format(&remedy,
                   "see what it says; in a drop-in of %s, ReadWritePaths='%s' where that "
                   "is outside the spool's directory",
                   d->unit, path);
        doctor_say(d, DOCTOR_FINDING, remedy.at, "receipts cannot be written: %s", why);
    } else if (lstat(path, &st) != 0 && errno == EACCES) {
        doctor_say(d, DOCTOR_UNSEEN, "run this as root or as the daemon's user",
                   "'%s' cannot be looked at", path);
        return;
    } else if (lstat(path, &st) == 0 && receipts_trap(d, &st)) {
        doctor_say(d, DOCTOR_FINDING, "name a folder of its own as [report] receipts",
                   "receipts cannot be written: '%s' %s", path, receipts_trap(d, &st));
    } else if (lstat(path, &st) != 0) {
        buf_format(&remedy, "install -d -m 2770 -o extspoold -g extspool-drop '%s'", path);
        doctor_say(d, DOCTOR_FINDING, remedy.at, "[report] receipts: there is no folder '%s'",
                   path);
    } else {
        receipts_check(d, path, &st);
    }
    if (findings == d->count[DOCTOR_FINDING])
        doctor_well(d, "senders find receipts in '%s'", path);
}
