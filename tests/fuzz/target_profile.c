/* SPDX-License-Identifier: GPL-2.0-or-later */
/* profile: a text is refused with a reason or gives a profile that is the same when it is read
 * again, and maps any rows: one that may be sent has no error and is sent as itself, whenever it is
 * looked at. Input: a profile; after a NUL the header and rows, a line each, with | between cells.
 */
#include "buf.h"
#include "columns.h"
#include "fuzz.h"

#define CELLS_MOST 32

/* The cells of a line; their texts are terminated, in `texts`. */
static size_t line_cut(struct cell line, struct buf texts[CELLS_MOST],
                       struct cell cells[CELLS_MOST])
{
    struct input in = {line.at, line.len};
    size_t count = 0;
    bool more = true;
    while (more && count < CELLS_MOST) {
        struct cell piece = input_until(&in, '|');
        more = piece.at + piece.len < line.at + line.len;
        buf_reset(&texts[count]);
        buf_add(&texts[count], piece.at, piece.len);
        cells[count] = (struct cell){buf_get(&texts[count]), piece.len};
        count++;
    }
    return count;
}

static void findings_check(const struct findings *list)
{
    for (size_t i = 0; i < list->count; i++) {
        assert_told(list->at[i].column);
        assert_told(list->at[i].message);
    }
}

static void record_check(const struct record *record)
{
    for (size_t i = 0; i < record->count; i++) {
        const struct record_value *v = &record->values[i];
        assert(!v->at || utf8_valid(v->at, v->len) == v->len);
        assert(!v->generated || (v->at && v->secret));
    }
    assert_body_tells(WIRE_JSON, record);
}

static bool is_plain(const struct row *row)
{
    for (size_t i = 0; i < row->count; i++)
        if (utf8_plain(row->cells[i].at, row->cells[i].len) < row->cells[i].len)
            return false;
    return true;
}

/* The second look knows when the row is plain. */
static void row_check(struct columns *c, const struct row *row)
{
    static const uint8_t key[DIGEST_BYTES] = {1};
    const struct columns_given given = {"2042", key, 7};
    struct record record = {0};
    struct findings first = {0};
    struct findings again = {0};
    struct cell person = columns_pool_key(c, row);
    assert(!columns_pool(c) || person.len == 0 || text_trimmed(person).len == person.len);
    enum row_state state = columns_check(c, row, &given, &record, &first);
    findings_check(&first);
    assert((state == ROW_INVALID) == (finding_error(&first) != NULL));
    if (state == ROW_PLANNED)
        record_check(&record);
    struct row told = *row;
    told.plain = is_plain(row);
    assert(columns_check(c, &told, &given, &record, &again) == state);
    assert(first.count == again.count);
    if (state == ROW_PLANNED)
        record_check(&record);
    record_free(&record);
    findings_free(&first);
    findings_free(&again);
}

static void rows_check(const struct profile *p, struct input *in)
{
    struct buf texts[CELLS_MOST] = {0};
    struct cell cells[CELLS_MOST];
    struct findings header = {0};
    size_t count = line_cut(input_until(in, '\n'), texts, cells);
    struct profile_line *line = profile_line_new(shipped_schema(), cells, count);
    size_t known = profile_words(p, line);
    double share = profile_share(p, line);

    profile_line_free(line);
    assert(known <= count && share >= 0 && share <= 1);
    assert(profile_known(p, cells, count) == (share < 1 ? 0 : known));
    struct columns *c = columns_new(shipped_schema(), p, cells, count, &header);
    findings_check(&header);
    bool well = !finding_error(&header);
    while (well && in->len > 0) {
        struct row row = {.kind = ROW_KIND_RECORD, .cells = cells};
        row.count = line_cut(input_until(in, '\n'), texts, cells);
        row_check(c, &row);
    }
    profile_missing(p, cells, 0, &header);
    findings_check(&header);
    columns_free(c);
    findings_free(&header);
    for (size_t i = 0; i < CELLS_MOST; i++)
        buf_free(&texts[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {(const char *)data, size};
    struct cell text = input_until(&in, '\0');
    struct profile *p = NULL;
    struct profile *again = NULL;
    struct fault f = {0};
    const struct schema *s = shipped_schema();
    if (!profile_parse(text.at, text.len, "a profile", s, PROFILE_OWN, &p, &f)) {
        assert(f.kind == FAULT_CONFIG);
        assert_told(f.text);
        return 0;
    }
    assert(profile_marks(p) > 0);
    rows_check(p, &in);

    size_t len = 0;
    const char *kept = profile_text(p, &len);
    assert(len == text.len && memcmp(kept, text.at, len) == 0);
    bool good = profile_parse(kept, len, "a profile", s, PROFILE_FOREIGN, &again, &f);
    assert(good && profile_marks(again) == profile_marks(p));
    profile_free(p);
    profile_free(again);
    return 0;
}
