/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "folder.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#include "ledger.h"
#include "sql.h"

static struct ledger *ledger;

static void reopen(void)
{
    struct fault f = {0};
    ledger = ledger_close(ledger);
    if (!ledger_open(path_of("state"), &ledger, &f))
        fail_msg("%s", f.text);
}

static int ledger_make(void **state)
{
    return folder_make(state) == 0 && ledger_open(path_of("state"), &ledger, NULL) ? 0 : -1;
}

static int ledger_remove(void **state)
{
    ledger = ledger_close(ledger);
    return folder_remove(state);
}

#define LEDGER(function) cmocka_unit_test_setup_teardown(function, ledger_make, ledger_remove)

/* ---- opening ---- */

static void is_made_private(void **state)
{
    (void)state;
    static const char *const names[] = {"state/ledger.db", "state/ledger.lock", "state/key",
                                        "state/ledger.db-wal"};
    struct stat st;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        assert_int_equal(stat(path_of(names[i]), &st), 0);
        assert_int_equal(st.st_mode & 07777, 0600);
    }
    assert_int_equal(stat(path_of("state"), &st), 0);
    assert_int_equal(st.st_mode & 07066, 0);
}

static void only_one_has_it(void **state)
{
    (void)state;
    struct ledger *other = NULL;
    struct fault f = {0};
    assert_false(ledger_open(path_of("state"), &other, &f));
    assert_null(other);
    assert_int_equal(f.kind, FAULT_LEDGER);
    assert_int_equal(f.error, EWOULDBLOCK);
    assert_non_null(strstr(f.text, "another process has the ledger"));
    assert_non_null(strstr(f.text, path_of("state")));
    assert_false(ledger_open(path_of("state"), &other, NULL));
    ledger = ledger_close(ledger);
    assert_true(ledger_open(path_of("state"), &ledger, &f));
    assert_null(ledger_close(NULL));
}

static void keeps_its_key(void **state)
{
    (void)state;
    static const uint8_t nothing[DIGEST_BYTES];
    uint8_t key[DIGEST_BYTES];
    memcpy(key, ledger_key(ledger), sizeof key);
    assert_memory_not_equal(key, nothing, sizeof key);
    reopen();
    assert_memory_equal(ledger_key(ledger), key, sizeof key);

    struct ledger *other = NULL;
    assert_true(ledger_open(path_of("other"), &other, NULL));
    assert_memory_not_equal(ledger_key(other), key, sizeof key);
    ledger_close(other);
}

static void refuses_a_damaged_key(void **state)
{
    (void)state;
    struct fault f = {0};
    ledger = ledger_close(ledger);
    put("state/key", "too short");
    assert_false(ledger_open(path_of("state"), &ledger, &f));
    assert_int_equal(f.kind, FAULT_LEDGER);
    assert_non_null(strstr(f.text, "'key'"));
}

static void refuses_a_damaged_file(void **state)
{
    (void)state;
    struct fault f = {0};
    ledger = ledger_close(ledger);
    put("state/ledger.db", "This is no database at all, and long enough to be looked at as one. "
                           "This is no database at all, and long enough to be looked at as one.");
    assert_false(ledger_open(path_of("state"), &ledger, &f));
    assert_null(ledger);
    assert_int_equal(f.kind, FAULT_LEDGER);
    assert_non_null(strstr(f.text, "ledger.db"));
}

static void refuses_a_newer_version(void **state)
{
    (void)state;
    struct sql *sql = NULL;
    struct fault f = {0};
    ledger = ledger_close(ledger);
    assert_true(sql_open(path_of("state/ledger.db"), &sql, NULL));
    assert_true(sql_exec(sql, "PRAGMA user_version=1000", NULL));
    sql_close(sql);
    assert_false(ledger_open(path_of("state"), &ledger, &f));
    assert_non_null(strstr(f.text, "newer extspoold"));
    assert_non_null(strstr(f.text, "1000"));
}

