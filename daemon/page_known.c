/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the program's loop has told the status page, what is made of it, and when to ask again. */
#include "clock.h"
#include "json.h"
#include "page_html.h"
#include "page_own.h"

#define FRESH       1000 /* ms for which an answer stands for a new one */
#define ASK_EVERY   500  /* ms between two questions */
#define LATE        5000 /* ms after which the loop is said not to answer */
#define EVENT_EVERY 1000 /* ms between what streams get */

/* ---- events ---- */

struct told *told_hold(struct told *e)
{
    if (e)
        e->users++;
    return e;
}

void told_release(struct told **e)
{
    if (*e && --(*e)->users == 0) {
        buf_free(&(*e)->text);
        free(*e);
    }
    *e = NULL;
}

/* ---- what is told ---- */

void known_begin(struct known *k)
{
    *k = (struct known){.asked_at = INT64_MIN};
    for (size_t i = 0; i < KINDS; i++)
        k->taken[i] = INT64_MIN;
}

void known_end(struct known *k)
{
    json_object_put(k->status);
    free(k->metrics);
    free(k->open_metrics);
    buf_free(&k->document);
    told_release(&k->event);
}

/* A text that is there takes the place of the one before. */
static bool text_take(char **place, char *text)
{
    if (!text)
        return false;
    free(*place);
    *place = text;
    return true;
}

void known_take(struct known *k, struct page_given *given, int64_t now)
{
    if (given->status) {
        json_object_put(k->status);
        k->status = given->status;
        k->taken[KIND_STATUS] = now;
        buf_reset(&k->document);
    }
    if (text_take(&k->metrics, given->metrics))
        k->taken[KIND_METRICS] = now;
    if (text_take(&k->open_metrics, given->open_metrics))
        k->taken[KIND_OPEN] = now;
    k->taken[KIND_TURN] = now;
    memset(k->waiting, 0, sizeof k->waiting);
    if (given->waiting)
        memcpy(k->waiting, given->waiting, strnlen(given->waiting, sizeof k->waiting - 1));
    k->asked &= ~given->what;
}

bool known_is_fresh(const struct known *k, enum kind kind, int64_t since)
{
    return k->taken[kind] != INT64_MIN && k->taken[kind] >= since - FRESH;
}

/* ---- the question ---- */

void known_want(struct known *k, enum kind kind)
{
    k->wanted |= 1u << kind;
}

static int64_t ask_due(const struct known *k)
{
    return k->asked_at == INT64_MIN ? INT64_MIN : k->asked_at + ASK_EVERY;
}

unsigned known_ask(struct known *k, int64_t now)
{
    unsigned ask = k->wanted & ~k->asked;
    k->wanted = ask;
    if (!ask || now < ask_due(k))
        return 0;
    if (!k->asked)
        k->asked_since = now;
    k->asked |= ask;
    k->asked_at = now;
    k->wanted = 0;
    return ask;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int64_t known_due(const struct known *k, bool streams, int64_t now)
{
    int64_t due = k->wanted ? ask_due(k) : CLOCK_NEVER;
    int64_t late = k->asked_since + LATE + 1;
    if (k->asked && now < late)
        return earlier(due, late);
    if (k->asked && streams)
        return earlier(due, k->asked_since + (known_late(k, now) + 1) * 1000);
    if (streams && k->taken[KIND_STATUS] != INT64_MIN)
        return earlier(due, k->taken[KIND_STATUS] + EVENT_EVERY);
    return due;
}

int64_t known_late(const struct known *k, int64_t now)
{
    return k->asked && now - k->asked_since > LATE ? (now - k->asked_since) / 1000 : 0;
}

/* ---- what is made of it ---- */

/* The status says how long ago it was so, once that is too long. */
static void mark_late(struct known *k, int64_t now)
{
    int64_t late = known_late(k, now);
    if (k->status)
        json_object_object_add(k->status, "late", json_object_new_int64(late));
    if (late != k->late)
        buf_reset(&k->document);
    k->late = late;
}

const struct buf *known_document(struct known *k, enum language l, int64_t now)
{
    mark_late(k, now);
    if (!k->document.len)
        page_html_document(&k->document, k->status, l);
    return &k->document;
}

void known_event(struct known *k, enum language l, int64_t now)
{
    struct told *event = xcalloc(1, sizeof *event);
    event->users = 1;
    mark_late(k, now);
    buf_text(&event->text, "event: status\ndata: ");
    page_html_parts(&event->text, k->status, l);
    buf_text(&event->text, "\n\n");
    bool same = k->event && k->event->text.len == event->text.len &&
                memcmp(k->event->text.at, event->text.at, event->text.len) == 0;
    if (same) {
        told_release(&event);
        return;
    }
    told_release(&k->event);
    k->event = event;
}

void known_restyle(struct known *k)
{
    buf_reset(&k->document);
}
