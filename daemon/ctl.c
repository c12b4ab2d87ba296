/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME ctl: extspool, the operator's tool: its commands and its command line. */
#include "ctl.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "ctl_command.h"

#define NO_CONFIG "/dev/null" /* read as a configuration, it leaves the built-in defaults */
#define ANY       SIZE_MAX

static const struct ctl_command commands[] = {
    {"check", "[OPTION…] FILE…", "try files out: nothing is sent; - is standard input", ctl_check,
     TAKES_JSON | TAKES_EXPLAIN | TAKES_PLAN | TAKES_PROFILE | FOR_ANY_USER, 1, ANY},
    {"parse", "[OPTION…] FILE", "print what the importer reads, as plain CSV", ctl_parse,
     TAKES_JSON | TAKES_EXPLAIN | TAKES_PROFILE | FOR_ANY_USER, 1, 1},
    {"import", "[OPTION…] FILE…", "hand files to the spool and follow them", ctl_import,
     TAKES_JSON | TAKES_DETACH | TAKES_PROFILE, 1, ANY},
    {"status", "[--json] [--watch]",
     "a line for each import, and for each file that stays in incoming/", ctl_status,
     TAKES_JSON | TAKES_WATCH | ASKS_A_DAEMON, 0, 0},
    {"show", "[--json] ID", "one import: counts, refused rows, paths of its reports", ctl_show,
     TAKES_JSON | ASKS_A_DAEMON, 1, 1},
    {"log", "[--json] ID", "what happened to one import, in order of time", ctl_log,
     TAKES_JSON | ASKS_A_DAEMON, 1, 1},
    {"hold", "[--json] ID…", "put imports aside", ctl_hold, TAKES_JSON | ASKS_A_DAEMON, 1, ANY},
    {"release", "[--json] ID…", "let held imports go on", ctl_release, TAKES_JSON | ASKS_A_DAEMON,
     1, ANY},
    {"retry", "[--json] ID…", "send the failed rows of imports again", ctl_retry,
     TAKES_JSON | ASKS_A_DAEMON, 1, ANY},
    {"cancel", "[--json] ID…", "send nothing more of imports", ctl_cancel,
     TAKES_JSON | ASKS_A_DAEMON, 1, ANY},
    {"verify", "[--json] ID…", "prove that every row has exactly one outcome", ctl_verify,
     TAKES_JSON | ASKS_A_DAEMON, 1, ANY},
    {"template", "[--json] [PROFILE]", "print a heading line and an example row to start from",
     ctl_template, TAKES_JSON | FOR_ANY_USER, 0, 1},
    {"profiles", "[--json]", "list the mapping profiles and their headings", ctl_profiles,
     TAKES_JSON | FOR_ANY_USER, 0, 0},
    {"check-profile", "[--json] FILE…", "read mapping profiles: what they do, or what is wrong",
     ctl_check_profile, TAKES_JSON | FOR_ANY_USER, 1, ANY},
    {"prune", "[--json] [--dry-run]", "remove what has served its time now", ctl_prune,
     TAKES_JSON | TAKES_DRY_RUN, 0, 0},
    {"doctor", "[--json]", "look for what is wrong, and say how to mend it", ctl_doctor,
     TAKES_JSON | TAKES_BAD_CONFIG, 0, 0},
    {"completion", CTL_SHELLS, "print what a shell completes this program's arguments by",
     ctl_completion, TAKES_BAD_CONFIG | FOR_ANY_USER, 1, 1},
};

static const struct ctl_option options[] = {
    {"json", TAKES_JSON, NULL, "answer in JSON"},
    {"watch", TAKES_WATCH, NULL, "keep showing it until q or Ctrl-C"},
    {"detach", TAKES_DETACH, NULL, "do not follow what was handed over"},
    {"explain", TAKES_EXPLAIN, NULL, "say what was found out about a file, and why"},
    {"plan", TAKES_PLAN, NULL, "say what would become of each row"},
    {"dry-run", TAKES_DRY_RUN, NULL, "list what would be removed, and remove nothing"},
    {"profile", TAKES_PROFILE, "PROFILE", "read files by this mapping profile"},
};

const struct ctl_command *ctl_commands(size_t *ret_count)
{
    *ret_count = COUNT_OF(commands);
    return commands;
}

const struct ctl_option *ctl_options(size_t *ret_count)
{
    *ret_count = COUNT_OF(options);
    return options;
}

/* What follows a command's name, as wide as it shows: … takes three bytes and one column. */
static int column_of(const char *head)
{
    int width = 28;
    for (const char *at = head; (at = strstr(at, "…")); at += 3)
        width += 2;
    return width;
}

static void usage(FILE *to)
{
    fputs("usage: extspool [-c FILE] COMMAND [OPERAND…]\n"
          "Works with the spool of extspoold.\n\n",
          to);
    for (size_t i = 0; i < COUNT_OF(commands); i++) {
        char head[64];
        snprintf(head, sizeof head, "%s %s", commands[i].name, commands[i].operands);
        fprintf(to, "  %-*s %s\n", column_of(head), head, commands[i].does);
    }
    fputs("\n  -c, --config FILE            read FILE in place of " CONFIG_FILE "\n"
          "      --version                print the version\n"
          "      --help                   print this\n\n"
          "Ends with 0 when all is well, 1 when something was found or refused, 2 when it could\n"
          "not be done.\n",
          to);
}

