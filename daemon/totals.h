/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows below the data that only sum it up. Pure. */
#ifndef EXTSPOOLD_TOTALS_H
#define EXTSPOOLD_TOTALS_H

#include "rows.h"

/* Whether the first cell that is not empty begins with a word for totals, in English or German, as
 * in "Total", "Summe: 12", "Grand total 12", and no other cell has a letter. */
bool row_is_totals(const struct row *row);

#endif
