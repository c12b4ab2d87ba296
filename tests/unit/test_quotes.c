/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Malformed quotes, as a person would read them, and what nobody can read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "buf.h"
#include "quotes.h"

#define MOST 16

/* What was read as text: the fault, its cell, and the cells: "2@1 [a][b]", "-" for nothing. */
static void check(const char *line, char quote, size_t count, const char *wanted)
{
    const struct quotes q = {',', quote, count, MOST};
    struct cell cells[MOST];
    struct quotes_read read;
    ON_LEAVE(buf_free) struct buf got = {0};
    ON_LEAVE(free_text) char *text = xmalloc(strlen(line) + 1);
    ON_LEAVE(free_text) char *exact = xmalloc(strlen(line) ? strlen(line) : 1);
    memcpy(exact, line, strlen(line)); /* without a NUL, for the sanitizers */
    if (!quotes_read(&q, exact, strlen(line), text, cells, &read)) {
        buf_char(&got, '-');
    } else {
        buf_format(&got, "%d@%zu%s ", read.fault, read.column, read.open_end ? "+" : "");
        for (size_t i = 0; i < read.count; i++)
            buf_format(&got, "[%s]", cells[i].at);
    }
    if (strcmp(buf_get(&got), wanted) != 0)
        fail_msg("%s: got %s, want %s", line, buf_get(&got), wanted);
}

static void test_blanks(void **state)
{
    (void)state;
    check("1, \"Ann\",x", '"', 3, "1@1 [1][Ann][x]");
    check("\"1\" ,\"Lee, Ann\"\t, \"x\"", '"', 3, "1@0 [1][Lee, Ann][x]");
    check(" \"1\",Ann", '"', 2, "1@0 [1][Ann]");
    check("1, Ann ,x", '"', 3, "0@0 [1][ Ann ][x]");
}

static void test_quotes_inside(void **state)
{
    (void)state;
    check("1,Ann \"A\" Lee,x", '"', 3, "2@1 [1][Ann \"A\" Lee][x]");
    check("1,19\",x", '"', 3, "2@1 [1][19\"][x]");
    check("1,\"Ann \"A\" Lee\",x", '"', 3, "2@1 [1][Ann \"A\" Lee][x]");
    check("1,\"Lee, \"A\" Ann\",x", '"', 3, "2@1 [1][Lee, \"A\" Ann][x]");
    check("1,\"Ann \"\"A\"\" \"B\" Lee\",x", '"', 3, "2@1 [1][Ann \"A\" \"B\" Lee][x]");
    check("1,O'Neil,x", '\'', 3, "2@1 [1][O'Neil][x]");
}

static void test_backslashes(void **state)
{
    (void)state;
    check("1,\"Ann \\\"A\\\" Lee\",x", '"', 3, "3@1 [1][Ann \"A\" Lee][x]");
    check("1,\"a\\\",\\\"b\",x", '"', 3, "3@1 [1][a\",\"b][x]");
    check("\"C:\\\",\"Ann \"A\" Lee\",x", '"', 3, "2@1 [C:\\][Ann \"A\" Lee][x]");
}

static void test_missing_quotes(void **state)
{
    (void)state;
    check("1,\"Ann,x", '"', 3, "4@1 [1][Ann][x]");
    check("1,\"Ann,\"x\"", '"', 3, "4@1 [1][Ann][x]");
    check("\"1,\"Ann,\"x", '"', 3, "4@0+ [1][Ann][x]");
    check("1,x,\"Ann", '"', 3, "4@2+ [1][x][Ann]");
    /* the delimiter in the name could be one */
    check("1,\"Lee, Ann,x", '"', 3, "-");
    check("1,\"Ann,x", '"', 2, "-");
}

static void test_what_nobody_can_read(void **state)
{
    (void)state;
    check("1,\"Ann\" Lee,x", '"', 3, "-");
    check("1,\"Ann\" Lee,\"x\"", '"', 3, "-");
    check("1,\"6\" display,x", '"', 3, "-");
    /* the end of a cell of the line before */
    check("Lee\",x\"y,z", '"', 3, "-");
    /* more cells than there may be */
    check("\"a\"b,,,,,,,,,,,,,,,,,", '"', 0, "-");
}

static void test_without_a_count(void **state)
{
    (void)state;
    check("\"number\", \"name\"", '"', 0, "1@1 [number][name]");
    check("number,\"the \"real\" name\"", '"', 0, "2@1 [number][the \"real\" name]");
    check("number,\"name", '"', 0, "-");
    check("number,\"a,\"b\"", '"', 0, "-");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blanks),
        cmocka_unit_test(test_quotes_inside),
        cmocka_unit_test(test_backslashes),
        cmocka_unit_test(test_missing_quotes),
        cmocka_unit_test(test_what_nobody_can_read),
        cmocka_unit_test(test_without_a_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
