/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME life: one life of the engine, in a process of its own: the daemon's loop, with the time
 * between two turns jumped over. */
#include <stdio.h>
#include <unistd.h>

#include "sim.h"

#define HOURS_MOST 6    /* that the end may take when everything works */
#define SPINS_MOST 2000 /* turns that ask for another one at once */
#define LOOKS_MOST 50   /* turns until a spool in which nothing is to be done is seen through */
#define IDS_MOST   32

struct config *config_base;

struct config *life_config(void)
{
    static struct config configs[2];
    static size_t next;
    static char url[BOXES][16] = {"http://a", "http://b"};
    static char spool[96];
    static char state[96];
    static char password[96];
    struct config *c = &configs[next++ % 2];
    *c = *config_base;
    snprintf(spool, sizeof spool, "%s", path_in("spool"));
    snprintf(state, sizeof state, "%s", path_in("state"));
    snprintf(password, sizeof password, "%s", path_in("password"));
    c->spool.directory = spool;
    c->state.directory = state;
    c->pbx.password_file = password;
    c->pbx.url = url[world->box];
    c->pbx.format = world->format;
    c->pbx.concurrency = world->concurrency;
    c->pbx.rate = world->rate;
    c->spool.rescan = world->rescan;
    c->spool.ready = world->ready;
    c->import.mode = world->mode;
    c->import.existing = world->existing;
    c->retry.first = world->first;
    c->retry.attempts = world->attempts;
    return c;
}

static void decide_death(void)
{
    static const unsigned steps[] = {20, 100, 400, 1500};
    static const unsigned times[] = {100, 3000, 60000};
    world->fuse = 0;
    world->die_at = CLOCK_NEVER;
    if (world->final || world->deaths >= world->deaths_most)
        return;
    if (chance(60))
        world->fuse = 1 + dice(steps[dice(COUNT_OF(steps))]);
    else if (chance(50))
        world->die_at = world->now + dice(times[dice(COUNT_OF(times))]);
}

static struct job *open_job(void)
{
    struct fault f = {0};
    struct job *j = NULL;
    world->armed = true;
    if (!job_open(life_config(), true, &j, &f))
        broken("start: %s", f.text);
    world->armed = false;
    return j;
}

static void turn(struct job *j)
{
    struct fault f = {0};
    world->turns++;
    world->armed = true;
    if (!job_turn(j, &f))
        broken("a turn: %s", f.text);
    world->armed = false;
}

static void __attribute__((noreturn)) close_job(struct job *j, int code)
{
    world->armed = true;
    job_close(j);
    world->armed = false;
    watch_committed();
    trace("ends by itself");
    _exit(code);
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Time goes on to whatever happens next. */
static void sleep_until_next(struct job *j, unsigned *spins)
{
    int64_t due = job_due(j);
    int64_t next = due > CLOCK_NEVER / 2 ? CLOCK_NEVER : world->now + due;
    next = earlier(next, box_next_answer());
    *spins = due == 0 ? *spins + 1 : 0;
    if (*spins > SPINS_MOST)
        broken("the engine turns round and round");
    if (world->final && next == CLOCK_NEVER)
        broken("the engine sleeps for ever: %s", job_summary(j));
    next = earlier(next, earlier(world->next_event, world->die_at));
    world->now = next > world->now ? next : world->now + dice(2);
    if (world->now >= world->die_at) {
        trace("dies between two turns");
        _exit(LIFE_DIED);
    }
    if (world->final && world->now - world->final_since > HOURS_MOST * 3600000)
        broken("there is no end to it: %s", job_summary(j));
}

void life_live(void)
{
    unsigned spins = 0;
    decide_death();
    struct job *j = open_job();
    for (;;) {
        turn(j);
        if (job_stopped(j))
            close_job(j, LIFE_STOPPED);
        if (world->final && job_state(j) == JOB_IDLE)
            close_job(j, LIFE_DONE);
        people_act(j);
        sleep_until_next(j, &spins);
    }
}

static void verify(struct job *j, uint64_t id)
{
    struct fault f = {0};
    struct import i;
    if (!job_find(j, id, &i, NULL))
        return;
    struct json_object *verify = job_verify(j, id, &f);
    if (!verify)
        broken("verify: %s", f.text);
    if (!json_object_get_boolean(json_object_object_get(verify, "whole")))
        broken("verify says: %s", json_object_to_json_string(verify));
    json_object_put(verify);
}

void life_look_after(void)
{
    world->posts = 0;
    world->fuse = 0;
    struct job *j = open_job();
    for (int i = 0; i < LOOKS_MOST; i++) {
        turn(j);
        world->now += earlier(job_due(j), 1000);
    }
    for (uint64_t id = 1; id <= IDS_MOST; id++)
        verify(j, id);
    if (job_state(j) != JOB_IDLE)
        broken("all was done, and one more start finds work");
    if (world->posts)
        broken("all was done, and one more start calls the PBX");
    close_job(j, LIFE_DONE);
}
