/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From JSON to struct schema. Whatever in the file could be meant as a rule and is not understood
 * is refused by name: a rule that silently does nothing is worse than an error. Only texts under
 * unknown keys pass, since the standard lets a schema describe itself freely.
 * Inner functions say what is wrong; each one further out puts the place before it. */
#include "fsio.h"
#include "schema_own.h"

#define SCHEMA_BYTES_MOST (1024 * 1024)

/* Names become keys of JSON and elements of XML. */
static bool name_well(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    static const char others[] = "0123456789_-.";

    if (!*name || !strchr(letters, *name) || strlen(name) >= HEADING_KEY)
        return false;
    while (*name && (strchr(letters, *name) || strchr(others, *name)))
        name++;
    return !*name;
}

static bool name_read(const struct schema *s, struct field *field, struct fault *f)
{
    char key[HEADING_KEY];

    if (!name_well(field->name))
        return fault_set(f, FAULT_CONFIG, 0,
                         "a name must be a letter and at most %d letters, digits, _ - or .",
                         HEADING_KEY - 2);
    heading_key(field->name, strlen(field->name), key);
    field->key = heading_of(xstrdup(key));
    for (const struct field *other = s->fields; other < field; other++) {
        if (heading_same(other->key, field->key))
            return fault_set(f, FAULT_CONFIG, 0, "the same heading as field '%s'", other->name);
    }
    return true;
}

static bool boolean_texts(struct json_object *o, const char *key, const char *otherwise,
                          struct texts *ret, struct fault *f)
{
    struct json_object *list = NULL;

    if (json_object_object_get_ex(o, key, &list))
        return texts_read(list, ret, f) || fault_in(f, "'%s'", key);
    texts_add(ret, otherwise, strlen(otherwise)); /* of the standard, where case does not count */
    texts_add(ret, otherwise[0] == 't' ? "1" : "0", 1);
    return true;
}

static bool boolean_read(struct field *field, struct json_object *o, struct fault *f)
{
    if (!boolean_texts(o, "trueValues", "true", &field->yes, f) ||
        !boolean_texts(o, "falseValues", "false", &field->no, f))
        return false;
    for (size_t i = 0; i < field->yes.count; i++) {
        if (texts_find(&field->no, field->yes.at[i]))
            return fault_set(f, FAULT_CONFIG, 0, "'%s' is both true and false",
                             field->yes.at[i].at);
    }

    struct buf message = {0};
    texts_join(&field->yes, "must be one of:", &message);
    texts_join(&field->no, ",", &message);
    field->type_message = xstrdup(buf_get(&message));
    buf_free(&message);
    return true;
}

static bool type_read(struct field *field, struct json_object *o, struct fault *f)
{
    const char *type = NULL;

    if (!json_get_text(o, "type", &type, f))
        return false;
    field->type = type_find(type ? type : "string");
    if (!field->type)
        return fault_set(f, FAULT_CONFIG, 0,
                         "type '%s' is not supported; string, integer, number and boolean are",
                         type);
    if (field->type->kind == KIND_BOOLEAN)
        return boolean_read(field, o, f);
    if (json_object_object_get_ex(o, "trueValues", NULL) ||
        json_object_object_get_ex(o, "falseValues", NULL))
        return fault_set(f, FAULT_CONFIG, 0, "trueValues and falseValues need type boolean");
    field->type_message = xstrdup(field->type->message);
    return true;
}

/* Each message must be for the type or for a constraint that the field has. */
static bool messages_well(struct json_object *messages, struct json_object *constraints,
                          struct fault *f)
{
    if (!messages)
        return true;
    json_object_object_foreach(messages, word, message)
    {
        if (strcmp(word, "type") != 0 &&
            !(constraints && json_object_object_get_ex(constraints, word, NULL)))
            return fault_set(f, FAULT_CONFIG, 0,
                             "a message for '%s', which the field does not have", word);
        if (!message_well(message, f))
            return fault_in(f, "message for '%s'", word);
    }
    return true;
}

static void type_message(struct field *field, struct json_object *messages)
{
    struct json_object *message = NULL;

    if (messages && json_object_object_get_ex(messages, "type", &message)) {
        free(field->type_message);
        field->type_message = xstrdup(json_object_get_string(message));
    }
}

