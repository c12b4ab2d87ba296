/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch.h"

#include "folder.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>

#define PATIENCE 20000 /* ms, after which something is taken never to happen */

static struct watch *start(const char *path)
{
    struct watch *w = NULL;
    struct fault f = {0};
    if (!watch_start(path, &w, &f))
        fail_msg("%s", f.text);
    return w;
}

static bool ready(const struct watch *w, int patience)
{
    struct pollfd fd = {.fd = watch_fd(w), .events = POLLIN};
    return poll(&fd, 1, patience) == 1;
}

static void assert_told(struct watch *w)
{
    assert_true(ready(w, PATIENCE));
    watch_clear(w);
    assert_false(watch_broken(w));
}

static void assert_breaks(struct watch *w)
{
    while (!watch_broken(w)) {
        assert_true(ready(w, PATIENCE));
        watch_clear(w);
    }
}

static void tells_of_every_way_a_file_arrives(void **state)
{
    (void)state;
    assert_int_equal(mkdir(path_of("incoming"), 0700), 0);
    put("other", "x");
    struct watch *w = start(path_of("incoming"));

    /* each makes one event alone, so that the next one is not taken for it */
    assert_int_equal(rename(path_of("other"), path_of("incoming/a")), 0);
    assert_told(w);
    assert_int_equal(link(path_of("incoming/a"), path_of("incoming/b")), 0);
    assert_told(w);
    assert_int_equal(chmod(path_of("incoming/a"), 0400), 0);
    assert_told(w);
    assert_int_equal(chmod(path_of("incoming/a"), 0600), 0);
    assert_told(w);
    int fd = open(path_of("incoming/a"), O_WRONLY);
    assert_true(fd >= 0);
    close(fd);
    assert_told(w);
    watch_stop(w);
}

static void tells_of_files_in_the_folders_there(void **state)
{
    (void)state;
    assert_int_equal(mkdir(path_of("incoming"), 0700), 0);
    assert_int_equal(mkdir(path_of("incoming/bamboohr"), 0700), 0);
    assert_int_equal(mkdir(path_of("elsewhere"), 0700), 0);
    assert_int_equal(symlink("../elsewhere", path_of("incoming/link")), 0);
    put("other", "x");
    struct watch *w = start(path_of("incoming"));
    put("elsewhere/outside", "x");
    assert_false(ready(w, 100));
    assert_int_equal(rename(path_of("other"), path_of("incoming/bamboohr/a")), 0);
    assert_told(w);
    watch_stop(w);
}

/* So that it is begun again, and the new folder is watched too. */
static void breaks_when_there_is_a_new_folder(void **state)
{
    (void)state;
    assert_int_equal(mkdir(path_of("incoming"), 0700), 0);
    struct watch *w = start(path_of("incoming"));
    assert_int_equal(mkdir(path_of("incoming/bamboohr"), 0700), 0);
    assert_breaks(w);
    watch_stop(w);
}

static void hears_nothing_of_what_comes_and_goes_beside_it(void **state)
{
    (void)state;
    assert_int_equal(mkdir(path_of("incoming"), 0700), 0);
    struct watch *w = start(path_of("incoming"));
    assert_int_equal(mkdir(path_of("beside"), 0700), 0);
    assert_int_equal(rename(path_of("beside"), path_of("besides")), 0);
    put("other", "x");
    assert_false(ready(w, 100));
    put("incoming/a", "x"); /* told behind them */
    assert_told(w);
    watch_stop(w);
}

static void is_quiet_once_cleared(void **state)
{
    (void)state;
    assert_int_equal(mkdir(path_of("incoming"), 0700), 0);
    put("other", "x");
    struct watch *w = start(path_of("incoming"));
    watch_clear(w);
    assert_false(ready(w, 0));

    assert_int_equal(rename(path_of("other"), path_of("incoming/a")), 0);
    assert_true(ready(w, PATIENCE));
    assert_true(ready(w, 0));
    watch_clear(w);
    assert_false(ready(w, 0));
    watch_stop(w);
}

