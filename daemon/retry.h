/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When to try again: back-off, and the gate (circuit breaker) in front of one PBX. Pure: times
 * and chance are arguments. */
#ifndef EXTSPOOLD_RETRY_H
#define EXTSPOOLD_RETRY_H

#include "base.h"

/* Milliseconds to wait before try number `tries` + 1 (tries >= 1 have failed): exponential
 * back-off with full jitter, evenly chosen from 0 to first * 2^(tries-1), at most `most`. */
int64_t retry_delay(int64_t first, int64_t most, unsigned tries, uint32_t random);

/* Opens when GATE_ROWS different rows in a row were answered badly, or at once when told so; then
 * one probe at a time passes, after a growing back-off, until one is answered well. */
#define GATE_ROWS 3

struct gate {
    uint64_t bad[GATE_ROWS]; /* tags of different rows answered badly since the last good answer */
    size_t bad_count;
    bool open;
    bool probing;
    unsigned probes; /* failed probes since it opened */
    int64_t next;    /* the next probe may leave then */
    int64_t opened;  /* since when it is open */
    int64_t pause;   /* nothing leaves before, whatever is answered well meanwhile */
};

/* A row (known by tag) was answered badly. */
void gate_bad(struct gate *g, uint64_t tag, int64_t now, int64_t wait);
/* Opens at once, or keeps open: the next probe leaves no sooner than now + wait. */
void gate_shut(struct gate *g, int64_t now, int64_t wait);
/* The PBX asked to be left alone until then: a later end wins, and no good answer to a call that
 * was on its way already shortens it. */
void gate_pause(struct gate *g, int64_t until);
/* The PBX works. */
void gate_good(struct gate *g);
/* A probe was answered well, but not by the call that is in trouble: the next may follow. */
void gate_probe_done(struct gate *g);
/* How many calls may leave now, when in_flight are on their way and at most `most` may be. */
size_t gate_room(const struct gate *g, int64_t now, size_t in_flight, size_t most);

#endif
