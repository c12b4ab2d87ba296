#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Completion in the shells themselves.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0
load lib

# a_queue: two imports, one of them held.
a_queue() {
    pbxsim_start
    conf_write
    daemon_start
    records 2001 2003 | drop - people.csv
    wait_report people.csv
    pbxsim_stop
    records 2004 2005 | drop - more.csv
    lib_until extspool hold 2
    PATH="$BIN:$PATH"
}

# in_bash WORD…: what the last word is completed to, on one line.
in_bash() {
    bash -c '
        source <("$1" completion bash) || exit
        shift
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
        complete -p extspool >/dev/null || exit
        _extspool
        printf "%s\n" "${COMPREPLY[@]}"' - "$BIN/extspool" "$@" | xargs -d '\n'
}

# in_fish LINE: the same.
in_fish() {
    HOME="$WORLD" fish --no-config -c 'source (extspool completion fish | psub); complete -C "$argv[1]"' \
        "$1" | cut -f 1 | xargs -d '\n'
}

# in_zsh LINE WANTED: whether zsh lists it after a Tab in a shell of its own. Without blanks, since
# it moves the cursor over some.
in_zsh() {
    "$BIN/extspool" completion zsh >"$WORLD/_extspool"
    HOME="$WORLD" timeout "$LIB_PATIENCE" zsh -f -c '
        zmodload zsh/zpty
        zpty inner zsh -f -i
        zpty -w inner "PROMPT=; stty cols 200 rows 60; LISTMAX=1000; fpath=($3 \$fpath)"
        zpty -w inner "autoload -Uz compinit && compinit -u -D; bindkey \"^I\" list-choices"
        zpty -w inner "echo BEG\"\"IN"
        zpty -r inner out "*BEGIN*" || exit
        zpty -w -n inner "$1"$'"'\\t'"'
        zpty -r inner out "*$2*"' - "$1" "$2" "$WORLD"
}

@test "bash completes commands, options, ids, profiles, shells and files" {
    a_queue
    has " $(in_bash extspool '') " " status "
    is "$(in_bash extspool re)" "release retry"
    is "$(in_bash extspool -c "$CONF" show '')" "000002 000001"
    is "$(in_bash extspool -c "$CONF" hold 000001 000002)" "000002"
    is "$(in_bash extspool status --)" "--json --watch"
    is "$(in_bash extspool check --profile bam)" "bamboohr"
    is "$(in_bash extspool template person)" "personio"
    is "$(in_bash extspool completion z)" "zsh"
    touch "a file.csv"
    is "$(in_bash extspool check "a f")" "a file.csv"
    is "$(in_bash extspool -c "$WORLD/extspoold.c")" "$CONF"
    is "$(in_bash extspool doctor '')" ""
    # with the daemon ended the ledger is asked
    daemon_stop
    is "$("${UNPRIVILEGED[@]}" "$BIN/extspool" -c "$CONF" completion ids | cut -f 1 | sort | xargs)" \
        "000001 000002"
}

@test "fish completes commands, options, ids, profiles, shells and files" {
    command -v fish >/dev/null || skip "no fish"
    a_queue
    is "$(in_fish 'extspool re')" "release retry"
    is "$(in_fish "extspool -c $CONF show ")" "000002 000001"
    is "$(in_fish 'extspool status --')" "--json --watch"
    is "$(in_fish 'extspool template person')" "personio"
    is "$(in_fish 'extspool check --profile bam')" "bamboohr"
    is "$(in_fish 'extspool completion z')" "zsh"
    touch afile.csv
    is "$(in_fish 'extspool check afi')" "afile.csv"
    # what an id stands for is told beside it
    HOME="$WORLD" run fish --no-config -c \
        'source (extspool completion fish | psub); complete -C "$argv[1]"' "extspool -c $CONF hold "
    has "$output" "000002"$'\t'"more.csv, held"
}

@test "zsh completes commands, options, ids, profiles, shells and files" {
    command -v zsh >/dev/null || skip "no zsh"
    a_queue
    in_zsh 'extspool re' 'let*held*imports*go*on'
    in_zsh "extspool -c $CONF show " '000002*more.csv,*held'
    in_zsh 'extspool status --' '--watch'
    in_zsh 'extspool template ' 'personio'
    in_zsh 'extspool check --profile ' 'bamboohr'
    in_zsh 'extspool completion ' 'bash*fish*zsh'
    mkdir files
    touch files/afile.csv
    in_zsh 'extspool check files/' 'afile.csv'
}

@test "every command and option of the help is completed" {
    for shell in bash zsh fish; do
        "$BIN/extspool" completion "$shell" >"script.$shell"
        "$BIN/extspool" --help | sed -n 's/^  \([a-z][a-z-]*\) .*/\1/p' >commands
        [ "$(wc -l <commands)" -ge 16 ]
        while read -r command; do
            grep -qE "(^|[ ':])$command([ ):']|\$)" "script.$shell" || { echo "$shell: $command"; return 1; }
        done <commands
    done
    bash -n script.bash
    run -2 "$BIN/extspool" completion tcsh
    has "$output" "no shell 'tcsh'"
}