static void says_why_it_cannot_be_opened(void **state)
{
    (void)state;
    struct ledger *other = NULL;
    struct fault f = {0};
    put("file", "x");
    assert_false(ledger_open(path_of("file"), &other, &f));
    assert_non_null(strstr(f.text, path_of("file")));
    assert_int_equal(mkdir(path_of("d"), 0700), 0);
    assert_int_equal(symlink("elsewhere", path_of("d/ledger.db")), 0);
    assert_false(ledger_open(path_of("d"), &other, &f));
    assert_non_null(strstr(f.text, "ledger.db"));
    assert_int_not_equal(access(path_of("d/elsewhere"), F_OK), 0);
}

/* ---- the barrier ---- */

/* What a process has written when it is killed, after a commit or before one. */
static void write_and_die(bool commit)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct ledger *l = NULL;
        bool good = ledger_open(path_of("state"), &l, NULL) &&
                    ledger_note_put(l, "a", "after", NULL) && ledger_dirty(l) &&
                    (!commit || ledger_commit(l, NULL));
        raise(good ? SIGKILL : SIGTERM);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void what_was_committed_is_there_and_nothing_else(void **state)
{
    (void)state;
    char note[LEDGER_NOTE];
    assert_false(ledger_dirty(ledger));
    assert_true(ledger_note_put(ledger, "a", "before", NULL));
    assert_true(ledger_dirty(ledger));
    assert_true(ledger_commit(ledger, NULL));
    assert_false(ledger_dirty(ledger));
    assert_true(ledger_commit(ledger, NULL));

    ledger = ledger_close(ledger);
    write_and_die(false);
    reopen();
    assert_true(ledger_note_get(ledger, "a", note, NULL));
    assert_string_equal(note, "before");

    ledger = ledger_close(ledger);
    write_and_die(true);
    reopen();
    assert_true(ledger_note_get(ledger, "a", note, NULL));
    assert_string_equal(note, "after");
}

static void closing_commits(void **state)
{
    (void)state;
    char note[LEDGER_NOTE];
    assert_true(ledger_note_put(ledger, "a", "text", NULL));
    reopen();
    assert_true(ledger_note_get(ledger, "a", note, NULL));
    assert_string_equal(note, "text");
}

static void reading_changes_nothing(void **state)
{
    (void)state;
    struct ledger_counts counts;
    struct import import;
    struct ledger_row row;
    struct ledger_content content;
    char note[LEDGER_NOTE] = "x";
    uint64_t id = 9;
    size_t count = 9;
    bool found = true;
    assert_true(ledger_id_greatest(ledger, &id, NULL) && id == 0);
    assert_true(ledger_import_get(ledger, 1, &import, &found, NULL) && !found);
    assert_true(ledger_imports(ledger, 0, false, &import, 1, &count, NULL) && count == 0);
    found = true;
    assert_true(ledger_held(ledger, &found, NULL) && !found);
    count = 9;
    assert_true(ledger_rows(ledger, 1, 0, LEDGER_ALL, &row, 1, &count, NULL) && count == 0);
    assert_true(ledger_counts(ledger, 1, &counts, NULL) && counts.rows == 0 && counts.open == 0);
    id = 9;
    assert_true(ledger_number_open(ledger, "2002", 9, &id, NULL) && id == 0);
    assert_true(ledger_made_get(ledger, 1, "2002", &content, NULL) && content.len == 0);
    assert_true(ledger_note_get(ledger, "a", note, NULL) && note[0] == '\0');
    assert_false(ledger_dirty(ledger));
}

/* ---- imports ---- */

