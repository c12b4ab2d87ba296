/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "folder.h"

#include <errno.h>
#include <sys/time.h>

#include "clock.h"
#include "spool.h"

#define NOW     1000000
#define SETTLE  2000
#define NOBODY  65534

static struct config config;
static struct spool *spool;

static int spool_make(void **state)
{
    if (folder_make(state) != 0)
        return -1;
    static char directory[sizeof folder + 16];
    static char pattern[] = "*.csv *.tsv";
    snprintf(directory, sizeof directory, "%s/spool", folder);
    config = (struct config){0};
    config.spool.directory = directory;
    config.spool.pattern = pattern;
    config.spool.ready = READY_SETTLE;
    config.spool.settle = SETTLE;
    return spool_open(&config, &spool, NULL) ? 0 : -1;
}

static int spool_remove(void **state)
{
    spool = spool_close(spool);
    return seteuid(getuid()) == 0 ? folder_remove(state) : -1;
}

#define SPOOL(function) cmocka_unit_test_setup_teardown(function, spool_make, spool_remove)

static void ready_when(enum config_ready ready)
{
    config.spool.ready = ready;
    spool_settings(spool, &config);
}

static void scan(int64_t mono)
{
    struct fault f = {0};
    if (!spool_scan(spool, mono, &f))
        fail_msg("%s", f.text);
}

/* Name of the file that is claimed now, "" for none. */
static const char *claim(int64_t mono, uint64_t id, struct import *ret)
{
    static struct import import;
    struct fault f = {0};
    bool claimed = false;
    memset(&import, 'x', sizeof import);
    if (!spool_claim(spool, mono, id, &import, &claimed, &f))
        fail_msg("%s", f.text);
    if (claimed && ret)
        *ret = import;
    return claimed ? import.file : "";
}

static void assert_claims(int64_t mono, const char *file)
{
    assert_string_equal(claim(mono, 42, NULL), file);
}

static bool is_there(const char *name)
{
    struct stat st;
    return lstat(path_of(name), &st) == 0;
}

static const char *odd_of(const char *name, int64_t mono)
{
    static struct spool_odd odd[8];
    size_t count = spool_odd(spool, mono, odd, COUNT_OF(odd));
    for (size_t i = 0; i < count && i < COUNT_OF(odd); i++)
        if (strcmp(odd[i].name, name) == 0)
            return odd[i].reason;
    return "";
}

/* Name of the next file to be told of, "" for none. */
static const char *told(int64_t mono)
{
    static struct spool_odd odd;
    return spool_odd_next(spool, mono, &odd) ? odd.name : "";
}

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

static void grow(const char *name)
{
    int fd = open(path_of(name), O_WRONLY | O_APPEND);
    assert_int_equal(write(fd, "x", 1), 1);
    close(fd);
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
    assert_int_equal(
        rename(path_of("spool/incoming/a.csv.part"), path_of("spool/incoming/a.csv")), 0);
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

/* ---- what stays ---- */

static void other_things_stay_and_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *part_of_reason;
    } wanted[] = {
        {"folder.csv", "folder"}, {"link.csv", "no regular file"}, {"fifo.csv", "no regular file"},
        {"one.csv", "hard links"}, {"people.xlsx", "pattern"},      {"two.csv", "hard links"},
    };
    assert_int_equal(mkdir(path_of("spool/incoming/folder.csv"), 0700), 0);
    assert_int_equal(symlink("people.xlsx", path_of("spool/incoming/link.csv")), 0);
    assert_int_equal(mkfifo(path_of("spool/incoming/fifo.csv"), 0600), 0);
    put("spool/incoming/one.csv", "number\n");
    assert_int_equal(link(path_of("spool/incoming/one.csv"), path_of("spool/incoming/two.csv")),
                     0);
    put("spool/incoming/people.xlsx", "PK");
    put("spool/incoming/.hidden.csv", "x");
    put("spool/incoming/upload.csv.part", "x");
    put("spool/incoming/~$people.tmp", "x");
    scan(NOW);
    assert_int_equal(spool_due(spool), NOW + SETTLE);
    assert_int_equal(spool_odd(spool, NOW + SETTLE - 1, NULL, 0), 0);
    assert_string_equal(told(NOW + SETTLE - 1), "");
    assert_claims(NOW + SETTLE, "");
    assert_int_equal(spool_odd(spool, NOW + SETTLE, NULL, 0), COUNT_OF(wanted));
    for (size_t i = 0; i < COUNT_OF(wanted); i++)
        assert_non_null(strstr(odd_of(wanted[i].name, NOW + SETTLE), wanted[i].part_of_reason));
}

