/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME ctl_status: the queue, as a table for people.
 *
 * Where there is a width to keep to, what matters least goes first: the bar, the rate, the time
 * left. Name and reason share what is left; where that is too little, the reason has a line of its
 * own below. */
#include "ctl_status.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "ctl.h"
#include "ctl_screen.h"
#include "json.h"

enum { ID, NAME, STATE, ROWS, BAR, RATE, LEFT, REASON, COLUMNS };

static const char *const headings[COLUMNS] = {"ID", "NAME", "STATE", "ROWS",
                                              "",   "RATE", "LEFT",  "REASON"};
static const int dropped_first[] = {BAR, RATE, LEFT, ROWS};

#define GAP          2
#define BAR_COLUMNS  16
#define NAME_LEAST   10
#define NAME_ENOUGH  24 /* what a reason beside it leaves */
#define REASON_LEAST 24 /* else it has a line of its own */

struct line {
    struct buf at[COLUMNS];
    const char *colour;
    bool finished;
};

struct table {
    struct line *lines;
    size_t count;
    size_t widest[COLUMNS];
    bool below; /* reasons have lines of their own */
};

/* ---- what the lines say ---- */

static const char *colour_of(const char *state)
{
    static const struct {
        const char *state, *colour;
    } colours[] = {
        {"done", "\033[32m"},    {"sending", "\033[36m"},  {"planned", "\033[36m"},
        {"claimed", "\033[36m"}, {"waiting", "\033[33m"},  {"unclaimed", "\033[33m"},
        {"held", "\033[1;31m"},  {"rejected", "\033[31m"}, {"cancelled", "\033[35m"},
    };
    for (size_t i = 0; i < COUNT_OF(colours); i++)
        if (strcmp(state, colours[i].state) == 0)
            return colours[i].colour;
    return "";
}

static bool has_ended(const char *state)
{
    static const char *const ends[] = {"done", "rejected", "cancelled"};
    for (size_t i = 0; i < COUNT_OF(ends); i++)
        if (strcmp(state, ends[i]) == 0)
            return true;
    return false;
}

static struct line *line_add(struct table *t)
{
    t->lines = xrealloc(t->lines, (t->count + 1) * sizeof *t->lines);
    struct line *line = &t->lines[t->count++];
    memset(line, 0, sizeof *line);
    line->colour = "";
    return line;
}

static void bar_add(struct buf *to, uint64_t done, uint64_t rows)
{
    uint64_t full = rows ? done * BAR_COLUMNS / rows : 0;
    for (uint64_t i = 0; rows && i < BAR_COLUMNS; i++)
        buf_char(to, i < full ? '#' : '.');
    if (rows)
        buf_format(to, " %3" PRIu64 "%%", done * 100 / rows);
}

/* A held file has come to no end: neither a bar nor how many rows are settled tells what was done.
 */
static void held_add(struct buf *to, struct json_object *counts)
{
    uint64_t created = ctl_number(counts, "created");
    uint64_t refused = ctl_number(counts, "invalid") + ctl_number(counts, "failed");
    if (!ctl_number(counts, "rows"))
        return;
    if (created)
        buf_format(to, "; %" PRIu64 " created", created);
    else
        buf_text(to, "; none created");
    if (refused)
        buf_format(to, ", %" PRIu64 " refused", refused);
    if (ctl_rows_open(counts))
        buf_format(to, ", %" PRIu64 " open", ctl_rows_open(counts));
}

static void import_line(struct table *t, struct json_object *import)
{
    struct line *line = line_add(t);
    double rate = json_object_get_double(ctl_member(import, "rate"));
    struct json_object *left = ctl_member(import, "left");
    line->colour = colour_of(ctl_text(import, "state"));
    line->finished = has_ended(ctl_text(import, "state"));
    buf_text(&line->at[ID], ctl_text(import, "id"));
    buf_text(&line->at[NAME], ctl_text(import, "name"));
    buf_text(&line->at[STATE], ctl_text(import, "state"));
    buf_format(&line->at[ROWS], "%" PRIu64 "/%" PRIu64, ctl_number(import, "done"),
               ctl_number(import, "rows"));
    struct json_object *held = ctl_member(import, "counts");
    if (!line->finished && !held)
        bar_add(&line->at[BAR], ctl_number(import, "done"), ctl_number(import, "rows"));
    if (rate > 0)
        ctl_rate(&line->at[RATE], rate);
    if (left)
        ctl_seconds(&line->at[LEFT], json_object_get_uint64(left));
    buf_text(&line->at[REASON], ctl_text(import, "reason"));
    held_add(&line->at[REASON], held);
}

