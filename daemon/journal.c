/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME journal: reading systemd's journal. Several daemons on one machine write to the same one,
 * and each counts its imports from 1: whose an entry is shows by the command line that the journal
 * has noted for it. */
#include "journal.h"

#ifdef WITH_SYSTEMD

#include <systemd/sd-journal.h>

#include <inttypes.h>
#include <stdio.h>

#include "buf.h"

#define FIELD_MOST 4096

/* A field of the entry, "" when there is none, cut to room. */
static void field(sd_journal *journal, const char *name, char *to, size_t room)
{
    const void *data = NULL;
    size_t len = 0;
    size_t before = strlen(name) + 1; /* NAME= */
    to[0] = '\0';
    if (sd_journal_get_data(journal, name, &data, &len) < 0 || len <= before)
        return;
    len -= before;
    if (len >= room)
        len = room - 1;
    memcpy(to, (const char *)data + before, len);
    to[len] = '\0';
}

/* Whether a daemon with this command line reads this configuration; one of no known line may. */
static bool is_ours(const char *line, const struct journal_daemon *daemon)
{
    const char *at = NULL;
    if (!*line)
        return true;
    if (!strstr(line, " -c") && !strstr(line, " --config"))
        return daemon->plain;
    for (const char *next = line; (next = strstr(next, daemon->config)); next++)
        at = next;
    if (!at)
        return false;
    char after = at[strlen(daemon->config)];
    return after == '\0' || after == ' ';
}

/* The text without the id that it begins with. */
static const char *bare(const char *text, const char *id)
{
    size_t len = strlen(id);
    bool has = strncmp(text, id, len) == 0 && strncmp(text + len, ": ", 2) == 0;
    return has ? text + len + 2 : text;
}

static void entry_give(sd_journal *journal, const char *id, journal_take *take, void *with)
{
    char priority[8];
    char text[FIELD_MOST];
    ON_LEAVE(buf_free) struct buf shown = {0};
    uint64_t wall = 0;
    field(journal, "PRIORITY", priority, sizeof priority);
    field(journal, "MESSAGE", text, sizeof text);
    const char *message = bare(text, id);
    buf_name(&shown, message, strlen(message));
    if (sd_journal_get_realtime_usec(journal, &wall) < 0)
        return;
    take(with, (int64_t)(wall / 1000), *priority ? (int)strtol(priority, NULL, 10) : 6,
         buf_get(&shown));
}

/* Goes over all that are ours, giving those after the first so many; returns their number. */
static size_t go_over(sd_journal *journal, const struct journal_daemon *daemon, size_t skipped,
                      const char *id, journal_take *take, void *with)
{
    char line[FIELD_MOST];
    size_t count = 0;
    sd_journal_seek_head(journal);
    while (sd_journal_next(journal) > 0) {
        field(journal, "_CMDLINE", line, sizeof line);
        if (is_ours(line, daemon) && ++count > skipped)
            entry_give(journal, id, take, with);
    }
    return count;
}

bool journal_read(uint64_t import, const struct journal_daemon *daemon, size_t most,
                  journal_take *take, void *with, struct fault *f)
{
    char match[48];
    sd_journal *journal = NULL;
    int error = sd_journal_open(&journal, SD_JOURNAL_LOCAL_ONLY);
    if (error < 0)
        return fault_set(f, FAULT_IO, -error, "open the journal");
    snprintf(match, sizeof match, "EXTSPOOL_IMPORT=%06" PRIu64, import);
    const char *id = strchr(match, '=') + 1;
    sd_journal_add_match(journal, match, 0);
    size_t count = go_over(journal, daemon, SIZE_MAX, id, take, with);
    go_over(journal, daemon, count > most ? count - most : 0, id, take, with);
    sd_journal_close(journal);
    return true;
}

#else

bool journal_read(uint64_t import, const struct journal_daemon *daemon, size_t most,
                  journal_take *take, void *with, struct fault *f)
{
    (void)import;
    (void)daemon;
    (void)most;
    (void)take;
    (void)with;
    return fault_set(f, FAULT_IO, 0, "this program was built without systemd's journal");
}

#endif
