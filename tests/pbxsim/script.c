/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "script.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct range {
    int64_t from;
    int64_t to;
};

#define ALL ((struct range){0, INT64_MAX})

struct rule {
    bool any;             /* of all calls */
    enum call call;       /* when not any */
    struct range nth;     /* among the calls of its word */
    char *number;         /* an exact one; NULL: see `numbers` */
    bool numbered;        /* `numbers` counts */
    struct range numbers; /* a range of numbers */
    int64_t times;        /* how often it may fire */
    int64_t every;
    int64_t after; /* ms since start */
    int64_t until;
    struct range conn;     /* the how manyth request of its connection */
    struct range inflight; /* calls being served, with it */
    double chance;
    int64_t fired;
    struct plan plan;
};

struct script {
    struct rule *rules;
    size_t count;
    uint64_t dice;
    int64_t seen[CALL_COUNT + 1]; /* calls by word; the last are unknown ones */
    int64_t all;
};

struct script *script_new(uint64_t seed)
{
    struct script *s = xcalloc(1, sizeof *s);

    s->dice = seed * 2685821657736338717U + 88172645463325252U;
    return s;
}

struct script *script_free(struct script *s)
{
    if (s == NULL)
        return NULL;
    for (size_t i = 0; i < s->count; i++) {
        plan_release(&s->rules[i].plan);
        free(s->rules[i].number);
    }
    free(s->rules);
    free(s);
    return NULL;
}

/* "K", "K-L" or "K-", from 1. */
static bool range_read(const char *value, struct range *range)
{
    char first[24];
    size_t length = strcspn(value, "-");

    if (length >= sizeof first)
        return false;
    memcpy(first, value, length);
    first[length] = '\0';
    if (!number_read(first, 0, INT64_MAX, &range->from))
        return false;
    range->to = range->from;
    if (value[length] == '\0')
        return true;
    range->to = INT64_MAX;
    return value[length + 1] == '\0' ||
           number_read(value + length + 1, range->from, INT64_MAX, &range->to);
}

static bool nth_set(struct rule *rule, const char *value)
{
    return range_read(value, &rule->nth);
}

static bool number_set(struct rule *rule, const char *value)
{
    free(rule->number);
    rule->number = NULL;
    rule->numbered = strchr(value, '-') != NULL;
    if (rule->numbered)
        return range_read(value, &rule->numbers);
    rule->number = xstrdup(value);
    return value[0] != '\0';
}

static bool times_set(struct rule *rule, const char *value)
{
    return number_read(value, 1, INT64_MAX, &rule->times);
}

static bool every_set(struct rule *rule, const char *value)
{
    return number_read(value, 1, INT64_MAX, &rule->every);
}

static bool after_set(struct rule *rule, const char *value)
{
    return seconds_read(value, &rule->after);
}

static bool until_set(struct rule *rule, const char *value)
{
    return seconds_read(value, &rule->until);
}

static bool conn_set(struct rule *rule, const char *value)
{
    return range_read(value, &rule->conn);
}

static bool inflight_set(struct rule *rule, const char *value)
{
    return range_read(value, &rule->inflight);
}

static bool chance_set(struct rule *rule, const char *value)
{
    char *end;

    rule->chance = strtod(value, &end);
    return end != value && *end == '\0' && rule->chance >= 0 && rule->chance <= 1;
}

static const struct {
    const char *name;
    bool (*set)(struct rule *rule, const char *value);
} conditions[] = {
    {"n", nth_set},       {"number", number_set}, {"times", times_set},
    {"every", every_set}, {"after", after_set},   {"until", until_set},
    {"conn", conn_set},   {"chance", chance_set}, {"inflight", inflight_set},
};
#define CONDITION_COUNT (sizeof conditions / sizeof conditions[0])

static const char *condition_add(struct rule *rule, char *word)
{
    char *value = strchr(word, '=');

    if (value == NULL)
        return "a condition needs a value";
    *value++ = '\0';
    for (size_t i = 0; i < CONDITION_COUNT; i++) {
        if (strcmp(conditions[i].name, word) == 0)
            return conditions[i].set(rule, value) ? NULL : "the condition's value is wrong";
    }
    return "unknown condition";
}

static const char *call_set(struct rule *rule, const char *word)
{
    rule->any = strcmp(word, "any") == 0;
    rule->call = call_of_word(word);
    return rule->any || rule->call != CALL_UNKNOWN ? NULL : "unknown call";
}

static char *word_next(char **rest)
{
    char *word;

    while ((word = strsep(rest, " \t\r\n")) != NULL && *word == '\0')
        continue;
    return word;
}

