/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "http_server.h"

#include <sys/eventfd.h>

#include "clock.h"
#include "http.h"

#define PATIENCE 30 /* seconds after which a call is taken never to end */
#define SECRET   "token=813b621cfe8eecf445a2ce1f4a079ffe"

static struct server *server;
static struct http *http;
static struct http_settings settings;
static char base[64];

static int world_make(void **state)
{
    (void)state;
    alarm(PATIENCE);
    server = server_start();
    settings = (struct http_settings){
        .connect_timeout = 10000, .timeout = 20000, .ca_file = "", .proxy = "", .most = 8};
    http = http_new(&settings);
    snprintf(base, sizeof base, "http://127.0.0.1:%d", server->port);
    return 0;
}

static int world_remove(void **state)
{
    (void)state;
    http = http_free(http);
    server = server_stop(server);
    alarm(0);
    return 0;
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, world_make, world_remove)

static void post_to(const char *at, const char *text, uint64_t tag)
{
    char url[256];
    struct buf body = {0};
    snprintf(url, sizeof url, "%s/api/add?" SECRET "&type=json", at);
    buf_text(&body, text);
    http_post(http, url, "application/json; charset=utf-8", &body, HTTP_ANSWER_MOST, NULL, tag);
    assert_null(body.at);
}

static void post(const char *text, uint64_t tag)
{
    post_to(base, text, tag);
}

/* The next call that ends; its body is good until the next one. */
static struct http_answer answer(void)
{
    struct http_answer a;
    while (!http_next(http, &a))
        http_wait(http, NULL, 0, 1000);
    assert_false(strstr(a.text, "813b621c") || strstr(a.text, " ms")); /* no secret, no time */
    assert_int_equal(a.text[0] == '\0', a.end == HTTP_ANSWERED);
    return a;
}

static struct http_answer call(const char *text)
{
    post(text, 7);
    struct http_answer a = answer();
    assert_int_equal(a.tag, 7);
    assert_int_equal(http_in_flight(http), 0);
    return a;
}

static void assert_answered(const struct http_answer *a, int status, const char *body)
{
    assert_int_equal(a->end, HTTP_ANSWERED);
    assert_int_equal(a->status, status);
    assert_int_equal(a->len, strlen(body));
    assert_memory_equal(a->body, body, a->len + 1);
}

/* ---- a plain call ---- */

static void a_call_is_one_post(void **state)
{
    (void)state;
    SCRIPT(server, {.status = 200, .body = "{\"status\":\"Success\"}"});
    struct http_answer a = call("{\"number\":\"2002\"}");
    assert_answered(&a, 200, "{\"status\":\"Success\"}");
    assert_int_equal(a.retry_after, 0);
    assert_int_equal(server_count(server, ""), 1);
    struct server_request r = server_request(server, 0);
    assert_string_equal(r.body, "{\"number\":\"2002\"}");
    assert_non_null(strstr(r.head, "POST /api/add?" SECRET "&type=json HTTP/1.1\r\n"));
    assert_non_null(strstr(r.head, "\r\nContent-Type: application/json; charset=utf-8\r\n"));
    assert_non_null(strstr(r.head, "\r\nContent-Length: 17\r\n"));
    assert_non_null(strstr(r.head, "\r\nUser-Agent: extspoold/"));
    assert_null(strcasestr(r.head, "\r\nExpect:"));
    assert_null(strcasestr(r.head, "form-urlencoded"));
}

static void bodies_arrive_as_they_are(void **state)
{
    (void)state;
    static const size_t lens[] = {0, 1, 255, 1023, 1025, 16384, 65535, 65536};
    SCRIPT(server, {.status = 200});
    for (size_t i = 0; i < COUNT_OF(lens); i++) {
        struct buf body = {0};
        for (size_t k = 0; k < lens[i]; k++)
            buf_char(&body, (char)(k * 31 + k / 256));
        char *copy = xmalloc(lens[i] + 1);
        memcpy(copy, buf_get(&body), lens[i]);
        char url[128];
        snprintf(url, sizeof url, "%s/x", base);
        http_post(http, url, "application/xml; charset=utf-8", &body, HTTP_ANSWER_MOST, NULL, i);
        struct http_answer a = answer();
        assert_answered(&a, 200, "");
        struct server_request r = server_request(server, i);
        assert_int_equal(r.len, lens[i]);
        assert_memory_equal(r.body, copy, lens[i]);
        assert_non_null(strstr(r.head, "\r\nContent-Type: application/xml; charset=utf-8\r\n"));
        assert_null(strcasestr(r.head, "\r\nExpect:"));
        free(copy);
    }
    assert_int_equal(server_links(server), 1);
}

