/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "retry.h"

#define NOW 1000000

static void back_off_doubles_up_to_its_limit(void **state)
{
    (void)state;
    static const struct {
        unsigned tries;
        int64_t longest;
    } cases[] = {{0, 500},   {1, 500},   {2, 1000},   {3, 2000},     {7, 32000},
                 {8, 60000}, {9, 60000}, {64, 60000}, {1000, 60000}, {UINT32_MAX, 60000}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_int_equal(retry_delay(500, 60000, cases[i].tries, UINT32_MAX), cases[i].longest);
        assert_int_equal(retry_delay(500, 60000, cases[i].tries, 0), 0);
    }
}

/* Full jitter: evenly from nothing to the limit. */
static void chance_spreads_the_back_off(void **state)
{
    (void)state;
    for (uint32_t part = 1; part < 16; part++) {
        int64_t wanted = 60000 * (int64_t)part / 16;
        int64_t got = retry_delay(500, 60000, 20, part << 28);
        assert_in_range(got, wanted - 1, wanted + 1);
    }
}

static void back_off_keeps_to_odd_settings(void **state)
{
    (void)state;
    assert_int_equal(retry_delay(5000, 1000, 1, UINT32_MAX), 1000);
    assert_int_equal(retry_delay(0, 1000, 5, UINT32_MAX), 0);
    assert_int_equal(retry_delay(500, 0, 5, UINT32_MAX), 0);
    int64_t day = 24 * 3600 * 1000;
    assert_int_equal(retry_delay(1, 365 * day, 100, UINT32_MAX), 365 * day);
}

static void a_shut_gate_passes_only_what_is_free(void **state)
{
    (void)state;
    struct gate g = {0};
    assert_int_equal(gate_room(&g, NOW, 0, 4), 4);
    assert_int_equal(gate_room(&g, NOW, 3, 4), 1);
    assert_int_equal(gate_room(&g, NOW, 4, 4), 0);
    assert_int_equal(gate_room(&g, NOW, 9, 4), 0);
}

static void three_different_rows_open_it(void **state)
{
    (void)state;
    struct gate g = {0};
    gate_bad(&g, 7, NOW, 500);
    gate_bad(&g, 7, NOW, 500);
    gate_bad(&g, 7, NOW, 500);
    gate_bad(&g, 8, NOW, 500);
    gate_bad(&g, 7, NOW, 500);
    assert_false(g.open);
    assert_int_equal(gate_room(&g, NOW, 0, 4), 4);
    gate_bad(&g, 9, NOW, 500);
    assert_true(g.open);
    assert_int_equal(g.opened, NOW);
    assert_int_equal(g.probes, 0);
    assert_int_equal(gate_room(&g, NOW + 499, 0, 4), 0);
    assert_int_equal(gate_room(&g, NOW + 500, 0, 4), 1);
}

static void a_good_answer_between_starts_the_count_again(void **state)
{
    (void)state;
    struct gate g = {0};
    gate_bad(&g, 7, NOW, 500);
    gate_bad(&g, 8, NOW, 500);
    gate_good(&g);
    gate_bad(&g, 7, NOW, 500);
    gate_bad(&g, 9, NOW, 500);
    assert_false(g.open);
    gate_bad(&g, 8, NOW, 500);
    assert_true(g.open);
}

static void one_probe_at_a_time_passes(void **state)
{
    (void)state;
    struct gate g = {0};
    gate_shut(&g, NOW, 1000);
    assert_true(g.open);
    assert_int_equal(gate_room(&g, NOW, 0, 4), 0);
    assert_int_equal(gate_room(&g, NOW + 1000, 0, 4), 1);
    assert_int_equal(gate_room(&g, NOW + 1000, 1, 4), 0);

    for (unsigned i = 1; i <= 5; i++) {
        g.probing = true;
        gate_bad(&g, 7, NOW + 1000 * i, 1000);
        assert_int_equal(g.probes, i);
        assert_int_equal(gate_room(&g, NOW + 1000 * i, 0, 4), 0);
        assert_int_equal(gate_room(&g, NOW + 1000 * (i + 1), 0, 4), 1);
    }
    assert_int_equal(g.opened, NOW);
    gate_good(&g);
    assert_int_equal(gate_room(&g, NOW, 0, 4), 4);
    assert_int_equal(g.probes, 0);
}

