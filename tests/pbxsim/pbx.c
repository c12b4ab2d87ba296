/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pbx.h"
#include "answer.h"
#include "api.h"
#include "script.h"
#include "trail.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One lock for all of it: what a call does is short, and the journal's order is then the order
 * in which the work was done. */
struct pbx {
    const struct options *options;
    pthread_mutex_t lock;
    pthread_mutex_t saving; /* taken before `lock`; keeps an older state from replacing a newer */
    struct api api;
    struct script *script;
    struct journal *journal;
    struct trail *trail; /* NULL without a state file */
    bool unsaved;        /* the state file lacks something */
    struct plan calm;    /* of a call that no rule matches */
    int64_t started;
    uint64_t calls;
    unsigned inflight;
};

static char *password_read(const char *path)
{
    struct text text = {0};

    if (path == NULL)
        return xstrdup("secret");
    if (!file_read(path, &text))
        die("cannot read the password file '%s': %s", path, strerror(errno));
    char *password =
        xstrndup(text.length == 0 ? "" : text.at, text.length == 0 ? 0 : strcspn(text.at, "\r\n"));
    text_free(&text);
    return password;
}

static struct script *script_open(const struct options *o)
{
    struct script *script = script_new((uint64_t)o->seed);

    for (size_t i = 0; i < o->fault_count; i++)
        script_add(script, o->faults[i], "--fault", (unsigned)i + 1);
    if (o->script != NULL)
        script_read(script, o->script);
    return script;
}

static void state_load(struct store *store, const char *path)
{
    struct text text = {0};

    if (path == NULL)
        return;
    if (file_read(path, &text)) {
        const char *wrong = text.length == 0 ? "it is empty" : store_load(store, text.at);
        if (wrong != NULL)
            die("the state '%s' cannot be used: %s", path, wrong);
    } else if (errno != ENOENT) {
        die("cannot read the state '%s': %s", path, strerror(errno));
    }
    text_free(&text);
}

/* What the trail holds goes into the state file. Work that it holds and the journal does not tell
 * was done when the simulator was killed between the two. */
static void trail_follow(struct pbx *pbx, const char *state)
{
    pbx->trail = trail_open(state, pbx->api.store);
    bool created = false;
    const char *number = trail_untold(pbx->trail, journal_length(pbx->journal), &created);
    if (number != NULL)
        journal_untold(pbx->journal, number, created);
    pbx->unsaved = trail_found(pbx->trail);
    pbx_save(pbx);
    trail_clear(pbx->trail);
}

struct pbx *pbx_open(const struct options *o)
{
    struct pbx *pbx = xcalloc(1, sizeof *pbx);
    char *password = password_read(o->password_file);

    pbx->options = o;
    pthread_mutex_init(&pbx->lock, NULL);
    pthread_mutex_init(&pbx->saving, NULL);
    plan_init(&pbx->calm);
    pbx->api.options = o;
    pbx->api.sessions =
        sessions_new(o->user, password, o->token_life, o->lockout_after, o->lockout);
    pbx->api.store = store_new();
    free(password);
    pbx->script = script_open(o);
    state_load(pbx->api.store, o->state);
    pbx->journal = journal_open(o->journal, o->print);
    if (o->state != NULL)
        trail_follow(pbx, o->state);
    pbx->started = steady_ms();
    journal_event(pbx->journal, "start");
    return pbx;
}

struct pbx *pbx_close(struct pbx *pbx)
{
    if (pbx == NULL)
        return NULL;
    pbx_save(pbx);
    journal_event(pbx->journal, "stop");
    journal_close(pbx->journal);
    script_free(pbx->script);
    trail_close(pbx->trail);
    text_free(&pbx->api.changed);
    store_free(pbx->api.store);
    sessions_free(pbx->api.sessions);
    pthread_mutex_destroy(&pbx->lock);
    pthread_mutex_destroy(&pbx->saving);
    free(pbx);
    return NULL;
}

void pbx_arrive(struct pbx *pbx, struct visit *v)
{
    struct moment moment = {.call = v->request.call,
                            .numbers = request_number(&v->request),
                            .on_connection = v->on_connection};

    v->time = wall_ms();
    pthread_mutex_lock(&pbx->lock);
    moment.since_start = steady_ms() - pbx->started;
    v->seq = ++pbx->calls;
    v->inflight = ++pbx->inflight;
    moment.inflight = v->inflight;
    v->plan = script_match(pbx->script, &moment);
    if (v->plan == NULL)
        v->plan = &pbx->calm;
    pthread_mutex_unlock(&pbx->lock);
}

/* The trail goes before the journal, and both before the answer. */
static void work(struct pbx *pbx, struct visit *v)
{
    struct text *changed = &pbx->api.changed;

    api_work(&pbx->api, v, steady_ms());
    if (changed->length == 0)
        return;
    pbx->unsaved = true;
    if (pbx->options->sync_state && pbx->trail != NULL)
        trail_note(pbx->trail, pbx->api.store, changed->at, v->outcome.created,
                   journal_length(pbx->journal));
    text_clear(changed);
}

void pbx_serve(struct pbx *pbx, struct visit *v)
{
    pthread_mutex_lock(&pbx->lock);
    if (v->plan->expire)
        sessions_expire(pbx->api.sessions, v->request.token);
    if (!v->plan->before)
        work(pbx, v);
    answer_shape(v);
    journal_call(pbx->journal, v);
    pthread_mutex_unlock(&pbx->lock);
}

void pbx_cut(struct pbx *pbx, struct visit *v)
{
    v->outcome.result = "none";
    pthread_mutex_lock(&pbx->lock);
    journal_call(pbx->journal, v);
    pthread_mutex_unlock(&pbx->lock);
}

void pbx_serve_late(struct pbx *pbx, struct visit *v)
{
    pthread_mutex_lock(&pbx->lock);
    work(pbx, v);
    journal_late(pbx->journal, v);
    pthread_mutex_unlock(&pbx->lock);
}

void pbx_leave(struct pbx *pbx)
{
    pthread_mutex_lock(&pbx->lock);
    pbx->inflight--;
    pthread_mutex_unlock(&pbx->lock);
}

void pbx_save(struct pbx *pbx)
{
    const char *path = pbx->options->state;
    struct text text = {0};

    if (path == NULL)
        return;
    pthread_mutex_lock(&pbx->saving);
    pthread_mutex_lock(&pbx->lock);
    bool unsaved = pbx->unsaved;
    pbx->unsaved = false;
    if (unsaved)
        store_save(pbx->api.store, &text);
    pthread_mutex_unlock(&pbx->lock);
    if (unsaved && !file_replace(path, text.at, text.length, 0600))
        die("cannot write the state '%s': %s", path, strerror(errno));
    pthread_mutex_unlock(&pbx->saving);
    text_free(&text);
}
