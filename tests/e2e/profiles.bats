#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Folders of mapping profiles in incoming/, and profiles that come and go while it runs.

bats_require_minimum_version 1.5.0
load lib

# profile NAME WORD: one of our own, that sends WORD as everybody's caller ID.
profile() {
    mkdir -p "$WORLD/profiles"
    jq -n --arg name "$1" --arg word "$2" '{name: $name,
        columns: {Ext: [], Word: []}, recognise: ["Ext", "Word"],
        fields: {number: {column: "Ext"}, registerpassword: {column: "Word"},
                 callerid: {constant: $word}}}' >"$WORLD/profiles/$1.json"
}

# people FIRST LAST: a file with the headings of those profiles.
people() {
    records "$1" "$2" | sed '1s/.*/Ext,Word/'
}

folder() {
    "${UNPRIVILEGED[@]}" mkdir -p "$SPOOL/incoming/$1"
}

caller_ids() {
    jq -r '[.extensions[].callerid] | unique | join(" ")' "$WORLD/pbx.json"
}

@test "a file is read by the profile whose folder it lies in, whatever its headings say" {
    profile aa headings
    profile zz folder
    pbxsim_start
    conf_write import.profiles="$WORLD/profiles"
    folder zz
    drop <(people 2001 2003) zz/in.csv
    daemon_once
    is "$(report in.csv '[.file.name, .file.profile, .counts.created]')" '["in.csv","zz",3]'
    pbxsim_stop
    is "$(caller_ids)" folder
    [ -z "$(ls -A "$SPOOL/incoming/zz")" ]
    [ -z "$(find "$SPOOL/work" -name '*.profile')" ]
}

@test "a folder that is made while it runs is watched at once" {
    profile aa headings
    profile zz folder
    pbxsim_start
    conf_write import.profiles="$WORLD/profiles" spool.rescan=0 spool.ready=rename
    daemon_start
    folder zz
    drop <(people 2001 2003) zz/one.csv
    wait_report one.csv
    drop <(people 2004 2004) zz/two.csv
    wait_report two.csv
    is "$(report two.csv .file.profile)" zz
}

@test "a profile that is added by a reload makes its folder count" {
    profile aa headings
    pbxsim_start
    conf_write import.profiles="$WORLD/profiles" spool.rescan=0
    folder zz
    drop <(people 2001 2003) zz/in.csv
    daemon_start
    lib_until logged "no mapping profile has its name"
    [ -e "$SPOOL/incoming/zz/in.csv" ]
    profile zz folder
    kill -HUP "$DAEMON_PID"
    wait_report in.csv
    is "$(report in.csv .file.profile)" zz
}

@test "a folder that leads elsewhere is not gone into" {
    profile aa headings
    pbxsim_start
    conf_write import.profiles="$WORLD/profiles" spool.rescan=100ms
    "${UNPRIVILEGED[@]}" mkdir -p "$WORLD/elsewhere" "$SPOOL/incoming"
    people 2001 2003 >"$WORLD/elsewhere/in.csv"
    ln -s "$WORLD/elsewhere" "$SPOOL/incoming/aa"
    daemon_start
    lib_until logged "'aa' stays in incoming/: it is no regular file"
    [ -e "$WORLD/elsewhere/in.csv" ]
    is "$(journal 'select(.call=="add")')" ''
}

@test "the operator's tool takes a profile by name, and makes its folder" {
    profile aa headings
    profile zz folder
    pbxsim_start
    conf_write import.profiles="$WORLD/profiles"
    people 2001 2003 >"$WORLD/in.csv"
    run -0 extspool check --profile zz --explain "$WORLD/in.csv"
    has "$output" "profile zz: it was named"
    daemon_start
    run -2 extspool import --detach --profile none "$WORLD/in.csv"
    has "$output" "there is no profile 'none'"
    run -0 extspool import --profile zz "$WORLD/in.csv"
    is "$(report in.csv '[.file.profile, .counts.created]')" '["zz",3]'
    is "$(stat -c %a "$SPOOL/incoming/zz")" "$(stat -c %a "$SPOOL/incoming")"
}
