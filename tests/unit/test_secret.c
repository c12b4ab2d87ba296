/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "secret.h"

#define CELL(text)                                                                                 \
    {                                                                                              \
        text, sizeof(text) - 1                                                                     \
    }

static const uint8_t key[DIGEST_BYTES] = "a key that is known to the test";
static const uint8_t other_key[DIGEST_BYTES] = "another key that nobody knows of";

static void password(uint64_t row, const char *field, char to[SECRET_ROOM])
{
    secret_make(key, row, field, SECRET_PASSWORD, 20, NULL, 0, to);
}

static void is_the_same_again(void **state)
{
    (void)state;
    char one[SECRET_ROOM];
    char two[SECRET_ROOM];
    password(1, "registerpassword", one);
    password(1, "registerpassword", two);
    assert_string_equal(one, two);
    assert_int_equal(strlen(one), 20);
}

static void differs_by_key_row_and_field(void **state)
{
    (void)state;
    char one[SECRET_ROOM];
    char two[SECRET_ROOM];
    password(1, "registerpassword", one);
    password(2, "registerpassword", two);
    assert_string_not_equal(one, two);
    password(1, "loginpassword", two);
    assert_string_not_equal(one, two);
    secret_make(other_key, 1, "registerpassword", SECRET_PASSWORD, 20, NULL, 0, two);
    assert_string_not_equal(one, two);
}

/* Three alike or in a row, in any case. */
static bool has_run(const char *text)
{
    for (size_t i = 2; i < strlen(text); i++) {
        int a = tolower(text[i - 2]);
        int b = tolower(text[i - 1]);
        int c = tolower(text[i]);
        if (b - a == c - b && abs(c - b) <= 1)
            return true;
    }
    return false;
}

static void passwords_keep_every_rule(void **state)
{
    (void)state;
    static const size_t lengths[] = {8, 20, 31};
    for (size_t k = 0; k < COUNT_OF(lengths); k++)
        for (uint64_t row = 1; row <= 5000; row++) {
            char text[SECRET_ROOM];
            secret_make(key, row, "registerpassword", SECRET_PASSWORD, lengths[k], NULL, 0, text);
            assert_int_equal(strlen(text), lengths[k]);
            assert_int_equal(strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                          "0123456789"),
                             lengths[k]);
            assert_null(strpbrk(text, "0O1Il"));
            assert_non_null(strpbrk(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"));
            assert_non_null(strpbrk(text, "abcdefghijklmnopqrstuvwxyz"));
            assert_non_null(strpbrk(text, "0123456789"));
            assert_false(has_run(text));
        }
}

static void pins_keep_every_rule(void **state)
{
    (void)state;
    static const size_t lengths[] = {4, 6, 31};
    for (size_t k = 0; k < COUNT_OF(lengths); k++)
        for (uint64_t row = 1; row <= 5000; row++) {
            char pin[SECRET_ROOM];
            bool seen[10] = {false};
            size_t different = 0;
            secret_make(key, row, "vmsecret", SECRET_PIN, lengths[k], NULL, 0, pin);
            assert_int_equal(strlen(pin), lengths[k]);
            assert_int_equal(strspn(pin, "0123456789"), lengths[k]);
            assert_false(has_run(pin));
            for (size_t i = 0; pin[i]; i++) {
                assert_true(i == 0 || pin[i] != pin[i - 1]);
                different += !seen[pin[i] - '0'];
                seen[pin[i] - '0'] = true;
            }
            assert_true(different >= 3);
        }
}

/* Each character comes up about as often: 5,000 passwords of 20 have 1,750 of each of the 57. */
static void every_character_comes_up(void **state)
{
    (void)state;
    size_t counts[128] = {0};
    for (uint64_t row = 1; row <= 5000; row++) {
        char text[SECRET_ROOM];
        password(row, "registerpassword", text);
        for (const char *c = text; *c; c++)
            counts[(unsigned char)*c]++;
    }
    size_t different = 0;
    for (size_t c = 0; c < COUNT_OF(counts); c++) {
        different += counts[c] > 0;
        assert_true(!counts[c] || (counts[c] > 1400 && counts[c] < 2400));
    }
    assert_int_equal(different, 57);
}

/* Of many rows some would hold the part by chance, were it not minded. */
static size_t rows_with(const char *part, enum secret_kind kind, size_t length,
                        const struct cell *avoid, size_t count)
{
    size_t found = 0;
    for (uint64_t row = 1; row <= 20000; row++) {
        char text[SECRET_ROOM];
        secret_make(key, row, "f", kind, length, avoid, count, text);
        found += strcasestr(text, part) != NULL;
    }
    return found;
}

static void does_not_hold_number_or_name(void **state)
{
    (void)state;
    static const struct cell avoid[] = {CELL("27"), CELL("Ann-Marie Q. \"Xy\" O'Neil")};
    static const char *const parts[] = {"27", "ann"};
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        assert_true(rows_with(parts[i], SECRET_PASSWORD, 31, NULL, 0) > 0);
        assert_int_equal(rows_with(parts[i], SECRET_PASSWORD, 31, avoid, COUNT_OF(avoid)), 0);
    }
    /* parts of one and two letters are in everything */
    assert_true(rows_with("q", SECRET_PASSWORD, 31, avoid, COUNT_OF(avoid)) > 0);
    assert_true(rows_with("xy", SECRET_PASSWORD, 31, avoid, COUNT_OF(avoid)) > 0);
    assert_true(rows_with("27", SECRET_PIN, 6, NULL, 0) > 0);
    assert_int_equal(rows_with("27", SECRET_PIN, 6, avoid, COUNT_OF(avoid)), 0);
}

static void a_name_that_leaves_nothing_is_let_go(void **state)
{
    (void)state;
    static const struct cell avoid[] = {CELL("0 1 2 3 4 5 6 7 8 9")};
    char pin[SECRET_ROOM];
    secret_make(key, 1, "vmsecret", SECRET_PIN, 6, avoid, COUNT_OF(avoid), pin);
    assert_int_equal(strspn(pin, "0123456789"), 6);
    assert_false(has_run(pin));
}

static void knows_which_lengths_fit(void **state)
{
    (void)state;
    assert_false(secret_fits(SECRET_PASSWORD, 7));
    assert_true(secret_fits(SECRET_PASSWORD, 8));
    assert_true(secret_fits(SECRET_PASSWORD, 31));
    assert_false(secret_fits(SECRET_PASSWORD, 32));
    assert_false(secret_fits(SECRET_PIN, 3));
    assert_true(secret_fits(SECRET_PIN, 4));
    assert_true(secret_fits(SECRET_PIN, 31));
    assert_false(secret_fits(SECRET_PIN, 32));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_the_same_again),
        cmocka_unit_test(differs_by_key_row_and_field),
        cmocka_unit_test(passwords_keep_every_rule),
        cmocka_unit_test(pins_keep_every_rule),
        cmocka_unit_test(every_character_comes_up),
        cmocka_unit_test(does_not_hold_number_or_name),
        cmocka_unit_test(a_name_that_leaves_nothing_is_let_go),
        cmocka_unit_test(knows_which_lengths_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
