/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fault.h"
#include "raw.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY_MS 86400000

#define AT(field) offsetof(struct plan, field)

/* An action is a form of the answer, or with FORM_WHOLE sets a number of the plan. */
static const struct action {
    const char *name;
    const char *label; /* of its value; "" when it takes none */
    int64_t min;
    int64_t max; /* 0: the value is a word */
    enum form form;
    bool before;  /* of a form: nothing is done */
    size_t field; /* of a number */
    const char *help;
} actions[] = {
    {"latency", "MS", 0, DAY_MS, FORM_WHOLE, false, AT(latency), "wait, then do the work"},
    {"latency-after", "MS", 0, DAY_MS, FORM_WHOLE, false, AT(latency_after), "work, then wait"},
    {"slow", "MS", 1, DAY_MS, FORM_WHOLE, false, AT(slow), "send byte by byte, MS between two"},
    {"retry-after", "S", 0, 86400, FORM_WHOLE, false, AT(retry_after), "add a Retry-After header"},
    {"close", "", 0, 0, FORM_WHOLE, false, AT(close), "answer with Connection: close"},
    {"keep", "", 0, 0, FORM_WHOLE, false, AT(keep), "keep the connection, in spite of --close"},
    {"expire", "", 0, 0, FORM_WHOLE, false, AT(expire), "the token expires before the work"},
    {"again", "BYTES", 1, 65536, FORM_WHOLE, false, AT(again), "of raw: repeat its last BYTES"},
    {"rounds", "N", 1, INT64_MAX, FORM_WHOLE, false, AT(rounds), "... N times, not for ever"},
    {"status", "N", 200, 599, FORM_STATUS, true, 0, "HTTP status N; nothing is done"},
    {"status-after", "N", 200, 599, FORM_STATUS, false, 0, "do the work; HTTP status N"},
    {"errno", "N", 0, 999999999, FORM_ERRNO, true, 0, "Failed with N; nothing is done"},
    {"errno-after", "N", 0, 999999999, FORM_ERRNO, false, 0, "do the work; Failed with N"},
    {"status-text", "WORD", 0, 0, FORM_STATUS_TEXT, false, 0, "do the work; WORD as the status"},
    {"reset-before", "", 0, 0, FORM_RESET, true, 0, "reset the connection; nothing is done"},
    {"reset-after", "", 0, 0, FORM_RESET, false, 0, "do the work; reset, no byte of an answer"},
    {"fin-before", "", 0, 0, FORM_FIN, true, 0, "close the connection; nothing is done"},
    {"fin-after", "", 0, 0, FORM_FIN, false, 0, "do the work; close, no byte of an answer"},
    {"late", "MS", 0, DAY_MS, FORM_LATE, false, 0, "reset at once, do the work MS later"},
    {"half", "", 0, 0, FORM_HALF, false, 0, "do the work; half a body, then close"},
    {"garbage", "", 0, 0, FORM_GARBAGE, false, 0, "do the work; neither JSON nor XML"},
    {"garbage-before", "", 0, 0, FORM_GARBAGE, true, 0, "garbage; nothing is done"},
    {"empty", "", 0, 0, FORM_EMPTY, false, 0, "do the work; 200 with an empty body"},
    {"no-status", "", 0, 0, FORM_NO_STATUS, false, 0, "do the work; a body without a status"},
    {"wrong-types", "", 0, 0, FORM_WRONG_TYPES, false, 0, "do the work; the status is no string"},
    {"big", "BYTES", 100, INT64_MAX, FORM_BIG, false, 0, "do the work; a body of BYTES"},
    {"redirect", "URL", 0, 0, FORM_REDIRECT, true, 0, "302 to URL; nothing is done"},
    {"hang", "", 0, 0, FORM_HANG, false, 0, "do the work; never answer (at most 120 s)"},
    {"hang-before", "", 0, 0, FORM_HANG, true, 0, "never answer; nothing is done"},
    {"body", "BYTES", 0, 0, FORM_BODY, false, 0, "do the work; 200 with this body"},
    {"body-before", "BYTES", 0, 0, FORM_BODY, true, 0, "200 with this body; nothing is done"},
    {"first", "BYTES", 0, 0, FORM_FIRST, false, 0, "do the work; BYTES, then the real answer"},
    {"raw", "BYTES", 0, 0, FORM_RAW, false, 0, "do the work; only BYTES, then close"},
    {"raw-before", "BYTES", 0, 0, FORM_RAW, true, 0, "only BYTES, then close; nothing is done"},
};
#define ACTION_COUNT (sizeof actions / sizeof actions[0])

void plan_init(struct plan *p)
{
    *p = (struct plan){.latency = -1, .retry_after = -1};
}

void plan_release(struct plan *p)
{
    free(p->words);
}

static const struct action *action_find(const char *name, size_t length)
{
    for (size_t i = 0; i < ACTION_COUNT; i++) {
        if (strlen(actions[i].name) == length && memcmp(actions[i].name, name, length) == 0)
            return &actions[i];
    }
    return NULL;
}

static void name_note(struct plan *p, const char *name)
{
    size_t used = strlen(p->names);

    snprintf(p->names + used, sizeof p->names - used, "%s%s", used == 0 ? "" : "+", name);
}

static bool bytes_valid(const char *words)
{
    struct text bytes = {0};
    bool valid = raw_read(words, &bytes);

    text_free(&bytes);
    return valid;
}

const char *plan_add(struct plan *p, const char *action)
{
    size_t length = strcspn(action, "=");
    const char *value = action[length] == '=' ? action + length + 1 : NULL;
    const struct action *a = action_find(action, length);
    int64_t number = 1;

    if (a == NULL)
        return "unknown action";
    bool valued = a->label[0] != '\0';
    if (valued && (value == NULL || value[0] == '\0'))
        return "the action needs a value";
    if (!valued && value != NULL)
        return "the action takes no value";
    if (a->max > 0 && !number_read(value, a->min, a->max, &number))
        return "the action's number is none or out of range";
    name_note(p, a->name);
    if (a->form == FORM_WHOLE) {
        memcpy((char *)p + a->field, &number, sizeof number);
        return NULL;
    }
    if (p->form != FORM_WHOLE)
        return "only one action of a line can say how the answer looks";
    p->form = a->form;
    p->before = a->before;
    p->number = number;
    p->words = valued && a->max == 0 ? xstrdup(value) : NULL;
    return p->form >= FORM_BODY && !bytes_valid(value)
               ? "an escape is none of \\r \\n \\s \\\\ \\xNN"
               : NULL;
}

void fault_help(void)
{
    for (size_t i = 0; i < ACTION_COUNT; i++) {
        char head[32];
        snprintf(head, sizeof head, "%s%s%s", actions[i].name, actions[i].label[0] ? "=" : "",
                 actions[i].label);
        printf("  %-18s %s\n", head, actions[i].help);
    }
}
