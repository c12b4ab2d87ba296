/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of "constraints". Each has a reader for its value in the schema, which also writes
 * the message that people see when the schema has none of its own, and a check. */
#include "schema_own.h"
#include "utf8.h"

/* What a reader needs beside its value. */
struct reading {
    const struct constraint_scope *scope;
    struct buf message;
    struct fault *fault;
};

struct constraint_word {
    const char *name;
    bool least; /* it is a lower limit */
    int code;
    unsigned kinds; /* types of fields that it goes with */
    bool rules_only;
    bool (*read)(struct constraint *c, struct json_object *value, struct reading *r);
    const char *(*breach)(const struct constraint *c, struct subject *subject);
};

static bool required_read(struct constraint *c, struct json_object *value, struct reading *r)
{
    (void)c;
    if (!json_object_is_type(value, json_type_boolean))
        return fault_set(r->fault, FAULT_CONFIG, 0, "must be true or false");
    return buf_text(&r->message, "a value is needed here");
}

static bool pattern_read(struct constraint *c, struct json_object *value, struct reading *r)
{
    if (!json_object_is_type(value, json_type_string))
        return fault_set(r->fault, FAULT_CONFIG, 0, "must be a text");
    const char *text = json_object_get_string(value);
    buf_format(&r->message, "must match the pattern %s", text);
    return pattern_new(text, &c->pattern, r->fault);
}

static const char *pattern_breach(const struct constraint *c, struct subject *subject)
{
    switch (pattern_match(c->pattern, subject->value.at, subject->value.len)) {
    case PATTERN_MATCHES:
        return NULL;
    case PATTERN_DIFFERS:
        return c->message;
    case PATTERN_UNKNOWN:
        break;
    }
    return "could not be checked: the pattern takes too long on this value";
}

static bool enum_read(struct constraint *c, struct json_object *value, struct reading *r)
{
    if (!texts_read(value, &c->choices, r->fault))
        return false;
    texts_join(&c->choices, "must be one of:", &r->message);
    return true;
}

static const char *enum_breach(const struct constraint *c, struct subject *subject)
{
    const struct cell *choice = texts_find(&c->choices, subject->value);
    if (!choice)
        return c->message;
    subject->value = *choice;
    return NULL;
}

static bool length_read(struct constraint *c, struct json_object *value, struct reading *r)
{
    int64_t length = json_object_get_int64(value);
    if (!json_object_is_type(value, json_type_int) || length < 0)
        return fault_set(r->fault, FAULT_CONFIG, 0, "must be a whole number, 0 or more");
    c->length = (size_t)length;
    if (c->length == 1)
        return buf_text(&r->message, c->word->least ? "must have at least 1 character"
                                                    : "must have at most 1 character");
    return buf_format(&r->message,
                      c->word->least ? "must have at least %zu characters"
                                     : "must have at most %zu characters",
                      c->length);
}

static const char *min_length_breach(const struct constraint *c, struct subject *subject)
{
    return utf8_length(subject->value.at, subject->value.len) < c->length ? c->message : NULL;
}

static const char *max_length_breach(const struct constraint *c, struct subject *subject)
{
    if (subject->value.len <= c->length) /* in bytes: there are no more characters than those */
        return NULL;
    return utf8_length(subject->value.at, subject->value.len) > c->length ? c->message : NULL;
}

static bool limit_read(struct constraint *c, struct json_object *value, struct reading *r)
{
    if (!json_object_is_type(value, json_type_int) && !json_object_is_type(value, json_type_double))
        return fault_set(r->fault, FAULT_CONFIG, 0, "must be a number");
    c->limit = json_object_get_double(value);
    return buf_format(&r->message, c->word->least ? "must be at least %s" : "must be at most %s",
                      json_object_get_string(value));
}

/* The value was cast, so it has a number's form. */
static double number_of(struct cell value)
{
    double number = 0;
    bool is_number = decimal_read(value, true, &number);
    assert(is_number);
    return number;
}

static const char *minimum_breach(const struct constraint *c, struct subject *subject)
{
    return number_of(subject->value) < c->limit ? c->message : NULL;
}

static const char *maximum_breach(const struct constraint *c, struct subject *subject)
{
    return number_of(subject->value) > c->limit ? c->message : NULL;
}

