/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A thread sits in libinotifytools and turns each event into a tick of an eventfd.
 *
 * The library waits without a time limit, so an idle daemon is not woken. It has nothing that
 * ends such a wait from outside: it is ended by cancelling the thread. That is safe here, because
 * the thread can only be cancelled in select(), read() and write(), where neither the library nor
 * this file holds anything, and because the library's state is touched by one thread at a time:
 * before the thread begins, by the thread, and after it was joined. */
#include "watch.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <unistd.h>

#include <inotifytools/inotify.h>
#include <inotifytools/inotifytools.h>

/* A file may have become complete (closed, renamed in, linked in) or readable (its mode). */
#define FILE_EVENTS (IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_ATTRIB)
/* The path leads to the watched folder no longer. */
#define FOLDER_EVENTS (IN_DELETE_SELF | IN_MOVE_SELF)
#define ENDING_EVENTS (FOLDER_EVENTS | IN_UNMOUNT | IN_IGNORED)
/* The folder's name is given to another one, or to none. That it is deleted is not told to its own
 * watch while anybody has it open, as the spool has. */
#define NAME_EVENTS (IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO)

#define FOLDERS_MOST 256 /* in the watched one, that are watched too */

struct watch {
    char *name;
    int parent; /* whose events are its parent's; as the library numbers them */
    pthread_t thread;
    int event;
    atomic_bool broken;
};

static void tick(const struct watch *w)
{
    static const uint64_t one = 1; /* nothing of the thread's stack: a cancel unwinds it */
    /* a full counter (EAGAIN) is readable as well: nothing is lost */
    if (write(w->event, &one, sizeof one) < 0)
        assert(errno == EAGAIN);
}

/* Of its parent's events those of its own name alone tell something: others come and go there. An
 * overflow is nobody's (-1), as is a parent that cannot be watched. */
static bool is_beside(const struct watch *w, const struct inotify_event *event)
{
    return event->wd == w->parent && event->wd >= 0 && !(event->mask & ENDING_EVENTS) &&
           !(event->len && strcmp(event->name, w->name) == 0);
}

/* A new folder in the watched one ends the watch too, since another is begun, which watches that
 * folder as well. */
static bool is_ending(const struct watch *w, const struct inotify_event *event)
{
    bool folder = (event->mask & IN_ISDIR) && (event->mask & (IN_CREATE | IN_MOVED_TO));
    return folder || (event->mask & ENDING_EVENTS) || (event->wd == w->parent && event->wd >= 0);
}

static void *follow(void *with)
{
    struct watch *w = with;
    bool going = true;

    while (going) {
        const struct inotify_event *event = inotifytools_next_events(-1, 1);
        if (event && is_beside(w, event))
            continue;
        /* IN_Q_OVERFLOW is a hint like any other: the scan finds what was not told */
        going = event ? !is_ending(w, event) : inotifytools_error() == EINTR;
        if (!going)
            atomic_store(&w->broken, true);
        tick(w);
    }
    return NULL;
}

/* With every signal blocked, so that they all go to the thread that waits for them. */
static int begin(struct watch *w)
{
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    int error = pthread_create(&w->thread, NULL, follow, w);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return error;
}

/* What comes behind the last slash; the path is one that has some. */
static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Folders in the watched one are watched as well, as far as they may be read. */
static void folders_watch(const char *path)
{
    DIR *dir = opendir(path);
    size_t count = 0;
    for (struct dirent *entry; dir && count < FOLDERS_MOST && (entry = readdir(dir));) {
        ON_LEAVE(free_text) char *inner = NULL;
        if (entry->d_name[0] == '.' || entry->d_type == DT_REG)
            continue;
        if (asprintf(&inner, "%s/%s", path, entry->d_name) < 0)
            abort();
        count += (size_t)inotifytools_watch_file(inner, FILE_EVENTS | FOLDER_EVENTS | IN_ONLYDIR |
                                                            IN_DONT_FOLLOW);
    }
    if (dir)
        closedir(dir);
}

static bool library_start(const char *path, int *ret_parent, struct fault *f)
{
    if (!inotifytools_initialize())
        return fault_set(f, FAULT_IO, inotifytools_error(), "start inotify");

    /* its buffer outlives a clean-up: events of an earlier watch must not speak for this one */
    while (inotifytools_next_events(0, 1)) {
    }
    if (inotifytools_watch_file(path, FILE_EVENTS | FOLDER_EVENTS | IN_ONLYDIR)) {
        ON_LEAVE(free_text) char *parent = xstrndup(path, (size_t)(base_name(path) - path));
        inotifytools_watch_file(parent, NAME_EVENTS | IN_ONLYDIR); /* as far as we may read it */
        *ret_parent = inotifytools_wd_from_filename(parent);
        folders_watch(path);
        return true;
    }
    fault_set(f, FAULT_IO, inotifytools_error(), "watch '%s'", path);
    inotifytools_cleanup();
    return false;
}

bool watch_start(const char *path, struct watch **ret, struct fault *f)
{
    int parent = -1;
    if (!library_start(path, &parent, f))
        return false;

    struct watch *w = xcalloc(1, sizeof *w);
    w->parent = parent;
    w->name = xstrdup(base_name(path));
    atomic_init(&w->broken, false);
    w->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int error = w->event < 0 ? errno : 0;
    /* the library's own descriptor was opened just before, so it is the smaller one, and the
     * library uses it with select() */
    if (!error && w->event >= FD_SETSIZE)
        error = EMFILE;
    if (!error)
        error = begin(w);
    if (error) {
        inotifytools_cleanup();
        close_fd(&w->event);
        free(w->name);
        free(w);
        return fault_set(f, FAULT_IO, error, "watch '%s'", path);
    }
    *ret = w;
    return true;
}

struct watch *watch_stop(struct watch *w)
{
    if (!w)
        return NULL;

    pthread_cancel(w->thread);
    pthread_join(w->thread, NULL);
    inotifytools_cleanup();
    close_fd(&w->event);
    free(w->name);
    free(w);
    return NULL;
}

int watch_fd(const struct watch *w)
{
    return w->event;
}

void watch_clear(struct watch *w)
{
    uint64_t ticks;
    if (read(w->event, &ticks, sizeof ticks) < 0)
        assert(errno == EAGAIN);
}

bool watch_broken(const struct watch *w)
{
    return atomic_load(&w->broken);
}
