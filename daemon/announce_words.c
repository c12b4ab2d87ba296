/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME announce_words: what the command that tells people is given, all of it in its environment.
 *
 * Names are as reports have them, without control characters; nothing of a cell is in it. */
#include "announce.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "advice.h"
#include "utf8.h"

#define NAME_MOST 72 /* bytes of a file's name in the line for people */

static const struct {
    const char *text;
    enum import_state state; /* of imports; claimed: there is none */
} events[] = {
    [ANNOUNCE_FINISHED] = {"finished", IMPORT_DONE},
    [ANNOUNCE_HELD] = {"held", IMPORT_HELD},
    [ANNOUNCE_REJECTED] = {"rejected", IMPORT_REJECTED},
    [ANNOUNCE_CANCELLED] = {"cancelled", IMPORT_CANCELLED},
    [ANNOUNCE_MISSING] = {"missing", IMPORT_CLAIMED},
};

const char *announce_event_text(enum announce_event event)
{
    return events[event].text;
}

bool announce_event_of(enum import_state state, enum announce_event *ret)
{
    for (size_t i = 0; i < ANNOUNCE_MISSING; i++) {
        if (events[i].state != state)
            continue;
        *ret = (enum announce_event)i;
        return true;
    }
    return false;
}

/* ---- words for people ---- */

/* A text with one number in it. */
static void with_count(struct buf *to, enum language l, const char *english, uint64_t count)
{
    ON_LEAVE(buf_free) struct buf number = {0};
    text_count(&number, l, count);
    text_fill(to, l, english, (const char *const[]){buf_get(&number)});
}

/* A mail's subject is to be short, and a file's name may have 255 bytes. */
static void short_name(struct buf *to, const char *name)
{
    size_t len = strlen(name);
    size_t at = 0;
    if (len <= NAME_MOST) {
        buf_text(to, name);
        return;
    }
    for (size_t n; at < NAME_MOST && (n = utf8_char(name + at, len - at)) > 0;)
        at += n;
    buf_add(to, name, at);
    buf_text(to, "…");
}

static void counts_line(struct buf *to, enum language l, const char *name,
                        const struct announce_message *m)
{
    const struct ledger_counts *c = &m->counts;
    ON_LEAVE(buf_free) struct buf created = {0};
    ON_LEAVE(buf_free) struct buf rows = {0};
    const char *const values[] = {name, (text_count(&created, l, c->created), buf_get(&created)),
                                  (text_count(&rows, l, c->rows), buf_get(&rows))};
    bool whole = m->event == ANNOUNCE_FINISHED;
    if (c->rows == 0)
        text_fill(to, l, whole ? "%1: there is nobody in it" : "%1: cancelled", values);
    else if (c->rows == 1)
        text_fill(to, l, whole ? "%1: %2 of 1 person added" : "%1: cancelled, %2 of 1 person added",
                  values);
    else
        text_fill(to, l,
                  whole ? "%1: %2 of %3 people added" : "%1: cancelled, %2 of %3 people added",
                  values);
    if (c->unchanged)
        with_count(to, l, ", %1 unchanged", c->unchanged);
    if (c->skipped)
        with_count(to, l, ", %1 left out", c->skipped);
    if (c->invalid + c->failed)
        with_count(to, l, ", %1 refused", c->invalid + c->failed);
}

/* Why it was held or rejected. An import that has gone on since knows it no more. */
static void reason_add(struct buf *to, enum language l, const struct announce_message *m,
                       const struct import *i)
{
    bool known = i->code == m->code && i->reason[0];
    if (m->code != CODE_NONE)
        text_message(to, l, known ? i->reason : code_meaning(m->code));
}

void announce_missing_text(struct buf *to, enum language l, const char *profile, int64_t at)
{
    char time[EXPECT_TIME];
    text_fill(to, l, "the export of %1 did not come by %2",
              (const char *const[]){profile, expect_time(at, time)});
}

