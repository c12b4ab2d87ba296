/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the job's own files share; nobody else includes this.
 *
 *   job.c       the turn; claims; which imports are worked on
 *   job_open.c  opening, recovery, reload, closing
 *   tell.c      what the log is told of imports and rows
 *   measure.c   the file of metrics
 *   storage.c   no space left on the disk: what waits, and how it goes on
 *   work.c      one import in memory: its columns, private copy
 *   keep.c      the schema and profile that an import was planned with
 *   given.c     what a row gets that does not stand in its file
 *   intake.c    claimed -> planned (or held, rejected)
 *   delivery.c  planned -> sending: rows to tasks, tasks to calls
 *   census.c    whether the PBX still has what is unchanged
 *   verdict.c   answers to row states
 *   filing.c    done, held, rejected, cancelled: reports, moves
 *   secrets.c   the delivery of passwords that were made up, and their end
 *   retention.c what has served its time goes
 *   announce.c  the command that tells people
 *   expected.c  files that did not come
 *   operate.c   operators' verbs
 *   inquire.c   status, show, verify
 *   overview.c  status for the page
 *   history.c   log
 *   receipts.c  what senders are told of their files
 */
#ifndef EXTSPOOLD_JOB_OWN_H
#define EXTSPOOLD_JOB_OWN_H

#include <dirent.h>

#include "clock.h"
#include "columns.h"
#include "copy.h"
#include "guard.h"
#include "job.h"
#include "limit.h"
#include "log.h"
#include "metrics.h"
#include "pbx.h"
#include "plan.h"
#include "profiles.h"
#include "report.h"
#include "retry.h"
#include "spool.h"
#include "spool_name.h"
#include "suspect.h"

#define WORKS_MOST         16 /* imports worked on at the same time */
#define KEPT_MOST          (WORKS_MOST + 4)
#define TASKS_MOST         4096 /* rows in memory */
#define WINDOW_MOST        2048 /* intents committed ahead of the calls */
#define REPORT_ROWS_A_TURN 2000
#define QUERY_MOST         50         /* numbers asked for in one call */
#define QUERIES_MOST       300        /* on their way: the greatest concurrency */
#define QUERY_PROBE        UINT64_MAX /* tag of a query that only asks whether queries work */
#define QUERY_CENSUS       (UINT64_C(1) << 48) /* with an import's id: of one for all extensions */

enum stage { STAGE_BEGIN, STAGE_COPY, STAGE_ROWS, STAGE_SENDING, STAGE_FILING };

enum census { CENSUS_DUE, CENSUS_ASKED, CENSUS_COUNTING, CENSUS_OVER };

/* The rules that imports were planned with (keep.c). */
struct kept {
    char schema_digest[DIGEST_HEX];
    char profile_digest[DIGEST_HEX]; /* "": none */
    struct schema *schema;           /* NULL: a free place */
    struct profile *profile;         /* NULL: the schema's own names */
    size_t users;                    /* works that have them */
    bool synced;                     /* their files, by this process */
};

/* An import that is being worked on. */
struct work {
    struct import import;
    enum stage stage;
    struct kept *kept; /* NULL: not read, or it has none */
    struct columns *columns;
    struct rows *rows;
    struct row read;      /* the row that was read last, its cells lent by rows */
    struct record record; /* of it */
    struct findings findings;
    int copy;
    /* intake */
    int original;
    int copy_out;
    struct copy *copier;
    uint64_t planned; /* rows */
    struct guard guard;
    struct numbers *numbers;
    /* what rows are planned with and given */
    struct plan plan;
    struct pool *pool;         /* NULL: the file has the numbers */
    uint8_t key[DIGEST_BYTES]; /* with import.secrets */
    /* delivery */
    uint64_t cursor; /* rows up to this one were taken */
    bool recovered;  /* rows that an earlier run left half way were taken */
    bool drained;    /* no more rows to take */
    uint64_t passed; /* rows that were passed over, since an earlier import has their number */
    int64_t look;    /* mono: whether it still has is looked at then */
    size_t tasks;    /* of this import in memory */
    bool served;     /* the PBX has answered a row of this import well */
    unsigned first_answers, first_refusals;
    int first_code;
    bool applying; /* an apply is on its way */
    bool mixed;    /* another import has, or since planning had, its hands on numbers */
    uint64_t created, others_created; /* of this import; of all when planning began */
    /* census */
    enum census census;
    uint64_t unchanged;    /* rows that wait for it */
    unsigned asked;        /* and answered badly */
    struct numbers *there; /* on the PBX; NULL when that is not known of all */
    uint64_t counted;      /* rows up to this one were compared */
    uint64_t missed;       /* of them were not there, or are to be looked up */
    /* progress */
    uint64_t total, done;
    int64_t began; /* mono */
    uint64_t done_at_begin;
    struct limit refusals; /* that the log is told */
    /* filing */
    struct secrets *secrets;
    bool delivered; /* they are */
    struct report *report;
    bool receipts; /* the report writes them as well */
    /* no space left on the disk */
    int64_t again; /* mono: the step that failed is tried again then */
    unsigned waits;
    char why[256];
};

