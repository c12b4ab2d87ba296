/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan.h"

#include <stdio.h>

struct columns_given plan_given(const struct plan *p, const struct ledger_row *row)
{
    return (struct columns_given){
        .number = p->pool && row->number[0] ? row->number : NULL,
        .key = p->key,
        .row = row->row,
    };
}

bool plan_known(const struct plan *p, const struct record *record, struct ledger_row *row,
                struct fault *f)
{
    struct ledger_content kept;
    struct ledger_content now;
    row->state = ROW_PLANNED;
    if (!ledger_made_get(p->ledger, p->pbx, row->number, &kept, f))
        return false;
    if (!kept.len)
        return true;

    struct buf names = {0};
    content_of(p->tagger, record, &now);
    if (content_same(p->tagger, &kept, &now, record, &names)) {
        row->state = ROW_UNCHANGED;
        row->code = CODE_NONE;
        row->detail[0] = '\0';
        return true;
    }
    row->state = ROW_SKIPPED;
    row->code = CODE_CHANGED;
    snprintf(row->detail, sizeof row->detail, "%.*s", (int)sizeof row->detail - 1, buf_get(&names));
    buf_free(&names);
    return true;
}

/* A number that an earlier row of the file has, or that was created before. */
static bool number_look(const struct plan *p, const struct record *record, struct ledger_row *row,
                        struct fault *f)
{
    struct cell number = record_number(record);
    if (!numbers_add(p->numbers, number.at, number.len)) {
        row->state = ROW_INVALID;
        row->code = CODE_DUPLICATE_NUMBER;
        return true;
    }
    return !p->made || plan_known(p, record, row, f);
}

/* A number of the pool belongs to whom it was offered for only when the row is to be sent: people
 * whom a filter leaves out take none. */
static bool number_take(struct plan *p, struct cell key, bool new, const struct record *record,
                        struct ledger_row *row, struct fault *f)
{
    if (!row->number[0] || (new && p->numbers_lost)) {
        p->numberless = row->number[0] ? CODE_NUMBERS_LOST : CODE_POOL_EXHAUSTED;
        row->number[0] = '\0';
        return true;
    }
    return number_look(p, record, row, f) &&
           (row->state != ROW_PLANNED || pool_give(p->pool, key, row->number, f));
}

bool plan_row(struct plan *p, const struct row *read, struct ledger_row *row, struct record *record,
              struct findings *list, struct fault *f)
{
    struct cell key = {0};
    bool new = false;
    if (p->pool)
        key = columns_pool_key(p->columns, read);
    if (key.len && !pool_offer(p->pool, key, row->number, &new, f))
        return false;
    struct columns_given given = plan_given(p, row);
    row->state = columns_check(p->columns, read, &given, record, list);
    row->findings = list->count > 0;
    if (!p->pool)
        record_number_text(record, row->number);
    if (row->state != ROW_PLANNED) {
        const struct finding *error = finding_error(list);
        row->code = error ? error->code : list->at[0].code;
        if (p->pool)
            row->number[0] = '\0';
        return true;
    }
    return p->pool ? number_take(p, key, new, record, row, f) : number_look(p, record, row, f);
}
