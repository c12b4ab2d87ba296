/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Against a server of its own: time is a number here, and chance is a seed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "pace.h"

#define CALLS_MOST 16

enum noise { NOISE_NONE, NOISE_OUTLIERS, NOISE_RANDOM };

/* A server that works on `at_once` calls, and what it does with more. */
struct server {
    size_t at_once;
    bool refuses;    /* at once; else they wait for their turn */
    bool told;       /* all calls have to wait for a while then */
    int64_t service; /* microseconds */
    enum noise noise;
};

struct call {
    struct pace_call call;
    bool busy, waiting, refused;
    uint64_t serial;
    int64_t began, end;
};

struct world {
    struct server server;
    struct pace pace;
    size_t feed; /* never more are begun, as where the file is read slowly; 0: no limit */
    uint64_t dice, serial;
    int64_t now, pause;
    struct call calls[CALLS_MOST];
    size_t under_way, most;
    uint64_t good, refused;
    double limits; /* their sum over all good calls */
};

static double dice(struct world *w)
{
    w->dice ^= w->dice << 13;
    w->dice ^= w->dice >> 7;
    w->dice ^= w->dice << 17;
    return (double)(w->dice >> 11) / 9007199254740992.0;
}

static int64_t service(struct world *w)
{
    int64_t time = w->server.service;
    if (w->server.noise == NOISE_OUTLIERS)
        return dice(w) < 0.05 ? 10 * time : time;
    if (w->server.noise == NOISE_RANDOM) /* from a half to one and a half */
        return time / 2 + (int64_t)(dice(w) * (double)time);
    return time;
}

static size_t served(const struct world *w)
{
    size_t count = 0;
    for (size_t i = 0; i < CALLS_MOST; i++)
        count += w->calls[i].busy && !w->calls[i].waiting && !w->calls[i].refused;
    return count;
}

static void serve(struct world *w, struct call *c)
{
    c->waiting = false;
    c->end = w->now + service(w);
}

static void begin(struct world *w)
{
    size_t i = 0;
    while (w->calls[i].busy)
        i++;
    assert_true(i < CALLS_MOST);
    struct call *c = &w->calls[i];
    bool room = served(w) < w->server.at_once;
    *c = (struct call){.busy = true, .waiting = true, .serial = ++w->serial, .began = w->now};
    pace_began(&w->pace, ++w->under_way, &c->call);
    if (w->most < w->under_way)
        w->most = w->under_way;
    if (room) {
        serve(w, c);
    } else if (w->server.refuses) {
        c->waiting = false;
        c->refused = true;
        c->end = w->now + w->server.service / 10;
    }
}

/* The next call that ends, and the oldest that waits. */
static struct call *next_end(struct world *w)
{
    struct call *next = NULL;
    for (size_t i = 0; i < CALLS_MOST; i++) {
        struct call *c = &w->calls[i];
        if (c->busy && !c->waiting && (!next || c->end < next->end))
            next = c;
    }
    return next;
}

static struct call *oldest(struct world *w)
{
    struct call *found = NULL;
    for (size_t i = 0; i < CALLS_MOST; i++) {
        struct call *c = &w->calls[i];
        if (c->busy && c->waiting && (!found || c->serial < found->serial))
            found = c;
    }
    return found;
}

static void end(struct world *w, struct call *c)
{
    w->now = c->end;
    c->busy = false;
    w->under_way--;
    struct call *waiting = oldest(w);
    if (waiting && served(w) < w->server.at_once)
        serve(w, waiting);
    if (!c->refused) {
        w->good++;
        w->limits += (double)pace_limit(&w->pace);
        pace_good(&w->pace, &c->call, w->now - c->began, w->now - c->began);
        return;
    }
    w->refused++;
    pace_pushed(&w->pace, &c->call, w->server.told);
    if (w->server.told) {
        pace_rest(&w->pace);
        w->pause = w->now + 500000;
    }
}

/* Lives until so many more calls were answered well. */
static void live(struct world *w, uint64_t calls)
{
    uint64_t until = w->good + calls;
    while (w->good < until) {
        size_t room = pace_limit(&w->pace);
        if (w->feed && room > w->feed)
            room = w->feed;
        if (w->now >= w->pause)
            while (w->under_way < room)
                begin(w);
        struct call *next = next_end(w);
        if (next)
            end(w, next);
        else
            w->now = w->pause;
    }
    size_t limit = pace_limit(&w->pace);
    assert_in_range(limit, 1, PACE_MOST);
}

static struct world world_of(struct server server, size_t fixed)
{
    struct world w = {.server = server, .dice = 88172645463325252u};
    pace_set(&w.pace, fixed);
    return w;
}

/* How much of what the best fixed number of calls achieves is achieved, in per cent. A limit above
 * what the server works on at once only makes calls wait or be refused. */
