/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME ctl_doctor: what is wrong with an installation, and how to mend it. */
#include "ctl_doctor.h"

#include <dirent.h>
#include <errno.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"
#include "clock.h"
#include "config_listen.h"
#include "ctl_screen.h"
#include "json.h"

#define YEAR_2024 INT64_C(1704067200000) /* milliseconds: no clock that is right says less */

static const char *const kinds[] = {
    [DOCTOR_WELL] = "well", [DOCTOR_FINDING] = "finding", [DOCTOR_UNSEEN] = "unseen"};

/* ---- what is said ---- */

static void say(struct doctor *d, enum finding_kind kind, const char *remedy, const char *format,
                va_list args) PRINTF_LIKE(4, 0);

static void say(struct doctor *d, enum finding_kind kind, const char *remedy, const char *format,
                va_list args)
{
    char *raw = NULL;
    ON_LEAVE(buf_free) struct buf text = {0};
    int len = vasprintf(&raw, format, args);
    assert(len >= 0);
    buf_name(&text, raw, strlen(raw)); /* file names are in it */
    free(raw);
    struct json_object *one = json_object_new_object();
    json_object_object_add(one, "check", json_object_new_string(d->check));
    json_object_object_add(one, "result", json_object_new_string(kinds[kind]));
    json_object_object_add(one, "message", json_object_new_string(buf_get(&text)));
    json_object_object_add(one, "remedy", remedy ? json_object_new_string(remedy) : NULL);
    json_object_array_add(d->said, one);
    d->count[kind]++;
}

void doctor_say(struct doctor *d, enum finding_kind kind, const char *remedy, const char *format,
                ...)
{
    va_list args;
    va_start(args, format);
    say(d, kind, remedy, format, args);
    va_end(args);
}

void doctor_well(struct doctor *d, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(d, DOCTOR_WELL, NULL, format, args);
    va_end(args);
}

const char *doctor_user(uid_t user, char to[64])
{
    const struct passwd *known = getpwuid(user);
    if (known)
        snprintf(to, 64, "%s", known->pw_name);
    else
        snprintf(to, 64, "user %lu", (unsigned long)user);
    return to;
}

/* ---- the unit ---- */

const char *doctor_instance(const struct doctor *d, const char **ret_path, size_t *ret_len)
{
    const char *path = d->c->path ? d->c->path : CONFIG_FILE;
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    size_t len = strcspn(name, ".");
    bool plain = len == strlen("extspoold") && strncmp(name, "extspoold", len) == 0;
    *ret_path = path;
    *ret_len = plain ? 0 : len;
    return name;
}

static void meet_unit(struct doctor *d)
{
    const char *path = NULL;
    size_t len = 0;
    const char *name = doctor_instance(d, &path, &len);
    snprintf(d->unit, sizeof d->unit, "extspoold%s%.*s", len ? "@" : "", (int)len, name);
}

/* ---- checks of the whole ---- */

/* Root reads everything, the daemon does not. */
static bool daemon_reads(struct doctor *d, const char *path)
{
    ON_LEAVE(buf_free) struct buf remedy = {0};
    char user[64];
    struct stat st;
    if (!d->user_known || stat(path, &st) != 0 || st.st_uid == d->user || (st.st_mode & 0044))
        return true;
    buf_format(&remedy, "chmod 0644 '%s': it holds no secret", path);
    doctor_say(d, DOCTOR_FINDING, remedy.at, "%s, as whom the daemon runs, may not read '%s'",
               doctor_user(d->user, user), path);
    return false;
}

static void check_configuration(struct doctor *d)
{
    ON_LEAVE(ctl_rules_free) struct ctl_rules rules = {0};
    struct fault f = {0};
    if (d->c->bad_config) {
        bool hidden = d->c->bad_config->error == EACCES;
        doctor_say(d, hidden ? DOCTOR_UNSEEN : DOCTOR_FINDING,
                   hidden ? "run this as root"
                          : "correct that line; a daemon that runs keeps the old configuration",
                   "%s", d->c->bad_config->text);
        return;
    }
    bool readable = daemon_reads(d, d->c->path ? d->c->path : CONFIG_FILE);
    if (ctl_rules_read(d->config, &rules, &f) && readable)
        doctor_well(d, "configuration, schema and mapping profiles are sound");
    else if (f.kind != FAULT_NONE)
        doctor_say(d, f.error == EACCES ? DOCTOR_UNSEEN : DOCTOR_FINDING,
                   "correct that file; 'extspool check-profile FILE' tells more of a profile", "%s",
                   f.text);
}

