/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME report: what became of every row of an import.
 *
 * Walks the rows twice: the first pass counts the problems by code, which the JSON tells before
 * the problems, and lets the HTML gather what it tells before the rows; the second one writes all
 * files side by side. The ledger keeps no findings; a row that has some is read from the copy and
 * checked again. Nothing here grows with the rows but, up to a bound, the places of the HTML's
 * sections. */
#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "report_page.h"
#include "utf8.h"

#define PAGE_ROWS 128
#define FILE_MODE 0640

/* The JSON is last: who waits for it finds the others. */
static const struct report_kind *const kinds[] = {
    &report_rejects,         &report_results,        &report_html,
    &report_receipt_rejects, &report_receipt_result, &report_json,
};

struct report {
    struct report_source source;
    struct report_facts facts;
    struct rows *reader; /* NULL when there is no copy, or no header to check rows by */
    struct columns *columns;
    struct record record;
    struct findings import_problems; /* why it is held or rejected; what it is a copy of */
    struct findings header_problems;
    struct findings problems; /* of the row at hand */
    struct report_part parts[COUNT_OF(kinds)];
    int receipts;               /* their folder; -1: none are wanted */
    struct fault receipts_lack; /* the first thing that went wrong there */
    bool writing;               /* the second pass */
    uint64_t after;
    struct ledger_row page[PAGE_ROWS];
};

/* The ledger's texts are cut to fit, if need be amid a character: replaces what is left of one.
 * Findings are well-formed by themselves. */
static void text_mend(char *text)
{
    size_t len = strlen(text);

    for (size_t i = utf8_valid(text, len); i < len; i += utf8_valid(text + i, len - i))
        text[i] = '?';
}

static const struct finding *finding_of(const struct findings *list, int code)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->at[i].code == code)
            return &list->at[i];
    return NULL;
}

/* Where the heading stands that rejects add, or `otherwise` when the file has none. */
static size_t column_find(const struct report *r, const char *heading, size_t otherwise)
{
    for (size_t i = 0; i < columns_count(r->columns); i++)
        if (strcmp(columns_heading(r->columns, i), heading) == 0)
            return i;
    return otherwise;
}

/* Where the second line of headings is. */
static bool labels_read(struct report *r, struct fault *f)
{
    struct row labels;

    if (!rows_next(r->reader, &labels, f))
        return false;
    r->facts.labels_offset = labels.offset;
    r->facts.labels_bytes = labels.bytes;
    return true;
}

/* The field that says whose extension it is, if the file has it: the PBX's, or what schemas of
 * one's own may call it. */
static int name_find(const struct report *r)
{
    static const char *const names[] = {"username", "displayname", "display_name",
                                        "fullname", "full_name",   "name"};
    const struct schema *s = r->source.schema;

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        int field = schema_find(s, names[i], strlen(names[i]));
        if (field >= 0 && (size_t)field != schema_key(s) && !schema_secret(s, (size_t)field) &&
            columns_fed(r->columns, (size_t)field))
            return field;
    }
    return -1;
}

/* Reads the header from the copy, for its problems and to check rows by. */
static bool header_read(struct report *r, struct fault *f)
{
    const struct import *i = &r->facts.import;
    struct report_facts *facts = &r->facts;
    struct row header;

    if (r->source.copy < 0 || r->source.schema == NULL || i->header_line == 0)
        return true;
    struct rows_limits limits = {i->max_record, i->max_columns};
    r->reader = rows_new(r->source.copy, i->delimiter, limits, i->header_offset, i->header_line);
    if (i->quote)
        rows_quote(r->reader, i->quote);
    if (!rows_next(r->reader, &header, f))
        return false;
    if (header.kind != ROW_KIND_RECORD) {
        r->reader = rows_free(r->reader);
        return true;
    }

    r->columns = columns_new(r->source.schema, r->source.profile, header.cells, header.count,
                             &r->header_problems);
    facts->header_bytes = header.bytes;
    facts->headings = header.repaired == CODE_NONE ? NULL : r->columns;
    facts->cells = r->columns;
    facts->name_field = name_find(r);
    facts->columns = header.count;
    facts->error_column = column_find(r, "import_error", facts->columns);
    facts->line_column = column_find(
        r, "import_line", facts->columns + (facts->error_column == facts->columns ? 1 : 0));
    rows_expect(r->reader, header.count);
    return i->header_rows < 2 || labels_read(r, f);
}

