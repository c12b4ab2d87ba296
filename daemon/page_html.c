/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME page_html: the status page as HTML: its document and its sections.
 *
 * A section is an element with an id. What is in it comes from one function, for the document and
 * for an event alike, so that the page reads the same with and without scripts. */
#include "page_html.h"

#include "html.h"
#include "page_html_part.h"

/* ---- in one sentence ---- */

/* How many imports a status has at a stage. */
static uint64_t count_at(struct json_object *status, enum page_stage stage)
{
    struct json_object *imports = page_object(status, "imports");
    uint64_t count = 0;
    for (size_t i = 0; i < page_length(imports); i++)
        count += page_stage(json_object_array_get_idx(imports, i)) == stage;
    return count;
}

/* Who is to do what about a reason why all waits. */
static const char *remedy_of(const char *reason)
{
    static const struct {
        const char *begin, *remedy;
    } remedies[] = {
        {"no [pbx] url is configured yet",
         "Your administrator has yet to tell this server where the phone system is. Files may be "
         "dropped meanwhile: they are kept."},
        {"no password for the PBX is configured yet",
         "Your administrator has yet to give this server the password of the phone system. Files "
         "may be dropped meanwhile: they are kept."},
        {"the PBX refused user or password",
         "Your administrator has to correct the user or the password that this server logs in "
         "with. Nothing is lost: the imports go on then."},
        {"the PBX ", "Nothing is lost: the imports go on by themselves as soon as the phone system "
                     "takes them."},
    };
    for (size_t i = 0; i < COUNT_OF(remedies); i++)
        if (strncmp(reason, remedies[i].begin, strlen(remedies[i].begin)) == 0)
            return remedies[i].remedy;
    return "Nothing is lost: the imports go on by themselves as soon as that has been mended.";
}

static void waiting_add(struct buf *to, struct json_object *status, enum language l)
{
    ON_LEAVE(buf_free) struct buf why = {0};
    ON_LEAVE(buf_free) struct buf since = {0};
    const char *reason = page_member(status, "waiting");
    int64_t wall = (int64_t)page_number(page_object(status, "daemon"), "waiting_since");
    page_reason(&why, l, reason);
    if (wall > 0)
        text_time(&since, l, wall);
    page_fill(to, l,
              wall > 0 ? "Nothing could be sent to the phone system since %2: %1."
                       : "Nothing can be sent to the phone system at the moment: %1.",
              (const char *const[]){buf_get(&why), buf_get(&since)});
    buf_char(to, ' ');
    page_say(to, l, remedy_of(reason));
}

static bool is_stopping(struct json_object *status)
{
    return json_object_get_boolean(page_object(page_object(status, "daemon"), "stopping"));
}

/* What makes all else that is told of less worth, or NULL. */
static const char *doubt_of(struct json_object *status)
{
    if (!status)
        return "The program has only just started: nothing is known yet.";
    if (page_number(status, "late"))
        return "The program is not answering at the moment: what you see is not up to date.";
    if (is_stopping(status))
        return "The program is about to end. Nothing is lost: the imports go on when it is started "
               "again.";
    return NULL;
}

/* A sentence among others. */
static void sentence(struct buf *to, bool *among)
{
    buf_text(to, *among ? " " : "");
    *among = true;
}

/* The first thing that a person looks for: is all well, and if not, what does it wait for? It does
 * not change with each row, since it is read aloud when it does. */
