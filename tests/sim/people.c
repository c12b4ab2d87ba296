/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME people: who drops files, operates the queue, changes settings, and what befalls the PBX. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "sim.h"

static void put_file(const char *name, const char *text, size_t len)
{
    char temp[128];
    snprintf(temp, sizeof temp, "%s", path_in("put.tmp"));
    int fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    if (fd < 0 || write(fd, text, len) != (ssize_t)len)
        abort();
    close(fd);
    if (rename(temp, path_in(name)) != 0)
        abort();
}

static void write_password(void)
{
    char text[16];
    snprintf(text, sizeof text, "secret%u", world->password);
    put_file("password", text, strlen(text));
}

/* ---- files ---- */

size_t drop_of(const char *name)
{
    size_t drop = name[0] == 'f' ? (size_t)(name[1] - '0') : DROPS;
    if (drop >= DROPS || !world->drops[drop].dropped)
        broken("an import is called '%s', and nobody has dropped that", name);
    return drop;
}

static void make_row(struct dropped_row *r)
{
    static const char *const callerids[] = {"", "Desk 1", "O'Brien & Co", "a <b> c"};
    *r = (struct dropped_row){.number = dice(NUMBERS)};
    if (chance(18))
        r->kind = (enum row_kind_dropped)dice(DROPPED_BLANK + 1);
    snprintf(r->fields.username, TEXT, "u%zu-%u", r->number, chance(25));
    snprintf(r->fields.password, TEXT, "pw%zu", r->number);
    snprintf(r->fields.callerid, TEXT, "%s", callerids[chance(80) ? 0 : dice(4)]);
}

static void add_row(struct buf *to, const struct dropped_row *r)
{
    const struct fields *f = &r->fields;
    switch (r->kind) {
    case DROPPED_VALID:
        buf_format(to, "%zu,%s,%s,%s\n", FIRST_NUMBER + r->number, f->username, f->password,
                   f->callerid);
        break;
    case DROPPED_BAD_NUMBER:
        buf_format(to, "%zux,%s,%s,%s\n", FIRST_NUMBER + r->number, f->username, f->password,
                   f->callerid);
        break;
    case DROPPED_NO_PASSWORD:
        buf_format(to, "%zu,%s,,%s\n", FIRST_NUMBER + r->number, f->username, f->callerid);
        break;
    case DROPPED_BLANK:
        buf_text(to, ",,,\n");
        break;
    }
}

/* A number that more than one file has may be asked for once more for each of them. */
static void pardon(const struct drop *d)
{
    for (size_t r = 0; r < d->count; r++)
        for (size_t k = 0; k < BOXES; k++)
            world->boxes[k].extensions[d->rows[r].number].pardons +=
                d->rows[r].kind == DROPPED_VALID;
}

static void drop_file(struct job *j)
{
    size_t i = 0;
    while (i < DROPS && world->drops[i].dropped)
        i++;
    if (i == DROPS)
        return;
    struct drop *d = &world->drops[i];
    const struct drop *earlier = i && chance(15) ? &world->drops[dice((unsigned)i)] : NULL;
    *d = earlier ? *earlier : (struct drop){.count = dice(ROWS + 1), .unusable = chance(4)};
    d->dropped = true;
    d->cancelled = false;
    struct buf text = {0};
    buf_text(&text,
             d->unusable ? "people,places\n" : "number,username,registerpassword,callerid\n");
    for (size_t r = 0; r < d->count; r++) {
        if (!earlier)
            make_row(&d->rows[r]);
        add_row(&text, &d->rows[r]);
    }
    pardon(d);
    char name[32];
    snprintf(name, sizeof name, "spool/incoming/f%zu.csv", i);
    trace("drops f%zu.csv: %zu rows\n%s", i, d->count, buf_get(&text));
    put_file(name, buf_get(&text), text.len);
    buf_free(&text);
    if (world->rescan == 0 || chance(70))
        job_hint(j);
}

/* ---- operators ---- */

static bool verb(struct job *j, uint64_t id, bool (*does)(struct job *, uint64_t, struct fault *),
                 const char *name)
{
    struct fault f = {0};
    world->armed = true;
    bool good = does(j, id, &f);
    world->armed = false;
    trace("%s %llu: %s", name, (unsigned long long)id, good ? "so be it" : f.text);
    if (!good && f.kind != FAULT_INPUT)
        broken("%s: %s", name, f.text);
    return good;
}

static void release(struct job *j, uint64_t id, const struct drop *d)
{
    struct import i;
    if (!job_find(j, id, &i, NULL))
        return;
    bool elsewhere = i.state == IMPORT_HELD && i.code == CODE_PBX_CHANGED;
    if (elsewhere) /* whether it is refused or killed half way: no promise rests on it */
        watch_released(d);
    verb(j, id, job_release, "release");
}

static void cancel(struct job *j, uint64_t id, struct drop *d)
{
    bool before = d->cancelled;
    d->cancelled = true; /* also when it is killed half way */
    if (!verb(j, id, job_cancel, "cancel"))
        d->cancelled = before;
}

