/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME job: the turn.
 *
 *   answers -> claims -> intake, settling -> intents -> THE BARRIER (commit) -> filing -> calls
 *
 * Whatever the ledger says after the barrier may be acted upon; nothing before. */
#include "announce.h"
#include "job_own.h"

#include <stdio.h>
#include <sys/random.h>

#include "fsio.h"
#include "log.h"

#define CLAIMS_A_TURN 256
#define TOLD_A_TURN   32   /* the same where each sender is told at once */
#define COMMAND_LOOK  10   /* ms between looks at whether a command has ended */
#define INTAKE_A_TURN 4000 /* rows, or their like, that are taken in in one turn */
/* ms that a result may wait while more is under way. A commit holds up the calls for as long as the
 * disk takes, so they are to be rare; what a crash loses costs a look-up. */
#define COMMIT_AFTER 1000

void job_dirty(struct job *j)
{
    measure_change(j);
    if (!j->dirty_since)
        j->dirty_since = j->mono;
}

uint32_t job_random(void)
{
    uint32_t random = 0;
    if (getrandom(&random, sizeof random, GRND_NONBLOCK) < 0)
        random = UINT32_MAX; /* no chance to be had: the longest wait */
    return random;
}

struct work *job_work(const struct job *j, uint64_t id)
{
    for (size_t i = 0; i < WORKS_MOST; i++)
        if (j->works[i] && j->works[i]->import.id == id)
            return j->works[i];
    return NULL;
}

void job_watched(struct job *j, bool watched, const char *why)
{
    j->watch.known = true;
    j->watch.good = watched;
    snprintf(j->watch.why, sizeof j->watch.why, "%.*s", (int)sizeof j->watch.why - 1, why);
    measure_watched(j, !watched);
}

void job_paged(struct job *j, const char *why)
{
    snprintf(j->page_why, sizeof j->page_why, "%.*s", (int)sizeof j->page_why - 1, why);
}

void job_hint(struct job *j)
{
    j->hinted = true;
}

/* ---- the spool ---- */

static void tell_odd(struct job *j)
{
    struct spool_odd odd;
    while (spool_odd_next(j->spool, j->mono, &odd))
        log_event(EVENT_STAYS, (struct log_about){.file = odd.name}, "'%s' stays in incoming/: %s",
                  odd.name, odd.reason);
}

static bool claim(struct job *j, struct fault *f)
{
    size_t count = 0;
    size_t most = receipts_wanted(j) ? TOLD_A_TURN : CLAIMS_A_TURN;
    for (; count < most; count++) {
        struct import import;
        bool claimed = false;
        if (!spool_claim(j->spool, j->mono, j->next_id, &import, &claimed, f))
            return false;
        if (!claimed)
            break;
        j->next_id++;
        import.state = IMPORT_CLAIMED;
        import.filed = true;
        import.started = j->wall;
        if (!ledger_import_set(j->ledger, &import, f) || !expected_came(j, &import, f))
            return false;
        j->measure->metrics.claimed++;
        log_event(EVENT_CLAIMED, about(&import), "'%s' claimed, %llu bytes", import.name,
                  (unsigned long long)import.bytes);
    }
    j->claims_pending = count == most;
    if (!count)
        return true;
    receipts_claimed(j);
    j->more_works = true;
    j->barrier = true;
    job_dirty(j);
    return spool_sync(j->spool, f);
}

static bool look_at_spool(struct job *j, struct fault *f)
{
    if (j->stopping || !j->send)
        return true;
    if (j->hinted || j->mono >= j->next_scan || j->mono >= spool_due(j->spool)) {
        j->hinted = false;
        int64_t rescan = j->config->spool.rescan;
        j->next_scan = rescan ? j->mono + rescan : CLOCK_NEVER;
        receipts_open(j); /* what lies there is no input */
        if (!spool_scan(j->spool, j->mono, f) || !receipts_scanned(j, f))
            return false;
        j->claims_pending = true;
        tell_odd(j);
        measure_scanned(j);
    }
    return !j->claims_pending || claim(j, f);
}

/* ---- works ---- */

