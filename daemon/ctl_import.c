/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME ctl_import: files go to the spool, and are followed till their reports. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "ctl.h"
#include "ctl_hand.h"
#include "json.h"
#include "spool_name.h"

#define NAP_LEAST    100 /* milliseconds between two questions */
#define NAP_MOST     5000
#define NAP_SHARE    20 /* naps take so many times as long as the questions */
#define ABSENCE_MOST 50 /* naps without a daemon, which may be starting again */

/* A file that was handed over. */
struct parcel {
    char name[LEDGER_NAME]; /* as the daemon tells it */
    uint64_t id;            /* 0: not claimed yet */
};

struct follow {
    const struct ctl *c;
    struct ctl_desk *desk;
    struct parcel *parcels;
    size_t count;
    uint64_t next_id; /* those before are no imports of ours, or known to be */
    int64_t took;     /* the last question, in milliseconds */
};

static void nap(int64_t milliseconds)
{
    struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    nanosleep(&time, NULL);
}

static uint64_t id_of(struct json_object *import)
{
    return ctl_id(ctl_text(import, "id"));
}

/* status lists imports in the order of their ids */
static uint64_t greatest_id(struct json_object *status)
{
    struct json_object *imports = ctl_member(status, "imports");
    size_t count = ctl_length(imports);
    return count ? id_of(ctl_item(imports, count - 1)) : 0;
}

static bool ask(struct follow *w, const char *verb, uint64_t id, bool *ret_running,
                struct json_object **ret, struct fault *f)
{
    int64_t before = clock_mono();
    bool good = ctl_ask_daemon(w->desk, verb, id, ret_running, ret, f);
    w->took = clock_mono() - before;
    return good;
}

static bool status_ask(struct follow *w, struct json_object **ret, struct fault *f)
{
    for (int naps = 0; naps < ABSENCE_MOST; naps++) {
        bool running = false;
        if (!ask(w, "status", 0, &running, ret, f))
            return false;
        if (running)
            return true;
        nap(NAP_LEAST);
    }
    return fault_set(f, FAULT_IO, 0, "the daemon has ended; it goes on when it runs again");
}

/* Which parcel a new import is. */
static void parcel_meet(struct follow *w, uint64_t id, const char *name)
{
    for (size_t i = 0; i < w->count; i++) {
        struct parcel *p = &w->parcels[i];
        if (!p->id && strcmp(p->name, name) == 0) {
            p->id = id;
            return;
        }
    }
}

/* Looks at the imports that have come since; each once. An id without an import is a gap. */
static bool parcels_meet(struct follow *w, struct json_object *status, struct fault *f)
{
    for (uint64_t greatest = greatest_id(status); w->next_id <= greatest; w->next_id++) {
        ON_LEAVE(json_leave) struct json_object *show = NULL;
        bool running = false;
        if (!ask(w, "show", w->next_id, &running, &show, f) && f->kind != FAULT_INPUT)
            return false;
        if (!running)
            return true; /* asked again when it is back */
        parcel_meet(w, w->next_id, ctl_text(show, "name"));
    }
    return true;
}

static struct json_object *by_name(struct json_object *list, const char *key, const char *value)
{
    for (size_t i = 0; i < ctl_length(list); i++)
        if (strcmp(ctl_text(ctl_item(list, i), key), value) == 0)
            return ctl_item(list, i);
    return NULL;
}

static struct json_object *by_id(struct json_object *imports, uint64_t id)
{
    for (size_t i = 0; i < ctl_length(imports); i++)
        if (id_of(ctl_item(imports, i)) == id)
            return ctl_item(imports, i);
    return NULL;
}

static int end_of(const char *state, struct json_object *counts)
{
    if (strcmp(state, "held") == 0)
        return CTL_TROUBLE;
    bool refused = ctl_number(counts, "invalid") || ctl_number(counts, "failed");
    return strcmp(state, "done") != 0 || refused ? CTL_NEGATIVE : CTL_WELL;
}

static bool has_ended(const char *state)
{
    static const char *const ends[] = {"done", "held", "rejected", "cancelled"};
    for (size_t i = 0; i < COUNT_OF(ends); i++)
        if (strcmp(state, ends[i]) == 0)
            return true;
    return false;
}

