/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dialect.h"

#include <strings.h>

#include "code.h"

#define BYTES(text)   text, sizeof(text) - 1
#define SAVE_AS_CSV   "in Excel choose Save As, CSV UTF-8"
#define UTF16         "UTF-16 text; save it as CSV UTF-8"
#define UTF32         "UTF-32 text; save it as CSV UTF-8"
#define CONTROL_SHARE 32 /* text has less than one control byte in so many */
#define WEIGHT        8  /* of the lines that are like the header against the header alone */

static const char bom[] = "\xEF\xBB\xBF";
static const char delimiters[] = {',', ';', '\t', '|'}; /* among equals the first one wins */

/* First bytes that tell what a file is. The longer of two with the same beginning stands first. */
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
    {BYTES("\xFF\xFE\0\0"), UTF32},
    {BYTES("\0\0\xFE\xFF"), UTF32},
    {BYTES("\xFF\xFE"), UTF16},
    {BYTES("\xFE\xFF"), UTF16},
};

/* With these, in any case, a web page or an XML document begins, which some systems export under
 * the name of a spreadsheet. */
static const char *const markup[] = {"<html", "<!doctype", "<table", "<head", "<meta",
                                     "<body", "<style",    "<?xml",  "<!--"};

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_control(char c)
{
    return (unsigned char)c < ' ' && !is_space(c);
}

static const char *known_signature(const char *head, size_t len)
{
    for (size_t i = 0; i < COUNT_OF(signatures); i++) {
        if (len >= signatures[i].len && !memcmp(head, signatures[i].bytes, signatures[i].len))
            return signatures[i].what;
    }
    return NULL;
}

/* UTF-16 and UTF-32 without a byte order mark: in text that is mostly Latin, one and the same byte
 * of each two, or three of each four, are zero. */
static const char *wide_text(const char *head, size_t len)
{
    size_t zeros[4] = {0};
    unsigned mostly = 0;
    for (size_t i = 0; i < len; i++)
        zeros[i % 4] += head[i] == '\0';
    for (unsigned i = 0; i < 4; i++)
        mostly |= zeros[i] > len / 8 ? 1U << i : 0U;

    if (mostly == 0x5 || mostly == 0xA)
        return UTF16;
    if (mostly == 0x7 || mostly == 0xE)
        return UTF32;
    return NULL;
}

static const char *binary(const char *head, size_t len)
{
    size_t count = 0;
    for (size_t i = 0; i < len; i++)
        count += is_control(head[i]);
    if (count <= len / CONTROL_SHARE)
        return NULL;
    return "binary data, not text; export the data as CSV UTF-8";
}

static const char *web_page(const char *text, size_t len)
{
    for (size_t i = 0; i < COUNT_OF(markup); i++) {
        size_t n = strlen(markup[i]);
        if (len >= n && !strncasecmp(text, markup[i], n))
            return "a web page or XML, whatever its name says; open it in a spreadsheet program "
                   "and save it as CSV UTF-8";
    }
    return NULL;
}

/* How many delimiters of each kind stand outside quotes. */
struct tally {
    size_t header[COUNT_OF(delimiters)];
    size_t line[COUNT_OF(delimiters)];
    size_t like_header[COUNT_OF(delimiters)]; /* lines with as many as the header */
    size_t lines;                             /* without the header */
    bool has_header;
};

static void tally_line(struct tally *t)
{
    t->lines += t->has_header;
    for (size_t d = 0; d < COUNT_OF(delimiters); d++) {
        if (!t->has_header)
            t->header[d] = t->line[d];
        else if (t->line[d] == t->header[d])
            t->like_header[d]++;
        t->line[d] = 0;
    }
    t->has_header = true;
}

/* Line breaks within quotes belong to a cell, as in a heading of two lines. */
static void tally_text(struct tally *t, const char *text, size_t len, bool whole)
{
    bool quoted = false;
    bool empty = true;
    for (size_t i = 0; i < len; i++) {
        bool end = !quoted && (text[i] == '\n' || text[i] == '\r');
        if (end && !empty)
            tally_line(t);
        empty = end;
        quoted ^= text[i] == '"';
        for (size_t d = 0; d < COUNT_OF(delimiters); d++)
            t->line[d] += !quoted && text[i] == delimiters[d];
    }
    if (!empty && (whole || !t->has_header))
        tally_line(t);
}

/* The header says which delimiters there can be; of several, the one that cuts most of the other
 * lines into as many cells wins. */
static char delimiter_guess(const struct tally *t)
{
    char best = delimiters[0];
    size_t best_score = 0;
    for (size_t d = 0; d < COUNT_OF(delimiters); d++) {
        size_t score = t->header[d] * (1 + t->lines + WEIGHT * t->like_header[d]);
        if (score > best_score) {
            best = delimiters[d];
            best_score = score;
        }
    }
    return best;
}

/* What the file is when it is no CSV; NULL when it may be. ink: what follows its first blanks. */
static const char *not_csv(const char *head, size_t len, const char *ink, size_t ink_len)
{
    const char *what = known_signature(head, len);
    if (!what)
        what = wide_text(head, len);
    if (!what)
        what = binary(head, len);
    return what ? what : web_page(ink, ink_len);
}

bool dialect_guess(const char *head, size_t len, struct dialect *ret, int *ret_code,
                   struct fault *f)
{
    bool has_bom = len >= strlen(bom) && !memcmp(head, bom, strlen(bom));
    const char *text = head + (has_bom ? strlen(bom) : 0);
    const char *end = head + len;
    const char *ink = text;
    while (ink < end && is_space(*ink))
        ink++;

    const char *what = not_csv(head, len, ink, (size_t)(end - ink));
    if (what) {
        *ret_code = CODE_NOT_CSV;
        return fault_set(f, FAULT_INPUT, 0, "this is %s", what);
    }
    if (ink == end && len < DIALECT_HEAD) {
        *ret_code = CODE_EMPTY_FILE;
        return fault_set(f, FAULT_INPUT, 0, "the file is empty");
    }

    struct tally t = {0};
    tally_text(&t, text, (size_t)(end - text), len < DIALECT_HEAD);
    *ret = (struct dialect){.encoding = "utf-8", .bom = has_bom, .delimiter = delimiter_guess(&t)};
    return true;
}

const char *dialect_delimiter_text(char delimiter)
{
    static const char *const texts[] = {",", ";", "tab", "|"};
    static_assert(COUNT_OF(texts) == COUNT_OF(delimiters), "a name for each delimiter");
    const char *at = memchr(delimiters, delimiter, sizeof delimiters);
    assert(at);
    return texts[at - delimiters];
}
