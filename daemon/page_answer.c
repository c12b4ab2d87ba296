/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests to the status page, and what is answered (libmicrohttpd).
 *
 * A request that has to wait, for what the loop tells or as a penalty for a wrong token, is
 * suspended meanwhile; so is a stream of events that has nothing to tell. */
#include <fcntl.h>
#include <stdio.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "page_own.h"

#define ANSWER_TIME  300000 /* ms for all of an answer */
#define EVENT_TIME   60000  /* ms for all of an event */
#define WAIT_TIME    5000   /* ms that a request waits for the loop */
#define PENALTY_TIME 1000   /* ms, for a wrong token */
#define BEAT_EVERY   15000
#define STREAM_PIECE 4096
#define STREAM_BEGIN "retry: 2000\n\n"
#define STREAM_BEAT  ":\n\n"

static const char page_policy[] =
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/* It is one file with a style in it, and has a stricter policy of its own that names it. */
static const char report_policy[] =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; sandbox";

/* ---- answers ---- */

static const struct {
    const char *name, *value;
} headers[] = {
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"Cache-Control", "no-store"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
};

/* Takes the response over; NULL cuts the connection. */
static enum MHD_Result send_off(struct request *r, unsigned status, const char *type,
                                const char *policy, struct MHD_Response *response)
{
    if (!response)
        return MHD_NO;
    for (size_t i = 0; i < COUNT_OF(headers); i++)
        MHD_add_response_header(response, headers[i].name, headers[i].value);
    MHD_add_response_header(response, "Content-Security-Policy", policy);
    MHD_add_response_header(response, "Content-Type", type);
    if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
        MHD_add_response_header(response, "Allow", "GET, HEAD");
    if (status == MHD_HTTP_CONTENT_TOO_LARGE) /* what follows may be read as a body or a request */
        MHD_add_response_header(response, "Connection", "close");
    if (status == MHD_HTTP_UNAUTHORIZED)
        MHD_add_response_header(response, "WWW-Authenticate",
                                "Basic realm=\"extspoold\", charset=\"UTF-8\"");
    enum MHD_Result good = MHD_queue_response(r->conn->mhd, status, response);
    MHD_destroy_response(response);
    return good;
}

static enum MHD_Result send_bytes(struct request *r, unsigned status, const char *type,
                                  const char *bytes, size_t len)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(len, (void *)(uintptr_t)bytes, MHD_RESPMEM_MUST_COPY);
    return send_off(r, status, type, page_policy, response);
}

static enum MHD_Result send_text(struct request *r, unsigned status, const char *text)
{
    return send_bytes(r, status, "text/plain; charset=utf-8", text, strlen(text));
}

/* A line for whoever looks at it in a browser. */
static enum MHD_Result send_line(struct request *r, unsigned status, const char *english)
{
    ON_LEAVE(buf_free) struct buf line = {0};
    buf_text(&line, text_in(r->conn->serve->settings.language, english));
    buf_char(&line, '\n');
    return send_text(r, status, buf_get(&line));
}

/* ---- streams of events ---- */

static void suspend(struct request *r)
{
    r->suspended = true;
    MHD_suspend_connection(r->conn->mhd);
}

void request_resume(struct request *r)
{
    r->suspended = false;
    MHD_resume_connection(r->conn->mhd);
}

static bool stream_is_due(const struct serve *s, const struct request *r)
{
    return r->over || s->now >= r->beat || (s->known.event && s->known.event != r->event);
}

/* What comes next; false: nothing for now. */
static bool stream_next(struct serve *s, struct request *r)
{
    if (!stream_is_due(s, r))
        return false;
    if (s->known.event && s->known.event != r->event) {
        told_release(&r->event);
        r->event = told_hold(s->known.event);
        r->at = r->event->text.at;
        r->left = r->event->text.len;
    } else {
        r->at = STREAM_BEAT;
        r->left = strlen(STREAM_BEAT);
    }
    r->beat = s->now + BEAT_EVERY;
    r->conn->end = s->now + EVENT_TIME;
    return true;
}

static ssize_t stream_read(void *with, uint64_t at, char *to, size_t room)
{
    struct request *r = with;
    (void)at;
    if (r->over)
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (!r->left && !stream_next(r->conn->serve, r)) {
        r->conn->end = CLOCK_NEVER;
        suspend(r);
        return 0;
    }
    size_t len = r->left < room ? r->left : room;
    memcpy(to, r->at, len);
    r->at += len;
    r->left -= len;
    return (ssize_t)len;
}

static enum MHD_Result answer_events(struct serve *s, struct request *r, bool head)
{
    static const char type[] = "text/event-stream";
    if (s->streams >= STREAMS)
        return send_text(r, MHD_HTTP_SERVICE_UNAVAILABLE, "too many look on\n");
    if (head)
        return send_bytes(r, MHD_HTTP_OK, type, "", 0);
    r->stream = true;
    r->at = STREAM_BEGIN;
    r->left = strlen(STREAM_BEGIN);
    r->beat = s->now + BEAT_EVERY;
    if (!s->streams++) /* the last one may have been made long ago */
        told_release(&s->known.event);
    known_want(&s->known, KIND_STATUS);
    return send_off(
        r, MHD_HTTP_OK, type, page_policy,
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_PIECE, stream_read, r, NULL));
}

