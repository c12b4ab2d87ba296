/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "api.h"
#include "answer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Each function returns NULL when the work is done, or the errno of the refusal. */

static bool blank(const char *value)
{
    return value == NULL || value[0] == '\0';
}

static void changed(struct api *api, const char *number)
{
    if (api->changed.length > 0)
        text_putc(&api->changed, ',');
    text_puts(&api->changed, number);
}

static bool md5_looks(const char *hash)
{
    return strlen(hash) == 32 && hash[strspn(hash, "0123456789abcdef")] == '\0';
}

static const char *login(struct api *api, struct visit *v, int64_t now)
{
    struct request *r = &v->request;
    const char *user = fields_get(&r->fields, PARAM_username);
    const char *hash = fields_get(&r->fields, PARAM_password);
    const char *port = fields_get(&r->fields, PARAM_port);
    const char *token;
    int64_t number;

    if (blank(user) || blank(hash)) {
        request_violate(r, NULL, "login lacks username or password");
        return ERRNO_REQUEST_BLANK;
    }
    if (blank(port) || !number_read(port, 1, 65535, &number)) {
        request_violate(r, NULL, "login lacks a port");
        return ERRNO_PORT;
    }
    if (!md5_looks(hash))
        request_violate(r, NULL, "password is not 32 lowercase hex digits");
    const char *refusal = sessions_login(api->sessions, user, hash, now, &token, &v->outcome.token);
    if (refusal == NULL)
        answer_token(&v->outcome.body, r->xml, api->options->bare_login, token);
    return refusal;
}

static const char *heartbeat(struct api *api, struct visit *v, int64_t now)
{
    (void)now;
    (void)v;
    return api->options->no_heartbeat ? ERRNO_NO_CALL : NULL;
}

static const char *logout(struct api *api, struct visit *v, int64_t now)
{
    (void)now;
    sessions_forget(api->sessions, v->outcome.token);
    return NULL;
}

static const char *apply(struct api *api, struct visit *v, int64_t now)
{
    (void)now;
    (void)v;
    return api->options->no_apply ? ERRNO_NO_CALL : NULL;
}

/* The errno for a number that exists is a setting, since the vendor does not tell it. */
static const char *duplicate(const struct api *api, struct visit *v)
{
    snprintf(v->outcome.errno_text, sizeof v->outcome.errno_text, "%" PRId64,
             api->options->duplicate_errno);
    return v->outcome.errno_text;
}

static const char *add(struct api *api, struct visit *v, int64_t now)
{
    struct request *r = &v->request;
    const char *number = fields_get(&r->fields, PARAM_number);
    const char *password = fields_get(&r->fields, PARAM_registerpassword);

    (void)now;
    if (blank(number)) {
        request_violate(r, NULL, "add lacks a number");
        return ERRNO_NUMBER_BLANK;
    }
    if (password != NULL && password[0] == '\0') {
        request_violate(r, NULL, "registerpassword is blank");
        return ERRNO_BLANK;
    }
    if (store_find(api->store, number) != NULL)
        return duplicate(api, v);
    if (api->options->capacity > 0 && store_count(api->store) >= (size_t)api->options->capacity)
        return ERRNO_CAPACITY;
    store_add(api->store, &r->fields);
    changed(api, number);
    v->outcome.created = true;
    return NULL;
}

static void query_all(const struct store *store, struct infos *infos)
{
    for (const struct extension *e = NULL; (e = store_next(store, e)) != NULL;)
        infos_add(infos, e);
}

/* Returns how many numbers of the list are absent. */
static size_t query_list(const struct store *store, struct infos *infos, const char *numbers)
{
    char *copy = xstrdup(numbers);
    char *rest = copy;
    size_t absent = 0;

    for (char *number; (number = strsep(&rest, ",")) != NULL;) {
        const struct extension *e = store_find(store, number);
        if (e != NULL)
            infos_add(infos, e);
        else
            absent++;
    }
    free(copy);
    return absent;
}

