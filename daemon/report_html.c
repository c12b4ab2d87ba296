/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME report_html: the report for people, one file that needs nothing else, and no scripts.
 *
 * What happened and what is to be done stands on top, then the problems by their cause, then all
 * rows, as many as a browser can take, in tables of a thousand that are closed where there are
 * several: none is drawn that nobody opens. */
#include "report_page.h"

#include <inttypes.h>
#include <stdio.h>

#include "advice.h"
#include "choices.h"
#include "html.h"

#define BAR "bar"

/* What no other page needs. */
static const char style[] =
    ".many { contain-intrinsic-size: auto 33000px; content-visibility: auto }\n"
    ".rows td:first-child, .rows th:first-child { width: 5rem }\n"
    ".rows th:nth-child(3):not(:last-child) { width: 28% }\n"
    ".r td:last-child { color: var(--oops); font-weight: 600 }\n"
    ".paper { display: none }\n"
    /* on a phone no word of an outcome is broken: it has a line of its own */
    "@media (max-width: 40rem) {\n"
    "  .rows table, .rows thead, .rows tbody { display: block }\n"
    "  .rows tr { display: grid; grid-template-columns: 4rem 6rem 1fr;\n"
    "    border-bottom: 1px solid var(--line) }\n"
    "  .rows td, .rows th { border: 0 }\n"
    "  .rows td:last-child, .rows th:last-child { grid-column: 1 / -1; padding-top: 0 }\n"
    "}\n"
    "@media print {\n"
    "  .paper { display: block }\n"
    "  .many { content-visibility: visible }\n"
    "}\n";

/* The sheet of every report, and its hash: made once, since a small import would spend a tenth of
 * its time on it. */
struct sheet {
    struct buf text, hash;
};

static const struct sheet *sheet_get(void)
{
    static struct sheet sheet;

    if (sheet.text.len == 0) {
        buf_char(&sheet.text, '\n');
        buf_text(&sheet.text, html_style);
        buf_text(&sheet.text, style);
        html_hash(&sheet.hash, sheet.text.at);
    }
    return &sheet;
}

static void head_add(struct buf *to, const struct report_facts *facts)
{
    const struct sheet *sheet = sheet_get();

    buf_format(to,
               "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
               "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
               "style-src ",
               language_tag(facts->language));
    buf_add(to, sheet->hash.at, sheet->hash.len);
    buf_text(to, "\">\n<meta name=\"viewport\" content=\"width=device-width, "
                 "initial-scale=1\">\n<meta name=\"robots\" content=\"noindex\">\n<style>");
    buf_add(to, sheet->text.at, sheet->text.len);
    buf_text(to, "</style>\n<title>");
    html_text(to, facts->import.name);
    buf_format(to, " – %s %06" PRIu64 "</title>\n</head>\n<body>\n<main>\n<h1><bdi>",
               text_in(facts->language, "Import"), facts->import.id);
    html_text(to, facts->import.name);
    buf_text(to, "</bdi></h1>\n");
}

static void fact_add(struct buf *to, const struct report_facts *facts, const char *what,
                     const char *text)
{
    buf_format(to, "<dt>%s</dt><dd>", text_in(facts->language, what));
    html_text(to, text);
    buf_text(to, "</dd>\n");
}

static void time_add(struct buf *to, const struct report_facts *facts, const char *what,
                     int64_t wall)
{
    struct buf text = {0};

    if (wall <= 0)
        return;
    text_time(&text, facts->language, wall);
    fact_add(to, facts, what, text.at);
    buf_free(&text);
}

static void facts_add(struct buf *to, const struct report_facts *facts)
{
    const struct import *i = &facts->import;
    char id[24];

    snprintf(id, sizeof id, "%06" PRIu64, i->id);
    buf_text(to, "<dl class=\"facts\">\n");
    fact_add(to, facts, "Import", id);
    time_add(to, facts, "Began", i->started);
    time_add(to, facts, i->state == IMPORT_HELD ? "Stopped" : "Ended", i->finished);
    if (i->profile[0])
        fact_add(to, facts, "Profile", i->profile);
    buf_text(to, "</dl>\n");
}

/* ---- the bar ---- */

