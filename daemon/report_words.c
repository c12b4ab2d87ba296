/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME report_words: what happened and what is to be done, in sentences. */
#include "report_page.h"

#include <inttypes.h>
#include <stdio.h>

#include "advice.h"
#include "html.h"

void report_text(struct buf *to, const struct report_facts *facts, const char *english,
                 const char *const *values)
{
    text_fill(to, facts->language, english, values);
}

void report_counted(struct buf *to, const struct report_facts *facts, const char *one,
                    const char *many, uint64_t count)
{
    struct buf number = {0};

    text_count(&number, facts->language, count);
    report_text(to, facts, count == 1 ? one : many, (const char *const[]){number.at});
    buf_free(&number);
}

void report_file_name(struct buf *to, const struct report_facts *facts, const char *ending)
{
    buf_text(to, "<code><bdi>");
    html_text(to, facts->import.stem);
    buf_format(to, "%s</bdi></code>", ending);
}

void report_title(struct buf *to, enum language l, int code)
{
    const char *title = text_in(l, advice_title(code));
    char number[16];

    if (!advice_is_general(code)) {
        buf_text(to, title);
        return;
    }
    snprintf(number, sizeof number, "%d", code - (code >= CODE_PBX ? CODE_PBX : CODE_HTTP));
    text_fill(to, l, code >= CODE_PBX ? "%1, error number %2" : "%1, error number HTTP %2",
              (const char *const[]){title, number});
}

bool report_left_needs(const struct report_facts *facts)
{
    if (facts->counts.skipped == facts->waiting)
        return false;
    for (size_t i = 0; i < facts->code_count; i++)
        if (facts->codes[i].code == CODE_CHANGED || facts->codes[i].code == CODE_ALREADY_EXISTS)
            return true;
    return false;
}

/* ---- outcomes ---- */

static const struct {
    const char *word;
    const char *class;
} outcomes[OUTCOMES] = {
    [OUTCOME_ADDED] = {"Added", "good"},
    [OUTCOME_UNCHANGED] = {"Added before, unchanged", "same"},
    [OUTCOME_LEFT] = {"Left out", "left"},
    [OUTCOME_WAITING] = {"Waiting", "wait"},
    [OUTCOME_INVALID] = {"Not valid, never sent", "bad"},
    [OUTCOME_FAILED] = {"Refused by the phone system", "fail"},
};

enum report_outcome report_outcome(const struct report_facts *facts, const struct ledger_row *row)
{
    switch (row->state) {
    case ROW_CREATED:
        return OUTCOME_ADDED;
    case ROW_UNCHANGED:
        return OUTCOME_UNCHANGED;
    case ROW_INVALID:
        return OUTCOME_INVALID;
    case ROW_FAILED:
        return OUTCOME_FAILED;
    default:
        break;
    }
    return facts->waiting > 0 && row->code == CODE_NOT_SENT ? OUTCOME_WAITING : OUTCOME_LEFT;
}

const char *report_outcome_word(enum report_outcome outcome)
{
    return outcomes[outcome].word;
}

const char *report_outcome_class(enum report_outcome outcome)
{
    return outcomes[outcome].class;
}

uint64_t report_outcome_count(const struct report_facts *facts, enum report_outcome outcome)
{
    const struct ledger_counts *c = &facts->counts;
    const uint64_t counts[OUTCOMES] = {
        [OUTCOME_ADDED] = c->created,
        [OUTCOME_UNCHANGED] = c->unchanged,
        [OUTCOME_LEFT] = c->skipped - facts->waiting,
        [OUTCOME_WAITING] = facts->waiting,
        [OUTCOME_INVALID] = c->invalid,
        [OUTCOME_FAILED] = c->failed,
    };

    return counts[outcome];
}

/* ---- what happened ---- */

static uint64_t refused(const struct report_facts *facts)
{
    return facts->counts.invalid + facts->counts.failed;
}

/* "The file has 9 rows: 2 people were added …, 3 rows were refused." */
static void counts_add(struct buf *to, const struct report_facts *facts)
{
    const struct ledger_counts *c = &facts->counts;
    const struct {
        const char *one;
        const char *many;
        uint64_t count;
    } parts[] = {
        {"%1 person was added to the phone system", "%1 people were added to the phone system",
         c->created},
        {"%1 person was there before, unchanged", "%1 people were there before, unchanged",
         c->unchanged},
        {"%1 row was left out", "%1 rows were left out", c->skipped - facts->waiting},
        {"%1 row was refused", "%1 rows were refused", refused(facts)},
        {"%1 row waits", "%1 rows wait", facts->waiting},
    };

    report_counted(to, facts, "The file has %1 row:", "The file has %1 rows:", c->rows);
    if (c->created == 0)
        buf_format(to, " %s", text_in(facts->language, "nobody was added to the phone system"));
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        if (parts[i].count == 0)
            continue;
        buf_text(to, i == 0 ? " " : ", ");
        report_counted(to, facts, parts[i].one, parts[i].many, parts[i].count);
    }
    buf_char(to, '.');
}

