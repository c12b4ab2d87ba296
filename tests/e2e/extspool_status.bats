#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The queue while it changes, on terminals and elsewhere; and answers in JSON.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0
load lib

setup() {
    lib_setup
    WATCH_PID=
}

teardown() {
    [ -z "$WATCH_PID" ] || kill -KILL -- "-$WATCH_PID" 2>/dev/null || true
    lib_teardown
}

# frames COLUMNS LINES: `status --watch` on a terminal of this size, whose output goes into the
# file `frames`; its keys are written to descriptor 7.
frames() {
    printf '%s\n' '#!/bin/bash' "tty >'$WORLD/tty'" "stty cols $1 rows $2" \
        "'$BIN/extspool' -c '$CONF' status --watch" 'echo "ended with $?"' 'stty -a' >watch.sh
    chmod a+rx watch.sh
    mkfifo keys
    TERM=xterm setsid script -qfc "bash watch.sh" frames <keys >/dev/null 2>&1 3>&- &
    WATCH_PID=$!
    exec 7>keys
}

shown() {
    grep -aqF -e "$1" frames
}

# frames_end: q, and what the shell says then.
frames_end() {
    printf q >&7
    lib_until shown "ended with"
    shown "ended with 0"
    exec 7>&-
    lib_until gone
}

gone() {
    ! kill -0 "$WATCH_PID" 2>/dev/null
}

# widest [FROM]: the columns of the widest line of any frame, from this byte of the output on.
widest() {
    tail -c "+${1:-1}" frames | sed 's/\x1b\[H/\n/g; s/\x1b\[[0-9;?]*[A-Za-z]//g; s/\r//g' |
        sed '/^Script/d; /ended with/,$d' | LC_ALL=C.UTF-8 wc -L
}

# a_queue: imports that are done, rejected and waiting, and a file that is not claimed.
a_queue() {
    pbxsim_start
    conf_write
    daemon_start
    records 2001 2003 | drop - people.csv
    wait_report people.csv
    printf 'a,b\n1,2\n' | drop - odd.csv
    wait_report odd.csv
    pbxsim_stop
    records 3001 3009 | drop - 'a-list-with-a-name-that-is-much-longer-than-a-terminal-is-wide.csv'
    printf x | drop - people.xlsx
    lib_until eval 'extspool status --json | jq -e ".unclaimed[0] and .waiting"'
}

@test "on a terminal the queue is drawn in place, in its width, and q gives the terminal back" {
    a_queue
    for columns in 40 80 120; do
        rm -f frames keys
        frames "$columns" 24
        lib_until shown unclaimed
        lib_until eval '[ "$(grep -ao "extspool status" frames | wc -l)" -ge 2 ]'
        frames_end
        [ "$(widest)" -le "$columns" ]
        shown $'\e[?1049h'
        shown $'\e[?1049l'
        shown $'\e[?25h'
        # nothing is cleared before it is drawn anew, or it would flicker
        [ "$(grep -aoF $'\e[2J' frames | wc -l)" = 1 ]
        [[ "$(sed -n '/ended with/,$p' frames)" =~ [[:space:]]icanon[[:space:]] ]]
        [[ "$(sed -n '/ended with/,$p' frames)" =~ [[:space:]]echo[[:space:]] ]]
    done
    shown $'\e[33mwaiting'
}

@test "a terminal that has room for few lines shows what is not finished" {
    a_queue
    frames 80 6
    lib_until shown "more"
    frames_end
    shown waiting
    run -1 shown odd.csv
}

@test "a terminal that gets another size is drawn anew" {
    a_queue
    frames 120 24
    lib_until shown unclaimed
    [ "$(widest)" -gt 44 ]
    before="$(stat -c %s frames)"
    stty -F "$(cat tty)" cols 44 rows 20
    lib_until eval '[ "$(tail -c "+$before" frames | grep -ao "extspool status" | wc -l)" -ge 3 ]'
    # the frame that was being drawn may still be a wide one
    second=$((before + $(tail -c "+$before" frames | grep -abo "extspool status" | sed -n 2p | cut -d: -f1)))
    [ "$(widest "$second")" -le 44 ]
    frames_end
}

