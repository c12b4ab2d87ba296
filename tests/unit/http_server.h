/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For unit tests: an HTTP server on a thread of its own that answers by a script, misbehaves as
 * told, and keeps every request as it came. */
#ifndef TESTS_UNIT_HTTP_SERVER_H
#define TESTS_UNIT_HTTP_SERVER_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "buf.h"

#define SERVER_REQUESTS 256
#define SERVER_STEPS    64
#define SERVER_LINKS    64

enum server_after {
    AFTER_KEEP,  /* the connection stays open */
    AFTER_CLOSE, /* FIN */
    AFTER_RESET, /* RST */
    AFTER_HANG,  /* nothing more, until the client closes */
};

/* The answer to the next request whose first line has `call` in it. The last of these serves for
 * all that follow. */
struct step {
    const char *call; /* NULL for any */
    int status;       /* with headers and body; 0: raw is sent as it is, or nothing */
    const char *headers;
    const char *body;
    const char *raw;
    enum server_after after;
    size_t hold; /* answered only when so many requests have come in all, or were released */
};

struct server_request {
    char *head; /* first line and headers */
    char *body;
    size_t len;
    size_t link; /* which connection it came over, from 0 */
};

struct server {
    int listener;
    int port;
    pthread_t acceptor;
    pthread_mutex_t lock;
    pthread_cond_t moved;
    bool stopping;
    struct step steps[SERVER_STEPS];
    bool used[SERVER_STEPS];
    size_t step_count;
    struct server_request requests[SERVER_REQUESTS];
    size_t count;
    size_t released;
    struct server_link {
        struct server *server;
        pthread_t thread;
        int fd; /* -1 when closed */
    } links[SERVER_LINKS];
    size_t link_count;
    size_t closed;
};

/* ---- the server's threads ---- */

/* Reads up to the end of one request: false when the client closes. What came is in *all; the
 * head ends at *ret_head. */
static inline bool server_read(int fd, struct buf *all, size_t *ret_head)
{
    for (;;) {
        char piece[16384];
        const char *text = buf_get(all);
        const char *end = strstr(text, "\r\n\r\n");
        const char *length = strcasestr(text, "\r\nContent-Length:");
        size_t body = length ? (size_t)strtoul(length + 17, NULL, 10) : 0;
        if (end && all->len >= (size_t)(end + 4 - text) + body) {
            *ret_head = (size_t)(end + 4 - text);
            return true;
        }
        ssize_t n = recv(fd, piece, sizeof piece, 0);
        if (n <= 0)
            return false;
        buf_add(all, piece, (size_t)n);
    }
}

/* The script's step for a request; under the lock. */
static inline struct step server_step(struct server *s, const char *head)
{
    size_t line = strcspn(head, "\r");
    size_t last = SERVER_STEPS;
    for (size_t i = 0; i < s->step_count; i++) {
        const char *call = s->steps[i].call;
        if (call && !memmem(head, line, call, strlen(call)))
            continue;
        last = i;
        if (!s->used[i])
            break;
    }
    if (last == SERVER_STEPS)
        return (struct step){.status = 500, .body = "not in the script"};
    s->used[last] = true;
    return s->steps[last];
}

static inline struct step server_note(struct server *s, size_t link, const struct buf *all,
                                      size_t head)
{
    pthread_mutex_lock(&s->lock);
    struct server_request *r = &s->requests[s->count % SERVER_REQUESTS];
    *r = (struct server_request){.head = xstrndup(all->at, head),
                                 .body = xcalloc(1, all->len - head + 1),
                                 .len = all->len - head,
                                 .link = link};
    memcpy(r->body, all->at + head, r->len);
    s->count++;
    struct step step = server_step(s, r->head);
    pthread_cond_broadcast(&s->moved);
    while (s->count + s->released < step.hold && !s->stopping)
        pthread_cond_wait(&s->moved, &s->lock);
    pthread_mutex_unlock(&s->lock);
    return step;
}

static inline void server_send(int fd, const char *bytes, size_t len)
{
    while (len) {
        ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);
        if (n <= 0)
            return;
        bytes += n;
        len -= (size_t)n;
    }
}

static inline void server_answer(int fd, const struct step *step)
{
    struct buf text = {0};
    const char *body = step->body ? step->body : "";
    if (step->status)
        buf_format(&text, "HTTP/1.1 %d Such\r\nContent-Length: %zu\r\n%s\r\n%s", step->status,
                   strlen(body), step->headers ? step->headers : "", body);
    else
        buf_text(&text, step->raw ? step->raw : "");
    server_send(fd, text.at, text.len);
    buf_free(&text);
    if (step->after == AFTER_HANG) {
        char c;
        while (recv(fd, &c, 1, 0) > 0) {
        }
    }
}

