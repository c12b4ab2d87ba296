/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "content.h"

static const char *const fields[] = {"number", "username", "email", "vmsecret"};
static struct content_tagger *tagger;

static int tagger_make(void **state)
{
    (void)state;
    static const uint8_t key[DIGEST_BYTES] = {1, 2, 3};
    tagger = content_tagger_new(key);
    return 0;
}

static int tagger_remove(void **state)
{
    (void)state;
    tagger = content_tagger_free(tagger);
    return 0;
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, tagger_make, tagger_remove)

/* NULL for a value that is not sent. */
static struct record record_of(const char *number, const char *username, const char *email,
                               const char *vmsecret)
{
    const char *const values[] = {number, username, email, vmsecret};
    struct record r = {0};
    record_room(&r, COUNT_OF(fields));
    for (size_t i = 0; i < r.count; i++)
        r.values[i] = (struct record_value){
            .name = fields[i], .at = values[i], .len = values[i] ? strlen(values[i]) : 0};
    return r;
}

/* The fields in which two records differ, "same" when they do not. Frees both. */
static const char *difference(struct record before, struct record after)
{
    static char text[256];
    struct ledger_content kept;
    struct ledger_content now;
    struct buf names = {0};
    content_of(tagger, &before, &kept);
    content_of(tagger, &after, &now);
    bool same = content_same(tagger, &kept, &now, &after, &names);
    assert_int_equal(content_same(tagger, &kept, &now, &after, NULL), same);
    snprintf(text, sizeof text, "%s", same ? "same" : buf_get(&names));
    assert_true(!same || names.len == 0);
    buf_free(&names);
    record_free(&before);
    record_free(&after);
    return text;
}

static void the_same_values_are_the_same(void **state)
{
    (void)state;
    assert_string_equal(
        difference(record_of("2002", "Ann", "", "123456"), record_of("2002", "Ann", "", "123456")),
        "same");
    assert_string_equal(
        difference(record_of("2002", NULL, NULL, NULL), record_of("2002", NULL, NULL, NULL)),
        "same");
}

/* The record with its last value made up. */
static struct record generated(struct record r)
{
    r.values[3].generated = true;
    return r;
}

static void what_was_made_up_is_no_content(void **state)
{
    (void)state;
    assert_string_equal(difference(generated(record_of("2002", "Ann", NULL, "123456")),
                                   generated(record_of("2002", "Ann", NULL, "654321"))),
                        "same");
    assert_string_equal(difference(generated(record_of("2002", "Ann", NULL, "123456")),
                                   generated(record_of("2002", "Bea", NULL, "654321"))),
                        "username");
    /* from now on it stands in the file; it does so no more */
    assert_string_equal(difference(generated(record_of("2002", "Ann", NULL, "123456")),
                                   record_of("2002", "Ann", NULL, "654321")),
                        "vmsecret");
    assert_string_equal(difference(record_of("2002", "Ann", NULL, "123456"),
                                   generated(record_of("2002", "Ann", NULL, "654321"))),
                        "vmsecret");
}