static void check_daemon(struct doctor *d)
{
    struct json_object *daemon = ctl_member(d->status, "daemon");
    ON_LEAVE(buf_free) struct buf remedy = {0};
    buf_format(&remedy, "systemctl start %s; journalctl -xu %s says why it ended%s", d->unit,
               d->unit,
               strchr(d->unit, '@') ? "" : "; where extspoold-once.timer imports, none is wanted");
    if (d->unasked.kind != FAULT_NONE)
        doctor_say(d, DOCTOR_UNSEEN, "run this as root or as the daemon's user", "%s",
                   d->unasked.text);
    else if (!d->status)
        doctor_say(d, DOCTOR_FINDING, remedy.at, "no daemon runs with this configuration");
    else
        doctor_well(d, "a daemon runs; calls under way: %llu of %llu",
                    (unsigned long long)ctl_number(daemon, "calls"),
                    (unsigned long long)ctl_number(daemon, "calls_most"));
}

static void check_clock(struct doctor *d)
{
    char now[CLOCK_TEXT];
    if (clock_wall() < YEAR_2024)
        doctor_say(d, DOCTOR_FINDING, "set the clock: timedatectl set-ntp true",
                   "the clock says %s, which is long ago", clock_text(clock_wall(), now));
    else
        doctor_well(d, "the clock says %s", clock_text(clock_wall(), now));
}

/* ---- the ledger ---- */

/* What nobody else is to read or change. */
static void ledger_mode(struct doctor *d, const char *name, mode_t forbidden)
{
    ON_LEAVE(buf_free) struct buf path = {0};
    ON_LEAVE(buf_free) struct buf remedy = {0};
    struct stat st;
    buf_format(&path, "%s%s", d->config->state.directory, name);
    if (lstat(path.at, &st) != 0 || !(st.st_mode & forbidden))
        return;
    buf_format(&remedy, "chmod %s '%s'", *name ? "0600" : "go-w", path.at);
    doctor_say(d, DOCTOR_FINDING, remedy.at, "others may %s '%s' (mode %04o)",
               *name ? "read or change" : "change", path.at, (unsigned)st.st_mode & 07777);
}

static void ledger_aside(struct doctor *d)
{
    DIR *dir = opendir(d->config->state.directory);
    for (struct dirent *entry; dir && (entry = readdir(dir));)
        if (strncmp(entry->d_name, "ledger.db.damaged-", 18) == 0)
            doctor_say(d, DOCTOR_FINDING,
                       "see whether the disk is sound (smartctl, dmesg), then move it away",
                       "a damaged ledger was put aside as '%s/%s'", d->config->state.directory,
                       entry->d_name);
    if (dir)
        closedir(dir);
}

static bool noted(struct doctor *d, const char *name, char note[LEDGER_NOTE])
{
    note[0] = '\0';
    return ledger_note_get(d->ledger, name, note, NULL) && note[0];
}

/* With what is still needed of it. What comes then asks the PBX, which may take long. */
static void ledger_leave(struct doctor *d)
{
    char note[LEDGER_NOTE];
    if (!d->ledger)
        return;
    d->logins.locked_out =
        noted(d, "locked-out-until", note) && strtoll(note, NULL, 10) > clock_wall();
    d->logins.accepted = noted(d, "accepted-login", note);
    d->logins.refused = noted(d, "refused-login", note);
    d->ledger = ledger_close(d->ledger);
}

static void check_ledger(struct doctor *d)
{
    char damage[LEDGER_DAMAGE] = "";
    struct fault f = {0};
    ledger_mode(d, "", 0022);
    ledger_mode(d, "/ledger.db", 0077);
    ledger_mode(d, "/key", 0077);
    ledger_aside(d);
    if (!d->ledger && d->unread.error == ENOENT)
        doctor_well(d, "there is none yet");
    else if (!d->ledger && d->unread.kind == FAULT_DAMAGE)
        doctor_say(d, DOCTOR_FINDING,
                   "start the daemon: it puts the ledger aside and looks all numbers up", "%s",
                   d->unread.text);
    else if (!d->ledger)
        doctor_say(d, DOCTOR_UNSEEN,
                   d->unread.error == EACCES ? "run this as root or as the daemon's user"
                                             : "start the daemon, and ask again",
                   "%s", d->unread.text);
    else if (!ledger_sound(d->ledger, damage, &f))
        doctor_say(d, DOCTOR_UNSEEN, "ask again in a moment", "%s", f.text);
    else if (damage[0])
        doctor_say(d, DOCTOR_FINDING,
                   "restart the daemon: it puts the ledger aside and looks all numbers up", "%s",
                   damage);
    else
        doctor_well(d, "it is sound");
    ledger_leave(d);
}

/* ---- the metrics ---- */

