/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ledger_world.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#include "sql.h"

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

/* How many files of the ledger were put aside. */
static size_t aside(void)
{
    size_t count = 0;
    DIR *dir = opendir(path_of("state"));
    assert_non_null(dir);
    for (struct dirent *entry; (entry = readdir(dir));)
        count += strncmp(entry->d_name, "ledger.db", 9) == 0 && strstr(entry->d_name, ".damaged-");
    closedir(dir);
    return count;
}

static bool is_fresh(void)
{
    bool fresh = false;
    assert_true(ledger_fresh(ledger, &fresh, NULL));
    return fresh;
}

static void is_fresh_until_it_is_in_use(void **state)
{
    (void)state;
    assert_true(is_fresh());
    reopen();
    assert_true(is_fresh());
    assert_true(ledger_in_use(ledger, NULL));
    reopen();
    assert_false(is_fresh());
    assert_string_equal(ledger_damage(ledger), "");
}

static void puts_a_damaged_file_aside(void **state)
{
    (void)state;
    assert_true(ledger_in_use(ledger, NULL));
    ledger = ledger_close(ledger);
    put("state/ledger.db", "This is no database at all, and long enough to be looked at as one. "
                           "This is no database at all, and long enough to be looked at as one.");
    assert_true(ledger_open(path_of("state"), &ledger, NULL));
    assert_true(is_fresh());
    assert_non_null(strstr(ledger_damage(ledger), "ledger.db"));
    assert_int_equal(aside(), 1);
    reopen();
    assert_int_equal(aside(), 1);
    assert_string_equal(ledger_damage(ledger), "");
}

static void puts_it_aside_when_damage_shows_later(void **state)
{
    (void)state;
    struct import import = {.id = 1, .state = IMPORT_CLAIMED};
    assert_true(ledger_import_set(ledger, &import, NULL) && ledger_in_use(ledger, NULL));
    ledger = ledger_close(ledger);
    /* all but the first page, which is the only one that opening reads */
    int fd = open(path_of("state/ledger.db"), O_WRONLY);
    off_t end = lseek(fd, 0, SEEK_END);
    for (off_t at = 4096; at < end; at += 4)
        assert_int_equal(pwrite(fd, "\377\377\377\377", 4, at), 4);
    close(fd);

    struct fault f = {0};
    bool found = false;
    assert_true(ledger_open(path_of("state"), &ledger, NULL));
    assert_false(ledger_import_get(ledger, 1, &import, &found, &f));
    assert_int_equal(f.kind, FAULT_DAMAGE);
    assert_int_equal(aside(), 0);
    reopen();
    assert_true(aside() > 0);
    assert_true(is_fresh());
}

