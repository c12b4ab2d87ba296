/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pbx_world.h"

/* ---- what answers mean ---- */

struct meaning {
    int number;
    enum pbx_verdict verdict;
    bool in_doubt, waits, waits_long;
};

static const struct meaning meanings[] = {
    {10004, PBX_REFUSED, false, false, false}, {10006, PBX_REFUSED, false, false, false},
    {10017, PBX_REFUSED, false, false, false}, {10028, PBX_REFUSED, false, false, false},
    {10033, PBX_REFUSED, false, false, false}, {20007, PBX_REFUSED, false, false, false},
    {10085, PBX_REFUSED, false, false, false}, {99999, PBX_REFUSED, false, false, false},
    {0, PBX_REFUSED, false, false, false},     {10087, PBX_NOT_NOW, false, true, true},
    {10025, PBX_BAD, true, true, false},       {20002, PBX_NOT_NOW, false, true, true},
    {20003, PBX_NOT_NOW, false, true, true},   {20010, PBX_BAD, true, false, false},
    {30001, PBX_BAD, true, false, false},      {30003, PBX_BAD, false, false, false},
    {10002, PBX_NOT_NOW, false, true, true},   {10003, PBX_NOT_NOW, false, true, true},
    {20000, PBX_NOT_NOW, false, true, true},   {20001, PBX_NOT_NOW, false, true, true},
    {20008, PBX_NOT_NOW, false, true, true},   {20009, PBX_NOT_NOW, false, true, true},
    {20015, PBX_NOT_NOW, false, true, true},
};

static void forget_notes(void)
{
    assert_true(ledger_note_put(ledger, "refused-login", "", NULL));
    assert_true(ledger_note_put(ledger, "locked-out-until", "", NULL));
    assert_true(ledger_note_put(ledger, "queries-1", "", NULL));
}

static void assert_meanings(void)
{
    for (size_t i = 0; i < COUNT_OF(meanings); i++) {
        const struct meaning *m = &meanings[i];
        forget_notes();
        renew(PASSWORD);
        LOGGED_IN(ADD_ERRNO(m->number));
        struct pbx_answer a = add(1);
        if (a.verdict != m->verdict || a.in_doubt != m->in_doubt || waits() != m->waits ||
            pbx_waits_long(pbx, now) != m->waits_long)
            fail_msg("errno %d: verdict %d, in doubt %d, waits %d, long %d", m->number,
                     (int)a.verdict, a.in_doubt, waits(), pbx_waits_long(pbx, now));
        assert_int_equal(a.code, CODE_PBX + m->number);
        assert_int_equal(pbx_served(pbx), m->verdict == PBX_REFUSED);
        assert_int_equal(pbx_room(pbx, now) > 0, !m->waits);
    }
}

static void every_errno_has_its_meaning(void **state)
{
    (void)state;
    assert_meanings();
}

static void every_errno_has_its_meaning_in_xml(void **state)
{
    (void)state;
    config.pbx.format = FORMAT_XML;
    assert_meanings();
}

/* A login that is answered in a way that only rows are: nothing goes, and it is not tried again
 * and again. */
static void a_login_has_no_row_to_blame(void **state)
{
    (void)state;
    static const int numbers[] = {10004, 10017, 99999, 20004, 20006, 10003,
                                  20015, 20010, 30001, 30003, 10025, 10087};
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        renew(PASSWORD);
        SCRIPT(server, {.call = "/login?", .status = 200, .body = errno_body(numbers[i])}, LOGIN);
        login();
        assert_true(waits());
        assert_int_equal(pbx_room(pbx, now), 0);
        assert_true(pbx_turn(pbx, now, true, &fault));
        assert_int_equal(pbx_in_flight(pbx), 0);
        now = pbx_due(pbx, now, true);
        login();
        assert_false(waits());
        assert_int_equal(pbx_room(pbx, now), 4);
    }
}

