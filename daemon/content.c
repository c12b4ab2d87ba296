/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME content: keyed digests of a record's values.
 *
 * Layout: for each value that is sent three bytes, two from the digest of its name and one from
 * that of name and value, in the record's order; before them eight bytes over the whole. The
 * short ones only say which field to name in a report; whether anything changed is for the eight
 * to decide. */
#include "content.h"

#define WHOLE 8
#define EACH  3
#define NAME  2 /* of them */

static void value_tag(struct digest_tagger *tagger, const struct record_value *v, uint8_t to[EACH])
{
    uint8_t name[DIGEST_TAG];
    uint8_t value[DIGEST_TAG];
    struct buf text = {0};
    digest_tag(tagger, v->name, strlen(v->name), name);
    buf_text(&text, v->name);
    buf_char(&text, '=');
    buf_add(&text, v->at, v->len);
    digest_tag(tagger, text.at, text.len, value);
    buf_wipe(&text);
    to[0] = name[0];
    to[1] = name[1];
    to[2] = value[0];
}

void content_of(struct digest_tagger *tagger, const struct record *record,
                struct ledger_content *ret)
{
    struct buf all = {0};
    uint8_t whole[DIGEST_TAG];
    ret->len = WHOLE;
    for (size_t i = 0; i < record->count; i++) {
        const struct record_value *v = &record->values[i];
        if (!v->at)
            continue;
        buf_format(&all, "%s=%zu:", v->name, v->len);
        buf_add(&all, v->at, v->len);
        if (ret->len + EACH <= sizeof ret->at) {
            value_tag(tagger, v, ret->at + ret->len);
            ret->len += EACH;
        }
    }
    digest_tag(tagger, buf_get(&all), all.len, whole);
    memcpy(ret->at, whole, WHOLE);
    buf_wipe(&all);
}

/* Whether a tag in the content begins with these bytes. */
static bool has_tag(const struct ledger_content *content, const uint8_t *bytes, size_t len)
{
    for (size_t at = WHOLE; at + EACH <= content->len; at += EACH)
        if (memcmp(content->at + at, bytes, len) == 0)
            return true;
    return false;
}

/* A value that is not sent differs when one was sent under its name. */
static bool is_changed(const struct ledger_content *kept, struct digest_tagger *tagger,
                       const struct record_value *v)
{
    uint8_t tag[EACH];
    value_tag(tagger, v, tag);
    return v->at ? !has_tag(kept, tag, EACH) : has_tag(kept, tag, NAME);
}

bool content_same(const struct ledger_content *kept, const struct ledger_content *now,
                  const struct record *record, struct digest_tagger *tagger, struct buf *names)
{
    if (kept->len >= WHOLE && memcmp(kept->at, now->at, WHOLE) == 0)
        return true;

    for (size_t i = 0; names && i < record->count; i++) {
        if (!is_changed(kept, tagger, &record->values[i]))
            continue;
        if (names->len)
            buf_char(names, ' ');
        buf_text(names, record->values[i].name);
    }
    return false;
}
