/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME delivery: planned -> sending. Rows become tasks, tasks become calls.
 *
 * Order within a turn: answers were taken (verdict.c); delivery_fill takes rows and writes their
 * intent ("sending") into the ledger; the barrier commits; delivery_send hands tasks to the PBX.
 * So no call leaves before its intent is on the disk, and a row found in "sending" at start is
 * in doubt. */
#include <stdio.h>

#include "buf.h"
#include "fsio.h"
#include "job_own.h"
#include "log.h"

#define TAKE_MOST     64
#define TAKE_A_TURN   4096
#define WINDOW_SHORT  500 /* ms in which a window was sent that might be larger */
#define WINDOW_LONG   2000
#define AFTER_LOOK    250 /* ms between looks at whether an earlier import has a number still */
#define WORTH_A_PROBE 64  /* rows from which knowing early whether queries work pays */

#define STATES_OPEN ((1u << ROW_SENDING) | (1u << ROW_DOUBT) | (1u << ROW_REFUSED))

/* ---- tasks ---- */

/* There is a free one: tasks_count is looked at before rows are taken. */
static struct task *task_new(struct job *j, struct work *w, const struct ledger_row *row)
{
    size_t i = 0;
    while (i < TASKS_MOST && j->tasks[(j->task_hint + i) % TASKS_MOST].phase != TASK_FREE)
        i++;
    assert(i < TASKS_MOST);
    size_t index = (j->task_hint + i) % TASKS_MOST;
    struct task *t = &j->tasks[index];
    *t = (struct task){.work = w, .row = *row, .tag = ++j->serial * TASKS_MOST + index};
    j->task_hint = index + 1;
    j->tasks_count++;
    w->tasks++;
    return t;
}

void task_later(struct job *j, struct task *t, int64_t due)
{
    t->phase = TASK_LATER;
    t->due = due;
    if (due < j->later_due)
        j->later_due = due;
}

static void ready_push(struct job *j, const struct task *t)
{
    assert(j->ready_count < TASKS_MOST);
    j->ready[(j->ready_head + j->ready_count++) % TASKS_MOST] = (size_t)(t - j->tasks);
}

void task_ready(struct job *j, struct task *t)
{
    t->phase = TASK_READY;
    j->barrier = true; /* it may leave when that was passed */
    ready_push(j, t);
}

void task_drop(struct job *j, struct task *t)
{
    t->work->tasks--;
    j->tasks_count--;
    t->phase = TASK_FREE;
}

bool task_save(struct job *j, struct task *t, struct fault *f)
{
    job_dirty(j);
    return ledger_row_set(j->ledger, t->work->import.id, &t->row, f);
}

/* A ready task was not handed over, or is known not to have been done: its intent is taken back. */
static bool task_withdraw(struct job *j, struct task *t, struct fault *f)
{
    t->row.state = ROW_PLANNED;
    if (!task_save(j, t, f))
        return false;
    task_drop(j, t);
    return true;
}

/* Takes the next ready task off the ring; there must be one. */
static struct task *ready_pop(struct job *j)
{
    assert(j->ready_count);
    struct task *t = &j->tasks[j->ready[j->ready_head]];
    j->ready_head = (j->ready_head + 1) % TASKS_MOST;
    j->ready_count--;
    j->ready_sealed -= j->ready_sealed > 0;
    return t;
}

/* ---- starting an import ---- */

/* A person may have another number on this PBX, and must not get a second one. */
static const char pool_of_another[] = "its numbers were given for another PBX: cancel it, and drop "
                                      "the file once more";

bool delivery_for_this_pbx(struct job *j, struct work *w)
{
    int64_t id = pbx_id(j->pbx);
    if (!id || w->import.pbx == id)
        return true;
    if (!w->import.pbx && !w->pool) {
        w->import.pbx = id;
        w->plan.pbx = id;
        return true;
    }
    w->import.resume = IMPORT_SENDING;
    work_turn(j, w, IMPORT_HELD, CODE_PBX_CHANGED,
              w->import.pbx ? code_meaning(CODE_PBX_CHANGED) : pool_of_another);
    return false;
}

