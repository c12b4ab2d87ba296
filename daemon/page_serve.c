/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connections to the status page (libmicrohttpd).
 *
 * The library runs in our thread (MHD_run), so that one poll() sleeps for everything and nothing
 * here needs a lock. Its own time-out begins anew with each byte, so each connection has an end of
 * ours beside it. */
#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "clock.h"
#include "page_html.h"
#include "page_own.h"

#define CONNECTIONS  64 /* on all sockets together */
#define FROM_ONE     32 /* of one address: fewer, so that nobody takes all, and more than STREAMS */
#define HEAD_BYTES   16384
#define IDLE_SECONDS 10
#define PEER_TIME    30000u /* ms after which one that acknowledges nothing is gone */

/* ---- connections ---- */

static void conn_open(struct serve *s, struct MHD_Connection *mhd, void **place)
{
    const unsigned peer_time = PEER_TIME;
    struct conn *c = xcalloc(1, sizeof *c);
    c->serve = s;
    c->mhd = mhd;
    c->fd = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    c->end = clock_mono() + HEAD_TIME;
    c->next = s->conns;
    if (c->next)
        c->next->before = c;
    s->conns = c;
    setsockopt(c->fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &peer_time, sizeof peer_time);
    *place = c;
}

static void conn_close(struct serve *s, struct conn *c)
{
    if (c->before)
        c->before->next = c->next;
    else
        s->conns = c->next;
    if (c->next)
        c->next->before = c->before;
    free(c);
}

static void connected(void *with, struct MHD_Connection *mhd, void **place,
                      enum MHD_ConnectionNotificationCode what)
{
    if (what == MHD_CONNECTION_NOTIFY_STARTED)
        conn_open(with, mhd, place);
    else if (*place)
        conn_close(with, *place);
}

/* ---- the whole ---- */

/* What has a NUL in it would be taken for what stands before that: it is nothing at all. */
static size_t unescape(void *with, struct MHD_Connection *mhd, char *text)
{
    size_t len = MHD_http_unescape(text);
    (void)with;
    (void)mhd;
    if (strlen(text) != len)
        text[len = 0] = '\0';
    return len;
}

static bool daemon_open(struct serve *s, int fd, unsigned most, struct fault *f)
{
    struct MHD_Daemon *d = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, request_handle, s,
        MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT, most,
        MHD_OPTION_PER_IP_CONNECTION_LIMIT, (unsigned)FROM_ONE, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)HEAD_BYTES, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS,
        MHD_OPTION_NOTIFY_COMPLETED, request_completed, s, MHD_OPTION_NOTIFY_CONNECTION, connected,
        s, MHD_OPTION_UNESCAPE_CALLBACK, unescape, NULL, MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
    if (!d)
        return fault_set(f, FAULT_IO, errno, "start the HTTP server");
    s->daemons[s->count++] = d;
    s->tcp = s->tcp || listen_is_tcp(fd);
    return true;
}

static void settings_take(struct settings *to, const struct settings *from)
{
    free(to->reports);
    *to = *from;
    to->reports = xstrdup(from->reports);
}

bool serve_open(int *fds, size_t count, const struct settings *settings, struct serve **ret,
                struct fault *f)
{
    struct serve *s = xcalloc(1, sizeof *s);
    s->now = clock_mono();
    known_begin(&s->known);
    settings_take(&s->settings, settings);
    page_html_css(&s->css);
    page_html_js(&s->js);
    page_html_icon(&s->icon);
    for (size_t i = 0; i < count; i++) {
        if (!daemon_open(s, fds[i], (unsigned)(CONNECTIONS / count), f)) {
            serve_close(s);
            return false;
        }
        fds[i] = -1;
    }
    *ret = s;
    return true;
}

/* The library wants nothing suspended when it ends. */
struct serve *serve_close(struct serve *s)
{
    if (!s)
        return NULL;
    for (struct conn *c = s->conns; c; c = c->next)
        if (c->request && c->request->suspended)
            request_resume(c->request);
    for (size_t i = 0; i < s->count; i++)
        MHD_stop_daemon(s->daemons[i]);
    assert(!s->conns);
    known_end(&s->known);
    free(s->settings.reports);
    wipe(&s->settings, sizeof s->settings);
    buf_free(&s->css);
    buf_free(&s->js);
    buf_free(&s->icon);
    free(s);
    return NULL;
}

void serve_given(struct serve *s, struct page_given *given)
{
    s->now = clock_mono();
    known_take(&s->known, given, s->now);
    if (s->streams && given->status)
        known_event(&s->known, s->settings.language, s->now);
}

void serve_set(struct serve *s, const struct settings *settings, bool other_token)
{
    settings_take(&s->settings, settings);
    known_restyle(&s->known);
    for (struct conn *c = s->conns; c; c = c->next)
        if (c->request && c->request->stream && other_token)
            c->request->over = true;
}

/* Whoever waits and need not wait any more goes on; whoever takes too long is cut off. */
static void move_on(struct serve *s)
{
    for (struct conn *c = s->conns; c; c = c->next) {
        struct request *r = c->request;
        if (r && r->suspended) {
            if (request_is_due(s, r))
                request_resume(r);
        } else if (s->now >= c->end) {
            shutdown(c->fd, SHUT_RDWR);
        }
    }
}

unsigned serve_turn(struct serve *s)
{
    s->now = clock_mono();
    if (s->streams && known_late(&s->known, s->now) != s->known.late)
        known_event(&s->known, s->settings.language, s->now);
    if (s->streams && !known_is_fresh(&s->known, KIND_STATUS, s->now + 1))
        known_want(&s->known, KIND_STATUS);
    move_on(s);
    for (size_t i = 0; i < s->count; i++)
        MHD_run(s->daemons[i]);
    return known_ask(&s->known, s->now);
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t due_of(const struct conn *c)
{
    const struct request *r = c->request;
    if (!r || !r->suspended)
        return c->end;
    return r->stream ? r->beat : r->until;
}

size_t serve_fds(struct serve *s, struct pollfd *to, size_t room, int *ret_timeout)
{
    size_t count = 0;
    int64_t due = known_due(&s->known, s->streams > 0, s->now);
    assert(room >= PAGE_SOCKETS + STREAMS);
    for (size_t i = 0; i < s->count; i++) {
        MHD_UNSIGNED_LONG_LONG left = 0;
        int epoll = MHD_get_daemon_info(s->daemons[i], MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
        if (MHD_get_timeout(s->daemons[i], &left) == MHD_YES)
            due = earlier(due, s->now + (int64_t)left);
        to[count++] = (struct pollfd){.fd = epoll, .events = POLLIN};
    }
    for (struct conn *c = s->conns; c; c = c->next) {
        due = earlier(due, due_of(c));
        if (c->request && c->request->stream && c->request->suspended)
            to[count++] = (struct pollfd){.fd = c->fd, .events = POLLRDHUP};
    }
    int64_t left = due == CLOCK_NEVER ? -1 : due - clock_mono();
    *ret_timeout = due == CLOCK_NEVER ? -1 : (int)(left < 0 ? 0 : earlier(left, INT_MAX));
    return count;
}

/* The library does not look at a connection that is suspended. */
void serve_hung(struct serve *s, const struct pollfd *fds, size_t count)
{
    for (size_t i = s->count; i < count; i++)
        for (struct conn *c = s->conns; c && fds[i].revents; c = c->next)
            if (c->fd == fds[i].fd && c->request && c->request->suspended)
                c->request->over = true;
}