static void summary(struct buf *to, struct json_object *status, enum language l)
{
    uint64_t running = count_at(status, PAGE_RUNNING);
    uint64_t held = count_at(status, PAGE_HELD);
    uint64_t stay = page_length(page_object(status, "unclaimed"));
    uint64_t absent = page_length(page_object(status, "missing"));
    /* that the program is about to end is a doubt already */
    bool waits = page_member(status, "waiting")[0] && !is_stopping(status);
    const char *doubt = doubt_of(status);
    bool attention = doubt || waits || held || stay || absent;
    bool among = false;
    buf_format(to, "<p class=\"lead next %s\">",
               attention ? "attention"
               : running ? "busy"
                         : "well");
    if (doubt) {
        sentence(to, &among);
        page_say(to, l, doubt);
    }
    if (waits) {
        sentence(to, &among);
        waiting_add(to, status, l);
    } else if (running) {
        sentence(to, &among);
        page_count(to, l, running, "One file is being imported.", "%1 files are being imported.");
    }
    if (held) {
        sentence(to, &among);
        page_count(to, l, held, "One file is held until somebody decides what to do.",
                   "%1 files are held until somebody decides what to do.");
    }
    if (stay) {
        sentence(to, &among);
        page_count(to, l, stay, "One file in the drop folder is not taken up.",
                   "%1 files in the drop folder are not taken up.");
    }
    if (absent) {
        sentence(to, &among);
        page_count(to, l, absent, "One file that is expected has not come.",
                   "%1 files that are expected have not come.");
    }
    if (!among)
        page_say(to, l, "All is well: no file is waiting.");
    buf_text(to, "</p>");
}

/* ---- lists ---- */

static void heading(struct buf *to, enum language l, const char *english)
{
    buf_text(to, "<h2>");
    page_say(to, l, english);
    buf_text(to, "</h2>\n");
}

typedef void add_import(struct buf *to, struct json_object *import, enum language l,
                        const char *told);

/* The imports of a stage, in the status's order. Nothing when there is none. */
static void list(struct buf *to, struct json_object *status, enum language l, enum page_stage stage,
                 const char *title, add_import *add)
{
    struct json_object *imports = page_object(status, "imports");
    if (!count_at(status, stage))
        return;
    heading(to, l, title);
    buf_text(to, "<ul class=\"cards\">\n");
    for (size_t i = 0; i < page_length(imports); i++) {
        struct json_object *import = json_object_array_get_idx(imports, i);
        if (page_stage(import) == stage)
            add(to, import, l, page_member(status, "waiting"));
    }
    buf_text(to, "</ul>\n");
}

static void held(struct buf *to, struct json_object *status, enum language l)
{
    list(to, status, l, PAGE_HELD, "Held", page_held);
}

static void running(struct buf *to, struct json_object *status, enum language l)
{
    list(to, status, l, PAGE_RUNNING, "Under way", page_running);
    if (page_number(status, "more")) {
        buf_text(to, "<p>");
        page_count(to, l, page_number(status, "more"), "One more file is not listed here.",
                   "%1 more files are not listed here.");
        buf_text(to, "</p>\n");
    }
}

/* Who is to do what about a file that stays in the drop folder. */
static const char *act_of(const char *reason)
{
    if (strcmp(reason, "its name matches no pattern of [spool] pattern") == 0)
        return "Only CSV files are imported: save it as CSV, for which spreadsheet programs have a "
               "choice of their own, and drop that file.";
    return "Ask your administrator to look at this file.";
}

/* Files by name with a reason each, and what to do. Nothing when there is none. */
static void files_list(struct buf *to, struct json_object *files, enum language l,
                       const char *title, const char *act)
{
    if (page_length(files) == 0)
        return;
    heading(to, l, title);
    buf_text(to, "<ul class=\"cards\">\n");
    for (size_t i = 0; i < page_length(files); i++) {
        ON_LEAVE(buf_free) struct buf why = {0};
        struct json_object *file = json_object_array_get_idx(files, i);
        const char *reason = page_member(file, "reason");
        page_reason(&why, l, reason);
        buf_text(to, "<li><h3>");
        page_name(to, page_member(file, "name"));
        buf_text(to, "</h3>\n<p class=\"why\">");
        page_text(to, buf_get(&why));
        buf_text(to, "</p>\n<p>");
        page_say(to, l, act ? act : act_of(reason));
        buf_text(to, "</p></li>\n");
    }
    buf_text(to, "</ul>\n");
}

static void missing(struct buf *to, struct json_object *status, enum language l)
{
    files_list(to, page_object(status, "missing"), l, "Expected and not there",
               "Look whether the export ran, and drop its file.");
}

