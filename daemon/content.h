/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a record says, as keyed digests: enough to tell later whether it is the same, and which
 * fields changed, without keeping a value. */
#ifndef EXTSPOOLD_CONTENT_H
#define EXTSPOOLD_CONTENT_H

#include "buf.h"
#include "digest.h"
#include "ledger.h"
#include "record.h"

/* What makes contents, with the installation's key. It is made for records of one schema after the
 * other: what they have in common is not digested again. */
struct content_tagger;
struct content_tagger *content_tagger_new(const uint8_t key[DIGEST_BYTES]);
struct content_tagger *content_tagger_free(struct content_tagger *t); /* wiped; NULL */

/* The content of a record, a function of the key, the record's names and its values. */
void content_of(struct content_tagger *t, const struct record *record, struct ledger_content *ret);

/* Whether a record's content, `now`, is what was kept, by this version or an older one. When it is
 * not, the names of the fields that differ are added to names (which may be NULL), separated by
 * blanks. */
bool content_same(struct content_tagger *t, const struct ledger_content *kept,
                  const struct ledger_content *now, const struct record *record, struct buf *names);

#endif
