#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The operator's tool at the queue: with the daemon, and without one under the ledger's lock.
# shellcheck disable=SC1010,SC2016,SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0
load lib

# state ID: what status says of an import.
state() {
    extspool status --json | jq -r --arg id "$(printf '%06d' "$1")" \
        '.imports[] | select(.id == $id) | .state'
}

state_is() {
    [ "$(state "$1")" = "$2" ]
}

# no_pbx: a configuration for a PBX that is away; its port is free.
no_pbx() {
    pbxsim_start
    pbxsim_stop
    conf_write
}

# waiting_import NAME: dropped, planned, and waiting for a PBX that is away.
waiting_import() {
    no_pbx
    daemon_start
    records 2001 2003 | drop - "$1"
    lib_until state_is 1 waiting
}

# owners: who owns what lies in spool and state, but for what was dropped.
owners() {
    find "$SPOOL" "$STATE" ! -name '*-people.csv' -printf '%U\n' | sort -u
}

# other ARGUMENT…: extspool as yet another user.
other() {
    setpriv --reuid=daemon --regid=daemon --clear-groups -- "$BIN/extspool" -c "$CONF" "$@" 3>&-
}

# open_to_all: anybody may drop files.
open_to_all() {
    chmod 0777 "$SPOOL/incoming"
    chmod 0711 "$SPOOL" "$STATE"
}

# ---- import -----------------------------------------------------------------------------------

@test "import hands a file over and follows it to its reports" {
    pbxsim_start
    conf_write
    daemon_start
    records 2001 2003 >people.csv
    run -0 --separate-stderr extspool import people.csv
    is "${lines[0]}" \
        "people.csv: 000001 done: 3 rows: 3 created, 0 unchanged, 0 skipped, 0 invalid, 0 failed"
    is "${lines[1]}" "  $SPOOL/reports/000001-people.json"
    is "$(created)" "2001 2002 2003"
    cmp people.csv "$SPOOL/done/000001-people.csv"
    [ -e people.csv ]
    is "$(find "$SPOOL/incoming" -type f)" ""

    run -0 --separate-stderr extspool import people.csv
    has "${lines[0]}" "people.csv: 000002 done: 3 rows: 0 created, 3 unchanged"
}

@test "import ends as the worst of its files does" {
    pbxsim_start
    conf_write import.mode=all-or-nothing
    daemon_start
    records 2001 2002 >good.csv
    printf 'number,registerpassword\n2003,\n' >held.csv
    printf 'username\nx\n' >rejected.csv
    run -1 --separate-stderr extspool import good.csv rejected.csv
    has "${lines[0]}" "good.csv: "
    has "$output" "rejected.csv: 00000"
    has "$output" " rejected: the required column 'number' is missing"
    run -2 --separate-stderr extspool import held.csv good.csv
    has "${lines[0]}" "held.csv: 00000"
    has "${lines[0]}" " held: "
    has "$output" "2 unchanged"
}

@test "import tells failed rows from well ones" {
    pbxsim_start --fault 'add number=2002 : errno=10004'
    conf_write
    daemon_start
    records 2001 2003 >people.csv
    run -1 --separate-stderr extspool import people.csv
    has "${lines[0]}" "done: 3 rows: 2 created, 0 unchanged, 0 skipped, 0 invalid, 1 failed"
    has "$output" "  $SPOOL/reports/000001-people.rejects.csv"
}

@test "import follows more files than status tells of" {
    pbxsim_start
    conf_write
    daemon_start
    local i files=()
    for ((i = 1; i <= 60; i++)); do
        records $((3000 + i)) $((3000 + i)) >"f$i.csv"
        files+=("f$i.csv")
    done
    run -0 --separate-stderr extspool import "${files[@]}"
    is "$(grep -c ' done: 1 rows: 1 created' <<<"$output")" 60
    is "$(created | wc -w)" 60
}

