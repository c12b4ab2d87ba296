/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pbx_world.h"

/* ---- login ---- */

static void a_login_names_user_md5_and_port(void **state)
{
    (void)state;
    char md5[MD5_HEX];
    char wanted[160];
    SCRIPT(server, LOGIN);
    login();
    digest_md5(PASSWORD, strlen(PASSWORD), md5);
    snprintf(wanted, sizeof wanted, "{\"username\":\"api\",\"password\":\"%s\",\"port\":\"8260\"}",
             md5);
    struct server_request r = server_request(server, 0);
    assert_string_equal(r.body, wanted);
    assert_non_null(strstr(r.head, "POST /api/v0.0.1/login?type=json HTTP/1.1\r\n"));
    assert_non_null(strstr(r.head, "\r\nContent-Type: application/json; charset=utf-8\r\n"));
    assert_int_equal(pbx_room(pbx, now), 4);
}

static void an_xml_login_is_xml(void **state)
{
    (void)state;
    config.pbx.format = FORMAT_XML;
    set(PASSWORD);
    LOGGED_IN(ADD_WELL);
    struct pbx_answer a = add(1);
    assert_int_equal(a.verdict, PBX_OK);
    struct server_request r = server_request(server, 0);
    assert_non_null(strstr(r.head, "/api/v0.0.1/login?type=xml HTTP/1.1\r\n"));
    assert_non_null(strstr(r.head, "\r\nContent-Type: application/xml; charset=utf-8\r\n"));
    assert_non_null(strstr(r.body, "<xml><username>api</username><password>"));
    r = server_request(server, 1);
    assert_non_null(strstr(r.head, "/extension/add?token=" TOKEN "&type=xml HTTP/1.1\r\n"));
    assert_non_null(strstr(r.body, "<xml><number>2002</number><registerpassword>"));
}

static void nothing_is_called_before_it_is_wanted_and_may_be(void **state)
{
    (void)state;
    static char no_url[] = "";
    char *url = config.pbx.url;
    SCRIPT(server, LOGIN);
    assert_true(pbx_turn(pbx, now, false, &fault));
    assert_int_equal(pbx_in_flight(pbx), 0);
    assert_int_equal(pbx_room(pbx, now), 0);
    assert_int_equal(pbx_due(pbx, now, false), CLOCK_NEVER);

    set("");
    assert_true(pbx_turn(pbx, now, true, &fault));
    assert_non_null(strstr(pbx_waiting(pbx, now), "password"));
    config.pbx.url = no_url;
    set(PASSWORD);
    assert_true(pbx_turn(pbx, now, true, &fault));
    assert_non_null(strstr(pbx_waiting(pbx, now), "url"));
    assert_true(pbx_waits_long(pbx, now));
    assert_int_equal(pbx_id(pbx), 0);
    assert_int_equal(pbx_in_flight(pbx), 0);
    assert_int_equal(pbx_due(pbx, now, true), CLOCK_NEVER);

    config.pbx.url = url;
    set(PASSWORD);
    assert_true(pbx_id(pbx) > 0);
    login();
    assert_int_equal(pbx_room(pbx, now), 4);
    assert_int_equal(server_count(server, ""), 1);
}

static void one_login_at_a_time(void **state)
{
    (void)state;
    SCRIPT(server, LOGIN);
    assert_true(pbx_turn(pbx, now, true, &fault));
    assert_true(pbx_turn(pbx, now, true, &fault));
    assert_true(pbx_turn(pbx, now + HOUR, true, &fault));
    assert_int_equal(pbx_in_flight(pbx), 1);
    assert_int_equal(pbx_room(pbx, now), 0);
    finish_session_call();
    assert_true(pbx_turn(pbx, now, true, &fault));
    assert_int_equal(server_count(server, ""), 1);
}

/* The vendor's page shows a token and no status; siblings add one. */
static void a_token_is_a_login(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        bool well;
    } cases[] = {
        {"{\"token\":\"" TOKEN "\"}", true},
        {"{\"status\":\"OK\",\"token\":\"" TOKEN "\"}", true},
        {"{\"status\":\"Success\",\"token\":\"" TOKEN "\"}", true},
        {"{\"status\":\"Failed\",\"errno\":\"10004\",\"token\":\"" TOKEN "\"}", false},
        {"{\"status\":\"Success\"}", false},
        {"{\"status\":\"Success\",\"token\":\"\"}", false},
        {"{\"status\":\"Success\",\"token\":\"a&b\"}", false},
        {"{}", false},
        {"", false},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        SCRIPT(server, {.status = 200, .body = cases[i].body});
        renew(PASSWORD);
        login();
        assert_int_equal(pbx_room(pbx, now) > 0, cases[i].well);
        assert_int_equal(waits(), !cases[i].well);
        assert_true(pbx_turn(pbx, now, true, &fault)); /* not at once again */
        assert_int_equal(server_count(server, ""), i + 1);
    }
}

