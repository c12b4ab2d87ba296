#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# No space left on the disk: what finds no room waits and says so, and goes on by itself.
#
# Needs mounts of its own, which tests/run sees to. By hand:
#
#   PRIVATE_MOUNTS=yes unshare -m bats tests/crash/full_disk.bats
# shellcheck disable=SC2030,SC2031,SC2154 # each test has a shell of its own

bats_require_minimum_version 1.5.0
load ../e2e/lib

setup() {
    DISKS=()
    [ -n "${PRIVATE_MOUNTS:-}" ] || skip "needs root and mounts of its own"
    lib_setup
}

teardown() {
    [ -n "${PRIVATE_MOUNTS:-}" ] || return 0
    lib_teardown
    local disk
    for disk in "${DISKS[@]}"; do
        umount -l "$disk"
    done
}

# disk FOLDER: a disk of 1 MiB is mounted there.
disk() {
    mkdir -p "$1"
    mount -t tmpfs -o size=1m,mode=0755 disk "$1"
    DISKS+=("$1")
    [ -z "${UNPRIVILEGED[*]}" ] || chown nobody:nogroup "$1"
}

# fill FOLDER [BLOCKS]: no room is left there, but for so many blocks.
fill() {
    dd if=/dev/zero of="$1/.ballast" bs=4096 2>/dev/null || true
    truncate -s "-$((${2:-0} * 4096))" "$1/.ballast"
}

empty() {
    rm "$1/.ballast"
}

# A file of four rows and 400,000 bytes.
large() {
    local number filler
    filler="$(printf '%0100000d' 0)"
    printf 'number,registerpassword,note\n'
    for number in 3001 3002 3003 3004; do
        printf '%d,Aa1bcdefgh,%s\n' "$number" "$filler"
    done
}

asked() {
    [ "$(grep -c '"call":"add"' "$PBX_JOURNAL")" -ge "$1" ]
}

status() {
    extspool status --json | jq -r "$1"
}

