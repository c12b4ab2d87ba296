/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For the tests of the PBX client: a server in its place, a ledger, a clock of our own. */
#ifndef TESTS_UNIT_PBX_WORLD_H
#define TESTS_UNIT_PBX_WORLD_H

#include "folder.h"
#include "http_server.h"

#include "clock.h"
#include "pbx.h"

#define PATIENCE 30 /* seconds after which an answer is taken never to come */
#define START    5000000
#define MINUTES  (60 * 1000)
#define HOUR     (60 * MINUTES)
#define PASSWORD "Secret1234"
#define TOKEN    "813b621cfe8eecf445a2ce1f4a079ffe"
#define TOKEN_2  "0123456789abcdef0123456789abcdef"

static const struct http_settings http_settings = {
    .connect_timeout = 10000, .timeout = 20000, .ca_file = "", .proxy = "", .most = 4};
static struct server *server;
static struct http *http;
static struct ledger *ledger;
static struct pbx *pbx;
static struct config config;
static int64_t now;
static struct fault fault;

/* ---- the world ---- */

static inline void set(const char *password)
{
    if (!pbx_set(pbx, &config, password, &fault))
        fail_msg("%s", fault.text);
}

static inline int world_make(void **state)
{
    static char url[64];
    static char user[] = "api";
    if (folder_make(state) != 0 || !ledger_open(path_of("state"), &ledger, NULL))
        return -1;
    alarm(PATIENCE);
    now = START;
    server = server_start();
    snprintf(url, sizeof url, "http://127.0.0.1:%d", server->port);
    config = (struct config){0};
    config.pbx.url = url;
    config.pbx.username = user;
    config.pbx.event_port = 8260;
    config.pbx.concurrency = 4;
    /* so long that chance does not make a back-off as short as nothing */
    config.retry.first = 24 * (int64_t)HOUR;
    config.retry.most = 24 * (int64_t)HOUR;
    http = http_new(&http_settings);
    pbx = pbx_new(http, ledger);
    set(PASSWORD);
    return 0;
}

static inline int world_remove(void **state)
{
    http = http_free(http);
    pbx = pbx_free(pbx);
    ledger = ledger_close(ledger);
    server = server_stop(server);
    alarm(0);
    return folder_remove(state);
}

#define PBX(function) cmocka_unit_test_setup_teardown(function, world_make, world_remove)

/* A session that knows nothing of the one before, but for the ledger's notes. */
static inline void renew(const char *password)
{
    http_free(http);
    pbx_free(pbx);
    http = http_new(&http_settings);
    pbx = pbx_new(http, ledger);
    set(password);
}

/* Another life of the daemon with the same state folder. */
static inline void restart(const char *password)
{
    ledger_close(ledger);
    assert_true(ledger_open(path_of("state"), &ledger, NULL));
    renew(password);
}

/* A body in the language that is spoken; good until the sixteenth after it. */
static inline const char *body_of(const char *status, const char *name, const char *value)
{
    static char bodies[16][256];
    static size_t next;
    char *body = bodies[next++ % COUNT_OF(bodies)];
    bool xml = config.pbx.format == FORMAT_XML;
    if (xml)
        snprintf(body, sizeof bodies[0], "<xml><status>%s</status><%s>%s</%s></xml>", status, name,
                 value, name);
    else
        snprintf(body, sizeof bodies[0], "{\"status\":\"%s\",\"%s\":\"%s\"}", status, name, value);
    return body;
}

static inline const char *token_body(const char *token)
{
    return body_of("Success", "token", token);
}

static inline const char *errno_body(int number)
{
    char text[16];
    snprintf(text, sizeof text, "%d", number);
    return body_of("Failed", "errno", text);
}

#define LOGIN                                                                                      \
    {                                                                                              \
        .call = "/login?", .status = 200, .body = token_body(TOKEN)                                \
    }
#define ADD_WELL                                                                                   \
    {                                                                                              \
        .call = "/add?", .status = 200, .body = body_of("Success", "x", "")                        \
    }
#define ADD_ERRNO(n)                                                                               \
    {                                                                                              \
        .call = "/add?", .status = 200, .body = errno_body(n)                                      \
    }

/* ---- calls ---- */

static inline struct pbx_answer next_answer(void)
{
    struct pbx_answer a = {0};
    bool found = false;
    while (!found) {
        if (!pbx_next(pbx, now, &a, &found, &fault))
            fail_msg("%s", fault.text);
        assert_true(found || pbx_in_flight(pbx));
        if (!found)
            http_wait(http, NULL, 0, 1000);
    }
    return a;
}

/* Until login or heartbeat have been answered. */
static inline void finish_session_call(void)
{
    struct pbx_answer a;
    bool found = false;
    while (pbx_in_flight(pbx)) {
        if (!pbx_next(pbx, now, &a, &found, &fault))
            fail_msg("%s", fault.text);
        assert_false(found);
        if (pbx_in_flight(pbx))
            http_wait(http, NULL, 0, 1000);
    }
}

static inline void login(void)
{
    assert_true(pbx_turn(pbx, now, true, &fault));
    finish_session_call();
}

static inline void begin_add(uint64_t tag)
{
    struct record_value values[] = {
        {.name = "number", .at = "2002", .len = 4},
        {.name = "registerpassword", .at = "12345qW@", .len = 8, .secret = true},
    };
    struct record record = {.values = values, .count = COUNT_OF(values)};
    assert_true(pbx_room(pbx, now) > 0);
    pbx_add(pbx, now, tag, &record);
}

static inline struct pbx_answer add(uint64_t tag)
{
    begin_add(tag);
    struct pbx_answer a = next_answer();
    assert_int_equal(a.call, PBX_ADD);
    assert_int_equal(a.tag, tag);
    return a;
}

static inline struct pbx_answer query(const char *numbers)
{
    assert_true(pbx_room(pbx, now) > 0);
    pbx_query(pbx, now, 9, numbers);
    struct pbx_answer a = next_answer();
    assert_int_equal(a.call, PBX_QUERY);
    assert_int_equal(a.tag, 9);
    return a;
}

static inline bool waits(void)
{
    const char *reason = pbx_waiting(pbx, now);
    assert_true(!reason || !(strstr(reason, TOKEN) || strstr(reason, PASSWORD)));
    return reason != NULL;
}

/* A world in which somebody is logged in and the script goes on with these steps. */
#define LOGGED_IN(...)                                                                             \
    do {                                                                                           \
        SCRIPT(server, LOGIN, __VA_ARGS__);                                                        \
        login();                                                                                   \
        assert_false(waits());                                                                     \
    } while (0)

#endif
