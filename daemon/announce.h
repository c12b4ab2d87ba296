/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Telling people: what the job's files know of announce.c, announce_words.c and expected.c. Each
 * function that returns bool returns false only when the ledger fails. */
#ifndef EXTSPOOLD_ANNOUNCE_H
#define EXTSPOOLD_ANNOUNCE_H

#include "child.h"
#include "expect.h"
#include "job_own.h"
#include "texts.h"

/* ---- announce.c ---- */

enum announce_event {
    ANNOUNCE_FINISHED,
    ANNOUNCE_HELD,
    ANNOUNCE_REJECTED,
    ANNOUNCE_CANCELLED,
    ANNOUNCE_MISSING, /* no import: a file that did not come */
};

/* What is told. */
struct announce_message {
    enum announce_event event;
    uint64_t id; /* of the import; 0: none */
    int64_t at;  /* wall: its end, or when the file was expected */
    unsigned tries;
    int code;
    struct ledger_counts counts;
    char profile[EXPECT_PROFILE]; /* of the file that is missing */
};

struct announce *announce_new(void);                /* nothing is under way; the caller frees it */
struct announce *announce_free(struct announce *a); /* NULL; ends a command that runs */

/* An import has come to its end, or is put aside, its reports being there: notes what is to be told
 * of it, for the commit that makes it filed. Nothing where no command is configured. */
bool announce_import(struct job *j, const struct import *i, const struct ledger_counts *counts,
                     struct fault *f);
bool announce_missing(struct job *j, const char *profile, int64_t at, struct fault *f);

/* Begins what is due, looks after what runs. Tells only what is on the disk, so that it comes right
 * after the barrier. */
bool announce_step(struct job *j, struct fault *f);
int64_t announce_due(const struct job *j); /* mono: when the next step has something to do */
bool announce_runs(const struct job *j);
/* There is something to tell for which an ending job is to wait. */
bool announce_busy(struct job *j);
/* Whether a message about this import is still to be told: it needs what the ledger has of it. */
bool announce_waits(struct job *j, uint64_t id, bool *ret, struct fault *f);
/* The configuration is new: what had failed is tried at once. */
bool announce_again(struct job *j, struct fault *f);

/* ---- announce_words.c ---- */

/* "finished", "held" …; static text. */
const char *announce_event_text(enum announce_event event);
/* The event of an import's state; false where it is none that is told. */
bool announce_event_of(enum import_state state, enum announce_event *ret);
/* The command's environment; i is NULL for a file that is missing. The caller frees it. */
char **announce_environment(const struct job *j, const struct announce_message *m,
                            const struct import *i);
void announce_environment_free(char **environment);
/* "the export of PROFILE did not come by 06:00", in that language. */
void announce_missing_text(struct buf *to, enum language l, const char *profile, int64_t at);

/* ---- expected.c ---- */

/* Whether there is a profile for all that is expected; else a FAULT_CONFIG. */
bool expected_check(const struct config *c, const struct profiles *p, struct fault *f);
/* Takes [notify] expect over, and what is noted of it. */
bool expected_open(struct job *j, struct fault *f);
struct expected *expected_free(struct expected *e); /* NULL */
/* An import's profile is known: a file of it has come. */
bool expected_came(struct job *j, const struct import *i, struct fault *f);
/* Notes, and has it told, when a time is over by which a file was to come. */
bool expected_step(struct job *j, struct fault *f);
int64_t expected_due(const struct job *j); /* mono */
/* Adds {"name":PROFILE,"reason":TEXT} for each profile whose file is missing. */
struct json_object;
void expected_status(const struct job *j, struct json_object *list);

#endif
