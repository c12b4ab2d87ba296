/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME system: what the engine gets from the C library.
 *
 * The program's own definitions stand before those of the shared libraries, so that SQLite too
 * meets them. Time stands still but where the world moves it. Nothing is synced: what was
 * written outlives the process, as the page cache would. Every durable step may be the last one. */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "notify.h"
#include "sim.h"

bool __real_ledger_commit(struct ledger *l, struct fault *f);
bool __wrap_ledger_commit(struct ledger *l, struct fault *f);
void __real_free(void *pointer);
void __wrap_free(void *pointer);
void *__real_xcalloc(size_t count, size_t bytes);
void *__wrap_xcalloc(size_t count, size_t bytes);

int64_t mono_now(void)
{
    return world->now - world->boot;
}

/* Some world's time for the clocks that wait, and for the one that tells the date. */
int clock_gettime(clockid_t id, struct timespec *ret)
{
    if (!world)
        return (int)syscall(SYS_clock_gettime, id, ret);
    int64_t now = id == CLOCK_REALTIME ? world->wall + world->now : mono_now();
    *ret = (struct timespec){.tv_sec = now / 1000, .tv_nsec = now % 1000 * 1000000};
    return 0;
}

ssize_t getrandom(void *to, size_t len, unsigned flags)
{
    if (!world)
        return syscall(SYS_getrandom, to, len, flags);
    uint8_t *at = to;
    for (size_t i = 0; i < len; i++) {
        world->dice[1] = world->dice[1] * 6364136223846793005u + 1442695040888963407u;
        at[i] = (uint8_t)(world->dice[1] >> 56);
    }
    return (ssize_t)len;
}

/* SQLite's locks: one process alone has the ledger, which a lock of its own sees to. */
int fcntl64(int fd, int what, ...)
{
    va_list args;
    va_start(args, what);
    void *with = va_arg(args, void *);
    va_end(args);
    if (what != F_SETLK && what != F_GETLK)
        return (int)syscall(SYS_fcntl, fd, what, with);
    if (what == F_GETLK)
        ((struct flock *)with)->l_type = F_UNLCK;
    return 0;
}

/* ---- steps ---- */

static void die(const char *where)
{
    trace("dies at %s", where);
    world->crashes_in_turn++;
    _exit(LIFE_DIED);
}

/* True when this step is the last one. It may have been done, or not: a die decides. */
static bool is_last(const char *name)
{
    if (!world || !world->armed || !world->fuse || --world->fuse)
        return false;
    if (chance(50))
        die(name);
    return true;
}

#define STEP_OF(name, call)                                                                        \
    do {                                                                                           \
        bool last = is_last(name);                                                                 \
        long result = (call);                                                                      \
        if (last)                                                                                  \
            die("the end of " name);                                                               \
        return (int)result;                                                                        \
    } while (0)

static ssize_t write_part(int fd, const void *bytes, size_t len, bool last)
{
    if (last && len > 1)
        len = dice((unsigned)len);
    ssize_t written = syscall(SYS_write, fd, bytes, len);
    if (last)
        die("the middle of write");
    return written;
}

ssize_t write(int fd, const void *bytes, size_t len)
{
    return write_part(fd, bytes, len, fd > STDERR_FILENO && is_last("write"));
}

ssize_t pwrite64(int fd, const void *bytes, size_t len, off64_t at)
{
    bool last = is_last("pwrite");
    if (last && len > 1)
        len = dice((unsigned)len);
    ssize_t written = syscall(SYS_pwrite64, fd, bytes, len, at);
    if (last)
        die("the middle of pwrite");
    return written;
}

int fsync(int fd)
{
    (void)fd;
    STEP_OF("fsync", 0);
}

int fdatasync(int fd)
{
    (void)fd;
    STEP_OF("fdatasync", 0);
}

int renameat(int from, const char *name, int to, const char *new_name)
{
    STEP_OF("rename", syscall(SYS_renameat2, from, name, to, new_name, 0));
}

int renameat2(int from, const char *name, int to, const char *new_name, unsigned flags)
{
    STEP_OF("rename", syscall(SYS_renameat2, from, name, to, new_name, flags));
}

int unlinkat(int folder, const char *name, int flags)
{
    STEP_OF("unlink", syscall(SYS_unlinkat, folder, name, flags));
}

bool __wrap_ledger_commit(struct ledger *l, struct fault *f)
{
    bool good = __real_ledger_commit(l, f);
    if (good)
        watch_committed();
    return good;
}

/* No service manager is here. */
bool notify_under_journal(void)
{
    return false;
}

bool notify_journal(const struct notify_field *fields, size_t count)
{
    (void)fields;
    (void)count;
    return false;
}

/* The table of tasks, which every life looks through: the parent's empty one, so that its pages
 * need not be given to each life anew. A life that ends by itself leaves it where it is. */
static struct task tasks[TASKS_MOST];

void *__wrap_xcalloc(size_t count, size_t bytes)
{
    return count == TASKS_MOST && bytes == sizeof *tasks ? tasks : __real_xcalloc(count, bytes);
}

void __wrap_free(void *pointer)
{
    if (pointer != tasks)
        __real_free(pointer);
}

void system_begin(void)
{
    memset(tasks, 0, sizeof tasks);
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
    mallopt(M_MMAP_THRESHOLD, 128 << 10);
}
