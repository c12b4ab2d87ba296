/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What pbx.c and pbx_answer.c share; nobody else includes this. */
#ifndef EXTSPOOLD_PBX_OWN_H
#define EXTSPOOLD_PBX_OWN_H

#include "pbx.h"
#include "pbx_calls.h"
#include "retry.h"

#define PBX_PENDING_MOST 300 /* calls in flight: the greatest concurrency, login and heartbeat */

/* What opened the gate. */
enum pbx_trouble {
    TROUBLE_PASSES,    /* by itself, some time */
    TROUBLE_OF_SERVER, /* the web server's refusal: it stays, and any call shows when it is over */
    TROUBLE_OF_API,    /* an answer that stays as it is, and is known by that very call alone */
};

struct pbx_pending {
    bool busy;
    enum pbx_call call;
    bool probe; /* a heartbeat that asks whether the PBX is back */
    bool bare;  /* it carries no token */
    uint64_t tag;
    unsigned generation; /* of the settings that it was sent with */
    enum wire_format format;
    unsigned session;           /* whose token it carried */
    bool everything;            /* a query for all extensions */
    struct wire_roster *roster; /* which reads its answer */
    struct pace_call pace;
};

struct pbx {
    struct http *http;
    struct ledger *ledger;
    /* settings */
    char *base; /* the URL */
    char *username;
    char md5[MD5_HEX]; /* of the password */
    enum wire_format format;
    struct pace pace;
    double every; /* milliseconds between calls, 0: no limit */
    int64_t first, most;
    int64_t event_port;
    bool configured;
    const char *unset; /* what is missing, while not configured */
    int64_t id;
    unsigned generation; /* counts changes of URL, user, password or format */
    /* session */
    char *urls[PBX_CALLS];
    unsigned session; /* counts tokens given */
    bool has_token;
    bool fresh_token; /* no call has been answered with it yet */
    bool logging_in;
    bool refused;
    int64_t locked_until;
    const char *locked_why;
    int64_t logins_open; /* that have left and of whose answers the ledger does not know */
    int64_t last_call;
    double next_call; /* by the rate limit */
    /* calls */
    struct pbx_pending calls[PBX_PENDING_MOST];
    size_t in_flight;
    struct pbx_calls *counted; /* NULL: nobody counts */
    struct wire_answer lent;
    enum pbx_queries queries;
    int64_t queries_lost; /* wall clock since when queries that worked are answered as missing */
    /* health */
    struct gate gate;
    unsigned weight; /* of the calls that opened the gate, see weight_of: lighter ones do not
                      * close it */
    enum pbx_trouble trouble;
    uint64_t served;
    char reason[200]; /* why the gate is open */
};

/* What the gate knows a call by: a row's add is not a query with the same tag. */
static inline uint64_t pbx_gate_tag(enum pbx_call call, uint64_t tag)
{
    return (uint64_t)call << 60 | tag;
}

/* How long to wait before the next probe, in milliseconds, with jitter. */
int64_t pbx_back_off(const struct pbx *p);
/* Keep in the ledger, for restarts, that these credentials were refused; that we are locked out. */
bool pbx_note_refused(struct pbx *p, struct fault *f);
bool pbx_note_locked(struct pbx *p, int64_t mono, struct fault *f);
bool pbx_note_accepted(struct pbx *p, struct fault *f); /* and that they were accepted */
/* A login has been answered, or is known not to have left. */
bool pbx_note_answered(struct pbx *p, struct fault *f);
/* Whether queries work; `lost` is the wall clock since when they do not any more, or 0. */
bool pbx_note_queries(struct pbx *p, enum pbx_queries queries, int64_t lost, struct fault *f);
/* A new token, or "" for none. */
void pbx_session(struct pbx *p, const char *token);
/* The PBX works: the gate closes. */
void pbx_works(struct pbx *p);

#endif