/* In the log once, in status as long as it is there; nothing is due on its account then. */
static void what_stays_is_told_of_once(void **state)
{
    (void)state;
    put("spool/incoming/a.xlsx", "PK");
    put("spool/incoming/b.xlsx", "PK");
    scan(NOW);
    assert_string_not_equal(odd_of("a.xlsx", NOW + SETTLE), "");
    assert_string_equal(told(NOW + SETTLE), "a.xlsx");
    assert_int_equal(spool_due(spool), NOW + SETTLE);
    assert_string_equal(told(NOW + SETTLE), "b.xlsx");
    assert_string_equal(told(NOW + SETTLE), "");
    assert_int_equal(spool_due(spool), CLOCK_NEVER);

    scan(NOW + 60000);
    assert_string_equal(told(NOW + 60000), "");
    assert_int_equal(spool_due(spool), CLOCK_NEVER);
    assert_string_not_equal(odd_of("a.xlsx", NOW + 60000), "");

    grow("spool/incoming/b.xlsx");
    scan(NOW + 70000);
    assert_string_equal(told(NOW + 70000), "");
    assert_int_equal(spool_due(spool), NOW + 70000 + SETTLE);
    assert_string_equal(told(NOW + 70000 + SETTLE), "b.xlsx");
}

static void any_number_of_things_that_stay_is_told_of(void **state)
{
    (void)state;
    char path[64];
    for (unsigned i = 0; i < 200; i++) {
        snprintf(path, sizeof path, "spool/incoming/%03u.xlsx", i);
        put(path, "PK");
    }
    scan(NOW);
    struct spool_odd some[2];
    assert_int_equal(spool_odd(spool, NOW + SETTLE, some, 2), 200);
    assert_string_equal(some[1].name, "001.xlsx");
    for (unsigned i = 0; i < 200; i++) {
        snprintf(path, sizeof path, "%03u.xlsx", i);
        assert_string_equal(told(NOW + SETTLE), path);
    }
    assert_string_equal(told(NOW + SETTLE), "");
    assert_int_equal(spool_due(spool), CLOCK_NEVER);
}

/* As anybody but root, who may move everything. */
static void become(uid_t user)
{
    if (getuid() == 0)
        assert_int_equal(seteuid(user), 0);
}

/* It is told of, nothing is due on its account, and it is claimed when that is allowed. */
static void a_file_that_may_not_be_moved_stays(void **state)
{
    (void)state;
    put("spool/incoming/a.csv", "number\n");
    assert_int_equal(chmod(path_of("spool/incoming/a.csv"), 0644), 0);
    assert_int_equal(chmod(path_of("spool/incoming"), 0555), 0);
    become(NOBODY);
    scan(NOW);
    for (int64_t mono = NOW + SETTLE; mono < NOW + 5 * SETTLE; mono += SETTLE) {
        assert_claims(mono, "");
        scan(mono);
        assert_non_null(strstr(odd_of("a.csv", mono), "may not be moved"));
        assert_string_equal(told(mono), mono == NOW + SETTLE ? "a.csv" : "");
        assert_int_equal(spool_due(spool), CLOCK_NEVER);
    }
    become(0);
    assert_int_equal(chmod(path_of("spool/incoming"), 0770), 0);
    scan(NOW + 60000);
    assert_claims(NOW + 60000, "000042-a.csv");
    assert_string_equal(odd_of("a.csv", NOW + 60000), "");
}

static void a_file_that_may_not_be_read_stays(void **state)
{
    (void)state;
    put("spool/incoming/a.csv", "number\n");
    assert_int_equal(chmod(path_of("spool/incoming/a.csv"), 0), 0);
    assert_int_equal(chmod(path_of("spool/incoming"), 0777), 0);
    become(NOBODY);
    scan(NOW);
    assert_claims(NOW + SETTLE, "");
    assert_non_null(strstr(odd_of("a.csv", NOW + SETTLE), "cannot be read"));
    become(0);
    assert_int_equal(chmod(path_of("spool/incoming/a.csv"), 0644), 0);
    scan(NOW + 60000);
    assert_claims(NOW + 60000, "000042-a.csv");
}

