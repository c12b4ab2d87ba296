/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME page_html_import: one import on the status page. */
#include "advice.h"
#include "code.h"
#include "html.h"
#include "page_html_part.h"

/* In the words of people, and where it stands. */
static const struct {
    const char *state;
    enum page_stage stage;
    const char *words;
} states[] = {
    {"claimed", PAGE_RUNNING, "Import %1 is being read"},
    {"planned", PAGE_RUNNING, "Import %1 is about to be sent"},
    {"sending", PAGE_RUNNING, "Import %1 is being sent to the phone system"},
    {"waiting", PAGE_RUNNING, "Import %1 is waiting"},
    {"held", PAGE_HELD, "Import %1 is held"},
    {"done", PAGE_ENDED, "Done"},
    {"rejected", PAGE_ENDED, "Rejected"},
    {"cancelled", PAGE_ENDED, "Cancelled"},
};

static size_t state_of(struct json_object *import)
{
    const char *state = page_member(import, "state");
    for (size_t i = 0; i < COUNT_OF(states); i++)
        if (strcmp(state, states[i].state) == 0)
            return i;
    return 0;
}

enum page_stage page_stage(struct json_object *import)
{
    return states[state_of(import)].stage;
}

/* The code that a status has by its name; CODE_NONE where it has none. */
static int code_of(struct json_object *import)
{
    static const struct {
        int number;
        const char *text;
    } codes[] = {
#define X(number, name, text, meaning) {number, text},
        CODE_TABLE(X)
#undef X
    };
    const char *text = page_member(import, "code");
    for (size_t i = 0; i < COUNT_OF(codes); i++)
        if (strcmp(text, codes[i].text) == 0)
            return codes[i].number;
    return CODE_NONE;
}

/* ---- parts of an item ---- */

/* Begins the item. Its ids tell the page's script which item of before it is. */
static void item_begin(struct buf *to, struct json_object *import, const char *class)
{
    buf_format(to, "<li class=\"%s\" id=\"import-", class);
    page_text(to, page_member(import, "id"));
    buf_text(to, "\">\n");
}

/* What the bar is a bar of. */
static void heading(struct buf *to, struct json_object *import)
{
    buf_text(to, "<h3 id=\"name-");
    page_text(to, page_member(import, "id"));
    buf_text(to, "\">");
    page_name(to, page_member(import, "name"));
    buf_text(to, "</h3>\n");
}

/* A text with a place for a time, where the time is known. */
static void with_time(struct buf *to, enum language l, int64_t wall, const char *text)
{
    ON_LEAVE(buf_free) struct buf time = {0};
    if (wall <= 0 || !text[0])
        return;
    text_time(&time, l, wall);
    page_fill(to, l, text, (const char *const[]){buf_get(&time)});
}

/* Which import it is, and by which profile it was read; ends the item. words has a place for the
 * id, and time, where it is known, one for the time. */
static void item_end(struct buf *to, struct json_object *import, enum language l, const char *words,
                     const char *time)
{
    const char *profile = page_member(import, "profile");
    buf_text(to, "<p class=\"quiet\">");
    page_fill(to, l, words, (const char *const[]){page_member(import, "id")});
    with_time(to, l, (int64_t)page_number(import, "finished"), time);
    if (profile[0]) {
        buf_text(to, ", ");
        page_fill(to, l, "profile %1", (const char *const[]){profile});
    }
    buf_text(to, "</p>\n</li>\n");
}

