/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "clock.h"

#include <time.h>

static int64_t clock_read(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_wall(void)
{
    return clock_read(CLOCK_REALTIME);
}

int64_t clock_mono(void)
{
    return clock_read(CLOCK_MONOTONIC);
}

int64_t clock_micro(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* A part of the time, in so many digits, and the sign behind it. */
static char *part(char *to, int value, int digits, char sign)
{
    for (int i = digits; i > 0; value /= 10)
        to[--i] = (char)('0' + value % 10);
    to[digits] = sign;
    return to + digits + 1;
}

/* By hand, since reports have a time in each row and printf takes ten times as long. */
char *clock_text(int64_t wall, char to[CLOCK_TEXT])
{
    time_t seconds = (time_t)(wall / 1000);
    struct tm tm;
    char *at = to;
    to[0] = '\0';
    if (wall <= 0 || !gmtime_r(&seconds, &tm) || tm.tm_year + 1900 > 9999)
        return to;
    at = part(at, tm.tm_year + 1900, 4, '-');
    at = part(at, tm.tm_mon + 1, 2, '-');
    at = part(at, tm.tm_mday, 2, 'T');
    at = part(at, tm.tm_hour, 2, ':');
    at = part(at, tm.tm_min, 2, ':');
    at = part(at, tm.tm_sec, 2, '.');
    at = part(at, (int)(wall % 1000), 3, 'Z');
    *at = '\0';
    return to;
}
