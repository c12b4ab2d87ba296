/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The reports of one import: a pure function of the ledger and the claimed file's private copy,
 * so that writing them again after a crash yields the same. Written in bounded pieces. */
#ifndef EXTSPOOLD_REPORT_H
#define EXTSPOOLD_REPORT_H

#include "columns.h"
#include "config.h"
#include "ledger.h"
#include "texts.h"

#define REPORT_PROBLEMS_MOST 10000 /* in the JSON; by_code counts them all */

struct report_source {
    struct ledger *ledger;
    const struct import *import;   /* done, held, rejected or cancelled */
    const struct schema *schema;   /* that it was planned with; NULL when it was never planned */
    const struct profile *profile; /* the same; NULL: the schema's own names */
    int copy;                      /* the private UTF-8 copy, lent; -1 when there is none */
    unsigned formats;              /* REPORT_JSON | REPORT_CSV | REPORT_HTML of config.h */
    enum language language;        /* of what people read */
    int reports;                   /* folder to write into, lent */
    /* Group that rejects belong to (the drop folder's), (gid_t)-1 to leave it. */
    unsigned rejects_group;
    int receipts; /* folder for what senders are told, lent for report_new; -1: none */
    unsigned receipts_group;
};

struct report;

/* Adds one cell of a CSV that people open in a spreadsheet. */
struct buf;
void report_cell(struct buf *to, const char *text);

/* Begins. What source points to is lent until report_free, and the import's rows must not change
 * meanwhile. False when files cannot be made, or ledger or copy cannot be read. */
bool report_new(const struct report_source *source, struct report **ret, struct fault *f);

/* Handles at most `rows` more rows; every row comes up twice. When *ret_whole becomes true the
 * files stand in the folder under their names (stem and ending), the JSON having come last, and
 * those that an earlier report of this import had and this one has not are gone; the files are
 * durable, the names when the caller has synced the folder (receipts in theirs). Only report_free
 * may follow then, and after false. */
bool report_step(struct report *r, size_t rows, bool *ret_whole, struct fault *f);
/* Why the receipts did not come about, or not all: kind NONE when they did, or none are wanted.
 * That harms no report. Lent. */
const struct fault *report_receipts(const struct report *r);
struct report *report_free(struct report *r); /* throws away what is not whole; NULL */

#endif