static void other_statuses_are_answers_too(void **state)
{
    (void)state;
    static const int statuses[] = {201, 400, 401, 403, 404, 408, 417, 421, 429, 500, 501, 503};
    for (size_t i = 0; i < COUNT_OF(statuses); i++) {
        SCRIPT(server, {.status = statuses[i], .body = "words"});
        struct http_answer a = call("x");
        assert_answered(&a, statuses[i], "words");
    }
    assert_int_equal(server_count(server, ""), COUNT_OF(statuses));
}

static void a_redirect_is_not_followed(void **state)
{
    (void)state;
    static const int statuses[] = {301, 302, 303, 307, 308};
    for (size_t i = 0; i < COUNT_OF(statuses); i++) {
        SCRIPT(server, {.status = statuses[i], .headers = "Location: /elsewhere\r\n"});
        struct http_answer a = call("x");
        assert_answered(&a, statuses[i], "");
    }
    assert_int_equal(server_count(server, ""), COUNT_OF(statuses));
    assert_int_equal(server_count(server, "/elsewhere"), 0);
}

/* ---- connections ---- */

static void a_connection_is_kept(void **state)
{
    (void)state;
    SCRIPT(server, {.status = 200, .body = "x"});
    for (int i = 0; i < 5; i++)
        call("x");
    assert_int_equal(server_count(server, ""), 5);
    assert_int_equal(server_links(server), 1);
}

static void a_connection_that_the_server_closes_is_not_used_again(void **state)
{
    (void)state;
    SCRIPT(server,
           {.status = 200, .headers = "Connection: close\r\n", .body = "x", .after = AFTER_CLOSE});
    for (int i = 0; i < 3; i++) {
        struct http_answer a = call("x");
        assert_answered(&a, 200, "x");
    }
    assert_int_equal(server_links(server), 3);

    /* closed without a word, while nothing was under way */
    SCRIPT(server, {.status = 200, .body = "x", .after = AFTER_CLOSE});
    for (size_t i = 3; i < 6; i++) {
        struct http_answer a = call("x");
        assert_answered(&a, 200, "x");
        server_closed(server, i + 1);
    }
    assert_int_equal(server_count(server, ""), 6);
}

static void an_answer_may_end_with_its_connection(void **state)
{
    (void)state;
    SCRIPT(server,
           {.raw = "HTTP/1.0 200 OK\r\n\r\n{\"status\":\"Success\"}", .after = AFTER_CLOSE});
    struct http_answer a = call("x");
    assert_answered(&a, 200, "{\"status\":\"Success\"}");
}

/* The PBX did the work and the connection died: nothing tells the client, so nothing may be sent
 * again. libcurl would, on a connection that it has used before. */
static void assert_second_request_is_not_repeated(enum server_after after)
{
    SCRIPT(server, {.status = 200, .body = "x"}, {.after = after},
           {.status = 200, .body = "repeated"});
    struct http_answer a = call("first");
    assert_answered(&a, 200, "x");
    a = call("second");
    assert_int_equal(a.end, HTTP_CUT);
    assert_int_equal(server_count(server, ""), 2);
    assert_string_equal(server_request(server, 1).body, "second");
    assert_int_equal(server_request(server, 1).link, 0);

    a = call("third");
    assert_answered(&a, 200, "repeated");
    assert_int_equal(server_count(server, ""), 3);
}

static void a_request_on_a_kept_connection_is_not_repeated_after_fin(void **state)
{
    (void)state;
    assert_second_request_is_not_repeated(AFTER_CLOSE);
}

static void a_request_on_a_kept_connection_is_not_repeated_after_rst(void **state)
{
    (void)state;
    assert_second_request_is_not_repeated(AFTER_RESET);
}

/* ---- cut ---- */

static void assert_cut(struct step step)
{
    size_t before = server_count(server, "");
    server_script(server, &step, 1);
    struct http_answer a = call("x");
    assert_int_equal(a.end, HTTP_CUT);
    assert_int_equal(a.class, step.after == AFTER_HANG ? HTTP_TIMEOUT : HTTP_BROKEN);
    assert_int_equal(server_count(server, ""), before + 1);
}

