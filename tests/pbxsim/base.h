/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Base: memory, growing text, numbers and time for the PBX simulator. */
#ifndef PBXSIM_BASE_H
#define PBXSIM_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Says "pbxsim: MESSAGE" on standard error and ends the program with status 2. */
_Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Never NULL: without memory the program aborts. The caller owns what is returned. */
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *at, size_t size);
char *xstrdup(const char *text);
char *xstrndup(const char *text, size_t length);

/** Text that grows. All zero is an empty one; `at` is NULL or ends with a NUL that is not counted.
 */
struct text {
    char *at;
    size_t length;
    size_t room;
};

/** Each adds at the end. */
void text_add(struct text *t, const char *bytes, size_t length);
void text_puts(struct text *t, const char *string);
void text_putc(struct text *t, char c);
void text_printf(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
/** Adds `string` as a JSON string, quotes included. */
void text_json(struct text *t, const char *string);
/** Adds `string` as XML character data. */
void text_xml(struct text *t, const char *string);
void text_clear(struct text *t);
void text_free(struct text *t);

/** Reads a whole decimal number within [min, max]; false leaves `*ret_number` as it was. */
bool number_read(const char *text, int64_t min, int64_t max, int64_t *ret_number);

/** Reads seconds, fractions allowed ("0.2"), as milliseconds; at most about 11 years. */
bool seconds_read(const char *text, int64_t *ret_ms);

/** Reads the whole file into `t`. False with errno set when it cannot be read. */
bool file_read(const char *path, struct text *t);

/** Writes `path` by way of a temporary name and a rename, so that a reader sees all or nothing.
 *  `mode` is the file's mode. False with errno set when it fails. */
bool file_replace(const char *path, const char *bytes, size_t length, unsigned mode);

int64_t wall_ms(void);   /* milliseconds since the epoch */
int64_t steady_ms(void); /* milliseconds on a clock that never jumps */

#endif
