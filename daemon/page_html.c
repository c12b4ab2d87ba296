/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME page_html: the status page as HTML. */
#include "page_html.h"

#include "json.h"

void page_html_document(struct buf *to, struct json_object *status, enum language l)
{
    (void)status;
    buf_format(to, "<!DOCTYPE html>\n<html lang=\"%s\">\n</html>\n", language_tag(l));
}

void page_html_parts(struct buf *to, struct json_object *status, enum language l)
{
    (void)status;
    (void)l;
    buf_text(to, "{}");
}

void page_html_css(struct buf *to)
{
    buf_text(to, "");
}

void page_html_js(struct buf *to)
{
    buf_text(to, "");
}
