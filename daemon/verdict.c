/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME verdict: what an answer makes of a row.
 *
 *   add:   Success -> created
 *          refused for good -> refused: a look-up says whether the number exists already
 *          may have been done -> doubt: a look-up, no sooner than [retry] first
 *          not done -> sending again, after a back-off
 *   query: there, and the row was ever in doubt, and equal -> created
 *          there, and it is remembered as created with this content -> unchanged
 *          there, and the ledger was lost, and equal -> unchanged
 *          there, and a pool gave the number, and the row was never in doubt -> the next number
 *          there otherwise -> already-exists
 *          not there -> sent (again), or failed (refused)
 *          cannot be asked -> failed: in-doubt, or the PBX's own number
 */
#include <stdio.h>

#include "buf.h"
#include "job_own.h"
#include "log.h"

#define SAME_REFUSALS    20
#define UNEXPLAINED_MOST 3

bool task_finish(struct job *j, struct task *t, enum row_state state, int code, struct fault *f)
{
    t->row.state = state;
    t->row.code = code;
    t->row.finished = j->wall;
    t->row.due = 0;
    if (!task_save(j, t, f))
        return false;
    tell_row(j, t->work, &t->row);
    j->created += state == ROW_CREATED;
    t->work->created += state == ROW_CREATED;
    if ((state == ROW_CREATED || state == ROW_UNCHANGED) &&
        !ledger_made_put(j->ledger, t->work->import.pbx, t->row.number, &t->content, f))
        return false;
    t->work->done++;
    task_drop(j, t);
    return true;
}

static int64_t back_off(struct job *j, const struct task *t)
{
    return retry_delay(j->config->retry.first, j->config->retry.most, t->tries, job_random());
}

/* A bad answer that counts for no row; after a few of them the whole PBX is given a rest. */
static void unexplained(struct job *j, struct task *t)
{
    if (++t->unexplained < UNEXPLAINED_MOST)
        return;
    t->unexplained = 0;
    pbx_trouble(j->pbx, j->mono);
}

/* Whether the last bad try counts against the row, asked when a look-up was answered well and the
 * row is about to be sent again: only while the PBX serves others well. That is so when another
 * row was answered well since; or when this row alone is answered badly, after others were served.
 * Otherwise the fault may be the PBX's. True when the row has had its attempts. */
static bool weigh(struct job *j, struct task *t)
{
    if (!t->unweighed)
        return false;
    t->unweighed = false;
    bool others = pbx_served(j->pbx) > t->served;
    bool alone = t->work->served && pbx_only_bad(j->pbx, t->tag);
    if (others || alone)
        return ++t->row.attempts >= j->config->retry.attempts;
    unexplained(j, t);
    return false;
}

static bool exhausted(struct job *j, struct task *t, struct fault *f)
{
    if (t->last_code != CODE_NONE) {
        char code[CODE_TEXT];
        snprintf(t->row.detail, sizeof t->row.detail, "last answer %s",
                 code_text(t->last_code, code));
    }
    return task_finish(j, t, ROW_FAILED, CODE_RETRIES_EXHAUSTED, f);
}

/* ---- answers to add ---- */

/* An import whose first rows are all refused for the same unknown reason is held before it runs
 * through: most likely a setting is wrong, not every row. A refused row counts once its look-up has
 * told that it is not there: how the PBX says of a number that it exists is not known either. */
static bool count_first(struct job *j, struct work *w, int refusal, struct fault *f)
{
    if (w->first_answers >= SAME_REFUSALS || w->stage != STAGE_SENDING || w->import.cancelling)
        return true;
    w->first_answers++;
    if (refusal != CODE_NONE && code_is_unknown(refusal) &&
        (w->first_refusals == 0 || w->first_code == refusal)) {
        w->first_code = refusal;
        w->first_refusals++;
    }
    if (w->first_refusals < SAME_REFUSALS)
        return true;
    w->import.resume = IMPORT_SENDING;
    work_turn(j, w, IMPORT_HELD, CODE_SAME_REFUSAL, code_meaning(CODE_SAME_REFUSAL));
    return ledger_import_set(j->ledger, &w->import, f);
}

