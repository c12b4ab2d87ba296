/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME box: a PBX. Its work is honest; its network, its web server and its manners are not. */
#include <stdio.h>

#include "sim.h"

#define TOKEN_LIVES (30 * 60 * 1000)
#define HANGS       30000 /* ms until the client gives up */

static const struct fate fates[] = {
    {"well", HTTP_ANSWERED, 200, 0, DEED_DONE, 0, NULL, false},
    {"slow", HTTP_ANSWERED, 200, 0, DEED_DONE, 0, NULL, false},
    {"connection refused", HTTP_NOT_SENT, 0, 0, DEED_NOT_DONE, 0, NULL, false},
    {"cut before the work", HTTP_CUT, 0, 0, DEED_NOT_DONE, 0, NULL, false},
    {"cut after the work", HTTP_CUT, 0, 0, DEED_DONE, 0, NULL, false},
    {"cut, the work is done later", HTTP_CUT, 0, 0, DEED_LATE, 0, NULL, false},
    {"time-out before the work", HTTP_CUT, 0, 0, DEED_NOT_DONE, 0, NULL, true},
    {"time-out after the work", HTTP_CUT, 0, 0, DEED_DONE, 0, NULL, true},
    {"time-out, the work is done later", HTTP_CUT, 0, 0, DEED_LATE, 0, NULL, true},
    {"half an answer", HTTP_CUT, 200, 0, DEED_DONE, 0, NULL, false},
    {"500 before the work", HTTP_ANSWERED, 500, 0, DEED_NOT_DONE, 0, NULL, false},
    {"500 after the work", HTTP_ANSWERED, 500, 0, DEED_DONE, 0, NULL, false},
    {"503, later please", HTTP_ANSWERED, 503, 0, DEED_NOT_DONE, 7000, NULL, false},
    {"429", HTTP_ANSWERED, 429, 0, DEED_NOT_DONE, 0, NULL, false},
    {"garbage before the work", HTTP_ANSWERED, 200, 0, DEED_NOT_DONE, 0, "<html>", false},
    {"garbage after the work", HTTP_ANSWERED, 200, 0, DEED_DONE, 0, "{\"status\":", false},
    {"no status", HTTP_ANSWERED, 200, 0, DEED_DONE, 0, "{}", false},
    {"10025, stored", HTTP_ANSWERED, 200, 10025, DEED_DONE, 0, NULL, false},
    {"10025, not stored", HTTP_ANSWERED, 200, 10025, DEED_NOT_DONE, 0, NULL, false},
    {"20010 after the work", HTTP_ANSWERED, 200, 20010, DEED_DONE, 0, NULL, false},
    {"30001 before the work", HTTP_ANSWERED, 200, 30001, DEED_NOT_DONE, 0, NULL, false},
    {"30003", HTTP_ANSWERED, 200, 30003, DEED_NOT_DONE, 0, NULL, false},
    {"20006", HTTP_ANSWERED, 200, 20006, DEED_NOT_DONE, 0, NULL, false},
    {"20015", HTTP_ANSWERED, 200, 20015, DEED_NOT_DONE, 0, NULL, false},
    {"20002", HTTP_ANSWERED, 200, 20002, DEED_NOT_DONE, 0, NULL, false},
    {"10087", HTTP_ANSWERED, 200, 10087, DEED_NOT_DONE, 0, NULL, false},
};
#define FATE_LONE_LAST 22 /* up to here they befall single calls */

const struct fate *fate_of(const struct call *c)
{
    return &fates[c->fate];
}

const char *fate_name(size_t fate)
{
    return fates[fate].name;
}

size_t fate_named(const char *name)
{
    size_t i = 0;
    while (i < COUNT_OF(fates) && strcmp(fates[i].name, name) != 0)
        i++;
    assert(i < COUNT_OF(fates));
    return i;
}

bool fate_is_answer(const struct call *c)
{
    const struct fate *fate = fate_of(c);
    return fate->end == HTTP_ANSWERED && fate->status == 200 && !fate->body && !fate->error_number;
}

/* ---- what becomes of a call ---- */

static size_t lone_fate(const struct call *c)
{
    size_t fate = 1 + dice(FATE_LONE_LAST);
    /* nothing is applied by a question */
    return c->kind == CALL_QUERY && fates[fate].error_number == 10025 ? 0 : fate;
}

static size_t decide_fate(const struct call *c, const struct box *b)
{
    if (c->kind == CALL_ADD && !world->healed)
        for (size_t i = 0; i < NUMBERS; i++)
            if (c->asked == 1u << i && world->numbers[i].trait == TRAIT_BAD)
                return world->numbers[i].fate;
    if (b->fortune == FORTUNE_DOWN)
        return b->fate;
    if (b->fortune == FORTUNE_FULL && c->kind == CALL_ADD)
        return fate_named("10087");
    if (c->kind == CALL_LOGIN && !world->final && chance(1))
        return fate_named("20002");
    return !world->final && chance(b->trouble) ? lone_fate(c) : 0;
}

void box_decide(struct call *c)
{
    c->fate = decide_fate(c, &world->boxes[c->box]);
    const struct fate *fate = fate_of(c);
    int64_t way = world->now + 1 + dice(20);
    c->work = way;
    c->answer = way + dice(30);
    if (strcmp(fate->name, "slow") == 0)
        c->answer += dice(5000);
    if (fate->hangs)
        c->answer = world->now + HANGS;
    if (fate->deed == DEED_NOT_DONE)
        c->work = CLOCK_NEVER;
    if (fate->deed == DEED_LATE)
        c->work = c->answer + dice((unsigned)world->first);
}

