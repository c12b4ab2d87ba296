/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "totals.h"

#include <ctype.h>
#include <strings.h>

static const char *const words[] = {
    "total", "totals", "grand total", "subtotal", "sum",           "count",
    "summe", "gesamt", "gesamtsumme", "anzahl",   "zwischensumme",
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Nothing that belongs to the word follows: "Summers" is somebody's name. */
static bool word_ends(const char *at, const char *end)
{
    return at == end || is_blank(*at) || *at == ':' || isdigit((unsigned char)*at);
}

/* Letters, and what may be one in another script. */
static bool has_letter(const char *at, const char *end)
{
    for (; at < end; at++)
        if (isalpha((unsigned char)*at) || (unsigned char)*at >= 0x80)
            return true;
    return false;
}

static bool names_totals(struct cell cell)
{
    const char *at = cell.at;
    const char *end = at + cell.len;
    while (at < end && is_blank(*at))
        at++;
    if (at == end || !isalpha((unsigned char)*at))
        return false;
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        size_t n = strlen(words[i]);
        if ((size_t)(end - at) >= n && strncasecmp(at, words[i], n) == 0 &&
            word_ends(at + n, end) && !has_letter(at + n, end))
            return true;
    }
    return false;
}

bool row_is_totals(const struct row *row)
{
    size_t first = 0;
    while (first < row->count && row->cells[first].len == 0)
        first++;
    if (first == row->count || !names_totals(row->cells[first]))
        return false;
    for (size_t i = first + 1; i < row->count; i++)
        if (has_letter(row->cells[i].at, row->cells[i].at + row->cells[i].len))
            return false;
    return true;
}
