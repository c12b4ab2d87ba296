/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME config: the table of keys; everything that is said or read of a key comes from it. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "buf.h"
#include "config_ini.h"
#include "config_value.h"

#define HOURS(n)  ((int64_t)(n)*3600 * 1000)
#define DAYS(n)   (HOURS(n) * 24)
#define MIB(n)    ((int64_t)(n) << 20)
#define GIB(n)    ((int64_t)(n) << 30)
#define ROWS_MOST 2000000000

/* A member of struct config bears the names of its section and key. */
#define KEY(sect, key) .section = #sect, .name = #key, .offset = offsetof(struct config, sect.key)

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* Words stand in the order of the enum, or of the bits, that config.h names for them. */
static const struct config_key keys[] = {
    {KEY(spool, directory), .type = &value_text, .standard = "/var/spool/extspoold",
     .meaning = "the folder whose incoming/ is watched; its folders are made", .least = 1},
    {KEY(spool, pattern), .type = &value_text, .standard = "*.csv *.tsv *.txt",
     .meaning = "names that are imported, in any case", .least = 1},
    {KEY(spool, ready), .type = &value_word, .standard = "settle",
     .meaning = "how a file shows that it is complete",
     .words = WORDS("settle", "rename", "done-file")},
    {KEY(spool, settle), .type = &value_duration, .standard = "2s",
     .meaning = "how long a file must stay unchanged when ready is settle", .most = HOURS(1)},
    {KEY(spool, rescan), .type = &value_duration, .standard = "60s",
     .meaning = "how often to look even if nothing was notified; 0: never", .most = DAYS(1)},
    {KEY(spool, max_bytes), .type = &value_size, .standard = "4G",
     .meaning = "larger files are rejected; 0: no limit", .most = GIB(16384)},
    {KEY(spool, max_rows), .type = &value_rows, .standard = "20M",
     .meaning = "files with more rows are rejected; 0: no limit", .most = ROWS_MOST},

    {KEY(import, schema), .type = &value_text, .standard = "",
     .meaning = "file with the rules for a record; empty: the shipped one"},
    {KEY(import, profiles), .type = &value_text, .standard = "",
     .meaning = "folder of your own mapping profiles; empty: /etc/extspoold/profiles"},
    {KEY(import, profile), .type = &value_text, .standard = "auto",
     .meaning = "a mapping profile's name; auto: the one that fits the headings", .least = 1},
    {KEY(import, mode), .type = &value_word, .standard = "valid-rows",
     .meaning = "what is sent of a file with invalid rows",
     .words = WORDS("valid-rows", "all-or-nothing")},
    {KEY(import, existing), .type = &value_word, .standard = "fail",
     .meaning = "outcome of a number that the PBX has and that was not created here",
     .words = WORDS("fail", "skip")},
    {KEY(import, max_invalid), .type = &value_percent, .standard = "100%",
     .meaning = "hold a file when more of its rows are invalid; 0: no limit", .most = 100},
    {KEY(import, max_rows_changed), .type = &value_rows, .standard = "0",
     .meaning = "hold a file when it would create more extensions; 0: no limit", .most = ROWS_MOST},
    {KEY(import, max_shrink), .type = &value_percent, .standard = "0%",
     .meaning = "hold a file when it has so many percent fewer rows than the last one; 0: no limit",
     .most = 100},
    {KEY(import, max_record), .type = &value_size, .standard = "1M",
     .meaning = "a record with more bytes is refused", .least = 64, .most = MIB(16)},
    {KEY(import, max_columns), .type = &value_number, .standard = "16384",
     .meaning = "a record with more cells is refused", .least = 1, .most = 100000},

    {KEY(pbx, url), .type = &value_url, .standard = "",
     .meaning = "the PBX, as http://192.168.1.10:9011; empty: nothing is sent yet",
     .words = WORDS("http", "https")},
    {KEY(pbx, username), .type = &value_text, .standard = "", .meaning = "the API's user"},
    {KEY(pbx, password_file), .type = &value_text, .standard = "",
     .meaning = "file with the API's password; empty: the credential pbx-password"},
    {KEY(pbx, format), .type = &value_word, .standard = "json",
     .meaning = "how the PBX is spoken to", .words = WORDS("json", "xml")},
    {KEY(pbx, event_port), .type = &value_number, .standard = "8260",
     .meaning = "the event port that the login names", .least = 1, .most = 65535},
    {KEY(pbx, concurrency), .type = &value_number, .standard = "auto",
     .meaning = "how many calls are under way at once, a number", .least = 1, .most = 256,
     .words = WORDS("auto")},
    {KEY(pbx, rate), .type = &value_rate, .standard = "0",
     .meaning = "most calls a second; 0: no limit", .most = 100000},
    {KEY(pbx, connect_timeout), .type = &value_duration, .standard = "10s",
     .meaning = "how long a connection may take", .least = 1, .most = HOURS(1)},
    {KEY(pbx, timeout), .type = &value_duration, .standard = "30s",
     .meaning = "how long a call may take", .least = 1, .most = HOURS(1)},
    {KEY(pbx, ca_file), .type = &value_text, .standard = "",
     .meaning = "file of certificates to trust; empty: the system's"},
    {KEY(pbx, proxy), .type = &value_url, .standard = "",
     .meaning = "a proxy on the way to the PBX; empty: none",
     .words = WORDS("http", "https", "socks4", "socks4a", "socks5", "socks5h")},

    {KEY(retry, first), .type = &value_duration, .standard = "500ms",
     .meaning = "the first pause after a failure; the next ones grow", .least = 1,
     .most = HOURS(1)},
    {KEY(retry, most), .type = &value_duration, .standard = "60s", .meaning = "the longest pause",
     .least = 1, .most = DAYS(1)},
    {KEY(retry, attempts), .type = &value_number, .standard = "8",
     .meaning = "tries of a row that the PBX may answer badly while it serves others", .least = 1,
     .most = 1000},
    {KEY(retry, give_up), .type = &value_duration, .standard = "24h",
     .meaning = "wait after which the log says so louder; no row is given up; 0: never",
     .most = DAYS(365)},

    {KEY(report, formats), .type = &value_words, .standard = "json csv html",
     .meaning = "which reports are written", .words = WORDS("json", "csv", "html")},
    {KEY(report, language), .type = &value_word, .standard = "en",
     .meaning = "language of what people read: HTML reports, receipts, messages, the status page",
     .words = WORDS("en", "de")},
    {KEY(report, keep), .type = &value_duration, .standard = "90d",
     .meaning = "age at which reports go, and the import is forgotten; 0: never",
     .most = DAYS(36500)},
    {KEY(report, receipts), .type = &value_text, .standard = "",
     .meaning = "folder where senders find what became of their files; empty: none"},

    {KEY(secrets, keep), .type = &value_duration, .standard = "30d",
     .meaning = "age at which made-up passwords, originals and rejects go; 0: never",
     .most = DAYS(36500)},
    {KEY(secrets, command), .type = &value_text, .standard = "",
     .meaning = "program that encrypts their file, from its input to its output; empty: none"},

    {KEY(state, directory), .type = &value_text, .standard = "/var/lib/extspoold",
     .meaning = "folder of the ledger", .least = 1},

    {KEY(log, level), .type = &value_word, .standard = "info", .meaning = "how much is logged",
     .words = WORDS("error", "warning", "info", "debug")},
    {KEY(log, target), .type = &value_word, .standard = "auto",
     .meaning = "where to; auto is the journal under systemd, else stderr",
     .words = WORDS("auto", "journal", "stderr")},

    {KEY(metrics, textfile), .type = &value_text, .standard = "",
     .meaning = "file of metrics for node_exporter; empty: none"},

    {KEY(status, listen), .type = &value_listen, .standard = "",
     .meaning = "address of the status page, as 127.0.0.1:9180 or a socket's path; empty: none"},
    {KEY(status, token_file), .type = &value_text, .standard = "",
     .meaning = "file with the token that it asks for; empty: the credential status-token"},

    {KEY(notify, command), .type = &value_text, .standard = "",
     .meaning = "program that tells people of finished, held and rejected imports; empty: none"},
    {KEY(notify, timeout), .type = &value_duration, .standard = "60s",
     .meaning = "how long it may take", .least = 1, .most = HOURS(1)},
    {KEY(notify, expect), .type = &value_expect, .standard = "",
     .meaning = "profiles and the time by which their file comes, as bamboohr Mon-Fri 06:00"},
};

