/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "spool_world.h"

#include <errno.h>
#include <sys/time.h>

/* ---- opening ---- */

static void makes_its_folders(void **state)
{
    (void)state;
    static const struct {
        enum spool_folder folder;
        const char *name;
        mode_t mode;
    } wanted[] = {
        {SPOOL_INCOMING, "incoming", 0770}, {SPOOL_WORK, "work", 0700},
        {SPOOL_DONE, "done", 0750},         {SPOOL_REJECTED, "rejected", 0750},
        {SPOOL_HELD, "held", 0750},         {SPOOL_REPORTS, "reports", 0755},
        {SPOOL_SECRETS, "secrets", 0700},
    };
    assert_int_equal(COUNT_OF(wanted), SPOOL_FOLDERS);
    spool = spool_close(spool);
    char other[sizeof folder + 16];
    snprintf(other, sizeof other, "%s/a/other", folder);
    config.spool.directory = other;
    mode_t old = umask(0);
    bool open = spool_open(&config, &spool, NULL);
    umask(old);
    assert_true(open);
    for (size_t i = 0; i < COUNT_OF(wanted); i++) {
        struct stat by_path;
        struct stat by_fd;
        char path[sizeof other + 16];
        snprintf(path, sizeof path, "%s/%s", other, wanted[i].name);
        assert_string_equal(spool_path(spool, wanted[i].folder), path);
        assert_int_equal(stat(path, &by_path), 0);
        assert_int_equal(fstat(spool_fd(spool, wanted[i].folder), &by_fd), 0);
        assert_int_equal(by_path.st_ino, by_fd.st_ino);
        assert_int_equal(by_path.st_mode & 07777, wanted[i].mode);
    }
}

static void only_one_has_it(void **state)
{
    (void)state;
    struct spool *other = NULL;
    struct fault f = {0};
    assert_false(spool_open(&config, &other, &f));
    assert_null(other);
    assert_non_null(strstr(f.text, "another process has the spool"));
    spool = spool_close(spool);
    assert_true(spool_open(&config, &spool, &f));
    assert_null(spool_close(NULL));
}

static void says_why_it_cannot_be_opened(void **state)
{
    (void)state;
    struct fault f = {0};
    spool = spool_close(spool);
    assert_int_equal(rmdir(path_of("spool/held")), 0);
    put("spool/held", "a file");
    assert_false(spool_open(&config, &spool, &f));
    assert_int_equal(f.error, ENOTDIR);
    assert_non_null(strstr(f.text, path_of("spool/held")));
    assert_null(spool);
}

static void must_lie_on_one_file_system(void **state)
{
    (void)state;
    struct fault f = {0};
    char elsewhere[] = "/dev/shm/extspoold-unit.XXXXXX";
    struct stat here;
    struct stat there;
    if (!mkdtemp(elsewhere))
        skip();
    assert_int_equal(stat(folder, &here) + stat(elsewhere, &there), 0);
    spool = spool_close(spool);
    assert_int_equal(rmdir(path_of("spool/done")), 0);
    assert_int_equal(symlink(elsewhere, path_of("spool/done")), 0);
    bool open = spool_open(&config, &spool, &f);
    rmdir(elsewhere);
    if (here.st_dev == there.st_dev)
        skip();
    assert_false(open);
    assert_int_equal(f.kind, FAULT_CONFIG);
    assert_non_null(strstr(f.text, "not on one file system"));
}

/* ---- readiness ---- */

