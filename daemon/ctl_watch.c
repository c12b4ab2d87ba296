/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME ctl_watch: the queue while it changes.
 *
 * On a terminal the table stands on the alternate screen and each frame is one write over the last
 * one, so nothing flickers. Whatever ends the program gives the terminal back as it was: the
 * handlers do no more than that, since a question to the daemon may be under way. Elsewhere a table
 * (or, with --json, a line) is printed each time that something has changed. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "ctl.h"
#include "ctl_screen.h"
#include "ctl_status.h"
#include "json.h"

#define EVERY        1000 /* milliseconds between two frames */
#define EVERY_ALONE  2000 /* where no daemon runs: its ledger is opened each time */
#define EVERY_SHARE  10   /* so many times as long as a question takes */
#define HOME         "\033[H"
#define REST_OF_LINE "\033[K"
#define REST_OF_ALL  "\033[J"

/* The alternate screen, no cursor, no wrapping; and all of it back. */
static const char enter[] = "\033[?1049h\033[?25l\033[?7l\033[H\033[2J";
static const char leave[] = "\033[?7h\033[?25h\033[?1049l";

/* What the handlers need. */
static struct {
    struct termios before;
    bool keys; /* standard input is a terminal that was changed */
} terminal;
static volatile sig_atomic_t resized;

static void say(const char *text, size_t len)
{
    while (len > 0) {
        ssize_t n = write(STDOUT_FILENO, text, len);
        if (n < 0 && errno != EINTR)
            return;
        text += n > 0 ? n : 0;
        len -= n > 0 ? (size_t)n : 0;
    }
}

static void terminal_take(void)
{
    if (terminal.keys) {
        struct termios now = terminal.before;
        now.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
        tcsetattr(STDIN_FILENO, TCSANOW, &now);
    }
    say(enter, sizeof enter - 1);
}

static void terminal_give(void)
{
    say(leave, sizeof leave - 1);
    if (terminal.keys)
        tcsetattr(STDIN_FILENO, TCSANOW, &terminal.before);
}

static void on_end(int number)
{
    terminal_give();
    signal(number, SIG_DFL);
    raise(number);
}

/* Ctrl-Z, and what follows fg. */
static void on_stop(int number)
{
    int error = errno;
    (void)number;
    terminal_give();
    kill(getpid(), SIGSTOP);
    terminal_take();
    resized = 1;
    errno = error;
}

static void on_resize(int number)
{
    (void)number;
    resized = 1;
}

static void handlers_set(void)
{
    static const struct {
        int number;
        void (*handler)(int);
    } handlers[] = {
        {SIGINT, on_end},  {SIGTERM, on_end},  {SIGHUP, on_end},
        {SIGQUIT, on_end}, {SIGTSTP, on_stop}, {SIGWINCH, on_resize},
    };
    for (size_t i = 0; i < COUNT_OF(handlers); i++) {
        struct sigaction action = {.sa_handler = handlers[i].handler};
        sigaction(handlers[i].number, &action, NULL); /* no SA_RESTART: poll is to end */
    }
}

/* ---- one look ---- */

struct look {
    const struct ctl *c;
    struct json_object *status; /* NULL after a fault */
    struct fault fault;
    int64_t took; /* milliseconds */
};

/* Each time anew: without a daemon, whoever keeps the ledger open keeps one from starting. */
static void look(struct look *l)
{
    struct ctl_desk *desk = ctl_desk_new(l->c->config);
    int64_t before = clock_mono();
    json_object_put(l->status);
    l->status = NULL;
    if (!ctl_ask(desk, "status", 0, &l->status, &l->fault))
        l->status = NULL;
    ctl_desk_close(desk);
    l->took = clock_mono() - before;
}

static int64_t pause_of(const struct look *l)
{
    int64_t every = l->status && !ctl_member(l->status, "daemon") ? EVERY_ALONE : EVERY;
    int64_t share = l->took * EVERY_SHARE;
    return every > share ? every : share;
}

/* ---- on a terminal ---- */

static void title_add(struct buf *to, size_t columns, bool coloured)
{
    char text[80];
    char now[32];
    time_t t = (time_t)(clock_wall() / 1000);
    struct tm local;
    localtime_r(&t, &local);
    strftime(now, sizeof now, "%H:%M:%S", &local);
    snprintf(text, sizeof text, "extspool status  %s  %s", now, terminal.keys ? "q: end" : "");
    buf_text(to, coloured ? "\033[2m" : "");
    screen_add(to, text, columns);
    buf_text(to, coloured ? "\033[m\n" : "\n");
}