static bool excludes_read(struct constraint *c, struct json_object *value, struct reading *r)
{
    if (!json_object_is_type(value, json_type_string))
        return fault_set(r->fault, FAULT_CONFIG, 0, "must be the name of a field");
    const char *name = json_object_get_string(value);
    if (!field_named(r->scope->schema, name, &c->field, r->fault))
        return false;
    return buf_format(&r->message, "must not contain the value of '%s'", name);
}

static const char *excludes_breach(const struct constraint *c, struct subject *subject)
{
    struct cell value = subject->value;
    const struct record_value *other = &subject->record->values[c->field];

    if (!other->at || other->len == 0)
        return NULL;
    return memmem(value.at, value.len, other->at, other->len) ? c->message : NULL;
}

#define KIND_NUMERIC (KIND_INTEGER | KIND_NUMBER)
#define KIND_ANY     (KIND_STRING | KIND_NUMERIC | KIND_BOOLEAN)

/* clang-format off */
static const struct constraint_word words[] = {
    {"required", false, CODE_REQUIRED_VALUE, KIND_ANY, false, required_read, NULL},
    {"pattern", false, CODE_PATTERN, KIND_STRING, false, pattern_read, pattern_breach},
    {"enum", false, CODE_ENUM, KIND_STRING | KIND_NUMERIC, false, enum_read, enum_breach},
    {"minLength", true, CODE_LENGTH, KIND_STRING, false, length_read, min_length_breach},
    {"maxLength", false, CODE_LENGTH, KIND_STRING, false, length_read, max_length_breach},
    {"minimum", true, CODE_RANGE, KIND_NUMERIC, false, limit_read, minimum_breach},
    {"maximum", false, CODE_RANGE, KIND_NUMERIC, false, limit_read, maximum_breach},
    {"excludes", false, CODE_CONDITION, KIND_STRING, true, excludes_read, excludes_breach},
};
/* clang-format on */

static const struct constraint_word *word_find(const char *name, bool rule)
{
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (strcmp(words[i].name, name) == 0 && (rule || !words[i].rules_only))
            return &words[i];
    }
    return NULL;
}

static void constraint_free(struct constraint *c)
{
    free(c->message);
    pattern_free(c->pattern);
    texts_free(&c->choices);
}

/* The message of the schema, else the one that was made. */
static char *message_choose(const struct constraint_scope *scope, const char *word,
                            struct buf *made)
{
    struct json_object *own = NULL;

    if (scope->messages && json_object_object_get_ex(scope->messages, word, &own))
        return xstrdup(json_object_get_string(own));
    return xstrdup(scope->message ? scope->message : buf_get(made));
}

static bool constraint_read(const char *name, struct json_object *value,
                            const struct constraint_scope *scope, struct constraint *ret,
                            struct fault *f)
{
    const struct constraint_word *word = word_find(name, scope->rule);
    if (!word)
        return fault_set(f, FAULT_CONFIG, 0, "there is no such constraint");
    if (scope->kinds & ~word->kinds)
        return fault_set(f, FAULT_CONFIG, 0, "does not go with this type of field");

    struct constraint c = {.word = word};
    struct reading r = {.scope = scope, .fault = f};
    bool well = word->read(&c, value, &r);
    c.code = scope->conditional ? CODE_CONDITION : word->code;
    c.message = message_choose(scope, name, &r.message);
    buf_free(&r.message);
    if (!well) {
        constraint_free(&c);
        return false;
    }
    *ret = c;
    return true;
}

static void constraint_add(struct constraints *list, struct constraint *c,
                           struct json_object *value)
{
    assert(c->word);
    if (c->word->breach) {
        list->at = xrealloc(list->at, (list->count + 1) * sizeof *list->at);
        list->at[list->count++] = *c;
    } else if (json_object_get_boolean(value)) {
        list->required = *c;
    } else { /* "required": false */
        constraint_free(c);
    }
}

bool constraints_read(struct json_object *from, const struct constraint_scope *scope,
                      struct constraints *ret, struct fault *f)
{
    if (!from)
        return true;

    json_object_object_foreach(from, name, value)
    {
        struct constraint c = {0};
        if (!constraint_read(name, value, scope, &c, f))
            return fault_in(f, "constraint '%s'", name);
        constraint_add(ret, &c, value);
    }
    return true;
}

void constraints_free(struct constraints *list)
{
    for (size_t i = 0; i < list->count; i++)
        constraint_free(&list->at[i]);
    free(list->at);
    constraint_free(&list->required);
    *list = (struct constraints){0};
}

const char *constraint_breach(const struct constraint *c, struct subject *subject)
{
    return c->word->breach(c, subject);
}
