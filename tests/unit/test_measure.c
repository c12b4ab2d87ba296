/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When the metrics are written: a job that has a spool, and no more. */
#include "spool_world.h"

#include "job_own.h"

static struct job *job;

static int world_make(void **state)
{
    static char textfile[] = "metrics.prom";
    if (spool_make(state) != 0)
        return -1;
    config.metrics.textfile = textfile;
    job = xcalloc(1, sizeof *job);
    job->config = &config;
    job->measure = measure_new(0);
    job->spool = spool;
    job->send = true;
    return 0;
}

static int world_remove(void **state)
{
    free(job->measure);
    free(job);
    job = NULL;
    return spool_remove(state);
}

/* Whether they are to be written once more after a look into incoming/. */
static bool is_news(int64_t mono)
{
    job->mono = mono;
    scan(mono);
    measure_scanned(job);
    bool news = measure_due(job) != CLOCK_NEVER;
    metrics_done(&job->measure->pace, job->measure->changes, mono);
    return news;
}

static void what_lies_in_incoming_is_news_when_it_changes(void **state)
{
    (void)state;
    assert_true(is_news(NOW)); /* the first ones */
    assert_false(is_news(NOW + 1));
    put("spool/incoming/people.xlsx", "x");
    assert_true(is_news(NOW + 2));
    assert_false(is_news(NOW + 3));
    put("spool/incoming/people.csv", "x");
    assert_true(is_news(NOW + 4));
    assert_false(is_news(NOW + 5));
    put("spool/incoming/people.csv", "xx"); /* since when it lies there */
    assert_true(is_news(NOW + 6));
    assert_int_equal(unlink(path_of("spool/incoming/people.xlsx")), 0);
    assert_true(is_news(NOW + 7));
    assert_false(is_news(NOW + 8));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_lies_in_incoming_is_news_when_it_changes, world_make,
                                        world_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
