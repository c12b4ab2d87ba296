/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What spreadsheet programs do to values on their way through a sheet. Pure. */
#ifndef EXTSPOOLD_DAMAGE_H
#define EXTSPOOLD_DAMAGE_H

#include "buf.h"
#include "cell.h"

/* Undoes what is certain: ="0012" stands for 0012, a no-break blank for a plain one, which goes at
 * the ends, and a blank without width for nothing. NULL when there was none of that; else says what
 * was done (static text), and *value is changed to a text in `to`. */
const char *damage_mend(struct cell *value, struct buf *to);

/* What is to be done about a whole cell that is no value, as #N/A or #####; else NULL. */
const char *damage_error(struct cell value);

enum damage {
    DAMAGE_NONE,
    DAMAGE_SCIENTIFIC, /* 1.80889E+10: its digits are gone */
    DAMAGE_DATE,       /* 02.03.2024, 2-Mar */
    DAMAGE_SHORT_DATE, /* 02.03.24, which may be something else */
};
/* What the value looks like; whether it is that its field must tell. */
enum damage damage_looks(struct cell value);
/* What is to be done about it; static text. */
const char *damage_advice(enum damage damage);
#define DAMAGE_ZEROS                                                                               \
    "a spreadsheet may have dropped leading zeros: format the column as text and enter the value " \
    "again"

/* What stands between typographic quotes that are around the whole of a value; lent. .at is NULL
 * when there are none. */
struct cell damage_unquoted(struct cell value);

#endif
