/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A ledger, a copy and a folder to write reports into, for the tests of reports. */
#ifndef EXTSPOOLD_TESTS_REPORT_WORLD_H
#define EXTSPOOLD_TESTS_REPORT_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "buf.h"
#include "fsio.h"
#include "json.h"
#include "report.h"

#define ALL_FORMATS (REPORT_JSON | REPORT_CSV | REPORT_HTML)
#define FINISHED    INT64_C(1714552200125)
#define TIME        "2024-05-01T08:30:00.125Z"
#define SHA256      "00000000000000000000000000000000000000000000000000000000000000ff"
#define BOM         "\xef\xbb\xbf"
#define HIDDEN      "<span role=\"img\" aria-label=\"hidden\">••••••</span>"

/* Rules whose messages are the tests' own, so that whole reports can be compared. */
static const char schema_source[] =
    "{\"fields\":["
    "{\"name\":\"number\",\"type\":\"string\","
    "  \"constraints\":{\"required\":true,\"pattern\":\"[-0-9]*\",\"maxLength\":7}},"
    "{\"name\":\"username\",\"type\":\"string\"},"
    "{\"name\":\"registerpassword\",\"type\":\"string\","
    "  \"constraints\":{\"required\":true,\"pattern\":\"[^ ;]*\"}}],"
    "\"primaryKey\":\"number\","
    "\"extspoold\":{\"secrets\":[\"registerpassword\"],"
    "  \"messages\":{\"number\":{\"pattern\":\"must be digits, or \\\"-\\\"\"},"
    "    \"registerpassword\":{\"pattern\":\"must not have blanks\",\"required\":\"is needed\"}},"
    "  \"rules\":[{\"fields\":[\"username\"],\"constraints\":{\"pattern\":\"[^%]*\"},"
    "    \"severity\":\"warning\",\"message\":\"had better have no percent sign\"}]}}";

/* What becomes of one row after it was planned. */
struct outcome {
    uint64_t row;
    enum row_state state;
    int code;
    int attempts;
    const char *detail;
};

static const struct rows_limits world_limits = {1024 * 1024, 16384};

struct world {
    char path[32];
    int folder;
    int reports;
    int copy;
    struct ledger *ledger;
    struct schema *schema;
    struct import import;
};

static inline int world_setup(void **state)
{
    struct world *w = xcalloc(1, sizeof *w);
    struct fault f;

    snprintf(w->path, sizeof w->path, "/tmp/test_report.XXXXXX");
    assert_non_null(mkdtemp(w->path));
    w->folder = open(w->path, O_RDONLY | O_DIRECTORY);
    assert_int_equal(mkdirat(w->folder, "reports", 0755), 0);
    w->reports = openat(w->folder, "reports", O_RDONLY | O_DIRECTORY);
    w->copy = openat(w->folder, "copy", O_RDWR | O_CREAT, 0600);
    assert_true(w->folder >= 0 && w->reports >= 0 && w->copy >= 0);
    assert_true(ledger_open(w->path, &w->ledger, &f));
    assert_true(schema_parse(schema_source, strlen(schema_source), "test", &w->schema, &f));
    *state = w;
    return 0;
}

/* Removes every file of a folder; returns how many there were. */
static inline size_t folder_empty(int folder)
{
    int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY);
    DIR *d = fdopendir(fd);
    size_t count = 0;

    assert_non_null(d);
    for (struct dirent *e; (e = readdir(d)) != NULL;)
        if (unlinkat(folder, e->d_name, 0) == 0)
            count++;
    closedir(d);
    return count;
}

static inline int world_teardown(void **state)
{
    struct world *w = *state;

    ledger_close(w->ledger);
    schema_free(w->schema);
    folder_empty(w->reports);
    unlinkat(w->folder, "reports", AT_REMOVEDIR);
    folder_empty(w->folder);
    rmdir(w->path);
    close(w->reports);
    close(w->folder);
    close(w->copy);
    free(w);
    return 0;
}

static inline struct ledger_row row_planned(struct columns *c, const struct row *at,
                                            uint64_t number, struct record *record,
                                            struct findings *list)
{
    struct ledger_row row = {
        .row = number, .line = at->line, .offset = at->offset, .bytes = at->bytes};
    const struct finding *error;

    findings_reset(list);
    row.state = columns_check(c, at, NULL, record, list);
    row.findings = list->count > 0;
    error = finding_error(list);
    row.code = error ? error->code : row.state == ROW_SKIPPED ? list->at[0].code : CODE_NONE;
    if (at->kind == ROW_KIND_RECORD && at->count > 0)
        snprintf(row.number, sizeof row.number, "%s", at->cells[0].at);
    return row;
}

static inline void row_outcome(struct ledger_row *row, const struct outcome *outcomes)
{
    for (const struct outcome *o = outcomes; o->row; o++)
        if (o->row == row->row) {
            row->state = o->state;
            row->code = o->code;
            row->attempts = o->attempts;
            snprintf(row->detail, sizeof row->detail, "%s", o->detail ? o->detail : "");
        }
    row->finished = row->state >= ROW_FINAL ? FINISHED : 0;
}