static void a_refused_login_is_never_tried_twice(void **state)
{
    (void)state;
    SCRIPT(server, {.status = 200, .body = errno_body(20003)});
    login();
    assert_non_null(strstr(pbx_waiting(pbx, now), "refused user or password"));
    assert_true(pbx_waits_long(pbx, now));
    assert_int_equal(pbx_due(pbx, now, true), CLOCK_NEVER);
    for (int64_t wait = 0; wait < 48 * (int64_t)HOUR; wait += HOUR)
        assert_true(pbx_turn(pbx, now + wait, true, &fault));
    set(PASSWORD); /* a reload with nothing new */
    assert_true(pbx_turn(pbx, now, true, &fault));
    assert_int_equal(pbx_in_flight(pbx), 0);

    for (int life = 0; life < 3; life++) {
        restart(PASSWORD);
        assert_true(pbx_turn(pbx, now, true, &fault));
        assert_int_equal(pbx_in_flight(pbx), 0);
        assert_true(waits());
    }
    assert_int_equal(server_count(server, ""), 1);
}

static void a_refused_login_is_tried_again_with_other_credentials(void **state)
{
    (void)state;
    static char user[] = "other";
    SCRIPT(server, {.status = 200, .body = errno_body(20003)},
           {.status = 200, .body = errno_body(20003)}, {.status = 200, .body = token_body(TOKEN)});
    login();
    set("another");
    assert_false(waits());
    login();
    assert_true(waits());
    restart("another");
    login();
    assert_int_equal(server_count(server, ""), 2);

    config.pbx.username = user;
    set("another");
    login();
    assert_false(waits());
    assert_int_equal(pbx_room(pbx, now), 4);
    assert_int_equal(server_count(server, ""), 3);
}

/* Killed before the answer is known: it may have been a refusal, each time. */
static void a_login_that_a_kill_cuts_off_is_counted(void **state)
{
    (void)state;
    SCRIPT(server, {.status = 200, .body = token_body(TOKEN), .hold = 100});
    for (size_t life = 1; life <= 2; life++) {
        assert_false(waits());
        assert_true(pbx_turn(pbx, now, true, &fault));
        assert_int_equal(pbx_in_flight(pbx), 1);
        assert_false(ledger_dirty(ledger)); /* it is on the disk before the login leaves */
        restart(PASSWORD);
    }
    for (int life = 0; life < 3; life++) {
        assert_true(pbx_turn(pbx, clock_mono(), true, &fault));
        assert_int_equal(pbx_in_flight(pbx), 0);
        assert_non_null(strstr(pbx_waiting(pbx, clock_mono()), "cut off"));
        assert_true(pbx_waits_long(pbx, clock_mono()));
        assert_in_range(pbx_due(pbx, clock_mono(), true) - clock_mono(), 9 * MINUTES, 10 * MINUTES);
        restart(PASSWORD);
    }
    now = clock_mono() + 11 * MINUTES;
    assert_false(waits());
    renew("another"); /* which has not been tried */
    assert_null(pbx_waiting(pbx, clock_mono()));
}

static void a_login_that_is_answered_is_not_counted(void **state)
{
    (void)state;
    SCRIPT(server, {.status = 200, .body = token_body(TOKEN)}, {.status = 503},
           {.status = 0, .after = AFTER_RESET}, {.status = 200, .body = token_body(TOKEN)});
    for (int life = 0; life < 4; life++) {
        login();
        restart(PASSWORD);
        assert_false(waits());
    }
}

