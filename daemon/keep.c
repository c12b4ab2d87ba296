/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME keep: the rules that an import was planned with, kept in the state folder by their digest:
 * a file can be checked again just so at any time. */
#include <stdio.h>
#include <unistd.h>
#include <fcntl.h>

#include "fsio.h"
#include "job_own.h"

#define SCHEMAS  "schemas"
#define PROFILES "profiles"

static bool keep(struct job *j, const char *kind, const char *digest, const char *text, size_t len,
                 struct fault *f)
{
    char path[4096];
    char name[DIGEST_HEX + 8];
    ON_LEAVE(close_fd) int folder = -1;
    struct fsio_file *file = NULL;

    snprintf(path, sizeof path, "%s/%s", j->config->state.directory, kind);
    snprintf(name, sizeof name, "%s.json", digest);
    if (!fsio_folder(path, 0700, &folder, f))
        return false;
    if (faccessat(folder, name, F_OK, 0) == 0)
        return fsio_sync(folder, name, f); /* a crash may have come before it was */
    if (!fsio_create(folder, ".kept.tmp", 0600, &file, f))
        return false;
    fsio_add(file, text, len);
    return fsio_finish(file, name, f);
}

bool keep_rules(struct job *j, struct work *w, const struct profile *p, struct fault *f)
{
    size_t len = 0;
    const char *text = schema_text(j->schema, &len);

    memcpy(w->import.schema, j->schema_digest, sizeof w->import.schema);
    if (!keep(j, SCHEMAS, w->import.schema, text, len, f))
        return false;
    text = profile_text(p, &len);
    snprintf(w->import.profile, sizeof w->import.profile, "%s", profile_name(p));
    digest_text(text, len, w->import.profile_digest);
    return keep(j, PROFILES, w->import.profile_digest, text, len, f) && keep_open(j, w, f);
}

static bool open_schema(struct job *j, struct work *w, struct fault *f)
{
    char path[4096];

    snprintf(path, sizeof path, "%s/" SCHEMAS "/%s.json", j->config->state.directory,
             w->import.schema);
    return schema_read(path, &w->schema, f);
}

static bool open_profile(struct job *j, struct work *w, struct fault *f)
{
    char path[4096];

    snprintf(path, sizeof path, "%s/" PROFILES "/%s.json", j->config->state.directory,
             w->import.profile_digest);
    return profile_read(path, w->schema, PROFILE_FOREIGN, &w->profile, f);
}

bool keep_open(struct job *j, struct work *w, struct fault *f)
{
    if (!w->import.schema[0] || (w->schema && (w->profile || !w->import.profile_digest[0])))
        return true;
    if (!w->schema && !open_schema(j, w, f))
        return false;
    if (!w->import.profile_digest[0] || open_profile(j, w, f))
        return true;
    w->schema = schema_free(w->schema); /* the one is nothing without the other */
    return false;
}
