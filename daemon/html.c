/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME html: text as HTML, and what it looks like. */
#include "html.h"

#include <inttypes.h>

#include "digest.h"
#include "utf8.h"

const char html_style[] =
    ":root { color-scheme: light dark; --ground: #f3f5f7; --paper: #fff; --ink: #1b242c;\n"
    "  --quiet: #54616c; --line: #d3dae0; --link: #0b5394; --note: #eef3f8; --edge: #4a7fb0;\n"
    "  --good: #2e7d4f; --same: #4a7fb0; --left: #85909a; --wait: #a67c00; --bad: #b3261e;\n"
    "  --fail: #b8500c; --oops: #a3211a }\n"
    "@media (prefers-color-scheme: dark) {\n"
    "  :root { --ground: #12171b; --paper: #1b2227; --ink: #e4e9ed; --quiet: #a8b4bd;\n"
    "    --line: #3a454d; --link: #8ec1f5; --note: #212d37; --edge: #77aede; --good: #5cbf85;\n"
    "    --same: #77aede; --left: #8e99a3; --wait: #d9b040; --bad: #ff8a80; --fail: #f0a061;\n"
    "    --oops: #ff9d94 }\n"
    "}\n"
    "* { box-sizing: border-box }\n"
    "html { -webkit-text-size-adjust: 100%; text-size-adjust: 100% }\n"
    "body { margin: 0; background: var(--ground); color: var(--ink); overflow-wrap: anywhere;\n"
    "  font: 1rem/1.5 system-ui, -apple-system, \"Segoe UI\", Roboto, \"Helvetica Neue\", Arial,\n"
    "  sans-serif }\n"
    "header, main, footer { max-width: 64rem; margin: 0 auto; padding: 1rem }\n"
    "main { background: var(--paper); padding: 1.5rem 2rem 2rem }\n"
    "h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .75rem }\n"
    "h2 { font-size: 1.2rem; line-height: 1.3; margin: 2rem 0 .5rem; padding-top: 1rem;\n"
    "  border-top: 1px solid var(--line) }\n"
    "h3 { font-size: 1rem; margin: 1.5rem 0 .25rem }\n"
    "p { margin: .5rem 0 }\n"
    "a { color: var(--link) }\n"
    "code { font: .875em/1.4 ui-monospace, \"Cascadia Mono\", Consolas, \"DejaVu Sans Mono\", "
    "monospace }\n"
    ":focus-visible { outline: 3px solid var(--edge); outline-offset: 2px }\n"
    ".lead { font-size: 1.125rem }\n"
    ".quiet { color: var(--quiet); font-size: .875rem }\n"
    ".oops { color: var(--oops); font-weight: 600 }\n"
    ".next { background: var(--note); border-left: 4px solid var(--edge); padding: .75rem 1rem;\n"
    "  margin: 1rem 0 }\n"
    ".next p { margin: 0 }\n"
    ".next p + p { margin-top: .5rem }\n"
    ".facts { display: grid; grid-template-columns: max-content 1fr; gap: .125rem 1rem;\n"
    "  margin: 1rem 0; font-size: .875rem }\n"
    ".facts dt { color: var(--quiet) }\n"
    ".facts dd { margin: 0 }\n"
    ".bar { display: block; width: 100%; height: 1.75rem; margin: 1.25rem 0 .5rem;\n"
    "  border-radius: 4px; background: var(--line) }\n"
    ".good { fill: var(--good) }\n"
    ".same { fill: var(--same) }\n"
    ".left { fill: var(--left) }\n"
    ".wait { fill: var(--wait) }\n"
    ".bad { fill: var(--bad) }\n"
    ".fail { fill: var(--fail) }\n"
    ".hatch { fill: var(--paper); fill-opacity: .45 }\n"
    ".legend { list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; margin: 0;\n"
    "  padding: 0; font-size: .9375rem }\n"
    ".legend svg { width: .875rem; height: .875rem; margin-right: .5rem; vertical-align: "
    "-.125rem;\n"
    "  border-radius: 2px }\n"
    "table { border-collapse: collapse; width: 100%; margin: .75rem 0; font-size: .9375rem }\n"
    "th, td { border-bottom: 1px solid var(--line); padding: .375rem .75rem .375rem 0;\n"
    "  text-align: left; vertical-align: top; font-variant-numeric: tabular-nums }\n"
    "th { color: var(--quiet); font-size: .8125rem; font-weight: 600; overflow-wrap: normal }\n"
    "td:last-child, th:last-child { padding-right: 0 }\n"
    ".stack th:first-child { width: 4rem }\n"
    ".stack th:last-child { width: 38% }\n"
    ".stack td { min-width: 5.5rem }\n"
    ".stack .whole { overflow-wrap: normal; min-width: 0 }\n"
    "details { border-bottom: 1px solid var(--line) }\n"
    "summary { cursor: pointer; padding: .5rem 0 }\n"
    "summary:hover { color: var(--link) }\n"
    "@media (max-width: 40rem) {\n"
    "  main { padding: 1rem }\n"
    "  h1 { font-size: 1.25rem }\n"
    "  .facts { grid-template-columns: 1fr; gap: 0 }\n"
    "  .facts dd { margin-bottom: .375rem }\n"
    "  .stack, .stack tbody, .stack tr, .stack td { display: block }\n"
    "  .stack thead { position: absolute; width: 1px; height: 1px; overflow: hidden;\n"
    "    clip-path: inset(50%); white-space: nowrap }\n"
    "  .stack tr { border-bottom: 1px solid var(--line); padding: .5rem 0 }\n"
    "  .stack td { border: 0; padding: .125rem 0 .125rem 8rem; min-height: 1.75rem;\n"
    "    min-width: 0 }\n"
    "  .stack td:empty { display: none }\n"
    "  .stack td::before { content: attr(data-label); float: left; width: 7.5rem;\n"
    "    margin-left: -8rem; color: var(--quiet); font-size: .875rem; overflow-wrap: normal }\n"
    "}\n"
    "@media print {\n"
    "  @page { size: A4; margin: 15mm }\n"
    "  :root { color-scheme: light; --ground: #fff; --paper: #fff; --ink: #000; --quiet: #444;\n"
    "    --line: #bbb; --link: #000; --note: #fff; --edge: #444; --good: #2e7d4f; --same: "
    "#4a7fb0;\n"
    "    --left: #85909a; --wait: #a67c00; --bad: #b3261e; --fail: #b8500c; --oops: #a3211a }\n"
    "  html { font-size: 10pt }\n"
    "  header, main, footer { max-width: none; padding: 0 }\n"
    "  h2, h3 { break-after: avoid }\n"
    "  tr, .next, .facts { break-inside: avoid }\n"
    "  thead { display: table-header-group }\n"
    "  .bar, .legend svg { print-color-adjust: exact; -webkit-print-color-adjust: exact }\n"
    "}\n";

