/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME content: keyed digests of a record's values.
 *
 * Layout: eight bytes over the whole, then for each value that is sent three, in the record's
 * order: two of a hash of its name, which is no secret, and one of the keyed digest of name and
 * value. The short ones only say which field to name in a report; whether anything changed is for
 * the eight to decide. What was made up for one import counts as not sent: the next one makes up
 * another. */
#include "content.h"

#define WHOLE 8
#define NAME  2
#define EACH  (NAME + 1)

/* Whether a value belongs to the content. */
static bool counts(const struct record_value *v)
{
    return v->at && !v->generated;
}

/* FNV-1a, folded to the size of NAME. */
static void name_hash(const char *name, uint8_t to[NAME])
{
    uint32_t hash = 2166136261u;
    for (; *name; name++)
        hash = (hash ^ (unsigned char)*name) * 16777619u;
    to[0] = (uint8_t)(hash ^ hash >> 16);
    to[1] = (uint8_t)(hash >> 8 ^ hash >> 24);
}

void content_of(struct digest_tagger *tagger, const struct record *record,
                struct ledger_content *ret)
{
    uint8_t whole[DIGEST_TAG] = {0};
    ret->len = WHOLE;
    for (size_t i = 0; i < record->count; i++) {
        const struct record_value *v = &record->values[i];
        if (!counts(v))
            continue;
        uint8_t tag[DIGEST_TAG];
        digest_tag_add(tagger, v->name, strlen(v->name) + 1); /* the NUL ends the name */
        digest_tag(tagger, v->at, v->len, tag);
        digest_tag_add(tagger, whole, sizeof whole);
        digest_tag(tagger, tag, sizeof tag, whole);
        if (ret->len + EACH > sizeof ret->at)
            continue; /* of more fields than anybody has the last ones cannot be named */
        name_hash(v->name, ret->at + ret->len);
        ret->at[ret->len + NAME] = tag[0];
        ret->len += EACH;
    }
    memcpy(ret->at, whole, WHOLE);
}

/* Whether an entry of the content begins with these bytes. */
static bool has_entry(const struct ledger_content *content, const uint8_t *bytes, size_t len)
{
    for (size_t at = WHOLE; at + EACH <= content->len; at += EACH)
        if (memcmp(content->at + at, bytes, len) == 0)
            return true;
    return false;
}

bool content_same(const struct ledger_content *kept, const struct ledger_content *now,
                  const struct record *record, struct buf *names)
{
    if (kept->len >= WHOLE && memcmp(kept->at, now->at, WHOLE) == 0)
        return true;

    const uint8_t *entry = now->at + WHOLE;
    for (size_t i = 0; names && i < record->count; i++) {
        const struct record_value *v = &record->values[i];
        uint8_t name[NAME];
        name_hash(v->name, name);
        if (counts(v) && entry == now->at + now->len)
            break;
        /* a value that is not sent differs when one was sent under its name */
        bool changed = counts(v) ? !has_entry(kept, entry, EACH) : has_entry(kept, name, NAME);
        entry += counts(v) ? EACH : 0;
        if (!changed)
            continue;
        if (names->len)
            buf_char(names, ' ');
        buf_text(names, v->name);
    }
    return false;
}
