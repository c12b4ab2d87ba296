/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "clock.h"

static void writes_what_the_c_library_writes(void **state)
{
    (void)state;
    static const int64_t walls[] = {1,
                                    999,
                                    1000,
                                    951782399999,     /* the last of a 28 February */
                                    951782400000,     /* a 29 February */
                                    1795900800007,    /* 2026 */
                                    4102444799999,    /* the end of 2099 */
                                    253402300799999}; /* the end of 9999 */
    for (size_t i = 0; i < sizeof walls / sizeof *walls; i++) {
        char text[CLOCK_TEXT];
        char whole[48];
        char date[24];
        time_t seconds = (time_t)(walls[i] / 1000);
        struct tm tm;
        assert_non_null(gmtime_r(&seconds, &tm));
        strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &tm);
        snprintf(whole, sizeof whole, "%s.%03dZ", date, (int)(walls[i] % 1000));
        assert_string_equal(clock_text(walls[i], text), whole);
    }
}

static void writes_nothing_for_what_is_no_time(void **state)
{
    (void)state;
    static const int64_t walls[] = {0, -1, INT64_MIN, 253402300800000, INT64_MAX};
    for (size_t i = 0; i < sizeof walls / sizeof *walls; i++) {
        char text[CLOCK_TEXT];
        assert_string_equal(clock_text(walls[i], text), "");
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_what_the_c_library_writes),
        cmocka_unit_test(writes_nothing_for_what_is_no_time),
    };
    return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
