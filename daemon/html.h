/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the report for people and the status page have in common. */
#ifndef EXTSPOOLD_HTML_H
#define EXTSPOOLD_HTML_H

#include "buf.h"

/* Adds well-formed UTF-8 so that it is nothing but text, in an element or in a quoted attribute:
 * markup is escaped; controls, and the marks that turn the direction of the text around them
 * (UAX #9), become U+FFFD, since a name or a heading could make a line read as another. */
void html_text(struct buf *to, const char *text);

#endif
