/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME report_receipt: what senders are told who have no shell, as plain text.
 *
 * Lines end in CR LF, since it is mostly Windows' editor that shows them. There is nothing in them
 * but places, numbers of extensions, headings and our own words: never a cell. What is listed is
 * bounded, whatever the file. */
#include "report_receipt.h"

#include <inttypes.h>
#include <stdio.h>

#include "advice.h"
#include "report_part.h"
#include "utf8.h"

#define ROWS_MOST   20 /* refused rows that are listed, and lines about the file as a whole */
#define ERRORS_MOST 3  /* of one row */
#define CAUSES_MOST 20
#define WIDTH       78 /* characters of a line */

#define TEXTS(...) ((const char *const[]){__VA_ARGS__})

/* ---- lines ---- */

static void line_end(struct buf *to)
{
    buf_text(to, "\r\n");
}

/* Text that others chose, or that may quote a heading, so that it cannot pass for other lines. */
static void plain(struct buf *to, const char *text)
{
    size_t left = strlen(text);

    while (left > 0) {
        size_t len = utf8_char(text, left);
        len = len ? len : 1;
        if (utf8_hostile(text, len))
            buf_text(to, "\ufffd");
        else
            buf_add(to, text, len);
        text += len;
        left -= len;
    }
}

/* How many bytes of a text make a line: up to a blank, or to its end. A word is never cut. */
static size_t line_most(const char *text)
{
    size_t fits = 0;
    size_t at = 0;

    while (text[at] != '\0' && (fits == 0 || utf8_length(text, at) <= WIDTH)) {
        if (text[at] == ' ' && at > 0)
            fits = at;
        at++;
    }
    return text[at] == '\0' && utf8_length(text, at) <= WIDTH ? at : fits > 0 ? fits : at;
}

/* Adds text as lines of some width, since editors show plain text as it is; those after the first
 * begin with blanks where the first begins an item of a list. */
static void wrapped(struct buf *to, const char *text)
{
    ON_LEAVE(buf_free) struct buf whole = {0};
    const char *rest;
    const char *before = "";

    plain(&whole, text);
    rest = buf_get(&whole);
    do {
        size_t len = line_most(rest);
        buf_text(to, before);
        buf_add(to, rest, len);
        line_end(to);
        before = text[0] == '-' ? "  " : "";
        rest += len;
        rest += *rest == ' ';
    } while (*rest != '\0');
}

static void line(struct buf *to, enum language l, const char *english, const char *const *values)
{
    ON_LEAVE(buf_free) struct buf text = {0};

    text_fill(&text, l, english, values);
    wrapped(to, buf_get(&text));
}

/* Adds one more sentence to a text. */
static void sentence(struct buf *to, enum language l, const char *english,
                     const char *const *values)
{
    buf_text(to, to->len > 0 ? " " : "");
    text_fill(to, l, english, values);
}

/* A number as people write it, for a value of a text. */
struct figure {
    struct buf text;
};

static const char *figure(struct figure *f, enum language l, uint64_t count)
{
    buf_reset(&f->text);
    text_count(&f->text, l, count);
    return buf_get(&f->text);
}

static void figure_free(struct figure *f)
{
    buf_free(&f->text);
}

static void line_count(struct buf *to, enum language l, const char *english, uint64_t count)
{
    ON_LEAVE(figure_free) struct figure number = {0};

    line(to, l, english, TEXTS(figure(&number, l, count)));
}

static void line_time(struct buf *to, enum language l, const char *english, int64_t wall)
{
    ON_LEAVE(buf_free) struct buf time = {0};

    text_time(&time, l, wall);
    line(to, l, english, TEXTS(buf_get(&time)));
}

static void head_add(struct buf *to, enum language l, const struct import *i)
{
    char id[24];

    snprintf(id, sizeof id, "%06" PRIu64, i->id);
    line(to, l, "File: %1", TEXTS(i->name));
    line_count(to, l, "Size: %1 bytes", i->bytes);
    line(to, l, "Import number: %1", TEXTS(id));
    line_time(to, l, "Taken in: %1", i->started);
}

/* ---- NAME.accepted.txt ---- */

