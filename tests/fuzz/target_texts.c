/* SPDX-License-Identifier: GPL-2.0-or-later */
/* texts: whatever a message says, headings of others being in it, it is told in every language,
 * well-formed and not beyond all measure, and in English as it is. Input: the message. */
#include "buf.h"
#include "finding.h"
#include "fuzz.h"
#include "texts.h"

/* The longest line of the table is some hundred bytes longer than what it is told for. */
#define LONGER_MOST 1000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char message[sizeof((struct finding *)0)->message] = "";
    struct buf told = {0};
    size_t len = size < sizeof message ? size : sizeof message - 1;

    memcpy(message, data, len);
    message[utf8_valid(message, strnlen(message, len))] = '\0';
    for (enum language l = 0; l < LANGUAGES; l++) {
        buf_reset(&told);
        text_message(&told, l, message);
        assert(utf8_valid(buf_get(&told), told.len) == told.len);
        assert(told.len <= 4 * strlen(message) + LONGER_MOST);
        if (l == LANGUAGE_EN)
            assert(strcmp(buf_get(&told), message) == 0);
    }
    buf_free(&told);
    return 0;
}