/* ---- the object ---- */

static void *member(struct config *c, const struct config_key *key)
{
    return (char *)c + key->offset;
}

static struct config *defaults(void)
{
    struct config *c = xcalloc(1, sizeof *c);
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        bool good = keys[i].type->parse(&keys[i], keys[i].standard, member(c, &keys[i]), NULL);
        assert(good);
    }
    return c;
}

struct config *config_free(struct config *c)
{
    if (!c)
        return NULL;

    for (size_t i = 0; i < COUNT_OF(keys); i++)
        if (keys[i].type->owned)
            free(*(char **)member(c, &keys[i]));
    free(c);
    return NULL;
}

static void drop(struct config **c)
{
    config_free(*c);
}

/* ---- reading ---- */

/* What one file adds. */
struct source {
    struct config *config;
    bool seen[COUNT_OF(keys)];
};

static bool section_known(const char *section)
{
    for (size_t i = 0; i < COUNT_OF(keys); i++)
        if (strcmp(keys[i].section, section) == 0)
            return true;
    return false;
}

static bool key_find(const char *section, const char *name, size_t *ret)
{
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        if (strcmp(keys[i].section, section) == 0 && strcmp(keys[i].name, name) == 0) {
            *ret = i;
            return true;
        }
    }
    return false;
}

