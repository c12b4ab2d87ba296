/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "json.h"
#include "wire.h"

/* Whether one of the eight bytes cannot stand in a JSON string as it is: a control character, a
 * quote or a backslash. Each of the three words has the top bit set in a byte that is zero, or
 * negative, after the subtraction, and perhaps in bytes above that one. */
static bool word_odd(uint64_t word)
{
    const uint64_t each = UINT64_C(0x0101010101010101);
    uint64_t quote = word ^ (each * '"');
    uint64_t backslash = word ^ (each * '\\');
    uint64_t odd = ((word - 0x20 * each) & ~word) | ((quote - each) & ~quote) |
                   ((backslash - each) & ~backslash);
    return (odd & (each << 7)) != 0;
}

/* Whether the text goes into a JSON string as it is. Its last bytes are looked at together, be it
 * for the second time. */
static bool is_plain(const char *at, size_t len)
{
    uint64_t word = UINT64_C(0x2020202020202020);
    if (len < sizeof word) {
        memcpy(&word, at, len);
        return !word_odd(word);
    }
    for (size_t i = 0; i < len; i += sizeof word) {
        memcpy(&word, at + (i + sizeof word <= len ? i : len - sizeof word), sizeof word);
        if (word_odd(word))
            return false;
    }
    return true;
}

static void add_escaped(struct buf *to, const char *at, size_t len)
{
    ON_LEAVE(json_leave) struct json_object *text = json_object_new_string_len(at, (int)len);
    size_t written = 0;
    const char *json = json_object_to_json_string_length(
        text, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &written);
    buf_add(to, json, written);
    wipe((char *)(uintptr_t)json, written); /* json-c's own copy may be a secret */
}

static void add_string(struct buf *to, const char *at, size_t len)
{
    if (!is_plain(at, len)) {
        add_escaped(to, at, len);
        return;
    }
    buf_char(to, '"');
    buf_add(to, at, len);
    buf_char(to, '"');
}

static void add_members(struct buf *to, const struct record *record)
{
    char before = '{';
    for (size_t i = 0; i < record->count; i++) {
        const struct record_value *v = &record->values[i];
        if (!v->at)
            continue;
        buf_char(to, before);
        add_string(to, v->name, strlen(v->name));
        buf_char(to, ':');
        add_string(to, v->at, v->len);
        before = ',';
    }
    buf_text(to, before == '{' ? "{}" : "}");
}

/* Bytes of the whole object, or 0 when a value must be escaped or a name is not known as JSON. */
static size_t plain_length(const struct record *record)
{
    size_t len = 1; /* a brace; the other one is counted as a comma is */
    for (size_t i = 0; i < record->count; i++) {
        const struct record_value *v = &record->values[i];
        if (!v->at)
            continue;
        if (!v->json.at || !is_plain(v->at, v->len))
            return 0;
        len += 1 + v->json.len + 2 + v->len;
    }
    return len > 1 ? len : 0;
}

static void members_copy(char *to, const struct record *record)
{
    char before = '{';
    for (size_t i = 0; i < record->count; i++) {
        const struct record_value *v = &record->values[i];
        if (!v->at)
            continue;
        *to++ = before;
        memcpy(to, v->json.at, v->json.len);
        to += v->json.len;
        *to++ = '"';
        memcpy(to, v->at, v->len);
        to += v->len;
        *to++ = '"';
        before = ',';
    }
    *to = '}';
}

/* Most records have nothing that needs escaping, and are copied at once. */
void wire_json_record(const struct record *record, struct buf *to)
{
    size_t len = plain_length(record);
    char *text = len ? buf_extend(to, len) : NULL;
    if (text)
        members_copy(text, record);
    else
        add_members(to, record);
}

/* A scalar as text; NULL for what is none. Numbers pass where the documentation has strings. */
static const char *scalar(struct json_object *value)
{
    enum json_type type = json_object_get_type(value);
    bool is = type == json_type_string || type == json_type_int;
    return is ? json_object_get_string(value) : NULL;
}

/* False when it is no extension: it has no number. */
static bool read_extension(struct json_object *from, struct wire_answer *ret)
{
    if (json_object_get_type(from) != json_type_object)
        return false;
    struct wire_extension e = {0};
    json_object_object_foreach(from, name, value)
    {
        const char *text = scalar(value);
        if (text)
            wire_pair_add(&e, name, text);
    }
    bool numbered = wire_value(&e, "extnumber") || wire_value(&e, "number");
    wire_extension_add(ret, &e);
    return numbered;
}

/* False when what stands for the extensions cannot be read, so that none of them may be taken as
 * absent. An empty list is written in as many ways as languages have for nothing. */
static bool read_extensions(struct json_object *from, struct wire_answer *ret)
{
    switch (json_object_get_type(from)) {
    case json_type_null:
        return true;
    case json_type_string:
        return json_object_get_string_len(from) == 0;
    case json_type_object:
        return json_object_object_length(from) == 0 || read_extension(from, ret);
    case json_type_array:
        for (size_t i = 0; i < json_object_array_length(from); i++)
            if (!read_extension(json_object_array_get_idx(from, i), ret))
                return false;
        return true;
    default:
        return false;
    }
}

void wire_json_read(const char *body, size_t len, struct wire_answer *ret)
{
    ON_LEAVE(json_leave) struct json_object *tree = json_parse_strict(body, len, NULL);
    if (json_object_get_type(tree) != json_type_object)
        return;

    struct json_object *status = json_object_object_get(tree, "status");
    bool is_text = json_object_get_type(status) == json_type_string;
    wire_judge(ret, is_text ? json_object_get_string(status) : NULL,
               scalar(json_object_object_get(tree, "errno")));
    wire_token(ret, scalar(json_object_object_get(tree, "token")));

    if (!read_extensions(json_object_object_get(tree, "extinfos"), ret) &&
        ret->status == WIRE_SUCCESS)
        ret->status = WIRE_GARBAGE;
}