enum phase {
    TASK_FREE,
    TASK_READY,  /* its intent will be committed before it leaves */
    TASK_ABROAD, /* the add is on its way */
    TASK_LATER,  /* until due: then a look-up, or ready again */
    TASK_ASKING, /* part of a query on its way */
};

/* One row in memory. */
struct task {
    enum phase phase;
    struct work *work;
    uint64_t tag; /* its own for ever; its index is tag % TASKS_MOST */
    struct ledger_row row;
    struct ledger_content content; /* of what was sent last */
    int64_t due;                   /* mono */
    unsigned tries;                /* bad answers so far */
    bool unweighed;                /* a bad try of which is not said yet whether it counts */
    uint64_t served;               /* pbx_served when the last bad answer came */
    unsigned unexplained;          /* tries that count for no row */
    int last_code;
    bool alone; /* ask for this number in a query of its own */
};

struct query {
    size_t count;
    size_t tasks[QUERY_MOST];
};

/* The ledger cannot be written for want of space, or a folder was replaced: all parts are closed,
 * as if between two runs. */
struct still {
    char why[256]; /* "": it does not stand still */
    unsigned tries;
    int64_t until;  /* mono: opened again then */
    int64_t opened; /* mono: when that worked last */
};

/* A pass over what has served its time (retention.c). */
enum retention_stage { RETENTION_RESTS, RETENTION_SECRETS, RETENTION_FILES, RETENTION_ENTRIES };

struct retention {
    enum retention_stage stage;
    int64_t due;    /* mono: the next one begins */
    DIR *keys;      /* of made-up passwords; NULL: not open */
    uint64_t after; /* imports up to this id are done with, in this stage */
    uint64_t first; /* import that may be forgotten; 0: none */
    uint64_t files, bytes, forgotten, stay;
};

/* How the clock went since the start, as far as retention minds (retention.c). It outlives a pass,
 * a reload and a job that stands still. */
struct steady {
    bool known;
    int64_t apart; /* wall - mono, at the last turn */
    int64_t rest;  /* mono: nothing goes until then */
};

/* What is counted and measured. It outlives a job that stands still. */
struct measure {
    struct metrics metrics;
    uint64_t changes; /* beside those of metrics.calls */
    struct metrics_pace pace;
    struct spool_unclaimed unclaimed; /* as it was after the last scan */
    bool recalled;                    /* successes of before the start */
    bool failed;                      /* the file could not be written, which was told */
};

/* Counts of imports that have ended or are held, as they were last asked for. */
#define COUNTED_MOST 256
struct counted {
    uint64_t id;      /* 0: none */
    int64_t finished; /* of the end that they are of */
    struct ledger_counts counts;
};

/* What senders are told (receipts.c). */
struct receipts {
    int fd;         /* their folder; -1: it is not open */
    unsigned group; /* the folder's, whose the files are */
    bool known;     /* after is */
    bool due;       /* imports with an id > after may be under way and not told */
    uint64_t after;
    char why[256]; /* what is wrong, which was logged; "": nothing */
    unsigned tries;
    int64_t again; /* mono: tried again then */
};

/* How incoming/ is looked after, as main tells it. */
struct watching {
    bool known, good;
    char why[256]; /* there is no watch */
};

