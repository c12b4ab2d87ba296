/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the report for people and the status page have in common. */
#ifndef EXTSPOOLD_HTML_H
#define EXTSPOOLD_HTML_H

#include "buf.h"

/* Adds text so that it is nothing but text, in an element or in a quoted attribute:
 * markup is escaped; controls, and the marks that turn the direction of the text around them
 * (UAX #9), become U+FFFD, since a name or a heading could make a line read as another. So does
 * each byte that is no UTF-8: a name that it comes from must not end the daemon at every start. */
void html_text(struct buf *to, const char *text);

/* Colours (as CSS variables, for light and dark), fonts, tables, bars: what belongs into a page's
 * one <style>, before what it adds of its own; static text. A page is <main> alone, or with
 * <header> and <footer>. Its classes:
 *   lead, quiet  a paragraph that says most; what is of less interest
 *   next         a box: what the reader is to do
 *   facts        a <dl> of short facts
 *   bar, legend  of html_bar, and a list of what its colours mean
 *   stack        a table that becomes blocks where it is narrow: its <td> have data-label
 *   good same left wait bad fail  fill of a part of a bar
 *   oops         text about something that went wrong */
extern const char html_style[];

/* Adds 'sha256-…' (with its quotes), by which a Content-Security-Policy lets this <style> or
 * <script> pass. */
void html_hash(struct buf *to, const char *text);

struct html_part {
    const char *kind; /* class that fills it; "bad" and "fail" are hatched as well */
    uint64_t count;
};

/* Adds a bar (SVG, with classes alone) of these parts, in proportion, though none that counts
 * becomes too small to be seen; an empty one when nothing counts. label says the same in words;
 * name, of letters, is no other bar's on the page. */
void html_bar(struct buf *to, const char *name, const char *label, const struct html_part *parts,
              size_t count);

#endif
