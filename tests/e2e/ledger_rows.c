/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For tests: the rows that a ledger has, which nobody but us can read, and damage to them.
 *
 *   ledger_rows STATE ID             a line a row: ROW STATE NUMBER, and `doubted` when it ever was
 *   ledger_rows STATE ID lose ROW    the row is there no more
 *   ledger_rows STATE ID reopen ROW  the row has no outcome any more
 *
 * No daemon may have the ledger. */
#include <stdio.h>

#include "ledger.h"

#define ROWS_MOST 100000

static struct ledger_row rows[ROWS_MOST];
static size_t count;

static void print(void)
{
    for (size_t i = 0; i < count; i++)
        printf("%llu %s %s%s\n", (unsigned long long)rows[i].row, row_state_text(rows[i].state),
               rows[i].number, rows[i].doubted ? " doubted" : "");
}

static bool lose(struct ledger *l, uint64_t id, uint64_t row, struct fault *f)
{
    bool good = ledger_rows_clear(l, id, f);
    for (size_t i = 0; i < count && good; i++)
        good = rows[i].row == row || ledger_row_add(l, id, &rows[i], f);
    return good;
}

static bool reopen(struct ledger *l, uint64_t id, uint64_t row, struct fault *f)
{
    bool good = true;
    for (size_t i = 0; i < count && good; i++) {
        rows[i].state = ROW_PLANNED;
        good = rows[i].row != row || ledger_row_reopen(l, id, &rows[i], f);
    }
    return good;
}

static bool act(struct ledger *l, int argc, char **argv, struct fault *f)
{
    uint64_t id = strtoull(argv[2], NULL, 10);
    if (!ledger_rows(l, id, 0, LEDGER_ALL, rows, ROWS_MOST, &count, f))
        return false;
    if (argc == 3) {
        print();
        return true;
    }
    bool is_lose = strcmp(argv[3], "lose") == 0;
    return (is_lose ? lose : reopen)(l, id, strtoull(argv[4], NULL, 10), f) && ledger_commit(l, f);
}

int main(int argc, char **argv)
{
    struct ledger *l = NULL;
    struct fault f = {0};
    if (argc != 3 && argc != 5) {
        fputs("usage: ledger_rows STATE ID [lose|reopen ROW]\n", stderr);
        return 2;
    }
    if (!ledger_open(argv[1], &l, &f) || !act(l, argc, argv, &f)) {
        fprintf(stderr, "%s\n", f.text);
        ledger_close(l);
        return 1;
    }
    ledger_close(l);
    return 0;
}