/* Calls that were under way when it opened are no probes, and lengthen no back-off. */
static void stragglers_are_no_probes(void **state)
{
    (void)state;
    struct gate g = {0};
    gate_shut(&g, NOW, 1000);
    gate_bad(&g, 1, NOW + 10, 1000);
    gate_bad(&g, 2, NOW + 20, 1000);
    gate_shut(&g, NOW + 30, 10);
    assert_int_equal(g.probes, 0);
    assert_int_equal(g.next, NOW + 1020);
    assert_int_equal(g.opened, NOW);
}

static void a_pause_outlasts_good_answers(void **state)
{
    (void)state;
    struct gate g = {0};
    gate_pause(&g, NOW + 1000);
    gate_pause(&g, NOW + 500);
    gate_good(&g);
    assert_int_equal(gate_room(&g, NOW + 999, 0, 4), 0);
    assert_int_equal(gate_room(&g, NOW + 1000, 0, 4), 4);
}

static void a_longer_pause_is_never_cut_short(void **state)
{
    (void)state;
    struct gate g = {0};
    gate_shut(&g, NOW, 60000); /* as a Retry-After asks */
    gate_shut(&g, NOW + 1, 500);
    gate_bad(&g, 1, NOW + 2, 0);
    assert_int_equal(gate_room(&g, NOW + 59999, 0, 4), 0);
    assert_int_equal(gate_room(&g, NOW + 60000, 0, 4), 1);
}

/* What the PBX asked for holds whatever becomes of the calls that were on their way already. */
static void a_pause_outlives_good_answers(void **state)
{
    (void)state;
    struct gate g = {0};
    gate_pause(&g, NOW + 7000);
    gate_pause(&g, NOW + 10);
    gate_good(&g);
    gate_good(&g);
    assert_false(g.open);
    assert_int_equal(gate_room(&g, NOW + 6999, 0, 4), 0);
    assert_int_equal(gate_room(&g, NOW + 7000, 0, 4), 4);
    gate_pause(&g, NOW + 9000);
    gate_shut(&g, NOW, 1);
    assert_int_equal(gate_room(&g, NOW + 8999, 0, 4), 0);
    assert_int_equal(gate_room(&g, NOW + 9000, 0, 4), 1);
}

static void a_probe_of_another_kind_lets_the_next_one_go(void **state)
{
    (void)state;
    struct gate g = {0};
    gate_shut(&g, NOW, 1000);
    g.probing = true;
    gate_probe_done(&g);
    assert_true(g.open);
    assert_int_equal(gate_room(&g, NOW + 1000, 0, 4), 1);
    gate_shut(&g, NOW + 1000, 1000);
    assert_int_equal(g.probes, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(back_off_doubles_up_to_its_limit),
        cmocka_unit_test(chance_spreads_the_back_off),
        cmocka_unit_test(back_off_keeps_to_odd_settings),
        cmocka_unit_test(a_pause_outlasts_good_answers),
        cmocka_unit_test(a_shut_gate_passes_only_what_is_free),
        cmocka_unit_test(three_different_rows_open_it),
        cmocka_unit_test(a_good_answer_between_starts_the_count_again),
        cmocka_unit_test(one_probe_at_a_time_passes),
        cmocka_unit_test(stragglers_are_no_probes),
        cmocka_unit_test(a_longer_pause_is_never_cut_short),
        cmocka_unit_test(a_pause_outlives_good_answers),
        cmocka_unit_test(a_probe_of_another_kind_lets_the_next_one_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