static void staying(struct buf *to, struct json_object *status, enum language l)
{
    files_list(to, page_object(status, "unclaimed"), l, "In the drop folder and not taken up",
               NULL);
}

static void ended(struct buf *to, struct json_object *status, enum language l)
{
    if (count_at(status, PAGE_ENDED) > 0) {
        list(to, status, l, PAGE_ENDED, "Finished", page_ended);
    } else if (page_object(status, "imports")) {
        heading(to, l, "Finished");
        buf_text(to, "<p class=\"quiet\">");
        page_say(to, l, "No import has finished yet.");
        buf_text(to, "</p>\n");
    }
}

/* ---- how it is ---- */

/* A line of the list; value is plain text. */
static void fact(struct buf *to, enum language l, const char *term, const char *value)
{
    buf_text(to, "<dt>");
    page_say(to, l, term);
    buf_text(to, "</dt><dd>");
    page_text(to, value);
    buf_text(to, "</dd>\n");
}

static void fact_folder(struct buf *to, struct json_object *daemon, enum language l)
{
    ON_LEAVE(buf_free) struct buf why = {0};
    ON_LEAVE(buf_free) struct buf text = {0};
    const char *watch = page_member(daemon, "watch");
    if (!watch[0])
        return;
    page_reason(&why, l, page_member(daemon, "watch_reason"));
    if (strcmp(watch, "polling") == 0)
        text_fill(&text, l, "looked at from time to time, since it cannot be watched: %1",
                  (const char *const[]){buf_get(&why)});
    else
        buf_text(&text, text_in(l, "watched: new files are seen at once"));
    fact(to, l, "Drop folder", buf_get(&text));
    if (page_number(daemon, "coming") == 0)
        return;
    buf_reset(&text);
    text_count(&text, l, page_number(daemon, "coming"));
    fact(to, l, "Files about to be taken up", buf_get(&text));
}

static void fact_session(struct buf *to, struct json_object *status, enum language l)
{
    struct json_object *daemon = page_object(status, "daemon");
    static const struct {
        const char *session, *words;
    } sessions[] = {
        {"open", "logged in"},
        {"none", "not logged in at the moment"},
        {"refused", "refuses the user or the password"},
        {"locked-out", "lets nobody log in for some minutes"},
    };
    ON_LEAVE(buf_free) struct buf text = {0};
    /* a session that stands is no comfort where nothing gets there */
    bool idle = page_member(status, "waiting")[0] != '\0';
    for (size_t i = 0; i < COUNT_OF(sessions); i++)
        if (strcmp(page_member(daemon, "session"), sessions[i].session) == 0)
            buf_text(&text, text_in(l, i == 0 && idle ? "takes nothing at the moment"
                                                      : sessions[i].words));
    if (page_member(daemon, "pbx")[0])
        buf_format(&text, " (%s)", page_member(daemon, "pbx"));
    if (text.len > 0)
        fact(to, l, "Phone system", buf_get(&text));
}

static void fact_calls(struct buf *to, struct json_object *daemon, enum language l)
{
    ON_LEAVE(buf_free) struct buf calls = {0};
    ON_LEAVE(buf_free) struct buf most = {0};
    ON_LEAVE(buf_free) struct buf text = {0};
    if (!page_object(daemon, "calls"))
        return;
    text_count(&calls, l, page_number(daemon, "calls"));
    text_count(&most, l, page_number(daemon, "calls_most"));
    text_fill(&text, l, "%1 of at most %2", (const char *const[]){buf_get(&calls), buf_get(&most)});
    fact(to, l, "Requests to it under way", buf_get(&text));
}

static void fact_room(struct buf *to, struct json_object *daemon, enum language l)
{
    ON_LEAVE(buf_free) struct buf bytes = {0};
    ON_LEAVE(buf_free) struct buf text = {0};
    if (!page_object(daemon, "spool_free"))
        return;
    page_bytes(&bytes, l, page_number(daemon, "spool_free"));
    text_fill(&text, l, "%1 free", (const char *const[]){buf_get(&bytes)});
    fact(to, l, "Room on the disk", buf_get(&text));
}