/* Does as an import of `text` would: fills import and ledger. outcomes end with row 0. */
static inline void world_import(struct world *w, uint64_t id, const char *text, size_t len,
                                const struct outcome *outcomes)
{
    struct import *i = &w->import;
    struct record record = {0};
    struct findings list = {0};
    struct row at;
    struct fault f;

    *i = (struct import){.id = id,
                         .max_record = world_limits.bytes,
                         .max_columns = world_limits.cells,
                         .state = IMPORT_DONE,
                         .name = "people.csv",
                         .sha256 = SHA256,
                         .encoding = "utf-8",
                         .delimiter = text[strcspn(text, ",;")],
                         .header_line = 1,
                         .started = FINISHED - 125,
                         .finished = FINISHED};
    i->bytes = len;
    i->bom = strncmp(text, BOM, 3) == 0;
    i->header_offset = i->bom ? 3 : 0;
    snprintf(i->stem, sizeof i->stem, "%06" PRIu64 "-people", id);
    assert_int_equal(ftruncate(w->copy, 0), 0);
    assert_int_equal(pwrite(w->copy, text, len, 0), (ssize_t)len);

    struct rows *r = rows_new(w->copy, i->delimiter, world_limits, i->header_offset, 1);
    assert_true(rows_next(r, &at, &f));
    struct columns *c = columns_new(w->schema, NULL, at.cells, at.count, &list);
    rows_expect(r, at.count);
    for (uint64_t n = 1; rows_next(r, &at, &f) && at.kind != ROW_KIND_END; n++) {
        struct ledger_row row = row_planned(c, &at, n, &record, &list);
        row_outcome(&row, outcomes);
        assert_true(ledger_row_add(w->ledger, id, &row, &f));
    }
    columns_free(c);
    rows_free(r);
    record_free(&record);
    findings_free(&list);
}

static inline struct report_source source_of(struct world *w)
{
    return (struct report_source){.ledger = w->ledger,
                                  .import = &w->import,
                                  .schema = w->schema,
                                  .copy = w->copy,
                                  .formats = ALL_FORMATS,
                                  .reports = w->reports,
                                  .rejects_group = (unsigned)-1,
                                  .receipts = -1};
}

/* Writes the reports, so many rows a step; returns the number of steps. */
static inline size_t report_write(const struct report_source *source, size_t rows)
{
    struct report *r = NULL;
    struct fault f;
    bool whole = false;
    size_t steps = 0;

    assert_true(report_new(source, &r, &f));
    for (; !whole; steps++)
        assert_true(report_step(r, rows, &whole, &f));
    report_free(r);
    return steps;
}

/* The whole of a report, NULL when there is none. The caller frees it. */
static inline char *report_read(struct world *w, const char *name)
{
    char path[PATH_MAX];
    char *text = NULL;
    size_t len;

    if (faccessat(w->reports, name, F_OK, 0) != 0)
        return NULL;
    snprintf(path, sizeof path, "%s/reports/%s", w->path, name);
    assert_true(fsio_slurp(path, 64 << 20, &text, &len, NULL));
    return text;
}

static inline void report_is(struct world *w, const char *name, const char *wanted)
{
    char *text = report_read(w, name);

    assert_non_null(text);
    assert_string_equal(text, wanted);
    free(text);
}

static inline void report_has(struct world *w, const char *name, const char *part, bool wanted)
{
    char *text = report_read(w, name);

    assert_non_null(text);
    if ((strstr(text, part) != NULL) != wanted)
        fail_msg("%s: '%s' is %s in it", name, part, wanted ? "not" : "");
    free(text);
}

static inline void report_missing(struct world *w, const char *name)
{
    assert_int_equal(faccessat(w->reports, name, F_OK, 0), -1);
}

/* Lines that the schema of reports is violated by, as jq tells them. The caller frees them. */
static inline char *violations(struct world *w, const char *name)
{
    char path[PATH_MAX];
    struct buf out = {0};
    int ends[2];
    int status;

    snprintf(path, sizeof path, "%s/reports/%s", w->path, name);
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        execlp("jq", "jq", "-rn", "--slurpfile", "schema", "schemas/report.schema.json", "-f",
               "tests/unit/report_schema.jq", path, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    char piece[4096];
    for (ssize_t n; (n = read(ends[0], piece, sizeof piece)) > 0;)
        buf_add(&out, piece, (size_t)n);
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    char *text = xstrdup(buf_get(&out));
    buf_free(&out);
    return text;
}

/* The JSON report, which is by the schema and whose counts add up. The caller puts it back. */
static inline struct json_object *json_read(struct world *w, const char *name)
{
    char *bad = violations(w, name);
    char *text = report_read(w, name);
    struct fault f = {0};
    struct json_object *tree = json_parse_strict(text, strlen(text), &f);
    struct json_object *counts;
    uint64_t sum = 0;

    assert_string_equal(bad, "");
    if (tree == NULL)
        fail_msg("%s: %s", name, f.text);
    assert_true(json_object_object_get_ex(tree, "counts", &counts));
    json_object_object_foreach(counts, key, count)
    {
        if (strcmp(key, "rows") != 0)
            sum += json_object_get_uint64(count);
    }
    assert_int_equal(sum, json_object_get_uint64(json_object_object_get(counts, "rows")));
    free(bad);
    free(text);
    return tree;
}

#endif
