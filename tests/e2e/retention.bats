#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What has served its time: the daemon's passes, and extspool prune with a daemon and without one.
# Nobody waits for days: the ledger is told that the imports ended so long ago.
# shellcheck disable=SC1010,SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0
load lib

# aged DAYS [ID]: as if imports had ended so many days earlier.
aged() {
    "${UNPRIVILEGED[@]}" sqlite3 -cmd '.timeout 60000' "$STATE/ledger.db" \
        "UPDATE import SET finished = finished - $1 * 86400000 WHERE ${2:-id} = id"
}

# here: what the spool has, but for empty folders.
here() {
    (cd "$SPOOL" && find . -type f | cut -c 3- | sort | xargs)
}

all_of() { # ID NAME
    echo "done/$1-$2.csv reports/$1-$2.html reports/$1-$2.json reports/$1-$2.results.csv"
}

# imported NAME FIRST LAST: dropped and done.
imported() {
    records "$2" "$3" | drop - "$1"
    daemon_once || [ "$?" = 1 ]
}

@test "originals and rejects go first, then reports, then the import; its memory stays" {
    pbxsim_start
    conf_write
    { records 2001 2003 && echo 'x,Aa1bcdefgh'; } | drop - people.csv
    daemon_once || [ "$?" = 1 ]
    is "$(here)" "$(all_of 000001 people | sed 's/ reports.*json/& reports\/000001-people.rejects.csv/')"
    aged 29
    daemon_once
    is "$(here)" "$(all_of 000001 people | sed 's/ reports.*json/& reports\/000001-people.rejects.csv/')"
    aged 2
    daemon_once
    is "$(here)" "reports/000001-people.html reports/000001-people.json reports/000001-people.results.csv"
    run -0 extspool verify 1
    run -1 --separate-stderr extspool retry 1
    has "$stderr" "import 000001 has no failed rows"
    aged 60
    daemon_once
    is "$(here)" ""
    logged "retention: 3 files of "
    run -1 --separate-stderr extspool show 1
    has "$stderr" "there is no import 000001: none ever had this id, or it was older than [report] keep"

    # the id is not given again, and who was created is known
    imported people.csv 2001 2004
    is "$(report people.csv '[.id, .counts.unchanged, .counts.created]')" '["000002",3,1]'
    is "$(created)" "2001 2002 2003 2004"
}

@test "failed rows are not sent again once the file is gone, and that is said" {
    pbxsim_start --fault 'add number=2002 : errno=10004'
    conf_write
    imported people.csv 2001 2002
    aged 31
    daemon_once
    run -1 --separate-stderr extspool retry 1
    has "$stderr" "the file of import 000001 is gone from done/"
    is "$(report people.csv .state)" done
    run -0 extspool verify 1
}

@test "prune shows what would go, and removes it, with a daemon and without" {
    pbxsim_start
    conf_write
    imported old.csv 2001 2001
    imported middle.csv 2002 2002
    aged 100 1
    aged 40 2
    run -0 extspool prune --dry-run
    is "${#lines[@]}" 7
    [[ "${lines[0]}" =~ ^000001\ +100d\ +[0-9]+B\ \ $SPOOL/done/000001-old.csv$ ]]
    [[ "${lines[4]}" =~ ^000001\ +100d\ +its\ entry\ in\ the\ ledger$ ]]
    [[ "${lines[5]}" =~ ^000002\ +40d\ +[0-9]+B\ \ $SPOOL/done/000002-middle.csv$ ]]
    [[ "${lines[6]}" =~ ^would\ be\ removed:\ 5\ files,\ [0-9.]+[BK],\ and\ 1\ entry\ in\ the\ ledger$ ]]
    is "$(here)" "$({ all_of 000001 old && all_of 000002 middle; } | xargs -n 1 | sort | xargs)"

    run -0 extspool prune
    has "${lines[6]}" "removed: 5 files"
    is "$(here)" "reports/000002-middle.html reports/000002-middle.json reports/000002-middle.results.csv"
    run -0 extspool prune
    is "$output" "removed: 0 files, 0B, and 0 entries in the ledger"
}

