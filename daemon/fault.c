/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fault.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "utf8.h"

/* What does not fit is cut, behind a whole character. */
static void end_whole(struct fault *f)
{
    f->text[utf8_whole(f->text, strlen(f->text))] = '\0';
}

bool fault_set(struct fault *f, enum fault_kind kind, int error, const char *format, ...)
{
    if (!f)
        return false;

    f->kind = kind;
    f->error = error;
    va_list args;
    va_start(args, format);
    int len = vsnprintf(f->text, sizeof f->text, format, args);
    va_end(args);
    if (error && len >= 0 && (size_t)len < sizeof f->text)
        snprintf(f->text + len, sizeof f->text - (size_t)len, ": %s", strerror(error));
    end_whole(f);
    return false;
}

bool fault_in(struct fault *f, const char *format, ...)
{
    if (!f)
        return false;

    char prefix[sizeof f->text];
    char old[sizeof f->text];
    memcpy(old, f->text, sizeof old);
    va_list args;
    va_start(args, format);
    vsnprintf(prefix, sizeof prefix, format, args);
    va_end(args);
    size_t len = strlen(prefix);
    memcpy(f->text, prefix, len + 1);
    if (len + 2 < sizeof f->text)
        snprintf(f->text + len, sizeof f->text - len, ": %.*s", (int)(sizeof f->text - len - 3),
                 old);
    end_whole(f);
    return false;
}

bool fault_passes(const struct fault *f)
{
    return f->kind == FAULT_LATER || f->error == ENOSPC || f->error == EDQUOT || f->error == ESTALE;
}
