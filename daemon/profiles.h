/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The mapping profiles that there are: those shipped and this installation's own. */
#ifndef EXTSPOOLD_PROFILES_H
#define EXTSPOOLD_PROFILES_H

#include "config.h"
#include "profile.h"

/* The profile whose headings are the schema's own names: those of the PBX's vendor. There always
 * is one, if need be without a file. */
#define PROFILES_VENDOR "vendor"
#define PROFILES_AUTO   "auto" /* [import] profile: the one that fits the headings */

struct profiles;

/* Reads every *.json of the shipped folder and of the own one; of two with one name the own one
 * counts. The schema is lent until profiles_free. False with a FAULT_CONFIG that names the file and
 * what is wrong with it. */
bool profiles_read(const struct config *c, const struct schema *s, struct profiles **ret,
                   struct fault *f);
struct profiles *profiles_free(struct profiles *p); /* NULL */

/* How many there are; the i-th, in the order of names; the one of this name, or NULL. */
size_t profiles_count(const struct profiles *p);
const struct profile *profiles_at(const struct profiles *p, size_t i);
const struct profile *profiles_find(const struct profiles *p, const char *name);

/* The profile that recognises a header: of several the one that knows most of the headings, then a
 * specific one before a generic one, then the first by name. NULL when none does. *ret_known is how
 * many of them it knows. */
const struct profile *profiles_recognise(const struct profiles *p, const struct cell *header,
                                         size_t count, size_t *ret_known);
/* The one that a header which none recognises may be meant for: it finds at least half of what it
 * is recognised by, and knows most of the headings; else the vendor's. */
const struct profile *profiles_nearest(const struct profiles *p, const struct cell *header,
                                       size_t count);

/* The one that a setting names: NULL for PROFILES_AUTO. False when there is none of that name. */
bool profiles_named(const struct profiles *p, const char *name, const struct profile **ret);

/* What a file is read with: one that was named, or NULL for whichever recognises it. */
struct profiles_ask {
    const struct profiles *all;
    const struct profile *named;
};
/* How many of the cells are headings that are known, 0 when they are no header that is recognised;
 * ask is a struct profiles_ask. */
size_t profiles_known(void *ask, const struct cell *header, size_t count);
/* The profile for this header; *ret_fits is false when none recognises it and the nearest stands
 * in: profile_missing then says what it lacks. */
const struct profile *profiles_choose(const struct profiles_ask *ask, const struct cell *header,
                                      size_t count, bool *ret_fits);

#endif
