/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME report_group: the problems of all rows by their cause, gathered while the rows are counted.
 *
 * What is kept is what will be shown: the cells of a table's lines as HTML. Of each cause so many
 * rows, and of all together so many bytes; the rest is only counted. */
#include "report_page.h"

#include <inttypes.h>

#include "advice.h"
#include "html.h"

#define GROUPS_MOST 32 /* causes in a list */
#define GROUP_ROWS  200
#define GROUP_BYTES (128 * 1024)
#define PAGE_BYTES  (2 * 1024 * 1024)

/* The columns of a table. */
enum part { PART_LINE, PART_NUMBER, PART_PERSON, PART_COLUMN, PART_VALUE, PART_MESSAGE, PARTS };

struct group {
    int code;
    uint64_t rows, shown;
    uint64_t last;   /* row that was counted last */
    bool any[PARTS]; /* some line has something there */
    struct buf text; /* the lines: of each its parts, as HTML, each with a NUL after it */
};

struct list {
    struct group *groups[GROUPS_MOST];
    size_t count;
    uint64_t more; /* rows of further causes */
};

enum list_kind { LIST_FILE, LIST_REFUSED, LIST_LEFT, LIST_NOTES, LISTS };

static const char *const titles[LISTS] = {
    [LIST_FILE] = "About the file as a whole",
    [LIST_REFUSED] = "Rows that were refused",
    [LIST_LEFT] = "Rows that were left out",
    [LIST_NOTES] = "Hints",
};

struct report_page {
    struct list lists[LISTS];
    size_t bytes;
};

struct report_page *report_page_new(void)
{
    return xcalloc(1, sizeof(struct report_page));
}

struct report_page *report_page_free(struct report_page *page)
{
    if (page == NULL)
        return NULL;
    for (size_t i = 0; i < LISTS; i++) {
        for (size_t k = 0; k < page->lists[i].count; k++) {
            buf_wipe(&page->lists[i].groups[k]->text);
            free(page->lists[i].groups[k]);
        }
    }
    free(page);
    return NULL;
}

/* ---- gathering ---- */

/* The group of this code; NULL when there are too many of them. */
static struct group *group_of(struct list *list, int code)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->groups[i]->code == code)
            return list->groups[i];
    if (list->count == GROUPS_MOST)
        return NULL;
    struct group *new = xcalloc(1, sizeof *new);
    new->code = code;
    list->groups[list->count++] = new;
    return new;
}

static void part_end(struct group *group, enum part part, size_t before)
{
    group->any[part] = group->any[part] || group->text.len > before;
    buf_add(&group->text, "", 1);
}

static void bdi_add(struct buf *to, const char *text)
{
    if (!text[0])
        return;
    buf_text(to, "<bdi>");
    html_text(to, text);
    buf_text(to, "</bdi>");
}

static void part_add(struct buf *to, enum part part, const struct report_facts *facts,
                     const struct report_row *row, const struct finding *x)
{
    struct buf text = {0};

    switch (part) {
    case PART_LINE:
        if (row->at.row > 0)
            buf_number(to, row->at.line);
        break;
    case PART_NUMBER:
        html_text(to, row->at.number);
        break;
    case PART_PERSON:
        report_person(to, facts, row, &text);
        break;
    case PART_COLUMN:
        bdi_add(to, x->column);
        break;
    case PART_VALUE:
        report_value(to, facts, row, x, &text);
        break;
    default:
        text_message(&text, facts->language, x->message);
        html_text(to, buf_get(&text));
        break;
    }
    buf_wipe(&text);
}

/* A further problem of a row says its line, but not once more whose it is. */
static void line_add(struct report_page *page, struct group *group,
                     const struct report_facts *facts, const struct report_row *row,
                     const struct finding *x, bool further)
{
    size_t whole = group->text.len;

    for (enum part part = 0; part < PARTS; part++) {
        size_t before = group->text.len;
        if (!further || (part != PART_NUMBER && part != PART_PERSON))
            part_add(&group->text, part, facts, row, x);
        part_end(group, part, before);
    }
    page->bytes += group->text.len - whole;
}

