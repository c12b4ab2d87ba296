/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ledger's rows beside a plain array of them: whatever is done to both, they say the same. More
 * blocks are in it than stay in memory. */
#include "ledger_world.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "ledger_block.h"
#include "sql.h"

#define IMPORTS 9
#define ROWS    900 /* of eight blocks: 72 in all */

struct model {
    struct ledger_row rows[IMPORTS + 1][ROWS + 1]; /* by import and row; row 0: not there */
    uint64_t added[IMPORTS + 1];
    bool finished[IMPORTS + 1];
    unsigned numbers; /* that were given later */
};

static struct model model;
static uint32_t dice;

static uint32_t roll(uint32_t most)
{
    dice = dice * 1103515245u + 12345u;
    return (dice >> 8) % most;
}

static enum row_state any_state(void)
{
    static const enum row_state states[] = {ROW_PLANNED, ROW_PLANNED, ROW_PLANNED, ROW_SENDING,
                                            ROW_DOUBT,   ROW_REFUSED, ROW_CREATED, ROW_UNCHANGED,
                                            ROW_SKIPPED, ROW_INVALID, ROW_FAILED};
    return states[roll(COUNT_OF(states))];
}

/* ---- what is done to both ---- */

static void import_keep(uint64_t id, enum import_state state)
{
    struct import import = {.id = id, .state = state};
    assert_true(ledger_import_set(ledger, &import, NULL));
    model.finished[id] = state == IMPORT_DONE;
}

static void do_add(uint64_t id)
{
    for (uint32_t count = 1 + roll(150); count > 0 && model.added[id] < ROWS; count--) {
        uint64_t n = ++model.added[id];
        struct ledger_row row = {.row = n,
                                 .line = n + 1,
                                 .offset = 100 * n,
                                 .bytes = roll(100),
                                 .state = any_state(),
                                 .doubted = roll(4) == 0,
                                 .findings = roll(4) == 0};
        snprintf(row.number, sizeof row.number, "%u", (unsigned)(1000 + n));
        assert_true(ledger_row_add(ledger, id, &row, NULL));
        model.rows[id][n] = row;
    }
    import_keep(id, IMPORT_SENDING);
}

static void do_set(uint64_t id)
{
    for (uint32_t count = roll(40); count > 0 && model.added[id]; count--) {
        struct ledger_row *row = &model.rows[id][1 + roll((uint32_t)model.added[id])];
        if (row->state >= ROW_FINAL)
            continue;
        row->state = any_state();
        row->doubted = row->doubted || (row->state == ROW_DOUBT && roll(2));
        row->attempts = (int)roll(3);
        row->code = (int)roll(40);
        row->finished = row->state < ROW_FINAL ? 0 : 1714552200125 + roll(100000);
        snprintf(row->detail, sizeof row->detail, "%s", roll(9) ? "" : "email username");
        struct ledger_row told = *row;
        told.line = told.offset = told.bytes = 9; /* which are not looked at */
        snprintf(told.number, sizeof told.number, "9");
        assert_true(ledger_row_set(ledger, id, &told, NULL));
    }
}

static void do_reopen(uint64_t id)
{
    if (!model.added[id])
        return;
    struct ledger_row *row = &model.rows[id][1 + roll((uint32_t)model.added[id])];
    row->state = ROW_DOUBT;
    row->finished = 0;
    snprintf(row->number, sizeof row->number, "%u", 5000 + ++model.numbers);
    assert_true(ledger_row_reopen(ledger, id, row, NULL));
    import_keep(id, IMPORT_SENDING);
}

static void do_turn(uint64_t id)
{
    assert_true(ledger_rows_turn(ledger, id, ROW_REFUSED, ROW_PLANNED, CODE_NONE, 0, NULL));
    for (uint64_t n = 1; n <= model.added[id]; n++) {
        struct ledger_row *row = &model.rows[id][n];
        if (row->state != ROW_REFUSED)
            continue;
        row->state = ROW_PLANNED;
        row->code = CODE_NONE;
        row->due = row->finished = 0;
    }
}

