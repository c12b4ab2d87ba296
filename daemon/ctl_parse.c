/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME ctl_parse: what the importer reads, written plainly. */
#include <inttypes.h>
#include <stdio.h>

#include "copy.h"
#include "ctl.h"
#include "json.h"
#include "survey.h"
#include "utf8.h"

static bool is_text(const struct row *row)
{
    for (size_t i = 0; i < row->count; i++)
        if (utf8_valid(row->cells[i].at, row->cells[i].len) < row->cells[i].len)
            return false;
    return true;
}

/* {"line","cells":[…]}, or {"line","code","message"}: a line for each record. */
static void row_json(const struct row *row, int code)
{
    char text[CODE_TEXT];
    ON_LEAVE(json_leave) struct json_object *one = json_object_new_object();
    json_object_object_add(one, "line", json_object_new_uint64(row->line));
    if (code == CODE_NONE) {
        struct json_object *cells = json_object_new_array();
        for (size_t i = 0; i < row->count; i++)
            json_object_array_add(
                cells, json_object_new_string_len(row->cells[i].at, (int)row->cells[i].len));
        json_object_object_add(one, "cells", cells);
    } else {
        json_object_object_add(one, "code", json_object_new_string(code_text(code, text)));
        json_object_object_add(one, "message", json_object_new_string(code_meaning(code)));
    }
    ctl_json_print(one);
}

static void malformed_tell(const char *name, const struct row *row, int code)
{
    char text[CODE_TEXT];
    fprintf(stderr, "%s:%" PRIu64 ": ", name, row->line);
    if (code == CODE_UNCLOSED_QUOTE)
        fprintf(stderr, "the quote opened in line %" PRIu64 " %s", row->quote_line,
                row->repair ? row->repair : "is never closed");
    else
        fputs(code_meaning(code), stderr);
    fprintf(stderr, " [%s]\n", code_text(code, text));
}

/* Tells of a row that cannot be printed. */
static bool row_print(const struct ctl *c, const char *name, const struct row *row)
{
    int code = row->kind == ROW_KIND_MALFORMED ? row->code : CODE_NONE;
    if (code == CODE_NONE && !is_text(row))
        code = CODE_ENCODING_ERROR;
    if (c->json)
        row_json(row, code);
    else if (code == CODE_NONE)
        ctl_record_print(row->cells, row->count, ',');
    else
        malformed_tell(name, row, code);
    return code == CODE_NONE;
}

/* *ret_end says whether some record was malformed. */
static bool records_print(const struct ctl *c, const char *name, struct rows *rows, int *ret_end,
                          struct fault *f)
{
    struct row row;
    while (rows_next(rows, &row, f)) {
        if (row.kind == ROW_KIND_END)
            return true;
        if (!row_print(c, name, &row))
            *ret_end = CTL_NEGATIVE;
    }
    return false;
}

static int header_print(const struct ctl *c, const char *name, const struct header *h)
{
    struct row row = {
        .kind = ROW_KIND_RECORD, .line = h->line, .cells = h->cells, .count = h->count};
    return row_print(c, name, &row) ? CTL_WELL : CTL_NEGATIVE;
}

/* Titles above the header are left out; a malformed header is told as any record. */
static bool text_print(const struct ctl *c, const struct ctl_rules *rules,
                       const struct ctl_file *file, int *ret_end, struct fault *f)
{
    ON_LEAVE(opening_free) struct opening o = {0};
    struct profiles_ask profiles = {.all = rules->profiles};
    struct copy_text text;
    const char *wanted = c->config->import.profile;
    if (!profiles_named(rules->profiles, wanted, &profiles.named))
        return fault_set(f, FAULT_CONFIG, 0, "there is no mapping profile '%s'", wanted);
    struct header_ask ask = survey_ask(&profiles);
    if (!copy_text(file->fd, ask.wish ? ask.wish->encoding : NULL, &text, f))
        return false;
    ON_LEAVE(close_fd) int fd = text.fd;
    if (!header_open(fd, &text.encoding, survey_limits(c->config), &ask, &o, f))
        return false;
    if (c->explain)
        ctl_choices_print(file->name, o.choices);
    *ret_end = CTL_WELL;
    if (o.header.bytes > 0 && o.header.code != CODE_NONE)
        o.rows = header_rows(fd, &o.dialect, survey_limits(c->config));
    else if (o.code != CODE_NONE)
        return fault_set(f, FAULT_INPUT, 0, "%s", o.reason);
    else
        *ret_end = header_print(c, file->name, &o.header);
    return records_print(c, file->name, o.rows, ret_end, f);
}

int ctl_parse(const struct ctl *c)
{
    ON_LEAVE(ctl_file_close) struct ctl_file file = {0};
    struct fault f = {0};
    int end = CTL_WELL;
    if (!ctl_file_open(c->operands[0], 0, &file, &f))
        return ctl_fault(&f);
    ON_LEAVE(ctl_rules_free) struct ctl_rules rules = {0};
    if (!ctl_rules_read(c->config, &rules, &f))
        return ctl_fault(&f);
    if (text_print(c, &rules, &file, &end, &f))
        return end;
    fault_in(&f, "%s", file.name);
    return ctl_fault(&f);
}