/* A name in a URL: whatever is no plain letter or digit is written as %XX. */
static void url_name(struct buf *to, const char *name)
{
    for (const unsigned char *at = (const unsigned char *)name; *at; at++) {
        bool plain = (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') ||
                     (*at >= '0' && *at <= '9') || strchr("-._~", *at);
        if (plain)
            buf_char(to, (char)*at);
        else
            buf_format(to, "%%%02X", *at);
    }
}

/* The link has the file's name in it, so that no two links of the page read alike. Without a report
 * it is the name alone. */
static void report_link(struct buf *to, struct json_object *import, enum language l,
                        const char *words)
{
    const char *report = page_member(import, "report");
    if (report[0]) {
        buf_text(to, "<a href=\"reports/");
        url_name(to, report);
        buf_text(to, "\">");
    }
    page_say(to, l, words);
    page_name(to, page_member(import, "name"));
    buf_text(to, report[0] ? "</a>" : "");
}

/* ---- under way ---- */

static void bar(struct buf *to, struct json_object *import)
{
    uint64_t rows = page_number(import, "rows");
    uint64_t done = page_number(import, "done");
    buf_text(to, "<progress aria-labelledby=\"name-");
    page_text(to, page_member(import, "id"));
    if (rows > 0 && states[state_of(import)].words != states[0].words)
        buf_format(to, "\" value=\"%llu\" max=\"%llu\">%llu&nbsp;%%</progress>\n",
                   (unsigned long long)(done < rows ? done : rows), (unsigned long long)rows,
                   (unsigned long long)((done < rows ? done : rows) * 100 / rows));
    else
        buf_text(to, "\"></progress>\n"); /* how many rows there are is not known yet */
}

static void figures(struct buf *to, struct json_object *import, enum language l)
{
    ON_LEAVE(buf_free) struct buf done = {0};
    ON_LEAVE(buf_free) struct buf rows = {0};
    ON_LEAVE(buf_free) struct buf more = {0};
    double rate = json_object_get_double(page_object(import, "rate"));
    struct json_object *left = page_object(import, "left");
    text_count(&done, l, page_number(import, "done"));
    text_count(&rows, l, page_number(import, "rows"));
    page_fill(to, l, "%1 of %2 rows done", (const char *const[]){buf_get(&done), buf_get(&rows)});
    bool waits = strcmp(page_member(import, "state"), "waiting") == 0;
    if (rate > 0 && !waits) { /* of before, which says nothing while it waits */
        buf_text(&more, ", ");
        page_rate(&more, l, rate);
    }
    if (left && !waits) {
        buf_text(&more, ", ");
        page_left(&more, l, json_object_get_uint64(left));
    }
    page_text(to, buf_get(&more));
}

void page_running(struct buf *to, struct json_object *import, enum language l, const char *told)
{
    const char *reason = page_member(import, "reason");
    bool reading = state_of(import) == 0;
    item_begin(to, import, "running");
    heading(to, import);
    bar(to, import);
    buf_text(to, "<p>");
    if (reading)
        page_count(to, l, page_number(import, "rows"), "One row read so far",
                   "%1 rows read so far");
    else
        figures(to, import, l);
    buf_text(to, "</p>\n");
    if (reason[0] && strcmp(reason, told) != 0) {
        ON_LEAVE(buf_free) struct buf why = {0};
        page_reason(&why, l, reason);
        buf_text(to, "<p class=\"why\">");
        page_fill(to, l, "It is waiting: %1", (const char *const[]){buf_get(&why)});
        buf_text(to, "</p>\n");
    }
    item_end(to, import, l, states[state_of(import)].words, "");
}

/* ---- what became of rows ---- */

static void outcome(struct buf *to, bool *among, enum language l, uint64_t count, const char *one,
                    const char *many, const char *class)
{
    if (count == 0)
        return;
    if (*among)
        buf_text(to, ", ");
    buf_format(to, "<span class=\"%s\">", class);
    page_count(to, l, count, one, many);
    buf_text(to, "</span>");
    *among = true;
}

static void outcomes_but_created(struct buf *to, bool *among, enum language l,
                                 struct json_object *counts)
{
    outcome(to, among, l, page_number(counts, "unchanged"), "one added before", "%1 added before",
            "plain");
    outcome(to, among, l, page_number(counts, "skipped"), "one left out", "%1 left out", "plain");
    outcome(to, among, l, page_number(counts, "invalid") + page_number(counts, "failed"),
            "one row refused", "%1 rows refused", "oops");
}

/* ---- held ---- */

/* Refused rows are no more done than those that wait for the decision: so each kind is told. */
static void held_rows(struct buf *to, struct json_object *import, enum language l)
{
    static const char *const settled[] = {"created", "unchanged", "skipped", "invalid", "failed"};
    struct json_object *counts = page_object(import, "counts");
    uint64_t rows = page_number(counts, "rows");
    uint64_t sum = 0;
    bool among = page_number(counts, "created") == 0;
    if (!counts || rows == 0)
        return;
    for (size_t i = 0; i < COUNT_OF(settled); i++)
        sum += page_number(counts, settled[i]);
    buf_text(to, "<p>");
    page_count(to, l, rows, "One row read: ", "%1 rows read: ");
    if (among)
        page_say(to, l, "none added");
    outcome(to, &among, l, page_number(counts, "created"), "one added", "%1 added", "plain");
    outcome(to, &among, l, sum < rows ? rows - sum : 0, "one still open", "%1 still open", "plain");
    outcomes_but_created(to, &among, l, counts);
    buf_text(to, "</p>\n");
}

static void command(struct buf *to, const char *verb, const char *id)
{
    buf_format(to, "<code>extspool %s ", verb);
    page_text(to, id + strspn(id, "0"));
    buf_text(to, "</code>");
}

/* The page is read-only, so it tells what an administrator types. */
static void commands(struct buf *to, struct json_object *import, enum language l)
{
    const char *id = page_member(import, "id");
    buf_text(to, "<p>");
    page_say(to, l, "Your administrator lets it go on with");
    buf_char(to, ' ');
    command(to, "release", id);
    buf_char(to, ' ');
    page_say(to, l, "or ends it, sending no more, with");
    buf_char(to, ' ');
    command(to, "cancel", id);
    buf_text(to, ".</p>\n");
}

void page_held(struct buf *to, struct json_object *import, enum language l, const char *told)
{
    (void)told;
    ON_LEAVE(buf_free) struct buf why = {0};
    int code = code_of(import);
    item_begin(to, import, "held");
    heading(to, import);
    if (code != CODE_NONE) {
        buf_text(to, "<p class=\"why\">");
        page_say(to, l, advice_title(code));
        buf_text(to, "</p>\n");
    }
    page_reason(&why, l, page_member(import, "reason"));
    buf_text(to, code == CODE_NONE ? "<p class=\"why\">" : "<p class=\"quiet\">");
    page_text(to, buf_get(&why));
    buf_text(to, "</p>\n");
    if (code != CODE_NONE) {
        buf_text(to, "<p>");
        page_say(to, l, advice_do(code));
        buf_text(to, "</p>\n");
    }
    held_rows(to, import, l);
    commands(to, import, l);
    if (page_member(import, "report")[0]) {
        buf_text(to, "<p>");
        report_link(to, import, l, "Report on ");
        buf_text(to, "</p>\n");
    }
    item_end(to, import, l, states[state_of(import)].words, " since %1");
}

/* ---- ended ---- */

static void outcomes(struct buf *to, struct json_object *import, enum language l)
{
    struct json_object *counts = page_object(import, "counts");
    bool among = false;
    if (!counts || strcmp(page_member(import, "state"), "rejected") == 0)
        return;
    buf_text(to, ": ");
    outcome(to, &among, l, page_number(counts, "created"), "one added", "%1 added", "plain");
    outcomes_but_created(to, &among, l, counts);
    if (!among)
        page_say(to, l, "no rows");
}

void page_ended(struct buf *to, struct json_object *import, enum language l, const char *told)
{
    const char *reason = page_member(import, "reason");
    (void)told;
    item_begin(to, import, "ended");
    buf_text(to, "<h3>");
    report_link(to, import, l, "");
    buf_text(to, "</h3>\n<p>");
    page_say(to, l, states[state_of(import)].words);
    outcomes(to, import, l);
    if (reason[0]) {
        ON_LEAVE(buf_free) struct buf why = {0};
        page_reason(&why, l, reason);
        buf_text(to, ": <span class=\"oops\">");
        page_text(to, buf_get(&why));
        buf_text(to, "</span>");
    }
    buf_text(to, "</p>\n");
    item_end(to, import, l, "Import %1", ", %1");
}
