/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every file may rely on: allocation that cannot fail and clean-up on leaving a scope. */
#ifndef EXTSPOOLD_BASE_H
#define EXTSPOOLD_BASE_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifdef NDEBUG
#error "assertions guard the promises of this program: they stay on in release builds"
#endif

#define COUNT_OF(array)         (sizeof(array) / sizeof((array)[0]))
#define ON_LEAVE(function)      __attribute__((cleanup(function)))
#define PRINTF_LIKE(text, args) __attribute__((format(printf, text, args)))

/* Says so and aborts. */
void out_of_memory(void) __attribute__((noreturn));

/* Memory from the C library. Out of memory logs one line and aborts: every crash is safe by
 * design, a half-served allocation failure is not. The caller frees with free(). */
void *xmalloc(size_t bytes);
void *xcalloc(size_t count, size_t bytes);
void *xrealloc(void *old, size_t bytes);
char *xstrdup(const char *text);
char *xstrndup(const char *text, size_t len);

/* Overwrites memory that held a secret; not optimised away. */
void wipe(void *at, size_t bytes);
/* free and xrealloc for libraries that are given secrets: what they let go is overwritten. */
void wiping_free(void *at);
void *wiping_realloc(void *old, size_t bytes);

/* For ON_LEAVE: closes *fd when it is >= 0; frees *pointer. */
void close_fd(int *fd);
void free_text(char **text);

#endif
