#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# How many calls there are at once, when that is found out.
# shellcheck disable=SC2034 # lib uses STATE

bats_require_minimum_version 1.5.0
load lib

# import_400: with what the configuration says when it says nothing of it.
import_400() {
    conf_write
    drop <(records 2001 2400) in.csv
    daemon_once
    is "$(report in.csv '[.counts.created, .counts.failed]')" "[400,0]"
    is "$(created)" "$(seq -s ' ' 2001 2400)"
}

# at_once: the most adds that the PBX had at once.
at_once() {
    journal 'select(.call == "add") | .inflight' | sort -n | tail -n 1
}

# refused: of a thousand calls.
refused() {
    journal 'select(.call) | .fault != null' |
        jq -s '(map(select(.)) | length) * 1000 / length | ceil'
}

@test "a PBX that serves two at once and refuses more: under 1 % of the calls are refused" {
    local how
    for how in status=503 errno=10025 status=429+retry-after=0 reset-before; do
        pbxsim_start --latency 3 --fault "add inflight=3- : ${how/+/ }"
        SPOOL="$WORLD/${how%%=*}"
        STATE="$SPOOL/state"
        import_400
        echo "$how: $(refused) of 1000 are refused"
        [ "$(refused)" -ge 1 ] # it was tried
        [ "$(refused)" -lt 10 ]
        pbxsim_stop
        rm -f "$PBX_JOURNAL" "$WORLD/pbx.json"
    done
}

@test "a PBX that works on two at once and lets others wait: few have to" {
    pbxsim_start --latency 20 --serve-at-once 2
    import_400
    # of the last hundred: two are worked on, and there is always one that waits
    local late
    late=$(journal 'select(.call == "add") | .inflight' | tail -n 100 | sort -n | sed -n 50p)
    [ "$late" -ge 2 ]
    [ "$late" -le 4 ]
}

@test "a PBX that serves many at once is given many, and eight at most" {
    pbxsim_start --latency 20
    import_400
    [ "$(at_once)" -gt 4 ]
    [ "$(at_once)" -le 8 ]
}

@test "a number is kept to, whatever is refused" {
    pbxsim_start --latency 3 --fault 'add inflight=3- every=9 : errno=30003'
    conf_write pbx.concurrency=3
    drop <(records 2001 2200) in.csv
    daemon_once
    is "$(at_once)" 3
    is "$(created)" "$(seq -s ' ' 2001 2200)"
    # also in the end, when many had been pushed back
    is "$(journal 'select(.call == "add") | .inflight' | tail -n 60 | sort -n | tail -n 1)" 3
}