@test "prune asks a running daemon, which takes over a new term at once" {
    pbxsim_start
    conf_write report.keep=0 secrets.keep=0
    imported old.csv 2001 2001
    aged 100
    daemon_start
    run -0 extspool prune
    has "$output" "removed: 0 files"
    conf_write report.keep=1d
    kill -HUP "$DAEMON_PID"
    lib_until logged "retention: 4 files"
    run -0 extspool prune --json
    is "$(jq -c . <<<"$output")" \
        '{"dry_run":false,"items":[],"problems":[],"files":0,"bytes":0,"entries":0}'
    is "$(here)" ""
    run -1 extspool verify 1
    daemon_stop
}

@test "a running daemon shows and removes what its time has come for since its last pass" {
    pbxsim_start
    conf_write
    imported old.csv 2001 2001
    daemon_start
    records 2002 2002 | drop - new.csv
    wait_report new.csv # by then the pass of the start is over
    aged 100 1
    before="$(here)"
    run -0 extspool prune --dry-run --json
    is "$(jq -c '[.dry_run, .files, .entries, .problems]' <<<"$output")" '[true,4,1,[]]'
    is "$(here)" "$before"
    run -0 extspool prune
    has "$output" "removed: 4 files"
    is "$(here)" "$(all_of 000002 new)"
    daemon_stop
}

@test "nothing goes of an import that is held or waits, and nothing that was not named by the daemon" {
    pbxsim_start
    conf_write
    records 2001 2003 | drop - people.csv
    pbxsim_stop
    run -2 daemon_once
    run -0 extspool hold 1
    aged 1000
    touch -d '3 years ago' "$SPOOL/held/000001-people.csv"
    touch -d '3 years ago' "$SPOOL/done/000009-strange.csv" "$SPOOL/incoming/note.xlsx" "$SPOOL/reports/x"
    before="$(here)"
    run -2 daemon_once
    run -0 extspool prune
    has "$output" "removed: 0 files"
    is "$(here)" "$before"
    has "$before" "held/000001-people.csv"
}

@test "the marker goes with its file" {
    pbxsim_start
    conf_write spool.ready=done-file
    records 2001 2001 | drop - people.csv
    drop - people.csv.done </dev/null
    daemon_once
    has "$(here)" "done/000001-people.csv.done"
    aged 31
    daemon_once
    is "$(here)" "reports/000001-people.html reports/000001-people.json reports/000001-people.results.csv"
}

@test "passwords that were made up go first, by their own term" {
    pbxsim_start
    cp -r "$ROOT/tests/cases/pool-keeps/profiles" "$WORLD/profiles"
    conf_write import.profiles="$WORLD/profiles" secrets.keep=7d
    printf 'Employee ID,Name\nE1,Ann\n' | drop - people.csv
    daemon_once
    has "$(here)" "secrets/000001-people.secrets.csv"
    aged 8
    run -0 extspool prune --dry-run
    [[ "${lines[0]}" =~ $SPOOL/secrets/000001-people.secrets.csv$ ]]
    daemon_once
    is "$(here)" "reports/000001-people.html reports/000001-people.json reports/000001-people.results.csv"
    is "$(ls -A "$STATE/secrets")" ""
    aged 90
    daemon_once
    is "$(here)" ""
}

@test "passwords that cannot be removed are told once a pass, however many they are" {
    local i
    pbxsim_start
    cp -r "$ROOT/tests/cases/pool-keeps/profiles" "$WORLD/profiles"
    conf_write import.profiles="$WORLD/profiles" secrets.keep=7d
    for i in 1 2 3; do
        printf 'Employee ID,Name\nE%s,Ann\n' "$i" | drop - "people$i.csv"
    done
    daemon_once
    for i in "$SPOOL"/secrets/*.csv; do
        rm "$i" && mkdir "$i"
    done
    aged 8
    daemon_once
    is "$(grep -c 'its time and stays: remove .*: Is a directory' "$LOG")" 1
    is "$(grep -c 'their time and stay' "$LOG")" 1
    logged "retention: 3 files have served their time and stay"
    is "$(find "$STATE/secrets" -type f | wc -l)" 3
    rmdir "$SPOOL"/secrets/*.csv
    daemon_once
    is "$(ls -A "$STATE/secrets")" ""
}

@test "an emptied spool beside a ledger that is lost was used before" {
    pbxsim_start
    conf_write
    imported people.csv 2001 2002
    aged 100
    daemon_once
    is "$(here)" ""
    rm "$STATE"/ledger.db*
    imported people.csv 2001 2003
    is "$(report people.csv '[.counts.unchanged, .counts.created, .counts.failed]')" '[2,1,0]'
}
