/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ledger (SQLite): places and outcomes of every record, never its values. One process writes
 * it. Changes gather in one transaction until ledger_commit, the barrier: what it returned from
 * is on the disk. The file is DIRECTORY/ledger.db; DIRECTORY/ledger.lock is held while it is open.
 */
#ifndef EXTSPOOLD_LEDGER_H
#define EXTSPOOLD_LEDGER_H

#include "code.h"
#include "fault.h"
#include "digest.h"
#include "record.h"

struct ledger;

#define LEDGER_NAME    256
#define LEDGER_NUMBER  RECORD_NUMBER
#define LEDGER_REASON  256
#define LEDGER_CHOICES 1024

/* One import. Fixed-size texts are NUL-terminated. Times are wall-clock milliseconds, 0 = not yet.
 */
struct import {
    uint64_t id;
    enum import_state state;
    /* False while the folders lag behind the state: reports to write, the file to move. */
    bool filed;
    /* An operator cancels it: rows in doubt are looked up, nothing is sent any more. */
    bool cancelling;
    bool apply; /* the PBX put an add off (errno 10025): one apply is due after the last row */
    char name[LEDGER_NAME]; /* the dropped name, printable (buf_name), cut */
    char stem[LEDGER_NAME]; /* "000042-NAME" without extension: what report names begin with */
    char file[LEDGER_NAME]; /* "000042-NAME.csv": the original's name in work/, done/ … */
    uint64_t bytes;
    char sha256[DIGEST_HEX]; /* of the original; "" until it was read */
    char encoding[16];
    bool bom;
    char delimiter;
    char quote;                   /* around cells */
    bool separator;               /* a line sep=X stood on top */
    char choices[LEDGER_CHOICES]; /* what was found out about the file, and why; see dialect.h */
    char profile[64];
    bool profile_named;              /* by its folder or the configuration, not recognised */
    char profile_digest[DIGEST_HEX]; /* of the profile's text (kept in state/); "" none */
    char schema[DIGEST_HEX];         /* of the schema it was planned with (kept in state/) */
    int64_t pbx;          /* ledger_pbx id that it was planned for; 0 = none was configured */
    uint64_t header_line; /* where the header stands, and where the records begin */
    uint64_t header_offset;
    uint64_t data_offset;
    uint64_t data_line;
    uint64_t header_rows;             /* lines of headings: 1, or 2 where labels follow keys */
    uint64_t columns;                 /* cells in the header */
    uint64_t max_record, max_columns; /* [import]'s limits of a record that it was read with */
    uint64_t rows;                    /* planned: known when planning ended */
    int64_t started, finished;
    int deaths;                 /* of the daemon while it read this file */
    int code;                   /* why it is held or rejected, or CODE_NONE */
    char reason[LEDGER_REASON]; /* the same in words */
    enum import_state resume;   /* what a release goes on to */
    bool doubted;               /* the ledger that knew what became of its rows is lost */
    bool secrets;               /* some of its cells are generated: there is a key of its own */
};

struct ledger_row {
    uint64_t row; /* from 1 after the header */
    uint64_t line, offset, bytes;
    char number[LEDGER_NUMBER]; /* "" when it has no number fit to be shown */
    enum row_state state;
    bool findings; /* reading and checking it again yields findings */
    bool doubted;  /* was ever in doubt */
    int attempts;
    int code;
    int64_t due;      /* wall clock: not before */
    int64_t finished; /* wall clock */
    char detail[64];  /* what the code's message adds (fields that changed …), never a value */
};

struct ledger_counts {
    uint64_t rows, created, unchanged, skipped, invalid, failed;
    uint64_t open; /* rows without an outcome; rows = open + the five */
};

/* What is not finished. */
#define LEDGER_CODES 64 /* codes for which an import is held or rejected are below that */
struct ledger_queue {
    uint64_t states[IMPORT_CANCELLED + 1]; /* imports in each state: claimed … sending, and held */
    uint64_t held[LEDGER_CODES];           /* imports that are held, by code */
    int64_t oldest; /* when the oldest that is neither finished nor held was claimed; 0: none */
};

