/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An HTTP server that answers Success to every request, at once or after a fixed time. It checks
 * nothing and keeps nothing: all it is for is to be faster than its client. It may work on so many
 * requests at once only, and let others wait, or refuse them. `GET /times` tells when requests came
 * (see tell_times), `DELETE /times` forgets it.
 *
 * One thread, one request at a time on each connection, connections are kept unless it is told to
 * close them. All answers take equally long, so those that are worked on stand in one queue in the
 * order in which they came, and so do those that wait for their turn. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
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

#define WELL  "{\"status\":\"Success\"}"
#define TOKEN "{\"status\":\"Success\",\"token\":\"00112233445566778899aabbccddeeff\"}"
#define NONE  "{\"status\":\"Success\",\"extinfos\":[]}"

struct answer {
    char *text; /* with its head */
    size_t len;
};

struct connection {
    int fd;
    size_t len;
    char request[REQUEST_MOST + 1];
    const struct answer *answer;
    int64_t due; /* nanoseconds, while it stands in the queue */
    struct connection *next;
};

/* Since the last DELETE, in nanoseconds since 1970; 0 where there was none. */
struct times {
    int64_t first;      /* any request */
    int64_t first_add;  /* the first request for an extension */
    int64_t last_add;   /* the last answer to one */
    unsigned long adds; /* answers to such */
    unsigned long requests, refused;
};

struct queue {
    struct connection *first, *last;
};

struct server {
    int epoll;
    int listener;
    int64_t latency;  /* nanoseconds */
    bool close;       /* each connection after its answer */
    uint64_t at_once; /* 0: any number */
    bool refuses;     /* what is beyond; else it waits */
    uint64_t working;
    struct answer well, token, none, all, busy;
    struct times times;
    struct queue worked_on, waiting;
    struct connection *connections[CONNECTIONS_MOST]; /* by descriptor */
};

static void die(const char *what)
{
    fprintf(stderr, "sink: %s: %s\n", what, strerror(errno));
    exit(2);
}

