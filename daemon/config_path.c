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
#define PASSWORD      "pbx-password" /* credentials */
#define TOKEN         "status-token"
#define PASSWORD_MOST 1024
#define TOKEN_LEAST   16

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

/* ---- secrets ---- */

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

/* The first line of the file. A missing one is none yet. */
static bool line_read(const char *path, const char *what, char **ret, struct fault *f)
{
    char text[PASSWORD_MOST + 2]; /* a line end of two bytes may follow */
    ssize_t got = head_read(path, text, sizeof text);
    if (got < 0 && errno == ENOENT)
        got = 0;
    if (got < 0)
        return fault_set(f, FAULT_CONFIG, errno, "read the %s from '%s'", what, path);

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
        return fault_set(f, FAULT_CONFIG, 0, "the %s in '%s' holds a NUL byte", what, path);
    if (!good)
        return fault_set(f, FAULT_CONFIG, 0, "the %s in '%s' is longer than %d bytes", what, path,
                         PASSWORD_MOST);
    return true;
}

/* Where it stands: the configured file or the credential; "" when there is neither. */
static void secret_path(const char *file, const char *credential, struct buf *to)
{
    const char *folder = secure_getenv("CREDENTIALS_DIRECTORY");
    if (*file)
        buf_text(to, file);
    else if (folder)
        buf_format(to, "%s/%s", folder, credential);
}

static bool secret_read(const struct buf *path, const char *what, char **ret, struct fault *f)
{
    if (path->len)
        return line_read(path->at, what, ret, f);
    *ret = xstrdup("");
    return true;
}

bool config_password(const struct config *c, char **ret, struct fault *f)
{
    ON_LEAVE(buf_free) struct buf path = {0};
    secret_path(c->pbx.password_file, PASSWORD, &path);
    return secret_read(&path, "password", ret, f);
}

bool config_token(const struct config *c, char **ret, struct fault *f)
{
    ON_LEAVE(config_password_free) char *token = NULL;
    ON_LEAVE(buf_free) struct buf path = {0};
    secret_path(c->status.token_file, TOKEN, &path);
    if (!secret_read(&path, "token", &token, f))
        return false;
    assert(token);
    size_t len = strlen(token);
    if (!len && *c->status.token_file)
        return fault_set(f, FAULT_CONFIG, 0, "there is no token in '%s'", path.at);
    if (len && len < TOKEN_LEAST)
        return fault_set(f, FAULT_CONFIG, 0, "the token in '%s' is shorter than %d characters",
                         path.at, TOKEN_LEAST);
    for (size_t i = 0; i < len; i++)
        if (token[i] <= ' ' || token[i] >= 0x7f)
            return fault_set(f, FAULT_CONFIG, 0,
                             "the token in '%s' has something else than visible ASCII characters",
                             path.at);
    *ret = token;
    token = NULL;
    return true;
}

void config_password_free(char **password)
{
    if (*password)
        wipe(*password, strlen(*password));
    free_text(password);
}