static bool add_bad(struct job *j, struct task *t, const struct pbx_answer *a, struct fault *f)
{
    t->tries++;
    t->unweighed = a->verdict == PBX_BAD && !a->for_all;
    t->served = pbx_served(j->pbx);
    t->last_code = a->code;
    int64_t wait = back_off(j, t);
    if (!a->in_doubt && a->code == CODE_NONE) {
        /* no connection was made, which says nothing of the row */
        t->unweighed = false;
        unexplained(j, t);
        task_later(j, t, j->mono + wait);
        return true;
    }
    /* also when it is in no doubt: the look-up shows whether the PBX works for others */
    t->row.state = ROW_DOUBT;
    t->row.doubted = t->row.doubted || a->in_doubt;
    task_later(j, t, j->mono + (wait > j->config->retry.first ? wait : j->config->retry.first));
    return task_save(j, t, f);
}

static bool add_answer(struct job *j, const struct pbx_answer *a, struct fault *f)
{
    struct task *t = &j->tasks[a->tag % TASKS_MOST];
    struct work *w = t->work;
    assert(t->phase == TASK_ABROAD);
    j->abroad--;
    j->lone = NULL;
    if (a->code == CODE_PBX + PBX_ERRNO_BUSY && !w->import.apply) {
        w->import.apply = true;
        if (!ledger_import_set(j->ledger, &w->import, f))
            return false;
    }
    switch (a->verdict) {
    case PBX_OK:
        w->served = true;
        return count_first(j, w, CODE_NONE, f) && task_finish(j, t, ROW_CREATED, CODE_NONE, f);
    case PBX_REFUSED:
    case PBX_UNSUPPORTED:
        w->served = true;
        t->row.state = ROW_REFUSED;
        t->row.code = a->code;
        task_later(j, t, j->mono);
        return task_save(j, t, f);
    case PBX_BAD:
        return add_bad(j, t, a, f);
    case PBX_NOT_NOW:
        if (a->in_doubt)
            return add_bad(j, t, a, f);
        task_ready(j, t);
        return true;
    }
    return true;
}

/* ---- answers to query ---- */

/* The PBX does not have it, so its errno was the reason. */
static bool refused(struct job *j, struct task *t, struct fault *f)
{
    struct work *w = t->work;
    int code = t->row.code;
    return task_finish(j, t, ROW_FAILED, code, f) && count_first(j, w, code, f);
}

/* Extensions that the PBX has written into one element have several numbers: none of them is
 * absent. */
static bool is_numbered(const struct wire_extension *e, const char *name, const char *number)
{
    for (size_t i = 0; i < e->count; i++)
        if (strcmp(e->pairs[i].name, name) == 0 && strcmp(e->pairs[i].value, number) == 0)
            return true;
    return false;
}

static const struct wire_extension *find_number(const struct wire_answer *wire, const char *number)
{
    for (size_t i = 0; i < wire->count; i++) {
        const struct wire_extension *e = &wire->extensions[i];
        if (is_numbered(e, wire_number_name(e), number))
            return e;
    }
    return NULL;
}

/* The names under which a query shows a parameter, where they differ. The misspelt one is the
 * PBX's own. */
static const char *shown_as(const char *name)
{
    if (strcmp(name, "number") == 0)
        return "extnumber";
    if (strcmp(name, "mobile") == 0)
        return "moblie";
    return name;
}

/* Every field that both sides have is the same; what was made up counts when it was for this
 * import.
 */
static bool is_equal(const struct record *record, bool generated,
                     const struct wire_extension *found)
{
    for (size_t i = 0; i < record->count; i++) {
        const struct record_value *v = &record->values[i];
        if (v->generated && !generated)
            continue;
        const char *other = wire_value(found, shown_as(v->name));
        if (!other)
            other = wire_value(found, v->name);
        if (v->at && other && (strlen(other) != v->len || memcmp(other, v->at, v->len) != 0))
            return false;
    }
    return true;
}

/* The number is there, and not by us. */
static bool exists(struct job *j, struct task *t, struct fault *f)
{
    bool skip = j->config->import.existing == EXISTING_SKIP;
    return task_finish(j, t, skip ? ROW_SKIPPED : ROW_FAILED, CODE_ALREADY_EXISTS, f);
}

/* Whether what is in t->content was created under the row's number before. */
static bool is_remembered(struct job *j, const struct task *t, bool *ret, struct fault *f)
{
    struct ledger_content kept;
    if (!ledger_made_get(j->ledger, t->work->import.pbx, t->row.number, &kept, f))
        return false;
    *ret = kept.len && content_same(j->tagger, &kept, &t->content, &t->work->record, NULL);
    return true;
}

