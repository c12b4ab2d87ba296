/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "clock.h"

#include <stdio.h>
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

char *clock_text(int64_t wall, char to[CLOCK_TEXT])
{
    to[0] = '\0';
    if (wall == 0)
        return to;

    time_t seconds = (time_t)(wall / 1000);
    struct tm tm;
    char date[24];
    if (gmtime_r(&seconds, &tm) && strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &tm))
        snprintf(to, CLOCK_TEXT, "%s.%03dZ", date, (int)(wall % 1000));
    return to;
}
