/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A schema applied to records. Everything was prepared when it was parsed; a good record costs no
 * allocation here. */
#include "schema_own.h"

static void field_free(struct field *field)
{
    free(field->name);
    free((char *)field->json.at);
    free((char *)field->key.key);
    free(field->example);
    free(field->type_message);
    texts_free(&field->yes);
    texts_free(&field->no);
    constraints_free(&field->constraints);
    if (field->last)
        wipe(field->last, sizeof *field->last);
    free(field->last);
}

static void rule_free(struct rule *rule)
{
    for (size_t i = 0; i < rule->condition_count; i++)
        texts_free(&rule->conditions[i].values);
    free(rule->conditions);
    free(rule->fields);
    constraints_free(&rule->constraints);
}

struct schema *schema_free(struct schema *s)
{
    if (s) {
        for (size_t i = 0; i < s->count; i++)
            field_free(&s->fields[i]);
        for (size_t i = 0; i < s->rule_count; i++)
            rule_free(&s->rules[i]);
        free(s->fields);
        free(s->rules);
        free(s->text);
        free(s);
    }
    return NULL;
}

void schema_forget(struct schema *s)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->fields[i].last)
            wipe(s->fields[i].last, sizeof *s->fields[i].last);
}

const char *schema_text(const struct schema *s, size_t *ret_len)
{
    *ret_len = s->len;
    return s->text;
}

size_t schema_count(const struct schema *s)
{
    return s->count;
}

const char *schema_name(const struct schema *s, size_t field)
{
    assert(field < s->count);
    return s->fields[field].name;
}

const char *schema_heading(const struct schema *s, size_t field)
{
    assert(field < s->count);
    return s->fields[field].key.key;
}

const char *schema_example(const struct schema *s, size_t field)
{
    assert(field < s->count);
    return s->fields[field].example;
}

bool schema_required(const struct schema *s, size_t field)
{
    assert(field < s->count);
    return s->fields[field].constraints.required.message;
}

bool schema_secret(const struct schema *s, size_t field)
{
    assert(field < s->count);
    return s->fields[field].secret;
}

size_t schema_key(const struct schema *s)
{
    return s->key;
}

int schema_find(const struct schema *s, const char *heading, size_t len)
{
    char key[HEADING_KEY];

    return heading_key(heading, len, key) ? schema_find_key(s, heading_of(key)) : -1;
}

int schema_find_key(const struct schema *s, struct heading key)
{
    for (size_t i = 0; i < s->count; i++) {
        if (heading_same(s->fields[i].key, key))
            return (int)i;
    }
    return -1;
}

bool schema_takes(const struct schema *s, size_t field, struct cell value)
{
    assert(field < s->count);
    const struct field *f = &s->fields[field];
    struct subject subject = {.value = value};

    if (value.len == 0 || (f->constraints.required.message && cell_blank(value)))
        return value.len == 0 && f->empty_sent;
    if (cell_damage(value) || !f->type->cast(f, &subject.value))
        return false;
    for (size_t i = 0; i < f->constraints.count; i++)
        if (constraint_breach(&f->constraints.at[i], &subject))
            return false;
    return true;
}

/* One record under check. */
struct check {
    const struct schema *schema;
    const struct cell *cells;
    const char *const *headings;
    bool plain;
    struct record *record;
    struct findings *list;
    bool well;
};

static void note(struct check *k, size_t field, int code, enum severity severity,
                 const char *message)
{
    const char *heading = k->headings ? k->headings[field] : NULL;

    finding_add(k->list, code, severity, heading ? heading : k->schema->fields[field].name, "%s",
                message);
    if (severity == SEVERITY_ERROR)
        k->well = false;
}

/* Returns the value in the schema's spelling. */
static struct cell constraints_check(struct check *k, size_t field, struct cell value,
                                     const struct constraints *list, enum severity severity)
{
    struct subject subject = {.value = value, .record = k->record};

    for (size_t i = 0; i < list->count; i++) {
        const char *message = constraint_breach(&list->at[i], &subject);
        if (message)
            note(k, field, list->at[i].code, severity, message);
    }
    return subject.value;
}