static const char *query(struct api *api, struct visit *v, int64_t now)
{
    const struct options *o = api->options;
    const char *numbers = fields_get(&v->request.fields, PARAM_extid);
    struct infos infos = {.to = &v->outcome.body,
                          .xml = v->request.xml,
                          .list = o->xml_infos == INFOS_LIST,
                          .few = o->few_infos};
    size_t absent = 0;

    (void)now;
    if (o->no_query)
        return ERRNO_NO_CALL;
    infos_open(&infos);
    if (blank(numbers))
        query_all(api->store, &infos);
    else
        absent = query_list(api->store, &infos, numbers);
    infos_close(&infos);
    if (absent > 0 &&
        (o->absent == ABSENT_ERRNO_ANY || (o->absent == ABSENT_ERRNO && infos.count == 0)))
        return ERRNO_MISSING;
    return NULL;
}

static const char *update(struct api *api, struct visit *v, int64_t now)
{
    const struct fields *fields = &v->request.fields;
    const char *number = fields_get(fields, PARAM_extid);
    const char *renamed = fields_get(fields, PARAM_extnumber);
    const char *password = fields_get(fields, PARAM_registerpassword);

    (void)now;
    if (blank(number) || (renamed != NULL && renamed[0] == '\0'))
        return ERRNO_NUMBER_BLANK;
    if (password != NULL && password[0] == '\0')
        return ERRNO_BLANK;
    const struct extension *e = store_find(api->store, number);
    if (e == NULL)
        return ERRNO_MISSING;
    if (renamed != NULL && strcmp(renamed, number) != 0 && store_find(api->store, renamed) != NULL)
        return duplicate(api, v);
    store_update(api->store, e, fields, renamed != NULL ? renamed : number);
    changed(api, number);
    if (renamed != NULL)
        changed(api, renamed);
    return NULL;
}

/* All numbers of the list that exist are deleted; a list of which none exists is refused. */
static const char *delete (struct api *api, struct visit *v, int64_t now)
{
    const char *numbers = fields_get(&v->request.fields, PARAM_number);
    bool found = false;

    (void)now;
    if (blank(numbers))
        return ERRNO_NUMBER_BLANK;
    char *copy = xstrdup(numbers);
    char *rest = copy;
    for (char *number; (number = strsep(&rest, ",")) != NULL;) {
        const struct extension *e = store_find(api->store, number);
        if (e == NULL)
            continue;
        store_delete(api->store, e);
        changed(api, number);
        found = true;
    }
    free(copy);
    return found ? NULL : ERRNO_MISSING;
}

static const struct {
    const char *(*work)(struct api *api, struct visit *v, int64_t now);
    bool needs_data; /* an empty body is refused */
} calls[CALL_COUNT] = {
    [CALL_LOGIN] = {login, false},   [CALL_HEARTBEAT] = {heartbeat, false},
    [CALL_LOGOUT] = {logout, false}, [CALL_ADD] = {add, true},
    [CALL_QUERY] = {query, false},   [CALL_UPDATE] = {update, true},
    [CALL_DELETE] = {delete, true},  [CALL_APPLY] = {apply, false},
};

static const char *work(struct api *api, struct visit *v, int64_t now)
{
    struct request *r = &v->request;

    if (r->refusal != NULL)
        return r->refusal;
    if (r->call != CALL_LOGIN) {
        const char *refusal = sessions_use(api->sessions, r->token, now, &v->outcome.token);
        if (refusal != NULL)
            return refusal;
    }
    if (calls[r->call].needs_data && r->fields.blob.length == 0) {
        request_violate(r, NULL, "no data");
        return ERRNO_DATA_BLANK;
    }
    return calls[r->call].work(api, v, now);
}

void api_work(struct api *api, struct visit *v, int64_t now)
{
    struct outcome *o = &v->outcome;

    if (v->request.missing)
        return;
    const char *refusal = work(api, v, now);
    o->done = refusal == NULL;
    if (refusal != NULL) {
        if (refusal != o->errno_text)
            snprintf(o->errno_text, sizeof o->errno_text, "%s", refusal);
        answer_status(&o->body, v->request.xml, "Failed", refusal);
    } else if (o->body.length == 0) {
        answer_status(&o->body, v->request.xml, "Success", NULL);
    }
}