static void a_file_settles_from_when_it_was_first_seen(void **state)
{
    (void)state;
    put("spool/incoming/a.csv", "number\n");
    struct timeval old[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
    assert_int_equal(utimes(path_of("spool/incoming/a.csv"), old), 0);
    assert_int_equal(spool_due(spool), CLOCK_NEVER);
    scan(NOW);
    assert_int_equal(spool_due(spool), NOW + SETTLE);
    assert_claims(NOW, "");
    scan(NOW + 1000);
    assert_int_equal(spool_due(spool), NOW + SETTLE);
    assert_claims(NOW + SETTLE - 1, "");
    assert_claims(NOW + SETTLE, "000042-a.csv");
    assert_int_equal(spool_due(spool), CLOCK_NEVER);
    assert_claims(NOW + SETTLE, "");
}

static void touch(const char *name)
{
    struct timeval then[2] = {{.tv_sec = 77}, {.tv_sec = 77}};
    assert_int_equal(utimes(path_of(name), then), 0);
}

static void replace(const char *name)
{
    struct stat st;
    assert_int_equal(stat(path_of(name), &st), 0);
    struct timespec times[2] = {st.st_atim, st.st_mtim};
    put("other", "number\n");
    assert_int_equal(utimensat(AT_FDCWD, path_of("other"), times, 0), 0);
    assert_int_equal(rename(path_of("other"), path_of(name)), 0);
}

/* Size, mtime or inode: each alone starts the clock again, whether a scan or the claim sees it. */
static void every_change_starts_the_clock_again(void **state)
{
    (void)state;
    static void (*const changes[])(const char *) = {grow, touch, replace};
    for (size_t i = 0; i < COUNT_OF(changes); i++) {
        put("spool/incoming/a.csv", "number\n");
        scan(NOW);
        changes[i]("spool/incoming/a.csv");
        scan(NOW + 1000);
        assert_claims(NOW + SETTLE, "");
        assert_int_equal(spool_due(spool), NOW + 1000 + SETTLE);
        unlink(path_of("spool/incoming/a.csv"));

        put("spool/incoming/b.csv", "number\n");
        scan(NOW + 10000);
        changes[i]("spool/incoming/b.csv");
        assert_claims(NOW + 10000 + SETTLE, "");
        assert_claims(NOW + 10000 + 2 * SETTLE - 1, "");
        assert_claims(NOW + 10000 + 2 * SETTLE, "000042-b.csv");
        scan(NOW + 20000);
        unlink(path_of("spool/work/000042-b.csv"));
    }
}

static void a_renamed_file_is_complete_at_once(void **state)
{
    (void)state;
    ready_when(READY_RENAME);
    put("spool/incoming/a.csv.part", "number\n");
    scan(NOW);
    assert_claims(NOW, "");
    assert_int_equal(rename(path_of("spool/incoming/a.csv.part"), path_of("spool/incoming/a.csv")),
                     0);
    scan(NOW + 1);
    assert_claims(NOW + 1, "000042-a.csv");
}

static void a_marked_file_is_complete_with_its_marker(void **state)
{
    (void)state;
    ready_when(READY_DONE_FILE);
    put("spool/incoming/a.csv", "number\n");
    put("spool/incoming/b.csv.done", "");
    scan(NOW);
    assert_int_equal(spool_due(spool), CLOCK_NEVER);
    assert_claims(NOW + 100000, "");
    put("spool/incoming/a.csv.done", "");
    scan(NOW + 1);
    assert_claims(NOW + 1, "000042-a.csv");
    assert_claims(NOW + 1, "");
    assert_false(is_there("spool/incoming/a.csv.done"));
    assert_true(is_there("spool/incoming/b.csv.done"));
    assert_string_equal(told(NOW + 100000), "");

    assert_true(spool_move(spool, "000042-a.csv", SPOOL_WORK, SPOOL_DONE, NULL));
    assert_true(is_there("spool/done/000042-a.csv"));
    assert_true(is_there("spool/done/000042-a.csv.done"));
    assert_false(is_there("spool/work/000042-a.csv.done"));
}

static mode_t mode_of(const char *name)
{
    char path[sizeof folder + 300];
    struct stat st;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_int_equal(lstat(path, &st), 0);
    return st.st_mode & 07777;
}

/* What is not surely the file that was claimed is left as it is. */
static void what_was_sent_is_for_the_group_alone(void **state)
{
    (void)state;
    static const mode_t modes[] = {0644, 0600, 0666, 0755};
    for (size_t i = 0; i < COUNT_OF(modes); i++) {
        char name[64];
        snprintf(name, sizeof name, "spool/work/%06zu-a.csv", i + 1);
        put(name, "x");
        char path[sizeof folder + 64];
        snprintf(path, sizeof path, "%s/%s", folder, name);
        assert_int_equal(chmod(path, modes[i]), 0);
        assert_true(spool_move(spool, strrchr(name, '/') + 1, SPOOL_WORK, SPOOL_DONE, NULL));
        snprintf(name, sizeof name, "spool/done/%06zu-a.csv", i + 1);
        assert_int_equal(mode_of(name), 0640);
    }
    char file[sizeof folder + 64];
    char other[sizeof folder + 64];
    snprintf(file, sizeof file, "%s/%s", folder, "mine");
    put("mine", "x");
    assert_int_equal(chmod(file, 0604), 0);
    snprintf(other, sizeof other, "%s/%s", folder, "spool/work/000007-linked.csv");
    assert_int_equal(link(file, other), 0);
    snprintf(other, sizeof other, "%s/%s", folder, "spool/work/000008-pointing.csv");
    assert_int_equal(symlink(file, other), 0);
    assert_true(spool_move(spool, "000007-linked.csv", SPOOL_WORK, SPOOL_REJECTED, NULL));
    assert_true(spool_move(spool, "000008-pointing.csv", SPOOL_WORK, SPOOL_REJECTED, NULL));
    assert_int_equal(mode_of("mine"), 0604);
}

/* ---- the claim ---- */

static void a_claim_is_one_rename(void **state)
{
    (void)state;
    struct stat before;
    struct stat after;
    struct import import;
    ready_when(READY_RENAME);
    put("spool/incoming/Zo\xeb\n.CSV", "number\n2002\n");
    assert_int_equal(stat(path_of("spool/incoming/Zo\xeb\n.CSV"), &before), 0);
    scan(NOW);
    assert_string_equal(claim(NOW, 1234567, &import), "1234567-Zo%EB%0A.CSV");
    assert_true(spool_sync(spool, NULL));
    assert_int_equal(import.id, 1234567);
    assert_string_equal(import.name, "Zo%EB%0A.CSV");
    assert_string_equal(import.stem, "1234567-Zo%EB%0A");
    assert_int_equal(import.bytes, 12);
    assert_int_equal(import.state, IMPORT_CLAIMED);
    assert_int_equal(import.code, CODE_NONE);
    assert_int_equal(stat(path_of("spool/work/1234567-Zo%EB%0A.CSV"), &after), 0);
    assert_int_equal(after.st_ino, before.st_ino);
    assert_false(is_there("spool/incoming/Zo\xeb\n.CSV"));
}

static void all_complete_files_are_claimed_in_order_of_name(void **state)
{
    (void)state;
    static const char *const names[] = {"c.csv", "a.csv", "d.tsv", "b.csv"};
    char path[64];
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        snprintf(path, sizeof path, "spool/incoming/%s", names[i]);
        put(path, "number\n");
    }
    scan(NOW);
    put("spool/incoming/late.csv", "number\n");
    scan(NOW + 1);
    assert_string_equal(claim(NOW + SETTLE, 1, NULL), "000001-a.csv");
    assert_string_equal(claim(NOW + SETTLE, 2, NULL), "000002-b.csv");
    assert_string_equal(claim(NOW + SETTLE, 3, NULL), "000003-c.csv");
    assert_string_equal(claim(NOW + SETTLE, 4, NULL), "000004-d.tsv");
    assert_string_equal(claim(NOW + SETTLE, 5, NULL), "");
    assert_string_equal(claim(NOW + SETTLE + 1, 5, NULL), "000005-late.csv");
}

