/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the files lie that the configuration refers to: schemas, profiles, the password. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include "buf.h"

#ifndef SCHEMAS_DIR
#define SCHEMAS_DIR "/usr/share/extspoold/schemas"
#endif

#define SCHEMA        "extension.json"
#define OWN_PROFILES  "/etc/extspoold/profiles"
#define CREDENTIAL    "pbx-password"
#define PASSWORD_MOST 1024

/* The schemas/ of the build tree that the running program is in: false when it is in none. */
static bool tree_schemas(struct buf *to)
{
    char program[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", program, sizeof program);
    if (len <= 0 || (size_t)len == sizeof program)
        return false;

    while (len > 1 && program[len - 1] != '/')
        len--;
    buf_add(to, program, (size_t)len);
    buf_text(to, "../schemas");
    ON_LEAVE(buf_free) struct buf schema = {0};
    buf_format(&schema, "%s/" SCHEMA, to->at);
    return access(schema.at, R_OK) == 0;
}

static char *shipped(const char *name)
{
    ON_LEAVE(buf_free) struct buf tree = {0};
    ON_LEAVE(buf_free) struct buf path = {0};
    const char *folder = secure_getenv("EXTSPOOLD_SCHEMAS");
    if (!folder)
        folder = tree_schemas(&tree) ? tree.at : SCHEMAS_DIR;
    buf_format(&path, "%s/%s", folder, name);
    return xstrdup(path.at);
}

char *config_schema_path(const struct config *c)
{
    return *c->import.schema ? xstrdup(c->import.schema) : shipped(SCHEMA);
}

char *config_profiles_path(void)
{
    return shipped("profiles");
}

const char *config_own_profiles(const struct config *c, bool *ret_may_lack)
{
    *ret_may_lack = !*c->import.profiles;
    return *c->import.profiles ? c->import.profiles : OWN_PROFILES;
}

/* ---- the password ---- */

/* As much of the file as fits; -1 and errno on failure. */
static ssize_t head_read(const char *path, char *to, size_t room)
{
    ON_LEAVE(close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;

    size_t len = 0;
    while (len < room) {
        ssize_t n = read(fd, to + len, room - len);
        if (n < 0 && errno != EINTR)
            return -1;
        if (n == 0)
            break;
        len += n > 0 ? (size_t)n : 0;
    }
    return (ssize_t)len;
}

/* The first line of the file. A missing one is no password yet. */
static bool line_read(const char *path, char **ret, struct fault *f)
{
    char text[PASSWORD_MOST + 2]; /* a line end of two bytes may follow */
    ssize_t got = head_read(path, text, sizeof text);
    if (got < 0 && errno == ENOENT)
        got = 0;
    if (got < 0)
        return fault_set(f, FAULT_CONFIG, errno, "read the password from '%s'", path);

    size_t len = 0;
    while (len < (size_t)got && text[len] && text[len] != '\n')
        len++;
    bool nul = len < (size_t)got && !text[len];
    if (len > 0 && text[len - 1] == '\r')
        len--;
    bool good = !nul && len <= PASSWORD_MOST;
    if (good)
        *ret = xstrndup(text, len);
    wipe(text, sizeof text);
    if (nul)
        return fault_set(f, FAULT_CONFIG, 0, "the password in '%s' holds a NUL byte", path);
    if (!good)
        return fault_set(f, FAULT_CONFIG, 0, "the password in '%s' is longer than %d bytes", path,
                         PASSWORD_MOST);
    return true;
}

bool config_password(const struct config *c, char **ret, struct fault *f)
{
    if (*c->pbx.password_file)
        return line_read(c->pbx.password_file, ret, f);

    const char *folder = secure_getenv("CREDENTIALS_DIRECTORY");
    if (!folder) {
        *ret = xstrdup("");
        return true;
    }
    ON_LEAVE(buf_free) struct buf path = {0};
    buf_format(&path, "%s/" CREDENTIAL, folder);
    return line_read(path.at, ret, f);
}

void config_password_free(char **password)
{
    if (*password)
        wipe(*password, strlen(*password));
    free_text(password);
}