static void what_ends_early_is_cut(void **state)
{
    (void)state;
    static const char *const parts[] = {
        "",
        "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{\"status\":",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
    };
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        assert_cut((struct step){.raw = parts[i], .after = AFTER_CLOSE});
        assert_cut((struct step){.raw = parts[i], .after = AFTER_RESET});
    }
}

/* libcurl takes half a head for a whole one; the empty body is then what shows it. */
static void half_a_head_says_nothing(void **state)
{
    (void)state;
    SCRIPT(server, {.raw = "HTTP/1.1 200 OK\r\nContent-", .after = AFTER_CLOSE});
    struct http_answer a = call("x");
    assert_true(a.end != HTTP_NOT_SENT && a.len == 0);
    assert_int_equal(server_count(server, ""), 1);
}

static void what_is_no_http_is_cut(void **state)
{
    (void)state;
    assert_cut((struct step){.raw = "{\"status\":\"Success\"}", .after = AFTER_CLOSE});
    assert_cut((struct step){.raw = "SSH-2.0-OpenSSH_9.2\r\n", .after = AFTER_CLOSE});
    assert_cut((struct step){.raw = "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nab",
                             .after = AFTER_CLOSE});
}

static void what_takes_too_long_is_cut(void **state)
{
    (void)state;
    settings.timeout = 300;
    http_set(http, &settings);
    assert_cut((struct step){.after = AFTER_HANG});
    assert_cut((struct step){.raw = "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{\"sta",
                             .after = AFTER_HANG});
}

static void an_endless_answer_is_cut(void **state)
{
    (void)state;
    struct buf body = {0};
    for (size_t i = 0; i < HTTP_ANSWER_MOST; i++)
        buf_char(&body, (char)('a' + i % 26));
    SCRIPT(server, {.status = 200, .body = body.at});
    struct http_answer a = call("x");
    assert_answered(&a, 200, body.at);

    buf_char(&body, 'z');
    assert_cut((struct step){.status = 200, .body = body.at});
    buf_free(&body);

    SCRIPT(server, {.status = 200, .body = "short"});
    a = call("x");
    assert_answered(&a, 200, "short");
}

/* ---- not sent ---- */

static void assert_not_sent(const char *at, enum http_class class)
{
    post_to(at, "x", 7);
    struct http_answer a = answer();
    assert_int_equal(a.end, HTTP_NOT_SENT);
    assert_int_equal(a.class, class);
    assert_int_equal(a.tag, 7);
    assert_int_equal(a.status, 0);
    assert_int_equal(a.len, 0);
}

static void what_finds_nobody_was_not_sent(void **state)
{
    (void)state;
    char refused[64];
    int port = 0;
    int fd = loopback_socket(&port); /* nobody listens */
    snprintf(refused, sizeof refused, "http://127.0.0.1:%d", port);
    assert_not_sent(refused, HTTP_REFUSED);
    close(fd);
    assert_not_sent("http://a-label-of-more-than-sixty-three-bytes-is-no-name-that-any-resolver-"
                    "would-look-up",
                    HTTP_UNREACHABLE);
}

static void what_finds_no_way_in_was_not_sent(void **state)
{
    (void)state;
    int port = 0;
    int other = 0;
    int full = loopback_socket(&port);
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                             .sin_port = htons((in_port_t)port)};
    assert_int_equal(listen(full, 0), 0);
    int first = loopback_socket(&other);
    assert_int_equal(connect(first, (struct sockaddr *)&at, sizeof at), 0); /* fills the queue */
    settings.connect_timeout = 200;
    http_set(http, &settings);
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%d", port);
    assert_not_sent(url, HTTP_TIMEOUT);
    close(first);
    close(full);
}

static void what_finds_no_tls_was_not_sent(void **state)
{
    (void)state;
    char url[64];
    snprintf(url, sizeof url, "https://127.0.0.1:%d", server->port);
    settings.timeout = 300; /* the server waits for a request in the clear */
    http_set(http, &settings);
    assert_not_sent(url, HTTP_TIMEOUT);
    assert_int_equal(server_count(server, ""), 0);
}

