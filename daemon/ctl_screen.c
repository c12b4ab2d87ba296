/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME ctl_screen: terminals, their colours and columns. How wide a character is depends on the C
 * library's table, which is there for UTF-8 whatever the user's own language is. */
#include "ctl_screen.h"

#include <locale.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "utf8.h"

bool screen_is_terminal(int fd)
{
    const char *term = getenv("TERM");
    return isatty(fd) && term && *term && strcmp(term, "dumb") != 0;
}

bool screen_is_coloured(int fd)
{
    const char *no_colour = getenv("NO_COLOR"); /* set, and not empty */
    return screen_is_terminal(fd) && (!no_colour || !*no_colour);
}

void screen_size(int fd, size_t *ret_columns, size_t *ret_lines)
{
    struct winsize size = {0};
    bool known = ioctl(fd, TIOCGWINSZ, &size) == 0;
    *ret_columns = known && size.ws_col ? size.ws_col : 80;
    *ret_lines = known && size.ws_row ? size.ws_row : 24;
}

/* The bytes of the first character, and its columns; -1 for one that cannot be shown. */
static size_t first(const char *text, size_t len, int *ret_columns)
{
    static locale_t utf8;
    wchar_t c = 0;
    mbstate_t state = {0};
    size_t bytes = utf8_char(text, len);
    *ret_columns = -1;
    if (!bytes)
        return 1;
    if (!utf8)
        utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", NULL);
    locale_t before = utf8 ? uselocale(utf8) : NULL;
    if (mbrtowc(&c, text, bytes, &state) == bytes)
        *ret_columns = wcwidth(c);
    if (before)
        uselocale(before);
    return bytes;
}

size_t screen_width(const char *text, size_t len)
{
    size_t columns = 0;
    for (size_t at = 0; at < len;) {
        int wide = 0;
        at += first(text + at, len - at, &wide);
        columns += wide < 0 ? 1 : (size_t)wide;
    }
    return columns;
}

size_t screen_add(struct buf *to, const char *text, size_t columns)
{
    size_t len = strlen(text);
    bool whole = screen_width(text, len) <= columns;
    size_t room = whole || columns == 0 ? columns : columns - 1; /* for the … */
    size_t taken = 0;
    for (size_t at = 0; at < len;) {
        int wide = 0;
        size_t bytes = first(text + at, len - at, &wide);
        size_t next = taken + (wide < 0 ? 1 : (size_t)wide);
        if (next > room)
            break;
        if (wide < 0)
            buf_char(to, '?');
        else
            buf_add(to, text + at, bytes);
        taken = next;
        at += bytes;
    }
    if (whole || columns == 0)
        return taken;
    buf_text(to, "…");
    return taken + 1;
}
