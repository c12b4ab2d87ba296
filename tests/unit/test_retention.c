/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Retention under a clock of the test's own: a job that has a ledger and a spool, and no more. */
#include "spool_world.h"

#include "fsio.h"
#include "job_own.h"
#include "json.h"

#define DAY   ((int64_t)86400 * 1000)
#define START ((int64_t)1700000000000)
#define HOUR  ((int64_t)3600 * 1000)

static struct job *job;

static int world_make(void **state)
{
    if (spool_make(state) != 0)
        return -1;
    static char directory[sizeof folder + 16];
    snprintf(directory, sizeof directory, "%s/state", folder);
    config.state.directory = directory;
    static char none[] = "";
    config.report.receipts = none;
    config.notify.command = none;
    config.report.keep = 90 * DAY;
    config.secrets.keep = 30 * DAY;
    log_setup(LOG_LEVEL_ERROR, LOG_TARGET_STDERR);
    job = xcalloc(1, sizeof *job);
    job->config = &config;
    job->measure = measure_new(START);
    job->spool = spool;
    job->receipts.fd = -1;
    job->send = true;
    job->wall = START;
    return ledger_open(directory, &job->ledger, NULL) ? 0 : -1;
}

static int world_remove(void **state)
{
    retention_end(job);
    ledger_close(job->ledger);
    free(job->measure);
    free(job);
    job = NULL;
    return spool_remove(state);
}

#define WORLD(function) cmocka_unit_test_setup_teardown(function, world_make, world_remove)

/* An import that ended at START, with all the files that it may have. */
static struct import import_make(uint64_t id, enum import_state at)
{
    static const char *const endings[] = {".json", ".html", ".results.csv", ".rejects.csv"};
    struct import i = {.id = id, .state = at, .filed = true, .finished = START, .rows = 1};
    char name[LEDGER_NAME + 64];
    spool_name_make("people.csv", id, &i);
    snprintf(i.profile, sizeof i.profile, "extension");
    assert_true(ledger_import_set(job->ledger, &i, NULL));
    struct ledger_row row = {.row = 1, .state = ROW_FAILED, .number = "2001"};
    assert_true(ledger_row_add(job->ledger, id, &row, NULL));
    snprintf(name, sizeof name, "spool/%s/%s", at == IMPORT_REJECTED ? "rejected" : "done", i.file);
    put(name, "0123456789");
    for (size_t k = 0; k < COUNT_OF(endings); k++) {
        snprintf(name, sizeof name, "spool/reports/%s%s", i.stem, endings[k]);
        put(name, "0123456789");
    }
    return i;
}

/* Its passwords, and the key that says so. */
static void secrets_make(struct import *i)
{
    int keys = -1;
    char name[LEDGER_NAME + 64];
    i->secrets = true;
    assert_true(ledger_import_set(job->ledger, i, NULL));
    assert_true(given_folder(job, &keys, NULL));
    close_fd(&keys);
    snprintf(name, sizeof name, "state/secrets/%06d.key", (int)i->id);
    put(name, "01234567890123456789012345678901");
    snprintf(name, sizeof name, "spool/secrets/%s.secrets.csv", i->stem);
    put(name, "number,registerpassword\n");
}

/* One pass, so long after START; returns how many turns it took. */
static size_t pass(int64_t later)
{
    struct fault f = {0};
    size_t turns = 0;
    assert_true(ledger_commit(job->ledger, NULL));
    job->steady.known = false; /* as after a start */
    job->wall = START + later;
    job->mono = retention_due(job) > job->mono ? retention_due(job) : job->mono;
    do {
        turns++;
        if (!retention_step(job, &f) || !ledger_commit(job->ledger, &f))
            fail_msg("%s", f.text);
        assert_true(turns < 10000);
    } while (job->retention.stage != RETENTION_RESTS);
    return turns;
}

static bool is_known(uint64_t id)
{
    struct import i;
    bool found = false;
    assert_true(ledger_import_get(job->ledger, id, &i, &found, NULL));
    return found;
}

static void assert_files(const char *wanted)
{
    static const char *const names[] = {
        "spool/secrets/000001-people.secrets.csv",
        "state/secrets/000001.key",
        "spool/done/000001-people.csv",
        "spool/rejected/000001-people.csv",
        "spool/reports/000001-people.rejects.csv",
        "spool/reports/000001-people.json",
        "spool/reports/000001-people.html",
        "spool/reports/000001-people.results.csv",
    };
    static const char letters[] = "SKDRrjhc";
    char got[sizeof letters] = "";
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (is_there(names[i]))
            got[strlen(got)] = letters[i];
    assert_string_equal(got, wanted);
}

