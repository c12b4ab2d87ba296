/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Headers and the shape of rows. */
#include "schema_world.h"

#include <time.h>

#include "columns.h"

#define MOST 80

static struct cell row_cells[MOST];

/* Cells of a line that is cut at each '|'. */
static size_t split(const char *line, struct cell to[MOST])
{
    size_t count = 0;
    for (bool more = true; more; line++) {
        size_t len = strcspn(line, "|");
        assert_true(count < MOST);
        to[count++] = (struct cell){line, len};
        line += len;
        more = *line == '|';
    }
    return count;
}

static struct columns *header(const char *line)
{
    struct cell heads[MOST];
    size_t count = split(line, heads);
    findings_reset(&findings);
    return columns_new(shipped, NULL, heads, count, &findings);
}

/* ---- headers ---- */

static const struct {
    const char *line;
    const char *found;
    const char *message; /* of the first finding */
} headers[] = {
    {"number|registerpassword", "", ""},
    {"\xef\xbb\xbf Number |REGISTER_PASSWORD|User Name", "", ""},
    {"number|registerpassword|import_error|import_line", "", ""},
    {"number|registerpassword|| ", "", ""},
    {"number|registerpassword|Abteilung", "Abteilung unknown-column warning",
     "this column is not known and is left out"},
    {"Abteilung|number|registerpassword|Abteilung|Ort",
     "Abteilung unknown-column warning, Ort unknown-column warning",
     "this column is not known and is left out"},
    {"number|username", "registerpassword missing-column error",
     "the required column 'registerpassword' is missing"},
    {"x",
     "x unknown-column warning, number missing-column error, registerpassword missing-column "
     "error",
     "this column is not known and is left out"},
    {"2001|Ann Lee|Aa1bcdefgh", /* no headings, but a row, and its password */
     " missing-column error, number missing-column error, registerpassword missing-column error",
     "no column is known: is the line with the headings missing?"},
    {"number|Aa1bcdefgh|2001", /* somebody's, and that may be a password */
     "2001 unknown-column warning,  unknown-column warning, registerpassword missing-column error",
     "this column is not known and is left out"},
    {"number|Aa1bcdefgh|ann@example.com|Ann",
     "ann@example.com unknown-column warning, Ann unknown-column warning,  unknown-column warning, "
     "registerpassword missing-column error",
     "this column is not known and is left out"},
    {"number|registerpassword|Kosten2024|Ort", /* a heading may look so */
     "Kosten2024 unknown-column warning, Ort unknown-column warning",
     "this column is not known and is left out"},
    {"", "number missing-column error, registerpassword missing-column error",
     "the required column 'number' is missing"},
    {"number|registerpassword|Number", "Number duplicate-column error",
     "columns 1 and 3 both are 'number'; keep one of them"},
    {"number|registerpassword|NUMBER|number|dnd|D.N.D.",
     "NUMBER duplicate-column error, D.N.D. duplicate-column error",
     "columns 1 and 3 both are 'number'; keep one of them"},
    {"number|registerpassword|a\nb\xff", "a%0Ab%FF unknown-column warning",
     "this column is not known and is left out"},
};

static void header_findings(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(headers); i++) {
        columns_free(header(headers[i].line));
        assert_string_equal(findings_text(), headers[i].found);
        assert_string_equal(findings.count ? findings.at[0].message : "", headers[i].message);
    }
}

static void headings_are_the_senders(void **state)
{
    (void)state;
    struct columns *c = header("\xef\xbb\xbf Number\t|\r\nRegister Password |");
    assert_int_equal(columns_count(c), 3);
    assert_string_equal(columns_heading(c, 0), "Number");
    assert_string_equal(columns_heading(c, 1), "Register Password");
    assert_string_equal(columns_heading(c, 2), "");
    assert_null(columns_free(c));
    assert_null(columns_free(NULL));
}

/* However many columns are unknown, the list of findings stays short. */
static void unknown_columns_are_bounded(void **state)
{
    (void)state;
    struct buf line = {0};
    buf_text(&line, "number|registerpassword");
    for (int i = 0; i < 60; i++)
        buf_format(&line, "|x%d", i);
    buf_text(&line, "|x7"); /* named already */
    columns_free(header(buf_get(&line)));
    assert_int_equal(findings.count, 51);
    assert_string_equal(findings.at[49].column, "x49");
    assert_string_equal(findings.at[50].column, "");
    assert_string_equal(findings.at[50].message,
                        "10 further columns are not known and are left out");
    buf_free(&line);
}