/* Why the import as a whole is held or rejected, unless the header's problems say it; and which
 * earlier one had the same bytes. */
static bool import_check(struct report *r, struct fault *f)
{
    const struct import *i = &r->facts.import;
    bool stopped = i->state == IMPORT_HELD || i->state == IMPORT_REJECTED;
    uint64_t same = 0;

    if (stopped && i->code != CODE_NONE && finding_of(&r->header_problems, i->code) == NULL)
        finding_add(&r->import_problems, i->code, SEVERITY_ERROR, NULL, "%s",
                    i->reason[0] ? i->reason : code_meaning(i->code));
    if (!ledger_same_file(r->source.ledger, i, &same, f))
        return false;
    if (same)
        finding_add(&r->import_problems, CODE_SAME_FILE, SEVERITY_WARNING, NULL,
                    "the same bytes were imported before, as %06" PRIu64, same);
    return true;
}

/* What senders are told is a copy, in a folder that may be full, gone or another's: whatever goes
 * wrong there is kept, and harms no report. */
static void receipt_failed(struct report *r, const struct fault *why)
{
    if (r->receipts_lack.kind == FAULT_NONE)
        r->receipts_lack = *why;
}

/* Another descriptor, since the configuration may be read again before the report is whole. */
static void receipts_open(struct report *r)
{
    struct fault why = {0};
    if (r->source.receipts < 0)
        return;
    r->receipts = fcntl(r->source.receipts, F_DUPFD_CLOEXEC, 0);
    if (r->receipts < 0) {
        fault_set(&why, FAULT_IO, errno, "open the folder of receipts");
        receipt_failed(r, &why);
    }
}

static bool part_wanted(const struct report *r, const struct report_kind *kind)
{
    bool refused = r->facts.counts.invalid + r->facts.counts.failed > 0 && r->reader != NULL;
    bool asked = kind->is_receipt ? r->receipts >= 0
                                  : kind->format == 0 || (r->source.formats & kind->format) != 0;
    return asked && (refused || !kind->refused_only);
}

static bool part_begin(struct report *r, size_t index, struct fault *f)
{
    const struct report_kind *kind = kinds[index];
    struct report_part *p = &r->parts[index];
    struct fault why = {0};
    char temp[64];

    if (!part_wanted(r, kind))
        return true;
    snprintf(temp, sizeof temp, ".%06" PRIu64 "%s.tmp", r->facts.import.id, kind->ending);
    if (!fsio_create(kind->is_receipt ? r->receipts : r->source.reports, temp, FILE_MODE, &p->file,
                     &why)) {
        if (kind->is_receipt)
            receipt_failed(r, &why);
        else if (f)
            *f = why;
        return kind->is_receipt;
    }
    /* A group that cannot be given is no reason to withhold a report. */
    if (kind->is_receipt)
        (void)!fchown(fsio_fd(p->file), (uid_t)-1, (gid_t)r->source.receipts_group);
    else if (kind->refused_only)
        (void)!fchown(fsio_fd(p->file), (uid_t)-1, (gid_t)r->source.rejects_group);
    r->facts.mending = r->facts.mending || (kind->is_receipt && kind->refused_only);
    return true;
}