/* ---- the other routes ---- */

/* A report is never changed once it has its name. */
static enum MHD_Result answer_report(struct serve *s, struct request *r)
{
    static const char gone[] = "There is no such report (any more).";
    struct stat st;
    ON_LEAVE(close_fd) int folder = open(s->settings.reports, O_PATH | O_DIRECTORY | O_CLOEXEC);
    ON_LEAVE(close_fd)
    int fd =
        folder < 0 ? -1 : openat(folder, r->report, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_nlink != 1)
        return send_line(r, MHD_HTTP_NOT_FOUND, gone);
    struct MHD_Response *response = MHD_create_response_from_fd64((uint64_t)st.st_size, fd);
    if (response)
        fd = -1; /* taken over */
    return send_off(r, MHD_HTTP_OK, "text/html; charset=utf-8", report_policy, response);
}

static enum MHD_Result answer_late(struct request *r, int64_t late)
{
    char text[80];
    snprintf(text, sizeof text, "the daemon has not answered for %lld seconds\n",
             (long long)(late ? late : WAIT_TIME / 1000));
    return send_text(r, MHD_HTTP_SERVICE_UNAVAILABLE, text);
}

static enum MHD_Result answer_page(struct serve *s, struct request *r)
{
    const struct buf *document = known_document(&s->known, s->settings.language, s->now);
    unsigned status = s->known.status ? MHD_HTTP_OK : MHD_HTTP_SERVICE_UNAVAILABLE;
    return send_bytes(r, status, "text/html; charset=utf-8", document->at, document->len);
}

static enum MHD_Result answer_ready(struct serve *s, struct request *r)
{
    char text[sizeof s->known.waiting + 1];
    snprintf(text, sizeof text, "%s\n", r->known ? s->known.waiting : "not ready");
    return s->known.waiting[0] ? send_text(r, MHD_HTTP_SERVICE_UNAVAILABLE, text)
                               : send_text(r, MHD_HTTP_OK, "ready\n");
}

static enum MHD_Result answer_metrics(struct serve *s, struct request *r)
{
    const char *text = r->open ? s->known.open_metrics : s->known.metrics;
    const char *type = r->open ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                               : "text/plain; version=0.0.4; charset=utf-8";
    return send_bytes(r, MHD_HTTP_OK, type, text, strlen(text));
}

/* What must be known for an answer; KINDS: nothing. */
static enum kind kind_of(const struct request *r)
{
    switch (r->route) {
    case ROUTE_PAGE:
        return KIND_STATUS;
    case ROUTE_METRICS:
        return r->open ? KIND_OPEN : KIND_METRICS;
    case ROUTE_HEALTH:
    case ROUTE_READY:
        return KIND_TURN;
    case ROUTE_NONE:
    case ROUTE_EVENTS:
    case ROUTE_CSS:
    case ROUTE_JS:
    case ROUTE_ICON:
    case ROUTE_REPORT:
        break;
    }
    return KINDS;
}

/* Once there is all that there will be. */
static enum MHD_Result answer(struct serve *s, struct request *r, bool head)
{
    enum kind kind = kind_of(r);
    if (kind < KINDS && r->route != ROUTE_PAGE && !known_is_fresh(&s->known, kind, r->since))
        return answer_late(r, known_late(&s->known, s->now));
    switch (r->route) {
    case ROUTE_PAGE:
        return answer_page(s, r);
    case ROUTE_EVENTS:
        return answer_events(s, r, head);
    case ROUTE_CSS:
        return send_bytes(r, MHD_HTTP_OK, "text/css; charset=utf-8", buf_get(&s->css), s->css.len);
    case ROUTE_JS:
        return send_bytes(r, MHD_HTTP_OK, "text/javascript; charset=utf-8", buf_get(&s->js),
                          s->js.len);
    case ROUTE_ICON:
        return send_bytes(r, MHD_HTTP_OK, "image/svg+xml", buf_get(&s->icon), s->icon.len);
    case ROUTE_REPORT:
        return answer_report(s, r);
    case ROUTE_HEALTH:
        return send_text(r, MHD_HTTP_OK, "ok\n");
    case ROUTE_READY:
        return answer_ready(s, r);
    case ROUTE_METRICS:
        return answer_metrics(s, r);
    case ROUTE_NONE:
        break;
    }
    return send_line(r, MHD_HTTP_NOT_FOUND, "There is no such page.");
}

/* Whether it can be answered now. */
static bool is_settled(struct serve *s, const struct request *r)
{
    enum kind kind = kind_of(r);
    if (r->penalty)
        return s->now >= r->until;
    return kind == KINDS || s->now >= r->until || known_late(&s->known, s->now) ||
           known_is_fresh(&s->known, kind, r->since);
}

bool request_is_due(struct serve *s, const struct request *r)
{
    return r->stream ? stream_is_due(s, r) : is_settled(s, r);
}

/* ---- who may ---- */

static const char *header(const struct request *r, const char *name)
{
    return MHD_lookup_connection_value(r->conn->mhd, MHD_HEADER_KIND, name);
}

