/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What users' scripts rest on: codes and states by name, times as text, faults as one line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <cmocka.h>

#include "clock.h"
#include "code.h"
#include "fault.h"
#include "record.h"
#include "utf8.h"

/* Written down a second time: in the ledger and in users' scripts they are for ever. */
static void codes_never_change(void **state)
{
    (void)state;
    static const char *const names[] = {
        "",
        "blank-row",
        "extra-cell",
        "missing-cell",
        "unclosed-quote",
        "stray-quote",
        "too-long",
        "encoding-error",
        "required-value",
        "type-error",
        "pattern",
        "enum",
        "length",
        "range",
        "condition",
        "duplicate-number",
        "spreadsheet-damage",
        "already-exists",
        "changed",
        "filtered",
        "not-sent",
        "cancelled",
        "in-doubt",
        "retries-exhausted",
        "unknown-column",
        "missing-column",
        "duplicate-column",
        "empty-file",
        "not-csv",
        "file-too-large",
        "too-many-rows",
        "all-or-nothing",
        "max-invalid",
        "max-rows-changed",
        "operator-hold",
        "pbx-changed",
        "same-refusal",
        "deadly-file",
        "unreadable",
        "ledger-lost",
        "value-changed",
        "profile-unknown",
        "same-file",
        "shrunk",
        "pool-exhausted",
        "totals-row",
        "cut-off",
        "numbers-lost",
    };
    char text[CODE_TEXT];
    for (int i = 0; i < (int)COUNT_OF(names); i++) {
        assert_string_equal(code_text(i, text), names[i]);
        assert_true(i == CODE_NONE || code_meaning(i)[0]);
        assert_false(code_is_unknown(i));
    }
}

static void codes_carry_numbers(void **state)
{
    (void)state;
    char text[CODE_TEXT];
    assert_string_equal(code_text(CODE_HTTP + 408, text), "http-408");
    assert_string_equal(code_text(CODE_HTTP + 503, text), "http-503");
    assert_string_equal(code_text(CODE_PBX, text), "pbx-0");
    assert_string_equal(code_text(CODE_PBX + 10033, text), "pbx-10033");
    assert_string_equal(code_text(CODE_PBX + 99999999, text), "pbx-99999999");
}

static void errnos_that_the_pbx_documents_are_known(void **state)
{
    (void)state;
    static const int known[] = {10002, 10003, 10004, 10006, 10017, 10025,
                                10028, 10033, 10085, 10087, 20007};
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        assert_false(code_is_unknown(CODE_PBX + known[i]));
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(code_meaning(CODE_PBX + known[i]),
                                    code_meaning(CODE_PBX + known[k]));
    }
    assert_true(code_is_unknown(CODE_PBX + 10999));
    assert_true(code_is_unknown(CODE_PBX));
    assert_false(code_is_unknown(CODE_HTTP + 500));
    assert_true(code_meaning(CODE_PBX + 10999)[0]);
    assert_true(code_meaning(CODE_HTTP + 403)[0]);
}

static void states_never_change(void **state)
{
    (void)state;
    static const char *const imports[] = {"claimed", "planned",  "sending",  "done",
                                          "held",    "rejected", "cancelled"};
    static const char *const open_rows[] = {"planned", "sending", "in doubt", "refused"};
    static const char *const outcomes[] = {"created", "unchanged", "skipped", "invalid", "failed"};
    for (size_t i = 0; i < COUNT_OF(imports); i++)
        assert_string_equal(import_state_text((enum import_state)i), imports[i]);
    for (size_t i = 0; i < COUNT_OF(open_rows); i++)
        assert_string_equal(row_state_text((enum row_state)i), open_rows[i]);
    for (size_t i = 0; i < COUNT_OF(outcomes); i++)
        assert_string_equal(row_state_text((enum row_state)(10 + i)), outcomes[i]);
}

static void times_are_rfc_3339_in_utc(void **state)
{
    (void)state;
    static const struct {
        int64_t wall;
        const char *text;
    } cases[] = {
        {0, ""},
        {1, "1970-01-01T00:00:00.001Z"},
        {1714552200125, "2024-05-01T08:30:00.125Z"},
        {951782400000, "2000-02-29T00:00:00.000Z"},
        {2147483648999, "2038-01-19T03:14:08.999Z"},
        {253402300799999, "9999-12-31T23:59:59.999Z"},
    };
    char text[CLOCK_TEXT];
    assert_int_equal(setenv("TZ", "America/New_York", 1), 0);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        memset(text, 'x', sizeof text);
        assert_ptr_equal(clock_text(cases[i].wall, text), text);
        assert_string_equal(text, cases[i].text);
    }
}

