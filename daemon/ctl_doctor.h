/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the checks of `extspool doctor` share. Each looks at one thing and says at least once how it
 * is. Nothing is changed, and nothing but the head of a page is asked of the PBX: not even a login,
 * since a refused one counts towards the lock-out, and nobody has said whether one ends the session
 * that the daemon has. */
#ifndef EXTSPOOLD_CTL_DOCTOR_H
#define EXTSPOOLD_CTL_DOCTOR_H

#include <sys/types.h>

#include "ctl.h"
#include "ledger.h"

enum finding_kind {
    DOCTOR_WELL,
    DOCTOR_FINDING,
    DOCTOR_UNSEEN, /* it could not be looked into */
};

struct doctor {
    const struct ctl *c;
    const struct config *config; /* NULL when it cannot be read */
    struct json_object *status;  /* of a running daemon, or NULL */
    struct fault unasked;        /* why one that may run cannot be asked; else of kind NONE */
    struct ledger *ledger;       /* for looking, or NULL: no daemon can start meanwhile */
    struct fault unread;         /* why it could not be looked at; else of kind NONE */
    struct {
        bool locked_out, accepted, refused;
    } logins;   /* what the last daemon has noted of them */
    uid_t user; /* the daemon's, as far as its files tell */
    bool user_known;
    int64_t started; /* wall: of the daemon that runs, or 0 */
    char unit[80];   /* what systemd calls the daemon of this configuration */
    const char *check;
    struct json_object *said;
    size_t count[DOCTOR_UNSEEN + 1];
};

/* Says how it is. remedy is NULL where there is nothing to do. */
void doctor_say(struct doctor *d, enum finding_kind kind, const char *remedy, const char *format,
                ...) PRINTF_LIKE(4, 5);
void doctor_well(struct doctor *d, const char *format, ...) PRINTF_LIKE(2, 3);
/* Where in the configuration's path, *ret_path, its file's name begins. *ret_len bytes of it are
 * the unit's instance, as in berlin.conf; 0 for the plain unit's extspoold.conf. Both are the
 * command line's. */
const char *doctor_instance(const struct doctor *d, const char **ret_path, size_t *ret_len);
/* A user's name, or number, into to. */
const char *doctor_user(uid_t user, char to[64]);

/* ctl_doctor_spool.c */
void doctor_folders(struct doctor *d);
void doctor_permissions(struct doctor *d);
void doctor_watch(struct doctor *d);
void doctor_space(struct doctor *d);
void doctor_receipts(struct doctor *d);
/* ctl_doctor_files.c */
void doctor_incoming(struct doctor *d);
void doctor_unowned(struct doctor *d);
/* ctl_doctor_pbx.c */
/* Where the unit of this configuration takes a credential from: NAME.conf has NAME.CREDENTIAL
 * beside it, and the configuration of the plain unit CREDENTIAL. */
struct buf;
void doctor_credential(const struct doctor *d, const char *credential, struct buf *to);
void doctor_password(struct doctor *d);
void doctor_pbx(struct doctor *d);
void doctor_session(struct doctor *d);

#endif
