/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME pbx_answer: what an answer means.
 *
 * In doubt or not: no connection was made, or a well-formed Failed with an errno other than those
 * marked below: the work was not done. Everything else may have been done: cut or timed out after
 * the request left, any status but 2xx, garbage, a status that is neither Success nor Failed. */
#include <stdio.h>

#include "clock.h"
#include "pbx_own.h"

#define ERRNO_NO_CALL 10003
#define QUERIES_LOST  (10 * 60 * 1000) /* wall clock; a box has booted by then */

enum meaning {
    MEANS_REFUSED,  /* the record's fault */
    MEANS_TOKEN,    /* log in again */
    MEANS_LOCKED,   /* wait ten minutes */
    MEANS_PASSWORD, /* wait until the credentials change */
    MEANS_FULL,     /* the limit of extensions is reached */
    MEANS_BUSY,     /* slow down, look up, retry; in doubt */
    MEANS_DOWN,     /* transient; in doubt */
    MEANS_MEMORY,   /* transient; not in doubt */
    MEANS_CONFIG,   /* configuration fault */
};

/* From the API's table of error numbers; one that is not here is the record's fault. */
static const struct {
    int number;
    enum meaning meaning;
} meanings[] = {
    {10002, MEANS_CONFIG}, {ERRNO_NO_CALL, MEANS_CONFIG}, {10025, MEANS_BUSY},
    {10087, MEANS_FULL},   {20000, MEANS_CONFIG},         {20001, MEANS_CONFIG},
    {20002, MEANS_LOCKED}, {20003, MEANS_PASSWORD},       {20004, MEANS_TOKEN},
    {20005, MEANS_TOKEN},  {20006, MEANS_TOKEN},          {20008, MEANS_CONFIG},
    {20009, MEANS_CONFIG}, {20010, MEANS_DOWN},           {20015, MEANS_CONFIG},
    {30001, MEANS_DOWN},   {30003, MEANS_MEMORY},
};

static enum meaning meaning_of(int number)
{
    for (size_t i = 0; i < COUNT_OF(meanings); i++)
        if (meanings[i].number == number)
            return meanings[i].meaning;
    return MEANS_REFUSED;
}

/* What a good answer proves. That a login works says nothing of the calls that need its token, and
 * that a query does nothing of adds. */
static unsigned weight_of(enum pbx_call call)
{
    static const unsigned weights[PBX_CALLS] = {
        [PBX_LOGIN] = 0, [PBX_HEARTBEAT] = 0, [PBX_QUERY] = 1, [PBX_APPLY] = 1, [PBX_ADD] = 2};
    return weights[call];
}

static void blame(struct pbx *p, enum pbx_call call)
{
    if (weight_of(call) > p->weight)
        p->weight = weight_of(call);
}

/* The gate opens, or stays open, because of an answer to `call`. */
static void shut(struct pbx *p, int64_t mono, enum pbx_call call, int64_t wait,
                 enum pbx_trouble trouble, const char *reason)
{
    int64_t back_off = pbx_back_off(p);
    if (trouble != TROUBLE_PASSES && back_off < p->first)
        back_off = p->first; /* it will not have changed in a few milliseconds */
    gate_shut(&p->gate, mono, wait > back_off ? wait : back_off);
    blame(p, call);
    p->trouble = trouble;
    snprintf(p->reason, sizeof p->reason, "%s", reason);
}

/* A call was answered badly: three different rows in a row open the gate; a login does at once,
 * since nothing goes without one. */
static void bad(struct pbx *p, int64_t mono, const struct pbx_answer *a, const char *reason)
{
    if (a->call == PBX_LOGIN || a->call == PBX_APPLY) {
        shut(p, mono, a->call, 0, TROUBLE_PASSES, reason);
        return;
    }
    gate_bad(&p->gate, pbx_gate_tag(a->call, a->tag), mono, pbx_back_off(p));
    blame(p, a->call);
    p->trouble = TROUBLE_PASSES;
    snprintf(p->reason, sizeof p->reason, "%s", reason);
}

/* A call was answered well. One lighter than those in trouble only lets the next call go. */
static void good(struct pbx *p, enum pbx_call call)
{
    p->fresh_token = false;
    if (call == PBX_ADD)
        p->served++;
    if (weight_of(call) < p->weight) {
        gate_probe_done(&p->gate);
        return;
    }
    pbx_works(p);
}

