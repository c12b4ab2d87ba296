/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME ledger_drop: an import is forgotten.
 *
 * What later imports still need of it stays as notes: its id, since ids only grow; and how many
 * rows the file of its profile had, which [import] max_shrink compares with. What it created and
 * which numbers it gave away stand in tables of their own and stay there.
 *
 * The space goes to what is written next: SQLite takes free pages before it lets the file grow. */
#include "ledger_own.h"

#include <inttypes.h>
#include <stdio.h>

#define NOTE_DROPPED "dropped"
#define NOTE_ROWS    "rows:"
#define NOTE_NAME    (sizeof NOTE_ROWS + sizeof((struct import *)0)->profile)

static void rows_name(const char *profile, char to[NOTE_NAME])
{
    snprintf(to, NOTE_NAME, NOTE_ROWS "%s", profile);
}

bool dropped_id(struct ledger *l, uint64_t *ret, struct fault *f)
{
    char note[LEDGER_NOTE];
    if (!ledger_note_get(l, NOTE_DROPPED, note, f))
        return false;
    *ret = strtoull(note, NULL, 10);
    return true;
}

static bool noted_rows(struct ledger *l, const char *profile, uint64_t *ret_id, uint64_t *ret_rows,
                       struct fault *f)
{
    char name[NOTE_NAME];
    char note[LEDGER_NOTE];
    rows_name(profile, name);
    *ret_id = 0;
    *ret_rows = 0;
    if (!ledger_note_get(l, name, note, f))
        return false;
    char *rest = note;
    *ret_id = strtoull(note, &rest, 10);
    *ret_rows = strtoull(rest, NULL, 10);
    return true;
}

bool dropped_rows(struct ledger *l, const struct import *i, uint64_t *ret_id, uint64_t *ret_rows,
                  struct fault *f)
{
    if (!noted_rows(l, i->profile, ret_id, ret_rows, f))
        return false;
    if (*ret_id < i->id)
        return true;
    *ret_id = 0;
    *ret_rows = 0;
    return true;
}

/* What is still needed of an import that goes. */
static bool remember(struct ledger *l, const struct import *i, struct fault *f)
{
    char name[NOTE_NAME];
    char note[LEDGER_NOTE];
    uint64_t id = 0;
    uint64_t rows = 0;
    if (!dropped_id(l, &id, f))
        return false;
    snprintf(note, sizeof note, "%" PRIu64, i->id);
    if (id < i->id && !ledger_note_put(l, NOTE_DROPPED, note, f))
        return false;
    if (i->state != IMPORT_DONE || !i->profile[0])
        return true;
    if (!noted_rows(l, i->profile, &id, &rows, f))
        return false;
    rows_name(i->profile, name);
    snprintf(note, sizeof note, "%" PRIu64 " %" PRIu64, i->id, i->rows);
    return id > i->id || ledger_note_put(l, name, note, f);
}

/* Takes some of the blocks out; *ret_left when there are more. */
static bool rows_drop(struct ledger *l, uint64_t id, size_t rows, bool *ret_left, struct fault *f)
{
    static const char drop[] = "DELETE FROM block WHERE import=?1 AND at IN"
                               " (SELECT at FROM block WHERE import=?1 ORDER BY at LIMIT ?2)";
    static const char left[] = "SELECT 1 FROM block WHERE import=?1 LIMIT 1";
    struct sql_query *q = ledger_write(l, drop, f);
    if (!q)
        return false;
    blocks_forget(l, id);
    sql_bind_int(q, 1, (int64_t)id);
    sql_bind_int(q, 2, (int64_t)(rows / LEDGER_BLOCK_ROWS + 1));
    if (!sql_run(q, f))
        return false;
    q = sql_query(l->sql, left, f);
    if (!q)
        return false;
    sql_bind_int(q, 1, (int64_t)id);
    return ledger_row_there(q, ret_left, f);
}

bool ledger_import_drop(struct ledger *l, uint64_t id, size_t rows, bool *ret_gone, struct fault *f)
{
    static const char text[] = "DELETE FROM import WHERE id=?1";
    struct import i;
    bool found = false;
    bool left = false;
    *ret_gone = false;
    if (!ledger_import_get(l, id, &i, &found, f))
        return false;
    if (found && !rows_drop(l, id, rows, &left, f))
        return false;
    *ret_gone = !left;
    if (!found || left)
        return true;
    struct sql_query *q = remember(l, &i, f) ? ledger_write(l, text, f) : NULL;
    if (!q)
        return false;
    sql_bind_int(q, 1, (int64_t)id);
    return sql_run(q, f);
}