static unsigned per_cent(const struct world *w, uint64_t calls)
{
    size_t best = w->server.at_once < PACE_MOST ? w->server.at_once : PACE_MOST;
    struct world fixed = world_of(w->server, best);
    live(&fixed, calls);
    assert_int_equal(fixed.refused, 0);
    return (unsigned)(100 * (double)fixed.now / (double)w->now);
}

static double mean_limit(const struct world *w)
{
    return w->limits / (double)w->good;
}

/* From a tenth of a millisecond to five seconds. */
static const int64_t services[] = {100, 5000, 100000, 5000000};
static const enum noise noises[] = {NOISE_NONE, NOISE_OUTLIERS, NOISE_RANDOM};

#define EACH(name, list) for (size_t name = 0; name < COUNT_OF(list); name++)

static void a_number_is_kept_to(void **state)
{
    (void)state;
    for (size_t fixed = 1; fixed <= 3; fixed++) {
        struct world w =
            world_of((struct server){.at_once = 2, .refuses = true, .service = 5000}, fixed);
        live(&w, 1000);
        assert_int_equal(w.most, fixed);
        assert_int_equal(pace_limit(&w.pace), fixed);
        assert_true((w.refused > 0) == (fixed > 2));
        pace_rest(&w.pace);
        assert_int_equal(pace_limit(&w.pace), fixed);
    }
}

static void it_begins_with_one_and_goes_up_to_eight(void **state)
{
    (void)state;
    EACH(s, services)
    {
        EACH(noise, noises)
        {
            struct world w = world_of((struct server){.at_once = CALLS_MOST,
                                                      .service = services[s],
                                                      .noise = noises[noise]},
                                      0);
            assert_int_equal(pace_limit(&w.pace), 1);
            live(&w, 300);
            assert_int_equal(pace_limit(&w.pace), PACE_MOST);
            live(&w, 19700);
            assert_true(per_cent(&w, 20000) >= 95);
            assert_int_equal(w.most, PACE_MOST);
        }
    }
}

static void where_calls_wait_for_each_other_few_have_to(void **state)
{
    (void)state;
    for (size_t at_once = 1; at_once < 6; at_once++) {
        EACH(s, services)
        {
            EACH(noise, noises)
            {
                struct world w = world_of((struct server){.at_once = at_once,
                                                          .service = services[s],
                                                          .noise = noises[noise]},
                                          0);
                live(&w, 5000);
                assert_true(per_cent(&w, 5000) >= 95);
                assert_true(mean_limit(&w) <= 1.25 * (double)at_once + 1.75);
            }
        }
    }
}

/* Among 400 calls 3 are less than 1 %. */
static void few_are_refused(void **state)
{
    (void)state;
    for (size_t at_once = 1; at_once < PACE_MOST; at_once++) {
        EACH(s, services)
        {
            EACH(noise, noises)
            {
                struct world w = world_of((struct server){.at_once = at_once,
                                                          .refuses = true,
                                                          .service = services[s],
                                                          .noise = noises[noise]},
                                          0);
                live(&w, 400);
                assert_in_range(w.refused, 1, 3);
                live(&w, 4600);
                assert_true(w.refused <= 10);
                assert_true(per_cent(&w, 5000) >= 95);
            }
        }
    }
}

/* It costs half a second each time, so it is tried even less often. */
static void where_all_have_to_wait_it_is_patient(void **state)
{
    (void)state;
    struct server server = {.at_once = 2, .refuses = true, .told = true, .service = 20000};
    struct world w = world_of(server, 0);
    live(&w, 2000);
    assert_int_equal(w.refused, 1);
    assert_true(per_cent(&w, 2000) >= 95);
    live(&w, 18000);
    assert_in_range(w.refused, 2, 5);
    assert_true(per_cent(&w, 20000) >= 95);
}

static void it_follows_a_server_that_gets_weak_and_recovers(void **state)
{
    (void)state;
    EACH(s, services)
    {
        struct world w = world_of((struct server){.at_once = 8, .service = services[s]}, 0);
        live(&w, 1000);
        assert_int_equal(pace_limit(&w.pace), 8);
        w.server.at_once = 1;
        live(&w, 100);
        assert_true(pace_limit(&w.pace) <= 2);
        live(&w, 1000);
        assert_true(pace_limit(&w.pace) <= 2);
        w.server.at_once = 8;
        live(&w, 400);
        assert_int_equal(pace_limit(&w.pace), 8);
    }
}

static void it_follows_a_server_that_refuses_for_a_while(void **state)
{
    (void)state;
    EACH(s, services)
    {
        struct server server = {.at_once = 8, .refuses = true, .service = services[s]};
        struct world w = world_of(server, 0);
        live(&w, 1000);
        assert_int_equal(pace_limit(&w.pace), 8);
        w.server.at_once = 1;
        live(&w, 100);
        assert_int_equal(pace_limit(&w.pace), 1);
        assert_true(w.refused <= 20);
        live(&w, 3000);
        assert_true(w.refused <= 25);
        w.server.at_once = 8;
        live(&w, 5000);
        assert_int_equal(pace_limit(&w.pace), 8);
        assert_true(w.refused <= 25);
    }
}