static void legend_add(struct buf *to, const struct report_facts *facts,
                       const struct html_part *parts)
{
    buf_text(to, "<ul class=\"legend\">\n");
    for (enum report_outcome o = 0; o < OUTCOMES; o++) {
        if (parts[o].count == 0)
            continue;
        buf_format(to,
                   "<li><svg aria-hidden=\"true\"><rect class=\"%s\" width=\"100%%\" "
                   "height=\"100%%\"/>",
                   parts[o].kind);
        if (o == OUTCOME_INVALID || o == OUTCOME_FAILED)
            buf_text(to, "<rect width=\"100%\" height=\"100%\" fill=\"url(#" BAR ")\"/>");
        buf_format(to, "</svg>%s: <strong>", text_in(facts->language, report_outcome_word(o)));
        text_count(to, facts->language, parts[o].count);
        buf_text(to, "</strong></li>\n");
    }
    buf_text(to, "</ul>\n");
}

static void bar_add(struct buf *to, const struct report_facts *facts)
{
    struct html_part parts[OUTCOMES];
    struct buf label = {0};

    if (facts->counts.rows == 0)
        return;
    for (enum report_outcome o = 0; o < OUTCOMES; o++) {
        parts[o] = (struct html_part){report_outcome_class(o), report_outcome_count(facts, o)};
        if (parts[o].count == 0)
            continue;
        buf_format(&label, "%s%s: ", label.len > 0 ? ", " : "",
                   text_in(facts->language, report_outcome_word(o)));
        text_count(&label, facts->language, parts[o].count);
    }
    html_bar(to, BAR, label.at, parts, OUTCOMES);
    legend_add(to, facts, parts);
    buf_free(&label);
}

/* ---- all rows ---- */

static void summary_add(struct buf *to, const struct report_facts *facts,
                        const struct report_section *section)
{
    struct buf first = {0};
    struct buf last = {0};

    text_count(&first, facts->language, section->first);
    text_count(&last, facts->language, section->last);
    report_text(to, facts, section->rows == 1 ? "Line %1" : "Lines %1 to %2",
                (const char *const[]){first.at, last.at});
    buf_text(to, ": ");
    report_counted(to, facts, "%1 row", "%1 rows", section->rows);
    if (section->refused > 0) {
        buf_text(to, ", ");
        report_counted(to, facts, "%1 refused", "%1 refused", section->refused);
    }
    buf_free(&first);
    buf_free(&last);
}

/* Where there are many sections a browser draws those that are looked at, by a guess of how high
 * the others are; a file of few rows is as high as it is. */
static void section_begin(struct buf *to, const struct report_facts *facts, size_t index)
{
    buf_format(to, "<details%s>\n<summary>", facts->section_count == 1 ? " open" : "");
    summary_add(to, facts, &facts->sections[index]);
    buf_format(to,
               "</summary>\n<div class=\"rows%s\"><table>\n<thead><tr><th scope=\"col\">%s</th>"
               "<th scope=\"col\">%s</th>",
               facts->section_count > 1 ? " many" : "", text_in(facts->language, "Line"),
               text_in(facts->language, "Extension"));
    if (facts->name_field >= 0)
        buf_format(to, "<th scope=\"col\">%s</th>", text_in(facts->language, "Name"));
    buf_format(to, "<th scope=\"col\">%s</th></tr></thead>\n<tbody>\n",
               text_in(facts->language, "Outcome"));
}

static void section_end(struct buf *to)
{
    buf_text(to, "</tbody></table></div>\n</details>\n");
}

/* Says that the list is not of all rows, and where they are. */
static void listed_add(struct buf *to, const struct report_facts *facts)
{
    struct buf listed = {0};
    struct buf rows = {0};
    struct buf name = {0};
    bool told = facts->formats & REPORT_CSV;

    text_count(&listed, facts->language, REPORT_LISTED);
    text_count(&rows, facts->language, facts->counts.rows);
    report_file_name(&name, facts, ".results.csv");
    buf_text(to, "<p>");
    report_text(to, facts,
                told ? "These are the first %1 of %2 rows; every row is in %3."
                     : "These are the first %1 of %2 rows.",
                (const char *const[]){listed.at, rows.at, name.at});
    buf_text(to, "</p>\n");
    buf_free(&listed);
    buf_free(&rows);
    buf_free(&name);
}

static void rows_begin(struct report_part *p, const struct report_facts *facts)
{
    struct buf *to = &p->text;

    for (enum report_outcome o = 0; o < OUTCOMES; o++)
        p->words[o] = text_in(facts->language, report_outcome_word(o));
    buf_format(to, "<section aria-labelledby=\"rows\">\n<h2 id=\"rows\">%s</h2>\n",
               text_in(facts->language, "All rows"));
    if (facts->counts.rows > REPORT_LISTED)
        listed_add(to, facts);
    if (facts->section_count > 1)
        buf_format(
            to, "<p class=\"quiet paper\">%s</p>\n",
            text_in(facts->language, "Rows are printed where they were opened before printing."));
}