/* An answer on a file that has none of the daemon's: {"name"} and one member more. */
static void parcel_json(const struct parcel *p, const char *key, const char *text)
{
    ON_LEAVE(json_leave) struct json_object *told = json_object_new_object();
    json_object_object_add(told, "name", json_object_new_string(p->name));
    json_object_object_add(told, key, json_object_new_string(text));
    ctl_json_print(told);
}

static int parcel_trouble(const struct follow *w, const struct parcel *p, const char *text)
{
    if (w->c->json)
        parcel_json(p, "error", text);
    return ctl_trouble("%s: %s", p->name, text);
}

static void parcel_print(const struct parcel *p, struct json_object *show)
{
    const char *reason = ctl_text(show, "reason");
    printf("%s: %s %s%s%s: ", p->name, ctl_text(show, "id"), ctl_text(show, "state"),
           *reason ? ": " : "", reason);
    ctl_counts_print(ctl_member(show, "counts"));
    ctl_files_print(ctl_member(show, "files"));
}

/* The last line on a file, and its reports. */
static int parcel_end(struct follow *w, const struct parcel *p)
{
    ON_LEAVE(json_leave) struct json_object *show = NULL;
    struct fault f = {0};
    bool running = false;
    if (!ask(w, "show", p->id, &running, &show, &f))
        return ctl_fault(&f);
    if (!running)
        return parcel_trouble(w, p, "the daemon has ended; 'extspool show' tells the outcome");
    if (w->c->json)
        ctl_json_print(show);
    else
        parcel_print(p, show);
    fflush(stdout);
    return end_of(ctl_text(show, "state"), ctl_member(show, "counts"));
}

static int parcel_odd(const struct follow *w, const struct parcel *p, const char *reason)
{
    if (w->c->json)
        parcel_json(p, "unclaimed", reason);
    return ctl_trouble("%s stays in incoming/: %s", p->name, reason);
}

/* One look. *ret_over when there is nothing more to wait for, with *ret_end. */
static bool parcel_look(struct follow *w, struct parcel *p, struct ctl_progress *progress,
                        bool *ret_over, int *ret_end, struct fault *f)
{
    ON_LEAVE(json_leave) struct json_object *status = NULL;
    if (!status_ask(w, &status, f) || !parcels_meet(w, status, f))
        return false;

    struct json_object *import = p->id ? by_id(ctl_member(status, "imports"), p->id) : NULL;
    struct json_object *odd = by_name(ctl_member(status, "unclaimed"), "name", p->name);
    *ret_over = true;
    if (p->id && (!import || has_ended(ctl_text(import, "state")))) {
        ctl_progress_end(progress);
        *ret_end = parcel_end(w, p);
    } else if (!p->id && odd) {
        ctl_progress_end(progress);
        *ret_end = parcel_odd(w, p, ctl_text(odd, "reason"));
    } else {
        ctl_progress_show(progress, p->name, import);
        *ret_over = false;
    }
    return true;
}

static int parcel_follow(struct follow *w, struct parcel *p)
{
    struct ctl_progress progress = {0};
    struct fault f = {0};
    bool over = false;
    int end = CTL_WELL;
    for (;;) {
        if (!parcel_look(w, p, &progress, &over, &end, &f)) {
            ctl_progress_end(&progress);
            return ctl_fault(&f);
        }
        if (over)
            return end;
        int64_t pause = w->took * NAP_SHARE;
        nap(pause < NAP_LEAST ? NAP_LEAST : pause > NAP_MOST ? NAP_MOST : pause);
    }
}

