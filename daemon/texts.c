/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME texts: the table of texts, and how they are found in it. */
#include "texts.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

/* English first, then each language in the order of enum language. */
static const char *const texts[][LANGUAGES] = {
    {"%1 %2 %3, %4 (%5)", "%1. %2 %3, %4 Uhr (%5)"}, /* day, month, year, time, time zone */
    {"January", "Januar"},
    {"February", "Februar"},
    {"March", "März"},
    {"April", NULL},
    {"May", "Mai"},
    {"June", "Juni"},
    {"July", "Juli"},
    {"August", NULL},
    {"September", NULL},
    {"October", "Oktober"},
    {"November", NULL},
    {"December", "Dezember"},
    {",", "."}, /* between thousands */
    {"Added", "Angelegt"},
};

const char *language_tag(enum language l)
{
    static const char *const tags[] = {"en", "de"};
    return tags[l];
}

const char *text_in(enum language l, const char *english)
{
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        if (strcmp(texts[i][LANGUAGE_EN], english) == 0)
            return texts[i][l] ? texts[i][l] : english;
    return english;
}

void text_fill(struct buf *to, enum language l, const char *english, const char *const *values)
{
    for (const char *at = text_in(l, english); *at; at++) {
        if (at[0] != '%')
            buf_char(to, *at);
        else if (*++at == '%')
            buf_char(to, '%');
        else
            buf_text(to, values[*at - '1']);
    }
}

void text_message(struct buf *to, enum language l, const char *message)
{
    buf_text(to, text_in(l, message));
}

void text_count(struct buf *to, enum language l, uint64_t count)
{
    char digits[32];
    size_t len = (size_t)snprintf(digits, sizeof digits, "%" PRIu64, count);
    const char *separator = text_in(l, ",");
    for (size_t i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0)
            buf_text(to, separator);
        buf_char(to, digits[i]);
    }
}

void text_time(struct buf *to, enum language l, int64_t wall)
{
    static const char *const months[] = {"January",   "February", "March",    "April",
                                         "May",       "June",     "July",     "August",
                                         "September", "October",  "November", "December"};
    time_t seconds = (time_t)(wall / 1000);
    struct tm tm;
    char day[16];
    char year[16];
    char time[16];
    localtime_r(&seconds, &tm);
    snprintf(day, sizeof day, "%d", tm.tm_mday);
    snprintf(year, sizeof year, "%d", tm.tm_year + 1900);
    strftime(time, sizeof time, "%H:%M", &tm);
    text_fill(to, l, "%1 %2 %3, %4 (%5)",
              (const char *const[]){day, text_in(l, months[tm.tm_mon]), year, time, tm.tm_zone});
}