/* ---- terms ---- */

static void each_thing_goes_when_its_time_is_over(void **state)
{
    (void)state;
    struct import i = import_make(1, IMPORT_DONE);
    secrets_make(&i);
    pass(0);
    pass(30 * DAY - 1);
    assert_files("SKDrjhc");
    pass(30 * DAY);
    assert_files("jhc");
    pass(90 * DAY - 1);
    assert_files("jhc");
    assert_true(is_known(1));
    pass(90 * DAY);
    assert_files("");
    assert_false(is_known(1));
}

static void what_was_sent_goes_by_the_shorter_term(void **state)
{
    (void)state;
    static const struct {
        int64_t report, secrets; /* days */
        const char *after_20, *after_50, *after_100;
    } terms[] = {
        {90, 30, "SKDrjhc", "jhc", ""},          {30, 90, "SKDrjhc", "SK", ""},
        {0, 30, "SKDrjhc", "jhc", "jhc"},        {30, 0, "SKDrjhc", "SK", "SK"},
        {0, 0, "SKDrjhc", "SKDrjhc", "SKDrjhc"}, {10, 10, "", "", ""},
    };
    for (size_t k = 0; k < COUNT_OF(terms); k++) {
        config.report.keep = terms[k].report * DAY;
        config.secrets.keep = terms[k].secrets * DAY;
        struct import i = import_make(1, IMPORT_DONE);
        secrets_make(&i);
        pass(20 * DAY);
        assert_files(terms[k].after_20);
        pass(50 * DAY);
        assert_files(terms[k].after_50);
        pass(100 * DAY);
        assert_files(terms[k].after_100);
        assert_int_equal(is_known(1), terms[k].after_100[0] != '\0');
        world_remove(NULL);
        assert_int_equal(world_make(NULL), 0);
    }
}

static void rejected_and_cancelled_imports_go_too(void **state)
{
    (void)state;
    import_make(1, IMPORT_REJECTED);
    assert_files("Rrjhc");
    pass(30 * DAY);
    assert_files("jhc");
    pass(90 * DAY);
    assert_files("");
    import_make(1, IMPORT_CANCELLED);
    pass(30 * DAY);
    assert_files("jhc");
    pass(90 * DAY);
    assert_files("");
    assert_false(is_known(1));
}

/* ---- what stays ---- */

static void what_has_not_ended_stays(void **state)
{
    (void)state;
    static const enum import_state states[] = {IMPORT_CLAIMED, IMPORT_PLANNED, IMPORT_SENDING,
                                               IMPORT_HELD};
    for (size_t k = 0; k < COUNT_OF(states); k++) {
        import_make(1, IMPORT_DONE);
        struct import i = {.id = 1, .state = states[k], .filed = true, .finished = START};
        spool_name_make("people.csv", 1, &i);
        assert_true(ledger_import_set(job->ledger, &i, NULL));
        secrets_make(&i);
        pass(1000 * DAY);
        assert_files("SKDrjhc");
        assert_true(is_known(1));
        assert_true(ledger_rows_clear(job->ledger, 1, NULL));
    }
}

static void what_is_not_filed_yet_stays(void **state)
{
    (void)state;
    struct import i = import_make(1, IMPORT_DONE);
    i.filed = false;
    assert_true(ledger_import_set(job->ledger, &i, NULL));
    pass(1000 * DAY);
    assert_files("Drjhc");
    assert_true(is_known(1));
}

static void an_import_in_memory_stays(void **state)
{
    (void)state;
    struct import i = import_make(1, IMPORT_DONE);
    secrets_make(&i);
    job->works[3] = work_new(&i);
    pass(1000 * DAY);
    assert_files("SKDrjhc");
    job->works[3] = work_free(job->works[3]);
    pass(1000 * DAY);
    assert_files("");
}

static void names_that_the_ledger_did_not_give_stay(void **state)
{
    (void)state;
    static const char *const names[] = {
        "spool/done/000001-other.csv",
        "spool/done/000007-people.csv",
        "spool/done/people.csv",
        "spool/reports/000001-people.json.bak",
        "spool/reports/notes.txt",
        "spool/incoming/000001-people.csv",
        "spool/held/000001-people.csv",
        "spool/work/000001-people.csv",
        "spool/secrets/000002-x.secrets.csv",
    };
    for (size_t k = 0; k < COUNT_OF(names); k++)
        put(names[k], "x");
    import_make(1, IMPORT_DONE);
    pass(1000 * DAY);
    assert_files("");
    for (size_t k = 0; k < COUNT_OF(names); k++)
        if (!is_there(names[k]))
            fail_msg("%s is gone", names[k]);
}

