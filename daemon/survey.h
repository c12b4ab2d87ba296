/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a file holds, found with the parts that an import goes through, and without sending
 * anything: the dry run. */
#ifndef EXTSPOOLD_SURVEY_H
#define EXTSPOOLD_SURVEY_H

#include "columns.h"
#include "config.h"
#include "header.h"
#include "ledger.h"
#include "recall.h"
#include "profiles.h"

/* How the header is asked for: by the profiles (lent), or by the one that was named. */
struct header_ask survey_ask(struct profiles_ask *profiles);

/* The profile that a header is mapped by, with a line on it in choices; *ret_fits is false when
 * none recognises the header and this is the nearest. */
const struct profile *survey_choose(const struct profiles_ask *ask, const struct header *h,
                                    char choices[CHOICES_ROOM], bool *ret_fits);

/* The limits of a record that the configuration sets. */
struct rows_limits survey_limits(const struct config *c);

struct survey;

struct survey_item {
    uint64_t row;         /* from 1 after the header; 0: the header, or the file as a whole */
    uint64_t line;        /* where it begins; 0: of no line */
    enum row_state state; /* ROW_PLANNED: would be sent; ROW_UNCHANGED, ROW_SKIPPED, ROW_INVALID */
    int code;             /* why it would not be sent, or CODE_NONE */
    const char *detail;   /* of CODE_CHANGED: the fields; lent as the findings are */
    char number[LEDGER_NUMBER];      /* "" when it has none fit to be shown */
    const struct findings *findings; /* lent until the next call */
};

/* Begins with a regular file (fd lent). Limits are taken from c; all else is lent as well. */
struct survey *survey_new(const struct config *c, const struct schema *s, const struct profiles *p,
                          int fd);
struct survey *survey_free(struct survey *v); /* NULL */

/* Goes by what is remembered of earlier imports (lent), in the place of nothing; before the first
 * item. */
void survey_recall(struct survey *v, struct recall *r);

/* The next item: first the header, which is invalid when the file cannot be imported and then is
 * the last one, then the rows. A file that turns out to have too many rows, or that a guard
 * would hold, ends with another item 0. *ret_found is false at the end. False when reading fails.
 */
bool survey_next(struct survey *v, struct survey_item *ret, bool *ret_found, struct fault *f);

/* What would become of an item's row, in a word: create, unchanged, changed, skip, invalid. */
const char *survey_action(const struct survey_item *item);

/* From the first item on: how the file is written; delimiter 0 when it is no text. */
const struct dialect *survey_dialect(const struct survey *v);
/* The profile that it is read with, NULL when there is none (yet). */
const struct profile *survey_profile(const struct survey *v);
/* What was found out about the file, and why; see choices.h. */
const char *survey_choices(const struct survey *v);
/* Why the file would be rejected, CODE_NONE when it would not (as far as was read). */
int survey_rejected(const struct survey *v);
/* Which guard would hold it, at the end; CODE_NONE: none. */
int survey_held(const struct survey *v);

#endif