/* One line. */
static void subject_add(struct buf *to, enum language l, const struct announce_message *m,
                        const struct import *i)
{
    ON_LEAVE(buf_free) struct buf name = {0};
    ON_LEAVE(buf_free) struct buf reason = {0};
    if (!i) {
        announce_missing_text(to, l, m->profile, m->at);
        return;
    }
    short_name(&name, i->name);
    reason_add(&reason, l, m, i);
    const char *const values[] = {buf_get(&name), buf_get(&reason)};
    if (m->event == ANNOUNCE_HELD)
        text_fill(to, l, "%1 is held: %2", values);
    else if (m->event == ANNOUNCE_REJECTED)
        text_fill(to, l, "%1 cannot be imported: %2", values);
    else
        counts_line(to, l, buf_get(&name), m);
}

/* What follows for the file, if anything does. */
static const char *sequel_of(const struct announce_message *m)
{
    switch (m->event) {
    case ANNOUNCE_FINISHED:
        return m->counts.invalid > 0 || m->counts.failed > 0
                   ? "The report names each refused row and what to do about it. Once corrected, "
                     "the file of refused rows can be dropped again as it is."
               : m->counts.skipped > 0 ? "The report tells why rows were left out."
                                       : "There is nothing left to do.";
    case ANNOUNCE_HELD:
        return "Nothing more is sent until an administrator decides: \"extspool release %1\" lets "
               "it go on, \"extspool cancel %1\" ends it. The report tells more.";
    case ANNOUNCE_REJECTED:
        return "Nothing of it was imported. The report tells more.";
    case ANNOUNCE_CANCELLED:
        return "An administrator has ended this import. What was not sent by then was left out.";
    case ANNOUNCE_MISSING:
        return "No file of this kind has come since one was expected last. See whether the HR "
               "system has made its export, and whether the transfer works.";
    }
    return "";
}

static void path_add(struct buf *to, const struct job *j, const struct import *i,
                     const char *ending)
{
    const char *folder = spool_path(j->spool, SPOOL_REPORTS);
    ON_LEAVE(free_text) char *here = folder[0] == '/' ? NULL : getcwd(NULL, 0);
    ON_LEAVE(buf_free) struct buf name = {0};
    struct stat st;
    buf_format(&name, "%s.%s", i->stem, ending);
    if (fstatat(spool_fd(j->spool, SPOOL_REPORTS), buf_get(&name), &st, AT_SYMLINK_NOFOLLOW) == 0)
        buf_format(to, "%s%s%s/%s", here ? here : "", here ? "/" : "", folder, buf_get(&name));
}

/* Some lines, the last without an end. */
static void text_add(struct buf *to, const struct job *j, const struct announce_message *m,
                     const struct import *i)
{
    enum language l = (enum language)j->config->report.language;
    ON_LEAVE(buf_free) struct buf path = {0};
    char id[24];
    snprintf(id, sizeof id, "%" PRIu64, m->id);
    subject_add(to, l, m, i);
    buf_text(to, "\n\n");
    if ((m->event == ANNOUNCE_HELD || m->event == ANNOUNCE_REJECTED) && m->code != CODE_NONE) {
        text_fill(to, l, "What to do: %1", (const char *const[]){text_in(l, advice_do(m->code))});
        buf_text(to, "\n\n");
    }
    text_fill(to, l, sequel_of(m), (const char *const[]){id});
    if (i)
        path_add(&path, j, i, "html");
    if (path.len) {
        buf_text(to, "\n\n");
        text_fill(to, l, "The report: %1", (const char *const[]){path.at});
    }
}

/* ---- the environment ---- */

/* What stays of the daemon's own: where a script finds programs, its language and the time zone,
 * and its credentials, which the daemon's user may read in any case. */
static const char *const kept[] = {"PATH", "LANG", "LC_ALL", "TZ", "CREDENTIALS_DIRECTORY"};

#define VARIABLES 40

struct environment {
    char **at;
    size_t count;
};

static void add(struct environment *e, const char *name, const char *value)
{
    ON_LEAVE(buf_free) struct buf text = {0};
    assert(e->count + 1 < VARIABLES);
    buf_format(&text, "%s=", name);
    buf_text(&text, value);
    e->at[e->count++] = xstrdup(text.at);
}

