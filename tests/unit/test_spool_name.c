/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "buf.h"
#include "spool_name.h"
#include "utf8.h"

#define NAME_MOST 255 /* bytes that a file system takes */

static void names_of_unfinished_files_are_ignored(void **state)
{
    (void)state;
    static const char *const ignored[] = {
        ".",
        "..",
        ".hidden.csv",
        "a.csv.part",
        "a.PART",
        "a.partial",
        "a.filepart",
        "a.FilePart",
        "a.tmp",
        "a.csv.TMP",
        "a.crdownload",
        "a.csv~",
        ".~lock.a.csv#",
    };
    static const char *const seen[] = {
        "a.csv", "part.csv", "a.part.csv", "tmp", "a.parts", "~a.csv", "a", "-.csv", " .csv",
    };
    for (size_t i = 0; i < COUNT_OF(ignored); i++)
        if (!spool_name_ignored(ignored[i]))
            fail_msg("%s is seen", ignored[i]);
    for (size_t i = 0; i < COUNT_OF(seen); i++)
        if (spool_name_ignored(seen[i]))
            fail_msg("%s is ignored", seen[i]);
}

static void patterns_fit_in_any_case(void **state)
{
    (void)state;
    static const char patterns[] = "*.csv  *.tsv\t*.txt ";
    assert_true(spool_name_matches("a.csv", patterns));
    assert_true(spool_name_matches("A.CSV", patterns));
    assert_true(spool_name_matches("a.b.Tsv", patterns));
    assert_true(spool_name_matches("Zo\xc3\xab \xff.txt", patterns));
    assert_false(spool_name_matches("a.xlsx", patterns));
    assert_false(spool_name_matches("a.csv.gz", patterns));
    assert_false(spool_name_matches("csv", patterns));
    assert_false(spool_name_matches("", patterns));
    assert_false(spool_name_matches("a.csv", ""));
    assert_false(spool_name_matches("a.csv", "  \t"));
    assert_true(spool_name_matches("a.csv", "B.* a.*"));
    assert_true(spool_name_matches("hr-7.csv", "hr-[0-9].csv"));
}

static void an_import_is_named_by_id_and_dropped_name(void **state)
{
    (void)state;
    static const struct {
        const char *dropped;
        uint64_t id;
        const char *name, *stem, *file;
    } cases[] = {
        {"people.csv", 42, "people.csv", "000042-people", "000042-people.csv"},
        {"People 2024.10.CSV", 1, "People 2024.10.CSV", "000001-People 2024.10",
         "000001-People 2024.10.CSV"},
        {"people", 1234567, "people", "1234567-people", "1234567-people"},
        {"a\n\x1b.csv", 7, "a%0A%1B.csv", "000007-a%0A%1B", "000007-a%0A%1B.csv"},
        {"Zo\xeb.csv", 7, "Zo%EB.csv", "000007-Zo%EB", "000007-Zo%EB.csv"},
        {"Zo\xc3\xab.csv", 7, "Zo\xc3\xab.csv", "000007-Zo\xc3\xab", "000007-Zo\xc3\xab.csv"},
        {"-rf.csv", 7, "-rf.csv", "000007--rf", "000007--rf.csv"},
        {"000001-x.csv", 7, "000001-x.csv", "000007-000001-x", "000007-000001-x.csv"},
        {"a.", 7, "a.", "000007-a", "000007-a."},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct import made = {0};
        spool_name_make(cases[i].dropped, cases[i].id, &made);
        assert_int_equal(made.id, cases[i].id);
        assert_string_equal(made.name, cases[i].name);
        assert_string_equal(made.stem, cases[i].stem);
        assert_string_equal(made.file, cases[i].file);

        struct import parsed = {0};
        assert_true(spool_name_parse(made.file, &parsed));
        assert_int_equal(parsed.id, made.id);
        assert_string_equal(parsed.name, made.name);
        assert_string_equal(parsed.stem, made.stem);
        assert_string_equal(parsed.file, made.file);
    }
}

/* Every name that a file can have leads to names that a file can have. */
static void assert_fits(const char *dropped, uint64_t id)
{
    struct import made = {0};
    struct import parsed = {0};
    spool_name_make(dropped, id, &made);
    assert_true(strlen(made.file) + strlen(".done") <= NAME_MOST);
    assert_true(strlen(made.stem) + strlen(".results.csv") <= NAME_MOST);
    assert_true(strlen(made.stem) + strlen(".secrets.csv") <= NAME_MOST);
    assert_int_equal(strncmp(made.file, made.stem, strlen(made.stem)), 0);
    assert_int_equal(utf8_valid(made.file, strlen(made.file)), strlen(made.file));
    assert_int_equal(utf8_valid(made.name, strlen(made.name)), strlen(made.name));
    assert_true(spool_name_parse(made.file, &parsed));
    assert_string_equal(parsed.file, made.file);
    assert_string_equal(parsed.stem, made.stem);
    assert_int_equal(parsed.id, id);
}