static void settings_are_taken_over(void **state)
{
    (void)state;
    static char pattern[] = "*.xlsx";
    put("spool/incoming/a.csv", "x");
    put("spool/incoming/b.xlsx", "x");
    config.spool.pattern = pattern;
    config.spool.settle = 10;
    spool_settings(spool, &config);
    scan(NOW);
    assert_claims(NOW + 10, "000042-b.xlsx");
    assert_claims(NOW + 10, "");
    assert_string_equal(told(NOW + 10), "a.csv");
}

/* ---- ids, recovery ---- */

static void the_greatest_id_is_found_in_every_folder(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        uint64_t greatest;
    } files[] = {
        {"spool/incoming/000900-a.csv", 0},    {"spool/work/000001-a.csv", 1},
        {"spool/work/000002.utf8", 2},         {"spool/done/000003-a.csv", 3},
        {"spool/rejected/000004-a.csv", 4},    {"spool/held/000005-a.csv", 5},
        {"spool/reports/000006-a.json", 6},    {"spool/secrets/000007-a.secrets.csv", 7},
        {"spool/reports/.000009.json.tmp", 7}, {"spool/done/000003-b.csv", 7},
        {"spool/done/notes.txt", 7},           {"spool/done/1000000-a.csv", 1000000},
    };
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        uint64_t greatest = 99;
        put(files[i].path, "x");
        assert_true(spool_id_greatest(spool, &greatest, NULL));
        assert_int_equal(greatest, files[i].greatest);
    }
}

static bool is_in(void *with, uint64_t id)
{
    const uint64_t *ids = with;
    while (*ids && *ids != id)
        ids++;
    return *ids == id;
}

static void a_claim_that_the_ledger_missed_is_found(void **state)
{
    (void)state;
    uint64_t known[4] = {3};
    struct import import;
    bool found = false;
    put("spool/work/000003-a.csv", "x");
    put("spool/work/000003.utf8", "x");
    put("spool/work/000007.utf8", "x");
    put("spool/work/000008-people.csv", "12345");
    put("spool/work/000009-b.tsv", "");
    put("spool/work/notes", "x");
    for (size_t i = 0; i < 2; i++) {
        memset(&import, 'x', sizeof import);
        assert_true(spool_orphan(spool, is_in, known, &import, &found, NULL));
        assert_true(found);
        known[1 + i] = import.id;
        bool first = import.id == 8;
        assert_int_equal(import.id, first ? 8 : 9);
        assert_string_equal(import.file, first ? "000008-people.csv" : "000009-b.tsv");
        assert_string_equal(import.name, first ? "people.csv" : "b.tsv");
        assert_string_equal(import.stem, first ? "000008-people" : "000009-b");
        assert_int_equal(import.bytes, first ? 5 : 0);
        assert_int_equal(import.state, IMPORT_CLAIMED);
        assert_int_equal(import.sha256[0], '\0');
    }
    assert_int_not_equal(known[1], known[2]);
    assert_true(spool_orphan(spool, is_in, known, &import, &found, NULL));
    assert_false(found);
}

/* Killed between the file and its marker: the marker must not wait for the next file. */
static void a_missed_claim_takes_its_marker_along(void **state)
{
    (void)state;
    uint64_t known[2] = {0};
    struct import import;
    bool found = false;
    ready_when(READY_DONE_FILE);
    put("spool/work/000008-a.csv", "x");
    put("spool/incoming/a.csv.done", "");
    assert_true(spool_orphan(spool, is_in, known, &import, &found, NULL) && found);
    assert_false(is_there("spool/incoming/a.csv.done"));
    assert_true(is_there("spool/work/000008-a.csv.done"));
    known[0] = 8;
    assert_true(spool_orphan(spool, is_in, known, &import, &found, NULL));
    assert_false(found);
}