static void every_broken_answer_has_its_meaning(void **state)
{
    (void)state;
    static const struct {
        struct step step;
        struct meaning meaning;
    } cases[] = {
        {{.status = 500}, {CODE_HTTP + 500, PBX_BAD, true, false, false}},
        {{.status = 503, .body = "{\"status\":\"Success\"}"},
         {CODE_HTTP + 503, PBX_BAD, true, false, false}},
        {{.status = 501}, {CODE_HTTP + 501, PBX_BAD, true, false, false}},
        {{.status = 408}, {CODE_HTTP + 408, PBX_BAD, true, false, false}},
        {{.status = 429}, {CODE_HTTP + 429, PBX_BAD, true, true, false}},
        {{.status = 400}, {CODE_HTTP + 400, PBX_NOT_NOW, true, true, true}},
        {{.status = 403}, {CODE_HTTP + 403, PBX_NOT_NOW, true, true, true}},
        {{.status = 404}, {CODE_HTTP + 404, PBX_NOT_NOW, true, true, true}},
        {{.status = 302, .headers = "Location: /\r\n"},
         {CODE_HTTP + 302, PBX_NOT_NOW, true, true, true}},
        {{.status = 200, .body = ""}, {CODE_NONE, PBX_BAD, true, false, false}},
        {{.status = 200, .body = "<html>busy</html>"}, {CODE_NONE, PBX_BAD, true, false, false}},
        {{.status = 200, .body = "{\"status\":\"Succ"}, {CODE_NONE, PBX_BAD, true, false, false}},
        {{.status = 200, .body = "{\"x\":\"y\"}"}, {CODE_NONE, PBX_BAD, true, false, false}},
        {{.status = 200, .body = "{\"status\":\"Maybe\"}"},
         {CODE_NONE, PBX_BAD, true, false, false}},
        {{.status = 200, .body = "{\"status\":\"Failed\"}"},
         {CODE_NONE, PBX_BAD, true, false, false}},
        {{.raw = "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{\"status\":\"Success\"",
          .after = AFTER_CLOSE},
         {CODE_NONE, PBX_BAD, true, false, false}},
        {{.after = AFTER_CLOSE}, {CODE_NONE, PBX_BAD, true, false, false}},
        {{.after = AFTER_RESET}, {CODE_NONE, PBX_BAD, true, false, false}},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct meaning *m = &cases[i].meaning;
        struct step step = cases[i].step;
        step.call = "/add?";
        renew(PASSWORD);
        LOGGED_IN(step);
        struct pbx_answer a = add(1);
        if (a.verdict != m->verdict || a.in_doubt != m->in_doubt || waits() != m->waits ||
            pbx_waits_long(pbx, now) != m->waits_long || a.code != m->number)
            fail_msg("case %zu: verdict %d, code %d, in doubt %d, waits %d, long %d", i,
                     (int)a.verdict, a.code, a.in_doubt, waits(), pbx_waits_long(pbx, now));
        assert_int_equal(pbx_served(pbx), 0);
        assert_int_equal(server_count(server, "/add?"), i + 1);
    }
}

static void what_was_not_sent_is_not_in_doubt(void **state)
{
    (void)state;
    LOGGED_IN({.call = "/add?",
               .status = 200,
               .headers = "Connection: close\r\n",
               .body = body_of("Success", "x", ""),
               .after = AFTER_CLOSE});
    add(1);
    shutdown(server->listener, SHUT_RDWR);
    struct pbx_answer a = add(2);
    assert_int_equal(a.verdict, PBX_BAD);
    assert_false(a.in_doubt);
    assert_int_equal(a.code, CODE_NONE);
    assert_false(waits());
}

/* ---- the gate ---- */

static void three_rows_in_a_row_stop_everything(void **state)
{
    (void)state;
    LOGGED_IN({.call = "/add?", .status = 503}, {.call = "/add?", .status = 503},
              {.call = "/add?", .status = 503}, {.call = "/add?", .status = 503}, ADD_WELL);
    assert_true(pbx_only_bad(pbx, 1));
    for (int i = 0; i < 2; i++) /* the same row, as often as it likes */
        add(1);
    assert_true(pbx_only_bad(pbx, 1));
    assert_false(pbx_only_bad(pbx, 2));
    add(2);
    assert_false(pbx_only_bad(pbx, 1));
    assert_false(waits());
    assert_int_equal(pbx_room(pbx, now), 4);
    assert_int_equal(pbx_waiting_since(pbx), 0);
    add(3);
    assert_non_null(strstr(pbx_waiting(pbx, now), "503"));
    assert_int_equal(pbx_waiting_since(pbx), now);
    assert_false(pbx_waits_long(pbx, now));
    assert_int_equal(pbx_room(pbx, now), 0);

    now = pbx_due(pbx, now, true); /* one probe */
    assert_int_equal(pbx_room(pbx, now), 1);
    begin_add(1);
    assert_int_equal(pbx_room(pbx, now), 0);
    struct pbx_answer a = next_answer();
    assert_int_equal(a.verdict, PBX_OK);
    assert_false(waits());
    assert_int_equal(pbx_room(pbx, now), 4);
    assert_int_equal(pbx_waiting_since(pbx), 0);
    assert_int_equal(pbx_served(pbx), 1);
}

