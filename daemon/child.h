/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A program that is run beside the daemon's own work: no shell, a time limit, nothing inherited. */
#ifndef EXTSPOOLD_CHILD_H
#define EXTSPOOLD_CHILD_H

#include <sys/types.h>

#include "fault.h"

/* One that runs, or (zeroed) none. */
struct child {
    pid_t pid;
    int64_t until; /* mono: it is killed then; the owner may make it less */
};

/* All lent until child_start has returned. */
struct child_run {
    const char *what;         /* for faults: "the [secrets] command" */
    const char *command;      /* words, cut at blanks; the first is looked for in PATH */
    char *const *environment; /* NAME=VALUE, ends with NULL; NULL: the daemon's own */
    int in, out, err;         /* its 0, 1 and 2; -1 is /dev/null */
};

#define CHILD_WORDS 32 /* of a command: one with more is not run */
#define CHILD_LOOK  50 /* ms between two looks are soon enough */

/* Runs it, in a process group of its own, with no descriptor but those three and with the signals'
 * default actions. False with a FAULT_IO when it cannot be run: c is left zeroed. */
bool child_start(struct child *c, const struct child_run *run, int64_t until, struct fault *f);

bool child_runs(const struct child *c); /* it was started, and its end not seen yet */

/* Looks whether it has ended, without waiting: *ret_end then, and c is zeroed. What it has started
 * and left running is killed with its end. False with a FAULT_IO that begins with `what` when it
 * has not ended well: not with 0, by a signal, or not in time (it is killed). */
bool child_look(struct child *c, const char *what, int64_t mono, bool *ret_end, struct fault *f);

/* Kills what runs, if anything does, with all that it has started. */
void child_end(struct child *c);

#endif
