/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME inquire: what operators are told: status, show, verify. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "buf.h"
#include "charset.h"
#include "announce.h"
#include "job_own.h"
#include "json.h"

#define PAGE          64
#define FINISHED_MOST 50   /* finished imports in status, the newest */
#define REFUSED_MOST  1000 /* rows in show */
#define UNCLAIMED     256

void inquire_text(struct json_object *to, const char *key, const char *text)
{
    json_object_object_add(to, key, json_object_new_string(text));
}

void inquire_number(struct json_object *to, const char *key, uint64_t number)
{
    json_object_object_add(to, key, json_object_new_uint64(number));
}

void inquire_moment(struct json_object *to, const char *key, int64_t wall)
{
    json_object_object_add(to, key, wall > 0 ? json_object_new_int64(wall) : NULL);
}

const char *job_still(const struct job *j)
{
    return j->still.why[0] ? j->still.why : NULL;
}

const char *job_waiting(const struct job *j)
{
    if (job_still(j))
        return job_still(j);
    if (!j->send)
        return j->alone;
    return j->stopping ? "the daemon is about to end" : pbx_waiting(j->pbx, j->mono);
}

void inquire_waiting(const struct job *j, struct json_object *to)
{
    const char *waiting = job_waiting(j);
    json_object_object_add(to, "waiting", waiting ? json_object_new_string(waiting) : NULL);
}

static void add_id(struct json_object *to, uint64_t id)
{
    char text[24];
    snprintf(text, sizeof text, "%06llu", (unsigned long long)id);
    inquire_text(to, "id", text);
}

/* The state as people are told it: waiting where the PBX does not let it go on, and no end before
 * its report is there. */
const char *job_state_of(struct job *j, const struct import *i, const char **ret_reason)
{
    bool ended = i->state > IMPORT_SENDING;
    *ret_reason = i->reason;
    if (ended && i->filed)
        return import_state_text(i->state);
    const struct work *w = job_work(j, i->id);
    if (w && w->again > j->mono) {
        *ret_reason = w->why;
        return "waiting";
    }
    if (w && secrets_run(w)) {
        *ret_reason = w->waits ? w->why : "the [secrets] command is running";
        return "waiting";
    }
    const char *waiting = job_waiting(j);
    if (!ended && i->state != IMPORT_CLAIMED && waiting) {
        *ret_reason = waiting;
        return "waiting";
    }
    return import_state_text(ended ? IMPORT_SENDING : i->state);
}

bool inquire_counted(struct job *j, const struct import *i, struct ledger_counts *ret,
                     struct fault *f)
{
    struct counted *c = &j->counted[i->id % COUNTED_MOST];
    bool still = i->state > IMPORT_SENDING && i->filed && !job_work(j, i->id);
    if (!still)
        return ledger_counts(j->ledger, i->id, ret, f);
    if (c->id != i->id || c->finished != i->finished) {
        if (!ledger_counts(j->ledger, i->id, &c->counts, f))
            return false;
        c->id = i->id;
        c->finished = i->finished;
    }
    *ret = c->counts;
    return true;
}

/* Those of a held one alone, where they say what its end would: how many rows are settled does not
 * tell whether any was sent. */
static void held_counts(struct job *j, const struct import *i, struct json_object *to)
{
    struct ledger_counts counts;
    if (i->state == IMPORT_HELD && i->filed && inquire_counted(j, i, &counts, NULL))
        inquire_counts(to, &counts);
    else
        json_object_object_add(to, "counts", NULL);
}

/* How many rows it has and how many of them are settled. Rows are counted in the ledger only where
 * nothing else knows: status must not keep calls waiting. */