static void a_good_answer_between_keeps_it_open(void **state)
{
    (void)state;
    LOGGED_IN({.call = "/add?", .status = 503}, {.call = "/add?", .status = 503}, ADD_ERRNO(10033),
              {.call = "/add?", .status = 503}, {.call = "/add?", .status = 503}, ADD_WELL);
    for (uint64_t tag = 1; tag <= 6; tag++) {
        add(tag);
        assert_false(waits());
    }
    assert_int_equal(pbx_served(pbx), 2);
}

/* Failed probes: a longer and longer wait, told louder in the end. */
static void probes_that_fail_become_a_long_wait(void **state)
{
    (void)state;
    LOGGED_IN({.call = "/add?", .status = 503});
    for (uint64_t tag = 1; tag <= 3; tag++)
        add(tag);
    int64_t since = pbx_waiting_since(pbx);
    for (int probe = 1; probe <= 4; probe++) {
        assert_false(pbx_waits_long(pbx, now));
        int64_t due = pbx_due(pbx, now, true);
        assert_true(due > now);
        now = due;
        add(4);
    }
    assert_true(pbx_waits_long(pbx, now));
    assert_int_equal(pbx_waiting_since(pbx), since);
    pbx_trouble(pbx, now);
    assert_true(waits());
}

static void a_good_query_does_not_end_the_trouble_of_adds(void **state)
{
    (void)state;
    LOGGED_IN({.call = "/add?", .status = 503}, {.call = "/add?", .status = 503},
              {.call = "/add?", .status = 503},
              {.call = "/query?", .status = 200, .body = body_of("Success", "x", "")}, ADD_WELL);
    for (uint64_t tag = 1; tag <= 3; tag++)
        add(tag);
    now = pbx_due(pbx, now, true);
    struct pbx_answer a = query("2002");
    assert_int_equal(a.verdict, PBX_OK);
    assert_true(waits());
    assert_int_equal(pbx_room(pbx, now), 1); /* the next probe, at once */
    a = add(1);
    assert_int_equal(a.verdict, PBX_OK);
    assert_false(waits());
}

static void trouble_told_from_outside_is_ended_by_any_good_answer(void **state)
{
    (void)state;
    LOGGED_IN({.call = "/query?", .status = 200, .body = body_of("Success", "x", "")});
    pbx_trouble(pbx, now);
    assert_true(waits());
    assert_int_equal(pbx_room(pbx, now), 0);
    now = pbx_due(pbx, now, true);
    query("2002");
    assert_false(waits());
}

static void a_retry_after_is_one_pause_for_all(void **state)
{
    (void)state;
    config.retry.first = config.retry.most = 1;
    renew(PASSWORD);
    LOGGED_IN({.call = "/add?", .status = 503, .headers = "Retry-After: 7\r\n"},
              {.call = "/add?", .status = 200, .body = body_of("Success", "x", ""), .hold = 4});
    begin_add(1);
    begin_add(2);
    struct pbx_answer a = next_answer();
    assert_int_equal(a.verdict, PBX_BAD);
    for (int answers = 0; answers < 2; answers++) {
        assert_true(waits());
        assert_false(pbx_waits_long(pbx, now));
        assert_int_equal(pbx_due(pbx, now, true), now + 7000);
        assert_int_equal(pbx_room(pbx, now + 6999), 0);
        if (answers == 1)
            break;
        server_release(server); /* what was under way ends well, which cuts no pause short */
        a = next_answer();
        assert_int_equal(a.verdict, PBX_OK);
    }
    assert_int_equal(pbx_room(pbx, now + 7000), 4);
}

