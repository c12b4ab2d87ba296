/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trail.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct trail {
    int fd;
    struct text path;
    struct text line; /* kept for its memory */
    /* of the last line that was found at the start */
    char *number; /* NULL: there was none */
    bool created;
    int64_t told;
};

static struct json_object *member(struct json_object *line, const char *name)
{
    struct json_object *found = NULL;

    json_object_object_get_ex(line, name, &found);
    return found;
}

static const char *lay_line(struct trail *t, struct store *store, const char *text)
{
    struct json_object *line = json_tokener_parse(text);
    const char *number = json_object_get_string(member(line, "number"));
    const char *wrong = number == NULL ? "a line without a number" : NULL;

    if (wrong == NULL) {
        const struct extension *before = store_find(store, number);
        struct json_object *now = member(line, "extension");
        if (before != NULL)
            store_delete(store, before);
        if (now != NULL)
            wrong = store_load_one(store, json_object_to_json_string(now));
        free(t->number);
        t->number = xstrdup(number);
        t->created = json_object_get_boolean(member(line, "created"));
        t->told = json_object_get_int64(member(line, "told"));
    }
    json_object_put(line);
    return wrong;
}

/* A last line without its end was cut by a kill: nobody has had an answer that rests on it. */
static void lay(struct trail *t, struct store *store, char *text)
{
    char *rest = text;
    const char *wrong = NULL;

    for (char *end; wrong == NULL && (end = strchr(rest, '\n')) != NULL; rest = end + 1) {
        *end = '\0';
        wrong = lay_line(t, store, rest);
    }
    if (wrong != NULL)
        die("the trail '%s' cannot be used: %s", t->path.at, wrong);
}

struct trail *trail_open(const char *state, struct store *store)
{
    struct trail *t = xcalloc(1, sizeof *t);
    struct text text = {0};

    text_printf(&t->path, "%s.trail", state);
    if (!file_read(t->path.at, &text) && errno != ENOENT)
        die("cannot read the trail '%s': %s", t->path.at, strerror(errno));
    if (text.length > 0)
        lay(t, store, text.at);
    text_free(&text);
    t->fd = open(t->path.at, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (t->fd < 0)
        die("cannot open the trail '%s': %s", t->path.at, strerror(errno));
    return t;
}

struct trail *trail_close(struct trail *t)
{
    if (t == NULL)
        return NULL;
    close(t->fd);
    unlink(t->path.at);
    text_free(&t->path);
    text_free(&t->line);
    free(t->number);
    free(t);
    return NULL;
}

void trail_note(struct trail *t, const struct store *store, const char *numbers, bool created,
                int64_t told)
{
    char *copy = xstrdup(numbers);
    char *rest = copy;

    text_clear(&t->line);
    for (char *number; (number = strsep(&rest, ",")) != NULL;) {
        const struct extension *e = store_find(store, number);
        text_printf(&t->line, "{\"told\":%" PRId64 ",\"created\":%s,\"number\":", told,
                    created ? "true" : "false");
        text_json(&t->line, number);
        text_puts(&t->line, ",\"extension\":");
        if (e != NULL)
            store_save_one(e, &t->line);
        else
            text_puts(&t->line, "null");
        text_puts(&t->line, "}\n");
    }
    free(copy);
    if (write(t->fd, t->line.at, t->line.length) != (ssize_t)t->line.length)
        die("cannot write the trail: %s", strerror(errno));
}

bool trail_found(const struct trail *t)
{
    return t->number != NULL;
}

const char *trail_untold(const struct trail *t, int64_t told, bool *ret_created)
{
    if (t->number == NULL || t->told != told)
        return NULL;
    *ret_created = t->created;
    return t->number;
}

void trail_clear(struct trail *t)
{
    if (ftruncate(t->fd, 0) != 0)
        die("cannot clear the trail '%s': %s", t->path.at, strerror(errno));
    free(t->number);
    t->number = NULL;
}
