/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What columns*.c share: columns.c maps headers, columns_value.c makes the values of a row,
 * columns_check.c puts a row to the test, and columns_show.c says what of it may be shown. */
#ifndef EXTSPOOLD_COLUMNS_OWN_H
#define EXTSPOOLD_COLUMNS_OWN_H

#include "columns.h"
#include "damage.h"
#include "secret.h"

#define NONE (-1)

struct column {
    char *heading;         /* trimmed and printable */
    char key[HEADING_KEY]; /* "" when there is none */
    bool used;             /* some field is made of it */
    bool secret;           /* and that is a secret one */
    struct buf mended;
};

/* A field that takes more than a column. */
struct feed {
    const struct profile_field *from;
    char *heading; /* of a template: those of its columns; NULL otherwise */
    struct buf text[2];
    struct buf whole;
    char secret[SECRET_ROOM];
};

struct columns {
    const struct schema *schema;
    const struct profile *profile; /* may be NULL */
    struct translit *letters;      /* NULL: no transforms */
    struct column *at;
    size_t count;
    size_t *used; /* indices of the columns that are */
    size_t used_count;
    struct cell *now; /* of each used column in the row under check: its cell, mended */
    bool mended;      /* some was */
    bool signs;       /* some may be a number that was shortened */
    int *place;       /* of each column of the profile: where the file has it, or NONE */
    const struct profile_field *pool;
    struct buf key; /* of the pool */
    struct feed *feeds;
    size_t feed_count;
    bool generates;
    size_t fields;
    /* One for each field: */
    int *column;           /* that feeds it as it is, or NONE */
    bool *fed;             /* there is something to make it of */
    const char **headings; /* of what feeds it, NULL when there is none */
    struct cell *cells;    /* of the row under check; none where there is no column */
};

/* ---- columns_value.c ---- */

/* Fills c->cells and c->headings from the cells of the columns; false when a value could not be
 * made. */
bool columns_values(struct columns *c, const struct columns_given *given, struct findings *list);
/* Fills each used column's cell of now, mended. A cell that the row has not is empty. False when
 * one is no value: it is taken away. */
bool columns_cells(struct columns *c, const struct row *row, struct findings *list);
/* What was made of cells is overwritten. */
void columns_wipe(struct columns *c);

/* ---- columns_check.c ---- */
/* Whether the cells stand in the columns that the header names; else list says why not. */
bool columns_shape(const struct columns *c, const struct row *row, struct findings *list);

#endif