/* A pause that is longer than the time between heartbeats is no reason to wake up all the time. */
static void nothing_is_due_in_the_past(void **state)
{
    (void)state;
    LOGGED_IN({.call = "/add?", .status = 503, .headers = "Retry-After: 3600\r\n"});
    add(1);
    int64_t end = now + HOUR;
    assert_true(pbx_due(pbx, now, false) >= end);
    now += 20 * MINUTES;
    assert_true(pbx_turn(pbx, now, false, &fault));
    assert_int_equal(pbx_in_flight(pbx), 0);
    assert_true(pbx_due(pbx, now, false) >= end);
    assert_true(pbx_due(pbx, now, true) >= end);
}

/* The gate lets a probe through and there is none to send: no time is due on its account. */
static void a_probe_that_may_leave_is_not_due(void **state)
{
    (void)state;
    LOGGED_IN({.call = "/add?", .status = 503});
    for (uint64_t tag = 1; tag <= 3; tag++)
        add(tag);
    int64_t end = pbx_due(pbx, now, true);
    now = end;
    assert_int_equal(pbx_room(pbx, now), 1);
    assert_true(pbx_turn(pbx, now, true, &fault));
    finish_session_call();
    assert_true(pbx_due(pbx, now, true) > now);
}

/* ---- queries, apply ---- */

static void queries_show_whether_they_work(void **state)
{
    (void)state;
    static const struct {
        int status, number;
        enum pbx_verdict verdict;
        enum pbx_queries queries;
    } cases[] = {
        {200, 10006, PBX_REFUSED, PBX_QUERIES_WORK},
        {200, 10003, PBX_UNSUPPORTED, PBX_QUERIES_MISSING},
        {200, 10002, PBX_UNSUPPORTED, PBX_QUERIES_MISSING},
        {404, 0, PBX_UNSUPPORTED, PBX_QUERIES_MISSING},
        {405, 0, PBX_UNSUPPORTED, PBX_QUERIES_MISSING},
        {501, 0, PBX_UNSUPPORTED, PBX_QUERIES_MISSING},
        {200, 10004, PBX_UNSUPPORTED, PBX_QUERIES_UNKNOWN},
        {200, 99999, PBX_UNSUPPORTED, PBX_QUERIES_UNKNOWN},
        {503, 0, PBX_BAD, PBX_QUERIES_UNKNOWN},
        {200, 30003, PBX_BAD, PBX_QUERIES_UNKNOWN},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        forget_notes();
        renew(PASSWORD);
        LOGGED_IN(
            {.call = "/query?", .status = cases[i].status, .body = errno_body(cases[i].number)});
        assert_int_equal(pbx_queries(pbx), PBX_QUERIES_UNKNOWN);
        struct pbx_answer a = query("2002,2003");
        assert_int_equal(a.verdict, cases[i].verdict);
        assert_int_equal(pbx_queries(pbx), cases[i].queries);
        assert_false(waits());
        assert_int_equal(pbx_served(pbx), 0);
    }
}

/* A box that boots has no queries for a while: rows in doubt must not fail for that, not over a
 * restart either. When it lasts, it is another firmware. */
static void queries_that_worked_are_missed(void **state)
{
    (void)state;
    char note[LEDGER_NOTE];
    LOGGED_IN({.call = "/query?", .status = 200, .body = errno_body(10006)});
    query("2002");
    restart(PASSWORD);
    assert_int_equal(pbx_queries(pbx), PBX_QUERIES_WORK);
    LOGGED_IN({.call = "/query?", .status = 200, .body = errno_body(10003)},
              {.call = "/query?", .status = 404},
              {.call = "/query?", .status = 200, .body = errno_body(10006)},
              {.call = "/query?", .status = 404});
    assert_int_equal(query("2002").verdict, PBX_NOT_NOW);
    assert_true(waits());
    assert_true(ledger_note_get(ledger, "queries-1", note, NULL));
    assert_in_range(clock_wall() - strtoll(note, NULL, 10), 0, MINUTES);
    now = pbx_due(pbx, now, true);
    assert_int_equal(query("2002").verdict, PBX_NOT_NOW);
    now = pbx_due(pbx, now, true);
    assert_int_equal(query("2002").verdict, PBX_REFUSED);
    assert_false(waits());

    snprintf(note, sizeof note, "%lld", (long long)(clock_wall() - 11 * MINUTES));
    assert_true(ledger_note_put(ledger, "queries-1", note, NULL));
    restart(PASSWORD);
    login();
    assert_int_equal(query("2002").verdict, PBX_UNSUPPORTED);
    assert_int_equal(pbx_queries(pbx), PBX_QUERIES_MISSING);
    restart(PASSWORD);
    assert_int_equal(pbx_queries(pbx), PBX_QUERIES_UNKNOWN);
}

