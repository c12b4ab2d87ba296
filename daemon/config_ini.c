/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libinih 55 by itself gives no line numbers, cuts a line at 199 bytes and reads on behind the
 * cut, cuts a value at " ;", takes an indented line as more of the value above, and says nothing
 * of an empty section. So it is handed one line at a time, which gives the number, and only lines
 * that none of this happens to. */
#include "config_ini.h"

#include <ctype.h>

#include <ini.h>

#include "fsio.h"

#define FILE_MOST (1 << 20)

/* Stands for ';' in values on their way through libinih; no line holds a control byte. */
#define SEMICOLON '\1'

static const char blanks[] = " \t\r";
static const char no_ini[] = "is neither [SECTION] nor KEY = VALUE";
static const char control[] = "holds a control character";

struct reading {
    const char *at;  /* the next line */
    size_t line;     /* number of the line before */
    size_t bad_line; /* where why applies; 0: nowhere */
    struct buf why;
    config_ini_found *found;
    void *with;
};

static char *line_bad(struct reading *r, const char *why)
{
    buf_text(&r->why, why);
    r->bad_line = r->line;
    return NULL;
}

/* Cuts the next line out, without the blanks around it. */
static const char *line_cut(struct reading *r, size_t *ret_len)
{
    const char *line = r->at;
    size_t len = strcspn(line, "\n");
    r->at += len + (line[len] == '\n');
    r->line++;

    size_t indent = strspn(line, blanks);
    if (indent > len)
        indent = len;
    line += indent;
    len -= indent;
    while (len && strchr(blanks, line[len - 1]))
        len--;
    *ret_len = len;
    return line;
}

/* Tells of a line "[NAME]". */
static char *section_found(struct reading *r, char *line)
{
    size_t len = strlen(line);
    if (line[len - 1] != ']')
        return line_bad(r, "a section stands alone on its line, as [NAME]");

    ON_LEAVE(free_text) char *name = xstrndup(line + 1, len - 2);
    if (!r->found(r->with, name, NULL, NULL, &r->why))
        return line_bad(r, "");
    return line;
}

/* Makes the value of a line "KEY = VALUE" safe. */
static char *value_guard(struct reading *r, char *line)
{
    char *value = line + strcspn(line, "=:");
    if (*value == ':') /* which libinih takes for "=" */
        return line_bad(r, no_ini);
    for (; *value; value++)
        if (*value == ';')
            *value = SEMICOLON;
    return line;
}

/* ini_reader: the next line into `to`, NULL at the end. */
static char *line_next(char *to, int room, void *with)
{
    struct reading *r = with;
    if (r->bad_line || !*r->at)
        return NULL;

    size_t len;
    const char *line = line_cut(r, &len);
    if (len && strchr(";#", line[0]))
        len = 0;
    if (len >= (size_t)room) {
        buf_format(&r->why, "is longer than %d bytes", room - 1);
        return line_bad(r, "");
    }
    for (size_t i = 0; i < len; i++)
        if (iscntrl((unsigned char)line[i]) && line[i] != '\t')
            return line_bad(r, control);

    memcpy(to, line, len);
    to[len] = '\0';
    return to[0] == '[' ? section_found(r, to) : value_guard(r, to);
}

/* ini_handler: one key = value. */
static int value_found(void *with, const char *section, const char *key, const char *value)
{
    struct reading *r = with;
    if (r->bad_line)
        return 0;

    ON_LEAVE(free_text) char *text = xstrdup(value);
    for (char *c = text; *c; c++)
        if (*c == SEMICOLON)
            *c = ';';
    if (!r->found(r->with, section, key, text, &r->why))
        line_bad(r, "");
    return r->bad_line == 0;
}

bool config_ini_slurp(const char *path, char **ret, size_t *ret_len, struct fault *f)
{
    bool good = fsio_slurp(path, FILE_MOST, ret, ret_len, f);
    if (!good && f)
        f->kind = FAULT_CONFIG;
    return good;
}

bool config_ini_parse(const char *path, const char *text, size_t len, config_ini_found *found,
                      void *with, size_t *ret_line, struct fault *f)
{
    bool bom = strncmp(text, "\xef\xbb\xbf", 3) == 0;
    struct reading r = {.at = text + (bom ? 3 : 0), .found = found, .with = with};
    int refused = ini_parse_stream(line_next, &r, value_found, &r);
    assert(refused >= 0);
    if (refused > 0 && (!r.bad_line || (size_t)refused < r.bad_line)) {
        buf_reset(&r.why);
        r.line = (size_t)refused;
        line_bad(&r, no_ini);
    } else if (!r.bad_line && r.at != text + len) {
        line_bad(&r, control); /* a NUL, where the reading stopped */
    }
    if (r.bad_line)
        fault_set(f, FAULT_CONFIG, 0, "%s:%zu: %s", path, r.bad_line, buf_get(&r.why));
    buf_free(&r.why);
    if (r.bad_line)
        *ret_line = r.bad_line;
    return r.bad_line == 0;
}

bool config_ini_read(const char *path, config_ini_found *found, void *with, struct fault *f)
{
    ON_LEAVE(free_text) char *text = NULL;
    size_t len = 0;
    size_t line = 0;
    return config_ini_slurp(path, &text, &len, f) &&
           config_ini_parse(path, text, len, found, with, &line, f);
}
