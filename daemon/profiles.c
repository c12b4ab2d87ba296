/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "profiles.h"

#include <dirent.h>
#include <errno.h>

#include "buf.h"

struct profiles {
    const struct schema *schema;
    struct profile **at; /* in the order of names */
    size_t count;
};

struct profiles *profiles_free(struct profiles *p)
{
    if (p) {
        for (size_t i = 0; i < p->count; i++)
            profile_free(p->at[i]);
        free(p->at);
        free(p);
    }
    return NULL;
}

/* Takes the profile over, in its place; one of the same name goes. */
static void add(struct profiles *p, struct profile *new)
{
    size_t place = 0;
    int order = 1;

    while (place < p->count && (order = strcmp(profile_name(p->at[place]), profile_name(new))) < 0)
        place++;
    if (place < p->count && order == 0) {
        profile_free(p->at[place]);
        p->at[place] = new;
        return;
    }
    p->at = xrealloc(p->at, (p->count + 1) * sizeof(void *));
    memmove(&p->at[place + 1], &p->at[place], (p->count - place) * sizeof(void *));
    p->at[place] = new;
    p->count++;
}

/* ---- reading ---- */

static const char ending[] = ".json";

static int is_profile(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);
    return entry->d_name[0] != '.' && len >= sizeof ending &&
           strcmp(entry->d_name + len - (sizeof ending - 1), ending) == 0;
}

static bool file_read(struct profiles *p, const char *folder, const char *file,
                      const struct schema *s, enum profile_origin origin, struct fault *f)
{
    ON_LEAVE(buf_free) struct buf path = {0};
    ON_LEAVE(free_text) char *name = xstrndup(file, strlen(file) - (sizeof ending - 1));
    struct profile *profile = NULL;

    buf_format(&path, "%s/%s", folder, file);
    if (!profile_read(path.at, s, origin, &profile, f))
        return false;
    if (strcmp(profile_name(profile), name) != 0) {
        profile_free(profile);
        return fault_set(f, FAULT_CONFIG, 0, "%s: 'name' must be '%s', as the file's is", path.at,
                         name);
    }
    add(p, profile);
    return true;
}

static bool folder_read(struct profiles *p, const char *folder, bool may_lack,
                        const struct schema *s, enum profile_origin origin, struct fault *f)
{
    struct dirent **entries;
    int count = scandir(folder, &entries, is_profile, alphasort);
    bool good = true;

    if (count < 0 && errno == ENOENT && may_lack)
        return true;
    if (count < 0)
        return fault_set(f, FAULT_CONFIG, errno, "read folder '%s'", folder);
    for (int i = 0; i < count; i++) {
        good = good && file_read(p, folder, entries[i]->d_name, s, origin, f);
        free(entries[i]);
    }
    free(entries);
    return good;
}

/* All that is said of it elsewhere comes from the schema. */
static void vendor_add(struct profiles *p, const struct schema *s)
{
    static const char text[] = "{\"name\": \"" PROFILES_VENDOR "\", \"fields\": {}}";
    struct profile *vendor = NULL;
    bool good =
        profile_parse(text, sizeof text - 1, PROFILES_VENDOR, s, PROFILE_FOREIGN, &vendor, NULL);
    assert(good);
    add(p, vendor);
}

bool profiles_read(const struct config *c, const struct schema *s, struct profiles **ret,
                   struct fault *f)
{
    struct profiles *p = xcalloc(1, sizeof *p);
    ON_LEAVE(free_text) char *shipped = config_profiles_path();
    bool may_lack = false;
    const char *own = config_own_profiles(c, &may_lack);

    p->schema = s;
    vendor_add(p, s);
    if (!folder_read(p, shipped, true, s, PROFILE_FOREIGN, f) ||
        !folder_read(p, own, may_lack, s, PROFILE_OWN, f)) {
        profiles_free(p);
        return false;
    }
    *ret = p;
    return true;
}

/* ---- which one ---- */

size_t profiles_count(const struct profiles *p)
{
    return p->count;
}

const struct profile *profiles_at(const struct profiles *p, size_t i)
{
    assert(i < p->count);
    return p->at[i];
}

const struct profile *profiles_find(const struct profiles *p, const char *name)
{
    for (size_t i = 0; i < p->count; i++)
        if (strcmp(profile_name(p->at[i]), name) == 0)
            return p->at[i];
    return NULL;
}

/* The one that knows most, of those that find at least this share of their marks. */
static const struct profile *best(const struct profiles *p, const struct cell *header, size_t count,
                                  double least, size_t *ret_known)
{
    const struct profile *found = NULL;
    size_t most = 0;
    struct profile_line *line = profile_line_new(p->schema, header, count);

    for (size_t i = 0; i < p->count; i++) {
        if (profile_share(p->at[i], line) < least)
            continue;
        size_t known = profile_words(p->at[i], line);
        bool better = known > most || (found && known == most && profile_generic(found) &&
                                       !profile_generic(p->at[i]));
        if (!better)
            continue;
        found = p->at[i];
        most = known;
    }
    profile_line_free(line);
    *ret_known = most;
    return found;
}

bool profiles_named(const struct profiles *p, const char *name, const struct profile **ret)
{
    *ret = profiles_find(p, name);
    return *ret || strcmp(name, PROFILES_AUTO) == 0;
}

const struct profile *profiles_recognise(const struct profiles *p, const struct cell *header,
                                         size_t count, size_t *ret_known)
{
    return best(p, header, count, 1, ret_known);
}

const struct profile *profiles_nearest(const struct profiles *p, const struct cell *header,
                                       size_t count)
{
    size_t known = 0;
    const struct profile *near = best(p, header, count, 0.5, &known);

    return near ? near : profiles_find(p, PROFILES_VENDOR);
}

size_t profiles_known(void *ask, const struct cell *header, size_t count)
{
    const struct profiles_ask *a = ask;
    size_t known = 0;

    if (a->named)
        return profile_known(a->named, header, count);
    profiles_recognise(a->all, header, count, &known);
    return known;
}

const struct profile *profiles_choose(const struct profiles_ask *ask, const struct cell *header,
                                      size_t count, bool *ret_fits)
{
    size_t known = 0;

    *ret_fits = true;
    if (ask->named)
        return ask->named;
    const struct profile *found = profiles_recognise(ask->all, header, count, &known);
    *ret_fits = found != NULL;
    return found ? found : profiles_nearest(ask->all, header, count);
}
