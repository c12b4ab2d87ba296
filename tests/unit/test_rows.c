/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The record reader: what it yields for given texts, and its limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "rows_text.h"

/* All rows of a text as one text. */
static void read_all(const char *text, size_t len, char delimiter, size_t expect, struct buf *to)
{
    ON_LEAVE(close_fd) int fd = file_of(text, len);
    struct rows *r = rows_new(fd, delimiter, limits, 0, 1);
    rows_expect(r, expect);
    struct row row = {.kind = ROW_KIND_RECORD};
    while (row.kind != ROW_KIND_END) {
        next(r, &row);
        row_print(&row, to);
    }
    assert_int_equal(rows_offset(r), len);
    rows_free(r);
}

#define CHECK(text, delimiter, expect, wanted)                                                     \
    check_read(text, sizeof(text) - 1, delimiter, expect, wanted, sizeof(wanted) - 1)

static void check_read(const char *text, size_t len, char delimiter, size_t expect,
                       const char *wanted, size_t wanted_len)
{
    ON_LEAVE(buf_free) struct buf got = {0};
    read_all(text, len, delimiter, expect, &got);
    assert_string_equal(buf_get(&got), wanted);
    assert_int_equal(got.len, wanted_len);
}

/* ---- what is read -------------------------------------------------------------------------- */

static void test_plain(void **state)
{
    (void)state;
    CHECK("", ',', 0, "1+0:0END");
    CHECK("a,b\n1,2\n", ',', 0, "1+0:4[a][b] 2+4:4[1][2] 3+8:0END");
    CHECK("a,b\n1,2", ',', 0, "1+0:4[a][b] 2+4:3[1][2] 3+7:0END");
    CHECK(",\n", ',', 0, "1+0:2[][] 2+2:0END");
    CHECK("a,\n", ',', 0, "1+0:3[a][] 2+3:0END");
    CHECK("a,", ',', 0, "1+0:2[a][] 2+2:0END");
    CHECK("a;b,c\n", ';', 0, "1+0:6[a][b,c] 2+6:0END");
    CHECK("a\tb\n", '\t', 0, "1+0:4[a][b] 2+4:0END");
    CHECK("\ta\t\n", '\t', 0, "1+0:4[][a][] 2+4:0END");
}

static void test_line_ends(void **state)
{
    (void)state;
    CHECK("a\r\nb\r\n", ',', 0, "1+0:3[a] 2+3:3[b] 3+6:0END");
    CHECK("a\rb\r", ',', 0, "1+0:2[a] 2+2:2[b] 3+4:0END");
    CHECK("a\nb\rc\r\nd", ',', 0, "1+0:2[a] 2+2:2[b] 3+4:3[c] 4+7:1[d] 5+8:0END");
    CHECK("\"a\r\nb\rc\nd\"\r\ne\r\n", ',', 0, "1+0:12[a\r\nb\rc\nd] 5+12:3[e] 6+15:0END");
}

static void test_empty_lines_are_no_records(void **state)
{
    (void)state;
    CHECK("\n\r\n\ra\n\n\r\nb\n\n", ',', 0, "4+4:2[a] 7+9:2[b] 9+12:0END");
    CHECK("\n\n", ',', 0, "3+2:0END");
    CHECK("\"\"\n \n", ',', 0, "1+0:3[] 2+3:2[ ] 3+5:0END");
}

static void test_quotes(void **state)
{
    (void)state;
    CHECK("\"a,b\",\"c\"\"d\",\"\"\n", ',', 0, "1+0:16[a,b][c\"d][] 2+16:0END");
    CHECK("\"\"\"\"\n", ',', 0, "1+0:5[\"] 2+5:0END");
    CHECK("\"a\n\nb\",c\nd,e\n", ',', 0, "1+0:9[a\n\nb][c] 4+9:4[d][e] 5+13:0END");
    CHECK("\"\n\",\"\n\"\nd", ',', 0, "1+0:8[\n][\n] 4+8:1[d] 5+9:0END");
    CHECK("\"a\"", ',', 0, "1+0:3[a] 2+3:0END");
}

static void test_cells_come_as_they_are(void **state)
{
    (void)state;
    CHECK(" a , \tb\t,\" c \"\n", ',', 0, "1+0:15[ a ][ \tb\t][ c ] 2+15:0END");
    CHECK("a\0b,\xff\xfe\n", ',', 0, "1+0:7[a\0b][\xff\xfe] 2+7:0END");
    CHECK("\xef\xbb\xbf"
          "a\n",
          ',', 0,
          "1+0:5[\xef\xbb\xbf"
          "a] 2+5:0END");
}

