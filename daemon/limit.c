/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME limit: bursts of lines. */
#include "limit.h"

bool limit_pass(struct limit *l, int64_t now)
{
    if (!l->told || now - l->began >= LIMIT_EVERY)
        *l = (struct limit){.began = now, .left = l->left};
    if (l->told == LIMIT_BURST) {
        l->left++;
        return false;
    }
    l->told++;
    return true;
}

uint64_t limit_left(struct limit *l)
{
    uint64_t left = l->left;
    l->left = 0;
    return left;
}
