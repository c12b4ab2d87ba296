/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME watch: the promises that every call must keep.
 *
 * It knows what the engine was answered, and nothing of what the engine thinks. What was answered
 * and not yet committed when the engine died may have been forgotten. */
#include "sim.h"

#define SLACK 10 /* ms between an answer and the time that its turn goes by */

enum heard {
    HEARD_MADE,
    HEARD_REFUSED, /* for good: it was not done */
    HEARD_BAD,     /* this row went wrong; it may have been done */
    HEARD_BAD_UNDONE,
    HEARD_SHUT, /* the PBX wants a rest; it may have been done */
    HEARD_SHUT_UNDONE,
    HEARD_UNDONE, /* nothing of the row: no connection, no token */
};

static enum heard hear(const struct call *c)
{
    const struct fate *fate = fate_of(c);
    int error_number = fate->error_number ? fate->error_number : c->error_number;
    if (fate->end == HTTP_NOT_SENT)
        return HEARD_UNDONE;
    if (fate->end == HTTP_CUT || fate->status != 200 || fate->body)
        return fate->retry_after || fate->status == 429 ? HEARD_SHUT : HEARD_BAD;
    switch (error_number) {
    case 0:
        return HEARD_MADE;
    case 10025:
        return HEARD_SHUT;
    case 10087:
    case 20015:
        return HEARD_SHUT_UNDONE;
    case 20010:
    case 30001:
        return HEARD_BAD;
    case 30003:
        return HEARD_BAD_UNDONE;
    case 20002:
    case 20006:
        return HEARD_UNDONE;
    }
    return HEARD_REFUSED;
}

static struct box *box_of(const struct call *c)
{
    return &world->boxes[c->box];
}

static size_t number_of(const struct call *c)
{
    return (size_t)__builtin_ctz(c->asked);
}

/* ---- calls ---- */

static void watch_add(const struct call *c)
{
    struct box *b = box_of(c);
    size_t i = number_of(c);
    struct extension *e = &b->extensions[i];
    if (e->abroad)
        broken("two adds of %zu are on their way at once", FIRST_NUMBER + i);
    if (e->doubt || e->made) {
        if (b->queries || !e->pardons)
            broken("%zu is asked for again, and %s", FIRST_NUMBER + i,
                   e->made ? "was created" : "is in doubt");
        e->pardons--;
        e->doubt = false;
        e->made = false;
    }
    e->abroad++;
    e->sent = c->fields;
}

static size_t most_in_flight(void)
{
    return world->concurrency ? (size_t)world->concurrency : PACE_MOST;
}

static void watch_login(const struct call *c)
{
    struct box *b = box_of(c);
    if (b->refused && b->refused == c->password)
        broken("a login with a password that was refused");
}

void watch_post(const struct call *c, size_t in_flight)
{
    struct box *b = box_of(c);
    if (c->box != world->box)
        broken("a call to a PBX that is not configured");
    if (in_flight >= most_in_flight())
        broken("more calls in flight than [pbx] concurrency");
    if (b->shut && in_flight)
        broken("the PBX is in trouble, and more than one call is on its way");
    if (world->now + SLACK < b->pause)
        broken("a call while the PBX wants to be left alone");
    if (world->now + SLACK < b->locked)
        broken("a call while locked out");
    if (c->kind == CALL_LOGIN)
        watch_login(c);
    if (c->kind == CALL_ADD)
        watch_add(c);
}

/* ---- answers ---- */

/* The last add went wrong, the number is known to be absent: the try counts against the row if
 * the PBX served another one since, or if no other went wrong. */
static void weigh(struct box *b, size_t i)
{
    struct extension *e = &b->extensions[i];
    if (!e->bad)
        return;
    e->bad = false;
    bool any = world->boxes[0].served || world->boxes[1].served;
    if (b->served > e->served || (any && !(b->bad & ~(1u << i))))
        e->attempts++;
}

static void doubt(struct box *b, struct extension *e, int64_t since)
{
    e->doubt = true;
    e->ever_doubted = true;
    e->cut = since;
    b->uncertain++;
}

static void went_wrong(struct box *b, size_t i)
{
    struct extension *e = &b->extensions[i];
    e->bad = true;
    e->served = b->served;
    b->bad |= 1u << i;
    b->shut = b->shut || __builtin_popcount(b->bad) >= GATE_ROWS;
}

static void answer_add(const struct call *c)
{
    struct box *b = box_of(c);
    size_t i = number_of(c);
    struct extension *e = &b->extensions[i];
    enum heard heard = hear(c);
    e->abroad--;
    e->made = heard == HEARD_MADE;
    if (heard == HEARD_BAD || heard == HEARD_SHUT)
        doubt(b, e, c->answer);
    if (c->generation != world->generation) { /* it says nothing of the PBX of now */
        b->uncertain += heard != HEARD_MADE;  /* and nothing but Success is believed */
        return;
    }
    if (heard == HEARD_MADE || heard == HEARD_REFUSED) {
        b->served++;
        b->bad = 0;
        b->shut = false;
    } else if (heard == HEARD_BAD || heard == HEARD_BAD_UNDONE) {
        went_wrong(b, i);
    } else if (heard == HEARD_SHUT || heard == HEARD_SHUT_UNDONE) {
        b->shut = true;
    }
    if (fate_of(c)->error_number == 10025)
        b->owes_new = true;
}