/* Why the row ended so. */
static int code_of(const struct report_row *row)
{
    return row->cause != NULL ? row->cause->code : row->at.code;
}

static void outcome_add(struct report_part *p, const struct report_facts *facts,
                        const struct report_row *row)
{
    struct buf *to = &p->text;
    enum report_outcome outcome = report_outcome(facts, &row->at);
    int code = code_of(row);

    buf_text(to, p->words[outcome]);
    if (code == CODE_NONE || outcome == OUTCOME_WAITING)
        return;
    report_title(&p->encoded, facts->language, code);
    buf_text(to, ": ");
    html_text(to, buf_get(&p->encoded));
    buf_reset(&p->encoded);
}

/* The end tags of rows and cells are left out, as HTML allows: of a row they would be half. */
static bool html_row(struct report_part *p, const struct report_facts *facts,
                     const struct report_row *row, struct fault *f)
{
    struct buf *to = &p->text;

    (void)f;
    if (row->at.row == 0 || row->at.row > REPORT_LISTED)
        return true;
    if (p->rows == 0)
        rows_begin(p, facts);
    if (p->rows % REPORT_SECTION == 0) {
        if (p->rows > 0)
            section_end(to);
        section_begin(to, facts, (size_t)(p->rows / REPORT_SECTION));
    }
    p->rows++;
    buf_text(to, report_row_refused(&row->at) ? "<tr class=r><td>" : "<tr><td>");
    buf_number(to, row->at.line);
    buf_text(to, "<td>");
    html_text(to, row->at.number);
    if (facts->name_field >= 0) {
        buf_text(to, "<td>");
        report_person(to, facts, row, &p->encoded);
    }
    buf_text(to, "<td>");
    outcome_add(p, facts, row);
    buf_char(to, '\n');
    fsio_add(p->file, to->at, to->len);
    return true;
}

/* ---- the page ---- */

static void html_gather(struct report_part *p, const struct report_facts *facts,
                        const struct report_row *row)
{
    if (p->page == NULL)
        p->page = report_page_new();
    report_page_add(p->page, facts, row);
}

static bool html_begin(struct report_part *p, const struct report_facts *facts, struct fault *f)
{
    struct buf *to = &p->text;

    (void)f;
    buf_reset(to);
    head_add(to, facts);
    report_happened(to, facts);
    report_next(to, facts);
    bar_add(to, facts);
    facts_add(to, facts);
    fsio_add(p->file, to->at, to->len);
    report_page_write(p, facts);
    return true;
}

/* How the file was read, and why. */
static void choice_text(struct buf *to, enum language l, struct cell text, const char *after)
{
    ON_LEAVE(buf_free) struct buf told = {0};
    ON_LEAVE(free_text) char *english = xstrndup(text.at, text.len);

    text_message(&told, l, english);
    buf_text(&told, after);
    html_text(to, buf_get(&told));
}

static void choices_html(struct buf *to, const struct report_facts *facts)
{
    const char *choices = facts->import.choices;
    struct choice choice;

    if (!choices[0])
        return;
    buf_format(to, "<details>\n<summary>%s</summary>\n<ul class=\"quiet\">\n",
               text_in(facts->language, "How the file was read"));
    while (choices_next(&choices, &choice)) {
        buf_text(to, "<li>");
        choice_text(to, facts->language, choice.what, " ");
        /* a delimiter is no word, though a comma has its German counterpart in numbers */
        choice_text(to, choice.value.len == 1 ? LANGUAGE_EN : facts->language, choice.value, ": ");
        choice_text(to, facts->language, choice.reason, "");
        buf_text(to, "</li>\n");
    }
    buf_text(to, "</ul>\n</details>\n");
}

static void html_end(struct report_part *p, const struct report_facts *facts)
{
    struct buf *to = &p->text;

    buf_reset(to);
    if (p->rows > 0) {
        section_end(to);
        buf_text(to, "</section>\n");
    }
    choices_html(to, facts);
    buf_text(to, "</main>\n</body>\n</html>\n");
    fsio_add(p->file, to->at, to->len);
}

const struct report_kind report_html = {
    .ending = ".html",
    .format = REPORT_HTML,
    .gather = html_gather,
    .begin = html_begin,
    .row = html_row,
    .end = html_end,
};
