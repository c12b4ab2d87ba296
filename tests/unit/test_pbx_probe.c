/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is asked of a PBX that was away, while there is nothing to send that would show whether it
 * is back. */
#include "pbx_world.h"

#define HEARTBEAT(...)                                                                             \
    {                                                                                              \
        .call = "/heartbeat?", __VA_ARGS__                                                         \
    }

/* Up to the moment of the next probe, which is then answered. */
static void probe(void)
{
    int64_t due = pbx_probe_due(pbx);
    assert_true(due > now && due < CLOCK_NEVER);
    pbx_probe(pbx, due - 1);
    assert_int_equal(pbx_in_flight(pbx), 0);
    now = due;
    pbx_probe(pbx, now);
    assert_int_equal(pbx_in_flight(pbx), 1);
    assert_int_equal(pbx_awaited(pbx), 0);
    assert_int_equal(pbx_probe_due(pbx), CLOCK_NEVER);
    pbx_probe(pbx, now + HOUR);
    assert_int_equal(pbx_in_flight(pbx), 1);
    finish_session_call();
}

static void assert_quiet(void)
{
    assert_int_equal(pbx_probe_due(pbx), CLOCK_NEVER);
    pbx_probe(pbx, now + HOUR);
    assert_int_equal(pbx_in_flight(pbx), 0);
}

/* Three rows that are answered badly, and then there is nothing more to send. */
static void lose_adds(void)
{
    for (uint64_t tag = 1; tag <= 3; tag++)
        assert_int_equal(add(tag).verdict, PBX_BAD);
    assert_true(waits());
}

static void while_all_is_well_nothing_is_asked(void **state)
{
    (void)state;
    assert_quiet();
    LOGGED_IN(ADD_WELL);
    assert_int_equal(add(1).verdict, PBX_OK);
    assert_quiet();
}

static void a_heartbeat_shows_that_it_is_back(void **state)
{
    (void)state;
    LOGGED_IN({.call = "/add?", .status = 503}, HEARTBEAT(.status = 503),
              HEARTBEAT(.after = AFTER_RESET),
              HEARTBEAT(.status = 200, .body = body_of("Success", "x", "")));
    lose_adds();
    for (size_t i = 0; i < 3; i++) {
        assert_true(waits());
        probe();
    }
    assert_false(waits());
    assert_int_equal(server_count(server, "/heartbeat?token=" TOKEN "&type=json"), 3);
    assert_int_equal(server_count(server, "/login?"), 1);
    assert_quiet();
}

static void a_session_that_the_pbx_has_lost_shows_it_too(void **state)
{
    (void)state;
    LOGGED_IN(ADD_WELL, {.call = "/add?", .status = 503},
              HEARTBEAT(.status = 200, .body = errno_body(20004)));
    assert_int_equal(add(9).verdict, PBX_OK);
    lose_adds();
    probe();
    assert_false(waits());
    assert_string_equal(pbx_session_text(pbx, now), "none");
    assert_quiet();
    assert_int_equal(server_count(server, "/login?"), 1);
}

/* With which number a token is refused that a PBX knows no more is its own affair. No password was
 * tried, so none was wrong, and the next import logs in. */
static void a_token_is_no_password(void **state)
{
    (void)state;
    LOGGED_IN({.call = "/add?", .status = 503}, HEARTBEAT(.status = 200, .body = errno_body(20003)),
              LOGIN);
    lose_adds();
    probe();
    assert_false(waits());
    assert_string_equal(pbx_session_text(pbx, now), "none");
    login();
    assert_string_equal(pbx_session_text(pbx, now), "open");
}

/* A login that got nowhere: the probe carries nothing that could be refused, and whatever the API
 * says of that, no password was wrong. */
static void without_a_session_no_password_is_tried(void **state)
{
    (void)state;
    static const int numbers[] = {20004, 20003, 20006, 10001, 10003, 10002};
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        size_t logins = server_count(server, "/login?");
        SCRIPT(server, {.call = "/login?", .status = 502}, HEARTBEAT(.status = 502),
               HEARTBEAT(.status = 200, .body = errno_body(numbers[i])), LOGIN);
        renew(PASSWORD);
        login();
        probe();
        assert_true(waits());
        probe();
        assert_false(waits());
        assert_string_equal(pbx_session_text(pbx, now), "none");
        assert_int_equal(server_count(server, "/login?"), logins + 1);
        assert_quiet();
        login();
        assert_string_equal(pbx_session_text(pbx, now), "open");
    }
    assert_int_equal(server_count(server, "/heartbeat?token=&type=json"), 2 * COUNT_OF(numbers));
}