/* ---- the work ---- */

static bool token_is_good(const struct call *c, struct box *b)
{
    bool good = c->token && c->token == b->token && world->now - b->token_used < TOKEN_LIVES;
    b->token_used = world->now;
    return good;
}

static int work_login(struct call *c, struct box *b)
{
    if (c->password != b->password)
        return 20003;
    c->given = b->token = ++b->tokens;
    b->token_used = world->now;
    return 0;
}

static int work_add(const struct call *c, struct box *b)
{
    size_t i = (size_t)__builtin_ctz(c->asked);
    struct extension *e = &b->extensions[i];
    if (world->numbers[i].trait == TRAIT_REFUSED)
        return world->numbers[i].error_number;
    if (e->exists)
        return b->duplicate;
    e->exists = true;
    e->ours = true;
    e->fields = c->fields;
    if (fate_of(c)->error_number == 10025)
        b->unapplied = true;
    return 0;
}

static int work_query(struct call *c, const struct box *b)
{
    if (!b->queries)
        return 10003;
    for (size_t i = 0; i < NUMBERS; i++) {
        if (!(c->asked & 1u << i) || !b->extensions[i].exists)
            continue;
        c->found |= 1u << i;
        c->seen[i] = b->extensions[i].fields;
    }
    bool missing = b->absent == 2 ? c->found != c->asked : !c->found;
    return b->absent && missing ? 10006 : 0;
}

static int work_of(struct call *c, struct box *b)
{
    if (c->kind == CALL_LOGIN)
        return work_login(c, b);
    if (!token_is_good(c, b))
        return 20006;
    switch (c->kind) {
    case CALL_ADD:
        return work_add(c, b);
    case CALL_QUERY:
        return work_query(c, b);
    case CALL_APPLY:
        if (b->has_apply)
            b->unapplied = false;
        return b->has_apply ? 0 : 10003;
    case CALL_HEARTBEAT:
    case CALL_LOGIN:
        break;
    }
    return 0;
}

void box_work(void)
{
    for (;;) {
        struct call *first = NULL;
        for (size_t i = 0; i < CALLS; i++) {
            struct call *c = &world->calls[i];
            if (c->busy && !c->worked && c->work <= world->now && (!first || c->work < first->work))
                first = c;
        }
        if (!first)
            return;
        first->error_number = work_of(first, &world->boxes[first->box]);
        first->worked = true;
        first->busy = first->waited;
        if (!first->waited)
            trace("late work: %s asked=%x errno %d", kind_name(first->kind), first->asked,
                  first->error_number);
    }
}

void box_abandon(void)
{
    box_work();
    for (size_t i = 0; i < CALLS; i++) {
        struct call *c = &world->calls[i];
        if (!c->busy || !c->waited)
            continue;
        watch_lost(c);
        c->waited = false;
        c->answer = CLOCK_NEVER;
        /* the request may not have left any more; or the box works on it for a while */
        if (!c->worked && c->work != CLOCK_NEVER)
            c->work = chance(50) ? CLOCK_NEVER : world->now + dice((unsigned)world->first);
        c->busy = !c->worked && c->work != CLOCK_NEVER;
    }
}

int64_t box_next_answer(void)
{
    int64_t next = CLOCK_NEVER;
    for (size_t i = 0; i < CALLS; i++)
        if (world->calls[i].busy && world->calls[i].waited && world->calls[i].answer < next)
            next = world->calls[i].answer;
    return next;
}

/* ---- its make-up ---- */

static void give_numbers(void)
{
    static const int errors[] = {10033, 10028, 19999, 10004};
    static const char *const bad[] = {"cut before the work",
                                      "500 before the work",
                                      "garbage before the work",
                                      "30001 before the work",
                                      "30003",
                                      "time-out before the work"};
    for (size_t i = 0; i < NUMBERS; i++) {
        struct number *n = &world->numbers[i];
        if (chance(8))
            *n = (struct number){.trait = TRAIT_REFUSED,
                                 .error_number = errors[dice(COUNT_OF(errors))]};
        else if (chance(6))
            *n = (struct number){.trait = TRAIT_BAD, .fate = fate_named(bad[dice(COUNT_OF(bad))])};
    }
}

void box_begin(void)
{
    give_numbers();
    bool queries = !chance(15);
    for (size_t k = 0; k < BOXES; k++) {
        struct box *b = &world->boxes[k];
        *b = (struct box){.queries = queries,
                          .has_apply = chance(60),
                          .absent = (int)dice(3),
                          .duplicate = chance(50) ? 10085 : 10017,
                          .trouble = chance(30) ? 0 : dice(40),
                          .password = 1};
        for (size_t i = 0; i < NUMBERS; i++) {
            struct extension *e = &b->extensions[i];
            if (!chance(7) || world->numbers[i].trait == TRAIT_REFUSED)
                continue;
            e->exists = true;
            snprintf(e->fields.username, TEXT, chance(50) ? "somebody" : "u%zu-0", i);
            snprintf(e->fields.password, TEXT, "pw%zu", i);
        }
    }
}