/* Counts the row in the group, once; whether its lines are to be kept too. */
static bool row_counts(const struct report_page *page, struct group *group,
                       const struct report_row *row, bool further)
{
    if (further)
        return group->shown == group->rows;
    group->rows++;
    group->last = row->at.row;
    if (group->shown + 1 < group->rows || group->shown == GROUP_ROWS ||
        group->text.len >= GROUP_BYTES || page->bytes >= PAGE_BYTES)
        return false;
    group->shown++;
    return true;
}

static void problem_add(struct report_page *page, enum list_kind kind, int code,
                        const struct report_facts *facts, const struct report_row *row,
                        const struct finding *x)
{
    struct group *group = group_of(&page->lists[kind], code);

    if (group == NULL) {
        page->lists[kind].more++;
        return;
    }
    bool further = group->rows > 0 && group->last == row->at.row && row->at.row > 0;
    if (row_counts(page, group, row, further))
        line_add(page, group, facts, row, x, further);
}

/* Of a refused row all errors stand with the one that it was refused for. */
static enum list_kind kind_of(const struct report_row *row, const struct finding *x)
{
    if (row->at.row == 0)
        return LIST_FILE;
    if (report_row_refused(&row->at) && x->severity == SEVERITY_ERROR)
        return LIST_REFUSED;
    return row->at.state == ROW_SKIPPED && x->code == row->at.code ? LIST_LEFT : LIST_NOTES;
}

/* That the import stopped is said on top, and its reason with it; where it stopped the rows, all of
 * them have the same. */
static bool is_said(const struct report_facts *facts, const struct report_row *row,
                    const struct finding *x)
{
    const struct import *i = &facts->import;
    bool stopped = i->state == IMPORT_HELD || i->state == IMPORT_REJECTED;

    if (row->at.row == 0)
        return x->code == i->code &&
               (row->at.line == 0 || (stopped && strstr(i->reason, x->message) != NULL));
    return x->code == CODE_NOT_SENT || x->code == CODE_CANCELLED;
}

void report_page_add(struct report_page *page, const struct report_facts *facts,
                     const struct report_row *row)
{
    for (size_t i = 0; i < row->count; i++) {
        const struct finding *x = &row->problems[i];
        enum list_kind kind = kind_of(row, x);
        if (is_said(facts, row, x))
            continue;
        problem_add(page, kind, kind == LIST_REFUSED && row->cause ? row->cause->code : x->code,
                    facts, row, x);
    }
}

/* ---- writing ---- */

static int larger_first(const void *a, const void *b)
{
    const struct group *one = *(struct group *const *)a;
    const struct group *other = *(struct group *const *)b;

    if (one->rows != other->rows)
        return one->rows > other->rows ? -1 : 1;
    return one->code < other->code ? -1 : 1;
}

/* The words above the columns. */
static const char *const heads[PARTS] = {
    [PART_LINE] = "Line",     [PART_NUMBER] = "Extension", [PART_PERSON] = "Name",
    [PART_COLUMN] = "Column", [PART_VALUE] = "Value",      [PART_MESSAGE] = "What was found",
};

static void heads_add(struct buf *to, const struct report_facts *facts, const struct group *group)
{
    buf_text(to, "<thead role=\"rowgroup\"><tr role=\"row\">");
    for (size_t i = 0; i < PARTS; i++)
        if (group->any[i])
            buf_format(to, "<th role=\"columnheader\" scope=\"col\">%s</th>",
                       text_in(facts->language, heads[i]));
    buf_text(to, "</tr></thead>\n<tbody role=\"rowgroup\">\n");
}

#define WHOLE_MOST 48 /* bytes, with their <bdi>, that stand in one line */

/* Places, numbers and headings are not broken to make room for what is longer. */
static bool stays_whole(size_t part, const char *text)
{
    return part != PART_PERSON && part != PART_VALUE && part != PART_MESSAGE &&
           strlen(text) <= WHOLE_MOST;
}

static void lines_add(struct buf *to, const struct report_facts *facts, const struct group *group)
{
    const char *at = buf_get(&group->text);
    const char *end = at + group->text.len;

    while (at < end) {
        buf_text(to, "<tr role=\"row\">");
        for (size_t i = 0; i < PARTS; i++) {
            if (group->any[i])
                buf_format(to, "<td role=\"cell\"%s data-label=\"%s\">%s</td>",
                           stays_whole(i, at) ? " class=\"whole\"" : "",
                           text_in(facts->language, heads[i]), at);
            at += strlen(at) + 1;
        }
        buf_text(to, "</tr>\n");
    }
}