/* Nor do many of them keep anything waiting: the look at each is not a look at all. */
static void many_unknown_columns_are_no_labour(void **state)
{
    (void)state;
    enum { COLUMNS = 16384 };
    struct cell *heads = calloc(COLUMNS, sizeof *heads);
    struct buf line = {0};
    for (size_t i = 0; i < COLUMNS; i++)
        buf_format(&line, "heading%05zu", i);
    for (size_t i = 0; i < COLUMNS; i++)
        heads[i] = (struct cell){line.at + 12 * i, 12};
    heads[0] = (struct cell){"number", 6};
    heads[1] = (struct cell){"registerpassword", 16};
    findings_reset(&findings);
    clock_t before = clock();
    columns_free(columns_new(shipped, NULL, heads, COLUMNS, &findings));
    assert_true(clock() - before < CLOCKS_PER_SEC);
    assert_int_equal(findings.count, 51);
    buf_free(&line);
    free(heads);
}

static void long_heading_is_cut(void **state)
{
    (void)state;
    struct buf line = {0};
    buf_text(&line, "number|registerpassword|a");
    for (int i = 0; i < 100; i++)
        buf_text(&line, "\xc3\xa9");
    columns_free(header(buf_get(&line)));
    assert_int_equal(findings.count, 1);
    assert_int_equal(strlen(findings.at[0].column), 63); /* 1 + 31 letters of two bytes */
    buf_free(&line);
}

/* ---- rows ---- */

#define HEADER "Nr|Number|Register Password|dnd|Name|"
#define GOOD   "Abcdefg1"

static const struct {
    const char *line;
    enum row_state state;
    const char *found;
    const char *number; /* NULL: none */
} lines[] = {
    {"7|100|" GOOD "|yes|Ann|", ROW_PLANNED, "", "100"},
    {"||||| ", ROW_INVALID, "Number required-value error, Register Password required-value error",
     NULL},
    {"|||||", ROW_SKIPPED, " blank-row warning", NULL},
    {"||", ROW_SKIPPED, " blank-row warning", NULL},
    {"||||||||", ROW_SKIPPED, " blank-row warning", NULL},
    {"7|100|" GOOD "|yes|Ann", ROW_INVALID, " missing-cell error", NULL},
    {"7", ROW_INVALID, " missing-cell error", NULL},
    {"7|100|" GOOD "|yes|Ann||", ROW_PLANNED, "", "100"},
    {"7|100|" GOOD "|yes|Ann||||||", ROW_PLANNED, "", "100"},
    {"7|100|" GOOD "|yes|Ann||x", ROW_INVALID, " extra-cell error", NULL},
    {"7|100|" GOOD "|yes|Ann|||| ", ROW_INVALID, " extra-cell error", NULL},
    {"7|10a|" GOOD "|x|Ann|", ROW_INVALID, "Number pattern error, dnd type-error error", "10a"},
    {"7|100|short1A|no|Ann|", ROW_PLANNED, "Register Password length warning", "100"},
    {"7|100||no|Ann|", ROW_INVALID, "Register Password required-value error", "100"},
    /* what is not text, in a column that feeds a field and in others */
    {"7|1\xff|" GOOD "|x|Ann|", ROW_INVALID, "Number encoding-error error, dnd type-error error",
     NULL},
    {"7|100|" GOOD "\x01|no|Ann|", ROW_INVALID, "Register Password encoding-error error", "100"},
    {"7|100|" GOOD "|no|A\xff|", ROW_INVALID, "Name encoding-error error", "100"},
    {"\xff|100|" GOOD "|no|Ann|\xff", ROW_INVALID, "Nr encoding-error error,  encoding-error error",
     "100"},
    {"7|100|" GOOD "|no|A\x01|", ROW_PLANNED, "", "100"},
};

static void rows_checked(void **state)
{
    (void)state;
    struct columns *c = header(HEADER);

    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        struct row row = {.kind = ROW_KIND_RECORD, .line = 2, .cells = row_cells};
        row.count = split(lines[i].line, row_cells);
        findings_reset(&findings);
        assert_int_equal(columns_check(c, &row, NULL, &record, &findings), lines[i].state);
        assert_string_equal(findings_text(), lines[i].found);
        struct cell number = record_number(&record);
        assert_int_equal(number.at != NULL, lines[i].number != NULL);
        if (number.at) {
            assert_int_equal(number.len, strlen(lines[i].number));
            assert_memory_equal(number.at, lines[i].number, number.len);
        }
    }
    columns_free(c);
}

