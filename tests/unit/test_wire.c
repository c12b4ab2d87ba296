/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "json.h"
#include "wire_world.h"

static struct wire_answer answer;

static int answer_clear(void **state)
{
    (void)state;
    wire_answer_free(&answer);
    return 0;
}

#define TEST(function) cmocka_unit_test_teardown(function, answer_clear)

static void read_bytes(enum wire_format format, const char *body, size_t len)
{
    /* of exactly this size, so that a byte too far is noticed */
    char *copy = xmalloc(len);
    memcpy(copy, body, len);
    wire_answer_free(&answer);
    wire_read(format, copy, len, &answer);
    free(copy);
}

static void read_text(enum wire_format format, const char *body)
{
    read_bytes(format, body, strlen(body));
}

/* ---- what is sent ---- */

static const char *written(enum wire_format format, struct record_value *values, size_t count)
{
    static char text[1024];
    struct buf body = {0};
    struct record r = {.values = values, .count = count};
    wire_record(format, &r, &body);
    snprintf(text, sizeof text, "%s", buf_get(&body));
    assert_int_equal(body.len, strlen(text));
    buf_wipe(&body);
    return text;
}

static void values_are_sent_as_strings_in_their_order(void **state)
{
    (void)state;
    struct record_value values[] = {
        {.name = "number", .at = "2002xyz", .len = 4},
        {.name = "callerid", .at = "", .len = 0},
        {.name = "email", .at = NULL, .len = 0},
        {.name = "maxregistrations", .at = "3", .len = 1},
    };
    assert_string_equal(written(WIRE_JSON, values, COUNT_OF(values)),
                        "{\"number\":\"2002\",\"callerid\":\"\",\"maxregistrations\":\"3\"}");
    assert_string_equal(written(WIRE_XML, values, COUNT_OF(values)),
                        "<?xml version=\"1.0\" encoding=\"utf-8\"?><xml><number>2002</number>"
                        "<callerid></callerid><maxregistrations>3</maxregistrations></xml>");
}

static void nothing_to_send_is_an_empty_body(void **state)
{
    (void)state;
    assert_string_equal(written(WIRE_JSON, NULL, 0), "{}");
    assert_string_equal(written(WIRE_XML, NULL, 0),
                        "<?xml version=\"1.0\" encoding=\"utf-8\"?><xml></xml>");
}

