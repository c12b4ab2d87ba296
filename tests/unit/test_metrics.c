/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "metrics.h"

#include "folder.h"

#include "clock.h"

static struct metrics m;
static struct buf text;

static int begin(void **state)
{
    (void)state;
    m = (struct metrics){.version = "1.2.3", .started = 1714552200125};
    return 0;
}

static int end(void **state)
{
    (void)state;
    buf_free(&text);
    return 0;
}

static const char *written(void)
{
    buf_reset(&text);
    metrics_text(&m, &text);
    return buf_get(&text);
}

static void assert_line(const char *line)
{
    char wanted[256];
    snprintf(wanted, sizeof wanted, "\n%s\n", line);
    if (!strstr(written(), wanted))
        fail_msg("no line '%s' in:\n%s", line, written());
}

static void assert_no_line(const char *beginning)
{
    char wanted[256];
    snprintf(wanted, sizeof wanted, "\n%s", beginning);
    if (strstr(written(), wanted))
        fail_msg("a line begins with '%s'", beginning);
}

static void each_family_has_a_help_and_a_type_and_comes_once(void **state)
{
    (void)state;
    size_t families = 0;
    const char *at = written();
    assert_memory_equal(at, "# HELP ", 7);
    for (; (at = strstr(at, "# HELP ")); at++, families++) {
        char name[80];
        char type[100];
        size_t len = strcspn(at + 7, " ");
        snprintf(name, sizeof name, "# HELP %.*s ", (int)len, at + 7);
        snprintf(type, sizeof type, "\n# TYPE %.*s ", (int)len, at + 7);
        assert_memory_equal(strchr(at, '\n'), type, strlen(type));
        assert_null(strstr(at + 1, name));
    }
    assert_true(families > 20);
    assert_int_equal(text.at[text.len - 1], '\n');
}

static void label_values_are_escaped(void **state)
{
    (void)state;
    m.version = "a\"b\\c\nd";
    assert_line("extspoold_build_info{version=\"a\\\"b\\\\c\\nd\"} 1");
}

static void daemons_are_told_apart(void **state)
{
    (void)state;
    snprintf(m.daemon, sizeof m.daemon, "branch");
    assert_line("extspoold_running{daemon=\"branch\"} 0");
    assert_line("extspoold_imports{daemon=\"branch\",state=\"held\"} 0");
    assert_line("extspoold_call_duration_seconds_count{daemon=\"branch\",call=\"add\"} 0");
}

static void times_are_seconds_and_absent_when_there_are_none(void **state)
{
    (void)state;
    assert_line("extspoold_start_timestamp_seconds 1714552200.125");
    assert_line("extspoold_waiting 0");
    assert_no_line("extspoold_waiting_since_timestamp_seconds ");
    assert_no_line("extspoold_incoming_oldest_timestamp_seconds ");
    assert_no_line("extspoold_imports_oldest_timestamp_seconds ");
    m.waiting_since = 1714552200005;
    m.coming_since = 1000;
    m.queue.oldest = 2000;
    assert_line("extspoold_waiting 1");
    assert_line("extspoold_waiting_since_timestamp_seconds 1714552200.005");
    assert_line("extspoold_incoming_oldest_timestamp_seconds 1.000");
    assert_line("extspoold_imports_oldest_timestamp_seconds 2.000");
}

static void call(enum pbx_call kind, enum pbx_verdict verdict, struct http_answer answer)
{
    pbx_calls_add(&m.calls, kind, verdict, &answer);
}

static void durations_add_up(void **state)
{
    (void)state;
    call(PBX_ADD, PBX_OK, (struct http_answer){.took = 2500});
    call(PBX_ADD, PBX_OK, (struct http_answer){.took = 2501});
    call(PBX_ADD, PBX_BAD, (struct http_answer){.took = 90000000, .class = HTTP_5XX});
    call(PBX_ADD, PBX_BAD, /* it never left, so it took no time there */
         (struct http_answer){.took = 77, .end = HTTP_NOT_SENT, .class = HTTP_REFUSED});
    assert_int_equal(m.calls.all, 4);
    assert_line("extspoold_call_duration_seconds_bucket{call=\"add\",le=\"0.0025\"} 1");
    assert_line("extspoold_call_duration_seconds_bucket{call=\"add\",le=\"0.005\"} 2");
    assert_line("extspoold_call_duration_seconds_bucket{call=\"add\",le=\"60\"} 2");
    assert_line("extspoold_call_duration_seconds_bucket{call=\"add\",le=\"+Inf\"} 3");
    assert_line("extspoold_call_duration_seconds_sum{call=\"add\"} 90.005001");
    assert_line("extspoold_call_duration_seconds_count{call=\"add\"} 3");
    assert_line("extspoold_call_duration_seconds_count{call=\"query\"} 0");
    assert_line("extspoold_calls_total{call=\"add\",class=\"2xx\"} 2");
    assert_line("extspoold_calls_total{call=\"add\",class=\"5xx\"} 1");
    assert_line("extspoold_calls_total{call=\"add\",class=\"refused\"} 1");
    assert_line("extspoold_answers_total{call=\"add\",verdict=\"good\"} 2");
    assert_line("extspoold_answers_total{call=\"add\",verdict=\"bad\"} 2");
}

static void reasons_are_told_by_code(void **state)
{
    (void)state;
    m.queue.held[CODE_MAX_INVALID] = 2;
    m.queue.states[IMPORT_HELD] = 2;
    m.known[CODE_CUT_OFF] = true;
    m.rejected[CODE_UNCLOSED_QUOTE] = 1;
    assert_line("extspoold_imports_held{code=\"max-invalid\"} 2");
    assert_line("extspoold_imports_held{code=\"cut-off\"} 0");
    assert_line("extspoold_imports{state=\"held\"} 2");
    assert_line("extspoold_files_rejected_total{code=\"unclosed-quote\"} 1");
    assert_line("extspoold_files_rejected_total{code=\"empty-file\"} 0");
    assert_no_line("extspoold_files_rejected_total{code=\"\"}");
}

