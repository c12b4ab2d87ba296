/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME log: one line to the journal, or to stderr in the form of sd-daemon(3). */
#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "buf.h"
#include "clock.h"
#include "notify.h"

#define FIELDS_MOST 8

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
    bool journal, plain;
} set = {.level = LOG_LEVEL_INFO};

void log_setup(enum log_level level, enum log_target target)
{
    set.level = level;
    set.plain = target == LOG_TARGET_PLAIN;
    set.journal =
        target == LOG_TARGET_JOURNAL || (target == LOG_TARGET_AUTO && notify_under_journal());
}

/* The whole line in one write: lines of several processes on one stderr do not mix. Whoever
 * collects them from a pipe or a file knows the level by the number in front (sd-daemon(3)). */
static void to_stderr(enum log_level level, const char *text)
{
    char now[CLOCK_TEXT];
    ON_LEAVE(buf_free) struct buf line = {0};

    if (!set.plain && !isatty(STDERR_FILENO))
        buf_format(&line, "<%d>", levels[level].priority);
    buf_format(&line, "%s %s %s\n", clock_text(clock_wall(), now), levels[level].name, text);
    if (write(STDERR_FILENO, line.at, line.len) < 0)
        return; /* nowhere is left to say so */
}

/* The fields of one entry, each written as it comes. */
struct entry {
    struct notify_field fields[FIELDS_MOST];
    size_t count;
};

static void add(struct entry *e, const char *name, const char *value)
{
    if (!value || !value[0])
        return;
    assert(e->count < FIELDS_MOST);
    e->fields[e->count++] = (struct notify_field){name, value};
}

static bool to_journal(enum log_level level, const char *id, const struct log_about *about,
                       const char *text)
{
    const char priority[] = {(char)('0' + levels[level].priority), '\0'};
    struct entry e = {0};
    char import[24] = "";
    char row[24] = "";
    if (about->import)
        snprintf(import, sizeof import, "%06llu", (unsigned long long)about->import);
    if (about->row)
        snprintf(row, sizeof row, "%llu", (unsigned long long)about->row);
    add(&e, "MESSAGE", text);
    add(&e, "PRIORITY", priority);
    add(&e, "MESSAGE_ID", id);
    add(&e, "EXTSPOOL_IMPORT", import);
    add(&e, "EXTSPOOL_FILE", about->file);
    add(&e, "EXTSPOOL_ROW", row);
    add(&e, "EXTSPOOL_CODE", about->code);
    return notify_journal(e.fields, e.count);
}

static void say(enum log_level level, const char *id, const struct log_about *about,
                const char *format, va_list args) PRINTF_LIKE(4, 0);

static void say(enum log_level level, const char *id, const struct log_about *about,
                const char *format, va_list args)
{
    char *raw;
    int len = vasprintf(&raw, format, args);
    assert(len >= 0);

    ON_LEAVE(buf_free) struct buf text = {0};
    if (about->import)
        buf_format(&text, "%06llu: ", (unsigned long long)about->import);
    buf_name(&text, raw, strlen(raw));
    free(raw);
    if (!set.journal || !to_journal(level, id, about, buf_get(&text)))
        to_stderr(level, buf_get(&text));
}

const struct log_about log_nothing;

void log_event(enum event event, struct log_about about, const char *format, ...)
{
    if (event_level(event) > set.level)
        return;
    va_list args;
    va_start(args, format);
    say(event_level(event), event_id(event), &about, format, args);
    va_end(args);
}

void log_line(enum log_level level, uint64_t id, const char *format, ...)
{
    const struct log_about about = {.import = id};
    if (level > set.level)
        return;
    va_list args;
    va_start(args, format);
    say(level, NULL, &about, format, args);
    va_end(args);
}
