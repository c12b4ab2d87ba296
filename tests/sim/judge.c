/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME judge: whether the reports tell, of every record that was dropped, exactly what happened. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fsio.h"
#include "sim.h"

#define REPORT_MOST 65536

/* A line of results.csv. */
struct told {
    long row, line, number, attempts;
    char outcome[16], code[32];
};

static unsigned claims[NUMBERS]; /* rows that say created */
static unsigned in_doubt;        /* rows that say in-doubt */

/* ---- folders ---- */

/* Calls each for every entry of a folder of the spool, in no order. */
static void entries(const char *folder, void (*each)(const char *name, void *with), void *with)
{
    char path[64];
    snprintf(path, sizeof path, "spool/%s", folder);
    DIR *dir = opendir(path_in(path));
    if (!dir)
        abort();
    for (struct dirent *entry; (entry = readdir(dir));)
        if (entry->d_name[0] != '.')
            each(entry->d_name, with);
    closedir(dir);
}

struct print {
    const char *folder;
    uint64_t sum;
};

static uint64_t hash(uint64_t sum, uint64_t value)
{
    return (sum ^ value) * 0x100000001b3u;
}

/* Whatever is written again is another inode or has another time. */
static void print_entry(const char *name, void *with)
{
    struct print *p = with;
    struct stat st;
    char path[384];
    snprintf(path, sizeof path, "%s/spool/%s/%s", world->folder, p->folder, name);
    if (stat(path, &st) != 0)
        abort();
    uint64_t sum = hash(0, st.st_ino);
    sum = hash(sum, (uint64_t)st.st_size);
    sum = hash(sum, (uint64_t)st.st_mtim.tv_sec);
    sum = hash(sum, (uint64_t)st.st_mtim.tv_nsec);
    for (const char *at = name; *at; at++)
        sum = hash(sum, (unsigned char)*at);
    p->sum += sum;
}

uint64_t judge_print(void)
{
    static const char *const folders[] = {"incoming", "work",    "done",
                                          "rejected", "reports", "held"};
    struct print p = {0};
    for (size_t i = 0; i < COUNT_OF(folders); i++) {
        p.folder = folders[i];
        entries(p.folder, print_entry, &p);
    }
    return p.sum;
}

static void count_entry(const char *name, void *with)
{
    (void)name;
    ++*(size_t *)with;
}

static void expect_entries(const char *folder, size_t expected)
{
    size_t count = 0;
    entries(folder, count_entry, &count);
    if (count != expected)
        note_broken("%zu files in %s, not %zu", count, folder, expected);
}

struct search {
    const char *ending; /* "-f3.json" */
    char name[256];
    size_t count;
};

static void search_entry(const char *name, void *with)
{
    struct search *s = with;
    size_t len = strlen(name);
    size_t ending = strlen(s->ending);
    if (len < ending || strcmp(name + len - ending, s->ending) != 0)
        return;
    s->count++;
    snprintf(s->name, sizeof s->name, "%s", name);
}

/* The one report of a file with this ending; the caller frees. NULL when there is not one. */
static char *report_of(size_t drop, const char *ending)
{
    char whole[32];
    char path[384];
    char *text = NULL;
    size_t len = 0;
    snprintf(whole, sizeof whole, "-f%zu%s", drop, ending);
    struct search s = {.ending = whole};
    entries("reports", search_entry, &s);
    snprintf(path, sizeof path, "%s/spool/reports/%s", world->folder, s.name);
    if (s.count != 1)
        note_broken("f%zu.csv has %zu reports %s", drop, s.count, ending);
    else if (!fsio_slurp(path, REPORT_MOST, &text, &len, NULL))
        note_broken("%s cannot be read", s.name);
    return text;
}

/* ---- one row ---- */

static bool same_fields(const struct extension *e, const struct fields *f)
{
    return e->exists && strcmp(e->fields.username, f->username) == 0 &&
           strcmp(e->fields.password, f->password) == 0 &&
           strcmp(e->fields.callerid, f->callerid) == 0;
}

static bool is(const struct told *t, const char *outcome, const char *code)
{
    return strcmp(t->outcome, outcome) == 0 && strcmp(t->code, code) == 0;
}

/* Whether any PBX can have been the reason for what is told of a row. */
static bool on_some_box(bool (*so)(const struct box *b, const struct extension *e,
                                   const struct dropped_row *r),
                        const struct dropped_row *r)
{
    for (size_t k = 0; k < BOXES; k++)
        if (so(&world->boxes[k], &world->boxes[k].extensions[r->number], r))
            return true;
    return false;
}

