#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Imports that wait, are held, cancelled or retried while something else is going on or was broken.
# shellcheck disable=SC1010,SC2030,SC2031,SC2154 # each test has a shell of its own

bats_require_minimum_version 1.5.0
load ../e2e/lib

asked() {
    [ "$(grep -c '"call":"add"' "$PBX_JOURNAL")" -ge "$1" ]
}

# once: the daemon with --once; one that does not end is a failure, not a wait.
once() {
    timeout $((LIB_PATIENCE * 3)) "${UNPRIVILEGED[@]}" "$BIN/extspoold" -c "$CONF" --once >>"$LOG" 2>&1 3>&-
}

@test "cancelled while calls are on their way: their answers decide, nothing is asked meanwhile" {
    pbxsim_start --fault 'add : errno=10004 latency-after=3000'
    conf_write pbx.concurrency=4
    drop <(records 2001 2008) in.csv
    daemon_start
    lib_until asked 4
    run -0 extspool cancel 1
    wait_report in.csv
    is "$(report in.csv '[.state, .by_code["pbx-10004"], .by_code.cancelled]')" '["cancelled",4,4]'
    # each of the four is looked up once, when it was refused
    is "$(journal 'select(.call == "query") | .number' | tr -d '"' | tr , '\n' | sort | xargs)" \
        "2001 2002 2003 2004"
}

@test "more files than are worked on at a time, and no PBX: --once ends" {
    conf_write pbx.url=
    local number
    for number in {2001..2020}; do
        drop <(records "$number" "$number") "$number.csv"
    done
    run -2 once
    pbxsim_start
    conf_write
    run -0 once
    is "$(created | wc -w)" 20
}

@test "thousands of rows that wait for an import that is held keep no other import waiting" {
    pbxsim_start
    conf_write import.max_rows_changed=10
    drop <(records 20001 25000) a.csv
    run -2 once
    conf_write
    drop <(records 20001 25000) b.csv
    run -2 once
    drop <(records 3001 3003) c.csv
    run -2 once
    is "$(report c.csv .counts.created)" 3
    run -0 extspool cancel 1
    run -0 once
    is "$(report b.csv .counts.created)" 5000
}

@test "a private copy that was damaged is made again when the import is released" {
    conf_write pbx.url=
    drop <(records 2001 2003 && echo 'x,Aa1bcdefgh') in.csv
    run -2 once
    truncate -s 40 "$SPOOL/work/000001.utf8"
    pbxsim_start
    conf_write
    run -2 once
    is "$(report in.csv '[.state, .problems[0].code]')" '["held","unreadable"]'
    run -0 extspool release 1
    run -1 once
    is "$(report in.csv '[.state, .counts.created, .counts.invalid]')" '["done",3,1]'
}

@test "an original that was changed is not sent in the place of what was read" {
    pbxsim_start --fault 'add number=2002 times=1 : errno=10004'
    conf_write
    drop <(records 2001 2003) in.csv
    run -1 once
    sed -i '/^2002/s/Aa1/Bb2/' "$SPOOL/done/000001-in.csv"
    run -0 extspool retry 1
    local _
    for _ in 1 2; do
        run -2 once
        is "$(report in.csv '[.state, .problems[0].code]')" '["held","unreadable"]'
        run -0 extspool release 1
    done
    sed -i '/^2002/s/Bb2/Aa1/' "$SPOOL"/{work,held}/000001-in.csv 2>/dev/null || true
    run -0 once
    is "$(report in.csv '[.state, .counts.created]')" '["done",3]'
}

@test "a query that is not found for a moment, after queries have worked, costs no row" {
    pbxsim_start --latency 5 --fault 'add number=2002 times=1 : reset-after' \
        --fault 'add number=2050 times=1 : reset-after' --fault 'query n=2 : status=404'
    conf_write pbx.concurrency=1
    drop <(records 2001 2055) in.csv
    daemon_start
    wait_report in.csv
    is "$(report in.csv '[.counts.created, .counts.failed]')" "[55,0]"
}
