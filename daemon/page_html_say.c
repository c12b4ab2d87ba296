/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME page_html_say: what the status page's sections are put together from. */
#include <inttypes.h>

#include "html.h"
#include "page_html_part.h"

struct json_object *page_object(struct json_object *from, const char *key)
{
    struct json_object *value = NULL;
    if (!json_object_is_type(from, json_type_object))
        return NULL;
    json_object_object_get_ex(from, key, &value);
    return value;
}

const char *page_member(struct json_object *from, const char *key)
{
    struct json_object *value = page_object(from, key);
    return json_object_is_type(value, json_type_string) ? json_object_get_string(value) : "";
}

uint64_t page_number(struct json_object *from, const char *key)
{
    return json_object_get_uint64(page_object(from, key));
}

size_t page_length(struct json_object *array)
{
    return json_object_is_type(array, json_type_array) ? json_object_array_length(array) : 0;
}

/* A reason may have been cut amid a character. */
void page_text(struct buf *to, const char *text)
{
    ON_LEAVE(buf_free) struct buf whole = {0};
    buf_name(&whole, text, strlen(text));
    html_text(to, buf_get(&whole));
}

void page_name(struct buf *to, const char *name)
{
    buf_text(to, "<bdi>");
    page_text(to, name);
    buf_text(to, "</bdi>");
}

void page_say(struct buf *to, enum language l, const char *english)
{
    html_text(to, text_in(l, english));
}

void page_fill(struct buf *to, enum language l, const char *english, const char *const *values)
{
    ON_LEAVE(buf_free) struct buf text = {0};
    text_fill(&text, l, english, values);
    page_text(to, buf_get(&text));
}

void page_count(struct buf *to, enum language l, uint64_t count, const char *one, const char *many)
{
    ON_LEAVE(buf_free) struct buf digits = {0};
    text_count(&digits, l, count);
    page_fill(to, l, count == 1 ? one : many, (const char *const[]){buf_get(&digits)});
}

/* What may have been cut amid a character is mended first, since a text of the table may hold it.
 */
void page_reason(struct buf *to, enum language l, const char *reason)
{
    ON_LEAVE(buf_free) struct buf whole = {0};
    buf_name(&whole, reason, strlen(reason));
    text_message(to, l, buf_get(&whole));
}

/* Rounded up, and the coarser the longer it is: a guess, which shall not look like more. */
void page_left(struct buf *to, enum language l, uint64_t seconds)
{
    static const struct {
        uint64_t seconds, most;
        const char *one, *many;
    } units[] = {
        {60, 90, "about a minute left", "about %1 minutes left"},
        {3600, 36, "about an hour left", "about %1 hours left"},
        {86400, UINT64_MAX, "about a day left", "about %1 days left"},
    };
    if (seconds < 60) {
        buf_text(to, text_in(l, "less than a minute left"));
        return;
    }
    size_t i = 0;
    while (seconds > units[i].seconds * units[i].most && i + 1 < COUNT_OF(units))
        i++;
    uint64_t count = (seconds + units[i].seconds - 1) / units[i].seconds;
    ON_LEAVE(buf_free) struct buf digits = {0};
    text_count(&digits, l, count);
    text_fill(to, l, count == 1 ? units[i].one : units[i].many,
              (const char *const[]){buf_get(&digits)});
}

void page_rate(struct buf *to, enum language l, double rate)
{
    ON_LEAVE(buf_free) struct buf digits = {0};
    bool slow = rate < 2;
    if (rate > 1e9) /* whatever a status says, it can be written */
        rate = 1e9;
    text_count(&digits, l, (uint64_t)(rate * (slow ? 60 : 1) + 0.5));
    text_fill(to, l, slow ? "%1 rows a minute" : "%1 rows a second",
              (const char *const[]){buf_get(&digits)});
}

/* Of units the greatest that leaves a number before the point. */
void page_bytes(struct buf *to, enum language l, uint64_t bytes)
{
    static const char *const units[] = {"%1 kB", "%1 MB", "%1 GB", "%1 TB"};
    ON_LEAVE(buf_free) struct buf digits = {0};
    size_t i = 0;
    uint64_t tenths = bytes / 100;
    for (; tenths >= 10000 && i + 1 < COUNT_OF(units); i++)
        tenths /= 1000;
    text_count(&digits, l, tenths / 10);
    if (tenths < 100)
        buf_format(&digits, "%s%" PRIu64, text_in(l, "."), tenths % 10);
    text_fill(to, l, units[i], (const char *const[]){buf_get(&digits)});
}
