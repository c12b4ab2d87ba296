/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Letters as other letters: lower and upper case by Unicode, and what ASCII has for them. */
#ifndef EXTSPOOLD_TRANSLIT_H
#define EXTSPOOLD_TRANSLIT_H

#include "buf.h"
#include "cell.h"

/* The tables are the C library's for C.UTF-8, whatever the locale of the process. */
struct translit;
struct translit *translit_new(void);
struct translit *translit_free(struct translit *t); /* NULL */

/* Each adds the text in its new form; bytes that are no UTF-8 stay as they are. */
void translit_lower(const struct translit *t, struct cell text, struct buf *to);
void translit_upper(const struct translit *t, struct cell text, struct buf *to);

/* Adds the text in ASCII: Müller as Muller, Straße as Strasse. False when it has a character for
 * which there is nothing in ASCII, or is no UTF-8. */
bool translit_ascii(const struct translit *t, struct cell text, struct buf *to);

#endif