static bool so_created(const struct box *b, const struct extension *e, const struct dropped_row *r)
{
    (void)b;
    return same_fields(e, &r->fields) && (e->ours || e->ever_doubted);
}

static bool so_changed(const struct box *b, const struct extension *e, const struct dropped_row *r)
{
    (void)b;
    return e->exists && !same_fields(e, &r->fields);
}

/* Its own it may find there only where it cannot ask whose it is. */
static bool so_exists(const struct box *b, const struct extension *e, const struct dropped_row *r)
{
    return e->exists && !(e->ours && same_fields(e, &r->fields) && b->queries);
}

static bool so_refused(const struct box *b, const struct extension *e, const struct dropped_row *r)
{
    (void)r;
    return e->exists && !b->queries;
}

static bool may_be_failed(const struct told *t, const struct dropped_row *r)
{
    const struct number *n = &world->numbers[r->number];
    char code[32];
    if (is(t, "failed", "in-doubt")) {
        in_doubt++;
        return !world->boxes[0].queries;
    }
    if (is(t, "failed", "retries-exhausted"))
        return t->attempts >= world->attempts;
    snprintf(code, sizeof code, "pbx-%d", n->error_number);
    if (n->trait == TRAIT_REFUSED && is(t, "failed", code))
        return true;
    snprintf(code, sizeof code, "pbx-%d", world->boxes[0].duplicate);
    if (is(t, "failed", code))
        return on_some_box(so_refused, r);
    snprintf(code, sizeof code, "pbx-%d", world->boxes[1].duplicate);
    return is(t, "failed", code) && on_some_box(so_refused, r);
}

/* What may have become of a row that was fit to be sent. */
static bool may_be(const struct told *t, const struct drop *d, const struct dropped_row *r)
{
    if (is(t, "created", "")) {
        claims[r->number]++;
        return on_some_box(so_created, r);
    }
    if (is(t, "unchanged", ""))
        return on_some_box(so_created, r);
    if (is(t, "skipped", "changed"))
        return on_some_box(so_changed, r);
    if (is(t, "skipped", "cancelled") || is(t, "skipped", "not-sent"))
        return d->cancelled;
    if (is(t, world->existing == EXISTING_SKIP ? "skipped" : "failed", "already-exists"))
        return on_some_box(so_exists, r);
    return may_be_failed(t, r);
}

static bool is_duplicate(const struct drop *d, size_t row)
{
    for (size_t i = 0; i < row; i++)
        if (d->rows[i].kind == DROPPED_VALID && d->rows[i].number == d->rows[row].number)
            return true;
    return false;
}

static bool is_right(const struct told *t, const struct drop *d, size_t row)
{
    const struct dropped_row *r = &d->rows[row];
    switch (r->kind) {
    case DROPPED_BAD_NUMBER:
        return is(t, "invalid", "pattern");
    case DROPPED_NO_PASSWORD:
        return is(t, "invalid", "required-value");
    case DROPPED_BLANK:
        return is(t, "skipped", "blank-row");
    case DROPPED_VALID:
        break;
    }
    if (is_duplicate(d, row))
        return is(t, "invalid", "duplicate-number");
    unsigned most = 0;
    for (size_t k = 0; k < BOXES; k++)
        most += world->boxes[k].extensions[r->number].attempts;
    if (t->number != (long)(FIRST_NUMBER + r->number) || t->attempts > (long)most)
        return false;
    return may_be(t, d, r);
}

/* ---- one file ---- */

/* Takes the next cell off a line. */
static void take_cell(char **line, char *to, size_t room)
{
    size_t len = 0;
    bool quoted = **line == '"';
    char *at = *line + quoted;
    while (*at && *at != '\n' && (quoted ? !(at[0] == '"' && at[1] != '"') : *at != ',')) {
        at += quoted && *at == '"';
        if (len + 1 < room)
            to[len++] = *at;
        at++;
    }
    to[len] = '\0';
    at += quoted && *at == '"';
    *line = at + (*at != '\0');
}

static long take_number(char **line)
{
    char text[24];
    take_cell(line, text, sizeof text);
    return strtol(text, NULL, 10);
}

static char *take_line(char *line, struct told *ret)
{
    char rest[256];
    ret->row = take_number(&line);
    ret->line = take_number(&line);
    ret->number = take_number(&line);
    take_cell(&line, ret->outcome, sizeof ret->outcome);
    take_cell(&line, ret->code, sizeof ret->code);
    take_cell(&line, rest, sizeof rest);
    ret->attempts = take_number(&line);
    take_cell(&line, rest, sizeof rest);
    return line;
}

