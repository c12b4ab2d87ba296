/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The queue as text. */
#ifndef EXTSPOOLD_CTL_STATUS_H
#define EXTSPOOLD_CTL_STATUS_H

#include "buf.h"

struct json_object;

struct status_view {
    size_t columns; /* no line is wider; 0: as wide as it comes, and no bars */
    size_t lines;   /* no more lines: finished imports go first; 0: all */
    bool coloured;
};

/* Adds what a status (job.h) tells: a table, why all waits, and the calls that are under way. Each
 * line ends with a line feed. */
void status_add(struct buf *to, struct json_object *status, const struct status_view *view);

#endif