static void a_lock_out_is_waited_for(void **state)
{
    (void)state;
    SCRIPT(server, {.status = 200, .body = errno_body(20002)},
           {.status = 200, .body = token_body(TOKEN)});
    login();
    int64_t end = now + 10 * MINUTES;
    assert_non_null(strstr(pbx_waiting(pbx, now), "locked"));
    assert_true(pbx_waits_long(pbx, now));
    assert_int_equal(pbx_due(pbx, now, true), end);
    assert_true(pbx_turn(pbx, end - 1, true, &fault));
    assert_int_equal(pbx_in_flight(pbx), 0);

    /* over a restart, and whatever the credentials */
    restart(PASSWORD);
    assert_non_null(strstr(pbx_waiting(pbx, clock_mono()), "locked"));
    assert_true(pbx_turn(pbx, clock_mono(), true, &fault));
    restart("another");
    assert_true(pbx_turn(pbx, clock_mono(), true, &fault));
    assert_int_equal(pbx_in_flight(pbx), 0);
    assert_int_equal(server_count(server, ""), 1);

    now = clock_mono() + 10 * MINUTES + 1;
    assert_false(waits());
    login();
    assert_int_equal(pbx_room(pbx, now), 4);
}

/* A note from a clock that was set wrong locks nobody out for years. */
static void an_odd_lock_out_is_forgotten(void **state)
{
    (void)state;
    static const char *const notes[] = {"99999999999999", "1", "-5", "soon", ""};
    for (size_t i = 0; i < COUNT_OF(notes); i++) {
        assert_true(ledger_note_put(ledger, "locked-out-until", notes[i], NULL));
        renew(PASSWORD);
        assert_null(pbx_waiting(pbx, clock_mono()));
    }
}

/* ---- the token ---- */

static void a_call_carries_the_token(void **state)
{
    (void)state;
    LOGGED_IN(ADD_WELL);
    struct pbx_answer a = add(1);
    assert_int_equal(a.verdict, PBX_OK);
    assert_false(a.in_doubt);
    assert_int_equal(a.code, CODE_NONE);
    struct server_request r = server_request(server, 1);
    assert_non_null(
        strstr(r.head, "POST /api/v0.0.1/extension/add?token=" TOKEN "&type=json HTTP/1.1\r\n"));
    assert_string_equal(r.body, "{\"number\":\"2002\",\"registerpassword\":\"12345qW@\"}");
}

static void an_expired_token_means_one_login_more(void **state)
{
    (void)state;
    static const int numbers[] = {20004, 20005, 20006};
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        renew(PASSWORD);
        size_t before = server_count(server, "/login");
        LOGGED_IN(ADD_WELL, ADD_ERRNO(numbers[i]), ADD_WELL,
                  {.call = "/login?", .status = 200, .body = token_body(TOKEN_2)});
        add(1);
        struct pbx_answer a = add(2);
        assert_int_equal(a.verdict, PBX_NOT_NOW);
        assert_false(a.in_doubt);
        assert_false(waits());
        assert_int_equal(pbx_room(pbx, now), 0);
        login();
        assert_false(waits());
        a = add(2);
        assert_int_equal(a.verdict, PBX_OK);
        assert_int_equal(server_count(server, "/login"), before + 2);
        assert_true(server_count(server, "/add?token=" TOKEN_2) > 0);
    }
}

/* Several calls were under way when the token expired: one login is enough for all. */
static void a_late_refusal_of_the_old_token_costs_no_login(void **state)
{
    (void)state;
    LOGGED_IN(ADD_WELL, ADD_ERRNO(20004),
              {.call = "/add?", .status = 200, .body = errno_body(20004), .hold = 5},
              {.call = "/login?", .status = 200, .body = token_body(TOKEN_2)}, ADD_WELL);
    add(1);
    begin_add(2);
    begin_add(3);
    struct pbx_answer a = next_answer();
    assert_int_equal(a.verdict, PBX_NOT_NOW);
    assert_true(
        pbx_turn(pbx, now, true, &fault)); /* the fifth request: the third add is answered now */
    a = next_answer();
    assert_int_equal(a.verdict, PBX_NOT_NOW);
    finish_session_call();
    assert_false(waits());
    assert_int_equal(server_count(server, "/login"), 2);
    a = add(4);
    assert_int_equal(a.verdict, PBX_OK);
    assert_true(pbx_turn(pbx, now, true, &fault));
    assert_int_equal(server_count(server, "/login"), 2);
}

static void a_new_token_that_is_refused_does_not_spin(void **state)
{
    (void)state;
    LOGGED_IN(ADD_ERRNO(20004));
    struct pbx_answer a = add(1);
    assert_int_equal(a.verdict, PBX_NOT_NOW);
    assert_true(waits());
    assert_true(pbx_turn(pbx, now, true, &fault));
    assert_int_equal(pbx_in_flight(pbx), 0);
    assert_int_equal(server_count(server, "/login"), 1);
    assert_true(pbx_due(pbx, now, true) > now);
}

