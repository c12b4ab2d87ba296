/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include <limits.h>

#include "ledger_block.h"

static struct ledger_row rows[LEDGER_BLOCK_ROWS];
static struct ledger_row got[LEDGER_BLOCK_ROWS];
static uint8_t bytes[LEDGER_BLOCK_MOST];

static void assert_rows_equal(const struct ledger_row *a, const struct ledger_row *b)
{
    assert_true(a->row == b->row);
    if (!a->row)
        return;
    assert_true(a->line == b->line && a->offset == b->offset && a->bytes == b->bytes);
    assert_int_equal(a->state, b->state);
    assert_int_equal(a->findings, b->findings);
    assert_int_equal(a->doubted, b->doubted);
    assert_int_equal(a->attempts, b->attempts);
    assert_int_equal(a->code, b->code);
    assert_true(a->due == b->due && a->finished == b->finished);
    assert_string_equal(a->number, b->number);
    assert_string_equal(a->detail, b->detail);
}

/* Writes the rows and reads them again; returns the length. */
static size_t there_and_back(uint64_t first)
{
    size_t len = ledger_block_encode(rows, bytes);
    assert_in_range(len, 0, sizeof bytes);
    uint8_t *exact = xmalloc(len + 1); /* so that a sanitizer sees a read beyond the last one */
    memcpy(exact, bytes, len);
    memset(got, 0xa5, sizeof got);
    assert_true(ledger_block_decode(exact, len, first, got));
    for (size_t i = 0; i < LEDGER_BLOCK_ROWS; i++)
        assert_rows_equal(&got[i], &rows[i]);
    free(exact);
    return len;
}

static void rows_clear(void)
{
    memset(rows, 0, sizeof rows);
}

static struct ledger_row usual(size_t i, enum row_state state)
{
    struct ledger_row row = {.row = 1 + i,
                             .line = 2 + i,
                             .offset = 400 + 251 * i,
                             .bytes = 250,
                             .state = state,
                             .finished = state < ROW_FINAL ? 0 : 1714552200125 + (int64_t)i / 4};
    snprintf(row.number, sizeof row.number, "%07zu", 999990 + i);
    return row;
}

static void what_is_usual_is_short(void **state)
{
    (void)state;
    rows_clear();
    assert_int_equal(there_and_back(1), 0);
    for (size_t i = 0; i < LEDGER_BLOCK_ROWS; i++)
        rows[i] = usual(i, ROW_PLANNED);
    assert_in_range(there_and_back(1), 2 * LEDGER_BLOCK_ROWS, 2 * LEDGER_BLOCK_ROWS + 20);
    for (size_t i = 0; i < LEDGER_BLOCK_ROWS; i++)
        rows[i] = usual(i, ROW_CREATED);
    assert_in_range(there_and_back(1), 3 * LEDGER_BLOCK_ROWS, 3 * LEDGER_BLOCK_ROWS + 30);
}

static const uint64_t extremes[] = {0, 1, 127, 128, 1ULL << 32, INT64_MAX, 1ULL << 63, UINT64_MAX};
static const int64_t times[] = {0, 1, -1, 1714552200125, INT64_MAX, INT64_MIN};
static const int ints[] = {0, 1, -1, 63, 64, CODE_PBX + 10033, INT_MAX, INT_MIN};
static const enum row_state states[] = {ROW_PLANNED, ROW_SENDING, ROW_DOUBT,
                                        ROW_REFUSED, ROW_CREATED, ROW_UNCHANGED,
                                        ROW_SKIPPED, ROW_INVALID, ROW_FAILED};
static const char *const numbers[] = {"",
                                      "0",
                                      "9",
                                      "10",
                                      "99",
                                      "100",
                                      "0999",
                                      "1000",
                                      "9999999",
                                      "9999998",
                                      "abc",
                                      "a9",
                                      "12345678",
                                      "9999999999999999999999999999999",
                                      "0999999999999999999999999999999",
                                      "x/:"};

static unsigned dice;

static size_t roll(size_t most)
{
    dice = dice * 1103515245u + 12345u;
    return (dice >> 8) % most;
}

#define ONE_OF(list) list[roll(COUNT_OF(list))]

static struct ledger_row any_row(uint64_t n)
{
    struct ledger_row row = {.row = n,
                             .line = ONE_OF(extremes),
                             .offset = ONE_OF(extremes),
                             .bytes = ONE_OF(extremes),
                             .state = ONE_OF(states),
                             .findings = roll(2),
                             .doubted = roll(2),
                             .attempts = ONE_OF(ints),
                             .code = ONE_OF(ints),
                             .due = ONE_OF(times),
                             .finished = ONE_OF(times)};
    snprintf(row.number, sizeof row.number, "%s", ONE_OF(numbers));
    memset(row.detail, 'd', roll(sizeof row.detail));
    return row;
}

