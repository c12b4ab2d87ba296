/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "header.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#define CANDIDATES 20

struct candidate {
    uint64_t line, offset, bytes;
    int code;      /* it is malformed */
    size_t filled; /* cells that are not empty */
    bool known;
    const char *repair;
};

struct search {
    struct candidate at[CANDIDATES];
    size_t count;
    size_t widest;
};

struct rows *header_rows(int fd, const struct dialect *d, struct rows_limits limits)
{
    struct rows *r = rows_new(fd, d->delimiter, limits, d->text_offset, d->text_line);
    rows_quote(r, d->quote);
    return r;
}

static size_t filled(const struct row *row)
{
    size_t count = 0;
    for (size_t i = 0; row->kind == ROW_KIND_RECORD && i < row->count; i++)
        count += row->cells[i].len > 0;
    return count;
}

static bool is_known(const struct header_ask *ask, const struct row *row)
{
    return row->kind == ROW_KIND_RECORD && ask->known(ask->with, row->cells, row->count) > 0;
}

/* Looks at the first records, up to the one that is surely the header. */
static bool candidates_read(struct rows *r, const struct header_ask *ask, struct search *s,
                            struct fault *f)
{
    uint64_t wished = ask->wish ? ask->wish->header_line : 0;
    struct row row;
    while (s->count < CANDIDATES) {
        if (!rows_next(r, &row, f))
            return false;
        if (row.kind == ROW_KIND_END)
            return true;
        if (row.line < wished)
            continue;
        struct candidate *c = &s->at[s->count++];
        *c = (struct candidate){.line = row.line,
                                .offset = row.offset,
                                .bytes = row.bytes,
                                .code = row.kind == ROW_KIND_MALFORMED ? row.code : CODE_NONE,
                                .filled = filled(&row),
                                .known = is_known(ask, &row),
                                .repair = row.repair};
        if (c->filled > s->widest)
            s->widest = c->filled;
        if (c->known || wished)
            return true;
    }
    return true;
}

/* Its index. A malformed line that stands above what only looks like a header may be the header. */
static size_t choose(const struct search *s, const char **ret_why)
{
    for (size_t i = 0; i < s->count; i++) {
        if (s->at[i].known) {
            *ret_why = i ? "the first line whose headings are known" : "its headings are known";
            return i;
        }
    }
    for (size_t i = 0; i < s->count; i++) {
        const struct candidate *c = &s->at[i];
        if (c->code == CODE_NONE && !(c->filled >= 2 && 2 * c->filled >= s->widest))
            continue;
        *ret_why = i ? "the first line with as many cells as others have" : "it is the first line";
        return i;
    }
    *ret_why = "it is the first line";
    return 0;
}

static void cells_copy(struct header *h, const struct row *row)
{
    size_t bytes = 0;
    for (size_t i = 0; i < row->count; i++)
        bytes += row->cells[i].len + 1;
    h->count = row->count;
    h->cells = xmalloc(row->count * sizeof *h->cells + bytes);
    char *to = (char *)(h->cells + row->count);
    for (size_t i = 0; i < row->count; i++) {
        h->cells[i] = (struct cell){to, row->cells[i].len};
        memcpy(to, row->cells[i].at, row->cells[i].len + 1);
        to += row->cells[i].len + 1;
    }
}

/* Whether the reader stands before a second line of headings; it is stepped over. */
static bool labels_pass(struct rows *r, const struct header_ask *ask, struct header *h,
                        char *choices, struct fault *f)
{
    unsigned wished = ask->wish ? ask->wish->header_rows : 0;
    if (!wished && ask->heading_lines)
        wished = ask->heading_lines(ask->with, h->cells, h->count);
    uint64_t offset = rows_offset(r);
    uint64_t line = rows_line(r);
    struct row row;
    h->rows = 1;
    if (wished == 1)
        return true;
    if (!rows_next(r, &row, f))
        return false;
    if (row.kind == ROW_KIND_RECORD && (wished == 2 || is_known(ask, &row))) {
        h->rows = 2;
        choices_add(choices, "headings", "2 lines",
                    wished ? "the profile says so" : "those of the second line are known as well");
        return true;
    }
    rows_seek(r, offset, line);
    return true;
}