static void do_skip(uint64_t id)
{
    assert_true(ledger_rows_skip(ledger, id, CODE_CANCELLED, 77, NULL));
    for (uint64_t n = 1; n <= model.added[id]; n++) {
        struct ledger_row *row = &model.rows[id][n];
        if (row->state != ROW_PLANNED && (row->state != ROW_DOUBT || row->doubted))
            continue;
        row->state = ROW_SKIPPED;
        row->code = CODE_CANCELLED;
        row->finished = 77;
        row->due = 0;
    }
}

static void do_again(uint64_t id)
{
    assert_true(ledger_rows_again(ledger, id, NULL));
    for (uint64_t n = 1; n <= model.added[id]; n++) {
        struct ledger_row *row = &model.rows[id][n];
        if (row->state != ROW_FAILED)
            continue;
        row->state = ROW_PLANNED;
        row->code = row->attempts = 0;
        row->due = row->finished = 0;
        row->detail[0] = '\0';
    }
    import_keep(id, IMPORT_SENDING);
}

static void do_clear(uint64_t id)
{
    assert_true(ledger_rows_clear(ledger, id, NULL));
    model.added[id] = 0;
}

/* All that is open comes to an end, and the import with it. */
static void do_finish(uint64_t id)
{
    for (uint64_t n = 1; n <= model.added[id]; n++) {
        struct ledger_row *row = &model.rows[id][n];
        if (row->state >= ROW_FINAL)
            continue;
        row->state = ROW_CREATED;
        assert_true(ledger_row_set(ledger, id, row, NULL));
    }
    import_keep(id, IMPORT_DONE);
}

static void do_any(void)
{
    static void (*const all[])(uint64_t) = {do_add,    do_add,    do_add,  do_set,    do_set,
                                            do_set,    do_set,    do_set,  do_reopen, do_turn,
                                            do_reopen, do_finish, do_skip, do_again,  do_clear};
    uint64_t id = 1 + roll(IMPORTS);
    all[roll(COUNT_OF(all) - (roll(8) != 0))](id);
}

/* ---- what both say ---- */

static void assert_same_row(const struct ledger_row *a, const struct ledger_row *b)
{
    assert_int_equal(a->row, b->row);
    assert_int_equal(a->state, b->state);
    assert_true(a->line == b->line && a->offset == b->offset && a->bytes == b->bytes);
    assert_true(a->findings == b->findings && a->doubted == b->doubted);
    assert_true(a->attempts == b->attempts && a->code == b->code);
    assert_true(a->due == b->due && a->finished == b->finished);
    assert_string_equal(a->number, b->number);
    assert_string_equal(a->detail, b->detail);
}

static void assert_rows(uint64_t id, unsigned states, size_t room)
{
    static struct ledger_row page[200];
    uint64_t n = 1;
    uint64_t after = 0;
    for (size_t count = room; count == room;) {
        assert_true(ledger_rows(ledger, id, after, states, page, room, &count, NULL));
        for (size_t i = 0; i < count; i++, n++) {
            while (n <= model.added[id] && !(1u << model.rows[id][n].state & states))
                n++;
            assert_true(n <= model.added[id]);
            assert_same_row(&page[i], &model.rows[id][n]);
            after = n;
        }
    }
    while (n <= model.added[id] && !(1u << model.rows[id][n].state & states))
        n++;
    assert_int_equal(n, model.added[id] + 1);
}

static void assert_counts(uint64_t id)
{
    struct ledger_counts c;
    uint64_t of[16] = {0};
    uint64_t open = 0;
    for (uint64_t n = 1; n <= model.added[id]; n++) {
        of[model.rows[id][n].state]++;
        open += model.rows[id][n].state < ROW_FINAL;
    }
    assert_true(ledger_counts(ledger, id, &c, NULL));
    assert_int_equal(c.rows, model.added[id]);
    assert_int_equal(c.open, open);
    assert_true(c.created == of[ROW_CREATED] && c.unchanged == of[ROW_UNCHANGED]);
    assert_true(c.skipped == of[ROW_SKIPPED] && c.invalid == of[ROW_INVALID]);
    assert_int_equal(c.failed, of[ROW_FAILED]);
}

