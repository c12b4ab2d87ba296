/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the log hands over to the journal. The journal is this file: notify.o is not taken from the
 * library, since its names are there already. */
#include "log.h"
#include "notify.h"

#include "folder.h"

static bool journal_is_there;
static char heard[1024]; /* "NAME=VALUE|" of each field */

bool notify_under_journal(void)
{
    return true;
}

bool notify_journal(const struct notify_field *fields, size_t count)
{
    heard[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        size_t len = strlen(heard);
        snprintf(heard + len, sizeof heard - len, "%s=%s|", fields[i].name, fields[i].value);
    }
    return journal_is_there;
}

static int begin(void **state)
{
    (void)state;
    journal_is_there = true;
    heard[0] = '\0';
    log_setup(LOG_LEVEL_INFO, LOG_TARGET_AUTO);
    return 0;
}

static void event_has_all_its_fields(void **state)
{
    (void)state;
    char want[512];
    const struct log_about about = {42, "people.csv", 7, "pattern"};
    log_event(EVENT_ROW_INVALID, about, "row %d is refused", 7);
    snprintf(want, sizeof want,
             "MESSAGE=000042: row 7 is refused|PRIORITY=4|MESSAGE_ID=%s|EXTSPOOL_IMPORT=000042|"
             "EXTSPOOL_FILE=people.csv|EXTSPOOL_ROW=7|EXTSPOOL_CODE=pattern|",
             event_id(EVENT_ROW_INVALID));
    assert_string_equal(heard, want);
}

static void what_is_not_known_is_no_field(void **state)
{
    (void)state;
    char want[512];
    log_event(EVENT_STANDS_STILL, log_nothing, "all waits");
    snprintf(want, sizeof want, "MESSAGE=all waits|PRIORITY=3|MESSAGE_ID=%s|",
             event_id(EVENT_STANDS_STILL));
    assert_string_equal(heard, want);
    log_event(EVENT_STAYS, (struct log_about){.file = "a.xlsx", .code = ""}, "stays");
    snprintf(want, sizeof want, "MESSAGE=stays|PRIORITY=4|MESSAGE_ID=%s|EXTSPOOL_FILE=a.xlsx|",
             event_id(EVENT_STAYS));
    assert_string_equal(heard, want);
}

static void line_has_its_import_and_no_event(void **state)
{
    (void)state;
    log_info(1234567, "a\nMESSAGE_ID=b");
    assert_string_equal(heard, "MESSAGE=1234567: a%0AMESSAGE_ID=b|PRIORITY=6|"
                               "EXTSPOOL_IMPORT=1234567|");
}

static void event_below_the_level_is_left_out(void **state)
{
    (void)state;
    log_setup(LOG_LEVEL_ERROR, LOG_TARGET_JOURNAL);
    log_event(EVENT_ROW_INVALID, log_nothing, "one");
    assert_string_equal(heard, "");
    log_event(EVENT_FAILED, log_nothing, "two");
    assert_string_not_equal(heard, "");
}

static void every_event_has_an_id_of_its_own(void **state)
{
    (void)state;
    for (unsigned i = 0; i < EVENTS; i++) {
        const char *id = event_id((enum event)i);
        assert_int_equal(strlen(id), 32);
        assert_int_equal(strspn(id, "0123456789abcdef"), 32);
        for (unsigned k = 0; k < i; k++)
            assert_string_not_equal(id, event_id((enum event)k));
    }
}

/* Where the journal is not, the same line goes to stderr. */
static void nothing_is_lost_without_a_journal(void **state)
{
    assert_int_equal(folder_make(state), 0);
    char text[256] = "";
    int before = dup(STDERR_FILENO);
    int file = open(path_of("stderr"), O_RDWR | O_CREAT, 0600);
    assert_true(dup2(file, STDERR_FILENO) >= 0);
    journal_is_there = false;
    log_event(EVENT_DONE, (struct log_about){.import = 5}, "done");
    dup2(before, STDERR_FILENO);
    close(before);
    assert_true(pread(file, text, sizeof text - 1, 0) > 0);
    close(file);
    assert_memory_equal(text, "<6>", 3);
    assert_non_null(strstr(text, " info 000005: done\n"));
    folder_remove(state);
}

#define FRESH(function) cmocka_unit_test_setup(function, begin)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FRESH(event_has_all_its_fields),         FRESH(what_is_not_known_is_no_field),
        FRESH(line_has_its_import_and_no_event), FRESH(event_below_the_level_is_left_out),
        FRESH(every_event_has_an_id_of_its_own), FRESH(nothing_is_lost_without_a_journal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
