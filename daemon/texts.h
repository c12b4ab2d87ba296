/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What people read, in their language: one table (texts.c), English being the key. A text that the
 * table lacks, or that lacks a translation, is told in English. */
#ifndef EXTSPOOLD_TEXTS_H
#define EXTSPOOLD_TEXTS_H

#include "buf.h"

/* In the order of the words of [report] language. */
enum language { LANGUAGE_EN, LANGUAGE_DE, LANGUAGES };

/* "en", "de": for HTML's lang; static text. */
const char *language_tag(enum language l);

/* The text in that language; static text, or `english` itself. */
const char *text_in(enum language l, const char *english);

/* Adds the text in that language, its %1 to %9 replaced by values[0] to values[8], which stand
 * there as they are; %% is a per cent sign. */
void text_fill(struct buf *to, enum language l, const char *english, const char *const *values);

/* Adds a message that was composed in English (a finding's, a reason; well-formed UTF-8): told by
 * the line of texts_messages.c or texts_reasons.c whose English, with any text in place of its
 * places, it is; else as it is, as what comes from an own schema does. In time linear in its
 * length. */
void text_message(struct buf *to, enum language l, const char *message);

/* Adds a number with that language's separators of thousands. */
void text_count(struct buf *to, enum language l, uint64_t count);

/* Adds a date with the time of day, in the server's time zone and named with it; wall is
 * milliseconds since 1970. */
void text_time(struct buf *to, enum language l, int64_t wall);

#endif