static bool empty_well(const struct field *field)
{
    struct subject empty = {.value = {"", 0}};

    if (field->type->kind != KIND_STRING)
        return false;
    for (size_t i = 0; i < field->constraints.count; i++) {
        if (constraint_breach(&field->constraints.at[i], &empty))
            return false;
    }
    return true;
}

/* Requests have it in each row, so it is written once. */
static struct cell json_name(const char *name)
{
    struct buf text = {0};
    ON_LEAVE(json_leave) struct json_object *value = json_object_new_string(name);

    buf_format(&text, "%s:",
               json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN |
                                                         JSON_C_TO_STRING_NOSLASHESCAPE));
    return (struct cell){text.at, text.len};
}

static bool field_read(struct schema *s, struct field *field, struct json_object *o,
                       struct json_object *messages, struct fault *f)
{
    static const char *const known[] = {"name",        "type",    "title",       "description",
                                        "example",     "rdfType", "constraints", "trueValues",
                                        "falseValues", NULL};
    struct json_object *constraints = NULL;
    const char *example = NULL;

    if (!keys_known_or_notes(o, known, f) || !name_read(s, field, f) || !type_read(field, o, f) ||
        !json_get_text(o, "example", &example, f) ||
        !json_get(o, "constraints", json_type_object, &constraints, f) ||
        !messages_well(messages, constraints, f))
        return false;

    struct constraint_scope scope = {.schema = s, .kinds = field->type->kind, .messages = messages};
    if (!constraints_read(constraints, &scope, &field->constraints, f))
        return false;
    field->example = xstrdup(example ? example : "");
    type_message(field, messages);
    field->empty_sent = empty_well(field);
    return true;
}

static bool field_add(struct schema *s, struct json_object *o, struct json_object *messages,
                      struct fault *f)
{
    const char *name = NULL;
    struct json_object *own = NULL;

    if (!json_object_is_type(o, json_type_object) || !json_get_text(o, "name", &name, f) || !name)
        return fault_set(f, FAULT_CONFIG, 0, "field %zu must be an object with a name",
                         s->count + 1);
    struct field *field = &s->fields[s->count++];
    field->name = xstrdup(name);
    field->json = json_name(name);
    return ((!messages || json_get(messages, name, json_type_object, &own, f)) &&
            field_read(s, field, o, own, f)) ||
           fault_in(f, "field '%s'", name);
}

static bool fields_read(struct schema *s, struct json_object *top, struct json_object *messages,
                        struct fault *f)
{
    struct json_object *list = NULL;

    if (!json_get(top, "fields", json_type_array, &list, f))
        return false;
    size_t count = list ? json_object_array_length(list) : 0;
    if (count == 0)
        return fault_set(f, FAULT_CONFIG, 0, "'fields' is missing or empty");
    s->fields = xcalloc(count, sizeof *s->fields);
    for (size_t i = 0; i < count; i++) {
        if (!field_add(s, json_object_array_get_idx(list, i), messages, f))
            return false;
    }
    return true;
}

/* ---- what is said about the fields ---- */

/* Every empty cell is a missing value here, and nothing else is: what a sheet says is sent. */
static bool missing_values_read(struct json_object *top, struct fault *f)
{
    struct json_object *list = NULL;

    if (!json_get(top, "missingValues", json_type_array, &list, f))
        return false;
    if (!list)
        return true;
    const char *only = json_object_get_string(json_object_array_get_idx(list, 0));
    if (json_object_array_length(list) != 1 || !only || only[0] != '\0')
        return fault_set(f, FAULT_CONFIG, 0, "'missingValues' can only be [\"\"]");
    return true;
}

