/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME http: calls over libcurl.
 *
 * libcurl sends a POST a second time by itself when a kept connection dies before the first byte
 * of an answer, and reports success. The pre-request hook runs once for each time that a request
 * is about to leave on a connection, so its second run for one call aborts that call: the caller
 * learns that the answer is missing, and decides. The hook's count also tells whether a failed
 * call ever left. */
#include "http.h"

#include <curl/curl.h>
#include <stdio.h>
#include <strings.h>
#include <time.h>

#include "clock.h"

#define WAIT_FDS_MOST    256
#define RETRY_AFTER_MOST (3600 * 1000) /* a PBX that asks for more is asked again after an hour */
#define READ_BUFFER      4096L         /* made and wiped for each call: answers are short */

struct call {
    struct call *next;  /* in the free list */
    struct call *older; /* in the list of all */
    CURL *easy;
    CURLU *url;
    char *url_text;
    unsigned settings; /* the http's settings that the handle was set up with */
    struct buf body;
    struct buf answer;
    struct http_taker taker; /* take is NULL: the answer gathers */
    size_t most, taken;      /* bytes of the answer */
    struct curl_slist *headers;
    char *content_type;
    uint64_t tag;
    int64_t began; /* clock_micro */
    int64_t slept; /* the http's when it began */
    int left;      /* how often a request left or was about to leave */
    bool too_long;
    char error[CURL_ERROR_SIZE];
};

struct http {
    CURLM *multi;
    struct call *all;
    struct call *idle;
    struct call *ended; /* its answer is lent to the caller */
    size_t in_flight;
    int64_t slept;     /* microseconds, in http_wait */
    unsigned settings; /* counts changes */
    int64_t connect_timeout, timeout;
    char *ca_file;
    char *proxy;
};

static int on_request(void *with, char *remote, char *local, int remote_port, int local_port)
{
    (void)remote;
    (void)local;
    (void)remote_port;
    (void)local_port;
    struct call *c = with;
    c->left++;
    return c->left == 1 ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

static size_t on_body(char *at, size_t size, size_t count, void *with)
{
    struct call *c = with;
    size_t len = size * count;
    c->too_long = len > c->most - c->taken;
    if (c->too_long)
        return 0;
    c->taken += len;
    if (c->taker.take)
        c->taker.take(c->taker.with, at, len);
    else
        buf_add(&c->answer, at, len);
    return len;
}

struct http *http_new(const struct http_settings *settings)
{
    /* requests and answers pass through buffers of libcurl's own */
    curl_global_init_mem(CURL_GLOBAL_DEFAULT, xmalloc, wiping_free, wiping_realloc, xstrdup,
                         xcalloc);
    struct http *h = xcalloc(1, sizeof *h);
    h->multi = curl_multi_init();
    if (!h->multi)
        abort();
    http_set(h, settings);
    return h;
}

void http_set(struct http *h, const struct http_settings *settings)
{
    free(h->ca_file);
    free(h->proxy);
    h->ca_file = xstrdup(settings->ca_file);
    h->proxy = xstrdup(settings->proxy);
    h->connect_timeout = settings->connect_timeout;
    h->timeout = settings->timeout;
    h->settings++;
    /* fewer than calls in flight would make libcurl drop connections that are about to be used */
    curl_multi_setopt(h->multi, CURLMOPT_MAXCONNECTS, (long)settings->most + 4);
}

/* It is aimed anew before it leaves. */
static void call_unaim(struct call *c)
{
    if (c->url_text)
        wipe(c->url_text, strlen(c->url_text));
    free(c->url_text);
    c->url_text = NULL;
}

static void call_free(struct call *c)
{
    curl_easy_cleanup(c->easy);
    curl_url_cleanup(c->url);
    curl_slist_free_all(c->headers);
    call_unaim(c);
    free(c->content_type);
    buf_wipe(&c->body);
    buf_wipe(&c->answer);
    free(c);
}

static void call_settings(struct http *h, struct call *c)
{
    curl_easy_setopt(c->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)h->connect_timeout);
    curl_easy_setopt(c->easy, CURLOPT_TIMEOUT_MS, (long)h->timeout);
    curl_easy_setopt(c->easy, CURLOPT_PROXY, h->proxy);
    curl_easy_setopt(c->easy, CURLOPT_NOPROXY, ""); /* whatever the environment says */
    /* libcurl trusts what is in the file and in the folder: a file of ours replaces both */
    const curl_version_info_data *system = curl_version_info(CURLVERSION_NOW);
    curl_easy_setopt(c->easy, CURLOPT_CAINFO, h->ca_file[0] ? h->ca_file : system->cainfo);
    curl_easy_setopt(c->easy, CURLOPT_CAPATH, h->ca_file[0] ? NULL : system->capath);
    c->settings = h->settings;
    call_unaim(c); /* a proxy wants another target */
}

