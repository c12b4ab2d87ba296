/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME ctl_show: what is told of one import. */
#include <inttypes.h>
#include <stdio.h>

#include "buf.h"
#include "ctl.h"
#include "json.h"

void ctl_seconds(struct buf *to, uint64_t seconds)
{
    if (seconds < 60)
        buf_format(to, "%" PRIu64 "s", seconds);
    else if (seconds < 3600)
        buf_format(to, "%" PRIu64 "m%02" PRIu64 "s", seconds / 60, seconds % 60);
    else
        buf_format(to, "%" PRIu64 "h%02" PRIu64 "m", seconds / 3600, seconds / 60 % 60);
}

void ctl_rate(struct buf *to, double rate)
{
    buf_format(to, rate < 10 ? "%.1f/s" : "%.0f/s", rate);
}

static void refused_print(struct json_object *row)
{
    printf("  row %" PRIu64 ", line %" PRIu64, ctl_number(row, "row"), ctl_number(row, "line"));
    if (*ctl_text(row, "number"))
        printf(", number %s", ctl_text(row, "number"));
    printf(": %s: %s [%s]\n", ctl_text(row, "outcome"), ctl_text(row, "message"),
           ctl_text(row, "code"));
}

static const char *const outcomes[] = {"created", "unchanged", "skipped", "invalid", "failed"};

uint64_t ctl_rows_open(struct json_object *counts)
{
    uint64_t open = ctl_number(counts, "rows");
    for (size_t i = 0; i < COUNT_OF(outcomes); i++)
        open -= ctl_number(counts, outcomes[i]);
    return open;
}

void ctl_counts_print(struct json_object *counts)
{
    printf("%" PRIu64 " rows", ctl_number(counts, "rows"));
    uint64_t open = ctl_rows_open(counts);
    for (size_t i = 0; i < COUNT_OF(outcomes); i++)
        printf("%s %" PRIu64 " %s", i ? "," : ":", ctl_number(counts, outcomes[i]), outcomes[i]);
    if (open)
        printf(", %" PRIu64 " open", open);
    putchar('\n');
}

void ctl_files_print(struct json_object *files)
{
    for (size_t i = 0; i < ctl_length(files); i++)
        printf("  %s\n", json_object_get_string(ctl_item(files, i)));
}

static void show_print(struct json_object *show)
{
    struct json_object *refused = ctl_member(show, "refused");
    printf("%s %s: %s", ctl_text(show, "id"), ctl_text(show, "name"), ctl_text(show, "state"));
    printf(*ctl_text(show, "reason") ? ": %s\n" : "%s\n", ctl_text(show, "reason"));
    ctl_counts_print(ctl_member(show, "counts"));
    if (ctl_length(refused))
        puts("refused:");
    for (size_t i = 0; i < ctl_length(refused); i++)
        refused_print(ctl_item(refused, i));
    if (json_object_get_boolean(ctl_member(show, "refused_truncated")))
        puts("  … and more: see the reports");
    if (ctl_length(ctl_member(show, "files")))
        puts("reports:");
    ctl_files_print(ctl_member(show, "files"));
}

/* Asks one question and shows its answer. */
static int ask_once(const struct ctl *c, const char *verb, uint64_t id,
                    void (*print)(struct json_object *))
{
    ON_LEAVE(json_leave) struct json_object *result = NULL;
    struct ctl_desk *desk = ctl_desk_new(c->config);
    struct fault f = {0};
    int end = CTL_WELL;
    if (!ctl_ask(desk, verb, id, &result, &f)) {
        ctl_fault(&f);
        end = f.kind == FAULT_INPUT ? CTL_NEGATIVE : CTL_TROUBLE;
    } else if (c->json) {
        ctl_json_print(result);
    } else {
        print(result);
    }
    return ctl_worse(end, ctl_desk_close(desk));
}

int ctl_show(const struct ctl *c)
{
    uint64_t id = ctl_id(c->operands[0]);
    if (!id)
        return ctl_trouble("'%s' is no import's id", c->operands[0]);
    return ask_once(c, "show", id, show_print);
}
