/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the page's own files share; nobody else includes this.
 *
 *   page.c         the thread, and the exchange with the program's loop
 *   page_listen.c  sockets
 *   page_route.c   what is asked for, and by whom
 *   page_serve.c   connections (libmicrohttpd)
 *   page_answer.c  requests and answers (libmicrohttpd)
 *   page_known.c   what was given last, and what is made of it
 */
#ifndef EXTSPOOLD_PAGE_OWN_H
#define EXTSPOOLD_PAGE_OWN_H

#include <microhttpd.h>
#include <poll.h>
#include <sys/types.h>

#include "buf.h"
#include "digest.h"
#include "page.h"
#include "texts.h"

/* ---- page_listen.c ---- */
/* A socket that listens where [status] listen says. A Unix socket that nobody listens at is
 * replaced. */
bool listen_open(const char *text, int *ret_fd, struct fault *f);
/* Where it listens, for people; nothing is added when that cannot be told. */
void listen_name(int fd, struct buf *to);
bool listen_is_tcp(int fd);
bool listen_is_local(int fd); /* nobody but this machine can reach it */
/* The file that a Unix socket is which listen_open has just made; whether that stands there still
 * (true where it is no Unix socket); removes it if so. */
struct listen_file {
    dev_t dev;
    ino_t ino;
};
void listen_file(const char *text, struct listen_file *ret);
bool listen_stands(const char *text, const struct listen_file *file);
void listen_remove(const char *text, const struct listen_file *file);

/* ---- page_route.c ---- */
/* A keyed digest of the token, so that how long a comparison takes tells nothing of it. */
struct token {
    bool set;
    uint8_t key[DIGEST_BYTES];
    uint8_t digest[DIGEST_BYTES];
};
void token_set(struct token *t, const char *text); /* "": none */
bool token_fits(const struct token *t, const char *text);

enum route {
    ROUTE_NONE,
    ROUTE_PAGE,
    ROUTE_EVENTS,
    ROUTE_CSS,
    ROUTE_JS,
    ROUTE_ICON,
    ROUTE_REPORT,
    ROUTE_HEALTH,
    ROUTE_READY,
    ROUTE_METRICS,
};
/* *ret_name is the name of the report's file (lent from path). */
enum route route_of(const char *path, const char **ret_name);
bool route_is_open(enum route r); /* no token is asked for */
/* What a request's Host says is this machine itself, so that no page of elsewhere has its visitors'
 * browsers ask for it under a name of its own. */
bool route_host_is_local(const char *host);
/* Whether this Accept prefers OpenMetrics to plain text; NULL: it does not. */
bool route_wants_open(const char *accept);

/* ---- page_known.c ---- */
/* A text that several streams send, each at its own pace. */
struct told {
    size_t users;
    struct buf text;
};
struct told *told_hold(struct told *e); /* NULL is well, for both */
void told_release(struct told **e);     /* *e is NULL then */

enum kind { KIND_TURN, KIND_STATUS, KIND_METRICS, KIND_OPEN, KINDS }; /* as PAGE_… */

/* What the loop has told. Times are mono. */
struct known {
    struct json_object *status; /* NULL: nothing yet */
    char *metrics, *open_metrics;
    char waiting[256];
    int64_t taken[KINDS]; /* when each was given; INT64_MIN: never */
    /* made of it */
    struct buf document; /* empty: to be made */
    struct told *event;  /* what streams are to have; NULL: nothing */
    int64_t late;        /* seconds, of what was made */
    /* the question */
    unsigned wanted, asked;
    int64_t asked_at, asked_since;
};
void known_begin(struct known *k);
void known_end(struct known *k);
void known_take(struct known *k, struct page_given *given, int64_t now);
bool known_is_fresh(const struct known *k, enum kind kind, int64_t since);
void known_want(struct known *k, enum kind kind);
/* What is to be asked for now, PAGE_…; and when there will be something (CLOCK_NEVER: never). */
unsigned known_ask(struct known *k, int64_t now);
int64_t known_due(const struct known *k, bool streams, int64_t now);
/* Seconds for which the loop has not answered; 0 while that is not too long. */
int64_t known_late(const struct known *k, int64_t now);
/* The page (lent); and what streams are to have, made anew. */
const struct buf *known_document(struct known *k, enum language l, int64_t now);
void known_event(struct known *k, enum language l, int64_t now);
void known_restyle(struct known *k); /* another language */

/* ---- page_serve.c ---- */
struct settings {
    struct token token;
    enum language language;
    char *reports; /* the folder */
};

#define HEAD_TIME                                                                                  \
    10000          /* ms from a connection's begin, or an answer's end, to the head of a request */
#define STREAMS 16 /* at most */

struct request {
    struct conn *conn;
    enum route route;
    const char *report; /* lent from path */
    char *path;
    bool known;     /* it may see all */
    bool penalty;   /* it has a wrong token, and waits for being told so */
    bool suspended; /* the library leaves it alone */
    bool open;      /* OpenMetrics */
    int64_t since;  /* when it came */
    int64_t until;  /* when it waits no more */
    /* a stream of events */
    bool stream, over;
    struct told *event; /* that it has, or gets */
    const char *at;     /* what it gets: bytes of the event or of a static text */
    size_t left;
    int64_t beat;
};

struct conn {
    struct conn *before, *next;
    struct serve *serve;
    struct MHD_Connection *mhd;
    struct request *request; /* NULL between two */
    int fd;
    int64_t end; /* mono: it is cut then */
};

struct serve {
    struct MHD_Daemon *daemons[PAGE_SOCKETS];
    size_t count;
    bool tcp;
    struct conn *conns;
    size_t streams;
    struct settings settings;
    struct known known;
    struct buf css, js, icon;
    int64_t now;
};

/* ---- page_answer.c ---- */
/* For the library: a request moves on; and is over. */
enum MHD_Result request_handle(void *with, struct MHD_Connection *mhd, const char *path,
                               const char *method, const char *version, const char *body,
                               size_t *body_len, void **state);
void request_completed(void *with, struct MHD_Connection *mhd, void **state,
                       enum MHD_RequestTerminationCode why);
void request_resume(struct request *r); /* one that is suspended */
/* Whether one that is suspended has something to do now. */
bool request_is_due(struct serve *s, const struct request *r);

/* ---- page_serve.c ---- */
/* Serves these listening sockets; false when the library cannot. Those that were taken over are -1
 * then. */
bool serve_open(int *fds, size_t count, const struct settings *settings, struct serve **ret,
                struct fault *f);
struct serve *serve_close(struct serve *s); /* NULL */
void serve_given(struct serve *s, struct page_given *given);
void serve_set(struct serve *s, const struct settings *settings, bool other_token);
/* Moves everything on as far as it goes; what is to be asked for, PAGE_…. */
unsigned serve_turn(struct serve *s);
/* What to sleep on; the time is milliseconds, -1 for ever. serve_hung takes poll's findings. */
size_t serve_fds(struct serve *s, struct pollfd *to, size_t room, int *ret_timeout);
void serve_hung(struct serve *s, const struct pollfd *fds, size_t count);

#endif
