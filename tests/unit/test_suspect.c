/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "folder.h"

#include "suspect.h"

/* Opens the file as a process does that starts; returns whom the one before named. */
static uint64_t start(struct suspect **ret)
{
    uint64_t id = UINT64_MAX;
    struct fault f = {0};
    if (!suspect_open(folder, ret, &id, &f))
        fail_msg("%s", f.text);
    return id;
}

/* Opens it beside the one that a process holds: what is found if that process dies now. */
static uint64_t named(void)
{
    struct suspect *next = NULL;
    uint64_t id = start(&next);
    suspect_close(next);
    return id;
}

static void names_nobody_at_first(void **state)
{
    (void)state;
    assert_int_equal(named(), 0);
}

static void outlives_a_death_and_is_forgotten_by_the_next_start(void **state)
{
    (void)state;
    static const uint64_t ids[] = {42, 1, UINT64_MAX};
    for (size_t i = 0; i < COUNT_OF(ids); i++) {
        struct suspect *s = NULL;
        start(&s);
        suspect_name(s, 7);
        suspect_name(s, ids[i]);
        assert_true(named() == ids[i]);
        assert_int_equal(named(), 0);
        suspect_close(s);
    }
}

static void names_nobody_when_cleared_or_closed(void **state)
{
    (void)state;
    struct suspect *s = NULL;
    start(&s);
    suspect_name(s, 42);
    suspect_name(s, 0);
    assert_int_equal(named(), 0);
    suspect_name(s, 42);
    assert_null(suspect_close(s));
    assert_int_equal(named(), 0);
    assert_null(suspect_close(NULL));
}

static void a_damaged_file_names_nobody(void **state)
{
    (void)state;
    put("suspect", "42");
    assert_int_equal(named(), 0);
    put("suspect", "people are not num\n\n\n");
    assert_int_equal(named(), 0);
}

static void says_why_it_cannot_be_opened(void **state)
{
    (void)state;
    assert_int_equal(symlink("elsewhere", path_of("suspect")), 0);
    struct suspect *s = NULL;
    uint64_t id = 0;
    struct fault f = {0};
    assert_false(suspect_open(folder, &s, &id, &f));
    assert_non_null(strstr(f.text, "suspect"));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(names_nobody_at_first),
        TEST(outlives_a_death_and_is_forgotten_by_the_next_start),
        TEST(names_nobody_when_cleared_or_closed),
        TEST(a_damaged_file_names_nobody),
        TEST(says_why_it_cannot_be_opened),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
