/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "survey.h"

#include <errno.h>
#include <sys/stat.h>

#include "copy.h"
#include "guard.h"
#include "numbers.h"

struct survey {
    const struct config *config;
    const struct schema *schema;
    const struct profiles *profiles;
    const struct profile *profile;
    int fd;
    struct copy_text text;
    struct opening opening; /* its rows are NULL until the header is read */
    struct columns *columns;
    struct numbers *numbers;
    struct recall *none;   /* when nothing else was lent */
    struct recall *recall; /* what is gone by */
    struct pool *pool;
    struct plan plan;
    struct ledger_row planned;
    struct record record;
    struct findings findings;
    struct guard guard;
    int held; /* a code, as is the next */
    int rejected;
    bool ended;
};

struct survey *survey_new(const struct config *c, const struct schema *s, const struct profiles *p,
                          int fd)
{
    struct survey *v = xcalloc(1, sizeof *v);
    v->config = c;
    v->schema = s;
    v->profiles = p;
    v->fd = fd;
    v->text.fd = -1;
    v->numbers = numbers_new();
    return v;
}

struct survey *survey_free(struct survey *v)
{
    if (!v)
        return NULL;
    opening_free(&v->opening);
    close_fd(&v->text.fd);
    columns_free(v->columns);
    pool_free(v->pool);
    recall_close(v->none);
    numbers_free(v->numbers);
    record_free(&v->record);
    findings_free(&v->findings);
    free(v);
    return NULL;
}

void survey_recall(struct survey *v, struct recall *r)
{
    v->recall = r;
}

const struct dialect *survey_dialect(const struct survey *v)
{
    return &v->opening.dialect;
}

const char *survey_choices(const struct survey *v)
{
    return v->opening.choices;
}

const struct profile *survey_profile(const struct survey *v)
{
    return v->profile;
}

int survey_rejected(const struct survey *v)
{
    return v->rejected;
}

int survey_held(const struct survey *v)
{
    return v->held;
}

/* The file cannot be imported, and this is the last item. */
static void reject(struct survey *v, int code, const char *reason)
{
    finding_add(&v->findings, code, SEVERITY_ERROR, NULL, "%s", reason);
    v->rejected = code;
}

static bool too_large(const struct survey *v, bool *ret, struct fault *f)
{
    int64_t most = v->config->spool.max_bytes;
    struct stat st;
    if (fstat(v->fd, &st) != 0)
        return fault_set(f, FAULT_IO, errno, "look at the file");
    *ret = most && st.st_size > most;
    return true;
}

struct rows_limits survey_limits(const struct config *c)
{
    return (struct rows_limits){(size_t)c->import.max_record, (size_t)c->import.max_columns};
}

static size_t known(void *with, const struct cell *header, size_t count)
{
    return profiles_known(with, header, count);
}

static unsigned heading_lines(void *with, const struct cell *header, size_t count)
{
    bool fits = false;
    const struct profile *p = profiles_choose(with, header, count, &fits);
    return fits ? profile_dialect(p)->header_rows : 0;
}

struct header_ask survey_ask(struct profiles_ask *profiles)
{
    return (struct header_ask){
        .wish = profiles->named ? profile_dialect(profiles->named) : NULL,
        .known = known,
        .heading_lines = heading_lines,
        .with = profiles,
    };
}

const struct profile *survey_choose(const struct profiles_ask *ask, const struct header *h,
                                    char choices[CHOICES_ROOM], bool *ret_fits)
{
    const struct profile *p = profiles_choose(ask, h->cells, h->count, ret_fits);
    choices_add(choices, "profile", profile_name(p), "%s",
                ask->named  ? "it was named"
                : *ret_fits ? "its headings are there"
                            : "none has its headings there, and it comes nearest");
    return p;
}

static void header_map(struct survey *v, const struct profiles_ask *ask, const struct header *h)
{
    bool fits = false;
    v->profile = survey_choose(ask, h, v->opening.choices, &fits);
    v->columns = columns_new(v->schema, v->profile, h->cells, h->count, &v->findings);
    if (!fits && !finding_error(&v->findings))
        profile_missing(v->profile, h->cells, h->count, &v->findings);
    const struct finding *error = finding_error(&v->findings);
    if (error)
        v->rejected = error->code;
}

