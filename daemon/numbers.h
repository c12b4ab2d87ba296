/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A set of extension numbers. Pure. Numbers of up to seven digits, the only ones that the shipped
 * schema allows, take one bit each, so that memory stays flat over any number of rows. */
#ifndef EXTSPOOLD_NUMBERS_H
#define EXTSPOOLD_NUMBERS_H

#include "base.h"

struct numbers;
/* An empty set. */
struct numbers *numbers_new(void);
struct numbers *numbers_free(struct numbers *set); /* NULL */

/* Puts the number in. False, changing nothing, when it was there already. */
bool numbers_add(struct numbers *set, const char *number, size_t len);
/* Takes it out again, when it is there. */
void numbers_remove(struct numbers *set, const char *number, size_t len);
bool numbers_has(const struct numbers *set, const char *number, size_t len);

#endif
