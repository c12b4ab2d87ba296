/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was found out about a file by itself, and why: a line "WHAT=VALUE: REASON" for each. Values
 * and reasons are of one line and never quote the file. Pure. */
#ifndef EXTSPOOLD_CHOICES_H
#define EXTSPOOLD_CHOICES_H

#include "cell.h"

#define CHOICES_ROOM 1024

/* Adds one; one that does not fit as a whole is left out. */
void choices_add(char to[CHOICES_ROOM], const char *what, const char *value, const char *reason,
                 ...) PRINTF_LIKE(4, 5);

struct choice {
    struct cell what, value, reason; /* lent */
};

/* The choice at *at, which then is the next one's. False at the end. */
bool choices_next(const char **at, struct choice *ret);

#endif
