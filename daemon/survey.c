/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "survey.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "numbers.h"

#define BOM_BYTES 3

struct survey {
    const struct config *config;
    const struct schema *schema;
    const struct profiles *profiles;
    const struct profile *profile;
    int fd;
    struct dialect dialect;
    struct rows *rows; /* NULL until the header is read */
    struct columns *columns;
    struct numbers *numbers;
    struct record record;
    struct findings findings;
    uint64_t row;
    int rejected; /* a code */
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
    v->numbers = numbers_new();
    return v;
}

struct survey *survey_free(struct survey *v)
{
    if (!v)
        return NULL;
    rows_free(v->rows);
    columns_free(v->columns);
    numbers_free(v->numbers);
    record_free(&v->record);
    findings_free(&v->findings);
    free(v);
    return NULL;
}

const struct dialect *survey_dialect(const struct survey *v)
{
    return &v->dialect;
}

const struct profile *survey_profile(const struct survey *v)
{
    return v->profile;
}

int survey_rejected(const struct survey *v)
{
    return v->rejected;
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

bool survey_guess(int fd, struct dialect *ret, int *ret_code, struct fault *f)
{
    char *head = xmalloc(DIALECT_HEAD);
    ssize_t n;
    do
        n = pread(fd, head, DIALECT_HEAD, 0);
    while (n < 0 && errno == EINTR);
    bool good = n < 0 ? fault_set(f, FAULT_IO, errno, "read the file")
                      : dialect_guess(head, (size_t)n, ret, ret_code, f);
    wipe(head, DIALECT_HEAD);
    free(head);
    return good;
}

/* Rejects a file that is no text. */
static bool dialect_find(struct survey *v, struct fault *f)
{
    struct fault why = {0};
    int code = CODE_NONE;
    if (survey_guess(v->fd, &v->dialect, &code, &why))
        return true;
    if (why.kind == FAULT_INPUT) {
        reject(v, code, why.text);
        return true;
    }
    *f = why;
    return false;
}

/* The profile that the configuration names; NULL: none. False when there is no such profile. */
static bool named_profile(struct survey *v, const struct profile **ret)
{
    const char *name = v->config->import.profile;

    *ret = profiles_find(v->profiles, name);
    if (*ret || strcmp(name, PROFILES_AUTO) == 0)
        return true;
    reject(v, CODE_PROFILE_UNKNOWN, code_meaning(CODE_PROFILE_UNKNOWN));
    return false;
}

static void header_map(struct survey *v, const struct row *header)
{
    struct profiles_ask ask = {.all = v->profiles};
    bool fits = false;
    if (!named_profile(v, &ask.named))
        return;
    v->profile = profiles_choose(&ask, header->cells, header->count, &fits);
    v->columns = columns_new(v->schema, v->profile, header->cells, header->count, &v->findings);
    if (!fits && !finding_error(&v->findings))
        profile_missing(v->profile, header->cells, header->count, &v->findings);
    const struct finding *error = finding_error(&v->findings);
    if (error)
        v->rejected = error->code;
}

/* Reads the header and maps it to the schema's fields. */
static bool header_read(struct survey *v, struct survey_item *item, struct fault *f)
{
    struct row header;
    v->rows = rows_new(v->fd, v->dialect.delimiter, survey_limits(v->config),
                       v->dialect.bom ? BOM_BYTES : 0, 1);
    if (!rows_next(v->rows, &header, f))
        return false;
    if (header.kind == ROW_KIND_END) {
        reject(v, CODE_EMPTY_FILE, code_meaning(CODE_EMPTY_FILE));
        return true;
    }
    item->line = header.line;
    if (header.kind == ROW_KIND_MALFORMED) {
        finding_add(&v->findings, header.code, SEVERITY_ERROR, NULL,
                    "the heading line cannot be read: %s", code_meaning(header.code));
        v->rejected = header.code;
        return true;
    }

    rows_expect(v->rows, header.count);
    header_map(v, &header);
    return true;
}

static bool file_look(struct survey *v, struct survey_item *item, struct fault *f)
{
    bool large = false;
    if (!too_large(v, &large, f))
        return false;
    if (large)
        reject(v, CODE_FILE_TOO_LARGE, code_meaning(CODE_FILE_TOO_LARGE));
    else if (!dialect_find(v, f))
        return false;
    return v->rejected != CODE_NONE || header_read(v, item, f);
}

/* Of several rows with one number the first valid one wins. */
static void number_check(struct survey *v, struct survey_item *item)
{
    struct cell number = record_number(&v->record);
    if (numbers_add(v->numbers, number.at, number.len))
        return;
    item->state = ROW_INVALID;
    finding_add(&v->findings, CODE_DUPLICATE_NUMBER, SEVERITY_ERROR, NULL, "%s",
                code_meaning(CODE_DUPLICATE_NUMBER));
}

static bool row_look(struct survey *v, struct survey_item *item, struct fault *f)
{
    int64_t most = v->config->spool.max_rows;
    struct row row;
    if (!rows_next(v->rows, &row, f))
        return false;
    if (row.kind == ROW_KIND_END) {
        v->ended = true;
        return true;
    }

    item->line = row.line;
    if (most && v->row >= (uint64_t)most) {
        reject(v, CODE_TOO_MANY_ROWS, code_meaning(CODE_TOO_MANY_ROWS));
        return true;
    }
    item->row = ++v->row;
    item->state = columns_check(v->columns, &row, NULL, &v->record, &v->findings);
    if (item->state == ROW_PLANNED)
        number_check(v, item);
    record_number_text(&v->record, item->number);
    return true;
}

bool survey_next(struct survey *v, struct survey_item *ret, bool *ret_found, struct fault *f)
{
    struct survey_item item = {.state = ROW_PLANNED, .findings = &v->findings};
    if (v->ended) {
        *ret_found = false;
        return true;
    }

    findings_reset(&v->findings);
    bool good = v->rows ? row_look(v, &item, f) : file_look(v, &item, f);
    if (!good)
        return false;
    *ret_found = !v->ended;
    if (v->rejected != CODE_NONE) {
        item.state = ROW_INVALID;
        v->ended = true;
    }
    *ret = item;
    return true;
}
