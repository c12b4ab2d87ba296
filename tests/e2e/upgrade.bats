#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Ledgers of older versions, as their daemons left them when they were killed in the midst of
# imports (tests/upgrade), are taken over: what was begun is finished, and nothing is forgotten.
# shellcheck disable=SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0
load lib

# left_by VERSION: what a daemon with that version of the ledger has left, and its PBX. That is
# known in the ledger by a keyed digest of its URL, which has another port here.
left_by() {
    local from="$ROOT/tests/upgrade" url
    mkdir -p "$STATE" "$WORLD/scratch"
    cp -r "$from/version-$1/spool" "$SPOOL"
    cp -r "$from/schemas" "$from/profiles" "$STATE"
    cp "$from/version-$1/pbx.json" "$WORLD/pbx.json"
    basenc --base16 --decode "$from/version-$1/key.hex" >"$STATE/key"
    cp "$STATE/key" "$WORLD/scratch/key"
    pbxsim_start
    conf_write spool.directory="$WORLD/scratch/spool" state.directory="$WORLD/scratch"
    owned "$WORLD/scratch"
    daemon_once
    url="$(sqlite3 "$WORLD/scratch/ledger.db" 'SELECT quote(url) FROM pbx')"
    sqlite3 "$STATE/ledger.db" <"$from/version-$1/ledger.sql"
    sqlite3 "$STATE/ledger.db" "UPDATE pbx SET url=$url"
    owned "$STATE" "$SPOOL"
    conf_write
}

# owned FOLDER…: by the daemon's user.
owned() {
    [ "$(id -u)" != 0 ] || chown -R nobody:nogroup "$@"
}

version() {
    sqlite3 "$STATE/ledger.db" 'PRAGMA user_version'
}

# people FIRST LAST: the records that the ledgers were made with.
people() {
    local n
    echo number,username,registerpassword
    for ((n = $1; n <= $2; n++)); do echo "$n,Person $n,Aa1bcdef$n"; done
}

took_over() { # VERSION
    local current old
    left_by "$1"
    is "$(version)" "$1"
    daemon_once || [ "$?" = 1 ]
    logged "the ledger of an older extspoold (version $1) was taken over"
    current="$(version)"
    [ "$current" -gt "$1" ]
    is "$(sqlite3 "$STATE/ledger.db" 'PRAGMA integrity_check')" ok

    # what was begun is whole: two created before, one in doubt that was there, three sent now
    is "$(report second.csv '[.state, .counts.rows, .counts.created, .counts.failed]')" '["done",6,6,0]'
    is "$(report third.csv '[.state, .counts.rows, .counts.created, .counts.unchanged, .counts.failed]')" \
        '["done",4,3,1,0]'
    is "$(created)" "2104 2105 2106 2107 2108 2109"
    for old in 1 2 3; do
        run -0 extspool verify "$old"
        has "$output" "whole"
    done
    run -0 extspool show --json 1
    is "$(jq -c '[.counts.created, .counts.invalid, .state]' <<<"$output")" '[3,1,"done"]'

    # it knows what the older one created, and what differs from that
    people 2001 2003 | drop - first.csv
    people 2101 2106 | drop - second.csv
    people 2001 2003 | sed 's/Person 2002/Another/' | drop - changed.csv
    daemon_once
    is "$(report first.csv '[.id, .counts.unchanged]')" '["000005",3]'
    is "$(report second.csv '[.id, .counts.unchanged]')" '["000006",6]'
    is "$(report changed.csv '[.counts.unchanged, .counts.skipped]')" '[2,1]'
    is "$(report changed.csv '.problems[] | select(.code == "changed") | .column')" username
    is "$(report second.csv '.by_code["same-file"]')" 1
    is "$(created)" "2104 2105 2106 2107 2108 2109"
    is "$(version)" "$current"
}

@test "a ledger of version 1 is taken over amid an import" {
    took_over 1
}

@test "a ledger of version 2 is taken over amid an import" {
    took_over 2
}

@test "a ledger of version 3 is taken over amid an import" {
    took_over 3
}

@test "retry, release and cancel go on with what an older version has left" {
    left_by 1
    run -0 extspool hold 2
    run -0 extspool cancel 3
    [ "$(version)" -gt 1 ]
    run -2 daemon_once
    is "$(report second.csv .state)" held
    run -0 extspool release 2
    daemon_once || [ "$?" = 1 ]
    is "$(report second.csv '[.state, .counts.created]')" '["done",6]'
    is "$(report third.csv '[.state, .counts.skipped]')" '["cancelled",4]'
    is "$(created)" "2104 2105 2106"
}

@test "whoever only looks leaves an older ledger as it is" {
    left_by 2
    people 2001 2003 >again.csv
    touch "$STATE/ledger.lock"
    owned "$STATE"
    run -0 extspool check --plan again.csv
    is "$(version)" 2
    has "$output" "another version"
}
