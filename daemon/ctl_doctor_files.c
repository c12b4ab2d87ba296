/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME ctl_doctor_files: files that lie about: in incoming/, where nobody claims them, and in the
 * other folders, where no import owns them. */
#include "ctl_doctor.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "buf.h"
#include "clock.h"
#include "json.h"
#include "spool.h"
#include "spool_name.h"

#define TOLD_MOST 10                        /* files of one kind */
#define HOUR      (INT64_C(60) * 60 * 1000) /* milliseconds */
#define UPLOAD    (24 * HOUR)               /* no upload takes longer */
#define MOMENT    (INT64_C(60) * 1000)      /* the ledger may lag behind the folders */

/* One folder that is gone through. */
struct walk {
    struct doctor *d;
    const char *folder;
    int fd;
    size_t told, untold;
};

typedef void walk_look(struct walk *w, const char *name, const struct stat *st, int64_t age);

/* Each entry, with the milliseconds since it came to be there: its change time is nobody's to set.
 * False when the folder may not be read. */
static bool walk(struct doctor *d, const char *folder, walk_look *look)
{
    ON_LEAVE(buf_free) struct buf path = {0};
    struct walk w = {.d = d, .folder = folder};
    buf_format(&path, "%s/%s", d->config->spool.directory, folder);
    w.fd = open(path.at, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = w.fd < 0 ? NULL : fdopendir(w.fd);
    if (!dir) {
        bool missing = errno == ENOENT; /* which is told elsewhere */
        close_fd(&w.fd);
        return missing;
    }
    for (struct dirent *entry; (entry = readdir(dir));) {
        struct stat st;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
            fstatat(w.fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        look(&w, entry->d_name, &st, clock_wall() - (int64_t)st.st_ctim.tv_sec * 1000);
    }
    closedir(dir);
    if (w.untold)
        doctor_say(d, DOCTOR_FINDING, NULL, "and %zu more of these in %s/", w.untold, folder);
    return true;
}

/* Whether one more may be told. */
static bool telling(struct walk *w)
{
    bool good = w->told < TOLD_MOST;
    w->told += good;
    w->untold += !good;
    return good;
}

static void unseen(struct doctor *d, const char *folder)
{
    doctor_say(d, DOCTOR_UNSEEN, "run this as root or as the daemon's user",
               "%s/ cannot be looked into", folder);
}

/* ---- incoming/ ---- */

static bool is_unclaimed(const struct doctor *d, const char *name)
{
    char shown[LEDGER_NAME];
    struct json_object *list = ctl_member(d->status, "unclaimed");
    spool_name_print(name, shown, sizeof shown);
    for (size_t i = 0; i < ctl_length(list); i++)
        if (strcmp(ctl_text(ctl_item(list, i), "name"), shown) == 0)
            return true;
    return false;
}

/* What the daemon put there for senders. */
static bool is_receipt(const struct walk *w, const char *name)
{
    struct stat here;
    struct stat receipts;
    return spool_name_is_receipt(name) && fstat(w->fd, &here) == 0 &&
           stat(w->d->config->report.receipts, &receipts) == 0 && here.st_dev == receipts.st_dev &&
           here.st_ino == receipts.st_ino;
}

static void incoming_look(struct walk *w, const char *name, const struct stat *st, int64_t age)
{
    static const char *const wanted[] = {
        [READY_SETTLE] = "see whether somebody still writes to it",
        [READY_RENAME] = "see whether the daemon may read it",
        [READY_DONE_FILE] = "its sender has to make NAME.done beside it: see [spool] ready",
    };
    if (S_ISDIR(st->st_mode) || is_unclaimed(w->d, name) || is_receipt(w, name))
        return;
    if (spool_name_ignored(name)) {
        if (age >= UPLOAD && telling(w))
            doctor_say(w->d, DOCTOR_FINDING, "remove it, unless its upload is still going on",
                       "'%s' lies in incoming/ for %lld h: an upload that broke off", name,
                       (long long)(age / HOUR));
        return;
    }
    if (age >= HOUR && w->d->status && telling(w))
        doctor_say(w->d, DOCTOR_FINDING, wanted[w->d->config->spool.ready],
                   "'%s' lies in incoming/ for %lld h and is not claimed", name,
                   (long long)(age / HOUR));
}

/* What the daemon itself says of files that stay there. */
static void unclaimed_tell(struct doctor *d)
{
    struct json_object *list = ctl_member(d->status, "unclaimed");
    ON_LEAVE(buf_free) struct buf rights = {0};
    buf_format(&rights,
               "chgrp --reference='%s/incoming' it and chmod g+r it, and it is imported: mv keeps "
               "group and mode, cp does not",
               d->config->spool.directory);
    for (size_t i = 0; i < ctl_length(list) && i < TOLD_MOST; i++) {
        const char *reason = ctl_text(ctl_item(list, i), "reason");
        bool unreadable = strcmp(reason, SPOOL_UNREADABLE) == 0;
        doctor_say(d, DOCTOR_FINDING,
                   unreadable ? rights.at : "move it away, or mend that, and it is imported",
                   "'%s' stays in incoming/: %s", ctl_text(ctl_item(list, i), "name"), reason);
    }
    if (ctl_length(list) > TOLD_MOST)
        doctor_say(d, DOCTOR_FINDING, NULL, "and %zu more of these in incoming/",
                   ctl_length(list) - TOLD_MOST);
}

void doctor_incoming(struct doctor *d)
{
    size_t findings = d->count[DOCTOR_FINDING];
    unclaimed_tell(d);
    if (!walk(d, "incoming", incoming_look))
        unseen(d, "incoming");
    else if (findings == d->count[DOCTOR_FINDING])
        doctor_well(d, "nothing lies about in incoming/");
}

/* ---- the other folders ---- */

static bool is_known(struct doctor *d, const char *name)
{
    struct import i;
    bool found = false;
    uint64_t id = spool_name_id(name);
    return id && (!ledger_import_get(d->ledger, id, &i, &found, NULL) || found);
}

static void other_look(struct walk *w, const char *name, const struct stat *st, int64_t age)
{
    (void)st;
    if (age < MOMENT || strcmp(name, ".lock") == 0 || is_known(w->d, name) || !telling(w))
        return;
    doctor_say(w->d, DOCTOR_FINDING, "move it away if nobody needs it",
               "'%s' in %s/ belongs to no import that the ledger knows", name, w->folder);
}

void doctor_unowned(struct doctor *d)
{
    static const char *const folders[] = {"work", "done", "rejected", "held", "reports", "secrets"};
    size_t findings = d->count[DOCTOR_FINDING];
    size_t blind = d->count[DOCTOR_UNSEEN];
    if (!d->ledger && d->unread.error != ENOENT) {
        doctor_say(d, DOCTOR_UNSEEN, NULL, "whose they are cannot be seen without the ledger");
        return;
    }
    for (size_t i = 0; d->ledger && i < COUNT_OF(folders); i++)
        if (!walk(d, folders[i], other_look))
            unseen(d, folders[i]);
    if (findings == d->count[DOCTOR_FINDING] && blind == d->count[DOCTOR_UNSEEN])
        doctor_well(d, "each file in the spool's folders belongs to an import");
}