static inline void *server_serve(void *with)
{
    struct server_link *link = with;
    struct server *s = link->server;
    struct step step = {.after = AFTER_KEEP};
    while (step.after == AFTER_KEEP) {
        struct buf all = {0};
        size_t head = 0;
        bool whole = server_read(link->fd, &all, &head);
        if (whole) {
            step = server_note(s, (size_t)(link - s->links), &all, head);
            server_answer(link->fd, &step);
        }
        buf_free(&all);
        if (!whole)
            break;
    }
    struct linger reset = {.l_onoff = 1};
    if (step.after == AFTER_RESET)
        setsockopt(link->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    pthread_mutex_lock(&s->lock);
    close(link->fd);
    link->fd = -1;
    s->closed++;
    pthread_cond_broadcast(&s->moved);
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

static inline void *server_accept(void *with)
{
    struct server *s = with;
    for (;;) {
        int fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC);
        pthread_mutex_lock(&s->lock);
        bool end = fd < 0 || s->stopping || s->link_count == SERVER_LINKS;
        struct server_link *link = end ? NULL : &s->links[s->link_count];
        if (link) {
            *link = (struct server_link){.server = s, .fd = fd};
            if (pthread_create(&link->thread, NULL, server_serve, link) != 0)
                abort();
            s->link_count++;
        }
        pthread_mutex_unlock(&s->lock);
        if (end) {
            close_fd(&fd);
            return NULL;
        }
    }
}

/* ---- for the test ---- */

/* A socket bound to a free port of the loopback; the port in *ret. */
static inline int loopback_socket(int *ret)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
    *ret = ntohs(at.sin_port);
    return fd;
}

static inline struct server *server_start(void)
{
    struct server *s = xcalloc(1, sizeof *s);
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->moved, NULL);
    s->listener = loopback_socket(&s->port);
    assert_int_equal(listen(s->listener, SERVER_LINKS), 0);
    assert_int_equal(pthread_create(&s->acceptor, NULL, server_accept, s), 0);
    return s;
}

static inline struct server *server_stop(struct server *s)
{
    pthread_mutex_lock(&s->lock);
    s->stopping = true;
    for (size_t i = 0; i < s->link_count; i++)
        if (s->links[i].fd >= 0)
            shutdown(s->links[i].fd, SHUT_RDWR);
    pthread_cond_broadcast(&s->moved);
    pthread_mutex_unlock(&s->lock);
    shutdown(s->listener, SHUT_RDWR);
    pthread_join(s->acceptor, NULL);
    for (size_t i = 0; i < s->link_count; i++)
        pthread_join(s->links[i].thread, NULL);
    for (size_t i = 0; i < s->count && i < SERVER_REQUESTS; i++) {
        free(s->requests[i].head);
        free(s->requests[i].body);
    }
    close(s->listener);
    pthread_cond_destroy(&s->moved);
    pthread_mutex_destroy(&s->lock);
    free(s);
    return NULL;
}

/* Puts a script in place of what is left of the one before. */
static inline void server_script(struct server *s, const struct step *steps, size_t count)
{
    assert_true(count <= SERVER_STEPS);
    pthread_mutex_lock(&s->lock);
    memcpy(s->steps, steps, count * sizeof *steps);
    memset(s->used, 0, sizeof s->used);
    s->step_count = count;
    pthread_mutex_unlock(&s->lock);
}

#define SCRIPT(server, ...)                                                                        \
    server_script(server, (const struct step[]){__VA_ARGS__},                                      \
                  COUNT_OF(((const struct step[]){__VA_ARGS__})))

/* How many requests came whose first line has `call` in it. */
static inline size_t server_count(struct server *s, const char *call)
{
    size_t count = 0;
    pthread_mutex_lock(&s->lock);
    assert_true(s->count <= SERVER_REQUESTS);
    for (size_t i = 0; i < s->count; i++) {
        const char *head = s->requests[i].head;
        count += memmem(head, strcspn(head, "\r"), call, strlen(call)) != NULL;
    }
    pthread_mutex_unlock(&s->lock);
    return count;
}

/* The n-th request, from 0. What it points to lives as long as the server. */
static inline struct server_request server_request(struct server *s, size_t n)
{
    pthread_mutex_lock(&s->lock);
    assert_true(n < s->count);
    struct server_request r = s->requests[n];
    pthread_mutex_unlock(&s->lock);
    return r;
}

static inline size_t server_links(struct server *s)
{
    pthread_mutex_lock(&s->lock);
    size_t count = s->link_count;
    pthread_mutex_unlock(&s->lock);
    return count;
}

/* Lets go on what waits for one request more. */
static inline void server_release(struct server *s)
{
    pthread_mutex_lock(&s->lock);
    s->released++;
    pthread_cond_broadcast(&s->moved);
    pthread_mutex_unlock(&s->lock);
}

/* Waits until the server has closed so many connections. */
static inline void server_closed(struct server *s, size_t count)
{
    pthread_mutex_lock(&s->lock);
    while (s->closed < count)
        pthread_cond_wait(&s->moved, &s->lock);
    pthread_mutex_unlock(&s->lock);
}

#endif
