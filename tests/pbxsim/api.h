/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Api: the work behind each call. Not locked: pbx.c does that. */
#ifndef PBXSIM_API_H
#define PBXSIM_API_H

#include "journal.h"
#include "options.h"
#include "session.h"
#include "store.h"

struct api {
    const struct options *options;
    struct sessions *sessions;
    struct store *store;
    struct text changed; /* numbers of which the store changed, with commas, since it was cleared */
};

/** Does the work of a call and writes its honest outcome, body included. `now` is in ms on the
 *  steady clock. */
void api_work(struct api *api, struct visit *visit, int64_t now);

#endif
