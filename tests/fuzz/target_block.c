/* SPDX-License-Identifier: GPL-2.0-or-later */
/* block: whatever bytes a block of the ledger has, they are refused, or rows that are written and
 * read again as they are. */
#include "fuzz.h"
#include "ledger_block.h"

static void row_check(const struct ledger_row *a, const struct ledger_row *b)
{
    assert(a->row == b->row);
    if (!a->row)
        return;
    assert(a->line == b->line && a->offset == b->offset && a->bytes == b->bytes);
    assert(a->state == b->state && a->findings == b->findings && a->doubted == b->doubted);
    assert(a->attempts == b->attempts && a->code == b->code);
    assert(a->due == b->due && a->finished == b->finished);
    assert(strcmp(a->number, b->number) == 0 && strcmp(a->detail, b->detail) == 0);
    assert(row_state_text(a->state));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct ledger_row rows[LEDGER_BLOCK_ROWS];
    static struct ledger_row again[LEDGER_BLOCK_ROWS];
    static uint8_t bytes[LEDGER_BLOCK_MOST];
    const uint64_t first = 1 + 3 * LEDGER_BLOCK_ROWS;
    if (!ledger_block_decode(data, size, first, rows))
        return 0;
    size_t len = ledger_block_encode(rows, bytes);
    assert(len <= sizeof bytes);
    bool good = ledger_block_decode(bytes, len, first, again);
    assert(good);
    for (size_t i = 0; i < LEDGER_BLOCK_ROWS; i++)
        row_check(&rows[i], &again[i]);
    return 0;
}
