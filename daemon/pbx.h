/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One PBX: the session (login, token, lock-out), the calls, what its answers mean, and the gate
 * that closes when it is in trouble. */
#ifndef EXTSPOOLD_PBX_H
#define EXTSPOOLD_PBX_H

#include "config.h"
#include "http.h"
#include "ledger.h"
#include "pace.h"
#include "wire.h"

struct pbx;

enum pbx_call { PBX_LOGIN, PBX_HEARTBEAT, PBX_ADD, PBX_QUERY, PBX_APPLY };
#define PBX_CALLS 5

#define PBX_ERRNO_ABSENT 10006 /* a query's answer for a number that does not exist */
#define PBX_ERRNO_EXISTS 10085 /* the number exists already */
#define PBX_ERRNO_BUSY   10025 /* applied too often: an apply is due after the last row */

enum pbx_verdict {
    PBX_OK,          /* Success */
    PBX_REFUSED,     /* the record's fault, for good */
    PBX_BAD,         /* transient */
    PBX_NOT_NOW,     /* nothing is wrong with the row: the session or the whole PBX is */
    PBX_UNSUPPORTED, /* this firmware has no such call, or answers this one with a riddle */
};
#define PBX_VERDICTS 5

struct pbx_answer {
    uint64_t tag;
    enum pbx_call call; /* PBX_ADD, PBX_QUERY or PBX_APPLY */
    enum pbx_verdict verdict;
    bool in_doubt;           /* the work may have been done */
    bool for_all;            /* by its own word the PBX is in trouble, not this call */
    int code;                /* CODE_PBX + errno or CODE_HTTP + status, or CODE_NONE */
    struct wire_answer wire; /* lent until the next pbx_next */
    /* Of a query for all extensions that is PBX_OK: their numbers, which the caller owns. */
    struct numbers *numbers;
};

/* What queries are good for is not known before the first was answered. */
enum pbx_queries { PBX_QUERIES_UNKNOWN, PBX_QUERIES_WORK, PBX_QUERIES_MISSING };

/* http and ledger are lent for the object's life. */
struct pbx *pbx_new(struct http *http, struct ledger *ledger);
struct pbx *pbx_free(struct pbx *p); /* NULL */

/* Takes over the [pbx] and [retry] settings and the password ("" when there is none); to be
 * called before anything else, and again after a reload. A login that was refused stays refused
 * while URL, user and password are the same, over restarts as well. */
bool pbx_set(struct pbx *p, const struct config *c, const char *password, struct fault *f);
/* Every answer from now on is counted here, which is lent. */
struct pbx_calls;
void pbx_count(struct pbx *p, struct pbx_calls *calls);
/* The ledger's number of the configured PBX, 0 while no URL is set. */
int64_t pbx_id(const struct pbx *p);

/* Does what is due: a login when `wanted` (there is work), a heartbeat. Times are clock_mono. That
 * a login leaves is committed to the ledger before. */
bool pbx_turn(struct pbx *p, int64_t mono, bool wanted, struct fault *f);
/* To be called when there is nothing to send that would show whether the PBX is back: where it is
 * known to be in trouble, and that is a matter of time, it is asked by a heartbeat, with the
 * back-off of all probes. That carries the token if there is one and never a password, so that no
 * login is tried, and none refused, for it. While all is well nothing happens. */
void pbx_probe(struct pbx *p, int64_t mono);
/* When (mono) that is to be called again although nothing was answered; CLOCK_NEVER mostly. */
int64_t pbx_probe_due(const struct pbx *p);
/* When pbx_turn or pbx_room is to be asked again although nothing was answered. */
int64_t pbx_due(const struct pbx *p, int64_t mono, bool wanted);
/* How many calls may be begun now. */
size_t pbx_room(const struct pbx *p, int64_t mono);
size_t pbx_in_flight(const struct pbx *p);
/* How many of them are awaited before the daemon ends: not a probe, on which nothing rests. */
size_t pbx_awaited(const struct pbx *p);
/* Most calls in flight: as configured, or as was found out by now. */
size_t pbx_concurrency(const struct pbx *p);

/* An answer to a query for all extensions may have so many bytes, which is some 300,000 of them. */
#define PBX_ALL_MOST (256 * 1024 * 1024)

/* Begin calls; only as many as pbx_room says. numbers is a comma-separated list, or NULL for all
 * extensions: an answer that is too long is then PBX_UNSUPPORTED. */
void pbx_add(struct pbx *p, int64_t mono, uint64_t tag, const struct record *record);
void pbx_query(struct pbx *p, int64_t mono, uint64_t tag, const char *numbers);
void pbx_apply(struct pbx *p, int64_t mono, uint64_t tag);

/* The next answer to one of these; false when there is none. Answers to login and heartbeat are
 * handled within. */
bool pbx_next(struct pbx *p, int64_t mono, struct pbx_answer *ret, bool *ret_found,
              struct fault *f);

/* What is known of them by now. That they work is remembered over restarts. */
enum pbx_queries pbx_queries(const struct pbx *p);
/* How many adds the PBX has answered well (created or refused for good) so far. */
uint64_t pbx_served(const struct pbx *p);
/* No other row than this one was answered badly since the last that was answered well. */
bool pbx_only_bad(const struct pbx *p, uint64_t tag);
/* A row is answered badly again and again while nothing shows that the PBX serves others. */
void pbx_trouble(struct pbx *p, int64_t mono);

/* Why no import can go on, for people (lent), or NULL while all is well. */
const char *pbx_waiting(const struct pbx *p, int64_t mono);
/* How it stands with the login, in a word (static): none (no token), open, refused, locked-out. */
const char *pbx_session_text(const struct pbx *p, int64_t mono);
/* It will not change by waiting a little: configuration, credentials, lock-out, limit; or some
 * probes have failed already. */
bool pbx_waits_long(const struct pbx *p, int64_t mono);
/* Since when it waits (mono), or 0. */
int64_t pbx_waiting_since(const struct pbx *p);

#endif