void report_receipt_accepted(struct buf *to, enum language l, const struct import *i)
{
    char result[SPOOL_NAME_RECEIPT];
    char later[SPOOL_NAME_RECEIPT];

    bool free_name = spool_name_is_free(i);
    spool_name_receipt(spool_name_of(i), free_name ? 0 : i->id, RECEIPT_RESULT, result);
    spool_name_receipt(spool_name_of(i), i->id, RECEIPT_RESULT, later);
    line(to, l, "Your file has arrived and is being imported.", NULL);
    line_end(to);
    head_add(to, l, i);
    line_end(to);
    line(to, l, "You have nothing more to do for now.", NULL);
    line(to, l, "What became of it will stand in this folder, in the file %1.", TEXTS(result));
    if (free_name)
        line(to, l, "(If a newer file of the same name comes before: in %1.)", TEXTS(later));
}

/* ---- NAME.result.txt: what is gathered of the rows ---- */

static bool result_begin(struct report_part *p, const struct report_facts *facts, struct fault *f)
{
    (void)facts;
    (void)f;
    buf_reset(&p->encoded);
    p->cause_count = 0;
    p->left_count = 0;
    return true;
}

static void cause_count(struct report_code **causes, size_t *count, int code)
{
    for (size_t i = 0; i < *count; i++)
        if ((*causes)[i].code == code) {
            (*causes)[i].count++;
            return;
        }
    if (*count == CAUSES_MOST)
        return;
    if (*causes == NULL)
        *causes = xcalloc(CAUSES_MOST, sizeof **causes);
    (*causes)[(*count)++] = (struct report_code){.code = code, .count = 1};
}

/* That the import stopped before a row is said on top. */
static bool was_left(const struct ledger_row *row)
{
    return row->state == ROW_SKIPPED && row->code != CODE_NONE && row->code != CODE_NOT_SENT &&
           row->code != CODE_CANCELLED;
}

static void message_add(struct buf *to, enum language l, const struct finding *x)
{
    if (x->column[0] && !finding_names_column(x))
        buf_format(to, "%s: ", x->column);
    text_message(to, l, x->message);
}

/* Whether the reason of the import says the same. */
static bool is_reason(const struct import *i, const struct finding *x)
{
    bool stopped = i->state == IMPORT_HELD || i->state == IMPORT_REJECTED;

    return stopped && x->code == i->code &&
           (i->reason[0] == '\0' || strstr(i->reason, x->message) != NULL);
}

/* What is wrong with the file as a whole, or its header. */
static void file_problems(struct report_part *p, const struct report_facts *facts,
                          const struct report_row *row)
{
    for (size_t i = 0; i < row->count && p->problems < ROWS_MOST; i++) {
        ON_LEAVE(buf_free) struct buf text = {0};
        if (is_reason(&facts->import, &row->problems[i]))
            continue;
        if (p->problems++ == 0)
            line(&p->encoded, facts->language, "About the file:", NULL);
        buf_text(&text, "- ");
        message_add(&text, facts->language, &row->problems[i]);
        wrapped(&p->encoded, buf_get(&text));
    }
}

static void row_line(struct buf *to, enum language l, const struct report_row *row)
{
    ON_LEAVE(buf_free) struct buf text = {0};
    char at[24];
    size_t told = 0;

    snprintf(at, sizeof at, "%" PRIu64, row->at.line);
    buf_text(&text, "- ");
    text_fill(&text, l,
              row->at.number[0] ? "Line %1, extension %2:" : "Line %1:", TEXTS(at, row->at.number));
    for (size_t i = 0; i < row->count && told < ERRORS_MOST; i++) {
        if (row->problems[i].severity != SEVERITY_ERROR)
            continue;
        buf_text(&text, told++ > 0 ? "; " : " ");
        message_add(&text, l, &row->problems[i]);
    }
    wrapped(to, buf_get(&text));
}

static bool result_row(struct report_part *p, const struct report_facts *facts,
                       const struct report_row *row, struct fault *f)
{
    (void)f;
    if (row->at.row == 0) {
        file_problems(p, facts, row);
        return true;
    }
    if (was_left(&row->at))
        cause_count(&p->left, &p->left_count, row->at.code);
    if (!report_row_refused(&row->at))
        return true;
    if (p->listed == 0) {
        if (p->encoded.len > 0)
            line_end(&p->encoded);
        line(&p->encoded, facts->language, "Rows that were refused:", NULL);
    }
    if (p->listed++ < ROWS_MOST)
        row_line(&p->encoded, facts->language, row);
    cause_count(&p->causes, &p->cause_count, row->cause ? row->cause->code : row->at.code);
    return true;
}

/* ---- NAME.result.txt: the text ---- */

