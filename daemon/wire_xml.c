/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME wire_xml: the XML form, read with expat.
 *
 * Where the PBX puts the extensions of a query is not documented, so an extension is any element
 * that has a leaf child called extnumber, at any depth. What stands in extinfos and is none makes
 * the answer unreadable: a number is not absent because we could not read it. A document type
 * declaration ends the reading: no entities are wanted, neither bombs nor external ones. */
#include "wire.h"

#include <expat.h>
#include <stdio.h>

#define DEPTH_MOST 16
#define TEXT_MOST  4096

struct reader {
    XML_Parser parser;
    struct wire_answer *answer;
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
    struct reader *r = with;
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
    struct reader *r = with;
    if (!buf_add(&r->text, text, (size_t)len))
        XML_StopParser(r->parser, XML_FALSE);
}

static void keep_once(struct reader *r, bool *has, char *to, size_t room, const char *text)
{
    r->doubled = r->doubled || *has;
    *has = true;
    snprintf(to, room, "%s", text);
}

static void on_leaf(struct reader *r, const char *name)
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
        wire_token(r->answer, text);
}

static void on_end(void *with, const XML_Char *name)
{
    struct reader *r = with;
    struct wire_extension *children = &r->children[r->depth];
    if (r->leaf[r->depth])
        on_leaf(r, name);
    else if (wire_value(children, "extnumber") || (r->infos && wire_value(children, "number")))
        wire_extension_add(r->answer, children);
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
    struct reader *r = with;
    XML_StopParser(r->parser, XML_FALSE);
}

void wire_xml_read(const char *body, size_t len, struct wire_answer *ret)
{
    struct reader r = {.answer = ret, .text = {.most = TEXT_MOST}};
    r.parser = XML_ParserCreate("UTF-8");
    if (!r.parser)
        abort();
    XML_SetUserData(r.parser, &r);
    XML_SetElementHandler(r.parser, on_start, on_end);
    XML_SetCharacterDataHandler(r.parser, on_text);
    XML_SetStartDoctypeDeclHandler(r.parser, on_doctype);

    bool whole = len <= INT32_MAX && XML_Parse(r.parser, body, (int)len, 1) == XML_STATUS_OK;
    wire_judge(ret, whole && !r.doubled && r.status[0] ? r.status : NULL, r.error_number);
    if (ret->status == WIRE_SUCCESS && r.stray && !ret->count)
        ret->status = WIRE_GARBAGE;

    XML_ParserFree(r.parser);
    for (size_t i = 0; i <= DEPTH_MOST; i++)
        wire_extension_clear(&r.children[i]);
    buf_wipe(&r.text);
}
