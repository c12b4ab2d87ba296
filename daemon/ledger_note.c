/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME ledger_note: small things that outlive a restart, by name. A family of them shares the
 * beginning of its names, and is gone through in their order. Versions that do not know a family
 * leave it as it is, so that a note needs no version of its own. */
#include "ledger_own.h"

#include <stdio.h>

bool ledger_note_get(struct ledger *l, const char *name, char ret[LEDGER_NOTE], struct fault *f)
{
    static const char text[] = "SELECT text FROM note WHERE name=?1";
    struct sql_query *q = sql_query(l->sql, text, f);
    if (!q)
        return false;
    sql_bind_text(q, 1, name);
    bool row = false;
    if (!sql_next(q, &row, f))
        return false;
    ret[0] = '\0';
    if (row) {
        sql_text(q, 0, ret, LEDGER_NOTE);
        sql_done(q);
    }
    return true;
}

bool ledger_note_put(struct ledger *l, const char *name, const char *value, struct fault *f)
{
    static const char text[] = "INSERT OR REPLACE INTO note(name, text) VALUES(?1, ?2)";
    struct sql_query *q = ledger_write(l, text, f);
    if (!q)
        return false;
    sql_bind_text(q, 1, name);
    sql_bind_text(q, 2, value);
    return sql_run(q, f);
}

bool ledger_note_drop(struct ledger *l, const char *name, struct fault *f)
{
    static const char text[] = "DELETE FROM note WHERE name=?1";
    struct sql_query *q = ledger_write(l, text, f);
    if (!q)
        return false;
    sql_bind_text(q, 1, name);
    return sql_run(q, f);
}

bool ledger_note_next(struct ledger *l, const char *family, struct ledger_note *n, bool *ret_found,
                      struct fault *f)
{
    static const char text[] = "SELECT name,text FROM note WHERE name>?1 AND name<?2"
                               " ORDER BY name LIMIT 1";
    char end[LEDGER_NOTE_NAME];
    size_t len = strlen(family);
    struct sql_query *q = sql_query(l->sql, text, f);
    if (!q)
        return false;
    assert(len > 0 && len < sizeof end);
    snprintf(end, sizeof end, "%s", family);
    end[len - 1]++; /* what is behind all that begin so */
    sql_bind_text(q, 1, n->name[0] ? n->name : family);
    sql_bind_text(q, 2, end);
    if (!sql_next(q, ret_found, f))
        return false;
    if (*ret_found) {
        sql_text(q, 0, n->name, sizeof n->name);
        sql_text(q, 1, n->text, sizeof n->text);
        sql_done(q);
    }
    return true;
}