/* Every member has a value of its own, the texts fill their room. */
static struct import full_import(uint64_t id)
{
    struct import i = {
        .id = id,
        .state = IMPORT_HELD,
        .filed = true,
        .cancelling = true,
        .apply = true,
        .bytes = 1ULL << 62,
        .bom = true,
        .delimiter = ';',
        .pbx = -3,
        .header_line = 4,
        .header_offset = 5,
        .data_offset = 1ULL << 33,
        .data_line = 7,
        .columns = 8,
        .started = 1714552200125,
        .finished = 1714552200126,
        .deaths = 2,
        .code = CODE_OPERATOR_HOLD,
        .resume = IMPORT_SENDING,
    };
    memset(i.name, 'n', sizeof i.name - 1);
    memset(i.stem, 's', sizeof i.stem - 1);
    memset(i.file, 'f', sizeof i.file - 1);
    memset(i.sha256, 'a', sizeof i.sha256 - 1);
    memset(i.encoding, 'e', sizeof i.encoding - 1);
    memset(i.profile, 'p', sizeof i.profile - 1);
    memset(i.schema, 'b', sizeof i.schema - 1);
    memset(i.reason, 'r', sizeof i.reason - 1);
    return i;
}

static void assert_imports_equal(const struct import *a, const struct import *b)
{
#define SAME(member) assert_int_equal(a->member, b->member)
#define SAME_TEXT(member) assert_string_equal(a->member, b->member)
    SAME(id), SAME(state), SAME(filed), SAME(cancelling), SAME(apply), SAME(bytes), SAME(bom);
    SAME(delimiter), SAME(pbx), SAME(header_line), SAME(header_offset), SAME(data_offset);
    SAME(data_line), SAME(columns), SAME(started), SAME(finished), SAME(deaths), SAME(code);
    SAME(resume);
    SAME_TEXT(name), SAME_TEXT(stem), SAME_TEXT(file), SAME_TEXT(sha256), SAME_TEXT(encoding);
    SAME_TEXT(profile), SAME_TEXT(schema), SAME_TEXT(reason);
#undef SAME
#undef SAME_TEXT
}

static void an_import_is_kept_whole(void **state)
{
    (void)state;
    struct import empty = {.id = 1};
    struct import full = full_import(42);
    struct import got;
    bool found = false;
    assert_true(ledger_import_set(ledger, &empty, NULL));
    assert_true(ledger_import_set(ledger, &full, NULL));
    reopen();
    memset(&got, 'x', sizeof got);
    assert_true(ledger_import_get(ledger, 42, &got, &found, NULL) && found);
    assert_imports_equal(&got, &full);
    memset(&got, 'x', sizeof got);
    assert_true(ledger_import_get(ledger, 1, &got, &found, NULL) && found);
    assert_imports_equal(&got, &empty);
}

static void an_import_is_written_anew(void **state)
{
    (void)state;
    struct import i = full_import(42);
    struct import got;
    bool found = false;
    uint64_t greatest = 0;
    size_t count = 0;
    assert_true(ledger_import_set(ledger, &i, NULL));
    i = (struct import){.id = 42, .state = IMPORT_DONE, .name = "people.csv", .delimiter = '\t'};
    assert_true(ledger_import_set(ledger, &i, NULL));
    assert_true(ledger_import_get(ledger, 42, &got, &found, NULL) && found);
    assert_imports_equal(&got, &i);
    assert_true(ledger_imports(ledger, 0, false, &got, 1, &count, NULL) && count == 1);
    assert_true(ledger_id_greatest(ledger, &greatest, NULL));
    assert_int_equal(greatest, 42);
}

static const struct {
    uint64_t id;
    enum import_state state;
    bool filed;
    bool unfinished;
} several[] = {
    {1, IMPORT_DONE, true, false},      {3, IMPORT_CLAIMED, true, true},
    {4, IMPORT_PLANNED, true, true},    {6, IMPORT_SENDING, true, true},
    {7, IMPORT_HELD, true, false},      {8, IMPORT_REJECTED, true, false},
    {10, IMPORT_CANCELLED, true, false}, {11, IMPORT_DONE, false, true},
    {12, IMPORT_HELD, false, true},     {300, IMPORT_REJECTED, false, true},
};