static void test_stray_quote(void **state)
{
    (void)state;
    CHECK("a,b\"c\"x\"d\"\n", ',', 3, "1+0:11{stray-quote quote=0 cell=1} 2+11:0END");
    CHECK("a\"b,c\ne\n", ',', 0, "1+0:6{stray-quote quote=0 cell=0} 2+6:2[e] 3+8:0END");
    CHECK("a,b,\"c\"d\r\ne\r\n", ',', 0, "1+0:10{stray-quote quote=0 cell=2} 2+10:3[e] 3+13:0END");
    CHECK("\"a\" ,b\ne", ',', 0, "1+0:7(stray-quote cell=0)[a][b] 2+7:1[e] 3+8:0END");
    CHECK("a, \"b\"", ',', 0, "1+0:6(stray-quote cell=1)[a][b] 2+6:0END");
}

static void test_unclosed_quote(void **state)
{
    (void)state;
    /* to the end of the file */
    CHECK("a,\"b\nc,d\ne,f\n", ',', 0,
          "1+0:5{unclosed-quote quote=1 cell=1} 2+5:4[c][d] 3+9:4[e][f] 4+13:0END");
    CHECK("a,\"b", ',', 0, "1+0:4{unclosed-quote quote=1 cell=1} 2+4:0END");
    /* broken by a well-formed quoted cell further down */
    CHECK("a,\"b\nc,d\n\"e\",f\n", ',', 0,
          "1+0:5{unclosed-quote quote=1 cell=1} 2+5:4[c][d] 3+9:6[e][f] 4+15:0END");
    /* opened on a later line of the record */
    CHECK("a,\"b\nc\",\"d\ne\n", ',', 0,
          "1+0:5{unclosed-quote quote=2 cell=2} 2+5:6{stray-quote quote=0 cell=0} 3+11:2[e] "
          "4+13:0END");
    /* each line opens one */
    CHECK("a,\"b\nc,\"d\n", ',', 0,
          "1+0:5{unclosed-quote quote=1 cell=1} 2+5:5{unclosed-quote quote=2 cell=1} 3+10:0END");
    /* a cell over two lines after it stays whole */
    CHECK("a,\"b\nc,\"d\ne\"\nf,g\n", ',', 0,
          "1+0:5{unclosed-quote quote=1 cell=1} 2+5:8[c][d\ne] 4+13:4[f][g] 5+17:0END");
}

static void test_merged_rows_are_told_by_their_count(void **state)
{
    (void)state;
    /* the quote that opens the third line closes the first line's */
    CHECK("1,\"Ann,x\n2,Bob,y\n3,\"\nCy\",z\n", ',', 3,
          "1+0:9(unclosed-quote cell=1)[1][Ann][x] 2+9:8[2][Bob][y] 3+17:10[3][\nCy][z] 5+27:0END");
    CHECK("1,\"Ann,x\n3,\"\nCy\",z\n", ',', 3,
          "1+0:9(unclosed-quote cell=1)[1][Ann][x] 2+9:10[3][\nCy][z] 4+19:0END");
    CHECK("1,\"Ann,x\n\n2,Bob,y\n3\",Cy,z,\n", ',', 3,
          "1+0:9(unclosed-quote cell=1)[1][Ann][x] 3+10:8[2][Bob][y] "
          "4+18:9{stray-quote quote=0 cell=0} 5+27:0END");
    CHECK("1,\"Ann,x\n2,Bob,y\n3,\",Cy\",z\n", ',', 3,
          "1+0:9(unclosed-quote cell=1)[1][Ann][x] 2+9:8[2][Bob][y] 3+17:10[3][,Cy][z] 4+27:0END");
    /* not told without a count to go by, nor where nothing inside looks like a row */
    CHECK("1,\"Ann,x\n2,Bob,y\n3\",Cy,z,\n", ',', 0,
          "1+0:26[1][Ann,x\n2,Bob,y\n3][Cy][z][] 4+26:0END");
    CHECK("1,\"Ann\nLee\",x,y\nb,c,d\n", ',', 3,
          "1+0:16[1][Ann\nLee][x][y] 3+16:6[b][c][d] 4+22:0END");
    CHECK("1,\"A\nx,y,z,w\"\"\nB\",c,d\n", ',', 3, "1+0:22[1][A\nx,y,z,w\"\nB][c][d] 4+22:0END");
    CHECK("\"a\nb\nc\",d\n", ',', 1, "1+0:10[a\nb\nc][d] 4+10:0END");
    /* the quote to blame is the one that was open at the end of the first line */
    CHECK("1,\"A\nb\",c,\"d\n2,Bob,y\ne\",f\n", ',', 3,
          "1+0:5{unclosed-quote quote=1 cell=1} 2+5:8{stray-quote quote=0 cell=0} "
          "3+13:8[2][Bob][y] 4+21:5{stray-quote quote=0 cell=0} 5+26:0END");
}

