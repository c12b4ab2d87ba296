/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rules for a record, read at run time from a Frictionless Table Schema (JSON):
 * https://specs.frictionlessdata.io/table-schema/ with cross-field rules in one key of our own,
 * "extspoold", described in docs/SCHEMA.md. */
#ifndef EXTSPOOLD_SCHEMA_H
#define EXTSPOOLD_SCHEMA_H

#include "fault.h"
#include "finding.h"
#include "heading.h"
#include "record.h"

struct schema;

/* Reads and compiles a schema. False with a FAULT_CONFIG that names the file and what is wrong
 * (and where, as far as it is known) when it is unreadable, no JSON, or no valid schema: unknown
 * type, unknown constraint, doubled key, doubled field, bad pattern, a rule naming no field. */
bool schema_read(const char *path, struct schema **ret, struct fault *f);
/* The same from text in memory; name stands for the file in messages. */
bool schema_parse(const char *text, size_t len, const char *name, struct schema **ret,
                  struct fault *f);
struct schema *schema_free(struct schema *s); /* NULL */
/* Wipes what it remembers of the records that it was applied to: before it is kept for others. */
void schema_forget(struct schema *s);

/* The text the schema was parsed from, for keeping a copy; lent. */
const char *schema_text(const struct schema *s, size_t *ret_len);

size_t schema_count(const struct schema *s);                   /* of fields */
const char *schema_name(const struct schema *s, size_t field); /* lent */
/* The name as headings are compared: heading_key; lent. */
const char *schema_heading(const struct schema *s, size_t field);
const char *schema_example(const struct schema *s, size_t field); /* "" when it has none */
bool schema_required(const struct schema *s, size_t field);
bool schema_secret(const struct schema *s, size_t field);
/* The field that identifies a record (primaryKey). */
size_t schema_key(const struct schema *s);

/* Index of the field with this heading, or -1. Case, blanks, punctuation and a BOM do not count:
 * "Register Password" is registerpassword. Letters beyond ASCII do: "Nümber" is not nmber. */
int schema_find(const struct schema *s, const char *heading, size_t len);
/* The same for a heading whose key is known. */
int schema_find_key(const struct schema *s, struct heading key);

/* Whether this value alone keeps the rules of the field, those across fields aside. */
bool schema_takes(const struct schema *s, size_t field, struct cell value);

/* Checks and casts one record. cells[i] is the cell of field i: .at NULL when there is no such
 * column (that a required one is missing is the header's matter, see columns_new; to the rules an
 * absent cell counts as blank). headings[i] is the sender's heading of field i's column for
 * findings (NULL, as headings itself: the field's name). plain: the cells are known to be printable
 * ASCII, and not looked at for that again. Every finding of every field is added to list, not only
 * the first. Fills ret (schema_count(s) values): what is to be sent, in the schema's order; values
 * point into cells or into the schema. A value that breaks a constraint is in ret too; one that is
 * not of its field's type, or not clean UTF-8 (encoding-error), is not. Returns true when no error
 * was found; warnings may have been. Bounded in time for any cell. One schema cannot be used by two
 * threads at once. */
bool schema_check(const struct schema *s, const struct cell *cells, const char *const *headings,
                  bool plain, struct record *ret, struct findings *list);

#endif