is_waiting() { # NAME
    [ "$(status ".imports[] | select(.name == \"$1\") | .state")" = waiting ]
}

stands_still() {
    [[ "$(status .waiting)" == *"No space left on device" ]]
}

# What the PBX's journal must not show; nothing when all is well.
breaches() {
    jq -nr --argjson first 20 --slurpfile journal "$PBX_JOURNAL" \
        "$(cat "$ROOT/tests/cases/lib/promises.jq") breaches"
}

# reason_has TEXT: why the first import waits.
reason_has() {
    [[ $(status '.imports[0].reason') == *"$1"* ]]
}

@test "no room for the private copy: that file waits, the others go on" {
    disk "$SPOOL"
    pbxsim_start
    conf_write
    drop <(large) large.csv
    fill "$SPOOL" 25
    daemon_start
    lib_until is_waiting large.csv
    lib_until reason_has "No space left on device" # none is told while it is tried again
    drop <(records 2001 2002) small.csv
    wait_report small.csv
    is "$(created)" "2001 2002"
    is "$(report_path large.csv)" ""

    empty "$SPOOL"
    wait_report large.csv
    is "$(report large.csv '[.state, .counts.rows, .counts.created]')" '["done",4,4]'
    is "$(created)" "2001 2002 3001 3002 3003 3004"
    is "$(ls -A "$SPOOL/work")" ""
    # said once, however often it was tried
    is "$(grep -c "'large.csv' waits: " "$LOG")" 1
    daemon_stop
}

@test "no room for the reports: rows are sent all the same, and the reports come later" {
    disk "$SPOOL"
    pbxsim_start --latency 20
    conf_write pbx.concurrency=1
    drop <(records 2001 2020) in.csv
    daemon_start
    lib_until asked 3
    fill "$SPOOL"
    lib_until is_waiting in.csv
    is "$(created | wc -w)" 20
    is "$(find "$SPOOL/reports" -type f)" ""
    [ -e "$SPOOL/work/000001-in.csv" ]

    empty "$SPOOL"
    wait_report in.csv
    is "$(report in.csv '[.state, .counts.created]')" '["done",20]'
    lib_until test -e "$SPOOL/done/000001-in.csv"
    is "$(created | wc -w)" 20
    daemon_stop
}

@test "no room for the ledger: nothing is sent that it could not know, and all goes on by itself" {
    disk "$STATE"
    pbxsim_start --latency 10
    conf_write pbx.concurrency=2
    drop <(records 2001 2200) in.csv
    daemon_start
    lib_until asked 20
    fill "$STATE"
    lib_until stands_still
    logged "all waits: "
    local before
    before="$(created | wc -w)"
    [ "$before" -lt 200 ]
    run extspool show 1
    [ "$status" != 0 ]
    has "$output" "No space left on device"
    drop <(records 2201 2202) more.csv
    kill -HUP "$DAEMON_PID"
    lib_until logged "the configuration was read again"
    stands_still
    # nothing has left since
    is "$(created | wc -w)" "$before"

    empty "$STATE"
    wait_report more.csv
    wait_report in.csv
    is "$(report in.csv '[.state, .counts.rows, .counts.created]')" '["done",200,200]'
    is "$(breaches)" ""
    is "$(created | wc -w)" 202
    run -0 extspool verify 1
    daemon_stop
}

@test "started on a full disk it waits, and ends when it is told to" {
    disk "$WORLD/disk"
    SPOOL="$WORLD/disk/spool"
    STATE="$WORLD/disk/state"
    pbxsim_start
    conf_write
    daemon_once
    drop <(records 2001 2003) in.csv
    fill "$WORLD/disk"
    run -2 daemon_once
    logged "No space left on device"
    daemon_start
    lib_until stands_still
    daemon_stop

    daemon_start
    lib_until stands_still
    empty "$WORLD/disk"
    wait_report in.csv
    is "$(report in.csv .counts.created)" 3
    is "$(created)" "2001 2002 2003"
    daemon_stop
    daemon_once
}

@test "started on a full disk it forgets all the same why the last one waited" {
    disk "$STATE"
    conf_write pbx.url=
    drop <(records 2001 2003) in.csv
    run -2 daemon_once
    has "$(extspool status)" "the last one waited: no [pbx] url is configured yet"
    pbxsim_start
    conf_write
    fill "$STATE"
    daemon_start
    lib_until stands_still
    empty "$STATE"
    wait_report in.csv
    daemon_stop
    run -0 extspool status
    has "$output" "no daemon runs"
    [[ "$output" != *"the last one waited"* ]]
}

@test "no room for what senders are told: no import waits, and the next are told when there is some" {
    pbxsim_start
    disk "$WORLD/receipts"
    conf_write report.receipts="$WORLD/receipts"
    fill "$WORLD/receipts"
    daemon_start
    records 2001 2002 | drop - people.csv
    wait_report people.csv
    records 2003 2003 | drop - others.csv
    wait_report others.csv
    lib_until logged "'others.csv' has no receipt, or not all: "
    is "$(grep -c 'receipts cannot be written' "$LOG")" 1
    is "$(find "$WORLD/receipts" -type f -printf '%f\n')" .ballast
    has "$(extspool status --json | jq -r .daemon.receipts)" 'No space left on device'
    is "$(extspool status --json | jq -c '[.imports[].state]')" '["done","done"]'
    # another configuration makes no room, and is no reason to say so
    kill -HUP "$DAEMON_PID"
    lib_until logged 'the configuration was read again'
    run ! logged 'receipts are written again'
    rm "$WORLD/receipts/.ballast"
    # it is seen before anything is to be told
    lib_until logged 'receipts are written again'
    is "$(extspool status --json | jq -r .daemon.receipts)" ""
    records 2004 2004 | drop - third.csv
    lib_until test -e "$WORLD/receipts/third.result.txt"
    is "$(find "$WORLD/receipts" -type f -name '.*')" ""
    is "$(grep -c 'receipts are written again' "$LOG")" 1
}