static bool key_read(struct schema *s, struct json_object *top, struct fault *f)
{
    struct json_object *key = NULL;

    json_object_object_get_ex(top, "primaryKey", &key);
    if (json_object_is_type(key, json_type_array) && json_object_array_length(key) == 1)
        key = json_object_array_get_idx(key, 0);
    if (!json_object_is_type(key, json_type_string))
        return fault_set(f, FAULT_CONFIG, 0, "'primaryKey' must name one field");
    if (!field_named(s, json_object_get_string(key), &s->key, f))
        return fault_in(f, "'primaryKey'");
    const struct field *field = &s->fields[s->key];
    if (!field->constraints.required.message || field->type->kind != KIND_STRING)
        return fault_set(f, FAULT_CONFIG, 0,
                         "'primaryKey': '%s' must be of type string and required", field->name);
    return true;
}

static bool secrets_read(struct schema *s, struct json_object *extension, struct fault *f)
{
    struct json_object *list = NULL;

    if (!json_get(extension, "secrets", json_type_array, &list, f))
        return false;
    for (size_t i = 0; list && i < json_object_array_length(list); i++) {
        size_t field = 0;
        if (!field_item(s, list, i, &field, f))
            return fault_in(f, "'secrets'");
        s->fields[field].secret = true;
    }
    return true;
}

static bool message_fields_well(const struct schema *s, struct json_object *messages,
                                struct fault *f)
{
    if (!messages)
        return true;
    json_object_object_foreach(messages, name, value)
    {
        (void)value;
        size_t field = 0;
        if (!field_named(s, name, &field, f))
            return fault_in(f, "'messages'");
    }
    return true;
}

static bool extension_read(struct schema *s, struct json_object *extension,
                           struct json_object *messages, struct fault *f)
{
    static const char *const known[] = {"secrets", "messages", "rules", NULL};

    if (!extension)
        return true;
    return (json_keys_known(extension, known, f) && message_fields_well(s, messages, f) &&
            secrets_read(s, extension, f) && rules_read(s, extension, f)) ||
           fault_in(f, "'extspoold'");
}

static bool top_read(struct schema *s, struct json_object *top, struct fault *f)
{
    static const char *const known[] = {"fields", "primaryKey", "missingValues", "extspoold", NULL};
    struct json_object *extension = NULL;
    struct json_object *messages = NULL;

    if (!json_object_is_type(top, json_type_object))
        return fault_set(f, FAULT_CONFIG, 0, "must be an object {…}");
    if (!keys_known_or_notes(top, known, f) || !missing_values_read(top, f) ||
        !json_get(top, "extspoold", json_type_object, &extension, f))
        return false;
    if (extension && !json_get(extension, "messages", json_type_object, &messages, f))
        return fault_in(f, "'extspoold'");
    return fields_read(s, top, messages, f) && key_read(s, top, f) &&
           extension_read(s, extension, messages, f);
}

/* Switches, lists and numbers; a text is another one in each row. */
static bool has_few_values(const struct field *field)
{
    bool list = false;

    for (size_t i = 0; i < field->constraints.count; i++)
        list = list || field->constraints.at[i].choices.count > 0;
    return list || field->type->kind != KIND_STRING;
}

static void memory_make(struct schema *s)
{
    for (size_t i = 0; i < s->count; i++)
        if (!s->fields[i].secret && has_few_values(&s->fields[i]))
            s->fields[i].last = xcalloc(1, sizeof *s->fields[i].last);
}

bool schema_parse(const char *text, size_t len, const char *name, struct schema **ret,
                  struct fault *f)
{
    struct fault why = {0};
    struct schema *s = xcalloc(1, sizeof *s);
    ON_LEAVE(json_leave) struct json_object *top = json_parse_strict(text, len, &why);

    if (!top || !top_read(s, top, &why)) {
        schema_free(s);
        return fault_set(f, FAULT_CONFIG, 0, "%s: %s", name, why.text);
    }
    memory_make(s);
    s->text = xmalloc(len + 1);
    memcpy(s->text, text, len);
    s->text[len] = '\0';
    s->len = len;
    *ret = s;
    return true;
}

bool schema_read(const char *path, struct schema **ret, struct fault *f)
{
    ON_LEAVE(free_text) char *text = NULL;
    size_t len = 0;

    if (!fsio_slurp(path, SCHEMA_BYTES_MOST, &text, &len, f)) {
        if (f)
            f->kind = FAULT_CONFIG;
        return false;
    }
    return schema_parse(text, len, path, ret, f);
}
