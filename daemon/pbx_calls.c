/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME pbx_calls: statistics of calls. */
#include "pbx_calls.h"

/* From a fast box in the same room to [pbx] timeout's default, twice. */
const int64_t pbx_bounds[PBX_BOUNDS] = {
    2500,   5000,    10000,   25000,   50000,    100000,   250000,
    500000, 1000000, 2500000, 5000000, 10000000, 30000000, 60000000,
};

void pbx_calls_add(struct pbx_calls *c, enum pbx_call call, enum pbx_verdict verdict,
                   const struct http_answer *answer)
{
    c->all++;
    c->classes[call][answer->class]++;
    c->verdicts[call][verdict]++;
    if (answer->end == HTTP_NOT_SENT)
        return;
    size_t i = 0;
    while (i < PBX_BOUNDS && answer->took > pbx_bounds[i])
        i++;
    c->took[call][i]++;
    c->micro[call] += (uint64_t)answer->took;
}

const char *pbx_call_text(enum pbx_call call)
{
    static const char *const names[PBX_CALLS] = {
        [PBX_LOGIN] = "login", [PBX_HEARTBEAT] = "heartbeat", [PBX_ADD] = "add",
        [PBX_QUERY] = "query", [PBX_APPLY] = "apply",
    };
    assert(call < PBX_CALLS);
    return names[call];
}

const char *pbx_verdict_text(enum pbx_verdict verdict)
{
    static const char *const names[PBX_VERDICTS] = {
        [PBX_OK] = "good",         [PBX_REFUSED] = "refused",         [PBX_BAD] = "bad",
        [PBX_NOT_NOW] = "not-now", [PBX_UNSUPPORTED] = "unsupported",
    };
    assert(verdict < PBX_VERDICTS);
    return names[verdict];
}

const char *pbx_class_text(enum http_class class)
{
    static const char *const names[HTTP_CLASSES] = {
        [HTTP_2XX] = "2xx",
        [HTTP_3XX] = "3xx",
        [HTTP_4XX] = "4xx",
        [HTTP_5XX] = "5xx",
        [HTTP_TIMEOUT] = "timeout",
        [HTTP_REFUSED] = "refused",
        [HTTP_UNREACHABLE] = "unreachable",
        [HTTP_BROKEN] = "broken",
    };
    assert(class < HTTP_CLASSES);
    return names[class];
}
