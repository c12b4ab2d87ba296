/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the service manager is told (sd_notify), and the journal. Does nothing where the program
 * was built without libsystemd or does not run under systemd. */
#ifndef EXTSPOOLD_NOTIFY_H
#define EXTSPOOLD_NOTIFY_H

#include "base.h"

/* What the service manager is told (sd_notify); without one, nothing. */
void notify_ready(void);
void notify_reloading(void);
void notify_stopping(void);
void notify_status(const char *text); /* sent only when it differs from the last */
void notify_watchdog(void);
/* How often notify_watchdog is wanted, in milliseconds; 0: not at all. */
int64_t notify_watchdog_every(void);

/* The sockets of this name (FileDescriptorName=) that the service manager has passed, at most room;
 * theirs are closed at an exec. Those of other names are closed. Asked once, at the start. */
size_t notify_sockets(const char *name, int *to, size_t room);

/* A field of a journal entry, lent: its name as systemd.journal-fields(7) wants it, and its value.
 */
struct notify_field {
    const char *name, *value;
};

/* One entry into the journal. False when there is no journal. */
bool notify_journal(const struct notify_field *fields, size_t count);
/* stderr is connected to the journal. */
bool notify_under_journal(void);

#endif
