/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How operators reach the daemon: a Unix socket DIRECTORY/control.sock beside the ledger, so that
 * both sides find it by the configuration alone. One request, one answer, each one line of JSON:
 *   {"verb":"hold","id":42}   ->   {"ok":true,"result":{…}}   or   {"ok":false,"error":"…"}
 * Verbs: status, show, verify, log, hold, release, retry, cancel, prune, prunable, forget; all but
 * status take an id. The last three go through all imports in pieces: each answers with the id to
 * go on after.
 * The socket's mode (0660) and group decide who may connect. */
#ifndef EXTSPOOLD_CONTROL_H
#define EXTSPOOLD_CONTROL_H

#include "fault.h"
#include "http.h"

struct job;
struct json_object;
struct control;

/* The daemon's side. Begins to listen in folder directory, replacing a stale socket. */
bool control_open(const char *directory, struct control **ret, struct fault *f);
struct control *control_close(struct control *c); /* NULL */

/* The descriptors to wait for, at most room; returns their number. */
size_t control_fds(const struct control *c, struct http_fd *to, size_t room);
/* Serves clients: reads, answers, and accepts more when the first of those descriptors was ready
 * (`knocked`). Never blocks. */
void control_turn(struct control *c, struct job *j, bool knocked);

/* One request answered: the object that goes back, owned by the caller. What the daemon does for
 * its clients, and what extspool does itself when no daemon runs. */
struct json_object *control_do(struct job *j, struct json_object *request);

/* The client's side: sends a request to the daemon of this state directory and waits for the
 * answer (owned by the caller). False with FAULT_IO when no daemon listens (error ENOENT or
 * ECONNREFUSED), or may not be asked (EACCES). */
bool control_ask(const char *directory, struct json_object *request, struct json_object **ret,
                 struct fault *f);

#endif