/* Answers that show that it is not back, or that it does not want to be asked. */
static void some_answers_show_that_it_is_not_back(void **state)
{
    (void)state;
    static const int numbers[] = {10025, 20010, 30001, 30003};
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        SCRIPT(server, {.call = "/login?", .status = 502},
               HEARTBEAT(.status = 200, .body = errno_body(numbers[i])));
        renew(PASSWORD);
        login();
        probe();
        assert_true(waits());
        assert_true(pbx_probe_due(pbx) > now);
    }
    SCRIPT(server, {.call = "/login?", .status = 502},
           HEARTBEAT(.status = 200, .body = errno_body(20002)));
    renew(PASSWORD);
    login();
    probe();
    assert_string_equal(pbx_session_text(pbx, now), "locked-out");
    assert_quiet();
}

static void a_pause_is_kept(void **state)
{
    (void)state;
    config.retry.first = config.retry.most = 1;
    renew(PASSWORD);
    LOGGED_IN({.call = "/add?", .status = 503, .headers = "Retry-After: 3600\r\n"},
              HEARTBEAT(.status = 200, .body = body_of("Success", "x", "")));
    add(1);
    assert_int_equal(pbx_probe_due(pbx), now + HOUR);
    probe();
    assert_false(waits());
}

/* Trouble that only the very call shows is not asked for with another one; what a web server
 * refuses to all is. */
static void what_stays_is_probed_where_that_shows_something(void **state)
{
    (void)state;
    LOGGED_IN(ADD_ERRNO(10087));
    add(1);
    assert_true(waits());
    assert_quiet();
    assert_true(waits());

    renew(PASSWORD);
    LOGGED_IN({.call = "/add?", .status = 403}, HEARTBEAT(.status = 403),
              HEARTBEAT(.status = 200, .body = body_of("Success", "x", "")));
    add(1);
    probe();
    assert_true(waits());
    probe();
    assert_false(waits());
    assert_quiet();
}

static void a_firmware_without_heartbeat_is_back_as_well(void **state)
{
    (void)state;
    static const struct step answers[] = {
        HEARTBEAT(.status = 200, .body = "{\"status\":\"Failed\",\"errno\":\"10003\"}"),
        HEARTBEAT(.status = 404),
    };
    for (size_t i = 0; i < COUNT_OF(answers); i++) {
        renew(PASSWORD);
        LOGGED_IN({.call = "/add?", .status = 503}, answers[i]);
        lose_adds();
        probe();
        assert_false(waits());
        assert_quiet();
    }
}

/* A wrong path answers 404 to any call, so that of a heartbeat is no sign that it was mended. */
static void a_path_that_leads_nowhere_stays_so(void **state)
{
    (void)state;
    SCRIPT(server, {.call = "/login?", .status = 404}, HEARTBEAT(.status = 404),
           HEARTBEAT(.status = 404), HEARTBEAT(.status = 200, .body = errno_body(20004)));
    login();
    for (size_t i = 0; i < 3; i++) {
        assert_string_equal(pbx_waiting(pbx, now), "the PBX's web server answers 404");
        probe();
    }
    assert_false(waits());
    assert_quiet();
}

static void refused_credentials_are_not_probed(void **state)
{
    (void)state;
    SCRIPT(server, {.call = "/login?", .status = 200, .body = errno_body(20003)});
    login();
    assert_true(waits());
    assert_quiet();
    assert_int_equal(server_count(server, ""), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PBX(while_all_is_well_nothing_is_asked),
        PBX(a_heartbeat_shows_that_it_is_back),
        PBX(a_session_that_the_pbx_has_lost_shows_it_too),
        PBX(a_token_is_no_password),
        PBX(without_a_session_no_password_is_tried),
        PBX(some_answers_show_that_it_is_not_back),
        PBX(a_pause_is_kept),
        PBX(what_stays_is_probed_where_that_shows_something),
        PBX(a_firmware_without_heartbeat_is_back_as_well),
        PBX(a_path_that_leads_nowhere_stays_so),
        PBX(refused_credentials_are_not_probed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
