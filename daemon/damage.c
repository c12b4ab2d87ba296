/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "damage.h"

#include "heading.h"
#include "utf8.h"

#define HASHES_LEAST 4 /* of a column that was too narrow */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* ---- what is certain ---- */

/* Of characters outside ASCII: blanks that do not break, and those that nobody sees. */
static const struct {
    const char *bytes;
    bool wide;
} blanks[] = {
    {"\xc2\xa0", true},      /* U+00A0 */
    {"\xe2\x80\x87", true},  /* U+2007 */
    {"\xe2\x80\xaf", true},  /* U+202F */
    {"\xe2\x80\x8b", false}, /* U+200B */
    {"\xe2\x81\xa0", false}, /* U+2060 */
    {"\xef\xbb\xbf", false}, /* U+FEFF */
};

/* Index in the table of the blank that stands here, or its size. */
static size_t blank_at(const char *text, size_t len)
{
    size_t i = 0;

    while (i < COUNT_OF(blanks) && (strlen(blanks[i].bytes) > len ||
                                    memcmp(text, blanks[i].bytes, strlen(blanks[i].bytes)) != 0))
        i++;
    return i;
}

static bool has_blank(struct cell value)
{
    for (size_t i = 0; i < value.len; i++)
        if (memchr("\xc2\xe2\xef", value.at[i], 3) && /* what they begin with */
            blank_at(value.at + i, value.len - i) < COUNT_OF(blanks))
            return true;
    return false;
}

static void blanks_mend(struct cell value, struct buf *to)
{
    ON_LEAVE(buf_wipe) struct buf plain = {0};

    for (size_t i = 0; i < value.len;) {
        size_t blank = blank_at(value.at + i, value.len - i);
        if (blank == COUNT_OF(blanks)) {
            buf_char(&plain, value.at[i++]);
            continue;
        }
        if (blanks[blank].wide)
            buf_char(&plain, ' ');
        i += strlen(blanks[blank].bytes);
    }
    struct cell inner = text_trimmed((struct cell){buf_get(&plain), plain.len});
    buf_add(to, inner.at, inner.len);
}

/* ="…", where quotes are doubled. */
static bool formula_mend(struct cell value, struct buf *to)
{
    if (value.len < 3 || memcmp(value.at, "=\"", 2) != 0 || value.at[value.len - 1] != '"')
        return false;
    for (size_t i = 2; i + 1 < value.len; i++) {
        if (value.at[i] == '"' && (i + 2 >= value.len || value.at[++i] != '"'))
            return false;
        buf_char(to, value.at[i]);
    }
    return true;
}

const char *damage_mend(struct cell *value, struct buf *to)
{
    const char *done = NULL;

    buf_reset(to);
    if (value->len > 0 && value->at[0] == '=' && formula_mend(*value, to)) {
        done = "was written as a formula, =\"…\", and is read without it";
    } else if (has_blank(*value)) {
        buf_reset(to);
        blanks_mend(*value, to);
        done =
            "had blanks in it that are no plain ones (no-break, without width): they are read as "
            "plain ones, and left out at the ends";
    }
    if (done)
        *value = (struct cell){buf_get(to), to->len};
    return done;
}

/* ---- what is no value ---- */

const char *damage_error(struct cell value)
{
    static const char *const errors[] = {
        "#N/A",    "#REF!",   "#NAME?",  "#VALUE!", "#DIV/0!", "#NUM!",    "#NULL!", "#SPILL!",
        "#CALC!",  "#NV",     "#WERT!",  "#BEZUG!", "#ZAHL!",  "#VALEUR!", "#NOM?",  "#NOMBRE!",
        "Err:502", "Err:503", "Err:504", "Err:508", "Err:509", "Err:522"};
    struct cell text = text_trimmed(value);
    size_t hashes = 0;

    if (text.len == 0 || (text.at[0] != '#' && text.at[0] != 'E'))
        return NULL;
    for (size_t i = 0; i < COUNT_OF(errors); i++)
        if (text_alike(text, (struct cell){errors[i], strlen(errors[i])}))
            return "is an error of a spreadsheet's formula, no value: mend the formula, or enter "
                   "the value itself";
    while (hashes < text.len && text.at[hashes] == '#')
        hashes++;
    return hashes >= HASHES_LEAST && hashes == text.len
               ? "is what a spreadsheet shows in a column that is too narrow: make it wider and "
                 "save the file again"
               : NULL;
}

/* ---- what it looks like ---- */

/* 1.80889E+10, 1,80889E+10: spreadsheets write the sign and two digits at least. */
static bool is_scientific(struct cell v)
{
    size_t i = v.len > 0 && v.at[0] == '-' ? 1 : 0;
    size_t first = i;

    while (i < v.len && is_digit(v.at[i]))
        i++;
    if (i == first)
        return false;
    if (i < v.len && (v.at[i] == '.' || v.at[i] == ','))
        for (i++; i < v.len && is_digit(v.at[i]);)
            i++;
    if (v.len - i < 4 || (v.at[i] != 'E' && v.at[i] != 'e') ||
        (v.at[i + 1] != '+' && v.at[i + 1] != '-'))
        return false;
    for (i += 2; i < v.len && is_digit(v.at[i]);)
        i++;
    return i == v.len;
}