static void test_merged_rows_are_told_by_their_shape(void **state)
{
    (void)state;
    /* nine columns; the inch mark of line 2 closes the quote of line 1 */
    CHECK("1,\"A,3,4,5,6,7,8,9\n2,5\",3,4,5,6,7,8,9\n", ',', 9,
          "1+0:19(unclosed-quote cell=1)[1][A][3][4][5][6][7][8][9] "
          "2+19:19(stray-quote cell=1)[2][5\"][3][4][5][6][7][8][9] 3+38:0END");
    CHECK("1,\"A,3\n2,B,3\n3,C,3\n4,D,3\n5,E\",3\n", ',', 3,
          "1+0:7(unclosed-quote cell=1)[1][A][3] 2+7:6[2][B][3] 3+13:6[3][C][3] 4+19:6[4][D][3] "
          "5+25:7(stray-quote cell=1)[5][E\"][3] 6+32:0END");
    /* with one delimiter more or less a line that begins as a row does gives it away */
    CHECK("1,\"A,3,4,5,6,7,8,9\n2,b,5\",3,4,5,6,7,8,9\n", ',', 9,
          "1+0:40{unclosed-quote quote=1 cell=1} 3+40:0END");
    CHECK("11,\"A,3,4,5\n12,b, 5\",3,4,5\n", ',', 5,
          "1+0:27{unclosed-quote quote=1 cell=1} 3+27:0END");
    /* otherwise it may be what was meant */
    CHECK("11,\"A,3,4,5\n2,b, 5\",3,4,5\n", ',', 5,
          "1+0:26[11][A,3,4,5\n2,b, 5][3][4][5] 3+26:0END");
    CHECK("11,3,4,5,\"A\n12,b\"\n", ',', 5, "1+0:18[11][3][4][5][A\n12,b] 3+18:0END");
    /* in few places it may be an accident: nobody can tell, so it is refused as one */
    CHECK("1,Ann,\"x\n2,Bob,y\"\n3,Cy,z\n", ',', 3,
          "1+0:18{unclosed-quote quote=1 cell=2} 3+18:7[3][Cy][z] 4+25:0END");
    /* an address of two lines is a cell, also with delimiters in it */
    CHECK("1,Ann,\"Street 5\nBerlin, Germany\"\n", ',', 3,
          "1+0:33[1][Ann][Street 5\nBerlin, Germany] 3+33:0END");
    CHECK("1,\"A\n2\",3,4,5,6,7,8,9\n", ',', 9, "1+0:22[1][A\n2][3][4][5][6][7][8][9] 3+22:0END");
}

/* A malformed line is a record where there is one way to read it, and never with lines behind it.
 */
static void test_malformed_lines_are_read(void **state)
{
    (void)state;
    CHECK("1, \"Ann\",x\n2,\"Bob\" ,y\n", ',', 3,
          "1+0:11(stray-quote cell=1)[1][Ann][x] 2+11:11(stray-quote cell=1)[2][Bob][y] 3+22:0END");
    CHECK("1,A \"B\" C,x\n2,\"A \"B\" C\",y\n", ',', 3,
          "1+0:12(stray-quote cell=1)[1][A \"B\" C][x] "
          "2+12:14(stray-quote cell=1)[2][A \"B\" C][y] 3+26:0END");
    CHECK("1,\"A \\\"B\\\" C\",x\n", ',', 3,
          "1+0:16(stray-quote cell=1)[1][A \"B\" C][x] 2+16:0END");
    /* the last cell's quote may be closed in a line to come, unless that is a record by itself */
    CHECK("1,x,\"Ann\n2,y,Bob\n", ',', 3,
          "1+0:9(unclosed-quote cell=2)[1][x][Ann] 2+9:8[2][y][Bob] 3+17:0END");
    CHECK("1,x,\"Ann\nLee\n2,y,Bob\n", ',', 3,
          "1+0:9{unclosed-quote quote=1 cell=2} 2+9:4[Lee] 3+13:8[2][y][Bob] 4+21:0END");
    CHECK("1,x,\"Ann", ',', 3, "1+0:8(unclosed-quote cell=2)[1][x][Ann] 2+8:0END");
    /* what cannot be understood stays malformed */
    CHECK("1,\"Bob\" Lee,x\n2,y,z\n", ',', 3,
          "1+0:14{stray-quote quote=0 cell=1} 2+14:6[2][y][z] 3+20:0END");
    CHECK("1,\"Lee, Bob,x\n2,y,z\n", ',', 3,
          "1+0:14{unclosed-quote quote=1 cell=1} 2+14:6[2][y][z] 3+20:0END");
}