/* What json-c makes of it. */
static const char *by_library(const char *text, size_t len)
{
    static char whole[200];
    ON_LEAVE(json_leave) struct json_object *o = json_object_new_object();
    json_object_object_add(o, "e\"x", json_object_new_string_len(text, (int)len));
    json_object_object_add(o, "n", json_object_new_string("1"));
    snprintf(
        whole, sizeof whole, "%s",
        json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
    return whole;
}

/* Each byte in each place of texts that end within and with a word, with names that are known as
 * JSON and with names that are not. */
static void json_is_what_the_library_writes(void **state)
{
    (void)state;
    char text[20];
    struct record_value values[] = {{.name = "e\"x", .at = text},
                                    {.name = "n", .at = "1", .len = 1}};
    for (int known = 0; known < 2; known++) {
        values[0].json = known ? (struct cell){"\"e\\\"x\":", 7} : (struct cell){0};
        values[1].json = known ? (struct cell){"\"n\":", 4} : (struct cell){0};
        for (int i = 0; i < 256 * (int)sizeof text; i++) {
            memset(text, i % 2 ? ' ' : '\x7F', sizeof text);
            text[i / 256] = (char)i;
            for (values[0].len = 0; values[0].len <= sizeof text; values[0].len++)
                assert_string_equal(written(WIRE_JSON, values, COUNT_OF(values)),
                                    by_library(text, values[0].len));
        }
    }
}

static void json_escapes_what_json_must(void **state)
{
    (void)state;
    struct record_value values[] = {
        {.name = "username", .at = "O'Brien \"\\/\n\t\x01 Zo\xc3\xab", .len = 19}};
    assert_string_equal(written(WIRE_JSON, values, 1),
                        "{\"username\":\"O'Brien \\\"\\\\/\\n\\t\\u0001 Zo\xc3\xab\"}");
}

static void xml_escapes_what_xml_must(void **state)
{
    (void)state;
    struct record_value values[] = {
        {.name = "username", .at = "<a&amp;]]>\r\n'\" Zo\xc3\xab", .len = 19}};
    assert_string_equal(written(WIRE_XML, values, 1),
                        "<?xml version=\"1.0\" encoding=\"utf-8\"?><xml><username>&lt;a&amp;amp;"
                        "]]&gt;&#13;\n'\" Zo\xc3\xab</username></xml>");
}

/* A record goes out and comes back as it was: the two halves agree on every character. */
static void what_is_written_is_read(void **state)
{
    (void)state;
    static const char nasty[] = "<a b='c'>&amp;\r\n\t]]>\"\\/ Zo\xc3\xab \xf0\x9f\x98\x80 &#65;";
    struct record_value value = {.name = "username", .at = nasty, .len = strlen(nasty)};
    struct buf body = {0};
    buf_format(&body, "{\"status\":\"Success\",\"extinfos\":[{\"extnumber\":\"1\",%s]}",
               written(WIRE_JSON, &value, 1) + strlen("{"));
    read_text(WIRE_JSON, body.at);
    assert_int_equal(answer.status, WIRE_SUCCESS);
    assert_int_equal(answer.count, 1);
    assert_string_equal(wire_value(&answer.extensions[0], "username"), nasty);

    const char *xml = strstr(written(WIRE_XML, &value, 1), "<xml>");
    buf_reset(&body);
    buf_format(&body, "<xml><status>Success</status><e><extnumber>1</extnumber>%s</e></xml>",
               xml + strlen("<xml>"));
    body.len -= strlen("</xml></e></xml>");
    body.at[body.len] = '\0';
    buf_text(&body, "</e></xml>");
    read_text(WIRE_XML, body.at);
    assert_int_equal(answer.status, WIRE_SUCCESS);
    assert_int_equal(answer.count, 1);
    assert_string_equal(wire_value(&answer.extensions[0], "username"), nasty);
    buf_free(&body);
}

/* ---- status and errno ---- */

struct judged {
    const char *body;
    enum wire_status status;
    int error_number;
};

static void assert_judged(enum wire_format format, const struct judged *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        read_text(format, cases[i].body);
        if (answer.status != cases[i].status || answer.error_number != cases[i].error_number)
            fail_msg("%s: status %d, errno %d", cases[i].body, (int)answer.status,
                     answer.error_number);
    }
}

