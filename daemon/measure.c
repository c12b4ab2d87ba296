/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME measure: the file of metrics for node_exporter.
 *
 * It is for people who look on: nothing rests on it, so it is not synced, and failing to write it
 * is told once and harms nothing. It appears by rename, since node_exporter may read at any moment;
 * what a kill leaves has a dot name and another ending, and is replaced by the next one. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "fsio.h"
#include "job_own.h"
#include "log.h"

struct measure *measure_new(int64_t wall)
{
    struct measure *m = xcalloc(1, sizeof *m);
    m->changes = 1;
    m->metrics.version = VERSION;
    m->metrics.started = wall;
    m->metrics.running = true;
    for (size_t i = 0; tell_hold_code(i) != CODE_NONE; i++)
        m->metrics.known[tell_hold_code(i)] = true;
    return m;
}

void measure_parts(struct job *j)
{
    pbx_count(j->pbx, &j->measure->metrics.calls);
    ledger_count(j->ledger, j->measure->metrics.outcomes);
}

void measure_change(struct job *j)
{
    j->measure->changes++;
}

void measure_end(struct job *j, const struct import *i)
{
    struct metrics *m = &j->measure->metrics;
    m->ended[i->state]++;
    if (i->state == IMPORT_REJECTED && i->code < LEDGER_CODES)
        m->rejected[i->code]++;
    if (i->state == IMPORT_DONE)
        metrics_success(m, i->profile, i->finished);
    measure_change(j);
}

/* ---- what is so now ---- */

static int64_t wall_of(const struct job *j, int64_t mono)
{
    return j->wall - (j->mono - mono);
}

/* What was done before the start; asked once, since it reads all imports. */
static void recall_successes(struct job *j)
{
    struct ledger_success before[METRICS_PROFILES];
    size_t count = 0;
    if (j->measure->recalled ||
        !ledger_successes(j->ledger, before, METRICS_PROFILES, &count, NULL))
        return;
    j->measure->recalled = true;
    for (size_t i = 0; i < count; i++)
        metrics_success(&j->measure->metrics, before[i].profile, before[i].finished);
}

/* What could not be found out keeps its last value: whoever needs the ledger will tell of it. */
static void look_at_ledger(struct job *j)
{
    struct metrics *m = &j->measure->metrics;
    ON_LEAVE(free_text) char *path = NULL;
    struct stat st;
    recall_successes(j);
    ledger_queue(j->ledger, &m->queue, NULL);
    if (asprintf(&path, "%s/ledger.db", j->config->state.directory) < 0)
        abort();
    if (stat(path, &st) == 0)
        m->ledger_bytes = (uint64_t)st.st_size;
}

static void look_at_spool(struct job *j)
{
    struct metrics *m = &j->measure->metrics;
    struct statvfs fs;
    struct spool_unclaimed u = spool_unclaimed(j->spool);
    m->coming = u.coming;
    m->staying = u.staying;
    m->coming_since = u.since == CLOCK_NEVER ? 0 : wall_of(j, u.since);
    if (fstatvfs(spool_fd(j->spool, SPOOL_WORK), &fs) == 0)
        m->spool_free = (uint64_t)fs.f_bavail * fs.f_frsize;
}

static void look(struct job *j)
{
    struct metrics *m = &j->measure->metrics;
    m->still = j->still.why[0] != '\0';
    m->waiting_since = j->told[0] ? wall_of(j, j->told_since) : 0;
    m->rows_open = 0;
    if (m->still)
        return; /* nothing is open */
    for (size_t i = 0; i < WORKS_MOST; i++)
        if (j->works[i] && j->works[i]->stage == STAGE_SENDING)
            m->rows_open += j->works[i]->total - j->works[i]->done;
    m->calls_most = pbx_concurrency(j->pbx);
    look_at_ledger(j);
    look_at_spool(j);
}

/* Several daemons write into one folder, and their metrics must differ: by the names of their
 * files, without the ending. */
static void name_daemon(const char *path, char to[static 256])
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    const char *dot = strrchr(name, '.');
    size_t len = dot && dot != name ? (size_t)(dot - name) : strlen(name);
    snprintf(to, 256, "%.*s", (int)(len < 255 ? len : 255), name);
}

