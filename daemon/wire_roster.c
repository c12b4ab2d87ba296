/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME wire_roster: all extensions of a PBX, read as the answer comes.
 *
 * Such an answer may have a hundred megabytes, so no tree is made of it: the JSON is read sign by
 * sign, and of its texts no more is kept than the one at hand. That braces, commas and colons
 * stand where they belong is checked, and the reading gives up where they do not; what stands
 * between them is looked at only where it matters. A number that is written with an escape is not
 * recognised, which costs a look-up. */
#include <stdio.h>

#include "wire_own.h"

#define DEPTH_MOST 32
#define TEXT_MOST  64

enum want {
    WANT_VALUE,
    WANT_VALUE_OR_END,
    WANT_KEY,
    WANT_KEY_OR_END,
    WANT_COLON,
    WANT_COMMA_OR_END,
    WANT_NOTHING,
};

enum within { WITHIN_NONE, WITHIN_STRING, WITHIN_ESCAPE, WITHIN_WORD };

struct wire_roster {
    struct wire_xml *xml; /* NULL: it is JSON */
    struct numbers *numbers;
    enum want want;
    enum within within;
    bool broken;
    int depth;
    bool array[DEPTH_MOST + 1];
    char text[TEXT_MOST]; /* the key, string or word at hand */
    size_t len;
    bool odd; /* it is longer, or has an escape in it */
    char key[TEXT_MOST];
    char status[TEXT_MOST], error_number[TEXT_MOST];
    bool doubled;  /* one of these was there twice */
    int infos;     /* depth within extinfos; 0: outside */
    int extension; /* depth within one extension; 0: outside */
    char number[TEXT_MOST], extnumber[TEXT_MOST];
    bool numbered; /* it has one of them, if only one that is not recognised */
    bool stray;    /* something in extinfos is no extension */
};

struct wire_roster *wire_roster_new(enum wire_format format)
{
    struct wire_roster *r = xcalloc(1, sizeof *r);
    r->numbers = numbers_new();
    if (format == WIRE_XML)
        r->xml = wire_xml_new(r->numbers);
    return r;
}

/* ---- what the texts mean ---- */

static void keep_once(struct wire_roster *r, char to[TEXT_MOST])
{
    r->doubled = r->doubled || to[0];
    memcpy(to, r->text, TEXT_MOST);
}

/* A member of one extension. */
static void member(struct wire_roster *r, bool plain)
{
    bool extnumber = strcmp(r->key, "extnumber") == 0;
    if (!extnumber && strcmp(r->key, "number") != 0)
        return;
    r->numbered = true;
    if (plain)
        memcpy(extnumber ? r->extnumber : r->number, r->text, TEXT_MOST);
}

/* A member of the outermost object. */
static void head(struct wire_roster *r, bool is_string, bool plain)
{
    bool nothing = is_string ? r->len == 0 && !r->odd : strcmp(r->text, "null") == 0;
    if (strcmp(r->key, "extinfos") == 0)
        r->stray = r->stray || !nothing;
    else if (strcmp(r->key, "status") == 0 && is_string && plain)
        keep_once(r, r->status);
    else if (strcmp(r->key, "errno") == 0 && plain)
        keep_once(r, r->error_number);
}

static bool is_number(const char *text)
{
    return text[0] == '-' || (text[0] >= '0' && text[0] <= '9');
}

/* A string, number or word has ended that is no key. */
static void scalar(struct wire_roster *r, bool is_string)
{
    bool plain = !r->odd && r->len > 0 && (is_string || is_number(r->text));
    r->want = WANT_COMMA_OR_END;
    if (r->depth == 1)
        head(r, is_string, plain);
    else if (r->depth == r->extension && (is_string || plain))
        member(r, plain);
    else if (r->depth == r->infos)
        r->stray = true;
}

static void extension_begin(struct wire_roster *r)
{
    r->extension = r->depth;
    r->numbered = false;
    r->number[0] = '\0';
    r->extnumber[0] = '\0';
}

/* An empty list of extensions may be written as an empty object. */
static void extension_end(struct wire_roster *r)
{
    const char *number = r->extnumber[0] ? r->extnumber : r->number;
    bool empty = r->depth == r->infos && r->want == WANT_KEY_OR_END;
    r->extension = 0;
    r->stray = r->stray || (!r->numbered && !empty);
    if (number[0])
        numbers_add(r->numbers, number, strlen(number));
}

/* ---- signs ---- */

static void open_level(struct wire_roster *r, bool array)
{
    bool wanted = r->want == WANT_VALUE || r->want == WANT_VALUE_OR_END;
    if (!wanted || r->depth == DEPTH_MOST || (r->depth == 0 && array)) {
        r->broken = true;
        return;
    }
    bool infos = r->depth == 1 && strcmp(r->key, "extinfos") == 0;
    r->array[++r->depth] = array;
    r->want = array ? WANT_VALUE_OR_END : WANT_KEY_OR_END;
    if (infos)
        r->infos = r->depth;
    if (!r->infos || r->extension)
        return;
    if (!array) /* extinfos may be one extension itself */
        extension_begin(r);
    else if (!infos)
        r->stray = true;
}

