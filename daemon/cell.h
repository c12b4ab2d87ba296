/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EXTSPOOLD_CELL_H
#define EXTSPOOLD_CELL_H

#include "base.h"

/* One cell's text, lent; at is NULL where there is no cell at all. */
struct cell {
    const char *at;
    size_t len;
};

#endif
