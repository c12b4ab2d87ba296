/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the status page share. */
#ifndef EXTSPOOLD_PAGE_HTML_PART_H
#define EXTSPOOLD_PAGE_HTML_PART_H

#include "json.h"
#include "page_html.h"

/* ---- page_html_say.c ---- */

/* Members of a status: "", 0 and NULL where there is none, whatever the object is. The text is lent
 * by the object. */
const char *page_member(struct json_object *from, const char *key);
uint64_t page_number(struct json_object *from, const char *key);
struct json_object *page_object(struct json_object *from, const char *key);
size_t page_length(struct json_object *array);

/* Each adds escaped text: what others chose, also where it is no UTF-8; a name, which may run from
 * right to left; a text of the table; one with its places filled (with what others chose, too). */
void page_text(struct buf *to, const char *text);
void page_name(struct buf *to, const char *name);
void page_say(struct buf *to, enum language l, const char *english);
void page_fill(struct buf *to, enum language l, const char *english, const char *const *values);

/* The one text where count is 1, else the other one with the count as %1. */
void page_count(struct buf *to, enum language l, uint64_t count, const char *one, const char *many);

/* Adds plain text, for a place to be filled with: a reason (text_message), how long still. */
void page_reason(struct buf *to, enum language l, const char *reason);
void page_left(struct buf *to, enum language l, uint64_t seconds);
void page_rate(struct buf *to, enum language l, double rate);
void page_bytes(struct buf *to, enum language l, uint64_t bytes);

/* ---- page_html_import.c ---- */

enum page_stage { PAGE_RUNNING, PAGE_HELD, PAGE_ENDED };

/* Which section an import of a status belongs to; one whose state is unknown is running. */
enum page_stage page_stage(struct json_object *import);

/* Add an item of a list. told: a reason that the page has told already, "" when none. */
void page_running(struct buf *to, struct json_object *import, enum language l, const char *told);
void page_held(struct buf *to, struct json_object *import, enum language l, const char *told);
void page_ended(struct buf *to, struct json_object *import, enum language l, const char *told);

#endif
