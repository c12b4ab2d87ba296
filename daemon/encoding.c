/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "encoding.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>

#include "utf8.h"

#define BYTES(text) text, sizeof(text) - 1
#define SAVE_AS_CSV "in Excel choose Save As, CSV UTF-8"
#define ACCIDENT    8 /* in other encodings, faults are more than so many times as frequent */

/* First bytes that tell what a file is. */
static const struct {
    const char *bytes;
    size_t len;
    const char *what;
} signatures[] = {
    {BYTES("PK\3\4"), "an Excel workbook (.xlsx) or another ZIP file; " SAVE_AS_CSV},
    {BYTES("PK\5\6"), "an empty ZIP file"},
    {BYTES("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), "an old Excel workbook (.xls); " SAVE_AS_CSV},
    {BYTES("%PDF"), "a PDF document; export the data as CSV UTF-8 instead"},
    {BYTES("{\\rtf"), "a rich text document (.rtf); save it as CSV UTF-8"},
    {BYTES("\x1F\x8B"), "a gzip archive; unpack it first"},
};

/* The longer of two with the same beginning stands first. */
static const struct {
    const char *bytes;
    size_t len;
    const char *name;
} marks[] = {
    {BYTES("\xEF\xBB\xBF"), "utf-8"},    {BYTES("\xFF\xFE\0\0"), "utf-32le"},
    {BYTES("\0\0\xFE\xFF"), "utf-32be"}, {BYTES("\xFF\xFE"), "utf-16le"},
    {BYTES("\xFE\xFF"), "utf-16be"},
};

const char *encoding_foreign(const char *head, size_t len)
{
    for (size_t i = 0; i < COUNT_OF(signatures); i++)
        if (len >= signatures[i].len && !memcmp(head, signatures[i].bytes, signatures[i].len))
            return signatures[i].what;
    return NULL;
}

bool encoding_is_utf8(const char *name)
{
    return strcmp(name, "utf-8") == 0;
}

static void set(struct encoding *to, const char *name, const char *why)
{
    *to = (struct encoding){0};
    for (size_t i = 0; name[i] && i + 1 < sizeof to->name; i++)
        to->name[i] = (char)tolower((unsigned char)name[i]);
    if (strcmp(to->name, "utf8") == 0)
        memcpy(to->name, "utf-8", sizeof "utf-8");
    snprintf(to->why, sizeof to->why, "%s", why);
}

/* UTF-16 and UTF-32 without a mark: in text that is mostly Latin, one and the same byte of each
 * two, or three of each four, are zero. */
static const char *wide_text(const char *head, size_t len)
{
    static const struct {
        unsigned zeros; /* bit i: byte i of each four is mostly zero */
        const char *name;
    } patterns[] = {{0xA, "utf-16le"}, {0x5, "utf-16be"}, {0xE, "utf-32le"}, {0x7, "utf-32be"}};
    size_t zeros[4] = {0};
    unsigned mostly = 0;
    for (size_t i = 0; i < len; i++)
        zeros[i % 4] += head[i] == '\0';
    for (unsigned i = 0; i < 4; i++)
        mostly |= zeros[i] > len / 8 ? 1U << i : 0U;
    for (size_t i = 0; i < COUNT_OF(patterns); i++)
        if (mostly == patterns[i].zeros)
            return patterns[i].name;
    return NULL;
}

bool encoding_head(const char *head, size_t len, struct encoding *ret)
{
    for (size_t i = 0; i < COUNT_OF(marks); i++) {
        if (len < marks[i].len || memcmp(head, marks[i].bytes, marks[i].len) != 0)
            continue;
        set(ret, marks[i].name, "a byte order mark stands at the front");
        ret->bom = true;
        ret->bom_bytes = marks[i].len;
        return true;
    }
    if (encoding_foreign(head, len)) {
        set(ret, "utf-8", "it is no text");
        return true;
    }
    const char *wide = wide_text(head, len < ENCODING_HEAD ? len : ENCODING_HEAD);
    if (wide)
        set(ret, wide, "zeros stand between its letters");
    return wide != NULL;
}

void encoding_named(const char *name, const char *head, size_t len, struct encoding *ret)
{
    static const char why[] = "the profile says so";
    const char *wide = wide_text(head, len < ENCODING_HEAD ? len : ENCODING_HEAD);
    size_t n = strlen(name);
    set(ret, name, why);
    if (wide && strlen(wide) > n && strncmp(wide, ret->name, n) == 0)
        set(ret, wide, why);
    else if (strcmp(ret->name, "utf-16") == 0 || strcmp(ret->name, "utf-32") == 0)
        memcpy(ret->name + n, "le", sizeof "le");
}

/* How many bytes a character has that begins so; 1 where none can. */
static size_t wanted(char first)
{
    unsigned char c = (unsigned char)first;
    return c < 0xC2 || c > 0xF4 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
}

/* The character at text, of which len bytes are there. Returns its length, or 1. */
static size_t scan_char(struct encoding_scan *s, const char *text, size_t len)
{
    size_t n = utf8_char(text, len);
    if (n == 0) {
        if (s->faults == 0) {
            s->first_line = s->line + 1;
            s->first_byte = (unsigned char)text[0];
        }
        s->faults += !s->in_fault;
        s->in_fault = true;
        return 1;
    }
    s->in_fault = false;
    s->wide += n > 1;
    s->line += text[0] == '\n';
    return n;
}

/* The rest of a character that the piece before began; what of it is none is looked at anew. */
static size_t scan_tail(struct encoding_scan *s, const char *text, size_t len, bool end)
{
    char together[8];
    size_t before = s->tail_len;
    size_t more = len < 4 ? len : 4;
    size_t at = 0;
    memcpy(together, s->tail, before);
    memcpy(together + before, text, more);
    while (at < before && (end || before + more - at >= wanted(together[at])))
        at += scan_char(s, together + at, before + more - at);
    if (at < before) { /* the piece was shorter than what lacks */
        s->tail_len = before + more - at;
        memmove(s->tail, together + at, s->tail_len);
        return len;
    }
    s->tail_len = 0;
    return at - before;
}

void encoding_scan(struct encoding_scan *s, const char *text, size_t len)
{
    size_t at = s->tail_len ? scan_tail(s, text, len, false) : 0;
    while (at < len) {
        size_t plain = utf8_plain(text + at, len - at);
        if (plain > 0) {
            s->in_fault = false;
            at += plain;
            continue;
        }
        if (len - at < 4 && len - at < wanted(text[at])) {
            s->tail_len = len - at;
            memcpy(s->tail, text + at, s->tail_len);
            return;
        }
        at += scan_char(s, text + at, len - at);
    }
}

void encoding_scanned(struct encoding_scan *s, struct encoding *ret)
{
    if (s->tail_len)
        scan_tail(s, "", 0, true);
    if (s->faults == 0) {
        set(ret, "utf-8", s->wide ? "all of it is well-formed UTF-8" : "it is plain ASCII");
        return;
    }
    bool utf8 = s->wide > 0 && s->wide * ACCIDENT >= s->faults;
    set(ret, utf8 ? "utf-8" : ENCODING_OTHER, "");
    if (utf8)
        snprintf(ret->why, sizeof ret->why,
                 "it has %" PRIu64 " characters of UTF-8; in %" PRIu64 " places it is malformed",
                 s->wide, s->faults);
    else
        snprintf(ret->why, sizeof ret->why, "byte 0x%02X in line %" PRIu64 " is no UTF-8",
                 s->first_byte, s->first_line);
}
