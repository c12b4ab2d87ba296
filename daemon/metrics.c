/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME metrics: the table of what is told, and its text.
 *
 * Ages are told as the time since when something is so: whoever reads them knows the age at any
 * later moment, so that nothing need be written while nothing happens. */
#include "metrics.h"

#include "clock.h"

#define PREFIX "extspoold_"

/* ---- samples ---- */

/* In quotes, as the format wants label values. */
static void value_add(struct buf *to, const char *value)
{
    buf_char(to, '"');
    for (const char *c = value; *c; c++) {
        if (*c == '\\' || *c == '"')
            buf_char(to, '\\');
        if (*c == '\n')
            buf_text(to, "\\n");
        else
            buf_char(to, *c);
    }
    buf_char(to, '"');
}

static void label_add(struct buf *to, const char *label, const char *value, bool *first)
{
    buf_format(to, "%s%s=", *first ? "{" : ",", label);
    value_add(to, value);
    *first = false;
}

/* The beginning of a line. */
static void head(const struct metrics *m, struct buf *to, const char *name,
                 const char *const labels[][2], size_t count)
{
    bool first = true;
    buf_format(to, PREFIX "%s", name);
    if (m->daemon[0])
        label_add(to, "daemon", m->daemon, &first);
    for (size_t i = 0; i < count; i++)
        label_add(to, labels[i][0], labels[i][1], &first);
    buf_text(to, first ? " " : "} ");
}

static void number(const struct metrics *m, struct buf *to, const char *name, uint64_t n)
{
    head(m, to, name, NULL, 0);
    buf_number(to, n);
    buf_char(to, '\n');
}

static void labelled(const struct metrics *m, struct buf *to, const char *name, const char *label,
                     const char *value, uint64_t n)
{
    const char *const labels[][2] = {{label, value}};
    head(m, to, name, labels, 1);
    buf_number(to, n);
    buf_char(to, '\n');
}

static void of_call(const struct metrics *m, struct buf *to, const char *name, enum pbx_call call,
                    const char *label, const char *value, uint64_t n)
{
    const char *const labels[][2] = {{"call", pbx_call_text(call)}, {label, value}};
    head(m, to, name, labels, 2);
    buf_number(to, n);
    buf_char(to, '\n');
}

static void seconds_add(struct buf *to, uint64_t micro)
{
    buf_format(to, "%llu.%06llu", (unsigned long long)(micro / 1000000),
               (unsigned long long)(micro % 1000000));
}

/* Nothing when there is no such time. */
static void moment(const struct metrics *m, struct buf *to, const char *name, int64_t wall)
{
    if (wall <= 0)
        return;
    head(m, to, name, NULL, 0);
    buf_format(to, "%lld.%03lld\n", (long long)(wall / 1000), (long long)(wall % 1000));
}

/* ---- what each metric writes ---- */

static void build(const struct metrics *m, const char *name, struct buf *to)
{
    labelled(m, to, name, "version", m->version, 1);
}

static void running(const struct metrics *m, const char *name, struct buf *to)
{
    number(m, to, name, m->running);
}

static void started(const struct metrics *m, const char *name, struct buf *to)
{
    moment(m, to, name, m->started);
}

static void reloaded(const struct metrics *m, const char *name, struct buf *to)
{
    number(m, to, name, !m->reload_refused);
}

static void claimed(const struct metrics *m, const char *name, struct buf *to)
{
    number(m, to, name, m->claimed);
}

static void by_code(const struct metrics *m, const char *name, const uint64_t counts[LEDGER_CODES],
                    const bool known[LEDGER_CODES], bool any, struct buf *to)
{
    char text[CODE_TEXT];
    for (int code = 1; code < LEDGER_CODES; code++)
        if (counts[code] || (any && known[code]))
            labelled(m, to, name, "code", code_text(code, text), counts[code]);
}

/* The reasons that there usually are stand there with 0 from the start, or else the first file that
 * is rejected would be no increase. */
static void rejected(const struct metrics *m, const char *name, struct buf *to)
{
    static const bool usual[LEDGER_CODES] = {
        [CODE_EMPTY_FILE] = true,       [CODE_NOT_CSV] = true,    [CODE_FILE_TOO_LARGE] = true,
        [CODE_TOO_MANY_ROWS] = true,    [CODE_UNREADABLE] = true, [CODE_MISSING_COLUMN] = true,
        [CODE_DUPLICATE_COLUMN] = true,
    };
    by_code(m, name, m->rejected, usual, true, to);
}

static void held(const struct metrics *m, const char *name, struct buf *to)
{
    by_code(m, name, m->queue.held, m->known, true, to);
}

static void incoming(const struct metrics *m, const char *name, struct buf *to)
{
    labelled(m, to, name, "kind", "coming", m->coming);
    labelled(m, to, name, "kind", "staying", m->staying);
}

static void incoming_since(const struct metrics *m, const char *name, struct buf *to)
{
    moment(m, to, name, m->coming_since);
}

