/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME ctl_show: what is told of the queue and of one import. */
#include <inttypes.h>
#include <stdio.h>

#include "buf.h"
#include "ctl.h"
#include "json.h"
#include "utf8.h"

enum { COLUMNS = 7 };

static const char *const headings[COLUMNS] = {"ID",   "NAME", "STATE", "ROWS",
                                              "RATE", "LEFT", "REASON"};

/* Lines of texts, to be printed as columns. */
struct table {
    struct buf (*at)[COLUMNS];
    size_t count;
};

static struct buf *line_add(struct table *t)
{
    t->at = xrealloc(t->at, (t->count + 1) * sizeof *t->at);
    memset(t->at[t->count], 0, sizeof *t->at);
    return t->at[t->count++];
}

static size_t width(const struct buf *cell)
{
    return utf8_length(buf_get(cell), cell->len);
}

static void table_print(const struct table *t)
{
    size_t widest[COLUMNS] = {0};
    for (size_t i = 0; i < t->count; i++)
        for (size_t k = 0; k < COLUMNS; k++)
            if (width(&t->at[i][k]) > widest[k])
                widest[k] = width(&t->at[i][k]);
    for (size_t i = 0; i < t->count; i++) {
        size_t last = COLUMNS - 1;
        while (last > 0 && !t->at[i][last].len)
            last--;
        for (size_t k = 0; k < last; k++)
            printf("%s%*s  ", buf_get(&t->at[i][k]), (int)(widest[k] - width(&t->at[i][k])), "");
        puts(buf_get(&t->at[i][last]));
    }
}

static void table_free(struct table *t)
{
    for (size_t i = 0; i < t->count; i++)
        for (size_t k = 0; k < COLUMNS; k++)
            buf_free(&t->at[i][k]);
    free(t->at);
}

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

static void import_line(struct table *t, struct json_object *import)
{
    struct buf *line = line_add(t);
    double rate = json_object_get_double(ctl_member(import, "rate"));
    struct json_object *left = ctl_member(import, "left");
    buf_text(&line[0], ctl_text(import, "id"));
    buf_text(&line[1], ctl_text(import, "name"));
    buf_text(&line[2], ctl_text(import, "state"));
    buf_format(&line[3], "%" PRIu64 "/%" PRIu64, ctl_number(import, "done"),
               ctl_number(import, "rows"));
    if (rate > 0)
        ctl_rate(&line[4], rate);
    if (left)
        ctl_seconds(&line[5], json_object_get_uint64(left));
    buf_text(&line[6], ctl_text(import, "reason"));
}

static void unclaimed_line(struct table *t, struct json_object *file)
{
    struct buf *line = line_add(t);
    buf_char(&line[0], '-');
    buf_text(&line[1], ctl_text(file, "name"));
    buf_text(&line[2], "unclaimed");
    buf_text(&line[6], ctl_text(file, "reason"));
}

static void status_print(struct json_object *status)
{
    struct json_object *imports = ctl_member(status, "imports");
    struct json_object *unclaimed = ctl_member(status, "unclaimed");
    struct json_object *waiting = ctl_member(status, "waiting");
    struct table t = {0};
    struct buf *head = line_add(&t);
    for (size_t k = 0; k < COLUMNS; k++)
        buf_text(&head[k], headings[k]);
    for (size_t i = 0; i < ctl_length(imports); i++)
        import_line(&t, ctl_item(imports, i));
    for (size_t i = 0; i < ctl_length(unclaimed); i++)
        unclaimed_line(&t, ctl_item(unclaimed, i));

    if (t.count > 1)
        table_print(&t);
    else
        puts("nothing to do");
    if (waiting)
        printf("waiting: %s\n", json_object_get_string(waiting));
    table_free(&t);
}

static void refused_print(struct json_object *row)
{
    printf("  row %" PRIu64 ", line %" PRIu64, ctl_number(row, "row"), ctl_number(row, "line"));
    if (*ctl_text(row, "number"))
        printf(", number %s", ctl_text(row, "number"));
    printf(": %s: %s [%s]\n", ctl_text(row, "outcome"), ctl_text(row, "message"),
           ctl_text(row, "code"));
}

void ctl_counts_print(struct json_object *counts)
{
    static const char *const outcomes[] = {"created", "unchanged", "skipped", "invalid", "failed"};
    printf("%" PRIu64 " rows", ctl_number(counts, "rows"));
    for (size_t i = 0; i < COUNT_OF(outcomes); i++)
        printf("%s %" PRIu64 " %s", i ? "," : ":", ctl_number(counts, outcomes[i]), outcomes[i]);
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

int ctl_status(const struct ctl *c)
{
    return ask_once(c, "status", 0, status_print);
}

int ctl_show(const struct ctl *c)
{
    uint64_t id = ctl_id(c->operands[0]);
    if (!id)
        return ctl_trouble("'%s' is no import's id", c->operands[0]);
    return ask_once(c, "show", id, show_print);
}
