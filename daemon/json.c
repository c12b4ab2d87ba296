/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A recursive descent over the structure; json-c decodes the strings, numbers and words, and
 * keeps the tree. Its own parser is not let loose on the whole text because, even with STRICT
 * and VALIDATE_UTF8, it takes doubled keys, single quotes and NaN, and gives no line. */
#include <errno.h>

#include "buf.h"
#include "json.h"
#include "utf8.h"

struct reader {
    const char *start;
    const char *at;
    const char *end;
    struct json_tokener *scalars; /* made when the first is met that has to be decoded */
    struct fault *fault;
    int depth;
};

static bool value_read(struct reader *r, struct json_object **ret);

static bool refuse(struct reader *r, const char *at, const char *what)
{
    size_t line = 1;
    size_t column = 1;

    for (const char *c = r->start; c < at; c++) {
        column++;
        if (*c == '\n') {
            line++;
            column = 1;
        }
    }
    return fault_set(r->fault, FAULT_INPUT, 0, "line %zu, column %zu: %s", line, column, what);
}

/* The next byte that is no blank, not taken; NUL at the end (a NUL in the text fits nowhere). */
static char peek(struct reader *r)
{
    while (r->at < r->end && memchr(" \t\r\n", *r->at, 4))
        r->at++;
    return r->at < r->end ? *r->at : '\0';
}

static bool take(struct reader *r, char wanted, const char *otherwise)
{
    if (peek(r) != wanted)
        return refuse(r, r->at, otherwise);
    r->at++;
    return true;
}

/* Lets json-c decode the token and steps over the len bytes that it takes in the text. */
static bool decode(struct reader *r, const char *token, size_t token_len, size_t len,
                   struct json_object **ret)
{
    if (!r->scalars) {
        r->scalars = json_tokener_new_ex(2);
        assert(r->scalars);
        json_tokener_set_flags(r->scalars, JSON_TOKENER_STRICT);
    }
    json_tokener_reset(r->scalars);
    errno = 0;
    struct json_object *o = json_tokener_parse_ex(r->scalars, token, (int)token_len);

    enum json_tokener_error error = json_tokener_get_error(r->scalars);
    if (error != json_tokener_success || errno == ERANGE) {
        json_object_put(o);
        return refuse(r, r->at,
                      errno == ERANGE ? "a number out of range" : json_tokener_error_desc(error));
    }
    r->at += len;
    *ret = o;
    return true;
}

static bool string_read(struct reader *r, struct json_object **ret)
{
    const char *c = r->at + 1;
    bool plain = true;

    for (; c < r->end && *c != '"'; c++) {
        if ((unsigned char)*c < 0x20)
            return refuse(r, c, "a control character in a string");
        if (r->end - c >= 6 && memcmp(c, "\\u0000", 6) == 0)
            return refuse(r, c, "a NUL character in a string");
        plain = plain && *c != '\\';
        if (*c == '\\' && r->end - c >= 2)
            c++;
    }
    if (c >= r->end)
        return refuse(r, r->at, "a string that does not end");

    size_t len = (size_t)(c + 1 - r->at);
    if (plain) { /* nothing is left to decode */
        *ret = json_object_new_string_len(r->at + 1, (int)(len - 2));
        r->at += len;
        return true;
    }
    return decode(r, r->at, len, len, ret);
}

static const char *digits_skip(const char *c)
{
    while (*c >= '0' && *c <= '9')
        c++;
    return c;
}

/* -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?, terminated. */
static bool number_well(const char *c)
{
    if (*c == '-')
        c++;
    const char *whole = c;
    c = digits_skip(c);
    if (c == whole || (*whole == '0' && c > whole + 1))
        return false;

    if (*c == '.') {
        const char *fraction = ++c;
        c = digits_skip(c);
        if (c == fraction)
            return false;
    }
    if (*c == 'e' || *c == 'E') {
        c += c[1] == '+' || c[1] == '-' ? 2 : 1;
        const char *exponent = c;
        c = digits_skip(c);
        if (c == exponent)
            return false;
    }
    return *c == '\0';
}

static bool number_read(struct reader *r, struct json_object **ret)
{
    char number[64];
    size_t len = 0;

    while (r->at + len < r->end && r->at[len] != '\0' && strchr("+-.0123456789eE", r->at[len])) {
        if (len + 1 == sizeof number)
            return refuse(r, r->at, "a number of too many digits");
        number[len] = r->at[len];
        len++;
    }
    number[len] = '\0';
    if (!number_well(number))
        return refuse(r, r->at, "a number that is not written as JSON wants it");
    return decode(r, number, len + 1, len, ret); /* the NUL tells json-c that it ends here */
}

