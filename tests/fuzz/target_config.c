/* SPDX-License-Identifier: GPL-2.0-or-later */
/* config: a file is refused with its line or accepted, and what is printed of it then is accepted
 * with the same values. Input: a configuration file. */
#include "buf.h"
#include "config.h"
#include "fuzz.h"

static bool text_read(const char *text, size_t len, struct config **ret, struct fault *f)
{
    char path[64];
    ON_LEAVE(close_fd) int fd = file_of(text, len, 1);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return config_read(path, ret, f);
}

/* Texts never reach the program cut or changed: the URL that is kept is one that is accepted. */
static void values_check(const struct config *c)
{
    assert(c->spool.directory[0] && c->spool.pattern[0] && c->state.directory[0]);
    assert(c->retry.first <= c->retry.most);
    assert(c->import.max_record >= 64 && c->import.max_columns >= 1);
    assert(!strpbrk(c->pbx.url, "@?# \t\\"));
    assert(!c->pbx.url[0] || strstr(c->pbx.url, "://"));
    assert(c->report.formats);
}

/* A value of each kind: what is printed rounds nothing. */
static void same_values(const struct config *a, const struct config *b)
{
    assert(a->spool.settle == b->spool.settle && a->spool.rescan == b->spool.rescan);
    assert(a->spool.max_bytes == b->spool.max_bytes && a->spool.max_rows == b->spool.max_rows);
    assert(a->import.max_record == b->import.max_record);
    assert(a->import.max_invalid == b->import.max_invalid && a->pbx.rate == b->pbx.rate);
    assert(a->import.mode == b->import.mode && a->report.formats == b->report.formats);
    assert(a->retry.first == b->retry.first && a->retry.most == b->retry.most);
    assert(strcmp(a->pbx.url, b->pbx.url) == 0 && strcmp(a->pbx.username, b->pbx.username) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config *c = NULL;
    struct config *again = NULL;
    struct fault f = {0};
    struct buf first = {0};
    struct buf second = {0};
    if (!text_read((const char *)data, size, &c, &f)) {
        assert(f.kind == FAULT_CONFIG && f.text[0]);
        assert_told(f.text);
        return 0;
    }
    values_check(c);
    config_print(c, &first);
    bool good = text_read(first.at, first.len, &again, &f);
    assert(good);
    same_values(c, again);
    config_print(again, &second);
    assert(strcmp(first.at, second.at) == 0);
    buf_free(&first);
    buf_free(&second);
    config_free(c);
    config_free(again);
    return 0;
}
