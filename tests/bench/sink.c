/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An HTTP server that answers Success to every request, at once or after a fixed time. It checks
 * nothing and keeps nothing: all it is for is to be faster than its client.
 *
 * One thread, one request at a time on each connection, connections are kept. All answers wait
 * equally long, so those that wait stand in one queue in the order in which they came. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CONNECTIONS_MOST 512
#define REQUEST_MOST     65536
#define EVENTS_MOST      64

#define HEAD "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
#define WELL HEAD "20\r\n\r\n{\"status\":\"Success\"}"
#define TOKEN                                                                                      \
    HEAD "63\r\n\r\n{\"status\":\"Success\",\"token\":\"00112233445566778899aabbccddeeff\"}"
#define NONE HEAD "34\r\n\r\n{\"status\":\"Success\",\"extinfos\":[]}"

struct connection {
    int fd;
    size_t len;
    char request[REQUEST_MOST + 1];
    const char *answer;
    int64_t due; /* nanoseconds, while it stands in the queue */
    struct connection *next;
};

struct server {
    int epoll;
    int listener;
    int64_t latency; /* nanoseconds */
    struct connection *first, *last;
    struct connection *connections[CONNECTIONS_MOST]; /* by descriptor */
};

static void die(const char *what)
{
    fprintf(stderr, "sink: %s: %s\n", what, strerror(errno));
    exit(2);
}

static int64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void watch(struct server *s, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    if (epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &event) < 0)
        die("epoll_ctl");
}

/* Listens on a free port of loopback; returns the port. */
static int listen_anywhere(struct server *s)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (s->listener < 0 || bind(s->listener, (struct sockaddr *)&at, size) < 0 ||
        listen(s->listener, 64) < 0 || getsockname(s->listener, (struct sockaddr *)&at, &size) < 0)
        die("listen");
    watch(s, s->listener);
    return ntohs(at.sin_port);
}

static void accept_one(struct server *s)
{
    int on = 1;
    int fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0 || fd >= CONNECTIONS_MOST)
        die("accept");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    s->connections[fd] = calloc(1, sizeof(struct connection));
    if (!s->connections[fd])
        die("calloc");
    s->connections[fd]->fd = fd;
    watch(s, fd);
}

/* Bytes of the request that has begun to come in; 0 while its head is not whole. */
static size_t request_length(const char *request)
{
    const char *end = strstr(request, "\r\n\r\n");
    const char *length = end ? strcasestr(request, "\r\nContent-Length:") : NULL;
    size_t body = length && length < end ? strtoul(length + 17, NULL, 10) : 0;
    return end ? (size_t)(end - request) + 4 + body : 0;
}

static const char *choose_answer(const char *request)
{
    static const char login[] = "POST /api/v0.0.1/login";
    static const char query[] = "POST /api/v0.0.1/extension/query";
    if (strncmp(request, login, sizeof login - 1) == 0)
        return TOKEN;
    return strncmp(request, query, sizeof query - 1) == 0 ? NONE : WELL;
}

static void answer(struct connection *c)
{
    size_t len = strlen(c->answer);
    if (write(c->fd, c->answer, len) != (ssize_t)len && errno != EPIPE && errno != ECONNRESET)
        die("write");
}

static void queue(struct server *s, struct connection *c)
{
    c->due = now() + s->latency;
    c->next = NULL;
    *(s->first ? &s->last->next : &s->first) = c;
    s->last = c;
}

static void close_connection(struct server *s, struct connection *c)
{
    struct connection **at = &s->first;
    while (*at && *at != c)
        at = &(*at)->next;
    if (*at) { /* its client went away while its answer was waiting */
        *at = c->next;
        s->last = NULL;
        for (struct connection *left = s->first; left; left = left->next)
            s->last = left;
    }
    close(c->fd);
    s->connections[c->fd] = NULL;
    free(c);
}

static void take(struct server *s, struct connection *c)
{
    ssize_t got = read(c->fd, c->request + c->len, REQUEST_MOST - c->len);
    if (got <= 0) {
        close_connection(s, c);
        return;
    }
    c->len += (size_t)got;
    c->request[c->len] = '\0';
    size_t whole = request_length(c->request);
    if (!whole || c->len < whole)
        return;
    c->len = 0;
    c->answer = choose_answer(c->request);
    if (s->latency)
        queue(s, c);
    else
        answer(c);
}

/* Sends what is due; returns the nanoseconds until the next is, or -1 when none waits. */
static int64_t answer_due(struct server *s)
{
    while (s->first) {
        int64_t left = s->first->due - now();
        if (left > 0)
            return left;
        struct connection *c = s->first;
        s->first = c->next;
        answer(c);
    }
    return -1;
}

static void serve(struct server *s)
{
    struct epoll_event events[EVENTS_MOST];
    for (;;) {
        int64_t left = s->latency ? answer_due(s) : -1;
        struct timespec wait = {.tv_sec = left / 1000000000, .tv_nsec = left % 1000000000};
        int count = epoll_pwait2(s->epoll, events, EVENTS_MOST, left < 0 ? NULL : &wait, NULL);
        if (count < 0 && errno != EINTR)
            die("epoll_pwait2");
        for (int i = 0; i < count; i++) {
            if (events[i].data.fd == s->listener)
                accept_one(s);
            else
                take(s, s->connections[events[i].data.fd]);
        }
    }
}

int main(int argc, char **argv)
{
    static struct server s;
    if (argc != 2) {
        fputs("usage: sink LATENCY-MS\n"
              "Answers on a free port of loopback, which it prints.\n",
              stderr);
        return 2;
    }
    s.latency = strtol(argv[1], NULL, 10) * 1000000;
    s.epoll = epoll_create1(EPOLL_CLOEXEC);
    if (s.epoll < 0)
        die("epoll_create1");
    printf("%d\n", listen_anywhere(&s));
    fflush(stdout);
    serve(&s);
}