/* Reads up to the rows, and maps the header to the schema's fields. */
static bool header_read(struct survey *v, struct survey_item *item, struct fault *f)
{
    struct profiles_ask profiles = {.all = v->profiles};
    if (!profiles_named(v->profiles, v->config->import.profile, &profiles.named)) {
        reject(v, CODE_PROFILE_UNKNOWN, code_meaning(CODE_PROFILE_UNKNOWN));
        return true;
    }
    struct header_ask ask = survey_ask(&profiles);
    if (!copy_text(v->fd, ask.wish ? ask.wish->encoding : NULL, &v->text, f) ||
        !header_open(v->text.fd, &v->text.encoding, survey_limits(v->config), &ask, &v->opening, f))
        return false;
    item->line = v->opening.header.line;
    if (v->opening.code != CODE_NONE)
        reject(v, v->opening.code, v->opening.reason);
    else
        header_map(v, &profiles, &v->opening.header);
    return true;
}

static bool file_look(struct survey *v, struct survey_item *item, struct fault *f)
{
    bool large = false;
    if (!too_large(v, &large, f))
        return false;
    if (large)
        reject(v, CODE_FILE_TOO_LARGE, code_meaning(CODE_FILE_TOO_LARGE));
    return large || header_read(v, item, f);
}

static bool plan_begin(struct survey *v, struct fault *f)
{
    if (!v->recall && !recall_none(&v->none, f))
        return false;
    if (!v->recall)
        v->recall = v->none;
    return recall_plan(v->recall, v->columns, v->numbers, &v->plan, &v->pool, f);
}

/* What is said of a row that does not lie in its cells. */
static void plan_note(struct survey *v, struct survey_item *item)
{
    if (item->code == CODE_DUPLICATE_NUMBER)
        finding_add(&v->findings, item->code, SEVERITY_ERROR, NULL, "%s", code_meaning(item->code));
    if (v->plan.numberless == CODE_NONE)
        return;
    item->code = v->plan.numberless; /* such a file is held */
    item->state = ROW_SKIPPED;
    finding_add(&v->findings, item->code, SEVERITY_WARNING, NULL, "%s", code_meaning(item->code));
    v->plan.numberless = CODE_NONE;
}

/* A guard that would hold the file has an item of its own. */
static void rows_end(struct survey *v)
{
    v->held = guard_code(&v->guard, v->config);
    if (v->held != CODE_NONE)
        finding_add(&v->findings, v->held, SEVERITY_WARNING, NULL, "%s: the file would be held",
                    code_meaning(v->held));
    v->ended = true;
}

static bool row_look(struct survey *v, struct survey_item *item, struct fault *f)
{
    int64_t most = v->config->spool.max_rows;
    struct row row;
    if (!rows_next(v->opening.rows, &row, f))
        return false;
    if (row.kind == ROW_KIND_END) {
        rows_end(v);
        return true;
    }

    item->line = row.line;
    if (most && v->guard.rows >= (uint64_t)most) {
        reject(v, CODE_TOO_MANY_ROWS, code_meaning(CODE_TOO_MANY_ROWS));
        return true;
    }
    item->row = v->guard.rows + 1;
    if (!v->plan.ledger && !plan_begin(v, f))
        return false;
    v->planned = (struct ledger_row){.row = item->row};
    if (!plan_row(&v->plan, &row, &v->planned, &v->record, &v->findings, f))
        return false;
    guard_count(&v->guard, &row, v->planned.state, v->opening.header.count);
    item->state = v->planned.state;
    item->code = v->planned.code;
    item->detail = v->planned.detail;
    memcpy(item->number, v->planned.number, sizeof item->number);
    plan_note(v, item);
    return true;
}

const char *survey_action(const struct survey_item *item)
{
    if (item->code == CODE_CHANGED)
        return "changed";
    switch (item->state) {
    case ROW_PLANNED:
        return "create";
    case ROW_UNCHANGED:
        return "unchanged";
    case ROW_SKIPPED:
        return "skip";
    default:
        return "invalid";
    }
}

bool survey_next(struct survey *v, struct survey_item *ret, bool *ret_found, struct fault *f)
{
    struct survey_item item = {.state = ROW_PLANNED, .detail = "", .findings = &v->findings};
    if (v->ended) {
        *ret_found = false;
        return true;
    }

    findings_reset(&v->findings);
    bool good = v->opening.rows ? row_look(v, &item, f) : file_look(v, &item, f);
    if (!good)
        return false;
    *ret_found = !v->ended || v->findings.count > 0;
    if (v->rejected != CODE_NONE) {
        item.state = ROW_INVALID;
        v->ended = true;
    }
    *ret = item;
    return true;
}
