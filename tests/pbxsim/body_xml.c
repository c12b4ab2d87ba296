/* SPDX-License-Identifier: GPL-2.0-or-later */
/* body_xml: reads an XML body, which is <xml> with one plain child for each parameter. */
#include "request.h"

#include <expat.h>
#include <string.h>

struct reading {
    struct request *request;
    struct text name;
    struct text value;
    enum param hint;
    int depth;
    bool odd; /* well-formed, but of another shape */
};

static void XMLCALL on_start(void *data, const XML_Char *name, const XML_Char **attributes)
{
    struct reading *reading = data;

    reading->depth++;
    if (attributes[0] != NULL || reading->depth > 2 ||
        (reading->depth == 1 && strcmp(name, "xml") != 0))
        reading->odd = true;
    text_clear(&reading->name);
    text_puts(&reading->name, name);
    text_clear(&reading->value);
    text_add(&reading->value, "", 0);
}

static void XMLCALL on_text(void *data, const XML_Char *bytes, int length)
{
    struct reading *reading = data;

    if (reading->depth == 2) {
        text_add(&reading->value, bytes, (size_t)length);
        return;
    }
    for (int i = 0; i < length; i++) {
        if (strchr(" \t\r\n", bytes[i]) == NULL)
            reading->odd = true;
    }
}

static void XMLCALL on_end(void *data, const XML_Char *name)
{
    struct reading *reading = data;

    if (reading->depth-- == 2)
        request_take(reading->request, name, reading->value.at, true, &reading->hint);
}

/* No body has a document type; without one there are no entities that grow. */
static void XMLCALL on_doctype(void *data, const XML_Char *name, const XML_Char *system,
                               const XML_Char *public, int internal)
{
    struct reading *reading = data;

    (void)name;
    (void)system;
    (void)public;
    (void)internal;
    reading->odd = true;
}

void body_xml(struct request *r, const char *body, size_t length)
{
    struct reading reading = {.request = r};
    XML_Parser parser = XML_ParserCreate(NULL);

    if (parser == NULL)
        die("out of memory");
    XML_SetUserData(parser, &reading);
    XML_SetElementHandler(parser, on_start, on_end);
    XML_SetCharacterDataHandler(parser, on_text);
    XML_SetStartDoctypeDeclHandler(parser, on_doctype);
    if (XML_Parse(parser, body, (int)length, 1) != XML_STATUS_OK || reading.odd)
        request_malformed(r, "the body is no <xml> with plain children");
    XML_ParserFree(parser);
    text_free(&reading.name);
    text_free(&reading.value);
}