static bool status_rows(struct job *j, const struct import *i, const struct work *w,
                        uint64_t *ret_rows, uint64_t *ret_done, struct fault *f)
{
    struct ledger_counts counts;
    bool sending = w && w->stage == STAGE_SENDING;
    bool finished = i->filed && i->state != IMPORT_HELD && i->state > IMPORT_SENDING;
    *ret_rows = sending ? w->total : i->rows;
    *ret_done = sending ? w->done : i->rows;
    if (sending || finished)
        return true;
    if (!inquire_counted(j, i, &counts, f))
        return false;
    *ret_rows = counts.rows;
    *ret_done = counts.rows - counts.open;
    return true;
}

/* Rows a second since it began to send; 0 where none can be told. w may be NULL. */
static double rows_rate(const struct job *j, const struct work *w)
{
    int64_t spent = w && w->stage == STAGE_SENDING ? j->mono - w->began : 0;
    if (spent <= 0 || w->done <= w->done_at_begin)
        return 0;
    return (double)(w->done - w->done_at_begin) * 1000.0 / (double)spent;
}

bool inquire_import(struct job *j, const struct import *i, struct json_object *list,
                    struct fault *f)
{
    uint64_t rows = 0;
    uint64_t done = 0;
    const struct work *w = job_work(j, i->id);
    if (!status_rows(j, i, w, &rows, &done, f))
        return false;
    const char *reason = NULL;
    char code[CODE_TEXT];
    struct json_object *one = json_object_new_object();
    add_id(one, i->id);
    inquire_text(one, "name", i->name);
    inquire_text(one, "state", job_state_of(j, i, &reason));
    inquire_number(one, "rows", rows);
    inquire_number(one, "done", done);

    double rate = rows_rate(j, w);
    json_object_object_add(one, "rate", json_object_new_double(rate));
    json_object_object_add(one, "left",
                           rate > 0 ? json_object_new_int64((int64_t)((double)(rows - done) / rate))
                                    : NULL);
    inquire_text(one, "reason", reason);
    inquire_text(one, "code", code_text(i->code, code));
    inquire_text(one, "profile", i->profile);
    inquire_moment(one, "since", i->started);
    inquire_moment(one, "finished", i->state > IMPORT_SENDING ? i->finished : 0);
    held_counts(j, i, one);
    json_object_array_add(list, one);
    return true;
}

/* Imports in order of id: all that are not finished, and the newest finished ones. */
static bool status_imports(struct job *j, struct json_object *list, struct fault *f)
{
    struct import page[PAGE];
    size_t count = PAGE;
    uint64_t newest = j->next_id > FINISHED_MOST ? j->next_id - FINISHED_MOST : 0;
    for (uint64_t after = 0; count == PAGE;) {
        if (!ledger_imports(j->ledger, after, false, page, PAGE, &count, f))
            return false;
        for (size_t k = 0; k < count; k++) {
            struct work *w = job_work(j, page[k].id);
            const struct import *i = w ? &w->import : &page[k];
            bool open = i->state <= IMPORT_SENDING || i->state == IMPORT_HELD || !i->filed;
            after = i->id;
            if ((open || i->id >= newest) && !inquire_import(j, i, list, f))
                return false;
        }
    }
    return true;
}

/* Where no daemon looks into incoming/, we do, and claim nothing. */
static void look_alone(struct job *j)
{
    const char *receipts = j->config->report.receipts;
    ON_LEAVE(close_fd) int fd = *receipts ? open(receipts, O_DIRECTORY | O_CLOEXEC) : -1;
    spool_receipts(j->spool, fd);
    spool_scan(j->spool, j->mono, NULL);
}

void inquire_unclaimed(struct job *j, struct json_object *list)
{
    if (!j->send)
        look_alone(j);
    struct spool_odd *odd = xcalloc(UNCLAIMED, sizeof *odd);
    size_t count = spool_odd(j->spool, j->mono, odd, UNCLAIMED);
    for (size_t i = 0; i < count && i < UNCLAIMED; i++) {
        struct json_object *one = json_object_new_object();
        inquire_text(one, "name", odd[i].name);
        inquire_text(one, "reason", odd[i].reason);
        json_object_array_add(list, one);
    }
    free(odd);
}

