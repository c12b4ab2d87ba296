/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "page_html.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "json.h"

static struct buf page;

static int begin(void **state)
{
    (void)state;
    setenv("TZ", "UTC", 1);
    return 0;
}

static int end(void **state)
{
    (void)state;
    buf_free(&page);
    return 0;
}

static struct json_object *parsed(const char *status)
{
    struct json_object *tree = json_tokener_parse(status);
    assert_non_null(tree);
    return tree;
}

/* The document that a status makes, the status as JSON. */
static const char *document(const char *status, enum language l)
{
    struct json_object *tree = parsed(status);
    buf_reset(&page);
    page_html_document(&page, tree, l);
    json_object_put(tree);
    return buf_get(&page);
}

/* The same, of one import; members beside its id and state. */
static const char *document_of(const char *state, const char *members, enum language l)
{
    ON_LEAVE(buf_free) struct buf status = {0};
    buf_format(&status, "{\"imports\":[{\"id\":\"000042\",\"state\":\"%s\",%s}]}", state, members);
    return document(buf_get(&status), l);
}

static void assert_has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("no '%s' in:\n%s", part, text);
}

static void assert_lacks(const char *text, const char *part)
{
    if (strstr(text, part))
        fail_msg("'%s' in:\n%s", part, text);
}

#define NOTHING "{\"imports\":[],\"unclaimed\":[],\"waiting\":null,\"daemon\":{}}"

/* ---- the sentence ---- */

static void nothing_to_do_is_well(void **state)
{
    (void)state;
    const char *text = document(NOTHING, LANGUAGE_EN);
    assert_has(text, "<p class=\"lead next well\">All is well: no file is waiting.</p>");
    assert_has(text, "No import has finished yet.");
    assert_lacks(text, "<li ");
}

static void before_the_first_turn_nothing_is_known(void **state)
{
    (void)state;
    buf_reset(&page);
    page_html_document(&page, NULL, LANGUAGE_EN);
    assert_has(buf_get(&page), "nothing is known yet");
    assert_lacks(buf_get(&page), "All is well");
}

static void a_wait_is_told_with_its_reason_and_who_is_to_act(void **state)
{
    (void)state;
    const char *text =
        document("{\"imports\":[],\"waiting\":\"the PBX cannot be reached: refused\","
                 "\"daemon\":{\"waiting_since\":1714552200125}}",
                 LANGUAGE_EN);
    assert_has(text,
               "<p class=\"lead next attention\">Nothing could be sent to the phone system since "
               "1 May 2024, 08:30 (UTC): the PBX cannot be reached: refused. Nothing is lost");
    text = document("{\"imports\":[],\"waiting\":\"no password for the PBX is configured yet\"}",
                    LANGUAGE_EN);
    assert_has(text, "at the moment: no password for the PBX is configured yet. Your administrator "
                     "has yet to give");
    assert_lacks(text, "All is well");
}

static void what_is_not_up_to_date_says_so(void **state)
{
    (void)state;
    const char *text = document("{\"late\":7,\"imports\":[]}", LANGUAGE_EN);
    assert_has(text, "attention\">The program is not answering at the moment");
    assert_lacks(text, "All is well");
    text = document("{\"late\":0,\"daemon\":{\"stopping\":true}}", LANGUAGE_EN);
    assert_has(text, "attention\">The program is about to end.");
    text = document("{\"late\":0,\"more\":7}", LANGUAGE_EN);
    assert_has(text, "<p>7 more files are not listed here.</p>");
    assert_has(text, "All is well");
}

static void the_sentence_counts_what_is_to_be_seen_below(void **state)
{
    (void)state;
    const char *text = document("{\"imports\":[{\"state\":\"sending\"},{\"state\":\"waiting\"},"
                                "{\"state\":\"held\"},{\"state\":\"done\"}],"
                                "\"unclaimed\":[{\"name\":\"a.xlsx\"},{\"name\":\"b.xlsx\"}]}",
                                LANGUAGE_EN);
    assert_has(text, "attention\">2 files are being imported. One file is held until somebody "
                     "decides what to do. 2 files in the drop folder are not taken up.</p>");
}

