/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows as bytes: a block of consecutive ones. Pure, and for the ledger's own files. */
#ifndef EXTSPOOLD_LEDGER_BLOCK_H
#define EXTSPOOLD_LEDGER_BLOCK_H

#include "ledger.h"

/* So many rows are together one row of SQLite. */
#define LEDGER_BLOCK_ROWS 128
/* Bytes that no encoded block exceeds. */
#define LEDGER_BLOCK_MOST (LEDGER_BLOCK_ROWS * 224)

/* Writes those of LEDGER_BLOCK_ROWS rows that are there: rows[i] is row number first + i, or has
 * row 0 when there is none. Returns the length. */
size_t ledger_block_encode(const struct ledger_row *rows, uint8_t to[LEDGER_BLOCK_MOST]);

/* Fills all LEDGER_BLOCK_ROWS rows as they were given to ledger_block_encode. False, with the rows
 * in no useful state, when the bytes are none that it writes. */
bool ledger_block_decode(const uint8_t *bytes, size_t len, uint64_t first, struct ledger_row *rows);

/* A sum that shows bytes that have changed, or have come under another number. */
uint32_t ledger_block_sum(const uint8_t *bytes, size_t len, uint64_t seed);

#endif
