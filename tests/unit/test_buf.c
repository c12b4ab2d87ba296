/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "buf.h"

static void is_empty_text_before_anything_was_added(void **state)
{
    (void)state;
    struct buf b = {0};
    assert_string_equal(buf_get(&b), "");
    assert_true(buf_add(&b, NULL, 0));
    assert_string_equal(buf_get(&b), "");
    buf_free(&b);
    assert_string_equal(buf_get(&b), "");
    buf_wipe(&b);
}

static void adds_at_the_end(void **state)
{
    (void)state;
    struct buf b = {0};
    assert_true(buf_text(&b, "one"));
    assert_true(buf_char(&b, ' '));
    assert_true(buf_add(&b, "two\0three", 9));
    assert_true(buf_format(&b, "-%03d-%s", 7, "x"));
    assert_int_equal(b.len, 4 + 9 + 6);
    assert_memory_equal(b.at, "one two\0three-007-x", b.len + 1);
    buf_free(&b);
}

static void writes_numbers(void **state)
{
    (void)state;
    static const uint64_t numbers[] = {0, 9, 10, 1234567890, UINT64_MAX};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct buf b = {0};
        char printed[32];
        snprintf(printed, sizeof printed, "%llu", (unsigned long long)numbers[i]);
        assert_true(buf_number(&b, numbers[i]));
        assert_string_equal(buf_get(&b), printed);
        buf_free(&b);
    }
}

/* What does not fit leaves no trace, wherever the text would have ended. */
static void formats_all_or_nothing(void **state)
{
    (void)state;
    for (int len = 0; len < 200; len++) {
        struct buf b = {.most = 100};
        assert_true(buf_text(&b, "kept"));
        assert_int_equal(buf_format(&b, "%0*d", len + 1, 7), len + 1 <= 96);
        assert_int_equal(b.len, len + 1 <= 96 ? 4 + len + 1 : 4);
        assert_int_equal(strlen(b.at), b.len);
        buf_free(&b);
    }
}

/* Text, length and the NUL behind stay right over every growth. */
static void grows(void **state)
{
    (void)state;
    struct buf b = {0};
    for (size_t i = 0; i < 3000; i++) {
        assert_true(buf_char(&b, (char)('a' + i % 26)));
        assert_int_equal(b.len, i + 1);
        assert_int_equal(b.at[b.len], '\0');
    }
    for (size_t i = 0; i < 3000; i++)
        assert_int_equal(b.at[i], 'a' + i % 26);

    char *large = xcalloc(1, 100001);
    memset(large, 'z', 100000);
    assert_true(buf_text(&b, large));
    assert_true(buf_format(&b, "%s%s", large, large));
    assert_int_equal(b.len, 303000);
    assert_int_equal(strspn(b.at + 3000, "z"), 300000);
    free(large);
    buf_free(&b);
}

static void adds_nothing_beyond_its_limit(void **state)
{
    (void)state;
    struct buf b = {.most = 5};
    assert_false(buf_text(&b, "123456"));
    assert_string_equal(buf_get(&b), "");
    assert_true(buf_text(&b, "1234"));
    assert_false(buf_text(&b, "56"));
    assert_false(buf_format(&b, "%d", 56));
    assert_false(buf_add(&b, "", SIZE_MAX));
    assert_string_equal(b.at, "1234");
    assert_true(buf_format(&b, "%d", 5));
    assert_false(buf_char(&b, '6'));
    assert_true(buf_text(&b, ""));
    assert_string_equal(b.at, "12345");
    assert_int_equal(b.len, 5);
    buf_free(&b);
}

static void keeps_its_limit_over_reset_and_free(void **state)
{
    (void)state;
    struct buf b = {.most = 3};
    assert_true(buf_text(&b, "abc"));
    buf_reset(&b);
    assert_int_equal(b.len, 0);
    assert_string_equal(b.at, "");
    assert_true(buf_text(&b, "def"));
    assert_false(buf_char(&b, 'g'));
    buf_free(&b);
    assert_null(b.at);
    assert_false(buf_text(&b, "abcd"));
    assert_true(buf_text(&b, "ghi"));
    assert_string_equal(b.at, "ghi");
    buf_wipe(&b);
    assert_null(b.at);
    assert_int_equal(b.room, 0);
}

static void writes_names_printably(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t len;
        const char *printed;
    } cases[] = {
        {"people.csv", 10, "people.csv"},
        {"a b%c", 5, "a b%c"},
        {"a\nb\tc", 5, "a%0Ab%09c"},
        {"\x1b[31m", 5, "%1B[31m"},
        {"\x7f", 1, "%7F"},
        {"a\0b", 3, "a%00b"},
        {"Zo\xc3\xab", 4, "Zo\xc3\xab"},
        {"\xe2\x82\xac\xf0\x9f\x98\x80", 7, "\xe2\x82\xac\xf0\x9f\x98\x80"},
        {"Zo\xeb.csv", 7, "Zo%EB.csv"},
        {"\xe2\x82", 2, "%E2%82"},
        {"\xed\xa0\x80", 3, "%ED%A0%80"},
        {"\xc2\x80\xc2\x9f\xc2\xa0", 6, "%C2%80%C2%9F\xc2\xa0"},
        {"", 0, ""},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct buf b = {0};
        assert_true(buf_name(&b, cases[i].name, cases[i].len));
        assert_string_equal(buf_get(&b), cases[i].printed);
        buf_free(&b);
    }
}

static void adds_a_name_whole_or_not_at_all(void **state)
{
    (void)state;
    struct buf b = {.most = 8};
    assert_true(buf_text(&b, "x:"));
    assert_false(buf_name(&b, "abcd\n", 5));
    assert_string_equal(b.at, "x:");
    assert_int_equal(b.len, 2);
    assert_false(buf_name(&b, "abcde\xc3\xab", 7));
    assert_string_equal(b.at, "x:");
    assert_true(buf_name(&b, "abc\n", 4));
    assert_string_equal(b.at, "x:abc%0A");
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_empty_text_before_anything_was_added),
        cmocka_unit_test(adds_at_the_end),
        cmocka_unit_test(writes_numbers),
        cmocka_unit_test(formats_all_or_nothing),
        cmocka_unit_test(grows),
        cmocka_unit_test(adds_nothing_beyond_its_limit),
        cmocka_unit_test(keeps_its_limit_over_reset_and_free),
        cmocka_unit_test(writes_names_printably),
        cmocka_unit_test(adds_a_name_whole_or_not_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
