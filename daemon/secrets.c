/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME secrets: the passwords that were made up reach whoever hands them out.
 *
 * secrets/000042-NAME.secrets.csv is written before the reports, so that who finds those finds it
 * too. Where a command is to encrypt it, the plain text is in memory alone (a memfd, which is the
 * command's standard input), and what the command writes is what is renamed to that name. While it
 * fails, nothing of the import is filed.
 *
 * After [secrets] keep the file goes and then the key, each for good: killed in between, the next
 * start finds the key and does it again. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"
#include "child.h"
#include "fsio.h"
#include "job_own.h"
#include "log.h"

#define PAGE         64
#define COMMAND_MOST (60 * 1000) /* ms that it may take */
#define KEYS_A_TURN  64          /* keys that are looked at in one turn */

struct secrets {
    uint64_t after, rows;
    struct fsio_file *file; /* what will bear the name */
    int plain;              /* the command's input, -1 without a command */
    struct child child;
    struct buf text;
};

static struct secrets *secrets_new(struct job *j, struct work *w, struct fault *f)
{
    struct secrets *s = xcalloc(1, sizeof *s);
    char temp[64];
    s->plain = -1;
    snprintf(temp, sizeof temp, ".%06llu.secrets.tmp", (unsigned long long)w->import.id);
    bool good = fsio_create(spool_fd(j->spool, SPOOL_SECRETS), temp, 0600, &s->file, f);
    if (good && j->config->secrets.command[0]) {
        s->plain = memfd_create("secrets", MFD_CLOEXEC);
        good = s->plain >= 0 || fault_set(f, FAULT_IO, errno, "make room for passwords");
    }
    return good ? s : secrets_free(s);
}

struct secrets *secrets_free(struct secrets *s)
{
    if (!s)
        return NULL;
    child_end(&s->child);
    fsio_abandon(s->file);
    close_fd(&s->plain);
    buf_wipe(&s->text);
    free(s);
    return NULL;
}

bool secrets_run(const struct work *w)
{
    return w->secrets && child_runs(&w->secrets->child);
}

/* ---- the rows ---- */

static bool put(struct secrets *s, struct fault *f)
{
    bool good = true;
    if (s->plain >= 0)
        good = fsio_write(s->plain, s->text.at, s->text.len, f);
    else
        fsio_add(s->file, s->text.at, s->text.len);
    wipe(s->text.at, s->text.len);
    buf_reset(&s->text);
    return good;
}

static bool is_told(const struct record *record, size_t i)
{
    return i == record->key || record->values[i].generated ||
           strcmp(record->values[i].name, "username") == 0;
}

/* The names of what is told of a record, or its values. */
static void line_add(struct buf *to, const struct record *record, bool names)
{
    bool first = true;
    for (size_t i = 0; i < record->count; i++) {
        const struct record_value *v = &record->values[i];
        if (!is_told(record, i))
            continue;
        if (!first)
            buf_char(to, ',');
        first = false;
        char *text = names ? xstrdup(v->name) : xstrndup(v->at ? v->at : "", v->len);
        report_cell(to, text);
        wipe(text, strlen(text));
        free(text);
    }
    buf_char(to, '\n');
}

/* Of a row in doubt to the last the PBX may have the extension. */
static bool may_exist(const struct ledger_row *row)
{
    return row->state == ROW_CREATED || row->code == CODE_IN_DOUBT;
}

static bool row_tell(struct work *w, const struct ledger_row *row, struct fault *f)
{
    struct secrets *s = w->secrets;
    enum row_state state = ROW_FAILED;
    s->after = row->row;
    if (!may_exist(row))
        return true;
    if (!work_row(w, row, &state, f))
        return false;
    if (state != ROW_PLANNED)
        return fault_set(f, FAULT_INPUT, 0, "row %llu is not what was planned",
                         (unsigned long long)row->row);
    if (!s->rows++)
        line_add(&s->text, &w->record, true);
    line_add(&s->text, &w->record, false);
    return put(s, f);
}

static bool rows_tell(struct job *j, struct work *w, size_t rows, bool *ret_end, struct fault *f)
{
    struct ledger_row page[PAGE];
    size_t count = PAGE;
    for (size_t done = 0; done < rows && count == PAGE; done += PAGE) {
        if (!ledger_rows(j->ledger, w->import.id, w->secrets->after,
                         1u << ROW_CREATED | 1u << ROW_FAILED, page, PAGE, &count, f))
            return false;
        for (size_t i = 0; i < count; i++)
            if (!row_tell(w, &page[i], f))
                return false;
    }
    *ret_end = count < PAGE;
    return true;
}

/* ---- the command ---- */

static const char command_name[] = "the [secrets] command";

static bool command_begin(struct job *j, struct secrets *s, struct fault *f)
{
    struct child_run run = {.what = command_name,
                            .command = j->config->secrets.command,
                            .in = s->plain,
                            .out = fsio_fd(s->file),
                            .err = STDERR_FILENO};
    if (lseek(s->plain, 0, SEEK_SET) < 0)
        return fault_set(f, FAULT_IO, errno, "run %s", command_name);
    return child_start(&s->child, &run, j->mono + COMMAND_MOST, f);
}

/* *ret_end when it has ended well. */
static bool command_look(struct job *j, struct secrets *s, bool *ret_end, struct fault *f)
{
    bool end = false;
    struct stat st;
    if (!child_look(&s->child, command_name, j->mono, &end, f))
        return false;
    if (end && (fstat(fsio_fd(s->file), &st) != 0 || st.st_size == 0))
        return fault_set(f, FAULT_IO, 0, "%s writes nothing", command_name);
    *ret_end = end;
    return true;
}

static bool encrypted(struct job *j, struct work *w, bool *ret_end, struct fault *f)
{
    struct secrets *s = w->secrets;
    struct fault why = {0};
    if (child_runs(&s->child) ? command_look(j, s, ret_end, &why) : command_begin(j, s, &why))
        return true;
    if (fault_passes(&why)) {
        *f = why;
        return false;
    }
    if (!w->waits)
        log_event(EVENT_IMPORT_WAITS, about(&w->import), "'%s' waits: %s", w->import.name,
                  why.text);
    w->secrets = secrets_free(s);
    storage_wait(j, w, why.text);
    return true;
}

/* ---- the step ---- */

static bool finish(struct work *w, struct fault *f)
{
    char name[LEDGER_NAME + 16];
    struct fsio_file *file = w->secrets->file;
    w->secrets->file = NULL;
    snprintf(name, sizeof name, "%s.secrets.csv", w->import.stem);
    if (!fsio_finish(file, name, f))
        return false;
    log_event(EVENT_SECRETS_READY, about(&w->import),
              "the passwords of %llu extensions are in secrets/",
              (unsigned long long)w->secrets->rows);
    return true;
}

/* What they are made from cannot be read any more. */
static bool give_up(struct work *w, const struct fault *why, bool *ret_over, struct fault *f)
{
    if (why->error != 0 && why->error != ENOENT && why->kind != FAULT_INPUT) {
        *f = *why;
        return false;
    }
    log_event(EVENT_SECRETS_LOST, about(&w->import), "its passwords cannot be delivered: %s",
              why->text);
    w->secrets = secrets_free(w->secrets);
    *ret_over = true;
    return true;
}

bool secrets_step(struct job *j, struct work *w, size_t rows, bool *ret_over, struct fault *f)
{
    struct fault why = {0};
    bool end = false;
    *ret_over = !w->import.secrets || w->delivered;
    if (*ret_over)
        return true;
    if (!w->columns && !work_open(j, w, &why))
        return give_up(w, &why, ret_over, f);
    if (!w->secrets && !(w->secrets = secrets_new(j, w, f)))
        return false;
    if (!secrets_run(w) && !rows_tell(j, w, rows, &end, &why))
        return give_up(w, &why, ret_over, f);
    if (!secrets_run(w) && !end)
        return true;
    if (w->secrets->rows && w->secrets->plain >= 0) {
        bool encoded = false;
        if (!encrypted(j, w, &encoded, f))
            return false;
        if (!encoded)
            return true;
    }
    if (w->secrets->rows && !finish(w, f))
        return false;
    w->secrets = secrets_free(w->secrets);
    w->delivered = true;
    *ret_over = true;
    return true;
}

/* ---- retention ---- */

/* The key is overwritten before it goes. */
static bool key_remove(int folder, const char *name, struct fault *f)
{
    static const uint8_t zeros[DIGEST_BYTES];
    ON_LEAVE(close_fd) int fd = openat(folder, name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd >= 0 && (!fsio_write(fd, zeros, sizeof zeros, f) || !fsio_sync(fd, name, f)))
        return false;
    return fsio_remove(folder, name, f);
}

bool secrets_there(struct job *j, uint64_t id, bool *ret, struct fault *f)
{
    struct stat st;
    char name[GIVEN_NAME];
    ON_LEAVE(close_fd) int folder = -1;
    given_key_name(id, name);
    if (!given_folder(j, &folder, f))
        return false;
    *ret = fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
    return *ret || errno == ENOENT || fault_set(f, FAULT_IO, errno, "look for the key '%s'", name);
}

static bool remove_in(struct job *j, int folder, const struct import *i, struct fault *f)
{
    char file[LEDGER_NAME + 16];
    char key[GIVEN_NAME];
    snprintf(file, sizeof file, "%s.secrets.csv", i->stem);
    given_key_name(i->id, key);
    if (!fsio_remove(spool_fd(j->spool, SPOOL_SECRETS), file, f) || !key_remove(folder, key, f))
        return false;
    log_event(EVENT_SECRETS_EXPIRED, about(i), "its passwords have served their time");
    return true;
}

bool secrets_remove(struct job *j, const struct import *i, struct fault *f)
{
    ON_LEAVE(close_fd) int folder = -1;
    return given_folder(j, &folder, f) && remove_in(j, folder, i, f);
}

/* Whether the key's time is over: the import's, or of one that the ledger has lost the key's own.
 */
static bool is_over(struct job *j, int folder, const char *name, struct import *import,
                    bool *ret_found, bool *ret, struct fault *f)
{
    struct stat st;
    int64_t keep = j->config->secrets.keep;
    if (!ledger_import_get(j->ledger, strtoull(name, NULL, 10), import, ret_found, f))
        return false;
    if (*ret_found)
        *ret = import->filed && import->state >= IMPORT_DONE && import->state != IMPORT_HELD &&
               j->wall - import->finished >= keep && !job_work(j, import->id);
    else
        *ret = fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
               j->wall - (int64_t)st.st_mtime * 1000 >= keep;
    return true;
}

/* What cannot be removed stays, which is no reason to stop importing. Of an import that is known it
 * is tried once more, and told, when its files are gone through. */
static bool expire_one(struct job *j, int folder, const char *name, struct fault *f)
{
    struct import import;
    struct fault why = {0};
    bool found = false;
    bool over = false;
    if (!is_over(j, folder, name, &import, &found, &over, f))
        return false;
    if (!over)
        return true;
    bool gone = found ? remove_in(j, folder, &import, &why) : key_remove(folder, name, &why);
    if (!gone && !found && j->retention.stay++ == 0)
        log_event(EVENT_EXPIRED_STAYS, log_nothing, "passwords have served their time and stay: %s",
                  why.text);
    else if (gone && !found)
        log_event(EVENT_SECRETS_EXPIRED, log_nothing, "%s: its passwords have served their time",
                  name);
    return true;
}

static bool is_key(const char *name)
{
    size_t digits = strspn(name, "0123456789");
    return digits > 0 && strcmp(name + digits, GIVEN_ENDING) == 0;
}

static bool keys_open(struct job *j, struct fault *f)
{
    int folder = -1;
    if (j->retention.keys)
        return true;
    if (!given_folder(j, &folder, f))
        return false;
    j->retention.keys = fdopendir(folder);
    if (j->retention.keys)
        return true;
    fault_set(f, FAULT_IO, errno, "read the folder of keys");
    close_fd(&folder);
    return false;
}

bool secrets_expire(struct job *j, bool *ret_over, struct fault *f)
{
    struct dirent *entry = NULL;
    if (j->config->secrets.keep) {
        if (!keys_open(j, f))
            return false;
        for (size_t looked = 0; looked < KEYS_A_TURN; looked++) {
            entry = readdir(j->retention.keys);
            if (!entry)
                break;
            if (is_key(entry->d_name) && !expire_one(j, dirfd(j->retention.keys), entry->d_name, f))
                return false;
        }
    }
    *ret_over = !entry;
    if (*ret_over)
        secrets_expire_end(j);
    return true;
}

void secrets_expire_end(struct job *j)
{
    if (j->retention.keys)
        closedir(j->retention.keys);
    j->retention.keys = NULL;
}