/* When an import that was read by this profile ("": by none) was done last. */
struct ledger_success {
    char profile[64];
    int64_t finished;
};

/* Opens or makes the ledger in folder directory (made 0711 when missing). A damaged one is kept as
 * ledger.db.damaged-MILLISECONDS, and a new one begins; one of an older version becomes one of this
 * version, wholly or not at all. False when another process has it (the text says so), or it was
 * written by a newer version. */
bool ledger_open(const char *directory, struct ledger **ret, struct fault *f);
/* The same ledger for looking only: no file is made or changed, and pools can be tried out, which
 * nobody else sees. False when it cannot be read (no rights, none there, of another version, or
 * left by a crash): the text says why. No daemon can start until it is closed, but one may run. */
bool ledger_look(const char *directory, struct ledger **ret, struct fault *f);
/* Looks through all of its file for damage, which takes a second for each few hundred megabytes.
 * *ret is "" when it is sound, else what was found first. */
#define LEDGER_DAMAGE 160
bool ledger_sound(struct ledger *l, char ret[LEDGER_DAMAGE], struct fault *f);
/* One in memory that knows nothing. */
bool ledger_none(struct ledger **ret, struct fault *f);
/* Commits what is pending, unless a call has failed, and closes; when any call has failed with
 * FAULT_DAMAGE, puts the ledger aside as ledger_open does, unless it is only looked at. Returns
 * NULL. */
struct ledger *ledger_close(struct ledger *l);
/* What was wrong with the one that ledger_open has put aside; "" when there was none (lent). */
const char *ledger_damage(const struct ledger *l);
/* The older version that ledger_open has found; 0 when it was this one. */
int64_t ledger_before(const struct ledger *l);
/* A ledger is fresh from its making until ledger_in_use: what lies in the spool by then was
 * claimed by a ledger that is lost. */
bool ledger_fresh(struct ledger *l, bool *ret, struct fault *f);
bool ledger_in_use(struct ledger *l, struct fault *f);
/* After a failure of any call nothing is committed any more, and the same fault comes again: what
 * is on the disk is what the last good commit has left, and the next opening goes on from there. */
bool ledger_commit(struct ledger *l, struct fault *f);
bool ledger_dirty(const struct ledger *l); /* changes since the last commit */

/* This installation's key for digest_keyed; made at the first opening (32 bytes, lent). */
const uint8_t *ledger_key(const struct ledger *l);

/* Every function below returns false only when SQLite fails, which a caller cannot mend. */
/* The greatest id that an import has, or had before it was forgotten; 0: there never was one. */
bool ledger_id_greatest(struct ledger *l, uint64_t *ret, struct fault *f);
/* Writes an import whole, new or known. */
bool ledger_import_set(struct ledger *l, const struct import *i, struct fault *f);
/* *ret_found tells whether there is such an import. */
bool ledger_import_get(struct ledger *l, uint64_t id, struct import *ret, bool *ret_found,
                       struct fault *f);
/* Imports with id > after, ascending, at most room; unfinished only: those that are neither
 * finished nor filed (held ones count as finished here). */
bool ledger_imports(struct ledger *l, uint64_t after, bool unfinished, struct import *to,
                    size_t room, size_t *ret_count, struct fault *f);

/* Of those that are neither finished nor held, or of those that are held, the oldest ones; or, by
 * id, the newest ones of all that have ended and are filed, newest first: at most room. */
enum ledger_kind { LEDGER_GOING, LEDGER_HELD, LEDGER_ENDED };
bool ledger_imports_of(struct ledger *l, enum ledger_kind kind, struct import *to, size_t room,
                       size_t *ret_count, struct fault *f);

