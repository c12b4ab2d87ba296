/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which column of a file feeds which field of the schema. Pure. */
#ifndef EXTSPOOLD_COLUMNS_H
#define EXTSPOOLD_COLUMNS_H

#include "rows.h"
#include "schema.h"

struct columns;

/* The profile whose headings are the schema's own names: those of the PBX's vendor. */
#define COLUMNS_VENDOR "vendor"

/* Maps a header. Findings: unknown columns (warning, each named once, the first 50 by name),
 * columns that feed the same field and missing required columns (errors). Columns without a
 * heading, and those that the rejects add (import_error, import_line), are ignored without a word.
 * Always returns an object; with an error among the findings the file cannot be imported. The
 * schema is lent until columns_free. */
struct columns *columns_new(const struct schema *s, const struct cell *header, size_t count,
                            struct findings *list);
struct columns *columns_free(struct columns *c); /* NULL */
size_t columns_count(const struct columns *c);   /* cells in the header */
/* Lent; trimmed, control bytes and invalid UTF-8 as %XX. */
const char *columns_heading(const struct columns *c, size_t column);

/* Checks one row: its shape (blank-row, missing-cell, extra-cell, the malformed codes), its text
 * (encoding-error: invalid UTF-8 in any cell, a control character other than tab, CR and LF in one
 * that feeds a field) and then schema_check. Returns what becomes of the row: ROW_PLANNED (may be
 * sent; ret filled), ROW_SKIPPED (blank) or ROW_INVALID; findings say why. A row with the right
 * shape fills ret as schema_check does, also when it is invalid; any other leaves ret without
 * values, since its cells may be in the wrong columns. A row whose extra cells are all empty is
 * well (trailing delimiters). */
enum row_state columns_check(struct columns *c, const struct row *row, struct record *ret,
                             struct findings *list);

#endif
