/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dialect: any file is refused with a reason or gets a delimiter that reports can name, and a byte
 * order mark changes nothing. Input: the first bytes of a file. */
#include "buf.h"
#include "code.h"
#include "dialect.h"
#include "fuzz.h"

static const char bom[] = "\xEF\xBB\xBF";

/* Each names one of the file's features, in the words of one line. */
static void assert_choices(const char *choices)
{
    struct choice choice;
    size_t len = strlen(choices);
    assert(len == 0 || choices[len - 1] == '\n');
    while (choices_next(&choices, &choice))
        assert(choice.what.len > 0 && choice.value.len > 0 && choice.reason.len > 0);
    assert(*choices == '\0');
}

static void same_with_bom(const char *text, size_t len, char delimiter)
{
    struct buf b = {0};
    struct dialect d;
    char choices[CHOICES_ROOM] = "";
    int code = CODE_NONE;
    buf_text(&b, bom);
    buf_add(&b, text, len);
    bool good = dialect_guess(b.at, b.len, NULL, &d, choices, &code, NULL);
    assert(good);
    assert(d.bom && d.delimiter == delimiter);
    buf_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    struct dialect d;
    char choices[CHOICES_ROOM] = "";
    struct fault f = {0};
    int code = CODE_NONE;
    if (!dialect_guess(text, size, NULL, &d, choices, &code, &f)) {
        assert(code == CODE_NOT_CSV || code == CODE_EMPTY_FILE);
        assert(f.kind == FAULT_INPUT && f.text[0]);
        assert_told(f.text);
        return 0;
    }
    assert(strcmp(d.encoding, "utf-8") == 0);
    assert(strchr(",;\t|", d.delimiter) && dialect_delimiter_text(d.delimiter)[0]);
    assert(d.bom == (size >= 3 && memcmp(text, bom, 3) == 0));
    assert(d.quote == '"' || d.quote == '\'');
    assert(d.text_offset <= size);
    assert(d.text_line == (d.separator ? 2U : 1U));
    assert_choices(choices);
    if (!d.bom && size + 3 < DIALECT_HEAD)
        same_with_bom(text, size, d.delimiter);
    return 0;
}