static void test_other_quotes(void **state)
{
    (void)state;
    static const char text[] = "'1','Lee, ''Bob''','\"x\"'\n2,O'Neil,y\n";
    ON_LEAVE(buf_free) struct buf got = {0};
    ON_LEAVE(close_fd) int fd = file_of(text, sizeof text - 1);
    struct rows *r = rows_new(fd, ',', limits, 0, 1);
    struct row row;
    rows_quote(r, '\'');
    rows_expect(r, 3);
    for (next(r, &row); row.kind != ROW_KIND_END; next(r, &row))
        row_print(&row, &got);
    assert_string_equal(buf_get(&got), "1+0:25[1][Lee, 'Bob'][\"x\"] "
                                       "2+25:11(stray-quote cell=1)[2][O'Neil][y] ");
    rows_free(r);
}

static void test_the_end_of_the_file_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool unended;
    } cases[] = {{"a,b\n", false}, {"a,b", true}, {"a,b\r", false}, {"a,b\"c", true}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        ON_LEAVE(close_fd) int fd = file_of(cases[i].text, strlen(cases[i].text));
        struct rows *r = rows_new(fd, ',', limits, 0, 1);
        struct row row;
        next(r, &row);
        assert_int_equal(row.unended, cases[i].unended);
        rows_free(r);
    }
}

/* ---- limits -------------------------------------------------------------------------------- */

static void fill(struct buf *b, char c, size_t count)
{
    ON_LEAVE(free_text) char *text = xmalloc(count + 1);
    memset(text, c, count);
    buf_add(b, text, count);
}

static void check_first(const struct buf *text, size_t expect_bytes, int code, size_t column)
{
    ON_LEAVE(close_fd) int fd = file_of(text->at, text->len);
    struct rows *r = rows_new(fd, ',', limits, 0, 1);
    struct row row;
    next(r, &row);
    assert_int_equal(row.kind, code ? ROW_KIND_MALFORMED : ROW_KIND_RECORD);
    assert_int_equal(row.bytes, expect_bytes);
    assert_int_equal(row.code, code);
    assert_int_equal(row.column, column);
    next(r, &row);
    assert_int_equal(row.kind, ROW_KIND_RECORD);
    assert_int_equal(row.line, 2);
    assert_int_equal(row.offset, expect_bytes);
    assert_int_equal(row.count, 2);
    assert_string_equal(row.cells[0].at, "next");
    next(r, &row);
    assert_int_equal(row.kind, ROW_KIND_END);
    rows_free(r);
}

static void test_long_lines(void **state)
{
    (void)state;
    static const char *const ends[] = {"\n", "\r\n", "\r"};
    for (size_t e = 0; e < COUNT_OF(ends); e++) {
        for (size_t extra = 0; extra < 4; extra++) {
            ON_LEAVE(buf_free) struct buf b = {0};
            fill(&b, 'x', RECORD_MOST - 1 + extra);
            buf_text(&b, ends[e]);
            size_t bytes = b.len;
            buf_text(&b, "next,row\n");
            check_first(&b, bytes, extra < 2 ? CODE_NONE : CODE_TOO_LONG, 0);
        }
    }
}

static void test_very_long_line_in_pieces(void **state)
{
    (void)state;
    ON_LEAVE(buf_free) struct buf b = {0};
    fill(&b, '"', RECORD_MOST * 3 + 7);
    buf_text(&b, "\r\n");
    size_t bytes = b.len;
    buf_text(&b, "next,row");
    check_first(&b, bytes, CODE_TOO_LONG, 0);
}

static void test_too_long_line_at_the_end(void **state)
{
    (void)state;
    ON_LEAVE(buf_free) struct buf b = {0};
    fill(&b, 'x', RECORD_MOST + 1);
    ON_LEAVE(buf_free) struct buf got = {0};
    read_all(b.at, b.len, ',', 0, &got);
    assert_string_equal(buf_get(&got), "1+0:1048577{too-long quote=0 cell=0} 2+1048577:0END");
}

