/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME wire_xml: the XML form, read with expat.
 *
 * Where the PBX puts the extensions of a query is not documented, so an extension is any element
 * that has a leaf child called extnumber, at any depth. What stands in extinfos and is none makes
 * the answer unreadable: a number is not absent because we could not read it. A document type
 * declaration ends the reading: no entities are wanted, neither bombs nor external ones. */
#include "wire_own.h"

#include <expat.h>
#include <stdio.h>

#define DEPTH_MOST 16
#define TEXT_MOST  4096

struct wire_xml {
    XML_Parser parser;
    struct wire_answer answer;
    struct numbers *numbers; /* NULL: the extensions are kept */
    bool found;              /* an extension */
    bool failed;
    int depth;
    bool leaf[DEPTH_MOST + 1];                      /* no child seen yet */
    struct wire_extension children[DEPTH_MOST + 1]; /* leaf children of the element at that depth */
    struct buf text;
    char status[32];
    char error_number[16];
    bool has_status, has_error_number, doubled;
    bool infos; /* within extinfos */
    bool stray; /* there was text in it */
};

void wire_xml_record(const struct record *record, struct buf *to)
{
    static const struct {
        char from;
        const char *to;
    } escapes[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'\r', "&#13;"}};

    buf_text(to, "<?xml version=\"1.0\" encoding=\"utf-8\"?><xml>");
    for (size_t i = 0; i < record->count; i++) {
        const struct record_value *v = &record->values[i];
        if (!v->at)
            continue;
        buf_format(to, "<%s>", v->name);
        for (size_t k = 0; k < v->len; k++) {
            size_t e = 0;
            while (e < COUNT_OF(escapes) && escapes[e].from != v->at[k])
                e++;
            if (e < COUNT_OF(escapes))
                buf_text(to, escapes[e].to);
            else
                buf_char(to, v->at[k]);
        }
        buf_format(to, "</%s>", v->name);
    }
    buf_text(to, "</xml>");
}

static void on_start(void *with, const XML_Char *name, const XML_Char **attributes)
{
    (void)attributes;
    struct wire_xml *r = with;
    if (r->depth == 1)
        r->infos = strcmp(name, "extinfos") == 0;
    if (r->depth == DEPTH_MOST) {
        XML_StopParser(r->parser, XML_FALSE);
        return;
    }
    r->leaf[r->depth] = false;
    r->leaf[++r->depth] = true;
    buf_reset(&r->text);
}

static void on_text(void *with, const XML_Char *text, int len)
{
    struct wire_xml *r = with;
    if (!buf_add(&r->text, text, (size_t)len))
        XML_StopParser(r->parser, XML_FALSE);
}

static void keep_once(struct wire_xml *r, bool *has, char *to, size_t room, const char *text)
{
    r->doubled = r->doubled || *has;
    *has = true;
    snprintf(to, room, "%s", text);
}

static void on_leaf(struct wire_xml *r, const char *name)
{
    const char *text = buf_get(&r->text);
    r->stray = r->stray || (r->infos && text[strspn(text, " \t\r\n")]);
    if (r->depth > 2)
        wire_pair_add(&r->children[r->depth - 1], name, text);
    else if (strcmp(name, "status") == 0)
        keep_once(r, &r->has_status, r->status, sizeof r->status, text);
    else if (strcmp(name, "errno") == 0)
        keep_once(r, &r->has_error_number, r->error_number, sizeof r->error_number, text);
    else if (strcmp(name, "token") == 0)
        wire_token(&r->answer, text);
}

static void on_extension(struct wire_xml *r, struct wire_extension *e)
{
    const char *name = wire_number_name(e);
    r->found = true;
    if (!r->numbers) {
        wire_extension_add(&r->answer, e);
        return;
    }
    for (size_t i = 0; i < e->count; i++)
        if (strcmp(e->pairs[i].name, name) == 0)
            numbers_add(r->numbers, e->pairs[i].value, strlen(e->pairs[i].value));
}

static void on_end(void *with, const XML_Char *name)
{
    struct wire_xml *r = with;
    struct wire_extension *children = &r->children[r->depth];
    if (r->leaf[r->depth])
        on_leaf(r, name);
    else if (wire_value(children, "extnumber") || (r->infos && wire_value(children, "number")))
        on_extension(r, children);
    wire_extension_clear(children);
    r->depth--;
    buf_reset(&r->text);
}

static void on_doctype(void *with, const XML_Char *name, const XML_Char *system_id,
                       const XML_Char *public_id, int internal)
{
    (void)name;
    (void)system_id;
    (void)public_id;
    (void)internal;
    struct wire_xml *r = with;
    XML_StopParser(r->parser, XML_FALSE);
}

struct wire_xml *wire_xml_new(struct numbers *numbers)
{
    struct wire_xml *r = xcalloc(1, sizeof *r);
    r->numbers = numbers;
    r->text.most = TEXT_MOST;
    r->parser = XML_ParserCreate("UTF-8");
    if (!r->parser)
        abort();
    XML_SetUserData(r->parser, r);
    XML_SetElementHandler(r->parser, on_start, on_end);
    XML_SetCharacterDataHandler(r->parser, on_text);
    XML_SetStartDoctypeDeclHandler(r->parser, on_doctype);
    return r;
}

static void feed(struct wire_xml *r, const char *bytes, size_t len, bool last)
{
    r->failed = r->failed || len > INT32_MAX ||
                XML_Parse(r->parser, bytes, (int)len, last) != XML_STATUS_OK;
}

void wire_xml_add(struct wire_xml *r, const char *bytes, size_t len)
{
    feed(r, bytes, len, false);
}

void wire_xml_end(struct wire_xml *r, struct wire_answer *ret)
{
    feed(r, "", 0, true);
    *ret = r->answer;
    wire_judge(ret, !r->failed && !r->doubled && r->status[0] ? r->status : NULL, r->error_number);
    if (ret->status == WIRE_SUCCESS && r->stray && !r->found)
        ret->status = WIRE_GARBAGE;

    XML_ParserFree(r->parser);
    for (size_t i = 0; i <= DEPTH_MOST; i++)
        wire_extension_clear(&r->children[i]);
    buf_wipe(&r->text);
    wipe(r, sizeof *r);
    free(r);
}

void wire_xml_read(const char *body, size_t len, struct wire_answer *ret)
{
    struct wire_xml *r = wire_xml_new(NULL);
    wire_xml_add(r, body, len);
    wire_xml_end(r, ret);
}
