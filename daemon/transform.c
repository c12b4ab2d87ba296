/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME transform: one table of what there is: its name, its setting in JSON, what it does. */
#include "transform.h"

#include "heading.h"
#include "utf8.h"

struct pair {
    char *from;
    char *to;
};

struct word;
struct transform {
    const struct word *word;
    struct pair *pairs; /* of remove (to is ""), replace, map */
    size_t count;
    char *otherwise; /* of map; NULL: there is none */
    size_t most;     /* of truncate: characters */
};

struct word {
    const char *name;
    /* Reads the setting, NULL for one without. */
    bool (*read)(struct transform *t, struct json_object *setting, struct fault *f);
    int (*apply)(const struct transform *t, const struct translit *letters, struct cell value,
                 struct buf *to);
};

/* ---- what each does ---- */

static int trim(const struct transform *t, const struct translit *letters, struct cell value,
                struct buf *to)
{
    (void)t;
    (void)letters;
    struct cell inner = text_trimmed(value);
    buf_add(to, inner.at, inner.len);
    return CODE_NONE;
}

static int digits(const struct transform *t, const struct translit *letters, struct cell value,
                  struct buf *to)
{
    (void)t;
    (void)letters;
    for (size_t i = 0; i < value.len; i++)
        if (value.at[i] >= '0' && value.at[i] <= '9')
            buf_char(to, value.at[i]);
    return CODE_NONE;
}

static int lower(const struct transform *t, const struct translit *letters, struct cell value,
                 struct buf *to)
{
    (void)t;
    translit_lower(letters, value, to);
    return CODE_NONE;
}

static int upper(const struct transform *t, const struct translit *letters, struct cell value,
                 struct buf *to)
{
    (void)t;
    translit_upper(letters, value, to);
    return CODE_NONE;
}

static int ascii(const struct transform *t, const struct translit *letters, struct cell value,
                 struct buf *to)
{
    (void)t;
    return translit_ascii(letters, value, to) ? CODE_NONE : CODE_ENCODING_ERROR;
}

/* The longest text to be replaced that stands here, or NULL. */
static const struct pair *pair_at(const struct transform *t, const char *text, size_t len)
{
    const struct pair *best = NULL;
    size_t most = 0;

    for (size_t i = 0; i < t->count; i++) {
        size_t from = strlen(t->pairs[i].from);
        if (from > most && from <= len && memcmp(t->pairs[i].from, text, from) == 0) {
            best = &t->pairs[i];
            most = from;
        }
    }
    return best;
}

static int replace(const struct transform *t, const struct translit *letters, struct cell value,
                   struct buf *to)
{
    (void)letters;
    for (size_t i = 0; i < value.len;) {
        const struct pair *pair = pair_at(t, value.at + i, value.len - i);
        if (pair)
            buf_text(to, pair->to);
        else
            buf_char(to, value.at[i]);
        i += pair ? strlen(pair->from) : 1;
    }
    return CODE_NONE;
}

static int map(const struct transform *t, const struct translit *letters, struct cell value,
               struct buf *to)
{
    (void)letters;
    for (size_t i = 0; i < t->count; i++) {
        const char *from = t->pairs[i].from;
        if (text_alike(value, (struct cell){from, strlen(from)})) {
            buf_text(to, t->pairs[i].to);
            return CODE_NONE;
        }
    }
    if (t->otherwise)
        buf_text(to, t->otherwise);
    return t->otherwise ? CODE_NONE : CODE_ENUM;
}

static int truncate_to(const struct transform *t, const struct translit *letters, struct cell value,
                       struct buf *to)
{
    (void)letters;
    size_t len = 0;
    for (size_t i = 0; i < t->most && len < value.len; i++) {
        size_t bytes = utf8_char(value.at + len, value.len - len);
        len += bytes ? bytes : 1;
    }
    buf_add(to, value.at, len);
    return CODE_NONE;
}

/* ---- settings ---- */

static void pair_add(struct transform *t, const char *from, size_t len, const char *to)
{
    t->pairs = xrealloc(t->pairs, (t->count + 1) * sizeof *t->pairs);
    t->pairs[t->count++] = (struct pair){xstrndup(from, len), xstrdup(to)};
}

static bool remove_read(struct transform *t, struct json_object *setting, struct fault *f)
{
    const char *text = json_object_get_string(setting);
    if (!json_object_is_type(setting, json_type_string) || !text[0])
        return fault_set(f, FAULT_CONFIG, 0, "must be a text of the characters to remove");
    for (size_t len; *text; text += len) {
        len = utf8_char(text, strlen(text));
        pair_add(t, text, len, "");
    }
    return true;
}

/* An object from texts to texts. */
static bool pairs_read(struct transform *t, struct json_object *setting, bool empty,
                       struct fault *f)
{
    if (!json_object_is_type(setting, json_type_object) || json_object_object_length(setting) == 0)
        return fault_set(f, FAULT_CONFIG, 0, "must be an object from texts to texts");
    json_object_object_foreach(setting, from, to)
    {
        if (!json_object_is_type(to, json_type_string))
            return fault_set(f, FAULT_CONFIG, 0, "what '%s' becomes must be a text", from);
        if (!from[0] && !empty)
            return fault_set(f, FAULT_CONFIG, 0, "an empty text stands everywhere");
        pair_add(t, from, strlen(from), json_object_get_string(to));
    }
    return true;
}

static bool replace_read(struct transform *t, struct json_object *setting, struct fault *f)
{
    return pairs_read(t, setting, false, f);
}

