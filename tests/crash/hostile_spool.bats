#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# A spool that is flooded, swapped, mounted over and written to at the wrong moment.
# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # each test has a shell of its own

bats_require_minimum_version 1.5.0
load ../e2e/lib

setup() {
    MOUNTED=
    MEMORY=
    lib_setup
    pbxsim_start
}

teardown() {
    lib_teardown
    [ -z "$MOUNTED" ] || umount -l "$MOUNTED"
    [ -z "$MEMORY" ] || rm -rf "$MEMORY"
}

# Many rows of which none is sent: a file that takes a while to read.
long() {
    awk 'BEGIN {
        print "number,username,registerpassword"
        for (n = 0; n < 100000; n++) print "x" n ",Somebody with a name,Aa1bcdefgh"
    }'
}

# FILES=10000 for the full number, which takes minutes.
@test "thousands of files at once: each is reported once, and memory stays bounded" {
    local most files="${FILES:-1000}"
    # in memory where that can be: a file means some twenty syncs
    MEMORY="$(mktemp -d -p /dev/shm 2>/dev/null || mktemp -d)"
    [ -z "${UNPRIVILEGED[*]}" ] || chown nobody:nogroup "$MEMORY"
    SPOOL="$MEMORY/spool"
    STATE="$MEMORY/state"
    conf_write log.level=warning report.formats=json
    daemon_once
    (cd "$SPOOL/incoming" && awk -v files="$files" 'BEGIN {
        for (n = 10001; n <= 10000 + files; n++) {
            file = n ".csv"
            printf "number,registerpassword\n%d,Aa1bcdefgh\n", n >file
            close(file)
        }
    }')
    daemon_start
    LIB_PATIENCE=900
    all_done() { sleep 1 && [ "$(find "$SPOOL/done" -type f | wc -l)" = "$files" ]; }
    lib_until all_done
    # 16 imports at a time have their readers, of some 2.5 MB each
    most="$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$DAEMON_PID/status")"
    [ "$most" -lt 131072 ] || nm "$BIN/extspoold" | grep -q __asan_init
    daemon_stop
    is "$(find "$SPOOL/reports" -type f | wc -l)" "$files"
    is "$(find "$SPOOL/reports" -name '*.json' -exec cat {} + |
        jq -sc 'map(select(.state == "done" and .counts == {"rows": 1, "created": 1,
            "unchanged": 0, "skipped": 0, "invalid": 0, "failed": 0}) | .file.name) |
            unique | length')" "$files"
    is "$(jq -r 'select(.created) | .number' "$PBX_JOURNAL" | sort | uniq -c |
        awk '$1 == 1' | wc -l)" "$files"
}

@test "more events than the kernel keeps: the file whose event was lost is found" {
    conf_write spool.rescan=1h
    daemon_start
    drop <(records 2001 2001) first.csv
    wait_report first.csv
    kill -STOP "$DAEMON_PID"
    python3 -c '
import os, sys
path = sys.argv[1] + "/.flood"
open(path, "w").close()
for n in range(2 * int(open("/proc/sys/fs/inotify/max_queued_events").read())):
    os.chmod(path, 0o600 + n % 2 * 0o40)
    if n % 2: os.chmod(sys.argv[1] + "/.other", 0o600)
    else: open(sys.argv[1] + "/.other", "w").close()' "$SPOOL/incoming"
    drop <(records 2002 2002) lost.csv
    kill -CONT "$DAEMON_PID"
    wait_report lost.csv
    is "$(created)" "2001 2002"
}

@test "no watch to be had: incoming/ is polled, which is said, until there is one again" {
    [ "$(id -u)" = 0 ] || skip "needs root, to be a user who has used up what he may watch"
    watches_take 54321
    conf_write spool.rescan=100ms
    daemon_start
    lib_until logged "incoming/ is polled every"
    drop <(records 2001 2001) first.csv
    wait_report first.csv
    kill "$WATCHES_HOLDER"
    wait "$WATCHES_HOLDER" || true
    lib_until logged "incoming/ is watched again"
    drop <(records 2002 2002) second.csv
    wait_report second.csv
    is "$(grep -c 'incoming/ is polled' "$LOG")" 1
}

@test "incoming/ on another file system is refused, at the start and later" {
    [ -n "${PRIVATE_MOUNTS:-}" ] || skip "needs root and mounts of its own"
    conf_write spool.rescan=100ms
    daemon_start
    MOUNTED="$SPOOL/incoming"
    mount -t tmpfs disk "$MOUNTED"
    chown nobody:nogroup "$MOUNTED"
    drop <(records 2001 2001) in.csv
    lib_until logged "are not on one file system"
    local status=0
    wait "$DAEMON_PID" || status=$?
    DAEMON_PID=
    is "$status" 2
    run -2 daemon_once
    [ -e "$SPOOL/incoming/in.csv" ]
    is "$(created)" ""
}

@test "a file that is cut while it is read: what was read is reported, and the change is told" {
    conf_write
    drop <(long) cut.csv
    daemon_start
    lib_until test -s "$SPOOL/work/000001.utf8"
    truncate -s 1000 "$SPOOL/work/000001-cut.csv"
    wait_report cut.csv
    logged "'cut.csv' was written to after it was read: "
    is "$(report cut.csv '.counts.rows == .counts.invalid and .counts.rows > 1000')" true
    run -1 extspool verify 1
    has "$output" "the original has changed"
}

# in_ledger ID: the import is in the ledger, on the disk.
in_ledger() {
    [ "$(sqlite3 "$STATE/ledger.db" "SELECT count(*) FROM import WHERE id=$1")" = 1 ]
}

@test "a claimed file that is gone, or something else, at the next start is rejected" {
    conf_write
    local name id=0
    for name in gone link; do
        id=$((id + 1))
        drop <(long) "$name.csv"
        daemon_start
        lib_until in_ledger "$id"
        daemon_kill
        rm "$SPOOL/work/00000$id-$name.csv"
        [ "$name" = gone ] || ln -s "$WORLD/password" "$SPOOL/work/000002-$name.csv"
        run -1 daemon_once
        is "$(report "$name.csv" '[.state, .problems[0].code]')" '["rejected","unreadable"]'
    done
    run -1 grep -rF secret "$SPOOL/reports"
    is "$(ls -A "$SPOOL/work")" ""
}

@test "a file of its full size from the start is complete when its content is" {
    conf_write spool.settle=2s
    daemon_start
    records 2001 2006 >"$WORLD/whole"
    truncate -s "$(stat -c %s "$WORLD/whole")" "$SPOOL/incoming/slow.csv"
    local piece
    for piece in {0..5}; do
        sleep 0.3
        dd if="$WORLD/whole" of="$SPOOL/incoming/slow.csv" conv=notrunc bs=20 count=4 \
            skip=$((piece * 4)) seek=$((piece * 4)) 2>/dev/null
    done
    is "$(cmp "$WORLD/whole" "$SPOOL/incoming/slow.csv")" ""
    wait_report slow.csv
    is "$(report slow.csv '[.counts.rows, .counts.created]')" "[6,6]"
}
