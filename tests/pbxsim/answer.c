/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "answer.h"
#include "raw.h"

#include <inttypes.h>
#include <stdio.h>

static const char xml_head[] = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<xml>";

/* What a query calls the record's parameters; NULL where it goes by the parameter's name.
 * `moblie` is the vendor's spelling. */
static const struct {
    const char *name;
    bool few;
} info_names[RECORD_COUNT] = {
    [PARAM_number] = {"extnumber", true}, [PARAM_username] = {NULL, true},
    [PARAM_callerid] = {NULL, true},      [PARAM_email] = {NULL, true},
    [PARAM_mobile] = {"moblie", true},    [PARAM_registerpassword] = {NULL, true},
    [PARAM_loginpassword] = {NULL, true},
};

static void member(struct text *to, bool xml, const char *name, const char *value)
{
    if (xml) {
        text_printf(to, "<%s>", name);
        text_xml(to, value);
        text_printf(to, "</%s>", name);
        return;
    }
    text_json(to, name);
    text_putc(to, ':');
    text_json(to, value);
}

static void comma(struct text *to, bool xml)
{
    if (!xml)
        text_putc(to, ',');
}

static void open_body(struct text *to, bool xml)
{
    text_clear(to);
    text_puts(to, xml ? xml_head : "{");
}

static void close_body(struct text *to, bool xml)
{
    text_puts(to, xml ? "</xml>\n" : "}");
}

void answer_status(struct text *to, bool xml, const char *status, const char *errno_text)
{
    open_body(to, xml);
    member(to, xml, "status", status);
    if (errno_text != NULL) {
        comma(to, xml);
        member(to, xml, "errno", errno_text);
    }
    close_body(to, xml);
}

void answer_token(struct text *to, bool xml, bool bare, const char *token)
{
    open_body(to, xml);
    if (!bare) {
        member(to, xml, "status", "Success");
        comma(to, xml);
    }
    member(to, xml, "token", token);
    close_body(to, xml);
}

void infos_open(struct infos *infos)
{
    open_body(infos->to, infos->xml);
    member(infos->to, infos->xml, "status", "Success");
    if (!infos->xml)
        text_puts(infos->to, ",\"extinfos\":[");
    else if (infos->list)
        text_puts(infos->to, "<extinfos>");
}

void infos_add(struct infos *infos, const struct extension *e)
{
    struct text *to = infos->to;
    const char *tag = infos->list ? "extinfo" : "extinfos";

    if (infos->count++ > 0)
        comma(to, infos->xml);
    if (infos->xml)
        text_printf(to, "<%s>", tag);
    else
        text_putc(to, '{');
    for (unsigned i = 0; i < RECORD_COUNT; i++) {
        const char *value = extension_get(e, (enum param)i);
        if (value == NULL || (infos->few && !info_names[i].few))
            continue;
        const char *name = info_names[i].name;
        member(to, infos->xml, name != NULL ? name : param_name((enum param)i), value);
        comma(to, infos->xml);
    }
    member(to, infos->xml, "status", "Unavailable"); /* of a telephone that never registered */
    if (infos->xml)
        text_printf(to, "</%s>", tag);
    else
        text_putc(to, '}');
}

void infos_close(struct infos *infos)
{
    if (!infos->xml)
        text_putc(infos->to, ']');
    else if (infos->list)
        text_puts(infos->to, "</extinfos>");
    close_body(infos->to, infos->xml);
}

static void body_set(struct text *body, const char *text)
{
    text_clear(body);
    text_puts(body, text);
}

static void shape_failed(struct visit *v)
{
    struct outcome *o = &v->outcome;

    snprintf(o->errno_text, sizeof o->errno_text, "%" PRId64, v->plan->number);
    answer_status(&o->body, v->request.xml, "Failed", o->errno_text);
    o->result = "Failed";
}

static void shape_words(struct visit *v)
{
    answer_status(&v->outcome.body, v->request.xml, v->plan->words, NULL);
    v->outcome.result = v->plan->words;
}

static void shape_bytes(struct visit *v)
{
    text_clear(&v->outcome.body);
    raw_read(v->plan->words, &v->outcome.body);
}

/* The bodies of the forms that answer something else than a status. */
static void shape_body(struct visit *v)
{
    static const struct {
        const char *json;
        const char *xml;
    } bodies[] = {
        [FORM_STATUS] = {"<html><body>trouble</body></html>\n", NULL},
        [FORM_REDIRECT] = {"<html><body>elsewhere</body></html>\n", NULL},
        [FORM_GARBAGE] = {"\x7f\x01{<html><p>It works! & so on\n", NULL},
        [FORM_EMPTY] = {"", NULL},
        [FORM_NO_STATUS] = {"{\"message\":\"ok\"}", "<xml><message>ok</message></xml>\n"},
        [FORM_WRONG_TYPES] = {"{\"status\":1}", "<xml><status><code>1</code></status></xml>\n"},
        [FORM_BIG] = {"{\"status\":\"Success\",\"pad\":\"", "<xml><status>Success</status><pad>"},
        [FORM_RAW] = {NULL, NULL},
    };
    const char *xml = bodies[v->plan->form].xml;
    const char *body = v->request.xml && xml != NULL ? xml : bodies[v->plan->form].json;

    if (body != NULL)
        body_set(&v->outcome.body, body);
}

static int shape_http(const struct visit *v)
{
    switch (v->plan->form) {
    case FORM_RESET:
    case FORM_FIN:
    case FORM_LATE:
    case FORM_HANG:
    case FORM_RAW:
        return 0;
    case FORM_STATUS:
        return (int)v->plan->number;
    case FORM_REDIRECT:
        return 302;
    default:
        return v->request.missing ? 404 : 200;
    }
}

void answer_shape(struct visit *v)
{
    struct outcome *o = &v->outcome;
    enum form form = v->plan->form;

    o->http = shape_http(v);
    if (form == FORM_ERRNO) {
        shape_failed(v);
        return;
    }
    if ((form == FORM_WHOLE || form == FORM_FIRST) && !v->request.missing) {
        o->result = o->errno_text[0] == '\0' ? "Success" : "Failed";
        return;
    }
    o->errno_text[0] = '\0';
    o->result = "none";
    if (form == FORM_STATUS_TEXT)
        shape_words(v);
    else if (form == FORM_BODY)
        shape_bytes(v);
    else
        shape_body(v);
}