static void close_level(struct wire_roster *r, bool array)
{
    bool wanted =
        r->want == WANT_COMMA_OR_END || r->want == (array ? WANT_VALUE_OR_END : WANT_KEY_OR_END);
    if (!wanted || !r->depth || r->array[r->depth] != array) {
        r->broken = true;
        return;
    }
    if (r->depth == r->extension)
        extension_end(r);
    if (r->depth == r->infos)
        r->infos = 0;
    r->depth--;
    r->want = r->depth ? WANT_COMMA_OR_END : WANT_NOTHING;
}

static void text_begin(struct wire_roster *r, enum within within)
{
    r->broken = r->want == WANT_COLON || r->want == WANT_COMMA_OR_END || r->want == WANT_NOTHING ||
                r->depth == 0;
    r->within = within;
    r->len = 0;
    r->odd = false;
}

static void text_keep(struct wire_roster *r, const char *at, size_t len)
{
    r->odd = r->odd || len >= TEXT_MOST - r->len;
    if (r->odd)
        return;
    memcpy(r->text + r->len, at, len);
    r->len += len;
}

static void text_end(struct wire_roster *r)
{
    bool is_string = r->within == WITHIN_STRING;
    bool is_key = r->want == WANT_KEY || r->want == WANT_KEY_OR_END;
    r->within = WITHIN_NONE;
    r->text[r->odd ? 0 : r->len] = '\0';
    if (!is_key) {
        scalar(r, is_string);
        return;
    }
    r->broken = !is_string;
    r->want = WANT_COLON;
    memcpy(r->key, r->text, TEXT_MOST);
}

static void sign(struct wire_roster *r, char c)
{
    switch (c) {
    case ' ':
    case '\t':
    case '\r':
    case '\n':
        break;
    case '{':
    case '[':
        open_level(r, c == '[');
        break;
    case '}':
    case ']':
        close_level(r, c == ']');
        break;
    case ':':
        r->broken = r->want != WANT_COLON;
        r->want = WANT_VALUE;
        break;
    case ',':
        r->broken = r->want != WANT_COMMA_OR_END;
        r->want = r->array[r->depth] ? WANT_VALUE : WANT_KEY;
        break;
    case '"':
        text_begin(r, WITHIN_STRING);
        break;
    default:
        r->broken = true;
    }
}

/* ---- bytes; each returns how many it has taken ---- */

static size_t string_take(struct wire_roster *r, const char *at, size_t len)
{
    size_t run = 0;
    while (run < len && at[run] != '"' && at[run] != '\\' && (unsigned char)at[run] >= 0x20)
        run++;
    text_keep(r, at, run);
    if (run == len)
        return len;
    if (at[run] == '"') {
        text_end(r);
    } else if (at[run] == '\\') {
        r->odd = true;
        r->within = WITHIN_ESCAPE;
    } else {
        r->broken = true;
    }
    return run + 1;
}

static bool is_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == 'E' || c == '+' || c == '-' ||
           c == '.';
}

static size_t word_take(struct wire_roster *r, const char *at, size_t len)
{
    size_t run = 0;
    while (run < len && is_word(at[run]))
        run++;
    text_keep(r, at, run);
    if (run < len)
        text_end(r);
    return run;
}

static size_t other_take(struct wire_roster *r, const char *at)
{
    bool mark = r->depth == 0 && r->want == WANT_VALUE && (*at & 0x80);
    if (mark) /* of the byte order mark before the text */
        return 1;
    if (is_word(*at)) {
        text_begin(r, WITHIN_WORD);
        return 0;
    }
    sign(r, *at);
    return 1;
}

static size_t json_take(struct wire_roster *r, const char *at, size_t len)
{
    switch (r->within) {
    case WITHIN_STRING:
        return string_take(r, at, len);
    case WITHIN_WORD:
        return word_take(r, at, len);
    case WITHIN_ESCAPE:
        r->within = WITHIN_STRING;
        return 1;
    case WITHIN_NONE:
        break;
    }
    return other_take(r, at);
}

void wire_roster_add(struct wire_roster *r, const char *bytes, size_t len)
{
    if (r->xml) {
        wire_xml_add(r->xml, bytes, len);
        return;
    }
    while (len && !r->broken) {
        size_t taken = json_take(r, bytes, len);
        bytes += taken;
        len -= taken;
    }
}

static void json_end(struct wire_roster *r, struct wire_answer *ret)
{
    bool whole = !r->broken && !r->doubled && r->want == WANT_NOTHING;
    wire_judge(ret, whole && r->status[0] ? r->status : NULL, r->error_number);
    if (ret->status == WIRE_SUCCESS && r->stray)
        ret->status = WIRE_GARBAGE;
}

struct numbers *wire_roster_end(struct wire_roster *r, struct wire_answer *ret)
{
    *ret = (struct wire_answer){.status = WIRE_GARBAGE};
    if (!r)
        return NULL;
    if (r->xml)
        wire_xml_end(r->xml, ret);
    else
        json_end(r, ret);
    struct numbers *found = r->numbers;
    if (ret->status != WIRE_SUCCESS)
        found = numbers_free(found);
    wipe(r, sizeof *r);
    free(r);
    return found;
}
