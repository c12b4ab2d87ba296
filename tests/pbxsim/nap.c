/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nap.h"

#include <poll.h>
#include <pthread.h>
#include <time.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t stopped = PTHREAD_COND_INITIALIZER;
static bool stopping;

bool nap_ms(int64_t ms)
{
    struct timespec until;

    if (ms <= 0)
        return true;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += ms % 1000 * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    pthread_mutex_lock(&lock);
    while (!stopping) {
        if (pthread_cond_clockwait(&stopped, &lock, CLOCK_MONOTONIC, &until) != 0)
            break;
    }
    bool going_on = !stopping;
    pthread_mutex_unlock(&lock);
    return going_on;
}

void nap_while_peer(int fd, int64_t ms)
{
    struct pollfd peer = {.fd = fd, .events = POLLRDHUP};

    for (int64_t left = ms; left > 0 && nap_ms(20); left -= 20) {
        if (poll(&peer, 1, 0) > 0)
            return;
    }
}

void nap_stop(void)
{
    pthread_mutex_lock(&lock);
    stopping = true;
    pthread_cond_broadcast(&stopped);
    pthread_mutex_unlock(&lock);
}
