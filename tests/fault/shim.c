/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME faultshim: a library to be preloaded, by which the real programs die or meet failing
 * system calls at a moment that is told by its number. Told by the environment:
 *
 *   SHIM_STEPS=FILE   lists the steps: NUMBER WHAT PATH
 *   SHIM_DIE=N        dies of SIGKILL before step N; SHIM_TORN=1: amid it, when it is a write
 *   SHIM_LOSS=KIND    and then all is undone that was not synced (all; or data, names alone)
 *   SHIM_ASIDE=FOLDER where files are kept aside for that, on the file system of the others
 *   SHIM_FAIL=CLASS:ERRNO:N  fails the N-th call of a class, with + behind N all after it as well
 *   SHIM_HIT=FILE     made when the moment has come
 *
 * A step is a call that changes a file system (a write to a regular file, fsync, rename, link,
 * unlink, ftruncate, mkdir, an open that makes or empties a file), a send to a socket, after which
 * others know something, or the end of the process. The libraries' own calls count as well,
 * SQLite's among them. Not seen are calls that libc makes inside itself (stdio, opendir). One
 * thread is taken to do all of it; memory may be asked for by any. */
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char *const class_names[SHIM_CLASSES] = {
    "open",      "read",  "write", "fsync",  "rename", "unlink",
    "ftruncate", "mkdir", "mmap",  "malloc", "fd",
};

static const struct {
    const char *name;
    int error;
} errors[] = {
    {"EIO", EIO},       {"ENOSPC", ENOSPC}, {"EDQUOT", EDQUOT},    {"EMFILE", EMFILE},
    {"ENOMEM", ENOMEM}, {"EACCES", EACCES}, {"SHORT", SHIM_SHORT},
};

static struct {
    bool ready;
    int list; /* of steps, or -1 */
    long steps, die_at;
    bool torn;
    enum shim_class class; /* SHIM_CLASSES: none fails */
    int error;
    long fail_from, fail_to;
    const char *hit;
} shim = {.list = -1, .class = SHIM_CLASSES};

static atomic_long calls;

static long number(const char *name)
{
    const char *text = getenv(name);
    return text ? strtol(text, NULL, 10) : 0;
}

static void complain(const char *what)
{
    static const char before[] = "faultshim: cannot make out ";
    (void)!syscall(SYS_write, 2, before, sizeof before - 1);
    (void)!syscall(SYS_write, 2, what, strlen(what));
    (void)!syscall(SYS_write, 2, "\n", 1);
    _exit(70);
}

static void read_fail(const char *text)
{
    char class[16];
    char error[16];
    char more = '\0';
    if (sscanf(text, "%15[^:]:%15[^:]:%ld%c", class, error, &shim.fail_from, &more) < 3)
        complain(text);
    for (size_t i = 0; i < SHIM_CLASSES; i++)
        if (strcmp(class_names[i], class) == 0)
            shim.class = (enum shim_class)i;
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
        if (strcmp(errors[i].name, error) == 0)
            shim.error = errors[i].error;
    if (shim.class == SHIM_CLASSES || !shim.error)
        complain(text);
    shim.fail_to = more == '+' ? __LONG_MAX__ : shim.fail_from;
}

static void read_loss(void)
{
    static const char *const kinds[] = {
        [DISK_LOSES_ALL] = "all", [DISK_LOSES_DATA] = "data", [DISK_LOSES_NAMES] = "names"};
    const char *text = getenv("SHIM_LOSS");
    const char *aside = getenv("SHIM_ASIDE");
    if (!text)
        return;
    for (size_t i = DISK_LOSES_ALL; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(kinds[i], text) == 0 && aside) {
            disk_setup((enum disk_loss)i, aside);
            return;
        }
    complain(text);
}

__attribute__((constructor)) static void begin(void)
{
    const char *list = getenv("SHIM_STEPS");
    const char *fail = getenv("SHIM_FAIL");
    shim.die_at = number("SHIM_DIE");
    shim.torn = number("SHIM_TORN") != 0;
    shim.hit = getenv("SHIM_HIT");
    if (list)
        shim.list = (int)syscall(SYS_openat, AT_FDCWD, list,
                                 O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    if (fail)
        read_fail(fail);
    read_loss();
    shim.ready = true;
}

__attribute__((destructor)) static void end(void)
{
    shim_step("exit", -1, "", false);
}

static void tell_hit(void)
{
    if (shim.hit)
        syscall(SYS_mknodat, AT_FDCWD, shim.hit, S_IFREG | 0600, 0);
}

bool shim_fails(enum shim_class class)
{
    if (!shim.ready || class != shim.class)
        return false;
    long call = atomic_fetch_add(&calls, 1) + 1;
    if (call < shim.fail_from || call > shim.fail_to)
        return false;
    tell_hit();
    errno = shim.error == SHIM_SHORT ? 0 : shim.error;
    return true;
}

bool shim_is_file(int fd)
{
    struct stat st;
    return fd > 2 && fd != shim.list && fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

void shim_path(int fd, char *to, size_t room)
{
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t len = syscall(SYS_readlinkat, AT_FDCWD, link, to, room - 1);
    to[len > 0 ? len : 0] = '\0';
}

bool shim_is_memory(const char *path)
{
    size_t len = strlen(path);
    return len > 4 && strcmp(path + len - 4, "-shm") == 0;
}

static void tell_step(const char *what, const char *path)
{
    char line[1200];
    int len = snprintf(line, sizeof line, "%ld %s %s\n", shim.steps, what, path);
    (void)!syscall(SYS_write, shim.list, line, (size_t)len);
}

void shim_die(void)
{
    disk_lose();
    tell_hit();
    syscall(SYS_kill, getpid(), SIGKILL);
    _exit(70);
}

bool shim_step(const char *what, int fd, const char *path, bool is_write)
{
    if (!shim.ready)
        return false;
    int error = errno;
    char name[1024];
    if (!path) {
        shim_path(fd, name, sizeof name);
        path = name;
    }
    if (shim_is_memory(path))
        return false;
    shim.steps++;
    if (shim.list >= 0)
        tell_step(what, path);
    errno = error;
    if (shim.steps != shim.die_at)
        return false;
    if (shim.torn && is_write)
        return true;
    shim_die();
}
