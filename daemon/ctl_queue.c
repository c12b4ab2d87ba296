/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME ctl_queue: the verbs that change what becomes of imports, and the proof that none of their
 * rows was lost. */
#include <inttypes.h>
#include <stdio.h>

#include "ctl.h"
#include "json.h"

typedef int answer_tell(uint64_t id, struct json_object *result, const char *done);

/* Asks the same of each import that is named. */
static int ask_each(const struct ctl *c, const char *verb, answer_tell *tell, const char *done)
{
    struct ctl_desk *desk = ctl_desk_new(c->config);
    int end = CTL_WELL;
    for (size_t i = 0; i < c->count; i++) {
        ON_LEAVE(json_leave) struct json_object *result = NULL;
        struct fault f = {0};
        uint64_t id = ctl_id(c->operands[i]);
        if (!id) {
            end = ctl_trouble("'%s' is no import's id", c->operands[i]);
        } else if (ctl_ask(desk, verb, id, &result, &f)) {
            end = ctl_worse(end, tell(id, result, done));
        } else {
            ctl_fault(&f);
            end = ctl_worse(end, f.kind == FAULT_INPUT ? CTL_NEGATIVE : CTL_TROUBLE);
        }
    }
    return ctl_worse(end, ctl_desk_close(desk));
}

static int done_tell(uint64_t id, struct json_object *result, const char *done)
{
    (void)result;
    printf("%06" PRIu64 ": %s\n", id, done);
    return CTL_WELL;
}

int ctl_hold(const struct ctl *c)
{
    return ask_each(c, "hold", done_tell, "held");
}

int ctl_release(const struct ctl *c)
{
    return ask_each(c, "release", done_tell, "released");
}

int ctl_retry(const struct ctl *c)
{
    return ask_each(c, "retry", done_tell, "its failed rows are sent again");
}

int ctl_cancel(const struct ctl *c)
{
    return ask_each(c, "cancel", done_tell, "cancelled");
}

static int verify_tell(uint64_t id, struct json_object *result, const char *done)
{
    struct json_object *problems = ctl_member(result, "problems");
    if (json_object_get_boolean(ctl_member(result, "whole"))) {
        printf("%06" PRIu64 ": whole: %" PRIu64 " rows, %s\n", id, ctl_number(result, "rows"),
               done);
        return CTL_WELL;
    }
    for (size_t i = 0; i < ctl_length(problems); i++)
        printf("%06" PRIu64 ": not whole: %s\n", id, json_object_get_string(ctl_item(problems, i)));
    return CTL_NEGATIVE;
}

int ctl_verify(const struct ctl *c)
{
    return ask_each(c, "verify", verify_tell, "each with exactly one outcome");
}
