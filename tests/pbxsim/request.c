/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "request.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define API       "/api/v0.0.1/"
#define BODY_MOST (1024 * 1024)

static const char json_type[] = "application/json;charset=utf-8";
static const char xml_type[] = "application/xml";

void request_violate(struct request *r, const char *errno_text, const char *format, ...)
{
    va_list args;

    if (!r->strict || r->violation[0] != '\0')
        return;
    va_start(args, format);
    vsnprintf(r->violation, sizeof r->violation, format, args);
    va_end(args);
    if (r->refusal == NULL)
        r->refusal = errno_text;
}

void request_malformed(struct request *r, const char *what)
{
    request_violate(r, ERRNO_FORMAT, "%s", what);
    if (r->refusal == NULL)
        r->refusal = ERRNO_FORMAT;
}

void request_take(struct request *r, const char *name, const char *value, bool plain,
                  enum param *hint)
{
    enum param param = param_find(name, *hint);

    if (param == PARAM_COUNT || !param_known(param, r->call)) {
        request_violate(r, ERRNO_FORMAT, "unknown parameter '%.40s'", name);
        return;
    }
    if (r->fields.at[param] != 0)
        request_violate(r, ERRNO_FORMAT, "doubled parameter '%s'", name);
    if (!plain)
        request_violate(r, ERRNO_FORMAT, "the value of '%s' is no string", name);
    fields_set(&r->fields, param, value);
    *hint = (enum param)(param + 1);
}

/* The path names the call; a call that the API lacks is refused, a path outside is not found. */
static void path_read(struct request *r, const char *path)
{
    if (strncmp(path, API, strlen(API)) != 0) {
        r->missing = true;
        request_violate(r, ERRNO_NO_CALL, "path outside of " API);
        return;
    }
    r->call = call_of_path(path + strlen(API));
    if (r->call != CALL_UNKNOWN)
        return;
    request_violate(r, ERRNO_NO_CALL, "unknown call");
    if (r->refusal == NULL)
        r->refusal = ERRNO_NO_CALL;
}

static void type_read(struct request *r, const char *value)
{
    r->xml = strcmp(value, "xml") == 0;
    if (!r->xml && strcmp(value, "json") != 0)
        request_malformed(r, "type is neither json nor xml");
}

static void argument_read(struct request *r, const char *name, const char *value, unsigned *seen)
{
    static const char *const known[] = {"token", "type"};
    unsigned which = strcmp(name, known[0]) == 0 ? 0 : strcmp(name, known[1]) == 0 ? 1 : 2;

    if (which == 2) {
        request_violate(r, ERRNO_FORMAT, "unknown query argument '%.40s'", name);
        return;
    }
    if ((*seen & (1U << which)) != 0)
        request_violate(r, ERRNO_FORMAT, "doubled query argument '%s'", name);
    *seen |= 1U << which;
    if (which == 1)
        type_read(r, value);
    else
        snprintf(r->token, sizeof r->token, "%s", value);
}

/* Nothing that belongs into the query needs an escape, so that one is a sign of a mistake. */
static void query_read(struct request *r, char *query)
{
    unsigned seen = 0;

    if (query[strcspn(query, "%+")] != '\0')
        request_violate(r, ERRNO_FORMAT, "escapes in the query");
    for (char *argument; (argument = strsep(&query, "&")) != NULL;) {
        char *value = strchr(argument, '=');
        if (value != NULL)
            *value++ = '\0';
        argument_read(r, argument, value == NULL ? "" : value, &seen);
    }
    if (r->call == CALL_LOGIN && (seen & 1) != 0)
        request_violate(r, ERRNO_FORMAT, "login carries a token");
}

static void uri_read(struct request *r, const char *uri)
{
    char *copy = xstrdup(uri);
    char *query = strchr(copy, '?');

    if (query != NULL)
        *query++ = '\0';
    path_read(r, copy);
    if (query != NULL)
        query_read(r, query);
    free(copy);
}

/* True when `type`, blanks and case apart, begins with `wanted` and ends there or, when
 * parameters are allowed, at a semicolon. */
static bool type_is(const char *type, const char *wanted, bool parameters)
{
    for (; *type != '\0' && *wanted != '\0'; type++) {
        if (isblank((unsigned char)*type))
            continue;
        if (tolower((unsigned char)*type) != *wanted++)
            return false;
    }
    type += strspn(type, " \t");
    return *wanted == '\0' && (*type == '\0' || (parameters && *type == ';'));
}

static void headers_check(struct request *r, const struct envelope *e)
{
    if (strcmp(e->method, "POST") != 0)
        request_violate(r, ERRNO_POST_ONLY, "method %.20s", e->method);
    if (e->expect != NULL)
        request_violate(r, ERRNO_FORMAT, "an Expect header");
    if (e->authorization != NULL || e->cookie != NULL)
        request_violate(r, ERRNO_FORMAT, "credentials in a header");
    if (e->content_types > 1)
        request_violate(r, ERRNO_FORMAT, "a doubled Content-Type");
    if (e->content_type == NULL && e->body_length == 0)
        return;

    const char *type = e->content_type == NULL ? "none" : e->content_type;
    if (r->xml && !type_is(type, xml_type, true))
        request_violate(r, ERRNO_FORMAT, "Content-Type %.60s for xml", type);
    if (!r->xml && !type_is(type, json_type, false))
        request_violate(r, ERRNO_JSON_ONLY, "Content-Type %.60s for json", type);
}

static void body_read(struct request *r, const struct envelope *e)
{
    if (r->call == CALL_UNKNOWN || e->body_length == 0)
        return;
    if (e->body_length > BODY_MOST)
        request_malformed(r, "the body is too long");
    else if (r->xml)
        body_xml(r, e->body, e->body_length);
    else
        body_json(r, e->body, e->body_length);
}

void request_read(struct request *r, const struct envelope *envelope, bool strict)
{
    *r = (struct request){.call = CALL_UNKNOWN, .strict = strict};
    uri_read(r, envelope->uri);
    headers_check(r, envelope);
    body_read(r, envelope);
    if (r->refusal == NULL && strcmp(envelope->method, "POST") != 0)
        r->refusal = ERRNO_POST_ONLY;
}

void request_free(struct request *r)
{
    fields_free(&r->fields);
}

const char *request_number(const struct request *r)
{
    bool by_id = r->call == CALL_QUERY || r->call == CALL_UPDATE;

    return fields_get(&r->fields, by_id ? PARAM_extid : PARAM_number);
}
