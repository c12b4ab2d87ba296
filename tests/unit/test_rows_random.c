/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The record reader on random texts: it agrees with a model written from RFC 4180, a seek yields
 * what was yielded before, and one bad row costs that row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "rows_text.h"

/* ---- against a model ----------------------------------------------------------------------- */

static uint64_t seed;

/* Numbers from 0 to below - 1, the same in every run (xorshift64*). */
static size_t pick(size_t below)
{
    seed ^= seed >> 12;
    seed ^= seed << 25;
    seed ^= seed >> 27;
    return (size_t)((seed * 2685821657736338717ULL) >> 33) % below;
}

static void random_text(struct buf *b, size_t len)
{
    static const char bytes[] = "\"\"\",,\n\n\rab\0";
    while (b->len < len)
        buf_char(b, bytes[pick(sizeof bytes - 1)]);
}

static bool is_end(char c)
{
    return c == '\n' || c == '\r';
}

/* Bytes of the first physical line of a text, its end included. */
static size_t model_line(const char *text, size_t len)
{
    size_t n = 0;
    while (n < len && !is_end(text[n]))
        n++;
    if (n < len)
        n += n + 1 < len && text[n] == '\r' && text[n + 1] == '\n' ? 2 : 1;
    return n;
}

/* RFC 4180 as a grammar: the record at the front of text, printed as row_print prints it, and its
 * bytes; 0 when none is well-formed. *ret_at is then where it breaks. */
static size_t model_record(const char *text, size_t len, struct buf *to, size_t *ret_at)
{
    size_t i = 0;
    for (;;) {
        buf_char(to, '[');
        if (i < len && text[i] == '"') {
            i++;
            while (i < len && (text[i] != '"' || (i + 1 < len && text[i + 1] == '"'))) {
                i += text[i] == '"';
                buf_char(to, text[i++]);
            }
            *ret_at = i;
            if (i++ == len)
                return 0;
        } else {
            while (i < len && text[i] != ',' && !is_end(text[i]) && text[i] != '"')
                buf_char(to, text[i++]);
        }
        buf_char(to, ']');
        *ret_at = i;
        if (i < len && text[i] == ',') {
            i++;
            continue;
        }
        return i == len || is_end(text[i]) ? i + model_line(text + i, len - i) : 0;
    }
}

/* The next row's text by the model, reading without an expected count. Steps *at and *line. */
static bool model_next(const char *text, size_t len, size_t *at, size_t *line, struct buf *to)
{
    while (*at < len && is_end(text[*at])) {
        *at += model_line(text + *at, len - *at);
        ++*line;
    }
    if (*at == len)
        return false;

    ON_LEAVE(buf_free) struct buf cells = {0};
    size_t broken = 0;
    size_t bytes = model_record(text + *at, len - *at, &cells, &broken);
    size_t first = model_line(text + *at, len - *at);
    bool bad = bytes == 0;
    if (bad)
        bytes = first;
    buf_format(to, "%zu+%zu:%zu", *line, *at, bytes);
    if (bad) /* an error within the first line is a stray quote */
        buf_text(to, broken < first && broken + *at < len ? "{stray" : "{unclosed");
    else
        buf_add(to, cells.at, cells.len);
    for (size_t end = *at + bytes; *at < end; ++*line)
        *at += model_line(text + *at, len - *at);
    return true;
}

/* How long the place is in the text of a malformed row. */
static size_t model_place(const struct buf *wanted)
{
    const char *code = strchr(buf_get(wanted), '{');
    assert_non_null(code);
    return (size_t)(code - wanted->at);
}

/* Reads the text in one go, comparing with the model; keeps places and printed rows. */
struct seen {
    uint64_t offset, line;
    struct buf text;
};

