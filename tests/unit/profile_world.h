/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For the tests of profiles: profiles written with single quotes, for the shipped schema. */
#ifndef EXTSPOOLD_PROFILE_WORLD_H
#define EXTSPOOLD_PROFILE_WORLD_H

#include "profile_parts.h"
#include "schema_world.h"

#define LINE_MOST 80

/* Stands for a text in double quotes: 'a' in these tests is "a" in JSON. */
static inline char *unquote(const char *text)
{
    char *json = xstrdup(text);
    for (char *c = json; *c; c++)
        if (*c == '\'')
            *c = '"';
    return json;
}

static inline bool profile_try(const char *text, enum profile_origin origin, struct profile **ret,
                               struct fault *f)
{
    ON_LEAVE(free_text) char *json = unquote(text);
    return profile_parse(json, strlen(json), "x.json", shipped, origin, ret, f);
}

static inline struct profile *profile_of(const char *text)
{
    struct profile *p = NULL;
    struct fault f = {0};
    if (!profile_try(text, PROFILE_OWN, &p, &f))
        fail_msg("%s", f.text);
    return p;
}

/* Cells of a line that is cut at each '|'. */
static inline size_t line_cut(const char *line, struct cell to[LINE_MOST])
{
    size_t count = 0;
    for (bool more = true; more; line++) {
        size_t len = strcspn(line, "|");
        assert_true(count < LINE_MOST);
        to[count++] = (struct cell){line, len};
        line += len;
        more = *line == '|';
    }
    return count;
}

#endif
