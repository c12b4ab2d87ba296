/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Guards: whether a file that was planned is held for a person to look at first. Intake and the dry
 * run ask the same. */
#ifndef EXTSPOOLD_GUARD_H
#define EXTSPOOLD_GUARD_H

#include "config.h"
#include "rows.h"

struct guard {
    uint64_t rows, to_send, invalid;
    bool cut_off; /* the file ends amid its last record */
};

/* Counts one more row; columns: the header's. */
void guard_count(struct guard *g, const struct row *read, enum row_state state, size_t columns);
/* Why the file is to be held, or CODE_NONE. */
int guard_code(const struct guard *g, const struct config *c);

#endif
