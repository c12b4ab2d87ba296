/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME world: one seed, from its make-up to the judgement. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim.h"

#define LIVES_MOST 100
#define WALL_BEGIN 1700000000000 /* the date on which every world begins */

struct world *world;

static const char rules[] =
    "{\"primaryKey\":\"number\",\"missingValues\":[\"\"],\"fields\":["
    "{\"name\":\"number\",\"type\":\"string\",\"constraints\":"
    "{\"required\":true,\"pattern\":\"[0-9]*\",\"maxLength\":7}},"
    "{\"name\":\"username\",\"type\":\"string\",\"constraints\":{\"maxLength\":31}},"
    "{\"name\":\"registerpassword\",\"type\":\"string\",\"constraints\":{\"required\":true}},"
    "{\"name\":\"callerid\",\"type\":\"string\"}]}";

/* ---- chance and telling ---- */

unsigned dice(unsigned sides)
{
    world->dice[0] ^= world->dice[0] << 13;
    world->dice[0] ^= world->dice[0] >> 7;
    world->dice[0] ^= world->dice[0] << 17;
    return sides ? (unsigned)((world->dice[0] >> 16) % sides) : 0;
}

bool chance(unsigned per_cent)
{
    return dice(100) < per_cent;
}

void trace(const char *format, ...)
{
    va_list args;
    if (!world->trace)
        return;
    fprintf(stderr, "%9.3f life %u  ", (double)world->now / 1000, world->life);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
}

static void PRINTF_LIKE(1, 0) keep_broken(const char *format, va_list args)
{
    if (!world->broken[0])
        vsnprintf(world->broken, sizeof world->broken, format, args);
    trace("BROKEN: %s", world->broken);
}

void note_broken(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    keep_broken(format, args);
    va_end(args);
}

void broken(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    keep_broken(format, args);
    va_end(args);
    _exit(LIFE_BROKEN);
}

const char *path_in(const char *name)
{
    static char path[160];
    snprintf(path, sizeof path, "%s/%s", world->folder, name);
    return path;
}

/* ---- its make-up ---- */

static const char *put_text(const char *below, const char *name, const char *text)
{
    static char path[160];
    snprintf(path, sizeof path, "%s/%s", below, name);
    FILE *file = fopen(path, "w");
    if (!file || fputs(text, file) < 0 || fclose(file) != 0)
        abort();
    return path;
}

/* json-c asks for a random number once a process: better here than in the first world's. */
static void prime_json(void)
{
    struct json_object *any = json_object_new_object();
    json_object_object_add(any, "any", NULL);
    json_object_put(any);
}

void world_config(const char *below)
{
    struct fault f = {0};
    prime_json();
    system_begin();
    char text[512];
    const char *schema = put_text(below, "schema.json", rules);
    snprintf(text, sizeof text,
             "[import]\nschema=%s\n[pbx]\nurl=http://a\nusername=api\n[report]\nformats=json csv\n"
             "[retry]\nmost=60s\n[spool]\nsettle=2s\n",
             schema);
    if (!config_read(put_text(below, "conf", text), &config_base, &f)) {
        fprintf(stderr, "sim: %s\n", f.text);
        abort();
    }
}

static void make_settings(void)
{
    world->wall = WALL_BEGIN;
    world->boot = -5000;
    world->password = 1;
    world->format = (int)dice(2);
    world->existing = (int)dice(2);
    world->mode = chance(10) ? MODE_ALL_OR_NOTHING : MODE_VALID_ROWS;
    world->ready = chance(75) ? READY_RENAME : READY_SETTLE;
    world->concurrency = dice(6); /* 0: found out */
    world->attempts = chance(50) ? 8 : 2 + dice(3);
    world->first = chance(70) ? 500 : 100 + dice(2000);
    world->rescan = chance(50) ? 60000 : 0;
    world->rate = chance(10) ? 5 : 0;
    world->deaths_most = dice(8);
}

static void make_world(uint64_t seed, const char *below, bool with_trace)
{
    static const char *const folders[] = {"", "spool", "spool/incoming"};
    *world = (struct world){.seed = seed, .trace = with_trace};
    world->dice[0] = (seed + 1) * 0x9e3779b97f4a7c15u;
    world->dice[1] = seed;
    for (int i = 0; i < 8; i++)
        dice(2);
    snprintf(world->folder, sizeof world->folder, "%s/w", below);
    for (size_t i = 0; i < COUNT_OF(folders); i++)
        if (mkdir(path_in(folders[i]), 0755) != 0)
            abort();
    make_settings();
    box_begin();
    people_begin();
}

static int entry_remove(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st;
    (void)kind;
    (void)ftw;
    return remove(path);
}

/* ---- its lives ---- */

/* Lets a life live in a process of its own; how it ended, or -1 after an accident. */
static int live(void (*life)(void))
{
    world->life++;
    world->armed = false;
    fflush(NULL);
    pid_t child = fork();
    if (child < 0)
        abort();
    if (child == 0) {
        if (!world->trace && !freopen("/dev/null", "w", stderr))
            abort();
        log_setup(world->trace ? LOG_LEVEL_INFO : LOG_LEVEL_ERROR, LOG_TARGET_PLAIN);
        life();
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            abort();
    if (WIFEXITED(status))
        return WEXITSTATUS(status);
    note_broken("the engine is killed by signal %d", WTERMSIG(status));
    return -1;
}

static void between_lives(int end)
{
    world->deaths += end == LIFE_DIED;
    watch_died();
    world->now += dice(chance(50) ? 20 : 5000);
    if (chance(30)) /* the machine was started anew */
        world->boot = world->now - 5000 - dice(100000);
}

static void live_on(void)
{
    int end = LIFE_STOPPED;
    while (end == LIFE_STOPPED || end == LIFE_DIED) {
        end = live(life_live);
        box_abandon();
        if (end == LIFE_STOPPED || end == LIFE_DIED)
            between_lives(end);
        if (world->life > LIVES_MOST) {
            note_broken("it lives on and on");
            return;
        }
    }
    if (end != LIFE_DONE)
        note_broken("the engine ends with %d", end);
}

static void look_after(void)
{
    uint64_t before = judge_print();
    int end = live(life_look_after);
    if (end != LIFE_DONE)
        note_broken("one more start ends with %d", end);
    else if (judge_print() != before)
        note_broken("all was done, and one more start changes the spool");
}

bool world_run(uint64_t seed, const char *below, bool with_trace)
{
    if (!world)
        world =
            mmap(NULL, sizeof *world, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (world == MAP_FAILED)
        abort();
    make_world(seed, below, with_trace);
    live_on();
    if (!world->broken[0])
        judge();
    if (!world->broken[0])
        look_after();
    nftw(world->folder, entry_remove, 16, FTW_DEPTH | FTW_PHYS);
    return !world->broken[0];
}
