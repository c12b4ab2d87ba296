/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inside of the HTML report: report_html.c writes it, report_words.c says in sentences what
 * happened, report_group.c gathers the problems by their cause, and report_show.c knows which cells
 * may be shown. */
#ifndef EXTSPOOLD_REPORT_PAGE_H
#define EXTSPOOLD_REPORT_PAGE_H

#include "report_part.h"

/* ---- report_words.c: each adds HTML ---- */

/* A text of the table; values are HTML. */
void report_text(struct buf *to, const struct report_facts *facts, const char *english,
                 const char *const *values);
/* The text for one or for many, with the number as its %1. */
void report_counted(struct buf *to, const struct report_facts *facts, const char *one,
                    const char *many, uint64_t count);
/* What happened, and what the reader is to do next: paragraphs. */
void report_happened(struct buf *to, const struct report_facts *facts);
void report_next(struct buf *to, const struct report_facts *facts);
/* The name of another file of the report, ".rejects.csv" say. */
void report_file_name(struct buf *to, const struct report_facts *facts, const char *ending);

/* An outcome as it is told: its word and the class of its part in the bar. */
enum report_outcome report_outcome(const struct report_facts *facts, const struct ledger_row *row);
const char *report_outcome_word(enum report_outcome outcome); /* English, a key of texts */
const char *report_outcome_class(enum report_outcome outcome);
uint64_t report_outcome_count(const struct report_facts *facts, enum report_outcome outcome);

/* ---- report_show.c: each adds HTML, or nothing where there is nothing that may be shown. scratch
 * is empty, and again afterwards ---- */

#define REPORT_SHOWN  80 /* characters of a cell */
#define REPORT_HIDDEN "••••••"

/* The name of the row's person. */
void report_person(struct buf *to, const struct report_facts *facts, const struct report_row *row,
                   struct buf *scratch);
/* What stands in the column that the finding names. */
void report_value(struct buf *to, const struct report_facts *facts, const struct report_row *row,
                  const struct finding *x, struct buf *scratch);

/* ---- report_group.c ---- */

/* Problems by their cause: at most GROUP_ROWS rows of each cause, and a bounded number of bytes,
 * whatever the file. */
struct report_page *report_page_new(void);
struct report_page *report_page_free(struct report_page *page); /* NULL */
void report_page_add(struct report_page *page, const struct report_facts *facts,
                     const struct report_row *row);
/* Writes all groups to the file, the largest first. */
void report_page_write(struct report_part *p, const struct report_facts *facts);

#endif
