/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For the tests of the spool: one in a temporary folder, and what is seen of it. */
#ifndef TESTS_UNIT_SPOOL_WORLD_H
#define TESTS_UNIT_SPOOL_WORLD_H

#include "folder.h"

#include "clock.h"
#include "spool.h"

#define NOW    1000000
#define SETTLE 2000
#define NOBODY 65534

static struct config config;
static struct spool *spool;

static inline int spool_make(void **state)
{
    if (folder_make(state) != 0)
        return -1;
    static char directory[sizeof folder + 16];
    static char pattern[] = "*.csv *.tsv";
    snprintf(directory, sizeof directory, "%s/spool", folder);
    config = (struct config){0};
    config.spool.directory = directory;
    config.spool.pattern = pattern;
    config.spool.ready = READY_SETTLE;
    config.spool.settle = SETTLE;
    return spool_open(&config, &spool, NULL) ? 0 : -1;
}

static inline int spool_remove(void **state)
{
    spool = spool_close(spool);
    return seteuid(getuid()) == 0 ? folder_remove(state) : -1;
}

#define SPOOL(function) cmocka_unit_test_setup_teardown(function, spool_make, spool_remove)

static inline void ready_when(enum config_ready ready)
{
    config.spool.ready = (int)ready;
    spool_settings(spool, &config);
}

static inline void scan(int64_t mono)
{
    struct fault f = {0};
    if (!spool_scan(spool, mono, &f))
        fail_msg("%s", f.text);
}

/* Name of the file that is claimed now, "" for none. */
static inline const char *claim(int64_t mono, uint64_t id, struct import *ret)
{
    static struct import import;
    struct fault f = {0};
    bool claimed = false;
    memset(&import, 'x', sizeof import);
    if (!spool_claim(spool, mono, id, &import, &claimed, &f))
        fail_msg("%s", f.text);
    if (claimed && ret)
        *ret = import;
    return claimed ? import.file : "";
}

static inline void assert_claims(int64_t mono, const char *file)
{
    assert_string_equal(claim(mono, 42, NULL), file);
}

static inline bool is_there(const char *name)
{
    struct stat st;
    return lstat(path_of(name), &st) == 0;
}

static inline const char *odd_of(const char *name, int64_t mono)
{
    static struct spool_odd odd[8];
    size_t count = spool_odd(spool, mono, odd, COUNT_OF(odd));
    for (size_t i = 0; i < count && i < COUNT_OF(odd); i++)
        if (strcmp(odd[i].name, name) == 0)
            return odd[i].reason;
    return "";
}

/* Name of the next file to be told of, "" for none. */
static inline const char *told(int64_t mono)
{
    static struct spool_odd odd;
    return spool_odd_next(spool, mono, &odd) ? odd.name : "";
}

static inline void grow(const char *name)
{
    int fd = open(path_of(name), O_WRONLY | O_APPEND);
    assert_int_equal(write(fd, "x", 1), 1);
    close(fd);
}

#endif