int ctl_trouble(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("extspool: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    return CTL_TROUBLE;
}

int ctl_fault(const struct fault *f)
{
    return ctl_trouble("%s", f->text);
}

int ctl_worse(int a, int b)
{
    return a > b ? a : b;
}

static int misused(void)
{
    fputs("Try 'extspool --help'.\n", stderr);
    return CTL_TROUBLE;
}

static const struct ctl_command *find(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(commands); i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

/* What stands before the command. False when the program is to end with *ret_end. */
static bool read_options(int argc, char **argv, const char **ret_config, int *ret_end)
{
    static const struct option longs[] = {
        {"config", required_argument, NULL, 'c'},
        {"version", no_argument, NULL, 'v'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    for (int option; (option = getopt_long(argc, argv, "+c:", longs, NULL)) != -1;) {
        switch (option) {
        case 'c':
            *ret_config = optarg;
            break;
        case 'v':
            puts("extspool " VERSION);
            *ret_end = CTL_WELL;
            return false;
        case 'h':
            usage(stdout);
            *ret_end = CTL_WELL;
            return false;
        default:
            *ret_end = misused();
            return false;
        }
    }
    return true;
}

/* As getopt_long wants them: a number is the option's place and 1. */
static void options_fill(struct option to[COUNT_OF(options) + 1])
{
    for (size_t i = 0; i < COUNT_OF(options); i++)
        to[i] =
            (struct option){options[i].name, options[i].argument ? required_argument : no_argument,
                            NULL, (int)i + 1};
    to[COUNT_OF(options)] = (struct option){0};
}

/* What stands after the command, which argv[0] is. */
static bool read_operands(const struct ctl_command *command, int argc, char **argv, struct ctl *ret)
{
    struct option longs[COUNT_OF(options) + 1];
    unsigned taken = 0;
    options_fill(longs);
    optind = 0; /* begins afresh */
    for (int option; (option = getopt_long(argc, argv, "", longs, NULL)) != -1;) {
        if (option == '?')
            return false;
        unsigned flag = options[option - 1].flag;
        if (!(command->flags & flag)) {
            ctl_trouble("%s: this command has no such option", command->name);
            return false;
        }
        taken |= flag;
        ret->profile = flag == TAKES_PROFILE ? optarg : ret->profile;
    }
    ret->json = taken & TAKES_JSON;
    ret->watch = taken & TAKES_WATCH;
    ret->detach = taken & TAKES_DETACH;
    ret->explain = taken & TAKES_EXPLAIN;
    ret->plan = taken & TAKES_PLAN;
    ret->dry_run = taken & TAKES_DRY_RUN;
    ret->operands = argv + optind;
    ret->count = (size_t)(argc - optind);
    if (ret->count >= command->least && ret->count <= command->most)
        return true;
    ctl_trouble("usage: extspool %s %s", command->name, command->operands);
    return false;
}

/* Who may not read the system's configuration can still try files out. */
static bool read_config(const struct ctl_command *command, const char *path, struct config **ret,
                        struct fault *f)
{
    if (config_read(path, ret, f))
        return true;
    if ((command->flags & ASKS_A_DAEMON) && f->error != EACCES) {
        if (!config_read_rest(path, ret, f))
            return false;
        fprintf(stderr, "extspool: note: %s; asking the daemon, which goes on as before\n",
                f->text);
        return true;
    }
    if (path || f->error != EACCES || !(command->flags & FOR_ANY_USER))
        return false;
    fprintf(stderr, "extspool: note: %s; going by the built-in defaults\n", f->text);
    return config_read(NO_CONFIG, ret, f);
}

static int run(const struct ctl_command *command, struct ctl *c)
{
    if (c->profile)
        config_name_profile(c->config, c->profile);
    int end = command->run(c);
    if (fflush(stdout) != 0 || ferror(stdout))
        return ctl_trouble("standard output cannot be written: %s", strerror(errno));
    return end;
}

int main(int argc, char **argv)
{
    const char *config = NULL;
    int end = CTL_WELL;
    if (!read_options(argc, argv, &config, &end))
        return end;
    if (optind == argc) {
        usage(stderr);
        return CTL_TROUBLE;
    }
    int at = optind;
    const struct ctl_command *command = find(argv[at]);
    if (!command) {
        ctl_trouble("there is no command '%s'", argv[at]);
        return misused();
    }

    struct ctl c = {0};
    struct fault f = {0};
    if (!read_operands(command, argc - at, argv + at, &c))
        return misused();
    c.path = config;
    if (!read_config(command, config, &c.config, &f)) {
        if (!(command->flags & TAKES_BAD_CONFIG))
            return ctl_fault(&f);
        c.bad_config = &f;
    }
    end = run(command, &c);
    config_free(c.config);
    return end;
}