static void imports_are_listed_in_order(void **state)
{
    (void)state;
    for (size_t i = COUNT_OF(several); i-- > 0;) {
        struct import import = {
            .id = several[i].id, .state = several[i].state, .filed = several[i].filed};
        assert_true(ledger_import_set(ledger, &import, NULL));
    }
    for (size_t room = 1; room <= 4; room++) {
        for (int unfinished = 0; unfinished < 2; unfinished++) {
            struct import page[4];
            uint64_t after = 0;
            size_t at = 0;
            for (size_t count = room; count == room;) {
                assert_true(
                    ledger_imports(ledger, after, unfinished, page, room, &count, NULL));
                for (size_t k = 0; k < count; k++, at++) {
                    while (unfinished && !several[at].unfinished)
                        at++;
                    assert_int_equal(page[k].id, several[at].id);
                    after = page[k].id;
                }
            }
            while (unfinished && at < COUNT_OF(several) && !several[at].unfinished)
                at++;
            assert_int_equal(at, COUNT_OF(several));
        }
    }
    bool held = false;
    assert_true(ledger_held(ledger, &held, NULL) && held);
}

static void a_dropped_import_is_gone_with_its_rows(void **state)
{
    (void)state;
    struct ledger_counts counts;
    struct import import;
    bool found = true;
    for (uint64_t id = 1; id <= 2; id++) {
        import = (struct import){.id = id};
        struct ledger_row row = {.row = 1, .state = ROW_CREATED};
        assert_true(ledger_import_set(ledger, &import, NULL));
        assert_true(ledger_row_add(ledger, id, &row, NULL));
    }
    assert_true(ledger_import_drop(ledger, 1, NULL));
    assert_true(ledger_import_get(ledger, 1, &import, &found, NULL) && !found);
    assert_true(ledger_counts(ledger, 1, &counts, NULL) && counts.rows == 0);
    assert_true(ledger_import_get(ledger, 2, &import, &found, NULL) && found);
    assert_true(ledger_counts(ledger, 2, &counts, NULL) && counts.rows == 1);
}

/* ---- rows ---- */

static struct ledger_row full_row(uint64_t n, enum row_state row_state)
{
    struct ledger_row row = {
        .row = n,
        .line = n + 1,
        .offset = (1ULL << 40) + n,
        .bytes = 100 + n,
        .number = "2002",
        .state = row_state,
        .findings = true,
        .attempts = 3,
        .code = CODE_PBX + 10033,
        .due = 1714552200125,
        .finished = 1714552200126,
    };
    memset(row.detail, 'd', sizeof row.detail - 1);
    return row;
}

static void assert_rows_equal(const struct ledger_row *a, const struct ledger_row *b)
{
#define SAME(member) assert_int_equal(a->member, b->member)
    SAME(row), SAME(line), SAME(offset), SAME(bytes), SAME(state), SAME(findings), SAME(doubted);
    SAME(after), SAME(attempts), SAME(code), SAME(due), SAME(finished);
#undef SAME
    assert_string_equal(a->number, b->number);
    assert_string_equal(a->detail, b->detail);
}

static struct ledger_row row_of(uint64_t id, uint64_t n)
{
    struct ledger_row got;
    size_t count = 0;
    memset(&got, 'x', sizeof got);
    assert_true(ledger_rows(ledger, id, n - 1, LEDGER_ALL, &got, 1, &count, NULL));
    assert_int_equal(count, 1);
    assert_int_equal(got.row, n);
    return got;
}

static void a_row_is_kept_whole(void **state)
{
    (void)state;
    struct ledger_row rows[] = {full_row(1, ROW_FAILED), {.row = 2}, full_row(3, ROW_DOUBT),
                                full_row(4, ROW_REFUSED)};
    rows[2].doubted = true;
    rows[2].findings = false;
    rows[3].after = true;
    rows[3].findings = false;
    memset(rows[3].number, '9', sizeof rows[3].number - 1);
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_true(ledger_row_add(ledger, 7, &rows[i], NULL));
    reopen();
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct ledger_row got = row_of(7, i + 1);
        assert_rows_equal(&got, &rows[i]);
    }
}