static size_t read_and_compare(struct rows *r, const struct buf *b, struct seen *seen)
{
    size_t at = 0;
    size_t line = 1;
    size_t count = 0;
    struct row row;
    for (next(r, &row); row.kind != ROW_KIND_END; next(r, &row)) {
        ON_LEAVE(buf_free) struct buf wanted = {0};
        assert_true(count < b->len);
        seen[count] = (struct seen){.offset = row.offset, .line = row.line};
        row_print(&row, &seen[count].text);
        assert_true(model_next(b->at, b->len, &at, &line, &wanted));
        if (row.repaired != CODE_NONE) /* of a malformed line only the place is known */
            wanted.len = model_place(&wanted);
        assert_true(seen[count].text.len >= wanted.len);
        assert_memory_equal(seen[count].text.at, wanted.at, wanted.len);
        assert_int_equal(row.offset + row.bytes, rows_offset(r));
        count++;
    }
    ON_LEAVE(buf_free) struct buf rest = {0};
    assert_false(model_next(b->at, b->len, &at, &line, &rest));
    assert_int_equal(row.offset, b->len);
    assert_int_equal(row.line, line);
    return count;
}

static void seek_everywhere(struct rows *r, const struct seen *seen, size_t count, size_t times)
{
    struct row row;
    for (size_t i = 0; count > 0 && i < times; i++) {
        size_t k = pick(count);
        rows_seek(r, seen[k].offset, seen[k].line);
        for (size_t n = 0; n < 2 && k + n < count; n++) {
            ON_LEAVE(buf_free) struct buf again = {0};
            next(r, &row);
            row_print(&row, &again);
            assert_int_equal(again.len, seen[k + n].text.len);
            assert_memory_equal(again.at, seen[k + n].text.at, again.len);
        }
    }
}

static void check_random(size_t len, size_t seeks)
{
    ON_LEAVE(buf_free) struct buf b = {0};
    random_text(&b, len);
    ON_LEAVE(close_fd) int fd = file_of(b.at, b.len);
    struct seen *seen = xcalloc(b.len + 1, sizeof *seen);
    struct rows *r = rows_new(fd, ',', limits, 0, 1);
    size_t count = read_and_compare(r, &b, seen);
    seek_everywhere(r, seen, count, seeks);
    rows_free(r);
    for (size_t i = 0; i < count; i++)
        buf_free(&seen[i].text);
    free(seen);
}

static void test_random_text(void **state)
{
    (void)state;
    seed = 4180;
    for (size_t i = 0; i < 400; i++)
        check_random(pick(30), 10);
    for (size_t i = 0; i < 100; i++)
        check_random(pick(4000), 100);
    for (size_t i = 0; i < 3; i++)
        check_random(150000 + pick(100000), 300);
}

/* With an expected count what is read depends on the place alone, too. */
static void test_random_text_with_a_count(void **state)
{
    (void)state;
    seed = 9011;
    for (size_t i = 0; i < 400; i++) {
        ON_LEAVE(buf_free) struct buf b = {0};
        random_text(&b, i % 200 ? pick(200) : 200000);
        ON_LEAVE(close_fd) int fd = file_of(b.at, b.len);
        struct seen *seen = xcalloc(b.len + 1, sizeof *seen);
        struct rows *r = rows_new(fd, ',', limits, 0, 1);
        rows_expect(r, 1 + pick(4));
        size_t count = 0;
        struct row row;
        for (next(r, &row); row.kind != ROW_KIND_END; next(r, &row)) {
            assert_true(count < b.len);
            seen[count] = (struct seen){.offset = row.offset, .line = row.line};
            row_print(&row, &seen[count++].text);
        }
        seek_everywhere(r, seen, count, 20);
        rows_free(r);
        for (size_t k = 0; k < count; k++)
            buf_free(&seen[k].text);
        free(seen);
    }
}

/* ---- well-formed rows, and one that is not ------------------------------------------------- */

#define COLUMNS 5

/* A cell of a table, written quoted when it must be or by chance. plain: nothing in it that could
 * be taken for the end of another cell's quote. */
static void random_cell(struct buf *value, struct buf *written, bool plain)
{
    static const char bytes[] = "ab 1,\n\r\"";
    for (size_t n = pick(8); n > 0; n--)
        buf_char(value, bytes[pick(plain ? 4 : sizeof bytes - 1)]);
    bool quote = strpbrk(buf_get(value), ",\n\r\"") || pick(3) == 0;
    if (quote)
        buf_char(written, '"');
    for (size_t i = 0; i < value->len; i++) {
        if (value->at[i] == '"')
            buf_char(written, '"');
        buf_char(written, value->at[i]);
    }
    if (quote)
        buf_char(written, '"');
}

