/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "options.h"
#include "fault.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef VERSION
#define VERSION "of a build without a version"
#endif

enum kind { KIND_HEADING, KIND_FLAG, KIND_NUMBER, KIND_SECONDS, KIND_TEXT, KIND_CHOICE, KIND_SELF };

/* KIND_SELF rows are set by self_set(). */
static const struct row {
    enum kind kind;
    const char *name;
    const char *label; /* of a choice: its words, in the order of its values */
    size_t field;
    int64_t most;
    const char *help;
} rows[] = {
#define AT(field) offsetof(struct options, field)
    {KIND_HEADING, "Where it listens", "", 0, 0, ""},
    {KIND_NUMBER, "port", "N", AT(port), 65535, "port; 0: a free one (9011)"},
    {KIND_TEXT, "listen", "ADDRESS", AT(listen), 0, "address (127.0.0.1)"},
    {KIND_TEXT, "port-file", "FILE", AT(port_file), 0, "write the port there once listening"},
    {KIND_TEXT, "tls-cert", "FILE", AT(tls_cert), 0, "speak TLS with this certificate (PEM)"},
    {KIND_TEXT, "tls-key", "FILE", AT(tls_key), 0, "... and its key"},
    {KIND_TEXT, "tls-priorities", "TEXT", AT(tls_priorities), 0, "GnuTLS's words (NORMAL)"},
    {KIND_NUMBER, "connections", "N", AT(connections), INT32_MAX,
     "so many at a time; others are closed at once"},

    {KIND_HEADING, "Who may call", "", 0, 0, ""},
    {KIND_TEXT, "user", "NAME", AT(user), 0, "user of the API (api)"},
    {KIND_TEXT, "password-file", "FILE", AT(password_file), 0, "its first line; without: secret"},
    {KIND_SECONDS, "token-life", "S", AT(token_life), 0,
     "a token's life since its last use (1800)"},
    {KIND_NUMBER, "lockout-after", "N", AT(lockout_after), INT32_MAX, "failed logins in a row (5)"},
    {KIND_SECONDS, "lockout", "S", AT(lockout), 0, "how long a lock-out lasts (600)"},
    {KIND_FLAG, "bare-login", "", AT(bare_login), 0, "answer a login with the token, no status"},

    {KIND_HEADING, "What the PBX is like", "", 0, 0, ""},
    {KIND_TEXT, "state", "FILE", AT(state), 0, "keep the extensions there (JSON)"},
    {KIND_FLAG, "sync-state", "", AT(sync_state), 0,
     "lose nothing when killed: before each answer, what\n"
     "                       changed goes to FILE.trail, of which FILE is made\n"
     "                       at the end and at the next start, not every 200 ms"},
    {KIND_NUMBER, "capacity", "N", AT(capacity), INT32_MAX, "so many extensions at most; 0: any"},
    {KIND_NUMBER, "duplicate-errno", "N", AT(duplicate_errno), 999999999, "number exists (10085)"},
    {KIND_CHOICE, "absent", "list|10006|10006-any", AT(absent), 0,
     "query for absent numbers: what was found (list),\n"
     "                       or errno 10006 when none, or when any is absent"},
    {KIND_FLAG, "few-infos", "", AT(few_infos), 0, "a query tells the eight chief fields, not all"},
    {KIND_CHOICE, "xml-infos", "children|list", AT(xml_infos), 0,
     "extinfos in XML: one for each, or one around all"},
    {KIND_FLAG, "no-query", "", AT(no_query), 0, "extension/query answers 10003"},
    {KIND_FLAG, "no-apply", "", AT(no_apply), 0, "apply answers 10003"},
    {KIND_FLAG, "no-heartbeat", "", AT(no_heartbeat), 0, "heartbeat answers 10003"},
    {KIND_FLAG, "lenient", "", AT(lenient), 0, "drop the strict checks of what clients send"},
    {KIND_SELF, "strict", "", 0, 0, "keep them (default)"},

    {KIND_HEADING, "Trouble", "", 0, 0, ""},
    {KIND_TEXT, "script", "FILE", AT(script), 0, "rules, see below"},
    {KIND_SELF, "fault", "RULE", 0, 0, "one rule, before those of the script; may be repeated"},
    {KIND_NUMBER, "seed", "N", AT(seed), INT32_MAX, "of the dice for chance= (1)"},
    {KIND_NUMBER, "latency", "MS", AT(latency), 86400000, "wait before the work of every call"},
    {KIND_NUMBER, "serve-at-once", "N", AT(serve_at_once), INT32_MAX,
     "calls worked on; others wait"},
    {KIND_FLAG, "close", "", AT(close), 0, "Connection: close on every answer"},

    {KIND_HEADING, "What it tells", "", 0, 0, ""},
    {KIND_TEXT, "journal", "FILE", AT(journal), 0, "append a JSON line for every call"},
    {KIND_FLAG, "print", "", AT(print), 0, "say a line for every call on standard error"},
    {KIND_FLAG, "bench", "", AT(bench), 0, "answer Success to all: no checks, store or journal"},
    {KIND_SELF, "version", "", 0, 0, "say which version this is"},
    {KIND_SELF, "help", "", 0, 0, "say this"},
};
#define ROW_COUNT (sizeof rows / sizeof rows[0])

