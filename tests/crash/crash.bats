#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Killed as by a power cut: whatever the moment, every row ends with one outcome, and the PBX is
# asked for none twice that it may have.
# shellcheck disable=SC2030,SC2031,SC2154 # each test has a shell of its own

bats_require_minimum_version 1.5.0
load ../e2e/lib

# What the PBX's journal must not show; nothing when all is well.
breaches() {
    jq -nr --argjson first 20 --slurpfile journal "$PBX_JOURNAL" \
        "$(cat "$ROOT/tests/cases/lib/promises.jq") breaches"
}

asked() {
    [ "$(grep -c '"call":"add"' "$PBX_JOURNAL")" -ge "$1" ]
}

# The counts of all reports together.
counts() {
    jq -sc 'map(.counts) | [(map(.rows) | add), (map(.created) | add), (map(.failed) | add)]' \
        "$SPOOL"/reports/*.json
}

# Two of the kills may have hit the reading of one file: an operator would release it.
release_deadly() {
    local id
    for id in $(jq -r 'select(.problems[0].code == "deadly-file") | .id' "$SPOOL"/reports/*.json); do
        extspool release "$id" || return 1
    done
    daemon_once
}

@test "killed again and again at any moment" {
    pbxsim_start --latency 3
    conf_write
    drop <(records 2001 2060) a.csv
    drop <(records 2061 2120) b.csv
    local round
    for round in {1..12}; do
        daemon_start
        # each time a little later: while it opens, claims, reads, sends, looks up, reports; and now
        # and then so late that its login was answered, since too many that were not make it wait
        sleep "0.$(printf '%03d' $((round * 11)))"
        [ $((round % 3)) != 1 ] || lib_until asked $((round * 12))
        daemon_kill
        [ "$round" != 4 ] || drop <(records 2121 2180) c.csv
    done
    daemon_once || release_deadly
    is "$(breaches)" ""
    is "$(created | wc -w)" 180
    is "$(counts)" "[180,180,0]"
    is "$(find "$SPOOL"/{incoming,work,held,rejected} -type f)" ""
    is "$(find "$SPOOL/done" -type f | wc -l)" 3
    run -0 extspool verify 1 2 3
}

@test "killed while answers get lost as well" {
    pbxsim_start --latency 3 --fault 'add every=5 : reset-after' --fault 'add every=7 : reset-before' \
        --fault 'add every=11 : status-after=500'
    conf_write
    drop <(records 2001 2100) a.csv
    local round
    for round in {1..6}; do
        daemon_start
        lib_until asked $((round * 12))
        daemon_kill
    done
    daemon_once
    is "$(breaches)" ""
    is "$(counts)" "[100,100,0]"
    run -0 extspool verify 1
}

@test "killed while a PBX that cannot be asked is at work: no more rows in doubt than calls were" {
    pbxsim_start --latency 10 --no-query
    conf_write pbx.concurrency=2
    drop <(records 2001 2060) in.csv
    daemon_start
    lib_until asked 20
    daemon_kill
    run -1 daemon_once
    [ "$(report in.csv .counts.failed)" -le 2 ]
    is "$(report in.csv '.counts | .created + .failed')" 60
    is "$(report in.csv '[.problems[].code] | unique')" '["in-doubt"]'
    # none was asked for twice
    is "$(journal 'select(.call == "add") | .number' | sort | uniq -d)" ""
}

@test "a file that was claimed, and of which the ledger knows nothing, is taken up" {
    pbxsim_start
    conf_write
    daemon_once
    records 2001 2002 >"$SPOOL/work/000001-people.csv"
    [ -z "${UNPRIVILEGED[*]}" ] || chown nobody:nogroup "$SPOOL/work/000001-people.csv"
    run -0 daemon_once
    is "$(report people.csv '[.id, .file.name, .counts.created]')" '["000001","people.csv",2]'
    [ -e "$SPOOL/done/000001-people.csv" ]
}

# A file that takes a while to read.
long_file() {
    awk 'BEGIN {
        print "number,username,registerpassword"
        for (n = 0; n < 250000; n++) print "x" n ",Somebody with a name,Aa1bcdefgh"
    }'
}

# Stops the daemon; false, and it goes on, when it is not reading this import's file just then.
stops_reading() { # ID
    kill -STOP "$DAEMON_PID"
    lib_until grep -q '^State:.T' "/proc/$DAEMON_PID/status"
    [ "$(cat "$STATE/suspect")" = "$(printf '%020d' "$1")" ] && return 0
    kill -CONT "$DAEMON_PID"
    return 1
}

# The daemon dies over an import's file so many times.
die_reading() { # ID TIMES
    local round
    for ((round = 0; round < $2; round++)); do
        daemon_start
        lib_until stops_reading "$1"
        daemon_kill
    done
}

@test "a file over which the daemon died twice is held, the others go on, a release tries again" {
    pbxsim_start
    conf_write
    long_file | drop - deadly.csv
    die_reading 1 2
    drop <(records 2001 2001) good.csv
    daemon_start
    wait_report good.csv
    wait_report deadly.csv
    is "$(report deadly.csv '[.state, .problems[0].code]')" '["held","deadly-file"]'
    [ -e "$SPOOL/held/000001-deadly.csv" ]
    is "$(created)" 2001

    run -0 extspool release 1
    lib_until_done() { [ "$(report deadly.csv .state)" = "done" ]; }
    lib_until lib_until_done
    is "$(report deadly.csv '[.counts.rows, .counts.invalid]')" "[250000,250000]"
}

@test "only the file that was being read when the daemon died is to blame" {
    pbxsim_start
    conf_write
    long_file | drop - one.csv
    long_file | drop - two.csv
    die_reading 2 1
    die_reading 1 1
    daemon_start
    wait_report one.csv
    wait_report two.csv
    is "$(report one.csv .state),$(report two.csv .state)" "done,done"
    is "$(grep -c "died while it was reading 'one.csv'" "$LOG")" 1
    is "$(grep -c "died while it was reading 'two.csv'" "$LOG")" 1
}

@test "a deadly file can be cancelled without being read again" {
    pbxsim_start
    conf_write
    long_file | drop - deadly.csv
    die_reading 1 2
    daemon_start
    wait_report deadly.csv
    run -0 extspool cancel 1
    lib_cancelled() { [ "$(report deadly.csv .state)" = cancelled ]; }
    lib_until lib_cancelled
    [ -e "$SPOOL/done/000001-deadly.csv" ]
}

@test "a report that a kill left half written is written whole" {
    pbxsim_start
    conf_write
    drop <(records 2001 2002) in.csv
    daemon_once
    # as if killed before the report was renamed, and the import filed
    "${UNPRIVILEGED[@]}" touch "$SPOOL/reports/.000002.json.tmp"
    drop <(records 2003 2004) next.csv
    daemon_once
    is "$(report next.csv .counts.created)" 2
    is "$(find "$SPOOL/reports" -name '.*' -type f)" ""
}
