/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Allocation and clean-up. */
#include "base.h"

#include <malloc.h>
#include <unistd.h>

void out_of_memory(void)
{
    static const char text[] = "out of memory: stopping here, which is safe\n";
    if (write(STDERR_FILENO, text, sizeof text - 1) < 0) {
        /* nothing is left that could tell anybody */
    }
    abort();
}

static void *must_have(void *got)
{
    if (!got)
        out_of_memory();
    return got;
}

void *xmalloc(size_t bytes)
{
    return must_have(malloc(bytes ? bytes : 1));
}

void *xcalloc(size_t count, size_t bytes)
{
    return must_have(calloc(count ? count : 1, bytes ? bytes : 1));
}

void *xrealloc(void *old, size_t bytes)
{
    return must_have(realloc(old, bytes ? bytes : 1));
}

char *xstrdup(const char *text)
{
    return must_have(strdup(text));
}

char *xstrndup(const char *text, size_t len)
{
    return must_have(strndup(text, len));
}

void wipe(void *at, size_t bytes)
{
    if (at)
        explicit_bzero(at, bytes);
}

void wiping_free(void *at)
{
    wipe(at, malloc_usable_size(at));
    free(at);
}

void *wiping_realloc(void *old, size_t bytes)
{
    size_t had = malloc_usable_size(old);
    void *at = xmalloc(bytes);
    if (had)
        memcpy(at, old, had < bytes ? had : bytes);
    wiping_free(old);
    return at;
}

void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

void free_text(char **text)
{
    free(*text);
    *text = NULL;
}
