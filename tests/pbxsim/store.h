/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Store: the extensions of the PBX by number, in the order in which they came. Not locked. */
#ifndef PBXSIM_STORE_H
#define PBXSIM_STORE_H

#include "fields.h"

struct store;
struct extension;

/** An empty store; what it holds goes with it; how many extensions it has. */
struct store *store_new(void);
struct store *store_free(struct store *s);
size_t store_count(const struct store *s);

/** The extension of that number, lent; NULL when there is none. */
const struct extension *store_find(const struct store *s, const char *number);

/** A parameter of the record, lent; NULL when it was never sent. */
const char *extension_get(const struct extension *e, enum param param);

/** The one after `e`, the first after NULL; NULL at the end. */
const struct extension *store_next(const struct store *s, const struct extension *e);

/** Stores a new extension with the record's parameters in `fields`; its number must be new. */
void store_add(struct store *s, const struct fields *fields);

/** Lays the record's parameters in `fields` over an extension, and renames it to `number`,
 *  which must be its own or new. It goes to the end of the order. */
void store_update(struct store *s, const struct extension *e, const struct fields *fields,
                  const char *number);

/** `e` is gone afterwards. */
void store_delete(struct store *s, const struct extension *e);

/** Reads an extension, as a JSON object, into the store; writes one. NULL, or what is wrong. */
const char *store_load_one(struct store *s, const char *text);
void store_save_one(const struct extension *e, struct text *to);

/** Fills the store from the state file's text. NULL, or what is wrong with it (a constant). */
const char *store_load(struct store *s, const char *text);

/** Writes the state file's text: {"version":1,"extensions":[…]}, an extension a line. */
void store_save(const struct store *s, struct text *to);

#endif
