/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "record.h"

void record_room(struct record *r, size_t count)
{
    if (count > r->room) {
        r->values = xrealloc(r->values, count * sizeof *r->values);
        r->room = count;
    }
    r->count = count;
    r->key = 0;
    if (count > 0)
        memset(r->values, 0, count * sizeof *r->values);
}

void record_free(struct record *r)
{
    free(r->values);
    *r = (struct record){0};
}

struct cell record_number(const struct record *r)
{
    if (r->key >= r->count)
        return (struct cell){0};
    return (struct cell){r->values[r->key].at, r->values[r->key].len};
}

void record_number_text(const struct record *r, char to[RECORD_NUMBER])
{
    struct cell number = record_number(r);
    to[0] = '\0';
    if (!number.at || number.len >= RECORD_NUMBER || strspn(number.at, "0123456789") < number.len)
        return;
    memcpy(to, number.at, number.len);
    to[number.len] = '\0';
}
