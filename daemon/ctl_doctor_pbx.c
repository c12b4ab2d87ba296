/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME ctl_doctor_pbx: the PBX as seen from here, and what is needed to log in. */
#include "ctl_doctor.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"
#include "clock.h"
#include "http.h"
#include "json.h"

#define DAY           (INT64_C(24) * 60 * 60 * 1000) /* milliseconds */
#define DAYS_ENOUGH   30                             /* of a certificate */
#define CLOCKS_DIFFER (INT64_C(5) * 60 * 1000)

/* ---- the password ---- */

void doctor_credential(const struct doctor *d, const char *credential, struct buf *to)
{
    const char *config = NULL;
    size_t len = 0;
    const char *name = doctor_instance(d, &config, &len);
    buf_add(to, config, (size_t)(name - config));
    buf_add(to, name, len);
    if (len)
        buf_char(to, '.');
    buf_text(to, credential);
}

/* Root hands a credential on; a password_file is the daemon's own to read. */
static void mode_check(struct doctor *d, const char *path, const struct stat *st)
{
    ON_LEAVE(buf_free) struct buf remedy = {0};
    char is[64], wanted[64];
    if (st->st_mode & 0007) {
        buf_format(&remedy, "chmod 0600 '%s'", path);
        doctor_say(d, DOCTOR_FINDING, remedy.at, "everybody may read '%s' (mode %04o)", path,
                   (unsigned)st->st_mode & 07777);
    } else if (*d->config->pbx.password_file && d->user_known && st->st_uid != d->user &&
               !(st->st_mode & 0040)) {
        buf_format(&remedy, "chown %s '%s'", doctor_user(d->user, wanted), path);
        doctor_say(d, DOCTOR_FINDING, remedy.at, "'%s' belongs to %s, and the daemon is %s", path,
                   doctor_user(st->st_uid, is), wanted);
    }
}

static void age_check(struct doctor *d, const char *path, const struct stat *st)
{
    char since[CLOCK_TEXT];
    bool own = *d->config->pbx.password_file;
    bool changed = d->started && (int64_t)st->st_mtim.tv_sec * 1000 > d->started;
    ON_LEAVE(buf_free) struct buf remedy = {0};
    buf_format(&remedy, "systemctl restart %s: a credential is read at start", d->unit);
    if (changed && !own)
        doctor_say(d, DOCTOR_FINDING, remedy.at, "'%s' has changed since the daemon started at %s",
                   path, clock_text(d->started, since));
    else if (own)
        doctor_well(d, "it is in '%s' (a new one is read with systemctl reload %s)", path, d->unit);
    else
        doctor_well(d, "it is in '%s' (a new one is read with systemctl restart %s)", path,
                    d->unit);
}

void doctor_password(struct doctor *d)
{
    ON_LEAVE(buf_free) struct buf path = {0};
    ON_LEAVE(buf_free) struct buf remedy = {0};
    struct stat st;
    if (*d->config->pbx.password_file)
        buf_text(&path, d->config->pbx.password_file);
    else
        doctor_credential(d, "pbx-password", &path);
    buf_format(&remedy,
               "install -m 0600 /dev/stdin '%s', type the password, Enter, Ctrl-D; and "
               "systemctl %s %s",
               path.at, *d->config->pbx.password_file ? "reload" : "restart", d->unit);
    if (stat(path.at, &st) != 0 && errno == EACCES) {
        doctor_say(d, DOCTOR_UNSEEN, "run this as root", "'%s' cannot be looked at", path.at);
    } else if (stat(path.at, &st) != 0) {
        doctor_say(d, DOCTOR_FINDING, remedy.at, "there is no password: '%s' is missing", path.at);
    } else if (st.st_size == 0) {
        doctor_say(d, DOCTOR_FINDING, remedy.at, "there is no password: '%s' is empty", path.at);
    } else {
        mode_check(d, path.at, &st);
        age_check(d, path.at, &st);
    }
}

/* ---- the PBX ---- */

static const char renew[] = "renew the PBX's certificate";

static void expiry_tell(struct doctor *d, const struct http_look *look)
{
    long long days = (long long)((look->expires - clock_wall()) / DAY);
    char when[CLOCK_TEXT];
    if (!look->expires)
        return;
    clock_text(look->expires, when);
    if (look->expires < clock_wall())
        doctor_say(d, DOCTOR_FINDING, renew, "the PBX's certificate has expired at %s", when);
    else if (days < DAYS_ENOUGH)
        doctor_say(d, DOCTOR_FINDING, renew, "the PBX's certificate expires in %lld days, at %s",
                   days, when);
    else
        doctor_well(d, "the PBX's certificate is good for %lld days, till %s", days, when);
}

static void date_tell(struct doctor *d, const struct http_look *look)
{
    int64_t apart = look->date ? look->date - clock_wall() : 0;
    char theirs[CLOCK_TEXT];
    if (apart > -CLOCKS_DIFFER && apart < CLOCKS_DIFFER)
        return;
    doctor_say(d, DOCTOR_FINDING, "set both by NTP (here: timedatectl set-ntp true)",
               "the PBX's clock says %s, %lld min %s than this one", clock_text(look->date, theirs),
               (long long)(apart > 0 ? apart : -apart) / 60000, apart > 0 ? "later" : "earlier");
}

