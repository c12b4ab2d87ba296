/* SPDX-License-Identifier: GPL-2.0-or-later */
/* record: the way of a file from its bytes to the bodies of calls. A row that may be sent has no
 * error and is sent as itself, one that may not has an error, and nothing that is told of it spoils
 * a report. Input: a CSV file. */
#include "columns.h"
#include "copy.h"
#include "fuzz.h"
#include "header.h"
#include "survey.h"

static const struct rows_limits limits = {8192, 64};

static void findings_check(const struct findings *list)
{
    for (size_t i = 0; i < list->count; i++) {
        char code[CODE_TEXT];
        const struct finding *x = &list->at[i];
        assert(code_text(x->code, code)[0] && code_meaning(x->code)[0]);
        assert_told(x->column);
        assert_told(x->message);
    }
}

static void sent_check(const struct record *record)
{
    char number[RECORD_NUMBER];
    bool long_text = false;
    record_number_text(record, number);
    assert(number[0] && strspn(number, "0123456789") == strlen(number));
    for (size_t i = 0; i < record->count; i++)
        long_text = long_text || record->values[i].len > 4096; /* no answer's */
    assert_body_tells(WIRE_JSON, record);
    if (!long_text)
        assert_body_tells(WIRE_XML, record);
}

static void rows_check(struct rows *r, struct columns *c)
{
    struct record record = {0};
    struct findings findings = {0};
    struct fault f = {0};
    struct row row;
    while (rows_next(r, &row, &f) && row.kind != ROW_KIND_END) {
        findings_reset(&findings);
        enum row_state state = columns_check(c, &row, NULL, &record, &findings);
        findings_check(&findings);
        assert((state == ROW_INVALID) == (finding_error(&findings) != NULL));
        assert(state == ROW_PLANNED || state == ROW_SKIPPED || state == ROW_INVALID);
        if (state == ROW_PLANNED)
            sent_check(&record);
    }
    assert(f.kind == FAULT_NONE);
    record_free(&record);
    findings_free(&findings);
}

static const struct profiles *shipped_profiles(void)
{
    static struct profiles *profiles;
    static char folder[] = "schemas/profiles";
    struct config config = {.import = {.profiles = folder}};
    struct fault f = {0};
    if (!profiles && !profiles_read(&config, shipped_schema(), &profiles, &f)) {
        fprintf(stderr, "%s\n", f.text);
        abort();
    }
    return profiles;
}

static void opening_check(struct opening *o, const struct profiles_ask *ask)
{
    struct findings findings = {0};
    const struct header *h = &o->header;
    bool fits = false;
    if (o->code != CODE_NONE) {
        assert(!o->rows);
        assert_told(o->reason);
        return;
    }
    assert(h->line > 0 && h->count > 0 && h->data_line > h->line);
    assert(rows_offset(o->rows) == h->data_offset);
    const struct profile *p = profiles_choose(ask, h->cells, h->count, &fits);
    struct columns *c = columns_new(shipped_schema(), p, h->cells, h->count, &findings);
    findings_check(&findings);
    if (!finding_error(&findings))
        rows_check(o->rows, c);
    columns_free(c);
    findings_free(&findings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct profiles_ask profiles = {.all = shipped_profiles()};
    struct header_ask ask = survey_ask(&profiles);
    struct opening opening = {0};
    struct copy_text text;
    struct fault f = {0};
    ON_LEAVE(close_fd) int fd = file_of((const char *)data, size, 1);
    bool good = copy_text(fd, NULL, &text, &f);
    assert(good && text.bytes == size);
    good = header_open(text.fd, &text.encoding, limits, &ask, &opening, &f);
    assert(good);
    opening_check(&opening, &profiles);
    opening_free(&opening);
    close_fd(&text.fd);
    return 0;
}
