/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sockets at which the status page listens. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "config_listen.h"
#include "page_own.h"

#define BACKLOG 64

static bool tcp_open(const char *text, int *ret_fd, struct fault *f)
{
    union config_address address;
    socklen_t len = 0;
    if (!config_listen_address(text, &address, &len))
        return fault_set(f, FAULT_CONFIG, 0, "[status] listen is no address");

    ON_LEAVE(close_fd)
    int fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const int yes = 1; /* connections of the process before may still be ending */
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
        bind(fd, &address.any, len) != 0 || listen(fd, BACKLOG) != 0)
        return fault_set(f, FAULT_IO, errno, "listen at %s", text);
    *ret_fd = fd;
    fd = -1;
    return true;
}

/* ---- Unix sockets ---- */

/* The folder, through whose descriptor a path of any length is reached, since a socket's own may
 * have no more than 107 bytes. */
static bool unix_place(const char *path, const char *name, int *ret_folder, struct sockaddr_un *ret,
                       struct fault *f)
{
    ON_LEAVE(free_text) char *directory = xstrndup(path, (size_t)(name - path));
    *ret_folder = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (*ret_folder < 0)
        return fault_set(f, FAULT_IO, errno, "open folder '%s'", directory);
    *ret = (struct sockaddr_un){.sun_family = AF_UNIX};
    int len =
        snprintf(ret->sun_path, sizeof ret->sun_path, "/proc/self/fd/%d/%s", *ret_folder, name);
    if (len < 0 || (size_t)len >= sizeof ret->sun_path)
        return fault_set(f, FAULT_IO, ENAMETOOLONG, "listen at '%s'", path);
    return true;
}

/* What a killed process has left is removed; whatever else is there stays. */
static bool unix_make_room(const char *path, int folder, const char *name,
                           const struct sockaddr_un *address, struct fault *f)
{
    struct stat st;
    if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT || fault_set(f, FAULT_IO, errno, "look at '%s'", path);
    if (!S_ISSOCK(st.st_mode))
        return fault_set(f, FAULT_IO, EEXIST, "listen at '%s', which is no socket", path);
    ON_LEAVE(close_fd) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool alive = connect(fd, (const struct sockaddr *)address, sizeof *address) == 0;
    if (alive || errno != ECONNREFUSED)
        return fault_set(f, FAULT_IO, alive ? EADDRINUSE : errno, "listen at '%s'", path);
    return unlinkat(folder, name, 0) == 0 || fault_set(f, FAULT_IO, errno, "remove '%s'", path);
}

static bool unix_open(const char *path, int *ret_fd, struct fault *f)
{
    ON_LEAVE(close_fd) int folder = -1;
    struct sockaddr_un address;
    const char *name = strrchr(path, '/') + 1; /* such a path begins with one */
    if (!unix_place(path, name, &folder, &address, f) ||
        !unix_make_room(path, folder, name, &address, f))
        return false;
    ON_LEAVE(close_fd) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    mode_t old = umask(0117); /* born with mode 0660 */
    int bound = fd < 0 ? -1 : bind(fd, (struct sockaddr *)&address, sizeof address);
    int error = errno;
    umask(old);
    if (bound != 0)
        return fault_set(f, FAULT_IO, error, "make '%s'", path);
    if (listen(fd, BACKLOG) != 0)
        return fault_set(f, FAULT_IO, errno, "listen at '%s'", path);
    *ret_fd = fd;
    fd = -1;
    return true;
}

void listen_remove(const char *text)
{
    if (text[0] == '/')
        unlink(text);
}

bool listen_open(const char *text, int *ret_fd, struct fault *f)
{
    return text[0] == '/' ? unix_open(text, ret_fd, f) : tcp_open(text, ret_fd, f);
}

/* ---- what a socket is ---- */

static bool address_of(int fd, union config_address *ret, sa_family_t *ret_family)
{
    struct sockaddr_storage found = {0};
    socklen_t len = sizeof found;
    if (getsockname(fd, (struct sockaddr *)&found, &len) != 0)
        return false;
    memcpy(ret, &found, sizeof *ret);
    *ret_family = found.ss_family;
    return true;
}

void listen_name(int fd, struct buf *to)
{
    union config_address address;
    char host[INET6_ADDRSTRLEN];
    sa_family_t family = AF_UNSPEC;
    if (!address_of(fd, &address, &family))
        return;
    if (family == AF_INET && inet_ntop(AF_INET, &address.v4.sin_addr, host, sizeof host))
        buf_format(to, "http://%s:%u/", host, ntohs(address.v4.sin_port));
    else if (family == AF_INET6 && inet_ntop(AF_INET6, &address.v6.sin6_addr, host, sizeof host))
        buf_format(to, "http://[%s]:%u/", host, ntohs(address.v6.sin6_port));
    else
        buf_text(to, "a Unix socket");
}

bool listen_is_tcp(int fd)
{
    union config_address address;
    sa_family_t family = AF_UNSPEC;
    return address_of(fd, &address, &family) && family != AF_UNIX;
}

bool listen_is_local(int fd)
{
    union config_address address;
    sa_family_t family = AF_UNSPEC;
    if (!address_of(fd, &address, &family))
        return false;
    return family == AF_UNIX || config_listen_is_local(&address);
}