static void links_and_folders_in_the_place_of_files_stay(void **state)
{
    (void)state;
    import_make(1, IMPORT_DONE);
    put("precious", "x");
    assert_int_equal(unlink(path_of("spool/done/000001-people.csv")), 0);
    assert_int_equal(symlink(path_of("precious"), path_of("spool/done/000001-people.csv")), 0);
    assert_int_equal(unlink(path_of("spool/reports/000001-people.html")), 0);
    assert_int_equal(mkdir(path_of("spool/reports/000001-people.html"), 0700), 0);
    pass(1000 * DAY);
    assert_files("Dh");
    assert_true(is_there("precious"));
    assert_false(is_known(1));
}

static void folders_mode(mode_t mode)
{
    assert_int_equal(chmod(path_of("spool/done"), mode), 0);
    assert_int_equal(chmod(path_of("spool/reports"), mode), 0);
}

static void what_cannot_be_removed_stays_known_and_stops_nothing(void **state)
{
    (void)state;
    struct fault f = {0};
    const bool root = getuid() == 0;
    import_make(1, IMPORT_DONE);
    folders_mode(0550);
    job->wall = START + 1000 * DAY;
    assert_true(ledger_commit(job->ledger, NULL) && retention_step(job, NULL)); /* passwords */
    assert_true(!root || seteuid(NOBODY) == 0);
    bool good = retention_step(job, &f);
    assert_true(seteuid(getuid()) == 0);
    if (!good)
        fail_msg("%s", f.text);
    assert_files("Drjhc");
    assert_true(is_known(1));
    folders_mode(0750);
    job->retention = (struct retention){0};
    pass(1000 * DAY);
    assert_files("");
    assert_false(is_known(1));
}

/* ---- a pass ---- */

static void passes_are_an_hour_apart(void **state)
{
    (void)state;
    job->mono = 5000;
    pass(0);
    assert_int_equal(retention_due(job), 5000 + HOUR);
    import_make(1, IMPORT_DONE);
    job->steady.known = false;
    job->wall = START + 1000 * DAY;
    job->mono = 5000 + HOUR - 1;
    assert_true(retention_step(job, NULL));
    assert_files("Drjhc");
    pass(1000 * DAY);
    assert_files("");
    assert_int_equal(retention_due(job), 5000 + 2 * HOUR);
}

/* The time that passes is the same by both clocks. */
static void hours_pass(int64_t hours)
{
    job->mono += hours * HOUR;
    job->wall += hours * HOUR;
    do
        assert_true(retention_step(job, NULL) && ledger_commit(job->ledger, NULL));
    while (job->retention.stage != RETENTION_RESTS);
}

static void nothing_goes_for_as_long_as_the_clock_leapt(void **state)
{
    (void)state;
    import_make(1, IMPORT_DONE);
    job->wall = START + DAY;
    hours_pass(1);
    job->wall += 29 * DAY;
    hours_pass(1);
    assert_files("Drjhc");
    assert_int_equal(retention_due(job), job->mono + 29 * DAY);
    retention_end(job); /* as by a reload */
    hours_pass(29 * 24 - 1);
    assert_files("Drjhc");
    hours_pass(1);
    assert_files("jhc");
    /* no longer than the shortest term, and not at all when it was set back again */
    job->wall += 3650 * DAY;
    hours_pass(1);
    assert_files("jhc");
    assert_int_equal(retention_due(job), job->mono + 30 * DAY);
    job->wall -= 3650 * DAY;
    hours_pass(1);
    assert_files("jhc");
    hours_pass(60 * 24);
    assert_files("");
}

static void a_turn_looks_at_a_few(void **state)
{
    (void)state;
    for (uint64_t id = 1; id <= 200; id++)
        import_make(id, id % 2 ? IMPORT_DONE : IMPORT_HELD);
    assert_true(ledger_commit(job->ledger, NULL));
    job->wall = START + 1000 * DAY;
    assert_true(retention_step(job, NULL)); /* passwords, of which there are none */
    assert_true(retention_step(job, NULL));
    assert_int_equal(retention_due(job), 0);
    assert_false(is_there("spool/done/000001-people.csv"));
    assert_false(is_there("spool/done/000063-people.csv"));
    assert_true(is_there("spool/done/000065-people.csv"));
    assert_true(is_known(1));
    pass(1000 * DAY);
    for (uint64_t id = 1; id <= 200; id++)
        assert_int_equal(is_known(id), id % 2 == 0);
}

