/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "limit.h"

#include "folder.h"

/* How many of so many lines are told at one moment. */
static unsigned told(struct limit *l, unsigned lines, int64_t now)
{
    unsigned count = 0;
    for (unsigned i = 0; i < lines; i++)
        count += limit_pass(l, now);
    return count;
}

static void burst_is_told_and_the_rest_counted(void **state)
{
    (void)state;
    struct limit l = {0};
    assert_int_equal(told(&l, LIMIT_BURST, 1000), LIMIT_BURST);
    assert_int_equal(limit_left(&l), 0);
    assert_int_equal(told(&l, 7, 1000 + LIMIT_EVERY - 1), 0);
    assert_int_equal(limit_left(&l), 7);
    assert_int_equal(limit_left(&l), 0); /* told once */
}

static void another_burst_comes_later_and_keeps_the_count(void **state)
{
    (void)state;
    struct limit l = {0};
    assert_int_equal(told(&l, LIMIT_BURST + 3, 0), LIMIT_BURST);
    assert_int_equal(told(&l, LIMIT_BURST + 2, LIMIT_EVERY), LIMIT_BURST);
    assert_int_equal(limit_left(&l), 5);
}

static void few_lines_are_all_told(void **state)
{
    (void)state;
    struct limit l = {0};
    for (int64_t now = 0; now < 100 * LIMIT_EVERY; now += LIMIT_EVERY / 2)
        assert_true(limit_pass(&l, now));
    assert_int_equal(limit_left(&l), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(burst_is_told_and_the_rest_counted),
        cmocka_unit_test(another_burst_comes_later_and_keeps_the_count),
        cmocka_unit_test(few_lines_are_all_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
