#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The ledger is damaged or gone while files are under way: what became of their rows is then asked
# of the PBX, row by row, before any is sent.
# shellcheck disable=SC2030,SC2031,SC2154 # each test has a shell of its own

bats_require_minimum_version 1.5.0
load ../e2e/lib

asked() {
    [ "$(grep -c '"call":"add"' "$PBX_JOURNAL")" -ge "$1" ]
}

queries() {
    grep -c '"call":"query"' "$PBX_JOURNAL" || true
}

looked_up() { # SINCE: more often than that
    [ "$(queries)" -gt "$1" ]
}

# 100 rows, of which 30 are created, four are in flight, and the others were never sent when the
# daemon dies. The PBX is then back to its senses.
killed_midway() { # OPTION…: of the PBX
    pbxsim_start --fault 'add n=31- : hang' "$@"
    conf_write pbx.concurrency=4
    { records 2001 2099; echo 'x,Aa1bcdefgh'; } | drop - people.csv
    daemon_start
    lib_until asked 34
    daemon_kill
    pbxsim_stop
    pbxsim_start --port "$PBX_PORT" "$@"
}

lose() {
    rm -f "$STATE"/ledger.db*
}

# Past its first page, which is all that opening reads, there is nothing but ones.
damage() {
    local bytes
    sqlite3 "$STATE/ledger.db" 'PRAGMA wal_checkpoint(TRUNCATE)' >/dev/null
    bytes="$(stat -c %s "$STATE/ledger.db")"
    head -c $((bytes - 4096)) /dev/zero | tr '\0' '\377' |
        dd of="$STATE/ledger.db" bs=4096 seek=1 conv=notrunc status=none
}

no_database() {
    rm -f "$STATE"/ledger.db-*
    head -c 9000 /dev/zero | tr '\0' 'x' >"$STATE/ledger.db"
}

all_are_there_once() {
    is "$(report people.csv '.counts | [.rows, .created, .invalid]')" '[100,99,1]'
    is "$(created | tr ' ' '\n' | uniq -d)" ""
    is "$(created | wc -w)" 99
    run -0 extspool verify 1
}

@test "the ledger is gone: rows are looked up, none is created twice" {
    killed_midway
    lose
    run -1 daemon_once
    all_are_there_once
    grep -q "found in work/, and the ledger that knew it is lost" "$LOG"
}

@test "killed before the lost ledger's files are taken up, and after: the same" {
    killed_midway
    lose
    local round
    local before
    before="$(queries)"
    for round in 1 2 3; do
        daemon_start
        sleep "0.00$round"
        # once so late that its login was answered, since several that were not make it wait
        [ "$round" != 2 ] || lib_until looked_up "$before"
        daemon_kill
    done
    daemon_once || [ $? = 1 ]
    all_are_there_once
}

@test "the ledger is no database: it is kept aside, and the import goes on" {
    killed_midway
    no_database
    run -1 daemon_once
    all_are_there_once
    grep -q "the ledger is damaged" "$LOG"
    is "$(find "$STATE" -name 'ledger.db.damaged-*' -size 9000c | wc -l)" 1
}

@test "damage that shows while the daemon runs: it ends, the next one begins a new ledger" {
    killed_midway
    damage
    run -2 daemon_once
    is "$(find "$STATE" -name 'ledger.db.damaged-*' | wc -l)" 1
    run -1 daemon_once
    all_are_there_once
}

@test "a PBX that cannot be asked: the rows of a lost ledger end in doubt, a retry sends them" {
    killed_midway --no-query
    lose
    run -1 daemon_once
    is "$(report people.csv '.counts | [.rows, .created, .failed, .invalid]')" '[100,0,99,1]'
    is "$(report people.csv '[.problems[].code] | unique')" '["in-doubt","pattern"]'
    [ "$(created | wc -w)" -lt 99 ]
    run -0 extspool retry 1
    run -1 daemon_once
    is "$(created | tr ' ' '\n' | uniq -d)" ""
    is "$(created | wc -w)" 99
}

@test "two files with one number, and the ledger lost: the earlier one gets it" {
    pbxsim_start --fault 'add : hang-before'
    conf_write
    drop <(records 2001 2003) a.csv
    daemon_start
    lib_until asked 3
    drop <(records 2001 2003) b.csv
    lib_until test -e "$SPOOL/work/000002.utf8"
    daemon_kill
    pbxsim_stop
    lose
    pbxsim_start --port "$PBX_PORT"
    daemon_once
    is "$(created)" "2001 2002 2003"
    is "$(report a.csv .counts.created)" 3
    is "$(report b.csv '.counts | .created + .unchanged')" 3 # found to be the same
}

@test "what was put aside stays aside, and is released with its rows looked up" {
    pbxsim_start
    conf_write import.mode=all-or-nothing
    { records 2001 2002; echo 'x,Aa1bcdefgh'; } | drop - people.csv
    run -2 daemon_once
    lose
    run -2 daemon_once
    run -0 extspool status
    has "$output" "000001"
    has "$output" "held"
    has "$output" "the ledger that knew why it is held is lost"
    run -0 extspool release 1
    run -2 daemon_once # held once more, by its invalid row
    run -0 extspool release 1
    run -1 daemon_once
    is "$(created)" "2001 2002"
    [ "$(grep -c '"call":"query"' "$PBX_JOURNAL")" -ge 1 ]
}
