/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME announce: a command tells people what became of their files ([notify] command).
 *
 * What is to be told is a note in the ledger, written in the transaction that makes the import
 * filed, and taken out when the command has ended well: over a kill a message is told twice rather
 * than not at all. The notes' names begin with the time when each is due, so that the first one is
 * the next one; one that failed comes again later, and keeps nobody else waiting. One command runs
 * at a time, beside the import, which no failure of it can harm. */
#include "announce.h"

#include <inttypes.h>
#include <stdio.h>

#define FAMILY     "announce:"
#define TRIES_MOST 5
#define MINUTE     (INT64_C(60) * 1000)
#define LOOK_MOST  MINUTE /* ms after which the clock is looked at again, which may be set */
#define CLOCK_SET  10000  /* ms by which a clock is not slewed, but set */
#define GRACE      3000   /* ms that a command may go on when the daemon ends */

static const char command_name[] = "the [notify] command";

/* How long after each failure it is tried again. */
static const int64_t pauses[TRIES_MOST - 1] = {1 * MINUTE, 5 * MINUTE, 25 * MINUTE, 125 * MINUTE};

struct announce {
    struct child child;
    struct ledger_note note; /* what it tells */
    struct announce_message message;
    char name[LEDGER_NAME]; /* of the import's file, or "" */
    int64_t look;           /* mono: nothing is due before */
    int64_t apart;          /* wall - mono, when it was looked last; 0: never */
    int64_t waited;         /* mono: since when nothing else is left to do; 0: it is */
    bool hurried;           /* the daemon ends, and the command's time was cut short */
};

struct announce *announce_new(void)
{
    return xcalloc(1, sizeof(struct announce));
}

struct announce *announce_free(struct announce *a)
{
    if (a)
        child_end(&a->child);
    free(a);
    return NULL;
}

/* ---- notes ---- */

/* Two messages have one name only when they are the same one. */
static void note_name(const struct announce_message *m, int64_t due, char to[LEDGER_NOTE_NAME])
{
    snprintf(to, LEDGER_NOTE_NAME, FAMILY "%013" PRId64 ":%012" PRIu64 ":%s:%s:%" PRId64, due,
             m->id, announce_event_text(m->event), m->profile, m->at);
}

static int64_t note_due(const struct ledger_note *n)
{
    return strtoll(n->name + strlen(FAMILY), NULL, 10);
}

static bool note_put(struct job *j, const struct announce_message *m, int64_t due, struct fault *f)
{
    const struct ledger_counts *c = &m->counts;
    struct ledger_note n;
    note_name(m, due, n.name);
    snprintf(n.text, sizeof n.text,
             "%d %" PRIu64 " %" PRId64 " %u %d %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64
             " %" PRIu64 " %" PRIu64 " %s",
             (int)m->event, m->id, m->at, m->tries, m->code, c->rows, c->created, c->unchanged,
             c->skipped, c->invalid, c->failed, m->profile);
    j->announce->look = 0;
    job_dirty(j);
    return ledger_note_put(j->ledger, n.name, n.text, f);
}

/* False for what another version has noted. */
static bool note_read(const struct ledger_note *n, struct announce_message *m)
{
    uint64_t numbers[11];
    const char *at = n->text;
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        char *end = NULL;
        numbers[i] = strtoull(at, &end, 10);
        if (end == at || *end != ' ')
            return false;
        at = end + 1;
    }
    *m = (struct announce_message){
        .event = (enum announce_event)numbers[0],
        .id = numbers[1],
        .at = (int64_t)numbers[2],
        .tries = (unsigned)numbers[3],
        .code = (int)numbers[4],
        .counts = {.rows = numbers[5],
                   .created = numbers[6],
                   .unchanged = numbers[7],
                   .skipped = numbers[8],
                   .invalid = numbers[9],
                   .failed = numbers[10]},
    };
    snprintf(m->profile, sizeof m->profile, "%.*s", EXPECT_PROFILE - 1, at);
    return numbers[0] <= ANNOUNCE_MISSING;
}

static bool is_wanted(const struct job *j)
{
    return j->config->notify.command[0] != '\0';
}

