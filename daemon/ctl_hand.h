/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Handing a file to the spool. */
#ifndef EXTSPOOLD_CTL_HAND_H
#define EXTSPOOLD_CTL_HAND_H

#include "config.h"
#include "ledger.h"

/* Puts a durable copy of the file into incoming/ (its descriptor lent), under its own name or,
 * where that is taken, as NAME-2, NAME-3 …; with ready=done-file the marker too. *ret_name is the
 * name it got; the caller frees it. False, with nothing left in the folder, when the file cannot
 * be read, its name would be left alone there, or the folder cannot be written. */
bool ctl_hand(const struct config *c, int incoming, const char *path, char **ret_name,
              struct fault *f);

#endif