/* How many were added, and what else became of rows: sentences. */
static void rows_told(struct buf *text, const struct report_facts *facts, bool nobody)
{
    const struct ledger_counts *c = &facts->counts;
    uint64_t left = c->skipped - facts->waiting;
    uint64_t refused = c->invalid + c->failed;
    enum language l = facts->language;
    ON_LEAVE(figure_free) struct figure created = {0}, rows = {0}, other = {0};
    const char *simple = c->rows > 0 ? report_simple(c) : NULL;
    figure(&rows, l, c->rows);
    if (simple) {
        sentence(text, l, simple, TEXTS(buf_get(&rows.text)));
        return;
    }
    if (c->rows > 0 && c->created == 0 && !nobody)
        sentence(text, l, "Nobody was added to the phone system.", NULL);
    if (c->created > 0)
        sentence(text, l,
                 c->created == 1 ? "%1 of %2 people was added to the phone system."
                                 : "%1 of %2 people were added to the phone system.",
                 TEXTS(figure(&created, l, c->created), buf_get(&rows.text)));
    const struct {
        const char *one, *many;
        uint64_t count;
    } others[] = {
        {"%1 was there already.", "%1 were there already.", c->unchanged},
        {"%1 row was left out.", "%1 rows were left out.", left},
        {"%1 row was refused.", "%1 rows were refused.", refused},
    };
    for (size_t i = 0; i < COUNT_OF(others); i++)
        if (others[i].count > 0)
            sentence(text, l, others[i].count == 1 ? others[i].one : others[i].many,
                     TEXTS(figure(&other, l, others[i].count)));
}

/* What happened, in one line. */
static void outcome_add(struct buf *to, const struct report_facts *facts)
{
    static const char *const states[] = {
        [IMPORT_DONE] = "Your file was imported.",
        [IMPORT_HELD] = "Your file is held: nothing more is sent until your administrator decides.",
        [IMPORT_REJECTED] = "Your file could not be imported.",
        [IMPORT_CANCELLED] = "The import of your file was cancelled.",
    };
    enum language l = facts->language;
    const struct ledger_counts *c = &facts->counts;
    bool nobody = facts->import.state == IMPORT_DONE && c->created + c->unchanged == 0 &&
                  c->invalid + c->failed > 0;
    ON_LEAVE(buf_free) struct buf text = {0};

    sentence(&text, l,
             nobody ? "Your file was read, but nobody was added to the phone system."
                    : states[facts->import.state],
             NULL);
    if (facts->import.state != IMPORT_REJECTED && c->rows == 0)
        sentence(&text, l, "It has no rows, so there was nobody to be added.", NULL);
    rows_told(&text, facts, nobody);
    wrapped(to, buf_get(&text));
}

static void counts_add(struct buf *to, const struct report_facts *facts)
{
    const struct ledger_counts *c = &facts->counts;
    const struct {
        const char *label;
        uint64_t count;
    } lines[] = {
        {"Rows in the file: %1", c->rows},
        {"Added: %1", c->created},
        {"There already, unchanged: %1", c->unchanged},
        {"Left out: %1", c->skipped - facts->waiting},
        {"Not valid, never sent: %1", c->invalid},
        {"Refused by the phone system: %1", c->failed},
    };

    if (c->rows == 0)
        return;
    line_end(to);
    for (size_t i = 0; i < COUNT_OF(lines); i++)
        line_count(to, facts->language, lines[i].label, lines[i].count);
    if (facts->waiting > 0)
        line_count(to, facts->language, "Waiting: %1", facts->waiting);
}

/* Why all of it is held or rejected. */
static void reason_add(struct buf *to, const struct report_facts *facts)
{
    const struct import *i = &facts->import;
    enum language l = facts->language;
    ON_LEAVE(buf_free) struct buf reason = {0};

    if ((i->state != IMPORT_HELD && i->state != IMPORT_REJECTED) || i->code == CODE_NONE)
        return;
    text_message(&reason, l, i->reason[0] ? i->reason : code_meaning(i->code));
    line_end(to);
    line(to, l, "Why: %1", TEXTS(buf_get(&reason)));
    line(to, l, "What to do: %1", TEXTS(text_in(l, advice_do(i->code))));
}

static void causes_add(struct buf *to, const struct report_code *causes, size_t cause_count,
                       enum language l, bool left)
{
    ON_LEAVE(figure_free) struct figure count = {0};