/* The last import before this one that is done and had the same bytes; 0 when there is none. And
 * the rows of the last one before it that is done and has its profile; 0 when there is none. That
 * outlives retention, the bytes do not. */
bool ledger_same_file(struct ledger *l, const struct import *i, uint64_t *ret, struct fault *f);
bool ledger_last_rows(struct ledger *l, const struct import *i, uint64_t *ret, struct fault *f);

/* The newest import of a file of this name (spool_name_of) with id < before that was claimed by
 * then (wall); 0 when there is none. The first call makes an index for it. */
bool ledger_namesake(struct ledger *l, const char *name, uint64_t before, int64_t wall,
                     uint64_t *ret, struct fault *f);

/* How many imports are not finished. */
bool ledger_queue(struct ledger *l, struct ledger_queue *ret, struct fault *f);
/* One for each profile, at most room. Reads all imports: to be asked once. */
bool ledger_successes(struct ledger *l, struct ledger_success *to, size_t room, size_t *ret_count,
                      struct fault *f);

/* The greatest id of imports of this profile that were claimed since then; 0: there is none. Reads
 * all imports. */
bool ledger_last_of(struct ledger *l, const char *profile, int64_t since, uint64_t *ret,
                    struct fault *f);

/* The oldest import that is held; 0 when none is. */
bool ledger_held(struct ledger *l, uint64_t *ret, struct fault *f);

/* Takes an import's rows out again, or adds one: its number in the import must be new. */
bool ledger_rows_clear(struct ledger *l, uint64_t id, struct fault *f);
bool ledger_row_add(struct ledger *l, uint64_t id, const struct ledger_row *row, struct fault *f);
/* Updates state, doubted, attempts, code, due, finished and detail of one row. */
bool ledger_row_set(struct ledger *l, uint64_t id, const struct ledger_row *row, struct fault *f);
/* The same of a row that has no outcome, or is to have it no more; and its number. */
bool ledger_row_reopen(struct ledger *l, uint64_t id, const struct ledger_row *row,
                       struct fault *f);
/* Rows with row > after whose state is in states (bits 1u << state; LEDGER_ALL), ascending. */
#define LEDGER_ALL 0xffffffffu
bool ledger_rows(struct ledger *l, uint64_t id, uint64_t after, unsigned states,
                 struct ledger_row *to, size_t room, size_t *ret_count, struct fault *f);
/* Every row in state `from` goes to `to` with this code and time (0 keeps none). */
bool ledger_rows_turn(struct ledger *l, uint64_t id, enum row_state from, enum row_state to,
                      int code, int64_t finished, struct fault *f);
/* Every row that cannot have been sent, planned or to be looked up before it is, is skipped. */
bool ledger_rows_skip(struct ledger *l, uint64_t id, int code, int64_t finished, struct fault *f);
/* Every failed row is to be sent once more: planned, with no attempts and no code. */
bool ledger_rows_again(struct ledger *l, uint64_t id, struct fault *f);
bool ledger_counts(struct ledger *l, uint64_t id, struct ledger_counts *ret, struct fault *f);

/* From now on each row that gets an outcome is counted here, by state - ROW_FINAL. Lent. */
#define LEDGER_OUTCOMES 5
void ledger_count(struct ledger *l, uint64_t outcomes[LEDGER_OUTCOMES]);

/* How far an open row has come in the eyes of other rows with its number: nothing of it has left;
 * it is to be looked up before its first add; or its add may have left. */
enum ledger_way { WAY_PLANNED, WAY_LOOK, WAY_LEFT };
enum ledger_way ledger_way(const struct ledger_row *row);

/* Id of the import that an open row of import `id` is to wait for because of its number; 0 when
 * there is none. One whose add may have left waits for earlier ones alone that are so too. One that
 * is to be looked up waits for all of those, since what it finds while they are under way says
 * nothing, and for earlier ones of its own kind. One that is planned waits for all earlier ones,
 * and for later ones that have come further (the earlier one was retried or released, or took
 * longer to be read). So nobody waits in a circle. */
