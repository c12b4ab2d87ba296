/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "pattern.h"

#define ASCII 128

static struct pattern *made(const char *text)
{
    struct pattern *p = NULL;
    struct fault f = {0};
    if (!pattern_new(text, &p, &f))
        fail_msg("%s: %s", text, f.text);
    return p;
}

/* A class alone is known by its characters; the same in a group is left to the library. */
static const char *const classes[] = {
    "[0-9]*",
    "[0-9]+",
    "[^@\\s]+",
    "[\\p{L}\\p{M}0-9 +*#()./_-]*",
    "[^\\s\\p{Z};&\"'\\\\<>`|]*",
    "[^#;,\\[\\]=&\"'\\\\<>`$]*",
    "[^\\t\\r\\n]*",
    "[\\x{41}-\\x{5d}\\]a]*",
    "[]a]*",
    "[^]a]*",
    "[[:alpha:]_]+",
    "[a[]*",
    "[\\Q]-\\Ea]*",
    "[\\c]a]*",
    "[ab]*+",
    "[ab]+?",
    "[ab]*c",
    "[ab]{2}",
};

static void same(const struct pattern *simple, const struct pattern *whole, const char *name,
                 const char *text, size_t len)
{
    if (pattern_match(simple, text, len) != pattern_match(whole, text, len))
        fail_msg("%s differs for '%.*s'", name, (int)len, text);
}

static void classes_match_as_the_library_does(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "12345678901234567",
        "1234567890123456x",
        "Zo\u00eb",
        "a\u00a0b",
        "\u20ac]",
        "a\u20ac;",
        ";\u20ac",
        "\u0391",
        "abc def (1).2_3-4",
        "a\\b",
        "a]b",
        "a-]b",
        "abababababababababab",
        "\U0001F600",
        "person@example.com",
        "a\u2028bc",
        "]]]]]]]]a]]]]]",
        "a[b",
        "line\nbreak",
    };
    for (size_t i = 0; i < COUNT_OF(classes); i++) {
        char group[100];
        snprintf(group, sizeof group, "(?:%s)", classes[i]);
        struct pattern *simple = made(classes[i]);
        struct pattern *whole = made(group);
        for (int a = 0; a < ASCII; a++) {
            for (int b = 0; b < ASCII; b++) {
                char text[2] = {(char)a, (char)b};
                same(simple, whole, classes[i], text, 1 + (size_t)(b > 0));
            }
        }
        for (size_t t = 0; t < COUNT_OF(texts); t++)
            same(simple, whole, classes[i], texts[t], strlen(texts[t]));
        pattern_free(simple);
        pattern_free(whole);
    }
}

/* However long it is: a class has nothing to try again. */
static void long_values_are_told(void **state)
{
    (void)state;
    static char text[1 << 20];
    struct pattern *p = made("[0-9]*");
    memset(text, '7', sizeof text);
    assert_int_equal(pattern_match(p, text, sizeof text), PATTERN_MATCHES);
    text[sizeof text - 1] = 'x';
    assert_int_equal(pattern_match(p, text, sizeof text), PATTERN_DIFFERS);
    pattern_free(p);
}

static void limits_are_met(void **state)
{
    (void)state;
    static const char *const forms[] = {"(a|aa)+", "(*NO_JIT)(a|aa)+"};
    static const char text[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac";
    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        struct pattern *p = made(forms[i]);
        assert_int_equal(pattern_match(p, text, sizeof text - 2), PATTERN_MATCHES);
        assert_int_equal(pattern_match(p, text, sizeof text - 1), PATTERN_UNKNOWN);
        assert_int_equal(pattern_match(p, "ab", 2), PATTERN_DIFFERS);
        pattern_free(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(classes_match_as_the_library_does),
        cmocka_unit_test(long_values_are_told),
        cmocka_unit_test(limits_are_met),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