/* The first import, with so many. */
static void rows_make(uint64_t rows)
{
    struct import i = import_make(1, IMPORT_DONE);
    i.rows = rows;
    assert_true(ledger_import_set(job->ledger, &i, NULL));
    for (uint64_t n = 2; n <= rows; n++) {
        struct ledger_row row = {.row = n, .state = ROW_SKIPPED};
        assert_true(ledger_row_add(job->ledger, 1, &row, NULL));
    }
}

static void an_import_of_very_many_rows_is_forgotten_in_pieces(void **state)
{
    (void)state;
    rows_make(500000);
    import_make(2, IMPORT_DONE);
    /* passwords, files, three for the rows, the other import */
    assert_int_equal(pass(1000 * DAY), 6);
    assert_false(is_known(1) || is_known(2));
    assert_files("");
}

/* A file that comes back, or whose import's time came only now, has its entry as long. */
static void an_entry_stays_while_any_file_does(void **state)
{
    (void)state;
    static const char *const names[] = {
        "spool/done/000001-people.csv",
        "spool/rejected/000001-people.csv",
        "spool/reports/000001-people.rejects.csv",
        "spool/reports/000001-people.json",
        "spool/done/000001-people.csv.done",
        "state/secrets/000001.key",
    };
    struct import i = import_make(1, IMPORT_DONE);
    secrets_make(&i);
    assert_true(ledger_commit(job->ledger, NULL));
    for (size_t k = 0; k < COUNT_OF(names); k++) {
        job->wall = START + 1000 * DAY;
        job->retention = (struct retention){0};
        assert_true(retention_step(job, NULL) && retention_step(job, NULL));
        put(names[k], "x");
        assert_true(retention_step(job, NULL));
        assert_int_equal(job->retention.stage, RETENTION_RESTS);
        assert_true(is_known(1));
    }
    pass(1000 * DAY);
    assert_false(is_known(1));
}

static void a_pass_that_was_cut_off_is_finished_by_the_next(void **state)
{
    (void)state;
    static const char *const gone[] = {
        "spool/secrets/000001-people.secrets.csv",
        "state/secrets/000001.key",
        "spool/done/000001-people.csv",
        "spool/reports/000001-people.rejects.csv",
        "spool/reports/000001-people.json",
        "spool/reports/000001-people.html",
        "spool/reports/000001-people.results.csv",
    };
    for (size_t cut = 0; cut <= COUNT_OF(gone); cut++) {
        struct import i = import_make(1, IMPORT_DONE);
        secrets_make(&i);
        for (size_t k = 0; k < cut; k++)
            assert_int_equal(unlink(path_of(gone[k])), 0);
        pass(1000 * DAY);
        assert_files("");
        assert_false(is_known(1));
    }
}

static void a_key_of_an_import_that_is_not_known_goes_by_its_own_age(void **state)
{
    (void)state;
    struct import i = {.id = 9};
    struct stat st;
    spool_name_make("people.csv", 9, &i);
    int keys = -1;
    assert_true(given_folder(job, &keys, NULL));
    close_fd(&keys);
    put("state/secrets/000009.key", "x");
    assert_int_equal(stat(path_of("state/secrets/000009.key"), &st), 0);
    int64_t born = (int64_t)st.st_mtime * 1000 - START;
    pass(born + 30 * DAY - 1);
    assert_true(is_there("state/secrets/000009.key"));
    pass(born + 30 * DAY);
    assert_false(is_there("state/secrets/000009.key"));
}

/* ---- operators ---- */

static const char *answer(struct json_object *(*ask)(struct job *, uint64_t, struct fault *))
{
    static char text[4096];
    struct json_object *a = ask(job, 0, NULL);
    assert_non_null(a);
    struct json_object *items = json_object_object_get(a, "items");
    text[0] = '\0';
    for (size_t k = 0; k < json_object_array_length(items); k++) {
        struct json_object *item = json_object_array_get_idx(items, k);
        const char *path = json_object_get_string(json_object_object_get(item, "path"));
        size_t len = strlen(text);
        snprintf(text + len, sizeof text - len, "%s %s %d\n",
                 json_object_get_string(json_object_object_get(item, "what")),
                 path ? strrchr(path, '/') + 1 : "-",
                 json_object_get_int(json_object_object_get(item, "bytes")));
    }
    assert_int_equal(json_object_get_int(json_object_object_get(a, "next")), 0);
    json_object_put(a);
    return text;
}

