/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Script: rules that say which call meets which fault. Not locked: pbx.c does that. */
#ifndef PBXSIM_SCRIPT_H
#define PBXSIM_SCRIPT_H

#include "fault.h"
#include "fields.h"

struct script;

/** `seed` starts the dice of `chance=`, so that a run can be repeated. */
struct script *script_new(uint64_t seed);
struct script *script_free(struct script *s);

/** Adds the rule in `line`, unless it is blank or a comment. A broken one ends the program with
 *  a message that names `file` and `number`. */
void script_add(struct script *s, const char *line, const char *file, unsigned number);

/** Adds all rules of a file; one that cannot be read ends the program. */
void script_read(struct script *s, const char *path);

/** What a rule looks at. */
struct moment {
    enum call call;
    const char *numbers;    /* comma-separated; NULL for none */
    uint64_t on_connection; /* the how manyth request of its connection, from 1 */
    int64_t since_start;    /* ms */
    int64_t inflight;       /* calls being served, with this one */
};

/** Counts the call and finds its plan: of the first rule that matches, or NULL. Lent as long as
 *  the script. */
const struct plan *script_match(struct script *s, const struct moment *moment);

#endif
