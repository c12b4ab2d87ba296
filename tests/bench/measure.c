/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs a command and writes into a file what it took, as NAME=NUMBER lines: exit (its status),
 * began (seconds since 1970), wall and cpu (seconds), rss (KiB that were resident at most),
 * voluntary (times it went to sleep). */
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double seconds(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fputs("usage: measure FILE COMMAND [ARGUMENT]…\n", stderr);
        return 2;
    }
    pid_t pid = 0;
    struct timespec wall;
    clock_gettime(CLOCK_REALTIME, &wall);
    double began = now();
    int error = posix_spawnp(&pid, argv[2], NULL, NULL, argv + 2, environ);
    if (error) {
        fprintf(stderr, "measure: %s: %s\n", argv[2], strerror(error));
        return 2;
    }
    int status = 0;
    struct rusage usage;
    wait4(pid, &status, 0, &usage);
    FILE *to = fopen(argv[1], "w");
    if (!to) {
        perror(argv[1]);
        return 2;
    }
    fprintf(to, "exit=%d\nbegan=%lld.%09ld\nwall=%.3f\ncpu=%.3f\nrss=%ld\nvoluntary=%ld\n",
            WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
            (long long)wall.tv_sec, wall.tv_nsec, now() - began,
            seconds(usage.ru_utime) + seconds(usage.ru_stime), usage.ru_maxrss, usage.ru_nvcsw);
    return fclose(to) == 0 ? 0 : 2;
}
