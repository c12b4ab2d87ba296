/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME ctl: extspool, the operator's tool: its commands and its command line. */
#include "ctl.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#define NO_CONFIG "/dev/null" /* read as a configuration, it leaves the built-in defaults */
#define ANY       SIZE_MAX

enum {
    TAKES_JSON = 1,
    TAKES_DETACH = 2,
    FOR_ANY_USER = 4,
    TAKES_EXPLAIN = 8,
    TAKES_PLAN = 16,
    TAKES_PROFILE = 32,
    TAKES_DRY_RUN = 64,
};

static const struct command {
    const char *name;
    const char *operands;
    const char *does;
    int (*run)(const struct ctl *c);
    unsigned flags;
    size_t least, most; /* operands */
} commands[] = {
    {"check", "[OPTION…] FILE…", "try files out: nothing is sent; - is standard input", ctl_check,
     TAKES_JSON | TAKES_EXPLAIN | TAKES_PLAN | TAKES_PROFILE | FOR_ANY_USER, 1, ANY},
    {"parse", "[OPTION…] FILE", "print what the importer reads, as plain CSV", ctl_parse,
     TAKES_EXPLAIN | TAKES_PROFILE | FOR_ANY_USER, 1, 1},
    {"import", "[OPTION…] FILE…", "hand files to the spool and follow them", ctl_import,
     TAKES_DETACH | TAKES_PROFILE, 1, ANY},
    {"status", "[--json]", "a line for each import, and for each file that stays in incoming/",
     ctl_status, TAKES_JSON, 0, 0},
    {"show", "[--json] ID", "one import: counts, refused rows, paths of its reports", ctl_show,
     TAKES_JSON, 1, 1},
    {"hold", "ID…", "put imports aside", ctl_hold, 0, 1, ANY},
    {"release", "ID…", "let held imports go on", ctl_release, 0, 1, ANY},
    {"retry", "ID…", "send the failed rows of imports again", ctl_retry, 0, 1, ANY},
    {"cancel", "ID…", "send nothing more of imports", ctl_cancel, 0, 1, ANY},
    {"template", "[PROFILE]", "print a heading line and an example row to start from", ctl_template,
     FOR_ANY_USER, 0, 1},
    {"profiles", "", "list the mapping profiles and their headings", ctl_profiles, FOR_ANY_USER, 0,
     0},
    {"check-profile", "FILE…", "read mapping profiles and say what they do, or what is wrong",
     ctl_check_profile, FOR_ANY_USER, 1, ANY},
    {"prune", "[OPTION…]", "remove what has served its time now", ctl_prune,
     TAKES_JSON | TAKES_DRY_RUN, 0, 0},
    {"verify", "ID…", "prove that every row has exactly one outcome", ctl_verify, 0, 1, ANY},
};

static void usage(FILE *to)
{
    fputs("usage: extspool [-c FILE] COMMAND [OPERAND…]\n"
          "Works with the spool of extspoold.\n\n",
          to);
    for (size_t i = 0; i < COUNT_OF(commands); i++) {
        char head[64];
        snprintf(head, sizeof head, "%s %s", commands[i].name, commands[i].operands);
        /* … takes three bytes and one column */
        int width = strstr(head, "…") ? 27 : 25;
        fprintf(to, "  %-*s %s\n", width, head, commands[i].does);
    }
    fputs("\n  -c, --config FILE         read FILE in place of " CONFIG_FILE "\n"
          "      --version             print the version\n"
          "      --help                print this\n\n"
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

static const struct command *find(const char *name)
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

/* What stands after the command, which argv[0] is. */
static bool read_operands(const struct command *command, int argc, char **argv, struct ctl *ret)
{
    static const struct option longs[] = {
        {"json", no_argument, NULL, TAKES_JSON},
        {"detach", no_argument, NULL, TAKES_DETACH},
        {"explain", no_argument, NULL, TAKES_EXPLAIN},
        {"plan", no_argument, NULL, TAKES_PLAN},
        {"profile", required_argument, NULL, TAKES_PROFILE},
        {"dry-run", no_argument, NULL, TAKES_DRY_RUN},
        {NULL, 0, NULL, 0},
    };
    optind = 0; /* begins afresh */
    for (int option; (option = getopt_long(argc, argv, "", longs, NULL)) != -1;) {
        if (option == '?')
            return false;
        if (!(command->flags & (unsigned)option)) {
            ctl_trouble("%s: this command has no such option", command->name);
            return false;
        }
        ret->json = ret->json || option == TAKES_JSON;
        ret->detach = ret->detach || option == TAKES_DETACH;
        ret->explain = ret->explain || option == TAKES_EXPLAIN;
        ret->plan = ret->plan || option == TAKES_PLAN;
        ret->dry_run = ret->dry_run || option == TAKES_DRY_RUN;
        ret->profile = option == TAKES_PROFILE ? optarg : ret->profile;
    }
    ret->operands = argv + optind;
    ret->count = (size_t)(argc - optind);
    if (ret->count >= command->least && ret->count <= command->most)
        return true;
    ctl_trouble("usage: extspool %s %s", command->name, command->operands);
    return false;
}

/* Who may not read the system's configuration can still try files out. */
static bool read_config(const struct command *command, const char *path, struct config **ret,
                        struct fault *f)
{
    if (config_read(path, ret, f))
        return true;
    if (path || f->error != EACCES || !(command->flags & FOR_ANY_USER))
        return false;
    fprintf(stderr, "extspool: note: %s; going by the built-in defaults\n", f->text);
    return config_read(NO_CONFIG, ret, f);
}

static int run(const struct command *command, struct ctl *c)
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
    const struct command *command = find(argv[at]);
    if (!command) {
        ctl_trouble("there is no command '%s'", argv[at]);
        return misused();
    }

    struct ctl c = {0};
    struct fault f = {0};
    if (!read_operands(command, argc - at, argv + at, &c))
        return misused();
    if (!read_config(command, config, &c.config, &f))
        return ctl_fault(&f);
    end = run(command, &c);
    config_free(c.config);
    return end;
}
