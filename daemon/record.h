/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One extension as it goes to the PBX: a value, or none, for each field of the schema. */
#ifndef EXTSPOOLD_RECORD_H
#define EXTSPOOLD_RECORD_H

#include "cell.h"

struct record_value {
    const char *name; /* the PBX's name of the parameter */
    struct cell json; /* the name as a member of a JSON object begins, "name":; none: not known */
    const char *at;   /* NULL: not sent */
    size_t len;
    bool secret;
    bool generated; /* made up for this import: no content of the file */
};

/* A zeroed struct record is empty; record_room makes place. It owns its array, not the texts. */
struct record {
    struct record_value *values;
    size_t count;
    size_t room;
    size_t key; /* index of the value that identifies the record: the number */
};

void record_room(struct record *r, size_t count); /* count values, all "not sent" */
void record_free(struct record *r);

/* The number; NULL at when it has none. */
struct cell record_number(const struct record *r);

#define RECORD_NUMBER 32
/* The number as it may be shown in reports and kept in the ledger: digits only, "" for anything
 * else, since a shifted row may have a password in its place. */
void record_number_text(const struct record *r, char to[RECORD_NUMBER]);

#endif