static void answer_query(const struct call *c)
{
    struct box *b = box_of(c);
    bool one = (c->asked & (c->asked - 1)) == 0;
    if (!fate_is_answer(c) || (c->error_number && c->error_number != 10006))
        return;
    if (c->everything) /* by which no row is settled */
        return;
    for (size_t i = 0; i < NUMBERS; i++) {
        struct extension *e = &b->extensions[i];
        bool found = c->found & 1u << i;
        if (!(c->asked & 1u << i) || (c->error_number && !one))
            continue;
        if (!found)
            weigh(b, i);
        if (e->doubt && c->posted >= e->cut + world->first) {
            e->doubt = false;
            e->made = found && memcmp(&c->seen[i], &e->sent, sizeof e->sent) == 0;
        }
    }
}

/* While nothing is to be sent that would show whether the PBX is back, it is asked in this way. */
static void answer_heartbeat(const struct call *c)
{
    struct box *b = box_of(c);
    enum heard heard = hear(c);
    bool spoke = heard == HEARD_MADE || heard == HEARD_REFUSED ||
                 (heard == HEARD_UNDONE && fate_of(c)->end == HTTP_ANSWERED) ||
                 (heard == HEARD_SHUT_UNDONE && !c->token);
    if (!b->shut || !spoke || c->generation != world->generation)
        return;
    b->bad = 0;
    b->shut = false;
}

static void answer_login(const struct call *c)
{
    struct box *b = box_of(c);
    int error_number = fate_of(c)->error_number ? fate_of(c)->error_number : c->error_number;
    if (fate_of(c)->end != HTTP_ANSWERED || fate_of(c)->status != 200 || fate_of(c)->body ||
        c->generation != world->generation)
        return;
    if (error_number == 20003)
        b->refused_new = c->password;
    if (error_number == 20002)
        b->locked_new = world->now + 10 * 60 * 1000;
}

void watch_answer(const struct call *c)
{
    struct box *b = box_of(c);
    if (fate_of(c)->retry_after && c->generation == world->generation)
        b->pause = world->now + fate_of(c)->retry_after;
    switch (c->kind) {
    case CALL_ADD:
        answer_add(c);
        break;
    case CALL_QUERY:
        answer_query(c);
        break;
    case CALL_LOGIN:
        answer_login(c);
        break;
    case CALL_APPLY:
        if (fate_is_answer(c) && c->error_number != 20006)
            b->owes = b->owes_new = false;
        break;
    case CALL_HEARTBEAT:
        answer_heartbeat(c);
        break;
    }
}

/* ---- what lies between calls ---- */

void watch_lost(const struct call *c)
{
    if (c->kind != CALL_ADD)
        return;
    struct extension *e = &box_of(c)->extensions[number_of(c)];
    e->abroad--;
    doubt(box_of(c), e, world->now);
}

static void forget_health(struct box *b)
{
    b->bad = 0;
    b->shut = false;
    b->pause = 0;
}

void watch_died(void)
{
    for (size_t k = 0; k < BOXES; k++) {
        struct box *b = &world->boxes[k];
        forget_health(b);
        b->refused_new = b->refused;
        b->locked_new = b->locked;
        b->owes_new = b->owes;
        /* intents that were committed and never left are in doubt as well */
        b->uncertain += (unsigned)most_in_flight();
        for (size_t i = 0; i < NUMBERS; i++)
            b->extensions[i].ever_doubted = true;
    }
}

void watch_committed(void)
{
    for (size_t k = 0; k < BOXES; k++) {
        struct box *b = &world->boxes[k];
        if (b->refused_new != b->refused) /* one is kept in mind */
            world->boxes[1 - k].refused = world->boxes[1 - k].refused_new = 0;
        b->refused = b->refused_new;
        b->locked = b->locked_new;
        b->owes = b->owes_new;
    }
}

void watch_settings(void)
{
    for (size_t k = 0; k < BOXES; k++)
        forget_health(&world->boxes[k]);
}

void watch_retried(const struct drop *d)
{
    for (size_t r = 0; r < d->count; r++)
        for (size_t k = 0; k < BOXES; k++)
            world->boxes[k].extensions[d->rows[r].number].pardons++;
}

/* An operator lets it go on with another PBX: what may have become of it on the first one is
 * not looked at any more, and the second one is asked instead. */
void watch_released(const struct drop *d)
{
    for (size_t r = 0; r < d->count; r++) {
        struct extension *e = &world->boxes[1 - world->box].extensions[d->rows[r].number];
        e->doubt = false;
        e->made = false;
        world->boxes[world->box].extensions[d->rows[r].number].ever_doubted = true;
    }
}
