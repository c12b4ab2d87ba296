/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME overview: what the status page is told.
 *
 * Somebody who looks on may ask for it every second for days, so whatever grows with the ledger or
 * with an import's rows is left out of it, or is asked for once. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "announce.h"
#include "job_own.h"
#include "json.h"
#include "texts.h"

static void add_counts(struct job *j, const struct import *i, struct json_object *to)
{
    struct ledger_counts counts;
    bool ended = i->state > IMPORT_SENDING && i->filed;
    if (ended && inquire_counted(j, i, &counts, NULL))
        inquire_counts(to, &counts);
    else
        json_object_object_add(to, "counts", NULL);
}

static void add_report(struct job *j, const struct import *i, struct json_object *to)
{
    char name[LEDGER_NAME + 16];
    int folder = spool_fd(j->spool, SPOOL_REPORTS);
    snprintf(name, sizeof name, "%s.html", i->stem);
    bool there = i->state > IMPORT_SENDING && i->filed &&
                 faccessat(folder, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
    json_object_object_add(to, "report", there ? json_object_new_string(name) : NULL);
}

/* An import in memory is ahead of the ledger. */
static bool add_import(struct job *j, const struct import *known, struct json_object *list,
                       struct fault *f)
{
    const struct work *w = job_work(j, known->id);
    const struct import *i = w ? &w->import : known;
    if (!inquire_import(j, i, list, f))
        return false;
    struct json_object *one = json_object_array_get_idx(list, json_object_array_length(list) - 1);
    add_counts(j, i, one);
    add_report(j, i, one);
    return true;
}

static bool add_imports(struct job *j, enum ledger_kind kind, struct json_object *list,
                        struct fault *f)
{
    struct import *some = xcalloc(OVERVIEW_MOST, sizeof *some);
    size_t count = 0;
    bool good = ledger_imports_of(j->ledger, kind, some, OVERVIEW_MOST, &count, f);
    for (size_t i = 0; good && i < count; i++)
        good = add_import(j, &some[i], list, f);
    free(some);
    return good;
}

/* Unfinished and held ones beyond those in the list. */
static uint64_t more_than(struct job *j)
{
    struct ledger_queue queue = {0};
    uint64_t going = 0;
    if (!ledger_queue(j->ledger, &queue, NULL))
        return 0;
    for (int state = IMPORT_CLAIMED; state <= IMPORT_SENDING; state++)
        going += queue.states[state];
    uint64_t held = queue.states[IMPORT_HELD];
    return (going > OVERVIEW_MOST ? going - OVERVIEW_MOST : 0) +
           (held > OVERVIEW_MOST ? held - OVERVIEW_MOST : 0);
}

static void add_spool(struct job *j, struct json_object *to)
{
    struct statvfs fs;
    struct spool_unclaimed unclaimed = spool_unclaimed(j->spool);
    inquire_number(to, "coming", unclaimed.coming);
    inquire_number(to, "staying", unclaimed.staying);
    if (fstatvfs(spool_fd(j->spool, SPOOL_WORK), &fs) == 0)
        inquire_number(to, "spool_free", (uint64_t)fs.f_bavail * fs.f_frsize);
}

static struct json_object *daemon_of(struct job *j)
{
    struct json_object *daemon = inquire_daemon(j);
    inquire_text(daemon, "version", VERSION);
    inquire_moment(daemon, "started", j->measure->metrics.started);
    inquire_text(daemon, "language", language_tag((enum language)j->config->report.language));
    inquire_text(daemon, "pbx", j->config->pbx.url);
    inquire_moment(daemon, "waiting_since", j->told[0] ? j->wall - (j->mono - j->told_since) : 0);
    json_object_object_add(daemon, "reload_refused",
                           json_object_new_boolean(j->measure->metrics.reload_refused));
    json_object_object_add(daemon, "stopping", json_object_new_boolean(j->stopping));
    return daemon;
}

/* Of a job that stands still nothing but that is known. */
static bool fill(struct job *j, struct json_object *status, struct fault *f)
{
    struct json_object *imports = json_object_new_array();
    struct json_object *unclaimed = json_object_new_array();
    struct json_object *missing = json_object_new_array();
    struct json_object *daemon = daemon_of(j);
    json_object_object_add(status, "imports", imports);
    json_object_object_add(status, "unclaimed", unclaimed);
    json_object_object_add(status, "missing", missing);
    json_object_object_add(status, "daemon", daemon);
    inquire_waiting(j, status);
    inquire_moment(status, "time", j->wall);
    inquire_number(status, "more", job_still(j) ? 0 : more_than(j));
    if (job_still(j))
        return true;
    add_spool(j, daemon);
    inquire_unclaimed(j, unclaimed);
    expected_status(j, missing);
    return add_imports(j, LEDGER_GOING, imports, f) && add_imports(j, LEDGER_HELD, imports, f) &&
           add_imports(j, LEDGER_ENDED, imports, f);
}

struct json_object *job_overview(struct job *j, struct fault *f)
{
    struct json_object *status = json_object_new_object();
    if (fill(j, status, f))
        return status;
    json_object_put(status);
    return NULL;
}
