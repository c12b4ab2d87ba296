/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct journal {
    int fd; /* -1: none */
    bool print;
    struct text line; /* kept for its memory */
};

struct journal *journal_open(const char *path, bool print)
{
    struct journal *j = xcalloc(1, sizeof *j);

    j->print = print;
    j->fd = path == NULL ? -1 : open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    if (path != NULL && j->fd < 0)
        die("cannot open the journal '%s': %s", path, strerror(errno));
    return j;
}

struct journal *journal_close(struct journal *j)
{
    if (j == NULL)
        return NULL;
    if (j->fd >= 0)
        close(j->fd);
    text_free(&j->line);
    free(j);
    return NULL;
}

static void line_write(struct journal *j, int fd)
{
    text_putc(&j->line, '\n');
    if (write(fd, j->line.at, j->line.length) != (ssize_t)j->line.length)
        die("cannot write a line: %s", strerror(errno));
    text_clear(&j->line);
}

static void member_text(struct text *line, const char *name, const char *value)
{
    text_printf(line, ",\"%s\":", name);
    if (value == NULL || value[0] == '\0')
        text_puts(line, "null");
    else
        text_json(line, value);
}

static void member_number(struct text *line, const char *name, int64_t value)
{
    text_printf(line, ",\"%s\":", name);
    if (value == 0)
        text_puts(line, "null");
    else
        text_printf(line, "%" PRId64, value);
}

static void member_bool(struct text *line, const char *name, bool value)
{
    text_printf(line, ",\"%s\":%s", name, value ? "true" : "false");
}

void journal_event(struct journal *j, const char *event)
{
    if (j->fd < 0)
        return;
    text_printf(&j->line, "{\"event\":\"%s\",\"time\":%" PRId64 "}", event, wall_ms());
    line_write(j, j->fd);
}

static void call_print(struct journal *j, const struct visit *v)
{
    const char *number = request_number(&v->request);

    text_printf(&j->line, "%" PRIu64 " %s %s: %s", v->seq, call_word(v->request.call),
                number == NULL ? "-" : number, v->outcome.result);
    if (v->outcome.errno_text[0] != '\0')
        text_printf(&j->line, " %s", v->outcome.errno_text);
    if (v->outcome.created)
        text_puts(&j->line, ", created");
    if (v->plan->names[0] != '\0')
        text_printf(&j->line, ", fault %s", v->plan->names);
    if (v->request.violation[0] != '\0')
        text_printf(&j->line, ", violation: %s", v->request.violation);
    line_write(j, STDERR_FILENO);
}

void journal_call(struct journal *j, const struct visit *v)
{
    if (j->print)
        call_print(j, v);
    if (j->fd < 0)
        return;
    text_printf(&j->line, "{\"seq\":%" PRIu64 ",\"time\":%" PRId64, v->seq, v->time);
    member_text(&j->line, "call", call_word(v->request.call));
    member_text(&j->line, "type", v->request.xml ? "xml" : "json");
    member_text(&j->line, "number", request_number(&v->request));
    member_number(&j->line, "connection", (int64_t)v->connection);
    member_number(&j->line, "request", (int64_t)v->on_connection);
    member_number(&j->line, "token", v->outcome.token);
    member_number(&j->line, "http", v->outcome.http);
    member_text(&j->line, "result", v->outcome.result);
    member_text(&j->line, "errno", v->outcome.errno_text);
    member_bool(&j->line, "done", v->outcome.done);
    member_bool(&j->line, "created", v->outcome.created);
    member_text(&j->line, "fault", v->plan->names);
    member_text(&j->line, "violation", v->request.violation);
    member_number(&j->line, "inflight", v->inflight);
    text_putc(&j->line, '}');
    line_write(j, j->fd);
}

void journal_late(struct journal *j, const struct visit *v)
{
    if (j->fd < 0)
        return;
    text_printf(&j->line, "{\"event\":\"late\",\"seq\":%" PRIu64 ",\"time\":%" PRId64, v->seq,
                wall_ms());
    member_text(&j->line, "number", request_number(&v->request));
    member_text(&j->line, "errno", v->outcome.errno_text);
    member_bool(&j->line, "done", v->outcome.done);
    member_bool(&j->line, "created", v->outcome.created);
    text_putc(&j->line, '}');
    line_write(j, j->fd);
}