static bool word_read(struct reader *r, struct json_object **ret)
{
    static const char *const words[] = {"true", "false", "null"};

    for (size_t i = 0; i < COUNT_OF(words); i++) {
        size_t len = strlen(words[i]);
        if ((size_t)(r->end - r->at) >= len && memcmp(r->at, words[i], len) == 0)
            return decode(r, words[i], len + 1, len, ret);
    }
    return refuse(r, r->at, "no value; one is wanted here (texts stand in double quotes)");
}

static bool key_doubled(struct reader *r, const char *at, const char *key)
{
    struct buf what = {.most = 120};

    buf_text(&what, "the key '");
    buf_name(&what, key, strnlen(key, 80));
    buf_text(&what, "' stands twice in one object");
    refuse(r, at, buf_get(&what));
    buf_free(&what);
    return false;
}

static bool pair_read(struct reader *r, struct json_object *object)
{
    ON_LEAVE(json_leave) struct json_object *key = NULL;
    struct json_object *value = NULL;

    if (peek(r) != '"')
        return refuse(r, r->at, "a key in double quotes is wanted here");
    const char *at = r->at;
    if (!string_read(r, &key))
        return false;
    const char *name = json_object_get_string(key);
    if (json_object_object_get_ex(object, name, NULL))
        return key_doubled(r, at, name);
    if (!take(r, ':', "':' is wanted here") || !value_read(r, &value))
        return false;
    json_object_object_add(object, name, value);
    return true;
}

static bool item_read(struct reader *r, struct json_object *array)
{
    struct json_object *value = NULL;

    if (!value_read(r, &value))
        return false;
    json_object_array_add(array, value);
    return true;
}

/* The inside of an object or array, from its opening to its closing sign. */
static bool members_read(struct reader *r, char closing, struct json_object *into,
                         bool (*one)(struct reader *, struct json_object *))
{
    r->at++;
    if (peek(r) == closing) {
        r->at++;
        return true;
    }
    while (one(r, into)) {
        if (peek(r) != ',')
            return take(r, closing,
                        closing == '}' ? "',' or '}' is wanted here" : "',' or ']' is wanted here");
        r->at++;
    }
    return false;
}

static bool container_read(struct reader *r, struct json_object **ret)
{
    bool object = *r->at == '{';

    if (r->depth == JSON_DEPTH_MOST)
        return refuse(r, r->at, "too many levels");
    r->depth++;
    struct json_object *into = object ? json_object_new_object() : json_object_new_array();
    if (!members_read(r, object ? '}' : ']', into, object ? pair_read : item_read)) {
        json_object_put(into);
        return false;
    }
    r->depth--;
    *ret = into;
    return true;
}

static bool value_read(struct reader *r, struct json_object **ret)
{
    char c = peek(r);

    if (c == '{' || c == '[')
        return container_read(r, ret);
    if (c == '"')
        return string_read(r, ret);
    if (c == '-' || (c >= '0' && c <= '9'))
        return number_read(r, ret);
    return word_read(r, ret);
}

static bool text_read(struct reader *r, struct json_object **ret)
{
    if (r->end - r->at >= 3 && memcmp(r->at, "\xef\xbb\xbf", 3) == 0)
        r->at += 3;

    char c = peek(r);
    if (c != '{' && c != '[')
        return refuse(r, r->at, "an object or an array is wanted here");

    ON_LEAVE(json_leave) struct json_object *tree = NULL;
    if (!container_read(r, &tree))
        return false;
    peek(r);
    if (r->at < r->end)
        return refuse(r, r->at, "something after the end of the JSON text");
    *ret = json_object_get(tree);
    return true;
}

struct json_object *json_parse_strict(const char *text, size_t len, struct fault *f)
{
    struct json_object *tree = NULL;

    if (len > JSON_BYTES_MOST) {
        fault_set(f, FAULT_INPUT, 0, "larger than %d bytes", JSON_BYTES_MOST);
        return NULL;
    }
    struct reader r = {.start = text, .at = text, .end = text + len, .fault = f};
    size_t valid = utf8_valid(text, len); /* json-c would take surrogates */
    if (valid < len)
        refuse(&r, text + valid, "not UTF-8");
    else
        text_read(&r, &tree);
    if (r.scalars)
        json_tokener_free(r.scalars);
    return tree;
}

void json_leave(struct json_object **tree)
{
    json_object_put(*tree);
}