static void frame_fill(const struct look *l, struct buf *to)
{
    struct status_view view = {.coloured = screen_is_coloured(STDOUT_FILENO)};
    screen_size(STDOUT_FILENO, &view.columns, &view.lines);
    title_add(to, view.columns, view.coloured);
    view.lines -= view.lines > 1;
    if (l->status) {
        status_add(to, l->status, &view);
        return;
    }
    screen_add(to, l->fault.text, view.columns);
    buf_char(to, '\n');
}

/* Lines are cleared to their end as they are written, and what is below them at last. */
static void frame_show(const struct look *l)
{
    ON_LEAVE(buf_free) struct buf lines = {0};
    ON_LEAVE(buf_free) struct buf frame = {0};
    size_t columns, left;
    screen_size(STDOUT_FILENO, &columns, &left);
    frame_fill(l, &lines);
    buf_text(&frame, HOME);
    for (const char *at = buf_get(&lines); *at && left > 0; left--) {
        size_t len = strcspn(at, "\n");
        buf_add(&frame, at, len);
        buf_text(&frame, REST_OF_LINE);
        at += len + (at[len] == '\n');
        if (*at && left > 1)
            buf_char(&frame, '\n');
    }
    buf_text(&frame, REST_OF_ALL);
    say(frame.at, frame.len);
}

/* False when a key was pressed that ends it, or nobody can press one any more. */
static bool key_read(void)
{
    char keys[64];
    ssize_t n = read(STDIN_FILENO, keys, sizeof keys);
    if (n < 0)
        return errno == EINTR || errno == EAGAIN;
    for (ssize_t i = 0; i < n; i++)
        if (strchr("qQ\003\004", keys[i]))
            return false;
    return n > 0;
}

/* Until the next frame is due or the terminal has another size. False when it is to end. */
static bool rest(int64_t pause)
{
    int64_t until = clock_mono() + pause;
    struct pollfd keys = {.fd = terminal.keys ? STDIN_FILENO : -1, .events = POLLIN};
    while (!resized && clock_mono() < until) {
        int ready = poll(&keys, 1, (int)(until - clock_mono()));
        if (ready > 0 && !key_read())
            return false;
    }
    return true;
}

static int watch_terminal(struct look *l)
{
    terminal.keys = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &terminal.before) == 0;
    handlers_set();
    terminal_take();
    for (frame_show(l); rest(pause_of(l)); frame_show(l)) {
        if (!resized)
            look(l);
        resized = 0;
    }
    terminal_give();
    return CTL_WELL;
}

/* ---- elsewhere ---- */

/* What tells one answer from the next: not what changes while nothing happens. */
static char *essence(struct json_object *status)
{
    ON_LEAVE(json_leave) struct json_object *copy = NULL;
    json_object_deep_copy(status, &copy, NULL);
    struct json_object *imports = ctl_member(copy, "imports");
    for (size_t i = 0; i < ctl_length(imports); i++) {
        json_object_object_del(ctl_item(imports, i), "rate");
        json_object_object_del(ctl_item(imports, i), "left");
    }
    struct json_object *daemon = ctl_member(copy, "daemon");
    if (daemon)
        json_object_object_del(daemon, "calls");
    return xstrdup(json_object_to_json_string_ext(copy, JSON_C_TO_STRING_PLAIN));
}

static bool answer_print(const struct look *l)
{
    static const struct status_view plain;
    ON_LEAVE(buf_free) struct buf text = {0};
    if (!l->status) {
        ctl_fault(&l->fault);
        return true;
    }
    if (l->c->json)
        ctl_json_print(l->status);
    else
        status_add(&text, l->status, &plain);
    if (!l->c->json)
        puts(buf_get(&text)); /* an empty line behind it */
    return fflush(stdout) == 0;
}

/* False when nobody reads any more. */
static bool nap(int64_t milliseconds)
{
    struct pollfd reader = {.fd = STDOUT_FILENO};
    int ready = poll(&reader, 1, (int)milliseconds);
    return ready <= 0 || !(reader.revents & (POLLERR | POLLHUP));
}

static int watch_plain(struct look *l)
{
    ON_LEAVE(free_text) char *told = xstrdup("");
    for (;; look(l)) {
        char *now = l->status ? essence(l->status) : xstrdup(l->fault.text);
        bool changed = strcmp(now, told) != 0;
        free(told);
        told = now;
        if (changed && !answer_print(l))
            return CTL_TROUBLE;
        if (!nap(pause_of(l)))
            return CTL_WELL;
    }
}

int ctl_watch(const struct ctl *c)
{
    struct look l = {.c = c};
    look(&l);
    if (!l.status)
        return ctl_fault(&l.fault);
    bool live = !c->json && screen_is_terminal(STDOUT_FILENO);
    int end = live ? watch_terminal(&l) : watch_plain(&l);
    json_object_put(l.status);
    return end;
}
