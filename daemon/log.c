/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "buf.h"
#include "clock.h"
#include "notify.h"

static const struct {
    const char *name;
    int priority; /* as syslog(3) counts */
} levels[] = {
    [LOG_LEVEL_ERROR] = {"error", 3},
    [LOG_LEVEL_WARNING] = {"warning", 4},
    [LOG_LEVEL_INFO] = {"info", 6},
    [LOG_LEVEL_DEBUG] = {"debug", 7},
};

static struct {
    enum log_level level;
    bool journal;
} set = {.level = LOG_LEVEL_INFO};

void log_setup(enum log_level level, enum log_target target)
{
    set.level = level;
    set.journal =
        target == LOG_TARGET_JOURNAL || (target == LOG_TARGET_AUTO && notify_under_journal());
}

/* The whole line in one write: lines of several processes on one stderr do not mix. */
static void to_stderr(enum log_level level, uint64_t id, const char *text)
{
    char now[CLOCK_TEXT];
    ON_LEAVE(buf_free) struct buf line = {0};

    buf_format(&line, "%s %s ", clock_text(clock_wall(), now), levels[level].name);
    if (id)
        buf_format(&line, "%06llu: ", (unsigned long long)id);
    buf_text(&line, text);
    buf_char(&line, '\n');
    if (write(STDERR_FILENO, line.at, line.len) < 0)
        return; /* nowhere is left to say so */
}

void log_line(enum log_level level, uint64_t id, const char *format, ...)
{
    if (level > set.level)
        return;

    char *raw;
    va_list args;
    va_start(args, format);
    int len = vasprintf(&raw, format, args);
    va_end(args);
    assert(len >= 0);

    ON_LEAVE(buf_free) struct buf text = {0};
    buf_name(&text, raw, strlen(raw));
    free(raw);
    if (!set.journal || !notify_journal(levels[level].priority, id, buf_get(&text)))
        to_stderr(level, id, buf_get(&text));
}