static void what_changed_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *after[3];
        const char *names;
    } cases[] = {
        {{"Bea", "a@b.c", "123456"}, "username"},
        {{"Ann", "a@b.d", "123456"}, "email"},
        {{"Ann", "a@b.c", "123457"}, "vmsecret"},
        {{"Ann ", "a@b.c", "12345"}, "username vmsecret"},
        {{"ann", "", "0123456"}, "username email vmsecret"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_string_equal(
            difference(record_of("2002", "Ann", "a@b.c", "123456"),
                       record_of("2002", cases[i].after[0], cases[i].after[1], cases[i].after[2])),
            cases[i].names);
}

/* An absent column is not sent, an empty cell is: that is a difference. */
static void a_field_that_comes_or_goes_is_named(void **state)
{
    (void)state;
    assert_string_equal(difference(record_of("2002", "Ann", NULL, "123456"),
                                   record_of("2002", "Ann", "a@b.c", "123456")),
                        "email");
    assert_string_equal(difference(record_of("2002", "Ann", NULL, "123456"),
                                   record_of("2002", "Ann", "", "123456")),
                        "email");
    assert_string_equal(difference(record_of("2002", "Ann", "a@b.c", "123456"),
                                   record_of("2002", "Ann", NULL, "123456")),
                        "email");
    assert_string_equal(
        difference(record_of("2002", "Ann", "", "1"), record_of("2002", "Bea", NULL, NULL)),
        "username email vmsecret");
}

/* Where one value ends and the next begins is part of the content. */
static void values_do_not_run_into_each_other(void **state)
{
    (void)state;
    assert_string_equal(
        difference(record_of("2002", "ab", "c", NULL), record_of("2002", "a", "bc", NULL)),
        "username email");
    assert_string_not_equal(
        difference(record_of("2002", "", "email=1:x", NULL), record_of("2002", "", NULL, NULL)),
        "same");
}

static void nothing_known_is_not_the_same(void **state)
{
    (void)state;
    struct record r = record_of("2002", "Ann", NULL, NULL);
    struct ledger_content unknown = {.len = 0};
    struct ledger_content now;
    content_of(tagger, &r, &now);
    assert_false(content_same(tagger, &unknown, &now, &r, NULL));
    record_free(&r);
}

/* Another installation's key gives other digests, and no value shows through. */
static void it_is_keyed(void **state)
{
    (void)state;
    static const uint8_t key[DIGEST_BYTES] = {9};
    struct record r = record_of("2002", "Ann", "ann@example.com", "123456");
    struct ledger_content ours;
    struct ledger_content theirs;
    struct content_tagger *other = content_tagger_new(key);
    content_of(tagger, &r, &ours);
    content_of(other, &r, &theirs);
    assert_int_equal(ours.len, theirs.len);
    assert_memory_not_equal(ours.at, theirs.at, ours.len);
    assert_null(memmem(ours.at, ours.len, "Ann", 3));
    assert_null(memmem(ours.at, ours.len, "1234", 4));
    content_tagger_free(other);
    record_free(&r);
}

/* More fields than there is place for each: what is the same and what is not is known all the
 * same. */
static void many_fields_are_all_in_it(void **state)
{
    (void)state;
    static char names[120][24];
    struct record r = {0};
    struct ledger_content kept;
    struct ledger_content now;
    record_room(&r, COUNT_OF(names));
    for (size_t i = 0; i < r.count; i++) {
        snprintf(names[i], sizeof names[i], "f%zu", i);
        r.values[i] = (struct record_value){.name = names[i], .at = "x", .len = 1};
    }
    content_of(tagger, &r, &kept);
    assert_in_range(kept.len, 1, sizeof kept.at);
    content_of(tagger, &r, &now);
    assert_true(content_same(tagger, &kept, &now, &r, NULL));
    r.values[5].at = r.values[119].at = "y";
    content_of(tagger, &r, &now);
    struct buf differ = {0};
    assert_false(content_same(tagger, &kept, &now, &r, &differ));
    assert_string_equal(differ.at, "f5"); /* there was no place for the last one's digest */
    buf_free(&differ);
    r.values[5].at = "x";
    content_of(tagger, &r, &now);
    assert_false(content_same(tagger, &kept, &now, &r, NULL));
    record_free(&r);
}

/* Whatever records came before, and with whatever names: it is a function of the record alone. */
static void what_came_before_does_not_matter(void **state)
{
    (void)state;
    static const uint8_t key[DIGEST_BYTES] = {1, 2, 3};
    static const char *const names[] = {"a", "sixteen-letters.", "b", "seventeen-letters"};
    static const size_t lens[] = {0, 1, 14, 15, 16, 31, 32, 63, 64, 65, 66, 300};
    static char text[2][300];
    memset(text[0], 'x', sizeof text[0]);
    memset(text[1], 'x', sizeof text[1]);
    text[1][0] = 'y';
    unsigned dice = 1;
    for (size_t round = 0; round < 2000; round++) {
        struct record r = {0};
        struct ledger_content used;
        struct ledger_content fresh;
        record_room(&r, round % 5);
        for (size_t i = 0; i < r.count; i++) {
            dice = dice * 1103515245u + 12345u;
            r.values[i] = (struct record_value){.name = names[(i + round / 500) % COUNT_OF(names)],
                                                .at = dice >> 12 & 7 ? text[dice >> 16 & 1] : NULL,
                                                .len = lens[(dice >> 20) % COUNT_OF(lens)],
                                                .secret = dice >> 28 & 1};
        }
        struct content_tagger *other = content_tagger_new(key);
        content_of(tagger, &r, &used);
        content_of(other, &r, &fresh);
        assert_int_equal(used.len, fresh.len);
        assert_memory_equal(used.at, fresh.at, fresh.len);
        content_tagger_free(other);
        record_free(&r);
    }
    assert_null(content_tagger_free(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_same_values_are_the_same),
        TEST(what_was_made_up_is_no_content),
        TEST(what_changed_is_named),
        TEST(a_field_that_comes_or_goes_is_named),
        TEST(values_do_not_run_into_each_other),
        TEST(nothing_known_is_not_the_same),
        TEST(it_is_keyed),
        TEST(many_fields_are_all_in_it),
        TEST(what_came_before_does_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