bool delivery_start(struct job *j, struct work *w, struct fault *f)
{
    struct ledger_counts counts;
    if (!ledger_counts(j->ledger, w->import.id, &counts, f))
        return false;
    bool asks = counts.open || (counts.unchanged && !w->import.cancelling);
    if (asks && !delivery_for_this_pbx(j, w)) /* else no PBX is asked for anything */
        return ledger_import_set(j->ledger, &w->import, f);
    w->stage = STAGE_SENDING;
    w->import.state = IMPORT_SENDING;
    w->total = counts.rows;
    w->done = counts.rows - counts.open;
    w->done_at_begin = w->done;
    w->began = j->mono;
    w->served = counts.created > 0;
    w->first_answers = (counts.created || counts.failed) ? UINT32_MAX : 0;
    w->cursor = 0;
    w->recovered = counts.open == 0;
    w->drained = counts.open == 0;
    job_dirty(j);
    return ledger_import_set(j->ledger, &w->import, f);
}

/* ---- taking rows ---- */

bool delivery_pass_over(struct job *j, struct work *w, const struct ledger_row *row, bool *ret_pass,
                        struct fault *f)
{
    uint64_t first = 0;
    if (!ledger_number_open(j->ledger, row->number, w->import.id, ledger_way(row), &first, f))
        return false;
    *ret_pass = first != 0;
    if (*ret_pass)
        w->look = j->mono + AFTER_LOOK + (int64_t)++w->passed;
    return true;
}

/* A row that an earlier run left half way: its call may have left, so it is in doubt. Or one that
 * is to be looked up before it is sent. */
static bool take_open(struct job *j, struct work *w, struct ledger_row *row, struct fault *f)
{
    bool pass = false;
    if (w->mixed && !delivery_pass_over(j, w, row, &pass, f))
        return false;
    if (pass)
        return true;
    struct task *t = task_new(j, w, row);
    if (row->state == ROW_SENDING) {
        t->row.state = ROW_DOUBT;
        t->row.doubted = true;
    }
    bool cut = t->row.state == ROW_DOUBT && t->row.doubted;
    int64_t wait = cut ? j->config->retry.first : 0;
    task_later(j, t, j->mono + wait);
    return task_save(j, t, f);
}

/* The record of a row that is about to be sent. False in *ret_good when the private copy does
 * not hold what was planned: the import is held. */
static bool read_record(struct job *j, struct work *w, const struct ledger_row *row, bool *ret_good,
                        struct fault *f)
{
    enum row_state state = ROW_FAILED;
    if (!work_row(w, row, &state, f))
        return false;
    *ret_good = state == ROW_PLANNED;
    if (!*ret_good && w->import.state == IMPORT_SENDING) {
        struct log_about where = about(&w->import);
        where.row = row->row;
        log_event(EVENT_COPY_DAMAGED, where,
                  "row %llu is not what was planned: its private copy is damaged",
                  (unsigned long long)row->row);
        w->import.resume = IMPORT_SENDING; /* with a copy that is made again */
        work_turn(j, w, IMPORT_HELD, CODE_UNREADABLE,
                  "the private copy in work/ does not hold what was planned");
        char copy[SPOOL_NAME_COPY];
        spool_name_copy(w->import.id, copy);
        return ledger_import_set(j->ledger, &w->import, f) &&
               fsio_remove(spool_fd(j->spool, SPOOL_WORK), copy, f);
    }
    return true;
}

/* A row with whose number another import comes first waits for that one. Then, as
 * for any number that was created since this import was planned, what became of it decides.
 * *ret_take is false when the row is not to be sent now. */
static bool take_mixed(struct job *j, struct work *w, struct ledger_row *row, bool *ret_take,
                       struct fault *f)
{
    bool pass = false;
    *ret_take = false;
    if (!delivery_pass_over(j, w, row, &pass, f))
        return false;
    if (pass)
        return true;
    bool good = false;
    if (!read_record(j, w, row, &good, f))
        return false;
    if (!good)
        return true;
    if (!plan_known(&w->plan, &w->record, row, f))
        return false;
    row->finished = row->state == ROW_PLANNED ? 0 : j->wall;
    *ret_take = row->state == ROW_PLANNED;
    if (*ret_take)
        return true;
    w->done++;
    job_dirty(j);
    return ledger_row_set(j->ledger, w->import.id, row, f);
}

