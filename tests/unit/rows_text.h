/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For the tests of rows: a text as a file, and what is read from it as text. */
#ifndef TESTS_UNIT_ROWS_TEXT_H
#define TESTS_UNIT_ROWS_TEXT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/mman.h>
#include <unistd.h>

#include "buf.h"
#include "rows.h"

#define RECORD_MOST (1024 * 1024)
#define CELLS_MOST  16384
static const struct rows_limits limits = {RECORD_MOST, CELLS_MOST};

/* A file in memory with these bytes; the caller closes it. */
static inline int file_of(const char *text, size_t len)
{
    int fd = memfd_create("rows", MFD_CLOEXEC);
    assert_true(fd >= 0);
    for (size_t at = 0; at < len;) {
        ssize_t n = write(fd, text + at, len - at);
        assert_true(n > 0);
        at += (size_t)n;
    }
    return fd;
}

static inline void next(struct rows *r, struct row *ret)
{
    struct fault f = {0};
    if (!rows_next(r, ret, &f))
        fail_msg("%s", f.text);
}

/* One row as text: "2+4:6[a][b] " is a record on line 2 at byte 4 with 6
 * bytes. */
static inline void row_print(const struct row *row, struct buf *to)
{
    char code[CODE_TEXT];
    buf_format(to, "%llu+%llu:%llu", (unsigned long long)row->line, (unsigned long long)row->offset,
               (unsigned long long)row->bytes);
    if (row->kind == ROW_KIND_MALFORMED)
        buf_format(to, "{%s quote=%llu cell=%zu}", code_text(row->code, code),
                   (unsigned long long)row->quote_line, row->column);
    if (row->repaired != CODE_NONE)
        buf_format(to, "(%s cell=%zu)", code_text(row->repaired, code), row->column);
    for (size_t i = 0; row->kind == ROW_KIND_RECORD && i < row->count; i++) {
        assert_int_equal(row->cells[i].at[row->cells[i].len], '\0');
        buf_char(to, '[');
        buf_add(to, row->cells[i].at, row->cells[i].len);
        buf_char(to, ']');
    }
    buf_text(to, row->kind == ROW_KIND_END ? "END" : " ");
}

#endif