static void clocks_count_milliseconds(void **state)
{
    (void)state;
    int64_t before = clock_mono();
    assert_true(clock_wall() > 1600000000000 && clock_wall() < 4000000000000);
    assert_true(before > 0 && clock_mono() >= before);
    assert_true(clock_mono() < CLOCK_NEVER);
}

static void a_fault_is_one_line(void **state)
{
    (void)state;
    struct fault f = {0};
    assert_false(fault_set(&f, FAULT_IO, ENOENT, "open '%s'", "a"));
    assert_int_equal(f.kind, FAULT_IO);
    assert_int_equal(f.error, ENOENT);
    assert_string_equal(f.text, "open 'a': No such file or directory");
    assert_false(fault_set(&f, FAULT_CONFIG, 0, "line %d", 7));
    assert_string_equal(f.text, "line 7");
    assert_false(fault_in(&f, "%s", "a.conf"));
    assert_string_equal(f.text, "a.conf: line 7");
    assert_int_equal(f.kind, FAULT_CONFIG);
    assert_false(fault_set(NULL, FAULT_IO, 1, "x"));
    assert_false(fault_in(NULL, "x"));
}

/* Whatever the lengths, the text ends within its room. */
static void a_long_fault_is_cut(void **state)
{
    (void)state;
    char text[600];
    for (size_t len = 480; len < sizeof text; len++) {
        struct fault f = {0};
        memset(text, 'x', len);
        text[len] = '\0';
        fault_set(&f, FAULT_IO, EIO, "%s", text);
        assert_in_range(strlen(f.text), 480, sizeof f.text - 1);
        fault_in(&f, "%s", "prefix");
        assert_memory_equal(f.text, "prefix: xxx", 11);
        fault_in(&f, "%s", text);
        assert_in_range(strlen(f.text), 480, sizeof f.text - 1);
    }
}

static void no_fault_is_cut_within_a_character(void **state)
{
    (void)state;
    static const char *const characters[] = {"x", "\u00e4", "\u20ac", "\U0001f600"};
    for (size_t i = 0; i < COUNT_OF(characters); i++)
        for (size_t before = 0; before < 4; before++) {
            struct fault f = {0};
            char text[600] = "xxx";
            size_t len = strlen(characters[i]);
            for (size_t at = before; at + len < sizeof text; at += len)
                memcpy(text + at, characters[i], len);
            fault_set(&f, FAULT_IO, EIO, "%s", text);
            assert_int_equal(utf8_valid(f.text, strlen(f.text)), strlen(f.text));
            assert_in_range(strlen(f.text), sizeof f.text - 4, sizeof f.text - 1);
            fault_in(&f, "%s", "prefix");
            assert_int_equal(utf8_valid(f.text, strlen(f.text)), strlen(f.text));
            assert_in_range(strlen(f.text), sizeof f.text - 5, sizeof f.text - 1);
        }
}

static void a_record_has_room_and_a_number(void **state)
{
    (void)state;
    struct record r = {0};
    assert_null(record_number(&r).at);
    record_room(&r, 3);
    assert_null(record_number(&r).at);
    r.values[0].at = "x";
    r.values[2] = (struct record_value){.name = "number", .at = "2002", .len = 4, .secret = true};
    r.key = 2;
    assert_int_equal(record_number(&r).len, 4);
    assert_memory_equal(record_number(&r).at, "2002", 4);

    record_room(&r, 2); /* nothing of before is left */
    assert_int_equal(r.count, 2);
    assert_int_equal(r.key, 0);
    assert_null(r.values[0].at);
    record_room(&r, 40);
    for (size_t i = 0; i < 40; i++)
        assert_true(!r.values[i].at && !r.values[i].name && !r.values[i].secret);
    record_free(&r);
    record_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_never_change),
        cmocka_unit_test(codes_carry_numbers),
        cmocka_unit_test(errnos_that_the_pbx_documents_are_known),
        cmocka_unit_test(states_never_change),
        cmocka_unit_test(times_are_rfc_3339_in_utc),
        cmocka_unit_test(clocks_count_milliseconds),
        cmocka_unit_test(a_fault_is_one_line),
        cmocka_unit_test(no_fault_is_cut_within_a_character),
        cmocka_unit_test(a_long_fault_is_cut),
        cmocka_unit_test(a_record_has_room_and_a_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
