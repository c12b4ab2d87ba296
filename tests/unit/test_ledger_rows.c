/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ledger_world.h"

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
        .rows = 1ULL << 35,
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
#define SAME(member)      assert_int_equal(a->member, b->member)
#define SAME_TEXT(member) assert_string_equal(a->member, b->member)
    SAME(id), SAME(state), SAME(filed), SAME(cancelling), SAME(apply), SAME(bytes), SAME(bom);
    SAME(delimiter), SAME(pbx), SAME(header_line), SAME(header_offset), SAME(data_offset);
    SAME(data_line), SAME(columns), SAME(rows), SAME(started), SAME(finished), SAME(deaths),
        SAME(code);
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
    {1, IMPORT_DONE, true, false},       {3, IMPORT_CLAIMED, true, true},
    {4, IMPORT_PLANNED, true, true},     {6, IMPORT_SENDING, true, true},
    {7, IMPORT_HELD, true, false},       {8, IMPORT_REJECTED, true, false},
    {10, IMPORT_CANCELLED, true, false}, {11, IMPORT_DONE, false, true},
    {12, IMPORT_HELD, false, true},      {300, IMPORT_REJECTED, false, true},
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
                assert_true(ledger_imports(ledger, after, unfinished, page, room, &count, NULL));
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
    uint64_t held = 0;
    assert_true(ledger_held(ledger, &held, NULL) && held == 7);
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
    bool gone = false;
    assert_true(ledger_import_drop(ledger, 1, 1000, &gone, NULL) && gone);
    assert_true(ledger_import_get(ledger, 1, &import, &found, NULL) && !found);
    assert_true(ledger_counts(ledger, 1, &counts, NULL) && counts.rows == 0);
    assert_true(ledger_import_get(ledger, 2, &import, &found, NULL) && found);
    assert_true(ledger_counts(ledger, 2, &counts, NULL) && counts.rows == 1);
}

static void many_rows_are_dropped_in_pieces(void **state)
{
    (void)state;
    struct ledger_counts counts;
    struct import import = {.id = 1, .state = IMPORT_DONE, .rows = 1000};
    bool gone = false;
    bool found = false;
    size_t pieces = 0;
    assert_true(ledger_import_set(ledger, &import, NULL));
    for (uint64_t n = 1; n <= import.rows; n++) {
        struct ledger_row row = {.row = n, .state = ROW_CREATED};
        assert_true(ledger_row_add(ledger, 1, &row, NULL));
    }
    assert_true(ledger_commit(ledger, NULL));
    for (uint64_t before = import.rows; !gone; pieces++) {
        assert_true(ledger_import_drop(ledger, 1, 200, &gone, NULL));
        assert_true(ledger_commit(ledger, NULL));
        reopen(); /* a death in between loses nothing and brings nothing back */
        assert_true(ledger_import_get(ledger, 1, &import, &found, NULL));
        assert_int_equal(found, !gone);
        assert_true(ledger_counts(ledger, 1, &counts, NULL) && counts.rows < before);
        before = counts.rows;
    }
    assert_int_equal(counts.rows, 0);
    assert_int_equal(pieces, 4); /* of two blocks each */
    assert_true(ledger_import_drop(ledger, 1, 200, &gone, NULL) && gone);
}

static void drop(uint64_t id)
{
    bool gone = false;
    assert_true(ledger_import_drop(ledger, id, 1000, &gone, NULL) && gone);
}

static uint64_t last_rows(uint64_t id, const char *profile)
{
    struct import import = {.id = id};
    uint64_t rows = 0;
    snprintf(import.profile, sizeof import.profile, "%s", profile);
    assert_true(ledger_last_rows(ledger, &import, &rows, NULL));
    return rows;
}

