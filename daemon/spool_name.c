/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "spool_name.h"

#include <fnmatch.h>
#include <stdio.h>

#include "buf.h"

#define FILE_NAME_MOST 250 /* of 255: the marker NAME.done must fit as well */
#define REPORT_LONGEST 12  /* ".results.csv" */
#define EXTENSION_MOST 32

/* What programs leave about while they still write. */
static const char *const ignored[] = {".*",    "*.part",       "*.partial", "*.filepart",
                                      "*.tmp", "*.crdownload", "*~",        ".~lock*"};

bool spool_name_ignored(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(ignored); i++)
        if (fnmatch(ignored[i], name, FNM_CASEFOLD) == 0)
            return true;
    return false;
}

bool spool_name_matches(const char *name, const char *pattern)
{
    ON_LEAVE(free_text) char *patterns = xstrdup(pattern);
    char *rest = patterns;
    for (char *one; (one = strsep(&rest, " \t"));)
        if (one[0] && fnmatch(one, name, FNM_CASEFOLD) == 0)
            return true;
    return false;
}

/* Greatest length <= most at which text may be cut: not within a UTF-8 character and not within
 * a %XX that buf_name wrote. */
static size_t cut_at(const char *text, size_t most)
{
    size_t len = strlen(text);
    if (len <= most)
        return len;
    len = most;
    while (len && ((unsigned char)text[len] & 0xc0) == 0x80)
        len--;
    for (size_t back = 1; back <= 2 && back <= len; back++)
        if (text[len - back] == '%')
            return len - back;
    return len;
}

/* Where the last extension begins; at the end when there is none worth keeping. */
static size_t extension_at(const char *name)
{
    const char *dot = strrchr(name, '.');
    if (!dot || dot == name || strlen(dot) > EXTENSION_MOST)
        return strlen(name);
    return (size_t)(dot - name);
}

void spool_name_print(const char *name, char *to, size_t room)
{
    struct buf text = {0};
    buf_name(&text, name, strlen(name));
    size_t len = cut_at(buf_get(&text), room - 1);
    memcpy(to, buf_get(&text), len);
    to[len] = '\0';
    buf_free(&text);
}

/* Fills the stem: the file's name without its extension. */
static void stem_of_file(struct import *ret)
{
    size_t head = strspn(ret->file, "0123456789") + 1;
    size_t len = head + extension_at(ret->file + head);
    memcpy(ret->stem, ret->file, len);
    ret->stem[len] = '\0';
}

void spool_name_make(const char *dropped, uint64_t id, struct import *ret)
{
    struct buf printable = {0};
    buf_name(&printable, dropped, strlen(dropped));
    const char *name = buf_get(&printable);
    size_t dot = extension_at(name);
    size_t tail = strlen(name + dot) > REPORT_LONGEST ? strlen(name + dot) : REPORT_LONGEST;

    int head = snprintf(ret->file, sizeof ret->file, "%06llu-", (unsigned long long)id);
    ON_LEAVE(free_text) char *base = xstrndup(name, dot);
    size_t len = cut_at(base, FILE_NAME_MOST - (size_t)head - tail);
    ret->id = id;
    snprintf(ret->file + head, sizeof ret->file - (size_t)head, "%.*s%s", (int)len, base,
             name + dot);
    stem_of_file(ret); /* of the name as it was cut: what had no extension may have one now */
    spool_name_print(dropped, ret->name, sizeof ret->name);
    buf_free(&printable);
}

uint64_t spool_name_id(const char *file)
{
    size_t digits = strspn(file, "0123456789");
    if (digits < 6 || digits > 18 || (file[digits] != '-' && file[digits] != '.'))
        return 0;
    return strtoull(file, NULL, 10);
}

bool spool_name_parse(const char *file, struct import *ret)
{
    uint64_t id = spool_name_id(file);
    const char *name = file + strspn(file, "0123456789");
    if (!id || name[0] != '-' || !name[1])
        return false;
    name++;
    ret->id = id;
    snprintf(ret->file, sizeof ret->file, "%s", file);
    snprintf(ret->name, sizeof ret->name, "%s", name);
    stem_of_file(ret);
    return true;
}

char *spool_name_marker(const char *name)
{
    char *marker = NULL;
    if (asprintf(&marker, "%s.done", name) < 0)
        abort();
    return marker;
}

static const char *const receipts[RECEIPTS] = {
    [RECEIPT_ACCEPTED] = ".accepted.txt",
    [RECEIPT_RESULT] = ".result.txt",
    [RECEIPT_REJECTS] = ".rejects.csv",
};

const char *spool_name_of(const struct import *i)
{
    return i->stem + strspn(i->stem, "0123456789") + 1;
}

void spool_name_receipt(const char *name, uint64_t id, enum receipt kind,
                        char to[SPOOL_NAME_RECEIPT])
{
    char number[24] = "";
    if (id)
        snprintf(number, sizeof number, ".%06llu", (unsigned long long)id);
    snprintf(to, SPOOL_NAME_RECEIPT, "%s%s%s", name, number, receipts[kind]);
}

bool spool_name_is_free(const struct import *i)
{
    char number[24];
    const char *dot = strrchr(spool_name_of(i), '.');
    uint64_t id = dot ? strtoull(dot + 1, NULL, 10) : 0;
    snprintf(number, sizeof number, ".%06llu", (unsigned long long)id);
    return !dot || id > i->id || strcmp(dot, number) != 0;
}

bool spool_name_is_receipt(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(receipts); i++) {
        size_t len = strlen(name);
        size_t tail = strlen(receipts[i]);
        if (len > tail && strcasecmp(name + len - tail, receipts[i]) == 0)
            return true;
    }
    return false;
}

void spool_name_copy(uint64_t id, char to[SPOOL_NAME_COPY])
{
    snprintf(to, SPOOL_NAME_COPY, "%06llu.utf8", (unsigned long long)id);
}

void spool_name_note(uint64_t id, char to[SPOOL_NAME_COPY])
{
    snprintf(to, SPOOL_NAME_COPY, "%06llu.profile", (unsigned long long)id);
}
