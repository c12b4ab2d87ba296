/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME ctl_progress: how far an import is. */
#include <inttypes.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "buf.h"
#include "ctl.h"
#include "json.h"
#include "utf8.h"

#define NAME_COLUMNS  24
#define BAR_COLUMNS   30
#define LEAST_COLUMNS 72 /* a narrower terminal gets no bar, only figures */

static bool is_terminal(void)
{
    const char *term = getenv("TERM");
    return isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0;
}

/* https://no-color.org: set, and not empty */
static bool is_coloured(void)
{
    const char *no_colour = getenv("NO_COLOR");
    return !no_colour || !*no_colour;
}

static size_t terminal_columns(void)
{
    struct winsize size;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return 80;
    return size.ws_col;
}

/* Bytes of the first so many characters. */
static size_t cut(const char *text, size_t columns)
{
    size_t len = strlen(text);
    size_t at = 0;
    for (; columns > 0 && at < len; columns--) {
        size_t n = utf8_char(text + at, len - at);
        at += n ? n : 1;
    }
    return at;
}

static void bar_add(struct buf *to, uint64_t done, uint64_t rows)
{
    size_t full = (size_t)((double)BAR_COLUMNS * (double)done / (double)rows);
    buf_text(to, is_coloured() ? "[\033[32m" : "[");
    for (size_t i = 0; i < BAR_COLUMNS; i++)
        buf_char(to, i < full ? '#' : '.');
    buf_text(to, is_coloured() ? "\033[m] " : "] ");
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
    struct buf bar = {0};
    struct buf figures = {0};
    size_t columns = terminal_columns();
    size_t used = NAME_COLUMNS + 1;
    uint64_t rows = ctl_number(import, "rows");
    if (rows && columns >= LEAST_COLUMNS) {
        bar_add(&bar, ctl_number(import, "done"), rows);
        used += BAR_COLUMNS + 3;
    }
    if (import)
        figures_add(&figures, import);
    else
        buf_text(&figures, "waits to be claimed");
    size_t rest = columns > used + 1 ? columns - used - 1 : 0;
    fprintf(stderr, "\r%.*s %s%.*s\033[K", (int)cut(name, NAME_COLUMNS), name, buf_get(&bar),
            (int)cut(buf_get(&figures), rest), buf_get(&figures));
    p->shown = true;
    buf_free(&bar);
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
    if (is_terminal())
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
