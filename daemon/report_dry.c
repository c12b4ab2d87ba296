/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME report_dry: surveys the file twice, as a report walks its rows twice: to count the problems
 * and to write them. Composed in a temporary folder, since the JSON's writer makes files that
 * appear whole. */
#include "report_dry.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "digest.h"
#include "json.h"
#include "report_part.h"
#include "spool_name.h"
#include "survey.h"

#define PIECE_BYTES 65536
#define REPORT_NAME "report.json"

struct dry {
    const struct config *config;
    const struct schema *schema;
    const struct profiles *profiles;
    struct recall *recall; /* NULL: no plan is wanted */
    int fd;
    struct report_facts facts;
    struct report_part part; /* its file is NULL while the problems are counted */
    bool errors;
};

static bool file_digest(int fd, struct import *to, struct fault *f)
{
    char piece[PIECE_BYTES];
    struct digest *digest = digest_new();
    ssize_t n;
    to->bytes = 0;
    while ((n = pread(fd, piece, sizeof piece, (off_t)to->bytes)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            digest_free(digest);
            return fault_set(f, FAULT_IO, errno, "read the file");
        }
        digest_add(digest, piece, (size_t)n);
        to->bytes += (uint64_t)n;
    }
    digest_hex(digest, to->sha256);
    digest_free(digest);
    return true;
}

static void row_count(struct ledger_counts *counts, const struct survey_item *item)
{
    if (item->row == 0)
        return;
    counts->rows++;
    counts->created += item->state == ROW_PLANNED;
    counts->unchanged += item->state == ROW_UNCHANGED;
    counts->skipped += item->state == ROW_SKIPPED;
    counts->invalid += item->state == ROW_INVALID;
}

/* Counts an item's problems, or writes them. */
static bool item_pass(struct dry *d, const struct survey_item *item, struct fault *f)
{
    struct report_row row = {.at = {.row = item->row, .line = item->line, .state = item->state},
                             .problems = item->findings->at,
                             .count = item->findings->count};
    memcpy(row.at.number, item->number, sizeof row.at.number);
    if (d->part.file)
        return report_json.row(&d->part, &d->facts, &row, f);

    row_count(&d->facts.counts, item);
    for (size_t i = 0; i < row.count; i++)
        report_code_count(&d->facts, row.problems[i].code);
    d->errors = d->errors || finding_error(item->findings);
    return true;
}

static bool file_pass(struct dry *d, struct fault *f)
{
    struct survey *v = survey_new(d->config, d->schema, d->profiles, d->fd);
    struct survey_item item;
    bool found = true;
    bool good = true;
    survey_recall(v, d->recall);
    while (good && found) {
        good = survey_next(v, &item, &found, f);
        if (good && found)
            good = item_pass(d, &item, f);
    }
    struct import *import = &d->facts.import;
    const struct dialect *dialect = survey_dialect(v);
    memcpy(import->encoding, dialect->encoding, sizeof import->encoding);
    import->bom = dialect->bom;
    import->delimiter = dialect->delimiter;
    const struct profile *profile = survey_profile(v);
    if (profile)
        snprintf(import->profile, sizeof import->profile, "%s", profile_name(profile));
    snprintf(import->choices, sizeof import->choices, "%s", survey_choices(v));
    import->code = survey_rejected(v);
    import->state = import->code != CODE_NONE     ? IMPORT_REJECTED
                    : survey_held(v) != CODE_NONE ? IMPORT_HELD
                                                  : IMPORT_DONE;
    survey_free(v);
    return good;
}

static bool report_write(struct dry *d, int folder, struct fault *f)
{
    if (!fsio_create(folder, "report.tmp", 0600, &d->part.file, f))
        return false;
    bool good = report_json.begin(&d->part, &d->facts, f) && file_pass(d, f);
    if (!good) {
        d->part.file = fsio_abandon(d->part.file);
        return false;
    }
    report_json.end(&d->part, &d->facts);
    return fsio_finish(d->part.file, REPORT_NAME, f);
}

static bool report_take(int folder, struct buf *to, struct fault *f)
{
    char piece[PIECE_BYTES];
    ON_LEAVE(close_fd) int fd = openat(folder, REPORT_NAME, O_RDONLY | O_CLOEXEC);
    ssize_t n;
    while ((n = read(fd, piece, sizeof piece)) > 0)
        buf_add(to, piece, (size_t)n);
    return n == 0 || fault_set(f, FAULT_IO, errno, "read the report");
}

/* By way of a folder that is gone afterwards. */
static bool report_pass(struct dry *d, struct buf *to, struct fault *f)
{
    char path[] = P_tmpdir "/extspool.XXXXXX";
    if (!mkdtemp(path))
        return fault_set(f, FAULT_IO, errno, "make a temporary folder");
    ON_LEAVE(close_fd) int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = folder >= 0 ? report_write(d, folder, f) && report_take(folder, to, f)
                            : fault_set(f, FAULT_IO, errno, "open '%s'", path);
    unlinkat(folder, REPORT_NAME, 0);
    rmdir(path);
    return good;
}

static void plan_add(struct buf *to, const struct survey_item *item, bool first)
{
    char code[CODE_TEXT];
    ON_LEAVE(json_leave) struct json_object *o = json_object_new_object();
    json_object_object_add(o, "row", json_object_new_uint64(item->row));
    json_object_object_add(o, "line", json_object_new_uint64(item->line));
    json_object_object_add(o, "number", json_object_new_string(item->number));
    json_object_object_add(o, "action", json_object_new_string(survey_action(item)));
    json_object_object_add(o, "code", json_object_new_string(code_text(item->code, code)));
    buf_text(to, first ? "\n" : ",\n");
    buf_text(to, json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN));
}

/* Puts the plan in before the report's closing brace. */
static bool plan_pass(struct dry *d, struct buf *to, struct fault *f)
{
    struct survey *v = survey_new(d->config, d->schema, d->profiles, d->fd);
    struct survey_item item;
    bool found = true;
    bool good = true;
    bool first = true;
    survey_recall(v, d->recall);
    to->len -= strlen("}\n");
    buf_text(to, ",\"plan\":[");
    while (good && found) {
        good = survey_next(v, &item, &found, f);
        if (!good || !found || !item.row)
            continue;
        plan_add(to, &item, first);
        first = false;
    }
    buf_text(to, "]}\n");
    survey_free(v);
    return good;
}

bool report_dry(const struct config *c, const struct schema *s, const struct profiles *p, int fd,
                const char *name, struct recall *recall, struct buf *to, int *ret_rejected,
                bool *ret_errors, struct fault *f)
{
    struct dry d = {.config = c, .schema = s, .profiles = p, .recall = recall, .fd = fd};
    struct import *import = &d.facts.import;
    spool_name_print(name, import->name, sizeof import->name);
    import->started = clock_wall();
    bool good = file_digest(fd, import, f) && file_pass(&d, f);
    import->finished = clock_wall();
    good = good && report_pass(&d, to, f) && (!recall || plan_pass(&d, to, f));
    free(d.facts.codes);
    if (!good)
        return false;
    *ret_rejected = import->code;
    *ret_errors = d.errors;
    return true;
}
