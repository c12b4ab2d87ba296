/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How many calls may be under way at once: a number that was configured, or one that is found out
 * from how the PBX answers. Pure: no clock; what a call took is an argument. */
#ifndef EXTSPOOLD_PACE_H
#define EXTSPOOLD_PACE_H

#include "base.h"

/* What is found out is never more. A PBX has telephones to serve as well; what is under way when it
 * dies is in doubt, and one that cannot be queried leaves that to people; and eight adds of 5 ms
 * each are 1,600 a second. */
#define PACE_MOST 8

#define PACE_ROUND_MOST 32 /* calls by which a limit is judged */

struct pace {
    size_t fixed; /* as configured; 0: found out */
    size_t limit;
    /* the round: calls that began under this limit, and were answered well */
    unsigned round;
    size_t count;
    int64_t took[PACE_ROUND_MOST];
    unsigned fulls; /* how often the limit was reached */
    size_t full;    /* so many were under way when it was reached last */
    /* latency */
    int64_t base;    /* what a call takes that waits for no other */
    unsigned rounds; /* since that was learnt */
    size_t aside;    /* the limit to come back to, while it is learnt anew; else 0 */
    /* push-backs */
    unsigned cuts;
    size_t ceiling;    /* not to be passed; 0: none */
    uint64_t good;     /* calls since the last cut */
    uint64_t patience; /* so many good calls, and one more is tried */
    bool trying;       /* it is */
};

/* What is remembered of a call while it is under way. */
struct pace_call {
    unsigned round, fulls, cuts;
    size_t among; /* so many were under way when it began, it included */
};

/* Begins, or takes over a changed setting: exactly so many, or 0 for what is found out. What was
 * found out stays where nothing changed. */
void pace_set(struct pace *p, size_t fixed);
/* How many calls may be under way now: 1 or more. */
size_t pace_limit(const struct pace *p);
/* A call begins, and so many are under way with it. */
void pace_began(struct pace *p, size_t under_way, struct pace_call *ret);
/* An add was answered well. It took so many microseconds, and for `waited` of them this program had
 * nothing to do but to wait. Only adds are told, since other calls cost something else. */
void pace_good(struct pace *p, const struct pace_call *call, int64_t took, int64_t waited);
/* A call was not served in a way that may come of too many at once. `told`: the PBX said so, and
 * all calls had to wait. */
void pace_pushed(struct pace *p, const struct pace_call *call, bool told);
/* The PBX was in trouble: begin low again. */
void pace_rest(struct pace *p);

#endif