static bool is_remembered(const struct remembered *last, struct cell cell)
{
    return last && cell.len > 0 && cell.len == last->len &&
           memcmp(cell.at, last->text, cell.len) == 0;
}

/* The cell became value, without a finding. */
static void remember(struct remembered *last, struct cell cell, struct cell value)
{
    if (!last || cell.len > sizeof last->text)
        return;
    memcpy(last->text, cell.at, cell.len);
    last->len = cell.len;
    last->sent = value;
    if (value.at == cell.at)
        last->sent.at = NULL;
}

/* Brings a value that is not empty into the form that is sent. False when there is none. */
static bool value_check(struct check *k, size_t i, struct cell *value)
{
    const struct field *field = &k->schema->fields[i];
    struct cell cell = *value;
    size_t before = k->list->count;
    const char *damage = k->plain ? NULL : cell_damage(cell);

    if (damage) {
        note(k, i, CODE_ENCODING_ERROR, SEVERITY_ERROR, damage);
        return false;
    }
    if (!field->type->cast(field, value)) {
        note(k, i, CODE_TYPE_ERROR, SEVERITY_ERROR, field->type_message);
        return false;
    }
    *value = constraints_check(k, i, *value, &field->constraints, SEVERITY_ERROR);
    if (k->list->count == before)
        remember(field->last, cell, *value);
    return true;
}

static void field_check(struct check *k, size_t i)
{
    const struct field *field = &k->schema->fields[i];
    const struct constraint *required = &field->constraints.required;
    struct record_value *to = &k->record->values[i];
    struct cell value = k->cells[i];

    to->name = field->name;
    to->json = field->json;
    to->secret = field->secret;
    if (!value.at)
        return;
    if (is_remembered(field->last, value)) {
        if (field->last->sent.at)
            value = field->last->sent;
    } else if (required->message && cell_blank(value)) {
        note(k, i, required->code, SEVERITY_ERROR, required->message);
        return;
    } else if (value.len > 0 ? !value_check(k, i, &value) : !field->empty_sent) {
        return;
    }
    to->at = value.at;
    to->len = value.len;
}

static bool condition_met(const struct condition *condition, const struct record *record)
{
    const struct record_value *value = &record->values[condition->field];

    if (!value->at)
        return false;
    for (size_t i = 0; i < condition->values.count; i++) {
        const struct cell *wanted = &condition->values.at[i];
        if (wanted->len == value->len && memcmp(wanted->at, value->at, value->len) == 0)
            return true;
    }
    return false;
}

static void rule_check(struct check *k, const struct rule *rule)
{
    const struct constraint *required = &rule->constraints.required;

    for (size_t i = 0; i < rule->condition_count; i++) {
        if (!condition_met(&rule->conditions[i], k->record))
            return;
    }
    for (size_t i = 0; i < rule->field_count; i++) {
        size_t field = rule->fields[i];
        const struct record_value *value = &k->record->values[field];
        if (cell_blank(k->cells[field])) {
            if (required->message)
                note(k, field, required->code, rule->severity, required->message);
        } else if (value->at) { /* not there: it was no value of this type */
            constraints_check(k, field, (struct cell){value->at, value->len}, &rule->constraints,
                              rule->severity);
        }
    }
}

bool schema_check(const struct schema *s, const struct cell *cells, const char *const *headings,
                  bool plain, struct record *ret, struct findings *list)
{
    struct check k = {s, cells, headings, plain, ret, list, true};

    record_room(ret, s->count);
    ret->key = s->key;
    for (size_t i = 0; i < s->count; i++)
        field_check(&k, i);
    for (size_t i = 0; i < s->rule_count; i++)
        rule_check(&k, &s->rules[i]);
    return k.well;
}
