/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The calls that stand before those of the C library. Each asks whether it is to fail, counts its
 * step, lets the kernel do it, and tells the disk. */
#include "shim.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

/* ---- reading and writing ---- */

ssize_t read(int fd, void *to, size_t len)
{
    if (shim_is_file(fd) && shim_fails(SHIM_READ))
        return -1;
    return syscall(SYS_read, fd, to, len);
}

ssize_t pread64(int fd, void *to, size_t len, off_t at)
{
    if (shim_is_file(fd) && shim_fails(SHIM_READ))
        return -1;
    return syscall(SYS_pread64, fd, to, len, at);
}

ssize_t pread(int fd, void *to, size_t len, off_t at)
{
    return pread64(fd, to, len, at);
}

/* What the compiler makes of them where it knows the room. */
ssize_t __read_chk(int fd, void *to, size_t len, size_t room);
ssize_t __pread_chk(int fd, void *to, size_t len, off_t at, size_t room);
ssize_t __pread64_chk(int fd, void *to, size_t len, off_t at, size_t room);

ssize_t __read_chk(int fd, void *to, size_t len, size_t room)
{
    return len > room ? -1 : read(fd, to, len);
}

ssize_t __pread_chk(int fd, void *to, size_t len, off_t at, size_t room)
{
    return len > room ? -1 : pread64(fd, to, len, at);
}

ssize_t __pread64_chk(int fd, void *to, size_t len, off_t at, size_t room)
{
    return __pread_chk(fd, to, len, at, room);
}

struct dirent *readdir(DIR *dir)
{
    static struct dirent *(*real)(DIR *);
    if (!real)
        real = (struct dirent * (*)(DIR *)) dlsym(RTLD_NEXT, "readdir");
    return shim_fails(SHIM_READ) ? NULL : real(dir);
}

/* at < 0: where the descriptor is. */
static ssize_t put(int fd, const void *from, size_t len, off_t at)
{
    if (at < 0)
        return syscall(SYS_write, fd, from, len);
    return syscall(SYS_pwrite64, fd, from, len, at);
}

static off_t place_in(int fd)
{
    struct stat st;
    if ((fcntl(fd, F_GETFL) & O_APPEND) && fstat(fd, &st) == 0)
        return st.st_size;
    return lseek(fd, 0, SEEK_CUR);
}

static ssize_t put_file(int fd, const void *from, size_t len, off_t at)
{
    if (shim_fails(SHIM_WRITE)) {
        if (errno)
            return -1;
        len = (len + 1) / 2;
    }
    bool torn = shim_step("write", fd, NULL, true);
    disk_changes(fd, at < 0 ? place_in(fd) : at, len);
    ssize_t n = put(fd, from, torn ? len / 2 : len, at);
    if (torn)
        shim_die();
    return n;
}

ssize_t write(int fd, const void *from, size_t len)
{
    return shim_is_file(fd) ? put_file(fd, from, len, -1) : put(fd, from, len, -1);
}

ssize_t pwrite64(int fd, const void *from, size_t len, off_t at)
{
    return shim_is_file(fd) ? put_file(fd, from, len, at) : put(fd, from, len, at);
}

ssize_t pwrite(int fd, const void *from, size_t len, off_t at)
{
    return pwrite64(fd, from, len, at);
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    if (!shim_is_file(fd))
        return syscall(SYS_writev, fd, parts, count);
    ssize_t all = 0;
    for (int i = 0; i < count; i++) {
        ssize_t n = put_file(fd, parts[i].iov_base, parts[i].iov_len, -1);
        if (n < 0)
            return all ? all : -1;
        all += n;
        if ((size_t)n < parts[i].iov_len)
            break;
    }
    return all;
}

int ftruncate64(int fd, off_t len)
{
    if (shim_fails(SHIM_FTRUNCATE))
        return -1;
    shim_step("ftruncate", fd, NULL, false);
    disk_changes(fd, len, (size_t)__LONG_MAX__);
    return (int)syscall(SYS_ftruncate, fd, len);
}

int ftruncate(int fd, off_t len)
{
    return ftruncate64(fd, len);
}

static int sync_file(int fd, long call)
{
    if (shim_fails(SHIM_FSYNC))
        return -1;
    shim_step("fsync", fd, NULL, false);
    int result = (int)syscall(call, fd);
    if (result == 0)
        disk_synced(fd);
    return result;
}

int fsync(int fd)
{
    return sync_file(fd, SYS_fsync);
}

int fdatasync(int fd)
{
    return sync_file(fd, SYS_fdatasync);
}

/* ---- opening ---- */

static int open_any(int folder, const char *path, int flags, mode_t mode)
{
    struct disk_place at;
    struct stat st;
    bool there = fstatat(folder, path, &st, 0) == 0;
    bool makes = (flags & O_CREAT) && !there;
    bool empties = (flags & O_TRUNC) && there && S_ISREG(st.st_mode) && st.st_size > 0;
    if (shim_fails(SHIM_OPEN))
        return -1;
    if (makes || empties)
        shim_step(makes ? "create" : "empty", -1, path, false);
    disk_place(makes ? folder : AT_FDCWD, makes ? path : ".", &at);
    if (empties) {
        int fd = (int)syscall(SYS_openat, folder, path, O_WRONLY | O_CLOEXEC, 0);
        disk_changes(fd, 0, (size_t)__LONG_MAX__);
        close(fd);
    }
    int fd = (int)syscall(SYS_openat, folder, path, flags, mode);
    if (fd >= 0 && makes)
        disk_made(&at);
    return fd;
}

#define MODE_FROM(flags, mode)                                                                     \
    mode_t mode = 0;                                                                               \
    if ((flags) & (O_CREAT | __O_TMPFILE)) {                                                       \
        va_list args;                                                                              \
        va_start(args, flags);                                                                     \
        mode = va_arg(args, mode_t);                                                               \
        va_end(args);                                                                              \
    }