/* CALL [condition…] : ACTION [ACTION…]. What is wrong is said of `*ret_word`. */
static const char *rule_read(struct rule *rule, char *line, const char **ret_word)
{
    char *rest = strchr(line, ':');
    const char *wrong;
    char *word;

    *ret_word = line;
    if (rest == NULL)
        return "no ':' between conditions and actions";
    *rest++ = '\0';
    *ret_word = "";
    word = word_next(&line);
    if (word == NULL)
        return "no call before the ':'";
    *ret_word = word;
    wrong = call_set(rule, word);
    while (wrong == NULL && (word = word_next(&line)) != NULL) {
        *ret_word = word;
        wrong = condition_add(rule, word);
    }
    if (wrong != NULL)
        return wrong;
    *ret_word = "";
    while (wrong == NULL && (word = word_next(&rest)) != NULL) {
        *ret_word = word;
        wrong = plan_add(&rule->plan, word);
    }
    return wrong == NULL && rule->plan.names[0] == '\0' ? "no action after the ':'" : wrong;
}

/* A '#' begins a comment where a word could begin; an address may hold one. */
static void comment_cut(char *line)
{
    for (char *mark = line; (mark = strchr(mark, '#')) != NULL; mark++) {
        if (mark == line || strchr(" \t", mark[-1]) != NULL) {
            *mark = '\0';
            return;
        }
    }
}

void script_add(struct script *s, const char *line, const char *file, unsigned number)
{
    struct rule rule = {.nth = ALL,
                        .times = INT64_MAX,
                        .every = 1,
                        .until = INT64_MAX,
                        .conn = ALL,
                        .inflight = ALL,
                        .chance = 1};
    char *copy = xstrdup(line);
    const char *word;

    comment_cut(copy);
    plan_init(&rule.plan);
    if (copy[strspn(copy, " \t\r\n")] != '\0') {
        const char *wrong = rule_read(&rule, copy, &word);
        if (wrong != NULL)
            die("%s:%u: %s%s%s", file, number, wrong, *word == '\0' ? "" : ": ", word);
        s->rules = xrealloc(s->rules, (s->count + 1) * sizeof *s->rules);
        s->rules[s->count++] = rule;
    }
    free(copy);
}

void script_read(struct script *s, const char *path)
{
    FILE *file = fopen(path, "re");
    char *line = NULL;
    size_t room = 0;

    if (file == NULL)
        die("cannot read the script '%s': %s", path, strerror(errno));
    for (unsigned number = 1; getline(&line, &room, file) >= 0; number++)
        script_add(s, line, path, number);
    free(line);
    fclose(file);
}

static bool within(const struct range *range, int64_t number)
{
    return number >= range->from && number <= range->to;
}

static bool number_matches(const struct rule *rule, const char *number)
{
    int64_t value;

    if (rule->number != NULL)
        return strcmp(rule->number, number) == 0;
    return number_read(number, 0, INT64_MAX, &value) && within(&rule->numbers, value);
}

/* One number of the call's list is enough. */
static bool numbers_match(const struct rule *rule, const char *numbers)
{
    if (rule->number == NULL && !rule->numbered)
        return true;
    if (numbers == NULL)
        return false;

    char *copy = xstrdup(numbers);
    char *rest = copy;
    bool found = false;
    for (char *number; !found && (number = strsep(&rest, ",")) != NULL;)
        found = number_matches(rule, number);
    free(copy);
    return found;
}

static bool dice_fall(struct script *s, double chance)
{
    s->dice ^= s->dice << 13;
    s->dice ^= s->dice >> 7;
    s->dice ^= s->dice << 17;
    return (double)(s->dice >> 11) / 9007199254740992.0 < chance;
}

static bool rule_matches(struct script *s, const struct rule *rule, const struct moment *m)
{
    int64_t nth = rule->any ? s->all : s->seen[m->call];

    return (rule->any || rule->call == m->call) && within(&rule->nth, nth) &&
           nth % rule->every == 0 && rule->fired < rule->times && m->since_start >= rule->after &&
           m->since_start < rule->until && within(&rule->conn, (int64_t)m->on_connection) &&
           within(&rule->inflight, m->inflight) && numbers_match(rule, m->numbers) &&
           (rule->chance >= 1 || dice_fall(s, rule->chance));
}

const struct plan *script_match(struct script *s, const struct moment *moment)
{
    s->all++;
    s->seen[moment->call]++;
    for (size_t i = 0; i < s->count; i++) {
        if (rule_matches(s, &s->rules[i], moment)) {
            s->rules[i].fired++;
            return &s->rules[i].plan;
        }
    }
    return NULL;
}
