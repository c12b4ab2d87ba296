/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of extspool's commands (ctl.c), from which come its help, its command line and what
 * shells complete it by. */
#ifndef EXTSPOOLD_CTL_COMMAND_H
#define EXTSPOOLD_CTL_COMMAND_H

#include "ctl.h"

/* What a command takes: an option each, and who may use it. */
enum {
    TAKES_JSON = 1,
    TAKES_DETACH = 2,
    FOR_ANY_USER = 4,
    TAKES_EXPLAIN = 8,
    TAKES_PLAN = 16,
    TAKES_PROFILE = 32,
    TAKES_WATCH = 64,
    TAKES_BAD_CONFIG = 128, /* it is told of a configuration that cannot be read */
    TAKES_DRY_RUN = 256,
    ASKS_A_DAEMON = 512, /* which may have read a configuration that is at fault now */
};

/* The shells that are known, and what else `completion` answers: for those shells. */
#define CTL_SHELLS "bash|zsh|fish"

struct ctl_command {
    const char *name;
    /* Their last word, without brackets and …, says of what kind they are: FILE, ID, PROFILE, or
     * words with a | between. */
    const char *operands;
    const char *does;
    int (*run)(const struct ctl *c);
    unsigned flags;
    size_t least, most; /* operands */
};

struct ctl_option {
    const char *name; /* without the two dashes */
    unsigned flag;
    const char *argument; /* its kind, or NULL when there is none */
    const char *does;
};

/* Both static. */
const struct ctl_command *ctl_commands(size_t *ret_count);
const struct ctl_option *ctl_options(size_t *ret_count);

#endif
