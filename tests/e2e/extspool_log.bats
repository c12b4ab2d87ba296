#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What happened to an import: from the ledger, and from a journal of the tests' own.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0
load lib

# an_import: some rows of it are refused.
an_import() {
    pbxsim_start
    conf_write
    daemon_start
    { records 2001 2003; echo 'x,Aa1bcdefgh'; } | drop - people.csv
    wait_report people.csv
}

events() {
    extspool log --json "$1" | jq -r '.events[] | select(.source == "ledger") | .event'
}

# a_journal: mounts one whose entries are on standard input, in the journal's export format.
a_journal() {
    local machine
    machine="$(cat /etc/machine-id 2>/dev/null)"
    mkdir -p journals/"$machine" /run/log /var/log/journal
    /lib/systemd/systemd-journal-remote --split-mode=none --compress=no \
        -o journals/"$machine"/system.journal - >/dev/null
    mkdir -p /run/log/journal
    mount --bind journals /var/log/journal
    mount -t tmpfs none /run/log/journal
}

# entry SECONDS ID CMDLINE PRIORITY TEXT
entry() {
    printf '__REALTIME_TIMESTAMP=%s000000\n__MONOTONIC_TIMESTAMP=%s\n_BOOT_ID=%s\n' "$1" "$1" \
        0123456789abcdef0123456789abcdef
    printf '_MACHINE_ID=%s\nEXTSPOOL_IMPORT=%s\n_CMDLINE=%s\nPRIORITY=%s\nMESSAGE=%s: %s\n\n' \
        "$(cat /etc/machine-id)" "$2" "$3" "$4" "$2" "$5"
}

@test "the ledger tells of claim, outcomes, end and reports, in order of time" {
    an_import
    is "$(events 1 | head -n 1)" claimed
    is "$(events 1 | sort | xargs)" "claimed created done invalid report report report report"
    is "$(extspool log --json 1 | jq -r '.events | map(.time) == (map(.time) | sort)')" true
    has "$(extspool log --json 1 | jq -r '.events[0].text')" "people.csv, 85 bytes"
    is "$(extspool log --json 1 | jq -r '.events[] | select(.event == "invalid") | .text')" "1 row"
    has "$(extspool log 1)" "$SPOOL/reports/000001-people.html"
    is "$(extspool log 1 | head -n 1)" "000001 people.csv"
    # and without a daemon too
    daemon_stop
    is "$(events 1 | sort | xargs)" "claimed created done invalid report report report report"
    run -1 extspool log 7
    has "$output" "there is no import 000007"
    run -2 extspool log x
}

@test "an import that waits or is held says so, and how many rows have no outcome" {
    pbxsim_start
    pbxsim_stop
    conf_write
    daemon_start
    records 2001 2003 | drop - people.csv
    lib_until eval '[ "$(events 1 | tail -n 1)" = waiting ]'
    has "$(extspool log 1)" "3 rows without an outcome"
    extspool hold 1
    lib_until eval 'events 1 | grep -q held'
    has "$(extspool log 1)" "held"
}

@test "where there is a journal its lines stand between the ledger's" {
    [ -n "${PRIVATE_MOUNTS:-}" ] || skip "no mounts of its own"
    [ -s /etc/machine-id ] || skip "no /etc/machine-id"
    [ -x /lib/systemd/systemd-journal-remote ] || skip "no systemd-journal-remote"
    an_import
    claimed="$(date -d "$(extspool log --json 1 | jq -r '.events[0].time')" +%s)"
    mine="/usr/sbin/extspoold -c $CONF"
    {
        entry "$((claimed - 4000))" 000001 "$mine" 6 "of a ledger that is lost"
        entry "$((claimed + 100))" 000001 "$mine" 6 "released by an operator"
        entry "$((claimed + 200))" 000002 "$mine" 6 "of another import"
        entry "$((claimed + 300))" 000001 "/usr/sbin/extspoold" 6 "of another daemon"
        entry "$((claimed + 400))" 000001 "${mine}x" 6 "of yet another daemon"
        entry "$((claimed + 500))" 000001 "$mine" 4 "waits"
    } | a_journal
    run -0 "$BIN/extspool" -c "$CONF" log --json 1
    is "$(jq -r '.events[] | select(.source == "journal") | .event + " " + .text' <<<"$output")" \
        $'info released by an operator\nwarning waits'
    is "$(jq -r .journal <<<"$output")" ""
    is "$(jq -r '.events | map(.time) == (map(.time) | sort)' <<<"$output")" true
    run -0 "$BIN/extspool" -c "$CONF" log 1
    has "$output" "journal  warning"
    # the system's own file is read by a daemon that was started without -c
    machine="$(cat /etc/machine-id)"
    mount -t tmpfs none /etc
    mkdir -m 755 /etc/extspoold
    cp "$CONF" /etc/extspoold/extspoold.conf
    echo "$machine" >/etc/machine-id
    run "$BIN/extspool" -c /etc/extspoold/extspoold.conf log --json 1
    umount /etc
    is "$status" 0
    is "$(jq -r '.events[] | select(.source == "journal") | .text' <<<"$output")" \
        "of another daemon"
}
