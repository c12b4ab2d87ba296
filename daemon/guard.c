/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guard.h"

/* Its closing quote or some of its cells are missing, and the line end as well. */
static bool is_cut_off(const struct row *read, enum row_state state, size_t columns)
{
    bool unclosed = read->code == CODE_UNCLOSED_QUOTE || read->repaired == CODE_UNCLOSED_QUOTE;
    bool lacks = read->kind == ROW_KIND_RECORD && read->count < columns && state == ROW_INVALID;
    return read->unended && (unclosed || lacks);
}

void guard_count(struct guard *g, const struct row *read, enum row_state state, size_t columns)
{
    g->rows++;
    g->to_send += state == ROW_PLANNED;
    g->invalid += state == ROW_INVALID;
    g->cut_off = is_cut_off(read, state, columns);
}

int guard_code(const struct guard *g, const struct config *c)
{
    if (g->cut_off)
        return CODE_CUT_OFF;
    if (c->import.mode == MODE_ALL_OR_NOTHING && g->invalid)
        return CODE_ALL_OR_NOTHING;
    if (c->import.max_invalid > 0 &&
        100.0 * (double)g->invalid > c->import.max_invalid * (double)g->rows)
        return CODE_MAX_INVALID;
    if (c->import.max_rows_changed && g->to_send > (uint64_t)c->import.max_rows_changed)
        return CODE_MAX_ROWS_CHANGED;
    return CODE_NONE;
}