static void token_refused(struct pbx *p, int64_t mono, const struct pbx_answer *a, unsigned session)
{
    if (session != p->session)
        return; /* the call carried an older token; there is a new one meanwhile */
    /* a token that is refused right after it was given is no expiry: back off, do not spin */
    if (p->fresh_token)
        shut(p, mono, a->call, 0, TROUBLE_PASSES,
             "the PBX refuses the token that it has just given");
    pbx_session(p, "");
}

/* Some firmware lacks this call. A query that has worked is there: then the PBX is in trouble, as
 * while it boots; but when that lasts, it has another firmware. */
static bool may_lack(const struct pbx *p, enum pbx_call call)
{
    if (call != PBX_QUERY)
        return call == PBX_APPLY || call == PBX_HEARTBEAT;
    return p->queries != PBX_QUERIES_WORK ||
           (p->queries_lost && clock_wall() - p->queries_lost >= QUERIES_LOST);
}

static bool failed(struct pbx *p, int64_t mono, const struct pbx_pending *call,
                   struct pbx_answer *a, struct fault *f)
{
    char reason[160];
    a->code = CODE_PBX + a->wire.error_number;
    a->verdict = PBX_NOT_NOW;
    snprintf(reason, sizeof reason, "the PBX answers errno %d", a->wire.error_number);

    switch (meaning_of(a->wire.error_number)) {
    case MEANS_REFUSED:
        if (a->call == PBX_LOGIN)
            break;
        a->verdict = PBX_REFUSED;
        good(p, a->call);
        return true;
    case MEANS_TOKEN:
        if (a->call == PBX_LOGIN)
            break;
        token_refused(p, mono, a, call->session);
        return true;
    case MEANS_LOCKED:
        pbx_session(p, "");
        return pbx_note_locked(p, mono, f);
    case MEANS_PASSWORD:
        pbx_session(p, "");
        return pbx_note_refused(p, f);
    case MEANS_FULL:
        shut(p, mono, a->call, 0, TROUBLE_OF_API,
             "the PBX has reached its limit of extensions (errno 10087)");
        return true;
    case MEANS_BUSY:
        a->verdict = PBX_BAD;
        a->in_doubt = true;
        a->for_all = true;
        shut(p, mono, a->call, p->first, TROUBLE_PASSES, "the PBX asks to slow down (errno 10025)");
        return true;
    case MEANS_DOWN:
        a->in_doubt = true;
        /* fall through */
    case MEANS_MEMORY:
        a->verdict = PBX_BAD;
        bad(p, mono, a, reason);
        return true;
    case MEANS_CONFIG:
        if ((a->wire.error_number == ERRNO_NO_CALL && may_lack(p, a->call)) ||
            (a->wire.error_number == 10002 && a->call != PBX_ADD && a->call != PBX_LOGIN)) {
            a->verdict = PBX_UNSUPPORTED;
            return true;
        }
        break;
    }
    shut(p, mono, a->call, 0, TROUBLE_OF_API, reason);
    return true;
}

/* The PBX itself says 200; a front may make 203 of it. */
static bool is_well_status(int status)
{
    return status / 100 == 2;
}

static bool is_transient_status(int status)
{
    return status == 408 || status == 429 || status >= 500 || is_well_status(status);
}

/* What a web server says of a call that this firmware does not have. */
static bool is_missing_status(int status)
{
    return status == 404 || status == 405 || status == 501;
}

/* Where the web server refuses all calls, as behind a wrong path, it says the same of a heartbeat:
 * that shows neither that the firmware lacks it nor that the trouble is over. */
static bool refuses_all(const struct pbx *p, enum pbx_call call)
{
    return call == PBX_HEARTBEAT && p->gate.open && p->trouble == TROUBLE_OF_SERVER;
}

/* No usable answer: a status other than 2xx, garbage, or none at all. */
static void unusable(struct pbx *p, int64_t mono, const struct http_answer *from,
                     struct pbx_answer *a)
{
    char reason[200];
    a->verdict = PBX_BAD;
    a->in_doubt = from->end != HTTP_NOT_SENT;
    if (from->end != HTTP_ANSWERED)
        snprintf(reason, sizeof reason, "the PBX cannot be reached: %s", from->text);
    else if (is_well_status(from->status))
        snprintf(reason, sizeof reason, "the PBX's answers make no sense");
    else
        snprintf(reason, sizeof reason, "the PBX's web server answers %d", from->status);

