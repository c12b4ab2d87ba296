/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME main: options, signals, and the loop: wait - signals - hints - operators - turn. */
#include <errno.h>
#include <getopt.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"
#include "clock.h"
#include "config.h"
#include "control.h"
#include "job.h"
#include "log.h"
#include "notify.h"
#include "page.h"
#include "watch.h"

#define EXIT_WELL    0
#define EXIT_REFUSED 1 /* rows refused or files rejected */
#define EXIT_TROUBLE 2 /* could not run, or something is left */
#define FDS_MOST     64
#define STATUS_EVERY 1000  /* ms */
#define OPEN_EVERY   50    /* ms between tries to get the ledger */
#define OPEN_TIME    1000  /* ms of trying */
#define LOOK_TIME    60000 /* ms of trying while somebody looks at it */
#define POLL_EVERY   60000 /* ms, where [spool] rescan says nothing and there is no watch */
#define PAGE_EVERY   60000 /* ms between tries to serve the status page */
#define LARGE_BLOCK  262144

struct options {
    const char *config;
    bool once, check, print;
};

struct daemon {
    struct options options;
    struct config *config;
    struct job *job;
    struct control *control;
    struct watch *watch;
    int signals;
    int64_t told;      /* mono: when the service manager last got a status */
    bool untold;       /* there was a turn since */
    int64_t watch_due; /* mono: when a watch is tried again, while there is none */
    bool polling;      /* that there is none was told */
    struct page *page;
    int sockets[PAGE_SOCKETS]; /* that were passed for it */
    size_t socket_count;
    int64_t page_due; /* mono: when it is tried again, while there is none */
    bool page_asks;
    bool page_lacks; /* that it cannot be served was told */
};

static const char usage[] =
    "usage: extspoold [-c FILE] [--once] [--check-config] [--print-config] [--version] [--help]\n"
    "Watches a spool folder and turns the CSV files dropped there into PBX extensions.\n\n"
    "  -c, --config FILE  read FILE in place of " CONFIG_FILE "\n"
    "      --once         import all that lies in the spool, write the reports, end\n"
    "                     (0: every row well, 1: some refused, 2: something is left)\n"
    "      --check-config read configuration and schema, say what is wrong, end\n"
    "      --print-config print the configuration with every key, end\n"
    "      --version      print the version, end\n"
    "      --help         print this, end\n";

/* Reads the command line. False when the program is to end with *ret_exit. */
static bool read_options(int argc, char **argv, struct options *ret, int *ret_exit)
{
    static const struct option longs[] = {
        {"config", required_argument, NULL, 'c'},
        {"once", no_argument, NULL, 'o'},
        {"check-config", no_argument, NULL, 'k'},
        {"print-config", no_argument, NULL, 'p'},
        {"version", no_argument, NULL, 'v'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    *ret_exit = EXIT_WELL;
    for (int option; (option = getopt_long(argc, argv, "c:", longs, NULL)) != -1;) {
        switch (option) {
        case 'c':
            ret->config = optarg;
            break;
        case 'o':
            ret->once = true;
            break;
        case 'k':
            ret->check = true;
            break;
        case 'p':
            ret->print = true;
            break;
        case 'v':
            puts("extspoold " VERSION);
            return false;
        case 'h':
            fputs(usage, stdout);
            return false;
        default:
            fputs(usage, stderr);
            *ret_exit = EXIT_TROUBLE;
            return false;
        }
    }
    if (optind == argc)
        return true;
    fputs(usage, stderr);
    *ret_exit = EXIT_TROUBLE;
    return false;
}

/* --check-config and --print-config. */
static int tell_config(const struct options *options, const struct config *config)
{
    struct fault f = {0};
    if (options->print) {
        struct buf text = {0};
        config_print(config, &text);
        fputs(buf_get(&text), stdout);
        buf_free(&text);
    }
    if (options->check && !job_check(config, &f)) {
        fprintf(stderr, "extspoold: %s\n", f.text);
        return EXIT_TROUBLE;
    }
    bool unsure = false;
    if (options->check && *config->status.listen && !page_check(config, true, &unsure, &f)) {
        fprintf(stderr, "extspoold: %s\n", f.text);
        return EXIT_TROUBLE;
    }
    if (unsure)
        fprintf(stderr, "extspoold: others can reach [status] listen: the daemon serves no page "
                        "there without the credential status-token, or a token_file\n");
    if (options->check)
        puts("the configuration is sound");
    return EXIT_WELL;
}

static void no_core_dumps(void)
{
    static const struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0);
}

/* Large blocks come from the system and go back to it, each time: left to itself the C library
 * keeps them once some were freed, clears each anew, and a daemon that has had many small imports
 * holds what they needed together. */
static void give_memory_back(void)
{
    mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK);
}

static int open_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, SIG_DFL); /* who started us may ignore it: the ends of programs would be lost */
    return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

/* ---- the status page ---- */

static bool page_is_wanted(const struct daemon *d)
{
    return !d->options.once && (d->socket_count || *d->config->status.listen);
}