static void long_names_are_cut_to_fit(void **state)
{
    (void)state;
    static const char *const units[] = {
        "a", "\xc3\xab", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\n", "\xff", "%", "a\xe2\x82",
        ".", "a."};
    static const char *const extensions[] = {"", ".csv", ".an-extension-of-just-31-bytes",
                                             ".an-extension-that-is-too-long-to-keep", ".\x01\x01"};
    static const uint64_t ids[] = {1, 999999, 1000000, 999999999999999999};
    for (size_t u = 0; u < COUNT_OF(units); u++) {
        for (size_t e = 0; e < COUNT_OF(extensions); e++) {
            struct buf name = {0};
            while (name.len + strlen(units[u]) + strlen(extensions[e]) < NAME_MOST) {
                char whole[NAME_MOST + 1];
                buf_text(&name, units[u]);
                snprintf(whole, sizeof whole, "x%s%s", buf_get(&name), extensions[e]);
                assert_fits(whole, ids[(u + e + name.len) % COUNT_OF(ids)]);
            }
            buf_free(&name);
        }
    }
}

static void a_cut_name_keeps_its_extension_and_whole_characters(void **state)
{
    (void)state;
    char dropped[NAME_MOST + 1] = "";
    struct import made = {0};
    for (size_t i = 0; i < 61; i++)
        memcpy(dropped + 4 * i, "\xf0\x9f\x98\x80", 5);
    memcpy(dropped + 4 * 61, ".csv", 5);
    spool_name_make(dropped, 42, &made);
    assert_string_equal(strrchr(made.file, '.'), ".csv");
    assert_true(strlen(made.file) > 200);

    memset(dropped, '\n', 200);
    memcpy(dropped + 200, ".csv", 5);
    spool_name_make(dropped, 42, &made);
    const char *at = made.stem + strlen("000042-");
    for (; *at; at += 3)
        assert_memory_equal(at, "%0A", 3);
    assert_true(strlen(made.stem) > 200);
    assert_string_equal(made.file + strlen(made.stem), ".csv");
}

static void ids_are_read_from_names(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint64_t id;
    } cases[] = {
        {"000042-people.csv", 42},
        {"000042.utf8", 42},
        {"1234567-x.json", 1234567},
        {"999999999999999999-x", 999999999999999999},
        {"1000000000000000000-x", 0},
        {"99999999999999999999999-x", 0},
        {"00042-x", 0},
        {"000000-x", 0},
        {"000042", 0},
        {"000042x", 0},
        {"0x0042-x", 0},
        {" 000042-x", 0},
        {"+000042-x", 0},
        {".000042-x.tmp", 0},
        {"people.csv", 0},
        {"", 0},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_int_equal(spool_name_id(cases[i].name), cases[i].id);
}

static void other_files_are_no_originals(void **state)
{
    (void)state;
    static const char *const names[] = {"000042.utf8", "000042-", "000042",   "people.csv",
                                        ".lock",       "",        "000000-x", "00042-x"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct import import = {0};
        assert_false(spool_name_parse(names[i], &import));
    }
}

static void copies_and_markers_have_names(void **state)
{
    (void)state;
    char copy[SPOOL_NAME_COPY];
    spool_name_copy(42, copy);
    assert_string_equal(copy, "000042.utf8");
    assert_int_equal(spool_name_id(copy), 42);
    spool_name_copy(UINT64_MAX, copy);
    assert_string_equal(copy, "18446744073709551615.utf8");
    char *marker = spool_name_marker("a.csv");
    assert_string_equal(marker, "a.csv.done");
    free(marker);
}

static void names_are_printed_in_the_room_there_is(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t room;
        const char *printed;
    } cases[] = {
        {"people.csv", 256, "people.csv"},
        {"people.csv", 11, "people.csv"},
        {"people.csv", 10, "people.cs"},
        {"people.csv", 1, ""},
        {"a\xc3\xab", 4, "a\xc3\xab"},
        {"a\xc3\xab", 3, "a"},
        {"a\n", 5, "a%0A"},
        {"a\n", 4, "a"},
        {"a\n", 3, "a"},
        {"", 5, ""},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char *to = xmalloc(cases[i].room); /* of this size, so that a byte too far is noticed */
        spool_name_print(cases[i].name, to, cases[i].room);
        assert_string_equal(to, cases[i].printed);
        free(to);
    }
}