static void json_answers_are_judged(void **state)
{
    (void)state;
    static const struct judged cases[] = {
        {"{\"status\":\"Success\"}", WIRE_SUCCESS, 0},
        {"{\n\"status\": \"Success\"\n}\n", WIRE_SUCCESS, 0},
        {"\xef\xbb\xbf{\"status\":\"Success\"}", WIRE_SUCCESS, 0},
        {"{\"status\":\"Success\",\"errno\":\"0\",\"x\":[1,{\"status\":\"Failed\"}]}", WIRE_SUCCESS,
         0},
        {"{\"status\":\"Failed\",\"errno\":\"10033\"}", WIRE_FAILED, 10033},
        {"{\"errno\":20004,\"status\":\"Failed\"}", WIRE_FAILED, 20004},
        {"{\"status\":\"Failed\",\"errno\":\"0\"}", WIRE_FAILED, 0},
        {"{\"status\":\"Failed\",\"errno\":\"99999999\"}", WIRE_FAILED, 99999999},
        {"{\"status\":\"Failed\"}", WIRE_OTHER, 0},
        {"{\"status\":\"Failed\",\"errno\":\"\"}", WIRE_OTHER, 0},
        {"{\"status\":\"Failed\",\"errno\":\"-1\"}", WIRE_OTHER, 0},
        {"{\"status\":\"Failed\",\"errno\":\"10033 \"}", WIRE_OTHER, 0},
        {"{\"status\":\"Failed\",\"errno\":\"4294977329\"}", WIRE_OTHER, 0},
        {"{\"status\":\"Failed\",\"errno\":true}", WIRE_OTHER, 0},
        {"{\"status\":\"Failed\",\"errno\":null}", WIRE_OTHER, 0},
        {"{\"status\":\"success\"}", WIRE_OTHER, 0},
        {"{\"status\":\"Success \"}", WIRE_OTHER, 0},
        {"{\"status\":\"\"}", WIRE_OTHER, 0},
        {"{\"status\":null}", WIRE_GARBAGE, 0},
        {"{\"status\":1}", WIRE_GARBAGE, 0},
        {"{\"status\":[\"Success\"]}", WIRE_GARBAGE, 0},
        {"{\"status\":\"Success\",\"status\":\"Failed\"}", WIRE_GARBAGE, 0},
        {"{\"status\":\"Success\\u0000\"}", WIRE_GARBAGE, 0},
        {"{\"response\":{\"status\":\"Success\"}}", WIRE_GARBAGE, 0},
        {"[\"Success\"]", WIRE_GARBAGE, 0},
        {"\"Success\"", WIRE_GARBAGE, 0},
        {"{}", WIRE_GARBAGE, 0},
        {"", WIRE_GARBAGE, 0},
        {"{\"status\":\"Success\"", WIRE_GARBAGE, 0},
        {"{\"status\":\"Success\"}{", WIRE_GARBAGE, 0},
        {"{'status':'Success'}", WIRE_GARBAGE, 0},
        {"<xml><status>Success</status></xml>", WIRE_GARBAGE, 0},
        {"<html><body>404</body></html>", WIRE_GARBAGE, 0},
    };
    assert_judged(WIRE_JSON, cases, COUNT_OF(cases));
}

static void xml_answers_are_judged(void **state)
{
    (void)state;
    static const struct judged cases[] = {
        {"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<xml>\n<status>Success</status>\n</xml>\n",
         WIRE_SUCCESS, 0},
        {"<xml><status>Success</status></xml>", WIRE_SUCCESS, 0},
        {"<?xml version=\"1.0\" encoding=\"gb2312\"?><xml><status>Success</status></xml>",
         WIRE_SUCCESS, 0},
        {"<xml><status><![CDATA[Succ]]>ess</status></xml>", WIRE_SUCCESS, 0},
        {"<xml><x><status>Failed</status></x><status>Success</status></xml>", WIRE_SUCCESS, 0},
        {"<xml><status>Failed</status><errno>10033</errno></xml>", WIRE_FAILED, 10033},
        {"<xml><errno>20006</errno><status>Failed</status></xml>", WIRE_FAILED, 20006},
        {"<xml><status>Failed</status></xml>", WIRE_OTHER, 0},
        {"<xml><status>Failed</status><errno>1 2</errno></xml>", WIRE_OTHER, 0},
        {"<xml><status>Failed</status><errno>100331003310033100331003310033</errno></xml>",
         WIRE_OTHER, 0},
        {"<xml><status>success</status></xml>", WIRE_OTHER, 0},
        {"<xml><status>Success and a long tail of other words</status></xml>", WIRE_OTHER, 0},
        {"<xml><status></status></xml>", WIRE_GARBAGE, 0},
        {"<xml><status><x>Success</x></status></xml>", WIRE_GARBAGE, 0},
        {"<xml><status>Success</status><status>Success</status></xml>", WIRE_GARBAGE, 0},
        {"<xml><status/><status>Success</status></xml>", WIRE_GARBAGE, 0},
        {"<xml><status>Failed</status><errno>1</errno><errno>2</errno></xml>", WIRE_GARBAGE, 0},
        {"<xml><a><status>Success</status></a></xml>", WIRE_GARBAGE, 0},
        {"<xml><status>Success</status>", WIRE_GARBAGE, 0},
        {"<xml><status>Success</status></xml><xml/>", WIRE_GARBAGE, 0},
        {"<xml><status>Success</status></yml>", WIRE_GARBAGE, 0},
        {"<xml/>", WIRE_GARBAGE, 0},
        {"", WIRE_GARBAGE, 0},
        {"{\"status\":\"Success\"}", WIRE_GARBAGE, 0},
        {"<xml><status>Succ\xff"
         "ess</status></xml>",
         WIRE_GARBAGE, 0},
    };
    assert_judged(WIRE_XML, cases, COUNT_OF(cases));
}

