/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME census: whether the PBX still has what this import leaves as it is.
 *
 * Before an import with unchanged rows is settled, the PBX is asked once for all its extensions.
 * Rows whose number it has no more are looked up one by one, as rows in doubt are, and sent again
 * when they are really gone. Where one answer cannot tell of all (this firmware does not answer
 * such a query, or not in time), every unchanged row is looked up, in lists. A PBX that has no
 * queries at all is taken to have what was created. Of the answer, which holds passwords, nothing
 * but the numbers is kept. */
#include "job_own.h"
#include "log.h"

#define ROWS_A_TURN 2000
#define PAGE        64
#define ASKED_MOST  3 /* bad answers: one query for all may be too much for this PBX */

/* Whether the question may leave now. */
static bool may_ask(const struct job *j)
{
    return !j->stopping && !j->lone && pbx_room(j->pbx, j->mono);
}

/* Whether the answer to come, or room for the question, is waited for. */
bool census_waits(const struct job *j, const struct work *w)
{
    return w->census == CENSUS_ASKED || (w->census == CENSUS_DUE && w->unchanged && !may_ask(j));
}

static void ask(struct job *j, struct work *w)
{
    if (pbx_queries(j->pbx) == PBX_QUERIES_MISSING) {
        w->census = CENSUS_OVER;
        return;
    }
    if (!may_ask(j))
        return;
    w->census = CENSUS_ASKED;
    pbx_query(j->pbx, j->mono, QUERY_CENSUS | w->import.id, NULL);
}

void census_answer(struct job *j, const struct pbx_answer *a)
{
    struct work *w = job_work(j, a->tag & ~QUERY_CENSUS);
    if (!w || w->census != CENSUS_ASKED) {
        numbers_free(a->numbers);
        return;
    }
    w->census = CENSUS_COUNTING;
    w->counted = 0;
    w->asked += a->verdict == PBX_BAD;
    if (a->verdict == PBX_OK && a->numbers) {
        w->there = a->numbers;
    } else if (a->verdict == PBX_OK || a->verdict == PBX_NOT_NOW ||
               (a->verdict == PBX_BAD && w->asked < ASKED_MOST)) {
        w->census = CENSUS_DUE; /* asked again when the gate is open */
        if (a->verdict == PBX_BAD)
            pbx_trouble(j->pbx, j->mono);
    } else if (pbx_queries(j->pbx) == PBX_QUERIES_MISSING) {
        w->census = CENSUS_OVER;
    } else {
        log_event(EVENT_NO_LIST, about(&w->import),
                  "the PBX does not tell of all extensions at once: the unchanged ones are looked "
                  "up");
    }
}

/* The row is to be looked up, and sent when it is gone. Whatever doubts there were of it, another
 * import has created what is there. */
static bool look_up(struct job *j, struct work *w, struct ledger_row *row, struct fault *f)
{
    row->state = ROW_DOUBT;
    row->doubted = false;
    row->finished = 0;
    w->missed++;
    w->done--;
    job_dirty(j);
    return ledger_row_reopen(j->ledger, w->import.id, row, f);
}

static void count_end(struct work *w)
{
    if (w->there && w->missed)
        log_event(EVENT_PBX_LACKS, about(&w->import),
                  "the PBX has %llu of the unchanged extensions no more",
                  (unsigned long long)w->missed);
    w->there = numbers_free(w->there);
    w->census = CENSUS_OVER;
    w->cursor = 0;
    w->recovered = w->missed == 0;
    w->drained = w->missed == 0;
}

static bool count(struct job *j, struct work *w, struct fault *f)
{
    struct ledger_row page[PAGE];
    for (size_t done = 0; done < ROWS_A_TURN; done += PAGE) {
        size_t rows = 0;
        if (!ledger_rows(j->ledger, w->import.id, w->counted, 1u << ROW_UNCHANGED, page, PAGE,
                         &rows, f))
            return false;
        for (size_t i = 0; i < rows; i++) {
            struct ledger_row *row = &page[i];
            w->counted = row->row;
            bool there = w->there && numbers_has(w->there, row->number, strlen(row->number));
            if (!there && !look_up(j, w, row, f))
                return false;
        }
        if (rows < PAGE) {
            count_end(w);
            return true;
        }
    }
    return true;
}

bool census_step(struct job *j, struct work *w, struct fault *f)
{
    if (w->census == CENSUS_DUE)
        ask(j, w);
    return w->census != CENSUS_COUNTING || count(j, w, f);
}
