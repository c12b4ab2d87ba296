/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration: one table describes every key (config.c); defaults, parsing, --print-config
 * and the manual page come from it. */
#ifndef EXTSPOOLD_CONFIG_H
#define EXTSPOOLD_CONFIG_H

#include "fault.h"
#include "log.h"

#define CONFIG_FILE "/etc/extspoold/extspoold.conf"

enum config_ready { READY_SETTLE, READY_RENAME, READY_DONE_FILE };
enum config_mode { MODE_VALID_ROWS, MODE_ALL_OR_NOTHING };
enum config_existing { EXISTING_FAIL, EXISTING_SKIP };
enum config_format { FORMAT_JSON, FORMAT_XML };
#define REPORT_JSON 1u
#define REPORT_CSV  2u
#define REPORT_HTML 4u

/* Texts are never NULL ("" when unset); durations in milliseconds, sizes in bytes, 0 = off. */
struct config {
    struct {
        char *directory, *pattern;
        int ready; /* enum config_ready */
        int64_t settle, rescan, max_bytes, max_rows;
    } spool;
    struct {
        char *schema, *profiles, *profile;
        int mode, existing;
        double max_invalid; /* percent of the rows */
        int64_t max_rows_changed;
        double max_shrink;               /* percent */
        int64_t max_record, max_columns; /* at least 1 */
    } import;
    struct {
        char *url, *username, *password_file, *ca_file, *proxy;
        int format;
        int64_t event_port;
        int64_t concurrency; /* calls in flight; 0 = auto */
        double rate;         /* calls a second */
        int64_t connect_timeout, timeout;
    } pbx;
    struct {
        int64_t first, most, attempts, give_up;
    } retry;
    struct {
        unsigned formats; /* REPORT_… */
        int language;     /* enum language */
        int64_t keep;
        char *receipts;
    } report;
    struct {
        int64_t keep;
        char *command;
    } secrets;
    struct {
        char *directory;
    } state;
    struct {
        int level, target; /* enum log_level, enum log_target */
    } log;
    struct {
        char *textfile;
    } metrics;
    struct {
        char *listen, *token_file;
    } status;
    struct {
        char *command;
        int64_t timeout;
        char *expect;
    } notify;
    bool partial; /* by config_read_rest: lines of it were passed over */
};

/* Reads path and then path's "extspoold.conf.d" folder's *.conf files in the order of their names
 * (the folder stands beside path and is called like path with ".d" added), later values winning.
 * path NULL: CONFIG_FILE, which may be missing. The caller frees the result.
 * False with a FAULT_CONFIG "FILE:LINE: …" for an unreadable file, a line that is no INI, an
 * unknown section or key, a doubled key in one file, or a bad value. No text quotes a value. */
bool config_read(const char *path, struct config **ret, struct fault *f);
/* The same of files that an administrator is just editing: lines at fault are passed over as long
 * as they leave no doubt of [spool] directory and [state] directory, by which a daemon is found
 * that goes on with what it read before. True with a fault, which f then has, and a config that is
 * partial: good for nothing else. False where config_read is false and there is such a doubt. */
bool config_read_rest(const char *path, struct config **ret, struct fault *f);
struct config *config_free(struct config *c); /* NULL */
/* [import] profile, as if it had been read. */
void config_name_profile(struct config *c, const char *name);

/* The whole configuration as an INI file with every key, in the table's order, each under a
 * comment with its meaning and in the form that config_read takes; for --print-config. A value
 * that equals its default is written as the default is. Holds no secret: there is none in it. */
struct buf;
void config_print(const struct config *c, struct buf *to);

/* [import] schema=, or the shipped one; and the folder of the shipped profiles. Those lie in
 * $EXTSPOOLD_SCHEMAS or, when the program runs from a build tree (its own folder has ../schemas
 * beside it), in that tree's schemas/, else in the installed folder (compile-time SCHEMAS_DIR,
 * default /usr/share/extspoold/schemas). Nothing is said of whether it is there. Caller frees. */
char *config_schema_path(const struct config *c);
char *config_profiles_path(void);
/* The folder of this installation's own profiles: [import] profiles=, or the usual one, which need
 * not be there. Lent. */
const char *config_own_profiles(const struct config *c, bool *ret_may_lack);

/* The PBX's password: the first line of password_file, else of the systemd credential
 * pbx-password ($CREDENTIALS_DIRECTORY), without its line end. *ret is "" when neither is set,
 * or the file is empty or not there yet; wipe and free it (config_password_free). False with a
 * FAULT_CONFIG when the named file cannot be read, or the line has a NUL or over 1024 bytes. */
bool config_password(const struct config *c, char **ret, struct fault *f);
/* The token that the status page asks for: likewise, of token_file and status-token. "" when there
 * is none; a file that is named must have one. False also when it is shorter than 16 characters, or
 * has others than visible ones of ASCII. */
bool config_token(const struct config *c, char **ret, struct fault *f);
void config_password_free(char **password);

#endif
