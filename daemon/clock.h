/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Time enters the program here. Pure modules take times as arguments. */
#ifndef EXTSPOOLD_CLOCK_H
#define EXTSPOOLD_CLOCK_H

#include "base.h"

#define CLOCK_NEVER INT64_MAX

int64_t clock_wall(void);  /* milliseconds since 1970, UTC; may jump */
int64_t clock_mono(void);  /* milliseconds on a clock that never goes back: for waiting */
int64_t clock_micro(void); /* microseconds on the same clock */

/* RFC 3339 in UTC with milliseconds, as 2024-05-01T08:30:00.125Z, into to; returns to.
 * wall is in milliseconds; 0 (not yet), what is before it and a year of five digits write "". */
#define CLOCK_TEXT 32
char *clock_text(int64_t wall, char to[CLOCK_TEXT]);

#endif
