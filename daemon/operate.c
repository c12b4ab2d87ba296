/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME operate: operators' verbs. Each changes the ledger; the folders follow by themselves. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "job_own.h"
#include "log.h"

bool job_find(struct job *j, uint64_t id, struct import *ret, struct fault *f)
{
    bool found = false;
    struct work *w = job_work(j, id);
    if (w) {
        *ret = w->import;
        return true;
    }
    if (!ledger_import_get(j->ledger, id, ret, &found, f))
        return false;
    if (found)
        return true;
    return fault_set(f, FAULT_INPUT, 0,
                     id && id < j->next_id
                         ? "there is no import %06llu: none ever had this id, or it was older "
                           "than [report] keep and is forgotten"
                         : "there is no import %06llu",
                     (unsigned long long)id);
}

static bool refuse(const struct import *i, const char *verb, struct fault *f)
{
    return fault_set(f, FAULT_INPUT, 0, "import %06llu is %s: it cannot be %s",
                     (unsigned long long)i->id, import_state_text(i->state), verb);
}

/* Writes a changed import, for good before the operator is told so; one that is not in memory is
 * taken up again where that is due. */
static bool put_back(struct job *j, const struct import *i, struct fault *f)
{
    j->more_works = true;
    j->admitted = 0;
    return ledger_import_set(j->ledger, i, f) && ledger_commit(j->ledger, f);
}

bool job_hold(struct job *j, uint64_t id, struct fault *f)
{
    struct import i;
    if (!job_find(j, id, &i, f))
        return false;
    if (i.state > IMPORT_SENDING)
        return refuse(&i, "held", f);

    log_event(EVENT_OPERATED, about(&i), "held by an operator");
    struct work *w = job_work(j, id);
    enum import_state resume = i.state == IMPORT_CLAIMED ? IMPORT_CLAIMED : IMPORT_SENDING;
    if (w) {
        w->import.resume = resume;
        work_turn(j, w, IMPORT_HELD, CODE_OPERATOR_HOLD, code_meaning(CODE_OPERATOR_HOLD));
        return put_back(j, &w->import, f);
    }
    i.resume = resume;
    i.state = IMPORT_HELD;
    i.filed = false;
    i.finished = j->wall;
    i.code = CODE_OPERATOR_HOLD;
    snprintf(i.reason, sizeof i.reason, "%s", code_meaning(CODE_OPERATOR_HOLD));
    return put_back(j, &i, f);
}

/* An import that goes on has no report yet, no end and no reason. */
static void go_on(struct import *i, enum import_state state)
{
    i->state = state;
    i->filed = true;
    i->finished = 0;
    i->deaths = 0;
    i->code = CODE_NONE;
    i->reason[0] = '\0';
}

/* True when the import is put aside and nothing of that is still under way. */
static bool is_aside(struct job *j, const struct import *i, struct fault *f)
{
    if (!job_work(j, i->id))
        return true;
    return fault_set(f, FAULT_INPUT, 0,
                     "import %06llu is just being put aside: try again in a moment",
                     (unsigned long long)i->id);
}

bool job_release(struct job *j, uint64_t id, struct fault *f)
{
    struct import i;
    if (!job_find(j, id, &i, f))
        return false;
    if (i.state != IMPORT_HELD)
        return refuse(&i, "released", f);
    if (!is_aside(j, &i, f))
        return false;
    if (i.code == CODE_PBX_CHANGED) {
        i.pbx = 0; /* the one that is configured when it goes on */
        /* what the other PBX refused this one may take */
        if (!ledger_rows_turn(j->ledger, id, ROW_REFUSED, ROW_PLANNED, CODE_NONE, 0, f))
            return false;
    }
    if (i.code == CODE_NUMBERS_LOST && !ledger_note_put(j->ledger, LEDGER_NOTE_NUMBERS_LOST, "", f))
        return false;
    log_event(EVENT_OPERATED, about(&i), "released by an operator");
    go_on(&i, i.resume);
    return put_back(j, &i, f);
}

