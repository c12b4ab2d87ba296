/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME report_json: the report for programs, as schemas/report.schema.json describes it. Head and
 * problems are objects of their own, so that memory does not grow with the problems. */
#include "report_part.h"

#include <inttypes.h>
#include <stdio.h>

#include "choices.h"
#include "clock.h"
#include "dialect.h"
#include "json.h"

/* Puts value, which is now the object's, under key. */
static void put(struct json_object *to, const char *key, struct json_object *value)
{
    bool kept = value != NULL && json_object_object_add(to, key, value) == 0;
    assert(kept); /* only memory can fail here */
}

static void put_text(struct json_object *to, const char *key, const char *text)
{
    put(to, key, json_object_new_string(text));
}

static void put_number(struct json_object *to, const char *key, uint64_t number)
{
    put(to, key, json_object_new_uint64(number));
}

static void put_time(struct json_object *to, const char *key, int64_t wall)
{
    char text[CLOCK_TEXT];
    put_text(to, key, clock_text(wall, text));
}

static const char *plain(struct json_object *o, size_t *ret_len)
{
    const char *text = json_object_to_json_string_length(
        o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, ret_len);
    assert(text != NULL);
    return text;
}

static struct json_object *cell_text(struct cell cell)
{
    return json_object_new_string_len(cell.at, (int)cell.len);
}

/* What was found out about the file, and why. */
static struct json_object *choices_array(const char *choices)
{
    struct json_object *array = json_object_new_array();
    struct choice choice;

    while (choices_next(&choices, &choice)) {
        struct json_object *o = json_object_new_object();
        put(o, "choice", cell_text(choice.what));
        put(o, "value", cell_text(choice.value));
        put(o, "reason", cell_text(choice.reason));
        json_object_array_add(array, o);
    }
    return array;
}

static struct json_object *file_object(const struct import *i)
{
    struct json_object *o = json_object_new_object();
    char encoding[sizeof(i->encoding) + sizeof("-bom")];

    snprintf(encoding, sizeof encoding, "%s%s", i->encoding, i->bom ? "-bom" : "");
    put_text(o, "name", i->name);
    put_number(o, "bytes", i->bytes);
    put_text(o, "sha256", i->sha256);
    put_text(o, "encoding", encoding);
    put_text(o, "delimiter", i->delimiter ? dialect_delimiter_text(i->delimiter) : "");
    put_text(o, "profile", i->profile);
    put(o, "choices", choices_array(i->choices));
    return o;
}

static struct json_object *counts_object(const struct ledger_counts *c)
{
    struct json_object *o = json_object_new_object();

    put_number(o, "rows", c->rows);
    put_number(o, "created", c->created);
    put_number(o, "unchanged", c->unchanged);
    put_number(o, "skipped", c->skipped);
    put_number(o, "invalid", c->invalid);
    put_number(o, "failed", c->failed);
    return o;
}

static struct json_object *codes_object(const struct report_facts *facts)
{
    struct json_object *o = json_object_new_object();

    for (size_t i = 0; i < facts->code_count; i++) {
        char name[CODE_TEXT];
        put_number(o, code_text(facts->codes[i].code, name), facts->codes[i].count);
    }
    return o;
}

/* Everything before the problems; its closing brace is left to json_end. */
static bool json_begin(struct report_part *p, const struct report_facts *facts, struct fault *f)
{
    (void)f;
    const struct import *i = &facts->import;
    ON_LEAVE(json_leave) struct json_object *head = json_object_new_object();
    char id[24];
    size_t len;

    snprintf(id, sizeof id, "%06" PRIu64, i->id);
    put_number(head, "version", 1);
    put_text(head, "id", id);
    put_text(head, "state", import_state_text(i->state));
    put(head, "file", file_object(i));
    put_time(head, "started", i->started);
    put_time(head, "finished", i->finished);
    put(head, "counts", counts_object(&facts->counts));
    put(head, "by_code", codes_object(facts));

    const char *text = plain(head, &len);
    fsio_add(p->file, text, len - 1);
    fsio_text(p->file, ",\"problems\":[");
    return true;
}

static struct json_object *problem_object(const struct ledger_row *row, const struct finding *x)
{
    struct json_object *o = json_object_new_object();
    char code[CODE_TEXT];

    put_number(o, "row", row->row);
    put_number(o, "line", row->line);
    put_text(o, "column", x->column);
    put_text(o, "severity", severity_text(x->severity));
    put_text(o, "code", code_text(x->code, code));
    put_text(o, "message", x->message);
    put_text(o, "number", row->number);
    put_number(o, "attempts", (uint64_t)row->attempts);
    return o;
}

static bool json_row(struct report_part *p, const struct report_facts *facts,
                     const struct report_row *row, struct fault *f)
{
    (void)facts;
    (void)f;
    for (size_t i = 0; i < row->count && p->problems < REPORT_PROBLEMS_MOST; i++, p->problems++) {
        ON_LEAVE(json_leave) struct json_object *o = problem_object(&row->at, &row->problems[i]);
        size_t len;
        const char *text = plain(o, &len);
        fsio_text(p->file, p->problems ? ",\n" : "\n");
        fsio_add(p->file, text, len);
    }
    return true;
}

static void json_end(struct report_part *p, const struct report_facts *facts)
{
    fsio_text(p->file, "],\"problems_truncated\":");
    fsio_text(p->file, facts->problems > p->problems ? "true}\n" : "false}\n");
}

const struct report_kind report_json = {
    .ending = ".json",
    .format = REPORT_JSON,
    .begin = json_begin,
    .row = json_row,
    .end = json_end,
};
