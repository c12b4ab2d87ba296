/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME given: what a row gets that does not stand in its file: a number of the pool, and the key
 * that its generated cells are made from.
 *
 * That key is state/secrets/000042.key, on the disk before the first row is planned: whenever the
 * row is read again, its passwords come out the same. It goes when retention says so (secrets.c),
 * and nobody can make them again. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/random.h>
#include <unistd.h>

#include "fsio.h"
#include "job_own.h"

bool given_folder(struct job *j, int *ret_fd, struct fault *f)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/secrets", j->config->state.directory);
    return fsio_folder(path, 0700, ret_fd, f);
}

void given_key_name(uint64_t id, char to[GIVEN_NAME])
{
    snprintf(to, GIVEN_NAME, "%06llu" GIVEN_ENDING, (unsigned long long)id);
}

bool given_key(struct job *j, uint64_t id, uint8_t to[DIGEST_BYTES], bool *ret_found,
               struct fault *f)
{
    static const uint8_t wiped[DIGEST_BYTES];
    char name[GIVEN_NAME];
    ON_LEAVE(close_fd) int folder = -1;
    *ret_found = false;
    given_key_name(id, name);
    if (!given_folder(j, &folder, f))
        return false;
    ON_LEAVE(close_fd) int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 && errno == ENOENT)
        return true;
    if (fd < 0)
        return fault_set(f, FAULT_IO, errno, "open the import's key '%s'", name);
    if (read(fd, to, DIGEST_BYTES) != DIGEST_BYTES)
        return fault_set(f, FAULT_INPUT, 0, "the import's key '%s' is damaged", name);
    *ret_found = memcmp(to, wiped, sizeof wiped) != 0;
    return true;
}

static bool key_make(struct job *j, struct work *w, struct fault *f)
{
    char name[GIVEN_NAME];
    struct fsio_file *file = NULL;
    ON_LEAVE(close_fd) int folder = -1;
    if (getrandom(w->key, sizeof w->key, 0) != sizeof w->key)
        return fault_set(f, FAULT_IO, errno, "make a key");
    given_key_name(w->import.id, name);
    if (!given_folder(j, &folder, f) || !fsio_create(folder, ".key.tmp", 0600, &file, f))
        return false;
    fsio_add(file, w->key, sizeof w->key);
    return fsio_finish(file, name, f);
}

/* Who was given which number was forgotten with the ledger: who seems new may have one. */
static bool numbers_lost(struct job *j, bool *ret, struct fault *f)
{
    char note[LEDGER_NOTE];
    if (!ledger_note_get(j->ledger, LEDGER_NOTE_NUMBERS_LOST, note, f))
        return false;
    *ret = note[0] != '\0';
    return true;
}

/* Sets up what the import's rows are planned with. */
static void plan_begin(struct job *j, struct work *w, int64_t pbx)
{
    const struct profile_pool *pool = columns_pool(w->columns);
    if (pool)
        w->pool = pool_new(j->ledger, pbx, pool->from, pool->to);
    w->plan = (struct plan){.ledger = j->ledger,
                            .tagger = j->tagger,
                            .pbx = pbx,
                            .columns = w->columns,
                            .pool = w->pool,
                            .key = w->import.secrets ? w->key : NULL};
}

bool given_begin(struct job *j, struct work *w, struct fault *f)
{
    bool found = false;
    w->import.secrets = columns_generates(w->columns);
    plan_begin(j, w, pbx_id(j->pbx));
    if (w->pool && !w->plan.pbx)
        return fault_set(f, FAULT_LATER, 0,
                         "its numbers come from a pool, and without [pbx] url nobody knows whose");
    if (!numbers_lost(j, &w->plan.numbers_lost, f))
        return false;
    if (!w->import.secrets)
        return true;
    /* an intake that was cut off, or a ledger that is lost, has left one */
    return given_key(j, w->import.id, w->key, &found, f) && (found || key_make(j, w, f));
}

bool given_open(struct job *j, struct work *w, struct fault *f)
{
    bool found = false;
    plan_begin(j, w, w->import.pbx);
    if (!w->import.secrets)
        return true;
    if (!given_key(j, w->import.id, w->key, &found, f))
        return false;
    return found ||
           fault_set(f, FAULT_INPUT, 0, "the key that its passwords were made from is gone");
}
