/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME job_open: opening, recovery, reload, closing. A restart is the normal start. */
#include <stdio.h>

#include "fsio.h"
#include "announce.h"
#include "job_own.h"
#include "log.h"

#define NOTE_WAITED "waited"

/* The schema, and the profiles that go with it. */
struct rules {
    struct schema *schema;
    char digest[DIGEST_HEX];
    struct profiles *profiles;
};

static void rules_free(struct rules *r)
{
    r->profiles = profiles_free(r->profiles);
    r->schema = schema_free(r->schema);
}

static bool rules_read(const struct config *c, struct rules *ret, struct fault *f)
{
    ON_LEAVE(free_text) char *path = config_schema_path(c);
    size_t len = 0;

    if (!schema_read(path, &ret->schema, f))
        return false;
    const char *text = schema_text(ret->schema, &len);
    digest_text(text, len, ret->digest);
    return profiles_read(c, ret->schema, &ret->profiles, f);
}

/* They take the place of what the job had. */
static void rules_take(struct job *j, struct rules *r)
{
    struct rules before = {.schema = j->schema, .profiles = j->profiles};

    j->schema = r->schema;
    j->profiles = r->profiles;
    memcpy(j->schema_digest, r->digest, sizeof j->schema_digest);
    rules_free(&before);
    *r = (struct rules){0};
}

bool job_check(const struct config *config, struct fault *f)
{
    ON_LEAVE(rules_free) struct rules rules = {0};
    ON_LEAVE(config_password_free) char *password = NULL;
    return rules_read(config, &rules, f) && expected_check(config, rules.profiles, f) &&
           config_password(config, &password, f);
}

static struct http_settings http_settings(const struct config *c)
{
    return (struct http_settings){
        .connect_timeout = c->pbx.connect_timeout,
        .timeout = c->pbx.timeout,
        .ca_file = c->pbx.ca_file,
        .proxy = c->pbx.proxy,
        .most = c->pbx.concurrency ? (size_t)c->pbx.concurrency : PACE_MOST,
    };
}

static bool set_pbx(struct job *j, struct config *c, struct fault *f)
{
    ON_LEAVE(config_password_free) char *password = NULL;
    if (!j->send) /* nor may extspool be allowed to read the password */
        return pbx_set(j->pbx, c, "", f);
    return config_password(c, &password, f) && pbx_set(j->pbx, c, password, f);
}

static bool is_known(void *with, uint64_t id)
{
    struct job *j = with;
    struct import import;
    bool found = false;
    return !ledger_import_get(j->ledger, id, &import, &found, NULL) || found;
}

/* Files in work/ that the ledger does not know: killed between rename and commit. With a ledger
 * that is lost they may have come far, so that every row is looked up before it is sent, and what
 * it had put aside stays so. */
static bool adopt_orphans(struct job *j, enum spool_folder folder, bool lost, struct fault *f)
{
    for (;;) {
        struct import import;
        bool found = false;
        if (!spool_orphan(j->spool, folder, is_known, j, &import, &found, f))
            return false;
        if (!found)
            return true;
        if (!spool_sync(j->spool, f))
            return false;
        const bool held = folder == SPOOL_HELD;
        import.state = held ? IMPORT_HELD : IMPORT_CLAIMED;
        import.resume = IMPORT_CLAIMED;
        import.code = held ? CODE_LEDGER_LOST : CODE_NONE;
        snprintf(import.reason, sizeof import.reason, "%s", code_meaning(import.code));
        import.filed = true;
        import.doubted = lost;
        import.started = clock_wall();
        if (!ledger_import_set(j->ledger, &import, f))
            return false;
        if (lost)
            log_event(EVENT_ADOPTED_BLIND, about(&import),
                      "'%s' found in %s, and the ledger that knew it is lost: every row"
                      " is looked up before it is sent",
                      import.name, held ? "held/" : "work/");
        else
            log_event(EVENT_ADOPTED, about(&import), "'%s' found in work/: taken up", import.name);
    }
}

#define NOTE_RELEARN "relearn"

/* A new ledger beside a spool that was used before: what was created is on the PBX, and the memory
 * of it is lost. From then on no row is sent before the PBX was asked. */