static bool is_waited_for(const struct ledger_row *row, uint64_t import, uint64_t id,
                          enum ledger_way way)
{
    bool earlier = import < id;
    bool looked_up = row->state == ROW_DOUBT && !row->doubted;
    bool planned = row->state == ROW_PLANNED;
    if (import == id || row->state >= ROW_FINAL)
        return false;
    if (way == WAY_LEFT)
        return earlier && !planned && !looked_up;
    if (way == WAY_LOOK)
        return !planned && (earlier || !looked_up);
    return earlier || !planned;
}

static void assert_number(unsigned number, uint64_t id, enum ledger_way way)
{
    char text[LEDGER_NUMBER];
    uint64_t wanted = 0;
    uint64_t first = 99;
    bool taken = false;
    bool is_taken = false;
    snprintf(text, sizeof text, "%u", number);
    for (uint64_t import = IMPORTS; import > 0; import--) {
        for (uint64_t n = 1; n <= model.added[import]; n++) {
            const struct ledger_row *row = &model.rows[import][n];
            if (strcmp(row->number, text) != 0)
                continue;
            wanted = is_waited_for(row, import, id, way) ? import : wanted;
            taken = taken || row->state < ROW_FINAL;
        }
    }
    assert_true(ledger_number_open(ledger, text, id, way, &first, NULL));
    assert_int_equal(first, wanted);
    assert_true(ledger_number_taken(ledger, 1, text, &is_taken, NULL));
    assert_int_equal(is_taken, taken);
}

static void assert_all_is_the_same(void)
{
    for (uint64_t id = 1; id <= IMPORTS; id++) {
        assert_rows(id, LEDGER_ALL, 128);
        assert_rows(id, 1u << ROW_DOUBT | 1u << ROW_FAILED, 7);
        assert_counts(id);
    }
    for (unsigned number = 1001; number <= 1000 + ROWS; number += 1 + roll(20))
        assert_number(number, 1 + roll(IMPORTS + 1), roll(3));
    for (unsigned number = 5001; number <= 5000 + model.numbers; number += 1 + roll(20))
        assert_number(number, 1 + roll(IMPORTS + 1), roll(3));
}

static void assert_some_are_the_same(void)
{
    uint64_t id = 1 + roll(IMPORTS);
    assert_rows(id, roll(2) ? LEDGER_ALL : 1u << any_state(), 1 + roll(200));
    assert_counts(1 + roll(IMPORTS));
    assert_number(1001 + roll(ROWS), id, roll(2));
}

/* ---- the tests ---- */

static void begin(uint32_t seed)
{
    dice = seed;
    memset(&model, 0, sizeof model);
    for (uint64_t id = 1; id <= IMPORTS; id++)
        import_keep(id, IMPORT_SENDING);
}

static void both_say_the_same(void **state)
{
    (void)state;
    begin(1);
    for (size_t round = 0; round < 1500; round++) {
        do_any();
        if (roll(4) == 0)
            assert_some_are_the_same();
        if (roll(8) == 0)
            assert_true(ledger_commit(ledger, NULL));
        if (roll(40) == 0)
            reopen();
        if (round % 100 == 0)
            assert_all_is_the_same();
    }
    reopen();
    assert_all_is_the_same();
}

/* What happens to the ledger between its opening and a kill. */
static void live(size_t rounds, size_t commit_at)
{
    for (size_t round = 0; round < rounds; round++) {
        if (round == commit_at && !ledger_commit(ledger, NULL))
            abort();
        do_any();
        ledger_number_open(ledger, "1001", 1 + roll(IMPORTS), WAY_PLANNED, &(uint64_t){0}, NULL);
    }
}

/* Also where more has changed since than stays in memory, and is in the database's log already. */
static void a_kill_leaves_what_was_committed(void **state)
{
    (void)state;
    begin(2);
    assert_true(ledger_commit(ledger, NULL));
    for (uint32_t life = 0; life < 20; life++) {
        size_t commit_at = roll(60);
        uint32_t seed = dice;
        ledger = ledger_close(ledger);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            if (!ledger_open(path_of("state"), &ledger, NULL))
                abort();
            live(120, commit_at);
            raise(SIGKILL);
        }
        int status = 0;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);

        /* the same up to there, in a ledger of its own */
        struct ledger *other = NULL;
        assert_true(ledger_open(path_of("other"), &other, NULL));
        ledger = other;
        dice = seed;
        live(commit_at, SIZE_MAX);
        ledger_close(other);
        assert_true(ledger_open(path_of("state"), &ledger, NULL));
        assert_all_is_the_same();
    }
}

