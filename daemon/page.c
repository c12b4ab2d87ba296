/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME page: the status page's thread, and the exchange with the program's loop.
 *
 * Of what both touch everything is under one lock, which is held for some assignments only: the
 * loop never waits for a browser. Texts are made by the page's thread, of a tree that the loop has
 * given away. */
#include "page.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "config_listen.h"
#include "json.h"
#include "page_own.h"

#define FDS_MOST 96

struct page {
    pthread_t thread;
    int ask;  /* event: for the loop */
    int give; /* event: for the thread */
    struct serve *serve;
    char *listen; /* as configured */
    struct listen_file file;
    bool passed; /* the sockets were */
    struct buf where;
    struct token token; /* as it was set last */
    /* what both touch */
    pthread_mutex_t lock;
    bool quit;
    unsigned asked;
    struct page_given given; /* not taken yet; waiting is `reason`, or NULL */
    char reason[256];
    bool set; /* the settings are new */
    bool other_token;
    struct settings settings;
};

static void tick(int event)
{
    const uint64_t one = 1;
    ssize_t n = write(event, &one, sizeof one);
    assert(n == (ssize_t)sizeof one || errno == EAGAIN);
}

static void untick(int event)
{
    uint64_t ticks;
    ssize_t n = read(event, &ticks, sizeof ticks);
    assert(n == (ssize_t)sizeof ticks || errno == EAGAIN);
}

/* ---- the thread ---- */

static void settings_copy(struct settings *to, const struct settings *from)
{
    *to = *from;
    to->reports = xstrdup(from->reports);
}

static void settings_end(struct settings *s)
{
    free(s->reports);
    wipe(s, sizeof *s);
}

/* What the loop has for the thread; false: the end. */
static bool take(struct page *p)
{
    struct settings settings = {0};
    char reason[sizeof p->reason];
    untick(p->give);
    pthread_mutex_lock(&p->lock);
    bool quit = p->quit;
    bool set = p->set;
    bool other_token = p->other_token;
    struct page_given given = p->given;
    memcpy(reason, p->reason, sizeof reason);
    if (set)
        settings_copy(&settings, &p->settings);
    p->given = (struct page_given){0};
    p->set = p->other_token = false;
    pthread_mutex_unlock(&p->lock);

    given.waiting = reason[0] ? reason : NULL;
    if (set)
        serve_set(p->serve, &settings, other_token);
    if (given.what)
        serve_given(p->serve, &given);
    settings_end(&settings);
    return !quit;
}

static void ask(struct page *p, unsigned what)
{
    pthread_mutex_lock(&p->lock);
    p->asked |= what;
    pthread_mutex_unlock(&p->lock);
    tick(p->ask);
}

static void *serve(void *with)
{
    struct page *p = with;
    while (take(p)) {
        struct pollfd fds[FDS_MOST] = {{.fd = p->give, .events = POLLIN}};
        int timeout = -1;
        unsigned what = serve_turn(p->serve);
        if (what)
            ask(p, what);
        size_t count = 1 + serve_fds(p->serve, fds + 1, FDS_MOST - 1, &timeout);
        if (poll(fds, count, timeout) > 0)
            serve_hung(p->serve, fds + 1, count - 1);
    }
    return NULL;
}

/* With every signal blocked, so that they all go to the thread that waits for them. */
static int begin(struct page *p)
{
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    int error = pthread_create(&p->thread, NULL, serve, p);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return error;
}

/* ---- the loop's side ---- */

int page_fd(const struct page *p)
{
    return p->ask;
}

unsigned page_asked(struct page *p)
{
    untick(p->ask);
    pthread_mutex_lock(&p->lock);
    unsigned asked = p->asked;
    p->asked = 0;
    pthread_mutex_unlock(&p->lock);
    return asked;
}

/* Puts a new thing in the place of one that was not taken yet. */
static void *replace(void **place, void *new)
{
    void *old = new ? *place : NULL;
    if (new)
        *place = new;
    return old;
}

void page_give(struct page *p, struct page_given *given)
{
    pthread_mutex_lock(&p->lock);
    struct json_object *status = replace((void **)&p->given.status, given->status);
    char *metrics = replace((void **)&p->given.metrics, given->metrics);
    char *open = replace((void **)&p->given.open_metrics, given->open_metrics);
    p->given.what |= given->what;
    snprintf(p->reason, sizeof p->reason, "%s", given->waiting ? given->waiting : "");
    pthread_mutex_unlock(&p->lock);
    tick(p->give);
    json_object_put(status);
    free(metrics);
    free(open);
}

const char *page_where(const struct page *p)
{
    return buf_get(&p->where);
}

bool page_is_at(const struct page *p, const struct config *c)
{
    return p->passed ||
           (strcmp(p->listen, c->status.listen) == 0 && listen_stands(p->listen, &p->file));
}

/* ---- settings ---- */

/* Whether `listen` may be reached by others. */
static bool is_exposed(const char *listen)
{
    union config_address address;
    socklen_t len;
    return listen[0] && listen[0] != '/' && config_listen_address(listen, &address, &len) &&
           !config_listen_is_local(&address);
}

bool page_check(const struct config *c, bool bare, bool *ret_unsure, struct fault *f)
{
    ON_LEAVE(config_password_free) char *token = NULL;
    *ret_unsure = false;
    if (!config_token(c, &token, f))
        return fault_in(f, "[status]");
    if (*token || !is_exposed(c->status.listen))
        return true;
    *ret_unsure = bare && !*c->status.token_file;
    return *ret_unsure ||
           fault_set(f, FAULT_CONFIG, 0,
                     "[status] listen=%s can be reached by others, and so needs a token: name a "
                     "file with one as token_file, or give the credential status-token",
                     c->status.listen);
}