struct json_object *inquire_daemon(struct job *j)
{
    struct json_object *daemon = json_object_new_object();
    bool open = !job_still(j);
    inquire_number(daemon, "calls", open ? pbx_in_flight(j->pbx) : 0);
    inquire_number(daemon, "calls_most", open ? pbx_concurrency(j->pbx) : 0);
    inquire_text(daemon, "session", open ? pbx_session_text(j->pbx, j->mono) : "none");
    inquire_text(daemon, "watch", j->watch.known ? j->watch.good ? "inotify" : "polling" : "");
    inquire_text(daemon, "watch_reason", j->watch.why);
    inquire_text(daemon, "receipts", j->receipts.why);
    inquire_text(daemon, "page", j->page_why);
    return daemon;
}

struct json_object *job_status(struct job *j, struct fault *f)
{
    struct json_object *status = json_object_new_object();
    struct json_object *imports = json_object_new_array();
    struct json_object *unclaimed = json_object_new_array();
    struct json_object *missing = json_object_new_array();
    json_object_object_add(status, "imports", imports);
    json_object_object_add(status, "unclaimed", unclaimed);
    json_object_object_add(status, "missing", missing);
    json_object_object_add(status, "daemon", j->send ? inquire_daemon(j) : NULL);
    inquire_waiting(j, status);
    if (job_still(j)) /* with the ledger closed that is all we know */
        return status;
    if (!status_imports(j, imports, f)) {
        json_object_put(status);
        return NULL;
    }
    inquire_unclaimed(j, unclaimed);
    expected_status(j, missing);
    return status;
}

/* ---- show ---- */

void inquire_counts(struct json_object *to, const struct ledger_counts *c)
{
    struct json_object *counts = json_object_new_object();
    inquire_number(counts, "rows", c->rows);
    inquire_number(counts, "created", c->created);
    inquire_number(counts, "unchanged", c->unchanged);
    inquire_number(counts, "skipped", c->skipped);
    inquire_number(counts, "invalid", c->invalid);
    inquire_number(counts, "failed", c->failed);
    json_object_object_add(to, "counts", counts);
}

