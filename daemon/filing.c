/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME filing: the folders follow the ledger.
 *
 * An import's new state was committed before anything here runs. Then: reports, the original's
 * move, the folders synced once for all imports of this turn (file_away in job.c), `filed`
 * committed, and last the private copy goes. Killed anywhere in between, all of it is done again
 * with the same result. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "fsio.h"
#include "job_own.h"
#include "log.h"

static enum spool_folder folder_of(enum import_state state)
{
    switch (state) {
    case IMPORT_REJECTED:
        return SPOOL_REJECTED;
    case IMPORT_HELD:
        return SPOOL_HELD;
    case IMPORT_DONE:
    case IMPORT_CANCELLED:
        return SPOOL_DONE;
    case IMPORT_CLAIMED:
    case IMPORT_PLANNED:
    case IMPORT_SENDING:
        break;
    }
    return SPOOL_WORK;
}

/* What a report is made from could not be opened. What is gone, or no longer what it was, the
 * report does without; trouble that may pass must not leave its mark on a report. */
static bool do_without(const struct work *w, const struct fault *why, const char *lack,
                       struct fault *f)
{
    bool gone = why->error == 0 || why->error == ENOENT || why->kind == FAULT_INPUT;
    if (gone)
        log_event(EVENT_REPORT_LACKS, about(&w->import), "the report lacks %s: %s", lack,
                  why->text);
    else if (f)
        *f = *why;
    return gone;
}

static bool open_copy(struct job *j, struct work *w, struct fault *f)
{
    char name[SPOOL_NAME_COPY];
    uint64_t bytes = 0;
    struct fault why = {0};
    spool_name_copy(w->import.id, name);
    close_fd(&w->original);
    close_fd(&w->copy_out);
    if (!w->import.columns || w->import.code == CODE_UNREADABLE)
        close_fd(&w->copy); /* the file was never read */
    else if (w->copy < 0 && !spool_read(j->spool, SPOOL_WORK, name, &w->copy, &bytes, &why))
        return do_without(w, &why, "findings and rejects", f);
    return true;
}

static bool open_rules(struct job *j, struct work *w, struct fault *f)
{
    struct fault why = {0};
    return keep_open(j, w, &why) || do_without(w, &why, "findings", f);
}

static bool report_begin(struct job *j, struct work *w, struct fault *f)
{
    struct stat incoming;
    if (!open_copy(j, w, f) || !open_rules(j, w, f))
        return false;
    int receipts = -1;
    if (!receipts_begin(j, w->import.id, &receipts, f))
        return false;
    w->receipts = receipts >= 0;
    bool known = fstat(spool_fd(j->spool, SPOOL_INCOMING), &incoming) == 0;
    struct report_source source = {
        .ledger = j->ledger,
        .import = &w->import,
        .schema = w->kept ? w->kept->schema : NULL,
        .profile = w->kept ? w->kept->profile : NULL,
        .copy = w->copy,
        .formats = j->config->report.formats,
        .language = (enum language)j->config->report.language, /* in the order of its words */
        .reports = spool_fd(j->spool, SPOOL_REPORTS),
        .rejects_group = known ? incoming.st_gid : (gid_t)-1,
        .receipts = receipts,
        .receipts_group = j->receipts.group,
    };
    return report_new(&source, &w->report, f);
}

/* Somebody who had the file open went on writing after it was taken for complete. What came later
 * is in no report, so it is told. */
static void tell_change(struct job *j, const struct work *w)
{
    struct stat st;
    if (!w->import.sha256[0] ||
        fstatat(spool_fd(j->spool, SPOOL_WORK), w->import.file, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return;
    if ((uint64_t)st.st_size != w->import.bytes)
        log_event(EVENT_WRITTEN_LATE, about(&w->import),
                  "'%s' was written to after it was read: %llu bytes were imported, it has %llu",
                  w->import.name, (unsigned long long)w->import.bytes,
                  (unsigned long long)st.st_size);
}

/* Out of work/, or out of held/ when a held import is cancelled without being taken up again. */
static bool move_original(struct job *j, struct work *w, struct fault *f)
{
    enum spool_folder to = folder_of(w->import.state);
    if (spool_move(j->spool, w->import.file, SPOOL_WORK, to, f) ||
        (f->error == ENOENT && spool_move(j->spool, w->import.file, SPOOL_HELD, to, f)))
        return true;
    if (f->error != ENOENT)
        return false;
    log_event(EVENT_FILE_GONE, about(&w->import), "the file is gone from work/: %s", f->text);
    return true;
}

bool filing_step(struct job *j, struct work *w, bool *ret_done, struct fault *f)
{
    bool whole = false;
    *ret_done = false;
    if (w->tasks && !delivery_withdraw(j, w, f))
        return false;
    if (w->tasks)
        return true; /* its calls on their way are awaited */

    if (w->import.filed) {
        *ret_done = true;
        return w->import.state == IMPORT_HELD || spool_clear(j->spool, w->import.id, f);
    }
    if (!w->report && !secrets_step(j, w, REPORT_ROWS_A_TURN, &whole, f))
        return false;
    if (!w->report && !whole)
        return true;
    if (!w->report && !report_begin(j, w, f))
        return false;
    if (!report_step(w->report, REPORT_ROWS_A_TURN, &whole, f))
        return false;
    if (!whole)
        return true;
    receipts_end(j, w, report_receipts(w->report));
    w->report = report_free(w->report);
    spool_touch(j->spool, SPOOL_REPORTS);
    tell_change(j, w);
    if (!move_original(j, w, f))
        return false;
    w->import.filed = true;
    job_dirty(j);
    j->barrier = true;
    return tell_end(j, w, f) && ledger_import_set(j->ledger, &w->import, f);
}

bool filing_undo(struct job *j, struct work *w, struct fault *f)
{
    static const enum spool_folder from[] = {SPOOL_HELD, SPOOL_DONE};
    char name[SPOOL_NAME_COPY];
    struct stat st;
    for (size_t i = 0; i < COUNT_OF(from); i++)
        if (fstatat(spool_fd(j->spool, from[i]), w->import.file, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
            !spool_move(j->spool, w->import.file, from[i], SPOOL_WORK, f))
            return false;

    spool_name_copy(w->import.id, name);
    if (w->import.state == IMPORT_CLAIMED ||
        fstatat(spool_fd(j->spool, SPOOL_WORK), name, &st, AT_SYMLINK_NOFOLLOW) == 0)
        return true;
    return intake_copy_again(j, w, f);
}