static void a_row_changes_its_state_and_stays_where_it_is(void **state)
{
    (void)state;
    struct ledger_row planned = {.row = 1, .line = 2, .offset = 3, .bytes = 4, .number = "2002"};
    struct ledger_row other = {.row = 2, .number = "2003", .after = true};
    assert_true(ledger_row_add(ledger, 7, &planned, NULL));
    assert_true(ledger_row_add(ledger, 7, &other, NULL));
    struct ledger_row now = full_row(1, ROW_DOUBT);
    now.doubted = true;
    now.line = now.offset = now.bytes = 99;
    assert_true(ledger_row_set(ledger, 7, &now, NULL));
    now.line = 2;
    now.offset = 3;
    now.bytes = 4;
    struct ledger_row got = row_of(7, 1);
    assert_rows_equal(&got, &now);

    now = (struct ledger_row){.row = 1, .line = 2, .offset = 3, .bytes = 4, .number = "2002"};
    assert_true(ledger_row_set(ledger, 7, &now, NULL));
    got = row_of(7, 1);
    assert_rows_equal(&got, &now);
    got = row_of(7, 2);
    assert_rows_equal(&got, &other);
}

static void a_record_has_one_row(void **state)
{
    (void)state;
    struct fault f = {0};
    struct ledger_row row = {.row = 1};
    assert_true(ledger_row_add(ledger, 7, &row, NULL));
    assert_true(ledger_row_add(ledger, 8, &row, NULL));
    assert_false(ledger_row_add(ledger, 7, &row, &f));
    assert_int_equal(f.kind, FAULT_LEDGER);
    struct ledger_counts counts;
    assert_true(ledger_counts(ledger, 7, &counts, NULL));
    assert_int_equal(counts.rows, 1);
}

static const enum row_state all_states[] = {ROW_PLANNED, ROW_SENDING,   ROW_DOUBT,
                                            ROW_REFUSED, ROW_CREATED,   ROW_UNCHANGED,
                                            ROW_SKIPPED, ROW_INVALID,   ROW_FAILED};

/* Import 7 has n rows of the n-th state, mixed. */
static void add_mixed_rows(void)
{
    uint64_t n = 0;
    for (size_t round = 0; round < COUNT_OF(all_states); round++) {
        for (size_t i = round; i < COUNT_OF(all_states); i++) {
            struct ledger_row row = {.row = ++n, .state = all_states[i], .due = 5, .attempts = 6};
            assert_true(ledger_row_add(ledger, 7, &row, NULL));
        }
    }
    struct ledger_row elsewhere = {.row = 1, .state = ROW_FAILED};
    assert_true(ledger_row_add(ledger, 6, &elsewhere, NULL));
    assert_true(ledger_row_add(ledger, 8, &elsewhere, NULL));
}

static size_t count_of(unsigned states, size_t room)
{
    struct ledger_row rows[16];
    size_t total = 0;
    uint64_t after = 0;
    for (size_t count = room; count == room;) {
        assert_true(ledger_rows(ledger, 7, after, states, rows, room, &count, NULL));
        for (size_t k = 0; k < count; k++) {
            assert_true(rows[k].row > after);
            assert_true(1u << rows[k].state & states);
            after = rows[k].row;
        }
        total += count;
    }
    return total;
}

static void rows_are_found_by_state(void **state)
{
    (void)state;
    add_mixed_rows();
    for (size_t room = 1; room <= 16; room += 5) {
        for (size_t i = 0; i < COUNT_OF(all_states); i++)
            assert_int_equal(count_of(1u << all_states[i], room), i + 1);
        assert_int_equal(count_of(1u << ROW_SENDING | 1u << ROW_FAILED, room), 2 + 9);
        assert_int_equal(count_of(LEDGER_ALL, room), 45);
        assert_int_equal(count_of(0, room), 0);
    }
}

