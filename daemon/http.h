/* SPDX-License-Identifier: GPL-2.0-or-later */
/* HTTP calls (libcurl's multi interface): many in flight, and the one place where the program
 * sleeps. Only POST; redirects are not followed; a request is never sent twice. */
#ifndef EXTSPOOLD_HTTP_H
#define EXTSPOOLD_HTTP_H

#include "buf.h"
#include "fault.h"

#define HTTP_ANSWER_MOST (1024 * 1024) /* bytes of an answer that any real one stays below */

struct http;

struct http_settings {
    int64_t connect_timeout; /* milliseconds */
    int64_t timeout;         /* of the whole call */
    const char *ca_file;     /* "" for the system's own */
    const char *proxy;       /* "" for none */
    size_t most;             /* calls in flight, so connections kept */
};

enum http_end {
    HTTP_ANSWERED, /* status and body are whole */
    HTTP_NOT_SENT, /* no connection was made: the request never left */
    HTTP_CUT,      /* it left (or may have), and no whole answer came */
};

/* What became of a call, for statistics. */
enum http_class {
    HTTP_2XX,
    HTTP_3XX,
    HTTP_4XX,
    HTTP_5XX,
    HTTP_TIMEOUT,     /* no connection, or no answer, in time */
    HTTP_REFUSED,     /* the connection was */
    HTTP_UNREACHABLE, /* no name, no route, no TLS */
    HTTP_BROKEN,      /* cut off amid the call, or no HTTP */
    HTTP_CLASSES,
};

struct http_answer {
    uint64_t tag;
    enum http_end end;
    enum http_class class;
    int status;
    const char *body; /* lent until the next call on this object */
    size_t len;
    int64_t retry_after; /* milliseconds, 0 when none was told */
    int64_t took;        /* microseconds */
    int64_t slept;       /* of them in http_wait: what it took, our own work aside */
    bool too_long;       /* and so cut off */
    char text[160];      /* what went wrong, for people; without the URL's query */
};

/* Settings are copied. One object a process: it sets libcurl up and takes it down. */
struct http *http_new(const struct http_settings *settings);
struct http *http_free(struct http *h); /* cuts what is in flight; NULL */
/* New settings, for the calls that begin from now on. */
void http_set(struct http *h, const struct http_settings *settings);

/* Who takes an answer's bytes as they come, instead of having them all at the end. */
struct http_taker {
    void (*take)(void *with, const char *bytes, size_t len);
    void *with;
};

/* Begins a call. *body is taken over (and wiped when it ends). An answer with more than `most`
 * bytes is cut off. With a taker (else NULL; copied) the answer's body is empty in the end; it is
 * called within http_next alone. */
void http_post(struct http *h, const char *url, const char *content_type, struct buf *body,
               size_t most, const struct http_taker *taker, uint64_t tag);
size_t http_in_flight(const struct http *h);

/* The next call that has ended; false when there is none. */
bool http_next(struct http *h, struct http_answer *ret);

struct http_fd {
    int fd;
    bool write; /* wait until it can be written, not read */
    bool ready;
};
/* Sleeps until a call moves, one of fds is ready, or the time (milliseconds) is over. */
void http_wait(struct http *h, struct http_fd *fds, size_t count, int64_t timeout);

enum http_look_end { HTTP_LOOK_ANSWERED, HTTP_LOOK_NO_HOST, HTTP_LOOK_NO_WAY, HTTP_LOOK_UNTRUSTED };

struct http_look {
    enum http_look_end end;
    int status;
    int64_t date;    /* the answer's own, wall-clock milliseconds; 0: it has none */
    int64_t expires; /* the first certificate to do so, likewise; 0: none was shown */
    char text[160];  /* what went wrong, for people */
};

/* Asks for the head of a page, without a token, to see who is there: blocks for the settings'
 * times. Not trusting: any certificate will do, and nothing is asked once the connection stands. */
void http_look(const struct http_settings *settings, const char *url, bool trusting,
               struct http_look *ret);

#endif
