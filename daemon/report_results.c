/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME report_results: the outcome of every row, as RFC 4180 with LF, for spreadsheets. */
#include "report_part.h"

/* A spreadsheet takes what begins with one of these signs for a formula or a
 * number; an apostrophe before it keeps it text (OWASP, CSV Injection). */
void report_cell(struct buf *to, const char *text)
{
    bool harmful = text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL;
    bool quoted = strpbrk(text, ",\"\r\n") != NULL;

    if (quoted)
        buf_char(to, '"');
    if (harmful)
        buf_char(to, '\'');
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '"')
            buf_char(to, '"');
        buf_char(to, *c);
    }
    if (quoted)
        buf_char(to, '"');
}

static bool results_begin(struct report_part *p, const struct report_facts *facts, struct fault *f)
{
    (void)facts;
    (void)f;
    fsio_text(p->file, "row,line,number,outcome,code,message,attempts,finished\n");
    return true;
}

static bool results_row(struct report_part *p, const struct report_facts *facts,
                        const struct report_row *row, struct fault *f)
{
    const struct ledger_row *at = &row->at;
    char code[CODE_TEXT];

    (void)facts;
    (void)f;
    if (at->row == 0)
        return true;
    buf_number(&p->text, at->row);
    buf_char(&p->text, ',');
    buf_number(&p->text, at->line);
    buf_char(&p->text, ',');
    report_cell(&p->text, at->number);
    buf_char(&p->text, ',');
    buf_text(&p->text, row_state_text(at->state));
    buf_char(&p->text, ',');
    buf_text(&p->text, row->cause ? code_text(row->cause->code, code) : "");
    buf_char(&p->text, ',');
    report_cell(&p->text, row->cause ? row->cause->message : "");
    buf_char(&p->text, ',');
    buf_number(&p->text, (uint64_t)at->attempts);
    buf_char(&p->text, ',');
    if (at->finished != p->finished) /* many rows end in the same millisecond */
        clock_text(at->finished, p->finished_text);
    p->finished = at->finished;
    buf_text(&p->text, p->finished_text);
    buf_char(&p->text, '\n');
    fsio_add(p->file, p->text.at, p->text.len);
    return true;
}

const struct report_kind report_results = {
    .ending = ".results.csv",
    .format = REPORT_CSV,
    .begin = results_begin,
    .row = results_row,
};