static void a_heartbeat_keeps_the_token(void **state)
{
    (void)state;
    LOGGED_IN({.call = "/heartbeat?", .status = 200, .body = body_of("Success", "x", "")});
    assert_int_equal(pbx_due(pbx, now, false), now + 10 * MINUTES);
    assert_true(pbx_turn(pbx, now + 10 * MINUTES - 1, false, &fault));
    assert_int_equal(pbx_in_flight(pbx), 0);
    for (int i = 0; i < 3; i++) {
        now += 10 * MINUTES;
        assert_true(pbx_turn(pbx, now, false, &fault));
        finish_session_call();
        assert_int_equal(pbx_due(pbx, now, false), now + 10 * MINUTES);
    }
    assert_int_equal(server_count(server, "/heartbeat?token=" TOKEN "&type=json"), 3);
    assert_int_equal(server_count(server, "/login"), 1);
}

static void a_firmware_without_heartbeat_is_no_trouble(void **state)
{
    (void)state;
    LOGGED_IN({.call = "/heartbeat?", .status = 200, .body = errno_body(10003)},
              {.call = "/heartbeat?", .status = 404}, {.call = "/heartbeat?", .status = 501},
              ADD_WELL);
    for (int i = 0; i < 3; i++) {
        now += 10 * MINUTES;
        assert_true(pbx_turn(pbx, now, false, &fault));
        finish_session_call();
        assert_false(waits());
    }
    struct pbx_answer a = add(1);
    assert_int_equal(a.verdict, PBX_OK);
}

/* ---- settings ---- */

static void a_rate_is_kept(void **state)
{
    (void)state;
    config.pbx.rate = 10;
    renew(PASSWORD);
    LOGGED_IN(ADD_WELL);
    assert_int_equal(pbx_room(pbx, now), 0);
    for (uint64_t i = 0; i < 5; i++) {
        now += 100;
        assert_int_equal(pbx_room(pbx, now), 1);
        begin_add(i);
        assert_int_equal(pbx_room(pbx, now), 0);
        assert_int_equal(pbx_room(pbx, now + 99), 0);
        assert_in_range(pbx_due(pbx, now, true), now + 100, now + 101);
        next_answer();
    }
    now += HOUR; /* what was not used is not saved up */
    assert_true(pbx_turn(pbx, now, true, &fault));
    finish_session_call();
    now += 100;
    begin_add(7);
    assert_int_equal(pbx_room(pbx, now), 0);
    next_answer();
}

static void concurrency_is_kept(void **state)
{
    (void)state;
    LOGGED_IN({.call = "/add?", .status = 200, .body = body_of("Success", "x", ""), .hold = 5});
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(pbx_room(pbx, now), 4 - i);
        begin_add(i);
    }
    assert_int_equal(pbx_room(pbx, now), 0);
    config.pbx.concurrency = 2;
    set(PASSWORD);
    assert_int_equal(pbx_concurrency(pbx), 2);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(pbx_room(pbx, now), 0 + (i == 3 ? 1 : 0));
        struct pbx_answer a = next_answer();
        assert_int_equal(a.verdict, PBX_OK);
    }
    assert_int_equal(pbx_room(pbx, now), 2);
}

static void a_reload_with_nothing_new_keeps_the_session(void **state)
{
    (void)state;
    LOGGED_IN(ADD_WELL);
    set(PASSWORD);
    assert_int_equal(pbx_room(pbx, now), 4);
    struct pbx_answer a = add(1);
    assert_int_equal(a.verdict, PBX_OK);
    assert_int_equal(server_count(server, "/login"), 1);
}