/* How many rows the import's results have; each is held against what was dropped. */
static size_t judge_results(size_t drop, char *text)
{
    const struct drop *d = &world->drops[drop];
    char *line = strchr(text, '\n') + 1;
    size_t row = 0;
    for (; *line; row++) {
        struct told t;
        line = take_line(line, &t);
        if (row >= d->count || t.row != (long)row + 1 || t.line != (long)row + 2)
            note_broken("f%zu.csv row %ld: is not row %zu", drop, t.row, row + 1);
        else if (!is_right(&t, d, row))
            note_broken("f%zu.csv row %zu, number %zu: '%s' '%s' after %ld attempts", drop, row + 1,
                        FIRST_NUMBER + d->rows[row].number, t.outcome, t.code, t.attempts);
    }
    return row;
}

static uint64_t count_in(struct json_object *counts, const char *name)
{
    return json_object_get_uint64(json_object_object_get(counts, name));
}

static void judge_counts(size_t drop, struct json_object *report, size_t rows)
{
    static const char *const outcomes[] = {"created", "unchanged", "skipped", "invalid", "failed"};
    struct json_object *counts = json_object_object_get(report, "counts");
    uint64_t sum = 0;
    for (size_t i = 0; i < COUNT_OF(outcomes); i++)
        sum += count_in(counts, outcomes[i]);
    if (count_in(counts, "rows") != rows || sum != rows)
        note_broken("f%zu.csv: counts %s of %zu rows", drop, json_object_to_json_string(counts),
                    rows);
}

static void judge_file(size_t drop, size_t *done, size_t *rejected)
{
    const struct drop *d = &world->drops[drop];
    ON_LEAVE(free_text) char *json = report_of(drop, ".json");
    ON_LEAVE(free_text) char *results = report_of(drop, ".results.csv");
    if (!json || !results)
        return;
    ON_LEAVE(json_leave) struct json_object *report = json_parse_strict(json, strlen(json), NULL);
    const char *state = json_object_get_string(json_object_object_get(report, "state"));
    size_t rows = judge_results(drop, results);
    judge_counts(drop, report, rows);
    bool is_rejected = state && strcmp(state, "rejected") == 0;
    *done += !is_rejected;
    *rejected += is_rejected;
    if (is_rejected != d->unusable && !d->cancelled)
        note_broken("f%zu.csv ends %s", drop, state);
    /* one over which the engine died twice is not read again when an operator cancels it */
    if (!d->unusable && rows != d->count && !(d->cancelled && rows == 0 && world->deaths >= 2))
        note_broken("f%zu.csv has %zu rows, and %zu were dropped", drop, rows, d->count);
}

/* ---- the whole ---- */

static void judge_number(size_t i)
{
    unsigned there = 0;
    const struct box *b = &world->boxes[0];
    const struct extension *e = &b->extensions[i];
    for (size_t k = 0; k < BOXES; k++)
        there += world->boxes[k].extensions[i].exists;
    /* a row that was in doubt on another PBX may be taken for what an earlier one created here */
    if (claims[i] > there && !world->moved)
        note_broken("%zu: %u rows say created", FIRST_NUMBER + i, claims[i]);
    if (!world->moved && e->ours && !claims[i] && b->queries)
        note_broken("%zu was created, and no row says so", FIRST_NUMBER + i);
    if (!world->moved && e->ours && !claims[i] && !e->ever_doubted)
        note_broken("%zu was created beyond doubt, and no row says so", FIRST_NUMBER + i);
}

void judge(void)
{
    size_t done = 0;
    size_t rejected = 0;
    memset(claims, 0, sizeof claims);
    in_doubt = 0;
    for (size_t i = 0; i < DROPS; i++)
        if (world->drops[i].dropped)
            judge_file(i, &done, &rejected);
    for (size_t i = 0; i < NUMBERS; i++)
        judge_number(i);
    expect_entries("incoming", 0);
    expect_entries("work", 0);
    expect_entries("held", 0);
    expect_entries("done", done);
    expect_entries("rejected", rejected);
    if (in_doubt > world->boxes[0].uncertain + world->boxes[1].uncertain)
        note_broken("%u rows are in doubt", in_doubt);
    if (world->boxes[0].owes && !world->moved)
        note_broken("the PBX has put an add off, and was never asked to apply");
}