static bool relearn(struct job *j, bool lost, struct fault *f)
{
    char note[LEDGER_NOTE];
    uint64_t greatest = 0;
    if (lost && !spool_id_greatest(j->spool, &greatest, f))
        return false;
    bool used = greatest || (lost && keep_any(j)); /* retention may have emptied the spool */
    if (used && (!ledger_note_put(j->ledger, NOTE_RELEARN, "yes", f) ||
                 !ledger_note_put(j->ledger, LEDGER_NOTE_NUMBERS_LOST, "yes", f)))
        return false;
    if (!ledger_note_get(j->ledger, NOTE_RELEARN, note, f))
        return false;
    j->relearn = note[0] != '\0';
    if (used)
        log_event(EVENT_LEDGER_NEW, log_nothing,
                  "the ledger is new, and the spool is not: what the PBX has already with the "
                  "same content counts as unchanged");
    return true;
}

static bool adopt(struct job *j, struct fault *f)
{
    bool lost = false;
    const char *damage = ledger_damage(j->ledger);
    if (damage[0])
        log_event(EVENT_LEDGER_DAMAGED, log_nothing,
                  "the ledger is damaged (%s): it is kept as ledger.db.damaged-…, and a new one "
                  "begins",
                  damage);
    if (ledger_before(j->ledger))
        log_info(0, "the ledger of an older extspoold (version %lld) was taken over",
                 (long long)ledger_before(j->ledger));
    if (!ledger_fresh(j->ledger, &lost, f) || !relearn(j, lost, f) ||
        !adopt_orphans(j, SPOOL_WORK, lost, f) ||
        (lost && !adopt_orphans(j, SPOOL_HELD, lost, f)) || (lost && !ledger_in_use(j->ledger, f)))
        return false;
    return ledger_commit(j->ledger, f);
}

static bool is_finished(void *with, uint64_t id)
{
    struct job *j = with;
    struct import import;
    bool found = false;
    if (!ledger_import_get(j->ledger, id, &import, &found, NULL))
        return false;
    return !found || (import.filed && import.state >= IMPORT_DONE && import.state != IMPORT_HELD);
}

/* The process before died over this import's file, if it was still being read. */
static bool count_death(struct job *j, uint64_t id, struct fault *f)
{
    struct import import;
    bool found = false;
    if (!ledger_import_get(j->ledger, id, &import, &found, f))
        return false;
    if (!found || import.state != IMPORT_CLAIMED)
        return true;
    import.deaths++;
    log_event(EVENT_DIED, about(&import), "the daemon died while it was reading '%s'", import.name);
    return ledger_import_set(j->ledger, &import, f) && ledger_commit(j->ledger, f);
}

static bool recover(struct job *j, struct fault *f)
{
    uint64_t ledger = 0;
    uint64_t spool = 0;
    uint64_t suspect = 0;
    if (!adopt(j, f) || !suspect_open(j->config->state.directory, &j->suspect, &suspect, f) ||
        !count_death(j, suspect, f) || !spool_sweep(j->spool, is_finished, j, f) ||
        !ledger_id_greatest(j->ledger, &ledger, f) || !spool_id_greatest(j->spool, &spool, f))
        return false;
    j->next_id = (ledger > spool ? ledger : spool) + 1;
    j->more_works = true;
    j->hinted = j->send; /* extspool leaves incoming/ to the daemon */
    return true;
}

/* Whether a folder in incoming/ is one for files of a mapping profile. */
static bool is_profile(void *with, const char *name)
{
    const struct job *j = with;
    return profiles_find(j->profiles, name) != NULL;
}

static bool open_parts(struct job *j, struct fault *f)
{
    struct http_settings settings = http_settings(j->config);
    http_set(j->http, &settings);
    ON_LEAVE(rules_free) struct rules rules = {0};
    if (!rules_read(j->config, &rules, f))
        return false;
    rules_take(j, &rules);
    if (!spool_open(j->config, &j->spool, f) ||
        !ledger_open(j->config->state.directory, &j->ledger, f))
        return false;
    spool_profiles(j->spool, is_profile, j);
    spool_told(j->spool, receipts_were_in, j);
    j->tagger = content_tagger_new(ledger_key(j->ledger));
    j->announce = announce_new();
    j->pbx = pbx_new(j->http, j->ledger);
    measure_parts(j);
    return set_pbx(j, j->config, f);
}

struct job *job_new(struct config *config, bool send)
{
    struct http_settings settings = http_settings(config);
    struct job *j = xcalloc(1, sizeof *j);
    j->config = config;
    j->send = send;
    j->window = 8;
    j->later_due = CLOCK_NEVER;
    j->receipts.fd = -1;
    j->receipts.due = true; /* a process that was killed may have told not all */
    j->mono = clock_mono();
    j->wall = clock_wall();
    j->tasks = xcalloc(TASKS_MOST, sizeof *j->tasks);
    j->http = http_new(&settings); /* it sleeps for us also while the rest is closed */
    return j;
}

