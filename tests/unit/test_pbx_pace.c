/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What answers show of how many calls the PBX can serve at once. */
#include "pbx_world.h"

/* Seven adds that were answered well while none waited for another: a second one is tried. */
static void two_at_once(const struct step *then)
{
    struct step steps[10] = {LOGIN};
    for (size_t i = 1; i < 8; i++)
        steps[i] = (struct step)ADD_WELL;
    steps[8] = *then;
    steps[9] = (struct step)ADD_WELL;
    renew(PASSWORD);
    server_script(server, steps, COUNT_OF(steps));
    login();
    for (uint64_t i = 0; i < 7; i++) {
        assert_int_equal(pbx_room(pbx, now), 1);
        assert_int_equal(add(i).verdict, PBX_OK);
    }
    assert_int_equal(pbx_concurrency(pbx), 2);
    assert_int_equal(pbx_room(pbx, now), 2);
}

static void how_many_is_found_out(void **state)
{
    (void)state;
    static const struct {
        size_t left;
        int number; /* errno; 0: see the step */
        struct step step;
    } cases[] = {
        {2, 19999, {0}},
        {1, 10025, {0}},
        {1, 30003, {0}},
        {1, 0, {.status = 429}},
        {1, 0, {.status = 503}},
        {1, 0, {.status = 503, .headers = "Retry-After: 7\r\n"}},
        {1, 0, {.status = 504}},
        {1, 0, {.after = AFTER_RESET}},
        {1, 0, {.after = AFTER_CLOSE}},
        {2, 0, {.status = 500}},
        {2, 0, {.status = 200, .body = "garbage"}},
    };
    config.pbx.concurrency = 0;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct step step = cases[i].step;
        if (cases[i].number)
            step = (struct step)ADD_ERRNO(cases[i].number);
        step.call = "/add?";
        step.hold = server_count(server, "") + 10; /* both are on their way when it is answered */
        two_at_once(&step);
        begin_add(7);
        begin_add(8);
        next_answer();
        next_answer();
        if (pbx_concurrency(pbx) != cases[i].left)
            fail_msg("%zu: %zu at once", i, pbx_concurrency(pbx));
    }
}

/* Nobody was served by a refusal, and a query costs something else. */
static void what_costs_something_else_is_no_measure(void **state)
{
    (void)state;
    config.pbx.concurrency = 0;
    renew(PASSWORD);
    LOGGED_IN(ADD_ERRNO(19999),
              {.call = "/query?", .status = 200, .body = body_of("Success", "x", "")});
    for (uint64_t i = 0; i < 20; i++) {
        assert_int_equal(add(i).verdict, PBX_REFUSED);
        assert_int_equal(query("2001").verdict, PBX_OK);
    }
    assert_int_equal(pbx_concurrency(pbx), 1);
}

static void a_gate_that_opens_begins_low(void **state)
{
    (void)state;
    config.pbx.concurrency = 0;
    struct step well = ADD_WELL;
    two_at_once(&well);
    pbx_trouble(pbx, now);
    assert_int_equal(pbx_room(pbx, now), 0);
    now += 2 * config.retry.most;
    assert_int_equal(add(7).verdict, PBX_OK);
    assert_false(waits());
    assert_int_equal(pbx_room(pbx, now), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PBX(how_many_is_found_out),
        PBX(what_costs_something_else_is_no_measure),
        PBX(a_gate_that_opens_begins_low),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