static void a_dry_run_names_what_a_real_one_removes(void **state)
{
    (void)state;
    static const char entry[] = "entry - 0\n";
    static const char wanted[] = "passwords 000001-people.secrets.csv 24\n"
                                 "sent 000001-people.csv 10\n"
                                 "sent 000001-people.rejects.csv 10\n"
                                 "report 000001-people.json 10\n"
                                 "report 000001-people.html 10\n"
                                 "report 000001-people.results.csv 10\n";
    struct import i = import_make(1, IMPORT_DONE);
    secrets_make(&i);
    import_make(2, IMPORT_HELD);
    assert_string_equal(answer(job_prunable), "");
    job->wall = START + 90 * DAY;
    assert_string_equal(answer(job_forget), "");
    const char *dry = answer(job_prunable);
    assert_memory_equal(dry, wanted, strlen(wanted));
    assert_string_equal(dry + strlen(wanted), entry);
    assert_files("SKDrjhc");
    assert_true(is_known(1));
    assert_string_equal(answer(job_prune), wanted);
    assert_files("");
    assert_true(is_known(1));
    assert_string_equal(answer(job_forget), entry);
    assert_false(is_known(1));
    assert_true(is_known(2));
    assert_string_equal(answer(job_prune), "");
    assert_string_equal(answer(job_forget), "");
}

/* Nothing of the first one is done with after the first pieces, and there is more. */
static void an_operator_forgets_very_many_rows_in_pieces(void **state)
{
    (void)state;
    uint64_t from = 0;
    size_t pieces = 0;
    rows_make(250000);
    import_make(2, IMPORT_DONE);
    job->wall = START + 90 * DAY;
    json_object_put(job_prune(job, 0, NULL));
    do {
        struct json_object *a = job_forget(job, from, NULL);
        assert_non_null(a);
        from = json_object_get_uint64(json_object_object_get(a, "next"));
        json_object_put(a);
        assert_true(++pieces < 10);
    } while (from);
    assert_int_equal(pieces, 3); /* two for its rows, then the other import */
    assert_false(is_known(1) || is_known(2));
}

/* What an operator cancels ends then, however long it was held. */
static void a_deadly_file_stays_for_its_time_after_it_was_cancelled(void **state)
{
    (void)state;
    struct import i = import_make(1, IMPORT_HELD);
    bool found = false;
    i.code = CODE_DEADLY_FILE;
    assert_true(ledger_import_set(job->ledger, &i, NULL));
    job->wall = START + 1000 * DAY;
    assert_true(job_cancel(job, 1, NULL));
    assert_true(ledger_import_get(job->ledger, 1, &i, &found, NULL));
    assert_int_equal(i.state, IMPORT_CANCELLED);
    i.filed = true;
    assert_true(ledger_import_set(job->ledger, &i, NULL));
    pass(1000 * DAY);
    assert_files("Drjhc");
    pass(1030 * DAY);
    assert_files("jhc");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        WORLD(each_thing_goes_when_its_time_is_over),
        WORLD(what_was_sent_goes_by_the_shorter_term),
        WORLD(rejected_and_cancelled_imports_go_too),
        WORLD(what_has_not_ended_stays),
        WORLD(what_is_not_filed_yet_stays),
        WORLD(an_import_in_memory_stays),
        WORLD(names_that_the_ledger_did_not_give_stay),
        WORLD(links_and_folders_in_the_place_of_files_stay),
        WORLD(what_cannot_be_removed_stays_known_and_stops_nothing),
        WORLD(passes_are_an_hour_apart),
        WORLD(nothing_goes_for_as_long_as_the_clock_leapt),
        WORLD(a_turn_looks_at_a_few),
        WORLD(an_import_of_very_many_rows_is_forgotten_in_pieces),
        WORLD(an_entry_stays_while_any_file_does),
        WORLD(a_pass_that_was_cut_off_is_finished_by_the_next),
        WORLD(a_key_of_an_import_that_is_not_known_goes_by_its_own_age),
        WORLD(a_dry_run_names_what_a_real_one_removes),
        WORLD(an_operator_forgets_very_many_rows_in_pieces),
        WORLD(a_deadly_file_stays_for_its_time_after_it_was_cancelled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
