/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The whole work of the daemon: from files in the spool to reports. Everything else is a part
 * that knows nothing of the others; this conducts them. */
#ifndef EXTSPOOLD_JOB_H
#define EXTSPOOLD_JOB_H

#include "buf.h"
#include "config.h"
#include "http.h"
#include "ledger.h"

struct job;
struct json_object;

/* Opens ledger, spool and PBX client, and takes up what an earlier run left. config is lent until
 * job_close (or replaced by job_reload). send: false for extspool, which acts on the ledger and
 * files imports but sends nothing. */
bool job_check(const struct config *config, struct fault *f); /* what job_open would refuse */
bool job_open(struct config *config, bool send, struct job **ret, struct fault *f);
/* Gives intents that were not handed to the PBX back, commits, closes. Returns NULL. */
struct job *job_close(struct job *j);

/* Takes over another configuration (lent like the first; the old one may then be freed). False,
 * with nothing changed, when the new one cannot be used. */
bool job_reload(struct job *j, struct config *config, struct fault *f);

/* The spool is to be looked at again: something happened there. */
void job_hint(struct job *j);
/* Told by the program's loop, for status and metrics: incoming/ is watched or, for this reason,
 * polled; a new configuration was taken over, or refused. */
void job_watched(struct job *j, bool watched, const char *why);
/* Why the status page cannot be served, for status; "" when it is, or is not wanted. */
void job_paged(struct job *j, const char *why);
void job_reloaded(struct job *j, bool good);

/* One turn: bounded work. False when the ledger or the spool fails: stop, a restart repairs. For
 * want of space, and when folders were replaced, it stands still instead and goes on by itself. */
bool job_turn(struct job *j, struct fault *f);
/* Milliseconds until the next turn is due although nothing happens; 0: at once. */
int64_t job_due(const struct job *j);
/* For sleeping between turns. */
struct http *job_http(struct job *j);

/* No new calls; those in flight are awaited. */
void job_stop(struct job *j);
bool job_stopped(const struct job *j);

enum job_state {
    JOB_BUSY,  /* something can make progress */
    JOB_STUCK, /* all that is left waits or is held */
    JOB_IDLE,  /* nothing is left */
};
enum job_state job_state(struct job *j);
/* Some row was refused, or some file rejected, since job_open. */
bool job_refused(const struct job *j);

/* Why all stands still (lent), or NULL: nothing but status and a reload can be asked for then. */
const char *job_still(const struct job *j);

/* Why imports do not go on (lent), or NULL: all stands still, or no daemon is there to send (and
 * this is none), or they wait for the PBX, the network or the configuration, or the job is about to
 * end. Whoever tells people so asks here, so that all of them say the same. */
const char *job_waiting(const struct job *j);

/* One line on what goes on, for the service manager (lent until the next call): how far it is, or
 * why it waits, or that it has stopped, and the oldest held import with the reason of its hold. */
const char *job_summary(struct job *j);

/* Operators' verbs. Each returns false with a FAULT_INPUT that says why it cannot be done. */
bool job_hold(struct job *j, uint64_t id, struct fault *f);
bool job_release(struct job *j, uint64_t id, struct fault *f);
bool job_retry(struct job *j, uint64_t id, struct fault *f);
bool job_cancel(struct job *j, uint64_t id, struct fault *f);

/* {"imports":[{"id","name","state","rows","done","rate","left","reason","code","profile","since",
 * "finished","counts"}],"unclaimed":[{"name","reason"}],"missing":[{"name","reason"}],"waiting":…,
 * "daemon":{"calls","calls_most","session","watch","watch_reason","receipts","page"}}: unfinished
 * and held imports and the last finished ones, and mapping profiles whose file did not come in
 * time. rate is rows a second, left seconds or null; code is why it is held or rejected, or "";
 * since is when it was claimed, finished when it ended or was held, or null, both milliseconds
 * since 1970; done counts rows that have an outcome, and counts says which, as for job_overview,
 * but is null for all that are not held. receipts is why they cannot be written, or "", and page
 * why the status page cannot be served. waiting is what job_waiting says, null while nothing waits;
 * daemon is null where this is none. The caller owns it. NULL with a fault when the ledger fails.
 */
struct json_object *job_status(struct job *j, struct fault *f);
/* The same for the status page, never long and never dear, so that it can be asked for once a
 * second: unfinished imports, oldest first, then held ones likewise, then ended ones, newest first,
 * of each kind OVERVIEW_MOST at most. Each import has also
 *   "counts"   {"rows","created","unchanged","skipped","invalid","failed"}; null till it ended
 *              or is held
 *   "report"   the name of its HTML report in reports/; null when there is none
 * daemon has also
 *   "version", "started" (milliseconds since 1970), "language" ("en", "de")
 *   "pbx"            the PBX's URL, "" when none is configured
 *   "waiting_since"  when imports began to wait, or null
 *   "coming", "staying"  files in incoming/ that will be taken up, or stay (unclaimed)
 *   "spool_free"     bytes that are free on the spool's file system
 *   "reload_refused" the last new configuration was refused
 *   "stopping"       the daemon is about to end
 * and the whole has also "time", when this was so (milliseconds since 1970), and "more": unfinished
 * imports and held ones that are not in the list. The page adds "late": seconds for which the
 * daemon has not answered, 0 while all is well. */
#define OVERVIEW_MOST 50
struct json_object *job_overview(struct job *j, struct fault *f);
/* Adds the metrics as they are now, as the textfile has them, or in OpenMetrics' form. */
void job_metrics(struct job *j, bool open_metrics, struct buf *to);
/* {"id","name","state","counts":{…},"reason","files":[paths],"refused":[{row,line,number,outcome,
 * code,message}],"refused_truncated"}. FAULT_INPUT when there is no such import. */
struct json_object *job_show(struct job *j, uint64_t id, struct fault *f);
/* {"id","whole":bool,"rows","problems":[text]}: whether every record has exactly one outcome. */
struct json_object *job_verify(struct job *j, uint64_t id, struct fault *f);

/* Files that have served their time, of some imports from this id on: removed, or only named.
 * {"items":[{"id","what","path","bytes","age"}],"problems":[text],"next":id}: what is one of
 * passwords, sent and report, and, of those only named, entry (the import in the ledger, with path
 * null); age in seconds since the import's end; next is where to go on, 0 at the end. NULL with a
 * fault when the ledger or a folder fails. The caller owns it. */
struct json_object *job_prune(struct job *j, uint64_t from, struct fault *f);
struct json_object *job_prunable(struct job *j, uint64_t from, struct fault *f);
/* The same for the entries of those that have nothing left, once job_prune is through. */
struct json_object *job_forget(struct job *j, uint64_t from, struct fault *f);
/* {"id","name","state","reason","since","events":[{"time","source":"ledger","event","text"}]}: what
 * the ledger knows of when, in no order; since: when it was claimed, milliseconds since 1970. */
struct json_object *job_history(struct job *j, uint64_t id, struct fault *f);

#endif