/* Otherwise a PBX that takes logins and refuses their tokens would see a storm of logins. */
static void a_good_login_does_not_end_the_trouble_of_queries(void **state)
{
    (void)state;
    LOGGED_IN({.call = "/query?", .status = 200, .body = errno_body(20004)}, LOGIN,
              {.call = "/query?", .status = 200, .body = errno_body(20004)});
    for (size_t logins = 1; logins <= 3; logins++) {
        assert_int_equal(query("2002").verdict, PBX_NOT_NOW);
        assert_true(waits());
        now = pbx_due(pbx, now, true);
        login();
        assert_int_equal(server_count(server, "/login"), logins + 1);
        assert_true(waits());
    }
}

static void a_query_tells_of_extensions(void **state)
{
    (void)state;
    LOGGED_IN({.call = "/query?",
               .status = 200,
               .body = "{\"status\":\"Success\",\"extinfos\":[{\"extnumber\":\"2002\","
                       "\"registerpassword\":\"x\"},{\"extnumber\":\"2003\"}]}"});
    struct pbx_answer a = query("2002,2003,2004");
    assert_int_equal(a.verdict, PBX_OK);
    assert_int_equal(pbx_queries(pbx), PBX_QUERIES_WORK);
    assert_int_equal(a.wire.count, 2);
    assert_string_equal(wire_value(&a.wire.extensions[0], "registerpassword"), "x");
    assert_string_equal(wire_value(&a.wire.extensions[1], "extnumber"), "2003");
    struct server_request r = server_request(server, 1);
    assert_string_equal(r.body, "{\"extid\":\"2002,2003,2004\"}");
    assert_non_null(strstr(r.head, "/api/v0.0.1/extension/query?token=" TOKEN "&type=json HTTP"));
}

static void an_apply_may_be_missing(void **state)
{
    (void)state;
    static const struct {
        int status, number;
        enum pbx_verdict verdict;
    } cases[] = {
        {200, 10003, PBX_UNSUPPORTED}, {404, 0, PBX_UNSUPPORTED}, {501, 0, PBX_UNSUPPORTED},
        {200, 10033, PBX_REFUSED},     {200, 10025, PBX_BAD},     {503, 0, PBX_BAD},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        renew(PASSWORD);
        LOGGED_IN(
            {.call = "/apply?", .status = cases[i].status, .body = errno_body(cases[i].number)});
        pbx_apply(pbx, now, 77);
        struct pbx_answer a = next_answer();
        assert_int_equal(a.call, PBX_APPLY);
        assert_int_equal(a.tag, 77);
        assert_int_equal(a.verdict, cases[i].verdict);
        assert_int_equal(waits(), a.verdict == PBX_BAD);
    }
    assert_int_equal(server_count(server, "/api/v0.0.1/apply?token=" TOKEN "&type=json"),
                     COUNT_OF(cases));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PBX(every_errno_has_its_meaning),
        PBX(every_errno_has_its_meaning_in_xml),
        PBX(a_login_has_no_row_to_blame),
        PBX(every_broken_answer_has_its_meaning),
        PBX(what_was_not_sent_is_not_in_doubt),
        PBX(three_rows_in_a_row_stop_everything),
        PBX(a_good_answer_between_keeps_it_open),
        PBX(probes_that_fail_become_a_long_wait),
        PBX(a_good_query_does_not_end_the_trouble_of_adds),
        PBX(trouble_told_from_outside_is_ended_by_any_good_answer),
        PBX(a_retry_after_is_one_pause_for_all),
        PBX(nothing_is_due_in_the_past),
        PBX(a_probe_that_may_leave_is_not_due),
        PBX(queries_show_whether_they_work),
        PBX(queries_that_worked_are_missed),
        PBX(a_good_login_does_not_end_the_trouble_of_queries),
        PBX(a_query_tells_of_extensions),
        PBX(an_apply_may_be_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
