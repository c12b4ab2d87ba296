/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which column of a file feeds which field of the schema, by a mapping profile. Pure. */
#ifndef EXTSPOOLD_COLUMNS_H
#define EXTSPOOLD_COLUMNS_H

#include "digest.h"
#include "profile_parts.h"
#include "rows.h"

struct columns;

/* What a record gets that does not stand in its row; all of it may be absent. */
struct columns_given {
    const char *number; /* from the pool; NULL: its first number stands in, as in a dry run */
    const uint8_t *key; /* DIGEST_BYTES, for generated cells; NULL: zeros, as in a dry run */
    uint64_t row;       /* its number in the import */
};

/* Maps a header by a profile (NULL: the schema's own names alone). A field that the profile does
 * not name is fed by the column of the field's own name, unless the profile uses that column.
 * Findings: unknown columns (warning, each named once, the first 50 by name), columns that feed the
 * same field and missing required columns (errors), both with what may have been meant; of columns
 * that a profile takes for the same under different names, all but its first (warning). Columns
 * without a heading, and those that the rejects add (import_error, import_line), are ignored
 * without a word. Always returns an object; with an error among the findings the file cannot be
 * imported. Schema and profile are lent until columns_free. */
struct columns *columns_new(const struct schema *s, const struct profile *p,
                            const struct cell *header, size_t count, struct findings *list);
struct columns *columns_free(struct columns *c); /* NULL */
size_t columns_count(const struct columns *c);   /* cells in the header */
/* Lent; trimmed, control bytes and invalid UTF-8 as %XX. */
const char *columns_heading(const struct columns *c, size_t column);

/* Where the numbers come from; NULL: from the file. Lent. */
const struct profile_pool *columns_pool(const struct columns *c);
/* What the pool knows the row's person by, trimmed, lent until the next call; .len 0: it is blank,
 * which columns_check reports, or the row has another shape. */
struct cell columns_pool_key(struct columns *c, const struct row *row);
/* Whether some cells are generated. */
bool columns_generates(const struct columns *c);

/* Checks one row: its shape (blank-row, missing-cell, extra-cell, the malformed codes), the
 * profile's filters (filtered), its text (encoding-error: invalid UTF-8 in any cell, a control
 * character other than tab, CR and LF in one that feeds a field), makes the fields' values and then
 * asks schema_check. Returns what becomes of the row: ROW_PLANNED (may be sent; ret filled),
 * ROW_SKIPPED (blank, filtered) or ROW_INVALID; findings say why, and what was changed. given may
 * be NULL. A row with the right shape fills ret as schema_check does, also when it is invalid; any
 * other leaves ret without values, since its cells may be in the wrong columns. A row whose extra
 * cells are all empty is well (trailing delimiters). The record lends its texts until the row's
 * cells go, or the next columns_check. */
enum row_state columns_check(struct columns *c, const struct row *row,
                             const struct columns_given *given, struct record *ret,
                             struct findings *list);

/* ---- what of a row people may see: columns_show.c ---- */

/* Whether the row's cells stand under their headings, as far as can be told: it has the header's
 * shape, no secret cell has what its field would not take by itself, where the number begins with a
 * letter none is blank or has an @, and no word stands for an address that is in another column.
 * Where they may not, a password may be in any of them. */
bool columns_aligned(const struct columns *c, const struct row *row);

/* Whether there is something that feeds the field. */
bool columns_fed(const struct columns *c, size_t field);
/* Adds what feeds the field as it came, without its transforms: the cell, or a template's texts
 * and cells; nothing where no column feeds it. The row must have the header's shape. May not be
 * valid UTF-8. */
void columns_source(const struct columns *c, const struct row *row, size_t field, struct buf *to);

enum columns_sight { SIGHT_NONE, SIGHT_HIDDEN, SIGHT_VALUE };
/* Adds the same by the heading that a finding names: SIGHT_VALUE. SIGHT_HIDDEN, adding nothing,
 * where it feeds a secret field; SIGHT_NONE where it feeds none. */
enum columns_sight columns_under(const struct columns *c, const struct row *row,
                                 const char *heading, struct buf *to);

/* Whether the text has one of the row's secret cells in it. */
bool columns_betrays(const struct columns *c, const struct row *row, const char *at, size_t len);
/* Whether it could be a password that stands in the wrong place, where the schema has secrets: one
 * word with letters and digits, or letters and symbols, that is no address, no number with a slip
 * and nothing that a spreadsheet makes of one. */
bool columns_suspects(const struct columns *c, const char *at, size_t len);

#endif