struct job {
    struct config *config;
    struct measure *measure;
    struct announce *announce; /* announce.h; NULL while it stands still, as is the next */
    struct expected *expected;
    bool send;
    char alone[LEDGER_NOTE + 64]; /* why nothing is sent where send is false */
    struct still still;
    struct watching watch;
    char page_why[160];                   /* why the status page cannot be served, or "" */
    struct counted counted[COUNTED_MOST]; /* an import's place is its id, modulo that */
    struct ledger *ledger;
    struct spool *spool;
    struct suspect *suspect;
    struct http *http;
    struct pbx *pbx;
    struct schema *schema; /* the configured one */
    char schema_digest[DIGEST_HEX];
    struct profiles *profiles;
    struct kept kept[KEPT_MOST];
    struct content_tagger *tagger;
    uint64_t next_id;
    struct retention retention;
    struct receipts receipts;
    struct steady steady;
    bool relearn; /* what was created before the ledger was lost may be on the PBX */
    /* time of this turn */
    int64_t mono, wall;
    /* spool */
    bool hinted;
    int64_t next_scan;
    bool claims_pending; /* more files may be complete */
    /* works */
    struct work *works[WORKS_MOST];
    size_t next_work, next_intake; /* round robin */
    bool more_works;               /* the ledger may hold unfinished imports that are not loaded */
    uint64_t admitted;             /* up to this id they are */
    /* tasks */
    struct task *tasks;
    size_t tasks_count, task_hint;
    uint64_t serial;          /* of the last task made */
    size_t ready[TASKS_MOST]; /* ring of indices */
    size_t ready_head, ready_count;
    size_t ready_sealed; /* of them, from the head: their intent is on the disk */
    int64_t later_due;   /* no later task is due before */
    size_t abroad;
    const struct task *lone;          /* abroad, and nothing else may leave meanwhile */
    uint64_t created;                 /* rows, of all imports since the start */
    size_t window;                    /* intents that are committed ahead */
    int64_t filled;                   /* mono: when rows were taken last */
    struct query query[QUERIES_MOST]; /* by tag; count 0 is free */
    bool probed, probing; /* whether it was asked, and is being asked, if queries work */
    bool renew;           /* another configuration was taken over: see job_renew */
    /* the barrier */
    int64_t dirty_since;
    bool barrier; /* commit at the end of this turn, whatever else */
    /* the end */
    bool stopping;
    bool refused;
    char summary[512];
    char told[256]; /* last reason for waiting that was logged */
    bool told_loud;
    int64_t told_since;
};

/* ---- work.c ---- */
struct work *work_new(const struct import *import);
struct work *work_free(struct work *w); /* NULL */
/* Opens the private copy and the rules that the import was planned with, and maps its header. */
bool work_open(struct job *j, struct work *w, struct fault *f);
/* Reads one row again: w->record and w->findings are filled. *ret_state is what the check says;
 * ROW_FAILED stands for "this is not the record that was planned". */
bool work_row(struct work *w, const struct ledger_row *row, enum row_state *ret_state,
              struct fault *f);
/* Turns the import to held, rejected … and lets filing follow. */
void work_turn(struct job *j, struct work *w, enum import_state state, int code,
               const char *reason);

/* ---- keep.c ---- */
/* Keeps the configured schema and this profile for the import, and reads them for it. */
bool keep_rules(struct job *j, struct work *w, const struct profile *p, struct fault *f);
/* Gets both for the work, as far as the import has them: w->kept, lent until keep_close. */
bool keep_open(struct job *j, struct work *w, struct fault *f);
bool keep_any(struct job *j); /* whether any import was ever planned here */
void keep_close(struct work *w);
void keep_end(struct job *j); /* once no work has any */

/* ---- given.c ---- */
#define GIVEN_NAME   32
#define GIVEN_ENDING ".key"
/* The folder of the imports' keys, and the name of one. */
bool given_folder(struct job *j, int *ret_fd, struct fault *f);
void given_key_name(uint64_t id, char to[GIVEN_NAME]);
bool given_key(struct job *j, uint64_t id, uint8_t to[DIGEST_BYTES], bool *ret_found,
               struct fault *f);
/* Opens the pool and makes the key, or reads them again, as the mapped columns want. */
bool given_begin(struct job *j, struct work *w, struct fault *f);
bool given_open(struct job *j, struct work *w, struct fault *f);

/* ---- secrets.c ---- */
/* Delivers an import's passwords; *ret_over when nothing is left to do. */
bool secrets_step(struct job *j, struct work *w, size_t rows, bool *ret_over, struct fault *f);
struct secrets *secrets_free(struct secrets *s); /* NULL */
bool secrets_run(const struct work *w);          /* the command is under way */
/* Whether passwords of an import are still kept, which its key says; removes file and key, the
 * key last, for good. */
