/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sockets at which the status page listens. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config_listen.h"
#include "page_own.h"
#include "unix_socket.h"

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
    const char *name = strrchr(path, '/') + 1; /* such a path begins with one */
    ON_LEAVE(free_text) char *directory = xstrndup(path, (size_t)(name - path));
    ON_LEAVE(close_fd) int folder = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    struct sockaddr_un address;
    if (folder < 0)
        return fault_set(f, FAULT_IO, errno, "open folder '%s'", directory);
    if (!unix_socket_address(folder, name, &address))
        return fault_set(f, FAULT_IO, errno, "listen at '%s'", path);
    return unix_make_room(path, folder, name, &address, f) &&
           unix_socket_listen(&address, BACKLOG, path, ret_fd, f);
}

void listen_file(const char *text, struct listen_file *ret)
{
    struct stat st;
    *ret = (struct listen_file){0};
    if (text[0] == '/' && lstat(text, &st) == 0)
        *ret = (struct listen_file){.dev = st.st_dev, .ino = st.st_ino};
}

/* As long as the socket is open nothing else gets its inode. */
bool listen_stands(const char *text, const struct listen_file *file)
{
    struct listen_file there;
    listen_file(text, &there);
    return there.dev == file->dev && there.ino == file->ino;
}

void listen_remove(const char *text, const struct listen_file *file)
{
    if (text[0] == '/' && listen_stands(text, file))
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