static void the_sentence_stays_while_rows_go_by(void **state)
{
    (void)state;
    ON_LEAVE(buf_free) struct buf before = {0};
    struct json_object *tree = parsed("{\"imports\":[{\"state\":\"sending\",\"rows\":9}]}");
    page_html_parts(&before, tree, LANGUAGE_EN);
    json_object_put(tree);
    const char *end_of_sentence = strstr(buf_get(&before), "\",\"held\"");
    assert_non_null(end_of_sentence);
    buf_reset(&page);
    tree = parsed("{\"imports\":[{\"state\":\"sending\",\"rows\":9,\"done\":5,\"rate\":4.0}]}");
    page_html_parts(&page, tree, LANGUAGE_EN);
    json_object_put(tree);
    size_t len = (size_t)(end_of_sentence - buf_get(&before));
    assert_memory_equal(buf_get(&page), buf_get(&before), len);
    assert_string_not_equal(buf_get(&page), buf_get(&before));
}

/* ---- imports ---- */

static void progress_has_a_bar_and_figures(void **state)
{
    (void)state;
    const char *text = document_of("sending",
                                   "\"name\":\"people.csv\",\"rows\":20000,\"done\":4312,"
                                   "\"rate\":212.4,\"left\":74,\"reason\":\"\"",
                                   LANGUAGE_EN);
    assert_has(text, "<h3 id=\"name-000042\"><bdi>people.csv</bdi></h3>");
    assert_has(text, "<progress aria-labelledby=\"name-000042\" value=\"4312\" max=\"20000\">");
    assert_has(text, "4,312 of 20,000 rows done, 212 rows a second, about 2 minutes left");
    text = document_of("sending", "\"rows\":20000,\"done\":4312,\"rate\":0.5,\"left\":31376",
                       LANGUAGE_DE);
    assert_has(text, "4.312 von 20.000 Zeilen erledigt, 30 Zeilen je Minute, noch etwa 9 Stunden");
}

static void while_a_file_is_read_its_end_is_not_known(void **state)
{
    (void)state;
    const char *text = document_of("claimed", "\"rows\":2311,\"done\":11", LANGUAGE_EN);
    assert_has(text, "<progress aria-labelledby=\"name-000042\"></progress>");
    assert_has(text, "2,311 rows read so far");
}

