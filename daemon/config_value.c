/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The simple values: texts, words, numbers with units. URLs are in config_url.c. */
#include "config_value.h"

#include <stdio.h>

#include "expect.h"

#define DIGITS "0123456789"

struct unit {
    const char *suffix;
    int64_t factor;
};

/* The largest unit first: printing takes the first that divides. */
static const struct unit duration_units[] = {
    {"d", 86400000}, {"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}, {NULL, 0},
};
static const struct unit size_units[] = {
    {"G", 1 << 30}, {"M", 1 << 20}, {"k", 1 << 10}, {"", 1}, {NULL, 0},
};
static const struct unit rows_units[] = {{"M", 1000000}, {"k", 1000}, {"", 1}, {NULL, 0}};
static const struct unit no_units[] = {{"", 1}, {NULL, 0}};

static bool refuse(struct buf *why, const char *reason)
{
    buf_text(why, reason);
    return false;
}

/* ---- texts ---- */

static bool text_parse(const struct config_key *key, const char *text, void *to, struct buf *why)
{
    char **member = to;
    if (key->least > 0 && !*text)
        return refuse(why, "needs a value");
    free(*member);
    *member = xstrdup(text);
    return true;
}

static void text_print(const struct config_key *key, const void *from, struct buf *to)
{
    (void)key;
    buf_text(to, *(char *const *)from);
}

const struct value_type value_text = {.parse = text_parse, .print = text_print, .owned = true};

/* ---- times at which files are expected ---- */

static bool expect_text_parse(const struct config_key *key, const char *text, void *to,
                              struct buf *why)
{
    struct expect expect;
    return expect_parse(text, &expect, why) && text_parse(key, text, to, why);
}

const struct value_type value_expect = {
    .parse = expect_text_parse, .print = text_print, .owned = true};

/* ---- whole numbers ---- */

static void scaled_print(const struct unit *units, int64_t number, struct buf *to)
{
    while (number % units->factor != 0)
        units++;
    if (number == 0)
        buf_char(to, '0');
    else
        buf_format(to, "%lld%s", (long long)(number / units->factor), units->suffix);
}

static bool scaled_parse(const struct unit *units, const char *form, const struct config_key *key,
                         const char *text, int64_t *to, struct buf *why)
{
    size_t digits = strspn(text, DIGITS);
    bool zero = digits > 0 && strspn(text, "0") == digits && !text[digits];
    const struct unit *unit = units;
    while (unit->suffix && strcmp(unit->suffix, text + digits) != 0)
        unit++;
    if (digits == 0 || (!unit->suffix && !zero))
        return refuse(why, form);

    int64_t number = strtoll(text, NULL, 10); /* the greatest there is when it is too great */
    int64_t factor = zero ? 1 : unit->factor;
    if (number > key->most / factor || number * factor < key->least) {
        buf_text(why, "must be from ");
        scaled_print(units, key->least, why);
        buf_text(why, " to ");
        scaled_print(units, key->most, why);
        return false;
    }
    *to = number * factor;
    return true;
}

static bool duration_parse(const struct config_key *key, const char *text, void *to,
                           struct buf *why)
{
    return scaled_parse(duration_units, "must be a number with its unit (ms, s, m, h or d), or 0",
                        key, text, to, why);
}

static void duration_print(const struct config_key *key, const void *from, struct buf *to)
{
    (void)key;
    scaled_print(duration_units, *(const int64_t *)from, to);
}

const struct value_type value_duration = {.parse = duration_parse, .print = duration_print};

static bool size_parse(const struct config_key *key, const char *text, void *to, struct buf *why)
{
    return scaled_parse(size_units, "must be a number of bytes, or one with k, M or G", key, text,
                        to, why);
}

static void size_print(const struct config_key *key, const void *from, struct buf *to)
{
    (void)key;
    scaled_print(size_units, *(const int64_t *)from, to);
}

const struct value_type value_size = {.parse = size_parse, .print = size_print};

static bool rows_parse(const struct config_key *key, const char *text, void *to, struct buf *why)
{
    return scaled_parse(rows_units, "must be a number of rows, or one with k or M", key, text, to,
                        why);
}

static void rows_print(const struct config_key *key, const void *from, struct buf *to)
{
    (void)key;
    scaled_print(rows_units, *(const int64_t *)from, to);
}

const struct value_type value_rows = {.parse = rows_parse, .print = rows_print};

static bool number_parse(const struct config_key *key, const char *text, void *to, struct buf *why)
{
    if (key->words && strcmp(text, key->words[0]) == 0) {
        *(int64_t *)to = 0;
        return true;
    }
    return scaled_parse(no_units, "must be a number", key, text, to, why);
}

static void number_print(const struct config_key *key, const void *from, struct buf *to)
{
    int64_t number = *(const int64_t *)from;
    if (number == 0 && key->words)
        buf_text(to, key->words[0]);
    else
        scaled_print(no_units, number, to);
}

const struct value_type value_number = {
    .parse = number_parse, .print = number_print, .words_are = "or"};

/* ---- numbers with decimals ---- */

#define DECIMALS_MOST 6

/* DIGITS[.DIGITS] followed by suffix, which a plain 0 may lack. strtod alone would take "inf",
 * "nan" and hexadecimal numbers too. */
static bool decimal_form(const char *text, const char *suffix)
{
    size_t len = strspn(text, DIGITS);
    if (len == 0 || len > 9)
        return false;
    if (text[len] == '.') {
        size_t decimals = strspn(text + len + 1, DIGITS);
        if (decimals == 0 || decimals > DECIMALS_MOST)
            return false;
        len += 1 + decimals;
    }
    return strcmp(text + len, suffix) == 0 || strcmp(text, "0") == 0;
}

static bool decimal_parse(const char *suffix, const char *form, const struct config_key *key,
                          const char *text, double *to, struct buf *why)
{
    if (!decimal_form(text, suffix))
        return refuse(why, form);
    double number = strtod(text, NULL);
    if (number < (double)key->least || number > (double)key->most) {
        buf_format(why, "must be from %lld to %lld%s", (long long)key->least, (long long)key->most,
                   suffix);
        return false;
    }
    *to = number;
    return true;
}

/* With as few decimals as give the same number again. */
static void decimal_print(double number, const char *suffix, struct buf *to)
{
    char text[64];
    int decimals = 0;
    do
        snprintf(text, sizeof text, "%.*f", decimals, number);
    while (strtod(text, NULL) != number && decimals++ < DECIMALS_MOST);
    buf_format(to, "%s%s", text, suffix);
}

static bool percent_parse(const struct config_key *key, const char *text, void *to, struct buf *why)
{
    return decimal_parse("%", "must be a percentage such as 5% or 2.5%, or 0", key, text, to, why);
}

static void percent_print(const struct config_key *key, const void *from, struct buf *to)
{
    (void)key;
    decimal_print(*(const double *)from, "%", to);
}

const struct value_type value_percent = {.parse = percent_parse, .print = percent_print};

static bool rate_parse(const struct config_key *key, const char *text, void *to, struct buf *why)
{
    return decimal_parse("", "must be a number such as 20 or 0.5", key, text, to, why);
}

static void rate_print(const struct config_key *key, const void *from, struct buf *to)
{
    (void)key;
    decimal_print(*(const double *)from, "", to);
}

const struct value_type value_rate = {.parse = rate_parse, .print = rate_print};

/* ---- words ---- */

/* Index of the word, -1 when it is none of them. */
static int word_find(const char *const *words, const char *text, size_t len)
{
    for (int i = 0; words[i]; i++)
        if (strlen(words[i]) == len && memcmp(words[i], text, len) == 0)
            return i;
    return -1;
}

static bool words_wanted(const struct config_key *key, struct buf *why)
{
    buf_format(why, "must be %s:", key->type->words_are);
    for (size_t i = 0; key->words[i]; i++)
        buf_format(why, " %s", key->words[i]);
    return false;
}

static bool word_parse(const struct config_key *key, const char *text, void *to, struct buf *why)
{
    int index = word_find(key->words, text, strlen(text));
    if (index < 0)
        return words_wanted(key, why);
    *(int *)to = index;
    return true;
}

static void word_print(const struct config_key *key, const void *from, struct buf *to)
{
    buf_text(to, key->words[*(const int *)from]);
}

const struct value_type value_word = {
    .parse = word_parse, .print = word_print, .words_are = "one of"};

static bool words_parse(const struct config_key *key, const char *text, void *to, struct buf *why)
{
    static const char blanks[] = " \t";
    unsigned bits = 0;

    for (text += strspn(text, blanks); *text; text += strspn(text, blanks)) {
        size_t len = strcspn(text, blanks);
        int index = word_find(key->words, text, len);
        if (index < 0)
            return words_wanted(key, why);
        bits |= 1u << index;
        text += len;
    }
    if (bits == 0)
        return words_wanted(key, why);
    *(unsigned *)to = bits;
    return true;
}

static void words_print(const struct config_key *key, const void *from, struct buf *to)
{
    const char *between = "";
    for (size_t i = 0; key->words[i]; i++) {
        if (!(*(const unsigned *)from & 1u << i))
            continue;
        buf_format(to, "%s%s", between, key->words[i]);
        between = " ";
    }
}

const struct value_type value_words = {
    .parse = words_parse, .print = words_print, .words_are = "some of"};