/* len is 0 where there is none. */
static void character_add(struct buf *to, const char *at, size_t len)
{
    static const char *const entities[128] = {
        ['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;", ['\''] = "&#39;",
    };
    unsigned char first = (unsigned char)at[0];

    if (len == 0 || utf8_hostile(at, len))
        buf_text(to, "\ufffd");
    else if (len == 1 && entities[first] != NULL)
        buf_text(to, entities[first]);
    else
        buf_add(to, at, len);
}

/* How many bytes at the front are printable ASCII without a meaning in markup: most text is. */
static size_t harmless(const char *text)
{
    size_t len = 0;

    while (text[len] >= 0x20 && text[len] < 0x7f && text[len] != '&' && text[len] != '<' &&
           text[len] != '>' && text[len] != '"' && text[len] != '\'')
        len++;
    return len;
}

void html_text(struct buf *to, const char *text)
{
    size_t left = strlen(text);

    while (left > 0) {
        size_t len = harmless(text);
        if (len > 0) {
            buf_add(to, text, len);
        } else {
            len = utf8_char(text, left);
            character_add(to, text, len);
            len += len == 0;
        }
        text += len;
        left -= len;
    }
}

void html_hash(struct buf *to, const char *text)
{
    char digest[DIGEST_BASE64];

    digest_base64(text, strlen(text), digest);
    buf_format(to, "'sha256-%s'", digest);
}

#define BAR_WHOLE 10000 /* hundredths of a per cent */
#define BAR_LEAST 80

/* How wide a part is when nothing else is looked at. */
static uint64_t part_width(uint64_t count, uint64_t all)
{
    uint64_t width = (uint64_t)((double)count * BAR_WHOLE / (double)all);

    return count == 0 ? 0 : width < BAR_LEAST ? BAR_LEAST : width;
}

static void rect_add(struct buf *to, uint64_t from, uint64_t width, const char *attribute,
                     const char *before, const char *value, const char *after)
{
    buf_format(to,
               "<rect x=\"%" PRIu64 ".%02" PRIu64 "%%\" width=\"%" PRIu64 ".%02" PRIu64
               "%%\" height=\"100%%\" %s=\"%s%s%s\"/>",
               from / 100, from % 100, width / 100, width % 100, attribute, before, value, after);
}

void html_bar(struct buf *to, const char *name, const char *label, const struct html_part *parts,
              size_t count)
{
    uint64_t all = 0;
    uint64_t sum = 0;
    uint64_t before = 0;

    for (size_t i = 0; i < count; i++)
        all += parts[i].count;
    for (size_t i = 0; all > 0 && i < count; i++)
        sum += part_width(parts[i].count, all);
    buf_text(to, "<svg class=\"bar\" role=\"img\" aria-label=\"");
    html_text(to, label);
    buf_format(to,
               "\"><defs><pattern id=\"%s\" width=\"8\" height=\"8\" "
               "patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">"
               "<rect class=\"hatch\" width=\"3\" height=\"8\"/></pattern></defs>",
               name);
    for (size_t i = 0; all > 0 && i < count; i++) {
        uint64_t width = part_width(parts[i].count, all);
        uint64_t from = before * BAR_WHOLE / sum;
        uint64_t to_edge = (before + width) * BAR_WHOLE / sum - from;
        before += width;
        if (width == 0)
            continue;
        rect_add(to, from, to_edge, "class", "", parts[i].kind, "");
        if (strcmp(parts[i].kind, "bad") == 0 || strcmp(parts[i].kind, "fail") == 0)
            rect_add(to, from, to_edge, "fill", "url(#", name, ")");
    }
    buf_text(to, "</svg>\n");
}
