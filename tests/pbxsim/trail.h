/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Trail: what became of the extensions since the state file was written, so that a simulator that
 * is killed comes back with all that it did. Not locked: pbx.c does that. */
#ifndef PBXSIM_TRAIL_H
#define PBXSIM_TRAIL_H

#include "store.h"

struct trail;

/** Opens the trail beside the state file `state` and lays what it holds over `store`. A trail that
 *  cannot be read ends the program. */
struct trail *trail_open(const char *state, struct store *store);
struct trail *trail_close(struct trail *t);

/** Notes what the store has now of the comma-separated `numbers`, with one write. `told` is the
 *  length of the journal, which is told next; `created` is what it will say. */
void trail_note(struct trail *t, const struct store *store, const char *numbers, bool created,
                int64_t told);

/** Whether it held anything when it was opened. */
bool trail_found(const struct trail *t);

/** The number that was noted last, when the journal was as long as `told`; NULL otherwise. Lent
 *  until trail_clear(). */
const char *trail_untold(const struct trail *t, int64_t told, bool *ret_created);

/** The state file holds all of it. */
void trail_clear(struct trail *t);

#endif