static uint64_t note_import(const struct ledger_note *n)
{
    const char *colon = strchr(n->name + strlen(FAMILY), ':');
    return colon ? strtoull(colon + 1, NULL, 10) : 0;
}

bool announce_waits(struct job *j, uint64_t id, bool *ret, struct fault *f)
{
    struct ledger_note n = {0};
    bool found = is_wanted(j);
    *ret = false;
    while (found && !*ret) {
        if (!ledger_note_next(j->ledger, FAMILY, &n, &found, f))
            return false;
        *ret = found && note_import(&n) == id;
    }
    return true;
}

bool announce_import(struct job *j, const struct import *i, const struct ledger_counts *counts,
                     struct fault *f)
{
    struct announce_message m = {
        .id = i->id, .at = i->finished, .code = i->code, .counts = *counts};
    if (!is_wanted(j) || !announce_event_of(i->state, &m.event))
        return true;
    return note_put(j, &m, j->wall, f);
}

bool announce_missing(struct job *j, const char *profile, int64_t at, struct fault *f)
{
    struct announce_message m = {.event = ANNOUNCE_MISSING, .at = at};
    snprintf(m.profile, sizeof m.profile, "%s", profile);
    return !is_wanted(j) || note_put(j, &m, j->wall, f);
}

static bool all_drop(struct job *j, struct fault *f)
{
    struct ledger_note n = {0};
    bool found = false;
    for (;;) {
        if (!ledger_note_next(j->ledger, FAMILY, &n, &found, f))
            return false;
        if (!found)
            return true;
        if (!ledger_note_drop(j->ledger, n.name, f))
            return false;
        job_dirty(j);
    }
}

/* Those that are put back are due now, and so stand before those that are still to be gone through.
 */
bool announce_again(struct job *j, struct fault *f)
{
    struct announce *a = j->announce;
    struct ledger_note n = {0};
    bool found = false;
    a->look = 0;
    while (j->send && is_wanted(j)) {
        struct announce_message m;
        if (!ledger_note_next(j->ledger, FAMILY, &n, &found, f))
            return false;
        if (!found)
            break;
        if (note_due(&n) > j->wall && note_read(&n, &m) &&
            (!ledger_note_drop(j->ledger, n.name, f) || !note_put(j, &m, j->wall, f)))
            return false;
    }
    return true;
}

/* ---- the command ---- */

static struct log_about told_of(const struct announce *a)
{
    return (struct log_about){.import = a->message.id, .file = a->name[0] ? a->name : NULL};
}

/* For good at once: what comes next in the queue waits for that. */
static bool take_out(struct job *j, struct fault *f)
{
    job_dirty(j);
    j->barrier = true;
    return ledger_note_drop(j->ledger, j->announce->note.name, f);
}

/* It is told later, or never. */
static bool failed(struct job *j, const struct fault *why, struct fault *f)
{
    struct announce *a = j->announce;
    struct announce_message *m = &a->message;
    if (j->stopping) {
        log_info(m->id, "%s was cut short; it is run again after the next start", command_name);
        return true;
    }
    m->tries++;
    if (!take_out(j, f))
        return false;
    if (m->tries >= TRIES_MOST) {
        log_event(EVENT_TELL_LOST, told_of(a), "nobody was told of '%s' in %u tries: %s",
                  announce_event_text(m->event), m->tries, why->text);
        return true;
    }
    int64_t pause = pauses[m->tries - 1];
    log_event(EVENT_TELL_FAILED, told_of(a), "telling of '%s' failed: %s; again in %lld min",
              announce_event_text(m->event), why->text, (long long)(pause / MINUTE));
    return note_put(j, m, j->wall + pause, f);
}

static bool look(struct job *j, struct fault *f)
{
    struct announce *a = j->announce;
    struct fault why = {0};
    bool end = false;
    if (j->stopping && !a->hurried) {
        a->hurried = true;
        a->child.until = a->child.until < j->mono + GRACE ? a->child.until : j->mono + GRACE;
    }
    if (!child_look(&a->child, command_name, j->mono, &end, &why))
        return failed(j, &why, f);
    if (!end)
        return true;
    log_event(EVENT_TOLD, told_of(a), "people were told: %s",
              announce_event_text(a->message.event));
    return take_out(j, f);
}