static void unclaimed_line(struct table *t, struct json_object *file)
{
    struct line *line = line_add(t);
    line->colour = colour_of("unclaimed");
    buf_char(&line->at[ID], '-');
    buf_text(&line->at[NAME], ctl_text(file, "name"));
    buf_text(&line->at[STATE], "unclaimed");
    buf_text(&line->at[REASON], ctl_text(file, "reason"));
}

/* A mapping profile of which no file came in time. */
static void missing_line(struct table *t, struct json_object *file)
{
    struct line *line = line_add(t);
    line->colour = colour_of("held");
    buf_char(&line->at[ID], '-');
    buf_text(&line->at[NAME], ctl_text(file, "name"));
    buf_text(&line->at[STATE], "missing");
    buf_text(&line->at[REASON], ctl_text(file, "reason"));
}

static void table_fill(struct table *t, struct json_object *status)
{
    struct json_object *imports = ctl_member(status, "imports");
    struct json_object *unclaimed = ctl_member(status, "unclaimed");
    struct json_object *missing = ctl_member(status, "missing");
    struct line *head = line_add(t);
    head->colour = "\033[1m";
    for (size_t k = 0; k < COLUMNS; k++)
        buf_text(&head->at[k], headings[k]);
    for (size_t i = 0; i < ctl_length(imports); i++)
        import_line(t, ctl_item(imports, i));
    for (size_t i = 0; i < ctl_length(unclaimed); i++)
        unclaimed_line(t, ctl_item(unclaimed, i));
    for (size_t i = 0; i < ctl_length(missing); i++)
        missing_line(t, ctl_item(missing, i));
}

static void table_free(struct table *t)
{
    for (size_t i = 0; i < t->count; i++)
        for (size_t k = 0; k < COLUMNS; k++)
            buf_free(&t->lines[i].at[k]);
    free(t->lines);
}

/* ---- how wide ---- */

static void measure(struct table *t)
{
    for (size_t i = 0; i < t->count; i++)
        for (size_t k = 0; k < COLUMNS; k++) {
            const struct buf *cell = &t->lines[i].at[k];
            size_t width = screen_width(buf_get(cell), cell->len);
            if (width > t->widest[k])
                t->widest[k] = width;
        }
    if (t->count == 1)
        memset(t->widest, 0, sizeof t->widest);
}

/* A column whose heading alone is there is left out of a narrow table. */
static void leave_out_empty(struct table *t)
{
    for (size_t k = BAR; k < COLUMNS; k++) {
        bool used = false;
        for (size_t i = 1; i < t->count; i++)
            used = used || t->lines[i].at[k].len;
        if (!used)
            t->widest[k] = 0;
    }
}