/* Says "BEFORE 'NAME'AFTER". */
static bool refuse(struct buf *why, const char *before, const char *name, const char *after)
{
    buf_format(why, "%s '", before);
    buf_name(why, name, strlen(name));
    buf_format(why, "'%s", after);
    return false;
}

static bool found(void *with, const char *section, const char *name, const char *value,
                  struct buf *why)
{
    struct source *s = with;
    if (name && !*section)
        return refuse(why, "key", name, " stands before the first [section]");
    if (!section_known(section))
        return refuse(why, "unknown section", section, "");
    if (!name)
        return true;

    size_t i;
    if (!key_find(section, name, &i))
        return refuse(why, "unknown key", name, " in this section");
    buf_format(why, "[%s] %s ", section, name);
    if (s->seen[i]) {
        buf_text(why, "stands here a second time");
        return false;
    }
    s->seen[i] = true;
    if (!keys[i].type->parse(&keys[i], value, member(s->config, &keys[i]), why))
        return false;
    buf_reset(why);
    return true;
}

static bool file_read(struct config *c, const char *path, struct fault *f)
{
    struct source s = {.config = c};
    return config_ini_read(path, found, &s, f);
}

/* ---- what is left of a file with faults ---- */

#define PASSED_MOST 64 /* lines at fault */

static char *line_at(char *text, size_t number)
{
    for (size_t i = 1; i < number; i++)
        text += strcspn(text, "\n") + 1;
    return text;
}

static bool is_heading(const char *line)
{
    return line[strspn(line, " \t\r")] == '[';
}

/* Whether a line may have been one of the two directories, going by its words. */
static bool says_directory(const char *line, size_t len)
{
    ON_LEAVE(free_text) char *own = xstrndup(line, len);
    return strcasestr(own, "directory") != NULL;
}

/* The same of a line at fault by its place: it stands in one of their sections, and is none of the
 * section's other keys. */
static bool stands_for_directory(const char *text, const char *line, size_t len)
{
    ON_LEAVE(free_text) char *key = xstrndup(line, len);
    const char *section = "";
    size_t i;
    for (const char *at = text; at < line; at += strcspn(at, "\n") + 1)
        section = is_heading(at) ? at + strspn(at, " \t\r") : section;
    const char *name = strncmp(section, "[spool]", 7) == 0   ? "spool"
                       : strncmp(section, "[state]", 7) == 0 ? "state"
                                                             : NULL;
    size_t indent = strspn(key, " \t\r");
    key[indent + strcspn(key + indent, " \t=")] = '\0';
    return name && !key_find(name, key + indent, &i);
}

/* Blanks a line out, and with a heading all that stands under it: whose keys those are is unknown.
 * False when that leaves a doubt. */
static bool line_drop(char *text, size_t number)
{
    char *line = line_at(text, number);
    bool heading = is_heading(line);
    if (!heading && stands_for_directory(text, line, strcspn(line, "\n")))
        return false;
    do {
        size_t len = strcspn(line, "\n");
        if (says_directory(line, len))
            return false;
        memset(line, ' ', len);
        line += len + (line[len] == '\n');
    } while (heading && *line && !is_heading(line));
    return true;
}

/* Reads a file as often as it takes, each time without one line more. Only the first fault is told.
 */