    if (cause_count == 0)
        return;
    line_end(to);
    line(to, l,
         left ? "Why rows were left out, and what to do:"
              : "Why rows were refused, and what to do:",
         NULL);
    for (size_t i = 0; i < cause_count; i++) {
        const struct report_code *c = &causes[i];
        ON_LEAVE(buf_free) struct buf text = {0};
        ON_LEAVE(buf_free) struct buf title = {0};
        report_title(&title, l, c->code);
        buf_text(&text, "- ");
        text_fill(&text, l, c->count == 1 ? "%1 (%2 row)." : "%1 (%2 rows).",
                  TEXTS(buf_get(&title), figure(&count, l, c->count)));
        sentence(&text, l, left ? advice_left(c->code) : advice_do(c->code), NULL);
        wrapped(to, buf_get(&text));
    }
}

static void listed_add(struct buf *to, const struct report_part *p,
                       const struct report_facts *facts)
{
    if (p->encoded.len == 0)
        return;
    line_end(to);
    buf_add(to, p->encoded.at, p->encoded.len);
    if (p->listed > ROWS_MOST)
        line_count(to, facts->language,
                   p->listed == ROWS_MOST + 1 ? "and %1 more row" : "and %1 more rows",
                   p->listed - ROWS_MOST);
}

/* What the reader is to do with the rejects, or that there is nothing to do. */
static void rejects_told(struct buf *to, const struct report_facts *facts)
{
    const struct import *i = &facts->import;
    enum language l = facts->language;
    char rejects[SPOOL_NAME_RECEIPT];
    char anew[LEDGER_NAME + 16];

    spool_name_receipt(spool_name_of(i), facts->newest ? 0 : i->id, RECEIPT_REJECTS, rejects);
    if (facts->mending && i->state == IMPORT_HELD) { /* it may go on as it is */
        line_end(to);
        line(to, l, "The refused rows are in the file %1, each with the reason at its end.",
             TEXTS(rejects));
    } else if (facts->mending) {
        snprintf(anew, sizeof anew, "%s-2.csv", spool_name_of(i));
        line_end(to);
        line(
            to, l,
            "The refused rows are in the file %1, each with the reason at its end. Correct them "
            "there, save that file under another name, such as %2, and drop it: the rows that were "
            "added need not come again.",
            TEXTS(rejects, anew));
    } else if (i->state == IMPORT_DONE && facts->counts.invalid + facts->counts.failed == 0 &&
               !report_left_needs(facts)) {
        line_end(to);
        line(to, l, "You have nothing more to do.", NULL);
    }
    if (i->state == IMPORT_CANCELLED && facts->counts.skipped > 0) {
        line_end(to);
        line(to, l,
             "If the rows that were left out are to be added after all, drop the file again.",
             NULL);
    }
}

/* Where there is more to read. */
static void reports_told(struct buf *to, const struct report_facts *facts)
{
    static const struct {
        unsigned format;
        const char *ending;
    } reports[] = {{REPORT_HTML, ".html"}, {REPORT_CSV, ".results.csv"}, {REPORT_JSON, ".json"}};
    ON_LEAVE(buf_free) struct buf names = {0};

    for (size_t i = 0; i < COUNT_OF(reports); i++)
        if (facts->formats & reports[i].format)
            buf_format(&names, "%s%s%s", names.len ? ", " : "", facts->import.stem,
                       reports[i].ending);
    if (names.len == 0)
        return;
    line_end(to);
    line(to, facts->language, "Your administrator has full reports: %1", TEXTS(buf_get(&names)));
}

static void result_end(struct report_part *p, const struct report_facts *facts)
{
    const struct import *i = &facts->import;
    struct buf *to = &p->text;

    buf_reset(to);
    outcome_add(to, facts);
    reason_add(to, facts);
    rejects_told(to, facts);
    line_end(to);
    head_add(to, facts->language, i);
    if (i->finished)
        line_time(to, facts->language, i->state == IMPORT_HELD ? "Stopped: %1" : "Ended: %1",
                  i->finished);
    counts_add(to, facts);
    causes_add(to, p->causes, p->cause_count, facts->language, false);
    listed_add(to, p, facts);
    causes_add(to, p->left, p->left_count, facts->language, true);
    reports_told(to, facts);
    fsio_add(p->file, to->at, to->len);
}

const struct report_kind report_receipt_result = {
    .ending = ".receipt.result.txt",
    .is_receipt = true,
    .receipt = RECEIPT_RESULT,
    .begin = result_begin,
    .row = result_row,
    .end = result_end,
};
