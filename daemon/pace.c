/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME pace: how many calls at once.
 *
 * Calls are judged by rounds. While a call under the present limit takes no longer than one that
 * is alone, the PBX works on all of them at once, and the limit grows by one. Where it takes longer
 * the calls wait for each other: then their number, times the latency of a call that waits for
 * none, divided by theirs, is how many the PBX works on at once. One or two more than those keep
 * it busy; any above only wait.
 *
 * A call that is pushed back says more: the limit falls below the number that was under way with
 * it, and stays there for many good calls, since a push-back costs a look-up or a pause. */
#include "pace.h"

#include <stdlib.h>

#define LEARN_EVERY   64   /* rounds; then half as many calls show what one takes */
#define PATIENCE      500  /* good calls after a push-back, see below */
#define PATIENCE_TOLD 2000 /* after one for which all had to wait */
#define PATIENCE_MOST 16000

static void round_begin(struct pace *p, size_t limit)
{
    p->limit = limit;
    p->round++;
    p->count = 0;
}

void pace_set(struct pace *p, size_t fixed)
{
    if (p->limit && p->fixed == fixed)
        return;
    *p = (struct pace){.fixed = fixed, .round = p->round, .fulls = p->fulls, .cuts = p->cuts + 1};
    round_begin(p, fixed ? fixed : 1);
}

size_t pace_limit(const struct pace *p)
{
    return p->limit;
}

void pace_began(struct pace *p, size_t under_way, struct pace_call *ret)
{
    *ret = (struct pace_call){
        .round = p->round, .fulls = p->fulls, .cuts = p->cuts, .among = under_way};
    if (under_way < p->limit)
        return;
    p->fulls++;
    p->full = under_way;
}

/* Few at a small limit, so that a slow PBX does not wait long for the next step. */
static size_t round_length(size_t limit)
{
    size_t length = 4 + 3 * limit;
    return length < PACE_ROUND_MOST ? length : PACE_ROUND_MOST;
}

static int compare(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a;
    int64_t right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

/* What a call of this round took: the mean without the third that took longest, among which are
 * those that had an accident. At least 1. */
static int64_t round_latency(struct pace *p)
{
    size_t kept = p->count - p->count / 3;
    assert(kept > 0);
    qsort(p->took, p->count, sizeof *p->took, compare);
    int64_t sum = 0;
    for (size_t i = 0; i < kept; i++)
        sum += p->took[i];
    return sum / (int64_t)kept + 1;
}

/* Whether this round shows what a call takes that waits for no other. */
static bool is_learning(const struct pace *p)
{
    return p->limit == 1 || p->aside;
}

/* What latency allows, when `took` is that of this round. */
static size_t judge(const struct pace *p, int64_t took)
{
    size_t n = p->limit;
    double served = (double)n * (double)p->base / (double)took; /* at once */
    if ((double)n <= 1.25 * served)
        return n + 1;
    if ((double)n <= 1.25 * served + 1)
        return n;
    size_t enough = (size_t)served + 1;
    if (enough >= n)
        return n - 1;
    return enough > n / 2 ? enough : n / 2;
}

/* The limit of the next round. */
static size_t next_limit(struct pace *p, int64_t took)
{
    size_t most = p->ceiling ? p->ceiling : PACE_MOST;
    size_t next = p->aside;
    if (is_learning(p)) {
        p->base = took;
        p->rounds = 0;
    }
    p->aside = 0;
    if (!next)
        next = judge(p, took);
    if (next > most)
        next = most;
    if (++p->rounds < LEARN_EVERY)
        return next;
    p->aside = next;
    return (next + 1) / 2;
}

static void round_end(struct pace *p)
{
    if (p->trying && p->limit == p->ceiling) { /* it is served now */
        p->trying = false;
        p->ceiling = 0;
    }
    round_begin(p, next_limit(p, round_latency(p)));
}

void pace_good(struct pace *p, const struct pace_call *call, int64_t took, int64_t waited)
{
    if (p->fixed)
        return;
    p->good++;
    if (p->ceiling && !p->trying && p->good >= p->patience && p->ceiling < PACE_MOST) {
        p->ceiling++;
        p->trying = true;
    }
    /* what began under another limit, or while there was not enough to do, tells nothing */
    if (call->round != p->round || call->fulls == p->fulls)
        return;
    p->took[p->count++] = is_learning(p) ? took : waited;
    if (p->count >= round_length(p->limit))
        round_end(p);
}

void pace_pushed(struct pace *p, const struct pace_call *call, bool told)
{
    size_t among = call->among;
    if (call->fulls != p->fulls && among < p->full)
        among = p->full;
    /* one that was alone was not too many; one of before the last cut is no news */
    if (p->fixed || among <= 1 || call->cuts != p->cuts)
        return;
    bool soon = p->ceiling && p->good < 4 * p->limit;
    uint64_t patience = told ? PATIENCE_TOLD : PATIENCE;
    if (p->trying && patience < 2 * p->patience)
        patience = 2 * p->patience;
    else if (soon && patience < p->patience)
        patience = p->patience;
    size_t limit = soon ? p->limit / 2 : among - 1;
    if (limit > p->limit)
        limit = p->limit;
    p->patience = patience < PATIENCE_MOST ? patience : PATIENCE_MOST;
    p->ceiling = limit ? limit : 1;
    p->trying = false;
    p->aside = 0;
    p->good = 0;
    p->cuts++;
    round_begin(p, p->ceiling);
}

void pace_rest(struct pace *p)
{
    if (p->fixed)
        return;
    p->aside = 0;
    round_begin(p, 1);
}
