/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When files are expected: the grammar, and times over days whose clock is set. */
#include "expect.h"

#include <time.h>

#include "folder.h"

/* Reads what must be well. */
static struct expect parsed(const char *text)
{
    struct expect e;
    struct buf why = {0};
    if (!expect_parse(text, &e, &why))
        fail_msg("%s: %s", text, why.at);
    return e;
}

static void zone(const char *name)
{
    setenv("TZ", name, 1);
    tzset();
}

/* A moment from its UTC, as 2026-03-29T00:30. */
static int64_t utc(const char *text)
{
    struct tm tm = {0};
    assert_non_null(strptime(text, "%Y-%m-%dT%H:%M", &tm));
    return (int64_t)timegm(&tm) * 1000;
}

static const char *text_of(int64_t wall)
{
    static char text[32];
    time_t seconds = (time_t)(wall / 1000);
    struct tm tm;
    gmtime_r(&seconds, &tm);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M", &tm);
    return text;
}

static void next_is(const char *expect, const char *after, const char *wanted)
{
    struct expect e = parsed(expect);
    assert_string_equal(text_of(expect_next(&e, "p", utc(after))), wanted);
}

static void last_is(const char *expect, const char *by, const char *wanted)
{
    struct expect e = parsed(expect);
    assert_string_equal(text_of(expect_last(&e, "p", utc(by))), wanted);
}

/* ---- the grammar ---- */

static void entries_are_read(void **state)
{
    (void)state;
    struct expect e = parsed(" bamboohr Mon-Fri 06:00 ,\tpersonio 7:30,x_1 sat+Wed-thu 23:59");
    assert_int_equal(e.count, 3);
    assert_string_equal(e.at[0].profile, "bamboohr");
    assert_int_equal(e.at[0].days, 0x3e);
    assert_int_equal(e.at[0].hour, 6);
    assert_int_equal(e.at[0].minute, 0);
    assert_string_equal(e.at[1].profile, "personio");
    assert_int_equal(e.at[1].days, 0x7f);
    assert_int_equal(e.at[1].hour, 7);
    assert_int_equal(e.at[1].minute, 30);
    assert_string_equal(e.at[2].profile, "x_1");
    assert_int_equal(e.at[2].days, 1u << 6 | 1u << 3 | 1u << 4);
    assert_int_equal(parsed("").count, 0);
    assert_int_equal(parsed(" \t").count, 0);
    e = parsed("p Fri-Mon 00:00");
    assert_int_equal(e.at[0].days, 1u << 5 | 1u << 6 | 1u << 0 | 1u << 1);
}

static void what_is_no_entry_is_refused_without_a_quote(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "p",           "06:00",           "p 24:00",         "p 06:60",       "p 6",
        "p 06:0",      "p 006:00",        "p 06:00x",        "p Mon",         "p Mon 06:00 x",
        "p Mon- 6:00", "p Mon+ 06:00",    "p Mon+Mo 06:00",  "p Monday 6:00", "p 06:00,",
        ",p 06:00",    "p 06:00,,q 7:00", "P 06:00",         "p.q 06:00",     "p + 06:00",
        "p -6:00",     "p Mon,Wed 06:00", "p Mon\xc3 06:00", "p 06:00;",
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct expect e;
        struct buf why = {0};
        assert_false(expect_parse(bad[i], &e, &why));
        assert_true(why.len > 0);
        assert_null(strstr(why.at, bad[i]));
        buf_free(&why);
    }
}

static void too_long_a_name_and_too_many_entries_are_refused(void **state)
{
    (void)state;
    struct expect e;
    struct buf why = {0};
    struct buf text = {0};
    for (size_t i = 0; i < EXPECT_PROFILE; i++)
        buf_char(&text, 'a');
    buf_text(&text, " 06:00");
    assert_false(expect_parse(text.at, &e, &why));
    assert_true(expect_parse(text.at + 1, &e, &why));
    buf_reset(&text);
    for (size_t i = 0; i < EXPECT_MOST; i++)
        buf_format(&text, "%sp 06:00", i ? "," : "");
    assert_true(expect_parse(text.at, &e, &why));
    buf_text(&text, ",p 06:00");
    assert_false(expect_parse(text.at, &e, &why));
    buf_free(&text);
    buf_free(&why);
}

/* ---- times ---- */

static void times_are_local_and_strictly_after(void **state)
{
    (void)state;
    zone("Europe/Berlin");
    next_is("p 06:00", "2026-01-15T04:59", "2026-01-15T05:00");
    next_is("p 06:00", "2026-01-15T05:00", "2026-01-16T05:00");
    last_is("p 06:00", "2026-01-15T05:00", "2026-01-15T05:00");
    last_is("p 06:00", "2026-01-15T04:59", "2026-01-14T05:00");
    zone("America/New_York");
    next_is("p 06:00", "2026-01-15T04:59", "2026-01-15T11:00");
    next_is("p 23:30", "2026-01-16T04:29", "2026-01-16T04:30"); /* where it is still the 15th */
    zone("UTC");
    next_is("p 00:00", "2026-12-31T12:00", "2027-01-01T00:00");
}