const char *report_simple(const struct ledger_counts *c)
{
    if (c->rows == 0)
        return "The file has no rows, so nothing was added.";
    if (c->created == c->rows)
        return c->rows == 1 ? "The one person in the file was added to the phone system."
                            : "All %1 people in the file were added to the phone system.";
    if (c->unchanged == c->rows)
        return c->rows == 1 ? "The one person in the file was there before, unchanged."
                            : "All %1 people in the file were there before, unchanged.";
    return NULL;
}

static void outcome_add(struct buf *to, const struct report_facts *facts)
{
    const char *text = report_simple(&facts->counts);

    if (text != NULL)
        report_counted(to, facts, text, text, facts->counts.rows);
    else
        counts_add(to, facts);
}

/* "The import is on hold: Too many rows are wrong." */
static void stopped_add(struct buf *to, const struct report_facts *facts)
{
    bool held = facts->import.state == IMPORT_HELD;
    struct buf title = {0};

    html_text(&title, text_in(facts->language, advice_title(facts->import.code)));
    report_text(to, facts,
                held ? "The import is on hold: %1." : "The file could not be imported: %1.",
                (const char *const[]){buf_get(&title)});
    buf_free(&title);
}

/* What the title does not say. */
static void details_add(struct buf *to, const struct report_facts *facts)
{
    const struct import *i = &facts->import;
    struct buf message = {0};
    struct buf reason = {0};

    if (!i->reason[0] || strcmp(i->reason, code_meaning(i->code)) == 0)
        return;
    text_message(&message, facts->language, i->reason);
    html_text(&reason, message.at);
    buf_text(to, "<p>");
    report_text(to, facts, "Details: %1", (const char *const[]){reason.at});
    buf_text(to, "</p>\n");
    buf_free(&message);
    buf_free(&reason);
}

void report_happened(struct buf *to, const struct report_facts *facts)
{
    enum import_state state = facts->import.state;
    bool stopped = state == IMPORT_HELD || state == IMPORT_REJECTED;

    buf_text(to, "<p class=\"lead\">");
    if (stopped)
        stopped_add(to, facts);
    else if (state == IMPORT_CANCELLED)
        buf_format(to, "%s ", text_in(facts->language, "The import was cancelled."));
    if (!stopped)
        outcome_add(to, facts);
    buf_text(to, "</p>\n");
    if (!stopped)
        return;
    details_add(to, facts);
    if (facts->counts.rows == 0)
        return;
    buf_text(to, "<p>");
    outcome_add(to, facts);
    buf_text(to, "</p>\n");
}

/* ---- what is to be done ---- */

static void refused_add(struct buf *to, const struct report_facts *facts)
{
    struct buf name = {0};
    struct buf number = {0};
    uint64_t count = refused(facts);
    static const char *const texts[2][2] = {
        {"Correct the row in %2 and drop that file again.",
         "Correct the %1 rows in %2 and drop that file again."},
        {"Correct the refused row in your file and drop it again.",
         "Correct the %1 refused rows in your file and drop it again."},
    };

    text_count(&number, facts->language, count);
    report_file_name(&name, facts, ".rejects.csv");
    buf_text(to, "<p>");
    report_text(to, facts, texts[facts->rejects ? 0 : 1][count == 1 ? 0 : 1],
                (const char *const[]){number.at, name.at});
    if (facts->counts.failed > 0)
        buf_format(to, " %s",
                   text_in(facts->language, "Read first, below, what each of them needs."));
    buf_text(to, "</p>\n");
    buf_free(&name);
    buf_free(&number);
}

static void text_add(struct buf *to, const struct report_facts *facts, const char *english)
{
    buf_text(to, "<p>");
    html_text(to, text_in(facts->language, english));
    buf_text(to, "</p>\n");
}

/* What ends a hold. */
static void administrator_add(struct buf *to, const struct report_facts *facts)
{
    struct buf release = {0};
    struct buf cancel = {0};

    buf_format(&release, "<code>extspool release %06" PRIu64 "</code>", facts->import.id);
    buf_format(&cancel, "<code>extspool cancel %06" PRIu64 "</code>", facts->import.id);
    buf_text(to, "<p class=\"quiet\">");
    report_text(to, facts, "For your administrator: %1 lets the import go on, %2 ends it.",
                (const char *const[]){release.at, cancel.at});
    buf_text(to, "</p>\n");
    buf_free(&release);
    buf_free(&cancel);
}

void report_next(struct buf *to, const struct report_facts *facts)
{
    const struct import *i = &facts->import;

    buf_format(to, "<section class=\"next\" aria-label=\"%s\">\n",
               text_in(facts->language, "What to do"));
    if (i->state == IMPORT_HELD || i->state == IMPORT_REJECTED)
        text_add(to, facts, advice_do(i->code));
    else if (refused(facts) > 0)
        refused_add(to, facts);
    else if (i->state == IMPORT_DONE && report_left_needs(facts))
        text_add(to, facts, "Read below what the rows need that were left out.");
    else if (i->state == IMPORT_DONE)
        text_add(to, facts, "There is nothing for you to do.");
    if (i->state == IMPORT_HELD)
        administrator_add(to, facts);
    if (i->state == IMPORT_CANCELLED)
        text_add(to, facts,
                 "If the rows that were left out are to be added after all, drop the file again.");
    buf_text(to, "</section>\n");
}