static void tell(const struct candidate *c, const char *why, char *choices)
{
    char value[32];
    snprintf(value, sizeof value, "line %" PRIu64, c->line);
    if (c->repair)
        choices_add(choices, "header", value, "%s; %s", why, c->repair);
    else
        choices_add(choices, "header", value, "%s", why);
}

bool header_find(struct rows *r, const struct header_ask *ask, struct header *ret,
                 char choices[CHOICES_ROOM], struct fault *f)
{
    struct search s = {0};
    struct row row;
    const char *why;
    if (!candidates_read(r, ask, &s, f))
        return false;
    if (s.count == 0) {
        *ret = (struct header){.code = CODE_EMPTY_FILE};
        return true;
    }
    const struct candidate *c = &s.at[choose(&s, &why)];
    struct header h = {.code = c->code, .line = c->line, .offset = c->offset, .bytes = c->bytes};
    if (h.code == CODE_NONE) {
        rows_seek(r, h.offset, h.line);
        if (!rows_next(r, &row, f))
            return false;
        tell(c, ask->wish && ask->wish->header_line ? "the profile says so" : why, choices);
        cells_copy(&h, &row);
        rows_expect(r, h.count);
        if (!labels_pass(r, ask, &h, choices, f)) {
            header_free(&h);
            return false;
        }
        h.data_line = rows_line(r);
        h.data_offset = rows_offset(r);
    }
    *ret = h;
    return true;
}

void header_free(struct header *h)
{
    free(h->cells);
    *h = (struct header){0};
}

static bool dialect_read(int copy, const struct encoding *encoding, const struct header_ask *ask,
                         struct opening *o, struct fault *f)
{
    char *head = xmalloc(DIALECT_HEAD);
    struct fault why = {0};
    ssize_t n;
    do
        n = pread(copy, head, DIALECT_HEAD, 0);
    while (n < 0 && errno == EINTR);
    bool good = n >= 0 || fault_set(f, FAULT_IO, errno, "read the text");
    choices_add(o->choices, "encoding", encoding->name, "%s", encoding->why);
    if (good &&
        dialect_guess(head, (size_t)n, ask->wish, &o->dialect, o->choices, &o->code, &why)) {
        memcpy(o->dialect.encoding, encoding->name, sizeof o->dialect.encoding);
        o->dialect.bom = encoding->bom;
    } else {
        snprintf(o->reason, sizeof o->reason, "%.*s", (int)sizeof o->reason - 1, why.text);
        o->choices[0] = '\0';
    }
    wipe(head, n > 0 ? (size_t)n : 0);
    free(head);
    return good;
}

static void header_refuse(struct opening *o)
{
    o->code = o->header.code;
    if (o->code == CODE_EMPTY_FILE)
        snprintf(o->reason, sizeof o->reason, "%s", code_meaning(o->code));
    else
        snprintf(o->reason, sizeof o->reason, "the heading line cannot be read: %s",
                 code_meaning(o->code));
    o->rows = rows_free(o->rows);
}

bool header_open(int copy, const struct encoding *encoding, struct rows_limits limits,
                 const struct header_ask *ask, struct opening *ret, struct fault *f)
{
    struct opening o = {.code = CODE_NONE};
    if (!dialect_read(copy, encoding, ask, &o, f))
        return false;
    if (o.code == CODE_NONE) {
        o.rows = header_rows(copy, &o.dialect, limits);
        if (!header_find(o.rows, ask, &o.header, o.choices, f)) {
            rows_free(o.rows);
            return false;
        }
        if (o.header.code != CODE_NONE)
            header_refuse(&o);
    }
    *ret = o;
    return true;
}

void opening_free(struct opening *o)
{
    header_free(&o->header);
    o->rows = rows_free(o->rows);
}