/* Numbers of up to four digits with one sign between them. */
struct date {
    unsigned part[3];
    size_t digits[3];
    size_t count;
    char sign;
};

/* Stops at a blank, where a time may follow. */
static bool date_split(struct cell v, struct date *ret)
{
    struct date d = {0};

    for (size_t i = 0; i < v.len && v.at[i] != ' '; i++) {
        if (is_digit(v.at[i])) {
            if (d.count == COUNT_OF(d.part) || ++d.digits[d.count] > 4)
                return false;
            d.part[d.count] = 10 * d.part[d.count] + (unsigned)(v.at[i] - '0');
        } else if (memchr("./-", v.at[i], 3) && d.count < 2 && d.digits[d.count] > 0 &&
                   (!d.sign || v.at[i] == d.sign)) {
            d.sign = v.at[i];
            d.count++;
        } else {
            return false;
        }
    }
    *ret = d;
    return d.count == 2 && d.digits[2] > 0;
}

/* A day and a month, in either order. */
static bool is_day(const struct date *d, size_t a, size_t b)
{
    unsigned x = d->part[a];
    unsigned y = d->part[b];

    return d->digits[a] <= 2 && d->digits[b] <= 2 && x >= 1 && y >= 1 && x <= 31 && y <= 31 &&
           (x <= 12 || y <= 12);
}

static bool is_year(const struct date *d, size_t i)
{
    return d->digits[i] == 4 && d->part[i] >= 1900 && d->part[i] <= 2099;
}

/* 2-Mar, Mar-24, 02. Mai: what spreadsheets make of 2-3 and 3/24. */
static bool is_month_date(struct cell v)
{
    static const char *const months[] = {"jan", "feb", "mar", "m\xc3\xa4r", "mrz", "apr",
                                         "may", "mai", "jun", "jul",        "aug", "sep",
                                         "oct", "okt", "nov", "dec",        "dez"};
    struct cell words[2] = {{v.at, 0}, {0}};
    size_t sign = 0;

    while (sign < v.len && !memchr("-. /", v.at[sign], 4))
        sign++;
    words[0].len = sign;
    while (sign < v.len && memchr("-. /", v.at[sign], 4))
        sign++;
    words[1] = (struct cell){v.at + sign, v.len - sign};
    for (size_t w = 0; w < 2; w++) {
        const struct cell *day = &words[1 - w];
        bool number = (day->len == 1 || day->len == 2) && is_digit(day->at[0]) &&
                      is_digit(day->at[day->len - 1]);
        for (size_t m = 0; number && m < COUNT_OF(months); m++)
            if (text_alike(words[w], (struct cell){months[m], strlen(months[m])}))
                return true;
    }
    return false;
}

enum damage damage_looks(struct cell value)
{
    struct cell v = text_trimmed(value);
    struct date d;

    if (is_scientific(v))
        return DAMAGE_SCIENTIFIC;
    if (date_split(v, &d)) {
        if ((is_day(&d, 0, 1) && is_year(&d, 2)) || (is_year(&d, 0) && is_day(&d, 1, 2)))
            return DAMAGE_DATE;
        return is_day(&d, 0, 1) && d.digits[2] == 2 ? DAMAGE_SHORT_DATE : DAMAGE_NONE;
    }
    return is_month_date(v) ? DAMAGE_DATE : DAMAGE_NONE;
}

const char *damage_advice(enum damage damage)
{
    static const char date[] = "a spreadsheet has made a date of this value: format the column as "
                               "text and enter the value again";
    static const char *const advice[] = {
        [DAMAGE_NONE] = "",
        [DAMAGE_SCIENTIFIC] = "a spreadsheet has shortened this number, and its last digits are "
                              "gone: format the column as text and enter the value again",
        [DAMAGE_DATE] = date,
        [DAMAGE_SHORT_DATE] = date,
    };

    return advice[damage];
}

struct cell damage_unquoted(struct cell value)
{
    static const struct {
        const char *open, *close;
    } quotes[] = {
        {"\xe2\x80\x9c", "\xe2\x80\x9d"}, /* “ ” */
        {"\xe2\x80\x9e", "\xe2\x80\x9c"}, /* „ “ */
        {"\xe2\x80\x9e", "\xe2\x80\x9d"}, /* „ ” */
        {"\xe2\x80\x98", "\xe2\x80\x99"}, /* ‘ ’ */
        {"\xe2\x80\x9a", "\xe2\x80\x98"}, /* ‚ ‘ */
        {"\xc2\xab", "\xc2\xbb"},         /* « » */
        {"\xc2\xbb", "\xc2\xab"},         /* » « */
    };

    for (size_t i = 0; i < COUNT_OF(quotes); i++) {
        size_t open = strlen(quotes[i].open);
        size_t close = strlen(quotes[i].close);
        if (value.len > open + close && memcmp(value.at, quotes[i].open, open) == 0 &&
            memcmp(value.at + value.len - close, quotes[i].close, close) == 0)
            return (struct cell){value.at + open, value.len - open - close};
    }
    return (struct cell){0};
}
