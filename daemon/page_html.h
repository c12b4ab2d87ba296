/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The status page as HTML: a status (job_status in job.h) goes in, text comes out. Pure, and for
 * any thread. A member that the status lacks is left out of the page. All texts are complete and in
 * the given language; what others chose (names, reasons) is nothing but text in it. */
#ifndef EXTSPOOLD_PAGE_HTML_H
#define EXTSPOOLD_PAGE_HTML_H

#include "buf.h"
#include "texts.h"

struct json_object;

/* Adds the whole document, for `/`. It is complete without scripts; it asks for page.css, page.js,
 * events and reports/NAME beside itself and for nothing else, and has no style or script in it. The
 * status is lent; NULL: nothing is known yet, which the page says. */
void page_html_document(struct buf *to, struct json_object *status, enum language l);

/* Adds one line of JSON, for an event `status`: {"ID":"HTML",…}, for each section of the document
 * the element's id and what is in it now. */
void page_html_parts(struct buf *to, struct json_object *status, enum language l);

/* Add what `/page.css`, `/page.js` and `/favicon.ico` (SVG) are: always the same. */
void page_html_css(struct buf *to);
void page_html_js(struct buf *to);
void page_html_icon(struct buf *to);

#endif
