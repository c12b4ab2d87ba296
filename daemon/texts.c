/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME texts: the words of pages, reports and receipts, and numbers and times among them. The
 * table's other parts are texts_messages.c, texts_reasons.c and texts_advice.c; how a text is found
 * is in texts_find.c. */
#include "texts_own.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

/* What is asked for by text_in and text_fill. In no message of others is it looked for. */
/* clang-format off */
static const char *const texts[][LANGUAGES] = {
    /* ---- dates and numbers ---- */
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
    {"CET", "MEZ"},
    {"CEST", "MESZ"},
    {"Added", "Angelegt"},

    /* ---- states of imports and rows, kinds of findings ---- */
    {"claimed", "angenommen"},
    {"planned", "vorgesehen"},
    {"sending", "wird gesendet"},
    {"waiting", "wartet"},
    {"done", "fertig"},
    {"held", "angehalten"},
    {"rejected", "abgewiesen"},
    {"cancelled", "abgebrochen"},
    {"in doubt", "ungewiss"},
    {"refused", "abgelehnt"},
    {"created", "angelegt"},
    {"unchanged", "unverändert"},
    {"skipped", "übersprungen"},
    {"invalid", "fehlerhaft"},
    {"failed", "abgelehnt"},
    {"error", "Fehler"},
    {"warning", "Hinweis"},

    /* ---- what is found out about a file: choices.h ---- */
    {"encoding", "Zeichenkodierung"},
    {"delimiter", "Trennzeichen"},
    {"quote", "Anführungszeichen"},
    {"header", "Kopfzeile"},
    {"headings", "Überschriften"},
    {"profile", "Profil"},
    {"tab", "Tabulator"},
    {"2 lines", "2 Zeilen"},
};
/* clang-format on */

const struct texts_part texts_words = {texts, COUNT_OF(texts)};

const char *language_tag(enum language l)
{
    static const char *const tags[] = {"en", "de"};
    return tags[l];
}

const char *text_in(enum language l, const char *english)
{
    const char *const *line = texts_line(english);
    return line && line[l] ? line[l] : english;
}

void text_fill(struct buf *to, enum language l, const char *english, const char *const *values)
{
    for (const char *at = text_in(l, english); *at; at++) {
        if (at[0] != '%') {
            buf_char(to, *at);
        } else if (*++at == '%') {
            buf_char(to, '%');
        } else {
            assert(*at >= '1' && *at <= '9');
            buf_text(to, values[*at - '1']);
        }
    }
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
              (const char *const[]){day, text_in(l, months[tm.tm_mon]), year, time,
                                    text_in(l, tm.tm_zone)});
}
