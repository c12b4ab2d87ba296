/* SPDX-License-Identifier: GPL-2.0-or-later */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "pattern.h"

/* An expression that backtracks without end meets these within some milliseconds; the ones that
 * rules are made of never come near. */
#define STEPS_MOST (100 * 1000)
#define HEAP_MOST  (4 * 1024) /* in KiB */

struct pattern {
    pcre2_code *code;
    pcre2_match_data *data;
    pcre2_match_context *limits;
};

bool pattern_new(const char *text, struct pattern **ret, struct fault *f)
{
    int error = 0;
    size_t at = 0;
    pcre2_code *code =
        pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED,
                      PCRE2_UTF | PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_NEVER_BACKSLASH_C,
                      &error, &at, NULL);
    if (!code) {
        char why[120];
        pcre2_get_error_message(error, (PCRE2_UCHAR *)why, sizeof why);
        return fault_set(f, FAULT_CONFIG, 0, "bad pattern at character %zu: %s", at + 1, why);
    }
    pcre2_jit_compile(code, PCRE2_JIT_COMPLETE); /* where it fails, pcre2_match interprets */

    struct pattern *p = xmalloc(sizeof *p);
    p->code = code;
    p->data = pcre2_match_data_create_from_pattern(code, NULL);
    p->limits = pcre2_match_context_create(NULL);
    assert(p->data && p->limits);
    pcre2_set_match_limit(p->limits, STEPS_MOST);
    pcre2_set_depth_limit(p->limits, STEPS_MOST);
    pcre2_set_heap_limit(p->limits, HEAP_MOST);
    *ret = p;
    return true;
}

struct pattern *pattern_free(struct pattern *p)
{
    if (p) {
        pcre2_match_context_free(p->limits);
        pcre2_match_data_free(p->data);
        pcre2_code_free(p->code);
        free(p);
    }
    return NULL;
}

enum pattern_answer pattern_match(const struct pattern *p, const char *text, size_t len)
{
    int answer =
        pcre2_match(p->code, (PCRE2_SPTR)text, len, 0, PCRE2_NO_UTF_CHECK, p->data, p->limits);

    if (answer >= 0)
        return PATTERN_MATCHES;
    return answer == PCRE2_ERROR_NOMATCH ? PATTERN_DIFFERS : PATTERN_UNKNOWN;
}