static void add_number(struct environment *e, const char *name, uint64_t number)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, number);
    add(e, name, text);
}

static void add_counts(struct environment *e, const struct ledger_counts *c)
{
    add_number(e, "EXTSPOOLD_ROWS", c->rows);
    add_number(e, "EXTSPOOLD_CREATED", c->created);
    add_number(e, "EXTSPOOLD_UNCHANGED", c->unchanged);
    add_number(e, "EXTSPOOLD_SKIPPED", c->skipped);
    add_number(e, "EXTSPOOLD_INVALID", c->invalid);
    add_number(e, "EXTSPOOLD_FAILED", c->failed);
}

/* Empty where there is none of the kind. */
static void add_reports(struct environment *e, const struct job *j, const struct import *i)
{
    static const struct {
        const char *name, *ending;
    } reports[] = {
        {"EXTSPOOLD_REPORT_JSON", "json"},
        {"EXTSPOOLD_REPORT_HTML", "html"},
        {"EXTSPOOLD_RESULTS", "results.csv"},
        {"EXTSPOOLD_REJECTS", "rejects.csv"},
    };
    for (size_t k = 0; k < COUNT_OF(reports); k++) {
        ON_LEAVE(buf_free) struct buf path = {0};
        if (i)
            path_add(&path, j, i, reports[k].ending);
        add(e, reports[k].name, buf_get(&path));
    }
}

/* The same in each try of one message, and in no other's. */
static void add_key(struct environment *e, const struct announce_message *m)
{
    char key[128];
    snprintf(key, sizeof key, "%06" PRIu64 "-%s%s%s-%" PRId64, m->id, announce_event_text(m->event),
             m->profile[0] ? "-" : "", m->profile, m->at);
    add(e, "EXTSPOOLD_KEY", key);
}

static void add_import(struct environment *e, const struct announce_message *m,
                       const struct import *i)
{
    char id[24];
    char code[CODE_TEXT];
    ON_LEAVE(buf_free) struct buf reason = {0};
    snprintf(id, sizeof id, "%06" PRIu64, m->id);
    if (i)
        reason_add(&reason, LANGUAGE_EN, m, i);
    add(e, "EXTSPOOLD_ID", i ? id : "");
    add(e, "EXTSPOOLD_NAME", i ? i->name : "");
    add(e, "EXTSPOOLD_STATE", i ? import_state_text(events[m->event].state) : "");
    add(e, "EXTSPOOLD_PROFILE", i ? i->profile : m->profile);
    add(e, "EXTSPOOLD_CODE", code_text(m->code, code));
    add(e, "EXTSPOOLD_REASON", buf_get(&reason));
}

char **announce_environment(const struct job *j, const struct announce_message *m,
                            const struct import *i)
{
    struct environment e = {.at = xcalloc(VARIABLES, sizeof(char *))};
    enum language l = (enum language)j->config->report.language;
    ON_LEAVE(buf_free) struct buf subject = {0};
    ON_LEAVE(buf_free) struct buf text = {0};
    for (size_t k = 0; k < COUNT_OF(kept); k++)
        if (getenv(kept[k]))
            add(&e, kept[k], getenv(kept[k]));
    subject_add(&subject, l, m, i);
    text_add(&text, j, m, i);
    add(&e, "EXTSPOOLD_EVENT", announce_event_text(m->event));
    add(&e, "EXTSPOOLD_LANGUAGE", language_tag(l));
    add(&e, "EXTSPOOLD_SUBJECT", buf_get(&subject));
    add(&e, "EXTSPOOLD_TEXT", buf_get(&text));
    add_key(&e, m);
    add_import(&e, m, i);
    add_counts(&e, &m->counts);
    add_reports(&e, j, i);
    return e.at;
}

void announce_environment_free(char **environment)
{
    for (size_t i = 0; environment[i]; i++)
        free(environment[i]);
    free(environment);
}
