/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words that people write, compared. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "heading.h"

static void keys(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *key;
    } pairs[] = {
        {"Employee #", "employee"},
        {"\xef\xbb\xbf"
         "e-Mail\xc2\xa0"
         "Address",
         "emailaddress"},
        {"Work\xe2\x80\x93"
         "Ext.",
         "workext"},                                       /* an en dash */
        {"GER\xc3\x84T \xc3\x9c", "ger\xc3\xa4t\xc3\xbc"}, /* GERÄT Ü */
        {"3 \xc3\x97 4", "3\xc3\x97"
                         "4"}, /* the multiplication sign has no case */
        {"N\xc3\xbcmber", "n\xc3\xbcmber"},
        {"\xd0\x98\xd0\xbc\xd1\x8f", "\xd0\x98\xd0\xbc\xd1\x8f"},
        {"a\xff"
         "b",
         "a\xff"
         "b"},
        {" #-. ", ""},
    };
    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        char key[HEADING_KEY];
        assert_true(heading_key(pairs[i].text, strlen(pairs[i].text), key));
        assert_string_equal(key, pairs[i].key);
    }
}

static void long_keys_are_none(void **state)
{
    (void)state;
    char text[HEADING_KEY + 8];
    char key[HEADING_KEY];
    memset(text, 'x', sizeof text);
    assert_true(heading_key(text, HEADING_KEY - 1, key));
    assert_int_equal(strlen(key), HEADING_KEY - 1);
    assert_false(heading_key(text, HEADING_KEY, key));
    memcpy(text + HEADING_KEY - 2, "\xc3\xbc", 2);
    assert_false(heading_key(text, HEADING_KEY, key));
}

/* A sign where there is no room left for a letter does no harm. */
static void signs_fit_behind_a_full_key(void **state)
{
    (void)state;
    char text[HEADING_KEY + 1];
    char key[HEADING_KEY];
    memset(text, 'X', sizeof text);
    text[HEADING_KEY - 1] = ' ';
    text[HEADING_KEY] = '.';
    assert_true(heading_key(text, sizeof text, key));
    assert_int_equal(strlen(key), HEADING_KEY - 1);
}

static void headings_are_compared(void **state)
{
    (void)state;
    struct heading mail = heading_of("mail");
    char again[] = "mail";
    assert_true(heading_same(mail, heading_of(again)));
    assert_false(heading_same(mail, heading_of("email")));
    assert_false(heading_same(mail, heading_of("")));
    assert_false(heading_same(mail, (struct heading){"mali", mail.hash}));
}

static void slips(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        size_t slips;
        bool near;
    } pairs[] = {
        {"extension", "extension", 0, false},
        {"extention", "extension", 1, true},
        {"extenison", "extension", 1, true}, /* neighbours exchanged */
        {"xtensions", "extension", 2, true},
        {"xtentions", "extension", 3, false},
        {"nmae", "name", 1, true},
        {"nam", "name", 1, true},
        {"na", "name", 2, false}, /* too short for so many */
        {"dnd", "did", 1, true},
        {"m\xc3\xbcller", "muller", 1, true}, /* a letter, not a byte */
        {"", "x", 1, false},
        {"employee", "firstname", 8, false},
    };
    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        assert_int_equal(heading_distance(pairs[i].a, pairs[i].b), pairs[i].slips);
        assert_int_equal(heading_distance(pairs[i].b, pairs[i].a), pairs[i].slips);
        assert_int_equal(heading_near(pairs[i].a, pairs[i].b), pairs[i].near);
    }
}

static struct cell of(const char *text)
{
    return (struct cell){text, strlen(text)};
}

static void alike(void **state)
{
    (void)state;
    assert_true(text_alike(of(" Terminated\t"), of("TERMINATED")));
    assert_true(text_alike(of("gek\xc3\xbcndigt"), of("\xc2\xa0GEK\xc3\x9cNDIGT")));
    assert_true(text_alike(of(""), of("\xc2\xa0 ")));
    assert_false(text_alike(of("gekundigt"), of("gek\xc3\xbcndigt")));
    assert_false(text_alike(of("Active"), of("Activ")));
    assert_false(text_alike(of("a b"), of("ab")));
    assert_true(text_alike((struct cell){0}, of("")));
    assert_int_equal(text_trimmed(of(" \xc2\xa0x y\r\n")).len, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys),
        cmocka_unit_test(long_keys_are_none),
        cmocka_unit_test(signs_fit_behind_a_full_key),
        cmocka_unit_test(headings_are_compared),
        cmocka_unit_test(slips),
        cmocka_unit_test(alike),
    };
    return cmocka_run_group_tests_name("heading", tests, NULL, NULL);
}
