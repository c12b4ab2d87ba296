/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "json.h"

static const struct {
    const char *text;
    const char *fault;
} refused[] = {
    {"", "line 1, column 1: an object or an array is wanted here"},
    {"  \"text\"", "line 1, column 3: an object or an array is wanted here"},
    {"null", "line 1, column 1: an object or an array is wanted here"},
    {"{\"a\":1,\"a\":2}", "line 1, column 8: the key 'a' stands twice in one object"},
    {"{\"a\":null,\n \"\\u0061\":2}", "line 2, column 2: the key 'a' stands twice in one object"},
    {"[{\"a\\nb\":1,\"a\\nb\":2}]",
     "line 1, column 12: the key 'a%0Ab' stands twice in one object"},
    {"{'a':1}", "line 1, column 2: a key in double quotes is wanted here"},
    {"{a:1}", "line 1, column 2: a key in double quotes is wanted here"},
    {"{\"a\":1,}", "line 1, column 8: a key in double quotes is wanted here"},
    {"{\"a\" 1}", "line 1, column 6: ':' is wanted here"},
    {"{\"a\":1 \"b\":2}", "line 1, column 8: ',' or '}' is wanted here"},
    {"{\"a\":1", "line 1, column 7: ',' or '}' is wanted here"},
    {"[1 2]", "line 1, column 4: ',' or ']' is wanted here"},
    {"[1,]", "line 1, column 4: no value; one is wanted here (texts stand in double quotes)"},
    {"['a']", "line 1, column 2: no value; one is wanted here (texts stand in double quotes)"},
    {"[NaN]", "line 1, column 2: no value; one is wanted here (texts stand in double quotes)"},
    {"[Infinity]", "line 1, column 2: no value; one is wanted here (texts stand in double quotes)"},
    {"[True]", "line 1, column 2: no value; one is wanted here (texts stand in double quotes)"},
    {"[nul]", "line 1, column 2: no value; one is wanted here (texts stand in double quotes)"},
    {"[/* */1]", "line 1, column 2: no value; one is wanted here (texts stand in double quotes)"},
    {"[nullx]", "line 1, column 6: ',' or ']' is wanted here"},
    {"[-Infinity]", "line 1, column 2: a number that is not written as JSON wants it"},
    {"[01]", "line 1, column 2: a number that is not written as JSON wants it"},
    {"[-]", "line 1, column 2: a number that is not written as JSON wants it"},
    {"[1.]", "line 1, column 2: a number that is not written as JSON wants it"},
    {"[1e]", "line 1, column 2: a number that is not written as JSON wants it"},
    {"[1e+]", "line 1, column 2: a number that is not written as JSON wants it"},
    {"[1-2]", "line 1, column 2: a number that is not written as JSON wants it"},
    {"[+1]", "line 1, column 2: no value; one is wanted here (texts stand in double quotes)"},
    {"[.5]", "line 1, column 2: no value; one is wanted here (texts stand in double quotes)"},
    {"[1e999]", "line 1, column 2: a number out of range"},
    {"[\"a\tb\"]", "line 1, column 4: a control character in a string"},
    {"[\"a\\u0000b\"]", "line 1, column 4: a NUL character in a string"},
    {"[1,\n\"\xc3(\"]", "line 2, column 2: not UTF-8"},
    {"[\"\xff\"]", "line 1, column 3: not UTF-8"},
    {"[\"\xed\xa0\x80\"]", "line 1, column 3: not UTF-8"},
    {"[\"abc", "line 1, column 2: a string that does not end"},
    {"[\"abc\\\"", "line 1, column 2: a string that does not end"},
    {"[\"\\", "line 1, column 2: a string that does not end"},
    {"[1] [2]", "line 1, column 5: something after the end of the JSON text"},
    {"{}\n\nx", "line 3, column 1: something after the end of the JSON text"},
    {"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
     "line 1, column 33: too many levels"},
};

static void refuses_with_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        struct fault f = {0};
        assert_null(json_parse_strict(refused[i].text, strlen(refused[i].text), &f));
        assert_int_equal(f.kind, FAULT_INPUT);
        assert_string_equal(f.text, refused[i].fault);
    }
}

/* What json-c itself refuses within a string or number; its words are its own. */
static void refuses_bad_scalars(void **state)
{
    (void)state;
    static const char *const texts[] = {"[\"\\q\"]", "[\"\\u12g4\"]", "[99999999999999999999]"};
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct fault f = {0};
        assert_null(json_parse_strict(texts[i], strlen(texts[i]), &f));
        assert_int_equal(strncmp(f.text, "line 1, column 2: ", 18), 0);
    }
}

static void refuses_by_length(void **state)
{
    (void)state;
    struct fault f = {0};
    char *text = xmalloc(JSON_BYTES_MOST + 1);

    memset(text, ' ', JSON_BYTES_MOST + 1);
    memcpy(text, "[]", 2);
    struct json_object *tree = json_parse_strict(text, JSON_BYTES_MOST, &f);
    assert_non_null(tree);
    json_object_put(tree);
    assert_null(json_parse_strict(text, JSON_BYTES_MOST + 1, &f));
    assert_string_equal(f.text, "larger than 16777216 bytes");
    free(text);

    char digits[100] = "[";
    memset(digits + 1, '1', 80);
    digits[81] = ']';
    assert_null(json_parse_strict(digits, 82, &f));
    assert_string_equal(f.text, "line 1, column 2: a number of too many digits");
}

/* Every prefix of a text is read to its end and not further: the memory ends with it. */
static void refuses_every_prefix(void **state)
{
    (void)state;
    static const char text[] =
        "{\"a\": [1, -2.5e+3, true, false, null, \"x\\u00e9\\\"\"], \"b\": {}, \"c\": []}";
    for (size_t len = 0; len < sizeof text - 1; len++) {
        char *part = xmalloc(len);
        memcpy(part, text, len);
        assert_null(json_parse_strict(part, len, NULL));
        free(part);
    }
}

static void reads(const char *text, const char *wanted)
{
    struct fault f = {0};
    ON_LEAVE(json_leave) struct json_object *tree = json_parse_strict(text, strlen(text), &f);

    assert_non_null(tree);
    assert_string_equal(json_object_to_json_string_ext(tree, JSON_C_TO_STRING_PLAIN), wanted);
}

static void accepts(void **state)
{
    (void)state;
    reads("{}", "{}");
    reads(" [ ] \r\n", "[]");
    reads("\xef\xbb\xbf{\"a\" : \"\xc3\xa9\"}", "{\"a\":\"\xc3\xa9\"}");
    reads("[0,-0,12,-7,1.25,1E3,2e-2,0.5]", "[0,0,12,-7,1.25,1E3,2e-2,0.5]");
    reads("[true,false,null,\"\"]", "[true,false,null,\"\"]");
    reads("[\"\\ud83d\\ude00\\/\\\\u0000\"]", "[\"\xf0\x9f\x98\x80\\/\\\\u0000\"]");
    reads("[9223372036854775807]", "[9223372036854775807]");
    reads("{\"a\":{\"a\":[{\"a\":1},{\"a\":2}]}}", "{\"a\":{\"a\":[{\"a\":1},{\"a\":2}]}}");
    reads("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
          "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_with_place),
        cmocka_unit_test(refuses_bad_scalars),
        cmocka_unit_test(refuses_by_length),
        cmocka_unit_test(refuses_every_prefix),
        cmocka_unit_test(accepts),
    };
    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