/* ---- the file ---- */

static bool write_in(int folder, const char *temp, const char *name, const struct buf *text,
                     struct fault *f)
{
    unlinkat(folder, temp, 0);
    ON_LEAVE(close_fd)
    int fd = openat(folder, temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (fd < 0)
        return fault_set(f, FAULT_IO, errno, "create '%s'", temp);
    if (fchmod(fd, 0644) != 0) /* others read it, whatever the umask is */
        return fault_set(f, FAULT_IO, errno, "set the mode of '%s'", temp);
    if (!fsio_write(fd, text->at, text->len, f))
        return false;
    if (renameat(folder, temp, folder, name) != 0)
        return fault_set(f, FAULT_IO, errno, "rename '%s' to '%s'", temp, name);
    return true;
}

static bool file_write(const char *path, const struct buf *text, struct fault *f)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    ON_LEAVE(free_text) char *directory = slash ? xstrndup(path, (size_t)(slash - path)) : NULL;
    ON_LEAVE(buf_free) struct buf temp = {0};
    const char *where = directory ? (directory[0] ? directory : "/") : ".";
    ON_LEAVE(close_fd) int folder = open(where, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return fault_set(f, FAULT_IO, errno, "open '%s'", where);

    buf_format(&temp, ".%s.tmp", name);
    if (write_in(folder, temp.at, name, text, f))
        return true;
    unlinkat(folder, temp.at, 0);
    return fault_in(f, "in '%s'", where);
}

static uint64_t changes_of(const struct measure *m)
{
    return m->changes + m->metrics.calls.all;
}

void job_metrics(struct job *j, bool open_metrics, struct buf *to)
{
    struct metrics *m = &j->measure->metrics;
    look(j);
    name_daemon(j->config->metrics.textfile, m->daemon);
    if (open_metrics)
        metrics_open(m, to);
    else
        metrics_text(m, to);
}

static void publish(struct job *j)
{
    struct measure *m = j->measure;
    ON_LEAVE(buf_free) struct buf text = {0};
    struct fault f = {0};
    job_metrics(j, false, &text);
    metrics_done(&m->pace, changes_of(m), j->mono);
    bool good = file_write(j->config->metrics.textfile, &text, &f);
    if (!good && !m->failed)
        log_event(EVENT_METRICS_UNWRITTEN, log_nothing, "the metrics cannot be written: %s",
                  f.text);
    m->failed = !good;
}

static bool is_wanted(const struct job *j)
{
    return j->send && j->config->metrics.textfile[0];
}

void measure_turn(struct job *j)
{
    if (is_wanted(j) && metrics_due(&j->measure->pace, changes_of(j->measure)) <= j->mono)
        publish(j);
}

int64_t measure_due(const struct job *j)
{
    return is_wanted(j) ? metrics_due(&j->measure->pace, changes_of(j->measure)) : CLOCK_NEVER;
}

void measure_again(struct job *j)
{
    j->measure->pace = (struct metrics_pace){0};
    j->measure->failed = false;
}

void measure_close(struct job *j)
{
    j->measure->metrics.running = false;
    if (is_wanted(j) && (j->ledger || j->still.why[0]))
        publish(j);
}

/* ---- what others know ---- */

void measure_watched(struct job *j, bool polling)
{
    struct metrics *m = &j->measure->metrics;
    if (m->looking && m->polling == polling)
        return;
    m->looking = true;
    m->polling = polling;
    measure_change(j);
}

/* What lies in incoming/ and is not taken up changes nothing else. */
void measure_scanned(struct job *j)
{
    struct spool_unclaimed *before = &j->measure->unclaimed;
    struct spool_unclaimed now = spool_unclaimed(j->spool);
    if (now.coming == before->coming && now.staying == before->staying &&
        now.since == before->since)
        return;
    *before = now;
    measure_change(j);
}

void job_reloaded(struct job *j, bool good)
{
    j->measure->metrics.reload_refused = !good;
    measure_change(j);
}