static void counts_add_up(void **state)
{
    (void)state;
    struct ledger_counts c;
    add_mixed_rows();
    assert_true(ledger_counts(ledger, 7, &c, NULL));
    assert_int_equal(c.open, 1 + 2 + 3 + 4);
    assert_int_equal(c.created, 5);
    assert_int_equal(c.unchanged, 6);
    assert_int_equal(c.skipped, 7);
    assert_int_equal(c.invalid, 8);
    assert_int_equal(c.failed, 9);
    assert_int_equal(c.rows, 45);
}

static void all_rows_of_a_state_turn(void **state)
{
    (void)state;
    struct ledger_counts c;
    add_mixed_rows();
    assert_true(
        ledger_rows_turn(ledger, 7, ROW_PLANNED, ROW_SKIPPED, CODE_CANCELLED, 1234, NULL));
    assert_true(ledger_rows_turn(ledger, 7, ROW_FAILED, ROW_PLANNED, CODE_NONE, 0, NULL));
    assert_true(ledger_counts(ledger, 7, &c, NULL));
    assert_int_equal(c.skipped, 7 + 1);
    assert_int_equal(c.failed, 0);
    assert_int_equal(c.open, 10 - 1 + 9);
    struct ledger_row row = row_of(7, 1);
    assert_int_equal(row.state, ROW_SKIPPED);
    assert_int_equal(row.code, CODE_CANCELLED);
    assert_int_equal(row.finished, 1234);
    assert_int_equal(row.due, 0);
    assert_true(ledger_counts(ledger, 8, &c, NULL) && c.failed == 1);
}

static void failed_rows_are_planned_again(void **state)
{
    (void)state;
    struct ledger_counts c;
    struct ledger_row failed = full_row(1, ROW_FAILED);
    struct ledger_row invalid = full_row(2, ROW_INVALID);
    failed.doubted = true;
    assert_true(ledger_row_add(ledger, 7, &failed, NULL));
    assert_true(ledger_row_add(ledger, 7, &invalid, NULL));
    assert_true(ledger_row_add(ledger, 8, &failed, NULL));
    assert_true(ledger_rows_again(ledger, 7, NULL));

    struct ledger_row got = row_of(7, 1);
    failed.state = ROW_PLANNED;
    failed.attempts = failed.code = 0;
    failed.due = failed.finished = 0;
    failed.detail[0] = '\0';
    assert_rows_equal(&got, &failed);
    got = row_of(7, 2);
    assert_rows_equal(&got, &invalid);
    assert_true(ledger_counts(ledger, 8, &c, NULL) && c.failed == 1);
}

static void cleared_rows_are_gone(void **state)
{
    (void)state;
    struct ledger_counts c;
    add_mixed_rows();
    assert_true(ledger_rows_clear(ledger, 7, NULL));
    assert_true(ledger_counts(ledger, 7, &c, NULL) && c.rows == 0);
    assert_true(ledger_counts(ledger, 6, &c, NULL) && c.rows == 1);
    struct ledger_row row = {.row = 1};
    assert_true(ledger_row_add(ledger, 7, &row, NULL));
}

static uint64_t open_in(const char *number, uint64_t before)
{
    uint64_t id = 99;
    assert_true(ledger_number_open(ledger, number, before, &id, NULL));
    return id;
}

static void an_open_number_is_found_in_the_earliest_import(void **state)
{
    (void)state;
    static const struct {
        uint64_t id;
        const char *number;
        enum row_state state;
    } rows[] = {
        {1, "2002", ROW_CREATED}, {2, "2002", ROW_DOUBT},   {3, "2002", ROW_PLANNED},
        {4, "2003", ROW_REFUSED}, {4, "02002", ROW_SENDING}, {5, "", ROW_PLANNED},
        {6, "2004", ROW_SKIPPED},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct ledger_row row = {.row = i + 1, .state = rows[i].state};
        snprintf(row.number, sizeof row.number, "%s", rows[i].number);
        assert_true(ledger_row_add(ledger, rows[i].id, &row, NULL));
    }
    assert_int_equal(open_in("2002", 9), 2);
    assert_int_equal(open_in("2002", 3), 2);
    assert_int_equal(open_in("2002", 2), 0);
    assert_int_equal(open_in("2003", 9), 4);
    assert_int_equal(open_in("2003", 4), 0);
    assert_int_equal(open_in("02002", 9), 4);
    assert_int_equal(open_in("2004", 9), 0);
    assert_int_equal(open_in("", 9), 0);

    struct ledger_row done = {.row = 2, .state = ROW_CREATED};
    assert_true(ledger_row_set(ledger, 2, &done, NULL));
    assert_int_equal(open_in("2002", 9), 3);
}

