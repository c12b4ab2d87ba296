/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading pieces of JSON as a schema has them. */
#include "schema_own.h"

bool keys_known_or_notes(struct json_object *o, const char *const *known, struct fault *f)
{
    static const char *const rules[] = {"required",    "pattern",   "enum",        "minLength",
                                        "maxLength",   "minimum",   "maximum",     "format",
                                        "decimalChar", "groupChar", "fieldsMatch", NULL};

    json_object_object_foreach(o, key, value)
    {
        bool note = json_object_is_type(value, json_type_string) && !json_listed(rules, key);
        if (!note && !json_listed(known, key))
            return fault_set(f, FAULT_CONFIG, 0, "'%s' is not known here", key);
    }
    return true;
}

bool text_read(struct texts *to, struct json_object *value, struct fault *f)
{
    if (!json_object_is_type(value, json_type_string) &&
        !json_object_is_type(value, json_type_int) && !json_object_is_type(value, json_type_double))
        return fault_set(f, FAULT_CONFIG, 0, "must be texts or numbers");
    const char *text = json_object_get_string(value);
    texts_add(to, text, strlen(text));
    return true;
}

bool texts_read(struct json_object *list, struct texts *ret, struct fault *f)
{
    if (!json_object_is_type(list, json_type_array) || json_object_array_length(list) == 0)
        return fault_set(f, FAULT_CONFIG, 0, "must be a list that is not empty");

    for (size_t i = 0; i < json_object_array_length(list); i++) {
        if (!text_read(ret, json_object_array_get_idx(list, i), f))
            return false;
    }
    return true;
}

bool field_named(const struct schema *s, const char *name, size_t *ret, struct fault *f)
{
    for (size_t i = 0; i < s->count; i++) {
        if (strcmp(s->fields[i].name, name) == 0) {
            *ret = i;
            return true;
        }
    }
    return fault_set(f, FAULT_CONFIG, 0, "there is no field '%s'", name);
}

bool field_item(const struct schema *s, struct json_object *list, size_t i, size_t *ret,
                struct fault *f)
{
    struct json_object *name = json_object_array_get_idx(list, i);

    if (!json_object_is_type(name, json_type_string))
        return fault_set(f, FAULT_CONFIG, 0, "must be a list of fields' names");
    return field_named(s, json_object_get_string(name), ret, f);
}

bool message_well(struct json_object *message, struct fault *f)
{
    struct finding finding;

    if (!json_object_is_type(message, json_type_string))
        return fault_set(f, FAULT_CONFIG, 0, "a message must be a text");
    const char *text = json_object_get_string(message);
    size_t len = strlen(text);
    if (len == 0 || len >= sizeof finding.message)
        return fault_set(f, FAULT_CONFIG, 0, "a message must have 1 to %zu bytes",
                         sizeof finding.message - 1);
    if (strpbrk(text, "\t\r\n") || cell_damage((struct cell){text, len}))
        return fault_set(f, FAULT_CONFIG, 0, "a message must be one line of plain text");
    return true;
}
