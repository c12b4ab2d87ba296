/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME report_show: what of a row's cells people see, which is never a secret.
 *
 * A cell is hidden that feeds a secret field, that has a secret of its row in it, or that could be
 * a password in the wrong place. Of a row whose cells may have moved nothing is shown. */
#include "html.h"
#include "report_page.h"
#include "utf8.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Adds a cell's text as well-formed UTF-8 in one line, its blanks as one, cut where it is long. */
static void clean(struct buf *to, const char *at, size_t len)
{
    size_t characters = 0;
    bool blank = false;

    for (size_t i = 0, size; i < len; i += size) {
        size = utf8_char(at + i, len - i);
        if (size == 1 && is_blank(at[i])) {
            blank = to->len > 0;
            continue;
        }
        if (characters++ == REPORT_SHOWN) {
            buf_text(to, "\u2026");
            return;
        }
        if (blank)
            buf_char(to, ' ');
        blank = false;
        if (size == 0 || at[i] == '\0')
            buf_text(to, "\ufffd");
        else
            buf_add(to, at + i, size);
        size += size == 0;
    }
}

/* A short cell of printable ASCII, as most are. */
static bool is_clean(const struct buf *cell)
{
    return cell->len <= REPORT_SHOWN && utf8_plain(cell->at, cell->len) == cell->len &&
           !is_blank(cell->at[0]) && !is_blank(cell->at[cell->len - 1]) && !strstr(cell->at, "  ");
}

/* Nothing in a text of ASCII turns the direction of what stands around it. */
static void cell_add(struct buf *to, const struct buf *cell)
{
    struct buf text = {0};

    if (cell->len == 0)
        return;
    if (is_clean(cell)) {
        html_text(to, cell->at);
        return;
    }
    clean(&text, cell->at, cell->len);
    if (text.len > 0) {
        buf_text(to, "<bdi>");
        html_text(to, text.at);
        buf_text(to, "</bdi>");
    }
    buf_wipe(&text);
}

static void hidden_add(struct buf *to, const struct report_facts *facts)
{
    buf_format(to, "<span role=\"img\" aria-label=\"%s\">" REPORT_HIDDEN "</span>",
               text_in(facts->language, "hidden"));
}

/* Whether the cells can be told apart at all: by a row that was read, and has the header's shape.
 */
static bool has_cells(const struct report_facts *facts, const struct report_row *row)
{
    const struct row *record = row->record;

    if (facts->cells == NULL || record == NULL || record->kind != ROW_KIND_RECORD)
        return false;
    for (size_t i = 0; i < row->count; i++)
        if (row->problems[i].code == CODE_EXTRA_CELL || row->problems[i].code == CODE_MISSING_CELL)
            return false;
    return true;
}

/* A row that is on the phone system has passed all checks, and its name is known there. */
static bool has_passed(const struct report_row *row)
{
    return row->at.state == ROW_CREATED || row->at.state == ROW_UNCHANGED;
}

static bool must_hide(const struct report_facts *facts, const struct report_row *row,
                      const struct buf *cell)
{
    const struct columns *c = facts->cells;

    if (cell->len == 0)
        return false;
    if (columns_betrays(c, row->record, cell->at, cell->len))
        return true;
    return !has_passed(row) &&
           (!columns_aligned(c, row->record) || columns_suspects(c, cell->at, cell->len));
}

static void shown_add(struct buf *to, const struct report_facts *facts,
                      const struct report_row *row, const struct buf *cell)
{
    if (must_hide(facts, row, cell))
        hidden_add(to, facts);
    else
        cell_add(to, cell);
}

/* Leaves the scratch empty, and nothing of a cell in it. */
static void scratch_clear(struct buf *scratch)
{
    if (scratch->len > 0)
        wipe(scratch->at, scratch->len);
    buf_reset(scratch);
}

void report_person(struct buf *to, const struct report_facts *facts, const struct report_row *row,
                   struct buf *scratch)
{
    if (facts->name_field < 0 || !has_cells(facts, row))
        return;
    columns_source(facts->cells, row->record, (size_t)facts->name_field, scratch);
    shown_add(to, facts, row, scratch);
    scratch_clear(scratch);
}

void report_value(struct buf *to, const struct report_facts *facts, const struct report_row *row,
                  const struct finding *x, struct buf *scratch)
{
    if (!has_cells(facts, row))
        return;
    enum columns_sight sight = columns_under(facts->cells, row->record, x->column, scratch);
    if (sight == SIGHT_HIDDEN && x->code != CODE_REQUIRED_VALUE)
        hidden_add(to, facts);
    else if (sight == SIGHT_VALUE)
        shown_add(to, facts, row, scratch);
    scratch_clear(scratch);
}