static void days_are_the_local_ones(void **state)
{
    (void)state;
    zone("Europe/Berlin");
    next_is("p Mon-Fri 06:00", "2026-01-16T05:00", "2026-01-19T05:00"); /* Friday: Monday */
    last_is("p Mon-Fri 06:00", "2026-01-18T12:00", "2026-01-16T05:00");
    next_is("p Sat 00:30", "2026-01-16T12:00", "2026-01-16T23:30"); /* Saturday there */
    next_is("p Mon 06:00", "2026-01-19T05:00", "2026-01-26T05:00"); /* a week later */
    last_is("p Mon 06:00", "2026-01-19T04:59", "2026-01-12T05:00");
}

static void nearest_of_several_entries_counts(void **state)
{
    (void)state;
    zone("UTC");
    next_is("p 18:00, q 07:00, p Mon-Fri 06:00", "2026-01-15T05:00", "2026-01-15T06:00");
    next_is("p 18:00, q 07:00, p Mon-Fri 06:00", "2026-01-15T06:00", "2026-01-15T18:00");
    last_is("p 18:00, q 07:00, p Mon-Fri 06:00", "2026-01-17T17:00", "2026-01-16T18:00");
    struct expect e = parsed("q 07:00");
    assert_int_equal(expect_next(&e, "p", utc("2026-01-15T05:00")), 0);
    assert_int_equal(expect_last(&e, "p", utc("2026-01-15T05:00")), 0);
}

static void time_of_day_stays_when_the_clock_is_set(void **state)
{
    (void)state;
    zone("Europe/Berlin");
    next_is("p 06:00", "2026-03-28T05:00", "2026-03-29T04:00");
    next_is("p 06:00", "2026-10-24T04:00", "2026-10-25T05:00");
    zone("America/New_York");
    next_is("p 06:00", "2026-03-07T11:00", "2026-03-08T10:00");
    next_is("p 06:00", "2026-10-31T10:00", "2026-11-01T11:00");
}

/* 02:30 is not there on 2026-03-29 in Berlin, and on 2026-03-08 in New York. */
static void hour_that_is_left_out_comes_once(void **state)
{
    (void)state;
    zone("Europe/Berlin");
    next_is("p 02:30", "2026-03-28T01:30", "2026-03-29T01:30"); /* which is 03:30 */
    next_is("p 02:30", "2026-03-29T01:30", "2026-03-30T00:30");
    last_is("p 02:30", "2026-03-29T01:29", "2026-03-28T01:30");
    last_is("p 02:30", "2026-03-29T12:00", "2026-03-29T01:30");
    zone("America/New_York");
    next_is("p 02:30", "2026-03-07T07:30", "2026-03-08T07:30");
    next_is("p 02:30", "2026-03-08T07:30", "2026-03-09T06:30");
}

/* 02:30 is there twice on 2026-10-25 in Berlin, 01:30 on 2026-11-01 in New York. */
static void hour_that_comes_twice_counts_once(void **state)
{
    (void)state;
    zone("Europe/Berlin");
    next_is("p 02:30", "2026-10-24T00:30", "2026-10-25T00:30");
    next_is("p 02:30", "2026-10-25T00:30", "2026-10-26T01:30");
    last_is("p 02:30", "2026-10-25T01:45", "2026-10-25T00:30");
    zone("America/New_York");
    next_is("p 01:30", "2026-10-31T05:30", "2026-11-01T05:30");
    next_is("p 01:30", "2026-11-01T05:30", "2026-11-02T06:30");
}

/* From each moment of two years: after the last one that is over comes the next, a day apart. */
static void moments_follow_each_other(void **state)
{
    (void)state;
    static const char *const zones[] = {"Europe/Berlin",       "America/New_York", "Asia/Kolkata",
                                        "Australia/Lord_Howe", "Europe/Moscow",    "UTC"};
    const int64_t hour = INT64_C(3600) * 1000;
    for (size_t z = 0; z < COUNT_OF(zones); z++) {
        zone(zones[z]);
        struct expect e = parsed("p 02:30");
        for (int64_t at = utc("2026-01-01T00:17"); at < utc("2027-12-31T00:00"); at += 7 * hour) {
            int64_t last = expect_last(&e, "p", at);
            int64_t next = expect_next(&e, "p", at);
            assert_true(last <= at && at < next);
            assert_int_equal(expect_next(&e, "p", last), next);
            assert_true(next - last >= 22 * hour && next - last <= 26 * hour);
        }
    }
}

static void time_is_written_as_the_entries_are(void **state)
{
    (void)state;
    char text[EXPECT_TIME];
    zone("Europe/Berlin");
    assert_string_equal(expect_time(utc("2026-07-01T04:05"), text), "06:05");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_are_read),
        cmocka_unit_test(what_is_no_entry_is_refused_without_a_quote),
        cmocka_unit_test(too_long_a_name_and_too_many_entries_are_refused),
        cmocka_unit_test(times_are_local_and_strictly_after),
        cmocka_unit_test(days_are_the_local_ones),
        cmocka_unit_test(nearest_of_several_entries_counts),
        cmocka_unit_test(time_of_day_stays_when_the_clock_is_set),
        cmocka_unit_test(hour_that_is_left_out_comes_once),
        cmocka_unit_test(hour_that_comes_twice_counts_once),
        cmocka_unit_test(moments_follow_each_other),
        cmocka_unit_test(time_is_written_as_the_entries_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