    if (from->end == HTTP_ANSWERED && is_missing_status(from->status) && may_lack(p, a->call) &&
        !refuses_all(p, a->call)) {
        a->code = CODE_HTTP + from->status;
        a->verdict = PBX_UNSUPPORTED;
        return;
    }
    if (from->end != HTTP_ANSWERED || is_transient_status(from->status)) {
        bool told = from->end == HTTP_ANSWERED && !is_well_status(from->status);
        a->code = told ? CODE_HTTP + from->status : CODE_NONE;
        gate_pause(&p->gate, mono + from->retry_after);
        a->for_all = from->retry_after || from->status == 429;
        if (a->for_all)
            shut(p, mono, a->call, from->retry_after, TROUBLE_PASSES, reason);
        else
            bad(p, mono, a, reason);
        return;
    }
    a->code = CODE_HTTP + from->status;
    a->verdict = PBX_NOT_NOW;
    shut(p, mono, a->call, 0, TROUBLE_OF_SERVER, reason);
}

static bool judge(struct pbx *p, int64_t mono, const struct pbx_pending *call,
                  const struct http_answer *from, struct pbx_answer *a, struct fault *f)
{
    /* siblings add a status to the answer of login; this PBX's page does not show one */
    if (a->call == PBX_LOGIN && a->wire.token[0] && a->wire.status != WIRE_FAILED)
        a->wire.status = WIRE_SUCCESS;

    if (a->wire.status == WIRE_FAILED)
        return failed(p, mono, call, a, f);
    if (a->wire.status == WIRE_SUCCESS && (a->call != PBX_LOGIN || a->wire.token[0])) {
        a->verdict = PBX_OK;
        good(p, a->call);
        return true;
    }
    if (from->too_long && call->everything) {
        good(p, a->call); /* it answers; but this one question is not to be asked */
        a->verdict = PBX_REFUSED;
        return true;
    }
    unusable(p, mono, from, a);
    return true;
}

/* Whether a call may have gone wrong since there were too many. Garbage and status 500 are faults
 * of a program. */
static bool is_pushed_back(const struct http_answer *from, const struct pbx_answer *a)
{
    static const int statuses[] = {408, 429, 502, 503, 504};
    if (a->verdict != PBX_BAD)
        return false;
    if (from->end != HTTP_ANSWERED)
        return !from->too_long;
    if (a->wire.status == WIRE_FAILED)
        return true;
    for (size_t i = 0; i < COUNT_OF(statuses); i++)
        if (from->status == statuses[i])
            return true;
    return false;
}

/* What an answer shows of how many calls the PBX can serve at once. */
static void pace_hears(struct pbx *p, const struct pbx_pending *call,
                       const struct http_answer *from, const struct pbx_answer *a)
{
    if (is_pushed_back(from, a))
        pace_pushed(&p->pace, &call->pace, a->for_all);
    else if (a->call == PBX_ADD && a->verdict == PBX_OK) /* a refusal costs less */
        pace_good(&p->pace, &call->pace, from->took, from->slept);
    if (p->gate.open)
        pace_rest(&p->pace);
}

/* What the answer to a query shows of queries. */
static bool queries_hear(struct pbx *p, struct pbx_answer *a, struct fault *f)
{
    if (a->verdict == PBX_UNSUPPORTED && may_lack(p, PBX_QUERY))
        return pbx_note_queries(p, PBX_QUERIES_MISSING, 0, f);
    if (a->verdict == PBX_OK || a->code == CODE_PBX + PBX_ERRNO_ABSENT)
        return (p->queries == PBX_QUERIES_WORK && !p->queries_lost) ||
               pbx_note_queries(p, PBX_QUERIES_WORK, 0, f);
    if (p->queries == PBX_QUERIES_WORK && !p->queries_lost &&
        (a->code == CODE_PBX + ERRNO_NO_CALL || is_missing_status(a->code - CODE_HTTP)))
        return pbx_note_queries(p, PBX_QUERIES_WORK, clock_wall(), f);
    if (a->verdict == PBX_REFUSED)
        a->verdict = PBX_UNSUPPORTED; /* this one query tells nothing */
    return true;
}

