/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files that make up a report, each a kind with three functions. Private to report*.c:
 * report.c walks the rows and hands each one to every kind. */
#ifndef EXTSPOOLD_REPORT_PART_H
#define EXTSPOOLD_REPORT_PART_H

#include "buf.h"
#include "charset.h"
#include "clock.h"
#include "encoding.h"
#include "fsio.h"
#include "report.h"
#include "spool_name.h"

struct report_code {
    int code;
    uint64_t count;
};

/* The HTML lists rows in sections of so many, and so many in all: what a browser opens in seconds
 * and people may look through. The results have every row. */
#define REPORT_SECTION 1000
#define REPORT_LISTED  200000
struct report_section {
    uint64_t first, last; /* lines in which its first and its last row begin */
    uint64_t rows, refused;
};

/* What holds for the whole report. Texts are well-formed UTF-8. */
struct report_facts {
    struct import import;
    enum language language;
    struct ledger_counts counts;     /* rows without an outcome are counted as skipped */
    uint64_t waiting;                /* those among them, which only a held import has */
    bool rejects;                    /* there will be a file of the refused rows */
    const struct columns *cells;     /* which cell is what; NULL: rows cannot be read */
    int name_field;                  /* that tells whose row it is; -1: none does */
    struct report_section *sections; /* of rows listed; known when the files are written */
    size_t section_count;
    struct report_code *codes; /* problems by code, in the order of the codes */
    size_t code_count;
    uint64_t problems; /* of all codes */
    int copy;          /* the private copy, lent; -1: none */
    uint64_t header_bytes;
    const struct columns *headings;       /* NULL: the line is well-formed, and told as it came */
    uint64_t labels_offset, labels_bytes; /* of a second line of headings; 0 bytes: none */
    size_t columns;                       /* cells of the header */
    size_t error_column; /* where import_error stands: a column of the file, or beyond its last */
    size_t line_column;  /* the same of import_line */
    unsigned formats;
    bool newest;  /* no later import has the plain names of receipts, so that this one may */
    bool mending; /* a receipt has the refused rows */
};

/* One row with all its problems, or (row 0) the problems of the import itself. */
struct report_row {
    struct ledger_row at; /* as it is told: with an outcome, and a code when it has a problem */
    const struct finding *problems;
    size_t count;
    const struct finding *cause; /* the problem that tells why it ended so, or NULL */
    /* As it stands in the copy; NULL when it was not read, which a refused one always is where
     * there is a copy. */
    const struct row *record;
};

/* One more problem with this code. The caller frees facts->codes in the end. */
void report_code_count(struct report_facts *facts, int code);

/* Whether the row goes into the rejects. */
static inline bool report_row_refused(const struct ledger_row *row)
{
    return row->state == ROW_INVALID || row->state == ROW_FAILED;
}

/* ---- report_words.c: what all that people read has in common ---- */

/* What is wrong, as text without markup: advice_title, and the number of an error where the title
 * is that of many. */
void report_title(struct buf *to, enum language l, int code);
/* The sentence for what most imports come to, with the number of rows as its %1; NULL for others.
 * Static text, a key of texts. */
const char *report_simple(const struct ledger_counts *c);
/* Whether rows were left out that may need somebody: their extensions are there already. */
bool report_left_needs(const struct report_facts *facts);

struct report_part;
struct report_page; /* report_page.h */

struct report_kind {
    const char *ending;
    unsigned format;   /* bit of [report] formats that asks for it; 0: there whatever it says */
    bool refused_only; /* repeats refused records, and exists only when there are some */
    bool is_receipt;   /* stands in the folder of receipts, under the name of this kind */
    enum receipt receipt;
    /* What the first pass finds: every row that something can be said of, and row 0; NULL: nothing
     * is wanted of it. With it go all rows' records. */
    void (*gather)(struct report_part *p, const struct report_facts *facts,
                   const struct report_row *row);
    bool (*begin)(struct report_part *p, const struct report_facts *facts, struct fault *f);
    bool (*row)(struct report_part *p, const struct report_facts *facts,
                const struct report_row *row, struct fault *f);
    void (*end)(struct report_part *p, const struct report_facts *facts); /* NULL: nothing */
};

extern const struct report_kind report_json, report_results, report_rejects, report_html;
extern const struct report_kind report_receipt_rejects, report_receipt_result;

/* What people are told of a row. */
enum report_outcome {
    OUTCOME_ADDED,
    OUTCOME_UNCHANGED,
    OUTCOME_LEFT,
    OUTCOME_WAITING,
    OUTCOME_INVALID,
    OUTCOME_FAILED,
    OUTCOMES
};
struct report_part {
    struct fsio_file *file;      /* NULL when this part is not wanted */
    uint64_t problems;           /* JSON: told so far; the result: lines about the file */
    const char *line_end;        /* rejects: the header's; static text */
    struct charset *encoder;     /* rejects: NULL where the sender wrote UTF-8 */
    struct buf encoded;          /* of the rejects; of the HTML: a cell */
    struct report_page *page;    /* HTML: what it has gathered */
    uint64_t rows;               /* HTML: written so far */
    const char *words[OUTCOMES]; /* HTML: for the outcomes, lent by texts.h */
    uint64_t listed;             /* the result: refused rows */
    struct report_code *causes;  /* the result: refused rows by what is wrong with them */
    size_t cause_count;
    struct report_code *left; /* the result: rows that were left out, the same */
    size_t left_count;
    int64_t finished; /* results: the time that was written last, and its text */
    char finished_text[CLOCK_TEXT];
    struct buf text; /* to compose a row in; empty at the beginning of each */
};

#endif