@test "Ctrl-C ends it and gives the terminal back" {
    a_queue
    frames 80 24
    lib_until shown unclaimed
    printf '\003' >&7
    lib_until shown "ended with 130"
    shown $'\e[?1049l'
    [[ "$(sed -n '/ended with/,$p' frames)" =~ [[:space:]]icanon[[:space:]] ]]
    exec 7>&-
}

@test "NO_COLOR is honoured" {
    a_queue
    export NO_COLOR=1
    frames 80 24
    lib_until shown unclaimed
    frames_end
    run -1 grep -aE $'\e\\[[0-9;]*m' frames
}

@test "a daemon that ends and one that starts are seen" {
    a_queue
    frames 80 24
    lib_until shown "calls under way"
    daemon_stop || true
    lib_until shown "no daemon runs"
    : >frames
    daemon_start
    lib_until shown "calls under way"
    frames_end
}

@test "elsewhere a table is printed each time that something has changed" {
    a_queue
    "${UNPRIVILEGED[@]}" "$BIN/extspool" -c "$CONF" status --watch >tables 2>&1 3>&- &
    watcher=$!
    lib_until grep -q unclaimed tables
    extspool hold 3
    lib_until grep -q ' held ' tables
    kill "$watcher"
    wait "$watcher" || true
    run -1 grep -a $'\e' tables
    # what has not changed is not told again
    is "$(grep -c '^ID ' tables)" "$(sed '/^$/d' tables | awk '/^ID /{ n++ } { t[n] = t[n] $0 "\n" }
        END { for (i = 1; i <= n; i++) s[t[i]] = 1; for (x in s) c++; print c }')"
}

@test "elsewhere it ends when nobody reads any more" {
    a_queue
    "${UNPRIVILEGED[@]}" "$BIN/extspool" -c "$CONF" status --watch 3>&- | head -n 1 >first
    has "$(cat first)" NAME
}

@test "with --json there is a line each change" {
    a_queue
    "${UNPRIVILEGED[@]}" "$BIN/extspool" -c "$CONF" status --watch --json >lines 3>&- &
    watcher=$!
    lib_until grep -q unclaimed lines
    extspool cancel 3
    lib_until grep -q cancelled lines
    kill "$watcher"
    wait "$watcher" || true
    is "$(jq -r '.imports[-1].state' lines | sort -u | xargs)" "cancelled waiting"
}

@test "--watch of a ledger that may not be read says so and ends" {
    conf_write
    run -2 extspool status --watch
    has "$output" "no daemon runs, and no ledger is in"
}

@test "status tells the calls that are under way, the login and the watch" {
    pbxsim_start --latency 50
    conf_write pbx.concurrency=3
    daemon_start
    records 2001 2400 | drop - people.csv
    lib_until eval 'extspool status --json | jq -e ".daemon.calls == 3"'
    is "$(extspool status --json | jq -c '.daemon | [.calls_most, .session, .watch, .watch_reason]')" \
        '[3,"open","inotify",""]'
    lib_until eval 'extspool status | grep -q "calls under way: 3 of 3"'
    daemon_stop
    is "$(extspool status --json | jq .daemon)" null
    has "$(extspool status)" "no daemon runs"
}

@test "status tells without a daemon what stays, and why the last one waited" {
    conf_write pbx.url=
    drop <(records 2001 2002) people.csv
    drop <(echo no table) people.xlsx
    drop <(echo half) later.csv.part
    run -2 daemon_once
    lib_until eval 'extspool status | grep -q "people.xlsx *unclaimed .*matches no pattern"'
    run -0 extspool status
    has "$output" "no daemon runs; the last one waited: no [pbx] url is configured yet"
    is "$(extspool status --json | jq -r '.unclaimed[].name')" people.xlsx
    [ -e "$SPOOL/incoming/people.xlsx" ]

    # of a later one that was killed nobody knows that
    daemon_start
    lib_until eval 'extspool status | grep -q "people.csv *waiting *.*no .pbx. url"'
    daemon_kill
    run -0 extspool status
    has "$output" "no daemon runs"
    [[ "$output" != *"the last one waited"* ]]
}

# ---- JSON -------------------------------------------------------------------------------------

