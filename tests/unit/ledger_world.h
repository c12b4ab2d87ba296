/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For the tests of the ledger: one in a temporary folder. */
#ifndef TESTS_UNIT_LEDGER_WORLD_H
#define TESTS_UNIT_LEDGER_WORLD_H

#include "folder.h"

#include "ledger.h"

static struct ledger *ledger;

static inline void reopen(void)
{
    struct fault f = {0};
    ledger = ledger_close(ledger);
    if (!ledger_open(path_of("state"), &ledger, &f))
        fail_msg("%s", f.text);
}

static inline int ledger_make(void **state)
{
    return folder_make(state) == 0 && ledger_open(path_of("state"), &ledger, NULL) ? 0 : -1;
}

static inline int ledger_remove(void **state)
{
    ledger = ledger_close(ledger);
    return folder_remove(state);
}

#define LEDGER(function) cmocka_unit_test_setup_teardown(function, ledger_make, ledger_remove)

#endif