/* Every part of a whole answer is none. */
static void half_an_answer_is_garbage(void **state)
{
    (void)state;
    static const struct {
        enum wire_format format;
        const char *body;
    } wholes[] = {
        {WIRE_JSON, "{\"status\":\"Success\",\"extinfos\":[{\"extnumber\":\"2002\"}]}"},
        {WIRE_XML, "<xml><status>Success</status><e><extnumber>2002</extnumber></e></xml>"},
    };
    for (size_t i = 0; i < COUNT_OF(wholes); i++) {
        size_t len = strlen(wholes[i].body);
        for (size_t part = 0; part < len; part++) {
            read_bytes(wholes[i].format, wholes[i].body, part);
            assert_int_equal(answer.status, WIRE_GARBAGE);
        }
        read_bytes(wholes[i].format, wholes[i].body, len);
        assert_int_equal(answer.status, WIRE_SUCCESS);
        assert_int_equal(answer.count, 1);
    }
}

static void a_nul_is_garbage(void **state)
{
    (void)state;
    static const char json[] = "{\"status\":\"Success\"}\0";
    static const char xml[] = "<xml><status>Success</status></xml>\0";
    read_bytes(WIRE_JSON, json, sizeof json);
    assert_int_equal(answer.status, WIRE_GARBAGE);
    read_bytes(WIRE_XML, xml, sizeof xml);
    assert_int_equal(answer.status, WIRE_GARBAGE);
}

/* ---- entities, depth ---- */

static void xml_takes_no_document_type(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "<!DOCTYPE xml><xml><status>Success</status></xml>",
        "<!DOCTYPE xml [<!ENTITY s \"Success\">]><xml><status>&s;</status></xml>",
        "<!DOCTYPE xml SYSTEM \"file:///etc/passwd\"><xml><status>Success</status></xml>",
        "<!DOCTYPE xml [<!ENTITY s SYSTEM \"file:///etc/hostname\">]><xml><status>Success</status>"
        "<e><extnumber>&s;</extnumber></e></xml>",
        "<!DOCTYPE l [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">"
        "<!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\">]><xml><status>&c;</status></xml>",
    };
    for (size_t i = 0; i < COUNT_OF(bodies); i++) {
        read_text(WIRE_XML, bodies[i]);
        assert_int_equal(answer.status, WIRE_GARBAGE);
        assert_int_equal(answer.count, 0);
    }
    read_text(WIRE_XML, "<xml><status>&#83;ucc&#x65;ss</status></xml>");
    assert_int_equal(answer.status, WIRE_SUCCESS);
}

/* The same answer inside `depth` further elements. */
static void read_nested(size_t depth, const char *innermost)
{
    struct buf body = {0};
    buf_text(&body, "<xml><status>Success</status>");
    for (size_t i = 0; i < depth; i++)
        buf_text(&body, "<d>");
    buf_text(&body, innermost);
    for (size_t i = 0; i < depth; i++)
        buf_text(&body, "</d>");
    buf_text(&body, "</xml>");
    read_bytes(WIRE_XML, body.at, body.len);
    buf_free(&body);
}

static void xml_finds_extensions_at_any_sane_depth(void **state)
{
    (void)state;
    static const char one[] = "<e><extnumber>2002</extnumber><email>a@b.c</email></e>";
    for (size_t depth = 0; depth <= 13; depth++) {
        read_nested(depth, one);
        assert_int_equal(answer.status, WIRE_SUCCESS);
        assert_int_equal(answer.count, 1);
        assert_string_equal(wire_value(&answer.extensions[0], "email"), "a@b.c");
    }
    for (size_t depth = 14; depth < 40; depth++) {
        read_nested(depth, one);
        assert_int_equal(answer.status, WIRE_GARBAGE);
        read_nested(depth, "<empty/>");
        assert_int_equal(answer.status, depth < 15 ? WIRE_SUCCESS : WIRE_GARBAGE);
    }
}