/* What the columns but name and reason take, with the gaps behind them. */
static size_t fixed_width(const struct table *t)
{
    size_t width = 0;
    for (size_t k = 0; k < COLUMNS; k++)
        if (k != NAME && k != REASON && t->widest[k])
            width += t->widest[k] + GAP;
    return width;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static void fit(struct table *t, size_t columns)
{
    leave_out_empty(t);
    size_t wanted = least(t->widest[NAME], NAME_ENOUGH);
    for (size_t i = 0; i < COUNT_OF(dropped_first); i++) {
        if (i > 0)
            wanted = least(t->widest[NAME], NAME_LEAST);
        if (fixed_width(t) + wanted <= columns)
            break;
        t->widest[dropped_first[i]] = 0;
    }
    size_t fixed = fixed_width(t);
    size_t rest = columns > fixed ? columns - fixed : 1;
    size_t name = least(t->widest[NAME], NAME_ENOUGH);
    size_t reason = rest > name + GAP ? rest - name - GAP : 0;
    t->below = reason < least(t->widest[REASON], REASON_LEAST);
    if (t->below || !t->widest[REASON]) {
        t->widest[REASON] = 0;
        t->widest[NAME] = least(t->widest[NAME], rest);
        return;
    }
    t->widest[REASON] = least(t->widest[REASON], reason);
    t->widest[NAME] = least(t->widest[NAME], rest - GAP - t->widest[REASON]);
}

/* ---- how it is written ---- */

/* The last column of a line that has something in it. */
static size_t last_column(const struct table *t, const struct line *line)
{
    size_t last = COLUMNS - 1;
    while (last > 0 && (!line->at[last].len || !t->widest[last]))
        last--;
    return last;
}

static void line_write(struct buf *to, const struct table *t, const struct line *line,
                       const struct status_view *view)
{
    bool coloured = view->coloured && *line->colour;
    bool whole = line == t->lines; /* of the headings all have the colour, else the state */
    size_t last = last_column(t, line);
    for (size_t k = 0; k <= last; k++) {
        if (!t->widest[k])
            continue;
        bool here = coloured && (whole || k == STATE || k == BAR);
        buf_text(to, here ? line->colour : "");
        size_t taken = screen_add(to, buf_get(&line->at[k]), t->widest[k]);
        buf_text(to, here ? "\033[m" : "");
        for (; k < last && taken < t->widest[k] + GAP; taken++)
            buf_char(to, ' ');
    }
    buf_char(to, '\n');
    const struct buf *reason = &line->at[REASON];
    if (!t->below || whole || !reason->len)
        return;
    buf_text(to, "  ");
    screen_add(to, buf_get(reason), view->columns - least(view->columns, 2));
    buf_char(to, '\n');
}

static size_t height(const struct table *t, const struct line *line)
{
    return t->below && line != t->lines && line->at[REASON].len ? 2 : 1;
}

/* As many as there is room for: the oldest finished imports go first, then what stands last. */
static void table_write(struct buf *to, const struct table *t, const struct status_view *view,
                        size_t room)
{
    size_t needed = 0;
    size_t left_out = 0;
    for (size_t i = 0; i < t->count; i++)
        needed += height(t, &t->lines[i]);
    bool all = !room || needed <= room;
    size_t excess = all ? 0 : needed - room + 1; /* a line says how many */
    size_t used = 0;
    for (size_t i = 0; i < t->count; i++) {
        const struct line *line = &t->lines[i];
        bool skip =
            i > 0 && !all && ((line->finished && excess > 0) || used + height(t, line) > room - 1);
        excess -= skip && line->finished && excess > 0;
        left_out += skip;
        used += skip ? 0 : height(t, line);
        if (!skip)
            line_write(to, t, line, view);
    }
    if (left_out)
        buf_format(to, "… and %zu more\n", left_out);
}

static void summary_add(struct buf *to, const char *text, const char *colour,
                        const struct status_view *view)
{
    bool coloured = view->coloured && *colour;
    buf_text(to, coloured ? colour : "");
    screen_add(to, text, view->columns ? view->columns : SIZE_MAX);
    buf_text(to, coloured ? "\033[m\n" : "\n");
}

/* How many calls are under way where there is work, how incoming/ is looked at where that is out of
 * the ordinary, and last why nothing goes on. */
static void summary_write(struct buf *to, struct json_object *status,
                          const struct status_view *view)
{
    ON_LEAVE(buf_free) struct buf text = {0};
    struct json_object *waiting = ctl_member(status, "waiting");
    struct json_object *daemon = ctl_member(status, "daemon");
    if (daemon && ctl_length(ctl_member(status, "imports"))) {
        buf_format(&text, "calls under way: %" PRIu64 " of %" PRIu64, ctl_number(daemon, "calls"),
                   ctl_number(daemon, "calls_most"));
        summary_add(to, buf_get(&text), "", view);
    }
    if (strcmp(ctl_text(daemon, "watch"), "polling") == 0) {
        buf_reset(&text);
        buf_format(&text, "incoming/ is polled: %s", ctl_text(daemon, "watch_reason"));
        summary_add(to, buf_get(&text), "", view);
    }
    if (*ctl_text(daemon, "receipts")) {
        buf_reset(&text);
        buf_format(&text, "receipts cannot be written: %s", ctl_text(daemon, "receipts"));
        summary_add(to, buf_get(&text), "\033[33m", view);
    }
    if (waiting) {
        buf_reset(&text);
        buf_format(&text, daemon ? "waiting: %s" : "%s", json_object_get_string(waiting));
        summary_add(to, buf_get(&text), "\033[33m", view);
    }
}

void status_add(struct buf *to, struct json_object *status, const struct status_view *view)
{
    ON_LEAVE(buf_free) struct buf summary = {0};
    struct table t = {0};
    size_t under = 0;
    summary_write(&summary, status, view);
    for (size_t i = 0; i < summary.len; i++)
        under += summary.at[i] == '\n';
    table_fill(&t, status);
    measure(&t);
    if (view->columns)
        fit(&t, view->columns);
    else
        t.widest[BAR] = 0;
    if (t.count > 1)
        table_write(to, &t, view, view->lines > under + 2 ? view->lines - under : 0);
    else
        buf_text(to, "nothing to do\n");
    buf_add(to, buf_get(&summary), summary.len);
    table_free(&t);
}

int ctl_status(const struct ctl *c)
{
    if (c->watch)
        return ctl_watch(c);
    ON_LEAVE(json_leave) struct json_object *status = NULL;
    ON_LEAVE(buf_free) struct buf text = {0};
    struct ctl_desk *desk = ctl_desk_new(c->config);
    struct fault f = {0};
    int end = CTL_WELL;
    if (!ctl_ask(desk, "status", 0, &status, &f)) {
        end = ctl_fault(&f);
    } else if (c->json) {
        ctl_json_print(status);
    } else {
        struct status_view view = {.coloured = screen_is_coloured(STDOUT_FILENO)};
        status_add(&text, status, &view);
        fputs(buf_get(&text), stdout);
    }
    return ctl_worse(end, ctl_desk_close(desk));
}
