/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a profile is made of: for those that apply it. */
#ifndef EXTSPOOLD_PROFILE_PARTS_H
#define EXTSPOOLD_PROFILE_PARTS_H

#include "heading.h"
#include "profile.h"
#include "transform.h"

/* A column that the profile knows. */
struct profile_column {
    char *heading; /* as the profile writes it */
    char **keys;   /* heading_key of it and of its aliases */
    size_t key_count;
    bool used; /* feeds a field */
};

enum profile_source { SOURCE_COLUMN, SOURCE_TEMPLATE, SOURCE_CONSTANT, SOURCE_POOL, SOURCE_SECRET };

/* A piece of a template: text as it is, or a column. */
struct profile_piece {
    char *text;    /* NULL: the column */
    size_t column; /* index among the profile's columns */
};

#define PROFILE_NUMBER 32
struct profile_pool {
    char from[PROFILE_NUMBER], to[PROFILE_NUMBER]; /* as many digits each */
};

struct profile_field {
    size_t field; /* index in the schema */
    enum profile_source source;
    size_t
        *columns; /* of SOURCE_COLUMN: the first that has a value feeds it; SOURCE_POOL: its key */
    size_t column_count;
    struct profile_piece *pieces; /* of SOURCE_TEMPLATE */
    size_t piece_count;
    char *constant;
    struct profile_pool pool;
    bool pin; /* SOURCE_SECRET: digits, else a password */
    size_t length;
    struct transforms transforms;
};

struct profile_filter {
    size_t column;
    char **values;
    size_t value_count;
    bool unless;   /* rows are skipped that have none of the values */
    bool required; /* the file must have the column */
};

/* One of the keys of a column. */
struct profile_key {
    struct heading heading; /* lent by the column */
    size_t column;
};

/* Any of these keys must be among the headings. */
struct profile_mark {
    char *text; /* for people */
    struct heading *keys;
    size_t key_count;
};

struct profile {
    char *text;
    size_t len;
    const struct schema *schema;
    char *name, *title, *verified;
    bool generic, pads;
    char encoding[16]; /* "" when it is to be found out */
    struct dialect_wish wish;
    struct profile_column *columns;
    size_t column_count;
    struct profile_key *keys; /* of all columns */
    size_t key_count;
    struct profile_field *fields;
    size_t field_count;
    struct profile_filter *filters;
    size_t filter_count;
    struct profile_mark *marks;
    size_t mark_count;
};

/* Index of the column that has this key, or column_count. */
size_t profile_column(const struct profile *p, const char *key);
/* What feeds the field, or NULL. */
const struct profile_field *profile_field(const struct profile *p, size_t field);

#endif
