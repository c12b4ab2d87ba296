/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME ctl_prune: what has served its time, shown or removed now. It is asked for a few imports at
 * a time, so that the daemon goes on with its work meanwhile. */
#include <inttypes.h>
#include <stdio.h>

#include "buf.h"
#include "ctl.h"
#include "json.h"

struct prune {
    const struct ctl *c;
    struct json_object *all; /* what --json prints; NULL without it */
    struct json_object *items, *problems;
    uint64_t files, bytes, imports, troubles;
};

static void size_add(struct buf *to, uint64_t bytes)
{
    static const char units[] = "BKMGT";
    double size = (double)bytes;
    size_t unit = 0;
    while (size >= 1024 && units[unit + 1]) {
        size /= 1024;
        unit++;
    }
    buf_format(to, unit && size < 10 ? "%.1f%c" : "%.0f%c", size, units[unit]);
}

static void age_add(struct buf *to, uint64_t seconds)
{
    if (seconds < 86400)
        ctl_seconds(to, seconds);
    else
        buf_format(to, "%" PRIu64 "d", seconds / 86400);
}

static void item_print(struct json_object *item, const char *path, uint64_t bytes)
{
    ON_LEAVE(buf_free) struct buf age = {0};
    ON_LEAVE(buf_free) struct buf size = {0};
    age_add(&age, ctl_number(item, "age"));
    if (path[0])
        size_add(&size, bytes);
    printf("%s  %6s  %6s  ", ctl_text(item, "id"), buf_get(&age), buf_get(&size));
    if (path[0])
        puts(path);
    else
        puts(strcmp(ctl_text(item, "what"), "entry") == 0 ? "its entry in the ledger"
                                                          : "the key of its passwords");
}

static void item_take(struct prune *p, struct json_object *item)
{
    const char *path = ctl_text(item, "path");
    uint64_t bytes = ctl_number(item, "bytes");
    p->files += path[0] ? 1 : 0;
    p->bytes += bytes;
    p->imports += strcmp(ctl_text(item, "what"), "entry") == 0 ? 1 : 0;
    if (p->all)
        json_object_array_add(p->items, json_object_get(item));
    else
        item_print(item, path, bytes);
}

static void page_take(struct prune *p, struct json_object *page)
{
    struct json_object *items = ctl_member(page, "items");
    struct json_object *problems = ctl_member(page, "problems");
    for (size_t i = 0; i < ctl_length(items); i++)
        item_take(p, ctl_item(items, i));
    for (size_t i = 0; i < ctl_length(problems); i++) {
        p->troubles++;
        ctl_trouble("%s", json_object_get_string(ctl_item(problems, i)));
        if (p->all)
            json_object_array_add(p->problems, json_object_get(ctl_item(problems, i)));
    }
}

static void total_print(const struct prune *p)
{
    ON_LEAVE(buf_free) struct buf size = {0};
    size_add(&size, p->bytes);
    printf("%s: %" PRIu64 " file%s, %s, and %" PRIu64 " entr%s in the ledger\n",
           p->c->dry_run ? "would be removed" : "removed", p->files, p->files == 1 ? "" : "s",
           buf_get(&size), p->imports, p->imports == 1 ? "y" : "ies");
}

static void json_begin(struct prune *p)
{
    p->all = json_object_new_object();
    p->items = json_object_new_array();
    p->problems = json_object_new_array();
    json_object_object_add(p->all, "dry_run", json_object_new_boolean(p->c->dry_run));
    json_object_object_add(p->all, "items", p->items);
    json_object_object_add(p->all, "problems", p->problems);
}

static void json_end(struct prune *p)
{
    json_object_object_add(p->all, "files", json_object_new_uint64(p->files));
    json_object_object_add(p->all, "bytes", json_object_new_uint64(p->bytes));
    json_object_object_add(p->all, "entries", json_object_new_uint64(p->imports));
    ctl_json_print(p->all);
    json_object_put(p->all);
}

/* Asks for one piece after the other. */
static int pass(struct prune *p, struct ctl_desk *desk, const char *verb)
{
    uint64_t from = 0;
    do {
        ON_LEAVE(json_leave) struct json_object *page = NULL;
        struct fault f = {0};
        if (!ctl_ask(desk, verb, from, &page, &f))
            return ctl_fault(&f);
        page_take(p, page);
        from = ctl_number(page, "next");
    } while (from);
    return CTL_WELL;
}

int ctl_prune(const struct ctl *c)
{
    struct prune p = {.c = c};
    struct ctl_desk *desk = ctl_desk_new(c->config);
    if (c->json)
        json_begin(&p);
    int end = pass(&p, desk, c->dry_run ? "prunable" : "prune");
    if (end == CTL_WELL && !c->dry_run)
        end = pass(&p, desk, "forget");
    if (c->json)
        json_end(&p);
    else
        total_print(&p);
    end = ctl_worse(end, p.troubles ? CTL_NEGATIVE : CTL_WELL);
    return ctl_worse(end, ctl_desk_close(desk));
}
