/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME control_client: the operators' socket, the client's side. */
#include "control.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "buf.h"
#include "json.h"
#include "unix_socket.h"

#define PATIENCE 30 /* seconds for one step: the daemon answers between two of its turns */

/* To whom the socket is closed, that one is told to whom it is open. Returns false. */
static bool say_who_may(int folder, struct fault *f)
{
    struct stat st;
    if (!f || f->error != EACCES || fstatat(folder, "control.sock", &st, AT_SYMLINK_NOFOLLOW) != 0)
        return false;
    const struct group *group = getgrgid(st.st_gid);
    if (group)
        return fault_in(f, "only root and the group '%s' may ask the daemon", group->gr_name);
    return fault_in(f, "only root and the group %lu may ask the daemon", (unsigned long)st.st_gid);
}

static bool reach(const char *directory, int *ret_fd, struct fault *f)
{
    ON_LEAVE(close_fd) int folder = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return fault_set(f, FAULT_IO, errno, "open folder '%s'", directory);

    ON_LEAVE(close_fd) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    static const struct timeval patience = {.tv_sec = PATIENCE};
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0)
        return fault_set(f, FAULT_IO, errno, "make a socket");

    /* through the descriptor, since a socket's path may be no longer than 107 bytes */
    struct sockaddr_un address;
    unix_socket_address(folder, "control.sock", &address);
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        fault_set(f, FAULT_IO, errno, "connect to '%s/control.sock'", directory);
        return say_who_may(folder, f);
    }
    *ret_fd = fd;
    fd = -1;
    return true;
}

static bool request_send(int fd, struct json_object *request, struct fault *f)
{
    ON_LEAVE(buf_free) struct buf line = {0};
    buf_text(&line, json_object_to_json_string_ext(request, JSON_C_TO_STRING_PLAIN));
    buf_char(&line, '\n');
    for (size_t sent = 0; sent < line.len;) {
        ssize_t n = send(fd, line.at + sent, line.len - sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fault_set(f, FAULT_IO, errno == EPIPE ? ECONNREFUSED : errno, "ask the daemon");
        sent += (size_t)n;
    }
    return true;
}

/* The daemon closes the connection after its one line. */
static bool answer_receive(int fd, struct buf *to, struct fault *f)
{
    char piece[65536];
    for (;;) {
        ssize_t n = recv(fd, piece, sizeof piece, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return fault_set(f, FAULT_IO, 0, "the daemon does not answer");
        if (n < 0 && errno == ECONNRESET)
            return fault_set(f, FAULT_IO, ECONNREFUSED, "the daemon ended before it answered");
        if (n < 0)
            return fault_set(f, FAULT_IO, errno, "hear the daemon's answer");
        if (n == 0)
            break;
        if (!buf_add(to, piece, (size_t)n))
            return fault_set(f, FAULT_IO, 0, "the daemon's answer is larger than %d bytes",
                             JSON_BYTES_MOST);
    }
    if (to->len && to->at[to->len - 1] == '\n')
        return true;
    return fault_set(f, FAULT_IO, ECONNREFUSED, "the daemon ended before it had answered");
}

bool control_ask(const char *directory, struct json_object *request, struct json_object **ret,
                 struct fault *f)
{
    ON_LEAVE(close_fd) int fd = -1;
    ON_LEAVE(buf_free) struct buf text = {.most = JSON_BYTES_MOST};
    if (!reach(directory, &fd, f) || !request_send(fd, request, f) || !answer_receive(fd, &text, f))
        return false;

    struct json_object *answer = json_parse_strict(text.at, text.len, f);
    if (!answer)
        return fault_in(f, "the daemon's answer");
    *ret = answer;
    return true;
}
