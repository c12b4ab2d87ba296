/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "choices.h"

#include <stdarg.h>
#include <stdio.h>

void choices_add(char to[CHOICES_ROOM], const char *what, const char *value, const char *reason,
                 ...)
{
    char why[CHOICES_ROOM];
    size_t len = strlen(to);
    size_t room = CHOICES_ROOM - len;
    va_list args;
    va_start(args, reason);
    vsnprintf(why, sizeof why, reason, args);
    va_end(args);
    int n = snprintf(to + len, room, "%s=%s: %s\n", what, value, why);
    if (n < 0 || (size_t)n >= room)
        to[len] = '\0';
}

/* What stands before the sign, which is stepped over; all the rest when there is none. */
static struct cell part(const char **at, const char *end, const char *sign)
{
    size_t len = (size_t)(end - *at);
    const char *found = memmem(*at, len, sign, strlen(sign));
    struct cell cell = {*at, found ? (size_t)(found - *at) : len};
    *at = found ? found + strlen(sign) : end;
    return cell;
}

bool choices_next(const char **at, struct choice *ret)
{
    const char *end = *at + strcspn(*at, "\n");
    if (end == *at)
        return false;
    ret->what = part(at, end, "=");
    ret->value = part(at, end, ": ");
    ret->reason = part(at, end, "\n");
    *at = end + (*end == '\n');
    return true;
}