/* A daemon writes them as it starts: what is older is not its own. */
static void check_metrics(struct doctor *d)
{
    const char *path = d->config->metrics.textfile;
    ON_LEAVE(buf_free) struct buf remedy = {0};
    struct stat st;
    if (!*path)
        return;
    int error = stat(path, &st) == 0 ? 0 : errno;
    if (error == EACCES) {
        doctor_say(d, DOCTOR_UNSEEN, "run this as root", "'%s': %s", path, strerror(error));
    } else if (error || (int64_t)st.st_mtim.tv_sec * 1000 < d->started) {
        buf_format(&remedy,
                   "let the daemon write into its folder: for the user by chgrp and chmod, for "
                   "the unit by ReadWritePaths= (systemctl edit %s); then systemctl restart %s",
                   d->unit, d->unit);
        doctor_say(d, DOCTOR_FINDING, remedy.at, "the metrics are not written: '%s' is %s", path,
                   error ? "not there" : "older than the daemon");
    } else {
        doctor_well(d, "the metrics are in '%s'", path);
    }
}

/* ---- the status page ---- */

static void token_missing(struct doctor *d, const struct fault *why)
{
    const char *file = d->config->status.token_file;
    ON_LEAVE(buf_free) struct buf remedy = {0};
    bool hidden = why->error == EACCES;
    buf_format(&remedy,
               "make one: head -c 24 /dev/urandom | base64 | install -m 0600 -o extspoold "
               "/dev/stdin '%s'; and "
               "systemctl reload %s",
               file, d->unit);
    doctor_say(d, hidden ? DOCTOR_UNSEEN : DOCTOR_FINDING, hidden ? "run this as root" : remedy.at,
               "the status page has no token: %s", why->text);
}

static bool is_exposed(const char *listen)
{
    union config_address address;
    socklen_t len;
    return *listen && *listen != '/' && config_listen_address(listen, &address, &len) &&
           !config_listen_is_local(&address);
}

/* What others can reach is not served without a token, and no daemon starts with it. One that runs
 * has its credential, whatever stands in the file by now. */
static void check_exposed(struct doctor *d)
{
    const char *listen = d->config->status.listen;
    ON_LEAVE(buf_free) struct buf path = {0};
    ON_LEAVE(buf_free) struct buf remedy = {0};
    struct stat st;
    if (d->status || *d->config->status.token_file || !is_exposed(listen))
        return;
    doctor_credential(d, "status-token", &path);
    int error = stat(path.at, &st) == 0 ? 0 : errno;
    buf_format(&remedy,
               "make one: head -c 24 /dev/urandom | base64 | install -m 0600 /dev/stdin '%s', or "
               "name a file with one as [status] token_file; then systemctl restart %s",
               path.at, d->unit);
    if (error == EACCES)
        doctor_say(d, DOCTOR_UNSEEN, "run this as root", "'%s' cannot be looked at", path.at);
    else if (error || st.st_size == 0)
        doctor_say(d, DOCTOR_FINDING, remedy.at,
                   "others can reach [status] listen=%s, and there is no token, so that no daemon "
                   "starts: '%s' is %s",
                   listen, path.at, error ? "missing" : "empty");
    else
        doctor_well(d, "the status page asks for the token in '%s'", path.at);
}

/* What its daemon says; the token it may have as a credential, which nobody else reads. */
static void check_page(struct doctor *d)
{
    ON_LEAVE(config_password_free) char *token = NULL;
    ON_LEAVE(buf_free) struct buf remedy = {0};
    const char *listen = d->config->status.listen;
    const char *why = ctl_text(ctl_member(d->status, "daemon"), "page");
    struct fault f = {0};
    bool known = !*d->config->status.token_file || config_token(d->config, &token, &f);
    if (!known)
        token_missing(d, &f);
    check_exposed(d);
    buf_format(&remedy,
               "correct [status], then systemctl reload %s; an address that is in use is tried "
               "again each minute (ss -ltnp names its owner)",
               d->unit);
    if (*why)
        doctor_say(d, DOCTOR_FINDING, remedy.at, "the status page cannot be served: %s", why);
    else if (known && *listen && d->status)
        doctor_well(d, "the status page is served at %s", listen);
}

/* ---- telling people ---- */

/* A file that the daemon may run: root may run what anybody may. Of which groups the daemon is, is
 * not asked for. */
static bool is_program(const struct doctor *d, const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
        return false;
    if (!d->user_known || d->user == 0)
        return access(path, X_OK) == 0;
    return st.st_mode & (st.st_uid == d->user ? 0100 : 0011);
}

/* As it is looked for when it is run. */
static bool program_there(const struct doctor *d, const char *name)
{
    const char *path = getenv("PATH");
    if (strchr(name, '/'))
        return is_program(d, name);
    for (const char *at = path ? path : ""; *at;) {
        ON_LEAVE(buf_free) struct buf file = {0};
        size_t len = strcspn(at, ":");
        buf_format(&file, "%.*s/%s", (int)len, at, name);
        if (is_program(d, file.at))
            return true;
        at += len + (at[len] == ':');
    }
    return false;
}

