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

/* Nobody has had an answer that rests on a line that is not whole. */
static void torn_line_cut(const char *path)
{
    char tail[65536];
    int fd = open(path, O_RDWR | O_CLOEXEC);
    off_t end = fd < 0 ? 0 : lseek(fd, 0, SEEK_END);
    off_t from = end > (off_t)sizeof tail ? end - (off_t)sizeof tail : 0;
    ssize_t n = end <= 0 ? 0 : pread(fd, tail, sizeof tail, from);
    ssize_t kept = n;

    while (kept > 0 && tail[kept - 1] != '\n')
        kept--;
    if (kept < n && ftruncate(fd, from + kept) != 0)
        die("cannot cut the journal '%s': %s", path, strerror(errno));
    if (fd >= 0)
        close(fd);
}

struct journal *journal_open(const char *path, bool print)
{
    struct journal *j = xcalloc(1, sizeof *j);

    j->print = print;
    if (path != NULL)
        torn_line_cut(path);
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

int64_t journal_length(const struct journal *j)
{
    return j->fd < 0 ? -1 : lseek(j->fd, 0, SEEK_END);
}

void journal_untold(struct journal *j, const char *number, bool created)
{
    text_printf(&j->line, "{\"event\":\"late\",\"seq\":null,\"time\":%" PRId64, wall_ms());
    member_text(&j->line, "number", number);
    member_text(&j->line, "errno", NULL);
    member_bool(&j->line, "done", true);
    member_bool(&j->line, "created", created);
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