enum access { ACCESS_GOOD, ACCESS_NONE, ACCESS_BAD };

static enum access access_of(const struct token *token, struct request *r)
{
    static const char bearer[] = "Bearer ";
    const char *given = header(r, "Authorization");
    if (!token->set)
        return ACCESS_GOOD;
    if (!given)
        return ACCESS_NONE;
    if (strncasecmp(given, bearer, sizeof bearer - 1) == 0) {
        given += sizeof bearer - 1;
        return token_fits(token, given + strspn(given, " ")) ? ACCESS_GOOD : ACCESS_BAD;
    }
    char *password = NULL;
    char *user = MHD_basic_auth_get_username_password(r->conn->mhd, &password);
    enum access access = password && token_fits(token, password) ? ACCESS_GOOD : ACCESS_BAD;
    if (password)
        wipe(password, strlen(password));
    MHD_free(password);
    MHD_free(user);
    return access;
}

/* One header among all, of which some may be there more than once. */
static enum MHD_Result body_find(void *with, enum MHD_ValueKind kind, const char *name,
                                 const char *value)
{
    bool *found = with;
    (void)kind;
    if (strcasecmp(name, "Transfer-Encoding") == 0 ||
        (strcasecmp(name, "Content-Length") == 0 && (!value || strcmp(value, "0") != 0)))
        *found = true;
    return *found ? MHD_NO : MHD_YES;
}

static bool has_body(const struct request *r)
{
    bool found = false;
    MHD_get_connection_values(r->conn->mhd, MHD_HEADER_KIND, body_find, &found);
    return found;
}

/* A page of elsewhere could have a name of its own lead to this machine. Where a token is asked for
 * that gains it nothing, and where there is no Host no browser asks. */
static bool is_misdirected(const struct serve *s, const struct request *r)
{
    const char *host = header(r, "Host");
    return s->tcp && !s->settings.token.set && host && !route_host_is_local(host);
}

/* A request whose head is there: whatever it needs is asked for. The status with which it is
 * refused, and the text, or 0. */
static unsigned consider(struct serve *s, struct request *r, const char *path,
                         const char **ret_text)
{
    r->path = xstrdup(path);
    r->route = route_of(r->path, &r->report);
    r->open = r->route == ROUTE_METRICS && route_wants_open(header(r, "Accept"));
    if (is_misdirected(s, r)) {
        *ret_text = "This is not the name of this server.";
        return MHD_HTTP_MISDIRECTED_REQUEST;
    }
    enum access access = access_of(&s->settings.token, r);
    r->known = access == ACCESS_GOOD;
    if (!r->known && !route_is_open(r->route)) {
        *ret_text = "The password of this page is needed.";
        if (access == ACCESS_NONE)
            return MHD_HTTP_UNAUTHORIZED;
        r->penalty = true;
        r->until = s->now + PENALTY_TIME;
    } else if (kind_of(r) < KINDS && !known_is_fresh(&s->known, kind_of(r), r->since)) {
        known_want(&s->known, kind_of(r));
    }
    return 0;
}

static struct request *request_new(struct conn *c)
{
    struct request *r = xcalloc(1, sizeof *r);
    r->conn = c;
    r->since = c->serve->now;
    r->until = r->since + WAIT_TIME;
    c->request = r;
    c->end = r->since + ANSWER_TIME;
    return r;
}

/* Called first when the head is there; then with the body, of which there is none; and again
 * whenever it was suspended. */
enum MHD_Result request_handle(void *with, struct MHD_Connection *mhd, const char *path,
                               const char *method, const char *version, const char *body,
                               size_t *body_len, void **state)
{
    struct serve *s = with;
    struct request *r = *state;
    (void)version;
    (void)body;
    if (!r) {
        struct conn *c =
            MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
        s->now = clock_mono();
        *state = r = request_new(c);
        if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
            return send_text(r, MHD_HTTP_METHOD_NOT_ALLOWED, "this page can only be read\n");
        return has_body(r) ? send_text(r, MHD_HTTP_CONTENT_TOO_LARGE, "no body is taken\n")
                           : MHD_YES;
    }
    if (*body_len)
        return MHD_NO;
    const char *refusal = NULL;
    unsigned refused = r->path ? 0 : consider(s, r, path, &refusal);
    if (refused)
        return send_line(r, refused, refusal);
    if (!is_settled(s, r)) {
        suspend(r);
        return MHD_YES;
    }
    if (r->penalty)
        return send_line(r, MHD_HTTP_UNAUTHORIZED, "This is not the password of this page.");
    return answer(s, r, strcmp(method, "HEAD") == 0);
}

void request_completed(void *with, struct MHD_Connection *mhd, void **state,
                       enum MHD_RequestTerminationCode why)
{
    struct serve *s = with;
    struct request *r = *state;
    (void)mhd;
    (void)why;
    if (!r)
        return;
    s->streams -= r->stream;
    r->conn->request = NULL;
    r->conn->end = s->now + HEAD_TIME;
    told_release(&r->event);
    free(r->path);
    free(r);
    *state = NULL;
}