/* What an administrator can be told of before anything is taken over. */
static bool page_is_sound(const struct daemon *d, const struct config *config, struct fault *f)
{
    bool unsure;
    return d->options.once || (!d->socket_count && !*config->status.listen) ||
           page_check(config, false, &unsure, f);
}

/* The import of people does not depend on it. */
static void keep_page(struct daemon *d)
{
    struct fault f = {0};
    int64_t now = clock_mono();
    if (d->page || !page_is_wanted(d) || now < d->page_due)
        return;
    d->page_due = now + PAGE_EVERY;
    bool good = page_open(d->config, d->sockets, d->socket_count, &d->page, &f);
    if (good)
        log_event(EVENT_PAGE_SERVED, log_nothing, "the status page is served at %s",
                  page_where(d->page));
    else if (!d->page_lacks)
        log_event(EVENT_PAGE_UNSERVED, log_nothing, "the status page cannot be served: %s", f.text);
    d->page_lacks = !good;
    job_paged(d->job, good ? "" : f.text);
}

static void reload_page(struct daemon *d)
{
    struct fault f = {0};
    if (!d->page || !page_is_wanted(d) || !page_is_at(d->page, d->config) ||
        !page_set(d->page, d->config, &f))
        d->page = page_close(d->page);
    d->page_due = 0;
    d->page_lacks = false;
    job_paged(d->job, "");
    keep_page(d);
}

/* After a turn, so that what is told is what it has brought about. */
static void tell_page(struct daemon *d)
{
    struct page_given given = {0};
    struct buf metrics = {0};
    struct buf open_metrics = {0};
    if (!d->page || !d->page_asks)
        return;
    d->page_asks = false;
    given.what = page_asked(d->page);
    given.waiting = job_waiting(d->job);
    if (given.what & PAGE_STATUS)
        given.status = job_overview(d->job, NULL);
    if (given.what & PAGE_METRICS)
        job_metrics(d->job, false, &metrics);
    if (given.what & PAGE_OPEN_METRICS)
        job_metrics(d->job, true, &open_metrics);
    given.metrics = metrics.at;
    given.open_metrics = open_metrics.at;
    page_give(d->page, &given);
}

/* ---- signals ---- */

static void reload(struct daemon *d)
{
    struct config *config = NULL;
    struct fault f = {0};
    notify_reloading();
    if (config_read(d->options.config, &config, &f) && page_is_sound(d, config, &f) &&
        job_reload(d->job, config, &f)) {
        config_free(d->config);
        d->config = config;
        job_reloaded(d->job, true);
        log_setup((enum log_level)config->log.level, (enum log_target)config->log.target);
        log_event(EVENT_RELOADED, log_nothing, "the configuration was read again");
        reload_page(d);
    } else {
        log_event(EVENT_RELOAD_REFUSED, log_nothing,
                  "the new configuration is refused, the old one stays: %s", f.text);
        config_free(config);
        job_reloaded(d->job, false);
    }
    notify_ready();
}

static void take_signals(struct daemon *d)
{
    struct signalfd_siginfo got;
    while (read(d->signals, &got, sizeof got) == sizeof got) {
        if (got.ssi_signo == SIGHUP) {
            reload(d);
            continue;
        }
        log_event(EVENT_STOPPING, log_nothing, "stopping; calls on their way are awaited");
        notify_stopping();
        job_stop(d->job);
    }
}

static int64_t poll_every(const struct daemon *d)
{
    return d->config->spool.rescan ? d->config->spool.rescan : POLL_EVERY;
}

/* Events are hints: without a watch incoming/ is polled, and each time the watch is tried again.
 * While the job stands still incoming/ may just be gone. */
static void keep_watch(struct daemon *d)
{
    struct fault f = {0};
    ON_LEAVE(free_text) char *path = NULL;
    int64_t now = clock_mono();
    if (d->watch || d->options.once || job_still(d->job) || now < d->watch_due)
        return;
    if (asprintf(&path, "%s/incoming", d->config->spool.directory) < 0)
        abort();
    job_hint(d->job);
    d->watch_due = now + poll_every(d);
    bool good = watch_start(path, &d->watch, &f);
    if (good && d->polling)
        log_event(EVENT_WATCHED, log_nothing, "incoming/ is watched again");
    else if (!good && !d->polling)
        log_event(EVENT_POLLED, log_nothing, "incoming/ is polled every %lld s: %s",
                  (long long)(poll_every(d) / 1000), f.text);
    d->polling = !good;
    job_watched(d->job, good, good ? "" : f.text);
}

static void take_hints(struct daemon *d)
{
    watch_clear(d->watch);
    job_hint(d->job);
    if (watch_broken(d->watch)) {
        d->watch = watch_stop(d->watch);
        d->watch_due = 0;
    }
}

/* How long may be slept; the watchdog's half time is the limit, and the last status before all is
 * quiet must be told. */