bool report_new(const struct report_source *source, struct report **ret, struct fault *f)
{
    struct report *r = xcalloc(1, sizeof *r);
    struct ledger_counts *counts = &r->facts.counts;

    assert(source->import->state >= IMPORT_DONE);
    r->source = *source;
    r->facts.language = source->language;
    r->facts.name_field = -1;
    r->facts.import = *source->import;
    r->facts.copy = source->copy;
    r->facts.formats = source->formats;
    r->receipts = -1;
    receipts_open(r);
    text_mend(r->facts.import.name);
    text_mend(r->facts.import.reason);
    text_mend(r->facts.import.choices);
    bool well = ledger_counts(source->ledger, source->import->id, counts, f) && header_read(r, f) &&
                import_check(r, f);
    for (size_t i = 0; well && i < COUNT_OF(kinds); i++)
        well = part_begin(r, i, f);
    if (!well) {
        report_free(r);
        return false;
    }

    r->facts.rejects = part_wanted(r, &report_rejects);
    r->facts.waiting = counts->open;
    counts->skipped += counts->open;
    counts->open = 0;
    *ret = r;
    return true;
}

void report_code_count(struct report_facts *facts, int code)
{
    size_t i = 0;

    facts->problems++;
    while (i < facts->code_count && facts->codes[i].code < code)
        i++;
    if (i == facts->code_count || facts->codes[i].code != code) {
        size_t bytes = sizeof(*facts->codes);
        facts->codes = xrealloc(facts->codes, (facts->code_count + 1) * bytes);
        memmove(&facts->codes[i + 1], &facts->codes[i], (facts->code_count - i) * bytes);
        facts->codes[i] = (struct report_code){.code = code};
        facts->code_count++;
    }
    facts->codes[i].count++;
}

static void row_count(struct report *r, const struct report_row *row)
{
    for (size_t i = 0; i < row->count; i++)
        report_code_count(&r->facts, row->problems[i].code);
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        if (r->parts[i].file != NULL && kinds[i]->gather != NULL)
            kinds[i]->gather(&r->parts[i], &r->facts, row);
}

/* Counts the row, or writes it, as the pass wants. */
static bool row_pass(struct report *r, const struct report_row *row, struct fault *f)
{
    if (!r->writing) {
        row_count(r, row);
        return true;
    }
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        struct report_part *p = &r->parts[i];
        buf_reset(&p->text);
        if (p->file != NULL && !kinds[i]->row(p, &r->facts, row, f))
            return false;
    }
    return true;
}

/* The row as it is told: one without an outcome, since the import is held, as skipped. */
static struct ledger_row row_told(const struct ledger_row *row)
{
    struct ledger_row told = *row;

    text_mend(told.number);
    text_mend(told.detail);
    if (row->state >= ROW_FINAL)
        return told;
    told.state = ROW_SKIPPED;
    told.code = CODE_NOT_SENT;
    snprintf(told.detail, sizeof told.detail, "%s",
             row->state == ROW_PLANNED ? "" : "the PBX is asked about it when the import goes on");
    return told;
}

/* Adds the problem that the row's code stands for, unless checking the row has found it. */
static void code_add(struct findings *list, const struct ledger_row *row)
{
    enum severity severity = report_row_refused(row) ? SEVERITY_ERROR : SEVERITY_WARNING;
    const char *meaning;

    if (row->code == CODE_NONE || finding_of(list, row->code) != NULL)
        return;
    meaning = code_meaning(row->code);
    if (row->code == CODE_CHANGED) /* its detail names the columns that differ */
        finding_add(list, row->code, severity, row->detail, "%s", meaning);
    else if (row->detail[0])
        finding_add(list, row->code, severity, NULL, "%s: %s", meaning, row->detail);
    else
        finding_add(list, row->code, severity, NULL, "%s", meaning);
}

/* Reads the row from the copy again. */
static bool row_read(struct report *r, const struct ledger_row *row, struct row *ret,
                     struct fault *f)
{
    rows_seek(r->reader, row->offset, row->line);
    if (!rows_next(r->reader, ret, f))
        return false;
    if (ret->kind == ROW_KIND_END)
        return fault_set(f, FAULT_IO, 0, "the copy of '%s' ends before row %" PRIu64,
                         r->facts.import.file, row->row);
    return true;
}