static void test_many_cells(void **state)
{
    (void)state;
    for (size_t extra = 0; extra < 3; extra++) {
        ON_LEAVE(buf_free) struct buf b = {0};
        fill(&b, ',', CELLS_MOST - 2 + extra);
        buf_text(&b, "\n");
        size_t bytes = b.len;
        buf_text(&b, "next,row\n");
        bool fits = extra < 2;
        check_first(&b, bytes, fits ? CODE_NONE : CODE_TOO_LONG, fits ? 0 : CELLS_MOST);
    }
}

/* Each limit is what it was set to, and the row says which one was passed. */
static void test_limits_are_those_that_were_set(void **state)
{
    (void)state;
    static const char text[] = "12345\n123456\na,b\n,,\n\"1\n3\"\n\"1\n34\"\n";
    ON_LEAVE(buf_free) struct buf got = {0};
    ON_LEAVE(close_fd) int fd = file_of(text, sizeof text - 1);
    struct rows *r = rows_new(fd, ',', (struct rows_limits){5, 2}, 0, 1);
    struct row row;
    for (next(r, &row); row.kind != ROW_KIND_END; next(r, &row)) {
        row_print(&row, &got);
        if (row.kind == ROW_KIND_MALFORMED && row.code == CODE_TOO_LONG)
            buf_format(&got, "limit=%zu ", row.limit);
    }
    assert_string_equal(buf_get(&got), "1+0:6[12345] 2+6:7{too-long quote=0 cell=0} limit=5 "
                                       "3+13:4[a][b] 4+17:3{too-long quote=0 cell=2} limit=2 "
                                       "5+20:6[1\n3] "
                                       "7+26:3{unclosed-quote quote=7 cell=0} "
                                       "8+29:4{stray-quote quote=0 cell=0} ");
    rows_free(r);
}

/* The record as long as any may be, with most cells and with most text, both quoted and not. */
static void test_fullest_records(void **state)
{
    (void)state;
    for (size_t quotes = 0; quotes < 2; quotes++) {
        ON_LEAVE(buf_free) struct buf b = {0};
        fill(&b, quotes ? '"' : 'x', quotes);
        fill(&b, 'y', RECORD_MOST - CELLS_MOST + 1 - 2 * quotes);
        fill(&b, quotes ? '"' : 'x', quotes);
        fill(&b, ',', CELLS_MOST - 1);
        assert_int_equal(b.len, RECORD_MOST);
        buf_text(&b, "\r\n");
        size_t bytes = b.len;
        buf_text(&b, "next,row\n");
        check_first(&b, bytes, CODE_NONE, 0);
    }
}

/* A quote left open over more lines than a record may have costs its own line only. */
static void test_open_quote_meets_the_limit(void **state)
{
    (void)state;
    ON_LEAVE(buf_free) struct buf b = {0};
    buf_text(&b, "a,\"b\n");
    size_t lines = 1;
    while (b.len < 2 * RECORD_MOST) {
        buf_text(&b, "some,plain,row\n");
        lines++;
    }
    ON_LEAVE(close_fd) int fd = file_of(b.at, b.len);
    struct rows *r = rows_new(fd, ',', limits, 0, 1);
    struct row row;
    next(r, &row);
    assert_int_equal(row.kind, ROW_KIND_MALFORMED);
    assert_int_equal(row.code, CODE_UNCLOSED_QUOTE);
    assert_int_equal(row.quote_line, 1);
    assert_int_equal(row.column, 1);
    assert_int_equal(row.bytes, 5);
    for (size_t line = 2; line <= lines; line++) {
        next(r, &row);
        assert_int_equal(row.kind, ROW_KIND_RECORD);
        assert_int_equal(row.line, line);
        assert_int_equal(row.count, 3);
    }
    next(r, &row);
    assert_int_equal(row.kind, ROW_KIND_END);
    rows_free(r);
}

/* Line ends at and around the places where the reader's window ends: it reads twice as much each
 * time, up to 64 KiB, from 4 KiB on. */
