/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rows: every byte belongs to a record or is an empty line, a record read again is the same one,
 * and what is written of its cells is read as the same cells.
 * Input: delimiter, expected cells, both limits, repetitions; the rest is the file. */
#include "buf.h"
#include "fuzz.h"

#define SEEN_MOST 64 /* rows that are read again */

struct seen {
    uint64_t offset, line;
    struct buf text;
};

static void row_print(const struct row *row, struct buf *to)
{
    buf_format(to, "%d %llu %llu %llu %d %llu %zu %zu", row->kind, (unsigned long long)row->line,
               (unsigned long long)row->offset, (unsigned long long)row->bytes, row->code,
               (unsigned long long)row->quote_line, row->column, row->limit);
    for (size_t i = 0; row->kind == ROW_KIND_RECORD && i < row->count; i++) {
        assert(row->cells[i].at[row->cells[i].len] == '\0');
        buf_format(to, " %zu:", row->cells[i].len);
        buf_add(to, row->cells[i].at, row->cells[i].len);
    }
}

static void next(struct rows *r, struct row *ret)
{
    struct fault f = {0};
    bool good = rows_next(r, ret, &f);
    assert(good);
}

/* Bytes of the physical line at the front, its end included. */
static size_t line_bytes(const char *text, size_t len)
{
    size_t n = 0;
    while (n < len && text[n] != '\n' && text[n] != '\r')
        n++;
    if (n < len)
        n += text[n] == '\r' && n + 1 < len && text[n + 1] == '\n' ? 2 : 1;
    return n;
}

static bool is_line_end(char c)
{
    return c == '\n' || c == '\r';
}

/* Where the file has been followed to. */
struct place {
    const char *text;
    size_t len, at;
    uint64_t line;
};

/* The row begins at the next line that is not empty, and ends where a line does. */
static void place_check(struct place *p, const struct row *row, struct rows_limits limits)
{
    for (; p->at < p->len && is_line_end(p->text[p->at]); p->line++)
        p->at += line_bytes(p->text + p->at, p->len - p->at);
    assert(row->offset == p->at);
    assert(row->line == p->line);
    if (row->kind == ROW_KIND_END) {
        assert(p->at == p->len);
        return;
    }
    size_t first = line_bytes(p->text + p->at, p->len - p->at);
    assert(row->bytes >= first);
    if (row->kind == ROW_KIND_MALFORMED) {
        /* one that looks like several is refused as one */
        assert(row->bytes == first || (row->code == CODE_UNCLOSED_QUOTE && row->repair));
        assert(row->code == CODE_UNCLOSED_QUOTE || row->code == CODE_STRAY_QUOTE ||
               row->code == CODE_TOO_LONG);
        assert(row->code != CODE_TOO_LONG || row->limit > 0);
    } else {
        assert(row->count >= 1 && row->count <= limits.cells);
    }
    assert(row->bytes <= limits.bytes + 2 ||
           (row->kind == ROW_KIND_MALFORMED && row->bytes == first));
    for (size_t end = p->at + row->bytes; p->at < end; p->line++) {
        p->at += line_bytes(p->text + p->at, p->len - p->at);
        assert(p->at <= end);
    }
}

/* Written as RFC 4180 wants it, the record is read as the same cells. */
static void write_and_read(const struct row *row, char delimiter)
{
    struct buf text = {0};
    struct row again;
    for (size_t i = 0; i < row->count; i++) {
        if (i > 0)
            buf_char(&text, delimiter);
        buf_char(&text, '"');
        for (size_t k = 0; k < row->cells[i].len; k++) {
            if (row->cells[i].at[k] == '"')
                buf_char(&text, '"');
            buf_char(&text, row->cells[i].at[k]);
        }
        buf_char(&text, '"');
    }
    ON_LEAVE(close_fd) int fd = file_of(text.at, text.len, 1);
    struct rows *r = rows_new(fd, delimiter, (struct rows_limits){text.len, row->count}, 0, 1);
    next(r, &again);
    assert(again.kind == ROW_KIND_RECORD && again.count == row->count);
    for (size_t i = 0; i < row->count; i++) {
        assert(again.cells[i].len == row->cells[i].len);
        assert(memcmp(again.cells[i].at, row->cells[i].at, row->cells[i].len) == 0);
    }
    next(r, &again);
    assert(again.kind == ROW_KIND_END);
    rows_free(r);
    buf_free(&text);
}

/* Read backwards, every row is what it was. */
static void seek_check(struct rows *r, struct seen *seen, size_t count)
{
    struct row row;
    while (count-- > 0) {
        struct buf again = {0};
        rows_seek(r, seen[count].offset, seen[count].line);
        next(r, &row);
        row_print(&row, &again);
        assert(again.len == seen[count].text.len);
        assert(memcmp(again.at, seen[count].text.at, again.len) == 0);
        buf_free(&again);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct seen seen[SEEN_MOST];
    struct input in = {(const char *)data, size};
    char delimiter = ",;\t|"[input_byte(&in) % 4];
    size_t expect = input_byte(&in) % 8;
    struct rows_limits limits = {1 + input_byte(&in), 1 + input_byte(&in) % 16};
    size_t times = input_byte(&in);
    if (times % 16 != 15 || in.len == 0)
        times = 1;
    while (times * in.len > 140000) /* more than the reader's window holds */
        times /= 2;
    ON_LEAVE(close_fd) int fd = file_of(in.at, in.len, times);
    size_t len = in.len * times;
    char *text = len ? mmap(NULL, len, PROT_READ, MAP_SHARED, fd, 0) : NULL;
    assert(text != MAP_FAILED);

    struct rows *r = rows_new(fd, delimiter, limits, 0, 1);
    struct place place = {text, len, 0, 1};
    struct row row;
    size_t count = 0;
    rows_expect(r, expect);
    for (next(r, &row); row.kind != ROW_KIND_END; next(r, &row)) {
        place_check(&place, &row, limits);
        assert(rows_offset(r) == place.at);
        if (count == SEEN_MOST || (count >= SEEN_MOST / 2 && place.at + 4096 < len))
            continue;
        seen[count] = (struct seen){.offset = row.offset, .line = row.line};
        row_print(&row, &seen[count++].text);
        if (row.kind == ROW_KIND_RECORD && count < 4)
            write_and_read(&row, delimiter);
    }
    place_check(&place, &row, limits);
    seek_check(r, seen, count);
    rows_free(r);
    for (size_t i = 0; i < count; i++)
        buf_free(&seen[i].text);
    if (len)
        munmap(text, len);
    return 0;
}
