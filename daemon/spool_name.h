/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of an import's files: 000042-NAME.csv. Pure. */
#ifndef EXTSPOOLD_SPOOL_NAME_H
#define EXTSPOOLD_SPOOL_NAME_H

#include "ledger.h"

/* A name that is not even looked at: hidden, or of a file that is still being written. */
bool spool_name_ignored(const char *name);

/* A name that one of the patterns of [spool] pattern fits. */
bool spool_name_matches(const char *name, const char *pattern);

/* Fills name, stem and file of ret for a file dropped as `dropped`. NAME is the dropped name,
 * made printable and cut so that the longest of the import's files fits 255 bytes. */
void spool_name_make(const char *dropped, uint64_t id, struct import *ret);

/* The other way round: fills id, name, stem and file from a name in work/. False when it is not
 * the name of an original (a private copy, say). */
bool spool_name_parse(const char *file, struct import *ret);

/* The number that a name begins with (000042-…, 000042.…), 0 when there is none. */
uint64_t spool_name_id(const char *file);

/* A name that others chose, printable, cut to room. */
void spool_name_print(const char *name, char *to, size_t room);

char *spool_name_marker(const char *name); /* "NAME.done"; caller frees */

/* What senders are told by, in the folder of receipts ([report] receipts): for a file people.csv
 * people.accepted.txt, people.result.txt and people.rejects.csv. */
enum receipt { RECEIPT_ACCEPTED, RECEIPT_RESULT, RECEIPT_REJECTS, RECEIPTS };
#define SPOOL_NAME_RECEIPT (LEDGER_NAME + 48)

/* The part of an import's stem that is the dropped name's, "people"; lent. */
const char *spool_name_of(const struct import *i);
/* The receipt's name for the dropped name `name` (spool_name_of); with an id, NAME.000042.KIND. The
 * longest has 251 bytes. */
void spool_name_receipt(const char *name, uint64_t id, enum receipt kind,
                        char to[SPOOL_NAME_RECEIPT]);
/* Whether an import's receipts may bear the name alone: not when that ends as an earlier import's
 * number is written, "people.000041", since these are the names of that import's own receipts. */
bool spool_name_is_free(const struct import *i);
/* Whether a name is one of a receipt, in any case: such files are never taken for input where
 * receipts are written. */
bool spool_name_is_receipt(const char *name);

#define SPOOL_NAME_COPY 40
/* The private copy's name in work/: "000042.utf8". */
void spool_name_copy(uint64_t id, char to[SPOOL_NAME_COPY]);
/* The name there of the note of the profile's folder that it was dropped into: "000042.profile". */
void spool_name_note(uint64_t id, char to[SPOOL_NAME_COPY]);
#define SPOOL_NOTE_TEMP  ".profile.tmp" /* one that is being written */
#define SPOOL_COPY_AGAIN ".again.tmp"   /* one that is being made again, in work/ */

#endif