static void check_notify(struct doctor *d)
{
    const char *command = d->config->notify.command + strspn(d->config->notify.command, " \t");
    ON_LEAVE(free_text) char *name = xstrndup(command, strcspn(command, " \t"));
    if (!*name)
        return;
    if (program_there(d, name))
        doctor_well(d, "people are told by '%s'", name);
    else
        doctor_say(d, DOCTOR_FINDING,
                   "correct [notify] command, or install the program and make it executable",
                   "people cannot be told: '%s' is no program that can be run", name);
}

/* ---- the table ---- */

static const struct {
    const char *name;
    void (*look)(struct doctor *d);
} checks[] = {
    {"configuration", check_configuration},
    {"daemon", check_daemon},
    {"clock", check_clock},
    {"folders", doctor_folders},
    {"permissions", doctor_permissions},
    {"space", doctor_space},
    {"watch", doctor_watch},
    {"incoming", doctor_incoming},
    {"files", doctor_unowned},
    {"receipts", doctor_receipts},
    {"ledger", check_ledger},
    {"password", doctor_password},
    {"pbx", doctor_pbx},
    {"session", doctor_session},
    {"metrics", check_metrics},
    {"page", check_page},
    {"notify", check_notify},
};

static void print(const struct doctor *d)
{
    static const char *const colours[] = {
        [DOCTOR_WELL] = "\033[32m", [DOCTOR_FINDING] = "\033[1;31m", [DOCTOR_UNSEEN] = "\033[33m"};
    bool coloured = screen_is_coloured(STDOUT_FILENO);
    for (size_t i = 0; i < ctl_length(d->said); i++) {
        struct json_object *one = ctl_item(d->said, i);
        const char *result = ctl_text(one, "result");
        size_t kind = 0;
        while (kind + 1 < COUNT_OF(kinds) && strcmp(kinds[kind], result) != 0)
            kind++;
        printf("%s%-7s%s  %-13s  %s\n", coloured ? colours[kind] : "", result,
               coloured ? "\033[m" : "", ctl_text(one, "check"), ctl_text(one, "message"));
        if (*ctl_text(one, "remedy"))
            printf("%24s  -> %s\n", "", ctl_text(one, "remedy"));
    }
    printf("%zu well, %zu finding%s, %zu unseen\n", d->count[DOCTOR_WELL], d->count[DOCTOR_FINDING],
           d->count[DOCTOR_FINDING] == 1 ? "" : "s", d->count[DOCTOR_UNSEEN]);
}

static void print_json(const struct doctor *d)
{
    ON_LEAVE(json_leave) struct json_object *o = json_object_new_object();
    json_object_object_add(o, "well", json_object_new_uint64(d->count[DOCTOR_WELL]));
    json_object_object_add(o, "findings", json_object_new_uint64(d->count[DOCTOR_FINDING]));
    json_object_object_add(o, "unseen", json_object_new_uint64(d->count[DOCTOR_UNSEEN]));
    json_object_object_add(o, "checks", json_object_get(d->said));
    ctl_json_print(o);
}

/* Whose daemon it is, and since when it runs: its socket is made at its start. */
static void meet_daemon(struct doctor *d)
{
    struct stat st;
    ON_LEAVE(buf_free) struct buf socket = {0};
    const char *folder = d->config->state.directory;
    struct ctl_desk *desk = ctl_desk_new(d->c->config);
    bool running = false;
    if (!ctl_ask_daemon(desk, "status", 0, &running, &d->status, &d->unasked))
        d->status = NULL;
    ctl_desk_close(desk);
    buf_format(&socket, "%s/control.sock", folder);
    d->user_known = (d->status && lstat(socket.at, &st) == 0) || stat(folder, &st) == 0;
    d->user = d->user_known ? st.st_uid : 0;
    if (d->status && lstat(socket.at, &st) == 0)
        d->started = (int64_t)st.st_mtim.tv_sec * 1000;
    if (!ledger_look(folder, &d->ledger, &d->unread))
        d->ledger = NULL;
}

int ctl_doctor(const struct ctl *c)
{
    struct doctor d = {.c = c, .config = c->config, .said = json_object_new_array()};
    size_t count = c->config ? COUNT_OF(checks) : 1; /* without one no other makes sense */
    meet_unit(&d);
    if (c->config)
        meet_daemon(&d);
    for (size_t i = 0; i < count; i++) {
        d.check = checks[i].name;
        checks[i].look(&d);
    }
    if (c->json)
        print_json(&d);
    else
        print(&d);
    ledger_close(d.ledger);
    json_object_put(d.status);
    json_object_put(d.said);
    if (d.count[DOCTOR_FINDING])
        return CTL_NEGATIVE;
    return d.count[DOCTOR_UNSEEN] ? CTL_TROUBLE : CTL_WELL;
}