static void many_files_are_claimed(void **state)
{
    (void)state;
    char path[64];
    ready_when(READY_RENAME);
    for (unsigned i = 0; i < 300; i++) {
        snprintf(path, sizeof path, "spool/incoming/%03u.csv", i);
        put(path, "number\n");
    }
    scan(NOW);
    for (unsigned i = 0; i < 300; i++) {
        snprintf(path, sizeof path, "%06u-%03u.csv", i + 1, i);
        assert_string_equal(claim(NOW, i + 1, NULL), path);
    }
    assert_claims(NOW, "");
}

static void a_file_that_goes_away_is_no_trouble(void **state)
{
    (void)state;
    put("spool/incoming/a.csv", "number\n");
    put("spool/incoming/b.csv", "number\n");
    scan(NOW);
    unlink(path_of("spool/incoming/a.csv"));
    assert_claims(NOW + SETTLE, "000042-b.csv");
    assert_claims(NOW + SETTLE, "");
    scan(NOW + SETTLE);
    assert_int_equal(spool_due(spool), CLOCK_NEVER);
}

/* What was a file when it was looked at and is something else when it would be claimed. */
static void a_file_that_turned_into_something_else_stays(void **state)
{
    (void)state;
    ready_when(READY_RENAME);
    put("passwd", "root\n");
    static const char *const names[] = {"a.csv", "b.csv", "c.csv"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        char path[64];
        snprintf(path, sizeof path, "spool/incoming/%s", names[i]);
        put(path, "number\n");
        scan(NOW);
        assert_int_equal(unlink(path_of(path)), 0);
        assert_int_equal(i == 0   ? symlink(path_of("passwd"), path_of(path))
                         : i == 1 ? link(path_of("passwd"), path_of(path))
                                  : mkfifo(path_of(path), 0600),
                         0);
        assert_claims(NOW, "");
        assert_string_not_equal(odd_of(names[i], NOW + SETTLE), "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SPOOL(makes_its_folders),
        SPOOL(only_one_has_it),
        SPOOL(says_why_it_cannot_be_opened),
        SPOOL(must_lie_on_one_file_system),
        SPOOL(a_file_settles_from_when_it_was_first_seen),
        SPOOL(what_was_sent_is_for_the_group_alone),
        SPOOL(every_change_starts_the_clock_again),
        SPOOL(a_renamed_file_is_complete_at_once),
        SPOOL(a_marked_file_is_complete_with_its_marker),
        SPOOL(a_claim_is_one_rename),
        SPOOL(all_complete_files_are_claimed_in_order_of_name),
        SPOOL(many_files_are_claimed),
        SPOOL(a_file_that_goes_away_is_no_trouble),
        SPOOL(a_file_that_turned_into_something_else_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
