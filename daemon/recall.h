/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a dry run knows of earlier imports. */
#ifndef EXTSPOOLD_RECALL_H
#define EXTSPOOLD_RECALL_H

#include "config.h"
#include "plan.h"

struct recall;

/* The configured ledger, only looked at. False when it cannot be read; the text says why. */
bool recall_open(const struct config *c, struct recall **ret, struct fault *f);
/* Nothing. */
bool recall_none(struct recall **ret, struct fault *f);
struct recall *recall_close(struct recall *r); /* NULL */

/* Sets up what a file's rows are planned with, for the configured PBX. Columns and numbers are
 * lent, as is the recall; *ret_pool is the caller's, NULL when the file has the numbers. */
bool recall_plan(struct recall *r, struct columns *columns, struct numbers *numbers,
                 struct plan *ret, struct pool **ret_pool, struct fault *f);

#endif