/* What failed, and is no longer so: a hold that is over, an end that was followed by another. What
 * was not tried yet is told all the same, since its turn comes before that of what followed. */
static bool is_outdated(const struct announce_message *m, const struct import *i)
{
    return m->tries > 0 && m->at != i->finished;
}

static bool command_start(struct job *j, const struct import *i, struct fault *f)
{
    struct announce *a = j->announce;
    struct fault why = {0};
    char **environment = announce_environment(j, &a->message, i);
    struct child_run run = {.what = command_name,
                            .command = j->config->notify.command,
                            .environment = environment,
                            .in = -1,
                            .out = -1,
                            .err = -1};
    bool good = child_start(&a->child, &run, j->mono + j->config->notify.timeout, &why);
    announce_environment_free(environment);
    return good || failed(j, &why, f);
}

/* Tells what the note says. */
static bool begin(struct job *j, struct fault *f)
{
    struct announce *a = j->announce;
    struct import import;
    bool found = true;
    bool known = note_read(&a->note, &a->message);
    a->name[0] = '\0';
    if (!known)
        return take_out(j, f);
    if (!a->message.id)
        return command_start(j, NULL, f);
    if (!ledger_import_get(j->ledger, a->message.id, &import, &found, f))
        return false;
    if (!found || is_outdated(&a->message, &import))
        return take_out(j, f);
    snprintf(a->name, sizeof a->name, "%s", import.name);
    return command_start(j, &import, f);
}

/* Times that were noted by a clock that was set back since are later than they were meant: all is
 * due now, lest what is new and fails goes before them all the time. */
static bool clock_watch(struct job *j, struct fault *f)
{
    struct announce *a = j->announce;
    int64_t apart = j->wall - j->mono;
    bool back = a->apart && apart < a->apart - CLOCK_SET;
    a->apart = apart;
    return !back || announce_again(j, f);
}

/* How long a note may still have to wait by its own account. One that says more than that was noted
 * by a clock that was ahead, before the daemon started. */
static int64_t wait_most(const struct ledger_note *n)
{
    struct announce_message m;
    bool tried = note_read(n, &m) && m.tries > 0 && m.tries < TRIES_MOST;
    return tried ? pauses[m.tries - 1] : 0;
}

/* A job that would be over waits for messages, but not for ever more of them. */
static bool is_waited_out(const struct job *j)
{
    const struct announce *a = j->announce;
    return a->waited && j->mono - a->waited >= j->config->notify.timeout;
}

bool announce_step(struct job *j, struct fault *f)
{
    struct announce *a = j->announce;
    struct ledger_note first = {0};
    bool found = false;
    if (announce_runs(j))
        return look(j, f);
    if (!j->send || j->stopping)
        return true;
    if (!clock_watch(j, f))
        return false;
    if (j->mono < a->look || ledger_dirty(j->ledger) || is_waited_out(j))
        return true;
    a->look = CLOCK_NEVER;
    if (!is_wanted(j)) /* nor ever will be of what happened till now */
        return all_drop(j, f);
    if (!ledger_note_next(j->ledger, FAMILY, &first, &found, f))
        return false;
    if (!found)
        return true;
    int64_t left = note_due(&first) - j->wall;
    if (left > 0 && left <= wait_most(&first)) {
        a->look = j->mono + (left < LOOK_MOST ? left : LOOK_MOST);
        return true;
    }
    a->look = 0;
    a->note = first;
    return begin(j, f);
}

/* ---- what the loop asks ---- */

bool announce_runs(const struct job *j)
{
    return j->announce && child_runs(&j->announce->child);
}

int64_t announce_due(const struct job *j)
{
    if (announce_runs(j))
        return j->mono + CHILD_LOOK;
    if (!j->send || j->stopping || ledger_dirty(j->ledger))
        return CLOCK_NEVER;
    return j->announce->look;
}

bool announce_busy(struct job *j)
{
    struct announce *a = j->announce;
    bool due = j->send && !j->stopping && j->mono >= a->look;
    if (!announce_runs(j) && !due) {
        a->waited = 0;
        return false;
    }
    if (!a->waited)
        a->waited = j->mono;
    return announce_runs(j) || !is_waited_out(j);
}