static void copies_of_finished_imports_are_swept(void **state)
{
    (void)state;
    uint64_t finished[] = {3, 4, 0};
    put("spool/work/000003.utf8", "x");
    put("spool/work/000003-a.csv", "x");
    put("spool/work/000004-b.utf8", "x");
    put("spool/work/000005.utf8", "x");
    put("spool/work/3.utf8", "x");
    assert_true(spool_sweep(spool, is_in, finished, NULL));
    assert_false(is_there("spool/work/000003.utf8"));
    assert_true(is_there("spool/work/000003-a.csv"));
    assert_true(is_there("spool/work/000004-b.utf8"));
    assert_true(is_there("spool/work/000005.utf8"));
    assert_true(is_there("spool/work/3.utf8"));
}

/* ---- moving, reading ---- */

static void a_move_may_be_repeated(void **state)
{
    (void)state;
    put("spool/work/000042-a.csv", "x");
    for (int again = 0; again < 2; again++)
        assert_true(spool_move(spool, "000042-a.csv", SPOOL_WORK, SPOOL_DONE, NULL));
    assert_true(is_there("spool/done/000042-a.csv"));
    assert_false(is_there("spool/work/000042-a.csv"));
}

static void a_move_overwrites_nothing(void **state)
{
    (void)state;
    struct fault f = {0};
    struct stat st;
    put("spool/work/000042-a.csv", "new");
    put("spool/done/000042-a.csv", "older");
    assert_false(spool_move(spool, "000042-a.csv", SPOOL_WORK, SPOOL_DONE, &f));
    assert_int_equal(f.error, EEXIST);
    assert_non_null(strstr(f.text, path_of("spool/done")));
    assert_int_equal(stat(path_of("spool/done/000042-a.csv"), &st), 0);
    assert_int_equal(st.st_size, 5);
    assert_true(is_there("spool/work/000042-a.csv"));

    assert_false(spool_move(spool, "000043-a.csv", SPOOL_WORK, SPOOL_DONE, &f));
    assert_int_equal(f.error, ENOENT);
}

static void only_plain_files_are_read(void **state)
{
    (void)state;
    struct fault f = {0};
    int fd = -1;
    uint64_t bytes = 0;
    char text[8] = {0};
    put("spool/work/000042-a.csv", "12345");
    assert_true(spool_read(spool, SPOOL_WORK, "000042-a.csv", &fd, &bytes, &f));
    assert_int_equal(bytes, 5);
    assert_int_equal(read(fd, text, sizeof text), 5);
    assert_string_equal(text, "12345");
    close(fd);

    static const char *const names[] = {"link", "fifo", "folder", "one", "two", "none"};
    assert_int_equal(symlink("000042-a.csv", path_of("spool/work/link")), 0);
    assert_int_equal(mkfifo(path_of("spool/work/fifo"), 0600), 0);
    assert_int_equal(mkdir(path_of("spool/work/folder"), 0700), 0);
    put("spool/work/one", "x");
    assert_int_equal(link(path_of("spool/work/one"), path_of("spool/work/two")), 0);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        fd = -1;
        f = (struct fault){0};
        assert_false(spool_read(spool, SPOOL_WORK, names[i], &fd, &bytes, &f));
        assert_int_equal(f.kind, FAULT_INPUT);
        assert_non_null(strstr(f.text, names[i]));
        assert_int_equal(fd, -1);
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
        SPOOL(every_change_starts_the_clock_again),
        SPOOL(a_renamed_file_is_complete_at_once),
        SPOOL(a_marked_file_is_complete_with_its_marker),
        SPOOL(a_claim_is_one_rename),
        SPOOL(all_complete_files_are_claimed_in_order_of_name),
        SPOOL(many_files_are_claimed),
        SPOOL(a_file_that_goes_away_is_no_trouble),
        SPOOL(a_file_that_turned_into_something_else_stays),
        SPOOL(other_things_stay_and_are_named),
        SPOOL(what_stays_is_told_of_once),
        SPOOL(any_number_of_things_that_stay_is_told_of),
        SPOOL(a_file_that_may_not_be_moved_stays),
        SPOOL(a_file_that_may_not_be_read_stays),
        SPOOL(settings_are_taken_over),
        SPOOL(the_greatest_id_is_found_in_every_folder),
        SPOOL(a_claim_that_the_ledger_missed_is_found),
        SPOOL(a_missed_claim_takes_its_marker_along),
        SPOOL(copies_of_finished_imports_are_swept),
        SPOOL(a_move_may_be_repeated),
        SPOOL(a_move_overwrites_nothing),
        SPOOL(only_plain_files_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
