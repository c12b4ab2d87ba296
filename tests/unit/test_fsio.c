/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "folder.h"

#include <dirent.h>
#include <errno.h>

#include "fsio.h"

static int folder_fd(void)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY);
    assert_true(fd >= 0);
    return fd;
}

static void assert_holds(const char *name, const char *text)
{
    char *got = NULL;
    size_t len = 0;
    struct fault f = {0};
    if (!fsio_slurp(path_of(name), 1 << 20, &got, &len, &f))
        fail_msg("%s", f.text);
    assert_int_equal(len, strlen(text));
    assert_memory_equal(got, text, len + 1);
    free(got);
}

static bool exists(const char *name)
{
    return access(path_of(name), F_OK) == 0;
}

static mode_t mode_of(const char *name)
{
    struct stat st;
    assert_int_equal(stat(path_of(name), &st), 0);
    return st.st_mode & 07777;
}

/* Names in the folder, dot files too. */
static size_t entries(void)
{
    size_t count = 0;
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    while (readdir(dir))
        count++;
    closedir(dir);
    return count - 2;
}

/* ---- folders ---- */

static void makes_a_folder_and_its_parents(void **state)
{
    (void)state;
    int fd = -1;
    struct stat st;
    mode_t old = umask(022);
    assert_true(fsio_folder(path_of("a/b/c"), 0700, &fd, NULL));
    assert_int_equal(fstat(fd, &st), 0);
    assert_true(S_ISDIR(st.st_mode));
    close(fd);
    assert_int_equal(mode_of("a/b/c"), 0700);
    assert_int_equal(mode_of("a/b"), 0755);
    assert_int_equal(mode_of("a"), 0755);

    assert_true(fsio_folder(path_of("a/b/c"), 0755, &fd, NULL));
    close(fd);
    assert_int_equal(mode_of("a/b/c"), 0700);
    umask(old);
}

static void makes_a_folder_however_its_path_is_written(void **state)
{
    (void)state;
    static const char *const paths[] = {"d/", "e//", "f//g", "h//i//"};
    static const char *const made[] = {"d", "e", "f/g", "h/i"};
    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        int fd = -1;
        assert_true(fsio_folder(path_of(paths[i]), 0700, &fd, NULL));
        close(fd);
        assert_int_equal(mode_of(made[i]), 0700);
    }
    int fd = -1;
    int here = open(".", O_RDONLY | O_DIRECTORY);
    assert_int_equal(chdir(folder), 0);
    assert_true(fsio_folder("relative", 0700, &fd, NULL));
    close(fd);
    assert_true(fsio_folder("other/relative", 0700, &fd, NULL));
    close(fd);
    assert_int_equal(fchdir(here), 0);
    close(here);
    assert_true(exists("relative") && exists("other/relative"));
}

static void says_why_there_is_no_folder(void **state)
{
    (void)state;
    int fd = -1;
    struct fault f = {0};
    put("file", "x");
    assert_false(fsio_folder(path_of("file"), 0700, &fd, &f));
    assert_int_equal(f.kind, FAULT_IO);
    assert_int_equal(f.error, ENOTDIR);
    assert_non_null(strstr(f.text, path_of("file")));
    assert_false(fsio_folder(path_of("file/a"), 0700, &fd, &f));
    assert_int_equal(f.error, ENOTDIR);
    assert_int_equal(symlink("nowhere", path_of("link")), 0);
    assert_false(fsio_folder(path_of("link"), 0700, &fd, &f));
    assert_false(fsio_folder("", 0700, &fd, &f));
    assert_int_equal(fd, -1);
}

/* ---- writing ---- */

static void a_file_appears_whole_under_its_name(void **state)
{
    (void)state;
    int at = folder_fd();
    struct fsio_file *file = NULL;
    mode_t old = umask(077);
    assert_true(fsio_create(at, ".report.tmp", 0644, &file, NULL));
    fsio_text(file, "one,");
    fsio_add(file, "two\n", 4);
    fsio_text(file, "");
    assert_false(exists("report"));
    assert_true(exists(".report.tmp"));
    assert_true(fsio_finish(file, "report", NULL));
    umask(old);
    assert_holds("report", "one,two\n");
    assert_int_equal(mode_of("report"), 0644);
    assert_int_equal(entries(), 1);
    close(at);
}