bool secrets_there(struct job *j, uint64_t id, bool *ret, struct fault *f);
bool secrets_remove(struct job *j, const struct import *i, struct fault *f);
/* Removes what is older than [secrets] keep, of some keys; *ret_over when those were the last.
 * secrets_expire_end breaks it off. */
bool secrets_expire(struct job *j, bool *ret_over, struct fault *f);
void secrets_expire_end(struct job *j);

/* ---- retention.c ---- */
/* A piece of the pass that is due or under way, none for a while after the clock was set forward;
 * false when the ledger or a folder fails. */
bool retention_step(struct job *j, struct fault *f);
int64_t retention_due(const struct job *j); /* mono */
void retention_end(struct job *j);          /* the next pass begins at once, from the start */

/* ---- receipts.c ---- */
bool receipts_wanted(const struct job *j);
/* Whether the folder can be used: opens it, or opens it anew where the path leads to another one.
 * What is wrong is logged once. */
bool receipts_open(struct job *j);
void receipts_close(struct job *j);
/* The ledger is to know for good in which of the folders that are looked into receipts lie: what is
 * seen of them once another folder has them, or none, is no input either. After each scan. */
bool receipts_scanned(struct job *j, struct fault *f);
bool receipts_were_in(void *with, const char *profile); /* for spool_told; with is the job */
/* There are new imports; tells those that are in the ledger of it, some in each step, or looks
 * whether what is wrong is over; mono when that is due. False only when the ledger fails. */
void receipts_claimed(struct job *j);
bool receipts_step(struct job *j, struct fault *f);
int64_t receipts_due(const struct job *j);
/* The folder for a report's receipts, lent, when all that comes before them is done; else -1. */
bool receipts_begin(struct job *j, uint64_t id, int *ret_folder, struct fault *f);
/* The report is whole, with receipts or without; *why is what went wrong with them. */
void receipts_end(struct job *j, const struct work *w, const struct fault *why);
/* The names in the folder that belong to an import, at most RECEIPT_NAMES. */
#define RECEIPT_NAMES (2 * RECEIPTS)
struct receipt_name {
    enum receipt kind;
    char name[SPOOL_NAME_RECEIPT];
};
bool receipts_names(struct job *j, const struct import *i, struct receipt_name to[RECEIPT_NAMES],
                    size_t *ret_count, struct fault *f);

/* ---- tell.c ---- */
/* The places of an import, lent from it. */
struct log_about about(const struct import *i);
/* A row has its outcome: when it is refused, a line tells its place and the reason, or counts it
 * where there were many. */
void tell_row(const struct job *j, struct work *w, const struct ledger_row *row);
/* The import is done, held, rejected or cancelled: the log is told, and noted what people are. */
bool tell_end(struct job *j, struct work *w, struct fault *f);
/* The code of the i-th reason for which imports are held; CODE_NONE behind the last. */
int tell_hold_code(size_t i);

/* ---- measure.c ---- */
struct measure *measure_new(int64_t wall); /* the caller frees it */
void measure_parts(struct job *j);         /* ledger and pbx are new: they are to be counted */
void measure_change(struct job *j);        /* something is different, and to be written some time */
void measure_watched(struct job *j, bool polling);
void measure_scanned(struct job *j);                     /* incoming/ was looked at */
void measure_end(struct job *j, const struct import *i); /* its report is written */
/* Writes the file when that is due; when that is (mono); as soon as may be; the last time. */
void measure_turn(struct job *j);
int64_t measure_due(const struct job *j);
void measure_again(struct job *j);
void measure_close(struct job *j);

/* ---- storage.c ---- */
/* The import waits for this reason, and its step is tried again after a while. */
void storage_wait(struct job *j, struct work *w, const char *why);
/* What a step of one import came to: when it failed for want of space, that import alone waits,
 * and true is returned. */
bool storage_step(struct job *j, size_t place, bool good, struct fault *f);
/* The job stands still after a fault that passes; false after any other. */
bool storage_still(struct job *j, const struct fault *why);
/* Opens a job that stands still when that is due. False with a fault that does not pass. */
bool storage_open(struct job *j, struct fault *f);

/* ---- job_open.c ---- */
struct job *job_new(struct config *config, bool send);
bool job_begin(struct job *j, struct fault *f); /* opens all parts and takes up what was left */
void job_end(struct job *j);                    /* closes all parts */
/* What a configuration that was taken over changes in the ledger, in the turn after: a failure of
 * that is one of the turn, since the old configuration is gone. */