/* All calls take longer, or less long, for good; how many are worked on at once is as before. */
static void it_learns_what_a_call_takes_anew(void **state)
{
    (void)state;
    static const int64_t times[] = {10, 100};
    static const int64_t parts[] = {10, 15, 100};
    EACH(t, times)
    {
        EACH(p, parts)
        {
            struct server server = {.at_once = 8, .service = 1000 * times[t]};
            struct world w = world_of(server, 0);
            live(&w, 1000);
            w.server.service = w.server.service * parts[p] / 10;
            live(&w, 5000);
            assert_int_equal(pace_limit(&w.pace), 8);
            w.server.at_once = 2;
            w.server.service /= 20;
            live(&w, 8000);
            assert_true(pace_limit(&w.pace) <= 4);
        }
    }
}

static void it_does_not_grow_while_there_is_little_to_do(void **state)
{
    (void)state;
    struct world w = world_of((struct server){.at_once = 8, .service = 5000}, 0);
    w.feed = 3;
    live(&w, 5000);
    assert_true(pace_limit(&w.pace) <= 4); /* one more than was ever used */
    w.feed = 0;
    live(&w, 300);
    assert_int_equal(pace_limit(&w.pace), 8);
}

static void what_this_program_takes_is_not_the_servers(void **state)
{
    (void)state;
    struct pace p = {0};
    pace_set(&p, 0);
    for (unsigned i = 0; i < 300; i++) {
        struct pace_call call;
        pace_began(&p, pace_limit(&p), &call);
        /* each call takes as long as all before it take us, and we hardly ever wait */
        pace_good(&p, &call, 100 * (int64_t)pace_limit(&p), pace_limit(&p) == 1 ? 100 : 1);
    }
    assert_int_equal(pace_limit(&p), PACE_MOST);
}

static void after_trouble_it_begins_low(void **state)
{
    (void)state;
    struct world w = world_of((struct server){.at_once = 8, .service = 5000}, 0);
    live(&w, 1000);
    assert_int_equal(pace_limit(&w.pace), 8);
    pace_rest(&w.pace);
    assert_int_equal(pace_limit(&w.pace), 1);
    live(&w, 20);
    assert_in_range(pace_limit(&w.pace), 1, 3);
    live(&w, 300);
    assert_int_equal(pace_limit(&w.pace), 8);
}

/* One that was alone was not too many; and of calls that were under way together one counts. */
static void what_says_nothing_of_the_number_is_no_push_back(void **state)
{
    (void)state;
    struct world w = world_of((struct server){.at_once = 8, .service = 5000}, 0);
    live(&w, 1000);
    struct pace_call calls[8];
    pace_began(&w.pace, 1, &calls[0]);
    pace_pushed(&w.pace, &calls[0], false);
    assert_int_equal(pace_limit(&w.pace), 8);
    for (size_t i = 0; i < 8; i++)
        pace_began(&w.pace, i + 1, &calls[i]);
    for (size_t i = 8; i-- > 0;)
        pace_pushed(&w.pace, &calls[i], false);
    assert_int_equal(pace_limit(&w.pace), 7);
    /* so soon again: it was not one too many */
    pace_began(&w.pace, 7, &calls[0]);
    pace_pushed(&w.pace, &calls[0], false);
    assert_int_equal(pace_limit(&w.pace), 3);
}

static void a_changed_setting_counts_at_once(void **state)
{
    (void)state;
    struct world w = world_of((struct server){.at_once = 8, .service = 5000}, 0);
    live(&w, 1000);
    pace_set(&w.pace, 0);
    assert_int_equal(pace_limit(&w.pace), 8);
    pace_set(&w.pace, 3);
    assert_int_equal(pace_limit(&w.pace), 3);
    pace_set(&w.pace, 0);
    assert_int_equal(pace_limit(&w.pace), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_is_kept_to),
        cmocka_unit_test(it_begins_with_one_and_goes_up_to_eight),
        cmocka_unit_test(where_calls_wait_for_each_other_few_have_to),
        cmocka_unit_test(few_are_refused),
        cmocka_unit_test(where_all_have_to_wait_it_is_patient),
        cmocka_unit_test(it_follows_a_server_that_gets_weak_and_recovers),
        cmocka_unit_test(it_follows_a_server_that_refuses_for_a_while),
        cmocka_unit_test(it_learns_what_a_call_takes_anew),
        cmocka_unit_test(it_does_not_grow_while_there_is_little_to_do),
        cmocka_unit_test(what_this_program_takes_is_not_the_servers),
        cmocka_unit_test(after_trouble_it_begins_low),
        cmocka_unit_test(what_says_nothing_of_the_number_is_no_push_back),
        cmocka_unit_test(a_changed_setting_counts_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
