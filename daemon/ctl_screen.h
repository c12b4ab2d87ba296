/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is shown where: terminals, their colours and columns. */
#ifndef EXTSPOOLD_CTL_SCREEN_H
#define EXTSPOOLD_CTL_SCREEN_H

#include "buf.h"

/* Whether a descriptor leads to a terminal that knows how to move its cursor. */
bool screen_is_terminal(int fd);
/* Whether colours are wanted there: on a terminal, unless NO_COLOR is set (https://no-color.org) */
bool screen_is_coloured(int fd);
/* Its columns and lines: 80 and 24 where they are not known. */
void screen_size(int fd, size_t *ret_columns, size_t *ret_lines);

/* Columns that a text takes on a terminal: two for what East Asia writes wide, none for what goes
 * over the character before. What is no UTF-8, or cannot be shown, takes one for each byte or
 * character. */
size_t screen_width(const char *text, size_t len);
/* Adds a text of at most so many columns, whose end becomes … where it is too long. What cannot be
 * shown becomes a question mark. Returns the columns that were taken. */
size_t screen_add(struct buf *to, const char *text, size_t columns);

#endif
