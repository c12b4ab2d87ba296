/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The status page without a daemon: what is asked for, by whom, how often the loop is bothered, and
 * what is said when it does not answer. */
#include "page_own.h"

#include "folder.h"

#include <poll.h>

#include "clock.h"
#include "config_listen.h"
#include "json.h"

/* ---- routes ---- */

static void paths_lead_to_pages(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        enum route route;
        const char *name;
    } wanted[] = {
        {"/", ROUTE_PAGE, NULL},
        {"/events", ROUTE_EVENTS, NULL},
        {"/healthz", ROUTE_HEALTH, NULL},
        {"/healthz/", ROUTE_NONE, NULL},
        {"", ROUTE_NONE, NULL},
        {"//", ROUTE_NONE, NULL},
        {"/reports/", ROUTE_NONE, NULL},
        {"/reports/000042-people.html", ROUTE_REPORT, "000042-people.html"},
        {"/reports/1234567-x.html", ROUTE_REPORT, "1234567-x.html"},
        {"/reports/000042-.html", ROUTE_REPORT, "000042-.html"},
        {"/reports/00042-x.html", ROUTE_NONE, NULL},
        {"/reports/000042.html", ROUTE_NONE, NULL},
        {"/reports/000042-x.json", ROUTE_NONE, NULL},
        {"/reports/000042-html", ROUTE_NONE, NULL},
        {"/reports/000042-../x.html", ROUTE_NONE, NULL},
        {"/reports/../x/000042-x.html", ROUTE_NONE, NULL},
        {"/reports//000042-x.html", ROUTE_NONE, NULL},
        {"/reports/.000042-x.html", ROUTE_NONE, NULL},
    };
    for (size_t i = 0; i < COUNT_OF(wanted); i++) {
        const char *name = NULL;
        if (route_of(wanted[i].path, &name) != wanted[i].route)
            fail_msg("'%s'", wanted[i].path);
        if (wanted[i].name)
            assert_string_equal(name, wanted[i].name);
    }
}

static void host_is_this_machine(void **state)
{
    (void)state;
    static const char *const good[] = {
        "localhost", "LocalHost:9180", "127.0.0.1",  "127.0.0.1:1",
        "127.1.2.3", "[::1]",          "[::1]:9180",
    };
    static const char *const bad[] = {
        "",         "example.org", "localhost.", "localhost:x", "localhost:1:2", "127.0.0.1.",
        "10.0.0.1", "::1",         "[::1",       "[::1]x",      "[::2]",         "[]",
        "[",        "0.0.0.0",     ":80",        "127.1",       "localhost@x",   "[::1]:8x",
    };
    for (size_t i = 0; i < COUNT_OF(good); i++)
        if (!route_host_is_local(good[i]))
            fail_msg("refused: '%s'", good[i]);
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        if (route_host_is_local(bad[i]))
            fail_msg("taken: '%s'", bad[i]);
    char endless[4096];
    memset(endless, '1', sizeof endless);
    endless[sizeof endless - 1] = '\0';
    assert_false(route_host_is_local(endless));
}

static void localhost_is_an_address(void **state)
{
    (void)state;
    union config_address address = {0};
    socklen_t len = 0;
    assert_true(config_listen_address("localhost:9180", &address, &len));
    assert_int_equal(address.any.sa_family, AF_INET);
    assert_int_equal(ntohl(address.v4.sin_addr.s_addr), INADDR_LOOPBACK);
    assert_int_equal(ntohs(address.v4.sin_port), 9180);
    assert_true(config_listen_is_local(&address));
}

static void accept_is_weighed(void **state)
{
    (void)state;
    static const struct {
        const char *accept;
        bool open;
    } wanted[] = {
        {NULL, false},
        {"", false},
        {"*/*", false},
        {"text/html,*/*;q=0.8", false},
        {"application/openmetrics-text", true},
        {"Application/OpenMetrics-Text ; Version=1.0.0 ; Q=0.5", true},
        {"application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;"
         "version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
         true},
        {"application/openmetrics-text;version=2.0.0", false},
        {"application/openmetrics-text;q=0", false},
        {"application/openmetrics-text;q=0.000", false},
        {"application/openmetrics-text;q=0.001", true},
        {"application/openmetrics-text;q=x", false},
        {"application/openmetrics-text;q=1.001", false},
        {"application/openmetrics-text;q=0.0001", false},
        {"application/openmetrics-text;q=0.4,text/plain;q=0.5", false},
        {"text/plain;q=0.5,application/openmetrics-text;q=0.5", true},
        {"application/openmetrics-text;q=0.4,*/*", false},
        {"*/*,application/openmetrics-text;q=0.4,text/plain;q=0.3", true},
        {",,;q=1,", false},
    };
    for (size_t i = 0; i < COUNT_OF(wanted); i++)
        if (route_wants_open(wanted[i].accept) != wanted[i].open)
            fail_msg("'%s'", wanted[i].accept);
}

