/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME content: keyed digests of a record's values.
 *
 * Layout: eight bytes over the whole, then for each value that is sent three, in the record's
 * order: two of a hash of its name, which is no secret, and one of the keyed digest of name and
 * value. The short ones only say which field to name in a report; whether anything changed is for
 * the eight to decide. They are the XOR of eight bytes of each value's digest: no two of these are
 * over the same, since a record has a name once, and without the key nobody finds any that cancel
 * out. What was made up for one import counts as not sent: the next one makes up another.
 *
 * A record has two dozen values of which most are as in the record before, so the last value of
 * each field is kept with its digest, unless it is a secret. */
#include "content.h"

#define WHOLE 8
#define NAME  2
#define EACH  (NAME + 1)
#define KEPT  64 /* bytes of the longest value that is kept */

/* A field at its place in the record, and its last value. */
struct field {
    char *name;
    struct digest_mark begun; /* with the name */
    uint64_t whole;           /* its value's part in the whole: bytes, no number */
    uint8_t each[EACH];       /* its own part */
    bool kept;                /* the value is */
    size_t len;
    char value[KEPT];
};

struct content_tagger {
    struct digest_tagger *tagger;
    struct field *fields;
    size_t count;
};

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

struct content_tagger *content_tagger_new(const uint8_t key[DIGEST_BYTES])
{
    struct content_tagger *t = xcalloc(1, sizeof *t);
    t->tagger = digest_tagger_new(key);
    return t;
}

static void fields_free(struct content_tagger *t)
{
    for (size_t i = 0; i < t->count; i++) {
        free(t->fields[i].name);
        wipe(&t->fields[i], sizeof t->fields[i]);
    }
    free(t->fields);
}

/* Room for a longer record than any before; nothing is known of its fields. */
static void fields_room(struct content_tagger *t, size_t count)
{
    if (count <= t->count)
        return;
    fields_free(t);
    t->fields = xcalloc(count, sizeof *t->fields);
    t->count = count;
}

struct content_tagger *content_tagger_free(struct content_tagger *t)
{
    if (!t)
        return NULL;
    fields_free(t);
    digest_tagger_free(t->tagger);
    free(t);
    return NULL;
}

/* A name and NULs, of which the first ends it. One byte stands behind the last whole block: when a
 * value is added, that one is done, and another is enough for most values. */
static void name_add(struct digest_tagger *tagger, const char *name)
{
    static const char zeros[DIGEST_TAG];
    size_t len = strlen(name);
    digest_tag_add(tagger, name, len);
    digest_tag_add(tagger, zeros, DIGEST_TAG - len % DIGEST_TAG);
    digest_tag_add(tagger, zeros, 1);
}

/* The field that stands at a place now. */
static struct field *field_at(struct content_tagger *t, size_t place, const char *name)
{
    struct field *field = &t->fields[place];
    if (field->name && strcmp(field->name, name) == 0)
        return field;
    free(field->name);
    field->name = xstrdup(name);
    field->kept = false;
    name_hash(name, field->each);
    name_add(t->tagger, name);
    digest_mark(t->tagger, &field->begun);
    return field;
}

/* Sees to it that the field's parts are of this value. */
static void field_tag(struct content_tagger *t, struct field *field, const struct record_value *v)
{
    if (field->kept && v->len == field->len && memcmp(v->at, field->value, v->len) == 0)
        return;
    uint8_t tag[DIGEST_TAG];
    digest_from(t->tagger, &field->begun);
    digest_tag(t->tagger, v->at, v->len, tag);
    memcpy(&field->whole, tag, WHOLE);
    field->each[NAME] = tag[WHOLE];
    field->kept = !v->secret && v->len <= KEPT;
    if (!field->kept)
        return;
    field->len = v->len;
    memcpy(field->value, v->at, v->len);
}

void content_of(struct content_tagger *t, const struct record *record, struct ledger_content *ret)
{
    uint64_t whole = 0;
    uint8_t *to = ret->at + WHOLE;
    const uint8_t *last = ret->at + sizeof ret->at - EACH;
    fields_room(t, record->count);
    for (size_t i = 0; i < record->count; i++) {
        const struct record_value *v = &record->values[i];
        if (!counts(v))
            continue;
        struct field *field = field_at(t, i, v->name);
        field_tag(t, field, v);
        whole ^= field->whole;
        if (to > last)
            continue; /* of more fields than anybody has the last ones cannot be named */
        memcpy(to, field->each, EACH);
        to += EACH;
    }
    memcpy(ret->at, &whole, WHOLE);
    ret->len = (size_t)(to - ret->at);
}

/* As the ledgers of versions 1 to 3 have it: each value's digest goes over the whole before it. It
 * is only compared with, so that what such a version created is still known. */
static void content_before(struct content_tagger *t, const struct record *record,
                           struct ledger_content *ret)
{
    uint8_t whole[DIGEST_TAG] = {0};
    ret->len = WHOLE;
    for (size_t i = 0; i < record->count; i++) {
        const struct record_value *v = &record->values[i];
        uint8_t tag[DIGEST_TAG];
        if (!counts(v))
            continue;
        digest_tag_add(t->tagger, v->name, strlen(v->name) + 1); /* the NUL ends the name */
        digest_tag(t->tagger, v->at, v->len, tag);
        digest_tag_add(t->tagger, whole, sizeof whole);
        digest_tag(t->tagger, tag, sizeof tag, whole);
        if (ret->len + EACH > sizeof ret->at)
            continue;
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

static bool is_whole(const struct ledger_content *kept, const struct ledger_content *now)
{
    return kept->len >= WHOLE && memcmp(kept->at, now->at, WHOLE) == 0;
}

/* Adds the names of the fields that differ; returns how many do. */
static size_t names_add(const struct ledger_content *kept, const struct ledger_content *now,
                        const struct record *record, struct buf *names)
{
    const uint8_t *entry = now->at + WHOLE;
    size_t differ = 0;
    for (size_t i = 0; i < record->count; i++) {
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
        differ++;
        if (names->len)
            buf_char(names, ' ');
        buf_text(names, v->name);
    }
    return differ;
}

bool content_same(struct content_tagger *t, const struct ledger_content *kept,
                  const struct ledger_content *now, const struct record *record, struct buf *names)
{
    struct ledger_content before;
    if (is_whole(kept, now))
        return true;
    content_before(t, record, &before);
    if (is_whole(kept, &before))
        return true;
    if (!names)
        return false;
    /* which kind it was that was kept shows by how much of it is the same */
    ON_LEAVE(buf_free) struct buf as_now = {0};
    ON_LEAVE(buf_free) struct buf as_before = {0};
    size_t differ = names_add(kept, now, record, &as_now);
    size_t differ_before = names_add(kept, &before, record, &as_before);
    if (names->len)
        buf_char(names, ' ');
    buf_text(names, buf_get(differ_before < differ ? &as_before : &as_now));
    return false;
}
