/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME keep: the rules that an import was planned with, kept in the state folder by their digest:
 * a file can be checked again just so at any time. They are read once for all imports that have
 * them, since files often come by the thousand. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "fsio.h"
#include "job_own.h"

#define SCHEMAS  "schemas"
#define PROFILES "profiles"

static bool file_there(const char *folder, const char *name)
{
    char path[4096 + DIGEST_HEX + 16];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    return access(path, F_OK) == 0;
}

/* synced: it was found there, or written, and synced by this process before. */
static bool keep(struct job *j, const char *kind, const char *digest, bool synced, const char *text,
                 size_t len, struct fault *f)
{
    char path[4096];
    char name[DIGEST_HEX + 8];
    ON_LEAVE(close_fd) int folder = -1;
    struct fsio_file *file = NULL;

    snprintf(path, sizeof path, "%s/%s", j->config->state.directory, kind);
    snprintf(name, sizeof name, "%s.json", digest);
    if (synced && file_there(path, name))
        return true;
    if (!fsio_folder(path, 0700, &folder, f))
        return false;
    if (faccessat(folder, name, F_OK, 0) == 0)
        return fsio_sync(folder, name, f); /* a crash may have come before it was */
    if (!fsio_create(folder, ".kept.tmp", 0600, &file, f))
        return false;
    fsio_add(file, text, len);
    return fsio_finish(file, name, f);
}

bool keep_any(struct job *j)
{
    char path[4096];
    bool any = false;

    snprintf(path, sizeof path, "%s/" SCHEMAS, j->config->state.directory);
    DIR *dir = opendir(path);
    for (struct dirent *entry; dir && !any && (entry = readdir(dir));)
        any = entry->d_name[0] != '.';
    if (dir)
        closedir(dir);
    return any;
}

/* ---- read ---- */

static struct kept *kept_find(struct job *j, const struct import *i)
{
    for (size_t k = 0; k < KEPT_MOST; k++)
        if (j->kept[k].schema && strcmp(j->kept[k].schema_digest, i->schema) == 0 &&
            strcmp(j->kept[k].profile_digest, i->profile_digest) == 0)
            return &j->kept[k];
    return NULL;
}

static void kept_free(struct kept *k)
{
    profile_free(k->profile);
    schema_free(k->schema);
    *k = (struct kept){0};
}

/* A place of its own, if need be that of rules which no work has: there always is one. */
static struct kept *kept_place(struct job *j)
{
    struct kept *place = NULL;

    for (size_t k = 0; k < KEPT_MOST; k++)
        if (!j->kept[k].users && (!place || !j->kept[k].schema))
            place = &j->kept[k];
    assert(place);
    kept_free(place);
    return place;
}

static bool kept_read(struct job *j, const struct import *i, struct kept *ret, struct fault *f)
{
    struct kept k = {0};
    char path[4096];

    memcpy(k.schema_digest, i->schema, sizeof k.schema_digest);
    memcpy(k.profile_digest, i->profile_digest, sizeof k.profile_digest);
    snprintf(path, sizeof path, "%s/" SCHEMAS "/%s.json", j->config->state.directory, i->schema);
    if (!schema_read(path, &k.schema, f))
        return false;
    snprintf(path, sizeof path, "%s/" PROFILES "/%s.json", j->config->state.directory,
             i->profile_digest);
    if (i->profile_digest[0] && !profile_read(path, k.schema, PROFILE_FOREIGN, &k.profile, f)) {
        kept_free(&k);
        return false;
    }
    *ret = k;
    return true;
}

bool keep_open(struct job *j, struct work *w, struct fault *f)
{
    if (!w->import.schema[0] || w->kept)
        return true;
    struct kept *k = kept_find(j, &w->import);
    if (!k) {
        k = kept_place(j);
        if (!kept_read(j, &w->import, k, f))
            return false;
    }
    k->users++;
    w->kept = k;
    return true;
}

void keep_close(struct work *w)
{
    if (w->kept && --w->kept->users == 0)
        schema_forget(w->kept->schema);
    w->kept = NULL;
}

void keep_end(struct job *j)
{
    for (size_t k = 0; k < KEPT_MOST; k++)
        kept_free(&j->kept[k]);
}

/* ---- written ---- */

bool keep_rules(struct job *j, struct work *w, const struct profile *p, struct fault *f)
{
    size_t schema_len = 0;
    size_t profile_len = 0;
    const char *schema = schema_text(j->schema, &schema_len);
    const char *profile = profile_text(p, &profile_len);
    struct import *i = &w->import;

    memcpy(i->schema, j->schema_digest, sizeof i->schema);
    snprintf(i->profile, sizeof i->profile, "%s", profile_name(p));
    digest_text(profile, profile_len, i->profile_digest);
    const struct kept *k = kept_find(j, i);
    bool synced = k && k->synced;
    if (!keep(j, SCHEMAS, i->schema, synced, schema, schema_len, f) ||
        !keep(j, PROFILES, i->profile_digest, synced, profile, profile_len, f) ||
        !keep_open(j, w, f))
        return false;
    w->kept->synced = true;
    return true;
}
