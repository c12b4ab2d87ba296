/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME ctl_queue: the verbs that change what becomes of imports, and the proof that none of their
 * rows was lost. */
#include <inttypes.h>
#include <stdio.h>

#include "ctl.h"
#include "json.h"

/* What is asked of imports, and how its answer is told to people. */
struct question {
    const char *verb;
    const char *done; /* of an answer that has no result */
    int (*tell)(uint64_t id, struct json_object *result, const char *done);
};

/* {"id","verb","ok"} and what the answer has beside, or "error". */
static void json_tell(const struct question *q, const char *id, struct json_object *result,
                      const struct fault *f)
{
    ON_LEAVE(json_leave) struct json_object *told = json_object_new_object();
    json_object_object_add(told, "id", json_object_new_string(id));
    json_object_object_add(told, "verb", json_object_new_string(q->verb));
    json_object_object_add(told, "ok", json_object_new_boolean(!f));
    if (f)
        json_object_object_add(told, "error", json_object_new_string(f->text));
    if (result) {
        json_object_object_foreach(result, key, value)
        {
            json_object_object_add(told, key, json_object_get(value));
        }
    }
    ctl_json_print(told);
}

static int refusal_tell(const struct ctl *c, const struct question *q, const char *id,
                        const struct fault *f)
{
    if (c->json)
        json_tell(q, id, NULL, f);
    else
        ctl_fault(f);
    return f->kind == FAULT_INPUT ? CTL_NEGATIVE : CTL_TROUBLE;
}

static int ask_one(const struct ctl *c, struct ctl_desk *desk, const struct question *q,
                   const char *operand)
{
    ON_LEAVE(json_leave) struct json_object *result = NULL;
    struct fault f = {0};
    char text[24];
    uint64_t id = ctl_id(operand);
    if (!id) {
        fault_set(&f, FAULT_CONFIG, 0, "'%s' is no import's id", operand);
        return refusal_tell(c, q, operand, &f);
    }
    snprintf(text, sizeof text, "%06" PRIu64, id);
    if (!ctl_ask(desk, q->verb, id, &result, &f))
        return refusal_tell(c, q, text, &f);
    if (!c->json)
        return q->tell(id, result, q->done);
    json_tell(q, text, result, NULL);
    struct json_object *whole = ctl_member(result, "whole");
    return whole && !json_object_get_boolean(whole) ? CTL_NEGATIVE : CTL_WELL;
}

/* Asks the same of each import that is named. */
static int ask_each(const struct ctl *c, const struct question *q)
{
    struct ctl_desk *desk = ctl_desk_new(c->config);
    int end = CTL_WELL;
    for (size_t i = 0; i < c->count; i++)
        end = ctl_worse(end, ask_one(c, desk, q, c->operands[i]));
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
    return ask_each(c, &(const struct question){"hold", "held", done_tell});
}

int ctl_release(const struct ctl *c)
{
    return ask_each(c, &(const struct question){"release", "released", done_tell});
}

int ctl_retry(const struct ctl *c)
{
    return ask_each(c,
                    &(const struct question){"retry", "its failed rows are sent again", done_tell});
}

int ctl_cancel(const struct ctl *c)
{
    return ask_each(c, &(const struct question){"cancel", "cancelled", done_tell});
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
    return ask_each(
        c, &(const struct question){"verify", "each with exactly one outcome", verify_tell});
}