/* An import that cannot be taken up is put aside with the reason; the others go on. */
static bool put_aside(struct job *j, struct work *w, const struct fault *why, struct fault *f)
{
    if (fault_passes(why)) {
        *f = *why;
        return false;
    }
    w->import.resume = w->import.state == IMPORT_CLAIMED ? IMPORT_CLAIMED : IMPORT_SENDING;
    work_turn(j, w, IMPORT_HELD, CODE_UNREADABLE, why->text);
    return ledger_import_set(j->ledger, &w->import, f);
}

static bool work_begin(struct job *j, struct work *w, struct fault *f)
{
    struct fault why = {0};
    if (!w->import.filed) {
        w->stage = STAGE_FILING;
        return true;
    }
    if (!filing_undo(j, w, &why))
        return put_aside(j, w, &why, f);
    if (w->import.state == IMPORT_CLAIMED) {
        w->stage = STAGE_COPY;
        return true;
    }
    if (!work_open(j, w, &why))
        return put_aside(j, w, &why, f);
    return delivery_start(j, w, f);
}

static bool is_waiting(const struct job *j, const struct work *w)
{
    return w->again > j->mono;
}

/* What waited for space before it had begun. */
static bool begin_again(struct job *j, struct fault *f)
{
    for (size_t i = 0; i < WORKS_MOST && !j->stopping; i++) {
        struct work *w = j->works[i];
        if (w && w->stage == STAGE_BEGIN && !is_waiting(j, w) &&
            !storage_step(j, i, work_begin(j, w, f), f))
            return false;
    }
    return true;
}

/* Loads unfinished imports, oldest first, while there is a free place. */
static bool admit(struct job *j, struct fault *f)
{
    size_t place = 0;
    while (j->more_works && !j->stopping) {
        while (place < WORKS_MOST && j->works[place])
            place++;
        if (place == WORKS_MOST)
            return true;

        struct import import;
        size_t count = 0;
        if (!ledger_imports(j->ledger, j->admitted, true, &import, 1, &count, f))
            return false;
        if (!count) {
            j->more_works = false;
            return true;
        }
        j->admitted = import.id;
        /* without sending only what needs no PBX is taken up */
        if (job_work(j, import.id) || (!j->send && import.filed && !import.cancelling))
            continue;
        j->works[place] = work_new(&import);
        if (!storage_step(j, place, work_begin(j, j->works[place], f), f))
            return false;
    }
    return true;
}

static bool is_read(const struct job *j, const struct work *w)
{
    return w && !is_waiting(j, w) && (w->stage == STAGE_COPY || w->stage == STAGE_ROWS);
}

static bool take_step(struct job *j, size_t place, size_t *cost, struct fault *f)
{
    struct work *w = j->works[place];
    suspect_name(j->suspect, w->import.id);
    if (!storage_step(j, place, intake_step(j, w, cost, f), f))
        return false;
    w = j->works[place]; /* another one when it is to begin again */
    return w->stage != STAGE_SENDING || delivery_start(j, w, f);
}

/* Intake round robin, so that a long file does not keep a short one waiting: of long ones two get
 * a step in one turn, and short ones by the dozen all that they need. */
static bool take_in(struct job *j, struct fault *f)
{
    size_t cost = 0;
    size_t idle = 0; /* places in a row that have nothing to read */
    while (idle < WORKS_MOST && cost < INTAKE_A_TURN && !j->stopping) {
        size_t place = j->next_intake;
        size_t before = cost;
        while (is_read(j, j->works[place]) && cost - before < INTAKE_STEP && !j->stopping)
            if (!take_step(j, place, &cost, f))
                return false;
        idle = cost == before ? idle + 1 : 0;
        j->next_intake = (place + 1) % WORKS_MOST;
    }
    if (!cost)
        suspect_name(j->suspect, 0);
    return spool_sync(j->spool, f); /* the private copies' names */
}

static bool settle(struct job *j, struct fault *f)
{
    for (size_t i = 0; i < WORKS_MOST; i++)
        if (j->works[i] && j->works[i]->stage == STAGE_SENDING &&
            !delivery_settle(j, j->works[i], f))
            return false;
    return true;
}

