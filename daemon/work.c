/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME work: one import in memory. */
#include <stdio.h>

#include "buf.h"
#include "job_own.h"

struct work *work_new(const struct import *import)
{
    struct work *w = xcalloc(1, sizeof *w);
    w->import = *import;
    w->copy = -1;
    w->original = -1;
    w->copy_out = -1;
    w->others_created = UINT64_MAX; /* not planned in this run: nobody has counted */
    return w;
}

struct work *work_free(struct work *w)
{
    if (!w)
        return NULL;
    report_free(w->report);
    secrets_free(w->secrets);
    pool_free(w->pool);
    wipe(w->key, sizeof w->key);
    columns_free(w->columns);
    rows_free(w->rows);
    keep_close(w);
    record_free(&w->record);
    findings_free(&w->findings);
    copy_free(w->copier);
    numbers_free(w->numbers);
    numbers_free(w->there);
    close_fd(&w->copy);
    close_fd(&w->original);
    close_fd(&w->copy_out);
    free(w);
    return NULL;
}

bool work_open(struct job *j, struct work *w, struct fault *f)
{
    char name[SPOOL_NAME_COPY];
    uint64_t bytes = 0;
    spool_name_copy(w->import.id, name);
    if (!spool_read(j->spool, SPOOL_WORK, name, &w->copy, &bytes, f) || !keep_open(j, w, f))
        return false;

    struct rows_limits limits = {w->import.max_record, w->import.max_columns};
    w->rows = rows_new(w->copy, w->import.delimiter, limits, w->import.header_offset,
                       w->import.header_line);
    if (w->import.quote)
        rows_quote(w->rows, w->import.quote);
    struct row header;
    if (!rows_next(w->rows, &header, f))
        return false;
    w->columns =
        columns_new(w->kept->schema, w->kept->profile, header.cells, header.count, &w->findings);
    rows_expect(w->rows, w->import.columns);
    return given_open(j, w, f);
}

bool work_row(struct work *w, const struct ledger_row *row, enum row_state *ret_state,
              struct fault *f)
{
    struct columns_given given = plan_given(&w->plan, row);
    rows_seek(w->rows, row->offset, row->line);
    if (!rows_next(w->rows, &w->read, f))
        return false;
    findings_reset(&w->findings);
    *ret_state = ROW_FAILED;
    if (w->read.kind == ROW_KIND_END || w->read.offset != row->offset)
        return true;

    enum row_state state = columns_check(w->columns, &w->read, &given, &w->record, &w->findings);
    char number[RECORD_NUMBER];
    record_number_text(&w->record, number);
    if (strcmp(number, row->number) == 0)
        *ret_state = state;
    return true;
}

void work_turn(struct job *j, struct work *w, enum import_state state, int code, const char *reason)
{
    w->import.state = state;
    w->import.filed = false;
    w->import.code = code;
    w->import.finished = j->wall;
    snprintf(w->import.reason, sizeof w->import.reason, "%s", reason);
    w->stage = STAGE_FILING;
    job_dirty(j);
    j->barrier = true; /* a report must not stand before what it tells is on the disk */
}
