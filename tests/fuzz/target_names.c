/* SPDX-License-Identifier: GPL-2.0-or-later */
/* names: whatever a file is called, its import's files have names that the system takes and people
 * can read, and the import is found by them. Input: 8 bytes of an id, then a name. */
#include "buf.h"
#include "fuzz.h"
#include "spool_name.h"

#define NAME_MOST 255
#define ID_BELOW  1000000000000000000 /* 18 digits */

static void printable(const char *name)
{
    assert_told(name);
    assert(!strchr(name, '/'));
    for (const char *c = name; *c; c++)
        assert((unsigned char)*c >= 0x20 && *c != 0x7f);
}

static void make_check(const char *name, uint64_t id)
{
    struct import made = {0};
    struct import read = {0};
    spool_name_make(name, id, &made);
    printable(made.name);
    printable(made.stem);
    printable(made.file);
    assert(made.id == id);
    assert(strlen(made.file) + strlen(".done") <= NAME_MOST);
    assert(strlen(made.stem) + strlen(".results.csv") <= NAME_MOST);
    assert(strncmp(made.file, made.stem, strlen(made.stem)) == 0);
    bool good = spool_name_parse(made.file, &read);
    assert(good);
    assert(read.id == id && spool_name_id(made.file) == id);
    assert(strcmp(read.file, made.file) == 0 && strcmp(read.stem, made.stem) == 0);
}

/* Printing what is printed already changes nothing but for the cut. */
static void print_check(const char *name)
{
    char once[64];
    char twice[64];
    spool_name_print(name, once, sizeof once);
    printable(once);
    spool_name_print(once, twice, sizeof twice);
    assert(strcmp(once, twice) == 0);
    char *marker = spool_name_marker(name);
    assert(strlen(marker) == strlen(name) + strlen(".done"));
    free(marker);
}

/* UTF-8 as its bits are defined, rather than by a table of bytes. */
static size_t char_by_value(const unsigned char *at, size_t len)
{
    size_t n = at[0] < 0x80 ? 1 : at[0] < 0xC0 ? 0 : at[0] < 0xE0 ? 2 : at[0] < 0xF0 ? 3 : 4;
    if (n == 0 || n > len || at[0] > 0xF7)
        return 0;
    uint32_t value = n == 1 ? at[0] : at[0] & (0x7Fu >> n);
    for (size_t i = 1; i < n; i++) {
        if ((at[i] & 0xC0) != 0x80)
            return 0;
        value = value << 6 | (at[i] & 0x3F);
    }
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    bool good = value >= least[n] && value <= 0x10FFFF && (value < 0xD800 || value > 0xDFFF);
    return good ? n : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {(const char *)data, size};
    uint64_t id = 0;
    for (int i = 0; i < 8; i++)
        id = id << 8 | input_byte(&in);
    for (size_t i = 0; i < in.len; i++)
        assert(utf8_char(in.at + i, in.len - i) ==
               char_by_value((const unsigned char *)in.at + i, in.len - i));

    char name[NAME_MOST + 1] = {0};
    for (size_t len = 0; in.len > 0 && len < NAME_MOST;) {
        char c = (char)input_byte(&in);
        if (c != '\0' && c != '/')
            name[len++] = c;
    }
    if (!name[0])
        return 0;
    spool_name_ignored(name);
    spool_name_matches(name, "*.csv *.tsv *.txt");
    make_check(name, 1 + id % (ID_BELOW - 1));
    print_check(name);
    struct import any = {0};
    if (spool_name_parse(name, &any))
        assert(any.id == spool_name_id(name) && any.id > 0);
    return 0;
}
