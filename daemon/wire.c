/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME wire: what JSON and XML have in common. */
#include "wire.h"

#include <ctype.h>
#include <stdio.h>

void wire_record(enum wire_format format, const struct record *record, struct buf *to)
{
    (format == WIRE_XML ? wire_xml_record : wire_json_record)(record, to);
}

void wire_read(enum wire_format format, const char *body, size_t len, struct wire_answer *ret)
{
    *ret = (struct wire_answer){.status = WIRE_GARBAGE};
    (format == WIRE_XML ? wire_xml_read : wire_json_read)(body, len, ret);
}

void wire_judge(struct wire_answer *a, const char *status, const char *error_number)
{
    a->status = WIRE_GARBAGE;
    if (!status)
        return;
    if (strcmp(status, "Success") == 0) {
        a->status = WIRE_SUCCESS;
        return;
    }
    a->status = WIRE_OTHER;
    size_t digits = error_number ? strspn(error_number, "0123456789") : 0;
    if (strcmp(status, "Failed") == 0 && digits && digits <= 8 && !error_number[digits]) {
        a->error_number = (int)strtol(error_number, NULL, 10);
        a->status = WIRE_FAILED;
    }
}

void wire_token(struct wire_answer *a, const char *token)
{
    size_t len = token ? strlen(token) : 0;
    if (len == 0 || len >= sizeof a->token)
        return;
    for (size_t i = 0; i < len; i++)
        if (!isalnum((unsigned char)token[i]))
            return;
    memcpy(a->token, token, len + 1);
}

void wire_pair_add(struct wire_extension *e, const char *name, const char *value)
{
    e->pairs = xrealloc(e->pairs, (e->count + 1) * sizeof *e->pairs);
    e->pairs[e->count++] = (struct wire_pair){xstrdup(name), xstrdup(value)};
}

void wire_extension_add(struct wire_answer *a, struct wire_extension *e)
{
    a->extensions = xrealloc(a->extensions, (a->count + 1) * sizeof *a->extensions);
    a->extensions[a->count++] = *e;
    *e = (struct wire_extension){0};
}

void wire_extension_clear(struct wire_extension *e)
{
    for (size_t i = 0; i < e->count; i++) {
        wipe(e->pairs[i].value, strlen(e->pairs[i].value));
        free(e->pairs[i].value);
        free(e->pairs[i].name);
    }
    free(e->pairs);
    *e = (struct wire_extension){0};
}

void wire_answer_free(struct wire_answer *a)
{
    for (size_t i = 0; i < a->count; i++)
        wire_extension_clear(&a->extensions[i]);
    free(a->extensions);
    wipe(a, sizeof *a);
}

const char *wire_value(const struct wire_extension *e, const char *name)
{
    for (size_t i = 0; i < e->count; i++)
        if (strcmp(e->pairs[i].name, name) == 0)
            return e->pairs[i].value;
    return NULL;
}

const char *wire_number_name(const struct wire_extension *e)
{
    return wire_value(e, "extnumber") ? "extnumber" : "number";
}