int open(const char *path, int flags, ...)
{
    MODE_FROM(flags, mode)
    return open_any(AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    MODE_FROM(flags, mode)
    return open_any(AT_FDCWD, path, flags, mode);
}

int openat(int folder, const char *path, int flags, ...)
{
    MODE_FROM(flags, mode)
    return open_any(folder, path, flags, mode);
}

int openat64(int folder, const char *path, int flags, ...)
{
    MODE_FROM(flags, mode)
    return open_any(folder, path, flags, mode);
}

int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __openat_2(int folder, const char *path, int flags);
int __openat64_2(int folder, const char *path, int flags);

int __open_2(const char *path, int flags)
{
    return open_any(AT_FDCWD, path, flags, 0);
}

int __open64_2(const char *path, int flags)
{
    return open_any(AT_FDCWD, path, flags, 0);
}

int __openat_2(int folder, const char *path, int flags)
{
    return open_any(folder, path, flags, 0);
}

int __openat64_2(int folder, const char *path, int flags)
{
    return open_any(folder, path, flags, 0);
}

/* ---- names ---- */

int renameat2(int from, const char *name, int to, const char *new_name, unsigned flags)
{
    struct disk_place at;
    struct disk_place old;
    if (shim_fails(SHIM_RENAME))
        return -1;
    shim_step("rename", -1, new_name, false);
    disk_place(from, name, &old);
    disk_place(to, new_name, &at);
    const char *kept = disk_keep(&at);
    int result = (int)syscall(SYS_renameat2, from, name, to, new_name, flags);
    if (result == 0)
        disk_moved(&old, &at, kept);
    else
        disk_forget(kept);
    return result;
}

int renameat(int from, const char *name, int to, const char *new_name)
{
    return renameat2(from, name, to, new_name, 0);
}

int rename(const char *name, const char *new_name)
{
    return renameat2(AT_FDCWD, name, AT_FDCWD, new_name, 0);
}

int unlinkat(int folder, const char *name, int flags)
{
    struct disk_place at;
    if (shim_fails(SHIM_UNLINK))
        return -1;
    if (faccessat(folder, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0) /* else it changes nothing */
        shim_step("unlink", -1, name, false);
    disk_place(folder, name, &at);
    const char *kept = (flags & AT_REMOVEDIR) ? NULL : disk_keep(&at);
    int result = (int)syscall(SYS_unlinkat, folder, name, flags);
    if (result == 0)
        disk_gone(&at, kept);
    else
        disk_forget(kept);
    return result;
}

int unlink(const char *path)
{
    return unlinkat(AT_FDCWD, path, 0);
}

int rmdir(const char *path)
{
    return unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

/* result: of the call that was to make the name. */
static int made(const struct disk_place *at, long result)
{
    if (result == 0)
        disk_made(at);
    return (int)result;
}

int mkdirat(int folder, const char *path, mode_t mode)
{
    struct disk_place at;
    if (shim_fails(SHIM_MKDIR))
        return -1;
    shim_step("mkdir", -1, path, false);
    disk_place(folder, path, &at);
    return made(&at, syscall(SYS_mkdirat, folder, path, mode));
}

int mkdir(const char *path, mode_t mode)
{
    return mkdirat(AT_FDCWD, path, mode);
}

int linkat(int from, const char *name, int to, const char *new_name, int flags)
{
    struct disk_place at;
    if (shim_fails(SHIM_RENAME))
        return -1;
    shim_step("link", -1, new_name, false);
    disk_place(to, new_name, &at);
    return made(&at, syscall(SYS_linkat, from, name, to, new_name, flags));
}

int link(const char *name, const char *new_name)
{
    return linkat(AT_FDCWD, name, AT_FDCWD, new_name, 0);
}

int symlinkat(const char *target, int to, const char *new_name)
{
    struct disk_place at;
    if (shim_fails(SHIM_RENAME))
        return -1;
    shim_step("symlink", -1, new_name, false);
    disk_place(to, new_name, &at);
    return made(&at, syscall(SYS_symlinkat, target, to, new_name));
}

int symlink(const char *target, const char *new_name)
{
    return symlinkat(target, AT_FDCWD, new_name);
}

/* ---- others ---- */

/* After a send the other side knows something: what came before must be on the disk. */
ssize_t send(int fd, const void *from, size_t len, int flags)
{
    shim_step("send", fd, NULL, false);
    return syscall(SYS_sendto, fd, from, len, flags, NULL, 0);
}

int socket(int domain, int type, int protocol)
{
    return shim_fails(SHIM_FD) ? -1 : (int)syscall(SYS_socket, domain, type, protocol);
}

int bind(int fd, const struct sockaddr *address, socklen_t len)
{
    struct disk_place at = {.folder = -1};
    if (address->sa_family == AF_UNIX) {
        const char *path = ((const struct sockaddr_un *)(const void *)address)->sun_path;
        shim_step("bind", -1, path, false);
        disk_place(AT_FDCWD, path, &at);
    }
    return made(&at, syscall(SYS_bind, fd, address, len));
}

int socketpair(int domain, int type, int protocol, int pair[2])
{
    return shim_fails(SHIM_FD) ? -1 : (int)syscall(SYS_socketpair, domain, type, protocol, pair);
}

int eventfd(unsigned count, int flags)
{
    return shim_fails(SHIM_FD) ? -1 : (int)syscall(SYS_eventfd2, count, flags);
}

int signalfd(int fd, const sigset_t *mask, int flags)
{
    return shim_fails(SHIM_FD) ? -1 : (int)syscall(SYS_signalfd4, fd, mask, 8, flags);
}
