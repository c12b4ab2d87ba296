/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rejects: refused records as they came, fit to be dropped again. */
#include "report_world.h"

static const struct outcome none[] = {{0}};

/* Semicolons, CR LF and a byte order mark; quoting as the sender had it; the last record has no
 * line end. */
static void sender_dialect(void **state)
{
    static const char text[] = BOM "\"number\";username;registerpassword\r\n"
                                   "\"2001\";\"Ann\";good\r\n"
                                   "20-1x;\"O\"\"Neil; Bob\r\nJr\";\"good\"\r\n"
                                   "2003;=1+1;not good";
    struct world *w = *state;
    struct report_source source = source_of(w);

    world_import(w, 42, text, strlen(text), none);
    assert_int_equal(w->import.delimiter, ';');
    /* row 1 is not refused: it waits */
    w->import.state = IMPORT_HELD;
    report_write(&source, 1000);
    report_is(w, "000042-people.rejects.csv",
              BOM "\"number\";username;registerpassword;import_error;import_line\r\n"
                  "20-1x;\"O\"\"Neil; Bob\r\nJr\";\"good\";"
                  "\"pattern: number: must be digits, or \"\"-\"\"\";3\r\n"
                  "2003;=1+1;not good;pattern: registerpassword: must not have blanks;5\r\n");
}

/* What is wrong is told in the language of the reports; where a spreadsheet program could not know
 * the encoding, in letters that all encodings have. */
static void in_german(void **state)
{
    static const char text[] = "number,registerpassword\n2001,good,x\n";
    static const char wrong[] =
        "extra-cell: die Zeile hat 3 Zellen, die Kopfzeile hat 2; ein Wert, "
        "der das Trennzeichen ";
    static const struct {
        const char *mark;
        const char *rest;
    } files[] = {{"", "enthaelt, muss in Anfuehrungszeichen stehen"},
                 {BOM, "enthält, muss in Anführungszeichen stehen"}};

    for (size_t i = 0; i < COUNT_OF(files); i++) {
        struct world *w;
        struct buf file = {0};
        struct buf rejects = {0};
        world_setup((void **)&w);
        struct report_source source = source_of(w);
        source.language = LANGUAGE_DE;
        buf_format(&file, "%s%s", files[i].mark, text);
        world_import(w, 42, file.at, file.len, none);
        report_write(&source, 1000);
        buf_format(&rejects,
                   "%snumber,registerpassword,import_error,import_line\n2001,good,\"%s%s\",2,x\n",
                   files[i].mark, wrong, files[i].rest);
        report_is(w, "000042-people.rejects.csv", rejects.at);
        buf_free(&file);
        buf_free(&rejects);
        world_teardown((void **)&w);
    }
    (void)state;
}

static void line_end_cr(void **state)
{
    static const char text[] = "number,registerpassword\r2001,not good\r2002,good\r";
    struct world *w = *state;
    struct report_source source = source_of(w);

    world_import(w, 42, text, strlen(text), none);
    report_write(&source, 1000);
    report_is(w, "000042-people.rejects.csv",
              "number,registerpassword,import_error,import_line\r"
              "2001,not good,pattern: registerpassword: must not have blanks,2\r");
}

static const char shapes[] = "number,registerpassword,username\n"
                             "2001\n"                     /* cells are missing */
                             "2002,not good,x,,surplus\n" /* too many of them */
                             "2003,\"go\"od,Q\n"          /* a stray quote */
                             "20\xff"
                             "4,good,Y\n"; /* no UTF-8 */

/* The two columns stand under their headings in each line, read as CSV. */
static void columns_in_place(void **state)
{
    static const struct {
        size_t count;
        const char *first;
        const char *code;
        const char *line;
    } wanted[] = {
        {5, "number", "import_error", "import_line"},
        {5, "2001", "missing-cell: ", "2"},
        {7, "2002", "extra-cell: ", "3"},
        {5, "2003,\"go\"od,Q", "stray-quote: ", "4"},
        {5,
         "20\xff"
         "4",
         "encoding-error: ", "5"},
    };
    struct world *w = *state;
    struct report_source source = source_of(w);
    struct row at;
    size_t n = 0;

    world_import(w, 42, shapes, strlen(shapes), none);
    report_write(&source, 1000);
    int fd = openat(w->reports, "000042-people.rejects.csv", O_RDONLY);
    struct rows *r = rows_new(fd, ',', world_limits, 0, 1);
    for (; rows_next(r, &at, NULL) && at.kind != ROW_KIND_END; n++) {
        assert_int_equal(at.kind, ROW_KIND_RECORD);
        assert_in_range(n, 0, COUNT_OF(wanted) - 1);
        assert_int_equal(at.count, wanted[n].count);
        assert_string_equal(at.cells[0].at, wanted[n].first);
        assert_memory_equal(at.cells[3].at, wanted[n].code, strlen(wanted[n].code));
        assert_string_equal(at.cells[4].at, wanted[n].line);
    }
    assert_int_equal(n, COUNT_OF(wanted));
    rows_free(r);
    close(fd);
    report_has(w, "000042-people.rejects.csv", ",3,,surplus\n", true);
    report_has(w, "000042-people.rejects.csv", "\n\"2003,\"\"go\"\"od,Q\",,,stray-quote", true);
    report_has(w, "000042-people.json", "\"column\":\"\xff", false);
}

