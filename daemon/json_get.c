/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading pieces of JSON that an administrator wrote: what is not understood is refused by name,
 * since a rule that silently does nothing is worse than an error. */
#include "json.h"

bool json_listed(const char *const *list, const char *text)
{
    while (*list && strcmp(*list, text) != 0)
        list++;
    return *list;
}

bool json_keys_known(struct json_object *o, const char *const *known, struct fault *f)
{
    json_object_object_foreach(o, key, value)
    {
        (void)value;
        if (!json_listed(known, key))
            return fault_set(f, FAULT_CONFIG, 0, "'%s' is not known here", key);
    }
    return true;
}

bool json_get(struct json_object *o, const char *key, enum json_type type, struct json_object **ret,
              struct fault *f)
{
    static const char *const kinds[] = {[json_type_object] = "an object {…}",
                                        [json_type_array] = "a list […]",
                                        [json_type_string] = "a text"};
    struct json_object *value = NULL;

    if (json_object_object_get_ex(o, key, &value) && !json_object_is_type(value, type))
        return fault_set(f, FAULT_CONFIG, 0, "'%s' must be %s", key, kinds[type]);
    *ret = value;
    return true;
}

bool json_get_text(struct json_object *o, const char *key, const char **ret, struct fault *f)
{
    struct json_object *value = NULL;

    if (!json_get(o, key, json_type_string, &value, f))
        return false;
    *ret = value ? json_object_get_string(value) : NULL;
    return true;
}