/* The pieces meet the buffer's end at every place. */
static void large_files_are_whole(void **state)
{
    (void)state;
    int at = folder_fd();
    struct fsio_file *file = NULL;
    size_t len = 200000;
    char *bytes = xmalloc(len + 1);
    for (size_t i = 0; i < len; i++)
        bytes[i] = (char)('a' + i % 23);
    bytes[len] = '\0';
    static const size_t pieces[] = {1, 7, 4096, 65535, 65536, 65537, 200000};
    for (size_t i = 0; i < COUNT_OF(pieces); i++) {
        assert_true(fsio_create(at, ".tmp", 0600, &file, NULL));
        for (size_t from = 0; from < len; from += pieces[i])
            fsio_add(file, bytes + from, len - from < pieces[i] ? len - from : pieces[i]);
        assert_true(fsio_finish(file, "large", NULL));
        assert_holds("large", bytes);
    }
    free(bytes);
    close(at);
}

static void an_older_file_is_replaced_at_once(void **state)
{
    (void)state;
    int at = folder_fd();
    struct fsio_file *file = NULL;
    put("report", "old");
    put(".tmp", "left over from a crash");
    assert_true(fsio_create(at, ".tmp", 0600, &file, NULL));
    fsio_text(file, "new");
    assert_holds("report", "old");
    assert_true(fsio_finish(file, "report", NULL));
    assert_holds("report", "new");
    assert_int_equal(entries(), 1);
    close(at);
}

static void an_abandoned_file_leaves_nothing(void **state)
{
    (void)state;
    int at = folder_fd();
    struct fsio_file *file = NULL;
    put("report", "old");
    assert_true(fsio_create(at, ".tmp", 0600, &file, NULL));
    fsio_text(file, "new");
    assert_null(fsio_abandon(file));
    assert_null(fsio_abandon(NULL));
    assert_holds("report", "old");
    assert_int_equal(entries(), 1);
    close(at);
}

static void a_temp_name_that_somebody_laid_is_not_followed(void **state)
{
    (void)state;
    int at = folder_fd();
    struct fsio_file *file = NULL;
    put("precious", "old");
    assert_int_equal(symlink("precious", path_of(".tmp")), 0);
    assert_true(fsio_create(at, ".tmp", 0600, &file, NULL));
    fsio_text(file, "new");
    assert_true(fsio_finish(file, "report", NULL));
    assert_holds("precious", "old");
    assert_holds("report", "new");

    assert_int_equal(mkdir(path_of(".tmp"), 0700), 0);
    struct fault f = {0};
    assert_false(fsio_create(at, ".tmp", 0600, &file, &f));
    assert_non_null(strstr(f.text, ".tmp"));
    close(at);
}

/* A full disk: everything up to the end is taken, and the end tells it, once, by name. */
static void a_failed_write_comes_out_at_the_end(void **state)
{
    (void)state;
    int at = folder_fd();
    int full = open("/dev/full", O_WRONLY);
    assert_true(full >= 0);
    static const size_t lens[] = {10, 65536, 200000};
    for (size_t i = 0; i < COUNT_OF(lens); i++) {
        struct fsio_file *file = NULL;
        struct fault f = {0};
        assert_true(fsio_create(at, ".tmp", 0600, &file, NULL));
        assert_int_equal(dup2(full, fsio_fd(file)), fsio_fd(file));
        for (size_t k = 0; k < lens[i]; k++)
            fsio_add(file, "x", 1);
        assert_false(fsio_finish(file, "report", &f));
        assert_int_equal(f.error, ENOSPC);
        assert_non_null(strstr(f.text, "'report'"));
        assert_int_equal(entries(), 0);
    }
    close(full);
    close(at);
}

static void a_failed_rename_leaves_nothing(void **state)
{
    (void)state;
    int at = folder_fd();
    struct fsio_file *file = NULL;
    struct fault f = {0};
    assert_int_equal(mkdir(path_of("report"), 0700), 0);
    assert_true(fsio_create(at, ".tmp", 0600, &file, NULL));
    fsio_text(file, "secret");
    assert_false(fsio_finish(file, "report", &f));
    assert_int_equal(f.kind, FAULT_IO);
    assert_non_null(strstr(f.text, "report"));
    assert_int_equal(entries(), 1);
    close(at);
}

