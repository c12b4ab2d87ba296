/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "notify.h"

#include "folder.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

/* ---- a service manager's socket ---- */

static int manager = -1;

static int manager_make(void **state)
{
    if (folder_make(state) != 0)
        return -1;
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    snprintf(at.sun_path, sizeof at.sun_path, "%s/notify", folder);
    manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (bind(manager, (const struct sockaddr *)&at, sizeof at) != 0)
        return -1;
    return setenv("NOTIFY_SOCKET", at.sun_path, 1);
}

static int manager_remove(void **state)
{
    close(manager);
    unsetenv("NOTIFY_SOCKET");
    return folder_remove(state);
}

/* The next message; "" when there is none. */
static const char *heard(void)
{
    static char text[512];
    ssize_t len = recv(manager, text, sizeof text - 1, 0);
    text[len > 0 ? len : 0] = '\0';
    return text;
}

#ifdef WITH_SYSTEMD

static void manager_hears_each_step(void **state)
{
    (void)state;
    notify_ready();
    assert_string_equal(heard(), "READY=1");
    notify_watchdog();
    assert_string_equal(heard(), "WATCHDOG=1");
    notify_stopping();
    assert_string_equal(heard(), "STOPPING=1");
}

static void reload_is_not_older_than_its_request(void **state)
{
    (void)state;
    struct timespec before;
    clock_gettime(CLOCK_MONOTONIC, &before);
    notify_reloading();

    static const char head[] = "RELOADING=1\nMONOTONIC_USEC=";
    const char *text = heard();
    assert_memory_equal(text, head, sizeof head - 1);
    long long usec = strtoll(text + sizeof head - 1, NULL, 10);
    assert_true(usec >= before.tv_sec * 1000000LL + before.tv_nsec / 1000);
}

static void status_is_sent_when_it_differs(void **state)
{
    (void)state;
    notify_status("importing 000001");
    assert_string_equal(heard(), "STATUS=importing 000001");
    notify_status("importing 000001");
    assert_string_equal(heard(), "");
    notify_status("a\nREADY=0");
    assert_string_equal(heard(), "STATUS=a%0AREADY=0");
    notify_status("importing 000001");
    assert_string_equal(heard(), "STATUS=importing 000001");
}

static void watchdog_is_wanted_twice_in_its_time(void **state)
{
    (void)state;
    unsetenv("WATCHDOG_USEC");
    assert_int_equal(notify_watchdog_every(), 0);
    setenv("WATCHDOG_USEC", "60000000", 1);
    unsetenv("WATCHDOG_PID");
    assert_int_equal(notify_watchdog_every(), 30000);
    setenv("WATCHDOG_PID", "1", 1); /* meant for another process */
    assert_int_equal(notify_watchdog_every(), 0);
    unsetenv("WATCHDOG_PID");
    unsetenv("WATCHDOG_USEC");
}

static void journal_is_known_by_its_stream(void **state)
{
    (void)state;
    struct stat st;
    char stream[64];
    assert_int_equal(fstat(STDERR_FILENO, &st), 0);
    snprintf(stream, sizeof stream, "%llu:%llu", (unsigned long long)st.st_dev,
             (unsigned long long)st.st_ino);
    unsetenv("JOURNAL_STREAM");
    assert_false(notify_under_journal());
    setenv("JOURNAL_STREAM", stream, 1);
    assert_true(notify_under_journal());
    setenv("JOURNAL_STREAM", "1:2", 1);
    assert_false(notify_under_journal());
    unsetenv("JOURNAL_STREAM");
}

#else

static void nothing_is_said_without_systemd(void **state)
{
    (void)state;
    setenv("WATCHDOG_USEC", "60000000", 1);
    notify_ready();
    notify_reloading();
    notify_status("x");
    notify_watchdog();
    notify_stopping();
    assert_string_equal(heard(), "");
    assert_int_equal(notify_watchdog_every(), 0);
    assert_false(notify_journal(&(struct notify_field){"MESSAGE", "x"}, 1));
    assert_false(notify_under_journal());
    unsetenv("WATCHDOG_USEC");
}

#endif

#define MANAGED(function) cmocka_unit_test_setup_teardown(function, manager_make, manager_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
#ifdef WITH_SYSTEMD
        MANAGED(manager_hears_each_step),        MANAGED(reload_is_not_older_than_its_request),
        MANAGED(status_is_sent_when_it_differs), MANAGED(watchdog_is_wanted_twice_in_its_time),
        MANAGED(journal_is_known_by_its_stream),
#else
        MANAGED(nothing_is_said_without_systemd),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
