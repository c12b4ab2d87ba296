/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME ctl_check: the dry run. */
#include <inttypes.h>
#include <stdio.h>

#include "ctl.h"
#include "recall.h"
#include "report_dry.h"
#include "survey.h"

struct totals {
    uint64_t files, rows, valid, skipped, invalid, warnings;
};

/* How the program ends over a file: one that is no text at all could not be read. */
static int end_of(int rejected, bool errors)
{
    if (rejected == CODE_NOT_CSV)
        return CTL_TROUBLE;
    return rejected != CODE_NONE || errors ? CTL_NEGATIVE : CTL_WELL;
}

/* The form of a compiler's messages, which editors know how to follow. */
static void finding_print(const char *name, uint64_t line, const struct finding *x)
{
    char code[CODE_TEXT];
    printf("%s:%" PRIu64 ": ", name, line ? line : 1);
    if (x->column[0])
        printf("%s: ", x->column);
    if (x->severity == SEVERITY_WARNING)
        fputs("warning: ", stdout);
    printf("%s [%s]\n", x->message, code_text(x->code, code));
}

/* What would become of the row, with the reason where there is one. */
static void plan_print(const char *name, const struct survey_item *item)
{
    char code[CODE_TEXT];
    printf("%s:%" PRIu64 ": %s %s", name, item->line, item->number[0] ? item->number : "-",
           survey_action(item));
    if (item->detail[0])
        printf(" %s", item->detail);
    if (item->code != CODE_NONE)
        printf(" [%s]", code_text(item->code, code));
    putchar('\n');
}

static void item_tell(const char *name, const struct survey_item *item, struct totals *totals)
{
    for (size_t i = 0; i < item->findings->count; i++) {
        const struct finding *x = &item->findings->at[i];
        finding_print(name, item->line, x);
        totals->warnings += x->severity == SEVERITY_WARNING;
    }
    if (item->row == 0)
        return;
    totals->rows++;
    bool valid =
        item->state == ROW_PLANNED || item->state == ROW_UNCHANGED || item->code == CODE_CHANGED;
    totals->valid += valid;
    totals->skipped += item->state == ROW_SKIPPED && !valid;
    totals->invalid += item->state == ROW_INVALID;
}

static int file_tell(const struct ctl *c, const struct ctl_rules *rules, struct recall *recall,
                     const struct ctl_file *file, struct totals *totals)
{
    struct survey *v = survey_new(c->config, rules->schema, rules->profiles, file->fd);
    struct survey_item item;
    struct fault f = {0};
    bool found = true;
    bool good = true;
    bool errors = false;
    totals->files++;
    survey_recall(v, recall);
    while (good && found) {
        good = survey_next(v, &item, &found, &f);
        if (good && found) {
            item_tell(file->name, &item, totals);
            if (recall && item.row)
                plan_print(file->name, &item);
            errors = errors || item.state == ROW_INVALID;
        }
    }
    int rejected = survey_rejected(v);
    if (c->explain)
        ctl_choices_print(file->name, survey_choices(v));
    survey_free(v);
    if (!good) {
        fault_in(&f, "%s", file->name);
        return ctl_fault(&f);
    }
    return end_of(rejected, errors);
}

static void number_print(const char *before, uint64_t number, const char *noun)
{
    printf("%s%" PRIu64 " %s%s", before, number, noun, number == 1 ? "" : "s");
}

static void totals_print(const struct totals *t)
{
    number_print("", t->files, "file");
    number_print(", ", t->rows, "row");
    printf(": %" PRIu64 " valid, %" PRIu64 " skipped, %" PRIu64 " invalid", t->valid, t->skipped,
           t->invalid);
    number_print(", ", t->warnings, "warning");
    putchar('\n');
}

static int check_text(const struct ctl *c, const struct ctl_rules *rules, struct recall *recall)
{
    struct totals totals = {0};
    int end = CTL_WELL;
    for (size_t i = 0; i < c->count; i++) {
        ON_LEAVE(ctl_file_close) struct ctl_file file = {0};
        struct fault f = {0};
        if (ctl_file_open(c->operands[i], c->config->spool.max_bytes, &file, &f))
            end = ctl_worse(end, file_tell(c, rules, recall, &file, &totals));
        else
            end = ctl_fault(&f);
    }
    totals_print(&totals);
    return end;
}

/* One object for one file, an array for several; a file that cannot be read has none. */
static int check_json(const struct ctl *c, const struct ctl_rules *rules, struct recall *recall)
{
    const char *before = c->count > 1 ? "[" : "";
    int end = CTL_WELL;
    for (size_t i = 0; i < c->count; i++) {
        ON_LEAVE(ctl_file_close) struct ctl_file file = {0};
        ON_LEAVE(buf_free) struct buf text = {0};
        struct fault f = {0};
        int rejected = CODE_NONE;
        bool errors = false;
        if (!ctl_file_open(c->operands[i], c->config->spool.max_bytes, &file, &f) ||
            !report_dry(c->config, rules->schema, rules->profiles, file.fd, file.basename, recall,
                        &text, &rejected, &errors, &f)) {
            end = ctl_fault(&f);
            continue;
        }
        fputs(before, stdout);
        fputs(buf_get(&text), stdout);
        before = ",";
        end = ctl_worse(end, end_of(rejected, errors));
    }
    if (c->count > 1)
        puts(before[0] == '[' ? "[]" : "]");
    return end;
}

/* Where the ledger cannot be read, nothing is known of before: the plan is that of a new spool. */
static bool plan_open(const struct ctl *c, struct recall **ret, struct fault *f)
{
    struct fault why = {0};
    if (recall_open(c->config, ret, &why))
        return true;
    fprintf(stderr, "extspool: note: what was created before is not known: %s\n", why.text);
    return recall_none(ret, f);
}

int ctl_check(const struct ctl *c)
{
    ON_LEAVE(ctl_rules_free) struct ctl_rules rules = {0};
    struct fault f = {0};
    if (!ctl_rules_read(c->config, &rules, &f))
        return ctl_fault(&f);
    struct recall *recall = NULL;
    if (c->plan && !plan_open(c, &recall, &f))
        return ctl_fault(&f);
    int end = c->json ? check_json(c, &rules, recall) : check_text(c, &rules, recall);
    recall_close(recall);
    return end;
}