static void fact_time(struct buf *to, struct json_object *from, enum language l, const char *key,
                      const char *term)
{
    ON_LEAVE(buf_free) struct buf text = {0};
    if (!page_number(from, key))
        return;
    text_time(&text, l, (int64_t)page_number(from, key));
    fact(to, l, term, buf_get(&text));
}

static void health(struct buf *to, struct json_object *status, enum language l)
{
    struct json_object *daemon = page_object(status, "daemon");
    if (!daemon)
        return;
    heading(to, l, "This server");
    buf_text(to, "<dl class=\"facts\">\n");
    fact_folder(to, daemon, l);
    fact_session(to, status, l);
    fact_calls(to, daemon, l);
    fact_room(to, daemon, l);
    if (json_object_get_boolean(page_object(daemon, "reload_refused")))
        fact(to, l, "Settings",
             text_in(l, "the last change has a mistake and was not taken over; the settings before "
                        "it are in force"));
    fact_time(to, daemon, l, "started", "Running since");
    if (page_member(daemon, "version")[0])
        fact(to, l, "Version", page_member(daemon, "version"));
    fact_time(to, status, l, "time", "As of");
    buf_text(to, "</dl>\n");
}

/* ---- the page ---- */

static const struct {
    const char *id, *begin, *end;
    void (*add)(struct buf *to, struct json_object *status, enum language l);
} sections[] = {
    /* the one that is read aloud when it changes */
    {"summary", "<div id=\"summary\" role=\"status\">", "</div>\n", summary},
    {"held", "<section id=\"held\">", "</section>\n", held},
    {"running", "<section id=\"running\">", "</section>\n", running},
    {"missing", "<section id=\"missing\">", "</section>\n", missing},
    {"staying", "<section id=\"staying\">", "</section>\n", staying},
    {"ended", "<section id=\"ended\">", "</section>\n", ended},
    {"health", "<section id=\"health\">", "</section>\n", health},
};

static void attribute(struct buf *to, enum language l, const char *name, const char *english)
{
    buf_format(to, " %s=\"", name);
    page_say(to, l, english);
    buf_char(to, '"');
}

void page_html_document(struct buf *to, struct json_object *status, enum language l)
{
    buf_format(to, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n",
               language_tag(l));
    buf_text(to, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                 "<meta name=\"robots\" content=\"noindex\">\n<title>");
    page_say(to, l, "Imports into the phone system");
    buf_text(to, "</title>\n<link rel=\"stylesheet\" href=\"page.css\">\n"
                 "<script src=\"page.js\" defer></script>\n"
                 "<noscript><meta http-equiv=\"refresh\" content=\"5\"></noscript>\n"
                 "</head>\n<body>\n<main>\n<h1>");
    page_say(to, l, "Imports into the phone system");
    buf_text(to, "</h1>\n<p id=\"connection\" role=\"status\"");
    attribute(to, l, "data-lost",
              "The connection to the server is lost. What you see is from %1; it goes on by itself "
              "as soon as the server answers again.");
    attribute(to, l, "data-back", "The connection is back: what you see is up to date.");
    buf_text(to, "></p>\n");
    for (size_t i = 0; i < COUNT_OF(sections); i++) {
        buf_text(to, sections[i].begin);
        sections[i].add(to, status, l);
        buf_text(to, sections[i].end);
    }
    buf_text(to, "</main>\n</body>\n</html>\n");
}

void page_html_parts(struct buf *to, struct json_object *status, enum language l)
{
    ON_LEAVE(json_leave) struct json_object *parts = json_object_new_object();
    ON_LEAVE(buf_free) struct buf part = {0};
    for (size_t i = 0; i < COUNT_OF(sections); i++) {
        buf_reset(&part);
        sections[i].add(&part, status, l);
        json_object_object_add(parts, sections[i].id, json_object_new_string(buf_get(&part)));
    }
    buf_text(to, json_object_to_json_string_ext(parts, JSON_C_TO_STRING_PLAIN |
                                                           JSON_C_TO_STRING_NOSLASHESCAPE));
}
