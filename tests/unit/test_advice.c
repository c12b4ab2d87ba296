/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whoever is told of a code is told what to do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "advice.h"

/* A title begins with a capital and has no full stop; what to do is one or more sentences. Neither
 * has words that only administrators know. */
static void assert_plain(int code)
{
    static const char *const strange[] = {"errno",  "extspool", "max_", "ledger",
                                          "daemon", "PBX",      "HTTP", "the shell"};
    const char *title = advice_title(code);
    const char *act = advice_do(code);
    assert_true(title[0] >= 'A' && title[0] <= 'Z');
    assert_true(title[strlen(title) - 1] != '.');
    assert_in_range(strlen(title), 10, 64);
    assert_true(act[0] >= 'A' && act[0] <= 'Z');
    assert_int_equal(act[strlen(act) - 1], '.');
    assert_in_range(strlen(act), 30, 255);
    for (size_t i = 0; i < COUNT_OF(strange); i++) {
        assert_null(strstr(title, strange[i]));
        assert_null(strstr(act, strange[i]));
    }
}

static void no_code_lacks_advice(void **state)
{
    (void)state;
#define X(number, name, text, meaning) name,
    static const int codes[] = {CODE_TABLE(X)};
#undef X
    assert_string_equal(advice_title(CODE_NONE), "");
    assert_string_equal(advice_do(CODE_NONE), "");
    for (size_t i = 1; i < COUNT_OF(codes); i++) {
        assert_plain(codes[i]);
        for (size_t k = 1; k < i; k++)
            assert_string_not_equal(advice_title(codes[i]), advice_title(codes[k]));
    }
}

static void errnos_that_the_pbx_documents_have_their_own(void **state)
{
    (void)state;
    int known = 0;
    for (int code = CODE_PBX; code < CODE_PBX + 50000; code++) {
        if (code_is_unknown(code))
            continue;
        known++;
        assert_plain(code);
        assert_ptr_not_equal(advice_title(code), advice_title(CODE_PBX));
        assert_ptr_not_equal(advice_do(code), advice_do(CODE_PBX));
    }
    assert_true(known > 10);
}

static void others_have_that_of_their_family(void **state)
{
    (void)state;
    assert_plain(CODE_HTTP + 403);
    assert_plain(CODE_PBX + 10999);
    assert_ptr_equal(advice_title(CODE_HTTP + 403), advice_title(CODE_HTTP + 999));
    assert_ptr_equal(advice_do(CODE_PBX), advice_do(CODE_PBX + 99999999));
    assert_string_not_equal(advice_title(CODE_PBX + 1), advice_title(CODE_HTTP + 403));
}

static void a_warning_asks_for_no_new_file(void **state)
{
    (void)state;
    static const int codes[] = {CODE_PATTERN, CODE_STRAY_QUOTE, CODE_VALUE_CHANGED};
    for (size_t i = 0; i < COUNT_OF(codes); i++) {
        assert_null(strstr(advice_hint(codes[i]), "drop"));
        assert_non_null(strstr(advice_hint(codes[i]), "othing is to be done"));
    }
    assert_ptr_equal(advice_hint(CODE_VALUE_CHANGED), advice_do(CODE_VALUE_CHANGED));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_code_lacks_advice),
        cmocka_unit_test(errnos_that_the_pbx_documents_have_their_own),
        cmocka_unit_test(others_have_that_of_their_family),
        cmocka_unit_test(a_warning_asks_for_no_new_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
