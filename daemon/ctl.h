/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The operator's tool extspool: what its files share. ctl.c has the table of commands; each
 * command is a function that prints and returns how the program ends. */
#ifndef EXTSPOOLD_CTL_H
#define EXTSPOOLD_CTL_H

#include "cell.h"
#include "config.h"
#include "profiles.h"

enum {
    CTL_WELL = 0,     /* done, nothing wrong */
    CTL_NEGATIVE = 1, /* findings, refused rows, "no" */
    CTL_TROUBLE = 2,  /* could not be done; wrong usage */
};

/* The command line, read. */
struct ctl {
    struct config *config;          /* NULL with bad_config */
    const struct fault *bad_config; /* why it cannot be read, or NULL */
    const char *path;               /* that -c names, or NULL */
    bool json;
    bool watch;
    bool plan;
    bool detach;
    bool explain;
    bool dry_run;
    const char *profile; /* that was named, or NULL; [import] profile says the same then */
    char *const *operands;
    size_t count;
};

/* ctl_check.c, ctl_parse.c, ctl_schema.c */
int ctl_check(const struct ctl *c);
int ctl_parse(const struct ctl *c);
int ctl_template(const struct ctl *c);
int ctl_profiles(const struct ctl *c);
int ctl_check_profile(const struct ctl *c);
/* ctl_import.c */
int ctl_import(const struct ctl *c);
/* ctl_status.c, and what --watch of it does: ctl_watch.c */
int ctl_status(const struct ctl *c);
int ctl_watch(const struct ctl *c);
/* ctl_queue.c, ctl_show.c */
int ctl_show(const struct ctl *c);
int ctl_log(const struct ctl *c);        /* ctl_log.c */
int ctl_doctor(const struct ctl *c);     /* ctl_doctor.c */
int ctl_completion(const struct ctl *c); /* ctl_completion.c */
int ctl_verify(const struct ctl *c);
int ctl_hold(const struct ctl *c);
int ctl_release(const struct ctl *c);
int ctl_retry(const struct ctl *c);
int ctl_cancel(const struct ctl *c);
/* ctl_prune.c */
int ctl_prune(const struct ctl *c);

/* Says "extspool: …" on standard error and returns CTL_TROUBLE. */
int ctl_trouble(const char *format, ...) PRINTF_LIKE(1, 2);
int ctl_fault(const struct fault *f);
/* The greater of two ends: trouble before findings before nothing wrong. */
int ctl_worse(int a, int b);

/* ---- files that are only read (ctl_file.c) ---- */

struct ctl_file {
    int fd;         /* a regular file */
    char *name;     /* as it was given, printable */
    char *basename; /* its last part, as it was given */
};

/* Opens a file; "-" is standard input. What is no regular file is copied into a temporary one,
 * up to a little more than `most` bytes (0: all), since rows are read by their place. */
bool ctl_file_open(const char *path, int64_t most, struct ctl_file *ret, struct fault *f);
void ctl_file_close(struct ctl_file *file); /* for ON_LEAVE; takes a zeroed one */

/* What files are checked by. */
struct ctl_rules {
    struct schema *schema;
    struct profiles *profiles;
};
bool ctl_rules_read(const struct config *c, struct ctl_rules *ret, struct fault *f);
void ctl_rules_free(struct ctl_rules *rules); /* for ON_LEAVE; takes a zeroed one */

/* One record as RFC 4180 wants it, with LF, on standard output; quotes only where needed. */
void ctl_record_print(const struct cell *cells, size_t count, char delimiter);

/* How a file was read and why (choices.h), on standard error. */
void ctl_choices_print(const char *name, const char *choices);

/* ---- who answers (ctl_desk.c) ---- */

struct json_object;
struct ctl_desk;

/* Nothing is opened before the first question. config is lent. */
struct ctl_desk *ctl_desk_new(struct config *config);
/* Ends what the questions began: files reports that are due. Returns CTL_TROUBLE when that fails,
 * having said so, else CTL_WELL. */
int ctl_desk_close(struct ctl_desk *desk);

/* Asks the daemon or, where none runs, acts on the ledger itself. The caller owns *ret, the
 * answer's result; verbs that change something have none (NULL). False with a fault that says why
 * not; FAULT_INPUT when the question was understood and the answer is no. */
bool ctl_ask(struct ctl_desk *desk, const char *verb, uint64_t id, struct json_object **ret,
             struct fault *f);
/* The same, but only of a daemon. *ret_running is false when none runs (and that is no fault). */
bool ctl_ask_daemon(struct ctl_desk *desk, const char *verb, uint64_t id, bool *ret_running,
                    struct json_object **ret, struct fault *f);

/* The id that 42 or 000042 names; 0 for anything else. */
uint64_t ctl_id(const char *text);

/* ---- members of answers (ctl_desk.c); "" and 0 when there is none ---- */
const char *ctl_text(struct json_object *from, const char *key);
uint64_t ctl_number(struct json_object *from, const char *key);
struct json_object *ctl_member(struct json_object *from, const char *key);
size_t ctl_length(struct json_object *array); /* 0 when it is none */
struct json_object *ctl_item(struct json_object *array, size_t index);
void ctl_json_print(struct json_object *value); /* on a line of standard output */

/* ---- how things are told (ctl_show.c) ---- */

struct buf;
void ctl_seconds(struct buf *to, uint64_t seconds); /* 45s, 3m50s, 2h10m */
void ctl_rate(struct buf *to, double rate);         /* 0.5/s, 812/s */
void ctl_counts_print(struct json_object *counts);  /* on a line of standard output */
uint64_t ctl_rows_open(struct json_object *counts); /* rows that have no outcome yet */
void ctl_files_print(struct json_object *files);    /* a path on a line each, indented */

/* How far an import is, on standard error (ctl_progress.c): a bar where that is a terminal, else
 * a line for each new state. A zeroed one is ready. */
struct ctl_progress {
    bool shown;     /* a bar stands there */
    char told[512]; /* the last line */
};

/* name is the file's; import what status tells of it, NULL before it is claimed. */
void ctl_progress_show(struct ctl_progress *p, const char *name, struct json_object *import);
void ctl_progress_end(struct ctl_progress *p); /* takes the bar away */

#endif
