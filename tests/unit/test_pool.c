/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ledger_world.h"

#include "pool.h"

#define PBX 1

static struct cell cell(const char *text)
{
    return (struct cell){text, strlen(text)};
}

static void assert_offer(struct pool *p, const char *key, const char *number)
{
    char got[LEDGER_NUMBER];
    bool new = false;
    assert_true(pool_offer(p, cell(key), got, &new, NULL));
    assert_string_equal(got, number);
    assert_true(new || got[0]);
}

/* Offers, and gives what was offered. */
static void assert_gives(struct pool *p, const char *key, const char *number)
{
    assert_offer(p, key, number);
    assert_true(!number[0] || pool_give(p, cell(key), number, NULL));
}

static void assert_changes(struct pool *p, const char *key, const char *from, const char *to)
{
    char got[LEDGER_NUMBER];
    assert_true(pool_change(p, cell(key), from, got, NULL));
    assert_string_equal(got, to);
}

static void gives_the_lowest_and_keeps_it(void **state)
{
    (void)state;
    struct pool *p = pool_new(ledger, PBX, "2000", "2999");
    assert_offer(p, "E1", "2000");
    assert_offer(p, "E2", "2000"); /* an offer takes nothing */
    assert_gives(p, "E1", "2000");
    assert_gives(p, "E2", "2001");
    assert_gives(p, "E1", "2000");
    pool_free(p);
    assert_true(ledger_commit(ledger, NULL));
    reopen();
    p = pool_new(ledger, PBX, "2000", "2999");
    assert_gives(p, "E3", "2002");
    assert_gives(p, "E2", "2001");
    pool_free(p);
}

static void tells_whether_a_number_is_new(void **state)
{
    (void)state;
    char got[LEDGER_NUMBER];
    bool new = false;
    struct pool *p = pool_new(ledger, PBX, "2000", "2999");
    assert_true(pool_offer(p, cell("E1"), got, &new, NULL) && new);
    assert_true(pool_give(p, cell("E1"), got, NULL));
    assert_true(pool_offer(p, cell("E1"), got, &new, NULL) && !new);
    pool_free(p);
}

static void another_pbx_has_numbers_of_its_own(void **state)
{
    (void)state;
    struct pool *p = pool_new(ledger, PBX, "2000", "2999");
    struct pool *q = pool_new(ledger, PBX + 1, "2000", "2999");
    assert_gives(p, "E1", "2000");
    assert_gives(q, "E2", "2000");
    assert_gives(q, "E1", "2001");
    pool_free(p);
    pool_free(q);
}

static void two_at_once_never_give_one_twice(void **state)
{
    (void)state;
    struct pool *p = pool_new(ledger, PBX, "2000", "2999");
    struct pool *q = pool_new(ledger, PBX, "2000", "2999");
    assert_gives(p, "E1", "2000");
    assert_gives(q, "E2", "2001");
    assert_gives(p, "E3", "2002");
    assert_gives(q, "E1", "2000");
    pool_free(p);
    pool_free(q);
}

static void minds_what_was_created_and_what_is_to_be_sent(void **state)
{
    (void)state;
    struct ledger_content content = {.at = {1}, .len = 8};
    struct ledger_row row = {.row = 1, .number = "2001", .state = ROW_PLANNED};
    struct ledger_row past = {.row = 2, .number = "2002", .state = ROW_INVALID};
    struct import import = {.id = 7, .state = IMPORT_HELD};
    assert_true(ledger_import_set(ledger, &import, NULL));
    assert_true(ledger_made_put(ledger, PBX, "2000", &content, NULL));
    assert_true(ledger_row_add(ledger, 7, &row, NULL) && ledger_row_add(ledger, 7, &past, NULL));
    struct pool *p = pool_new(ledger, PBX, "2000", "2999");
    assert_gives(p, "E1", "2002");
    pool_free(p);
}

static void fills_up_with_zeros(void **state)
{
    (void)state;
    struct pool *p = pool_new(ledger, PBX, "098", "101");
    assert_gives(p, "E1", "098");
    assert_gives(p, "E2", "099");
    assert_gives(p, "E3", "100");
    assert_gives(p, "E4", "101");
    assert_gives(p, "E5", "");
    pool_free(p);
}

static void changes_to_the_next_when_the_pbx_has_it(void **state)
{
    (void)state;
    struct pool *p = pool_new(ledger, PBX, "2000", "2003");
    assert_gives(p, "E1", "2000");
    assert_gives(p, "E2", "2001");
    assert_changes(p, "E1", "2000", "2002");
    assert_offer(p, "E1", "2002");
    pool_free(p);
    /* whoever comes later does not begin with what the PBX has */
    p = pool_new(ledger, PBX, "2000", "2003");
    assert_gives(p, "E3", "2003");
    pool_free(p);
}

static void looks_once_more_before_it_is_exhausted(void **state)
{
    (void)state;
    struct pool *p = pool_new(ledger, PBX, "2000", "2001");
    assert_gives(p, "E1", "2000");
    assert_changes(p, "E1", "2000", "2001");
    assert_gives(p, "E2", "2000");       /* it may be free again by now */
    assert_changes(p, "E2", "2000", ""); /* it is not, and nothing is left */
    assert_offer(p, "E2", "2000");
    assert_offer(p, "E3", "");
    pool_free(p);
}

static void keys_are_kept_as_digests(void **state)
{
    (void)state;
    struct pool *p = pool_new(ledger, PBX, "2000", "2999");
    assert_gives(p, "Employee-4711", "2000");
    pool_free(p);
    assert_true(ledger_commit(ledger, NULL));
    ledger = ledger_close(ledger);
    static char text[1 << 18];
    FILE *file = fopen(path_of("state/ledger.db"), "r");
    assert_non_null(file);
    size_t len = fread(text, 1, sizeof text, file);
    fclose(file);
    assert_null(memmem(text, len, "4711", 4));
    assert_non_null(memmem(text, len, "2000", 4));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LEDGER(gives_the_lowest_and_keeps_it),
        LEDGER(tells_whether_a_number_is_new),
        LEDGER(another_pbx_has_numbers_of_its_own),
        LEDGER(two_at_once_never_give_one_twice),
        LEDGER(minds_what_was_created_and_what_is_to_be_sent),
        LEDGER(fills_up_with_zeros),
        LEDGER(changes_to_the_next_when_the_pbx_has_it),
        LEDGER(looks_once_more_before_it_is_exhausted),
        LEDGER(keys_are_kept_as_digests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
