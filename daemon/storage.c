/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME storage: no space left on the disk, and folders that were replaced.
 *
 * Where it is an import's file, copy or report that finds no room, that import waits and the
 * others go on. Where it is the ledger, nothing can go on: all is closed, which is where a crash
 * would leave it, and opened again after a while, which is the normal start. So it is with folders
 * that were taken away or replaced while they were open. Both waits grow from [retry] first to
 * most. */
#include <stdio.h>
#include <unistd.h>

#include "job_own.h"
#include "log.h"

static int64_t wait_time(const struct job *j, unsigned tries)
{
    return retry_delay(j->config->retry.first, j->config->retry.most, tries, UINT32_MAX);
}

/* A half-read file is read from its start again; what was written of its copy makes room. */
static struct work *begin_anew(struct job *j, struct work *w)
{
    char copy[SPOOL_NAME_COPY];
    struct work *anew = work_new(&w->import);
    anew->waits = w->waits;
    work_free(w);
    spool_name_copy(anew->import.id, copy);
    if (anew->import.state == IMPORT_CLAIMED)
        unlinkat(spool_fd(j->spool, SPOOL_WORK), copy, 0);
    return anew;
}

void storage_wait(struct job *j, struct work *w, const char *why)
{
    w->again = j->mono + wait_time(j, ++w->waits);
    snprintf(w->why, sizeof w->why, "%.*s", (int)sizeof w->why - 1, why);
}

bool storage_step(struct job *j, size_t place, bool good, struct fault *f)
{
    struct work *w = j->works[place];
    bool of_one = f->kind == FAULT_IO || f->kind == FAULT_LATER;
    if (good || !of_one || !fault_passes(f))
        return good;
    if (!w->waits)
        log_event(EVENT_IMPORT_WAITS, about(&w->import), "'%s' waits: %s", w->import.name, f->text);
    if (w->stage == STAGE_FILING) {
        w->report = report_free(w->report);
        w->secrets = secrets_free(w->secrets);
    } else {
        w = j->works[place] = begin_anew(j, w);
    }
    storage_wait(j, w, f->text);
    return true;
}

/* Closes all parts, and keeps what outlives them. */
static void close_all(struct job *j)
{
    struct job *anew = job_new(j->config, j->send);
    anew->stopping = j->stopping;
    anew->refused = j->refused;
    anew->still = j->still;
    anew->measure = j->measure;
    anew->watch = j->watch;
    memcpy(anew->page_why, j->page_why, sizeof anew->page_why);
    anew->steady = j->steady;
    memcpy(anew->receipts.why, j->receipts.why, sizeof anew->receipts.why);
    job_end(j);
    *j = *anew;
    free(anew);
}

static void stand(struct job *j, const struct fault *why)
{
    close_all(j);
    measure_change(j);
    j->still.until = j->mono + wait_time(j, ++j->still.tries);
    snprintf(j->still.why, sizeof j->still.why, "%.*s", (int)sizeof j->still.why - 1, why->text);
}

bool storage_still(struct job *j, const struct fault *why)
{
    if (!fault_passes(why))
        return false;
    if (j->mono - j->still.opened > j->config->retry.most)
        j->still.tries = 0;
    log_event(EVENT_STANDS_STILL, log_nothing, "all waits: %s", why->text);
    stand(j, why);
    return true;
}

/* Before the PBX is asked for anything of which the ledger could then not keep the answer. */
static bool is_writable(struct job *j, struct fault *f)
{
    return ledger_note_put(j->ledger, "storage", "written", f) && ledger_commit(j->ledger, f);
}

bool storage_open(struct job *j, struct fault *f)
{
    if (j->mono < j->still.until || j->stopping)
        return true;
    if (!job_begin(j, f) || !is_writable(j, f)) {
        if (!fault_passes(f))
            return false;
        stand(j, f);
        return true;
    }
    log_event(EVENT_GOES_ON, log_nothing, "all goes on");
    measure_change(j);
    j->still.why[0] = '\0';
    j->still.opened = j->mono;
    return true;
}