static void what_later_imports_need_outlives_a_drop(void **state)
{
    (void)state;
    uint64_t greatest = 0;
    struct import imports[] = {
        {.id = 3, .state = IMPORT_DONE, .rows = 300, .profile = "hr"},
        {.id = 5, .state = IMPORT_DONE, .rows = 500, .profile = "hr"},
        {.id = 6, .state = IMPORT_CANCELLED, .rows = 600, .profile = "hr"},
        {.id = 7, .state = IMPORT_DONE, .rows = 0, .profile = "empty"},
        {.id = 8, .state = IMPORT_DONE, .rows = 800},
    };
    for (size_t i = 0; i < COUNT_OF(imports); i++)
        assert_true(ledger_import_set(ledger, &imports[i], NULL));
    static const uint64_t order[] = {8, 5, 3, 6, 7};
    for (size_t i = 0; i < COUNT_OF(order); i++) {
        drop(order[i]);
        assert_true(ledger_id_greatest(ledger, &greatest, NULL));
        assert_int_equal(greatest, 8);
        assert_int_equal(last_rows(9, "hr"), 500);
        assert_int_equal(last_rows(9, "empty"), 0);
        assert_int_equal(last_rows(9, ""), 0);
    }
    reopen();
    assert_int_equal(last_rows(9, "hr"), 500);
    assert_int_equal(last_rows(5, "hr"), 0);
    struct import later = {.id = 9, .state = IMPORT_DONE, .rows = 0, .profile = "hr"};
    assert_true(ledger_import_set(ledger, &later, NULL));
    assert_int_equal(last_rows(10, "hr"), 0); /* the last one had no rows */
    assert_true(ledger_id_greatest(ledger, &greatest, NULL) && greatest == 9);
}

/* Free pages are used before the file grows. */
static void dropped_space_is_used_again(void **state)
{
    (void)state;
    struct stat st;
    off_t once = 0;
    for (uint64_t id = 1; id <= 6; id++) {
        struct import import = {.id = id, .state = IMPORT_DONE, .rows = 2000};
        assert_true(ledger_import_set(ledger, &import, NULL));
        for (uint64_t n = 1; n <= import.rows; n++) {
            struct ledger_row row = {.row = n, .offset = n * 977, .state = ROW_FAILED};
            memset(row.detail, 'x', sizeof row.detail - 1);
            assert_true(ledger_row_add(ledger, id, &row, NULL));
        }
        assert_true(ledger_commit(ledger, NULL));
        bool gone = false;
        assert_true(ledger_import_drop(ledger, id, import.rows, &gone, NULL) && gone);
        reopen(); /* which writes it into the file itself */
        assert_int_equal(stat(path_of("state/ledger.db"), &st), 0);
        once = once ? once : st.st_size;
    }
    assert_true(once > 100000);
    assert_true(st.st_size <= once);
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
    SAME(attempts), SAME(code), SAME(due), SAME(finished);
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
    struct ledger_row rows[] = {
        full_row(1, ROW_FAILED), {.row = 2}, full_row(3, ROW_DOUBT), full_row(4, ROW_REFUSED)};
    rows[2].doubted = true;
    rows[2].findings = false;
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
    struct ledger_row other = {.row = 2, .number = "2003"};
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

static const enum row_state all_states[] = {ROW_PLANNED, ROW_SENDING, ROW_DOUBT,
                                            ROW_REFUSED, ROW_CREATED, ROW_UNCHANGED,
                                            ROW_SKIPPED, ROW_INVALID, ROW_FAILED};

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
    assert_true(ledger_rows_turn(ledger, 7, ROW_PLANNED, ROW_SKIPPED, CODE_CANCELLED, 1234, NULL));
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

static uint64_t open_in(const char *number, uint64_t import)
{
    uint64_t id = 99;
    assert_true(ledger_number_open(ledger, number, import, WAY_PLANNED, &id, NULL));
    return id;
}

static uint64_t half_way_in(const char *number, uint64_t import)
{
    uint64_t id = 99;
    assert_true(ledger_number_open(ledger, number, import, WAY_LEFT, &id, NULL));
    return id;
}

static uint64_t looked_up_in(const char *number, uint64_t import)
{
    uint64_t id = 99;
    assert_true(ledger_number_open(ledger, number, import, WAY_LOOK, &id, NULL));
    return id;
}

/* Each has come as far as its name says. Who is to be looked up waits for who may have left,
 * earlier or later, and that one does not wait for it: nobody waits in a circle. */
static void who_is_to_be_looked_up_waits_for_who_may_have_left(void **state)
{
    (void)state;
    static const struct ledger_row planned = {.row = 1, .number = "2002"};
    static const struct ledger_row looked_up = {.row = 1, .number = "2002", .state = ROW_DOUBT};
    static const struct ledger_row left = {
        .row = 1, .number = "2002", .state = ROW_DOUBT, .doubted = true};
    static const struct ledger_row *const rows[] = {&planned, &looked_up, &looked_up, &left};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct import import = {.id = i + 1, .state = IMPORT_SENDING};
        assert_true(ledger_import_set(ledger, &import, NULL));
        assert_true(ledger_row_add(ledger, i + 1, rows[i], NULL));
    }
    assert_int_equal(open_in("2002", 1), 2);
    assert_int_equal(looked_up_in("2002", 2), 4);
    assert_int_equal(looked_up_in("2002", 3), 2);
    assert_int_equal(half_way_in("2002", 4), 0);

    struct ledger_row done = {.row = 1, .state = ROW_CREATED};
    assert_true(ledger_row_set(ledger, 4, &done, NULL));
    assert_int_equal(looked_up_in("2002", 2), 0);
    assert_int_equal(looked_up_in("2002", 3), 2);
    assert_int_equal(open_in("2002", 1), 2);
}

