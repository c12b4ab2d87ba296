/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME report_html: the report for people, one file that needs nothing else. */
#include "report_part.h"

#include <inttypes.h>
#include <stdio.h>

#include "choices.h"
#include "clock.h"
#include "html.h"

static const char head[] =
    "<!DOCTYPE html>\n"
    "<html lang=\"en\">\n"
    "<head>\n"
    "<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<meta name=\"robots\" content=\"noindex\">\n"
    "<style>\n"
    ":root { color-scheme: light dark; --line: #c8c8c8; --quiet: #595959; --bad: #a40000 }\n"
    "@media (prefers-color-scheme: dark) {\n"
    "  :root { --line: #4a4a4a; --quiet: #b0b0b0; --bad: #ff9d94 }\n"
    "}\n"
    "body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto;\n"
    "  padding: 1rem; overflow-wrap: anywhere }\n"
    "h1 { font-size: 1.4rem }\n"
    "h2 { font-size: 1.1rem }\n"
    "table { border-collapse: collapse; width: 100% }\n"
    "th, td { border-bottom: 1px solid var(--line); padding: .4rem .6rem .4rem 0;\n"
    "  text-align: left; vertical-align: top; font-variant-numeric: tabular-nums }\n"
    "th { overflow-wrap: normal }\n"
    "table.counts { width: auto }\n"
    "p { margin: .4rem 0 }\n"
    "td p { margin: 0 }\n"
    ".quiet, code { color: var(--quiet); font-size: .85rem }\n"
    ".error { color: var(--bad); font-weight: 600 }\n"
    "</style>\n";

/* What happened, in a sentence or two. */
static void sentence_add(struct buf *to, const struct report_facts *facts)
{
    const struct import *i = &facts->import;
    const struct ledger_counts *c = &facts->counts;
    bool held = i->state == IMPORT_HELD;

    if (i->state == IMPORT_REJECTED) {
        buf_text(to, "The file could not be imported: ");
        html_text(to, i->reason[0] ? i->reason : code_meaning(i->code));
        buf_text(to, ".");
        return;
    }
    if (held) {
        buf_text(to, "The import is held: ");
        html_text(to, i->reason[0] ? i->reason : code_meaning(i->code));
        buf_text(to, ". ");
    }
    if (i->state == IMPORT_CANCELLED)
        buf_text(to, "The import was cancelled. ");
    if (c->rows == 0)
        buf_text(to, "The file has no rows, so nothing was added.");
    else
        buf_format(to, "%" PRIu64 " of %" PRIu64 " people %s added to the phone system%s.",
                   c->created, c->rows, c->created == 1 ? "was" : "were", held ? " so far" : "");
    if (c->unchanged > 0)
        buf_format(to, " %" PRIu64 " had been added before, unchanged.", c->unchanged);
}

static void counts_add(struct buf *to, const struct ledger_counts *c)
{
    const struct {
        const char *label;
        uint64_t count;
    } lines[] = {
        {"Rows in the file", c->rows},
        {"Added", c->created},
        {"Added before, unchanged", c->unchanged},
        {"Skipped", c->skipped},
        {"Not valid, never sent", c->invalid},
        {"Refused by the phone system", c->failed},
    };

    buf_text(to, "<table class=\"counts\">\n");
    for (size_t i = 0; i < COUNT_OF(lines); i++)
        buf_format(to, "<tr><th scope=\"row\">%s</th><td>%" PRIu64 "</td></tr>\n", lines[i].label,
                   lines[i].count);
    buf_text(to, "</table>\n");
}

/* How the file was read, and why. */
static void choices_html(struct buf *to, const char *choices)
{
    struct choice choice;
    char text[CHOICES_ROOM];

    if (!choices[0])
        return;
    buf_text(to, "<p class=\"quiet\">How the file was read:</p>\n<ul class=\"quiet\">\n");
    while (choices_next(&choices, &choice)) {
        snprintf(text, sizeof text, "%.*s %.*s: %.*s", (int)choice.what.len, choice.what.at,
                 (int)choice.value.len, choice.value.at, (int)choice.reason.len, choice.reason.at);
        buf_text(to, "<li>");
        html_text(to, text);
        buf_text(to, "</li>\n");
    }
    buf_text(to, "</ul>\n");
}

static bool html_begin(struct report_part *p, const struct report_facts *facts, struct fault *f)
{
    const struct import *i = &facts->import;
    struct buf *to = &p->text;
    char finished[CLOCK_TEXT];

    (void)f;
    buf_reset(to);
    buf_text(to, head);
    buf_format(to, "<title>Import %06" PRIu64 ": ", i->id);
    html_text(to, i->name);
    buf_text(to, "</title>\n</head>\n<body>\n<h1><bdi>");
    html_text(to, i->name);
    buf_text(to, "</bdi></h1>\n<p>");
    sentence_add(to, facts);
    buf_format(to, "</p>\n<p class=\"quiet\">Import %06" PRIu64 ", %s %s</p>\n", i->id,
               import_state_text(i->state), clock_text(i->finished, finished));
    counts_add(to, &facts->counts);
    choices_html(to, i->choices);
    if (facts->problems > 0)
        buf_text(to, "<h2>Problems</h2>\n<table>\n<tr><th scope=\"col\">Line</th>"
                     "<th scope=\"col\">Extension</th><th scope=\"col\">Outcome</th>"
                     "<th scope=\"col\">What was found</th></tr>\n");
    fsio_add(p->file, to->at, to->len);
    return true;
}

static void problem_add(struct buf *to, const struct finding *x)
{
    char code[CODE_TEXT];

    buf_format(to, "<p><span class=\"%s\">%s:</span> ", severity_text(x->severity),
               severity_text(x->severity));
    if (x->column[0]) {
        buf_text(to, "<bdi>");
        html_text(to, x->column);
        buf_text(to, "</bdi>: ");
    }
    html_text(to, x->message);
    buf_format(to, " <code>%s</code></p>\n", code_text(x->code, code));
}

/* One line of the table, with all problems of the row. */
static bool html_row(struct report_part *p, const struct report_facts *facts,
                     const struct report_row *row, struct fault *f)
{
    struct buf *to = &p->text;

    (void)facts;
    (void)f;
    if (row->count == 0 || p->problems == REPORT_PROBLEMS_MOST)
        return true;
    buf_text(to, "<tr><td>");
    if (row->at.line > 0)
        buf_format(to, "%" PRIu64, row->at.line);
    buf_text(to, "</td><td>");
    html_text(to, row->at.number);
    buf_format(to, "</td><td>%s</td><td>\n", row->at.row > 0 ? row_state_text(row->at.state) : "");
    for (size_t i = 0; i < row->count && p->problems < REPORT_PROBLEMS_MOST; i++, p->problems++)
        problem_add(to, &row->problems[i]);
    buf_text(to, "</td></tr>\n");
    fsio_add(p->file, to->at, to->len);
    return true;
}

static void html_end(struct report_part *p, const struct report_facts *facts)
{
    struct buf *to = &p->text;

    buf_reset(to);
    if (facts->problems > 0)
        buf_text(to, "</table>\n");
    if (facts->problems > p->problems)
        buf_format(to, "<p>%" PRIu64 " more are not shown here.</p>\n",
                   facts->problems - p->problems);
    buf_text(to, "</body>\n</html>\n");
    fsio_add(p->file, to->at, to->len);
}

const struct report_kind report_html = {
    .ending = ".html",
    .format = REPORT_HTML,
    .begin = html_begin,
    .row = html_row,
    .end = html_end,
};
