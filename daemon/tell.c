/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME tell: what the log is told of imports and rows: places and codes, never a cell. */
#include <limits.h>
#include <stdio.h>

#include "announce.h"
#include "job_own.h"
#include "log.h"

struct log_about about(const struct import *i)
{
    return (struct log_about){.import = i->id, .file = i->name};
}

/* ---- refused rows ---- */

/* Where all refused rows are, in the words of the line's end. */
static void say_where(const struct job *j, const struct import *i, char *to, size_t room)
{
    static const struct {
        unsigned format;
        const char *ending;
    } reports[] = {
        {REPORT_CSV, "results.csv"},
        {REPORT_JSON, "json"},
        {REPORT_HTML, "html"},
    };
    for (size_t k = 0; k < COUNT_OF(reports); k++) {
        if (!(j->config->report.formats & reports[k].format))
            continue;
        snprintf(to, room, "%s/%s.%s", spool_path(j->spool, SPOOL_REPORTS), i->stem,
                 reports[k].ending);
        return;
    }
    snprintf(to, room, "extspool show %06llu", (unsigned long long)i->id);
}

static void tell_left(const struct job *j, struct work *w)
{
    char where[PATH_MAX];
    uint64_t left = limit_left(&w->refusals);
    if (!left)
        return;
    say_where(j, &w->import, where, sizeof where);
    log_event(EVENT_ROWS_LEFT_OUT, about(&w->import),
              "%llu more refused rows are not listed here: see %s", (unsigned long long)left,
              where);
}

void tell_row(const struct job *j, struct work *w, const struct ledger_row *row)
{
    char code[CODE_TEXT];
    if ((row->state != ROW_INVALID && row->state != ROW_FAILED) ||
        !limit_pass(&w->refusals, j->mono))
        return;
    tell_left(j, w);
    struct log_about where = about(&w->import);
    where.row = row->row;
    where.code = code_text(row->code, code);
    log_event(row->state == ROW_INVALID ? EVENT_ROW_INVALID : EVENT_ROW_FAILED, where,
              "row %llu, line %llu %s: %s [%s]", (unsigned long long)row->row,
              (unsigned long long)row->line, row_state_text(row->state), code_meaning(row->code),
              code);
}

/* ---- ends ---- */

/* Each reason has an explanation of its own in the catalogue. */
static const struct {
    int code;
    enum event event;
} holds[] = {
    {CODE_ALL_OR_NOTHING, EVENT_HELD_ALL_OR_NOTHING},
    {CODE_MAX_INVALID, EVENT_HELD_MAX_INVALID},
    {CODE_MAX_ROWS_CHANGED, EVENT_HELD_MAX_ROWS_CHANGED},
    {CODE_OPERATOR_HOLD, EVENT_HELD_OPERATOR},
    {CODE_PBX_CHANGED, EVENT_HELD_PBX_CHANGED},
    {CODE_SAME_REFUSAL, EVENT_HELD_SAME_REFUSAL},
    {CODE_DEADLY_FILE, EVENT_HELD_DEADLY_FILE},
    {CODE_UNREADABLE, EVENT_HELD_UNREADABLE},
    {CODE_LEDGER_LOST, EVENT_HELD_LEDGER_LOST},
    {CODE_PROFILE_UNKNOWN, EVENT_HELD_PROFILE_UNKNOWN},
    {CODE_SHRUNK, EVENT_HELD_SHRUNK},
    {CODE_POOL_EXHAUSTED, EVENT_HELD_POOL_EXHAUSTED},
    {CODE_CUT_OFF, EVENT_HELD_CUT_OFF},
    {CODE_NUMBERS_LOST, EVENT_HELD_NUMBERS_LOST},
};

int tell_hold_code(size_t i)
{
    return i < COUNT_OF(holds) ? holds[i].code : CODE_NONE;
}

static enum event event_of(const struct import *i)
{
    if (i->state == IMPORT_REJECTED)
        return EVENT_REJECTED;
    for (size_t k = 0; k < COUNT_OF(holds); k++)
        if (holds[k].code == i->code)
            return holds[k].event;
    return EVENT_HELD;
}

/* Held or rejected, and why. */
static void tell_aside(const struct import *i)
{
    char code[CODE_TEXT];
    struct log_about where = about(i);
    where.code = code_text(i->code, code);
    log_event(event_of(i), where, "'%s' %s: %s", i->name, import_state_text(i->state), i->reason);
}

static void tell_counts(const struct import *i, const struct ledger_counts *c)
{
    log_event(i->state == IMPORT_DONE ? EVENT_DONE : EVENT_CANCELLED, about(i),
              "'%s' %s: %llu rows, %llu created, %llu unchanged, %llu skipped, %llu invalid, "
              "%llu failed",
              i->name, import_state_text(i->state), (unsigned long long)c->rows,
              (unsigned long long)c->created, (unsigned long long)c->unchanged,
              (unsigned long long)c->skipped, (unsigned long long)c->invalid,
              (unsigned long long)c->failed);
}

bool tell_end(struct job *j, struct work *w, struct fault *f)
{
    struct ledger_counts c;
    const struct import *i = &w->import;
    bool aside = i->state == IMPORT_HELD || i->state == IMPORT_REJECTED;
    if (!ledger_counts(j->ledger, i->id, &c, f))
        return false;
    tell_left(j, w);
    if (aside)
        tell_aside(i);
    else
        tell_counts(i, &c);
    if (i->state == IMPORT_REJECTED || (!aside && (c.invalid || c.failed)))
        j->refused = true;
    measure_end(j, i);
    return announce_import(j, i, &c, f);
}
