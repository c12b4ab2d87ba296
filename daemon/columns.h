/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which column of a file feeds which field of the schema. Pure. */
#ifndef EXTSPOOLD_COLUMNS_H
#define EXTSPOOLD_COLUMNS_H

#include "rows.h"
#include "schema.h"

struct columns;

/* Maps a header. Findings: unknown columns (warning, each named once), doubled headings and
 * missing required columns (errors). The columns that the rejects add (import_error,
 * import_line) are known and ignored without a word. Always returns an object; with an error
 * among the findings the file cannot be imported. */
struct columns *columns_new(const struct schema *s, const struct cell *header, size_t count,
                            struct findings *list);
struct columns *columns_free(struct columns *c); /* NULL */
size_t columns_count(const struct columns *c);  /* cells in the header */
const char *columns_heading(const struct columns *c, size_t column); /* lent, trimmed */

/* Checks one row: its shape (blank-row, missing-cell, extra-cell, encoding-error, the malformed
 * codes) and then schema_check. Returns what becomes of the row: ROW_PLANNED (may be sent; ret
 * filled), ROW_SKIPPED (blank) or ROW_INVALID; findings say why. For a row whose cells can be
 * matched to columns ret is filled as far as it goes, also when it is invalid.
 * A row whose extra cells are all empty is well (trailing delimiters). */
enum row_state columns_check(struct columns *c, const struct row *row, struct record *ret,
                             struct findings *list);

#endif
