/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ledger_world.h"

#include <stdio.h>

static void claimed(uint64_t id, const char *name, int64_t started)
{
    struct import i = {.id = id, .state = IMPORT_CLAIMED, .filed = true, .started = started};
    snprintf(i.name, sizeof i.name, "%s.csv", name);
    snprintf(i.stem, sizeof i.stem, "%06llu-%s", (unsigned long long)id, name);
    snprintf(i.file, sizeof i.file, "%06llu-%s.csv", (unsigned long long)id, name);
    assert_true(ledger_import_set(ledger, &i, NULL));
}

static uint64_t namesake(const char *name, uint64_t before, int64_t wall)
{
    struct fault f = {0};
    uint64_t id = UINT64_MAX;
    if (!ledger_namesake(ledger, name, before, wall, &id, &f))
        fail_msg("%s", f.text);
    return id;
}

static void the_newest_of_a_name_is_found(void **state)
{
    (void)state;
    assert_int_equal(namesake("people", UINT64_MAX, INT64_MAX), 0);
    claimed(1, "people", 1000);
    claimed(2, "people-2", 2000);
    claimed(3, "people", 3000);
    claimed(4, "2-people", 4000);
    claimed(1234567, "people", 5000);
    assert_int_equal(namesake("people", UINT64_MAX, INT64_MAX), 1234567);
    assert_int_equal(namesake("people", 1234567, INT64_MAX), 3);
    assert_int_equal(namesake("people", 3, INT64_MAX), 1);
    assert_int_equal(namesake("people", 1, INT64_MAX), 0);
    assert_int_equal(namesake("people-2", UINT64_MAX, INT64_MAX), 2);
    assert_int_equal(namesake("2-people", UINT64_MAX, INT64_MAX), 4);
    assert_int_equal(namesake("2", UINT64_MAX, INT64_MAX), 0);
    assert_int_equal(namesake("PEOPLE", UINT64_MAX, INT64_MAX), 0);
}

static void the_time_of_the_claim_counts(void **state)
{
    (void)state;
    claimed(1, "people", 1000);
    claimed(3, "people", 3000);
    assert_int_equal(namesake("people", UINT64_MAX, 3000), 3);
    assert_int_equal(namesake("people", UINT64_MAX, 2999), 1);
    assert_int_equal(namesake("people", UINT64_MAX, 999), 0);
}

static void it_is_found_again_in_the_next_run(void **state)
{
    (void)state;
    claimed(1, "people", 1000);
    assert_int_equal(namesake("people", UINT64_MAX, INT64_MAX), 1);
    assert_true(ledger_commit(ledger, NULL));
    reopen();
    assert_int_equal(namesake("people", UINT64_MAX, INT64_MAX), 1);
    claimed(2, "people", 2000);
    assert_int_equal(namesake("people", UINT64_MAX, INT64_MAX), 2);
    assert_true(ledger_commit(ledger, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LEDGER(the_newest_of_a_name_is_found),
        LEDGER(the_time_of_the_claim_counts),
        LEDGER(it_is_found_again_in_the_next_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
