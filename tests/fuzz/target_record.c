/* SPDX-License-Identifier: GPL-2.0-or-later */
/* record: the way of a file from its bytes to the bodies of calls. A row that may be sent has no
 * error and is sent as itself, one that may not has an error, and nothing that is told of it spoils
 * a report. Input: a CSV file. */
#include "columns.h"
#include "dialect.h"
#include "fuzz.h"

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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct dialect dialect;
    struct findings findings = {0};
    struct fault f = {0};
    struct row header;
    int code = CODE_NONE;
    if (!dialect_guess((const char *)data, size, &dialect, &code, &f))
        return 0;
    ON_LEAVE(close_fd) int fd = file_of((const char *)data, size, 1);
    struct rows *r = rows_new(fd, dialect.delimiter, limits, dialect.bom ? 3 : 0, 1);
    bool good = rows_next(r, &header, &f);
    assert(good);
    if (header.kind == ROW_KIND_RECORD) {
        struct columns *c =
            columns_new(shipped_schema(), NULL, header.cells, header.count, &findings);
        findings_check(&findings);
        rows_expect(r, header.count);
        if (!finding_error(&findings))
            rows_check(r, c);
        columns_free(c);
    }
    findings_free(&findings);
    rows_free(r);
    return 0;
}