/* The folder of a profile, which is made when there is none. */
static int profile_folder(const struct ctl *c, int incoming)
{
    ON_LEAVE(ctl_rules_free) struct ctl_rules rules = {0};
    struct fault f = {0};
    struct stat st;
    if (!ctl_rules_read(c->config, &rules, &f)) {
        ctl_fault(&f);
        return -1;
    }
    if (!profiles_find(rules.profiles, c->profile)) {
        ctl_trouble("there is no profile '%s'; 'extspool profiles' lists them", c->profile);
        return -1;
    }
    if (fstat(incoming, &st) != 0) {
        ctl_trouble("look at incoming/: %s", strerror(errno));
        return -1;
    }
    bool made = mkdirat(incoming, c->profile, 0700) == 0;
    int folder = openat(incoming, c->profile, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    uid_t owner = geteuid() == 0 ? st.st_uid : (uid_t)-1;
    /* who may drop into incoming/ may drop here */
    if (made && folder >= 0 && fchown(folder, owner, st.st_gid) == 0)
        fchmod(folder, st.st_mode & 07777);
    if (folder < 0)
        ctl_trouble("open folder '%s' in incoming/: %s", c->profile, strerror(errno));
    return folder;
}

/* What root makes belongs to the owner of the folder above, who may have put a link in its place
 * meanwhile: that is not followed. */
static bool folder_make(const char *path, mode_t mode)
{
    struct stat st;
    if (mkdir(path, mode) != 0)
        return errno == EEXIST;
    if (geteuid() != 0)
        return true;
    ON_LEAVE(close_fd) int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return fd >= 0 && fstatat(fd, "..", &st, 0) == 0 && fchown(fd, st.st_uid, st.st_gid) == 0;
}

/* Files may be handed over before there was any daemon, so the folder is made as it would. */
static int incoming_open(const char *spool, const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT && folder_make(spool, 0755) && folder_make(path, 0770))
        fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd;
}

/* Hands each file over; those that were are in w->parcels. */
static int hand_all(const struct ctl *c, struct follow *w)
{
    ON_LEAVE(free_text) char *folder = NULL;
    if (asprintf(&folder, "%s/incoming", c->config->spool.directory) < 0)
        abort();
    ON_LEAVE(close_fd) int incoming = incoming_open(c->config->spool.directory, folder);
    if (incoming < 0)
        return ctl_trouble("open folder '%s': %s", folder, strerror(errno));
    ON_LEAVE(close_fd) int inner = c->profile ? profile_folder(c, incoming) : -1;
    if (c->profile && inner < 0)
        return CTL_TROUBLE;

    int end = CTL_WELL;
    for (size_t i = 0; i < c->count; i++) {
        ON_LEAVE(free_text) char *name = NULL;
        struct fault f = {0};
        if (!ctl_hand(c->config, c->profile ? inner : incoming, c->operands[i], &name, &f)) {
            end = ctl_fault(&f);
            continue;
        }
        struct parcel *p = &w->parcels[w->count++];
        spool_name_print(name, p->name, sizeof p->name);
        if (c->detach && c->json)
            parcel_json(p, "folder", folder);
        else if (c->detach)
            printf("%s/%s: handed over\n", folder, p->name);
    }
    return end;
}

static int parcel_alone(const struct follow *w, const struct parcel *p)
{
    if (w->c->json)
        parcel_json(p, "unclaimed", "no daemon runs");
    return ctl_trouble("no daemon runs; %s waits in %s/incoming", p->name,
                       w->c->config->spool.directory);
}

static int follow_all(struct follow *w)
{
    ON_LEAVE(json_leave) struct json_object *status = NULL;
    struct fault f = {0};
    bool running = false;
    int end = CTL_WELL;
    if (!ask(w, "status", 0, &running, &status, &f)) {
        fault_in(&f, "the files cannot be followed, but were handed over");
        return ctl_fault(&f);
    }
    for (size_t i = 0; i < w->count; i++) {
        struct parcel *p = &w->parcels[i];
        if (running)
            end = ctl_worse(end, parcel_follow(w, p));
        else
            end = parcel_alone(w, p);
    }
    return end;
}

/* What the daemon has now is none of ours. A daemon that cannot be asked need not keep files from
 * being handed over. */
static void follow_begin(struct follow *w)
{
    ON_LEAVE(json_leave) struct json_object *status = NULL;
    bool running = false;
    ask(w, "status", 0, &running, &status, NULL);
    w->next_id = greatest_id(status) + 1;
}

int ctl_import(const struct ctl *c)
{
    struct follow w = {.c = c, .desk = ctl_desk_new(c->config)};
    w.parcels = xcalloc(c->count, sizeof *w.parcels);
    if (!c->detach)
        follow_begin(&w);
    int end = hand_all(c, &w);
    if (!c->detach && w.count)
        end = ctl_worse(end, follow_all(&w));
    free(w.parcels);
    return ctl_worse(end, ctl_desk_close(w.desk));
}
