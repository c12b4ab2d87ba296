/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What systemd's journal has of one import. */
#ifndef EXTSPOOLD_JOURNAL_H
#define EXTSPOOLD_JOURNAL_H

#include "fault.h"

/* One entry; its text is lent for the call. wall in milliseconds, priority as syslog(3) counts. */
typedef void journal_take(void *with, int64_t wall, int priority, const char *text);

/* Whose entries: a daemon's that was started with this file (-c) or, when plain, without any. */
struct journal_daemon {
    const char *config;
    bool plain;
};

/* Gives each entry with this import's EXTSPOOL_IMPORT field, oldest first, at most `most` of them
 * and then the newest. False when there is no journal here. One that may not be read has no
 * entries. */
bool journal_read(uint64_t import, const struct journal_daemon *daemon, size_t most,
                  journal_take *take, void *with, struct fault *f);

#endif