/* An import has ended: others may have waited for its numbers. */
static void look_again(struct job *j)
{
    for (size_t i = 0; i < WORKS_MOST; i++)
        if (j->works[i])
            j->works[i]->look = 0;
}

static bool file_away(struct job *j, struct fault *f)
{
    for (size_t i = 0; i < WORKS_MOST; i++) {
        struct work *w = j->works[i];
        bool done = false;
        if (!w || w->stage != STAGE_FILING || is_waiting(j, w))
            continue;
        if (!storage_step(j, i, filing_step(j, w, &done, f), f))
            return false;
        if (done) {
            j->works[i] = work_free(w);
            j->more_works = true;
            look_again(j);
        }
    }
    return spool_sync(j->spool, f); /* before anything commits that they are filed */
}

static bool is_wanted(const struct job *j)
{
    for (size_t i = 0; i < WORKS_MOST; i++)
        if (j->works[i] && j->works[i]->stage == STAGE_SENDING && !j->stopping)
            return true;
    return false;
}

/* ---- the barrier ---- */

/* Whether more changes are about to come, so that a commit may wait for them. */
static bool is_busy(const struct job *j)
{
    bool busy = j->abroad + j->ready_count > 0;
    for (size_t i = 0; i < WORKS_MOST && !busy; i++)
        busy = j->works[i] && !is_waiting(j, j->works[i]) && j->works[i]->stage == STAGE_ROWS;
    return busy;
}

static bool barrier(struct job *j, struct fault *f)
{
    bool due = j->barrier || !is_busy(j) || j->stopping || j->mono - j->dirty_since >= COMMIT_AFTER;
    if (!due)
        return true;
    j->barrier = false;
    j->dirty_since = 0;
    j->ready_sealed = j->ready_count;
    return ledger_commit(j->ledger, f);
}

/* ---- telling ---- */

static void tell_waiting(struct job *j)
{
    bool wanted = is_wanted(j);
    const char *reason = wanted ? pbx_waiting(j->pbx, j->mono) : NULL;
    if (!reason) {
        if (wanted && j->told[0])
            log_event(EVENT_SERVED, log_nothing, "the PBX is served again");
        if (j->told[0])
            measure_change(j);
        j->told[0] = '\0';
        j->told_loud = false;
        return;
    }
    if (!j->told[0])
        j->told_since = j->mono;
    if (strcmp(reason, j->told) != 0) {
        log_event(EVENT_WAITING, log_nothing, "imports wait: %s", reason);
        snprintf(j->told, sizeof j->told, "%s", reason);
        measure_change(j);
    }
    int64_t give_up = j->config->retry.give_up;
    if (give_up && !j->told_loud && j->mono - j->told_since >= give_up) {
        log_event(EVENT_WAITING_LONG, log_nothing, "imports have been waiting for %lld hours: %s",
                  (long long)(give_up / 3600000), reason);
        j->told_loud = true;
    }
}

/* ---- the turn ---- */

/* No row is in hand by which it would show whether the PBX is back. */
static bool may_probe(const struct job *j)
{
    return j->send && !j->stopping && j->tasks_count == 0;
}

static bool turn(struct job *j, struct fault *f)
{
    if (!job_renew(j, f) || (j->send && !j->stopping && !retention_step(j, f)))
        return false;
    if (!verdict_take(j, f) || !look_at_spool(j, f) || !begin_again(j, f) || !admit(j, f) ||
        !take_in(j, f) || !settle(j, f))
        return false;
    if (!(j->stopping || pbx_turn(j->pbx, j->mono, is_wanted(j) && j->send, f)) ||
        !delivery_fill(j, f) || !barrier(j, f) || !announce_step(j, f) ||
        !(j->stopping || !j->send || receipts_step(j, f)) || !file_away(j, f) ||
        !delivery_send(j, f) || !expected_step(j, f))
        return false;
    if (may_probe(j))
        pbx_probe(j->pbx, j->mono);
    tell_waiting(j);
    return true;
}