static void time_left_is_rounded_up_and_coarse(void **state)
{
    static const struct {
        const char *left, *text;
    } cases[] = {
        {"0", "less than a minute left"},   {"59", "less than a minute left"},
        {"60", "about a minute left"},      {"61", "about 2 minutes left"},
        {"5400", "about 90 minutes left"},  {"5401", "about 2 hours left"},
        {"129600", "about 36 hours left"},  {"129601", "about 2 days left"},
        {"8640000", "about 100 days left"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char members[80];
        snprintf(members, sizeof members, "\"rows\":9,\"left\":%s", cases[i].left);
        assert_has(document_of("sending", members, LANGUAGE_EN), cases[i].text);
    }
}

static void a_reason_is_told_once(void **state)
{
    (void)state;
    const char *text =
        document("{\"waiting\":\"the PBX rests\",\"imports\":[{\"state\":\"waiting\","
                 "\"reason\":\"the PBX rests\"}]}",
                 LANGUAGE_EN);
    assert_has(text, "at the moment: the PBX rests.");
    assert_lacks(text, "It is waiting: the PBX rests");
    text = document_of("waiting", "\"reason\":\"no room\"", LANGUAGE_EN);
    assert_has(text, "It is waiting: no room");
    text = document_of("waiting", "\"rows\":9,\"done\":5,\"rate\":4.0,\"left\":1", LANGUAGE_EN);
    assert_has(text, "5 of 9 rows done</p>");
    text = document("{\"waiting\":\"the PBX rests\",\"imports\":[],"
                    "\"daemon\":{\"session\":\"open\"}}",
                    LANGUAGE_EN);
    assert_has(text, "<dd>takes nothing at the moment</dd>");
}

static void a_hold_says_why_and_what_to_do(void **state)
{
    (void)state;
    const char *text = document_of("held",
                                   "\"name\":\"short.csv\",\"code\":\"shrunk\","
                                   "\"reason\":\"has 3 rows\",\"report\":\"000042-short.html\"",
                                   LANGUAGE_EN);
    assert_has(text, "The file has far fewer rows than the last one</p>");
    assert_has(text, "<p class=\"quiet\">has 3 rows</p>");
    assert_has(text, "Check that the export is complete.");
    assert_has(text, "<code>extspool release 42</code>");
    assert_has(text, "<code>extspool cancel 42</code>");
    assert_has(text, "<a href=\"reports/000042-short.html\">Report on <bdi>short.csv</bdi></a>");
    text = document_of("held", "\"code\":\"of-tomorrow\",\"reason\":\"has 3 rows\"", LANGUAGE_EN);
    assert_has(text, "<p class=\"why\">has 3 rows</p>");
    assert_has(text, "<code>extspool release 42</code>");
    assert_lacks(text, "<a ");
}

/* A refused row is settled, and nothing was done with it. */
static void a_hold_says_what_became_of_its_rows(void **state)
{
    (void)state;
    const char *text = document_of("held",
                                   "\"rows\":10,\"done\":4,\"counts\":{\"rows\":10,\"created\":0,"
                                   "\"unchanged\":0,\"skipped\":0,\"invalid\":3,\"failed\":1}",
                                   LANGUAGE_EN);
    assert_has(text, "10 rows read: none added, <span class=\"plain\">6 still open</span>, "
                     "<span class=\"oops\">4 rows refused</span></p>");
    assert_lacks(text, "rows done");
    text = document_of("held",
                       "\"rows\":10,\"done\":10,\"counts\":{\"rows\":10,\"created\":1,"
                       "\"unchanged\":2,\"skipped\":3,\"invalid\":4,\"failed\":0}",
                       LANGUAGE_DE);
    assert_has(text, "10 Zeilen gelesen: <span class=\"plain\">eine angelegt</span>, "
                     "<span class=\"plain\">2 schon früher angelegt</span>");
    assert_lacks(text, "offen");
    assert_lacks(document_of("held", "\"rows\":0,\"done\":0", LANGUAGE_EN), "rows read");
}

static void ended_imports_have_their_counts(void **state)
{
    (void)state;
    const char *text = document(
        "{\"imports\":[{\"id\":\"000001\",\"state\":\"done\",\"name\":\"a.csv\",\"report\":"
        "\"000001-a.html\",\"counts\":{\"rows\":9,\"created\":1,\"unchanged\":2,\"skipped\":0,"
        "\"invalid\":3,\"failed\":1}},{\"id\":\"000002\",\"state\":\"rejected\",\"name\":\"b.csv\","
        "\"reason\":\"the file is empty\",\"counts\":{\"rows\":0}}]}",
        LANGUAGE_EN);
    assert_has(text, "Rejected: <span class=\"oops\">the file is empty</span>");
    assert_has(text, "Done: <span class=\"plain\">one added</span>, <span class=\"plain\">2 added "
                     "before</span>, <span class=\"oops\">4 rows refused</span></p>");
    assert_lacks(text, "left out");
    assert_has(text, "<a href=\"reports/000001-a.html\"><bdi>a.csv</bdi></a>");
}

/* ---- the server ---- */

static void what_the_server_lacks_is_to_be_seen(void **state)
{
    (void)state;
    const char *text = document(
        "{\"imports\":[],\"unclaimed\":[{\"name\":\"people.xlsx\",\"reason\":"
        "\"its name matches no pattern of [spool] "
        "pattern\"}],\"daemon\":{\"calls\":3,\"calls_most\":8,"
        "\"session\":\"open\",\"pbx\":\"http://x\",\"watch\":\"polling\",\"watch_reason\":\"on "
        "NFS\",\"spool_free\":123456789012,\"version\":\"1.2.3\","
        "\"reload_refused\":true}}",
        LANGUAGE_EN);
    assert_has(text, "<bdi>people.xlsx</bdi></h3>\n<p class=\"why\">its name matches no pattern "
                     "of [spool] pattern</p>\n<p>Only CSV files are imported");
    assert_has(text, "since it cannot be watched: on NFS</dd>");
    assert_has(text, "<dd>logged in (http://x)</dd>");
    assert_has(text, "<dd>3 of at most 8</dd>");
    assert_has(text, "<dd>123 GB free</dd>");
    assert_has(text, "<dd>1.2.3</dd>");
    assert_has(text, "the last change has a mistake and was not taken over");
    text = document("{\"daemon\":{\"spool_free\":1200000000}}", LANGUAGE_DE);
    assert_has(text, "<dd>1,2 GB frei</dd>");
    assert_lacks(text, "Telefonanlage</dt>");
}

/* ---- hostile input ---- */

static void what_others_chose_is_text(void **state)
{
    (void)state;
    const char *text = document_of(
        "done",
        "\"name\":\"<img src=x onerror=alert(1)>\\\"'\\u202egnp.csv\",\"reason\":\"</p><script>\","
        "\"profile\":\"<i>\",\"report\":\"000042-<img \\\"x\\\">?#%41\\u00fc.html\"",
        LANGUAGE_EN);
    assert_has(text, "<bdi>&lt;img src=x onerror=alert(1)&gt;&quot;&#39;\ufffdgnp.csv</bdi>");
    assert_has(text, "&lt;/p&gt;&lt;script&gt;");
    assert_has(text, "profile &lt;i&gt;");
    assert_has(text, "href=\"reports/000042-%3Cimg%20%22x%22%3E%3F%23%2541%C3%BC.html\"");
    assert_lacks(text, "<img");
    assert_lacks(text, "<script>");
}

static void what_did_not_come_is_told(void **state)
{
    (void)state;
    const char *text = document("{\"imports\":[],\"missing\":[{\"name\":\"bamboohr\",\"reason\":"
                                "\"the export of bamboohr did not come by 06:00\"}]}",
                                LANGUAGE_EN);
    assert_has(text, "attention\">One file that is expected has not come.</p>");
    assert_has(text, "the export of bamboohr did not come by 06:00</p>\n<p>Look whether");
    assert_lacks(text, "All is well");
}

static void text_that_was_cut_amid_a_character_is_mended(void **state)
{
    (void)state;
    struct json_object *tree = parsed("{\"imports\":[{\"state\":\"held\"}]}");
    struct json_object *import =
        json_object_array_get_idx(json_object_object_get(tree, "imports"), 0);
    json_object_object_add(import, "reason", json_object_new_string("M\xc3\xbcll\xc3"));
    buf_reset(&page);
    page_html_document(&page, tree, LANGUAGE_EN);
    json_object_put(tree);
    assert_has(buf_get(&page), "M\u00fcll%C3</p>");
}

static void members_of_any_kind_are_survived(void **state)
{
    static const char *const kinds[] = {"null", "true", "-1",   "1e300",  "\"\"",
                                        "[]",   "{}",   "[{}]", "[null]", "[[]]"};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        ON_LEAVE(buf_free) struct buf status = {0};
        const char *k = kinds[i];
        buf_format(
            &status,
            "{\"imports\":[%s,{\"id\":%s,\"state\":\"sending\",\"name\":%s,\"rows\":%s,"
            "\"done\":%s,\"rate\":%s,\"left\":%s,\"reason\":%s},{\"state\":\"held\",\"code\":"
            "%s},{\"state\":\"done\",\"counts\":%s,\"report\":%s,\"finished\":%s}],"
            "\"unclaimed\":%s,\"waiting\":%s,\"daemon\":%s}",
            k, k, k, k, k, k, k, k, k, k, k, k, k, k, k);
        assert_has(document(buf_get(&status), LANGUAGE_EN), "</html>\n");
    }
    assert_has(document("[]", LANGUAGE_EN), "</html>\n");
}