/* Dropped again unmended: the same cells, the same errors, the two columns replaced. */
static void dropped_again(void **state)
{
    static const char text[] = "username,number,registerpassword\n"
                               "good one,1,good\n"
                               "\"a,b\",2x,not good\n"
                               "\"multi\nline\",3,\n"
                               "\"q\"\"q\",4,good,surplus\n";
    static const char again[] =
        "username,number,registerpassword,import_error,import_line\n"
        "\"a,b\",2x,not good,\"pattern: number: must be digits, or \"\"-\"\"; pattern: "
        "registerpassword: must not have blanks\",2\n"
        "\"multi\nline\",3,,required-value: registerpassword: is needed,3\n"
        "\"q\"\"q\",4,good,\"extra-cell: the row has 6 cells, the heading line has 5; a value with "
        "a "
        "delimiter in it must stand in quotes\",5,surplus\n";
    struct world *w = *state;
    struct report_source source = source_of(w);

    world_import(w, 42, text, strlen(text), none);
    w->import.state = IMPORT_HELD;
    report_write(&source, 1000);
    char *first = report_read(w, "000042-people.rejects.csv");
    world_import(w, 43, first, strlen(first), none);
    report_write(&source, 1000);
    report_is(w, "000043-people.rejects.csv", again);
    report_has(w, "000043-people.json", "unknown-column", false);
    free(first);
}

/* Somebody moved the two columns to the front: they are found there. */
static void columns_moved(void **state)
{
    static const char text[] = "import_error;import_line;number;registerpassword\n"
                               "old;7;2001;not good\n"
                               "old;8;2002;\"go\"od\n";
    struct world *w = *state;
    struct report_source source = source_of(w);

    world_import(w, 42, text, strlen(text), none);
    report_write(&source, 1000);
    report_has(w, "000042-people.rejects.csv",
               "import_error;import_line;number;registerpassword\n"
               "pattern: registerpassword: must not have blanks;2;2001;not good\n"
               "\"stray-quote: ",
               true);
    report_has(w, "000042-people.rejects.csv", ";3;\"old;8;2002;\"\"go\"\"od\";\n", true);
    report_has(w, "000042-people.rejects.csv", "old;7", false);
}

/* A quote that is never closed and would merge two people: the row is read as it was planned. */
static void lines_not_merged(void **state)
{
    static const char text[] = "number,username,registerpassword\n"
                               "2001,\"Ann, Lee,good\n"
                               "2002,Bob,good\n"
                               "2003,Cy\"\n";
    struct world *w = *state;
    struct report_source source = source_of(w);

    world_import(w, 42, text, strlen(text), none);
    w->import.state = IMPORT_HELD;
    report_write(&source, 1000);
    report_has(w, "000042-people.rejects.csv",
               "\n\"2001,\"\"Ann, Lee,good\",,,unclosed-quote: ", true);
    report_has(w, "000042-people.rejects.csv", "\n\"2003,Cy\"\"\",,,", true);
    report_has(w, "000042-people.rejects.csv", "Bob", false);
}

/* A malformed line of any length goes through in pieces, its quotes doubled. */
static void line_too_long(void **state)
{
    struct world *w = *state;
    struct report_source source = source_of(w);
    struct buf text = {0};
    struct buf wanted = {0};
    size_t length = world_limits.bytes + 3 * 65536 + 5;

    buf_text(&text, "number,registerpassword\n");
    buf_text(&wanted, "number,registerpassword,import_error,import_line\n\"");
    for (size_t i = 0; i < length; i++) {
        bool quote = i % 65536 == 65535 || i % 1000 == 0;
        buf_char(&text, quote ? '"' : 'x');
        buf_text(&wanted, quote ? "\"\"" : "x");
    }
    buf_text(&text, "\n2001,good\n");
    buf_text(&wanted, "\",,too-long: ");
    world_import(w, 42, text.at, text.len, none);
    w->import.state = IMPORT_HELD;
    report_write(&source, 1000);
    char *rejects = report_read(w, "000042-people.rejects.csv");
    assert_memory_equal(rejects, wanted.at, wanted.len);
    assert_non_null(strstr(rejects + wanted.len, ",2\n"));
    free(rejects);
    buf_free(&text);
    buf_free(&wanted);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)
    const struct CMUnitTest tests[] = {
        TEST(in_german),     TEST(sender_dialect), TEST(line_end_cr),   TEST(columns_in_place),
        TEST(dropped_again), TEST(columns_moved),  TEST(line_too_long), TEST(lines_not_merged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