static void whatever_is_written_is_read_again(void **state)
{
    (void)state;
    static const uint64_t firsts[] = {1, 129, UINT64_MAX - LEDGER_BLOCK_ROWS + 1};
    for (dice = 0; dice < 300000;) {
        unsigned seed = dice;
        uint64_t first = ONE_OF(firsts);
        size_t there = roll(4); /* of four rows so many */
        rows_clear();
        for (size_t i = 0; i < LEDGER_BLOCK_ROWS; i++)
            if (roll(4) < there)
                rows[i] = any_row(first + i);
        there_and_back(first);
        dice = seed + 997;
    }
}

static void the_longest_fits(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEDGER_BLOCK_ROWS; i++) {
        rows[i] = any_row(1 + i);
        rows[i].line = rows[i].bytes = i % 2 ? 0 : 1ULL << 63;
        rows[i].offset = i % 2 ? 1ULL << 62 : 3ULL << 62;
        rows[i].due = INT64_MIN;
        rows[i].finished = i % 2 ? INT64_MIN : INT64_MAX;
        rows[i].attempts = rows[i].code = INT_MIN;
        memset(rows[i].number, 'a' + (int)(i % 2), sizeof rows[i].number - 1);
        memset(rows[i].detail, 'd', sizeof rows[i].detail - 1);
    }
    assert_in_range(there_and_back(1), 149 * LEDGER_BLOCK_ROWS, sizeof bytes);
}

/* A block that was cut, or of which a byte changed: refused, or rows that are fit to be rows. */
static void damaged_bytes_do_no_harm(void **state)
{
    (void)state;
    size_t refused = 0;
    dice = 1;
    for (size_t i = 0; i < LEDGER_BLOCK_ROWS; i++)
        rows[i] = any_row(1 + i);
    size_t len = ledger_block_encode(rows, bytes);
    for (size_t round = 0; round < 20000; round++) {
        size_t cut = 1 + roll(len);
        uint8_t *exact = xmalloc(cut);
        memcpy(exact, bytes, cut);
        for (size_t changes = roll(4); changes > 0; changes--)
            exact[roll(cut)] = (uint8_t)roll(256);
        if (!ledger_block_decode(exact, cut, 1, got)) {
            refused++;
        } else {
            memcpy(rows, got, sizeof rows);
            there_and_back(1);
            ledger_block_encode(rows, bytes);
            for (size_t i = 0; i < LEDGER_BLOCK_ROWS; i++)
                rows[i] = any_row(1 + i);
            len = ledger_block_encode(rows, bytes);
        }
        free(exact);
    }
    assert_in_range(refused, 10000, 20000);
}

static void what_is_no_block_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t len;
    } cases[] = {
        {"\x04\x00", 2},                                          /* no such state */
        {"\x0f\x00", 2},                                          /* nor this */
        {"\x00", 1},                                              /* cut before its bytes */
        {"\x80", 1},                                              /* cut before what is rare */
        {"\x80\x80\x00", 3},                                      /* a bit that nothing has */
        {"\x80\x04\x80\x00", 4},                                  /* rows beyond the last one */
        {"\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 12}, /* a number without end */
        {"\x20\x00\x20"
         "11111111111111111111111111111111",
         35}, /* a text too long */
        {"\x20\x00\x03"
         "1\0"
         "1",
         6}, /* a text with a NUL in it */
        {"\x20\x00\x03"
         "11",
         5},                                     /* a text that is cut */
        {"\x80\x08\x00\x80\x80\x80\x80\x20", 8}, /* attempts beyond an int */
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_false(ledger_block_decode((const uint8_t *)cases[i].bytes, cases[i].len, 1, got));
    memset(bytes, 0, sizeof bytes); /* two bytes a row: one row too many */
    assert_true(ledger_block_decode(bytes, 2 * LEDGER_BLOCK_ROWS, 1, got));
    assert_false(ledger_block_decode(bytes, 2 * LEDGER_BLOCK_ROWS + 2, 1, got));
}

static void a_sum_tells_bytes_apart(void **state)
{
    (void)state;
    uint8_t text[64] = {0};
    uint32_t sum = ledger_block_sum(text, sizeof text, 7);
    assert_int_equal(ledger_block_sum(text, sizeof text, 7), sum);
    assert_int_not_equal(ledger_block_sum(text, sizeof text, 8), sum);
    assert_int_not_equal(ledger_block_sum(text, sizeof text - 1, 7), sum);
    for (size_t bit = 0; bit < 8 * sizeof text; bit++) {
        text[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_not_equal(ledger_block_sum(text, sizeof text, 7), sum);
        text[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_usual_is_short),
        cmocka_unit_test(whatever_is_written_is_read_again),
        cmocka_unit_test(the_longest_fits),
        cmocka_unit_test(damaged_bytes_do_no_harm),
        cmocka_unit_test(what_is_no_block_is_refused),
        cmocka_unit_test(a_sum_tells_bytes_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
