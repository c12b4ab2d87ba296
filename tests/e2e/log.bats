#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What the log tells: on stderr, and in the fields of the journal.
# shellcheck disable=SC2154 # run sets output

bats_require_minimum_version 1.5.0
load lib

setup() {
    lib_setup
    ENTRIES="$WORLD/entries"
    READER_PID=
}

teardown() {
    [ -z "$READER_PID" ] || kill "$READER_PID"
    lib_teardown
}

# A journal for the native protocol (https://systemd.io/JOURNAL_NATIVE_PROTOCOL): each entry becomes a
# paragraph of NAME=VALUE lines in $ENTRIES. Its place is fixed in libsystemd, so it needs a /run of
# its own.
journal_start() {
    [ -n "${PRIVATE_MOUNTS:-}" ] || skip "needs root and mounts of its own"
    mount -t tmpfs tmpfs /run
    mkdir -p /run/systemd/journal
    chmod 0755 /run /run/systemd /run/systemd/journal
    python3 -c '
import os, socket, sys
at = "/run/systemd/journal/socket"
journal = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
journal.bind(at)
os.chmod(at, 0o666)
with open(sys.argv[1], "ab", buffering=0) as out:
    while True:
        out.write(journal.recv(65536) + b"\n")' "$ENTRIES" >>"$WORLD/reader.out" 2>&1 3>&- &
    READER_PID=$!
    lib_until test -S /run/systemd/journal/socket -a -e "$ENTRIES"
}

# fields EVENT: the fields of the first such entry, sorted, bar the message and what libsystemd adds.
fields() {
    local id
    id=$(sed -nE "s/.*X\(EVENT_$1, [A-Z_]+, \"([0-9a-f]+)\"\).*/\1/p" "$ROOT/daemon/event.h")
    [ -n "$id" ]
    awk -v RS= -v id="MESSAGE_ID=$id" 'index($0 "\n", id "\n") { print; exit }' "$ENTRIES" |
        grep -E '^(EXTSPOOL_[A-Z]+|PRIORITY)=' | LC_ALL=C sort | xargs
}

has_entry() {
    [ -n "$(fields "$1")" ]
}

# mistakes ROWS: a CSV file of rows that each lack a password, and a good one before them.
mistakes() {
    local number
    printf 'number,registerpassword\n2001,Aa1bcdefgh\n'
    for ((number = 3001; number < 3001 + $1; number++)); do
        printf '%d,\n' "$number"
    done
}

@test "each line on stderr has its level in front, its time, and its import" {
    pbxsim_start
    conf_write
    drop <(mistakes 1) in.csv
    run -1 daemon_once
    is "$(grep -cvE '^<[3467]>[-0-9]{10}T[0-9:.]{12}Z (error|warning|info|debug) ' "$LOG")" 0
    grep -qE "^<6>[^ ]+ info 000001: 'in.csv' claimed, " "$LOG"
    grep -qE "^<4>[^ ]+ warning 000001: row 2, line 3 invalid: .* \[required-value\]$" "$LOG"
    grep -qE "^<6>[^ ]+ info 000001: 'in.csv' done: 2 rows, 1 created, .* 1 invalid, 0 failed$" "$LOG"
}

@test "a file and a refused row have a line each, and of many the rest is counted" {
    local where
    pbxsim_start
    conf_write
    drop <(mistakes 70) in.csv
    run -1 daemon_once
    is "$(grep -c ' 000001: row [0-9]*, line [0-9]* invalid: ' "$LOG")" 20
    logged "50 more refused rows are not listed here: see $SPOOL/reports/000001-in.results.csv"
    where=$(sed -n 's/.*not listed here: see //p' "$LOG")
    is "$(grep -c ,invalid, "$where")" 70
    # places and codes, and nothing that stands in a cell
    is "$(grep -cE '3001|Aa1bcdefgh' "$LOG")" 0
}

@test "rows that the PBX refuses are told with its error number" {
    pbxsim_start
    conf_write
    drop <(records 2001 2001) first.csv
    daemon_start
    wait_report first.csv
    daemon_stop
    rm -rf "$STATE"
    printf 'number,registerpassword\n2001,Bb2bcdefgh\n' | drop - second.csv
    run -1 daemon_once
    grep -qE " warning 000002: row 1, line 2 failed: .* \[already-exists\]$" "$LOG"
}

@test "the journal gets the event and its places as fields" {
    journal_start
    pbxsim_start
    conf_write log.target=auto import.max_invalid=20%
    touch "$LOG"
    chmod 0666 "$LOG"
    JOURNAL_STREAM=$(stat -c %d:%i "$LOG")
    export JOURNAL_STREAM
    drop <(mistakes 1) people.csv
    printf '\n' | drop - empty.csv
    drop <(records 2001 2001) people.xlsx
    run -2 daemon_once
    lib_until has_entry REJECTED
    lib_until has_entry HELD_MAX_INVALID
    is "$(cat "$LOG")" ""
    local first=000001 second=000002
    fields CLAIMED | grep -qF "EXTSPOOL_FILE=empty.csv EXTSPOOL_IMPORT=$first PRIORITY=6" ||
        first=000002 second=000001
    is "$(fields ROW_INVALID)" \
        "EXTSPOOL_CODE=required-value EXTSPOOL_FILE=people.csv EXTSPOOL_IMPORT=$second EXTSPOOL_ROW=2 PRIORITY=4"
    is "$(fields HELD_MAX_INVALID)" \
        "EXTSPOOL_CODE=max-invalid EXTSPOOL_FILE=people.csv EXTSPOOL_IMPORT=$second PRIORITY=4"
    is "$(fields REJECTED)" \
        "EXTSPOOL_CODE=empty-file EXTSPOOL_FILE=empty.csv EXTSPOOL_IMPORT=$first PRIORITY=4"
    is "$(fields STAYS)" "EXTSPOOL_FILE=people.xlsx PRIORITY=4"
    is "$(fields STARTED)" "PRIORITY=6"
    is "$(grep -caE '3001|Aa1bcdefgh|Pbx-pw83' "$ENTRIES")" 0
    grep -qF "MESSAGE=$second: 'people.csv' held: " "$ENTRIES"
}