static void outcomes_and_modes_have_names(void **state)
{
    (void)state;
    m.outcomes[ROW_CREATED - ROW_FINAL] = 5;
    m.outcomes[ROW_FAILED - ROW_FINAL] = 7;
    m.ended[IMPORT_CANCELLED] = 3;
    assert_line("extspoold_watch_mode{mode=\"inotify\"} 0"); /* nothing is known yet */
    assert_line("extspoold_watch_mode{mode=\"polling\"} 0");
    m.looking = true;
    assert_line("extspoold_watch_mode{mode=\"inotify\"} 1");
    m.polling = true;
    m.reload_refused = true;
    assert_line("extspoold_rows_total{outcome=\"created\"} 5");
    assert_line("extspoold_rows_total{outcome=\"failed\"} 7");
    assert_line("extspoold_imports_total{state=\"cancelled\"} 3");
    assert_line("extspoold_watch_mode{mode=\"inotify\"} 0");
    assert_line("extspoold_watch_mode{mode=\"polling\"} 1");
    assert_line("extspoold_config_last_reload_successful 0");
}

static void success_of_a_profile_is_its_last(void **state)
{
    (void)state;
    metrics_success(&m, "vendor", 5000);
    metrics_success(&m, "", 6000);
    metrics_success(&m, "vendor", 7000);
    metrics_success(&m, "vendor", 1000); /* one of before */
    assert_line("extspoold_last_success_timestamp_seconds{profile=\"vendor\"} 7.000");
    assert_line("extspoold_last_success_timestamp_seconds{profile=\"(none)\"} 6.000");
    assert_int_equal(m.success_count, 2);
}

static void file_that_is_missing_is_told_by_profile(void **state)
{
    (void)state;
    m.expected_count = 2;
    snprintf(m.expected[0].profile, sizeof m.expected[0].profile, "bamboohr");
    snprintf(m.expected[1].profile, sizeof m.expected[1].profile, "vendor");
    m.expected[1].missing = true;
    assert_line("extspoold_expected_missing{profile=\"bamboohr\"} 0");
    assert_line("extspoold_expected_missing{profile=\"vendor\"} 1");
}

static void profiles_are_bounded(void **state)
{
    (void)state;
    char name[16];
    for (int i = 0; i < METRICS_PROFILES; i++) {
        snprintf(name, sizeof name, "p%d", i);
        metrics_success(&m, name, 1000 + (i + 5) % METRICS_PROFILES);
    }
    metrics_success(&m, "one-more", 9000); /* in place of p59, whose time is the first */
    assert_int_equal(m.success_count, METRICS_PROFILES);
    assert_line("extspoold_last_success_timestamp_seconds{profile=\"one-more\"} 9.000");
    assert_no_line("extspoold_last_success_timestamp_seconds{profile=\"p59\"}");
}

static void written_when_changed_and_not_too_often(void **state)
{
    (void)state;
    struct metrics_pace p = {0};
    assert_true(metrics_due(&p, 1) <= 1000); /* the first time at once */
    metrics_done(&p, 1, 1000);
    assert_true(metrics_due(&p, 1) == CLOCK_NEVER);
    assert_int_equal(metrics_due(&p, 2), 1000 + METRICS_EVERY);
    metrics_done(&p, 2, 1000 + METRICS_EVERY);
    assert_true(metrics_due(&p, 2) == CLOCK_NEVER);
}

#define FRESH(function) cmocka_unit_test_setup_teardown(function, begin, end)

/* Of each series its name and labels, of each family its head. */
static void open_metrics_has_the_same_series(void **state)
{
    (void)state;
    struct buf open = {0};
    metrics_open(&m, &open);
    assert_true(open.len > 6 && strcmp(open.at + open.len - 6, "# EOF\n") == 0);
    assert_non_null(strstr(open.at, "\n# TYPE extspoold_files_claimed counter\n"
                                    "extspoold_files_claimed_total 0\n"));
    /* a family of the name that it would have is there already */
    assert_non_null(strstr(open.at, "\n# TYPE extspoold_imports gauge\n"));
    assert_non_null(strstr(open.at, "\n# TYPE extspoold_imports_total unknown\n"
                                    "extspoold_imports_total{state=\"done\"} 0\n"));
    assert_non_null(strstr(open.at, "le=\"1.0\"}"));
    assert_non_null(strstr(open.at, "le=\"0.0025\"}"));
    assert_null(strstr(open.at, "le=\"1\"}"));
    assert_null(strstr(open.at, "_total counter\n"));
    assert_null(strstr(written(), "# EOF"));
    size_t families = 0;
    for (const char *at = written(); (at = strstr(at, "# TYPE ")); at++)
        families++;
    for (const char *at = open.at; (at = strstr(at, "# TYPE ")); at++)
        families--;
    assert_int_equal(families, 0);
    buf_free(&open);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FRESH(each_family_has_a_help_and_a_type_and_comes_once),
        FRESH(open_metrics_has_the_same_series),
        FRESH(label_values_are_escaped),
        FRESH(daemons_are_told_apart),
        FRESH(times_are_seconds_and_absent_when_there_are_none),
        FRESH(durations_add_up),
        FRESH(reasons_are_told_by_code),
        FRESH(outcomes_and_modes_have_names),
        FRESH(success_of_a_profile_is_its_last),
        FRESH(file_that_is_missing_is_told_by_profile),
        FRESH(profiles_are_bounded),
        FRESH(written_when_changed_and_not_too_often),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
