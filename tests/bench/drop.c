/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Renames a file into a drop folder, waits for the report of its import and prints when both were,
 * in seconds since 1970: dropped=… before the rename, reported=… when the report had appeared. */
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE 600000 /* ms without any report */

static void die(const char *what)
{
    perror(what);
    exit(2);
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* What the report of a dropped file ends with: its name without the ending. */
static void report_name(const char *dropped, char *to, size_t room)
{
    const char *slash = strrchr(dropped, '/');
    const char *name = slash ? slash + 1 : dropped;
    const char *dot = strrchr(name, '.');
    int len = dot ? (int)(dot - name) : (int)strlen(name);
    snprintf(to, room, "-%.*s.json", len, name);
}

static int ends_with(const char *text, const char *end)
{
    size_t a = strlen(text);
    size_t b = strlen(end);
    return a >= b && strcmp(text + a - b, end) == 0;
}

/* Whether the report is among the events that can be read now. */
static int appeared(int fd, const char *report)
{
    _Alignas(struct inotify_event) char events[64 * (sizeof(struct inotify_event) + NAME_MAX + 1)];
    ssize_t got = read(fd, events, sizeof events);
    if (got < 0)
        die("read");
    for (char *at = events; at < events + got;) {
        const struct inotify_event *e = (const struct inotify_event *)(void *)at;
        if (e->len && ends_with(e->name, report))
            return 1;
        at += sizeof *e + e->len;
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fputs("usage: drop FILE DROPPED-AS REPORTS-FOLDER\n", stderr);
        return 2;
    }
    char report[NAME_MAX + 1];
    report_name(argv[2], report, sizeof report);
    struct pollfd wait = {.fd = inotify_init1(IN_CLOEXEC), .events = POLLIN};
    if (wait.fd < 0 || inotify_add_watch(wait.fd, argv[3], IN_MOVED_TO | IN_ONLYDIR) < 0)
        die(argv[3]);

    double dropped = now();
    if (rename(argv[1], argv[2]) != 0)
        die(argv[1]);
    do {
        if (poll(&wait, 1, PATIENCE) <= 0) {
            fprintf(stderr, "drop: no report of '%s'\n", argv[2]);
            return 1;
        }
    } while (!appeared(wait.fd, report));
    printf("dropped=%.6f\nreported=%.6f\n", dropped, now());
    return 0;
}
