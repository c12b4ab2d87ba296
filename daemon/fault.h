/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An environment failure as a value: functions that meet the outside world return bool and fill
 * a fault when they return false. Faults in the data are findings (finding.h); own bugs assert. */
#ifndef EXTSPOOLD_FAULT_H
#define EXTSPOOLD_FAULT_H

#include "base.h"

enum fault_kind {
    FAULT_NONE,
    FAULT_IO,     /* the system: files, folders, sockets; error is an errno */
    FAULT_CONFIG, /* what an administrator wrote: configuration, schema, profile */
    FAULT_LEDGER, /* the ledger cannot be read or written */
    FAULT_DAMAGE, /* the ledger's file is damaged */
    FAULT_INPUT,  /* this one file cannot be imported; the others can */
    FAULT_LATER,  /* this one file cannot be imported yet; it passes */
};

struct fault {
    enum fault_kind kind;
    int error;
    char text[512]; /* one line for people, without a newline */
};

/* Fills f (which may be NULL) and returns false, so that callers write return fault_set(…).
 * When error is not 0 its meaning (strerror) is added to the text. */
bool fault_set(struct fault *f, enum fault_kind kind, int error, const char *format, ...)
    PRINTF_LIKE(4, 5);

/* Puts "prefix: " before the text of a fault that is set already. Returns false. */
bool fault_in(struct fault *f, const char *format, ...) PRINTF_LIKE(2, 3);

/* It passes without anybody touching us: no space left, which may come back; or a folder that was
 * replaced while it was open, which can be opened again; or whatever FAULT_LATER was set for. */
bool fault_passes(const struct fault *f);

#endif