bool job_renew(struct job *j, struct fault *f);

/* ---- intake.c, delivery.c, filing.c: a bounded piece each ---- */
/* *cost grows by what the step took, in rows: by at least 1, and by about INTAKE_STEP when the work
 * has more of the same to do. */
#define INTAKE_STEP 2000
bool intake_step(struct job *j, struct work *w, size_t *cost, struct fault *f);
bool intake_copy_again(struct job *j, struct work *w, struct fault *f);
bool delivery_start(struct job *j, struct work *w, struct fault *f);
/* A changed [pbx] url holds what was planned for another PBX, until an operator releases it:
 * false then, and the import is turned to held. */
bool delivery_for_this_pbx(struct job *j, struct work *w);
bool delivery_fill(struct job *j, struct fault *f); /* takes rows, commits nothing */
bool delivery_send(struct job *j, struct fault *f); /* after the barrier */
/* Lets rows whose intent is committed take the places of calls that were answered. */
bool delivery_refill(struct job *j, struct fault *f);
bool delivery_settle(struct job *j, struct work *w, struct fault *f); /* is it finished? */
/* Whether another import comes first with the number of a row: then the row waits, in the ledger,
 * not in memory, since the other may be held for weeks. */
bool delivery_pass_over(struct job *j, struct work *w, const struct ledger_row *row, bool *ret_pass,
                        struct fault *f);
int64_t delivery_due(const struct job *j);
/* All that the import has left waits for earlier ones that have its numbers. */
bool delivery_blocked(const struct job *j, const struct work *w);
/* Takes an import's tasks that are not on their way out of memory; intents go back to planned. */
bool delivery_withdraw(struct job *j, struct work *w, struct fault *f);
bool filing_step(struct job *j, struct work *w, bool *ret_done, struct fault *f);
/* Brings an import's file back into work/ and its private copy back when it is gone. */
bool filing_undo(struct job *j, struct work *w, struct fault *f);

/* ---- census.c ---- */
bool census_step(struct job *j, struct work *w, struct fault *f);
void census_answer(struct job *j, const struct pbx_answer *a);
bool census_waits(const struct job *j, const struct work *w);

/* ---- verdict.c ---- */
bool verdict_take(struct job *j, struct fault *f); /* all answers that have come */
/* A row that a look-up was to settle, on a PBX that cannot be asked. */
bool verdict_unasked(struct job *j, struct task *t, struct fault *f);
/* The row of a task is final. */
bool task_finish(struct job *j, struct task *t, enum row_state state, int code, struct fault *f);

/* ---- tasks (delivery.c) ---- */
void task_later(struct job *j, struct task *t, int64_t due);
void task_ready(struct job *j, struct task *t);
void task_drop(struct job *j, struct task *t);
bool task_save(struct job *j, struct task *t, struct fault *f); /* its row into the ledger */

/* ---- job.c ---- */
struct work *job_work(const struct job *j, uint64_t id);
/* An import as it is now, in memory or in the ledger (operate.c). FAULT_INPUT when there is none.
 */
bool job_find(struct job *j, uint64_t id, struct import *ret, struct fault *f);
void job_dirty(struct job *j); /* the ledger has changed: a commit is due soon */
uint32_t job_random(void);

/* ---- inquire.c ---- */
/* The state as people are told it, and why (lent; "" for no reason). */
const char *job_state_of(struct job *j, const struct import *i, const char **ret_reason);
/* Parts of a status (job.h): one import, added to the list; the files that stay in incoming/, added
 * likewise; what only a running daemon knows of itself (the caller owns it); "counts". */
bool inquire_import(struct job *j, const struct import *i, struct json_object *list,
                    struct fault *f);
void inquire_unclaimed(struct job *j, struct json_object *list);
struct json_object *inquire_daemon(struct job *j);
/* The counts of an import; of one that has ended or is held the ledger is asked but once. */
bool inquire_counted(struct job *j, const struct import *i, struct ledger_counts *ret,
                     struct fault *f);
void inquire_counts(struct json_object *to, const struct ledger_counts *c);
void inquire_text(struct json_object *to, const char *key, const char *text);
void inquire_waiting(const struct job *j, struct json_object *to); /* "waiting": job_waiting */
void inquire_moment(struct json_object *to, const char *key, int64_t wall); /* 0: null */
void inquire_number(struct json_object *to, const char *key, uint64_t number);

#endif
