/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which files are expected by when ([notify] expect): reading it, and the times. Local times are
 * those of the process's time zone (TZ, /etc/localtime). */
#ifndef EXTSPOOLD_EXPECT_H
#define EXTSPOOLD_EXPECT_H

#include "buf.h"

#define EXPECT_MOST    64 /* entries */
#define EXPECT_PROFILE 64

/* A file of this profile by this time on these days. */
struct expect_entry {
    char profile[EXPECT_PROFILE];
    unsigned days; /* a bit for each, 1u << 0 is Sunday */
    int hour, minute;
};

struct expect {
    size_t count;
    struct expect_entry at[EXPECT_MOST];
};

/* Reads "PROFILE [DAYS] HH:MM" entries, with commas between them; DAYS are days and ranges of days
 * with + between them, as Mon-Fri or Mon+Wed+Fri, all days when there are none. "" is no entry.
 * False with the reason in why, which quotes nothing, when it is not well-formed; ret is then
 * undefined. */
bool expect_parse(const char *text, struct expect *ret, struct buf *why);

/* The first moment after `after` at which one of the entries of this profile falls due; and the
 * last one at or before `by`. Wall-clock milliseconds; 0 when no entry has the profile. An hour
 * that a day does not have is taken as if the clock had not been set forward; of one that it has
 * twice the first counts. */
int64_t expect_next(const struct expect *e, const char *profile, int64_t after);
int64_t expect_last(const struct expect *e, const char *profile, int64_t by);

/* A moment as the entries write it, "06:00". */
#define EXPECT_TIME 8
char *expect_time(int64_t wall, char to[EXPECT_TIME]);

#endif
