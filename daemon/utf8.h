/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EXTSPOOLD_UTF8_H
#define EXTSPOOLD_UTF8_H

#include "base.h"

/* Length in bytes (1-4) of the well-formed UTF-8 character at text, 0 when there is none:
 * RFC 3629, so no overlong forms, no surrogates, nothing above U+10FFFF. len must be > 0. */
size_t utf8_char(const char *text, size_t len);

/* How many bytes at the front are printable ASCII, U+0020 to U+007E: most text is nothing else, and
 * is seen to be eight bytes at a time. */
size_t utf8_plain(const char *text, size_t len);

/* Offset of the first byte that is not well-formed, or len when all is. */
size_t utf8_valid(const char *text, size_t len);

/* Length without the character that the end cuts, if it does. */
size_t utf8_whole(const char *text, size_t len);

/* Number of characters in well-formed text; every byte of a malformed part counts as one. */
size_t utf8_length(const char *text, size_t len);

/* Whether a character (of len bytes, as utf8_char has it) could make text that people read look
 * like other text: a control, or a mark that turns the direction of what is around it (UAX #9). */
bool utf8_hostile(const char *at, size_t len);

#endif
