/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fields.h"

#include <string.h>

static const struct {
    const char *word;
    const char *path;
} calls[CALL_COUNT] = {
    [CALL_LOGIN] = {"login", "login"},
    [CALL_HEARTBEAT] = {"heartbeat", "heartbeat"},
    [CALL_LOGOUT] = {"logout", "logout"},
    [CALL_ADD] = {"add", "extension/add"},
    [CALL_QUERY] = {"query", "extension/query"},
    [CALL_UPDATE] = {"update", "extension/update"},
    [CALL_DELETE] = {"delete", "extension/delete"},
    [CALL_APPLY] = {"apply", "apply"},
};

#define PARAM_ROW(name, calls) {#name, calls},
static const struct {
    const char *name;
    unsigned calls;
} params[PARAM_COUNT] = {PARAMS(PARAM_ROW)};

const char *call_word(enum call call)
{
    return call < CALL_COUNT ? calls[call].word : "unknown";
}

enum call call_of_word(const char *word)
{
    unsigned call = 0;

    while (call < CALL_COUNT && strcmp(calls[call].word, word) != 0)
        call++;
    return (enum call)call;
}

enum call call_of_path(const char *path)
{
    unsigned call = 0;

    while (call < CALL_COUNT && strcmp(calls[call].path, path) != 0)
        call++;
    return (enum call)call;
}

const char *param_name(enum param param)
{
    return params[param].name;
}

bool param_known(enum param param, enum call call)
{
    return call < CALL_COUNT && (params[param].calls & (1U << call)) != 0;
}

enum param param_find(const char *name, enum param hint)
{
    for (unsigned i = 0; i < PARAM_COUNT; i++) {
        unsigned param = (hint + i) % PARAM_COUNT;
        if (strcmp(params[param].name, name) == 0)
            return (enum param)param;
    }
    return PARAM_COUNT;
}

void fields_set(struct fields *f, enum param param, const char *value)
{
    f->at[param] = (uint32_t)f->blob.length + 1;
    text_add(&f->blob, value, strlen(value) + 1);
}

const char *fields_get(const struct fields *f, enum param param)
{
    return f->at[param] == 0 ? NULL : f->blob.at + f->at[param] - 1;
}

void fields_free(struct fields *f)
{
    text_free(&f->blob);
}
