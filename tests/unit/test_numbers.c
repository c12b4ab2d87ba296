/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "numbers.h"

static bool add(struct numbers *set, const char *number)
{
    return numbers_add(set, number, strlen(number));
}

static void test_different_strings_are_different_numbers(void **state)
{
    (void)state;
    static const char *const numbers[] = {
        "7",  "07",      "007",      "0000007",  "00000007", "0",
        "00", "0000000", "00000000", "9999999",  "1000000",  "10000000",
        "10", "110",     "1111110",  "",         " 7",       "7 ",
        "+7", "7a",      "a",        "12345678", "1234567",  "123456789",
        "-1", "1.5",     ":",        "0:",       "/",        "\xC3\xA9",
    };
    struct numbers *set = numbers_new();
    for (size_t i = 0; i < COUNT_OF(numbers); i++)
        assert_true(add(set, numbers[i]));
    for (size_t i = 0; i < COUNT_OF(numbers); i++)
        assert_false(add(set, numbers[i]));
    numbers_free(set);
}

/* Every string of up to five digits, and one of seven of the longer ones, has its own place. */
static void test_no_two_digits_strings_share_a_place(void **state)
{
    (void)state;
    struct numbers *set = numbers_new();
    char text[16];
    for (int again = 0; again < 2; again++) {
        unsigned most = 1;
        for (int digits = 1; digits <= 7; digits++) {
            most *= 10;
            for (unsigned n = 0; n<most; n += digits> 5 ? 7 : 1) {
                int len = snprintf(text, sizeof text, "%0*u", digits, n);
                if (numbers_add(set, text, (size_t)len) != (again == 0))
                    fail_msg("%s, round %d", text, again);
            }
        }
    }
    numbers_free(set);
}

static void test_the_bytes_counted_are_the_number(void **state)
{
    (void)state;
    struct numbers *set = numbers_new();
    assert_true(numbers_add(set, "1234", 2));
    assert_false(add(set, "12"));
    assert_true(numbers_add(set, "a\0b", 3));
    assert_true(numbers_add(set, "a\0c", 3));
    assert_true(add(set, "a"));
    assert_false(numbers_add(set, "a\0b", 3));
    numbers_free(set);
}

/* Strings are copied, and none is lost while the table grows. */
static void test_many_long_numbers(void **state)
{
    (void)state;
    struct numbers *set = numbers_new();
    char text[32];
    for (unsigned n = 0; n < 20000; n++) {
        int len = snprintf(text, sizeof text, "+49 30 %u", n * 7919);
        assert_true(numbers_add(set, text, (size_t)len));
    }
    for (unsigned n = 0; n < 20000; n++) {
        int len = snprintf(text, sizeof text, "+49 30 %u", n * 7919);
        assert_false(numbers_add(set, text, (size_t)len));
    }
    numbers_free(set);
}

static void test_sets_are_apart(void **state)
{
    (void)state;
    struct numbers *a = numbers_new();
    struct numbers *b = numbers_new();
    assert_true(add(a, "100") && add(a, "+100"));
    assert_true(add(b, "100") && add(b, "+100"));
    numbers_free(numbers_free(a));
    assert_false(add(b, "100") || add(b, "+100"));
    numbers_free(b);
}

/* Short ones and long ones, beside a plain array of what is in. */
static void test_what_is_taken_out_is_gone_and_nothing_else(void **state)
{
    (void)state;
    static bool in[2000];
    struct numbers *set = numbers_new();
    unsigned dice = 1;
    char text[32];
    for (unsigned round = 0; round < 100000; round++) {
        dice = dice * 1103515245u + 12345u;
        unsigned n = (dice >> 8) % COUNT_OF(in);
        size_t len = (size_t)snprintf(text, sizeof text, n % 2 ? "%u" : "12345678%u", n);
        assert_int_equal(numbers_has(set, text, len), in[n]);
        if (dice >> 24 & 1)
            assert_int_equal(numbers_add(set, text, len), !in[n]);
        else
            numbers_remove(set, text, len);
        in[n] = dice >> 24 & 1;
    }
    for (unsigned n = 0; n < COUNT_OF(in); n++) {
        size_t len = (size_t)snprintf(text, sizeof text, n % 2 ? "%u" : "12345678%u", n);
        assert_int_equal(numbers_has(set, text, len), in[n]);
    }
    numbers_free(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_different_strings_are_different_numbers),
        cmocka_unit_test(test_no_two_digits_strings_share_a_place),
        cmocka_unit_test(test_the_bytes_counted_are_the_number),
        cmocka_unit_test(test_many_long_numbers),
        cmocka_unit_test(test_what_is_taken_out_is_gone_and_nothing_else),
        cmocka_unit_test(test_sets_are_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