/* ---- document and events ---- */

static const char full[] =
    "{\"waiting\":\"x\",\"imports\":[{\"id\":\"000001\",\"state\":\"sending\",\"rows\":9,\"name\":"
    "\"a\\nb\"},{\"id\":\"000002\",\"state\":\"held\",\"code\":\"shrunk\"},{\"id\":\"000003\","
    "\"state\":\"done\",\"counts\":{\"created\":1}}],\"unclaimed\":[{\"name\":\"x\"}],\"missing\":["
    "{\"name\":\"x\"}],"
    "\"daemon\":{\"version\":\"1\",\"session\":\"none\",\"watch\":\"inotify\"}}";

static void an_event_has_what_the_document_has(void **state)
{
    (void)state;
    ON_LEAVE(buf_free) struct buf line = {0};
    struct json_object *tree = parsed(full);
    page_html_parts(&line, tree, LANGUAGE_DE);
    json_object_put(tree);
    assert_null(strpbrk(buf_get(&line), "\r\n")); /* an event's data end there */
    struct json_object *parts = parsed(buf_get(&line));
    const char *text = document(full, LANGUAGE_DE);
    assert_int_equal(json_object_object_length(parts), 7);
    json_object_object_foreach(parts, id, part)
    {
        ON_LEAVE(buf_free) struct buf element = {0};
        buf_format(&element, " id=\"%s\"", id);
        const char *at = strstr(text, buf_get(&element));
        assert_non_null(at);
        const char *html = json_object_get_string(part);
        at = strchr(at, '>') + 1;
        assert_true(html[0] != '\0');
        assert_memory_equal(at, html, strlen(html));
    }
    json_object_put(parts);
}