static void a_log_without_its_ledger_is_put_aside(void **state)
{
    (void)state;
    ledger = ledger_close(ledger);
    assert_int_equal(unlink(path_of("state/ledger.db")), 0);
    put("state/ledger.db-wal", "what was committed last, of a ledger that is gone");
    assert_true(ledger_open(path_of("state"), &ledger, NULL));
    assert_true(is_fresh());
    assert_int_equal(aside(), 1);
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

/* As the first of all daemons made one; later ones of version 1 have two columns more. */
static const char oldest[] =
    "CREATE TABLE note(name TEXT PRIMARY KEY, text TEXT) STRICT, WITHOUT ROWID;"
    "CREATE TABLE pbx(id INTEGER PRIMARY KEY, url BLOB NOT NULL UNIQUE) STRICT;"
    "CREATE TABLE import(id INTEGER PRIMARY KEY, state INTEGER, filed INTEGER,"
    " cancelling INTEGER, apply INTEGER, name TEXT, stem TEXT, file TEXT, bytes INTEGER,"
    " sha256 TEXT, encoding TEXT, bom INTEGER, delimiter INTEGER, profile TEXT, schema TEXT,"
    " pbx INTEGER, header_line INTEGER, header_offset INTEGER, data_offset INTEGER,"
    " data_line INTEGER, columns INTEGER, started INTEGER, finished INTEGER, deaths INTEGER,"
    " code INTEGER, reason TEXT, resume INTEGER) STRICT;"
    "CREATE TABLE row(import INTEGER, n INTEGER, line INTEGER, offset INTEGER, bytes INTEGER,"
    " number TEXT, state INTEGER, flags INTEGER, attempts INTEGER, code INTEGER, due INTEGER,"
    " finished INTEGER, detail TEXT, PRIMARY KEY(import, n)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX row_open ON row(number) WHERE state < 10;"
    "CREATE TABLE made(pbx INTEGER, number TEXT, content BLOB, PRIMARY KEY(pbx, number))"
    " STRICT, WITHOUT ROWID;"
    "INSERT INTO note VALUES('accepted-login','x');"
    "INSERT INTO import(id,state,filed,name,stem,file,profile,bytes,pbx,columns,started)"
    " VALUES(7,2,1,'a.csv','000007-a','000007-a.csv','vendor',99,1,3,1000);"
    "INSERT INTO row VALUES(7,1,2,33,30,'2001',10,0,1,0,0,1714552200125,NULL);"
    "INSERT INTO row VALUES(7,2,3,63,31,'2002',1,2,0,0,0,0,NULL);"
    "INSERT INTO row VALUES(7,3,4,94,20,NULL,13,1,0,10,0,5,'username');"
    "INSERT INTO row VALUES(7,300,301,9000,20,'2003',0,0,2,1503,77,0,NULL);"
    "INSERT INTO made VALUES(1,'2001',X'0102030405060708');"
    "INSERT INTO made VALUES(1,'+49-x',X'0908070605040302');";

static void older_made(const char *more, int version)
{
    struct sql *sql = NULL;
    char done[64];
    ledger = ledger_close(ledger);
    assert_int_equal(unlink(path_of("state/ledger.db")), 0);
    snprintf(done, sizeof done, "PRAGMA user_version=%d", version);
    assert_true(sql_open(path_of("state/ledger.db"), &sql, NULL));
    assert_true(sql_exec(sql, oldest, NULL) && sql_exec(sql, more, NULL));
    assert_true(sql_exec(sql, done, NULL));
    sql_close(sql);
}

static bool is_known_as(const char *number, uint8_t first)
{
    struct ledger_content content;
    assert_true(ledger_made_get(ledger, 1, number, &content, NULL));
    return content.len == 8 && content.at[0] == first;
}

static void takes_the_oldest_over(void **state)
{
    (void)state;
    struct ledger_row rows[8];
    struct ledger_counts counts;
    struct import i;
    char note[LEDGER_NOTE];
    bool found = false;
    size_t count = 0;
    older_made("", 1);
    for (int round = 0; round < 2; round++) {
        reopen();
        assert_int_equal(ledger_before(ledger), round ? 0 : 1);
        assert_true(ledger_import_get(ledger, 7, &i, &found, NULL) && found);
        assert_int_equal(i.state, IMPORT_SENDING);
        assert_int_equal(i.rows, 4);
        assert_int_equal(i.max_record, 1048576);
        assert_int_equal(i.max_columns, 16384);
        assert_int_equal(i.quote, '"');
        assert_int_equal(i.header_rows, 1);
        assert_string_equal(i.file, "000007-a.csv");
        assert_string_equal(i.profile_digest, "");
        assert_true(ledger_rows(ledger, 7, 0, LEDGER_ALL, rows, COUNT_OF(rows), &count, NULL));
        assert_int_equal(count, 4);
        assert_int_equal(rows[0].state, ROW_CREATED);
        assert_int_equal(rows[0].finished, 1714552200125);
        assert_true(rows[1].state == ROW_SENDING && rows[1].doubted && rows[1].bytes == 31);
        assert_true(rows[2].state == ROW_INVALID && rows[2].findings && rows[2].code == 10);
        assert_string_equal(rows[2].detail, "username");
        assert_int_equal(rows[3].row, 300);
        assert_true(rows[3].state == ROW_PLANNED && rows[3].due == 77 && rows[3].code == 1503);
        assert_string_equal(rows[3].number, "2003");
        assert_true(ledger_counts(ledger, 7, &counts, NULL));
        assert_true(counts.rows == 4 && counts.open == 2 && counts.created == 1);
        assert_true(is_known_as("2001", 1) && is_known_as("+49-x", 9));
        assert_true(ledger_note_get(ledger, "accepted-login", note, NULL));
        assert_string_equal(note, "x");
        assert_true(ledger_fresh(ledger, &found, NULL) && !found);
    }
}

static bool is_there(struct sql *sql, const char *index)
{
    static const char text[] = "SELECT 1 FROM sqlite_schema WHERE type='index' AND name=?1";
    struct sql_query *q = sql_query(sql, text, NULL);
    bool row = false;
    assert_non_null(q);
    sql_bind_text(q, 1, index);
    assert_true(sql_next(q, &row, NULL));
    if (row)
        sql_done(q);
    return row;
}

static void an_index_of_other_words_is_made_anew(void **state)
{
    (void)state;
    struct sql *sql = NULL;
    ledger = ledger_close(ledger);
    assert_true(sql_open(path_of("state/ledger.db"), &sql, NULL));
    assert_true(is_there(sql, "import_open"));
    assert_true(sql_exec(sql, "DROP INDEX import_open", NULL));
    assert_true(sql_exec(
        sql, "CREATE INDEX import_unfinished ON import(id) WHERE state IN (0,1,2,4)", NULL));
    sql_close(sql);
    reopen();
    ledger = ledger_close(ledger);
    assert_true(sql_open(path_of("state/ledger.db"), &sql, NULL));
    assert_true(is_there(sql, "import_open") && !is_there(sql, "import_unfinished"));
    sql_close(sql);
}

/* One that cannot be taken over stays as it is, for the program that can read it. */
static void takes_all_over_or_nothing(void **state)
{
    (void)state;
    struct sql *sql = NULL;
    struct fault f = {0};
    older_made("CREATE TABLE made_other(x)", 2); /* which no version before 4 has */
    for (int round = 0; round < 2; round++) {
        assert_false(ledger_open(path_of("state"), &ledger, &f));
        assert_int_equal(f.kind, FAULT_LEDGER);
        assert_non_null(strstr(f.text, "from version 2 to 4"));
        assert_int_equal(aside(), 0);
    }
    assert_true(sql_open(path_of("state/ledger.db"), &sql, NULL));
    assert_true(sql_exec(sql, "INSERT INTO row(import, n) SELECT 8, n FROM row", NULL));
    assert_true(sql_exec(sql, "ALTER TABLE import ADD COLUMN secrets INTEGER", NULL));
    assert_true(sql_exec(sql, "DROP TABLE made_other", NULL));
    sql_close(sql);
    reopen();
    assert_int_equal(ledger_before(ledger), 2);
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
    id = 9;
    assert_true(ledger_held(ledger, &id, NULL) && id == 0);
    count = 9;
    assert_true(ledger_rows(ledger, 1, 0, LEDGER_ALL, &row, 1, &count, NULL) && count == 0);
    assert_true(ledger_counts(ledger, 1, &counts, NULL) && counts.rows == 0 && counts.open == 0);
    id = 9;
    assert_true(ledger_number_open(ledger, "2002", 9, WAY_PLANNED, &id, NULL) && id == 0);
    assert_true(ledger_made_get(ledger, 1, "2002", &content, NULL) && content.len == 0);
    assert_true(ledger_note_get(ledger, "a", note, NULL) && note[0] == '\0');
    assert_false(ledger_dirty(ledger));
}

/* ---- what is asked for statistics ---- */

static void put_import(uint64_t id, enum import_state state, int code, const char *profile)
{
    struct import i = {.id = id,
                       .state = state,
                       .code = code,
                       .started = 1000 + (int64_t)id,
                       .finished = 2000 + (int64_t)id};
    snprintf(i.profile, sizeof i.profile, "%s", profile);
    assert_true(ledger_import_set(ledger, &i, NULL));
}

static void queue_is_what_is_not_finished(void **state)
{
    (void)state;
    struct ledger_queue q = {.oldest = 9};
    assert_true(ledger_queue(ledger, &q, NULL));
    assert_int_equal(q.oldest, 0);
    put_import(1, IMPORT_DONE, CODE_NONE, "");
    put_import(2, IMPORT_HELD, CODE_SHRUNK, "");
    put_import(3, IMPORT_HELD, CODE_SHRUNK, "");
    put_import(4, IMPORT_HELD, CODE_CUT_OFF, "");
    put_import(5, IMPORT_SENDING, CODE_NONE, "");
    put_import(6, IMPORT_CLAIMED, CODE_NONE, "");
    assert_true(ledger_queue(ledger, &q, NULL));
    assert_int_equal(q.states[IMPORT_DONE], 0);
    assert_int_equal(q.states[IMPORT_HELD], 3);
    assert_int_equal(q.held[CODE_SHRUNK], 2);
    assert_int_equal(q.held[CODE_CUT_OFF], 1);
    assert_int_equal(q.states[IMPORT_SENDING], 1);
    assert_int_equal(q.states[IMPORT_CLAIMED], 1);
    assert_int_equal(q.oldest, 1005); /* what is held does not count */
}

static void success_is_the_last_of_each_profile(void **state)
{
    (void)state;
    struct ledger_success got[3];
    size_t count = 9;
    assert_true(ledger_successes(ledger, got, 3, &count, NULL) && count == 0);
    put_import(1, IMPORT_DONE, CODE_NONE, "vendor");
    put_import(2, IMPORT_DONE, CODE_NONE, "");
    put_import(3, IMPORT_DONE, CODE_NONE, "vendor");
    put_import(4, IMPORT_CANCELLED, CODE_NONE, "vendor");
    assert_true(ledger_successes(ledger, got, 3, &count, NULL) && count == 2);
    assert_string_equal(got[0].profile, "vendor");
    assert_int_equal(got[0].finished, 2003);
    assert_string_equal(got[1].profile, "");
    assert_int_equal(got[1].finished, 2002);
    assert_true(ledger_successes(ledger, got, 1, &count, NULL) && count == 1);
    assert_string_equal(got[0].profile, "vendor"); /* the newest ones */
}

static void rows_are_counted_when_they_get_an_outcome(void **state)
{
    (void)state;
    uint64_t outcomes[LEDGER_OUTCOMES] = {0};
    ledger_count(ledger, outcomes);
    for (uint64_t i = 1; i <= 4; i++) {
        struct ledger_row row = {.row = i, .line = i + 1, .state = ROW_PLANNED};
        row.state = i == 4 ? ROW_INVALID : ROW_PLANNED;
        assert_true(ledger_row_add(ledger, 1, &row, NULL));
    }
    struct ledger_row row = {.row = 1, .state = ROW_SENDING};
    assert_true(ledger_row_set(ledger, 1, &row, NULL));
    assert_int_equal(outcomes[ROW_CREATED - ROW_FINAL], 0);
    row.state = ROW_CREATED;
    assert_true(ledger_row_set(ledger, 1, &row, NULL) && ledger_row_set(ledger, 1, &row, NULL));
    assert_true(ledger_rows_skip(ledger, 1, CODE_CANCELLED, 1, NULL));
    static const uint64_t wanted[LEDGER_OUTCOMES] = {1, 0, 2, 1, 0};
    assert_memory_equal(outcomes, wanted, sizeof wanted);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        LEDGER(is_made_private),
        LEDGER(only_one_has_it),
        LEDGER(keeps_its_key),
        LEDGER(refuses_a_damaged_key),
        LEDGER(is_fresh_until_it_is_in_use),
        LEDGER(puts_a_damaged_file_aside),
        LEDGER(puts_it_aside_when_damage_shows_later),
        LEDGER(a_log_without_its_ledger_is_put_aside),
        LEDGER(refuses_a_newer_version),
        LEDGER(takes_the_oldest_over),
        LEDGER(takes_all_over_or_nothing),
        LEDGER(an_index_of_other_words_is_made_anew),
        LEDGER(says_why_it_cannot_be_opened),
        LEDGER(what_was_committed_is_there_and_nothing_else),
        LEDGER(closing_commits),
        LEDGER(reading_changes_nothing),
        LEDGER(queue_is_what_is_not_finished),
        LEDGER(success_is_the_last_of_each_profile),
        LEDGER(rows_are_counted_when_they_get_an_outcome),
        LEDGER(what_was_created_is_remembered_per_pbx),
        LEDGER(a_pbx_has_its_number_for_ever),
        LEDGER(notes_are_kept),
        LEDGER(the_url_is_not_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
