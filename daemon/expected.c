/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME expected: a dead-man check for exports ([notify] expect): telling that a file did not come.
 *
 * Each import counts for one time at which a file of its profile is expected: for the one that was
 * missed, when it comes late, else for the next. So what is remembered of a profile, a note in the
 * ledger, is the last import that came and the last one that counted, by id, which no clock can
 * change; the last time that was gone over, so that none is told twice, over restarts too; and a
 * hash of its times, since those of a new plan that are over were never expected. Of several times
 * that nobody was there to see, the last one alone is told. */
#include "announce.h"

#include <inttypes.h>
#include <stdio.h>

#include "hash.h"
#include "json.h"

#define FAMILY    "expect:"
#define MINUTE    (INT64_C(60) * 1000)
#define DAY       (1440 * MINUTE)
#define LOOK_MOST MINUTE        /* ms after which the clock is looked at again, which may be set */
#define WAIT_MOST (10 * MINUTE) /* for what may be the file that is missing */
#define WAIT_LOOK 1000          /* ms between two looks meanwhile */

static_assert(EXPECT_MOST <= METRICS_PROFILES && EXPECT_PROFILE == 64, "metrics have all of them");

struct one {
    char profile[EXPECT_PROFILE];
    uint64_t came, counted; /* ids of imports; 0: none */
    int64_t at;             /* wall: the last time that was gone over */
    bool missing;           /* nothing had come by then, nor has since */
    uint64_t plan;          /* a hash of the times at which it is expected */
    int64_t next;           /* wall */
    int64_t waits;          /* mono: since when what is on its way is waited for; 0: it is not */
};

struct expected {
    struct expect plan;
    size_t count;
    struct one of[EXPECT_MOST];
};

struct expected *expected_free(struct expected *e)
{
    free(e);
    return NULL;
}

static struct one *one_find(struct expected *e, const char *profile)
{
    for (size_t i = 0; i < e->count; i++)
        if (strcmp(e->of[i].profile, profile) == 0)
            return &e->of[i];
    return NULL;
}

/* ---- what is noted ---- */

static bool one_save(struct job *j, const struct one *o, struct fault *f)
{
    struct ledger_note n;
    snprintf(n.name, sizeof n.name, FAMILY "%s", o->profile);
    snprintf(n.text, sizeof n.text, "%" PRIu64 " %" PRIu64 " %" PRId64 " %d %" PRIx64, o->came,
             o->counted, o->at, o->missing, o->plan);
    if (!j->send)
        return true;
    job_dirty(j);
    j->barrier = true;
    return ledger_note_put(j->ledger, n.name, n.text, f);
}

static bool one_recall(struct job *j, struct one *o, bool *ret_known, struct fault *f)
{
    char name[LEDGER_NOTE_NAME];
    char note[LEDGER_NOTE];
    snprintf(name, sizeof name, FAMILY "%s", o->profile);
    if (!ledger_note_get(j->ledger, name, note, f))
        return false;
    char *at = note;
    o->came = strtoull(at, &at, 10);
    o->counted = strtoull(at, &at, 10);
    o->at = strtoll(at, &at, 10);
    o->missing = strtol(at, &at, 10) != 0;
    o->plan = strtoull(at, &at, 16);
    *ret_known = note[0] != '\0';
    return true;
}

/* One that is expected from now on: the next time is the first that counts, and what has come since
 * the one before is for that. */
static bool one_begin(struct job *j, const struct expect *plan, struct one *o, struct fault *f)
{
    o->at = expect_last(plan, o->profile, j->wall);
    return ledger_last_of(j->ledger, o->profile, o->at, &o->came, f) && one_save(j, o, f);
}

static uint64_t plan_hash(const struct expect *plan, const char *profile)
{
    uint64_t hash = 0;
    for (size_t i = 0; i < plan->count; i++) {
        const struct expect_entry *e = &plan->at[i];
        const uint8_t when[] = {(uint8_t)e->days, (uint8_t)e->hour, (uint8_t)e->minute};
        if (strcmp(e->profile, profile) == 0)
            hash = hash_bytes(when, sizeof when, hash);
    }
    return hash;
}

/* Its times are others now: as with one that is new, the next is the first that counts. */
static bool one_change(struct job *j, const struct expect *plan, struct one *o, struct fault *f)
{
    uint64_t since = 0;
    o->at = expect_last(plan, o->profile, j->wall);
    if (!ledger_last_of(j->ledger, o->profile, o->at, &since, f))
        return false;
    o->came = since > o->came ? since : o->came;
    o->counted = since ? since - 1 : o->came;
    o->missing = o->missing && !since;
    return one_save(j, o, f);
}

/* What is noted of it, or the beginning of that. */
static bool one_open(struct job *j, const struct expect *plan, struct one *o, struct fault *f)
{
    bool known = false;
    if (!one_recall(j, o, &known, f))
        return false;
    uint64_t noted = o->plan;
    o->plan = plan_hash(plan, o->profile);
    if (!known)
        return one_begin(j, plan, o, f);
    return !noted || noted == o->plan || one_change(j, plan, o, f);
}

/* What is expected no more is forgotten, or it would be missing when it is again. */
static bool others_forget(struct job *j, struct expected *e, struct fault *f)
{
    struct ledger_note n = {0};
    bool found = false;
    while (j->send) {
        if (!ledger_note_next(j->ledger, FAMILY, &n, &found, f))
            return false;
        if (!found)
            break;
        if (one_find(e, n.name + strlen(FAMILY)))
            continue;
        job_dirty(j);
        if (!ledger_note_drop(j->ledger, n.name, f))
            return false;
    }
    return true;
}