/* ---- memory ---- */

static void what_was_created_is_remembered_per_pbx(void **state)
{
    (void)state;
    struct ledger_content put_in = {.len = LEDGER_CONTENT_MOST};
    struct ledger_content got = {.len = 9};
    for (size_t i = 0; i < put_in.len; i++)
        put_in.at[i] = (uint8_t)i;
    assert_true(ledger_made_put(ledger, 1, "2002", &put_in, NULL));
    reopen();
    assert_true(ledger_made_get(ledger, 1, "2002", &got, NULL));
    assert_int_equal(got.len, put_in.len);
    assert_memory_equal(got.at, put_in.at, got.len);
    assert_true(ledger_made_get(ledger, 2, "2002", &got, NULL) && got.len == 0);
    assert_true(ledger_made_get(ledger, 1, "02002", &got, NULL) && got.len == 0);

    put_in.len = 3;
    assert_true(ledger_made_put(ledger, 1, "2002", &put_in, NULL));
    assert_true(ledger_made_get(ledger, 1, "2002", &got, NULL) && got.len == 3);
    assert_memory_equal(got.at, put_in.at, 3);
}

static void a_pbx_has_its_number_for_ever(void **state)
{
    (void)state;
    int64_t first = 0;
    int64_t second = 0;
    int64_t again = 0;
    assert_true(ledger_pbx(ledger, "http://a.example:9011", &first, NULL) && first > 0);
    assert_true(ledger_pbx(ledger, "http://b.example:9011", &second, NULL));
    assert_int_not_equal(first, second);
    assert_true(ledger_pbx(ledger, "http://a.example:9011", &again, NULL));
    assert_int_equal(again, first);
    reopen();
    assert_true(ledger_pbx(ledger, "http://b.example:9011", &again, NULL));
    assert_int_equal(again, second);
    assert_false(ledger_dirty(ledger));
}

static void notes_are_kept(void **state)
{
    (void)state;
    char text[LEDGER_NOTE];
    char longest[LEDGER_NOTE] = {0};
    memset(longest, 'n', sizeof longest - 1);
    assert_true(ledger_note_put(ledger, "a", "first", NULL));
    assert_true(ledger_note_put(ledger, "b", longest, NULL));
    assert_true(ledger_note_put(ledger, "a", "second", NULL));
    reopen();
    assert_true(ledger_note_get(ledger, "a", text, NULL));
    assert_string_equal(text, "second");
    assert_true(ledger_note_get(ledger, "b", text, NULL));
    assert_string_equal(text, longest);
    assert_true(ledger_note_put(ledger, "a", "", NULL));
    assert_true(ledger_note_get(ledger, "a", text, NULL));
    assert_string_equal(text, "");
}

/* ---- what is not in it ---- */

/* The whole state folder, as bytes. */
static bool state_holds(const char *needle)
{
    static const char *const names[] = {"state/ledger.db", "state/ledger.db-wal", "state/key"};
    bool holds = false;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        FILE *file = fopen(path_of(names[i]), "r");
        if (!file)
            continue;
        char *bytes = xmalloc(1 << 22);
        size_t len = fread(bytes, 1, 1 << 22, file);
        holds = holds || memmem(bytes, len, needle, strlen(needle));
        free(bytes);
        fclose(file);
    }
    return holds;
}