/* Finds what was found when it was planned. */
static void row_check(struct report *r, const struct ledger_row *row, const struct row *record)
{
    /* what generated cells say is in no report: any key will do */
    struct columns_given given = {.number = row->number[0] ? row->number : NULL, .row = row->row};
    columns_check(r->columns, record, &given, &r->record, &r->problems);
}

/* Whether somebody wants to see the row itself: the HTML, of each row that it lists or that has a
 * problem. */
static bool row_wanted(const struct report *r, const struct ledger_row *row)
{
    bool shown = r->writing ? row->row <= REPORT_LISTED : row->state >= ROW_FINAL;

    return r->reader != NULL && (((r->source.formats & REPORT_HTML) && shown) || row->findings ||
                                 report_row_refused(row));
}

/* Notes where the row's section begins and ends. */
static void section_note(struct report_facts *facts, const struct ledger_row *row)
{
    struct report_section *section;

    if (row->row > REPORT_LISTED)
        return;
    if (facts->section_count == 0 ||
        facts->sections[facts->section_count - 1].rows == REPORT_SECTION) {
        facts->sections =
            xrealloc(facts->sections, (facts->section_count + 1) * sizeof *facts->sections);
        facts->sections[facts->section_count++] = (struct report_section){.first = row->line};
    }
    section = &facts->sections[facts->section_count - 1];
    section->last = row->line;
    section->rows++;
    section->refused += report_row_refused(row);
}

/* Whether nothing can be said of the row but its outcome. */
static bool is_well(const struct ledger_row *row)
{
    return row->state >= ROW_FINAL && row->code == CODE_NONE && !row->findings;
}

static bool row_handle(struct report *r, const struct ledger_row *at, struct fault *f)
{
    if (!r->writing)
        section_note(&r->facts, at);
    if (!r->writing && is_well(at))
        return true; /* it has no problem to be counted */

    struct report_row row = {.at = row_told(at)};
    struct row record;
    struct findings *list = &r->problems;

    findings_reset(list);
    if (row_wanted(r, at)) {
        if (!row_read(r, at, &record, f))
            return false;
        row.record = &record;
    }
    if (row.record != NULL && (at->findings || report_row_refused(at)))
        row_check(r, at, &record);
    code_add(list, &row.at);
    row.problems = list->at;
    row.count = list->count;
    row.cause = finding_error(list);
    if (row.cause == NULL && row.at.code != CODE_NONE)
        row.cause = finding_of(list, row.at.code);
    return row_pass(r, &row, f);
}

/* Problems of the import and of its header come first, as those of row 0. */
static bool pass_begin(struct report *r, struct fault *f)
{
    struct report_row import = {.problems = r->import_problems.at,
                                .count = r->import_problems.count};
    struct report_row header = {.problems = r->header_problems.at,
                                .count = r->header_problems.count,
                                .at.line = r->facts.import.header_line};

    for (size_t i = 0; r->writing && i < COUNT_OF(kinds); i++)
        if (r->parts[i].file != NULL && !kinds[i]->begin(&r->parts[i], &r->facts, f))
            return false;
    return row_pass(r, &import, f) && row_pass(r, &header, f);
}

/* The name that a receipt stands under. An import that ends after a newer one of the same name was
 * claimed leaves the plain name to that. */
static void receipt_name(const struct report *r, enum receipt kind, bool plain,
                         char to[SPOOL_NAME_RECEIPT])
{
    spool_name_receipt(spool_name_of(&r->facts.import), plain ? 0 : r->facts.import.id, kind, to);
}

/* One receipt of this kind stands for the import, or none: not the one that an earlier report of it
 * had, under either name. */