/* Files that are expected of a profile that is not there: no reason not to import. */
static bool expected_begin(struct job *j, struct fault *f)
{
    struct fault why = {0};
    if (j->send && !expected_check(j->config, j->profiles, &why))
        log_warning(0, "%s", why.text);
    return expected_open(j, f);
}

/* Why the last daemon could send nothing, for whoever asks when none runs. It is about that one
 * alone, so the next one takes it out. */
static void waited_begin(struct job *j)
{
    char before[LEDGER_NOTE] = "";
    if (!ledger_note_get(j->ledger, NOTE_WAITED, before, NULL))
        return;
    if (j->send && before[0] && ledger_note_drop(j->ledger, NOTE_WAITED, NULL)) {
        job_dirty(j);
        j->barrier = true;
    }
    if (!j->send && before[0])
        snprintf(j->alone, sizeof j->alone, "no daemon runs; the last one waited: %s", before);
    else if (!j->send)
        snprintf(j->alone, sizeof j->alone, "no daemon runs");
}

bool job_begin(struct job *j, struct fault *f)
{
    if (!open_parts(j, f) || !recover(j, f) || !expected_begin(j, f))
        return false;
    waited_begin(j);
    return true;
}

void job_end(struct job *j)
{
    for (size_t i = 0; i < WORKS_MOST; i++) {
        if (!j->works[i])
            continue;
        delivery_withdraw(j, j->works[i], NULL); /* intents that were not handed over go back */
        work_free(j->works[i]);
    }
    keep_end(j);
    retention_end(j);
    announce_free(j->announce);
    expected_free(j->expected);
    pbx_free(j->pbx);
    http_free(j->http);
    content_tagger_free(j->tagger);
    suspect_close(j->suspect);
    if (j->spool) /* the ledger's last commit may tell of what a turn that failed has moved */
        spool_sync(j->spool, NULL);
    ledger_close(j->ledger);
    receipts_close(j);
    spool_close(j->spool);
    profiles_free(j->profiles);
    schema_free(j->schema);
    free(j->tasks);
}

/* The same of this one. */
static void waited_end(struct job *j)
{
    const char *why = j->send && j->pbx ? pbx_waiting(j->pbx, j->mono) : NULL;
    if (why && j->ledger)
        ledger_note_put(j->ledger, NOTE_WAITED, why, NULL); /* what fails here is told elsewhere */
}

bool job_open(struct config *config, bool send, struct job **ret, struct fault *f)
{
    struct job *j = job_new(config, send);
    j->measure = measure_new(j->wall);
    if (!job_begin(j, f) && !(send && storage_still(j, f))) {
        job_close(j);
        return false;
    }
    *ret = j;
    return true;
}

struct job *job_close(struct job *j)
{
    if (!j)
        return NULL;
    measure_close(j);
    waited_end(j);
    job_end(j);
    free(j->measure);
    free(j);
    return NULL;
}

bool job_reload(struct job *j, struct config *config, struct fault *f)
{
    if (strcmp(config->spool.directory, j->config->spool.directory) != 0 ||
        strcmp(config->state.directory, j->config->state.directory) != 0)
        return fault_set(f, FAULT_CONFIG, 0,
                         "[spool] directory and [state] directory change at a restart only");
    if (j->still.why[0]) { /* it is taken over when all is opened again */
        if (!job_check(config, f))
            return false;
        j->config = config;
        measure_again(j);
        return true;
    }
    ON_LEAVE(rules_free) struct rules rules = {0};
    if (!rules_read(config, &rules, f) || !expected_check(config, rules.profiles, f) ||
        !set_pbx(j, config, f))
        return false;
    rules_take(j, &rules);
    struct http_settings settings = http_settings(config);
    http_set(j->http, &settings);
    spool_settings(j->spool, config);
    j->config = config;
    j->hinted = true;
    receipts_close(j);
    retention_end(j);
    j->probed = false;
    measure_again(j);
    j->renew = true;
    return true;
}

bool job_renew(struct job *j, struct fault *f)
{
    if (!j->renew)
        return true;
    j->renew = false;
    if (!announce_again(j, f) || !expected_open(j, f))
        return false;
    for (size_t i = 0; i < WORKS_MOST; i++) {
        struct work *w = j->works[i];
        if (w)
            w->again = 0; /* what it waits for may have come */
        if (w && w->stage == STAGE_SENDING && !delivery_for_this_pbx(j, w) &&
            !ledger_import_set(j->ledger, &w->import, f))
            return false;
    }
    return true;
}