static void test_line_ends_anywhere(void **state)
{
    (void)state;
    static const char *const ends[] = {"\n", "\r\n", "\r"};
    static const size_t places[] = {4096, 4096 * 3, 4096 * 15, 4096 * 31};
    for (size_t i = 0; i < COUNT_OF(places) * COUNT_OF(ends); i++) {
        for (size_t len = places[i / COUNT_OF(ends)] - 3; len % 4096 != 4; len++) {
            ON_LEAVE(buf_free) struct buf b = {0};
            fill(&b, 'x', len);
            buf_text(&b, ends[i % COUNT_OF(ends)]);
            size_t bytes = b.len;
            buf_text(&b, "next,row\n");
            check_first(&b, bytes, CODE_NONE, 0);
        }
    }
}

/* A line that closes the quote before the limit, but goes on beyond it, is not taken for whole. */
static void test_last_line_meets_the_limit(void **state)
{
    (void)state;
    ON_LEAVE(buf_free) struct buf b = {0};
    ON_LEAVE(buf_free) struct buf got = {0};
    buf_text(&b, "a,\"b\nc\",");
    fill(&b, 'x', RECORD_MOST - 5);
    buf_text(&b, "\nnext,row\n");
    read_all(b.at, b.len, ',', 0, &got);
    assert_string_equal(buf_get(&got), "1+0:5{unclosed-quote quote=1 cell=1} "
                                       "2+5:1048575{stray-quote quote=0 cell=0} "
                                       "3+1048580:9[next][row] 4+1048589:0END");
}

static void test_starting_anywhere(void **state)
{
    (void)state;
    for (size_t offset = 0; offset < 5; offset++) {
        ON_LEAVE(close_fd) int fd = file_of("abcd", 4);
        struct rows *r = rows_new(fd, ',', limits, offset, 9);
        struct row row;
        next(r, &row);
        assert_int_equal(row.line, 9);
        assert_int_equal(row.bytes, 4 - offset);
        assert_int_equal(row.kind, offset < 4 ? ROW_KIND_RECORD : ROW_KIND_END);
        if (offset < 4)
            assert_string_equal(row.cells[0].at, &"abcd"[offset]);
        rows_free(r);
    }
}

static void test_read_failure(void **state)
{
    (void)state;
    int pipes[2];
    assert_int_equal(pipe(pipes), 0);
    struct rows *r = rows_new(pipes[0], ',', limits, 0, 1);
    struct row row = {.line = 77};
    struct fault f = {0};
    assert_false(rows_next(r, &row, &f));
    assert_int_equal(f.kind, FAULT_IO);
    assert_int_equal(f.error, ESPIPE);
    assert_int_equal(row.line, 77);
    rows_free(r);
    close(pipes[0]);
    close(pipes[1]);
}

static void test_the_descriptor_stays_where_it_was(void **state)
{
    (void)state;
    ON_LEAVE(close_fd) int fd = file_of("a,b\nc,d\n", 8);
    assert_int_equal(lseek(fd, 3, SEEK_SET), 3);
    struct rows *r = rows_new(fd, ',', limits, 4, 2);
    struct row row;
    next(r, &row);
    assert_int_equal(row.line, 2);
    assert_string_equal(row.cells[1].at, "d");
    assert_int_equal(rows_offset(r), 8);
    assert_int_equal(lseek(fd, 0, SEEK_CUR), 3);
    rows_free(rows_free(r));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_line_ends),
        cmocka_unit_test(test_empty_lines_are_no_records),
        cmocka_unit_test(test_quotes),
        cmocka_unit_test(test_cells_come_as_they_are),
        cmocka_unit_test(test_stray_quote),
        cmocka_unit_test(test_unclosed_quote),
        cmocka_unit_test(test_merged_rows_are_told_by_their_count),
        cmocka_unit_test(test_merged_rows_are_told_by_their_shape),
        cmocka_unit_test(test_malformed_lines_are_read),
        cmocka_unit_test(test_other_quotes),
        cmocka_unit_test(test_the_end_of_the_file_is_told),
        cmocka_unit_test(test_long_lines),
        cmocka_unit_test(test_very_long_line_in_pieces),
        cmocka_unit_test(test_too_long_line_at_the_end),
        cmocka_unit_test(test_many_cells),
        cmocka_unit_test(test_limits_are_those_that_were_set),
        cmocka_unit_test(test_fullest_records),
        cmocka_unit_test(test_open_quote_meets_the_limit),
        cmocka_unit_test(test_line_ends_anywhere),
        cmocka_unit_test(test_last_line_meets_the_limit),
        cmocka_unit_test(test_starting_anywhere),
        cmocka_unit_test(test_read_failure),
        cmocka_unit_test(test_the_descriptor_stays_where_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
