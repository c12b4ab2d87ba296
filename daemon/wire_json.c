/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "json.h"
#include "wire.h"

/* Text that needs no escaping goes as it is, which is nearly all of it and much faster than a
 * json-c object each; the rest is json-c's to write. */
static void add_string(struct buf *to, const char *at, size_t len)
{
    size_t plain = 0;
    while (plain < len && (unsigned char)at[plain] >= 0x20 && at[plain] != '"' && at[plain] != '\\')
        plain++;
    if (plain == len) {
        buf_char(to, '"');
        buf_add(to, at, len);
        buf_char(to, '"');
        return;
    }
    ON_LEAVE(json_leave) struct json_object *text = json_object_new_string_len(at, (int)len);
    size_t written = 0;
    const char *json = json_object_to_json_string_length(
        text, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &written);
    buf_add(to, json, written);
    wipe((char *)(uintptr_t)json, written); /* json-c's own copy may be a secret */
}

void wire_json_record(const struct record *record, struct buf *to)
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