/* No file grows beyond what the log has already, or as it likes. */
static void disk_full(bool full)
{
    struct stat log;
    struct rlimit limit;
    assert_int_equal(stat(path_of("state/ledger.db-wal"), &log), 0);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = full ? (rlim_t)log.st_size : limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    signal(SIGXFSZ, full ? SIG_IGN : SIG_DFL);
}

/* Where the room comes back, too: what was to be committed may be gone in part. */
static void a_failed_commit_is_not_made_up_for(void **state)
{
    (void)state;
    struct fault f = {0};
    static struct model before;
    begin(3);
    for (uint64_t id = 1; id <= IMPORTS; id++)
        do_add(id);
    assert_true(ledger_commit(ledger, NULL));
    before = model;
    for (uint64_t id = 1; id <= IMPORTS; id++)
        do_set(id);
    disk_full(true);
    assert_false(ledger_commit(ledger, &f));
    disk_full(false);
    assert_int_equal(f.kind, FAULT_LEDGER);

    struct fault again = {0};
    do_add(2);
    assert_false(ledger_commit(ledger, &again));
    assert_int_equal(again.error, f.error);
    assert_string_equal(again.text, f.text);
    model = before;
    reopen();
    assert_all_is_the_same();
}

/* ---- damage ---- */

static void change_database(const char *text)
{
    struct sql *sql = NULL;
    ledger = ledger_close(ledger);
    assert_true(sql_open(path_of("state/ledger.db"), &sql, NULL));
    assert_true(sql_exec(sql, text, NULL));
    sql_close(sql);
    assert_true(ledger_open(path_of("state"), &ledger, NULL));
}

static void a_damaged_block_is_damage(void **state)
{
    (void)state;
    static const char *const changes[] = {
        "UPDATE block SET rows=zeroblob(6) WHERE at=1",
        "UPDATE block SET rows=substr(rows,1,length(rows)-1) WHERE at=1",
        "UPDATE block SET rows=x'04' WHERE at=1",
        "UPDATE block SET rows=NULL WHERE at=1",
        "UPDATE block SET rows=zeroblob(1000000) WHERE at=1",
        ("UPDATE block SET at=9 WHERE at=0; UPDATE block SET at=0 WHERE at=1;"
         "UPDATE block SET at=1 WHERE at=9"),
    };
    for (size_t i = 0; i < COUNT_OF(changes); i++) {
        struct fault f = {0};
        struct ledger_row page[200];
        size_t count = 0;
        bool fresh = false;
        begin(4);
        assert_true(ledger_in_use(ledger, NULL));
        while (model.added[1] < ROWS)
            do_add(1);
        assert_true(ledger_rows(ledger, 1, 128, LEDGER_ALL, page, 128, &count, NULL));
        change_database(changes[i]);
        assert_false(ledger_rows(ledger, 1, 128, LEDGER_ALL, page, 128, &count, &f));
        assert_int_equal(f.kind, FAULT_DAMAGE);
        assert_non_null(strstr(f.text, "import 1"));
        assert_true(ledger_note_put(ledger, "a", "b", NULL));
        assert_false(ledger_commit(ledger, &f));
        assert_int_equal(f.kind, FAULT_DAMAGE);
        reopen(); /* a new one has begun */
        assert_true(ledger_fresh(ledger, &fresh, NULL) && fresh);
        assert_true(ledger_rows(ledger, 1, 0, LEDGER_ALL, page, 128, &count, NULL));
        assert_int_equal(count, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LEDGER(both_say_the_same),
        LEDGER(a_kill_leaves_what_was_committed),
        LEDGER(a_failed_commit_is_not_made_up_for),
        LEDGER(a_damaged_block_is_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