static int64_t now(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
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
    struct connection *c = malloc(sizeof *c); /* zeroing it would cost more than the rest */
    if (!c)
        die("malloc");
    c->fd = fd;
    c->len = 0;
    c->next = NULL;
    s->connections[fd] = c;
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

static bool begins(const char *request, const char *with)
{
    return strncmp(request, with, strlen(with)) == 0;
}

static const struct answer *choose_answer(const struct server *s, const char *request)
{
    if (begins(request, "POST /api/v0.0.1/login"))
        return &s->token;
    if (!begins(request, "POST /api/v0.0.1/extension/query"))
        return &s->well;
    return strstr(request, "extid") ? &s->none : &s->all;
}

static void note_request(struct server *s, const char *request)
{
    int64_t at = now(CLOCK_REALTIME);
    s->times.requests++;
    if (!s->times.first)
        s->times.first = at;
    if (!s->times.first_add && begins(request, "POST /api/v0.0.1/extension/add"))
        s->times.first_add = at;
}

static void write_all(int fd, const char *text, size_t len)
{
    while (len) {
        ssize_t done = write(fd, text, len);
        if (done < 0 && errno != EINTR && errno != EPIPE && errno != ECONNRESET)
            die("write");
        if (done < 0 && errno != EINTR)
            return; /* its client went away */
        text += done > 0 ? done : 0;
        len -= done > 0 ? (size_t)done : 0;
    }
}

static void queue_add(struct queue *q, struct connection *c)
{
    c->next = NULL;
    *(q->first ? &q->last->next : &q->first) = c;
    q->last = c;
}

/* Whether it was in. */
static bool queue_remove(struct queue *q, struct connection *c)
{
    struct connection **at = &q->first;
    while (*at && *at != c)
        at = &(*at)->next;
    if (!*at)
        return false;
    *at = c->next;
    q->last = NULL;
    for (struct connection *left = q->first; left; left = left->next)
        q->last = left;
    return true;
}

static void work_on(struct server *s, struct connection *c)
{
    s->working++;
    c->due = now(CLOCK_MONOTONIC) + s->latency;
    queue_add(&s->worked_on, c);
}

/* A place is free. */
static void work_done(struct server *s)
{
    struct connection *c = s->waiting.first;
    s->working--;
    if (!c)
        return;
    queue_remove(&s->waiting, c);
    work_on(s, c);
}

/* Its client may have gone away while its answer was waiting. */
static void close_connection(struct server *s, struct connection *c)
{
    queue_remove(&s->waiting, c);
    if (queue_remove(&s->worked_on, c))
        work_done(s);
    close(c->fd);
    s->connections[c->fd] = NULL;
    free(c);
}

static void answer(struct server *s, struct connection *c)
{
    write_all(c->fd, c->answer->text, c->answer->len);
    if (c->answer == &s->well) {
        s->times.last_add = now(CLOCK_REALTIME);
        s->times.adds++;
    }
    if (s->close)
        close_connection(s, c);
}

static void serve_one(struct server *s, struct connection *c)
{
    if (s->at_once == 0 || s->working < s->at_once) {
        work_on(s, c);
    } else if (s->refuses) {
        s->times.refused++;
        c->answer = &s->busy;
        answer(s, c);
    } else {
        queue_add(&s->waiting, c);
    }
}

/* Answers with NAME=SECONDS lines. */
static void tell_times(struct server *s, struct connection *c)
{
    static const char form[] = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
                               "first=%.6f\nfirst_add=%.6f\nlast_add=%.6f\nadds=%lu\n"
                               "requests=%lu\nrefused=%lu\n";
    const struct times *t = &s->times;
    char text[512];
    int len = snprintf(text, sizeof text, form, (double)t->first / 1e9, (double)t->first_add / 1e9,
                       (double)t->last_add / 1e9, t->adds, t->requests, t->refused);
    write_all(c->fd, text, (size_t)len);
    close_connection(s, c);
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
    bool forget = begins(c->request, "DELETE /times ");
    if (forget || begins(c->request, "GET /times ")) {
        tell_times(s, c);
        if (forget)
            s->times = (struct times){0};
        return;
    }
    note_request(s, c->request);
    c->answer = choose_answer(s, c->request);
    if (s->latency)
        serve_one(s, c);
    else
        answer(s, c);
}

/* Sends what is due; returns the nanoseconds until the next is, or -1 when none waits. */
static int64_t answer_due(struct server *s)
{
    while (s->worked_on.first) {
        struct connection *c = s->worked_on.first;
        int64_t left = c->due - now(CLOCK_MONOTONIC);
        if (left > 0)
            return left;
        queue_remove(&s->worked_on, c);
        work_done(s);
        answer(s, c);
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

/* An answer with this status and body. */
static struct answer make_answer(const struct server *s, const char *status, const char *body)
{
    struct answer a = {0};
    int len = asprintf(&a.text,
                       "HTTP/1.1 %s\r\nContent-Type: application/json\r\n"
                       "Content-Length: %zu\r\n%s\r\n%s",
                       status, strlen(body), s->close ? "Connection: close\r\n" : "", body);
    if (len < 0)
        die("asprintf");
    a.len = (size_t)len;
    return a;
}

/* What a query for all extensions finds: the first `count` numbers of rows.awk. */
static struct answer make_list(const struct server *s, long count)
{
    char *body = NULL;
    size_t len = 0;
    FILE *to = open_memstream(&body, &len);
    if (!to)
        die("open_memstream");
    fputs("{\"status\":\"Success\",\"extinfos\":[", to);
    for (long i = 1; i <= count; i++)
        fprintf(to, "%s{\"extnumber\":\"%ld\"}", i == 1 ? "" : ",", 1000000 + i);
    fputs("]}", to);
    if (fclose(to) != 0)
        die("open_memstream");
    struct answer a = make_answer(s, "200 OK", body);
    free(body);
    return a;
}

static void usage(void)
{
    fputs("usage: sink LATENCY-MS [close] [extensions=N] [at-once=N [refuse]]\n"
          "Answers on a free port of loopback, which it prints. close: each connection after its\n"
          "answer. extensions: a query for all finds the numbers 1000001 to 1000000 + N.\n"
          "at-once: with a latency, so many requests are worked on at once; others wait, or are\n"
          "refused with a 503.\n",
          stderr);
    exit(2);
}

int main(int argc, char **argv)
{
    static struct server s;
    long extensions = 0;
    if (argc < 2)
        usage();
    s.latency = strtol(argv[1], NULL, 10) * 1000000;
    for (int i = 2; i < argc; i++) {
        if (strcmp(argv[i], "close") == 0)
            s.close = true;
        else if (begins(argv[i], "extensions="))
            extensions = strtol(argv[i] + strlen("extensions="), NULL, 10);
        else if (begins(argv[i], "at-once="))
            s.at_once = strtoul(argv[i] + strlen("at-once="), NULL, 10);
        else if (strcmp(argv[i], "refuse") == 0)
            s.refuses = true;
        else
            usage();
    }
    signal(SIGPIPE, SIG_IGN);
    s.well = make_answer(&s, "200 OK", WELL);
    s.token = make_answer(&s, "200 OK", TOKEN);
    s.none = make_answer(&s, "200 OK", NONE);
    s.busy = make_answer(&s, "503 Service Unavailable", "");
    s.all = make_list(&s, extensions);
    s.epoll = epoll_create1(EPOLL_CLOEXEC);
    if (s.epoll < 0)
        die("epoll_create1");
    printf("%d\n", listen_anywhere(&s));
    fflush(stdout);
    serve(&s);
}