bool job_turn(struct job *j, struct fault *f)
{
    j->mono = clock_mono();
    j->wall = clock_wall();
    bool good = j->still.why[0] ? storage_open(j, f) : turn(j, f) || storage_still(j, f);
    if (good)
        measure_turn(j);
    return good;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Whether a work can go on at once, without anything happening outside. */
static bool is_moving(const struct job *j, const struct work *w)
{
    bool waiting = pbx_waiting(j->pbx, j->mono) != NULL;
    if (is_waiting(j, w))
        return false;
    switch (w->stage) {
    case STAGE_BEGIN:
    case STAGE_COPY:
    case STAGE_ROWS:
        return !j->stopping;
    case STAGE_FILING:
        return w->tasks == 0 && !secrets_run(w);
    case STAGE_SENDING:
        if (w->drained)
            return w->tasks == 0 && !w->applying && !delivery_blocked(j, w) &&
                   !census_waits(j, w) && (!w->import.apply || pbx_room(j->pbx, j->mono));
        return !waiting && !j->stopping && j->ready_count + j->abroad == 0 &&
               j->tasks_count < TASKS_MOST / 2;
    }
    return false;
}

int64_t job_due(const struct job *j)
{
    bool free_place = false;
    if (j->still.why[0]) {
        int64_t next = earlier(j->still.until, measure_due(j));
        return next <= j->mono ? 0 : next - j->mono;
    }
    if (j->barrier || (!j->stopping && (j->claims_pending || j->hinted)))
        return 0;
    for (size_t i = 0; i < WORKS_MOST; i++) {
        free_place = free_place || !j->works[i];
        if (j->works[i] && is_moving(j, j->works[i]))
            return 0;
    }
    if (free_place && j->more_works && !j->stopping)
        return 0;

    int64_t due = earlier(earlier(delivery_due(j), measure_due(j)), announce_due(j));
    due = earlier(due, j->stopping ? CLOCK_NEVER : pbx_due(j->pbx, j->mono, is_wanted(j)));
    due = earlier(due, may_probe(j) ? pbx_probe_due(j->pbx) : CLOCK_NEVER);
    for (size_t i = 0; i < WORKS_MOST; i++)
        if (j->works[i] && is_waiting(j, j->works[i]))
            due = earlier(due, j->works[i]->again);
        else if (j->works[i] && secrets_run(j->works[i]))
            due = earlier(due, j->mono + COMMAND_LOOK);
    if (j->send && !j->stopping) {
        due = earlier(due, spool_due(j->spool));
        due = earlier(due, j->next_scan);
        due = earlier(due, retention_due(j));
        due = earlier(due, expected_due(j));
        due = earlier(due, receipts_due(j));
    }
    if (ledger_dirty(j->ledger))
        due = earlier(due, j->dirty_since + COMMIT_AFTER);
    return due <= j->mono ? 0 : due - j->mono;
}

struct http *job_http(struct job *j)
{
    return j->http;
}

void job_stop(struct job *j)
{
    j->stopping = true;
}

bool job_stopped(const struct job *j)
{
    return j->stopping && (j->still.why[0] || (pbx_awaited(j->pbx) == 0 && !announce_runs(j)));
}

bool job_refused(const struct job *j)
{
    return j->refused;
}

enum job_state job_state(struct job *j)
{
    if (j->still.why[0])
        return JOB_STUCK;
    bool waits = pbx_waits_long(j->pbx, j->mono) && pbx_in_flight(j->pbx) == 0;
    bool left = false;
    if (j->hinted || j->claims_pending || ledger_dirty(j->ledger) ||
        spool_due(j->spool) != CLOCK_NEVER || (j->send && j->retention.stage != RETENTION_RESTS))
        return JOB_BUSY;
    for (size_t i = 0; i < WORKS_MOST; i++) {
        const struct work *w = j->works[i];
        if (!w && j->more_works)
            return JOB_BUSY;
        if (!w)
            continue;
        bool sending = w->stage == STAGE_SENDING && (waits || delivery_blocked(j, w));
        if (!sending && !is_waiting(j, w))
            return JOB_BUSY;
        left = true;
    }
    if (announce_busy(j))
        return JOB_BUSY;
    uint64_t held = 0;
    if (!left && ledger_held(j->ledger, &held, NULL) && held == 0)
        return JOB_IDLE;
    return JOB_STUCK;
}
