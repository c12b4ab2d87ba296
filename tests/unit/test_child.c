/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs that are run: their ends, what they inherit, and what becomes of their children. */
#include "child.h"

#include <signal.h>
#include <sys/wait.h>

#include "folder.h"

static struct child child;
static int ends[2]; /* of a pipe: whoever writes holds ends[1] */

static int setup(void **state)
{
    child = (struct child){0};
    return folder_make(state) == 0 && pipe2(ends, O_CLOEXEC) == 0 ? 0 : -1;
}

static int teardown(void **state)
{
    child_end(&child);
    close_fd(&ends[0]);
    close_fd(&ends[1]);
    return folder_remove(state);
}

/* Runs a script with this text, its output going into the pipe. */
static void script_start(const char *text, char *const *environment)
{
    char path[128];
    char command[160];
    struct fault f = {0};
    snprintf(path, sizeof path, "%s/script", folder);
    snprintf(command, sizeof command, " /bin/sh\t%s  one two ", path);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0700);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close_fd(&fd);
    struct child_run run = {.what = "the command",
                            .command = command,
                            .environment = environment,
                            .in = -1,
                            .out = ends[1],
                            .err = -1};
    assert_true(child_start(&child, &run, 1000, &f));
    assert_true(child_runs(&child));
    close_fd(&ends[1]);
}

/* All that is written until nobody holds the pipe any more. */
static const char *output(void)
{
    static char text[4096];
    size_t len = 0;
    for (ssize_t n; (n = read(ends[0], text + len, sizeof text - 1 - len)) > 0;)
        len += (size_t)n;
    text[len] = '\0';
    return text;
}

static void end_await(void)
{
    siginfo_t seen = {0};
    assert_int_equal(waitid(P_PID, (id_t)child.pid, &seen, WEXITED | WNOWAIT), 0);
}

/* It ends badly, with this text. */
static void look_bad(int64_t mono, const char *text)
{
    struct fault f = {0};
    bool end = false;
    assert_false(child_look(&child, "the command", mono, &end, &f));
    assert_true(end);
    assert_string_equal(f.text, text);
    assert_false(child_runs(&child));
}

static void good_end_is_told_once_it_is_there(void **state)
{
    (void)state;
    struct fault f = {0};
    bool end = false;
    script_start("read line; echo \"$1,$2,$#,$line\"; exec cat", NULL);
    end_await();
    assert_string_equal(output(), "one,two,2,\n"); /* and its input is empty */
    assert_true(child_look(&child, "the command", 0, &end, &f));
    assert_true(end);
    assert_false(child_runs(&child));
}

static void other_ends_are_told_with_their_number(void **state)
{
    (void)state;
    script_start("exit 7", NULL);
    end_await();
    look_bad(0, "the command ends with 7");
}

static void time_limit_ends_its_children_too(void **state)
{
    (void)state;
    struct fault f = {0};
    bool end = false;
    script_start("sleep 1000 & sleep 1000", NULL);
    assert_true(child_look(&child, "the command", 999, &end, &f));
    assert_false(end);
    look_bad(1000, "the command takes too long");
    assert_string_equal(output(), ""); /* which has an end: nobody writes any more */
}

static void what_it_leaves_running_ends_with_it(void **state)
{
    (void)state;
    struct fault f = {0};
    bool end = false;
    script_start("sleep 1000 & exit 0", NULL);
    end_await();
    assert_true(child_look(&child, "the command", 0, &end, &f));
    assert_true(end);
    assert_string_equal(output(), "");
}

static void nothing_is_inherited_but_three_descriptors(void **state)
{
    (void)state;
    int open_to_all = open("/dev/null", O_RDONLY); /* as a library may leave one */
    assert_true(open_to_all > 2);
    script_start("ls /proc/$$/fd", NULL);
    end_await();
    close_fd(&open_to_all);
    /* 10 is where this shell keeps its script */
    assert_string_equal(output(), "0\n1\n10\n2\n");
}

static void environment_is_the_given_one(void **state)
{
    (void)state;
    char *const environment[] = {"ONLY=this", NULL};
    script_start("echo \"$ONLY,${HOME-none}\"", environment);
    end_await();
    assert_string_equal(output(), "this,none\n");
}

/* The daemon ignores this one, and blocks others. */
static void signals_have_their_effect(void **state)
{
    (void)state;
    sigset_t term;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, NULL);
    signal(SIGPIPE, SIG_IGN);
    script_start("kill -TERM $$; exit 3", NULL);
    end_await();
    look_bad(0, "the command died of signal 15");
    assert_int_equal(folder_remove(state), 0);
    assert_int_equal(folder_make(state), 0);
    script_start("kill -PIPE $$; exit 3", NULL);
    signal(SIGPIPE, SIG_DFL);
    sigprocmask(SIG_UNBLOCK, &term, NULL);
    end_await();
    look_bad(0, "the command died of signal 13");
}

/* valgrind makes a fork of the vfork, from which posix_spawn hears nothing. */
static void what_is_not_there_is_a_fault(void **state)
{
    (void)state;
    struct fault f = {0};
    struct child_run run = {
        .what = "the command", .command = "/nonexistent x", .in = -1, .out = -1, .err = -1};
    if (getenv("TEST_WRAPPER"))
        skip();
    assert_false(child_start(&child, &run, 1000, &f));
    assert_false(child_runs(&child));
    assert_string_equal(f.text, "run the command '/nonexistent': No such file or directory");
}

static void what_cannot_be_run_is_a_fault(void **state)
{
    (void)state;
    struct fault f = {0};
    struct child_run run = {
        .what = "the command", .command = " \t", .in = -1, .out = -1, .err = -1};
    assert_false(child_start(&child, &run, 1000, &f));
    run.command =
        "true 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 "
        "31 32 33";
    assert_false(child_start(&child, &run, 1000, &f));
    assert_string_equal(f.text, "run the command 'true': Invalid argument");
    child_end(&child); /* of none */
}

int main(void)
{
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        IN_FOLDER(good_end_is_told_once_it_is_there),
        IN_FOLDER(other_ends_are_told_with_their_number),
        IN_FOLDER(time_limit_ends_its_children_too),
        IN_FOLDER(what_it_leaves_running_ends_with_it),
        IN_FOLDER(nothing_is_inherited_but_three_descriptors),
        IN_FOLDER(environment_is_the_given_one),
        IN_FOLDER(signals_have_their_effect),
        IN_FOLDER(what_is_not_there_is_a_fault),
        IN_FOLDER(what_cannot_be_run_is_a_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
