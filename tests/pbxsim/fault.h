/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fault: what the simulator can do to a call instead of answering it well. */
#ifndef PBXSIM_FAULT_H
#define PBXSIM_FAULT_H

#include "base.h"

/* The forms of an answer. */
enum form {
    FORM_WHOLE,
    FORM_STATUS,
    FORM_ERRNO,
    FORM_STATUS_TEXT,
    FORM_RESET,
    FORM_FIN,
    FORM_HALF,
    FORM_GARBAGE,
    FORM_EMPTY,
    FORM_NO_STATUS,
    FORM_WRONG_TYPES,
    FORM_BIG,
    FORM_REDIRECT,
    FORM_LATE,
    FORM_HANG,
    FORM_BODY,
    FORM_FIRST,
    FORM_RAW,
};

/** What is planned for a call. The form is one; the rest goes with any form. */
struct plan {
    enum form form;
    bool before;           /* the fault strikes before the work, which is not done */
    int64_t number;        /* of the form: status, errno, bytes or milliseconds */
    char *words;           /* of the form: a status, an address, bytes; NULL for the others */
    int64_t latency;       /* ms before the work; -1: not planned */
    int64_t latency_after; /* ms between work and answer */
    int64_t slow;          /* ms between two bytes of the answer */
    int64_t again;         /* of raw bytes: so many at the end are repeated */
    int64_t rounds;        /* ... so often; 0: until the client goes away */
    int64_t retry_after;   /* seconds, for the header; -1: none */
    int64_t close;         /* 1: Connection: close */
    int64_t keep;          /* 1: not even when all others close */
    int64_t expire;        /* 1: the token expires first */
    char names[80];        /* of the actions, joined by '+'; "" for none */
};

/** Nothing goes wrong, until actions are added. */
void plan_init(struct plan *p);
void plan_release(struct plan *p);

/** Adds an action as it is written in a script ("errno=10085"). NULL, or what is wrong with it
 *  (a constant). */
const char *plan_add(struct plan *p, const char *action);

/** Writes a help line for each action to standard output. */
void fault_help(void);

#endif
