/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "raw.h"
#include "nap.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#define PIECE 65536 /* bytes that repeated ones are gathered to */

/* The byte of one escape, behind its backslash; -1 when there is no such escape. */
static int escape_read(const char **at)
{
    static const char names[] = "rns\\";
    static const char bytes[] = "\r\n \\";
    static const char digits[] = "0123456789abcdef";
    char name = *(*at)++;
    const char *found = name == '\0' ? NULL : strchr(names, name);

    if (found != NULL)
        return (unsigned char)bytes[found - names];
    if (name != 'x')
        return -1;
    int byte = 0;
    for (int i = 0; i < 2; i++) {
        const char *digit = **at == '\0' ? NULL : strchr(digits, *(*at)++);
        if (digit == NULL)
            return -1;
        byte = byte * 16 + (int)(digit - digits);
    }
    return byte;
}

bool raw_read(const char *words, struct text *to)
{
    while (*words != '\0') {
        if (*words != '\\') {
            text_putc(to, *words++);
            continue;
        }
        words++;
        int byte = escape_read(&words);
        if (byte < 0)
            return false;
        text_putc(to, (char)byte);
    }
    return true;
}

/* False when the peer is gone or the simulator stops. */
static bool bytes_send(int fd, const char *bytes, size_t length, int64_t slow)
{
    while (length > 0) {
        ssize_t sent = send(fd, bytes, slow > 0 ? 1 : length, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno == EAGAIN) {
            struct pollfd room = {.fd = fd, .events = POLLOUT};
            poll(&room, 1, 20);
            sent = 0;
        }
        if (sent < 0 || !nap_ms(slow))
            return false;
        bytes += sent;
        length -= (size_t)sent;
    }
    return nap_ms(0);
}

void raw_send(int fd, const struct plan *plan)
{
    struct text bytes = {0};
    struct text piece = {0};
    size_t tail = 0;
    int64_t rounds = plan->rounds > 0 ? plan->rounds : INT64_MAX;

    raw_read(plan->words, &bytes);
    bool there = bytes.length == 0 || bytes_send(fd, bytes.at, bytes.length, plan->slow);
    if (plan->again > 0 && (uint64_t)plan->again <= bytes.length)
        tail = (size_t)plan->again;
    while (there && tail > 0 && rounds > 0) {
        text_clear(&piece);
        do
            text_add(&piece, bytes.at + bytes.length - tail, tail);
        while (--rounds > 0 && piece.length + tail <= PIECE && plan->slow == 0);
        there = bytes_send(fd, piece.at, piece.length, plan->slow);
    }
    text_free(&bytes);
    text_free(&piece);
}