/* The token that is set stays what it is, key and all, when it is the same one. */
static bool settings_read(const struct page *p, const struct config *c, struct settings *ret,
                          struct fault *f)
{
    ON_LEAVE(config_password_free) char *token = NULL;
    if (!config_token(c, &token, f))
        return fault_in(f, "[status]");
    bool same = *token ? token_fits(&p->token, token) : !p->token.set;
    if (same)
        ret->token = p->token;
    else
        token_set(&ret->token, token);
    ret->language = (enum language)c->report.language;
    if (asprintf(&ret->reports, "%s/reports", c->spool.directory) < 0)
        abort();
    return true;
}

bool page_set(struct page *p, const struct config *c, struct fault *f)
{
    ON_LEAVE(settings_end) struct settings settings = {0};
    bool unsure;
    if (!page_check(c, false, &unsure, f) || !settings_read(p, c, &settings, f))
        return false;
    bool other = memcmp(&settings.token, &p->token, sizeof p->token) != 0;
    p->token = settings.token;
    pthread_mutex_lock(&p->lock);
    settings_end(&p->settings);
    settings_copy(&p->settings, &settings);
    p->set = true;
    p->other_token = p->other_token || other;
    pthread_mutex_unlock(&p->lock);
    tick(p->give);
    return true;
}

/* ---- opening and closing ---- */

struct sockets {
    int fds[PAGE_SOCKETS];
    size_t count;
};

static void sockets_close(struct sockets *s)
{
    for (size_t i = 0; i < s->count; i++)
        close_fd(&s->fds[i]);
}

/* Those that were passed may be needed once more, so that these are copies. */
static bool sockets_open(const struct config *c, const int *passed, size_t count,
                         struct sockets *ret, struct buf *where, struct fault *f)
{
    for (size_t i = 0; i < count && i < PAGE_SOCKETS; i++) {
        int fd = fcntl(passed[i], F_DUPFD_CLOEXEC, 3);
        int flags = fd < 0 ? -1 : fcntl(fd, F_GETFL);
        if (fd < 0)
            return fault_set(f, FAULT_IO, errno, "copy a socket");
        ret->fds[ret->count++] = fd;
        if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0)
            return fault_set(f, FAULT_IO, errno, "prepare a socket");
    }
    if (!count) {
        if (!listen_open(c->status.listen, &ret->fds[0], f))
            return false;
        ret->count = 1;
    }
    for (size_t i = 0; i < ret->count; i++) {
        buf_text(where, i ? ", " : "");
        if (!count && c->status.listen[0] == '/')
            buf_text(where, c->status.listen);
        else
            listen_name(ret->fds[i], where);
    }
    return true;
}

static bool sockets_allowed(const struct sockets *s, bool token, struct fault *f)
{
    for (size_t i = 0; i < s->count; i++) {
        ON_LEAVE(buf_free) struct buf name = {0};
        if (token || listen_is_local(s->fds[i]))
            continue;
        listen_name(s->fds[i], &name);
        return fault_set(f, FAULT_CONFIG, 0,
                         "%s can be reached by others, and so needs a token: name a file with one "
                         "as [status] token_file, or give the credential status-token",
                         buf_get(&name));
    }
    return true;
}

static struct page *page_free(struct page *p)
{
    serve_close(p->serve);
    close_fd(&p->ask);
    close_fd(&p->give);
    pthread_mutex_destroy(&p->lock);
    json_object_put(p->given.status);
    free(p->given.metrics);
    free(p->given.open_metrics);
    settings_end(&p->settings);
    wipe(&p->token, sizeof p->token);
    buf_free(&p->where);
    free(p->listen);
    free(p);
    return NULL;
}

static bool start(struct page *p, struct sockets *sockets, struct fault *f)
{
    p->ask = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    p->give = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (p->ask < 0 || p->give < 0)
        return fault_set(f, FAULT_IO, errno, "eventfd");
    if (!serve_open(sockets->fds, sockets->count, &p->settings, &p->serve, f))
        return false;
    int error = begin(p);
    return !error || fault_set(f, FAULT_IO, error, "start a thread");
}

bool page_open(const struct config *c, const int *passed, size_t count, struct page **ret,
               struct fault *f)
{
    ON_LEAVE(sockets_close) struct sockets sockets = {0};
    struct page *p = xcalloc(1, sizeof *p);
    p->ask = p->give = -1;
    p->listen = xstrdup(c->status.listen);
    p->passed = count > 0;
    pthread_mutex_init(&p->lock, NULL);
    bool good = settings_read(p, c, &p->settings, f) &&
                sockets_open(c, passed, count, &sockets, &p->where, f) &&
                sockets_allowed(&sockets, p->settings.token.set, f);
    p->token = p->settings.token;
    listen_file(count ? "" : p->listen, &p->file);
    if (!good || !start(p, &sockets, f)) {
        page_free(p);
        return false;
    }
    *ret = p;
    return true;
}

struct page *page_close(struct page *p)
{
    if (!p)
        return NULL;
    pthread_mutex_lock(&p->lock);
    p->quit = true;
    pthread_mutex_unlock(&p->lock);
    tick(p->give);
    pthread_join(p->thread, NULL);
    if (!p->passed)
        listen_remove(p->listen, &p->file);
    return page_free(p);
}
