/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME expect: when a file is expected.
 *
 * mktime says of a time that a day has twice, or not at all, whatever its last answers were close
 * to. So it is asked for summer and for winter time, and what localtime does not give back is no
 * such time. */
#include "expect.h"

#include <stdio.h>
#include <strings.h>
#include <time.h>

#define BLANKS   " \t"
#define ALL_DAYS 0x7fu
#define MINUTE   INT64_C(60000) /* ms */
#define WEEK     7

/* ---- reading ---- */

static bool refuse(struct buf *why, const char *reason)
{
    buf_text(why, reason);
    return false;
}

/* 0 is Sunday; -1: no day. */
static int day_read(const char *text, size_t len)
{
    static const char *const days[WEEK] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    for (int i = 0; i < WEEK; i++)
        if (len == 3 && strncasecmp(text, days[i], 3) == 0)
            return i;
    return -1;
}

/* DAY or DAY-DAY, which may go over the end of a week. */
static bool range_read(const char *text, size_t len, unsigned *days)
{
    const char *dash = memchr(text, '-', len);
    int first = day_read(text, dash ? (size_t)(dash - text) : len);
    int last = dash ? day_read(dash + 1, len - (size_t)(dash + 1 - text)) : first;
    if (first < 0 || last < 0)
        return false;
    for (int day = first; day != last; day = (day + 1) % WEEK)
        *days |= 1u << day;
    *days |= 1u << last;
    return true;
}

static bool days_read(const char *text, unsigned *ret)
{
    unsigned days = 0;
    for (const char *at = text;; at++) {
        size_t len = strcspn(at, "+");
        if (!range_read(at, len, &days))
            return false;
        at += len;
        if (!*at)
            break;
    }
    *ret = days;
    return true;
}

static bool time_read(const char *text, struct expect_entry *e)
{
    static const char digits[] = "0123456789";
    size_t hours = strspn(text, digits);
    if (hours < 1 || hours > 2 || text[hours] != ':' || strspn(text + hours + 1, digits) != 2 ||
        text[hours + 3])
        return false;
    e->hour = (int)strtol(text, NULL, 10);
    e->minute = (int)strtol(text + hours + 1, NULL, 10);
    return e->hour < 24 && e->minute < 60;
}

static bool profile_read_name(const char *text, struct expect_entry *e)
{
    size_t len = strlen(text);
    if (len >= sizeof e->profile || strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-_") != len)
        return false;
    memcpy(e->profile, text, len + 1);
    return true;
}

static bool entry_read(char *text, struct expect_entry *e, struct buf *why)
{
    char *words[4] = {NULL};
    char *rest = text;
    size_t count = 0;
    while (count < COUNT_OF(words) && (words[count] = strtok_r(rest, BLANKS, &rest)))
        count++;
    if (count != 2 && count != 3)
        return refuse(why, "must be entries PROFILE [DAYS] HH:MM, with commas between them");
    *e = (struct expect_entry){.days = ALL_DAYS};
    if (!profile_read_name(words[0], e))
        return refuse(why, "names a profile that cannot be: small letters, digits, - and _");
    if (!time_read(words[count - 1], e))
        return refuse(why, "has a time that is none: 00:00 to 23:59");
    if (count == 3 && !days_read(words[1], &e->days))
        return refuse(why, "has days that are none: as Mon-Fri, or Mon+Wed+Fri");
    return true;
}

bool expect_parse(const char *text, struct expect *ret, struct buf *why)
{
    ON_LEAVE(free_text) char *copy = xstrdup(text);
    ret->count = 0;
    if (!copy[strspn(copy, BLANKS)])
        return true;
    for (char *at = copy; at;) {
        char *comma = strchr(at, ',');
        if (comma)
            *comma = '\0';
        if (ret->count == EXPECT_MOST)
            return refuse(why, "has too many entries: at most 64");
        if (!entry_read(at, &ret->at[ret->count++], why))
            return false;
        at = comma ? comma + 1 : NULL;
    }
    return true;
}

/* ---- times ---- */

static struct tm local(int64_t wall)
{
    time_t seconds = (time_t)(wall / 1000);
    struct tm tm;
    localtime_r(&seconds, &tm);
    return tm;
}

static bool is_time(const struct tm *tm, const struct expect_entry *e, int64_t wall)
{
    struct tm back = local(wall);
    return back.tm_mday == tm->tm_mday && back.tm_hour == e->hour && back.tm_min == e->minute;
}

static int64_t in_tm(const struct expect_entry *e, const struct tm *day, int summer)
{
    struct tm tm = {.tm_year = day->tm_year,
                    .tm_mon = day->tm_mon,
                    .tm_mday = day->tm_mday,
                    .tm_hour = e->hour,
                    .tm_min = e->minute,
                    .tm_isdst = summer};
    return (int64_t)mktime(&tm) * 1000;
}

/* The entry's time on this day, whose tm has the hour 12; 0 when it is none of its days. Where
 * clocks are set back the first of two moments; where they leap over it, what it would have been.
 * mktime takes milliseconds to say what summer time would be where there is none, so that it is
 * asked for that on such days alone. */
static int64_t on_day(const struct expect_entry *e, const struct tm *day)
{
    static const int leaps[] = {120, 60, 30}; /* minutes by which clocks are set */
    if (!(e->days & 1u << day->tm_wday))
        return 0;
    int64_t wall = in_tm(e, day, -1);
    for (size_t i = 0; i < COUNT_OF(leaps) && is_time(day, e, wall); i++)
        if (is_time(day, e, wall - leaps[i] * MINUTE))
            return wall - leaps[i] * MINUTE;
    if (is_time(day, e, wall))
        return wall;
    int64_t winter = in_tm(e, day, 0);
    int64_t summer = in_tm(e, day, 1);
    return winter > summer ? winter : summer;
}

/* The day so many days from that moment's, at noon. */
static struct tm day_of(int64_t wall, int days)
{
    struct tm tm = local(wall);
    tm.tm_mday += days;
    tm.tm_hour = 12;
    tm.tm_min = 0;
    tm.tm_sec = 0;
    tm.tm_isdst = -1;
    mktime(&tm);
    return tm;
}

int64_t expect_next(const struct expect *e, const char *profile, int64_t after)
{
    int64_t first = 0;
    for (int days = -1; days <= WEEK + 1; days++) {
        struct tm day = day_of(after, days);
        for (size_t i = 0; i < e->count; i++) {
            int64_t at = strcmp(e->at[i].profile, profile) == 0 ? on_day(&e->at[i], &day) : 0;
            if (at > after && (!first || at < first))
                first = at;
        }
    }
    return first;
}

int64_t expect_last(const struct expect *e, const char *profile, int64_t by)
{
    int64_t last = 0;
    for (int days = -WEEK - 1; days <= 1; days++) {
        struct tm day = day_of(by, days);
        for (size_t i = 0; i < e->count; i++) {
            int64_t at = strcmp(e->at[i].profile, profile) == 0 ? on_day(&e->at[i], &day) : 0;
            if (at <= by && at > last)
                last = at;
        }
    }
    return last;
}

char *expect_time(int64_t wall, char to[EXPECT_TIME])
{
    struct tm tm = local(wall);
    strftime(to, EXPECT_TIME, "%H:%M", &tm);
    return to;
}