static void an_open_number_is_found_in_the_earliest_import(void **state)
{
    (void)state;
    static const struct {
        uint64_t id;
        const char *number;
        enum row_state state;
    } rows[] = {
        {1, "2002", ROW_CREATED}, {2, "2002", ROW_DOUBT},    {3, "2002", ROW_PLANNED},
        {4, "2003", ROW_REFUSED}, {4, "02002", ROW_SENDING}, {5, "", ROW_PLANNED},
        {6, "2004", ROW_SKIPPED},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct import import = {.id = rows[i].id, .state = IMPORT_SENDING};
        struct ledger_row row = {.row = i + 1, .state = rows[i].state, .doubted = true};
        assert_true(ledger_import_set(ledger, &import, NULL));
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
    /* who comes later waits for who is half way, and not the other way round */
    assert_int_equal(open_in("2002", 1), 2);
    assert_int_equal(open_in("2003", 3), 4);
    assert_int_equal(half_way_in("2002", 1), 0);
    assert_int_equal(half_way_in("2002", 2), 0);
    assert_int_equal(half_way_in("2002", 3), 2);
    assert_int_equal(half_way_in("2003", 4), 0);

    struct ledger_row done = {.row = 2, .state = ROW_CREATED};
    assert_true(ledger_row_set(ledger, 2, &done, NULL));
    assert_int_equal(open_in("2002", 9), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LEDGER(an_import_is_kept_whole),
        LEDGER(an_import_is_written_anew),
        LEDGER(imports_are_listed_in_order),
        LEDGER(a_dropped_import_is_gone_with_its_rows),
        LEDGER(many_rows_are_dropped_in_pieces),
        LEDGER(what_later_imports_need_outlives_a_drop),
        LEDGER(dropped_space_is_used_again),
        LEDGER(a_row_is_kept_whole),
        LEDGER(a_row_changes_its_state_and_stays_where_it_is),
        LEDGER(a_record_has_one_row),
        LEDGER(rows_are_found_by_state),
        LEDGER(counts_add_up),
        LEDGER(all_rows_of_a_state_turn),
        LEDGER(failed_rows_are_planned_again),
        LEDGER(cleared_rows_are_gone),
        LEDGER(who_is_to_be_looked_up_waits_for_who_may_have_left),
        LEDGER(an_open_number_is_found_in_the_earliest_import),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
