/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the daemon counts and measures, as text for Prometheus. Pure: values go in, text comes out.
 */
#ifndef EXTSPOOLD_METRICS_H
#define EXTSPOOLD_METRICS_H

#include "buf.h"
#include "ledger.h"
#include "pbx_calls.h"

#define METRICS_PROFILES 64
#define METRICS_EVERY    15000 /* ms: not more often than that */

/* Counters count since the start; times are wall-clock milliseconds, 0 = none. */
struct metrics {
    const char *version; /* lent */
    char daemon[256];    /* which one of several; "": there is but one */
    int64_t started;
    bool running;
    bool open; /* the text is to be OpenMetrics'; set by metrics_open alone */
    /* counters */
    uint64_t claimed;
    uint64_t
        ended[IMPORT_CANCELLED + 1];    /* imports that came to each state, their report written */
    uint64_t rejected[LEDGER_CODES];    /* files, by code */
    uint64_t outcomes[LEDGER_OUTCOMES]; /* rows, by state - ROW_FINAL */
    struct pbx_calls calls;
    /* as it is now */
    struct ledger_queue queue;
    bool known[LEDGER_CODES]; /* reasons for a hold or a reject that are told with 0, too */
    uint64_t coming, staying; /* files in incoming/ */
    int64_t coming_since;
    uint64_t rows_open;
    uint64_t calls_most; /* that may be under way at once */
    int64_t waiting_since;
    bool still;
    bool looking, polling; /* incoming/ is looked at all the time, and that without a watch */
    bool reload_refused;
    uint64_t ledger_bytes, spool_free;
    struct ledger_success successes[METRICS_PROFILES];
    size_t success_count;
    struct {
        char profile[64];
        bool missing;
    } expected[METRICS_PROFILES]; /* profiles of which files are expected */
    size_t expected_count;
};

/* Adds the text, in the format 0.0.4; or as OpenMetrics 1.0. Series have the same names and values
 * in both, but for bounds of histograms, which the latter wants as 1.0 where the former has 1. */
void metrics_text(const struct metrics *m, struct buf *to);
void metrics_open(const struct metrics *m, struct buf *to);

/* An import of this profile ("": of none) is done. Where there are too many profiles the one that
 * was done longest ago is forgotten. */
void metrics_success(struct metrics *m, const char *profile, int64_t finished);

/* When to write. A zeroed one is due at once. */
struct metrics_pace {
    uint64_t seen; /* changes that are written */
    int64_t next;  /* mono: not before */
};
/* When it is due (mono; 0: at once), having changed so many times, which is 1 or more; CLOCK_NEVER
 * while nothing has changed. */
int64_t metrics_due(const struct metrics_pace *p, uint64_t changes);
/* It is written now, or was tried. */
void metrics_done(struct metrics_pace *p, uint64_t changes, int64_t mono);

#endif
