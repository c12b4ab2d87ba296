/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How many calls ended in which way, and how long they took: for statistics. */
#ifndef EXTSPOOLD_PBX_CALLS_H
#define EXTSPOOLD_PBX_CALLS_H

#include "pbx.h"

#define PBX_BOUNDS 14
extern const int64_t pbx_bounds[PBX_BOUNDS]; /* microseconds, ascending */

/* A zeroed one has counted nothing. */
struct pbx_calls {
    uint64_t all;
    uint64_t classes[PBX_CALLS][HTTP_CLASSES];
    uint64_t verdicts[PBX_CALLS][PBX_VERDICTS];
    /* Of those that left: how many took no longer than each bound and longer than the one before,
     * and at the end those that took longer than all; and how long all of them took together. */
    uint64_t took[PBX_CALLS][PBX_BOUNDS + 1];
    uint64_t micro[PBX_CALLS];
};

/* One more call has ended. Lent for the time of the call. */
void pbx_calls_add(struct pbx_calls *c, enum pbx_call call, enum pbx_verdict verdict,
                   const struct http_answer *answer);

/* Their names in statistics; static text. */
const char *pbx_call_text(enum pbx_call call);
const char *pbx_verdict_text(enum pbx_verdict verdict);
const char *pbx_class_text(enum http_class class);

#endif
