/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME ctl_progress: how far an import is. */
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "buf.h"
#include "ctl.h"
#include "ctl_screen.h"
#include "json.h"

#define NAME_COLUMNS  24
#define BAR_COLUMNS   30
#define LEAST_COLUMNS 72 /* a narrower terminal gets no bar, only figures */

static void bar_add(struct buf *to, uint64_t done, uint64_t rows)
{
    size_t full = (size_t)((double)BAR_COLUMNS * (double)done / (double)rows);
    buf_text(to, screen_is_coloured(STDERR_FILENO) ? "[\033[32m" : "[");
    for (size_t i = 0; i < BAR_COLUMNS; i++)
        buf_char(to, i < full ? '#' : '.');
    buf_text(to, screen_is_coloured(STDERR_FILENO) ? "\033[m] " : "] ");
}

/* Rows, rate, time left; or why it does not go on. */
static void figures_add(struct buf *to, struct json_object *import)
{
    double rate = json_object_get_double(ctl_member(import, "rate"));
    struct json_object *left = ctl_member(import, "left");
    buf_format(to, "%" PRIu64 "/%" PRIu64 " rows", ctl_number(import, "done"),
               ctl_number(import, "rows"));
    if (*ctl_text(import, "reason")) {
        buf_format(to, "  %s: %s", ctl_text(import, "state"), ctl_text(import, "reason"));
        return;
    }
    if (rate > 0) {
        buf_text(to, "  ");
        ctl_rate(to, rate);
    }
    if (left) {
        buf_text(to, "  ");
        ctl_seconds(to, json_object_get_uint64(left));
        buf_text(to, " left");
    }
}

static void bar_show(struct ctl_progress *p, const char *name, struct json_object *import)
{
    struct buf line = {0};
    struct buf figures = {0};
    size_t columns = 0;
    size_t lines = 0;
    uint64_t rows = ctl_number(import, "rows");
    screen_size(STDERR_FILENO, &columns, &lines);
    size_t used = screen_add(&line, name, NAME_COLUMNS) + 1;
    buf_char(&line, ' ');
    if (rows && columns >= LEAST_COLUMNS) {
        bar_add(&line, ctl_number(import, "done"), rows);
        used += BAR_COLUMNS + 3;
    }
    if (import)
        figures_add(&figures, import);
    else
        buf_text(&figures, "waits to be claimed");
    screen_add(&line, buf_get(&figures), columns > used + 1 ? columns - used - 1 : 0);
    fprintf(stderr, "\r%s\033[K", buf_get(&line));
    p->shown = true;
    buf_free(&line);
    buf_free(&figures);
}

static void line_show(struct ctl_progress *p, const char *name, struct json_object *import)
{
    const char *state = import ? ctl_text(import, "state") : "waits to be claimed";
    const char *reason = ctl_text(import, "reason");
    char line[sizeof p->told];
    snprintf(line, sizeof line, "%s: %s%s%s", name, state, *reason ? ": " : "", reason);
    if (strcmp(line, p->told) == 0)
        return;
    fprintf(stderr, "%s\n", line);
    memcpy(p->told, line, sizeof line);
}

void ctl_progress_show(struct ctl_progress *p, const char *name, struct json_object *import)
{
    if (screen_is_terminal(STDERR_FILENO))
        bar_show(p, name, import);
    else
        line_show(p, name, import);
}

void ctl_progress_end(struct ctl_progress *p)
{
    if (p->shown)
        fputs("\r\033[K", stderr);
    p->shown = false;
}