@test "root may hand files over before there was a daemon, which belong to its user" {
    [ "$(id -u)" = 0 ] || skip "needs root"
    pbxsim_start
    conf_write
    records 2001 2002 >people.csv
    run -0 "$BIN/extspool" -c "$CONF" import --detach people.csv
    is "$(stat -c %U "$SPOOL" "$SPOOL/incoming" "$SPOOL/incoming/people.csv" | xargs)" \
        "nobody nobody nobody"
    run -0 daemon_once
    is "$(created)" "2001 2002"
    conf_write spool.directory="$WORLD/password/spool"
    run -2 "$BIN/extspool" -c "$CONF" import --detach people.csv
    has "$output" "open folder '$WORLD/password/spool/incoming': Not a directory"
}

@test "import without a daemon leaves the file to it" {
    pbxsim_start
    conf_write
    records 2001 2002 >people.csv
    run -2 --separate-stderr extspool import people.csv
    has "$stderr" "no daemon runs; people.csv waits in $SPOOL/incoming"
    run -0 extspool import --detach people.csv
    is "$output" "$SPOOL/incoming/people-2.csv: handed over"
    cmp people.csv "$SPOOL/incoming/people.csv"
    cmp people.csv "$SPOOL/incoming/people-2.csv"
    is "$(find "$SPOOL/incoming" -name '.*' -type f)" ""
    run -0 daemon_once
    is "$(created)" "2001 2002"
}

@test "import follows a file over the death of the daemon" {
    no_pbx
    daemon_start
    records 2001 2003 >people.csv
    extspool import people.csv >out 2>err &
    local import=$!
    lib_until grep -q waiting err
    daemon_kill
    pbxsim_start --port "$PBX_PORT"
    daemon_start
    wait "$import"
    has "$(cat out)" "people.csv: 000001 done: 3 rows: 3 created"
    is "$(created)" "2001 2002 2003"
}

@test "import says when the daemon has ended for good" {
    no_pbx
    daemon_start
    records 2001 2003 >people.csv
    extspool import people.csv >out 2>err &
    local import=$! end=0
    lib_until grep -q waiting err
    daemon_kill
    wait "$import" || end=$?
    is "$end" 2
    is "$(cat out)" ""
    has "$(tail -n 1 err)" "the daemon has ended"
}

@test "import makes the marker that ready=done-file waits for" {
    pbxsim_start
    conf_write spool.ready=done-file
    daemon_start
    records 2001 2002 >people.csv
    drop people.csv
    records 2003 2004 >people.csv
    run -0 --separate-stderr extspool import people.csv
    has "${lines[0]}" "people-2.csv: 000001 done: 2 rows: 2 created"
    is "$(created)" "2003 2004"
    [ -e "$SPOOL/incoming/people.csv" ]
}

@test "import refuses what would lie there for ever" {
    conf_write
    "${UNPRIVILEGED[@]}" mkdir -p "$SPOOL/incoming"
    local name
    for name in people.xlsx .people.csv people.csv.part; do
        records 2001 2001 >"$name"
        run -2 extspool import --detach "$name"
        has "$output" "$name: a file of this name is not imported"
    done
    run -2 extspool import --detach missing.csv
    has "$output" "missing.csv: No such file"
    is "$(find "$SPOOL/incoming" -type f)" ""
}

@test "import says when the daemon cannot read the file" {
    [ "$(id -u)" = 0 ] || skip "needs root, to be two users"
    pbxsim_start
    conf_write
    daemon_start
    open_to_all
    chmod 0666 "$STATE/control.sock"
    records 2001 2002 >people.csv
    umask 077
    run -2 other import people.csv
    has "$output" "people.csv stays in incoming/: it cannot be read"
}

@test "what root imports belongs to the folder's owner" {
    [ "$(id -u)" = 0 ] || skip "needs root"
    pbxsim_start
    conf_write
    daemon_start
    records 2001 2002 >people.csv
    run -0 "$BIN/extspool" -c "$CONF" import people.csv
    has "$output" "people.csv: 000001 done: 2 rows: 2 created"
    is "$(stat -c '%U %a' "$SPOOL/done/000001-people.csv")" "nobody 640"
}

