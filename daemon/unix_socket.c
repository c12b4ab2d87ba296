/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unix_socket.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>

bool unix_socket_address(int folder, const char *name, struct sockaddr_un *ret)
{
    *ret = (struct sockaddr_un){.sun_family = AF_UNIX};
    int len = snprintf(ret->sun_path, sizeof ret->sun_path, "/proc/self/fd/%d/%s", folder, name);
    errno = ENAMETOOLONG;
    return len >= 0 && (size_t)len < sizeof ret->sun_path;
}

bool unix_socket_listen(const struct sockaddr_un *address, int backlog, const char *path,
                        int *ret_fd, struct fault *f)
{
    ON_LEAVE(close_fd) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    mode_t old = umask(0117); /* born with mode 0660 */
    int bound = fd < 0 ? -1 : bind(fd, (const struct sockaddr *)address, sizeof *address);
    int error = errno;
    umask(old);
    if (bound != 0)
        return fault_set(f, FAULT_IO, error, "make '%s'", path);
    if (listen(fd, backlog) != 0)
        return fault_set(f, FAULT_IO, errno, "listen at '%s'", path);
    *ret_fd = fd;
    fd = -1;
    return true;
}
