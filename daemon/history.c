/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME history: what the ledger knows of when things happened to an import. It keeps no diary: it
 * has the import's own times and those of its rows, and the reports have theirs. Who wants more has
 * the journal. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>

#include "buf.h"
#include "job_own.h"
#include "json.h"

#define PAGE 64

/* When rows of one outcome were settled. */
struct span {
    uint64_t rows;
    int64_t first, last; /* wall; 0 when it is not known */
};

struct rows_times {
    struct span of[ROW_FAILED + 1];
    uint64_t open, tried;
    int attempts; /* the most of any row */
};

static void event_add(struct json_object *list, int64_t wall, const char *event, const char *text)
{
    char time[CLOCK_TEXT];
    struct json_object *one = json_object_new_object();
    json_object_object_add(one, "time", json_object_new_string(clock_text(wall, time)));
    json_object_object_add(one, "source", json_object_new_string("ledger"));
    json_object_object_add(one, "event", json_object_new_string(event));
    json_object_object_add(one, "text", json_object_new_string(text));
    json_object_array_add(list, one);
}

static void row_count(struct rows_times *t, const struct ledger_row *row)
{
    t->tried += row->attempts > 0;
    if (row->attempts > t->attempts)
        t->attempts = row->attempts;
    if (row->state < ROW_FINAL) {
        t->open++;
        return;
    }
    struct span *s = &t->of[row->state];
    s->rows++;
    if (!s->first || (row->finished && row->finished < s->first))
        s->first = row->finished;
    if (row->finished > s->last)
        s->last = row->finished;
}

static bool rows_count(struct job *j, uint64_t id, struct rows_times *ret, struct fault *f)
{
    struct ledger_row page[PAGE];
    size_t count = PAGE;
    for (uint64_t after = 0; count == PAGE;) {
        if (!ledger_rows(j->ledger, id, after, LEDGER_ALL, page, PAGE, &count, f))
            return false;
        for (size_t k = 0; k < count; k++) {
            row_count(ret, &page[k]);
            after = page[k].row;
        }
    }
    return true;
}

static void claim_add(struct json_object *list, const struct import *i)
{
    ON_LEAVE(buf_free) struct buf text = {0};
    buf_format(&text, "%s, %" PRIu64 " bytes", i->name, i->bytes);
    if (i->profile[0])
        buf_format(&text, ", read by the profile %s", i->profile);
    event_add(list, i->started, "claimed", buf_get(&text));
}

/* One event for each outcome, when its last row had it. */
static void rows_add(struct json_object *list, const struct rows_times *t)
{
    char since[CLOCK_TEXT];
    for (size_t k = 0; k < COUNT_OF(t->of); k++) {
        const struct span *s = &t->of[k];
        ON_LEAVE(buf_free) struct buf text = {0};
        if (!s->rows || !s->last)
            continue;
        buf_format(&text, "%" PRIu64 " row%s", s->rows, s->rows == 1 ? "" : "s");
        if (s->first < s->last)
            buf_format(&text, ", the first at %s", clock_text(s->first, since));
        event_add(list, s->last, row_state_text((enum row_state)k), buf_get(&text));
    }
}

static void reports_add(struct job *j, const struct import *i, struct json_object *list)
{
    static const struct {
        enum spool_folder folder;
        const char *ending;
    } reports[] = {
        {SPOOL_REPORTS, ".json"}, {SPOOL_REPORTS, ".results.csv"}, {SPOOL_REPORTS, ".rejects.csv"},
        {SPOOL_REPORTS, ".html"}, {SPOOL_SECRETS, ".secrets.csv"},
    };
    for (size_t k = 0; k < COUNT_OF(reports); k++) {
        ON_LEAVE(buf_free) struct buf name = {0};
        ON_LEAVE(buf_free) struct buf path = {0};
        struct stat st;
        buf_format(&name, "%s%s", i->stem, reports[k].ending);
        if (fstatat(spool_fd(j->spool, reports[k].folder), name.at, &st, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        buf_format(&path, "%s/%s", spool_path(j->spool, reports[k].folder), name.at);
        event_add(list, (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000, "report",
                  path.at);
    }
}

/* How it stands, with the time of its end, or with this one. */
static void state_add(struct json_object *list, const struct job *j, const struct import *i,
                      const struct rows_times *t, const char *state, const char *reason)
{
    ON_LEAVE(buf_free) struct buf text = {0};
    buf_text(&text, reason);
    if (t->open)
        buf_format(&text, "%s%" PRIu64 " row%s without an outcome", text.len ? "; " : "", t->open,
                   t->open == 1 ? "" : "s");
    if (t->tried)
        buf_format(&text, "%s%" PRIu64 " row%s tried again, at most %d times", text.len ? "; " : "",
                   t->tried, t->tried == 1 ? "" : "s", t->attempts);
    event_add(list, i->finished ? i->finished : j->wall, state, buf_get(&text));
}

struct json_object *job_history(struct job *j, uint64_t id, struct fault *f)
{
    struct import i;
    struct rows_times times = {0};
    const char *reason = NULL;
    if (!job_find(j, id, &i, f) || !rows_count(j, id, &times, f))
        return NULL;
    const char *state = job_state_of(j, &i, &reason);
    char text[24];
    struct json_object *history = json_object_new_object();
    struct json_object *list = json_object_new_array();
    snprintf(text, sizeof text, "%06" PRIu64, id);
    json_object_object_add(history, "id", json_object_new_string(text));
    json_object_object_add(history, "name", json_object_new_string(i.name));
    json_object_object_add(history, "state", json_object_new_string(state));
    json_object_object_add(history, "reason", json_object_new_string(reason));
    json_object_object_add(history, "since", json_object_new_int64(i.started));
    claim_add(list, &i);
    rows_add(list, &times);
    state_add(list, j, &i, &times, state, reason);
    reports_add(j, &i, list);
    json_object_object_add(history, "events", list);
    return history;
}