static struct call *call_new(struct http *h)
{
    struct call *c = xcalloc(1, sizeof *c);
    c->older = h->all;
    h->all = c;
    c->easy = curl_easy_init();
    c->url = curl_url();
    if (!c->easy || !c->url)
        abort();
    curl_easy_setopt(c->easy, CURLOPT_PRIVATE, c);
    curl_easy_setopt(c->easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c->easy, CURLOPT_POST, 1L);
    curl_easy_setopt(c->easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(c->easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(c->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(c->easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2); /* RFC 8996 */
    curl_easy_setopt(c->easy, CURLOPT_BUFFERSIZE, READ_BUFFER);
    curl_easy_setopt(c->easy, CURLOPT_ERRORBUFFER, c->error);
    curl_easy_setopt(c->easy, CURLOPT_PREREQFUNCTION, on_request);
    curl_easy_setopt(c->easy, CURLOPT_PREREQDATA, c);
    curl_easy_setopt(c->easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(c->easy, CURLOPT_WRITEDATA, c);
    return c;
}

static struct call *call_take(struct http *h)
{
    struct call *c = h->idle;
    if (c)
        h->idle = c->next;
    else
        c = call_new(h);
    if (c->settings != h->settings)
        call_settings(h, c);
    return c;
}

/* libcurl writes a URL out anew for each call, which is most of what a call costs. So it is given
 * the root alone, and what comes after that as the request's target. A proxy wants to see all. */
static void call_target(const struct http *h, struct call *c)
{
    char *path = NULL;
    char *query = NULL;
    struct buf target = {0};
    curl_easy_setopt(c->easy, CURLOPT_REQUEST_TARGET, NULL);
    if (!h->proxy[0] && curl_url_get(c->url, CURLUPART_PATH, &path, 0) == CURLUE_OK) {
        buf_text(&target, path);
        if (curl_url_get(c->url, CURLUPART_QUERY, &query, 0) == CURLUE_OK)
            buf_format(&target, "?%s", query);
        curl_easy_setopt(c->easy, CURLOPT_REQUEST_TARGET, buf_get(&target));
        curl_url_set(c->url, CURLUPART_PATH, "/", 0);
        curl_url_set(c->url, CURLUPART_QUERY, NULL, 0);
    }
    buf_wipe(&target);
    curl_free(path);
    curl_free(query);
}

/* Parsing a URL takes longer than sending to it, so a call keeps its URL as long as it serves. */
static void call_aim(const struct http *h, struct call *c, const char *url)
{
    if (c->url_text && strcmp(c->url_text, url) == 0)
        return;
    call_unaim(c);
    c->url_text = xstrdup(url);
    /* emptied first: what cannot be parsed must not leave the old one, nor be taken as relative */
    curl_url_set(c->url, CURLUPART_URL, NULL, 0);
    curl_url_set(c->url, CURLUPART_URL, url, 0);
    call_target(h, c);
    curl_easy_setopt(c->easy, CURLOPT_CURLU, c->url);
}

static void call_content(struct call *c, const char *content_type)
{
    if (c->content_type && strcmp(c->content_type, content_type) == 0)
        return;
    free(c->content_type);
    curl_slist_free_all(c->headers);
    c->content_type = xstrdup(content_type);
    char line[128];
    snprintf(line, sizeof line, "Content-Type: %s", content_type);
    c->headers = curl_slist_append(NULL, line);
    c->headers = curl_slist_append(c->headers, "Expect:"); /* no waiting for 100 Continue */
    c->headers = curl_slist_append(c->headers, "User-Agent: extspoold/" VERSION);
    if (!c->headers)
        abort();
    curl_easy_setopt(c->easy, CURLOPT_HTTPHEADER, c->headers);
}

void http_post(struct http *h, const char *url, const char *content_type, struct buf *body,
               size_t most, const struct http_taker *taker, uint64_t tag)
{
    struct call *c = call_take(h);
    call_aim(h, c, url);
    call_content(c, content_type);
    c->body = *body;
    *body = (struct buf){0};
    c->tag = tag;
    c->began = clock_micro();
    c->slept = h->slept;
    c->left = 0;
    c->too_long = false;
    c->error[0] = '\0';
    buf_reset(&c->answer);
    c->taker = taker ? *taker : (struct http_taker){0};
    c->most = most;
    c->taken = 0;
    curl_easy_setopt(c->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)c->body.len);
    curl_easy_setopt(c->easy, CURLOPT_POSTFIELDS, buf_get(&c->body));
    curl_multi_add_handle(h->multi, c->easy);
    h->in_flight++;
}

size_t http_in_flight(const struct http *h)
{
    return h->in_flight;
}

/* Gives the call whose answer was lent back to the pool. */
static void ended_release(struct http *h)
{
    struct call *c = h->ended;
    if (!c)
        return;
    if (c->answer.room > 2 * HTTP_ANSWER_MOST) {
        buf_wipe(&c->answer); /* memory for the rare long one is given back */
    } else {
        wipe(c->answer.at, c->answer.len);
        buf_reset(&c->answer);
    }
    c->next = h->idle;
    h->idle = c;
    h->ended = NULL;
}

/* What Retry-After asks for, in milliseconds; 0 when it asks for nothing, or for the past. */
static int64_t call_pause(struct call *c)
{
    curl_off_t seconds = 0;
    curl_easy_getinfo(c->easy, CURLINFO_RETRY_AFTER, &seconds);
    if (seconds < 0)
        return 0;
    return seconds > RETRY_AFTER_MOST / 1000 ? RETRY_AFTER_MOST : seconds * 1000;
}

static enum http_class class_of(const struct call *c, CURLcode code, int status)
{
    if (code == CURLE_OPERATION_TIMEDOUT)
        return HTTP_TIMEOUT;
    if (code == CURLE_COULDNT_CONNECT)
        return HTTP_REFUSED;
    if (code != CURLE_OK)
        return c->left ? HTTP_BROKEN : HTTP_UNREACHABLE;
    return status >= 200 && status < 600 ? HTTP_2XX + (unsigned)(status / 100 - 2) : HTTP_BROKEN;
}

/* libcurl says of a connection that failed after how many milliseconds: another text each time, by
 * which whoever compares it with the last one would tell the same again and again. */
static void text_steady(char *text)
{
    char *at = strstr(text, " after ");
    if (!at)
        return;
    char *end = at + strlen(" after ");
    size_t digits = strspn(end, "0123456789");
    if (digits && strncmp(end + digits, " ms", 3) == 0)
        memmove(at, end + digits + 3, strlen(end + digits + 3) + 1);
}

static void answer_fill(struct call *c, CURLcode code, struct http_answer *ret)
{
    *ret = (struct http_answer){.tag = c->tag, .body = buf_get(&c->answer), .len = c->answer.len};
    long status = 0;
    curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &status);
    ret->status = (int)status;
    ret->class = class_of(c, code, ret->status);
    ret->retry_after = call_pause(c);
    if (code == CURLE_OK) {
        ret->end = HTTP_ANSWERED;
        return;
    }
    ret->end = c->left == 0 ? HTTP_NOT_SENT : HTTP_CUT;
    const char *text = c->error[0] ? c->error : curl_easy_strerror(code);
    if (code == CURLE_OPERATION_TIMEDOUT) /* libcurl's text has another number each time */
        text = c->left ? "no answer came in time" : "no connection was made in time";
    ret->too_long = c->too_long;
    if (c->too_long)
        text = "the answer is longer than any real one";
    if (c->left > 1)
        text = "the connection was closed before an answer came";
    snprintf(ret->text, sizeof ret->text, "%.150s", text);
    text_steady(ret->text);
}

bool http_next(struct http *h, struct http_answer *ret)
{
    ended_release(h);
    int running = 0;
    int queued = 0;
    CURLMsg *message = curl_multi_info_read(h->multi, &queued);
    if (!message) {
        curl_multi_perform(h->multi, &running);
        message = curl_multi_info_read(h->multi, &queued);
    }
    if (!message)
        return false;

    assert(message->msg == CURLMSG_DONE);
    CURLcode code = message->data.result;
    char *private = NULL;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private);
    struct call *c = (struct call *)(void *)private;
    answer_fill(c, code, ret);
    ret->took = clock_micro() - c->began;
    ret->slept = h->slept - c->slept;
    curl_multi_remove_handle(h->multi, c->easy);
    buf_wipe(&c->body);
    h->in_flight--;
    h->ended = c;
    return true;
}

void http_wait(struct http *h, struct http_fd *fds, size_t count, int64_t timeout)
{
    struct curl_waitfd wait[WAIT_FDS_MOST] = {0};
    assert(count <= WAIT_FDS_MOST);
    for (size_t i = 0; i < count; i++) {
        wait[i].fd = fds[i].fd;
        wait[i].events = fds[i].write ? CURL_WAIT_POLLOUT : CURL_WAIT_POLLIN;
    }
    if (timeout > INT32_MAX)
        timeout = INT32_MAX;
    int64_t began = clock_micro();
    curl_multi_poll(h->multi, wait, (unsigned)count, (int)(timeout < 0 ? 0 : timeout), NULL);
    h->slept += clock_micro() - began;
    for (size_t i = 0; i < count; i++)
        fds[i].ready = wait[i].revents != 0;
}

struct http *http_free(struct http *h)
{
    if (!h)
        return NULL;
    ended_release(h);
    for (struct call *c = h->all; c;) {
        struct call *older = c->older;
        curl_multi_remove_handle(h->multi, c->easy);
        call_free(c);
        c = older;
    }
    curl_multi_cleanup(h->multi);
    free(h->ca_file);
    free(h->proxy);
    free(h);
    curl_global_cleanup();
    return NULL;
}

/* ---- a look ---- */

/* curl tells of each certificate in lines NAME:VALUE. */
static int64_t expiry_of(CURL *easy)
{
    static const char name[] = "Expire Date:";
    struct curl_certinfo *chain = NULL;
    int64_t first = 0;
    if (curl_easy_getinfo(easy, CURLINFO_CERTINFO, &chain) != CURLE_OK || !chain)
        return 0;
    for (int i = 0; i < chain->num_of_certs; i++)
        for (const struct curl_slist *line = chain->certinfo[i]; line; line = line->next) {
            if (strncasecmp(line->data, name, sizeof name - 1) != 0)
                continue;
            struct tm at = {0};
            bool read = strptime(line->data + sizeof name - 1, "%Y-%m-%d %H:%M:%S GMT", &at);
            int64_t expires = read ? (int64_t)timegm(&at) * 1000 : 0;
            if (expires > 0 && (!first || expires < first))
                first = expires;
        }
    return first;
}

static int64_t date_of(CURL *easy)
{
    struct curl_header *header = NULL;
    if (curl_easy_header(easy, "Date", 0, CURLH_HEADER, -1, &header) != CURLHE_OK)
        return 0;
    time_t date = curl_getdate(header->value, NULL);
    return date > 0 ? (int64_t)date * 1000 : 0;
}

static enum http_look_end look_end(CURLcode code)
{
    switch (code) {
    case CURLE_OK:
        return HTTP_LOOK_ANSWERED;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
        return HTTP_LOOK_NO_HOST;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
        return HTTP_LOOK_UNTRUSTED;
    default:
        return HTTP_LOOK_NO_WAY;
    }
}

void http_look(const struct http_settings *settings, const char *url, bool trusting,
               struct http_look *ret)
{
    char error[CURL_ERROR_SIZE] = "";
    long status = 0;
    struct http *h = http_new(settings);
    struct call *c = call_take(h);
    CURL *easy = c->easy;
    *ret = (struct http_look){0};
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error);
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, NULL);
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    curl_easy_setopt(easy, CURLOPT_CERTINFO, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, trusting ? 0L : 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, trusting ? 1L : 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, trusting ? 2L : 0L);
    CURLcode code = curl_easy_perform(easy);
    ret->end = look_end(code);
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    ret->status = (int)status;
    ret->date = date_of(easy);
    ret->expires = expiry_of(easy);
    if (code != CURLE_OK)
        snprintf(ret->text, sizeof ret->text, "%.*s", (int)sizeof ret->text - 1,
                 error[0] ? error : curl_easy_strerror(code));
    http_free(h);
}
