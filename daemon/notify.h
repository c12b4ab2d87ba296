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

/* One line into the journal with priority (0-7), the import's id (0: none) as EXTSPOOL_IMPORT.
 * False when there is no journal. */
bool notify_journal(int priority, uint64_t id, const char *text);
/* stderr is connected to the journal. */
bool notify_under_journal(void);

#endif