static void imports(const struct metrics *m, const char *name, struct buf *to)
{
    static const enum import_state states[] = {IMPORT_CLAIMED, IMPORT_PLANNED, IMPORT_SENDING,
                                               IMPORT_HELD};
    for (size_t i = 0; i < COUNT_OF(states); i++)
        labelled(m, to, name, "state", import_state_text(states[i]), m->queue.states[states[i]]);
}

static void imports_since(const struct metrics *m, const char *name, struct buf *to)
{
    moment(m, to, name, m->queue.oldest);
}

static void ended(const struct metrics *m, const char *name, struct buf *to)
{
    for (int state = IMPORT_DONE; state <= IMPORT_CANCELLED; state++)
        labelled(m, to, name, "state", import_state_text((enum import_state)state),
                 m->ended[state]);
}

static void rows(const struct metrics *m, const char *name, struct buf *to)
{
    for (int i = 0; i < LEDGER_OUTCOMES; i++)
        labelled(m, to, name, "outcome", row_state_text((enum row_state)(ROW_FINAL + i)),
                 m->outcomes[i]);
}

static void rows_open(const struct metrics *m, const char *name, struct buf *to)
{
    number(m, to, name, m->rows_open);
}

static void successes(const struct metrics *m, const char *name, struct buf *to)
{
    for (size_t i = 0; i < m->success_count; i++) {
        const struct ledger_success *s = &m->successes[i];
        const char *const labels[][2] = {{"profile", s->profile[0] ? s->profile : "(none)"}};
        head(m, to, name, labels, 1);
        buf_format(to, "%lld.%03lld\n", (long long)(s->finished / 1000),
                   (long long)(s->finished % 1000));
    }
}

static void expected(const struct metrics *m, const char *name, struct buf *to)
{
    for (size_t i = 0; i < m->expected_count; i++)
        labelled(m, to, name, "profile", m->expected[i].profile, m->expected[i].missing);
}

static void classes(const struct metrics *m, const char *name, struct buf *to)
{
    for (int call = 0; call < PBX_CALLS; call++)
        for (int i = 0; i < HTTP_CLASSES; i++)
            of_call(m, to, name, (enum pbx_call)call, "class", pbx_class_text((enum http_class)i),
                    m->calls.classes[call][i]);
}

static void verdicts(const struct metrics *m, const char *name, struct buf *to)
{
    for (int call = 0; call < PBX_CALLS; call++)
        for (int i = 0; i < PBX_VERDICTS; i++)
            of_call(m, to, name, (enum pbx_call)call, "verdict",
                    pbx_verdict_text((enum pbx_verdict)i), m->calls.verdicts[call][i]);
}

static void histogram(const struct metrics *m, enum pbx_call call, struct buf *to)
{
    uint64_t count = 0;
    for (size_t i = 0; i < PBX_BOUNDS; i++) {
        ON_LEAVE(buf_free) struct buf bound = {0};
        buf_format(&bound, "%g", (double)pbx_bounds[i] / 1e6);
        if (m->open && !strpbrk(bound.at, ".e"))
            buf_text(&bound, ".0");
        count += m->calls.took[call][i];
        of_call(m, to, "call_duration_seconds_bucket", call, "le", buf_get(&bound), count);
    }
    count += m->calls.took[call][PBX_BOUNDS];
    of_call(m, to, "call_duration_seconds_bucket", call, "le", "+Inf", count);
    const char *const labels[][2] = {{"call", pbx_call_text(call)}};
    head(m, to, "call_duration_seconds_sum", labels, 1);
    seconds_add(to, m->calls.micro[call]);
    buf_char(to, '\n');
    labelled(m, to, "call_duration_seconds_count", "call", pbx_call_text(call), count);
}

static void durations(const struct metrics *m, const char *name, struct buf *to)
{
    (void)name; /* its lines have names of their own */
    for (int call = 0; call < PBX_CALLS; call++)
        histogram(m, (enum pbx_call)call, to);
}

static void calls_most(const struct metrics *m, const char *name, struct buf *to)
{
    number(m, to, name, m->calls_most);
}

static void waiting(const struct metrics *m, const char *name, struct buf *to)
{
    number(m, to, name, m->waiting_since > 0);
}

static void waiting_since(const struct metrics *m, const char *name, struct buf *to)
{
    moment(m, to, name, m->waiting_since);
}

static void still(const struct metrics *m, const char *name, struct buf *to)
{
    number(m, to, name, m->still);
}

static void watch(const struct metrics *m, const char *name, struct buf *to)
{
    labelled(m, to, name, "mode", "inotify", m->looking && !m->polling);
    labelled(m, to, name, "mode", "polling", m->looking && m->polling);
}

static void ledger_bytes(const struct metrics *m, const char *name, struct buf *to)
{
    number(m, to, name, m->ledger_bytes);
}

static void spool_free(const struct metrics *m, const char *name, struct buf *to)
{
    number(m, to, name, m->spool_free);
}

/* ---- the table ---- */