/* A URL that cannot be used must not leave the one of an earlier call in its place. */
static void a_bad_url_was_not_sent(void **state)
{
    (void)state;
    static const char *const bad[] = {"http://[bad", "http://127.0.0.1:99999", "ftp://127.0.0.1",
                                      "file:///etc/passwd#", ""};
    SCRIPT(server, {.status = 200, .body = "x"});
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct http_answer a = call("x");
        assert_answered(&a, 200, "x");
        assert_not_sent(bad[i], HTTP_UNREACHABLE);
        assert_not_sent(bad[i], HTTP_UNREACHABLE);
        assert_int_equal(server_count(server, ""), i + 1);
    }
}

/* ---- Retry-After ---- */

static void a_pause_is_told_in_milliseconds(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        int64_t wait;
    } cases[] = {
        {"Retry-After: 7\r\n", 7000},
        {"Retry-After: 0\r\n", 0},
        {"Retry-After: 3600\r\n", 3600000},
        {"Retry-After: 7200\r\n", 3600000},
        {"Retry-After: 9223372036854775807\r\n", 3600000},
        {"Retry-After: 9223372036854776\r\n", 3600000},
        {"Retry-After: -5\r\n", 0},
        {"Retry-After: soon\r\n", 0},
        {"Retry-After: Sun, 06 Nov 1994 08:49:37 GMT\r\n", 0},
        {"Retry-After: Sun, 06 Nov 2095 08:49:37 GMT\r\n", 3600000},
        {"", 0},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        SCRIPT(server, {.status = 503, .headers = cases[i].header});
        struct http_answer a = call("x");
        assert_answered(&a, 503, "");
        if (a.retry_after != cases[i].wait)
            fail_msg("%s: %lld", cases[i].header, (long long)a.retry_after);
    }
}

/* ---- many at once ---- */

/* None is answered before all have come, twice: the connections are used again. */
/* What a call took is what it waited for the other side, and what its caller did meanwhile. */
static void time_is_taken(void **state)
{
    (void)state;
    SCRIPT(server, {.status = 200, .body = "x", .hold = 2}, {.status = 200, .body = "y"});
    post("one", 1);
    http_wait(http, NULL, 0, 1); /* it connects */
    post("two", 2);
    struct http_answer a;
    int64_t began = clock_micro();
    while (clock_micro() - began < 3000)
        continue; /* at work */
    do {
        http_wait(http, NULL, 0, 1000);
    } while (!http_next(http, &a));
    assert_true(a.took >= 3000);
    assert_true(a.slept >= 0);
    assert_true(a.slept <= a.took - 3000);
}

static void eight_calls_are_under_way_at_once(void **state)
{
    (void)state;
    for (size_t round = 1; round <= 2; round++) {
        unsigned seen = 0;
        SCRIPT(server, {.status = 200, .body = "x", .hold = 8 * round});
        for (unsigned i = 0; i < 8; i++)
            post("x", i);
        assert_int_equal(http_in_flight(http), 8);
        for (unsigned i = 0; i < 8; i++) {
            struct http_answer a = answer();
            assert_answered(&a, 200, "x");
            assert_int_equal(http_in_flight(http), 7 - i);
            assert_false(seen & 1u << a.tag);
            seen |= 1u << a.tag;
        }
        struct http_answer none;
        assert_int_equal(seen, 0xff);
        assert_false(http_next(http, &none));
        assert_int_equal(server_count(server, ""), 8 * round);
    }
    assert_int_equal(server_links(server), 8);
}

static void an_answer_stays_while_others_begin(void **state)
{
    (void)state;
    SCRIPT(server, {.status = 200, .body = "first"}, {.status = 200, .body = "second"});
    struct http_answer a = call("x");
    post("x", 8);
    assert_answered(&a, 200, "first");
    a = answer();
    assert_answered(&a, 200, "second");
}

static void what_is_under_way_is_cut_at_the_end(void **state)
{
    (void)state;
    SCRIPT(server, {.after = AFTER_HANG});
    struct http_answer none;
    for (unsigned i = 0; i < 3; i++)
        post("x", i);
    while (server_count(server, "") < 3) {
        assert_false(http_next(http, &none));
        http_wait(http, NULL, 0, 10);
    }
    http = http_free(http); /* and the server's threads see it */
    server_closed(server, 3);
    assert_null(http_free(NULL));
}

/* ---- waiting ---- */

