/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME main: sim FROM COUNT lives through seeds, in a process for each processor; sim SEED through
 * one, telling what happens.
 *
 * The last line is `N passed, N failed`, counted in blocks of fifty seeds. */
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim.h"

#define BLOCK       50
#define FAILED_MOST 10 /* seeds that are named */
#define WORKERS     2

struct tally {
    uint64_t next; /* the next block's first seed */
    uint64_t seeds, lives, deaths, calls, turns, failed_blocks, blocks;
    uint64_t failed[FAILED_MOST];
    uint64_t failures;
    char broken[FAILED_MOST][256];
};

static struct tally *tally;

static void add(uint64_t *to, uint64_t what)
{
    __atomic_add_fetch(to, what, __ATOMIC_SEQ_CST);
}

static void note_failure(uint64_t seed)
{
    uint64_t place = __atomic_fetch_add(&tally->failures, 1, __ATOMIC_SEQ_CST);
    printf("seed %llu: %s\n", (unsigned long long)seed, world->broken);
    fflush(stdout);
    if (place >= FAILED_MOST)
        return;
    tally->failed[place] = seed;
    memcpy(tally->broken[place], world->broken, sizeof world->broken);
}

static void run_block(uint64_t from, uint64_t count, const char *below)
{
    bool good = true;
    for (uint64_t seed = from; seed < from + count; seed++) {
        if (!world_run(seed, below, false)) {
            note_failure(seed);
            good = false;
        }
        add(&tally->seeds, 1);
        add(&tally->lives, world->life);
        add(&tally->deaths, world->deaths);
        add(&tally->calls, world->calls_total);
        add(&tally->turns, world->turns);
    }
    add(&tally->blocks, 1);
    add(&tally->failed_blocks, !good);
}

static char *make_folder(void)
{
    static char folder[64];
    snprintf(folder, sizeof folder, "%s/extspoold-sim.XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    if (!mkdtemp(folder))
        abort();
    return folder;
}

static void remove_folder(const char *folder)
{
    static const char *const names[] = {"schema.json", "conf", ""};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        char path[96];
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        remove(path);
    }
}

static void work(uint64_t end)
{
    const char *folder = make_folder();
    world_config(folder);
    for (;;) {
        uint64_t from = __atomic_fetch_add(&tally->next, BLOCK, __ATOMIC_SEQ_CST);
        if (from >= end)
            break;
        run_block(from, end - from < BLOCK ? end - from : BLOCK, folder);
    }
    remove_folder(folder);
}

static bool run_one(uint64_t seed, bool with_trace)
{
    const char *folder = make_folder();
    world_config(folder);
    bool good = world_run(seed, folder, with_trace);
    remove_folder(folder);
    return good;
}

static int run_many(uint64_t from, uint64_t count)
{
    tally->next = from;
    for (int i = 0; i < WORKERS; i++) {
        pid_t worker = fork();
        if (worker < 0)
            abort();
        if (worker == 0) {
            work(from + count);
            _exit(0);
        }
    }
    bool good = true;
    int status = 0;
    while (wait(&status) > 0)
        good = good && status == 0;
    printf("%llu seeds, %llu lives, %llu of them ended by death, %llu turns, %llu calls\n",
           (unsigned long long)tally->seeds, (unsigned long long)tally->lives,
           (unsigned long long)tally->deaths, (unsigned long long)tally->turns,
           (unsigned long long)tally->calls);
    if (tally->failures) {
        printf("the trace of seed %llu:\n", (unsigned long long)tally->failed[0]);
        fflush(stdout);
        dup2(STDOUT_FILENO, STDERR_FILENO);
        run_one(tally->failed[0], true);
    }
    uint64_t failed = tally->failed_blocks + !good;
    printf("%llu passed, %llu failed\n", (unsigned long long)(tally->blocks - tally->failed_blocks),
           (unsigned long long)failed);
    return failed > 0;
}

int main(int argc, char **argv)
{
    if (argc < 2 || argc > 3) {
        fputs("usage: sim SEED | sim FROM COUNT\n", stderr);
        return 2;
    }
    tally = mmap(NULL, sizeof *tally, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (tally == MAP_FAILED)
        abort();
    uint64_t from = strtoull(argv[1], NULL, 10);
    if (argc == 3)
        return run_many(from, strtoull(argv[2], NULL, 10));
    bool good = run_one(from, true);
    printf("seed %llu: %s\n", (unsigned long long)from, good ? "well" : world->broken);
    return !good;
}