/* What the sender has of it. */
static bool show_receipts(struct job *j, const struct import *i, struct json_object *files,
                          struct fault *f)
{
    struct receipt_name names[RECEIPT_NAMES];
    size_t count = 0;
    if (!receipts_wanted(j) || !receipts_open(j))
        return true;
    if (!receipts_names(j, i, names, &count, f))
        return false;
    for (size_t k = 0; k < count; k++) {
        char path[4096 + SPOOL_NAME_RECEIPT];
        if (faccessat(j->receipts.fd, names[k].name, F_OK, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        snprintf(path, sizeof path, "%s/%s", j->config->report.receipts, names[k].name);
        json_object_array_add(files, json_object_new_string(path));
    }
    return true;
}

static bool show_files(struct job *j, const struct import *i, struct json_object *to,
                       struct fault *f)
{
    static const struct {
        enum spool_folder folder;
        const char *extension;
    } reports[] = {
        {SPOOL_REPORTS, ".json"}, {SPOOL_REPORTS, ".results.csv"}, {SPOOL_REPORTS, ".rejects.csv"},
        {SPOOL_REPORTS, ".html"}, {SPOOL_SECRETS, ".secrets.csv"},
    };
    struct json_object *files = json_object_new_array();
    for (size_t k = 0; k < COUNT_OF(reports); k++) {
        char name[LEDGER_NAME + 16];
        char path[4096 + LEDGER_NAME + 16];
        snprintf(name, sizeof name, "%s%s", i->stem, reports[k].extension);
        if (faccessat(spool_fd(j->spool, reports[k].folder), name, F_OK, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        snprintf(path, sizeof path, "%s/%s", spool_path(j->spool, reports[k].folder), name);
        json_object_array_add(files, json_object_new_string(path));
    }
    json_object_object_add(to, "files", files);
    return show_receipts(j, i, files, f);
}

static bool show_refused(struct job *j, uint64_t id, struct json_object *to, struct fault *f)
{
    struct json_object *list = json_object_new_array();
    json_object_object_add(to, "refused", list);
    struct ledger_row page[PAGE];
    size_t count = PAGE;
    unsigned refused = 1u << ROW_INVALID | 1u << ROW_FAILED;
    for (uint64_t after = 0; count == PAGE && json_object_array_length(list) < REFUSED_MOST;) {
        if (!ledger_rows(j->ledger, id, after, refused, page, PAGE, &count, f))
            return false;
        for (size_t k = 0; k < count; k++) {
            char code[CODE_TEXT];
            struct json_object *one = json_object_new_object();
            inquire_number(one, "row", page[k].row);
            inquire_number(one, "line", page[k].line);
            inquire_text(one, "number", page[k].number);
            inquire_text(one, "outcome", row_state_text(page[k].state));
            inquire_text(one, "code", code_text(page[k].code, code));
            inquire_text(one, "message", code_meaning(page[k].code));
            json_object_array_add(list, one);
            after = page[k].row;
        }
    }
    json_object_object_add(to, "refused_truncated", json_object_new_boolean(count == PAGE));
    return true;
}

struct json_object *job_show(struct job *j, uint64_t id, struct fault *f)
{
    struct import i;
    struct ledger_counts counts;
    const char *reason = NULL;
    if (!job_find(j, id, &i, f) || !ledger_counts(j->ledger, id, &counts, f))
        return NULL;
    struct json_object *show = json_object_new_object();
    char time[CLOCK_TEXT];
    add_id(show, id);
    inquire_text(show, "name", i.name);
    inquire_text(show, "state", job_state_of(j, &i, &reason));
    inquire_text(show, "reason", reason);
    inquire_text(show, "started", clock_text(i.started, time));
    inquire_text(show, "finished", clock_text(i.finished, time));
    inquire_counts(show, &counts);
    if (!show_files(j, &i, show, f) || !show_refused(j, id, show, f)) {
        json_object_put(show);
        return NULL;
    }
    return show;
}

/* ---- verify ---- */

/* row 0: of the whole import */
static void problem(struct json_object *list, uint64_t row, const char *what)
{
    char text[160];
    if (json_object_array_length(list) >= PAGE)
        return;
    if (row)
        snprintf(text, sizeof text, "row %llu %s", (unsigned long long)row, what);
    else
        snprintf(text, sizeof text, "%s", what);
    json_object_array_add(list, json_object_new_string(text));
}

/* How long the private copy may be, where rows have their places. */
static uint64_t copy_most(const struct import *i)
{
    return encoding_is_utf8(i->encoding) ? i->bytes : CHARSET_GROWTH * i->bytes;
}

/* Rows are numbered without a gap, lie one behind the other in the file, and each is final. The
 * ledger has one place for each row, so that none is there twice. */
static bool verify_rows(struct job *j, const struct import *i, struct json_object *list,
                        uint64_t *ret_rows, struct fault *f)
{
    struct ledger_row page[PAGE];
    size_t count = PAGE;
    uint64_t expected = 1;
    uint64_t end = i->data_offset;
    for (uint64_t after = 0; count == PAGE; after = expected - 1) {
        if (!ledger_rows(j->ledger, i->id, after, LEDGER_ALL, page, PAGE, &count, f))
            return false;
        for (size_t k = 0; k < count; k++, expected++) {
            if (page[k].row != expected)
                problem(list, expected, "is missing");
            expected = page[k].row;
            if (page[k].offset < end)
                problem(list, expected, "overlaps the one before it");
            if (page[k].state < ROW_FINAL)
                problem(list, expected, "has no outcome yet");
            end = page[k].offset + page[k].bytes;
        }
    }
    if (end > copy_most(i))
        problem(list, expected - 1, "ends beyond the end of the file");
    *ret_rows = expected - 1;
    return true;
}

/* The original is the file that was read. */
static void verify_file(struct job *j, const struct import *i, struct json_object *list)
{
    static const enum spool_folder folders[] = {SPOOL_WORK, SPOOL_DONE, SPOOL_HELD, SPOOL_REJECTED};
    ON_LEAVE(close_fd) int fd = -1;
    uint64_t bytes = 0;
    for (size_t k = 0; k < COUNT_OF(folders) && fd < 0; k++)
        spool_read(j->spool, folders[k], i->file, &fd, &bytes, NULL);
    if (fd < 0)
        return; /* taken away by a retention rule or an administrator */
    struct digest *digest = digest_new();
    char piece[65536];
    char hex[DIGEST_HEX];
    ssize_t n;
    while ((n = read(fd, piece, sizeof piece)) > 0)
        digest_add(digest, piece, (size_t)n);
    digest_hex(digest, hex);
    digest_free(digest);
    if (n < 0)
        problem(list, 0, "the original cannot be read to its end");
    else if (i->sha256[0] && strcmp(hex, i->sha256) != 0)
        problem(list, 0, "the original has changed since it was read");
}

struct json_object *job_verify(struct job *j, uint64_t id, struct fault *f)
{
    struct import i;
    uint64_t rows = 0;
    if (!job_find(j, id, &i, f))
        return NULL;
    struct json_object *verify = json_object_new_object();
    struct json_object *problems = json_object_new_array();
    if (!verify_rows(j, &i, problems, &rows, f)) {
        json_object_put(problems);
        json_object_put(verify);
        return NULL;
    }
    if (i.state <= IMPORT_SENDING)
        problem(problems, 0, "the import is not finished");
    verify_file(j, &i, problems);
    add_id(verify, id);
    inquire_number(verify, "rows", rows);
    json_object_object_add(verify, "whole",
                           json_object_new_boolean(json_object_array_length(problems) == 0));
    json_object_object_add(verify, "problems", problems);
    return verify;
}

/* ---- the service manager's line ---- */

/* The files under way, as one: how many rows, how fast, how long still. */
static void summary_progress(const struct job *j, bool waits, struct buf *to)
{
    uint64_t total = 0;
    uint64_t done = 0;
    size_t count = 0;
    double rate = 0;
    for (size_t i = 0; i < WORKS_MOST; i++) {
        const struct work *w = j->works[i];
        count += w != NULL;
        total += w ? w->total : 0;
        done += w ? w->done : 0;
        rate += rows_rate(j, w);
    }
    if (count == 0) {
        buf_text(to, waits ? "" : "ready");
        return;
    }
    buf_format(to, "%s%zu file%s, %llu of %llu rows done", waits ? "; " : "importing ", count,
               count == 1 ? "" : "s", (unsigned long long)done, (unsigned long long)total);
    if (!waits && rate > 0)
        buf_format(to, ", %.0f a second, %.0f s left", rate, (double)(total - done) / rate);
}

/* The oldest import that is held, and why. */
static void summary_held(struct job *j, struct buf *to)
{
    struct import held;
    uint64_t id = 0;
    bool found = false;
    if (!ledger_held(j->ledger, &id, NULL) || id == 0 ||
        !ledger_import_get(j->ledger, id, &held, &found, NULL) || !found)
        return;
    buf_format(to, "; import %06llu is held: %s", (unsigned long long)id, held.reason);
}

const char *job_summary(struct job *j)
{
    ON_LEAVE(buf_free) struct buf text = {0};
    const char *waiting = job_waiting(j);
    if (job_stopped(j))
        buf_text(&text, "stopped"); /* as it stays in the manager's eyes */
    else if (waiting)
        buf_format(&text, "waiting: %s", waiting);
    if (!job_still(j)) { /* with the ledger closed that is all we know */
        summary_progress(j, waiting != NULL, &text);
        summary_held(j, &text);
    }
    snprintf(j->summary, sizeof j->summary, "%s", buf_get(&text));
    return j->summary;
}
