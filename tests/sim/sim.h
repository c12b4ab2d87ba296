/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A world in which the engine lives without sockets and without time.
 *
 * The real engine (job and all below it, http.c aside) runs in a process for each of its lives;
 * the world is shared memory, which outlives them: a clock, one or two PBXs, the calls on their
 * way, the files dropped, and what the promises allow next. One seed decides everything.
 *
 *   main.c      seeds, processes, what is printed
 *   world.c     one seed: the world's make-up, its lives one after the other
 *   life.c      one life of the engine: turns, and the time between them
 *   system.c    what the engine gets from the C library: time, chance, and steps to die at
 *   people.c    who drops files, operates the queue, changes settings, breaks the PBX
 *   box.c       a PBX: its extensions, its session, its troubles
 *   talk.c      bodies of calls and answers
 *   http_sim.c  http.h without a network
 *   watch.c     the promises that every call must keep
 *   judge.c     the promises that the reports must keep
 */
#ifndef TESTS_SIM_SIM_H
#define TESTS_SIM_SIM_H

#include "base.h"
#include "clock.h"
#include "http.h"
#include "job_own.h"
#include "json.h"

#define BOXES        2
#define NUMBERS      12
#define FIRST_NUMBER 2001
#define DROPS        6
#define ROWS         10
#define CALLS        128
#define TEXT         32

struct fields {
    char username[TEXT], password[TEXT], callerid[TEXT];
};

/* ---- the PBX ---- */

enum trait {
    TRAIT_HONEST,
    TRAIT_REFUSED, /* the PBX refuses this number for good */
    TRAIT_BAD,     /* every add of this number goes wrong, whatever becomes of the others */
};

struct number {
    enum trait trait;
    int error_number; /* TRAIT_REFUSED */
    size_t fate;      /* TRAIT_BAD */
};

/* A number on a PBX, and what its client can know of it. */
struct extension {
    bool exists, ours;
    struct fields fields;
    unsigned abroad; /* adds on their way */
    bool doubt;      /* an add may have gone through: */
    int64_t cut;     /* since when nothing can be heard of it any more */
    bool ever_doubted;
    bool made;          /* Success was heard, or a query showed what had been sent */
    struct fields sent; /* with the last add */
    unsigned pardons;   /* where the PBX cannot be asked: adds that may follow one in doubt */
    bool bad;           /* the last add was answered badly, and it is not said yet if it counts: */
    uint64_t served;    /* what the PBX had served by then */
    unsigned attempts;  /* that may be counted against the row */
};

enum fortune { FORTUNE_UP, FORTUNE_DOWN, FORTUNE_FULL };

struct box {
    bool queries;     /* extension/query is there */
    bool has_apply;   /* apply is there */
    int absent;       /* how a query answers that finds nothing: 0 an empty list, 1 errno 10006,
                         2 errno 10006 too when only some are missing */
    int duplicate;    /* errno of an add of a number that is there */
    unsigned trouble; /* per cent of calls that go wrong by themselves */
    enum fortune fortune;
    size_t fate;       /* of every call while FORTUNE_DOWN */
    unsigned password; /* version */
    unsigned token;    /* that is good, 0: none */
    unsigned tokens;   /* given */
    int64_t token_used;
    bool unapplied; /* stored, and not applied */
    struct extension extensions[NUMBERS];
    /* what its client knows */
    uint64_t served;      /* adds answered well */
    unsigned bad;         /* bit by number: adds answered badly since one was answered well */
    bool shut;            /* one probe at a time */
    int64_t pause;        /* nothing may leave before */
    unsigned refused;     /* version of the password that was refused: this is on the disk … */
    unsigned refused_new; /* … and this not yet */
    int64_t locked, locked_new;
    bool owes, owes_new;     /* an apply */
    unsigned logins_refused; /* with the password of now */
    unsigned uncertain;      /* adds after which a row may be in doubt */
};

enum kind { CALL_LOGIN, CALL_HEARTBEAT, CALL_ADD, CALL_QUERY, CALL_APPLY };

struct call {
    bool busy;   /* until it is answered or given up, and its work is done or will not be */
    bool waited; /* a client waits for its answer */
    unsigned generation;
    enum kind kind;
    size_t box;
    uint64_t tag;
    struct http_taker taker;
    bool xml;
    unsigned token;
    unsigned password;            /* login: its version */
    unsigned asked;               /* add, query: bit by number */
    bool everything;              /* a query for all extensions */
    struct fields fields;         /* add */
    int64_t posted, work, answer; /* times; CLOCK_NEVER: it does not come to that */
    size_t fate;
    bool worked;
    int error_number; /* that the work ended with, 0: Success */
    unsigned found;   /* query: bit by number */
    struct fields seen[NUMBERS];
    unsigned given; /* login: the token */
};

/* ---- files ---- */

enum row_kind_dropped { DROPPED_VALID, DROPPED_BAD_NUMBER, DROPPED_NO_PASSWORD, DROPPED_BLANK };

struct dropped_row {
    enum row_kind_dropped kind;
    size_t number;
    struct fields fields;
};