static bool receipt_place(struct report *r, size_t index, struct fault *why)
{
    struct fsio_file *file = r->parts[index].file;
    char name[SPOOL_NAME_RECEIPT];
    char numbered[SPOOL_NAME_RECEIPT];

    receipt_name(r, kinds[index]->receipt, r->facts.newest, name);
    receipt_name(r, kinds[index]->receipt, false, numbered);
    r->parts[index].file = NULL;
    if (file != NULL && !fsio_place(file, name, why))
        return false;
    if (file == NULL && !fsio_unlink(r->receipts, name, why))
        return false;
    return !r->facts.newest || fsio_unlink(r->receipts, numbered, why);
}

static void receipt_finish(struct report *r, size_t index)
{
    struct fault why = {0};
    bool lacks = r->parts[index].file == NULL && part_wanted(r, kinds[index]);

    if (r->receipts < 0 || lacks) /* which was told: what stands there is better than nothing */
        return;
    if (r->parts[index].file != NULL && kinds[index]->end != NULL)
        kinds[index]->end(&r->parts[index], &r->facts);
    if (!receipt_place(r, index, &why) || !fsio_sync(r->receipts, "the folder of receipts", &why))
        receipt_failed(r, &why);
}

static bool newest_find(struct report *r, struct fault *f)
{
    const struct import *i = &r->facts.import;
    uint64_t newest = i->id;

    if (r->receipts >= 0 &&
        !ledger_namesake(r->source.ledger, spool_name_of(i), UINT64_MAX, INT64_MAX, &newest, f))
        return false;
    r->facts.newest = newest <= i->id && spool_name_is_free(i);
    return true;
}

static bool part_finish(struct report *r, size_t index, struct fault *f)
{
    struct fsio_file *file = r->parts[index].file;
    char name[LEDGER_NAME + 16];

    snprintf(name, sizeof name, "%s%s", r->facts.import.stem, kinds[index]->ending);
    if (file == NULL)
        return fsio_unlink(r->source.reports, name, f);
    if (kinds[index]->end != NULL)
        kinds[index]->end(&r->parts[index], &r->facts);
    r->parts[index].file = NULL;
    return fsio_place(file, name, f);
}

static bool parts_finish(struct report *r, struct fault *f)
{
    if (!newest_find(r, f))
        return false;
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        if (kinds[i]->is_receipt)
            receipt_finish(r, i);
        else if (!part_finish(r, i, f))
            return false;
    return true;
}

const struct fault *report_receipts(const struct report *r)
{
    return &r->receipts_lack;
}

bool report_step(struct report *r, size_t rows, bool *ret_whole, struct fault *f)
{
    assert(rows > 0);
    for (size_t left = rows; left > 0;) {
        size_t room = left < PAGE_ROWS ? left : PAGE_ROWS;
        size_t count = 0;

        if (r->after == 0 && !pass_begin(r, f))
            return false;
        if (!ledger_rows(r->source.ledger, r->facts.import.id, r->after, LEDGER_ALL, r->page, room,
                         &count, f))
            return false;
        for (size_t i = 0; i < count; i++)
            if (!row_handle(r, &r->page[i], f))
                return false;
        if (count > 0) {
            r->after = r->page[count - 1].row;
            left -= count;
        } else if (!r->writing) {
            r->writing = true;
            r->after = 0;
        } else {
            *ret_whole = parts_finish(r, f);
            return *ret_whole;
        }
    }
    *ret_whole = false;
    return true;
}

struct report *report_free(struct report *r)
{
    if (r == NULL)
        return NULL;
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        fsio_abandon(r->parts[i].file);
        buf_wipe(&r->parts[i].text);
        buf_wipe(&r->parts[i].encoded);
        charset_free(r->parts[i].encoder);
        report_page_free(r->parts[i].page);
        free(r->parts[i].causes);
        free(r->parts[i].left);
    }
    findings_free(&r->import_problems);
    findings_free(&r->header_problems);
    findings_free(&r->problems);
    record_free(&r->record);
    columns_free(r->columns);
    rows_free(r->reader);
    free(r->facts.codes);
    free(r->facts.sections);
    close_fd(&r->receipts);
    free(r);
    return NULL;
}