/* One row of the table: what is written, and what it must be read as. */
static void random_row(size_t number, const char *end, struct buf *text, struct buf *wanted)
{
    buf_format(text, "%zu", number);
    buf_format(wanted, "[%zu]", number);
    for (size_t c = 1; c < COLUMNS; c++) {
        ON_LEAVE(buf_free) struct buf value = {0};
        buf_char(text, ',');
        random_cell(&value, text, false);
        buf_format(wanted, "[%s]", buf_get(&value));
    }
    buf_text(text, end);
}

/* A row each of whose lines looks like a row is refused as one, so that nobody is lost or made up;
 * by chance that happens to one in many. */
static void test_well_formed_rows(void **state)
{
    (void)state;
    static const char *const ends[] = {"\n", "\r\n", "\r"};
    size_t all = 0;
    size_t refused = 0;
    seed = 25;
    for (size_t i = 0; i < 200; i++) {
        ON_LEAVE(buf_free) struct buf text = {0};
        struct buf wanted[30] = {{0}};
        size_t behind[30];
        size_t rows = 1 + pick(30);
        for (size_t n = 0; n < rows; n++) {
            random_row(n, ends[i % 3], &text, &wanted[n]);
            behind[n] = text.len;
        }
        ON_LEAVE(close_fd) int fd = file_of(text.at, text.len);
        struct rows *r = rows_new(fd, ',', limits, 0, 1);
        rows_expect(r, COLUMNS);
        for (size_t n = 0; n < rows; n++) {
            ON_LEAVE(buf_free) struct buf got = {0};
            struct row row;
            next(r, &row);
            assert_int_equal(row.offset + row.bytes, behind[n]);
            for (size_t c = 0; row.kind == ROW_KIND_RECORD && c < row.count; c++)
                buf_format(&got, "[%s]", row.cells[c].at);
            if (row.kind == ROW_KIND_RECORD)
                assert_string_equal(buf_get(&got), buf_get(&wanted[n]));
            all++;
            refused += row.kind != ROW_KIND_RECORD;
            buf_free(&wanted[n]);
        }
        struct row last;
        next(r, &last);
        assert_int_equal(last.kind, ROW_KIND_END);
        rows_free(r);
    }
    assert_true(refused * 100 < all);
}

/* Of rows of one line each, one loses a quote: all others are read, whole and unchanged. */
static void test_one_bad_row_costs_that_row(void **state)
{
    (void)state;
    seed = 77;
    for (size_t i = 0; i < 300; i++) {
        ON_LEAVE(buf_free) struct buf text = {0};
        size_t rows = 2 + pick(20);
        size_t bad = 1 + pick(rows);
        for (size_t n = 1; n <= rows; n++) {
            ON_LEAVE(buf_free) struct buf value = {0};
            ON_LEAVE(buf_free) struct buf cell = {0};
            random_cell(&value, &cell, true);
            buf_format(&text, "%zu,\"n, %zu\",%s,\"", n, n, buf_get(&cell));
            buf_format(&text, "Lee%s,\"x\"\"y\"\n", n == bad ? "" : "\"");
        }
        ON_LEAVE(close_fd) int fd = file_of(text.at, text.len);
        struct rows *r = rows_new(fd, ',', limits, 0, 1);
        rows_expect(r, i % 2 ? COLUMNS : 0);
        for (size_t n = 1; n <= rows; n++) {
            struct row row;
            next(r, &row);
            assert_int_equal(row.line, n);
            assert_int_equal(row.kind, n == bad ? ROW_KIND_MALFORMED : ROW_KIND_RECORD);
            if (n == bad) {
                assert_int_equal(row.column, 3);
                continue;
            }
            char number[24];
            snprintf(number, sizeof number, "%zu", n);
            assert_int_equal(row.count, COLUMNS);
            assert_string_equal(row.cells[0].at, number);
            assert_string_equal(row.cells[3].at, "Lee");
            assert_string_equal(row.cells[4].at, "x\"y");
        }
        rows_free(r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_text),
        cmocka_unit_test(test_random_text_with_a_count),
        cmocka_unit_test(test_well_formed_rows),
        cmocka_unit_test(test_one_bad_row_costs_that_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