/* What the session makes of its own calls, and of what queries show. */
static bool session_hears(struct pbx *p, struct pbx_answer *a, struct fault *f)
{
    if (a->call == PBX_QUERY)
        return queries_hear(p, a, f);
    if (a->call != PBX_LOGIN)
        return true;
    p->logging_in = false;
    if (a->verdict == PBX_OK)
        pbx_session(p, a->wire.token);
    if (a->verdict == PBX_OK && !pbx_note_accepted(p, f))
        return false;
    return pbx_note_answered(p, f);
}

/* An answer to a call of before the settings changed: it says what became of the row, but nothing
 * of the session or the PBX that are configured now. */
static void judge_old(const struct http_answer *from, struct pbx_answer *a)
{
    a->numbers = numbers_free(a->numbers);
    a->verdict = a->wire.status == WIRE_SUCCESS ? PBX_OK : PBX_NOT_NOW;
    a->in_doubt = a->verdict != PBX_OK && from->end != HTTP_NOT_SENT;
    if (a->wire.status != WIRE_FAILED)
        return;
    enum meaning meaning = meaning_of(a->wire.error_number);
    a->in_doubt = meaning == MEANS_BUSY || meaning == MEANS_DOWN;
    if (meaning == MEANS_BUSY) /* an apply is due all the same */
        a->code = CODE_PBX + a->wire.error_number;
}

static void answer_read(struct pbx_pending *call, const struct http_answer *from,
                        struct pbx_answer *a)
{
    bool usable = from->end == HTTP_ANSWERED && is_well_status(from->status);
    if (usable && !call->everything)
        wire_read(call->format, from->body, from->len, &a->wire);
    if (!call->everything)
        return;
    struct wire_answer read;
    a->numbers = wire_roster_end(call->roster, &read);
    call->roster = NULL;
    if (usable)
        a->wire = read;
    else
        a->numbers = numbers_free(a->numbers);
}

/* Whether the API has refused a probe for want of a token that it knows. With which words it does
 * so is its own affair: they say nothing of the password, which was not tried. */
static bool misses_token(const struct pbx_pending *call, const struct pbx_answer *a)
{
    if (a->wire.status != WIRE_FAILED)
        return false;
    enum meaning meaning = meaning_of(a->wire.error_number);
    if (!call->bare)
        return meaning == MEANS_PASSWORD;
    return meaning != MEANS_LOCKED && meaning != MEANS_BUSY && meaning != MEANS_DOWN &&
           meaning != MEANS_MEMORY;
}

/* A probe that was not answered badly, which would have counted as one that failed, shows that the
 * PBX is back, whatever it was that went wrong: nothing is there to send that would show more, and
 * if adds still go wrong, the first three of the next import tell. */
static bool judge_probe(struct pbx *p, int64_t mono, const struct pbx_pending *call,
                        const struct http_answer *from, struct pbx_answer *a, struct fault *f)
{
    unsigned failed_before = p->gate.probes;
    if (misses_token(call, a)) {
        pbx_session(p, "");
        a->code = CODE_PBX + a->wire.error_number;
        a->verdict = PBX_NOT_NOW;
    } else if (!judge(p, mono, call, from, a, f)) {
        return false;
    }
    if (p->gate.probes == failed_before)
        pbx_works(p);
    return true;
}

/* An answer from the PBX that is configured now. */
static bool hear(struct pbx *p, int64_t mono, const struct pbx_pending *call,
                 const struct http_answer *from, struct pbx_answer *a, struct fault *f)
{
    if (!(call->probe ? judge_probe : judge)(p, mono, call, from, a, f))
        return false;
    pace_hears(p, call, from, a);
    return session_hears(p, a, f);
}

bool pbx_next(struct pbx *p, int64_t mono, struct pbx_answer *ret, bool *ret_found, struct fault *f)
{
    *ret_found = false;
    struct http_answer from;
    while (!*ret_found && http_next(p->http, &from)) {
        struct pbx_pending *call = &p->calls[from.tag];
        assert(call->busy);
        call->busy = false;
        p->in_flight--;
        wire_answer_free(&p->lent);
        struct pbx_answer a = {.tag = call->tag, .call = call->call};
        answer_read(call, &from, &a);
        if (call->generation != p->generation)
            judge_old(&from, &a);
        else if (!hear(p, mono, call, &from, &a, f))
            return false;
        if (p->counted)
            pbx_calls_add(p->counted, a.call, a.verdict, &from);
        p->lent = a.wire;
        *ret = a;
        *ret_found = call->call != PBX_LOGIN && call->call != PBX_HEARTBEAT;
    }
    return true;
}
