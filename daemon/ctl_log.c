/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME ctl_log: what happened to one import, in order of time: from the ledger always, and from the
 * journal where there is one that this user may read. */
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "buf.h"
#include "clock.h"
#include "ctl.h"
#include "ctl_screen.h"
#include "journal.h"
#include "json.h"

#define ENTRIES_MOST 10000
#define NEAR         2000 /* milliseconds: entries of so long before the claim are of it too */

static const char *priority_text(int priority)
{
    static const char *const names[] = {"error",   "error",  "error", "error",
                                        "warning", "notice", "info",  "debug"};
    return names[priority >= 0 && priority < (int)COUNT_OF(names) ? priority : 6];
}

static void entry_take(void *with, int64_t wall, int priority, const char *text)
{
    struct json_object *list = with;
    char time[CLOCK_TEXT];
    struct json_object *one = json_object_new_object();
    json_object_object_add(one, "time", json_object_new_string(clock_text(wall, time)));
    json_object_object_add(one, "source", json_object_new_string("journal"));
    json_object_object_add(one, "event", json_object_new_string(priority_text(priority)));
    json_object_object_add(one, "text", json_object_new_string(text));
    json_object_array_add(list, one);
}

/* Times are written so that their order is that of their letters. */
static int by_time(const void *a, const void *b)
{
    struct json_object *const *one = a;
    struct json_object *const *other = b;
    int order = strcmp(ctl_text(*one, "time"), ctl_text(*other, "time"));
    if (order)
        return order;
    uint64_t x = ctl_number(*one, "order");
    uint64_t y = ctl_number(*other, "order");
    return x < y ? -1 : x > y;
}

/* The file that a daemon of this configuration reads. The caller frees it. */
static char *config_of(const struct ctl *c)
{
    const char *path = c->path ? c->path : CONFIG_FILE;
    char *whole = realpath(path, NULL);
    return whole ? whole : xstrdup(path);
}

/* What the journal has, before anything else: later on this process may be another user. */
static struct json_object *journal_ask(const struct ctl *c, uint64_t id, struct buf *why)
{
    ON_LEAVE(free_text) char *config = config_of(c);
    const struct journal_daemon daemon = {config, !c->path || strcmp(config, CONFIG_FILE) == 0};
    struct json_object *list = json_object_new_array();
    struct fault f = {0};
    if (!journal_read(id, &daemon, ENTRIES_MOST, entry_take, list, &f))
        buf_text(why, f.text);
    else if (!ctl_length(list))
        buf_text(why, geteuid() == 0 ? "it has nothing of this import"
                                     : "it has nothing of this import, or nothing that you may "
                                       "read: see journalctl(1)");
    return list;
}

/* Entries of before the claim are of another import, with the same number. */
static void merge(struct json_object *events, struct json_object *entries, int64_t since)
{
    char from[CLOCK_TEXT];
    clock_text(since, from);
    for (size_t i = 0; i < ctl_length(entries); i++) {
        struct json_object *one = ctl_item(entries, i);
        if (strcmp(ctl_text(one, "time"), from) >= 0)
            json_object_array_add(events, json_object_get(one));
    }
    for (size_t i = 0; i < ctl_length(events); i++)
        json_object_object_add(ctl_item(events, i), "order", json_object_new_uint64(i));
    json_object_array_sort(events, by_time);
    for (size_t i = 0; i < ctl_length(events); i++)
        json_object_object_del(ctl_item(events, i), "order");
}

static void print(struct json_object *log)
{
    struct json_object *events = ctl_member(log, "events");
    size_t widest = 0;
    for (size_t i = 0; i < ctl_length(events); i++) {
        size_t len = strlen(ctl_text(ctl_item(events, i), "event"));
        widest = len > widest ? len : widest;
    }
    printf("%s %s\n", ctl_text(log, "id"), ctl_text(log, "name"));
    for (size_t i = 0; i < ctl_length(events); i++) {
        struct json_object *one = ctl_item(events, i);
        const char *text = ctl_text(one, "text");
        printf("%s  %-7s  %-*s%s%s\n", ctl_text(one, "time"), ctl_text(one, "source"),
               *text ? (int)widest : 0, ctl_text(one, "event"), *text ? "  " : "", text);
    }
    if (*ctl_text(log, "journal"))
        printf("the journal adds nothing: %s\n", ctl_text(log, "journal"));
}

int ctl_log(const struct ctl *c)
{
    uint64_t id = ctl_id(c->operands[0]);
    if (!id)
        return ctl_trouble("'%s' is no import's id", c->operands[0]);
    ON_LEAVE(buf_free) struct buf why = {0};
    ON_LEAVE(json_leave) struct json_object *entries = journal_ask(c, id, &why);
    ON_LEAVE(json_leave) struct json_object *log = NULL;
    struct ctl_desk *desk = ctl_desk_new(c->config);
    struct fault f = {0};
    int end = CTL_WELL;
    if (!ctl_ask(desk, "log", id, &log, &f)) {
        ctl_fault(&f);
        end = f.kind == FAULT_INPUT ? CTL_NEGATIVE : CTL_TROUBLE;
    } else {
        merge(ctl_member(log, "events"), entries, (int64_t)ctl_number(log, "since") - NEAR);
        json_object_object_del(log, "since");
        json_object_object_add(log, "journal", json_object_new_string(buf_get(&why)));
        if (c->json)
            ctl_json_print(log);
        else
            print(log);
    }
    return ctl_worse(end, ctl_desk_close(desk));
}