static void json_of_great_depth_is_garbage(void **state)
{
    (void)state;
    struct buf body = {0};
    buf_text(&body, "{\"status\":\"Success\",\"x\":");
    for (size_t i = 0; i < 100000; i++)
        buf_char(&body, '[');
    read_bytes(WIRE_JSON, body.at, body.len);
    assert_int_equal(answer.status, WIRE_GARBAGE);
    buf_free(&body);
}

static void an_endless_text_is_garbage(void **state)
{
    (void)state;
    struct buf body = {0};
    buf_text(&body, "<xml><status>Success</status><e><extnumber>");
    for (size_t i = 0; i < 5000; i++)
        buf_char(&body, '1');
    buf_text(&body, "</extnumber></e></xml>");
    read_bytes(WIRE_XML, body.at, body.len);
    assert_int_equal(answer.status, WIRE_GARBAGE);
    assert_int_equal(answer.count, 0);
    buf_free(&body);
}

/* ---- tokens ---- */

static void tokens_are_letters_and_digits(void **state)
{
    (void)state;
    static const struct {
        const char *sent;
        const char *token;
    } cases[] = {
        {"\"813b621cfe8eecf445a2ce1f4a079ffe\"", "813b621cfe8eecf445a2ce1f4a079ffe"},
        {"\"A\"", "A"},
        {"\"0123456789012345678901234567890123456789012345678901234567890123\"",
         "0123456789012345678901234567890123456789012345678901234567890123"},
        {"\"01234567890123456789012345678901234567890123456789012345678901234\"", ""},
        {"\"\"", ""},
        {"\"a&type=xml\"", ""},
        {"\"a b\"", ""},
        {"\"a\\r\\nHost: x\"", ""},
        {"\"\xc3\xab\"", ""},
        {"null", ""},
        {"[\"a\"]", ""},
    };
    char body[128];
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        snprintf(body, sizeof body, "{\"token\":%s,\"status\":\"Success\"}", cases[i].sent);
        read_text(WIRE_JSON, body);
        assert_string_equal(answer.token, cases[i].token);
        assert_int_equal(answer.status, WIRE_SUCCESS);
    }
    read_text(WIRE_XML, "<xml><token>813b621c</token></xml>");
    assert_string_equal(answer.token, "813b621c");
    read_text(WIRE_XML, "<xml><token>a&amp;b</token></xml>");
    assert_string_equal(answer.token, "");
}

/* ---- extensions ---- */

static void json_extensions_are_read(void **state)
{
    (void)state;
    read_text(WIRE_JSON, "{\"status\":\"Success\",\"extinfos\":["
                         "{\"extnumber\":\"2002\",\"moblie\":\"18\",\"callerid\":\"\"},"
                         "{\"extnumber\":2003,\"x\":null,\"y\":[1],\"z\":{\"extnumber\":\"1\"}}]}");
    assert_int_equal(answer.count, 2);
    assert_string_equal(wire_value(&answer.extensions[0], "extnumber"), "2002");
    assert_string_equal(wire_value(&answer.extensions[0], "moblie"), "18");
    assert_string_equal(wire_value(&answer.extensions[0], "callerid"), "");
    assert_null(wire_value(&answer.extensions[0], "mobile"));
    assert_string_equal(wire_value(&answer.extensions[1], "extnumber"), "2003");
    assert_int_equal(answer.extensions[1].count, 1);

    read_text(WIRE_JSON, "{\"status\":\"Success\",\"extinfos\":{\"extnumber\":\"2002\"}}");
    assert_int_equal(answer.count, 1);
}