/* Rows with passwords that were made up can be sent only as long as those can be made again. */
static bool can_be_made(struct job *j, const struct import *i, struct fault *f)
{
    uint8_t key[DIGEST_BYTES];
    bool found = false;
    if (!i->secrets)
        return true;
    if (!given_key(j, i->id, key, &found, f))
        return false;
    wipe(key, sizeof key);
    return found || fault_set(f, FAULT_INPUT, 0,
                              "the passwords that were made up for import %06llu have served their "
                              "time and are gone: drop its file once more",
                              (unsigned long long)i->id);
}

/* Rows are read again from the file, which goes before the ledger forgets the import. */
static bool can_be_read(struct job *j, const struct import *i, struct fault *f)
{
    static const enum spool_folder folders[] = {SPOOL_DONE, SPOOL_WORK};
    struct stat st;
    for (size_t k = 0; k < COUNT_OF(folders); k++)
        if (fstatat(spool_fd(j->spool, folders[k]), i->file, &st, AT_SYMLINK_NOFOLLOW) == 0)
            return true;
    return fault_set(f, FAULT_INPUT, 0,
                     "the file of import %06llu is gone from done/, by [report] or [secrets] keep "
                     "or by hand: drop it once more",
                     (unsigned long long)i->id);
}

bool job_retry(struct job *j, uint64_t id, struct fault *f)
{
    struct import i;
    struct ledger_counts counts;
    if (!job_find(j, id, &i, f))
        return false;
    if (i.state != IMPORT_DONE && i.state != IMPORT_CANCELLED)
        return refuse(&i, "retried", f);
    if (!is_aside(j, &i, f) || !ledger_counts(j->ledger, id, &counts, f))
        return false;
    if (!counts.failed)
        return fault_set(f, FAULT_INPUT, 0, "import %06llu has no failed rows",
                         (unsigned long long)id);
    if (!can_be_made(j, &i, f) || !can_be_read(j, &i, f))
        return false;
    log_event(EVENT_OPERATED, about(&i), "%llu failed rows are sent again, by an operator",
              (unsigned long long)counts.failed);
    go_on(&i, IMPORT_SENDING);
    i.cancelling = false;
    return ledger_rows_again(j->ledger, id, f) && put_back(j, &i, f);
}

/* Rows not sent yet are settled now; those on their way or in doubt settle themselves. */
static bool cancel_rows(struct job *j, uint64_t id, int code, struct fault *f)
{
    return ledger_rows_skip(j->ledger, id, code, j->wall, f);
}

static bool cancel_held(struct job *j, struct import *i, struct fault *f)
{
    if (!is_aside(j, i, f))
        return false;
    if (i->code == CODE_DEADLY_FILE) { /* not to be read again */
        i->state = IMPORT_CANCELLED;
        i->filed = false;
        i->finished = j->wall; /* it ends now, however long it has been held */
        return cancel_rows(j, i->id, CODE_CANCELLED, f) && put_back(j, i, f);
    }
    int code = i->code == CODE_ALL_OR_NOTHING ? CODE_NOT_SENT : CODE_CANCELLED;
    i->cancelling = true;
    go_on(i, i->resume);
    return cancel_rows(j, i->id, code, f) && put_back(j, i, f);
}

bool job_cancel(struct job *j, uint64_t id, struct fault *f)
{
    struct import i;
    if (!job_find(j, id, &i, f))
        return false;
    if (i.state > IMPORT_SENDING && i.state != IMPORT_HELD)
        return refuse(&i, "cancelled", f);
    log_event(EVENT_OPERATED, about(&i), "cancelled by an operator");
    if (i.state == IMPORT_HELD)
        return cancel_held(j, &i, f);

    struct work *w = job_work(j, id);
    if (!w) {
        i.cancelling = true;
        return cancel_rows(j, id, CODE_CANCELLED, f) && put_back(j, &i, f);
    }
    w->import.cancelling = true;
    if (w->stage == STAGE_SENDING &&
        (!delivery_withdraw(j, w, f) || !cancel_rows(j, id, CODE_CANCELLED, f)))
        return false;
    w->passed = 0;
    w->drained = true; /* rows in doubt are taken up again when no call is on its way any more */
    return put_back(j, &w->import, f);
}