static void token_fits_alone(void **state)
{
    (void)state;
    struct token t;
    token_set(&t, "0123456789abcdef");
    assert_true(token_fits(&t, "0123456789abcdef"));
    assert_false(token_fits(&t, "0123456789abcdeg"));
    assert_false(token_fits(&t, "0123456789abcde"));
    assert_false(token_fits(&t, "0123456789abcdef "));
    assert_false(token_fits(&t, ""));
    token_set(&t, "");
    assert_false(token_fits(&t, ""));
}

/* ---- how often the loop is asked ---- */

static void loop_is_asked_twice_a_second_at_most(void **state)
{
    (void)state;
    struct known k;
    unsigned asked = 0;
    known_begin(&k);
    assert_int_equal(known_ask(&k, 0), 0);
    assert_true(known_due(&k, false, 0) == CLOCK_NEVER);
    for (int64_t now = 0; now < 10000; now++) { /* each millisecond somebody wants something */
        struct page_given given = {0};
        for (int kind = KIND_TURN; kind < KINDS; kind++)
            if (!known_is_fresh(&k, (enum kind)kind, now))
                known_want(&k, (enum kind)kind);
        given.what = known_ask(&k, now);
        asked += given.what != 0;
        if (given.what)
            known_take(&k, &given, now);
    }
    assert_in_range(asked, 9, 20);
    known_end(&k);
}

static void unanswered_question_is_not_put_again(void **state)
{
    (void)state;
    struct known k;
    known_begin(&k);
    known_want(&k, KIND_STATUS);
    assert_int_equal(known_ask(&k, 1000), PAGE_STATUS);
    for (int64_t now = 1001; now < 5000; now += 100) {
        known_want(&k, KIND_STATUS);
        assert_int_equal(known_ask(&k, now), 0);
    }
    assert_int_equal(known_late(&k, 6000), 0);
    assert_int_equal(known_late(&k, 8500), 7);
    struct page_given given = {.what = PAGE_STATUS, .status = json_object_new_object()};
    known_take(&k, &given, 9000);
    assert_int_equal(known_late(&k, 9000), 0);
    assert_true(known_is_fresh(&k, KIND_STATUS, 10000));
    assert_false(known_is_fresh(&k, KIND_STATUS, 10001));
    assert_false(known_is_fresh(&k, KIND_METRICS, 9000));
    assert_true(known_is_fresh(&k, KIND_TURN, 9000));
    known_end(&k);
}

/* What has not changed is no event; that the loop is silent is one. */
static void events_tell_what_is_new(void **state)
{
    (void)state;
    struct known k;
    known_begin(&k);
    struct page_given given = {.what = PAGE_STATUS, .status = json_object_new_object()};
    known_take(&k, &given, 1000);
    known_event(&k, LANGUAGE_EN, 1000);
    struct told *first = told_hold(k.event);
    assert_non_null(first);
    assert_memory_equal(first->text.at, "event: status\ndata: {", 21);
    assert_memory_equal(first->text.at + first->text.len - 3, "}\n\n", 3);
    assert_null(memchr(first->text.at + 14, '\n', first->text.len - 16));
    known_event(&k, LANGUAGE_EN, 2000);
    assert_ptr_equal(k.event, first);
    known_event(&k, LANGUAGE_DE, 3000);
    assert_ptr_not_equal(k.event, first);
    told_release(&first);
    known_end(&k);
}

/* ---- with a socket ---- */

static struct page *open_page(const char *text)
{
    struct config *c = NULL;
    struct page *p = NULL;
    struct fault f = {0};
    unsetenv("CREDENTIALS_DIRECTORY");
    assert_true(config_read(put("x.conf", text), &c, &f));
    if (!page_open(c, NULL, 0, &p, &f))
        fail_msg("%s", f.text);
    config_free(c);
    return p;
}

/* Sends a request to where the page is. */
static int request(const struct page *p, const char *path)
{
    char place[64] = "";
    char text[256];
    union config_address address;
    socklen_t len;
    assert_int_equal(sscanf(page_where(p), "http://%63[^/]", place), 1);
    assert_true(config_listen_address(place, &address, &len));
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fd, &address.any, len), 0);
    int size = snprintf(text, sizeof text, "GET %s HTTP/1.0\r\n\r\n", path);
    assert_int_equal(send(fd, text, (size_t)size, 0), size);
    return fd;
}