static void operate(struct job *j)
{
    struct import i;
    uint64_t id = 1 + dice(DROPS);
    if (!job_find(j, id, &i, NULL))
        return;
    struct drop *d = &world->drops[drop_of(i.name)];
    switch (dice(5)) {
    case 0:
        verb(j, id, job_hold, "hold");
        break;
    case 1:
    case 2:
        release(j, id, d);
        break;
    case 3:
        watch_retried(d);
        verb(j, id, job_retry, "retry");
        break;
    default:
        if (chance(40))
            cancel(j, id, d);
        break;
    }
}

/* ---- settings ---- */

/* To whom the engine talks, as whom, and in which language. */
static unsigned session(void)
{
    return (world->password * 2 + (unsigned)world->format) * BOXES + (unsigned)world->box;
}

static void reload(struct job *j)
{
    struct fault f = {0};
    if (world->session != session()) {
        world->session = session();
        world->generation++;
        watch_settings();
    }
    world->armed = true;
    if (!job_reload(j, life_config(), &f))
        broken("reload: %s", f.text);
    world->armed = false;
    trace("reload: PBX %c, password %u, format %d, concurrency %lld", 'A' + (char)world->box,
          world->password, world->format, (long long)world->concurrency);
}

static void change_settings(struct job *j)
{
    switch (dice(6)) {
    case 0:
        if (world->seed % 4 == 0) {
            world->box = 1 - world->box;
            world->moved = true;
            break;
        }
        /* fall through */
    case 1:
        world->format = 1 - world->format;
        break;
    case 2:
        for (size_t k = 0; k < BOXES; k++)
            world->boxes[k].password++;
        trace("the PBX's password is another one");
        if (chance(60))
            world->boxes[world->box].token = 0;
        return;
    default:
        world->concurrency = dice(6);
        world->password = world->boxes[0].password;
        write_password();
        break;
    }
    reload(j);
}

/* ---- the PBX's fortunes ---- */

static void befall(void)
{
    static const char *const downs[] = {"connection refused",
                                        "cut before the work",
                                        "cut after the work",
                                        "cut, the work is done later",
                                        "500 before the work",
                                        "garbage before the work",
                                        "time-out before the work",
                                        "503, later please",
                                        "20006",
                                        "20015",
                                        "time-out, the work is done later",
                                        "429"};
    struct box *b = &world->boxes[world->box];
    unsigned what = dice(10);
    if (what < 4) {
        b->fortune = FORTUNE_UP;
    } else if (what < 8) {
        b->fortune = FORTUNE_DOWN;
        b->fate = fate_named(downs[dice(COUNT_OF(downs))]);
    } else if (what < 9) {
        b->fortune = FORTUNE_FULL;
    } else {
        b->token = 0;
    }
    trace("PBX: phase %d, '%s'", b->fortune, fate_name(b->fate));
}

/* ---- in what order ---- */

#define GRUDGE_MOST 300000 /* ms that a PBX goes on to treat a number badly in the end */

static void plan_next(void)
{
    static const unsigned pauses[] = {30, 300, 3000, 30000};
    world->next_event = world->now + dice(pauses[dice(COUNT_OF(pauses))]);
}

void people_begin(void)
{
    write_password();
    world->session = session();
    world->events = 6 + (int)dice(22);
    plan_next();
}

void people_rest(void)
{
    world->final = true;
    world->final_since = world->now;
    world->next_event = CLOCK_NEVER;
    for (size_t k = 0; k < BOXES; k++)
        world->boxes[k].fortune = FORTUNE_UP;
    world->password = world->boxes[0].password;
    write_password();
    trace("everything works from now on");
}

static void one_event(struct job *j)
{
    unsigned what = dice(100);
    if (what < 35)
        drop_file(j);
    else if (what < 55)
        operate(j);
    else if (what < 80)
        befall();
    else if (what < 88)
        change_settings(j);
    else if (what < 94)
        job_hint(j);
    else if (what < 98 && world->deaths < world->deaths_most)
        job_stop(j);
}

/* Nothing is left to come: what is held goes on, what still misbehaves behaves in the end. */
static void see_to_the_end(struct job *j)
{
    struct import i;
    for (uint64_t id = 1; id <= 32; id++)
        if (job_find(j, id, &i, NULL) && i.state == IMPORT_HELD && i.filed && !job_work(j, id)) {
            struct drop *d = &world->drops[drop_of(i.name)];
            if (i.code == CODE_ALL_OR_NOTHING && chance(50))
                cancel(j, id, d);
            else
                release(j, id, d);
        }
    world->healed = world->healed || world->now - world->final_since > GRUDGE_MOST;
}

void people_act(struct job *j)
{
    if (world->final) {
        see_to_the_end(j);
        return;
    }
    if (world->now < world->next_event)
        return;
    if (world->events-- > 0) {
        one_event(j);
        plan_next();
        return;
    }
    people_rest();
    reload(j);
    job_hint(j);
}