/* A number is absent when the PBX says so, not because we cannot read what it says. */
static void extensions_that_cannot_be_read_are_not_absent(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(extinfos_cases); i++) {
        read_text(extinfos_cases[i].format, extinfos_body(i));
        if (answer.status != extinfos_cases[i].status)
            fail_msg("%s: %d", extinfos_body(i), answer.status);
    }
}

static void xml_extensions_are_read(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "<xml><status>Success</status>"
        "<extinfos><extnumber>2002</extnumber><moblie>18</moblie><callerid/></extinfos>"
        "<extinfos><extnumber>2003</extnumber></extinfos></xml>",
        "<xml>\n <status>Success</status>\n <extinfos>\n"
        "  <extinfo> <extnumber>2002</extnumber> <moblie>18</moblie> <callerid></callerid>\n"
        "  </extinfo>\n  <extinfo><extnumber>2003</extnumber></extinfo>\n </extinfos>\n</xml>",
    };
    for (size_t i = 0; i < COUNT_OF(bodies); i++) {
        read_text(WIRE_XML, bodies[i]);
        assert_int_equal(answer.status, WIRE_SUCCESS);
        assert_int_equal(answer.count, 2);
        assert_string_equal(wire_value(&answer.extensions[0], "extnumber"), "2002");
        assert_string_equal(wire_value(&answer.extensions[0], "moblie"), "18");
        assert_string_equal(wire_value(&answer.extensions[0], "callerid"), "");
        assert_string_equal(wire_value(&answer.extensions[1], "extnumber"), "2003");
        assert_null(wire_value(&answer.extensions[1], "moblie"));
    }
    read_text(WIRE_XML, "<xml><status>Success</status><extinfos/></xml>");
    assert_int_equal(answer.status, WIRE_SUCCESS);
    assert_int_equal(answer.count, 0);
}

static void many_extensions_are_read(void **state)
{
    (void)state;
    struct buf json = {0};
    struct buf xml = {0};
    buf_text(&json, "{\"status\":\"Success\",\"extinfos\":[");
    buf_text(&xml, "<xml><status>Success</status>");
    for (int i = 0; i < 500; i++) {
        buf_format(&json, "%s{\"extnumber\":\"%d\"}", i ? "," : "", i);
        buf_format(&xml, "<e><extnumber>%d</extnumber></e>", i);
    }
    buf_text(&json, "]}");
    buf_text(&xml, "</xml>");
    for (enum wire_format format = WIRE_JSON; format <= WIRE_XML; format++) {
        read_text(format, buf_get(format == WIRE_XML ? &xml : &json));
        assert_int_equal(answer.status, WIRE_SUCCESS);
        assert_int_equal(answer.count, 500);
        assert_string_equal(wire_value(&answer.extensions[499], "extnumber"), "499");
    }
    buf_free(&json);
    buf_free(&xml);
}

static void an_answer_may_be_freed_twice(void **state)
{
    (void)state;
    read_text(WIRE_JSON, "{\"status\":\"Success\",\"extinfos\":[{\"extnumber\":\"2002\"}]}");
    wire_answer_free(&answer);
    assert_int_equal(answer.count, 0);
    assert_int_equal(answer.status, WIRE_GARBAGE);
    wire_answer_free(&answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(values_are_sent_as_strings_in_their_order),
        TEST(nothing_to_send_is_an_empty_body),
        TEST(json_escapes_what_json_must),
        TEST(json_is_what_the_library_writes),
        TEST(xml_escapes_what_xml_must),
        TEST(what_is_written_is_read),
        TEST(json_answers_are_judged),
        TEST(xml_answers_are_judged),
        TEST(half_an_answer_is_garbage),
        TEST(a_nul_is_garbage),
        TEST(xml_takes_no_document_type),
        TEST(xml_finds_extensions_at_any_sane_depth),
        TEST(json_of_great_depth_is_garbage),
        TEST(an_endless_text_is_garbage),
        TEST(tokens_are_letters_and_digits),
        TEST(json_extensions_are_read),
        TEST(extensions_that_cannot_be_read_are_not_absent),
        TEST(xml_extensions_are_read),
        TEST(many_extensions_are_read),
        TEST(an_answer_may_be_freed_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
