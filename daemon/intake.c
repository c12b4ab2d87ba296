/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME intake: claimed -> planned.
 *
 * First the private copy: an uploader's open descriptor can still write into the claimed file,
 * so everything later reads what was read here. Then every record is checked and gets its row in
 * the ledger. A crash in between starts the import's intake afresh. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "buf.h"
#include "copy.h"
#include "dialect.h"
#include "fsio.h"
#include "announce.h"
#include "job_own.h"
#include "log.h"
#include "survey.h"

#define COST_BYTES  1024 /* copied take as long as a row */
#define FILE_ROWS   50   /* take as long as a file's beginning */
#define DEATHS_MOST 2    /* of the daemon while it read one file */

static void reject(struct job *j, struct work *w, int code, const char *reason)
{
    work_turn(j, w, IMPORT_REJECTED, code, reason);
}

static void reject_fault(struct job *j, struct work *w, int code, const struct fault *f)
{
    reject(j, w, code, f->text);
}

/* Trouble at reading the file that may pass says nothing about the file. */
static void hold(struct job *j, struct work *w, const struct fault *why)
{
    w->import.resume = IMPORT_CLAIMED;
    work_turn(j, w, IMPORT_HELD, CODE_UNREADABLE, why->text);
}

/* Of the profile that was named for this import by its folder, or for all by the configuration. */
static const char *profile_wanted(const struct job *j, const struct import *i)
{
    return i->profile_named ? i->profile : j->config->import.profile;
}

/* The encoding that this profile says files have, or NULL. */
static const char *encoding_wanted(const struct job *j, const struct import *i)
{
    const struct profile *named = NULL;
    profiles_named(j->profiles, profile_wanted(j, i), &named);
    return named ? profile_dialect(named)->encoding : NULL;
}

/* ---- the private copy ---- */

