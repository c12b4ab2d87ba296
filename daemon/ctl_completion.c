/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME ctl_completion: what shells complete extspool's arguments by, written from its own table.
 *
 * The scripts ask the program for what only it knows: `completion ids` and `completion profiles`
 * print a line each, the value, a tab and what it is. Both are silent where nothing can be known,
 * since they run while somebody types. */
#include <inttypes.h>
#include <stdio.h>

#include "buf.h"
#include "ctl_command.h"
#include "json.h"
#include "ledger.h"

#define PAGE 64

/* ---- what only the program knows ---- */

static void value_print(const char *value, const char *is)
{
    printf("%s\t%s\n", value, is);
}

static void imports_print(struct json_object *imports)
{
    for (size_t i = ctl_length(imports); i-- > 0;) {
        struct json_object *one = ctl_item(imports, i);
        ON_LEAVE(buf_free) struct buf is = {0};
        buf_format(&is, "%s, %s", ctl_text(one, "name"), ctl_text(one, "state"));
        value_print(ctl_text(one, "id"), buf_get(&is));
    }
}

/* Those that nobody has finished, as far as this user may read the ledger. */
static void ledger_imports_print(const struct config *c)
{
    struct ledger *l = NULL;
    struct import page[PAGE];
    size_t count = PAGE;
    if (!ledger_look(c->state.directory, &l, NULL))
        return;
    for (uint64_t after = 0; count == PAGE;) {
        if (!ledger_imports(l, after, false, page, PAGE, &count, NULL))
            break;
        for (size_t i = 0; i < count; i++) {
            printf("%06" PRIu64 "\t%s, %s\n", page[i].id, page[i].name,
                   import_state_text(page[i].state));
            after = page[i].id;
        }
    }
    ledger_close(l);
}

static void ids_print(const struct ctl *c)
{
    ON_LEAVE(json_leave) struct json_object *status = NULL;
    struct ctl_desk *desk = ctl_desk_new(c->config);
    bool running = false;
    ctl_ask_daemon(desk, "status", 0, &running, &status, NULL);
    if (status)
        imports_print(ctl_member(status, "imports"));
    else if (!running)
        ledger_imports_print(c->config);
    ctl_desk_close(desk);
}

static void profiles_print(const struct ctl *c)
{
    ON_LEAVE(ctl_rules_free) struct ctl_rules rules = {0};
    if (!ctl_rules_read(c->config, &rules, NULL))
        return;
    for (size_t i = 0; i < profiles_count(rules.profiles); i++) {
        const struct profile *p = profiles_at(rules.profiles, i);
        value_print(profile_name(p), profile_title(p));
    }
}

/* ---- the table, for a shell ---- */