static void look_tell(struct doctor *d, const char *url, const struct http_settings *settings,
                      const struct http_look *look)
{
    static const char *const remedies[] = {
        [HTTP_LOOK_NO_HOST] = "correct the name in [pbx] url, or mend this machine's DNS",
        [HTTP_LOOK_NO_WAY] = "see that the PBX is on, its API is enabled for this machine, and "
                             "address and port in [pbx] url are right",
        [HTTP_LOOK_UNTRUSTED] =
            "set [pbx] ca_file to the certificate that has signed the PBX's, and "
            "[pbx] url to a name that it is for",
    };
    struct http_look bare = {0};
    if (look->end == HTTP_LOOK_UNTRUSTED)
        http_look(settings, url, false, &bare);
    if (look->end != HTTP_LOOK_ANSWERED) {
        bool expired = bare.expires && bare.expires < clock_wall();
        doctor_say(d, DOCTOR_FINDING, expired ? renew : remedies[look->end], "%s: %s", url,
                   look->text);
        expiry_tell(d, &bare);
        return;
    }
    doctor_well(d, "%s can be reached", url);
    expiry_tell(d, look);
    date_tell(d, look);
}

void doctor_pbx(struct doctor *d)
{
    const struct config *c = d->config;
    struct http_look look;
    const char *config = NULL;
    size_t len = 0;
    ON_LEAVE(buf_free) struct buf set = {0};
    ON_LEAVE(buf_free) struct buf url = {0};
    struct http_settings settings = {
        .connect_timeout = c->pbx.connect_timeout,
        .timeout = c->pbx.connect_timeout,
        .ca_file = c->pbx.ca_file,
        .proxy = c->pbx.proxy,
        .most = 1,
    };
    doctor_instance(d, &config, &len);
    buf_format(&set, "set it in '%s' or '%s.d/*.conf', and systemctl reload %s", config, config,
               d->unit);
    if (!*c->pbx.username)
        doctor_say(d, DOCTOR_FINDING, set.at, "no [pbx] username is set");
    if (!*c->pbx.url) {
        doctor_say(d, DOCTOR_FINDING, set.at, "no [pbx] url is set: nothing is sent yet");
        return;
    }
    if (*c->pbx.ca_file && access(c->pbx.ca_file, R_OK) != 0) {
        doctor_say(d, errno == EACCES ? DOCTOR_UNSEEN : DOCTOR_FINDING,
                   "correct [pbx] ca_file, or put the certificate there", "'%s' cannot be read",
                   c->pbx.ca_file);
        return;
    }
    buf_format(&url, "%s/", c->pbx.url);
    http_look(&settings, url.at, true, &look);
    look_tell(d, c->pbx.url, &settings, &look);
}

/* ---- the login, as the daemon knows it ---- */

/* As far as the last daemon has noted it. */
static void session_past(struct doctor *d)
{
    if (d->unread.kind != FAULT_NONE && d->unread.error != ENOENT)
        doctor_say(d, DOCTOR_UNSEEN, "run this as root or as the daemon's user",
                   "whether the last login was accepted stands in the ledger");
    else if (d->logins.locked_out)
        doctor_say(d, DOCTOR_FINDING, "wait for ten minutes, and correct user and password",
                   "the PBX has locked this machine out after failed logins");
    else if (d->logins.accepted)
        doctor_well(d, "the PBX has accepted a login of a daemon here");
    else if (d->logins.refused)
        doctor_say(d, DOCTOR_FINDING, "correct [pbx] username and the password",
                   "the PBX has refused the only logins that a daemon here has tried");
    else
        doctor_well(d, "no daemon has logged in yet: it does when there is something to send");
}

void doctor_session(struct doctor *d)
{
    const char *session = ctl_text(ctl_member(d->status, "daemon"), "session");
    struct json_object *waiting = ctl_member(d->status, "waiting");
    if (strcmp(session, "refused") == 0)
        doctor_say(d, DOCTOR_FINDING,
                   "correct [pbx] username (and reload) or the credential (and restart)",
                   "the PBX refuses the user or the password");
    else if (strcmp(session, "locked-out") == 0)
        doctor_say(d, DOCTOR_FINDING, "wait for ten minutes, and correct user and password",
                   "the PBX has locked this machine out after failed logins");
    else if (waiting)
        doctor_say(d, DOCTOR_FINDING,
                   *d->config->pbx.password_file ? "it goes on by itself once that has changed"
                                                 : "it goes on by itself once that has changed; "
                                                   "a new credential needs a restart",
                   "the daemon waits: %s", json_object_get_string(waiting));
    else if (strcmp(session, "open") == 0)
        doctor_well(d, "the daemon is logged in");
    else if (d->status)
        doctor_well(d, "the daemon is not logged in: there is nothing to send");
    else
        session_past(d);
}