static void the_url_is_not_kept(void **state)
{
    (void)state;
    int64_t id = 0;
    assert_true(ledger_pbx(ledger, "http://user:pass@a.example:9011", &id, NULL));
    assert_true(ledger_note_put(ledger, "a", "marker", NULL));
    assert_true(ledger_commit(ledger, NULL));
    assert_true(state_holds("marker"));
    assert_false(state_holds("a.example"));
    assert_false(state_holds("pass@"));
}

/* ---- sql ---- */

static void sql_tells_what_went_wrong(void **state)
{
    (void)state;
    static const char select[] = "SELECT * FROM nothing";
    struct sql *sql = NULL;
    struct fault f = {0};
    assert_false(sql_open(path_of("none/db"), &sql, &f));
    assert_int_equal(f.kind, FAULT_LEDGER);
    assert_non_null(strstr(f.text, path_of("none/db")));
    assert_null(sql);
    assert_true(sql_open(path_of("db"), &sql, &f));
    assert_false(sql_exec(sql, "nonsense", &f));
    assert_null(sql_query(sql, select, &f));
    assert_non_null(strstr(f.text, "nothing"));
    assert_false(sql_run(NULL, &f));
    assert_null(sql_close(sql));
    assert_null(sql_close(NULL));
}

static void sql_cuts_what_has_no_room(void **state)
{
    (void)state;
    static const char select[] = "SELECT 'abcdef', x'0102030405', NULL, 1 UNION ALL SELECT 1,2,3,4";
    struct sql *sql = NULL;
    char text[4];
    uint8_t bytes[3];
    bool row = false;
    assert_true(sql_open(path_of("db"), &sql, NULL));
    struct sql_query *q = sql_query(sql, select, NULL);
    assert_true(sql_next(q, &row, NULL) && row);
    sql_text(q, 0, text, sizeof text);
    assert_string_equal(text, "abc");
    assert_int_equal(sql_bytes(q, 1, bytes, sizeof bytes), 3);
    assert_int_equal(bytes[2], 3);
    sql_text(q, 2, text, sizeof text);
    assert_string_equal(text, "");
    assert_int_equal(sql_bytes(q, 2, bytes, sizeof bytes), 0);
    assert_int_equal(sql_int(q, 2), 0);

    /* asked again while an answer is half read: it begins anew */
    assert_ptr_equal(sql_query(sql, select, NULL), q);
    size_t count = 0;
    for (row = true; row; count += row)
        assert_true(sql_next(q, &row, NULL));
    assert_int_equal(count, 2);
    sql_close(sql);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LEDGER(is_made_private),
        LEDGER(only_one_has_it),
        LEDGER(keeps_its_key),
        LEDGER(refuses_a_damaged_key),
        LEDGER(refuses_a_damaged_file),
        LEDGER(refuses_a_newer_version),
        LEDGER(says_why_it_cannot_be_opened),
        LEDGER(what_was_committed_is_there_and_nothing_else),
        LEDGER(closing_commits),
        LEDGER(reading_changes_nothing),
        LEDGER(an_import_is_kept_whole),
        LEDGER(an_import_is_written_anew),
        LEDGER(imports_are_listed_in_order),
        LEDGER(a_dropped_import_is_gone_with_its_rows),
        LEDGER(a_row_is_kept_whole),
        LEDGER(a_row_changes_its_state_and_stays_where_it_is),
        LEDGER(a_record_has_one_row),
        LEDGER(rows_are_found_by_state),
        LEDGER(counts_add_up),
        LEDGER(all_rows_of_a_state_turn),
        LEDGER(failed_rows_are_planned_again),
        LEDGER(cleared_rows_are_gone),
        LEDGER(an_open_number_is_found_in_the_earliest_import),
        LEDGER(what_was_created_is_remembered_per_pbx),
        LEDGER(a_pbx_has_its_number_for_ever),
        LEDGER(notes_are_kept),
        LEDGER(the_url_is_not_kept),
        TEST(sql_tells_what_went_wrong),
        TEST(sql_cuts_what_has_no_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
