/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "finding.h"

#include <stdarg.h>
#include <stdio.h>

const char *severity_text(enum severity severity)
{
    return severity == SEVERITY_ERROR ? "error" : "warning";
}

/* Copies what fits, never half a UTF-8 character: findings go into reports as they are. */
static void copy_cut(char *to, size_t room, const char *text)
{
    size_t len = strnlen(text, room - 1);

    while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
        len--;
    memcpy(to, text, len);
    to[len] = '\0';
}

void finding_add(struct findings *list, int code, enum severity severity, const char *column,
                 const char *format, ...)
{
    if (list->count == list->room) {
        list->room = list->room ? 2 * list->room : 8;
        list->at = xrealloc(list->at, list->room * sizeof *list->at);
    }
    struct finding *new = &list->at[list->count++];
    new->code = code;
    new->severity = severity;
    copy_cut(new->column, sizeof new->column, column ? column : "");

    char message[2 * sizeof new->message];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    copy_cut(new->message, sizeof new->message, message);
}

const struct finding *finding_error(const struct findings *list)
{
    return finding_error_from(list, 0);
}

const struct finding *finding_error_from(const struct findings *list, size_t first)
{
    for (size_t i = first; i < list->count; i++) {
        if (list->at[i].severity == SEVERITY_ERROR)
            return &list->at[i];
    }
    return NULL;
}

bool finding_names_column(const struct finding *x)
{
    char quoted[sizeof x->column + 2];

    snprintf(quoted, sizeof quoted, "'%s'", x->column);
    return x->column[0] && strstr(x->message, quoted);
}

void findings_reset(struct findings *list)
{
    list->count = 0;
}

void findings_free(struct findings *list)
{
    free(list->at);
    *list = (struct findings){0};
}
