/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "options.h"
#include "pbx.h"
#include "server.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define SAVE_EVERY 200 /* ms */

/* Must come before any thread starts, so that all leave these signals to this one. */
static void signals_block(sigset_t *wanted)
{
    sigemptyset(wanted);
    sigaddset(wanted, SIGTERM);
    sigaddset(wanted, SIGINT);
    pthread_sigmask(SIG_BLOCK, wanted, NULL);
    signal(SIGPIPE, SIG_IGN);
}

static void ready_say(const struct options *o, const struct server *server)
{
    struct text port = {0};

    text_printf(&port, "%u\n", server_port(server));
    if (o->port_file != NULL && !file_replace(o->port_file, port.at, port.length, 0644))
        die("cannot write '%s': %s", o->port_file, strerror(errno));
    text_free(&port);
    printf("pbxsim: listening on %s\n", server_url(server));
    fflush(stdout);
}

/* With a trail the state file is written at the start and at the end.
 * A large state takes long to write: then it is written less often, so that it costs at most
 * about a tenth of the time. */
static void run(const struct options *o, struct pbx *pbx, const sigset_t *wanted)
{
    int64_t pause = SAVE_EVERY;

    for (;;) {
        struct timespec limit = {.tv_sec = pause / 1000, .tv_nsec = pause % 1000 * 1000000};
        int found = o->state == NULL || o->sync_state ? sigwaitinfo(wanted, NULL)
                                                      : sigtimedwait(wanted, NULL, &limit);
        if (found > 0)
            return;
        int64_t begun = steady_ms();
        pbx_save(pbx);
        pause = (steady_ms() - begun) * 10;
        if (pause < SAVE_EVERY)
            pause = SAVE_EVERY;
    }
}

int main(int argc, char **argv)
{
    struct options options;
    sigset_t wanted;

    options_read(&options, argc, argv);
    signals_block(&wanted);
    struct pbx *pbx = pbx_open(&options);
    struct server *server = server_open(&options, pbx);
    ready_say(&options, server);
    run(&options, pbx, &wanted);
    server_close(server);
    pbx_close(pbx);
    options_free(&options);
    return 0;
}
