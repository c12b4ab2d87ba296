/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "utf8.h"

/* RFC 3629, section 3: a code point's bytes. */
static size_t encode(uint32_t c, char to[4])
{
    if (c < 0x80) {
        to[0] = (char)c;
        return 1;
    }
    size_t len = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = len - 1; i > 0; i--, c >>= 6)
        to[i] = (char)(0x80 | (c & 0x3F));
    to[0] = (char)(lead[len] | c);
    return len;
}

static bool is_surrogate(uint32_t c)
{
    return c >= 0xD800 && c <= 0xDFFF;
}

static void test_every_code_point(void **state)
{
    (void)state;
    char text[4];
    for (uint32_t c = 0; c <= 0x10FFFF; c++) {
        size_t len = encode(c, text);
        size_t got = utf8_char(text, len);
        if (got != (is_surrogate(c) ? 0 : len))
            fail_msg("U+%04X: %zu", c, got);
        if (len > 1 && utf8_char(text, len - 1) != 0)
            fail_msg("U+%04X cut short", c);
    }
    for (uint32_t c = 0x110000; c <= 0x1FFFFF; c++) {
        if (utf8_char(text, encode(c, text)) != 0)
            fail_msg("U+%04X is taken", c);
    }
}

/* So many sequences of three bytes are characters as there are code points that need three. */
static void test_nothing_else_is_taken(void **state)
{
    (void)state;
    size_t two = 0;
    size_t three = 0;
    for (uint32_t i = 0; i < 1U << 24; i++) {
        char text[3] = {(char)(i >> 16), (char)(i >> 8), (char)i};
        size_t len = utf8_char(text, 3);
        assert_true(len <= 3);
        two += len == 2;
        three += len == 3;
    }
    assert_int_equal(two, (0x800 - 0x80) * 256);
    assert_int_equal(three, 0x10000 - 0x800 - 0x800);
}

static void test_fourth_byte(void **state)
{
    (void)state;
    size_t count = 0;
    for (int c = 0; c < 256; c++) {
        char text[4] = {'\xF0', '\x9F', '\x98', (char)c};
        count += utf8_char(text, 4) == 4;
    }
    assert_int_equal(count, 64);
}

static void test_valid(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t len, valid, length;
    } cases[] = {
        {"", 0, 0, 0},
        {"abc", 3, 3, 3},
        {"a\0b", 3, 3, 3},
        {"Zo\xC3\xAB", 4, 4, 3},
        {"\xE2\x82\xAC\xF0\x9F\x98\x80", 7, 7, 2},
        {"ab\xE9", 3, 2, 3},
        {"\xC3", 1, 0, 1},
        {"a\xE2\x82", 3, 1, 3},
        {"\xC0\x80", 2, 0, 2},
        {"\xED\xA0\x80", 3, 0, 3},
        {"\xF0\x8F\xBF\xBF", 4, 0, 4},
        {"\xF4\x90\x80\x80z", 5, 0, 5},
        {"123456789\xC3\xAB"
         "12345678\xE9",
         20, 19, 19},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_int_equal(utf8_valid(cases[i].text, cases[i].len), cases[i].valid);
        assert_int_equal(utf8_length(cases[i].text, cases[i].len), cases[i].length);
    }
}

/* Each byte, in each place of texts that end within and with a word. */
static void test_plain(void **state)
{
    (void)state;
    char text[20];
    for (int c = 0; c < 256; c++) {
        bool plain = c >= 0x20 && c <= 0x7E;
        for (size_t at = 0; at < sizeof text; at++) {
            memset(text, at % 2 ? ' ' : '~', sizeof text);
            text[at] = (char)c;
            for (size_t len = 0; len <= sizeof text; len++)
                assert_int_equal(utf8_plain(text, len), plain || at >= len ? len : at);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_code_point),
        cmocka_unit_test(test_nothing_else_is_taken),
        cmocka_unit_test(test_fourth_byte),
        cmocka_unit_test(test_valid),
        cmocka_unit_test(test_plain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