@test "import shows a bar on a terminal, in colour unless told not to" {
    command -v script >/dev/null || skip "needs script"
    pbxsim_start --latency 60
    conf_write pbx.concurrency=1
    daemon_start
    records 2001 2030 >a.csv
    records 2031 2060 >b.csv
    bar() {
        env TERM=vt100 "$@" script -qec "'$BIN/extspool' -c '$CONF' import $file" /dev/null \
            </dev/null 3>&-
    }
    file=a.csv
    run -0 bar NO_COLOR=
    has "$output" $'\r'
    has "$output" "/30 rows"
    has "$output" $'[\033[32m'
    has "$output" "a.csv: 000001 done: 30 rows"
    file=b.csv
    run -0 bar NO_COLOR=1
    has "$output" "/30 rows"
    [[ "$output" =~ \[#*\.+\] ]]
    [[ "$output" != *$'\033[32m'* ]]
}

# ---- status and show --------------------------------------------------------------------------

@test "status of an idle daemon, of a waiting import and of files that stay" {
    no_pbx
    daemon_start
    run -0 extspool status
    is "$output" "nothing to do"
    records 2001 2003 | drop - people.csv
    lib_until state_is 1 waiting
    run -0 extspool status
    is "$(tr -s ' ' <<<"${lines[0]}")" "ID NAME STATE ROWS RATE LEFT REASON"
    [[ "$(tr -s ' ' <<<"${lines[1]}")" =~ ^000001\ people.csv\ waiting\ 0/3\ .+ ]]
    [[ "${lines[-1]}" =~ ^waiting:\ .+ ]]

    : | drop - people.xlsx
    lib_until eval 'extspool status | grep -q people.xlsx'
    run -0 extspool status
    has "$output" "unclaimed"
    has "$output" "[spool] pattern"
    run -0 extspool status --json
    is "$(jq -c '[.imports[0] | .id, .name, .state, .rows, .done]' <<<"$output")" \
        '["000001","people.csv","waiting",3,0]'
    is "$(jq -c '[.unclaimed[].name]' <<<"$output")" '["people.xlsx"]'
    is "$(jq -r .waiting <<<"$output")" "$(jq -r '.imports[0].reason' <<<"$output")"

    # without a daemon that is the reason, everywhere in the same words
    daemon_stop
    run -0 extspool status --json
    is "$(jq -c '[.waiting == .imports[0].reason, .daemon]' <<<"$output")" '[true,null]'
    local reason
    reason=$(jq -r .waiting <<<"$output")
    [[ $reason == "no daemon runs"* ]]
    run -0 extspool status
    is "${lines[-1]}" "$reason"
    daemon_start

    pbxsim_start --port "$PBX_PORT"
    wait_report people.csv
    is "$(state 1)" done
    is "$(created)" "2001 2002 2003"
}

@test "show tells counts, refused rows and reports" {
    pbxsim_start
    conf_write
    printf 'number,registerpassword\n2001,Aa1bcdefgh\n2002,\n' | drop - people.csv
    run -1 daemon_once
    daemon_start
    run -0 extspool show 1
    is "${lines[0]}" "000001 people.csv: done"
    is "${lines[1]}" "2 rows: 1 created, 0 unchanged, 0 skipped, 1 invalid, 0 failed"
    is "${lines[2]}" "refused:"
    [[ "${lines[3]}" =~ ^\ \ row\ 2,\ line\ 3,\ number\ 2002:\ invalid:\ .*\ \[required-value\]$ ]]
    is "${lines[4]}" "reports:"
    local path
    for path in "${lines[@]:5}"; do
        [ -e "${path#  }" ]
    done
    is "${#lines[@]}" 9
    run -0 extspool show --json 000001
    is "$(jq -c '[.id,.state,.counts.invalid,(.refused|length),(.files|length)]' <<<"$output")" \
        '["000001","done",1,1,4]'
    daemon_stop
    run -0 extspool show 1
    is "${lines[0]}" "000001 people.csv: done"

    run -1 extspool show 7
    has "$output" "no import 000007"
    run -2 extspool show people.csv
    has "$output" "no import's id"
    run -2 extspool show 0
}

@test "a configuration that somebody is just editing keeps nobody from asking the daemon" {
    local command
    waiting_import people.csv
    cp "$CONF" sound.conf
    printf '[report]\nformats=papyrus\n' >>"$CONF"
    for command in 'status --json' 'show --json 1' 'log --json 1' 'hold --json 1' \
        'release --json 1' 'cancel --json 1'; do
        # shellcheck disable=SC2086 # words
        run -0 --separate-stderr extspool $command
        is "$(jq -c 'type' <<<"$output")" '"object"'
        has "$stderr" "extspool: note: $CONF:"
        has "$stderr" "[report] formats"
    done
    wait_report people.csv
    run -0 extspool verify 1
    run -1 --separate-stderr extspool hold 1 # answered as ever
    has "$stderr" "extspool: import 000001"
    # what brings something new, or goes by the configuration itself, waits until it is sound
    for command in 'import people.csv' 'check people.csv' 'prune'; do
        # shellcheck disable=SC2086
        run -2 --separate-stderr extspool $command
        has "$stderr" "[report] formats"
        [[ "$stderr" != *note* ]]
    done
    # as does everything where its directories are in doubt, or where no daemon runs
    sed 's/^directory=/directry=/' sound.conf >"$CONF"
    run -2 --separate-stderr extspool status
    has "$stderr" "unknown key 'directry'"
    printf '[report]\nformats=papyrus\n' | cat sound.conf - >"$CONF"
    daemon_stop
    run -2 --separate-stderr extspool status
    has "$stderr" "the configuration must be sound"
    run -2 --separate-stderr extspool retry --json 1
    is "$(jq -c .ok <<<"$output")" false
}

# ---- hold, release, retry, cancel -------------------------------------------------------------

@test "hold and release an import that waits, with a daemon" {
    waiting_import people.csv
    run -0 extspool hold 1
    is "$output" "000001: held"
    wait_report people.csv
    is "$(report people.csv '[.state,.by_code]')" '["held",{"not-sent":3,"operator-hold":1}]'
    [ -e "$SPOOL/held/000001-people.csv" ]
    run -1 extspool hold 1
    has "$output" "import 000001 is held"

    pbxsim_start --port "$PBX_PORT"
    run -0 extspool release 000001
    is "$output" "000001: released"
    lib_until state_is 1 done
    is "$(report people.csv .state)" done
    is "$(created)" "2001 2002 2003"
    run -1 extspool release 1
}

@test "hold, release and cancel without a daemon" {
    waiting_import people.csv
    daemon_stop
    run -0 extspool hold 1
    is "$output" "000001: held"
    is "$(report people.csv .state)" held
    [ -e "$SPOOL/held/000001-people.csv" ]
    is "$(state 1)" held
    run -0 extspool release 1
    [ ! -e "$(report_path people.csv)" ] || is "$(report people.csv .state)" held
    run -0 extspool cancel 1
    pbxsim_start --port "$PBX_PORT"
    daemon_start
    lib_until state_is 1 cancelled
    is "$(report people.csv '[.state,.counts.skipped,.by_code]')" '["cancelled",3,{"cancelled":3}]'
    is "$(created)" ""
}

@test "retry sends failed rows again" {
    pbxsim_start --fault 'add number=2002 times=1 : errno=10004'
    conf_write
    daemon_start
    records 2001 2003 | drop - people.csv
    wait_report people.csv
    is "$(report people.csv .counts.failed)" 1
    run -0 extspool retry 1
    lib_until eval '[ "$(report people.csv .counts.failed)" = 0 ]'
    is "$(report people.csv .counts.created)" 3
    is "$(created)" "2001 2002 2003"
    run -1 extspool retry 1
    has "$output" "no failed rows"
}

@test "one command for several imports ends as the worst" {
    pbxsim_start
    conf_write
    records 2001 2002 | drop - a.csv
    records 2003 2004 | drop - b.csv
    run -0 daemon_once
    run -0 extspool verify 1 2
    is "$output" "000001: whole: 2 rows, each with exactly one outcome
000002: whole: 2 rows, each with exactly one outcome"
    run -1 extspool verify 1 9 2
    is "${#lines[@]}" 3
    run -2 extspool verify 1 x 9
}

@test "verify finds a lost row, a row without outcome and a changed file" {
    pbxsim_start
    conf_write
    records 2001 2005 | drop - people.csv
    run -0 daemon_once
    "${UNPRIVILEGED[@]}" cp "$STATE/ledger.db" "$STATE/whole"
    tamper() { # [lose|reopen ROW]
        "${UNPRIVILEGED[@]}" cp "$STATE/whole" "$STATE/ledger.db"
        "${UNPRIVILEGED[@]}" "$BIN/ledger_rows" "$STATE" 1 "$@"
    }
    tamper lose 3
    run -1 extspool verify 1
    is "$output" "000001: not whole: row 3 is missing"
    tamper reopen 2
    run -1 extspool verify 1
    has "$output" "row 2 has no outcome yet"
    tamper
    run -0 extspool verify 1
    echo 2006,x >>"$SPOOL/done/000001-people.csv"
    run -1 extspool verify 1
    has "$output" "the original has changed"
}

# ---- who may, and who is there ----------------------------------------------------------------

@test "no daemon and no ledger: nothing is made" {
    conf_write
    run -2 extspool status
    has "$output" "no daemon runs, and no ledger is in '$STATE'"
    run -2 extspool hold 1
    [ ! -e "$STATE" ]
    [ ! -e "$SPOOL" ]
}

@test "root without a daemon leaves nothing that the daemon may not read" {
    [ "$(id -u)" = 0 ] || skip "needs root"
    waiting_import people.csv
    daemon_stop
    run -0 "$BIN/extspool" -c "$CONF" hold 1
    run -0 "$BIN/extspool" -c "$CONF" release 1
    is "$(owners)" "$(id -u nobody)"
    pbxsim_start --port "$PBX_PORT"
    daemon_start
    lib_until state_is 1 done
    is "$(created)" "2001 2002 2003"
}

@test "a daemon that does not answer keeps others from the ledger" {
    waiting_import people.csv
    mv "$STATE/control.sock" "$STATE/elsewhere"
    run -2 extspool status
    has "$output" "no daemon answers in '$STATE': another process has the"
    run -2 extspool hold 1
    mv "$STATE/elsewhere" "$STATE/control.sock"
    is "$(state 1)" waiting
}

@test "others may hand files over, and not ask" {
    [ "$(id -u)" = 0 ] || skip "needs root, to be two users"
    pbxsim_start
    conf_write
    daemon_start
    open_to_all
    records 2001 2002 >people.csv
    run -2 other status
    has "$output" "only root and the group '$(stat -c %G "$STATE/control.sock")' may ask the daemon: "
    has "$output" "Permission denied"
    run -2 other import people.csv
    has "$output" "the files cannot be followed, but were handed over"
    wait_report people.csv
    is "$(created)" "2001 2002"
}

@test "the socket is found under a long path" {
    pbxsim_start
    STATE="$WORLD/$(printf 'long-%.0s' {1..20})/state"
    conf_write
    daemon_start
    records 2001 2002 >people.csv
    run -0 --separate-stderr extspool import people.csv
    has "${lines[0]}" "2 created"
}
