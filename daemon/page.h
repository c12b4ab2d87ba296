/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The status page: a small HTTP server for people and for monitoring, which can change nothing.
 *
 * It has a thread of its own, which knows nothing of the job, logs nothing and writes no file. What
 * it tells comes from the program's loop: the page asks (page_fd becomes readable), at most twice a
 * second and only while somebody looks, and the loop gives (page_give). So whoever looks on costs
 * an import next to nothing, and an answer shows that the loop turns. */
#ifndef EXTSPOOLD_PAGE_H
#define EXTSPOOLD_PAGE_H

#include "config.h"

struct page;
struct json_object;

#define PAGE_SOCKETS 4 /* that may be passed */

/* Whether the page can be served as configured: false with a FAULT_CONFIG when the token cannot be
 * read, or there is none and others than this machine could reach [status] listen. `bare`: by
 * somebody who has not the daemon's credentials, so that a token may come from there; *ret_unsure
 * then tells that it must. */
bool page_check(const struct config *c, bool bare, bool *ret_unsure, struct fault *f);

/* Opens the sockets and starts the thread. On the passed sockets, which listen and stay the
 * caller's, where there are any, else on [status] listen. c is not kept. False when an address is
 * taken, or needs a token that there is not. */
bool page_open(const struct config *c, const int *passed, size_t count, struct page **ret,
               struct fault *f);
struct page *page_close(struct page *p); /* cuts what is under way; NULL */

/* Where it listens, as text for people: one or several URLs. Lent. */
const char *page_where(const struct page *p);
/* Whether that is where this configuration wants it, and there still: a Unix socket may have been
 * removed. */
bool page_is_at(const struct page *p, const struct config *c);
/* Takes over token and language; connections stay, but event streams end when the token is another
 * one. False with a FAULT_CONFIG, with nothing changed, where page_check would say so. */
bool page_set(struct page *p, const struct config *c, struct fault *f);

/* What the page asks for, bit by bit. Whatever is given shows that the loop turns. */
#define PAGE_TURN         1u /* only that */
#define PAGE_STATUS       2u
#define PAGE_METRICS      4u
#define PAGE_OPEN_METRICS 8u

int page_fd(const struct page *p);   /* readable while it asks for something; lent */
unsigned page_asked(struct page *p); /* takes the question: PAGE_… */

struct page_given {
    unsigned what;              /* PAGE_… */
    struct json_object *status; /* job_overview; taken over */
    char *metrics;              /* taken over, to be freed */
    char *open_metrics;         /* likewise */
    const char *waiting;        /* why imports do not go on, or NULL; lent */
};
void page_give(struct page *p, struct page_given *given);

#endif