bool ledger_number_open(struct ledger *l, const char *number, uint64_t id, enum ledger_way way,
                        uint64_t *ret, struct fault *f);

/* Whether there is another unfinished import at all, so that ledger_number_open may find one;
 * and whether anything was created on this PBX, so that ledger_made_get may. For asking once where
 * there are many rows. */
bool ledger_any_other(struct ledger *l, uint64_t id, bool *ret, struct fault *f);
bool ledger_any_made(struct ledger *l, int64_t pbx, bool *ret, struct fault *f);

/* The memory of what this daemon created: per PBX and number a keyed digest of the content. */
#define LEDGER_CONTENT_MOST 256
struct ledger_content {
    uint8_t at[LEDGER_CONTENT_MOST];
    size_t len; /* 0: nothing known */
};
bool ledger_made_get(struct ledger *l, int64_t pbx, const char *number, struct ledger_content *ret,
                     struct fault *f);
bool ledger_made_put(struct ledger *l, int64_t pbx, const char *number,
                     const struct ledger_content *content, struct fault *f);
bool ledger_made_drop(struct ledger *l, int64_t pbx, const char *number, struct fault *f);

/* The numbers that were given out of a pool: per PBX, a person's key to a number. *ret is "" when
 * the key has none. A number belongs to one key alone: it is a bug to give one that is taken. */
bool ledger_pool_get(struct ledger *l, int64_t pbx, const uint8_t key[DIGEST_BYTES],
                     char ret[LEDGER_NUMBER], struct fault *f);
bool ledger_pool_put(struct ledger *l, int64_t pbx, const uint8_t key[DIGEST_BYTES],
                     const char *number, struct fault *f);
/* The PBX has this number by somebody else; and forgets all that was said so. */
bool ledger_pool_occupied(struct ledger *l, int64_t pbx, const char *number, struct fault *f);
bool ledger_pool_vacate(struct ledger *l, int64_t pbx, struct fault *f);
/* Whether a number was given, was created here, or is still to be sent by any import. */
bool ledger_number_taken(struct ledger *l, int64_t pbx, const char *number, bool *ret,
                         struct fault *f);

/* A small number for this PBX URL, the same for ever; the URL itself is kept as a keyed digest. */
bool ledger_pbx(struct ledger *l, const char *url, int64_t *ret, struct fault *f);
/* The same for one that is only looked at; 0 when it is not known. */
bool ledger_pbx_find(struct ledger *l, const char *url, int64_t *ret, struct fault *f);

/* Notes that outlive a restart, by name: the refused login's digest, the end of a lock-out. */
#define LEDGER_NOTE 256
/* Set when the ledger began beside a spool that was used before, until an operator goes on. */
#define LEDGER_NOTE_NUMBERS_LOST "numbers-lost"
bool ledger_note_get(struct ledger *l, const char *name, char ret[LEDGER_NOTE], struct fault *f);
bool ledger_note_put(struct ledger *l, const char *name, const char *text, struct fault *f);
bool ledger_note_drop(struct ledger *l, const char *name, struct fault *f); /* if it is there */
/* The first note of a family (all names that begin so) behind the name in *n; of all when that is
 * "". Fills n when there is one. */
#define LEDGER_NOTE_NAME 160
struct ledger_note {
    char name[LEDGER_NOTE_NAME];
    char text[LEDGER_NOTE];
};
bool ledger_note_next(struct ledger *l, const char *family, struct ledger_note *n, bool *ret_found,
                      struct fault *f);

/* Forgets an import that has ended: about so many of its rows, and when none is left (*ret_gone)
 * the import. Until then it is to be called again. What it created, the numbers that it gave, its
 * id and what ledger_last_rows tells of it stay. */
bool ledger_import_drop(struct ledger *l, uint64_t id, size_t rows, bool *ret_gone,
                        struct fault *f);

#endif