/* So that a policy without 'unsafe-inline' lets all of it pass. */
static void nothing_is_inline_and_nothing_from_elsewhere(void **state)
{
    static const char *const banned[] = {"style=", "<style", "<script>", "//", "javascript:"};
    (void)state;
    const char *text = document(full, LANGUAGE_EN);
    for (size_t i = 0; i < COUNT_OF(banned); i++)
        assert_lacks(text, banned[i]);
    assert_has(text, "<noscript><meta http-equiv=\"refresh\" content=\"5\"></noscript>");
    assert_has(text, "<html lang=\"en\">");
}

static void style_and_script_need_nothing_else(void **state)
{
    ON_LEAVE(buf_free) struct buf css = {0};
    ON_LEAVE(buf_free) struct buf js = {0};
    (void)state;
    page_html_css(&css);
    page_html_js(&js);
    assert_has(buf_get(&css), "--paper:"); /* the report's colours */
    assert_lacks(buf_get(&css), "url(");
    assert_lacks(buf_get(&css), "@import");
    assert_has(buf_get(&js), "new EventSource('events')");
    assert_lacks(buf_get(&js), "eval");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_to_do_is_well),
        cmocka_unit_test(before_the_first_turn_nothing_is_known),
        cmocka_unit_test(a_wait_is_told_with_its_reason_and_who_is_to_act),
        cmocka_unit_test(what_is_not_up_to_date_says_so),
        cmocka_unit_test(the_sentence_counts_what_is_to_be_seen_below),
        cmocka_unit_test(the_sentence_stays_while_rows_go_by),
        cmocka_unit_test(progress_has_a_bar_and_figures),
        cmocka_unit_test(while_a_file_is_read_its_end_is_not_known),
        cmocka_unit_test(time_left_is_rounded_up_and_coarse),
        cmocka_unit_test(a_reason_is_told_once),
        cmocka_unit_test(a_hold_says_why_and_what_to_do),
        cmocka_unit_test(a_hold_says_what_became_of_its_rows),
        cmocka_unit_test(ended_imports_have_their_counts),
        cmocka_unit_test(what_the_server_lacks_is_to_be_seen),
        cmocka_unit_test(what_did_not_come_is_told),
        cmocka_unit_test(what_others_chose_is_text),
        cmocka_unit_test(text_that_was_cut_amid_a_character_is_mended),
        cmocka_unit_test(members_of_any_kind_are_survived),
        cmocka_unit_test(an_event_has_what_the_document_has),
        cmocka_unit_test(nothing_is_inline_and_nothing_from_elsewhere),
        cmocka_unit_test(style_and_script_need_nothing_else),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