/* The answer has this status, and ends so. */
static void assert_answer(int fd, const char *begin, const char *end)
{
    static char text[1 << 18];
    size_t len = 0;
    for (ssize_t n = 1; n > 0 && len < sizeof text - 1; len += (size_t)n) {
        n = recv(fd, text + len, sizeof text - 1 - len, 0);
        assert_true(n >= 0);
    }
    text[len] = '\0';
    close(fd);
    if (len < 9 || strncmp(text + 9, begin, strlen(begin)) != 0 || len < strlen(end) ||
        strcmp(text + len - strlen(end), end) != 0)
        fail_msg("'%s' does not begin with '%s' and end with '%s'", text, begin, end);
}

static const char here[] = "[status]\nlisten=127.0.0.1:0\n";

/* Stands in for the loop, once. */
static unsigned serve_once(struct page *p, const char *waiting)
{
    struct pollfd fd = {.fd = page_fd(p), .events = POLLIN};
    assert_int_equal(poll(&fd, 1, 60000), 1);
    struct page_given given = {.what = page_asked(p), .waiting = waiting};
    if (given.what & PAGE_STATUS)
        given.status = json_object_new_object();
    unsigned what = given.what;
    page_give(p, &given);
    return what;
}

static void nothing_is_asked_while_nobody_looks(void **state)
{
    (void)state;
    struct page *p = open_page(here);
    struct pollfd fd = {.fd = page_fd(p), .events = POLLIN};
    assert_int_equal(poll(&fd, 1, 0), 0);
    int health = request(p, "/healthz");
    assert_int_equal(serve_once(p, NULL), PAGE_TURN);
    assert_answer(health, "200 ", "\r\n\r\nok\n");
    assert_int_equal(poll(&fd, 1, 0), 0);
    page_close(p);
}

static void reason_is_told(void **state)
{
    (void)state;
    struct page *p = open_page(here);
    int ready = request(p, "/readyz");
    serve_once(p, "the PBX is asleep");
    assert_answer(ready, "503 ", "\r\n\r\nthe PBX is asleep\n");
    page_close(p);
}

static void loop_that_is_silent_is_told(void **state)
{
    (void)state;
    struct page *p = open_page(here);
    int page = request(p, "/");
    assert_int_equal(serve_once(p, NULL) & PAGE_STATUS, PAGE_STATUS);
    assert_answer(page, "200 ", "</html>\n");
    int health = request(p, "/healthz");
    assert_answer(health, "200 ", "ok\n"); /* what was said a moment ago stands */
    int metrics = request(p, "/metrics");
    assert_answer(metrics, "503 ", " seconds\n");
    health = request(p, "/healthz");
    assert_answer(health, "503 ", " seconds\n");
    assert_answer(request(p, "/"), "200 ", "</html>\n"); /* the last there was */
    /* it comes back */
    serve_once(p, NULL);
    health = request(p, "/healthz");
    assert_answer(health, "200 ", "ok\n");
    page_close(p);
}

/* Streams and requests that wait are no hindrance. */
static void closes_while_others_wait(void **state)
{
    (void)state;
    struct page *p = open_page(here);
    int stream = request(p, "/events");
    int page = request(p, "/");
    serve_once(p, NULL);
    int health = request(p, "/metrics");
    page_close(p);
    close(stream);
    close(page);
    close(health);
}

static void others_need_a_token(void **state)
{
    (void)state;
    struct config *c = NULL;
    struct page *p = NULL;
    struct fault f = {0};
    bool unsure = false;
    unsetenv("CREDENTIALS_DIRECTORY");
    assert_true(config_read(put("x.conf", "[status]\nlisten=[::]:0\n"), &c, &f));
    assert_false(page_check(c, false, &unsure, &f));
    assert_non_null(strstr(f.text, "needs a token"));
    assert_true(page_check(c, true, &unsure, &f));
    assert_true(unsure);
    assert_false(page_open(c, NULL, 0, &p, &f));
    config_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(paths_lead_to_pages),
        TEST(host_is_this_machine),
        TEST(localhost_is_an_address),
        TEST(accept_is_weighed),
        TEST(token_fits_alone),
        TEST(loop_is_asked_twice_a_second_at_most),
        TEST(unanswered_question_is_not_put_again),
        TEST(events_tell_what_is_new),
        TEST(nothing_is_asked_while_nobody_looks),
        TEST(reason_is_told),
        TEST(loop_that_is_silent_is_told),
        TEST(closes_while_others_wait),
        TEST(others_need_a_token),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
