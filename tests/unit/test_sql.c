/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sql.h"

#include "folder.h"

static void tells_what_went_wrong(void **state)
{
    (void)state;
    static const char select[] = "SELECT * FROM nothing";
    struct sql *sql = NULL;
    struct fault f = {0};
    assert_false(sql_open(path_of("none/db"), &sql, &f));
    assert_int_equal(f.kind, FAULT_LEDGER);
    assert_non_null(strstr(f.text, path_of("none/db")));
    assert_null(sql);
    assert_true(sql_open(path_of("db"), &sql, &f));
    assert_false(sql_exec(sql, "nonsense", &f));
    assert_null(sql_query(sql, select, &f));
    assert_non_null(strstr(f.text, "nothing"));
    assert_false(sql_run(NULL, &f));
    assert_null(sql_close(sql));
    assert_null(sql_close(NULL));
}

static void cuts_what_has_no_room(void **state)
{
    (void)state;
    static const char select[] = "SELECT 'abcdef', x'0102030405', NULL, 1 UNION ALL SELECT 1,2,3,4";
    struct sql *sql = NULL;
    char text[4];
    uint8_t bytes[3];
    bool row = false;
    assert_true(sql_open(path_of("db"), &sql, NULL));
    struct sql_query *q = sql_query(sql, select, NULL);
    assert_true(sql_next(q, &row, NULL) && row);
    sql_text(q, 0, text, sizeof text);
    assert_string_equal(text, "abc");
    assert_int_equal(sql_bytes(q, 1, bytes, sizeof bytes), 3);
    assert_int_equal(bytes[2], 3);
    sql_text(q, 2, text, sizeof text);
    assert_string_equal(text, "");
    assert_int_equal(sql_bytes(q, 2, bytes, sizeof bytes), 0);
    assert_int_equal(sql_int(q, 2), 0);

    /* asked again while an answer is half read: it begins anew */
    assert_ptr_equal(sql_query(sql, select, NULL), q);
    size_t count = 0;
    for (row = true; row; count += row)
        assert_true(sql_next(q, &row, NULL));
    assert_int_equal(count, 2);
    sql_close(sql);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(tells_what_went_wrong),
        TEST(cuts_what_has_no_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
