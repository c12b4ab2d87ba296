/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "code.h"

#include <stdio.h>

static const struct {
    const char *name;
    const char *meaning;
} codes[] = {
#define X(number, name, text, meaning) [number] = {text, meaning},
    CODE_TABLE(X)
#undef X
};

/* The PBX's own words for its error numbers, from its API documentation. */
static const struct {
    int number;
    const char *meaning;
} pbx_meanings[] = {
    {10002, "the PBX says: format not supported"},
    {10003, "the PBX says: call not supported"},
    {10004, "the PBX says: a parameter is blank"},
    {10006, "the PBX says: the extension does not exist"},
    {10017, "the PBX says: the extension could not be configured"},
    {10025, "the PBX says: applied too often"},
    {10028, "the PBX says: the number is blank"},
    {10033, "the PBX says: the route could not be saved"},
    {10085, "the PBX says: the extension exists already"},
    {10087, "the PBX says: no more extensions can be made"},
    {20007, "the PBX says: no data were sent"},
};

const char *code_text(int code, char to[CODE_TEXT])
{
    if (code >= CODE_PBX)
        snprintf(to, CODE_TEXT, "pbx-%d", code - CODE_PBX);
    else if (code >= CODE_HTTP)
        snprintf(to, CODE_TEXT, "http-%d", code - CODE_HTTP);
    else {
        assert(code >= 0 && (size_t)code < COUNT_OF(codes));
        snprintf(to, CODE_TEXT, "%s", codes[code].name);
    }
    return to;
}

static const char *pbx_meaning(int number)
{
    for (size_t i = 0; i < COUNT_OF(pbx_meanings); i++)
        if (pbx_meanings[i].number == number)
            return pbx_meanings[i].meaning;
    return NULL;
}

bool code_is_unknown(int code)
{
    return code >= CODE_PBX && !pbx_meaning(code - CODE_PBX);
}

const char *code_meaning(int code)
{
    if (code >= CODE_PBX) {
        const char *meaning = pbx_meaning(code - CODE_PBX);
        return meaning ? meaning
                       : "the PBX refused it with an error number that its documentation does "
                         "not name";
    }
    if (code >= CODE_HTTP)
        return "the PBX's web server refused the call";
    assert(code >= 0 && (size_t)code < COUNT_OF(codes));
    return codes[code].meaning;
}

const char *import_state_text(enum import_state state)
{
    static const char *const names[] = {"claimed", "planned",  "sending",  "done",
                                        "held",    "rejected", "cancelled"};
    assert((size_t)state < COUNT_OF(names));
    return names[state];
}

const char *row_state_text(enum row_state state)
{
    static const char *const names[] = {
        [ROW_PLANNED] = "planned", [ROW_SENDING] = "sending", [ROW_DOUBT] = "in doubt",
        [ROW_REFUSED] = "refused", [ROW_CREATED] = "created", [ROW_UNCHANGED] = "unchanged",
        [ROW_SKIPPED] = "skipped", [ROW_INVALID] = "invalid", [ROW_FAILED] = "failed",
    };
    assert((size_t)state < COUNT_OF(names) && names[state]);
    return names[state];
}