static void receipts_are_named_by_the_dropped_name(void **state)
{
    (void)state;
    struct import i = {0};
    char name[SPOOL_NAME_RECEIPT];
    spool_name_make("people.csv", 42, &i);
    assert_string_equal(spool_name_of(&i), "people");
    spool_name_receipt(spool_name_of(&i), 0, RECEIPT_ACCEPTED, name);
    assert_string_equal(name, "people.accepted.txt");
    spool_name_receipt(spool_name_of(&i), 0, RECEIPT_REJECTS, name);
    assert_string_equal(name, "people.rejects.csv");
    spool_name_receipt(spool_name_of(&i), 42, RECEIPT_RESULT, name);
    assert_string_equal(name, "people.000042.result.txt");
    spool_name_make("7-a.b.csv", 1234567, &i);
    assert_string_equal(spool_name_of(&i), "7-a.b");
    spool_name_make("people", 42, &i);
    assert_string_equal(spool_name_of(&i), "people");
}

static void a_name_that_ends_as_a_number_of_receipts_is_not_free(void **state)
{
    (void)state;
    static const struct {
        const char *dropped;
        uint64_t id;
        bool is_free;
    } names[] = {
        {"people.csv", 42, true},
        {"people.000041.csv", 42, false},
        {"people.000042.csv", 42, false},
        {"people.000043.csv", 42, true},
        {"people.41.csv", 42, true},
        {"people.20261129.csv", 42, true},
        {"people-000041.csv", 42, true},
        {"people.000041.x.csv", 42, true},
        {"people.1234567.csv", 1234567, false},
        {"people.01234567.csv", 1234567, true},
        {"people.000041", 42, true},
        {".000041.csv", 42, false},
    };
    for (size_t k = 0; k < COUNT_OF(names); k++) {
        struct import i = {0};
        spool_name_make(names[k].dropped, names[k].id, &i);
        if (spool_name_is_free(&i) != names[k].is_free)
            fail_msg("%s", names[k].dropped);
    }
}

static void the_longest_receipt_fits(void **state)
{
    (void)state;
    static const char *const endings[] = {"", ".csv", ".abcdefghijklmnopqrstuvwxyz12345"};
    for (size_t k = 0; k < COUNT_OF(endings); k++) {
        struct import i = {0};
        char dropped[NAME_MOST + 64];
        char name[SPOOL_NAME_RECEIPT];
        memset(dropped, 'x', NAME_MOST);
        snprintf(dropped + NAME_MOST - strlen(endings[k]), 64, "%s", endings[k]);
        spool_name_make(dropped, 123456789012, &i);
        for (int kind = 0; kind < RECEIPTS; kind++) {
            spool_name_receipt(spool_name_of(&i), i.id, (enum receipt)kind, name);
            assert_true(strlen(name) <= NAME_MOST);
            assert_true(spool_name_is_receipt(name));
        }
    }
}

static void receipts_are_known_by_their_names(void **state)
{
    (void)state;
    static const char *const receipts[] = {
        "people.accepted.txt",
        "people.000042.result.txt",
        "People.REJECTS.Csv",
        "a.b.result.txt",
    };
    static const char *const others[] = {
        "people.csv",         "accepted.txt",           ".result.txt",
        "rejects.csv",        "people.rejects.csv.bak", "people.result.csv",
        "people-rejects.csv",
    };
    for (size_t i = 0; i < COUNT_OF(receipts); i++)
        if (!spool_name_is_receipt(receipts[i]))
            fail_msg("%s is none", receipts[i]);
    for (size_t i = 0; i < COUNT_OF(others); i++)
        if (spool_name_is_receipt(others[i]))
            fail_msg("%s is one", others[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_unfinished_files_are_ignored),
        cmocka_unit_test(patterns_fit_in_any_case),
        cmocka_unit_test(an_import_is_named_by_id_and_dropped_name),
        cmocka_unit_test(long_names_are_cut_to_fit),
        cmocka_unit_test(a_cut_name_keeps_its_extension_and_whole_characters),
        cmocka_unit_test(ids_are_read_from_names),
        cmocka_unit_test(other_files_are_no_originals),
        cmocka_unit_test(copies_and_markers_have_names),
        cmocka_unit_test(names_are_printed_in_the_room_there_is),
        cmocka_unit_test(receipts_are_named_by_the_dropped_name),
        cmocka_unit_test(a_name_that_ends_as_a_number_of_receipts_is_not_free),
        cmocka_unit_test(the_longest_receipt_fits),
        cmocka_unit_test(receipts_are_known_by_their_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
