/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME memory: malloc and its like for the whole process, where NULL never comes back.
 *
 * Most libraries do not serve a failed allocation well: json-c 0.16 goes on with a text cut short,
 * libcsv takes the row for malformed, libinotifytools reads through NULL. A report or a call could
 * then be wrong, and out of memory is to be nothing but a crash, which is safe. So the libraries
 * get what xmalloc gives us: these definitions stand before the C library's. The sanitizers bring
 * their own, so builds with them are made without this file. */
#include <dlfcn.h>

#include "base.h"

/* Called first before main, when there is one thread. */
static void *next(const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);
    if (!found)
        out_of_memory();
    return found;
}

void *malloc(size_t bytes)
{
    static void *(*real)(size_t);
    if (!real)
        real = (void *(*)(size_t))next("malloc");
    void *got = real(bytes);
    if (!got)
        out_of_memory();
    return got;
}

void *calloc(size_t count, size_t bytes)
{
    static void *(*real)(size_t, size_t);
    if (!real)
        real = (void *(*)(size_t, size_t))next("calloc");
    void *got = real(count, bytes);
    if (!got)
        out_of_memory();
    return got;
}

void *realloc(void *old, size_t bytes)
{
    static void *(*real)(void *, size_t);
    if (!real)
        real = (void *(*)(void *, size_t))next("realloc");
    void *got = real(old, bytes);
    if (!got && bytes) /* with 0 bytes it is free */
        out_of_memory();
    return got;
}
