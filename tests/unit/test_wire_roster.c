/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "wire_world.h"

/* What a reader piece by piece makes of it, whatever the pieces are. */
static void roster_is(enum wire_format format, const char *body, enum wire_status status,
                      const char *const *numbers, size_t count)
{
    size_t len = strlen(body);
    for (size_t piece = 1; piece <= len; piece++) {
        struct wire_roster *roster = wire_roster_new(format);
        struct wire_answer told;
        for (size_t at = 0; at < len; at += piece)
            wire_roster_add(roster, body + at, len - at < piece ? len - at : piece);
        struct numbers *found = wire_roster_end(roster, &told);
        if (told.status != status)
            fail_msg("%s, pieces of %zu: %d", body, piece, told.status);
        assert_int_equal(found != NULL, status == WIRE_SUCCESS);
        for (size_t i = 0; i < count; i++)
            if (!numbers_has(found, numbers[i], strlen(numbers[i])))
                fail_msg("%s, pieces of %zu: without %s", body, piece, numbers[i]);
        assert_false(found && numbers_has(found, "1", 1)); /* is in none, but in odd places */
        numbers_free(found);
    }
}

static void a_roster_has_the_numbers_of_all_extensions(void **state)
{
    (void)state;
    static const char *const two[] = {"2002", "2003"};
    static const struct {
        enum wire_format format;
        const char *body;
    } cases[] = {
        {WIRE_JSON, "{\"status\":\"Success\",\"extinfos\":["
                    "{\"extnumber\":\"2002\",\"number\":\"1\",\"callerid\":\"\"},"
                    "{\"x\":null,\"y\":[1,[2]],\"z\":{\"extnumber\":\"1\"},\"number\":2003}]}"},
        {WIRE_JSON, " { \"extinfos\" : [ { \"extnumber\" : 2002 , \"a\" : \"\\\"}]\" } , "
                    "{ \"number\" : \"2003\" } ] , \"x\" : [ ] , \"status\" : \"Success\" } \r\n"},
        {WIRE_JSON, "\xef\xbb\xbf{\"number\":\"1\",\"more\":{\"extinfos\":[{\"number\":\"1\"}]},"
                    "\"status\":\"Success\",\"extinfos\":[{\"extnumber\":\"2002\"},"
                    "{\"extnumber\":\"2003\"},{\"extnumber\":\"\\u0031\"}]}"},
        {WIRE_XML, "<xml><status>Success</status><extinfos>"
                   "<e><extnumber>2002</extnumber><number>1</number></e>"
                   "<e><number>2003</number></e></extinfos></xml>"},
        {WIRE_XML, "<xml><extinfos><extnumber>2002</extnumber><callerid/>"
                   "<extnumber>2003</extnumber></extinfos><status>Success</status></xml>"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        roster_is(cases[i].format, cases[i].body, WIRE_SUCCESS, two, 2);
    roster_is(WIRE_JSON, "{\"status\":\"Success\",\"extinfos\":{\"extnumber\":\"2002\"}}",
              WIRE_SUCCESS, two, 1);
}

static void a_roster_that_is_not_well_formed_tells_nothing(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "",
        "[]",
        "\"status\"",
        "{\"status\":\"Success\"",
        "{\"status\":\"Success\"}}",
        "{\"status\":\"Success\"} {}",
        "{\"status\":\"Success\"]",
        "{\"status\":\"Success\",}",
        "{\"status\" \"Success\"}",
        "{\"status\":\"Success\" \"extinfos\":[]}",
        "{\"status\":\"Success\",\"extinfos\":[,]}",
        "{\"status\":\"Success\",\"extinfos\":[{\"number\":\"2002\"},]}",
        "{\"status\":\"Success\",\"extinfos\":[{\"number\"}]}",
        "{\"status\":\"Success\",\"extinfos\":[{\"number\":\"2002\"]}]",
        "{\"status\":\"Success\",\"status\":\"Success\"}",
        "{\"status\":\"Success\",\"extinfos\":[{}]}",
        "{\"status\":\"Success\",\"x\":\"\n\"}",
        "{\"status\":\"Success\",\"x\":'y'}",
        "{\"status\":[\"Success\"]}",
        "{status:\"Success\"}",
        "{:}",
        "<xml><status>Success</status></xml>",
    };
    for (size_t i = 0; i < COUNT_OF(bodies); i++)
        roster_is(WIRE_JSON, bodies[i], WIRE_GARBAGE, NULL, 0);
    roster_is(WIRE_JSON, "{\"status\":\"Failed\",\"errno\":\"10006\"}", WIRE_FAILED, NULL, 0);
    roster_is(WIRE_JSON, "{\"status\":\"Failed\",\"errno\":10006}", WIRE_FAILED, NULL, 0);
    roster_is(WIRE_JSON, "{\"status\":\"Failed\"}", WIRE_OTHER, NULL, 0);
    roster_is(WIRE_XML, "<xml><status>Success</status>", WIRE_GARBAGE, NULL, 0);
    roster_is(WIRE_XML, "<xml><status>Failed</status><errno>10006</errno></xml>", WIRE_FAILED, NULL,
              0);
}

static void a_roster_that_cannot_be_read_tells_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(extinfos_cases); i++)
        roster_is(extinfos_cases[i].format, extinfos_body(i), extinfos_cases[i].status, NULL, 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_roster_has_the_numbers_of_all_extensions),
        cmocka_unit_test(a_roster_that_is_not_well_formed_tells_nothing),
        cmocka_unit_test(a_roster_that_cannot_be_read_tells_nothing),
    };
    return cmocka_run_group_tests_name("wire_roster", tests, NULL, NULL);
}
