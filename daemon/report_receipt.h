/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The first of what senders are told of a file; the second, what became of it, is a kind of report
 * (report_part.h). */
#ifndef EXTSPOOLD_REPORT_RECEIPT_H
#define EXTSPOOLD_REPORT_RECEIPT_H

#include "ledger.h"
#include "texts.h"

/* Adds what NAME.accepted.txt says of an import that was claimed: plain lines of UTF-8 that end in
 * CR LF. Never fails. */
void report_receipt_accepted(struct buf *to, enum language l, const struct import *i);

#endif
