/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers to a query, of which some cannot be read: what both readers make of them. */
#ifndef TESTS_UNIT_WIRE_WORLD_H
#define TESTS_UNIT_WIRE_WORLD_H

#include <stdio.h>

#include "wire.h"

/* rest: what stands behind the status. */
static const struct {
    enum wire_format format;
    enum wire_status status;
    const char *rest;
} extinfos_cases[] = {
    {WIRE_JSON, WIRE_SUCCESS, ""},
    {WIRE_JSON, WIRE_SUCCESS, ",\"extinfos\":[]"},
    {WIRE_JSON, WIRE_SUCCESS, ",\"extinfos\":{}"},
    {WIRE_JSON, WIRE_SUCCESS, ",\"extinfos\":null"},
    {WIRE_JSON, WIRE_SUCCESS, ",\"extinfos\":\"\""},
    {WIRE_JSON, WIRE_SUCCESS, ",\"extinfos\":[{\"number\":2002}]"},
    {WIRE_JSON, WIRE_GARBAGE, ",\"extinfos\":\"2002\""},
    {WIRE_JSON, WIRE_GARBAGE, ",\"extinfos\":2002"},
    {WIRE_JSON, WIRE_GARBAGE, ",\"extinfos\":false"},
    {WIRE_JSON, WIRE_GARBAGE, ",\"extinfos\":[\"2002\"]"},
    {WIRE_JSON, WIRE_GARBAGE, ",\"extinfos\":[[{\"extnumber\":\"2002\"}]]"},
    {WIRE_JSON, WIRE_GARBAGE, ",\"extinfos\":[{\"extnumber\":\"2002\"},null]"},
    {WIRE_JSON, WIRE_GARBAGE, ",\"extinfos\":[{\"extnumber\":[\"2002\"]}]"},
    {WIRE_JSON, WIRE_GARBAGE, ",\"extinfos\":{\"list\":[{\"extnumber\":\"2002\"}]}"},
    {WIRE_XML, WIRE_SUCCESS, ""},
    {WIRE_XML, WIRE_SUCCESS, "<extinfos/>"},
    {WIRE_XML, WIRE_SUCCESS, "<extinfos> <extinfo>\n</extinfo> </extinfos>"},
    {WIRE_XML, WIRE_SUCCESS, "<extinfos><number>2002</number></extinfos>"},
    {WIRE_XML, WIRE_SUCCESS, "<about><version>1</version></about>"},
    {WIRE_XML, WIRE_GARBAGE, "<extinfos>2002</extinfos>"},
    {WIRE_XML, WIRE_GARBAGE, "<extinfos><extinfo>2002</extinfo></extinfos>"},
    {WIRE_XML, WIRE_GARBAGE, "<extinfos><a><ext>2002</ext></a></extinfos>"},
};

/* The answer of one case, whole. */
static inline const char *extinfos_body(size_t i)
{
    static char body[256];
    bool xml = extinfos_cases[i].format == WIRE_XML;
    snprintf(body, sizeof body, "%s%s%s",
             xml ? "<xml><status>Success</status>" : "{\"status\":\"Success\"",
             extinfos_cases[i].rest, xml ? "</xml>" : "}");
    return body;
}

#endif
