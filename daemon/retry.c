/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "retry.h"

int64_t retry_delay(int64_t first, int64_t most, unsigned tries, uint32_t random)
{
    int64_t limit = first;
    for (unsigned i = 1; i < tries && limit < most; i++)
        limit *= 2;
    if (limit > most)
        limit = most;
    return (int64_t)((double)limit * ((double)random / (double)UINT32_MAX));
}

void gate_shut(struct gate *g, int64_t now, int64_t wait)
{
    if (!g->open) {
        g->open = true;
        g->opened = now;
        g->probes = 0;
    } else if (g->probing) {
        g->probes++;
    }
    g->probing = false;
    if (now + wait > g->next)
        g->next = now + wait;
}

void gate_bad(struct gate *g, uint64_t tag, int64_t now, int64_t wait)
{
    size_t i = 0;
    while (i < g->bad_count && g->bad[i] != tag)
        i++;
    if (i == g->bad_count && i < GATE_ROWS)
        g->bad[g->bad_count++] = tag;
    if (g->open || g->bad_count == GATE_ROWS)
        gate_shut(g, now, wait);
}

void gate_pause(struct gate *g, int64_t until)
{
    if (until > g->pause)
        g->pause = until;
}

void gate_good(struct gate *g)
{
    *g = (struct gate){.pause = g->pause};
}

void gate_probe_done(struct gate *g)
{
    g->probing = false;
}

size_t gate_room(const struct gate *g, int64_t now, size_t in_flight, size_t most)
{
    if (now < g->pause)
        return 0;
    if (g->open)
        return in_flight == 0 && now >= g->next ? 1 : 0;
    return in_flight < most ? most - in_flight : 0;
}