static void a_wait_ends_when_a_descriptor_is_ready(void **state)
{
    (void)state;
    int quiet = eventfd(0, EFD_CLOEXEC);
    int loud = eventfd(1, EFD_CLOEXEC);
    struct http_fd fds[] = {
        {.fd = quiet, .ready = true}, {.fd = loud}, {.fd = quiet, .write = true}};
    http_wait(http, fds, 2, INT64_MAX);
    assert_false(fds[0].ready);
    assert_true(fds[1].ready);
    http_wait(http, fds, 1, 0);
    assert_false(fds[0].ready);
    http_wait(http, fds, 1, -5);
    assert_false(fds[0].ready);
    http_wait(http, fds + 2, 1, INT64_MAX);
    assert_true(fds[2].ready);
    close(quiet);
    close(loud);
}

/* A descriptor whose other side is gone ends the wait, and says so: or the loop would spin. */
static void a_wait_ends_when_the_other_side_is_gone(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    close(ends[1]);
    struct http_fd fd = {.fd = ends[0]};
    http_wait(http, &fd, 1, INT64_MAX);
    assert_true(fd.ready);
    close(ends[0]);
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    close(ends[1]);
    fd = (struct http_fd){.fd = ends[0]};
    http_wait(http, &fd, 1, INT64_MAX);
    assert_true(fd.ready);
    close(ends[0]);
}

/* ---- proxies ---- */

static void a_proxy_is_used_only_as_configured(void **state)
{
    (void)state;
    struct http_answer a;
    SCRIPT(server, {.status = 200, .body = "x"});
    setenv("http_proxy", "http://127.0.0.1:1", 1);
    setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
    a = call("x");
    assert_answered(&a, 200, "x");

    setenv("no_proxy", "*", 1);
    settings.proxy = base;
    http_set(http, &settings);
    post_to("http://pbx.invalid:9011", "x", 8);
    a = answer();
    assert_answered(&a, 200, "x");
    assert_int_equal(server_count(server, "POST http://pbx.invalid:9011/api/add?"), 1);
    unsetenv("http_proxy");
    unsetenv("ALL_PROXY");
    unsetenv("no_proxy");
}

/* A kept call has its request's target made for where it went last. */
static void a_proxy_that_comes_or_goes_gets_the_request_that_it_wants(void **state)
{
    (void)state;
    char whole[128];
    struct http_answer a;
    int counts[2] = {0};
    SCRIPT(server, {.status = 200, .body = "x"});
    snprintf(whole, sizeof whole, "POST %s/api/add?", base);
    for (int i = 0; i < 8; i++) { /* two each: the last call is kept aside */
        bool direct = i % 4 < 2;
        settings.proxy = direct ? "" : base;
        http_set(http, &settings);
        a = call("x");
        assert_answered(&a, 200, "x");
        counts[direct]++;
        assert_int_equal(server_count(server, "POST /api/add?"), counts[true]);
        assert_int_equal(server_count(server, whole), counts[false]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_call_is_one_post),
        TEST(bodies_arrive_as_they_are),
        TEST(other_statuses_are_answers_too),
        TEST(a_redirect_is_not_followed),
        TEST(a_connection_is_kept),
        TEST(a_connection_that_the_server_closes_is_not_used_again),
        TEST(an_answer_may_end_with_its_connection),
        TEST(a_request_on_a_kept_connection_is_not_repeated_after_fin),
        TEST(a_request_on_a_kept_connection_is_not_repeated_after_rst),
        TEST(what_ends_early_is_cut),
        TEST(half_a_head_says_nothing),
        TEST(what_is_no_http_is_cut),
        TEST(what_takes_too_long_is_cut),
        TEST(an_endless_answer_is_cut),
        TEST(what_finds_nobody_was_not_sent),
        TEST(what_finds_no_way_in_was_not_sent),
        TEST(what_finds_no_tls_was_not_sent),
        TEST(a_bad_url_was_not_sent),
        TEST(a_pause_is_told_in_milliseconds),
        TEST(time_is_taken),
        TEST(eight_calls_are_under_way_at_once),
        TEST(an_answer_stays_while_others_begin),
        TEST(what_is_under_way_is_cut_at_the_end),
        TEST(a_wait_ends_when_a_descriptor_is_ready),
        TEST(a_wait_ends_when_the_other_side_is_gone),
        TEST(a_proxy_is_used_only_as_configured),
        TEST(a_proxy_that_comes_or_goes_gets_the_request_that_it_wants),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
