/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Watches a folder (libinotifytools) on a thread of its own, since that library has no descriptor
 * to poll and keeps global state. Its events are hints: they only say "look again". */
#ifndef EXTSPOOLD_WATCH_H
#define EXTSPOOLD_WATCH_H

#include "fault.h"

struct watch;

/* Begins to watch path and the folders in it. False (the caller then polls) when inotify is not to
 * be had, with the reason. At most one watch exists in a process. */
bool watch_start(const char *path, struct watch **ret, struct fault *f);
struct watch *watch_stop(struct watch *w); /* ends and joins the thread; NULL */

/* A descriptor (lent) that is readable when something happened; watch_clear makes it quiet. */
int watch_fd(const struct watch *w);
void watch_clear(struct watch *w);
/* The thread ended by itself (the folder is gone, there is a new one in it, a read error): stop
 * this watch, and begin another or poll. */
bool watch_broken(const struct watch *w);

#endif