static bool file_salvage(struct config *c, const char *path, struct fault *f)
{
    ON_LEAVE(free_text) char *text = NULL;
    size_t len = 0;
    if (!config_ini_slurp(path, &text, &len, f))
        return false;
    if (strlen(text) != len)
        return file_read(c, path, f); /* which tells of the NUL */
    for (size_t passed = 0; passed <= PASSED_MOST; passed++) {
        struct source s = {.config = c};
        struct fault why = {0};
        size_t line = 0;
        if (config_ini_parse(path, text, len, found, &s, &line, &why))
            return true;
        if (!c->partial)
            *f = why;
        c->partial = true;
        if (!line_drop(text, line))
            return false;
    }
    return false;
}

/* ---- all files ---- */

typedef bool file_reader(struct config *c, const char *path, struct fault *f);

static int is_conf(const struct dirent *entry)
{
    static const char suffix[] = ".conf";
    size_t len = strlen(entry->d_name);
    return entry->d_name[0] != '.' && len >= sizeof suffix &&
           strcmp(entry->d_name + len - (sizeof suffix - 1), suffix) == 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* Reads FILE.d/NAME.conf, for every NAME in order. */
static bool folder_read(struct config *c, const char *path, file_reader *read, struct fault *f)
{
    ON_LEAVE(buf_free) struct buf folder = {0};
    buf_format(&folder, "%s.d", path);

    struct dirent **entries;
    int count = scandir(folder.at, &entries, is_conf, by_name);
    if (count < 0 && errno == ENOENT)
        return true;
    if (count < 0)
        return fault_set(f, FAULT_CONFIG, errno, "read folder '%s'", folder.at);

    bool good = true;
    for (int i = 0; i < count; i++) {
        ON_LEAVE(buf_free) struct buf name = {0};
        buf_format(&name, "%s/%s", folder.at, entries[i]->d_name);
        good = good && read(c, name.at, f);
        free(entries[i]);
    }
    free(entries);
    return good;
}

static bool all_read(const char *path, file_reader *read, struct config **ret, struct fault *f)
{
    ON_LEAVE(drop) struct config *c = defaults();
    const char *file = path ? path : CONFIG_FILE;
    bool may_lack = !path && access(file, F_OK) != 0 && errno == ENOENT;

    if (!may_lack && !read(c, file, f))
        return false;
    if (!folder_read(c, file, read, f))
        return false;
    if (c->retry.first > c->retry.most && !c->partial) {
        fault_set(f, FAULT_CONFIG, 0, "%s: [retry] first is longer than most", file);
        c->partial = read == file_salvage;
        if (!c->partial)
            return false;
    }
    *ret = c;
    c = NULL;
    return true;
}

bool config_read(const char *path, struct config **ret, struct fault *f)
{
    return all_read(path, file_read, ret, f);
}

bool config_read_rest(const char *path, struct config **ret, struct fault *f)
{
    return all_read(path, file_salvage, ret, f);
}

void config_name_profile(struct config *c, const char *name)
{
    free(c->import.profile);
    c->import.profile = xstrdup(name);
}

/* ---- printing ---- */

static void meaning_print(const struct config_key *key, struct buf *to)
{
    buf_format(to, "# %s", key->meaning);
    if (key->words && key->type->words_are) {
        buf_format(to, "; %s", key->type->words_are);
        for (size_t i = 0; key->words[i]; i++)
            buf_format(to, "%s %s", i ? "," : "", key->words[i]);
    }
    buf_char(to, '\n');
}

/* A default is printed as the table writes it, so that "60s" does not come out as "1m". */
static void value_print(const struct config_key *key, const struct config *c,
                        const struct config *standard, struct buf *to)
{
    ON_LEAVE(buf_free) struct buf own = {0};
    ON_LEAVE(buf_free) struct buf other = {0};
    key->type->print(key, (const char *)c + key->offset, &own);
    key->type->print(key, (const char *)standard + key->offset, &other);
    bool same = strcmp(buf_get(&own), buf_get(&other)) == 0;
    buf_format(to, "%s=%s\n", key->name, same ? key->standard : buf_get(&own));
}

void config_print(const struct config *c, struct buf *to)
{
    ON_LEAVE(drop) struct config *standard = defaults();
    const char *section = "";
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        if (strcmp(section, keys[i].section) != 0) {
            section = keys[i].section;
            buf_format(to, "%s[%s]\n", i ? "\n" : "", section);
        }
        meaning_print(&keys[i], to);
        value_print(&keys[i], c, standard, to);
    }
}