/* Reads the row's record. *ret_good is false when it is not what was planned. */
static bool read_again(struct job *j, struct task *t, bool *ret_good, struct fault *f)
{
    enum row_state state = ROW_FAILED;
    if (!work_row(t->work, &t->row, &state, f))
        return false;
    *ret_good = state == ROW_PLANNED;
    content_of(j->tagger, &t->work->record, &t->content);
    return true;
}

/* The pool has no number left that the PBX has not: an administrator makes room and releases it. */
static bool exhausted_pool(struct job *j, struct task *t, struct fault *f)
{
    struct work *w = t->work;
    t->row.state = ROW_DOUBT;
    t->row.code = CODE_NONE;
    if (w->stage == STAGE_SENDING) {
        w->import.resume = IMPORT_SENDING;
        work_turn(j, w, IMPORT_HELD, CODE_POOL_EXHAUSTED, code_meaning(CODE_POOL_EXHAUSTED));
    }
    bool good = task_save(j, t, f) && ledger_import_set(j->ledger, &w->import, f);
    task_drop(j, t);
    return good;
}

/* Somebody else has the number that the row was given: it takes the next one, and looks whether
 * that is free. */
static bool next_number(struct job *j, struct task *t, struct fault *f)
{
    struct work *w = t->work;
    char next[LEDGER_NUMBER];
    if (w->import.cancelling)
        return task_finish(j, t, ROW_SKIPPED, CODE_CANCELLED, f);
    struct cell key = columns_pool_key(w->columns, &w->read);
    if (!pool_change(w->pool, key, t->row.number, next, f))
        return false;
    if (!next[0])
        return exhausted_pool(j, t, f);
    memcpy(t->row.number, next, sizeof next);
    t->row.state = ROW_DOUBT;
    t->row.code = CODE_NONE;
    t->tries = 0;
    task_later(j, t, j->mono);
    job_dirty(j);
    return ledger_row_reopen(j->ledger, w->import.id, &t->row, f);
}

static bool found_there(struct job *j, struct task *t, const struct wire_extension *found,
                        struct fault *f)
{
    const struct record *record = &t->work->record;
    bool good = false;
    bool known = false;
    if (t->row.state == ROW_REFUSED && !count_first(j, t->work, CODE_NONE, f))
        return false;
    if (!read_again(j, t, &good, f))
        return false;
    if (!good)
        return exists(j, t, f);
    if (t->row.doubted)
        return is_equal(record, true, found) ? task_finish(j, t, ROW_CREATED, CODE_NONE, f)
                                             : exists(j, t, f);
    if (!is_remembered(j, t, &known, f))
        return false;
    if (known || (j->relearn && is_equal(record, false, found)))
        return task_finish(j, t, ROW_UNCHANGED, CODE_NONE, f);
    /* one that was in doubt may be our own, shown in other words: a second number would double it
     */
    return t->work->pool ? next_number(j, t, f) : exists(j, t, f);
}

/* It was never sent: the look-up came first. */
static bool is_first_look(const struct task *t)
{
    return t->row.state == ROW_DOUBT && !t->row.doubted && !t->tries;
}

/* The row is known not to have been done: once more, after a back-off. */
static bool send_again(struct job *j, struct task *t, struct fault *f)
{
    bool first = is_first_look(t);
    t->row.state = ROW_SENDING;
    t->alone = false;
    if (first)
        task_ready(j, t);
    else
        task_later(j, t, j->mono + back_off(j, t));
    j->barrier = true;
    return task_save(j, t, f);
}

/* A row that was looked up is about to be sent for the first time. Another import may have come
 * first with its number meanwhile. */
static bool send_first(struct job *j, struct task *t, struct fault *f)
{
    bool pass = false;
    if (!delivery_pass_over(j, t->work, &t->row, &pass, f))
        return false;
    if (!pass)
        return send_again(j, t, f);
    task_drop(j, t);
    return true;
}

/* What was created under the row's number is gone. */
static bool forget(struct job *j, struct task *t, struct fault *f)
{
    return t->row.doubted || ledger_made_drop(j->ledger, t->work->import.pbx, t->row.number, f);
}

static bool found_absent(struct job *j, struct task *t, struct fault *f)
{
    if (t->row.state == ROW_REFUSED)
        return refused(j, t, f);
    if (t->work->import.cancelling)
        return task_finish(j, t, ROW_SKIPPED, CODE_CANCELLED, f);
    if (weigh(j, t))
        return exhausted(j, t, f);
    if (!forget(j, t, f))
        return false;
    return is_first_look(t) ? send_first(j, t, f) : send_again(j, t, f);
}