static const struct {
    const char *name, *type, *help;
    void (*write)(const struct metrics *m, const char *name, struct buf *to);
} families[] = {
    {"build_info", "gauge", "The version that runs.", build},
    {"running", "gauge", "1 while the daemon runs, 0 after it has ended by itself.", running},
    {"start_timestamp_seconds", "gauge", "When the daemon started.", started},
    {"config_last_reload_successful", "gauge", "0 after a new configuration was refused.",
     reloaded},
    {"files_claimed_total", "counter", "Files that were taken up.", claimed},
    {"files_rejected_total", "counter", "Files that could not be imported at all, by code.",
     rejected},
    {"incoming_files", "gauge",
     "Files in incoming/: coming ones will be taken up, staying ones match nothing or are "
     "unreadable.",
     incoming},
    {"incoming_oldest_timestamp_seconds", "gauge",
     "Since when the oldest file that is to be taken up lies there; absent: there is none.",
     incoming_since},
    {"imports", "gauge", "Imports that are not finished, by state.", imports},
    {"imports_oldest_timestamp_seconds", "gauge",
     "When the oldest import that is neither finished nor held was taken up; absent: there is "
     "none.",
     imports_since},
    {"imports_held", "gauge", "Imports that are held, by the code of the reason.", held},
    {"imports_total", "counter", "Imports that came to an end, or were put aside, by state.",
     ended},
    {"rows_total", "counter", "Rows that got their outcome.", rows},
    {"rows_open", "gauge", "Rows without an outcome, of the imports that are being sent.",
     rows_open},
    {"last_success_timestamp_seconds", "gauge",
     "When an import of this mapping profile was done last.", successes},
    {"expected_missing", "gauge",
     "1 while the file of this mapping profile is missing that was expected.", expected},
    {"calls_total", "counter", "Calls to the PBX by the status of HTTP, or what came in its place.",
     classes},
    {"answers_total", "counter",
     "Calls to the PBX by what its answer meant: refused is the record's fault, bad may pass.",
     verdicts},
    {"call_duration_seconds", "histogram", "How long calls took that reached the PBX.", durations},
    {"calls_limit", "gauge", "How many calls may be under way at once, as found out by now.",
     calls_most},
    {"waiting", "gauge", "1 while PBX, network or configuration let no import go on.", waiting},
    {"waiting_since_timestamp_seconds", "gauge", "Since when they wait; absent: they do not.",
     waiting_since},
    {"standing_still", "gauge", "1 while all waits for space on the disk, or for a folder.", still},
    {"watch_mode", "gauge", "How incoming/ is looked at: 1 for the mode in use, if any.", watch},
    {"ledger_size_bytes", "gauge", "Size of the ledger.", ledger_bytes},
    {"spool_free_bytes", "gauge", "Free space on the spool's file system.", spool_free},
};

static bool family_exists(const char *name, size_t len)
{
    for (size_t i = 0; i < COUNT_OF(families); i++)
        if (strlen(families[i].name) == len && memcmp(families[i].name, name, len) == 0)
            return true;
    return false;
}

/* In OpenMetrics a counter's family lacks the _total that its samples have. Where another family
 * has that name already, a series that is to keep its own can only be of no known type. */
static void head_of_family(size_t i, bool open, struct buf *to)
{
    static const char total[] = "_total";
    const char *name = families[i].name;
    const char *type = families[i].type;
    size_t len = strlen(name);
    if (open && strcmp(type, "counter") == 0) {
        size_t stem = len - (sizeof total - 1);
        assert(strcmp(name + stem, total) == 0);
        if (family_exists(name, stem))
            type = "unknown";
        else
            len = stem;
    }
    buf_format(to, "# HELP " PREFIX "%.*s %s\n", (int)len, name, families[i].help);
    buf_format(to, "# TYPE " PREFIX "%.*s %s\n", (int)len, name, type);
}

void metrics_text(const struct metrics *m, struct buf *to)
{
    for (size_t i = 0; i < COUNT_OF(families); i++) {
        head_of_family(i, m->open, to);
        families[i].write(m, families[i].name, to);
    }
}

void metrics_open(const struct metrics *m, struct buf *to)
{
    struct metrics copy = *m;
    copy.open = true;
    metrics_text(&copy, to);
    buf_text(to, "# EOF\n");
}

/* ---- successes ---- */

void metrics_success(struct metrics *m, const char *profile, int64_t finished)
{
    size_t oldest = 0;
    size_t i = 0;
    for (; i < m->success_count && strcmp(m->successes[i].profile, profile) != 0; i++)
        if (m->successes[i].finished < m->successes[oldest].finished)
            oldest = i;
    if (i == METRICS_PROFILES)
        i = oldest;
    else if (i == m->success_count)
        m->success_count++;
    else if (m->successes[i].finished > finished)
        return;
    struct ledger_success *s = &m->successes[i];
    *s = (struct ledger_success){.finished = finished};
    memcpy(s->profile, profile, strnlen(profile, sizeof s->profile - 1));
}

/* ---- when ---- */

int64_t metrics_due(const struct metrics_pace *p, uint64_t changes)
{
    return changes == p->seen ? CLOCK_NEVER : p->next;
}

void metrics_done(struct metrics_pace *p, uint64_t changes, int64_t mono)
{
    p->seen = changes;
    p->next = mono + METRICS_EVERY;
}
