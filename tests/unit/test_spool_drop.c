/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Folders of mapping profiles in incoming/. */
#include "spool_world.h"

static bool is_profile(void *with, const char *name)
{
    (void)with;
    return strcmp(name, "bamboohr") == 0 || strcmp(name, "personio") == 0;
}

static int profiles_make(void **state)
{
    if (spool_make(state) != 0)
        return -1;
    spool_profiles(spool, is_profile, NULL);
    return mkdir(path_of("spool/incoming/bamboohr"), 0700);
}

static void open_again(void)
{
    struct fault f = {0};
    spool = spool_close(spool);
    if (!spool_open(&config, &spool, &f))
        fail_msg("%s", f.text);
    spool_profiles(spool, is_profile, NULL);
}

static bool none_known(void *with, uint64_t id)
{
    (void)with;
    (void)id;
    return false;
}

static bool all_finished(void *with, uint64_t id)
{
    (void)with;
    (void)id;
    return true;
}

static void the_folder_names_the_profile(void **state)
{
    (void)state;
    struct import import;
    put("spool/incoming/a.csv", "number\n");
    put("spool/incoming/bamboohr/a.csv", "number\n");
    scan(NOW);
    assert_string_equal(claim(NOW + SETTLE, 42, &import), "000042-a.csv");
    assert_string_equal(import.profile, "");
    assert_false(import.profile_named);
    assert_string_equal(claim(NOW + SETTLE, 43, &import), "000043-a.csv");
    assert_string_equal(import.profile, "bamboohr");
    assert_true(import.profile_named);
    assert_string_equal(import.name, "a.csv");
    assert_true(is_there("spool/work/000043-a.csv"));
    assert_claims(NOW + SETTLE, "");
}

static void a_folder_made_later_is_found_by_the_next_scan(void **state)
{
    (void)state;
    scan(NOW);
    assert_int_equal(mkdir(path_of("spool/incoming/personio"), 0700), 0);
    put("spool/incoming/personio/a.csv", "number\n");
    scan(NOW + 1);
    assert_int_equal(spool_due(spool), NOW + 1 + SETTLE);
    assert_claims(NOW + 1 + SETTLE, "000042-a.csv");
}

/* Settling goes on over scans: the files of a folder are known again. */
static void files_settle_there_too(void **state)
{
    (void)state;
    put("spool/incoming/bamboohr/a.csv", "number\n");
    put("spool/incoming/bamboohr/b.csv", "number\n");
    scan(NOW);
    grow("spool/incoming/bamboohr/b.csv");
    scan(NOW + 1000);
    assert_claims(NOW + SETTLE, "000042-a.csv");
    assert_claims(NOW + SETTLE, "");
    assert_claims(NOW + 1000 + SETTLE, "000042-b.csv");
}

static void other_folders_stay(void **state)
{
    (void)state;
    assert_int_equal(mkdir(path_of("spool/incoming/archive"), 0700), 0);
    assert_int_equal(mkdir(path_of("spool/incoming/bamboohr/personio"), 0700), 0);
    assert_int_equal(symlink("archive", path_of("spool/incoming/personio")), 0);
    put("spool/incoming/archive/a.csv", "number\n");
    put("spool/incoming/bamboohr/personio/a.csv", "number\n");
    put("spool/incoming/bamboohr/people.xlsx", "PK");
    scan(NOW);
    assert_claims(NOW + SETTLE, "");
    assert_non_null(strstr(odd_of("archive", NOW + SETTLE), "no mapping profile"));
    assert_non_null(strstr(odd_of("personio", NOW + SETTLE), "no regular file"));
    assert_non_null(strstr(odd_of("bamboohr/personio", NOW + SETTLE), "folder"));
    assert_non_null(strstr(odd_of("bamboohr/people.xlsx", NOW + SETTLE), "no pattern"));
}

static void a_folder_that_cannot_be_read_is_named(void **state)
{
    (void)state;
    if (getuid() != 0)
        skip();
    assert_int_equal(chmod(path_of("spool/incoming"), 0777), 0);
    assert_int_equal(seteuid(NOBODY), 0);
    scan(NOW);
    assert_int_equal(seteuid(0), 0);
    assert_non_null(strstr(odd_of("bamboohr", NOW + SETTLE), "cannot be read"));
}

/* Killed between the rename and the ledger's commit: the file's own name does not tell. */
static void the_profile_survives_a_death(void **state)
{
    (void)state;
    struct import import;
    bool found = false;
    put("spool/incoming/bamboohr/a.csv", "number\n");
    scan(NOW);
    assert_claims(NOW + SETTLE, "000042-a.csv");
    open_again();
    assert_true(spool_orphan(spool, SPOOL_WORK, none_known, NULL, &import, &found, NULL) && found);
    assert_string_equal(import.file, "000042-a.csv");
    assert_string_equal(import.profile, "bamboohr");
    assert_true(import.profile_named);
    assert_true(is_there("spool/work/000042.profile"));
    put("spool/work/000042.utf8", "number\n");
    assert_true(spool_clear(spool, 42, NULL));
    assert_false(is_there("spool/work/000042.profile"));
    assert_false(is_there("spool/work/000042.utf8"));
    assert_true(is_there("spool/work/000042-a.csv"));
    assert_true(spool_clear(spool, 42, NULL));
}

/* Killed between the note and the rename: the note goes, and its number is not given again. */
static void a_note_without_a_file_goes(void **state)
{
    (void)state;
    uint64_t greatest = 0;
    put("spool/work/000050.profile", "bamboohr");
    put("spool/work/.profile.tmp", "bamb");
    open_again();
    assert_true(spool_id_greatest(spool, &greatest, NULL));
    assert_int_equal(greatest, 50);
    assert_true(spool_sweep(spool, all_finished, NULL, NULL));
    assert_false(is_there("spool/work/000050.profile"));
    assert_false(is_there("spool/work/.profile.tmp"));
}

static void markers_lie_beside_their_files(void **state)
{
    (void)state;
    ready_when(READY_DONE_FILE);
    put("spool/incoming/bamboohr/a.csv", "number\n");
    put("spool/incoming/a.csv.done", "");
    scan(NOW);
    assert_claims(NOW, "");
    put("spool/incoming/bamboohr/a.csv.done", "");
    scan(NOW);
    assert_claims(NOW, "000042-a.csv");
    assert_true(is_there("spool/work/000042-a.csv.done"));
    assert_false(is_there("spool/incoming/bamboohr/a.csv.done"));
}

static void a_marker_follows_after_a_death(void **state)
{
    (void)state;
    struct import import;
    bool found = false;
    put("spool/work/000042-a.csv", "number\n");
    put("spool/work/000042.profile", "bamboohr");
    put("spool/incoming/bamboohr/a.csv.done", "");
    ready_when(READY_DONE_FILE);
    open_again();
    assert_true(spool_orphan(spool, SPOOL_WORK, none_known, NULL, &import, &found, NULL) && found);
    assert_true(is_there("spool/work/000042-a.csv.done"));
}

#define PROFILES(function) cmocka_unit_test_setup_teardown(function, profiles_make, spool_remove)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        PROFILES(the_folder_names_the_profile),
        PROFILES(a_folder_made_later_is_found_by_the_next_scan),
        PROFILES(files_settle_there_too),
        PROFILES(other_folders_stay),
        PROFILES(a_folder_that_cannot_be_read_is_named),
        PROFILES(the_profile_survives_a_death),
        PROFILES(a_note_without_a_file_goes),
        PROFILES(markers_lie_beside_their_files),
        PROFILES(a_marker_follows_after_a_death),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