/* Where the rest of a group is to be found. */
static void rest_add(struct buf *to, const struct report_facts *facts, enum list_kind kind,
                     uint64_t rest)
{
    struct buf name = {0};
    struct buf number = {0};
    bool rejects = kind == LIST_REFUSED && facts->rejects;
    bool listed = facts->counts.rows <= REPORT_LISTED;
    bool results = !listed && (facts->formats & REPORT_CSV);

    if (rest == 0)
        return;
    report_file_name(&name, facts, rejects ? ".rejects.csv" : ".results.csv");
    text_count(&number, facts->language, rest);
    buf_text(to, "<p>");
    report_text(to, facts,
                rejects || results ? "And %1 more: see %2."
                : listed           ? "And %1 more: see the list of all rows below."
                                   : "And %1 more.",
                (const char *const[]){number.at, name.at});
    buf_text(to, "</p>\n");
    buf_free(&name);
    buf_free(&number);
}

static void advice_add(struct buf *to, const struct report_facts *facts, enum list_kind kind,
                       int code)
{
    if (code == facts->import.code)
        return; /* it stands on top */
    const char *advice = kind == LIST_NOTES  ? advice_hint(code)
                         : kind == LIST_LEFT ? advice_left(code)
                                             : advice_do(code);
    buf_text(to, "<p>");
    html_text(to, text_in(facts->language, advice));
    buf_text(to, "</p>\n");
}

static void title_add(struct buf *to, const struct report_facts *facts, int code)
{
    struct buf title = {0};

    report_title(&title, facts->language, code);
    html_text(to, buf_get(&title));
    buf_free(&title);
}

static void group_add(struct buf *to, const struct report_facts *facts, enum list_kind kind,
                      const struct group *group, size_t number)
{
    buf_format(to, "<h3 id=\"g%d-%zu\">", (int)kind, number);
    title_add(to, facts, group->code);
    if (kind != LIST_FILE) {
        buf_text(to, " (");
        report_counted(to, facts, "%1 row", "%1 rows", group->rows);
        buf_char(to, ')');
    }
    buf_text(to, "</h3>\n");
    advice_add(to, facts, kind, group->code);
    buf_format(to, "<table class=\"stack\" role=\"table\" aria-labelledby=\"g%d-%zu\">\n",
               (int)kind, number);
    heads_add(to, facts, group);
    lines_add(to, facts, group);
    buf_text(to, "</tbody></table>\n");
    rest_add(to, facts, kind, group->rows - group->shown);
}

/* Whether something in the list was not to be shown. */
static bool hides(const struct list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct buf *text = &list->groups[i]->text;
        if (text->len > 0 && memmem(text->at, text->len, REPORT_HIDDEN, strlen(REPORT_HIDDEN)))
            return true;
    }
    return false;
}

static void list_write(struct report_part *p, const struct report_facts *facts, enum list_kind kind)
{
    struct list *list = &p->page->lists[kind];
    struct buf *to = &p->text;

    if (list->count == 0)
        return;
    qsort(list->groups, list->count, sizeof(struct group *), larger_first);
    buf_reset(to);
    buf_format(to, "<section aria-labelledby=\"l%d\">\n<h2 id=\"l%d\">%s</h2>\n", (int)kind,
               (int)kind, text_in(facts->language, titles[kind]));
    for (size_t i = 0; i < list->count; i++) {
        group_add(to, facts, kind, list->groups[i], i);
        fsio_add(p->file, to->at, to->len);
        buf_reset(to);
    }
    rest_add(to, facts, kind, list->more);
    if (hides(list))
        buf_format(to, "<p class=\"quiet\">%s</p>\n",
                   text_in(facts->language,
                           REPORT_HIDDEN " stands for what may be a password and is not shown."));
    buf_text(to, "</section>\n");
    fsio_add(p->file, to->at, to->len);
}

void report_page_write(struct report_part *p, const struct report_facts *facts)
{
    for (enum list_kind kind = 0; kind < LISTS; kind++)
        list_write(p, facts, kind);
}