/* A row that was to be looked up before it is sent, on a PBX without queries: what was created is
 * taken to be there, and anything else is sent. */
static bool first_unasked(struct job *j, struct task *t, struct fault *f)
{
    bool good = false;
    bool known = false;
    if (!read_again(j, t, &good, f) || (good && !is_remembered(j, t, &known, f)))
        return false;
    return known ? task_finish(j, t, ROW_UNCHANGED, CODE_NONE, f) : send_first(j, t, f);
}

/* The add itself was answered so, on a PBX that cannot be asked. */
static bool exists_unasked(struct job *j, struct task *t, struct fault *f)
{
    bool good = false;
    if (!t->work->pool || t->row.doubted)
        return exists(j, t, f);
    if (!read_again(j, t, &good, f))
        return false;
    return good ? next_number(j, t, f) : exists(j, t, f);
}

bool verdict_unasked(struct job *j, struct task *t, struct fault *f)
{
    if (t->row.state == ROW_REFUSED && t->row.code == CODE_PBX + PBX_ERRNO_EXISTS)
        return count_first(j, t->work, CODE_NONE, f) && exists_unasked(j, t, f);
    if (t->row.state == ROW_REFUSED)
        return refused(j, t, f);
    if (t->row.doubted)
        return task_finish(j, t, ROW_FAILED, CODE_IN_DOUBT, f);
    if (is_first_look(t))
        return first_unasked(j, t, f);
    t->unweighed = false; /* nothing shows that the PBX serves others */
    unexplained(j, t);
    return send_again(j, t, f);
}

static bool query_task(struct job *j, struct task *t, const struct pbx_answer *a, size_t asked,
                       struct fault *f)
{
    bool absent = a->verdict == PBX_REFUSED; /* errno 10006: of a list, perhaps only some are */
    if (a->verdict == PBX_OK) {
        const struct wire_extension *found = find_number(&a->wire, t->row.number);
        return found ? found_there(j, t, found, f) : found_absent(j, t, f);
    }
    if (absent && asked == 1)
        return found_absent(j, t, f);
    if (a->verdict == PBX_UNSUPPORTED && (asked == 1 || pbx_queries(j->pbx) == PBX_QUERIES_MISSING))
        return verdict_unasked(j, t, f);
    t->alone = t->alone || absent || a->verdict == PBX_UNSUPPORTED;
    if (a->verdict == PBX_BAD) {
        t->tries++;
        unexplained(j, t);
    }
    task_later(j, t, j->mono + (a->verdict == PBX_BAD ? back_off(j, t) : 0));
    return true;
}

static bool query_answer(struct job *j, const struct pbx_answer *a, struct fault *f)
{
    if (a->tag == QUERY_PROBE) {
        j->probing = false;
        return true;
    }
    if (a->tag & QUERY_CENSUS) {
        census_answer(j, a);
        return true;
    }
    struct query q = j->query[a->tag];
    j->query[a->tag].count = 0;
    for (size_t i = 0; i < q.count; i++) {
        struct task *t = &j->tasks[q.tasks[i]];
        assert(t->phase == TASK_ASKING);
        if (!query_task(j, t, a, q.count, f))
            return false;
    }
    return true;
}

static bool apply_answer(struct job *j, const struct pbx_answer *a, struct fault *f)
{
    struct work *w = job_work(j, a->tag);
    if (!w)
        return true;
    w->applying = false;
    if (a->verdict == PBX_BAD || a->verdict == PBX_NOT_NOW)
        return true; /* asked again when the gate is open */
    if (a->verdict == PBX_REFUSED)
        log_event(EVENT_APPLY_REFUSED, about(&w->import),
                  "the PBX refuses to apply the changes: errno %d", a->code - CODE_PBX);
    w->import.apply = false;
    job_dirty(j);
    return ledger_import_set(j->ledger, &w->import, f);
}

bool verdict_take(struct job *j, struct fault *f)
{
    for (;;) {
        struct pbx_answer a;
        bool found = false;
        if (!pbx_next(j->pbx, j->mono, &a, &found, f))
            return false;
        if (!found)
            return true;
        /* what is due "no sooner than" counts from when the answer was there */
        j->mono = clock_mono();
        bool good = a.call == PBX_ADD     ? add_answer(j, &a, f)
                    : a.call == PBX_QUERY ? query_answer(j, &a, f)
                                          : apply_answer(j, &a, f);
        if (!good || !delivery_refill(j, f))
            return false;
    }
}