/* Absent columns are not sent, present ones are. */
static void record_has_what_the_columns_feed(void **state)
{
    (void)state;
    struct columns *c = header("dnd|Caller ID|number|registerpassword");
    struct row row = {.kind = ROW_KIND_RECORD, .cells = row_cells};
    row.count = split("NO||100|" GOOD, row_cells);
    assert_int_equal(columns_check(c, &row, NULL, &record, &findings), ROW_PLANNED);
    assert_int_equal(record.count, 29);
    assert_string_equal(sent("dnd"), "off");
    assert_string_equal(sent("callerid"), "");
    assert_string_equal(sent("number"), "100");
    assert_string_equal(sent("registerpassword"), GOOD);
    size_t count = 0;
    for (size_t i = 0; i < record.count; i++)
        count += record.values[i].at != NULL;
    assert_int_equal(count, 4);
    assert_true(record.values[3].secret);
    assert_false(record.values[0].secret);
    columns_free(c);
}

static void shapes_say_how_many(void **state)
{
    (void)state;
    struct columns *c = header(HEADER);
    struct row row = {.kind = ROW_KIND_RECORD, .cells = row_cells};
    findings_reset(&findings);
    row.count = split("1|2", row_cells);
    columns_check(c, &row, NULL, &record, &findings);
    row.count = split("1|2|3|4|5|6|7|8", row_cells);
    columns_check(c, &row, NULL, &record, &findings);
    assert_int_equal(findings.count, 2);
    assert_string_equal(findings.at[0].message, "the row has 2 cells, the heading line has 6");
    assert_string_equal(findings.at[1].message,
                        "the row has 8 cells, the heading line has 6; a value with a delimiter in "
                        "it must stand in quotes");
    columns_free(c);
}

static const struct {
    int code;
    size_t column;
    const char *found;
    const char *message;
} broken[] = {
    {CODE_UNCLOSED_QUOTE, 1, "Number unclosed-quote error",
     "the quote opened in line 17 is never closed"},
    {CODE_STRAY_QUOTE, 0, "Nr stray-quote error",
     "a quote stands where none can stand; put the value in quotes and double each quote in it"},
    {CODE_TOO_LONG, 0, " too-long error",
     "the record is longer than 99 bytes ([import] max_record)"},
    {CODE_TOO_LONG, 99, " too-long error",
     "the record has more than 99 cells ([import] max_columns)"},
};

static void malformed_rows(void **state)
{
    (void)state;
    struct columns *c = header(HEADER);

    for (size_t i = 0; i < COUNT_OF(broken); i++) {
        struct row row = {.kind = ROW_KIND_MALFORMED,
                          .code = broken[i].code,
                          .column = broken[i].column,
                          .limit = 99,
                          .quote_line = 17};
        findings_reset(&findings);
        assert_int_equal(columns_check(c, &row, NULL, &record, &findings), ROW_INVALID);
        assert_string_equal(findings_text(), broken[i].found);
        assert_string_equal(findings.at[0].message, broken[i].message);
        assert_null(record_number(&record).at);
    }
    columns_free(c);
}

/* A clean record after a broken one has nothing left of it. */
static void record_starts_afresh(void **state)
{
    (void)state;
    struct columns *c = header("number|registerpassword|username");
    struct row row = {.kind = ROW_KIND_RECORD, .cells = row_cells};
    row.count = split("100|" GOOD "|Ann", row_cells);
    assert_int_equal(columns_check(c, &row, NULL, &record, &findings), ROW_PLANNED);
    row.count = split("1x|\xff|\xff", row_cells);
    assert_int_equal(columns_check(c, &row, NULL, &record, &findings), ROW_INVALID);
    assert_null(sent("username"));
    assert_null(sent("registerpassword"));
    columns_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(header_findings),
        cmocka_unit_test(headings_are_the_senders),
        cmocka_unit_test(unknown_columns_are_bounded),
        cmocka_unit_test(many_unknown_columns_are_no_labour),
        cmocka_unit_test(long_heading_is_cut),
        cmocka_unit_test(rows_checked),
        cmocka_unit_test(record_has_what_the_columns_feed),
        cmocka_unit_test(shapes_say_how_many),
        cmocka_unit_test(malformed_rows),
        cmocka_unit_test(record_starts_afresh),
    };
    return cmocka_run_group_tests_name("columns", tests, world_make, world_remove);
}
