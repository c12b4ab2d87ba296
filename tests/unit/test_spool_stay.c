/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stays in the spool, comes back after a crash, is moved on and read. */
#include "spool_world.h"

#include "spool_name.h"

#include <errno.h>

/* ---- what stays ---- */

static void other_things_stay_and_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *part_of_reason;
    } wanted[] = {
        {"folder.csv", "folder"},  {"link.csv", "no regular file"}, {"fifo.csv", "no regular file"},
        {"one.csv", "hard links"}, {"people.xlsx", "pattern"},      {"two.csv", "hard links"},
    };
    assert_int_equal(mkdir(path_of("spool/incoming/folder.csv"), 0700), 0);
    assert_int_equal(symlink("people.xlsx", path_of("spool/incoming/link.csv")), 0);
    assert_int_equal(mkfifo(path_of("spool/incoming/fifo.csv"), 0600), 0);
    put("spool/incoming/one.csv", "number\n");
    assert_int_equal(link(path_of("spool/incoming/one.csv"), path_of("spool/incoming/two.csv")), 0);
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

/* What is to be claimed, and what stays, for the metrics. */
static void unclaimed_files_are_counted(void **state)
{
    (void)state;
    scan(NOW);
    struct spool_unclaimed u = spool_unclaimed(spool);
    assert_int_equal(u.coming + u.staying, 0);
    assert_true(u.since == CLOCK_NEVER);
    put("spool/incoming/a.csv", "number\n");
    put("spool/incoming/people.xlsx", "PK");
    scan(NOW + 5);
    put("spool/incoming/b.csv", "number\n");
    scan(NOW + 9);
    u = spool_unclaimed(spool);
    assert_int_equal(u.coming, 2);
    assert_int_equal(u.staying, 1);
    assert_int_equal(u.since, NOW + 5);
    assert_claims(NOW + 5 + SETTLE, "000042-a.csv");
    u = spool_unclaimed(spool);
    assert_int_equal(u.coming, 1);
    assert_int_equal(u.since, NOW + 9);
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

/* The path in the world of a file, or of its marker; valid until the next call. */
static const char *in(const char *folder_name, const char *name, const char *ending)
{
    static char path[320];
    snprintf(path, sizeof path, "spool/%s/%s%s", folder_name, name, ending);
    return path;
}

static void a_folder_that_was_replaced_is_noticed(void **state)
{
    (void)state;
    static const char *const folders[] = {"incoming", "work",    "done",   "rejected",
                                          "held",     "reports", "secrets"};
    struct fault f;
    char path[512];
    char away[512];
    snprintf(away, sizeof away, "%s", path_of("away"));
    for (size_t i = 0; i < COUNT_OF(folders); i++) {
        snprintf(path, sizeof path, "%s", path_of(in("", folders[i], "")));
        assert_int_equal(rename(path, away), 0);
        f = (struct fault){0};
        assert_false(spool_scan(spool, NOW, &f)); /* gone */
        assert_true(fault_passes(&f));
        assert_non_null(strstr(f.text, folders[i]));
        assert_int_equal(mkdir(path, 0700), 0);
        f = (struct fault){0};
        assert_false(spool_scan(spool, NOW, &f)); /* another one */
        assert_int_equal(f.error, ESTALE);
        assert_int_equal(rmdir(path), 0);
        assert_int_equal(symlink(away, path), 0);
        scan(NOW); /* a link to the same one is well */
        assert_int_equal(unlink(path), 0);
        assert_int_equal(rename(away, path), 0);
        scan(NOW);
    }
}

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
        assert_true(spool_orphan(spool, SPOOL_WORK, is_in, known, &import, &found, NULL));
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
    assert_true(spool_orphan(spool, SPOOL_WORK, is_in, known, &import, &found, NULL));
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
    assert_true(spool_orphan(spool, SPOOL_WORK, is_in, known, &import, &found, NULL) && found);
    assert_false(is_there("spool/incoming/a.csv.done"));
    assert_true(is_there("spool/work/000008-a.csv.done"));
    known[0] = 8;
    assert_true(spool_orphan(spool, SPOOL_WORK, is_in, known, &import, &found, NULL));
    assert_false(found);
}

/* Nor is a marker lost whose name the claim had to change. */
static void a_missed_claim_of_any_name_takes_its_marker_along(void **state)
{
    (void)state;
    char longest[251] = "";
    char other[251];
    memset(longest, 'x', sizeof longest - 1);
    memcpy(other, longest, sizeof other);
    memcpy(longest + 245, "1.csv", 5);
    memcpy(other + 245, "2.csv", 5);
    const char *const names[] = {"two\nlines.csv", "not \xff.csv", longest};
    ready_when(READY_DONE_FILE);
    /* cut, it has the same name; but its file is still to be claimed */
    put(in("incoming", other, ".done"), "");
    put(in("incoming", other, ""), "x");
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        uint64_t known[2] = {0};
        bool found = false;
        struct import made;
        struct import import;
        spool_name_make(names[i], 8, &made);
        put(in("work", made.file, ""), "x");
        put(in("incoming", names[i], ".done"), "");
        assert_true(spool_orphan(spool, SPOOL_WORK, is_in, known, &import, &found, NULL) && found);
        assert_false(is_there(in("incoming", names[i], ".done")));
        assert_true(is_there(in("work", made.file, ".done")));
        assert_true(is_there(in("incoming", other, ".done")));
        assert_int_equal(unlink(path_of(in("work", made.file, ""))), 0);
    }
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

static void what_was_half_written_is_swept(void **state)
{
    (void)state;
    uint64_t none[] = {0};
    static const char *const ours[] = {"spool/work/.again.tmp", "spool/secrets/.000042.secrets.tmp",
                                       "spool/reports/.000042.json.tmp",
                                       "spool/reports/.000042.results.csv.tmp"};
    static const char *const others[] = {"spool/work/.lock", "spool/reports/.mine.tmp",
                                         "spool/reports/000042-a.json", "spool/reports/.000042"};
    for (size_t i = 0; i < COUNT_OF(ours); i++)
        put(ours[i], "x");
    for (size_t i = 0; i < COUNT_OF(others); i++)
        put(others[i], "x");
    assert_true(spool_sweep(spool, is_in, none, NULL));
    for (size_t i = 0; i < COUNT_OF(ours); i++)
        assert_false(is_there(ours[i]));
    for (size_t i = 0; i < COUNT_OF(others); i++)
        assert_true(is_there(others[i]));
}

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
        SPOOL(other_things_stay_and_are_named),
        SPOOL(what_stays_is_told_of_once),
        SPOOL(unclaimed_files_are_counted),
        SPOOL(any_number_of_things_that_stay_is_told_of),
        SPOOL(a_file_that_may_not_be_moved_stays),
        SPOOL(a_file_that_may_not_be_read_stays),
        SPOOL(settings_are_taken_over),
        SPOOL(a_folder_that_was_replaced_is_noticed),
        SPOOL(the_greatest_id_is_found_in_every_folder),
        SPOOL(a_claim_that_the_ledger_missed_is_found),
        SPOOL(a_missed_claim_takes_its_marker_along),
        SPOOL(a_missed_claim_of_any_name_takes_its_marker_along),
        SPOOL(copies_of_finished_imports_are_swept),
        SPOOL(what_was_half_written_is_swept),
        SPOOL(a_move_may_be_repeated),
        SPOOL(a_move_overwrites_nothing),
        SPOOL(only_plain_files_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
