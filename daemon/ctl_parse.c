/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME ctl_parse: what the importer reads, written plainly. */
#include <inttypes.h>
#include <stdio.h>

#include "ctl.h"
#include "survey.h"
#include "utf8.h"

#define BOM_BYTES 3

static bool is_text(const struct row *row)
{
    for (size_t i = 0; i < row->count; i++)
        if (utf8_valid(row->cells[i].at, row->cells[i].len) < row->cells[i].len)
            return false;
    return true;
}

static void malformed_tell(const char *name, const struct row *row, int code)
{
    char text[CODE_TEXT];
    fprintf(stderr, "%s:%" PRIu64 ": ", name, row->line);
    if (code == CODE_UNCLOSED_QUOTE)
        fprintf(stderr, "the quote opened in line %" PRIu64 " is never closed", row->quote_line);
    else
        fputs(code_meaning(code), stderr);
    fprintf(stderr, " [%s]\n", code_text(code, text));
}

/* *ret_end says whether some record was malformed. */
static bool records_print(const char *name, struct rows *rows, int *ret_end, struct fault *f)
{
    struct row row;
    bool header = true;
    *ret_end = CTL_WELL;
    while (rows_next(rows, &row, f)) {
        if (row.kind == ROW_KIND_END)
            return true;
        if (header && row.kind == ROW_KIND_RECORD)
            rows_expect(rows, row.count);
        header = false;
        int code = row.kind == ROW_KIND_MALFORMED ? row.code : CODE_NONE;
        if (code == CODE_NONE && !is_text(&row))
            code = CODE_ENCODING_ERROR;
        if (code == CODE_NONE) {
            ctl_record_print(row.cells, row.count, ',');
        } else {
            malformed_tell(name, &row, code);
            *ret_end = CTL_NEGATIVE;
        }
    }
    return false;
}

int ctl_parse(const struct ctl *c)
{
    ON_LEAVE(ctl_file_close) struct ctl_file file = {0};
    struct dialect dialect;
    struct fault f = {0};
    int code = CODE_NONE;
    int end = CTL_WELL;
    if (!ctl_file_open(c->operands[0], 0, &file, &f))
        return ctl_fault(&f);
    if (!survey_guess(file.fd, &dialect, &code, &f)) {
        fault_in(&f, "%s", file.name);
        return ctl_fault(&f);
    }

    struct rows *rows = rows_new(file.fd, dialect.delimiter, survey_limits(c->config),
                                 dialect.bom ? BOM_BYTES : 0, 1);
    bool good = records_print(file.name, rows, &end, &f);
    rows_free(rows);
    if (good)
        return end;
    fault_in(&f, "%s", file.name);
    return ctl_fault(&f);
}