static int64_t sleep_time(struct daemon *d)
{
    int64_t status = d->told + STATUS_EVERY - clock_mono();
    int64_t time = job_due(d->job);
    int64_t watchdog = notify_watchdog_every();
    if (watchdog && watchdog < time)
        time = watchdog;
    if (!d->watch && !d->options.once && poll_every(d) < time)
        time = poll_every(d);
    if (d->untold && status < time)
        time = status > 0 ? status : 0;
    if (!d->page && page_is_wanted(d)) {
        int64_t page = d->page_due - clock_mono();
        time = page < time ? (page > 0 ? page : 0) : time;
    }
    return time;
}

static void wait_and_take(struct daemon *d)
{
    struct http_fd fds[FDS_MOST] = {{.fd = d->signals}};
    size_t count = 1;
    size_t watch = d->watch ? count++ : 0;
    if (watch)
        fds[watch].fd = watch_fd(d->watch);
    size_t page = d->page ? count++ : 0;
    if (page)
        fds[page].fd = page_fd(d->page);
    size_t control = count;
    count += control_fds(d->control, fds + count, FDS_MOST - count);
    http_wait(job_http(d->job), fds, count, sleep_time(d));
    if (fds[0].ready)
        take_signals(d);
    if (watch && fds[watch].ready)
        take_hints(d);
    d->page_asks = page && fds[page].ready;
    control_turn(d->control, d->job, fds[control].ready);
}

static bool is_over(struct daemon *d)
{
    if (job_stopped(d->job))
        return true;
    return d->options.once && job_state(d->job) != JOB_BUSY;
}

static int exit_code(struct daemon *d)
{
    if (!d->options.once)
        return EXIT_WELL;
    if (job_state(d->job) != JOB_IDLE)
        return EXIT_TROUBLE;
    return job_refused(d->job) ? EXIT_REFUSED : EXIT_WELL;
}

/* The service manager hears that we turn, and once a second how far we are. */
static void tell_manager(struct daemon *d)
{
    int64_t now = clock_mono();
    notify_watchdog();
    d->untold = now - d->told < STATUS_EVERY;
    if (d->untold)
        return;
    d->told = now;
    notify_status(job_summary(d->job));
}

static int run(struct daemon *d)
{
    struct fault f = {0};
    keep_watch(d); /* so that the first metrics tell how it is watched */
    for (;;) {
        if (!job_turn(d->job, &f)) {
            log_event(EVENT_FAILED, log_nothing, "%s", f.text);
            return EXIT_TROUBLE;
        }
        keep_watch(d);
        keep_page(d);
        tell_page(d);
        tell_manager(d);
        if (is_over(d)) {
            notify_status(job_summary(d->job));
            return exit_code(d);
        }
        wait_and_take(d);
    }
}

/* An operator's tool that acts without a daemon has the ledger for a moment: worth a second. One
 * that only looks goes through it, or through a file, at leisure, and would make a service that is
 * started again and again in vain give up. */
static bool open_job(struct daemon *d, struct fault *f)
{
    struct pollfd signals = {.fd = d->signals, .events = POLLIN}; /* which end the trying */
    int64_t begin = clock_mono();
    bool told = false;
    while (!job_open(d->config, true, &d->job, f)) {
        bool looking = f->kind == FAULT_LEDGER && f->error == EBUSY;
        int64_t time = looking ? LOOK_TIME : f->error == EWOULDBLOCK ? OPEN_TIME : 0;
        if (clock_mono() - begin >= time || poll(&signals, 1, OPEN_EVERY) != 0)
            return false;
        if (looking && !told)
            log_warning(0, "waiting: %s", f->text);
        told = told || looking;
    }
    return true;
}

static bool open_all(struct daemon *d, struct fault *f)
{
    d->signals = open_signals();
    if (d->signals < 0)
        return fault_set(f, FAULT_IO, errno, "signalfd");
    if (!page_is_sound(d, d->config, f) || !open_job(d, f))
        return false;
    return control_open(d->config->state.directory, &d->control, f);
}

int main(int argc, char **argv)
{
    struct daemon d = {.signals = -1};
    struct fault f = {0};
    int code = EXIT_WELL;
    if (!read_options(argc, argv, &d.options, &code))
        return code;
    d.socket_count = notify_sockets("status", d.sockets, PAGE_SOCKETS);
    no_core_dumps();
    give_memory_back();
    umask(0027);
    if (!config_read(d.options.config, &d.config, &f)) {
        fprintf(stderr, "extspoold: %s\n", f.text);
        return EXIT_TROUBLE;
    }
    log_setup((enum log_level)d.config->log.level, (enum log_target)d.config->log.target);
    if (d.options.check || d.options.print) {
        code = tell_config(&d.options, d.config);
    } else if (!open_all(&d, &f)) {
        log_event(EVENT_FAILED, log_nothing, "%s", f.text);
        code = EXIT_TROUBLE;
    } else {
        log_event(EVENT_STARTED, log_nothing, "extspoold " VERSION " started");
        notify_ready();
        code = run(&d);
    }
    page_close(d.page);
    for (size_t i = 0; i < d.socket_count; i++)
        close_fd(&d.sockets[i]);
    watch_stop(d.watch);
    control_close(d.control);
    job_close(d.job);
    close_fd(&d.signals);
    config_free(d.config);
    return code;
}
