/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

/* One block of memory: the values' text follows. `at` is 0 for a parameter that was never sent. */
struct extension {
    struct extension *chain; /* the next in the bucket */
    struct extension *before;
    struct extension *after;
    uint32_t at[RECORD_COUNT];
    char text[];
};

struct store {
    struct extension **buckets;
    size_t bucket_count; /* a power of two */
    size_t count;
    struct extension *first;
    struct extension *last;
};

struct store *store_new(void)
{
    struct store *s = xcalloc(1, sizeof *s);

    s->bucket_count = 1024;
    s->buckets = xcalloc(s->bucket_count, sizeof(struct extension *));
    return s;
}

struct store *store_free(struct store *s)
{
    if (s == NULL)
        return NULL;
    for (struct extension *e = s->first; e != NULL;) {
        struct extension *after = e->after;
        free(e);
        e = after;
    }
    free(s->buckets);
    free(s);
    return NULL;
}

size_t store_count(const struct store *s)
{
    return s->count;
}

const char *extension_get(const struct extension *e, enum param param)
{
    return e->at[param] == 0 ? NULL : e->text + e->at[param] - 1;
}

/* Every extension has one, so this is never NULL. */
static const char *number_of(const struct extension *e)
{
    return e->text + e->at[PARAM_number] - 1;
}

static struct extension **bucket_of(const struct store *s, const char *number)
{
    uint32_t hash = 2166136261U; /* FNV-1a */

    for (; *number != '\0'; number++)
        hash = (hash ^ (unsigned char)*number) * 16777619U;
    return &s->buckets[hash & (s->bucket_count - 1)];
}

const struct extension *store_find(const struct store *s, const char *number)
{
    const struct extension *e = *bucket_of(s, number);

    while (e != NULL && strcmp(number_of(e), number) != 0)
        e = e->chain;
    return e;
}

const struct extension *store_next(const struct store *s, const struct extension *e)
{
    return e == NULL ? s->first : e->after;
}

static void bucket_put(struct store *s, struct extension *e)
{
    struct extension **bucket = bucket_of(s, number_of(e));

    e->chain = *bucket;
    *bucket = e;
}

static void buckets_grow(struct store *s)
{
    free(s->buckets);
    s->bucket_count *= 4;
    s->buckets = xcalloc(s->bucket_count, sizeof(struct extension *));
    for (struct extension *e = s->first; e != NULL; e = e->after)
        bucket_put(s, e);
}

static void link_last(struct store *s, struct extension *e)
{
    e->before = s->last;
    e->after = NULL;
    *(s->last == NULL ? &s->first : &s->last->after) = e;
    s->last = e;
    s->count++;
    bucket_put(s, e);
    if (s->count > s->bucket_count)
        buckets_grow(s);
}

/* `values` has RECORD_COUNT places, NULL for what is absent. */
static struct extension *extension_new(const char *const *values)
{
    size_t length = 0;

    for (unsigned i = 0; i < RECORD_COUNT; i++)
        length += values[i] == NULL ? 0 : strlen(values[i]) + 1;
    struct extension *e = xcalloc(1, sizeof *e + length);
    size_t at = 0;
    for (unsigned i = 0; i < RECORD_COUNT; i++) {
        if (values[i] == NULL)
            continue;
        size_t size = strlen(values[i]) + 1;
        memcpy(e->text + at, values[i], size);
        e->at[i] = (uint32_t)at + 1;
        at += size;
    }
    return e;
}

void store_add(struct store *s, const struct fields *fields)
{
    const char *values[RECORD_COUNT];

    for (unsigned i = 0; i < RECORD_COUNT; i++)
        values[i] = fields_get(fields, (enum param)i);
    link_last(s, extension_new(values));
}

void store_update(struct store *s, const struct extension *e, const struct fields *fields,
                  const char *number)
{
    const char *values[RECORD_COUNT];

    for (unsigned i = 0; i < RECORD_COUNT; i++) {
        const char *sent = fields_get(fields, (enum param)i);
        values[i] = sent != NULL ? sent : extension_get(e, (enum param)i);
    }
    values[PARAM_number] = number;
    struct extension *changed = extension_new(values);
    store_delete(s, e);
    link_last(s, changed);
}

void store_delete(struct store *s, const struct extension *e)
{
    struct extension **link = bucket_of(s, number_of(e));

    while (*link != e)
        link = &(*link)->chain;
    struct extension *gone = *link;
    *link = gone->chain;
    *(gone->before == NULL ? &s->first : &gone->before->after) = gone->after;
    *(gone->after == NULL ? &s->last : &gone->after->before) = gone->before;
    s->count--;
    free(gone);
}

static const char *extension_load(struct store *s, struct json_object *object)
{
    struct fields fields = {0};
    const char *wrong = NULL;

    if (!json_object_is_type(object, json_type_object))
        return "an extension is no object";
    json_object_object_foreach(object, name, value)
    {
        enum param param = param_find(name, PARAM_number);
        if (param >= RECORD_COUNT)
            wrong = "an extension has an unknown parameter";
        else if (value == NULL)
            wrong = "a parameter is null";
        else
            fields_set(&fields, param, json_object_get_string(value));
    }
    const char *number = fields_get(&fields, PARAM_number);
    if (number == NULL || number[0] == '\0')
        wrong = "an extension lacks its number";
    else if (store_find(s, number) != NULL)
        wrong = "a number occurs twice";
    if (wrong == NULL)
        store_add(s, &fields);
    fields_free(&fields);
    return wrong;
}

const char *store_load_one(struct store *s, const char *text)
{
    struct json_object *object = json_tokener_parse(text);
    const char *wrong = extension_load(s, object);

    json_object_put(object);
    return wrong;
}

const char *store_load(struct store *s, const char *text)
{
    struct json_object *root = json_tokener_parse(text);
    struct json_object *list;
    const char *wrong = NULL;

    if (!json_object_is_type(root, json_type_object) ||
        !json_object_object_get_ex(root, "extensions", &list) ||
        !json_object_is_type(list, json_type_array))
        wrong = "no JSON object with a list of extensions";
    else
        for (size_t i = 0; i < json_object_array_length(list) && wrong == NULL; i++)
            wrong = extension_load(s, json_object_array_get_idx(list, i));
    json_object_put(root);
    return wrong;
}

void store_save_one(const struct extension *e, struct text *to)
{
    const char *before = "{";

    for (unsigned i = 0; i < RECORD_COUNT; i++) {
        const char *value = extension_get(e, (enum param)i);
        if (value == NULL)
            continue;
        text_puts(to, before);
        text_json(to, param_name((enum param)i));
        text_putc(to, ':');
        text_json(to, value);
        before = ",";
    }
    text_putc(to, '}');
}

void store_save(const struct store *s, struct text *to)
{
    text_puts(to, "{\"version\":1,\"extensions\":[");
    for (const struct extension *e = s->first; e != NULL; e = e->after) {
        text_puts(to, e == s->first ? "\n" : ",\n");
        store_save_one(e, to);
    }
    text_puts(to, "\n]}\n");
}