static void writes_all_of_it_or_says_why(void **state)
{
    (void)state;
    struct fault f = {0};
    int fd = open(path_of("out"), O_WRONLY | O_CREAT, 0600);
    assert_true(fsio_write(fd, "abc", 3, &f));
    assert_true(fsio_write(fd, NULL, 0, &f));
    assert_true(fsio_sync(fd, "out", &f));
    close(fd);
    assert_holds("out", "abc");
    fd = open("/dev/full", O_WRONLY);
    assert_false(fsio_write(fd, "abc", 3, &f));
    assert_int_equal(f.error, ENOSPC);
    close(fd);
    assert_false(fsio_sync(fd, "out", &f));
    assert_int_equal(f.error, EBADF);
    assert_non_null(strstr(f.text, "'out'"));
}

/* ---- moving, removing ---- */

static void moves_without_overwriting(void **state)
{
    (void)state;
    struct fault f = {0};
    int from = -1;
    int to = -1;
    assert_true(fsio_folder(path_of("from"), 0700, &from, NULL));
    assert_true(fsio_folder(path_of("to"), 0700, &to, NULL));
    put("from/a", "A");
    put("to/taken", "T");
    assert_false(fsio_move(from, "a", to, "taken", &f));
    assert_int_equal(f.error, EEXIST);
    assert_holds("from/a", "A");
    assert_holds("to/taken", "T");
    assert_true(fsio_move(from, "a", to, "b", &f));
    assert_false(exists("from/a"));
    assert_holds("to/b", "A");
    assert_false(fsio_move(from, "a", to, "c", &f));
    assert_int_equal(f.error, ENOENT);
    assert_non_null(strstr(f.text, "'a'"));
    close(from);
    close(to);
}

static void removes_and_is_content_with_nothing(void **state)
{
    (void)state;
    struct fault f = {0};
    int at = folder_fd();
    put("a", "x");
    assert_true(fsio_remove(at, "a", &f));
    assert_false(exists("a"));
    assert_true(fsio_remove(at, "a", &f));
    assert_int_equal(mkdir(path_of("d"), 0700), 0);
    assert_false(fsio_remove(at, "d", &f));
    assert_non_null(strstr(f.text, "'d'"));
    close(at);
}

/* ---- reading ---- */

static void slurps_up_to_its_limit(void **state)
{
    (void)state;
    struct fault f = {0};
    char *got = NULL;
    size_t len = 0;
    put_bytes("bytes", "a\0b\n", 4);
    assert_true(fsio_slurp(path_of("bytes"), 4, &got, &len, &f));
    assert_int_equal(len, 4);
    assert_memory_equal(got, "a\0b\n", 5);
    free(got);
    got = NULL;
    assert_false(fsio_slurp(path_of("bytes"), 3, &got, &len, &f));
    assert_int_equal(f.error, EFBIG);
    put("empty", "");
    assert_true(fsio_slurp(path_of("empty"), 0, &got, &len, &f));
    assert_int_equal(len, 0);
    assert_string_equal(got, "");
    free(got);
    got = NULL;
    assert_false(fsio_slurp(path_of("none"), 10, &got, &len, &f));
    assert_int_equal(f.error, ENOENT);
    assert_non_null(strstr(f.text, path_of("none")));
    assert_false(fsio_slurp(folder, 10, &got, &len, &f));
    assert_int_equal(f.error, EISDIR);
    assert_null(got);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(makes_a_folder_and_its_parents),
        TEST(makes_a_folder_however_its_path_is_written),
        TEST(says_why_there_is_no_folder),
        TEST(a_file_appears_whole_under_its_name),
        TEST(large_files_are_whole),
        TEST(an_older_file_is_replaced_at_once),
        TEST(an_abandoned_file_leaves_nothing),
        TEST(a_temp_name_that_somebody_laid_is_not_followed),
        TEST(a_failed_write_comes_out_at_the_end),
        TEST(a_failed_rename_leaves_nothing),
        TEST(writes_all_of_it_or_says_why),
        TEST(moves_without_overwriting),
        TEST(removes_and_is_content_with_nothing),
        TEST(slurps_up_to_its_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
