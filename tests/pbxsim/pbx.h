/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pbx: the simulated box. Every function may be called from any thread. */
#ifndef PBXSIM_PBX_H
#define PBXSIM_PBX_H

#include "journal.h"
#include "options.h"

struct pbx;

/** Opens journal and state and reads the script; what is wrong with them ends the program.
 *  `options` is lent as long as the box. */
struct pbx *pbx_open(const struct options *options);

/** Writes the state and the journal's last line. */
struct pbx *pbx_close(struct pbx *pbx);

/** Numbers a call whose request was read, counts it as in flight, and plans it. */
void pbx_arrive(struct pbx *pbx, struct visit *visit);

/** Does the work, unless the plan strikes before it, shapes the answer and writes the journal. */
void pbx_serve(struct pbx *pbx, struct visit *visit);

/** Journals a call that gets neither work nor answer now. */
void pbx_cut(struct pbx *pbx, struct visit *visit);

/** Does the work of a call that was cut before, and journals that. */
void pbx_serve_late(struct pbx *pbx, struct visit *visit);

/** The call is no longer in flight. Comes before the first byte of its answer. */
void pbx_leave(struct pbx *pbx);

/** Writes the state when it changed. */
void pbx_save(struct pbx *pbx);

#endif
