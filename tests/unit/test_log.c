/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "log.h"

#include "folder.h"

#include <regex.h>

static int true_stderr;
static int caught;

/* Lets stderr go into a file. */
static int catch_begin(void **state)
{
    if (folder_make(state) != 0)
        return -1;
    unsetenv("JOURNAL_STREAM");
    true_stderr = dup(STDERR_FILENO);
    caught = open(path_of("stderr"), O_RDWR | O_CREAT | O_APPEND, 0600);
    return dup2(caught, STDERR_FILENO) < 0 ? -1 : 0;
}

static int catch_end(void **state)
{
    dup2(true_stderr, STDERR_FILENO);
    close(true_stderr);
    close(caught);
    return folder_remove(state);
}

static void assert_caught(const char *pattern)
{
    char text[1024] = "";
    ssize_t len = pread(caught, text, sizeof text - 1, 0);
    assert_true(len >= 0);

    regex_t regex;
    assert_int_equal(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB), 0);
    int found = regexec(&regex, text, 0, NULL, 0);
    regfree(&regex);
    if (found != 0)
        fail_msg("'%s' is not '%s'", text, pattern);
}

#define TIME "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z "

static void line_has_time_level_and_import(void **state)
{
    (void)state;
    log_setup(LOG_LEVEL_INFO, LOG_TARGET_STDERR);
    log_warning(42, "%s has %d rows", "people.csv", 3);
    log_info(0, "ready");
    log_error(1234567, "gone");
    assert_caught("^<4>" TIME "warning 000042: people\\.csv has 3 rows\n<6>" TIME
                  "info ready\n<3>" TIME "error 1234567: gone\n$");
}

static void lower_levels_are_left_out(void **state)
{
    (void)state;
    log_setup(LOG_LEVEL_WARNING, LOG_TARGET_AUTO);
    log_info(0, "one");
    log_debug(0, "two");
    log_warning(0, "three");
    log_setup(LOG_LEVEL_DEBUG, LOG_TARGET_AUTO);
    log_debug(0, "four");
    assert_caught("^<4>" TIME "warning three\n<7>" TIME "debug four\n$");
}

static void control_bytes_are_escaped(void **state)
{
    (void)state;
    log_setup(LOG_LEVEL_INFO, LOG_TARGET_STDERR);
    log_info(0, "a\nb\033[31m \xff ü");
    assert_caught("^<6>" TIME "info a%0Ab%1B\\[31m %FF ü\n$");
}

static void event_has_its_own_level_and_its_import(void **state)
{
    (void)state;
    const struct log_about about = {42, "people.csv", 7, "pattern"};
    log_setup(LOG_LEVEL_WARNING, LOG_TARGET_STDERR);
    log_event(EVENT_READ, about, "not at this level");
    log_event(EVENT_ROW_INVALID, about, "row %d is refused", 7);
    log_event(EVENT_STANDS_STILL, log_nothing, "all waits");
    assert_caught("^<4>" TIME "warning 000042: row 7 is refused\n<3>" TIME "error all waits\n$");
}

static void person_sees_no_numbers_in_front(void **state)
{
    (void)state;
    log_setup(LOG_LEVEL_INFO, LOG_TARGET_PLAIN);
    log_error(3, "gone");
    assert_caught("^" TIME "error 000003: gone\n$");
}

static void terminal_gets_no_numbers_in_front(void **state)
{
    (void)state;
    char text[256] = "";
    int terminal = posix_openpt(O_RDWR | O_NOCTTY);
    assert_true(terminal >= 0);
    assert_int_equal(grantpt(terminal), 0);
    assert_int_equal(unlockpt(terminal), 0);
    int slave = open(ptsname(terminal), O_RDWR | O_NOCTTY);
    assert_true(slave >= 0);
    dup2(slave, STDERR_FILENO);
    log_setup(LOG_LEVEL_INFO, LOG_TARGET_STDERR);
    log_info(3, "ready");
    dup2(caught, STDERR_FILENO);
    assert_true(read(terminal, text, sizeof text - 1) > 0);
    assert_true(text[0] >= '0' && text[0] <= '9');
    assert_non_null(strstr(text, " info 000003: ready"));
    close(slave);
    close(terminal);
}

#define CAUGHT(function) cmocka_unit_test_setup_teardown(function, catch_begin, catch_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CAUGHT(line_has_time_level_and_import),  CAUGHT(lower_levels_are_left_out),
        CAUGHT(control_bytes_are_escaped),       CAUGHT(event_has_its_own_level_and_its_import),
        CAUGHT(person_sees_no_numbers_in_front), CAUGHT(terminal_gets_no_numbers_in_front),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
