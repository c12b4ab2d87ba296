/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the rules across fields: "rules" in the schema's key "extspoold". */
#include "schema_own.h"

static bool rule_fields_read(const struct schema *s, struct rule *rule, struct json_object *o,
                             unsigned *ret_kinds, struct fault *f)
{
    struct json_object *list = NULL;
    unsigned kinds = 0;

    if (!json_get(o, "fields", json_type_array, &list, f))
        return false;
    size_t count = list ? json_object_array_length(list) : 0;
    if (count == 0)
        return fault_set(f, FAULT_CONFIG, 0, "'fields' is missing or empty");
    rule->fields = xcalloc(count, sizeof *rule->fields);
    for (size_t i = 0; i < count; i++) {
        if (!field_item(s, list, i, &rule->fields[i], f))
            return fault_in(f, "'fields'");
        kinds |= s->fields[rule->fields[i]].type->kind;
    }
    rule->field_count = count;
    *ret_kinds = kinds;
    return true;
}

/* Brings a value of "if" into the form that a record has; false when no record can have it. */
static bool condition_cast(const struct field *field, struct cell *value)
{
    if (value->len == 0 || !field->type->cast(field, value))
        return false;

    struct subject subject = {.value = *value};
    for (size_t i = 0; i < field->constraints.count; i++) {
        if (constraint_breach(&field->constraints.at[i], &subject))
            return false;
    }
    *value = subject.value;
    return true;
}

static bool condition_read(const struct schema *s, struct condition *condition, const char *name,
                           struct json_object *wanted, struct fault *f)
{
    ON_LEAVE(texts_free) struct texts values = {0};

    if (!field_named(s, name, &condition->field, f))
        return false;
    bool list = json_object_is_type(wanted, json_type_array);
    if (!(list ? texts_read(wanted, &values, f) : text_read(&values, wanted, f)))
        return fault_in(f, "values of '%s'", name);
    for (size_t i = 0; i < values.count; i++) {
        struct cell value = values.at[i];
        if (!condition_cast(&s->fields[condition->field], &value))
            return fault_set(f, FAULT_CONFIG, 0, "'%s' can never be '%s'", name, values.at[i].at);
        texts_add(&condition->values, value.at, value.len);
    }
    return true;
}

static bool conditions_read(const struct schema *s, struct rule *rule, struct json_object *o,
                            struct fault *f)
{
    struct json_object *all = NULL;

    if (!json_get(o, "if", json_type_object, &all, f))
        return false;
    if (!all)
        return true;
    rule->conditions = xcalloc((size_t)json_object_object_length(all), sizeof *rule->conditions);
    json_object_object_foreach(all, name, wanted)
    {
        struct condition *condition = &rule->conditions[rule->condition_count++];
        if (!condition_read(s, condition, name, wanted, f))
            return fault_in(f, "'if'");
    }
    return true;
}

static bool severity_read(struct rule *rule, struct json_object *o, struct fault *f)
{
    const char *text = NULL;

    if (!json_get_text(o, "severity", &text, f))
        return false;
    if (!text || strcmp(text, severity_text(SEVERITY_ERROR)) == 0)
        rule->severity = SEVERITY_ERROR;
    else if (strcmp(text, severity_text(SEVERITY_WARNING)) == 0)
        rule->severity = SEVERITY_WARNING;
    else
        return fault_set(f, FAULT_CONFIG, 0, "'severity' must be error or warning");
    return true;
}

static bool rule_read(const struct schema *s, struct rule *rule, struct json_object *o,
                      struct fault *f)
{
    static const char *const known[] = {"fields", "if", "constraints", "severity", "message", NULL};
    struct json_object *constraints = NULL;
    struct json_object *message = NULL;
    struct constraint_scope scope = {.schema = s, .rule = true};

    if (!json_object_is_type(o, json_type_object))
        return fault_set(f, FAULT_CONFIG, 0, "must be an object {…}");
    if (!json_keys_known(o, known, f) || !rule_fields_read(s, rule, o, &scope.kinds, f) ||
        !conditions_read(s, rule, o, f) || !severity_read(rule, o, f) ||
        !json_get(o, "constraints", json_type_object, &constraints, f))
        return false;
    if (json_object_object_get_ex(o, "message", &message) && !message_well(message, f))
        return false;
    if (!constraints || json_object_object_length(constraints) == 0)
        return fault_set(f, FAULT_CONFIG, 0, "'constraints' is missing or empty");

    scope.conditional = rule->condition_count > 0;
    scope.message = message ? json_object_get_string(message) : NULL;
    return constraints_read(constraints, &scope, &rule->constraints, f);
}

bool rules_read(struct schema *s, struct json_object *extension, struct fault *f)
{
    struct json_object *list = NULL;

    if (!json_get(extension, "rules", json_type_array, &list, f))
        return false;
    size_t count = list ? json_object_array_length(list) : 0;
    s->rules = xcalloc(count, sizeof *s->rules);
    for (size_t i = 0; i < count; i++) {
        s->rule_count++;
        if (!rule_read(s, &s->rules[i], json_object_array_get_idx(list, i), f))
            return fault_in(f, "rule %zu", i + 1);
    }
    return true;
}
