/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Session: logins, their tokens, and the lock-out after failed ones. Not locked: pbx.c does that.
 */
#ifndef PBXSIM_SESSION_H
#define PBXSIM_SESSION_H

#include "base.h"

#define TOKEN_DIGITS 32

struct sessions;

/** Sessions of one user; `password` is hashed and not kept. Times in milliseconds. */
struct sessions *sessions_new(const char *user, const char *password, int64_t token_life,
                              int64_t lockout_after, int64_t lockout_life);
struct sessions *sessions_free(struct sessions *s);

/** Logs in with the hash of a password. Returns NULL and the new token, lent and valid until the
 *  next login, and its index from 1; or the errno of the refusal. */
const char *sessions_login(struct sessions *s, const char *user, const char *hash, int64_t now,
                           const char **ret_token, unsigned *ret_index);

/** Checks a token and renews its life. Returns NULL and its index, or the errno of the refusal. */
const char *sessions_use(struct sessions *s, const char *token, int64_t now, unsigned *ret_index);

/** Makes a token expire at once, as the fault `expire` does. An unknown one is left alone. */
void sessions_expire(struct sessions *s, const char *token);

/** Forgets a token, as a logout does: it is unknown after that. */
void sessions_forget(struct sessions *s, unsigned index);

#endif