static bool map_read(struct transform *t, struct json_object *setting, struct fault *f)
{
    if (!pairs_read(t, setting, true, f))
        return false;
    for (size_t i = 0; i < t->count; i++) {
        for (size_t k = 0; k < i; k++) {
            struct cell a = {t->pairs[i].from, strlen(t->pairs[i].from)};
            struct cell b = {t->pairs[k].from, strlen(t->pairs[k].from)};
            if (text_alike(a, b))
                return fault_set(f, FAULT_CONFIG, 0, "'%s' and '%s' are the same", b.at, a.at);
        }
    }
    return true;
}

static bool truncate_read(struct transform *t, struct json_object *setting, struct fault *f)
{
    int64_t most = json_object_get_int64(setting);
    if (!json_object_is_type(setting, json_type_int) || most < 1 || most > INT32_MAX)
        return fault_set(f, FAULT_CONFIG, 0, "must be a number of characters, 1 or more");
    t->most = (size_t)most;
    return true;
}

static const struct word words[] = {
    {"trim", NULL, trim},
    {"digits", NULL, digits},
    {"lower", NULL, lower},
    {"upper", NULL, upper},
    {"ascii", NULL, ascii},
    {"remove", remove_read, replace},
    {"replace", replace_read, replace},
    {"map", map_read, map},
    {"truncate", truncate_read, truncate_to},
};

static const struct word *word_find(const char *name, bool setting)
{
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (strcmp(words[i].name, name) == 0 && (words[i].read != NULL) == setting)
            return &words[i];
    return NULL;
}

/* {"map": {…}, "else": …} */
static bool else_read(struct transform *t, struct json_object *o, struct fault *f)
{
    struct json_object *otherwise = NULL;
    if (!json_object_object_get_ex(o, "else", &otherwise))
        return true;
    if (t->word->apply != map)
        return fault_set(f, FAULT_CONFIG, 0, "'else' goes with map alone");
    if (!json_object_is_type(otherwise, json_type_string))
        return fault_set(f, FAULT_CONFIG, 0, "'else' must be a text");
    t->otherwise = xstrdup(json_object_get_string(otherwise));
    return true;
}

static bool setting_read(struct transform *t, struct json_object *o, struct fault *f)
{
    json_object_object_foreach(o, name, setting)
    {
        if (strcmp(name, "else") == 0)
            continue;
        if (t->word)
            return fault_set(f, FAULT_CONFIG, 0, "'%s' stands beside '%s'; each goes by itself",
                             name, t->word->name);
        t->word = word_find(name, true);
        if (!t->word)
            return fault_set(f, FAULT_CONFIG, 0, "there is no transform '%s' with a setting", name);
        if (!t->word->read(t, setting, f))
            return fault_in(f, "'%s'", name);
    }
    if (!t->word)
        return fault_set(f, FAULT_CONFIG, 0, "an object without a transform's name");
    return else_read(t, o, f);
}

static bool transform_read(struct transform *t, struct json_object *o, struct fault *f)
{
    if (json_object_is_type(o, json_type_object))
        return setting_read(t, o, f);
    if (!json_object_is_type(o, json_type_string))
        return fault_set(f, FAULT_CONFIG, 0, "must be a name or an object {…}");
    t->word = word_find(json_object_get_string(o), false);
    return t->word || fault_set(f, FAULT_CONFIG, 0, "there is no transform '%s' without a setting",
                                json_object_get_string(o));
}

bool transforms_read(struct json_object *list, struct transforms *ret, struct fault *f)
{
    if (!json_object_is_type(list, json_type_array))
        return fault_set(f, FAULT_CONFIG, 0, "must be a list […]");
    size_t count = json_object_array_length(list);
    ret->at = xcalloc(count, sizeof *ret->at);
    for (size_t i = 0; i < count; i++) {
        ret->count++;
        if (!transform_read(&ret->at[i], json_object_array_get_idx(list, i), f))
            return fault_in(f, "transform %zu", i + 1);
    }
    return true;
}

void transforms_free(struct transforms *t)
{
    for (size_t i = 0; i < t->count; i++) {
        for (size_t k = 0; k < t->at[i].count; k++) {
            free(t->at[i].pairs[k].from);
            free(t->at[i].pairs[k].to);
        }
        free(t->at[i].pairs);
        free(t->at[i].otherwise);
    }
    free(t->at);
    *t = (struct transforms){0};
}

const char *transforms_name(const struct transforms *t, size_t i)
{
    assert(i < t->count);
    return t->at[i].word->name;
}

const char *transforms_origin(const struct transforms *t, const char *wanted)
{
    for (size_t i = 0; i < t->count; i++) {
        const struct transform *first = &t->at[i];
        if (first->word->apply != map)
            continue;
        for (size_t k = 0; k < first->count; k++)
            if (strcmp(first->pairs[k].to, wanted) == 0)
                return first->pairs[k].from;
        return first->pairs[0].from;
    }
    return wanted;
}

int transforms_apply(const struct transforms *t, const struct translit *letters, struct cell *value,
                     struct buf bufs[2], struct buf *names)
{
    struct cell now = *value;

    for (size_t i = 0; i < t->count; i++) {
        struct buf *to = now.at == bufs[0].at ? &bufs[1] : &bufs[0];
        buf_reset(to);
        int code = t->at[i].word->apply(&t->at[i], letters, now, to);
        if (code != CODE_NONE)
            return code;
        if (to->len != now.len || memcmp(buf_get(to), now.at, now.len) != 0)
            buf_format(names, "%s%s", names->len ? ", " : "", t->at[i].word->name);
        now = (struct cell){buf_get(to), to->len};
    }
    *value = now;
    return CODE_NONE;
}
