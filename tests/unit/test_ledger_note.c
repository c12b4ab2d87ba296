/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Notes in the ledger that come in families, and the last import of a profile. */
#include "ledger_world.h"

static void notes_of_a_family_come_in_order(void **state)
{
    (void)state;
    static const char *const names[] = {"f:2", "f:10", "f", "f:", "g:1", "e:9", "f;", "f:2:a"};
    static const char *const wanted[] = {"f:10", "f:2", "f:2:a"};
    struct ledger_note n = {0};
    bool found = false;
    for (size_t i = 0; i < COUNT_OF(names); i++)
        assert_true(ledger_note_put(ledger, names[i], names[i] + 1, NULL));
    for (size_t i = 0; i < COUNT_OF(wanted); i++) {
        assert_true(ledger_note_next(ledger, "f:", &n, &found, NULL) && found);
        assert_string_equal(n.name, wanted[i]);
        assert_string_equal(n.text, wanted[i] + 1);
    }
    assert_true(ledger_note_next(ledger, "f:", &n, &found, NULL));
    assert_false(found);
}

static void note_that_is_dropped_is_gone(void **state)
{
    (void)state;
    struct ledger_note n = {0};
    bool found = false;
    assert_true(ledger_note_put(ledger, "f:1", "one", NULL));
    assert_true(ledger_note_drop(ledger, "f:1", NULL));
    assert_true(ledger_note_drop(ledger, "f:1", NULL)); /* which is not there */
    assert_true(ledger_note_next(ledger, "f:", &n, &found, NULL));
    assert_false(found);
}

static void last_import_of_a_profile_is_found(void **state)
{
    (void)state;
    struct import i = {.profile = "p", .started = 1000};
    uint64_t id = 9;
    for (i.id = 1; i.id <= 3; i.id++, i.started += 1000)
        assert_true(ledger_import_set(ledger, &i, NULL));
    snprintf(i.profile, sizeof i.profile, "q");
    assert_true(ledger_import_set(ledger, &i, NULL));
    assert_true(ledger_last_of(ledger, "p", 3000, &id, NULL));
    assert_int_equal(id, 3);
    assert_true(ledger_last_of(ledger, "p", 3001, &id, NULL));
    assert_int_equal(id, 0);
    assert_true(ledger_last_of(ledger, "q", 0, &id, NULL));
    assert_int_equal(id, 4);
}

static void notes_outlive_a_restart(void **state)
{
    (void)state;
    struct ledger_note n = {0};
    bool found = false;
    assert_true(ledger_note_put(ledger, "f:1", "one", NULL));
    reopen();
    assert_true(ledger_note_next(ledger, "f:", &n, &found, NULL) && found);
    assert_string_equal(n.text, "one");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LEDGER(notes_of_a_family_come_in_order),
        LEDGER(note_that_is_dropped_is_gone),
        LEDGER(last_import_of_a_profile_is_found),
        LEDGER(notes_outlive_a_restart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
