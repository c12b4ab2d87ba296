/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session.h"
#include "request.h"

#include <nettle/md5.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum life { LIFE_VALID, LIFE_EXPIRED, LIFE_FORGOTTEN };

struct session {
    char token[TOKEN_DIGITS + 1];
    enum life life;
    int64_t used;
};

struct sessions {
    char *user;
    char hash[2 * MD5_DIGEST_SIZE + 1];
    int64_t token_life;
    int64_t lockout_after;
    int64_t lockout_life;
    int64_t failed;       /* refused logins in a row */
    int64_t locked_until; /* 0 when not locked out */
    struct session *all;
    unsigned count;
    unsigned room;
};

static void hex_write(char *to, const uint8_t *bytes, size_t count)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < count; i++) {
        *to++ = digits[bytes[i] >> 4];
        *to++ = digits[bytes[i] & 15];
    }
    *to = '\0';
}

struct sessions *sessions_new(const char *user, const char *password, int64_t token_life,
                              int64_t lockout_after, int64_t lockout_life)
{
    struct sessions *s = xcalloc(1, sizeof *s);
    struct md5_ctx md5;
    uint8_t digest[MD5_DIGEST_SIZE];

    md5_init(&md5);
    md5_update(&md5, strlen(password), (const uint8_t *)password);
    md5_digest(&md5, sizeof digest, digest);
    hex_write(s->hash, digest, sizeof digest);
    s->user = xstrdup(user);
    s->token_life = token_life;
    s->lockout_after = lockout_after;
    s->lockout_life = lockout_life;
    return s;
}

struct sessions *sessions_free(struct sessions *s)
{
    if (s == NULL)
        return NULL;
    free(s->user);
    free(s->all);
    free(s);
    return NULL;
}

/* The first login that comes after the time of the lock-out starts the count anew. */
static bool locked(struct sessions *s, int64_t now)
{
    if (s->locked_until == 0)
        return false;
    if (now < s->locked_until)
        return true;
    s->locked_until = 0;
    s->failed = 0;
    return false;
}

static struct session *session_add(struct sessions *s, int64_t now)
{
    uint8_t random[TOKEN_DIGITS / 2];

    if (s->count == s->room) {
        s->room = s->room == 0 ? 16 : s->room * 2;
        s->all = xrealloc(s->all, s->room * sizeof *s->all);
    }
    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
        die("no random bytes");
    struct session *session = &s->all[s->count++];
    *session = (struct session){.life = LIFE_VALID, .used = now};
    hex_write(session->token, random, sizeof random);
    return session;
}

const char *sessions_login(struct sessions *s, const char *user, const char *hash, int64_t now,
                           const char **ret_token, unsigned *ret_index)
{
    if (locked(s, now))
        return ERRNO_LOCKED;
    if (strcmp(user, s->user) != 0 || strcmp(hash, s->hash) != 0) {
        if (++s->failed >= s->lockout_after)
            s->locked_until = now + s->lockout_life;
        return ERRNO_LOGIN;
    }
    s->failed = 0;
    *ret_token = session_add(s, now)->token;
    *ret_index = s->count;
    return NULL;
}

/* From the newest on, since that one is nearly always meant. */
static unsigned index_of(const struct sessions *s, const char *token)
{
    unsigned index = s->count;

    while (index > 0 && strcmp(s->all[index - 1].token, token) != 0)
        index--;
    return index;
}

const char *sessions_use(struct sessions *s, const char *token, int64_t now, unsigned *ret_index)
{
    if (token[0] == '\0')
        return ERRNO_TOKEN_BLANK;
    unsigned index = index_of(s, token);
    if (index == 0 || s->all[index - 1].life == LIFE_FORGOTTEN)
        return ERRNO_TOKEN_UNKNOWN;

    struct session *session = &s->all[index - 1];
    if (now - session->used >= s->token_life)
        session->life = LIFE_EXPIRED;
    *ret_index = index;
    if (session->life == LIFE_EXPIRED)
        return ERRNO_TOKEN_EXPIRED;
    session->used = now;
    return NULL;
}

void sessions_expire(struct sessions *s, const char *token)
{
    unsigned index = index_of(s, token);

    if (index != 0 && s->all[index - 1].life == LIFE_VALID)
        s->all[index - 1].life = LIFE_EXPIRED;
}

void sessions_forget(struct sessions *s, unsigned index)
{
    s->all[index - 1].life = LIFE_FORGOTTEN;
}