static bool take_planned(struct job *j, struct work *w, struct ledger_row *row, struct fault *f)
{
    bool take = true;
    if (w->mixed && !take_mixed(j, w, row, &take, f))
        return false;
    if (!take)
        return true;
    struct task *t = task_new(j, w, row);
    t->row.state = ROW_SENDING;
    task_ready(j, t);
    return task_save(j, t, f);
}

/* At most `room` rows of one import; *ret_taken says how many. */
static bool take_rows(struct job *j, struct work *w, size_t room, size_t *ret_taken,
                      struct fault *f)
{
    struct ledger_row rows[TAKE_MOST];
    size_t count = 0;
    unsigned states = w->recovered ? 1u << ROW_PLANNED : STATES_OPEN;
    if (room > TAKE_MOST)
        room = TAKE_MOST;
    if (!ledger_any_other(j->ledger, w->import.id, &w->mixed, f))
        return false;
    w->mixed = w->mixed || j->created - w->created != w->others_created;
    if (!ledger_rows(j->ledger, w->import.id, w->cursor, states, rows, room, &count, f))
        return false;
    for (size_t i = 0; i < count && w->stage == STAGE_SENDING; i++) {
        w->cursor = rows[i].row;
        if (!(w->recovered ? take_planned : take_open)(j, w, &rows[i], f))
            return false;
    }
    *ret_taken = count;
    if (count == room)
        return true;
    /* the end: of what was half way, or of all */
    w->cursor = w->recovered ? w->cursor : 0;
    w->drained = w->recovered;
    w->recovered = true;
    return true;
}

/* How many intents may be committed ahead: without queries a row in doubt is lost to an operator,
 * so then no more than can be in flight. */
static size_t window(struct job *j)
{
    size_t concurrency = pbx_concurrency(j->pbx);
    if (pbx_queries(j->pbx) != PBX_QUERIES_WORK)
        return concurrency;
    if (j->window < concurrency)
        j->window = concurrency;
    return j->window;
}

/* Rows were taken. Commits are to be rare, and a crash is to leave no more in doubt than what is
 * sent in a second or two. */
static void window_fit(struct job *j)
{
    int64_t lasted = j->mono - j->filled;
    if (lasted < WINDOW_SHORT && j->window < WINDOW_MOST)
        j->window *= 2;
    else if (lasted > WINDOW_LONG)
        j->window /= 2;
    j->filled = j->mono;
}

/* How many rows may be in hand. While the PBX is in trouble one, and only when no other is left
 * that finds out whether it works again: such a row may have been held, cancelled or decided. */
static size_t fill_room(struct job *j)
{
    if (!pbx_waiting(j->pbx, j->mono))
        return window(j);
    return pbx_room(j->pbx, j->mono) && !j->tasks_count ? 1 : 0;
}

bool delivery_fill(struct job *j, struct fault *f)
{
    size_t concurrency = pbx_concurrency(j->pbx);
    if (j->stopping || j->ready_count >= concurrency)
        return true;

    size_t room = fill_room(j);
    size_t idle = 0;
    size_t all = 0;
    while (j->ready_count + j->abroad < room && idle < WORKS_MOST && all < TAKE_A_TURN) {
        struct work *w = j->works[j->next_work];
        j->next_work = (j->next_work + 1) % WORKS_MOST;
        size_t left = TASKS_MOST - j->tasks_count;
        size_t taken = 0;
        size_t want = room - j->ready_count - j->abroad;
        bool able = w && w->stage == STAGE_SENDING && !w->drained && left > TAKE_MOST;
        if (able && !take_rows(j, w, want, &taken, f))
            return false;
        all += taken;
        /* passing from the half-way rows to the planned ones takes none, and is progress */
        idle = taken || (able && !w->drained) ? 0 : idle + 1;
    }
    if (all)
        window_fit(j);
    return true;
}

