/* SPDX-License-Identifier: GPL-2.0-or-later */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "pattern.h"

/* An expression that backtracks without end meets these within some milliseconds; the ones that
 * rules are made of never come near. */
#define STEPS_MOST (100 * 1000)
#define HEAP_MOST  (4 * 1024) /* in KiB */

#define ASCII 128
#define BYTES 256

struct pattern {
    pcre2_code *code;
    pcre2_match_data *data;
    pcre2_match_context *limits;
    bool machine; /* there is machine code */
    /* Of "[…]*" and "[…]+": which ASCII characters match alone; any number of them does then. */
    bool simple;
    bool alone[BYTES];
};

/* One class of characters and nothing else, any number of times. What is rare within a class
 * (brackets, \Q, \c) is not looked into. */
static bool is_simple(const char *text)
{
    if (text[0] != '[')
        return false;
    size_t at = text[1] == '^' ? 2 : 1;
    if (text[at] == ']')
        return false;
    for (; text[at] && text[at] != ']'; at++) {
        if (text[at] == '[' || (text[at] == '\\' && (!text[++at] || strchr("QEc", text[at]))))
            return false;
    }
    return text[at] && (text[at + 1] == '*' || text[at + 1] == '+') && !text[at + 2];
}

static enum pattern_answer library_match(const struct pattern *p, const char *text, size_t len)
{
    PCRE2_SPTR at = (PCRE2_SPTR)text;
    int answer = p->machine
                     ? pcre2_jit_match(p->code, at, len, 0, 0, p->data, p->limits)
                     : pcre2_match(p->code, at, len, 0, PCRE2_NO_UTF_CHECK, p->data, p->limits);

    if (answer >= 0)
        return PATTERN_MATCHES;
    return answer == PCRE2_ERROR_NOMATCH ? PATTERN_DIFFERS : PATTERN_UNKNOWN;
}

/* (*NO_JIT) in an expression leaves it without any, and is no error. */
static bool machine_code(pcre2_code *code)
{
    size_t bytes = 0;
    return pcre2_jit_compile(code, PCRE2_JIT_COMPLETE) == 0 &&
           pcre2_pattern_info(code, PCRE2_INFO_JITSIZE, &bytes) == 0 && bytes > 0;
}

static void simple_fill(struct pattern *p)
{
    p->simple = true;
    for (int c = 0; c < ASCII; c++)
        p->alone[c] = library_match(p, &(char){(char)c}, 1) == PATTERN_MATCHES;
}

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
    struct pattern *p = xcalloc(1, sizeof *p);
    p->code = code;
    p->machine = machine_code(code);
    p->data = pcre2_match_data_create_from_pattern(code, NULL);
    p->limits = pcre2_match_context_create(NULL);
    assert(p->data && p->limits);
    pcre2_set_match_limit(p->limits, STEPS_MOST);
    pcre2_set_depth_limit(p->limits, STEPS_MOST);
    pcre2_set_heap_limit(p->limits, HEAP_MOST);
    if (is_simple(text))
        simple_fill(p);
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
    if (!p->simple || len == 0)
        return library_match(p, text, len);
    size_t i = 0;
    while (i < len && p->alone[(unsigned char)text[i]])
        i++;
    if (i == len)
        return PATTERN_MATCHES;
    return (unsigned char)text[i] < ASCII ? PATTERN_DIFFERS : library_match(p, text, len);
}