/* The kind of a command's operands: the last word, without what is around it. The caller frees. */
static char *kind_of(const struct ctl_command *command)
{
    const char *blank = strrchr(command->operands, ' ');
    const char *word = blank ? blank + 1 : command->operands;
    word += strspn(word, "[-");
    if (command->most == 0)
        word = "";
    return xstrndup(word, strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz|"));
}

/* In single quotes, as all three shells read them. */
static void quoted_print(const char *text)
{
    putchar('\'');
    for (; *text; text++)
        if (*text == '\'')
            fputs("'\\''", stdout);
        else
            putchar(*text);
    putchar('\'');
}

/* What a shell calls to complete operands of a kind. */
struct filler {
    const char *kind, *call;
};

/* NULL for words to choose from, which are then in *ret_words with blanks between. */
static const char *filler_of(const struct filler *fillers, const char *kind, char *words)
{
    for (; fillers->kind; fillers++)
        if (strcmp(fillers->kind, kind) == 0)
            return fillers->call;
    for (; *words; words++)
        if (*words == '|')
            *words = ' ';
    return NULL;
}

/* ---- bash ---- */

static const struct filler in_bash[] = {
    {"FILE", "_extspool_files"},
    {"ID", "_extspool_ask ids"},
    {"PROFILE", "_extspool_ask profiles"},
    {"", ":"},
    {NULL, NULL},
};

static const char bash_head[] =
    "# bash completion of extspool, made by `extspool completion bash`\n"
    "\n"
    "_extspool_words() { # WORD…\n"
    "    mapfile -t -O \"${#COMPREPLY[@]}\" COMPREPLY < <(compgen -W \"$*\" -- \"$cur\")\n"
    "}\n"
    "\n"
    "_extspool_options() { # OPTION…: once one is begun\n"
    "    [[ $cur != -* ]] || _extspool_words \"$@\"\n"
    "}\n"
    "\n"
    "_extspool_files() {\n"
    "    compopt -o filenames 2>/dev/null\n"
    "    mapfile -t -O \"${#COMPREPLY[@]}\" COMPREPLY < <(compgen -f -- \"$cur\")\n"
    "}\n"
    "\n"
    "_extspool_ask() { # ids|profiles\n"
    "    _extspool_words \"$(\"$program\" \"${config[@]}\" completion \"$1\" 2>/dev/null | cut -f "
    "1)\"\n"
    "}\n"
    "\n"
    "_extspool() {\n"
    "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
    "    local program=${COMP_WORDS[0]} command='' config=() i\n"
    "    COMPREPLY=()\n"
    "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
    "        case ${COMP_WORDS[i]} in\n"
    "        -c | --config) config=(-c \"${COMP_WORDS[++i]}\") ;;\n"
    "        -*) ;;\n"
    "        *)\n"
    "            command=${COMP_WORDS[i]}\n"
    "            break\n"
    "            ;;\n"
    "        esac\n"
    "    done\n"
    "    case $command:$prev in\n"
    "    :-c | :--config)\n"
    "        _extspool_files\n"
    "        return\n"
    "        ;;\n"
    "    ?*:--profile)\n"
    "        _extspool_ask profiles\n"
    "        return\n"
    "        ;;\n"
    "    esac\n"
    "    case $command in\n";

static void bash_command(const struct ctl_command *command)
{
    ON_LEAVE(free_text) char *kind = kind_of(command);
    size_t count;
    const struct ctl_option *options = ctl_options(&count);
    const char *call = filler_of(in_bash, kind, kind);
    printf("    %s)\n        ", command->name);
    if (call)
        puts(call);
    else
        printf("_extspool_words %s\n", kind);
    fputs("        _extspool_options", stdout);
    for (size_t i = 0; i < count; i++)
        if (command->flags & options[i].flag)
            printf(" --%s", options[i].name);
    puts("\n        ;;");
}

static void bash_print(void)
{
    size_t count;
    const struct ctl_command *commands = ctl_commands(&count);
    fputs(bash_head, stdout);
    fputs("    '') _extspool_words -c --config --version --help", stdout);
    for (size_t i = 0; i < count; i++)
        printf(" %s", commands[i].name);
    puts(" ;;");
    for (size_t i = 0; i < count; i++)
        bash_command(&commands[i]);
    puts("    esac\n}\n\ncomplete -F _extspool extspool");
}

/* ---- zsh ---- */

/* The blank keeps _arguments from putting options of its own before ids and profiles. */
static const struct filler in_zsh[] = {
    {"FILE", "*:file:_files"},
    {"ID", "*:import: _extspool_ask ids"},
    {"PROFILE", "*:profile: _extspool_ask profiles"},
    {"", ""},
    {NULL, NULL},
};

static const char zsh_head[] =
    "#compdef extspool\n"
    "# zsh completion of extspool, made by `extspool completion zsh`\n"
    "\n"
    "_extspool_ask() { # ids|profiles\n"
    "    local -a found\n"
    "    found=(${(f)\"$($program $config completion $1 2>/dev/null)\"})\n"
    "    found=(${found/$'\\t'/:})\n"
    "    _describe -V $1 found\n"
    "}\n"
    "\n"
    "_extspool() {\n"
    "    local program=$words[1] curcontext=$curcontext state line\n"
    "    local -a config commands\n"
    "    local -A opt_args\n"
    "    _arguments -C \\\n"
    "        '(-c --config)'{-c,--config}'[read FILE in place of " CONFIG_FILE "]:file:_files' \\\n"
    "        '(- *)--version[print the version]' \\\n"
    "        '(- *)--help[print the commands]' \\\n"
    "        '1: :->command' '*:: :->operands' && return\n"
    "    [[ -z $opt_args[-c]$opt_args[--config] ]] ||\n"
    "        config=(-c ${(Q)opt_args[-c]:-$opt_args[--config]})\n"
    "    if [[ $state = command ]]; then\n"
    "        commands=(\n";

static void zsh_command(const struct ctl_command *command)
{
    ON_LEAVE(free_text) char *kind = kind_of(command);
    ON_LEAVE(buf_free) struct buf spec = {0};
    size_t count;
    const struct ctl_option *options = ctl_options(&count);
    const char *call = filler_of(in_zsh, kind, kind);
    printf("    %s) _arguments", command->name);
    for (size_t i = 0; i < count; i++) {
        if (!(command->flags & options[i].flag))
            continue;
        buf_reset(&spec);
        buf_format(&spec, "--%s[%s]%s", options[i].name, options[i].does,
                   options[i].argument ? ":profile: _extspool_ask profiles" : "");
        putchar(' ');
        quoted_print(buf_get(&spec));
    }
    buf_reset(&spec);
    buf_format(&spec, call ? "%s" : "1:word:(%s)", call ? call : kind);
    if (spec.len) {
        putchar(' ');
        quoted_print(buf_get(&spec));
    }
    puts(" ;;");
}

static void zsh_print(void)
{
    size_t count;
    const struct ctl_command *commands = ctl_commands(&count);
    fputs(zsh_head, stdout);
    for (size_t i = 0; i < count; i++) {
        ON_LEAVE(buf_free) struct buf item = {0};
        buf_format(&item, "%s:%s", commands[i].name, commands[i].does);
        fputs("            ", stdout);
        quoted_print(buf_get(&item));
        putchar('\n');
    }
    fputs("        )\n"
          "        _describe command commands\n"
          "        return\n"
          "    fi\n"
          "    case $words[1] in\n",
          stdout);
    for (size_t i = 0; i < count; i++)
        zsh_command(&commands[i]);
    puts("    esac\n}\n\n"
         "if [[ $zsh_eval_context[-1] = loadautofunc ]]; then\n"
         "    _extspool \"$@\"\n"
         "else\n"
         "    compdef _extspool extspool\n"
         "fi");
}

/* ---- fish ---- */

static const struct filler in_fish[] = {
    {"FILE", "-F"},
    {"ID", "-k -a '(__extspool_ask ids)'"},
    {"PROFILE", "-k -a '(__extspool_ask profiles)'"},
    {"", ""},
    {NULL, NULL},
};

static const char fish_head[] =
    "# fish completion of extspool, made by `extspool completion fish`\n"
    "\n"
    "# The words before the one that is completed, as PROGRAM, CONFIG and COMMAND, a line each.\n"
    "function __extspool_line\n"
    "    set -l words (commandline -opc)\n"
    "    set -l file\n"
    "    set -l command\n"
    "    set -l i 2\n"
    "    while test $i -le (count $words)\n"
    "        switch $words[$i]\n"
    "            case -c --config\n"
    "                set i (math $i + 1)\n"
    "                test $i -le (count $words); and set file $words[$i]\n"
    "            case '-*'\n"
    "            case '*'\n"
    "                set command $words[$i]\n"
    "                break\n"
    "        end\n"
    "        set i (math $i + 1)\n"
    "    end\n"
    "    printf '%s\\n' $words[1] \"$file\" \"$command\"\n"
    "end\n"
    "\n"
    "function __extspool_at # COMMAND: it is there; '' when none is\n"
    "    set -l line (__extspool_line)\n"
    "    test \"$line[3]\" = \"$argv[1]\"\n"
    "end\n"
    "\n"
    "function __extspool_ask # ids|profiles\n"
    "    set -l line (__extspool_line)\n"
    "    set -l config\n"
    "    test -n \"$line[2]\"; and set config -c $line[2]\n"
    "    $line[1] $config completion $argv[1] 2>/dev/null\n"
    "end\n"
    "\n"
    "complete -c extspool -f\n"
    "complete -c extspool -n \"__extspool_at ''\" -s c -l config -r -F -d 'read this file'\n"
    "complete -c extspool -n \"__extspool_at ''\" -l version -d 'print the version'\n"
    "complete -c extspool -n \"__extspool_at ''\" -l help -d 'print the commands'\n";

static void fish_command(const struct ctl_command *command)
{
    ON_LEAVE(free_text) char *kind = kind_of(command);
    size_t count;
    const struct ctl_option *options = ctl_options(&count);
    const char *call = filler_of(in_fish, kind, kind);
    printf("complete -c extspool -n \"__extspool_at ''\" -a %s -d ", command->name);
    quoted_print(command->does);
    putchar('\n');
    for (size_t i = 0; i < count; i++) {
        if (!(command->flags & options[i].flag))
            continue;
        printf("complete -c extspool -n '__extspool_at %s' -l %s %s-d ", command->name,
               options[i].name, options[i].argument ? "-x -a '(__extspool_ask profiles)' " : "");
        quoted_print(options[i].does);
        putchar('\n');
    }
    if (call && *call)
        printf("complete -c extspool -n '__extspool_at %s' %s\n", command->name, call);
    else if (!call)
        printf("complete -c extspool -n '__extspool_at %s' -a '%s'\n", command->name, kind);
}

static void fish_print(void)
{
    size_t count;
    const struct ctl_command *commands = ctl_commands(&count);
    fputs(fish_head, stdout);
    for (size_t i = 0; i < count; i++)
        fish_command(&commands[i]);
}

int ctl_completion(const struct ctl *c)
{
    static const struct {
        const char *word;
        void (*print)(void);
        void (*ask)(const struct ctl *c);
    } words[] = {
        {"bash", bash_print, NULL}, {"zsh", zsh_print, NULL},           {"fish", fish_print, NULL},
        {"ids", NULL, ids_print},   {"profiles", NULL, profiles_print},
    };
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (strcmp(c->operands[0], words[i].word) != 0)
            continue;
        if (words[i].print)
            words[i].print();
        else if (c->config)
            words[i].ask(c);
        return CTL_WELL;
    }
    return ctl_trouble("completion: no shell '%s'; there are " CTL_SHELLS, c->operands[0]);
}
