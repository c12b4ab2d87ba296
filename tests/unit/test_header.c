/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where headings are found, what is told of it, and which rows are totals. */
#include <strings.h>

#include "header.h"
#include "rows_text.h"
#include "totals.h"

static const struct encoding plain = {.name = "utf-8", .why = "it is plain ASCII"};

/* "number" and "key" are known; a header has one of them. */
static size_t known(void *with, const struct cell *cells, size_t count)
{
    size_t n = 0;
    (void)with;
    for (size_t i = 0; i < count; i++)
        n += strcasecmp(cells[i].at, "number") == 0 || strcasecmp(cells[i].at, "key") == 0;
    return n;
}

/* wanted: the header's line and lines, its cells, and the first row: "1x1[a][b] 2+4:4[1][2] ". */
static void check_wish(const char *text, const struct dialect_wish *wish, const char *wanted,
                       const char *told)
{
    struct header_ask ask = {.wish = wish, .known = known};
    ON_LEAVE(opening_free) struct opening o = {0};
    ON_LEAVE(buf_free) struct buf got = {0};
    ON_LEAVE(close_fd) int fd = file_of(text, strlen(text));
    struct fault f = {0};
    struct row row;
    if (!header_open(fd, &plain, limits, &ask, &o, &f))
        fail_msg("%s", f.text);
    if (o.code != CODE_NONE) {
        char code[CODE_TEXT];
        buf_format(&got, "%s: %s", code_text(o.code, code), o.reason);
    } else {
        buf_format(&got, "%llux%u", (unsigned long long)o.header.line, o.header.rows);
        for (size_t i = 0; i < o.header.count; i++)
            buf_format(&got, "[%s]", o.header.cells[i].at);
        buf_char(&got, ' ');
        assert_int_equal(rows_offset(o.rows), o.header.data_offset);
        assert_int_equal(rows_line(o.rows), o.header.data_line);
        next(o.rows, &row);
        row_print(&row, &got);
    }
    assert_string_equal(buf_get(&got), wanted);
    if (!strstr(o.choices, told))
        fail_msg("'%s' is not in '%s'", told, o.choices);
}

static void check(const char *text, const char *wanted, const char *told)
{
    check_wish(text, NULL, wanted, told);
}

static void test_header(void **state)
{
    (void)state;
    check("number,name\n1,Ann\n", "1x1[number][name] 2+12:6[1][Ann] ",
          "header=line 1: its headings are known\n");
    check("a,b\n1,Ann\n", "1x1[a][b] 2+4:6[1][Ann] ", "header=line 1: it is the first line\n");
    check("a\n1\n", "1x1[a] 2+2:2[1] ", "header=line 1: ");
    check("\n\nnumber,name\n", "3x1[number][name] 4+14:0END", "header=line 3: ");
    check("sep=;\nnumber;name\n1;Ann\n", "2x1[number][name] 3+18:6[1][Ann] ", "delimiter=;: ");
    check("\"number\", \"name\"\n\"1\", \"Ann\"\n",
          "1x1[number][name] 2+17:11(stray-quote cell=1)[1][Ann] ",
          "header=line 1: its headings are known; blanks beside its quotes were left out\n");
}

static void test_titles(void **state)
{
    (void)state;
    check("Staff\nOf \"October\"\n\nnumber,name\n1,Ann\n", "4x1[number][name] 5+32:6[1][Ann] ",
          "header=line 4: the first line whose headings are known\n");
    check("Staff,,\na,b,c\n1,2,3\n", "2x1[a][b][c] 3+14:6[1][2][3] ",
          "header=line 2: the first line with as many cells as others have\n");
    check("Staff,2026,,,,\na,b,c,d,e,f\n1,2,3,4,5,6\n",
          "2x1[a][b][c][d][e][f] 3+27:12[1][2][3][4][5][6] ", "header=line 2: ");
    /* what is malformed may be the header, unless one is recognised */
    check("a,\"b,c\n1,2,3\n4,5,6\n",
          "unclosed-quote: the heading line cannot be read: a quote is opened and never closed",
          "delimiter=,: ");
    check("a,\"b\" c,d\nnumber,2,3\n4,5,6\n", "2x1[number][2][3] 3+21:6[4][5][6] ",
          "header=line 2: ");
    check("sep=;\n", "empty-file: the file is empty", "");
}

