#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What a service manager is told: that the daemon is ready, that it turns, and how far it is.
# shellcheck disable=SC2030,SC2031,SC2154 # each test has a shell of its own

bats_require_minimum_version 1.5.0
load lib

# In place of systemd: what the daemon sends, a line for each assignment, goes to $WORLD/told.
setup() {
    lib_setup
    export NOTIFY_SOCKET="$WORLD/notify"
    python3 -u -c '
import os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
os.chmod(sys.argv[1], 0o666)
while True:
    print(s.recv(65536).decode())' "$NOTIFY_SOCKET" >"$WORLD/told" 2>&1 3>&- &
    LISTENER=$!
    lib_until test -S "$NOTIFY_SOCKET"
}

teardown() {
    lib_teardown
    kill "$LISTENER"
}

told() {
    grep -qE -e "$1" "$WORLD/told"
}

@test "READY comes when all is sound, and not before" {
    pbxsim_start
    conf_write import.schema="$WORLD/none.json"
    run -2 daemon_once
    run -1 told '^READY=1'
    conf_write
    WATCHDOG_USEC=400000 daemon_start
    lib_until told '^READY=1'
    lib_until told '^STATUS=ready$'
    lib_until told '^WATCHDOG=1'
    daemon_stop
    lib_until told '^STOPPING=1'
}

@test "the status tells progress: files, rows, rate and time left" {
    pbxsim_start --latency 100
    conf_write
    drop <(records 2001 2060) in.csv
    daemon_start
    lib_until told '^STATUS=importing 1 file, [0-9]+ of 60 rows done, [0-9]+ a second, [0-9]+ s left$'
    daemon_kill
}

# A file of three rows waits, since no URL is configured.
wait_without_url() {
    pbxsim_start
    conf_write pbx.url=
    drop <(records 2001 2003) in.csv
    daemon_start
    lib_until told '^STATUS=waiting: no \[pbx\] url is configured yet; 1 file, 0 of 3 rows done$'
}

@test "the status tells why imports wait, and how much of them is done" {
    wait_without_url
    conf_write
    kill -HUP "$DAEMON_PID"
    lib_until told '^RELOADING=1'
    wait_report in.csv
    lib_until told '^STATUS=ready$'
}

# Nothing happens after the hold, which comes sooner after the start than statuses follow one another.
@test "the status tells which import is held, and why" {
    pbxsim_start
    conf_write import.mode=all-or-nothing spool.rescan=0
    drop <(records 2001 2001; echo bad,row) in.csv
    daemon_start
    wait_report in.csv
    is "$(report in.csv .state)" held
    reason="$(extspool show 1 --json | jq -r .reason)"
    [ -n "$reason" ]
    lib_until grep -qF "STATUS=ready; import 000001 is held: $reason" "$WORLD/told"
}

# It stays in systemctl status after the end.
@test "the last status of a daemon that was stopped is that, and what it has left" {
    wait_without_url
    daemon_stop
    lib_until told '^STATUS=stopped; 1 file, 0 of 3 rows done$'
}

@test "the last status of --once is how it ended" {
    pbxsim_start --latency 100
    conf_write
    drop <(records 2001 2060) in.csv
    daemon_once
    lib_until told '^STATUS=importing 1 file, '
    lib_until eval "sed '1,/^STATUS=importing/d' '$WORLD/told' | grep -qx STATUS=ready"
}