static const char usage[] =
    "usage: pbxsim [OPTION]…\n"
    "\n"
    "Simulates the HTTP API of an OpenVox UC PBX, its troubles included, for tests and for\n"
    "trying a mapping out. Prints one line when it listens; SIGTERM or SIGINT stops it.\n";

static const char script_help[] =
    "\n"
    "Rules (a line each; # begins a comment): CALL [CONDITION…] : ACTION [ACTION…]\n"
    "  CALL is login, heartbeat, logout, add, query, update, delete, apply or any.\n"
    "  The first rule whose conditions all hold is taken. Conditions:\n"
    "  n=K n=K-L n=K-     the K-th (to L-th) such call since the start\n"
    "  every=K            every K-th such call\n"
    "  number=N number=A-B  calls about that number, or one of that range\n"
    "  conn=K conn=K-     the K-th request on its connection\n"
    "  inflight=K-        when it comes, K calls or more are being served, with it\n"
    "  times=T            not more than T times\n"
    "  after=S until=S    seconds since the start\n"
    "  chance=P           with that probability, 0 to 1\n"
    "\n"
    "Actions (of those from 'status' on only one in a rule):\n";

static const char examples[] =
    "\n"
    "Examples:\n"
    "  pbxsim --fault 'add n=3 : status=503 retry-after=2'\n"
    "  pbxsim --fault 'add conn=2 times=1 : reset-after' --fault 'any : latency=20'\n";

static void help(void)
{
    fputs(usage, stdout);
    for (size_t i = 0; i < ROW_COUNT; i++) {
        char head[64];
        if (rows[i].kind == KIND_HEADING) {
            printf("\n%s\n", rows[i].name);
            continue;
        }
        snprintf(head, sizeof head, "--%s %s", rows[i].name, rows[i].label);
        if (rows[i].kind == KIND_CHOICE)
            printf("  %s\n                       %s\n", head, rows[i].help);
        else
            printf("  %-20s %s\n", head, rows[i].help);
    }
    fputs(script_help, stdout);
    fault_help();
    fputs(examples, stdout);
}

/* The place of `word` among `words`, which '|' divides. */
static bool choice_read(const char *words, const char *word, int64_t *ret_place)
{
    size_t length = strlen(word);
    int64_t place = 0;

    for (const char *at = words; *at != '\0'; place++) {
        size_t span = strcspn(at, "|");
        if (span == length && memcmp(at, word, span) == 0) {
            *ret_place = place;
            return true;
        }
        at += span + (at[span] == '|');
    }
    return false;
}

static bool row_set(struct options *o, const struct row *row, const char *value)
{
    void *field = (char *)o + row->field;

    switch (row->kind) {
    case KIND_FLAG:
        *(bool *)field = true;
        return true;
    case KIND_NUMBER:
        return number_read(value, 0, row->most, field);
    case KIND_SECONDS:
        return seconds_read(value, field);
    case KIND_TEXT:
        *(const char **)field = value;
        return value[0] != '\0';
    case KIND_CHOICE:
        return choice_read(row->label, value, field);
    default:
        return false;
    }
}

static void self_set(struct options *o, const char *name, const char *value)
{
    if (strcmp(name, "help") == 0) {
        help();
        exit(0);
    }
    if (strcmp(name, "version") == 0) {
        puts("pbxsim " VERSION);
        exit(0);
    }
    if (strcmp(name, "strict") == 0) {
        o->lenient = false;
        return;
    }
    o->faults = xrealloc(o->faults, (o->fault_count + 1) * sizeof *o->faults);
    o->faults[o->fault_count++] = value;
}

static void option_set(struct options *o, const struct row *row, const char *value)
{
    if (row->kind == KIND_SELF)
        self_set(o, row->name, value);
    else if (!row_set(o, row, value))
        die("--%s: '%s' is not %s", row->name, value,
            row->kind == KIND_CHOICE ? row->label : "a value for it");
}

void options_read(struct options *o, int argc, char **argv)
{
    struct option longs[ROW_COUNT + 1];
    size_t of_long[ROW_COUNT];
    size_t count = 0;
    int which;

    *o = (struct options){.port = 9011,
                          .listen = "127.0.0.1",
                          .user = "api",
                          .token_life = 1800 * 1000,
                          .lockout_after = 5,
                          .lockout = 600 * 1000,
                          .duplicate_errno = 10085,
                          .seed = 1};
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (rows[i].kind == KIND_HEADING)
            continue;
        of_long[count] = i;
        longs[count++] = (struct option){
            rows[i].name, rows[i].label[0] == '\0' ? no_argument : required_argument, NULL, 0};
    }
    longs[count] = (struct option){0};
    int found;
    while ((found = getopt_long(argc, argv, "", longs, &which)) == 0)
        option_set(o, &rows[of_long[which]], optarg);
    if (found != -1 || optind < argc)
        die("wrong usage, see pbxsim --help");
    if ((o->tls_cert == NULL) != (o->tls_key == NULL))
        die("--tls-cert and --tls-key go together");
}

void options_free(struct options *o)
{
    free(o->faults);
}