@test "operators' verbs answer with an object for each id, with a daemon and without" {
    pbxsim_start
    pbxsim_stop
    conf_write
    daemon_start
    records 2001 2003 | drop - people.csv
    lib_until eval 'extspool status --json | jq -e ".imports[0].state == \"waiting\""'
    for with in daemon none; do
        run -2 --separate-stderr extspool hold --json 1 99 x
        is "$(jq -c '[.id, .verb, .ok]' <<<"$output" | xargs)" \
            "[000001,hold,true] [000099,hold,false] [x,hold,false]"
        is "$(jq -r 'select(.ok | not) | .error' <<<"$output" | head -n 1)" "there is no import 000099"
        lib_until eval 'extspool status --json | jq -e ".imports[0].state == \"held\""'
        lib_until eval 'extspool release --json 1 | jq -e .ok'
        run -1 extspool retry --json 1
        is "$(jq -r .error <<<"$output")" "import 000001 is sending: it cannot be retried"
        run -1 extspool verify --json 1
        is "$(jq -c '[.ok, .whole, .rows]' <<<"$output")" '[true,false,3]'
        [ "$with" = none ] || daemon_stop
    done
    run -0 extspool cancel --json 1
    is "$(jq -c . <<<"$output")" '{"id":"000001","verb":"cancel","ok":true}'
    run -0 extspool verify --json 1
    is "$(jq -c '[.whole, .problems]' <<<"$output")" '[true,[]]'
}

@test "parse, template, profiles and check-profile answer in JSON" {
    conf_write
    printf 'number,registerpassword\n9001,"a"b"\n9002,ok\n' >people.csv
    run --separate-stderr "$BIN/extspool" parse --json people.csv
    is "$(jq -c 'select(.cells) | [.line, .cells]' <<<"$output" | tail -n 1)" '[3,["9002","ok"]]'
    run -0 extspool template --json bamboohr
    is "$(jq -c '[.profile, .headings[0], (.headings | length) == (.example | length)]' <<<"$output")" \
        '["bamboohr","Employee #",true]'
    run -0 extspool profiles --json
    jq -e '.profiles | map(.name) | index("bamboohr")' <<<"$output"
    run -1 extspool check-profile --json "$WORLD/tree/schemas/profiles/bamboohr.json" people.csv
    is "$(jq -c '[.sound, has("problem")]' <<<"$output" | xargs)" "[true,false] [false,true]"
    jq -se '.[0].fields.number' <<<"$output"
}

@test "import answers with an object for each file" {
    pbxsim_start
    conf_write
    daemon_start
    records 2001 2003 >people.csv
    run -0 --separate-stderr extspool import --json people.csv
    is "$(jq -c '[.name, .id, .state, .counts.created, (.files | length)]' <<<"$output")" \
        '["people.csv","000001","done",3,3]'
    run -0 --separate-stderr extspool import --json --detach people.csv
    is "$(jq -c . <<<"$output")" "{\"name\":\"people.csv\",\"folder\":\"$SPOOL/incoming\"}"
    daemon_stop
    records 2004 2005 >more.csv
    run -2 --separate-stderr extspool import --json more.csv
    is "$(jq -c . <<<"$output")" '{"name":"more.csv","unclaimed":"no daemon runs"}'
}

@test "a held file says what became of its rows: none is done for being refused" {
    pbxsim_start
    conf_write import.max_invalid=20%
    printf 'number,registerpassword\n2001,Aa1bcdefgh\n20x2,\n20x3,\n' | drop - people.csv
    run -2 daemon_once
    run -0 extspool status
    [[ "${lines[1]}" == *" max_invalid allows; none created, 2 refused, 1 open" ]]
    run -0 extspool status --json
    is "$(jq -c '.imports[0].counts|[.rows,.created,.invalid]' <<<"$output")" '[3,0,2]'
    run -0 extspool show 1
    is "${lines[1]}" "3 rows: 0 created, 0 unchanged, 0 skipped, 2 invalid, 0 failed, 1 open"
    # an end has come to nothing that is open, and its counts are in its report
    run -0 extspool cancel 1
    run -0 extspool status --json
    is "$(jq -c '.imports[0]|[.state,.counts]' <<<"$output")" '["cancelled",null]'
    run -0 extspool show 1
    is "${lines[1]}" "3 rows: 0 created, 0 unchanged, 1 skipped, 2 invalid, 0 failed"
}