/* ---- sending ---- */

/* A try that counts against a row may have failed because there were too many calls at a time, as
 * on a box that takes few connections. So what is tried again is tried with nothing else under way.
 */
static bool wants_alone(const struct task *t)
{
    return t->row.attempts > 0;
}

/* Whether the next ready task may leave beside what is under way. */
static bool may_leave(const struct job *j)
{
    const struct task *t = &j->tasks[j->ready[j->ready_head]];
    return !j->lone && (!wants_alone(t) || pbx_in_flight(j->pbx) == 0);
}

static bool send_task(struct job *j, struct task *t, struct fault *f)
{
    struct work *w = t->work;
    bool good = false;
    if (w->stage != STAGE_SENDING)
        return task_withdraw(j, t, f);
    if (w->import.cancelling)
        return task_finish(j, t, ROW_SKIPPED, CODE_CANCELLED, f);
    if (!read_record(j, w, &t->row, &good, f))
        return false;
    if (!good) {
        task_drop(j, t);
        return true;
    }
    content_of(j->tagger, &w->record, &t->content);
    t->phase = TASK_ABROAD;
    j->abroad++;
    j->lone = wants_alone(t) ? t : NULL;
    pbx_add(j->pbx, j->mono, t->tag, &w->record);
    return true;
}

/* Whether a later task is one that a query is to settle. */
static bool wants_query(const struct task *t)
{
    return t->phase == TASK_LATER && (t->row.state == ROW_DOUBT || t->row.state == ROW_REFUSED);
}

/* One query for up to QUERY_MOST due tasks, of the `left` ones that lie at `from` and behind. */
static void send_query(struct job *j, size_t from, size_t left)
{
    size_t slot = 0;
    while (j->query[slot].count)
        slot++;
    assert(slot < COUNT_OF(j->query));

    struct query *q = &j->query[slot];
    struct buf numbers = {0};
    for (size_t i = from; i < TASKS_MOST && left && q->count < QUERY_MOST; i++) {
        struct task *t = &j->tasks[i];
        left -= t->phase != TASK_FREE;
        if (!wants_query(t) || t->due > j->mono || (t->alone && q->count))
            continue;
        if (q->count)
            buf_char(&numbers, ',');
        buf_text(&numbers, t->row.number);
        q->tasks[q->count++] = i;
        t->phase = TASK_ASKING;
        if (t->alone)
            break;
    }
    pbx_query(j->pbx, j->mono, slot, buf_get(&numbers));
    buf_free(&numbers);
}

/* Later tasks whose time has come: look-ups leave as far as there is room, the others are ready
 * again. */
static bool send_later(struct job *j, struct fault *f)
{
    if (j->mono < j->later_due)
        return true;
    j->later_due = CLOCK_NEVER;
    size_t left = j->tasks_count; /* of those not seen yet */
    for (size_t i = 0; i < TASKS_MOST && left; i++) {
        struct task *t = &j->tasks[i];
        left -= t->phase != TASK_FREE;
        if (t->phase != TASK_LATER)
            continue;
        if (t->due <= j->mono && wants_query(t)) {
            if (pbx_queries(j->pbx) == PBX_QUERIES_MISSING) {
                if (!verdict_unasked(j, t, f))
                    return false;
                continue;
            }
            if (pbx_room(j->pbx, j->mono) && !j->stopping && !j->lone)
                send_query(j, i, left + 1);
        } else if (t->due <= j->mono) {
            task_ready(j, t);
        }
        if (t->phase == TASK_LATER && t->due < j->later_due)
            j->later_due = t->due;
    }
    return true;
}

/* Large imports may commit many intents ahead where queries work, so it pays to know early. Adds
 * wait for the answer: a number must not be looked up while its add is on its way. */