static bool copy_open(struct job *j, struct work *w, const char *name, bool again, struct fault *f)
{
    struct fault unreadable = {0};
    if (!spool_read(j->spool, SPOOL_WORK, w->import.file, &w->original, &w->import.bytes,
                    &unreadable)) {
        if (unreadable.kind == FAULT_INPUT)
            reject_fault(j, w, CODE_UNREADABLE, &unreadable);
        else
            hold(j, w, &unreadable);
        return true;
    }
    w->copy_out = openat(spool_fd(j->spool, SPOOL_WORK), name,
                         O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (w->copy_out < 0)
        return fault_set(f, FAULT_IO, errno, "create '%s'", name);
    copy_free(w->copier);
    w->copier = again ? copy_again(w->original, w->copy_out, w->import.encoding, w->import.bom)
                      : copy_new(w->original, w->copy_out, encoding_wanted(j, &w->import));
    return true;
}

static bool copy_end(struct job *j, struct work *w, struct encoding *ret, struct fault *f)
{
    *ret = *copy_encoding(w->copier);
    w->import.bytes = copy_bytes(w->copier);
    copy_digest(w->copier, w->import.sha256);
    w->copier = copy_free(w->copier);
    close_fd(&w->original);
    if (!fsio_sync(w->copy_out, "private copy", f))
        return false;
    spool_touch(j->spool, SPOOL_WORK);
    w->copy = w->copy_out;
    w->copy_out = -1;
    return true;
}

static bool copy_step(struct job *j, struct work *w, bool *ret_end, size_t *cost, struct fault *f)
{
    const size_t enough = *cost + INTAKE_STEP;
    bool unreadable = false;
    while (*cost < enough && !*ret_end && w->stage == STAGE_COPY) {
        const uint64_t before = copy_bytes(w->copier);
        struct fault why = {0};
        if (!copy_piece(w->copier, ret_end, &unreadable, &why)) {
            if (!unreadable) {
                *f = why;
                return false;
            }
            hold(j, w, &why);
        } else if (j->config->spool.max_bytes &&
                   copy_bytes(w->copier) > (uint64_t)j->config->spool.max_bytes) {
            reject(j, w, CODE_FILE_TOO_LARGE, code_meaning(CODE_FILE_TOO_LARGE));
        }
        /* fewer than before: it is begun once more */
        const uint64_t now = copy_bytes(w->copier);
        *cost += 1 + (size_t)(now > before ? now - before : 0) / COST_BYTES;
    }
    return true;
}

/* ---- the header ---- */

/* What was found out, for all who read the copy again. */
static void opening_keep(struct import *i, const struct opening *o)
{
    static_assert(sizeof i->choices == sizeof o->choices, "a place for what was found out");
    memcpy(i->choices, o->choices, sizeof i->choices);
    if (o->dialect.delimiter) {
        memcpy(i->encoding, o->dialect.encoding, sizeof i->encoding);
        i->bom = o->dialect.bom;
        i->delimiter = o->dialect.delimiter;
        i->quote = o->dialect.quote;
        i->separator = o->dialect.separator;
    }
    i->header_line = o->header.line;
    i->header_offset = o->header.offset;
    i->header_rows = o->header.rows;
    i->data_line = o->header.data_line;
    i->data_offset = o->header.data_offset;
    i->columns = o->header.count;
}

/* An administrator may add the profile and let the import go on. */
static void hold_unnamed(struct job *j, struct work *w)
{
    const char *name = profile_wanted(j, &w->import);
    ON_LEAVE(buf_free) struct buf shown = {0};
    char reason[LEDGER_REASON];

    buf_name(&shown, name, strnlen(name, 80));
    snprintf(reason, sizeof reason, "there is no mapping profile '%.*s'", LEDGER_REASON - 40,
             buf_get(&shown));
    w->import.resume = IMPORT_CLAIMED;
    work_turn(j, w, IMPORT_HELD, CODE_PROFILE_UNKNOWN, reason);
}

/* Maps the header by the profile that is for it, or rejects the file for its columns. */
static bool header_map(struct job *j, struct work *w, const struct profiles_ask *ask,
                       const struct header *header, struct fault *f)
{
    bool fits = false;
    const struct profile *p = survey_choose(ask, header, w->import.choices, &fits);
    if (!keep_rules(j, w, p, f) || (fits && !expected_came(j, &w->import, f)))
        return false;
    w->columns =
        columns_new(w->kept->schema, w->kept->profile, header->cells, header->count, &w->findings);
    if (!fits && !finding_error(&w->findings))
        profile_missing(p, header->cells, header->count, &w->findings);
    const struct finding *error = finding_error(&w->findings);
    if (error) {
        char reason[LEDGER_REASON + 80];
        bool named = error->column[0] == '\0' || finding_names_column(error);
        snprintf(reason, sizeof reason, "%s%s%s", named ? "" : error->column, named ? "" : ": ",
                 error->message);
        reject(j, w, error->code, reason);
        return true;
    }
    if (!given_begin(j, w, f))
        return false;
    w->numbers = numbers_new();
    w->plan.numbers = w->numbers;
    w->stage = STAGE_ROWS;
    w->others_created = j->created;
    return true;
}

/* Reads up to the rows. The work leaves STAGE_COPY: for STAGE_ROWS or as rejected. */
static bool header_read(struct job *j, struct work *w, const struct encoding *encoding,
                        struct fault *f)
{
    struct rows_limits limits = survey_limits(j->config);
    w->import.max_record = limits.bytes;
    w->import.max_columns = limits.cells;
    struct profiles_ask profiles = {.all = j->profiles};
    if (!profiles_named(j->profiles, profile_wanted(j, &w->import), &profiles.named)) {
        hold_unnamed(j, w); /* taken away since the copy began */
        return true;
    }
    struct header_ask ask = survey_ask(&profiles);
    ON_LEAVE(opening_free) struct opening o = {0};
    if (!header_open(w->copy, encoding, limits, &ask, &o, f))
        return false;
    opening_keep(&w->import, &o);
    if (o.code != CODE_NONE) {
        reject(j, w, o.code, o.reason);
        return true;
    }
    w->rows = o.rows;
    o.rows = NULL;
    return header_map(j, w, &profiles, &o.header, f);
}

/* ---- the rows ---- */

static bool take_row(struct job *j, struct work *w, const struct row *read, struct fault *f)
{
    findings_reset(&w->findings);
    struct ledger_row row = {
        .row = ++w->planned, .line = read->line, .offset = read->offset, .bytes = read->bytes};
    if (!plan_row(&w->plan, read, &row, &w->record, &w->findings, f))
        return false;
    row.finished = row.state == ROW_PLANNED ? 0 : j->wall;
    guard_count(&w->guard, read, row.state, w->import.columns);
    /* the PBX may have it: so of the rows of a lost ledger, and of numbers that nobody chose */
    bool look = w->import.doubted || j->relearn || w->pool;
    if (row.state == ROW_PLANNED && look && (!w->pool || row.number[0])) {
        row.state = ROW_DOUBT;
        row.doubted = w->import.doubted;
    }
    tell_row(j, w, &row);
    return ledger_row_add(j->ledger, w->import.id, &row, f);
}

/* Whether it has far fewer rows than the last file of its profile: an export that was cut short. */
static bool shrunk(const struct job *j, const struct work *w, bool *ret, struct fault *f)
{
    double most = j->config->import.max_shrink;
    uint64_t last = 0;
    *ret = false;
    if (most <= 0)
        return true;
    if (!ledger_last_rows(j->ledger, &w->import, &last, f))
        return false;
    *ret = w->planned < last && 100.0 * (double)(last - w->planned) > most * (double)last;
    return true;
}

static bool rows_end(struct job *j, struct work *w, struct fault *f)
{
    w->numbers = numbers_free(w->numbers);
    w->import.rows = w->planned;
    w->import.deaths = 0;
    w->import.pbx = w->plan.pbx;
    w->import.resume = IMPORT_SENDING;
    if (w->import.cancelling) {
        w->import.state = IMPORT_SENDING;
        w->stage = STAGE_SENDING;
        j->barrier = true;
        return ledger_rows_skip(j->ledger, w->import.id, CODE_CANCELLED, j->wall, f);
    }
    bool less = false;
    if (!shrunk(j, w, &less, f))
        return false;
    int code = less ? CODE_SHRUNK : guard_code(&w->guard, j->config);
    if (w->plan.numberless != CODE_NONE) {
        code = w->plan.numberless;
        w->import.resume = IMPORT_CLAIMED; /* who has no number yet is to be given one */
    }
    if (code != CODE_NONE) {
        work_turn(j, w, IMPORT_HELD, code, code_meaning(code));
        return true;
    }
    w->import.state = IMPORT_PLANNED;
    w->import.filed = true;
    w->stage = STAGE_SENDING;
    j->barrier = true;
    log_event(EVENT_READ, about(&w->import), "%llu rows read, %llu to send, %llu invalid",
              (unsigned long long)w->planned, (unsigned long long)w->guard.to_send,
              (unsigned long long)w->guard.invalid);
    return true;
}

static bool rows_step(struct job *j, struct work *w, size_t *cost, struct fault *f)
{
    if (!ledger_any_made(j->ledger, w->plan.pbx, &w->plan.made, f))
        return false;
    for (int i = 0; i < INTAKE_STEP; i++) {
        struct row read;
        ++*cost;
        if (!rows_next(w->rows, &read, f))
            return false;
        if (read.kind == ROW_KIND_END) {
            return rows_end(j, w, f);
        }
        if (j->config->spool.max_rows && w->planned >= (uint64_t)j->config->spool.max_rows) {
            reject(j, w, CODE_TOO_MANY_ROWS, code_meaning(CODE_TOO_MANY_ROWS));
            return ledger_rows_clear(j->ledger, w->import.id, f);
        }
        if (!take_row(j, w, &read, f))
            return false;
    }
    return true;
}

/* ---- the step ---- */

static bool intake_begin(struct job *j, struct work *w, size_t *cost, struct fault *f)
{
    *cost += FILE_ROWS;
    if (w->import.deaths >= DEATHS_MOST) {
        w->import.resume = IMPORT_CLAIMED;
        work_turn(j, w, IMPORT_HELD, CODE_DEADLY_FILE, code_meaning(CODE_DEADLY_FILE));
        return true;
    }
    const struct profile *named = NULL;
    if (!profiles_named(j->profiles, profile_wanted(j, &w->import), &named)) {
        hold_unnamed(j, w);
        return true;
    }
    /* what an earlier intake left is not to be taken for rows of the copy that begins now */
    w->import.columns = 0;
    w->import.header_line = 0;
    w->import.choices[0] = '\0';
    char name[SPOOL_NAME_COPY];
    spool_name_copy(w->import.id, name);
    return ledger_rows_clear(j->ledger, w->import.id, f) && copy_open(j, w, name, false, f);
}

bool intake_step(struct job *j, struct work *w, size_t *cost, struct fault *f)
{
    job_dirty(j);
    struct encoding encoding;
    bool end = false;
    bool good = true;
    if (w->stage == STAGE_ROWS)
        good = rows_step(j, w, cost, f);
    else if (w->copy_out < 0)
        good = intake_begin(j, w, cost, f);
    else
        good = copy_step(j, w, &end, cost, f) &&
               (!end || (copy_end(j, w, &encoding, f) && header_read(j, w, &encoding, f)));
    if (!good)
        return false;
    if (w->stage == STAGE_ROWS && !end)
        return true;
    return ledger_import_set(j->ledger, &w->import, f);
}

static bool copy_whole(struct job *j, struct work *w, const char *name, struct fault *f)
{
    struct encoding encoding;
    w->stage = STAGE_COPY;
    size_t cost = 0;
    if (!copy_open(j, w, name, true, f))
        return false;
    for (bool end = false; w->stage == STAGE_COPY && !end;)
        if (!copy_step(j, w, &end, &cost, f))
            return false;
    if (w->stage != STAGE_COPY)
        return fault_set(f, FAULT_INPUT, 0, "%s", w->import.reason);
    return copy_end(j, w, &encoding, f);
}

/* Under a name of its own until it is whole and known to be what was planned: what bears the
 * copy's name is taken for the copy after a crash. */
bool intake_copy_again(struct job *j, struct work *w, struct fault *f)
{
    static const char again[] = SPOOL_COPY_AGAIN;
    int folder = spool_fd(j->spool, SPOOL_WORK);
    const struct import planned = w->import;
    char name[SPOOL_NAME_COPY];

    bool good = copy_whole(j, w, again, f);
    if (good && strcmp(planned.sha256, w->import.sha256) != 0)
        good = fault_set(f, FAULT_INPUT, 0, "the file has changed since it was imported");
    w->import = planned;
    close_fd(&w->copy);
    spool_name_copy(planned.id, name);
    if (good)
        return fsio_move(folder, again, folder, name, f);
    unlinkat(folder, again, 0);
    return false;
}
