/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "schema_own.h"
#include "utf8.h"

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* strncasecmp would go by the locale, where I is not always the capital of i. */
static bool same_folded(const char *a, const char *b, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (lower(a[i]) != lower(b[i]))
            return false;
    }
    return true;
}

const struct cell *texts_find(const struct texts *texts, struct cell value)
{
    for (size_t i = 0; i < texts->count; i++) {
        const struct cell *text = &texts->at[i];
        if (text->len == value.len && same_folded(text->at, value.at, value.len))
            return text;
    }
    return NULL;
}

void texts_add(struct texts *texts, const char *text, size_t len)
{
    texts->at = xrealloc(texts->at, (texts->count + 1) * sizeof *texts->at);
    texts->at[texts->count++] = (struct cell){xstrndup(text, len), len};
}

void texts_join(const struct texts *texts, const char *before, struct buf *to)
{
    buf_text(to, before);
    for (size_t i = 0; i < texts->count; i++)
        buf_format(to, "%s%s", i ? ", " : " ", texts->at[i].at);
}

void texts_free(struct texts *texts)
{
    for (size_t i = 0; i < texts->count; i++)
        free((char *)texts->at[i].at);
    free(texts->at);
    *texts = (struct texts){0};
}

bool decimal_read(struct cell value, bool fraction, double *ret)
{
    const char *at = value.at;
    const char *end = at + value.len;
    double digits = 0;
    double scale = 1;

    bool negative = at < end && *at == '-';
    if (at < end && (*at == '-' || *at == '+'))
        at++;
    const char *first = at;
    for (; at < end && is_digit(*at); at++)
        digits = 10 * digits + (*at - '0');
    if (at == first)
        return false;

    if (fraction && end - at >= 2 && *at == '.') {
        for (at++; at < end && is_digit(*at); at++) {
            digits = 10 * digits + (*at - '0');
            scale *= 10;
        }
    }
    *ret = (negative ? -digits : digits) / scale;
    return at == end;
}

static bool cast_string(const struct field *field, struct cell *value)
{
    (void)field;
    (void)value;
    return true;
}

static bool cast_integer(const struct field *field, struct cell *value)
{
    (void)field;
    double number;
    return decimal_read(*value, false, &number);
}

static bool cast_number(const struct field *field, struct cell *value)
{
    (void)field;
    double number;
    return decimal_read(*value, true, &number);
}

static bool cast_boolean(const struct field *field, struct cell *value)
{
    if (texts_find(&field->yes, *value))
        *value = field->yes.at[0];
    else if (texts_find(&field->no, *value))
        *value = field->no.at[0];
    else
        return false;
    return true;
}

const struct type *type_find(const char *name)
{
    static const struct type types[] = {
        {"string", KIND_STRING, cast_string, "must be a text"},
        {"integer", KIND_INTEGER, cast_integer, "must be a whole number, digits only"},
        {"number", KIND_NUMBER, cast_number, "must be a number such as 12 or 2.5"},
        {"boolean", KIND_BOOLEAN, cast_boolean, NULL},
    };

    for (size_t i = 0; i < COUNT_OF(types); i++) {
        if (strcmp(types[i].name, name) == 0)
            return &types[i];
    }
    return NULL;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool cell_blank(struct cell value)
{
    for (size_t i = 0; i < value.len; i++) {
        if (!is_blank(value.at[i]))
            return false;
    }
    return true;
}

const char *cell_damage(struct cell value)
{
    static const char control[] = "has an invisible control character; type the value afresh";

    for (size_t i = 0;;) {
        i += utf8_plain(value.at + i, value.len - i);
        if (i == value.len)
            return NULL;
        unsigned char c = (unsigned char)value.at[i];
        if (c < 0x80 && c != '\t' && c != '\r' && c != '\n')
            return control;
        size_t len = utf8_char(value.at + i, value.len - i);
        if (len == 0)
            return "has bytes that are no text; save the file as CSV UTF-8";
        if (c == 0xc2 && (unsigned char)value.at[i + 1] < 0xa0)
            return control; /* U+0080 to U+009F */
        if (len == 3 && memcmp(value.at + i, "\xef\xbf\xbe", 3) >= 0)
            return control; /* U+FFFE and U+FFFF, which XML cannot carry */
        i += len;
    }
}
