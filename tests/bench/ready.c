/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starts a service as a service manager would, prints the milliseconds until it says READY=1, and
 * ends it with SIGTERM. */
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE 60000 /* ms */

extern char **environ;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void die(const char *what)
{
    perror(what);
    exit(2);
}

/* The socket to be told by, with a name that the system chooses. */
static int listen_for_it(void)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    socklen_t size = sizeof(sa_family_t);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, size) != 0)
        die("bind");
    size = sizeof at;
    if (getsockname(fd, (struct sockaddr *)&at, &size) != 0)
        die("getsockname");
    char name[sizeof at.sun_path + 1];
    int len = (int)(size - sizeof(sa_family_t)) - 1;
    snprintf(name, sizeof name, "@%.*s", len, at.sun_path + 1);
    setenv("NOTIFY_SOCKET", name, 1);
    return fd;
}

static void wait_for_it(int fd)
{
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    char text[4096];
    ssize_t got = 0;
    do {
        if (poll(&wait, 1, PATIENCE) <= 0 || (got = recv(fd, text, sizeof text - 1, 0)) < 0)
            die("it does not say READY=1");
        text[got] = '\0';
    } while (!strstr(text, "READY=1"));
}

int main(int argc, char **argv)
{
    pid_t pid = 0;
    int status = 0;
    if (argc < 2) {
        fputs("usage: ready COMMAND [ARGUMENT]…\n", stderr);
        return 2;
    }
    int fd = listen_for_it();
    double began = now();
    if (posix_spawnp(&pid, argv[1], NULL, NULL, argv + 1, environ) != 0)
        die(argv[1]);
    wait_for_it(fd);
    printf("%.2f\n", now() - began);
    kill(pid, SIGTERM);
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 2;
}
