/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

void die(const char *format, ...)
{
    va_list args;

    fputs("pbxsim: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    _exit(2); /* at once: other threads may be at work */
}

static void *held(void *memory)
{
    if (memory == NULL) {
        fputs("pbxsim: out of memory\n", stderr);
        abort();
    }
    return memory;
}

void *xcalloc(size_t count, size_t size)
{
    return held(calloc(count, size));
}

void *xrealloc(void *at, size_t size)
{
    return held(realloc(at, size));
}

char *xstrdup(const char *text)
{
    return held(strdup(text));
}

char *xstrndup(const char *text, size_t length)
{
    return held(strndup(text, length));
}

static void text_reserve(struct text *t, size_t more)
{
    size_t wanted = t->length + more + 1;

    if (wanted <= t->room)
        return;
    t->room = wanted < 256 ? 256 : wanted + wanted / 2;
    t->at = xrealloc(t->at, t->room);
}

void text_add(struct text *t, const char *bytes, size_t length)
{
    text_reserve(t, length);
    if (length > 0)
        memcpy(t->at + t->length, bytes, length);
    t->length += length;
    t->at[t->length] = '\0';
}

void text_puts(struct text *t, const char *string)
{
    text_add(t, string, strlen(string));
}

void text_putc(struct text *t, char c)
{
    text_add(t, &c, 1);
}

void text_printf(struct text *t, const char *format, ...)
{
    va_list args;
    va_list again;

    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length > 0) {
        text_reserve(t, (size_t)length);
        vsnprintf(t->at + t->length, (size_t)length + 1, format, again);
        t->length += (size_t)length;
    }
    va_end(again);
}

void text_json(struct text *t, const char *string)
{
    const char *run = string;

    text_putc(t, '"');
    for (const char *at = string; *at != '\0'; at++) {
        unsigned char c = (unsigned char)*at;
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        text_add(t, run, (size_t)(at - run));
        if (c < 0x20)
            text_printf(t, "\\u%04x", c);
        else
            text_printf(t, "\\%c", c);
        run = at + 1;
    }
    text_puts(t, run);
    text_putc(t, '"');
}

void text_xml(struct text *t, const char *string)
{
    for (const char *at = string; *at != '\0'; at++) {
        switch (*at) {
        case '&':
            text_puts(t, "&amp;");
            break;
        case '<':
            text_puts(t, "&lt;");
            break;
        case '>':
            text_puts(t, "&gt;");
            break;
        case '\r': /* a bare one would be read as a line feed */
            text_puts(t, "&#13;");
            break;
        default:
            text_putc(t, *at);
        }
    }
}

void text_clear(struct text *t)
{
    t->length = 0;
    if (t->at != NULL)
        t->at[0] = '\0';
}

void text_free(struct text *t)
{
    free(t->at);
    *t = (struct text){0};
}

bool number_read(const char *text, int64_t min, int64_t max, int64_t *ret_number)
{
    char *end;

    if (text[strspn(text, "0123456789")] != '\0' || text[0] == '\0')
        return false;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (errno != 0 || number < min || number > max)
        return false;
    *ret_number = number;
    return true;
}

bool seconds_read(const char *text, int64_t *ret_ms)
{
    char *end;

    if (text[strspn(text, "0123456789.")] != '\0' || text[0] == '\0')
        return false;
    double seconds = strtod(text, &end);
    if (*end != '\0' || seconds > 350e6)
        return false;
    *ret_ms = (int64_t)(seconds * 1000 + 0.5);
    return true;
}

bool file_read(const char *path, struct text *t)
{
    char block[65536];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;

    ssize_t n;
    while ((n = read(fd, block, sizeof block)) > 0)
        text_add(t, block, (size_t)n);
    int saved = errno;
    close(fd);
    errno = saved;
    return n == 0;
}

static bool write_all(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t n = write(fd, bytes, length);
        if (n < 0)
            return false;
        bytes += n;
        length -= (size_t)n;
    }
    return true;
}

bool file_replace(const char *path, const char *bytes, size_t length, unsigned mode)
{
    struct text temporary = {0};

    text_printf(&temporary, "%s.tmp", path);
    int fd = open(temporary.at, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, (mode_t)mode);
    bool well = fd >= 0 && write_all(fd, bytes, length);
    if (fd >= 0)
        well = close(fd) == 0 && well;
    well = well && rename(temporary.at, path) == 0;
    text_free(&temporary);
    return well;
}

static int64_t clock_ms(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t wall_ms(void)
{
    return clock_ms(CLOCK_REALTIME);
}

int64_t steady_ms(void)
{
    return clock_ms(CLOCK_MONOTONIC);
}