struct drop {
    bool dropped;
    bool unusable;  /* no CSV file for us: rejected as a whole */
    bool cancelled; /* an operator has said so */
    size_t count;
    struct dropped_row rows[ROWS];
};

/* ---- the world ---- */

struct world {
    uint64_t seed;
    uint64_t dice[2]; /* of the world; of the engine */
    bool trace;
    char folder[64];
    char broken[256]; /* the first promise that was broken */
    /* time */
    int64_t now;  /* milliseconds since the world began */
    int64_t boot; /* when the clock that never goes back was 0 */
    int64_t wall; /* what the other clock is ahead of now */
    /* settings of the engine */
    size_t box;
    unsigned password;   /* version that is configured */
    unsigned session;    /* url, password and format as a number … */
    unsigned generation; /* … and how often they have changed */
    int format, existing, mode, ready;
    int64_t concurrency, attempts, first, rescan;
    double rate;
    bool moved; /* the URL has changed once */
    /* its lives */
    unsigned life, deaths, deaths_most;
    int64_t fuse;   /* steps until it dies, 0: not by a step */
    int64_t die_at; /* when it dies between two turns */
    bool armed;
    unsigned turns;
    unsigned posts; /* calls begun in this life */
    unsigned calls_total, crashes_in_turn;
    /* people */
    int64_t next_event;
    int events;
    bool final; /* nobody disturbs any more */
    int64_t final_since;
    bool healed; /* nor has the PBX a grudge against any number */
    struct number numbers[NUMBERS];
    struct box boxes[BOXES];
    struct call calls[CALLS];
    struct drop drops[DROPS];
};

extern struct world *world;

/* ---- world.c ---- */
/* Lives through one seed in a folder of its own below `below`; false when a promise was broken,
 * which world->broken then names. */
bool world_run(uint64_t seed, const char *below, bool trace);
/* A promise is broken: this life ends, and the seed has failed. Only the first counts. */
void broken(const char *format, ...) PRINTF_LIKE(1, 2) __attribute__((noreturn));
/* The same without ending anything: for the parent. */
void note_broken(const char *format, ...) PRINTF_LIKE(1, 2);
void trace(const char *format, ...) PRINTF_LIKE(1, 2);
unsigned dice(unsigned sides); /* 0 … sides - 1 */
bool chance(unsigned per_cent);
const char *path_in(const char *name); /* in the world's folder; valid until the next call */
/* Reads the configuration that all worlds begin with; once, before the first. */
void world_config(const char *below);

/* ---- life.c ---- */
#define LIFE_STOPPED 10 /* it was asked to end, or was done */
#define LIFE_DIED    11
#define LIFE_DONE    12 /* nothing is left to do */
#define LIFE_BROKEN  13
void life_live(void) __attribute__((noreturn));       /* in a process of its own */
void life_look_after(void) __attribute__((noreturn)); /* one more life, which must change nothing */
/* The settings of now as a configuration. */
struct config *life_config(void);
extern struct config *config_base;

/* ---- system.c ---- */
int64_t mono_now(void);  /* what the engine's clock shows */
void system_begin(void); /* once, before the first life */

/* ---- people.c ---- */
void people_begin(void);
void people_act(struct job *j);
/* Without an engine: the rest of what was planned is given up, everything works. */
void people_rest(void);
/* Which file an import is, by its name: "f3.csv". */
size_t drop_of(const char *name);

/* ---- box.c ---- */
void box_begin(void);
/* What becomes of a call: when its work is done, when it is answered, how. */
void box_decide(struct call *c);
/* Does all the work that is due by now, in its order. */
void box_work(void);
/* The engine died: nobody waits for answers any more. */
void box_abandon(void);
int64_t box_next_answer(void);
bool fate_is_answer(const struct call *c); /* a whole, honest answer */
const char *fate_name(size_t fate);
size_t fate_named(const char *name);

enum deed { DEED_DONE, DEED_NOT_DONE, DEED_LATE };
struct fate {
    const char *name;
    enum http_end end;
    int status;
    int error_number; /* answered in place of the truth */
    enum deed deed;
    int64_t retry_after;
    const char *body; /* NULL: what is due */
    bool hangs;       /* till the client gives up */
};
const struct fate *fate_of(const struct call *c);

/* ---- talk.c ---- */
/* Reads the body of a call. */
void talk_read(struct call *c, const char *url, const char *body, size_t len);
void talk_answer(const struct call *c, struct buf *to);
const char *kind_name(enum kind kind);

/* ---- watch.c ---- */
void watch_post(const struct call *c, size_t in_flight);
void watch_answer(const struct call *c);
void watch_lost(const struct call *c); /* the engine died, and nobody hears its answer */
void watch_died(void);
void watch_committed(void);
void watch_settings(void); /* other settings: what was known of the PBX's health is forgotten */
void watch_retried(const struct drop *d);
void watch_released(const struct drop *d);

/* ---- judge.c ---- */
/* Whether the reports tell what happened. */
void judge(void);
/* A digest of all that lies in the spool. */
uint64_t judge_print(void);

#endif
