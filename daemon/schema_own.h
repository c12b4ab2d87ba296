/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inside of a schema, shared by the files schema*.c alone: schema_parse.c builds it from
 * JSON with schema_rule.c and schema_json.c, schema_constraint.c knows the words that a rule is
 * made of, schema_value.c what a value is, and schema.c applies it all to records. Nothing in it
 * changes after parsing but what its fields remember. */
#ifndef EXTSPOOLD_SCHEMA_OWN_H
#define EXTSPOOLD_SCHEMA_OWN_H

#include "buf.h"
#include "heading.h"
#include "json.h"
#include "pattern.h"
#include "schema.h"

/* Types of a field, as bits so that a constraint can name those that it goes with. */
#define KIND_STRING  1u
#define KIND_INTEGER 2u
#define KIND_NUMBER  4u
#define KIND_BOOLEAN 8u

struct texts {
    struct cell *at; /* owned, as are their texts */
    size_t count;
};

struct constraint_word;

struct constraint {
    const struct constraint_word *word;
    int code;
    char *message; /* for people, owned */
    struct pattern *pattern;
    struct texts choices;
    size_t length; /* in characters */
    double limit;
    size_t field; /* whose value it is about: excludes */
};

struct constraints {
    struct constraint *at; /* all but required, which is about blank values: the others never are */
    size_t count;
    struct constraint required; /* message NULL: not required */
};

struct field;
struct type {
    const char *name;
    unsigned kind;
    /* Brings a non-empty value into the form that is sent; false when it is of another type. */
    bool (*cast)(const struct field *field, struct cell *value);
    const char *message; /* when it is; NULL: the field has its own */
};

#define REMEMBERED_MOST 16

/* The cell that last kept all rules of a field, and what is sent for it: the next row has most
 * often the same. Only of fields that have few values, so it is nobody's secret, and wiped when
 * no import has the schema any more, since in a shifted row anything may stand there. */
struct remembered {
    char text[REMEMBERED_MOST];
    size_t len;       /* 0: there is none */
    struct cell sent; /* at is NULL: the cell itself */
};

struct field {
    char *name;
    struct cell json;   /* the name as a member of a JSON object begins: "name":, owned */
    struct heading key; /* the name as headings are compared; its own */
    char *example;
    const struct type *type;
    char *type_message;
    struct texts yes; /* boolean: the values that are true, the one to send first */
    struct texts no;
    struct constraints constraints;
    bool empty_sent; /* an empty value keeps the constraints */
    bool secret;
    struct remembered *last; /* NULL: nothing is remembered */
};

struct condition {
    size_t field;
    struct texts values; /* as cast; one of them must be there */
};

struct rule {
    enum severity severity;
    size_t *fields;
    size_t field_count;
    struct condition *conditions; /* all must be met */
    size_t condition_count;
    struct constraints constraints;
};

struct schema {
    char *text;
    size_t len;
    struct field *fields;
    size_t count;
    struct rule *rules;
    size_t rule_count;
    size_t key;
};

/* ---- schema_value.c ---- */

/* The text among them that is this one but for the case of ASCII letters, or NULL. */
const struct cell *texts_find(const struct texts *texts, struct cell value);
void texts_add(struct texts *texts, const char *text, size_t len);              /* a copy */
void texts_join(const struct texts *texts, const char *before, struct buf *to); /* "before a, b" */
void texts_free(struct texts *texts);

/* The type with this name, or NULL. */
const struct type *type_find(const char *name);

/* Digits with an optional sign and, where allowed, an optional fraction. */
bool decimal_read(struct cell value, bool fraction, double *ret);

/* No cell, an empty one, or one of nothing but blanks. */
bool cell_blank(struct cell value);

/* Why a value cannot be used at all (not UTF-8, control characters), or NULL; static text. */
const char *cell_damage(struct cell value);

/* ---- schema_constraint.c ---- */

struct constraint_scope {
    const struct schema *schema;  /* whose fields can be named */
    unsigned kinds;               /* the types of all the fields that it applies to */
    bool rule;                    /* of a rule, where excludes is known, not of a field */
    bool conditional;             /* a breach is always CODE_CONDITION */
    const char *message;          /* for every breach, or NULL */
    struct json_object *messages; /* by constraint, or NULL */
};

/* Reads the object "constraints" (NULL: none). False names the constraint and what is wrong. */
bool constraints_read(struct json_object *from, const struct constraint_scope *scope,
                      struct constraints *ret, struct fault *f);
void constraints_free(struct constraints *list);

/* A value that is not blank, and the record that it belongs to. */
struct subject {
    struct cell value;
    const struct record *record;
};

/* What is wrong with it, or NULL when the constraint is kept; lent. May bring the value into the
 * schema's spelling. */
const char *constraint_breach(const struct constraint *c, struct subject *subject);

/* ---- schema_json.c: each is false with a FAULT_CONFIG that says what is wrong ---- */

/* json_keys_known, but texts under other keys pass, as the standard lets a schema describe itself;
 * refused are those that the standard gives a meaning as a rule. */
bool keys_known_or_notes(struct json_object *o, const char *const *known, struct fault *f);

/* Adds a text or a number, or those of a list that must not be empty. */
bool text_read(struct texts *to, struct json_object *value, struct fault *f);
bool texts_read(struct json_object *list, struct texts *ret, struct fault *f);

/* Index of the field with exactly this name. */
bool field_named(const struct schema *s, const char *name, size_t *ret, struct fault *f);
/* The same for item i of a list of names. */
bool field_item(const struct schema *s, struct json_object *list, size_t i, size_t *ret,
                struct fault *f);

/* A message that fits into a finding. */
bool message_well(struct json_object *message, struct fault *f);

/* ---- schema_rule.c ---- */

/* Reads "rules" of the extension key; all fields must have been read. */
bool rules_read(struct schema *s, struct json_object *extension, struct fault *f);

#endif
