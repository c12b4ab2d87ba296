/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Regular expressions (PCRE2, UTF-8) that a value has to match as a whole, from its first to its
 * last byte. Matching is bounded in time and memory, whatever the expression and the value. */
#ifndef EXTSPOOLD_PATTERN_H
#define EXTSPOOLD_PATTERN_H

#include "fault.h"

struct pattern;

/* Compiles text, with machine code where the system allows it (it does not under systemd's
 * MemoryDenyWriteExecute; matching is slower then, and the same). False with a FAULT_CONFIG that
 * says what is wrong at which character. */
bool pattern_new(const char *text, struct pattern **ret, struct fault *f);
struct pattern *pattern_free(struct pattern *p); /* NULL */

enum pattern_answer {
    PATTERN_MATCHES,
    PATTERN_DIFFERS,
    PATTERN_UNKNOWN, /* a limit was met */
};

/* text must be well-formed UTF-8. One pattern cannot be matched by two threads at once: it brings
 * its own working memory. */
enum pattern_answer pattern_match(const struct pattern *p, const char *text, size_t len);

#endif