static void breaks_when_the_folder_goes(void **state)
{
    (void)state;
    assert_int_equal(mkdir(path_of("incoming"), 0700), 0);
    struct watch *w = start(path_of("incoming"));
    assert_false(watch_broken(w));
    assert_int_equal(rmdir(path_of("incoming")), 0);
    assert_breaks(w);
    watch_stop(w);
}

static void breaks_when_the_folder_is_moved(void **state)
{
    (void)state;
    assert_int_equal(mkdir(path_of("incoming"), 0700), 0);
    struct watch *w = start(path_of("incoming"));
    assert_int_equal(rename(path_of("incoming"), path_of("elsewhere")), 0);
    assert_breaks(w);
    watch_stop(w);
}

/* As the spool has it open, the folder's own watch is not told. */
static void breaks_when_an_open_folder_goes(void **state)
{
    (void)state;
    assert_int_equal(mkdir(path_of("incoming"), 0700), 0);
    int fd = open(path_of("incoming"), O_RDONLY | O_DIRECTORY);
    assert_true(fd >= 0);
    struct watch *w = start(path_of("incoming"));
    put("other", "x"); /* what else happens beside it says nothing */
    assert_false(ready(w, 100) && watch_broken(w));
    assert_int_equal(rmdir(path_of("incoming")), 0);
    assert_breaks(w);
    watch_stop(w);
    close(fd);
}

static void says_why_it_cannot_begin(void **state)
{
    (void)state;
    struct watch *w = NULL;
    struct fault f = {0};
    assert_false(watch_start(path_of("none"), &w, &f));
    assert_int_equal(f.kind, FAULT_IO);
    assert_int_equal(f.error, ENOENT);
    assert_non_null(strstr(f.text, path_of("none")));

    assert_false(watch_start(put("file", ""), &w, &f));
    assert_int_equal(f.error, ENOTDIR);
    assert_null(w);
}

/* The library keeps what it has read of an earlier watch. */
static void begins_again_after_any_end(void **state)
{
    (void)state;
    assert_int_equal(mkdir(path_of("incoming"), 0700), 0);
    for (int i = 0; i < 30; i++) {
        assert_int_equal(mkdir(path_of("short"), 0700), 0);
        struct watch *w = start(path_of("short"));
        for (int k = 0; k < i; k++) {
            put("short/a", "x");
            unlink(path_of("short/a"));
        }
        assert_int_equal(rmdir(path_of("short")), 0);
        if (i % 2)
            assert_breaks(w);
        assert_null(watch_stop(w));

        w = start(path_of("incoming"));
        assert_false(ready(w, 0));
        assert_false(watch_broken(w));
        put("incoming/a", "x");
        assert_told(w);
        watch_stop(w);
    }
    assert_null(watch_stop(NULL));
}

/* A signal to the process must reach the thread that waits for it, never the watch's. */
static void leaves_signals_to_others(void **state)
{
    (void)state;
    sigset_t usr1, old;
    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    struct watch *w = start(folder);
    put("a", "x");
    assert_told(w); /* the thread runs */

    assert_int_equal(pthread_sigmask(SIG_BLOCK, &usr1, &old), 0);
    assert_int_equal(kill(getpid(), SIGUSR1), 0); /* kills us unless every thread blocks it */
    struct timespec patience = {.tv_sec = PATIENCE / 1000};
    assert_int_equal(sigtimedwait(&usr1, NULL, &patience), SIGUSR1);
    assert_int_equal(pthread_sigmask(SIG_SETMASK, &old, NULL), 0);
    watch_stop(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(tells_of_every_way_a_file_arrives),
        TEST(tells_of_files_in_the_folders_there),
        TEST(breaks_when_there_is_a_new_folder),
        TEST(hears_nothing_of_what_comes_and_goes_beside_it),
        TEST(is_quiet_once_cleared),
        TEST(breaks_when_the_folder_goes),
        TEST(breaks_when_the_folder_is_moved),
        TEST(breaks_when_an_open_folder_goes),
        TEST(begins_again_after_any_end),
        TEST(says_why_it_cannot_begin),
        TEST(begins_again_after_any_end),
        TEST(leaves_signals_to_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