/* Answers to calls of before tell what became of their rows, and nothing of the PBX of now. */
static void answers_of_before_a_reload_do_no_harm(void **state)
{
    (void)state;
    static const struct {
        const char *status;
        int number;
        enum pbx_verdict verdict;
        bool in_doubt;
    } cases[] = {
        {"Success", 0, PBX_OK, false},         {"Failed", 20003, PBX_NOT_NOW, false},
        {"Failed", 20002, PBX_NOT_NOW, false}, {"Failed", 20004, PBX_NOT_NOW, false},
        {"Failed", 10087, PBX_NOT_NOW, false}, {"Failed", 10033, PBX_NOT_NOW, false},
        {"Failed", 10025, PBX_NOT_NOW, true},  {"Failed", 20010, PBX_NOT_NOW, true},
        {"?", 0, PBX_NOT_NOW, true},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char number[16];
        snprintf(number, sizeof number, "%d", cases[i].number);
        renew(PASSWORD);
        LOGGED_IN(
            {.call = "/add?", .status = 200, .body = body_of(cases[i].status, "errno", number)});
        begin_add(1);
        set("another");
        assert_int_equal(pbx_room(pbx, now), 0);
        struct pbx_answer a = next_answer();
        assert_int_equal(a.verdict, cases[i].verdict);
        assert_int_equal(a.in_doubt, cases[i].in_doubt);
        /* an apply is due, whoever hears of it */
        assert_int_equal(a.code == CODE_PBX + PBX_ERRNO_BUSY, cases[i].number == PBX_ERRNO_BUSY);
        assert_false(waits());
        login();
        assert_int_equal(pbx_room(pbx, now), 4);
    }
}

/* Nor does the login of before hand its token to the PBX of now. */
static void a_login_of_before_a_reload_is_forgotten(void **state)
{
    (void)state;
    SCRIPT(server, LOGIN, {.call = "/login?", .status = 200, .body = token_body(TOKEN_2)},
           ADD_WELL);
    assert_true(pbx_turn(pbx, now, true, &fault));
    set("another");
    finish_session_call();
    assert_int_equal(pbx_room(pbx, now), 0);
    login();
    add(1);
    assert_int_equal(server_count(server, "/add?token=" TOKEN_2), 1);
}

static void another_url_is_another_pbx(void **state)
{
    (void)state;
    char other[64];
    int64_t first = pbx_id(pbx);
    char *url = config.pbx.url;
    LOGGED_IN(ADD_WELL);
    snprintf(other, sizeof other, "%s/sub", url);
    config.pbx.url = other;
    set(PASSWORD);
    assert_int_not_equal(pbx_id(pbx), first);
    assert_int_equal(pbx_room(pbx, now), 0);
    login();
    add(1);
    assert_int_equal(server_count(server, "POST /sub/api/v0.0.1/extension/add?"), 1);
    config.pbx.url = url;
    set(PASSWORD);
    assert_int_equal(pbx_id(pbx), first);
}

static void no_secret_is_kept(void **state)
{
    (void)state;
    char md5[MD5_HEX];
    digest_md5(PASSWORD, strlen(PASSWORD), md5);
    SCRIPT(server, {.status = 200, .body = errno_body(20003)});
    login();
    assert_true(ledger_commit(ledger, NULL));
    char note[LEDGER_NOTE];
    assert_true(ledger_note_get(ledger, "refused-login", note, NULL));
    assert_int_equal(strlen(note), 64);
    assert_null(strstr(note, md5));
    char plain[DIGEST_HEX];
    struct buf all = {0};
    buf_format(&all, "%s\n%s\n%s", config.pbx.url, config.pbx.username, md5);
    digest_text(all.at, all.len, plain);
    assert_string_not_equal(note, plain);
    buf_free(&all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PBX(a_login_names_user_md5_and_port),
        PBX(an_xml_login_is_xml),
        PBX(nothing_is_called_before_it_is_wanted_and_may_be),
        PBX(one_login_at_a_time),
        PBX(a_token_is_a_login),
        PBX(a_refused_login_is_never_tried_twice),
        PBX(a_refused_login_is_tried_again_with_other_credentials),
        PBX(a_login_that_a_kill_cuts_off_is_counted),
        PBX(a_login_that_is_answered_is_not_counted),
        PBX(a_lock_out_is_waited_for),
        PBX(an_odd_lock_out_is_forgotten),
        PBX(a_call_carries_the_token),
        PBX(an_expired_token_means_one_login_more),
        PBX(a_late_refusal_of_the_old_token_costs_no_login),
        PBX(a_new_token_that_is_refused_does_not_spin),
        PBX(a_heartbeat_keeps_the_token),
        PBX(a_firmware_without_heartbeat_is_no_trouble),
        PBX(a_rate_is_kept),
        PBX(concurrency_is_kept),
        PBX(a_reload_with_nothing_new_keeps_the_session),
        PBX(answers_of_before_a_reload_do_no_harm),
        PBX(a_login_of_before_a_reload_is_forgotten),
        PBX(another_url_is_another_pbx),
        PBX(no_secret_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