static void send_probe(struct job *j)
{
    struct task *t = &j->tasks[j->ready[j->ready_head]];
    if (j->probed || pbx_queries(j->pbx) != PBX_QUERIES_UNKNOWN ||
        t->work->total - t->work->done < WORTH_A_PROBE)
        return;
    j->probed = true;
    j->probing = true;
    pbx_query(j->pbx, j->mono, QUERY_PROBE, t->row.number);
}

bool delivery_refill(struct job *j, struct fault *f)
{
    /* look-ups that are due go first: rows in doubt must not starve behind a long file */
    while (!j->stopping && !j->probing && j->ready_sealed && pbx_room(j->pbx, j->mono) &&
           j->later_due > j->mono && may_leave(j))
        if (!send_task(j, ready_pop(j), f))
            return false;
    return true;
}

bool delivery_send(struct job *j, struct fault *f)
{
    if (!send_later(j, f))
        return false;
    if (!j->stopping && j->ready_count && !j->lone && pbx_room(j->pbx, j->mono))
        send_probe(j);
    return delivery_refill(j, f);
}

int64_t delivery_due(const struct job *j)
{
    if (j->stopping)
        return CLOCK_NEVER; /* nothing leaves any more */
    bool queries_wait = j->lone || !pbx_room(j->pbx, j->mono);
    /* what is due and cannot leave is woken by an answer or by the PBX's own clock */
    int64_t due = j->later_due <= j->mono && queries_wait ? CLOCK_NEVER : j->later_due;
    for (size_t i = 0; i < WORKS_MOST; i++)
        if (j->works[i] && delivery_blocked(j, j->works[i]) && j->works[i]->look < due)
            due = j->works[i]->look;
    return due;
}

/* ---- stopping ---- */

/* Takes an import's tasks out of the ring. The others keep their order, and those whose intent is
 * on the disk may leave as before: this is done again and again while calls are awaited. */
static bool withdraw_ready(struct job *j, const struct work *w, struct fault *f)
{
    size_t count = j->ready_count;
    size_t sealed = j->ready_sealed;
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        struct task *t = ready_pop(j);
        if (t->work != w) {
            ready_push(j, t);
            kept += i < sealed;
        } else if (!task_withdraw(j, t, f)) {
            return false;
        }
    }
    j->ready_sealed = kept;
    return true;
}

bool delivery_withdraw(struct job *j, struct work *w, struct fault *f)
{
    if (!withdraw_ready(j, w, f))
        return false;
    for (size_t i = 0; i < TASKS_MOST && w->tasks; i++) {
        struct task *t = &j->tasks[i];
        if (t->phase != TASK_LATER || t->work != w)
            continue;
        if (t->row.state != ROW_SENDING)
            task_drop(j, t); /* the ledger knows it as it is */
        else if (!task_withdraw(j, t, f))
            return false;
    }
    return true;
}

/* ---- the end of an import ---- */

bool delivery_blocked(const struct job *j, const struct work *w)
{
    return w->stage == STAGE_SENDING && w->drained && !w->tasks && w->passed && j->mono < w->look;
}

bool delivery_settle(struct job *j, struct work *w, struct fault *f)
{
    if (!w->drained || w->tasks || delivery_blocked(j, w))
        return true;
    struct ledger_counts counts;
    if (!ledger_counts(j->ledger, w->import.id, &counts, f))
        return false;
    if (counts.open) { /* rows that went back to planned, or were passed over, lie behind */
        w->cursor = 0;
        w->passed = 0;
        w->recovered = false;
        w->drained = false;
        return true;
    }
    w->unchanged = w->import.cancelling ? 0 : counts.unchanged;
    if (w->unchanged && w->census != CENSUS_OVER)
        return census_step(j, w, f);
    if (w->import.apply && !w->applying) {
        if (j->stopping || !pbx_room(j->pbx, j->mono))
            return true;
        w->applying = true;
        pbx_apply(j->pbx, j->mono, w->import.id);
        return true;
    }
    if (w->import.apply)
        return true;
    work_turn(j, w, w->import.cancelling ? IMPORT_CANCELLED : IMPORT_DONE, CODE_NONE, "");
    return ledger_import_set(j->ledger, &w->import, f);
}
