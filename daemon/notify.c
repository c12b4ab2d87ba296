/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "notify.h"

#ifdef WITH_SYSTEMD

/* Otherwise every journal entry would carry this file's name as its origin. */
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-daemon.h>
#include <systemd/sd-journal.h>

#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "buf.h"
#include "clock.h"

#define JOURNAL_SOCKET "/run/systemd/journal/socket"
#define FIELDS_MOST    16

void notify_ready(void)
{
    sd_notify(0, "READY=1");
}

void notify_reloading(void)
{
    /* sd_notify(3): the manager takes a time before its own request for an older reload's, so
     * the clock's milliseconds are rounded up */
    sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld", ((long long)clock_mono() + 1) * 1000);
}

void notify_stopping(void)
{
    sd_notify(0, "STOPPING=1");
}

void notify_status(const char *text)
{
    static char *last;
    if (last && strcmp(last, text) == 0)
        return;
    free(last);
    last = xstrdup(text);

    /* a line break would begin another assignment */
    ON_LEAVE(buf_free) struct buf line = {0};
    buf_text(&line, "STATUS=");
    buf_name(&line, text, strlen(text));
    sd_notify(0, line.at);
}

void notify_watchdog(void)
{
    sd_notify(0, "WATCHDOG=1");
}

int64_t notify_watchdog_every(void)
{
    uint64_t usec;
    if (sd_watchdog_enabled(0, &usec) <= 0)
        return 0;
    return (int64_t)(usec / 2000); /* half of the time that the manager allows */
}

/* Streams that listen, and nothing else. */
size_t notify_sockets(const char *name, int *to, size_t room)
{
    char **names = NULL;
    size_t count = 0;
    int passed = sd_listen_fds_with_names(1, &names);
    for (int i = 0; i < passed; i++) {
        int fd = SD_LISTEN_FDS_START + i;
        if (count < room && strcmp(names[i], name) == 0 &&
            sd_is_socket(fd, AF_UNSPEC, SOCK_STREAM, 1) > 0)
            to[count++] = fd;
        else
            close(fd);
        free(names[i]);
    }
    free(names);
    return count;
}

bool notify_journal(const struct notify_field *fields, size_t count)
{
    struct buf texts[FIELDS_MOST] = {{0}};
    struct iovec parts[FIELDS_MOST];
    assert(count <= FIELDS_MOST);
    /* libsystemd reports success where there is no journal */
    if (access(JOURNAL_SOCKET, F_OK) != 0)
        return false;
    for (size_t i = 0; i < count; i++) {
        buf_format(&texts[i], "%s=%s", fields[i].name, fields[i].value);
        parts[i] = (struct iovec){texts[i].at, texts[i].len};
    }
    bool good = sd_journal_sendv(parts, (int)count) == 0;
    for (size_t i = 0; i < count; i++)
        buf_free(&texts[i]);
    return good;
}

bool notify_under_journal(void)
{
    /* systemd.exec(5), $JOURNAL_STREAM: DEVICE:INODE of the stream, both decimal */
    const char *stream = getenv("JOURNAL_STREAM");
    struct stat st;
    if (!stream || fstat(STDERR_FILENO, &st) != 0)
        return false;

    ON_LEAVE(buf_free) struct buf own = {0};
    buf_format(&own, "%llu:%llu", (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
    return strcmp(stream, own.at) == 0;
}

#else

void notify_ready(void)
{
}

void notify_reloading(void)
{
}

void notify_stopping(void)
{
}

void notify_status(const char *text)
{
    (void)text;
}

void notify_watchdog(void)
{
}

int64_t notify_watchdog_every(void)
{
    return 0;
}

size_t notify_sockets(const char *name, int *to, size_t room)
{
    (void)name;
    (void)to;
    (void)room;
    return 0;
}

bool notify_journal(const struct notify_field *fields, size_t count)
{
    (void)fields;
    (void)count;
    return false;
}

bool notify_under_journal(void)
{
    return false;
}

#endif
