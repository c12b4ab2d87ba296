/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How many lines of one kind may be told: a burst, and then silence for a while. Pure: times are
 * arguments. */
#ifndef EXTSPOOLD_LIMIT_H
#define EXTSPOOLD_LIMIT_H

#include "base.h"

#define LIMIT_BURST 20    /* lines */
#define LIMIT_EVERY 60000 /* ms from the first of a burst on, till there may be another one */

/* A zeroed one has told nothing yet. */
struct limit {
    int64_t began; /* the burst */
    unsigned told; /* of it; 0: none began */
    uint64_t left; /* lines that were left out, and are not told as such yet */
};

/* Whether one more line may be told; one that may not is counted. */
bool limit_pass(struct limit *l, int64_t now);
/* How many were left out since this was asked last. */
uint64_t limit_left(struct limit *l);

#endif
