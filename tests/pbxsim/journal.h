/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Journal: a JSON line for every call, for tests to count what the PBX really did. */
#ifndef PBXSIM_JOURNAL_H
#define PBXSIM_JOURNAL_H

#include "fault.h"
#include "request.h"

/** What a call came to. Secrets are not in it, but for `body` and `token_text`. */
struct outcome {
    bool done;           /* the work was done */
    bool created;        /* ... and an extension is new by it */
    unsigned token;      /* index of the token, from 1; 0 for none */
    char errno_text[12]; /* of a failure; "" for a success */
    int http;            /* status answered; 0 for no answer */
    const char *result;  /* Success, Failed, a word of the script, or "none" */
    struct text body;    /* of the answer */
};

/** A call from its arrival to its answer. */
struct visit {
    uint64_t seq;
    int64_t time; /* of arrival, ms since the epoch */
    uint64_t connection;
    uint64_t on_connection; /* the how manyth request of its connection */
    unsigned inflight;      /* calls being served when it came, with it */
    const struct plan *plan;
    struct request request;
    struct outcome outcome;
};

struct journal;

/** Opens `path` for appending; NULL writes nothing. `print` says a line a call on standard error.
 *  A file that cannot be opened ends the program; a last line without its end, cut by a kill, is
 *  taken away. */
struct journal *journal_open(const char *path, bool print);
struct journal *journal_close(struct journal *j);

/** Each is one line, written with one write. */
void journal_event(struct journal *j, const char *event);
void journal_call(struct journal *j, const struct visit *visit);
/** The work of a call that was cut long before: {"event":"late"}. */
void journal_late(struct journal *j, const struct visit *visit);
/** The same for work that was done when the simulator was killed: it has no call. */
void journal_untold(struct journal *j, const char *number, bool created);

/** Its length in bytes; -1 when there is none. */
int64_t journal_length(const struct journal *j);

#endif
