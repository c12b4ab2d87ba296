/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME http_sim: http.h without a network. A call is a place in the world; what becomes of it is
 * decided when it leaves (box.c) and happens as time goes on. */
#include <stdio.h>

#include "sim.h"

struct http {
    size_t in_flight;
    struct buf lent;
};

struct http *http_new(const struct http_settings *settings)
{
    (void)settings;
    return xcalloc(1, sizeof(struct http));
}

struct http *http_free(struct http *h)
{
    if (h)
        buf_free(&h->lent);
    free(h);
    return NULL;
}

void http_set(struct http *h, const struct http_settings *settings)
{
    (void)h;
    (void)settings;
}

size_t http_in_flight(const struct http *h)
{
    return h->in_flight;
}

static struct call *place(void)
{
    for (size_t i = 0; i < CALLS; i++)
        if (!world->calls[i].busy)
            return &world->calls[i];
    broken("the engine has %d calls on their way", CALLS);
}

void http_post(struct http *h, const char *url, const char *content_type, struct buf *body,
               size_t most, const struct http_taker *taker, uint64_t tag)
{
    (void)most;
    struct call *c = place();
    *c = (struct call){.busy = true,
                       .waited = true,
                       .generation = world->generation,
                       .tag = tag,
                       .taker = taker ? *taker : (struct http_taker){0},
                       .xml = strncmp(content_type, "application/xml", 15) == 0,
                       .posted = world->now};
    talk_read(c, url, body->at, body->len);
    buf_wipe(body);
    box_decide(c);
    trace("%s %c asked=%x fate '%s' work %lld answer %lld", kind_name(c->kind), 'A' + (char)c->box,
          c->asked, fate_name(c->fate), (long long)c->work, (long long)c->answer);
    watch_post(c, h->in_flight);
    world->posts++;
    world->calls_total++;
    h->in_flight++;
}

/* One of the calls that are answered by now, whichever. */
static struct call *answered(void)
{
    struct call *picked = NULL;
    unsigned count = 0;
    for (size_t i = 0; i < CALLS; i++) {
        struct call *c = &world->calls[i];
        if (c->busy && c->waited && c->answer <= world->now && dice(++count) == 0)
            picked = c;
    }
    return picked;
}

/* As they may come over a wire. */
static void take_in_pieces(const struct call *c, const char *at, size_t len)
{
    while (len) {
        size_t piece = 1 + dice((unsigned)(len < 4096 ? len : 4096));
        c->taker.take(c->taker.with, at, piece);
        at += piece;
        len -= piece;
    }
}

bool http_next(struct http *h, struct http_answer *ret)
{
    box_work();
    struct call *c = answered();
    if (!c)
        return false;
    const struct fate *fate = fate_of(c);
    buf_reset(&h->lent);
    talk_answer(c, &h->lent);
    if (c->taker.take) {
        take_in_pieces(c, h->lent.at, h->lent.len);
        buf_reset(&h->lent);
    }
    *ret = (struct http_answer){.tag = c->tag,
                                .end = fate->end,
                                .status = fate->status,
                                .body = buf_get(&h->lent),
                                .len = h->lent.len,
                                .retry_after = fate->retry_after,
                                .took = (world->now - c->posted) * 1000,
                                .slept = (world->now - c->posted) * 1000};
    snprintf(ret->text, sizeof ret->text, "%s", fate->name);
    h->in_flight--;
    trace("%s %c asked=%x is answered: %s%s, errno %d, found=%x", kind_name(c->kind),
          'A' + (char)c->box, c->asked, fate->name, c->worked ? "" : " (not done)", c->error_number,
          c->found);
    watch_answer(c);
    c->waited = false;
    c->busy = !c->worked && c->work != CLOCK_NEVER;
    return true;
}
