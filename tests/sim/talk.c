/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME talk: bodies of calls and answers. It uses nothing of the engine's reader and writer, so
 * that a mistake in one is seen by the other. */
#include <stdio.h>

#include "digest.h"
#include "sim.h"

static const struct {
    const char *path;
    const char *name;
} kinds[] = {
    [CALL_LOGIN] = {"/login?", "login"},     [CALL_HEARTBEAT] = {"/heartbeat?", "heartbeat"},
    [CALL_ADD] = {"/extension/add?", "add"}, [CALL_QUERY] = {"/extension/query?", "query"},
    [CALL_APPLY] = {"/apply?", "apply"},
};

const char *kind_name(enum kind kind)
{
    return kinds[kind].name;
}

static const struct {
    char plain;
    const char *xml;
    const char *json;
} escapes[] = {{'&', "&amp;", "&"}, {'<', "&lt;", "<"}, {'>', "&gt;", ">"}, {'"', "\"", "\\\""}};

static const char *escaped(size_t i, bool xml)
{
    return xml ? escapes[i].xml : escapes[i].json;
}

/* ---- calls ---- */

/* The value that begins at `at`, up to its end, into a small place. */
static void read_value(const char *at, bool xml, char *to, size_t room)
{
    size_t len = 0;
    while (*at && *at != (xml ? '<' : '"') && len + 1 < room) {
        size_t i = 0;
        while (i < COUNT_OF(escapes) && strncmp(at, escaped(i, xml), strlen(escaped(i, xml))) != 0)
            i++;
        to[len++] = i < COUNT_OF(escapes) ? escapes[i].plain : *at;
        at += i < COUNT_OF(escapes) ? strlen(escaped(i, xml)) : 1;
    }
    to[len] = '\0';
}

/* The value of a name in a flat body; false when there is none. */
static bool value_of(const char *body, bool xml, const char *name, char *to, size_t room)
{
    char mark[64];
    snprintf(mark, sizeof mark, xml ? "<%s>" : "\"%s\":\"", name);
    const char *at = strstr(body, mark);
    to[0] = '\0';
    if (at)
        read_value(at + strlen(mark), xml, to, room);
    return at;
}

/* Numbers, comma-separated, as bits. */
static unsigned bits_of(const char *list)
{
    unsigned bits = 0;
    for (const char *at = list; *at;) {
        char *end = NULL;
        long number = strtol(at, &end, 10);
        if (end == at || number < FIRST_NUMBER || number >= FIRST_NUMBER + NUMBERS)
            broken("the PBX is asked for '%s'", list);
        bits |= 1u << (number - FIRST_NUMBER);
        at = *end == ',' ? end + 1 : end;
    }
    return bits;
}

/* Which version of the password the digest is of; 0 when of none. */
static unsigned password_version(const char *digest)
{
    for (unsigned version = 1; version <= 32; version++) {
        char text[16];
        char md5[MD5_HEX];
        snprintf(text, sizeof text, "secret%u", version);
        digest_md5(text, strlen(text), md5);
        if (strcmp(md5, digest) == 0)
            return version;
    }
    return 0;
}

static void read_fields(struct call *c, const char *body)
{
    char text[512];
    switch (c->kind) {
    case CALL_LOGIN:
        value_of(body, c->xml, "password", text, sizeof text);
        c->password = password_version(text);
        break;
    case CALL_ADD:
        value_of(body, c->xml, "number", text, sizeof text);
        c->asked = bits_of(text);
        value_of(body, c->xml, "username", c->fields.username, TEXT);
        value_of(body, c->xml, "registerpassword", c->fields.password, TEXT);
        value_of(body, c->xml, "callerid", c->fields.callerid, TEXT);
        break;
    case CALL_QUERY:
        c->everything = !value_of(body, c->xml, "extid", text, sizeof text);
        c->asked = c->everything ? (1u << NUMBERS) - 1 : bits_of(text);
        break;
    case CALL_HEARTBEAT:
    case CALL_APPLY:
        break;
    }
}

void talk_read(struct call *c, const char *url, const char *body, size_t len)
{
    size_t kind = 0;
    while (kind < COUNT_OF(kinds) && !strstr(url, kinds[kind].path))
        kind++;
    if (kind == COUNT_OF(kinds) || !strstr(url, c->xml ? "type=xml" : "type=json"))
        broken("no such call: %s", url);
    c->kind = (enum kind)kind;
    c->box = strncmp(url, "http://b/", 9) == 0;
    const char *token = strstr(url, "token=");
    c->token = token ? (unsigned)strtoul(token + 6, NULL, 16) : 0;
    ON_LEAVE(free_text) char *text = xstrndup(body ? body : "", len);
    read_fields(c, text);
}

/* ---- answers ---- */

static void add_pair(struct buf *to, bool xml, const char *name, const char *value)
{
    buf_format(to, xml ? "<%s>" : "\"%s\":\"", name);
    for (const char *at = value; *at; at++) {
        size_t i = 0;
        while (i < COUNT_OF(escapes) && escapes[i].plain != *at)
            i++;
        if (i < COUNT_OF(escapes))
            buf_text(to, escaped(i, xml));
        else
            buf_char(to, *at);
    }
    if (xml)
        buf_format(to, "</%s>", name);
    else
        buf_char(to, '"');
}

static void add_extension(struct buf *to, bool xml, size_t number, const struct fields *fields)
{
    char text[16];
    snprintf(text, sizeof text, "%zu", FIRST_NUMBER + number);
    buf_text(to, xml ? "<extinfos>" : "{");
    add_pair(to, xml, "extnumber", text);
    buf_text(to, xml ? "" : ",");
    add_pair(to, xml, "username", fields->username);
    buf_text(to, xml ? "" : ",");
    add_pair(to, xml, "registerpassword", fields->password);
    buf_text(to, xml ? "" : ",");
    add_pair(to, xml, "callerid", fields->callerid);
    buf_text(to, xml ? "</extinfos>" : "}");
}

static void add_found(const struct call *c, struct buf *to)
{
    bool first = true;
    buf_text(to, c->xml ? "" : ",\"extinfos\":[");
    for (size_t i = 0; i < NUMBERS; i++) {
        if (!(c->found & 1u << i))
            continue;
        buf_text(to, first || c->xml ? "" : ",");
        add_extension(to, c->xml, i, &c->seen[i]);
        first = false;
    }
    buf_text(to, c->xml ? "" : "]");
}

static void add_truth(const struct call *c, int error_number, struct buf *to)
{
    char text[48];
    add_pair(to, c->xml, "status", error_number ? "Failed" : "Success");
    if (error_number || c->given)
        buf_text(to, c->xml ? "" : ",");
    snprintf(text, sizeof text, "%d", error_number);
    if (error_number) {
        add_pair(to, c->xml, "errno", text);
        return;
    }
    snprintf(text, sizeof text, "%032x", c->given);
    if (c->given)
        add_pair(to, c->xml, "token", text);
    if (c->kind == CALL_QUERY)
        add_found(c, to);
}

void talk_answer(const struct call *c, struct buf *to)
{
    const struct fate *fate = fate_of(c);
    if (fate->end != HTTP_ANSWERED)
        return;
    if (fate->body || fate->status != 200) {
        buf_text(to, fate->body ? fate->body : "Sorry.");
        return;
    }
    buf_text(to, c->xml ? "<?xml version=\"1.0\"?><xml>" : "{");
    add_truth(c, fate->error_number ? fate->error_number : c->error_number, to);
    buf_text(to, c->xml ? "</xml>" : "}");
}