/* ---- what is told ---- */

static void publish(struct job *j)
{
    struct metrics *m = &j->measure->metrics;
    const struct expected *e = j->expected;
    m->expected_count = e->count;
    for (size_t i = 0; i < e->count; i++) {
        m->expected[i].missing = e->of[i].missing;
        memcpy(m->expected[i].profile, e->of[i].profile, sizeof m->expected[i].profile);
    }
    measure_change(j);
}

void expected_status(const struct job *j, struct json_object *list)
{
    for (size_t i = 0; j->expected && i < j->expected->count; i++) {
        const struct one *o = &j->expected->of[i];
        ON_LEAVE(buf_free) struct buf text = {0};
        if (!o->missing)
            continue;
        announce_missing_text(&text, LANGUAGE_EN, o->profile, o->at);
        struct json_object *one = json_object_new_object();
        json_object_object_add(one, "name", json_object_new_string(o->profile));
        json_object_object_add(one, "reason", json_object_new_string(buf_get(&text)));
        json_object_array_add(list, one);
    }
}

/* ---- the configuration ---- */

bool expected_check(const struct config *c, const struct profiles *p, struct fault *f)
{
    struct expect plan;
    struct buf why = {0};
    bool good = expect_parse(c->notify.expect, &plan, &why);
    assert(good); /* config has seen to that */
    for (size_t i = 0; i < plan.count; i++)
        if (!profiles_find(p, plan.at[i].profile))
            return fault_set(f, FAULT_CONFIG, 0,
                             "[notify] expect: there is no mapping profile '%s'",
                             plan.at[i].profile);
    return true;
}

bool expected_open(struct job *j, struct fault *f)
{
    struct expected *e = xcalloc(1, sizeof *e);
    struct buf why = {0};
    expected_free(j->expected);
    j->expected = e;
    bool good = expect_parse(j->config->notify.expect, &e->plan, &why);
    assert(good);
    for (size_t i = 0; i < e->plan.count; i++) {
        struct one *o = &e->of[e->count];
        if (one_find(e, e->plan.at[i].profile))
            continue;
        memcpy(o->profile, e->plan.at[i].profile, sizeof o->profile);
        e->count++;
        if (!one_open(j, &e->plan, o, f))
            return false;
        o->next = expect_next(&e->plan, o->profile, o->at);
    }
    publish(j);
    return others_forget(j, e, f);
}

/* ---- what comes, and what does not ---- */

bool expected_came(struct job *j, const struct import *i, struct fault *f)
{
    struct one *o = one_find(j->expected, i->profile);
    char time[EXPECT_TIME];
    if (!o || i->id <= o->came)
        return true;
    o->came = i->id;
    if (o->missing) {
        o->missing = false;
        o->counted = i->id;
        log_event(EVENT_EXPECTED_CAME, about(i),
                  "the export of %s has come, which was expected by %s", o->profile,
                  expect_time(o->at, time));
        publish(j);
    }
    return one_save(j, o, f);
}

/* Whether something is being taken up, or not read far enough, that may be the file. */
static bool is_on_its_way(struct job *j, struct one *o, bool *ret, struct fault *f)
{
    struct ledger_queue queue;
    if (!ledger_queue(j->ledger, &queue, f))
        return false;
    if (!o->waits)
        o->waits = j->mono;
    *ret = (j->hinted || j->claims_pending || queue.states[IMPORT_CLAIMED] > 0 ||
            spool_due(j->spool) != CLOCK_NEVER) &&
           j->mono - o->waits < WAIT_MOST;
    return true;
}

/* The time is over. */
static bool one_settle(struct job *j, struct one *o, struct fault *f)
{
    bool coming = false;
    char time[EXPECT_TIME];
    if (o->came <= o->counted && !is_on_its_way(j, o, &coming, f))
        return false;
    if (coming)
        return true;
    o->missing = o->came <= o->counted;
    o->counted = o->came;
    o->waits = 0;
    o->at = expect_last(&j->expected->plan, o->profile, j->wall);
    o->next = expect_next(&j->expected->plan, o->profile, o->at);
    publish(j);
    if (o->missing)
        log_event(EVENT_EXPECTED_MISSING, log_nothing, "the export of %s did not come by %s",
                  o->profile, expect_time(o->at, time));
    return one_save(j, o, f) && (!o->missing || announce_missing(j, o->profile, o->at, f));
}

/* A clock that was set back from the far future is to be right again tomorrow, not then. */
static bool one_step(struct job *j, struct one *o, struct fault *f)
{
    if (o->at > j->wall + DAY) {
        o->at = expect_last(&j->expected->plan, o->profile, j->wall);
        o->next = expect_next(&j->expected->plan, o->profile, o->at);
        return one_save(j, o, f);
    }
    return j->wall < o->next || one_settle(j, o, f);
}

bool expected_step(struct job *j, struct fault *f)
{
    if (!j->send || j->stopping)
        return true;
    for (size_t i = 0; i < j->expected->count; i++)
        if (!one_step(j, &j->expected->of[i], f))
            return false;
    return true;
}

int64_t expected_due(const struct job *j)
{
    int64_t due = CLOCK_NEVER;
    if (!j->send || j->stopping)
        return due;
    for (size_t i = 0; i < j->expected->count; i++) {
        const struct one *o = &j->expected->of[i];
        int64_t left = o->next - j->wall;
        if (left <= 0)
            left = o->waits ? WAIT_LOOK : 0;
        if (left > LOOK_MOST)
            left = LOOK_MOST;
        if (j->mono + left < due)
            due = j->mono + left;
    }
    return due;
}
