/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A mapping profile: which columns of somebody's export feed which fields of the schema, read at
 * run time from JSON that extspool-profile(5) describes. Nothing in it changes after parsing. */
#ifndef EXTSPOOLD_PROFILE_H
#define EXTSPOOLD_PROFILE_H

#include "dialect.h"
#include "schema.h"

struct profile;

enum profile_origin {
    PROFILE_OWN, /* of this installation: a field that the schema has not is a mistake */
    /* Shipped with the program, or kept of an earlier day: what feeds a field that the schema has
     * not is left out, since the schema may be another one than it was written for. */
    PROFILE_FOREIGN,
};

/* Reads and compiles a profile for a schema, which is lent until profile_free. False with a
 * FAULT_CONFIG that names the file (`name` stands for it) and what is wrong where. */
bool profile_parse(const char *text, size_t len, const char *name, const struct schema *s,
                   enum profile_origin origin, struct profile **ret, struct fault *f);
bool profile_read(const char *path, const struct schema *s, enum profile_origin origin,
                  struct profile **ret, struct fault *f);
struct profile *profile_free(struct profile *p); /* NULL */

/* The text that it was parsed from, for keeping a copy; lent. */
const char *profile_text(const struct profile *p, size_t *ret_len);

const char *profile_name(const struct profile *p);     /* lent, as are the next */
const char *profile_title(const struct profile *p);    /* "" when it has none */
const char *profile_verified(const struct profile *p); /* what was looked at; "" when nothing was */
bool profile_generic(const struct profile *p);
/* Settings of how the file is written; lent. */
const struct dialect_wish *profile_dialect(const struct profile *p);
/* A row with fewer cells than the header lacks its last, empty ones. */
bool profile_pads(const struct profile *p);

/* How many of a header's cells are headings that it knows: its own, and the schema's names. 0 when
 * not all of those are there that it is recognised by. */
size_t profile_known(const struct profile *p, const struct cell *header, size_t count);
/* The same without that condition; and how much of what it is recognised by is there, from 0 to 1.
 * The line is made once and compared with as many profiles of one schema as there are. */
struct profile_line;
struct profile_line *profile_line_new(const struct schema *s, const struct cell *header,
                                      size_t count);
struct profile_line *profile_line_free(struct profile_line *line); /* NULL */
size_t profile_words(const struct profile *p, const struct profile_line *line);
double profile_share(const struct profile *p, const struct profile_line *line);
/* Adds a missing-column error for each heading that it is recognised by and that is not there. */
void profile_missing(const struct profile *p, const struct cell *header, size_t count,
                     struct findings *list);

/* How many headings it is recognised by, and the i-th of them as it writes it, lent; where any of
 * several will do, they stand with slashes between. */
size_t profile_marks(const struct profile *p);
const char *profile_mark(const struct profile *p, size_t i);

#endif