static void test_two_lines(void **state)
{
    (void)state;
    const struct dialect_wish two = {.header_rows = 2};
    const struct dialect_wish one = {.header_rows = 1};
    check("key,b\nNumber,B\n1,2\n", "1x2[key][b] 3+15:4[1][2] ",
          "headings=2 lines: those of the second line are known as well\n");
    check_wish("key,b\nNumber,B\n1,2\n", &one, "1x1[key][b] 2+6:9[Number][B] ", "header=line 1: ");
    check_wish("key,b\nx,y\n1,2\n", &two, "1x2[key][b] 3+10:4[1][2] ",
               "headings=2 lines: the profile says so\n");
}

static void test_a_wished_line(void **state)
{
    (void)state;
    const struct dialect_wish third = {.header_line = 3};
    check_wish("number,x\n\na,b\n1,2\n", &third, "3x1[a][b] 4+14:4[1][2] ",
               "header=line 3: the profile says so\n");
}

static void check_totals(const char *line, bool wanted)
{
    ON_LEAVE(close_fd) int fd = file_of(line, strlen(line));
    struct rows *r = rows_new(fd, ',', limits, 0, 1);
    struct row row;
    next(r, &row);
    if (row_is_totals(&row) != wanted)
        fail_msg("%s", line);
    rows_free(r);
}

static void test_totals(void **state)
{
    (void)state;
    static const char *const totals[] = {"Total",        ",TOTAL: 12,,",      "Grand total,12,3.5",
                                         "Summe:,,1",    "Gesamt 12",         ",,Anzahl,12",
                                         "subtotal,1,-", "Zwischensumme,1,2", "Totals\t5"};
    static const char *const others[] = {
        "Total,Ann",       "Summers,12", "Sum-Lee,1", "Total records", "12,Total",
        "Count Dracula,1", "Totalis",    ",,",        "1,2",           "Sum,\u00fc"};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(totals); i++)
        check_totals(totals[i], true);
    for (size_t i = 0; i < COUNT_OF(others); i++)
        check_totals(others[i], false);
}

static void test_choices(void **state)
{
    (void)state;
    char choices[CHOICES_ROOM] = "";
    char full[CHOICES_ROOM];
    struct choice c;
    choices_add(choices, "encoding", "utf-8", "%s", "it: is = so");
    choices_add(choices, "header", "line 2", "%d", 7);
    memcpy(full, choices, sizeof full);
    for (size_t i = 0; i < 100; i++)
        choices_add(full, "delimiter", "tab", "one that does not fit is left out as a whole");
    assert_in_range(strlen(full), CHOICES_ROOM - 64, CHOICES_ROOM - 1);
    assert_int_equal(full[strlen(full) - 1], '\n');

    const char *at = choices;
    assert_true(choices_next(&at, &c));
    assert_memory_equal(c.what.at, "encoding", c.what.len);
    assert_int_equal(c.what.len, strlen("encoding"));
    assert_memory_equal(c.value.at, "utf-8", c.value.len);
    assert_memory_equal(c.reason.at, "it: is = so", strlen("it: is = so"));
    assert_int_equal(c.reason.len, strlen("it: is = so"));
    assert_true(choices_next(&at, &c));
    assert_int_equal(c.value.len, strlen("line 2"));
    assert_false(choices_next(&at, &c));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_header),    cmocka_unit_test(test_titles),
        cmocka_unit_test(test_two_lines), cmocka_unit_test(test_a_wished_line),
        cmocka_unit_test(test_totals),    cmocka_unit_test(test_choices),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
