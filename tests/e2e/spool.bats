#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The spool: which files are claimed, when, and that none is lost or overwritten.
# shellcheck disable=SC2030,SC2031,SC2154 # each test has a shell of its own

bats_require_minimum_version 1.5.0
load lib

setup() {
    lib_setup
    pbxsim_start
}

teardown() {
    lib_teardown
}

# unclaimed NAME: why a file stays where it is, by the status.
unclaimed() {
    extspool status --json | jq -r --arg name "$1" '.unclaimed[] | select(.name == $name) | .reason'
}

is_unclaimed() {
    [ -n "$(unclaimed "$1")" ]
}

files_in() {
    find "$SPOOL/$1" -mindepth 1 -printf '%f\n' | LC_ALL=C sort | xargs
}

# socket PATH: a socket that nobody listens on.
socket() {
    (cd "$(dirname "$1")" && python3 -c '
import socket, sys
socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$(basename "$1")")
}

asked() {
    [ "$(grep -c '"call":"add"' "$PBX_JOURNAL")" -ge "$1" ]
}

@test "what lies there at the start, and what comes later, is imported" {
    conf_write
    drop <(records 2001 2002) early.csv
    daemon_start
    wait_report early.csv
    drop <(records 2003 2004) later.csv
    wait_report later.csv
    is "$(created)" "2001 2002 2003 2004"
    is "$(files_in incoming)" ""
    is "$(files_in work)" ""
    is "$(files_in "done")" "000001-early.csv 000002-later.csv"
}

@test "a file that is still being written is left alone" {
    conf_write spool.settle=3s
    daemon_start
    local number
    printf 'number,registerpassword\n' >"$SPOOL/incoming/slow.csv"
    for number in 2001 2002 2003 2004 2005 2006; do
        sleep 0.1
        printf '%d,Aa1bcdefgh\n' "$number" >>"$SPOOL/incoming/slow.csv"
        [ -e "$SPOOL/incoming/slow.csv" ]
    done
    wait_report slow.csv
    is "$(report slow.csv '[.counts.rows, .counts.created]')" "[6,6]"
}

@test "what is written into a file after it was claimed changes nothing" {
    pbxsim_stop
    pbxsim_start --latency 20
    conf_write pbx.concurrency=1
    daemon_start
    records 2001 2020 >"$WORLD/open.csv"
    exec 7>>"$WORLD/open.csv"
    mv "$WORLD/open.csv" "$SPOOL/incoming/"
    lib_until asked 1
    printf '2021,Aa1bcdefgh\n' >&7
    exec 7>&-
    wait_report open.csv
    is "$(report open.csv .counts.rows)" 20
    is "$(created | wc -w)" 20
    # and the change is told
    run -1 extspool verify 1
    has "$output" "the original has changed"
}

@test "what is no plain file of one name stays, is named, and hinders nothing" {
    conf_write spool.rescan=200ms
    "${UNPRIVILEGED[@]}" mkdir -p "$SPOOL/incoming/folder.csv"
    records 2001 2001 >"$WORLD/target.csv"
    ln -s "$WORLD/target.csv" "$SPOOL/incoming/link.csv"
    ln -s "$WORLD" "$SPOOL/incoming/way.csv"
    ln -s nowhere "$SPOOL/incoming/dangling.csv"
    mkfifo "$SPOOL/incoming/pipe.csv"
    socket "$SPOOL/incoming/socket.csv"
    local odd=(folder link way dangling pipe socket hard closed)
    # a device that would never end
    ! mknod "$SPOOL/incoming/device.csv" c 1 5 || odd+=(device)
    records 2002 2002 >"$SPOOL/incoming/hard.csv"
    ln "$SPOOL/incoming/hard.csv" "$WORLD/hard.csv"
    records 2003 2003 >"$SPOOL/incoming/people.xlsx"
    records 2004 2004 >"$SPOOL/incoming/closed.csv"
    chmod 0000 "$SPOOL/incoming/closed.csv"
    drop <(records 2005 2005) good.csv
    daemon_start
    wait_report good.csv
    local name
    for name in "${odd[@]/%/.csv}" people.xlsx; do
        lib_until is_unclaimed "$name"
        grep -qF "'$name' stays in incoming/" "$LOG"
        [ -e "$SPOOL/incoming/$name" ] || [ -L "$SPOOL/incoming/$name" ]
    done
    has "$(unclaimed folder.csv)" "folder"
    has "$(unclaimed hard.csv)" "more than one name"
    has "$(unclaimed closed.csv)" "cannot be read"
    is "$(created)" 2005

    # one that is made well is taken, and each reason is logged once
    chmod 0644 "$SPOOL/incoming/closed.csv"
    wait_report closed.csv
    rm "$WORLD/hard.csv"
    wait_report hard.csv
    is "$(created)" "2002 2004 2005"
    is "$(grep -cF "'people.xlsx' stays in incoming/" "$LOG")" 1
}

# What somebody put into the place of a claimed file while no daemon ran.
@test "what is no plain file of one name in work/ is rejected, unread" {
    conf_write
    daemon_once
    records 2001 2001 >"$WORLD/target.csv"
    mkdir "$SPOOL/work/000001-folder.csv"
    mkfifo "$SPOOL/work/000002-pipe.csv"
    ln -s "$WORLD/target.csv" "$SPOOL/work/000003-link.csv"
    socket "$SPOOL/work/000004-socket.csv"
    cp "$WORLD/target.csv" "$SPOOL/work/000005-hard.csv"
    ln "$SPOOL/work/000005-hard.csv" "$WORLD/hard.csv"
    [ -z "${UNPRIVILEGED[*]}" ] || chown -h nobody:nogroup "$SPOOL/work"/0*
    drop <(records 2002 2002) good.csv
    run -1 daemon_once
    local name
    for name in folder pipe link socket hard; do
        is "$(report "$name.csv" '[.state, .problems[0].code, .counts.rows]')" \
            '["rejected","unreadable",0]'
        is "$(files_in rejected | tr ' ' '\n' | grep -c -- "-$name.csv")" 1
    done
    is "$(created)" 2002
    is "$(report good.csv .id)" 000006
}

# As above, with a name that is no UTF-8, which the names of its reports have in them.
@test "a file of any name in work/ is imported, and its report written" {
    pbxsim_start
    conf_write import.max_invalid=50%
    daemon_once
    records 2001 2001 >"$WORLD/people.csv"
    records 2001 2001 | tail -n 1 >>"$WORLD/people.csv"
    cp "$WORLD/people.csv" "$SPOOL/work/000007-J"$'\xff'".csv"
    [ -z "${UNPRIVILEGED[*]}" ] || chown -h nobody:nogroup "$SPOOL/work"/0*
    run -1 daemon_once
    is "$(created)" 2001
    has "$(cat "$SPOOL/reports"/000007-*.html)" $'Correct the row in <code><bdi>000007-J\ufffd.rejects.csv'
}

@test "a folder that is taken away, or replaced, is opened anew" {
    conf_write spool.rescan=1h
    daemon_start
    rm -r "$SPOOL/incoming"
    lib_until test -d "$SPOOL/incoming"
    drop <(records 2001 2001) first.csv
    wait_report first.csv

    # another folder under its name
    mkdir "$SPOOL/new"
    records 2002 2002 >"$SPOOL/new/second.csv"
    [ -z "${UNPRIVILEGED[*]}" ] || chown -R nobody:nogroup "$SPOOL"
    mv -T "$SPOOL/incoming" "$SPOOL/old" && mv -T "$SPOOL/new" "$SPOOL/incoming"
    wait_report second.csv
    is "$(created)" "2001 2002"
    is "$(kill -0 "$DAEMON_PID" && echo runs)" runs
}

@test "a pattern that would try for ever is a finding" {
    jq '(.fields[] | select(.name == "username").constraints.pattern) = "(a|aa|a?)+b"' \
        "$ROOT/schemas/extension.json" >"$WORLD/schema.json"
    conf_write import.schema="$WORLD/schema.json"
    drop - in.csv <<<"number,username,registerpassword
2001,aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,Aa1bcdefgh
2002,aab,Aa1bcdefgh"
    run -1 daemon_once
    is "$(report in.csv '[.problems[] | select(.severity == "error") | .row, .column, .code]')" \
        '[1,"username","pattern"]'
    is "$(created)" 2002
}

@test "files of one name never overwrite each other" {
    conf_write
    daemon_start
    local number
    for number in 2001 2002 2003; do
        drop <(records "$number" "$number") in.csv
        lib_until test -e "$SPOOL/reports/00000$((number - 2000))-in.json"
    done
    for number in 1 2 3; do
        grep -q "200$number" "$SPOOL/done/00000$number-in.csv"
    done
    is "$(created)" "2001 2002 2003"
}

@test "an id is above every id of the ledger and of the spool's folders" {
    conf_write
    "${UNPRIVILEGED[@]}" mkdir -p "$SPOOL"/{done,reports}
    printf x >"$SPOOL/done/000041-old.csv"
    printf x >"$SPOOL/reports/000007-older.json"
    drop <(records 2001 2001) in.csv
    daemon_once
    [ -e "$SPOOL/reports/000042-in.json" ]
    is "$(cat "$SPOOL/done/000041-old.csv")" x

    # also when the highest has gone from the folders since
    rm "$SPOOL"/reports/000042-* "$SPOOL"/done/000042-* "$SPOOL/done/000041-old.csv"
    drop <(records 2002 2002) in.csv
    daemon_once
    [ -e "$SPOOL/reports/000043-in.json" ]
}

@test "a file that goes away before it is complete is forgotten" {
    conf_write spool.settle=3s # far longer than it takes to get to its removal
    drop <(records 2001 2001) gone.csv
    daemon_start
    rm "$SPOOL/incoming/gone.csv"
    drop <(records 2002 2002) stays.csv
    wait_report stays.csv
    is "$(created)" 2002
    is "$(extspool status --json | jq -c .unclaimed)" "[]"
}

@test "ready=rename: a file is claimed as soon as it has its name" {
    conf_write spool.ready=rename spool.settle=1h
    daemon_start
    records 2001 2001 >"$SPOOL/incoming/.in.csv"
    mv "$SPOOL/incoming/.in.csv" "$SPOOL/incoming/in.csv"
    wait_report in.csv
    is "$(created)" 2001
}

@test "ready=done-file: the marker makes a file complete, and goes along with it" {
    conf_write spool.ready=done-file spool.rescan=1h
    drop <(records 2001 2001) first.csv
    drop <(records 2002 2002) second.csv
    daemon_start
    : >"$SPOOL/incoming/second.csv.done"
    wait_report second.csv
    is "$(created)" 2002
    is "$(files_in incoming)" first.csv
    : >"$SPOOL/incoming/first.csv.done"
    wait_report first.csv
    is "$(files_in incoming)" ""
    is "$(files_in "done")" \
        "000001-second.csv 000001-second.csv.done 000002-first.csv 000002-first.csv.done"
}

@test "many files at once: each is imported, once" {
    conf_write
    "${UNPRIVILEGED[@]}" mkdir -p "$SPOOL/incoming"
    local number
    for number in {2001..2120}; do
        printf 'number,registerpassword\n%d,Aa1bcdefgh\n' "$number" >"$SPOOL/incoming/$number.csv"
    done
    daemon_once
    is "$(created | xargs -n1 | sort -u | wc -l)" 120
    is "$(created | wc -w)" 120
    is "$(find "$SPOOL/done" -type f | wc -l)" 120
    is "$(jq -s 'map(select(.state == "done" and .counts.created == 1)) | length' \
        "$SPOOL"/reports/*.json)" 120
}

@test "the folders are made with their modes" {
    conf_write
    daemon_once
    is "$(stat -c %a "$SPOOL/work")" 700
    is "$(stat -c %a "$SPOOL/secrets")" 700
    local folder
    for folder in incoming "done" rejected held reports; do
        [ -d "$SPOOL/$folder" ]
        # others may not look in where senders' data lie
        [[ "$(stat -c %a "$SPOOL/$folder")" == *[05] ]]
    done
    [[ "$(stat -c %a "$SPOOL/done")" == *0 ]]
    [[ "$(stat -c %a "$SPOOL/incoming")" == *0 ]]
}

@test "a spool that cannot be used is named, and nothing runs" {
    conf_write
    "${UNPRIVILEGED[@]}" mkdir -p "$SPOOL/done"
    chmod 0500 "$SPOOL/done"
    run -2 daemon_once
    grep -qF "$SPOOL/done" "$LOG"
    chmod 0700 "$SPOOL/done"
    run -0 daemon_once

    rm -r "${SPOOL:?}"/*
    printf 'no folder' >"$SPOOL/incoming"
    run -2 daemon_once
    grep -qF "$SPOOL/incoming" "$LOG"
}

@test "a second daemon on the same spool is refused" {
    conf_write
    daemon_start
    conf_write state.directory="$WORLD/state2"
    run -2 daemon_once
    grep -qF "another process has the spool" "$LOG"
    drop <(records 2001 2001) in.csv
    wait_report in.csv
}
