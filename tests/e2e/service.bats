#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The daemon as a service: signals, a configuration that is read again, what it refuses to run on.
# shellcheck disable=SC2030,SC2031,SC2154 # each test has a shell of its own

bats_require_minimum_version 1.5.0
load lib

asked() {
    [ "$(grep -c '"call":"add"' "$PBX_JOURNAL")" -ge "$1" ]
}

reload() {
    kill -HUP "$DAEMON_PID"
}

state_of() {
    extspool status --json | jq -r --arg name "$1" '.imports[] | select(.name == $name) | .state'
}

is_state() {
    [ "$(state_of "$1")" = "$2" ]
}

# ---- signals ----------------------------------------------------------------------------------

@test "SIGTERM awaits the calls that are under way; the next start asks for none again" {
    pbxsim_start --latency 100
    conf_write
    drop <(records 2001 2060) in.csv
    daemon_start
    lib_until asked 6
    daemon_stop
    daemon_start
    lib_until asked 20
    kill -INT "$DAEMON_PID"
    wait "$DAEMON_PID"
    DAEMON_PID=
    [ ! -e "$SPOOL/reports/000001-in.json" ]

    pbxsim_stop
    pbxsim_start --port "$PBX_PORT"
    daemon_once
    is "$(report in.csv .counts.created)" 60
    is "$(journal 'select(.call == "add")' | wc -l)" 60
    is "$(journal 'select(.call == "query")')" ""
}

@test "SIGTERM while the PBX does not answer: the call's own time limit ends the wait" {
    pbxsim_start --fault 'add number=2002 times=1 : hang'
    conf_write pbx.timeout=500ms pbx.concurrency=1
    drop <(records 2001 2003) in.csv
    daemon_start
    lib_until asked 1
    daemon_stop
    daemon_once
    is "$(report in.csv .counts.created)" 3
    is "$(created)" "2001 2002 2003"
}

@test "killed and stopped daemons leave nothing that keeps the next one from starting" {
    pbxsim_start
    conf_write
    daemon_start
    daemon_kill
    daemon_start
    daemon_stop
    daemon_once
}

# ---- waiting ----------------------------------------------------------------------------------

@test "without url or password it runs and waits, saying so, till a reload brings them" {
    pbxsim_start
    conf_write pbx.url= pbx.password_file=
    daemon_start
    drop <(records 2001 2002) in.csv
    lib_until is_state in.csv waiting
    is "$(extspool status --json | jq -r .waiting)" "no [pbx] url is configured yet"
    conf_write pbx.password_file=
    reload
    lib_until logged "imports wait: no password for the PBX is configured yet"
    conf_write
    reload
    wait_report in.csv
    is "$(created)" "2001 2002"
}

@test "a wait is shown with its reason, and said louder after give_up" {
    pbxsim_start --capacity 1
    conf_write retry.give_up=100ms pbx.concurrency=1
    drop <(records 2001 2002) in.csv
    daemon_start
    lib_until is_state in.csv waiting
    has "$(extspool status --json | jq -r '.imports[0].reason')" "limit of extensions"
    lib_until logged "error imports have been waiting"
    [ ! -e "$SPOOL/reports/000001-in.json" ]
    pbxsim_stop
    pbxsim_start --port "$PBX_PORT"
    wait_report in.csv
    is "$(report in.csv .counts.created)" 2
}

@test "a wrong password is tried once, however often it starts and reloads" {
    pbxsim_start
    printf 'wrong\n' >"$WORLD/password"
    conf_write
    drop <(records 2001 2001) in.csv
    daemon_start
    lib_until is_state in.csv waiting
    reload
    lib_until logged "the configuration was read again"
    daemon_stop
    daemon_start
    lib_until is_state in.csv waiting
    daemon_stop
    run -2 daemon_once
    is "$(journal 'select(.call == "login")' | wc -l)" 1
    cp "$WORLD/pbx-password" "$WORLD/password"
    daemon_once
    is "$(journal 'select(.call == "login")' | wc -l)" 2
}

# ---- reloading --------------------------------------------------------------------------------

@test "a broken configuration is refused by file and line, and the old one stays" {
    pbxsim_start
    conf_write
    daemon_start
    conf_write import.existing=perhaps
    reload
    lib_until logged "the new configuration is refused, the old one stays: $CONF:"
    printf '[pbx]\nurll=x\n' >"$CONF"
    reload
    lib_until logged "$CONF:2: unknown key 'urll'"
    drop <(records 2001 2001) in.csv
    wait_report in.csv
}

@test "folders do not move by a reload" {
    pbxsim_start
    conf_write
    daemon_start
    conf_write spool.directory="$WORLD/elsewhere"
    reload
    lib_until logged "change at a restart only"
    [ ! -e "$WORLD/elsewhere" ]
    drop <(records 2001 2001) in.csv
    wait_report in.csv
}

@test "a changed schema is for files that come later; one with a mistake is refused" {
    pbxsim_start --capacity 1
    conf_write pbx.concurrency=1
    daemon_start
    drop <(records 2001 2003) early.csv
    lib_until is_state early.csv waiting
    jq '(.fields[] | select(.name == "number").constraints.pattern) = "9[0-9]*"' \
        "$ROOT/schemas/extension.json" >"$WORLD/schema.json"
    conf_write pbx.concurrency=1 import.schema="$WORLD/schema.json"
    reload
    lib_until logged "the configuration was read again"
    drop <(records 2011 2011) later.csv
    wait_report later.csv
    is "$(report later.csv .counts.invalid)" 1

    printf '{"fields": 7}\n' >"$WORLD/schema.json"
    reload
    lib_until logged "the new configuration is refused, the old one stays: $WORLD/schema.json"
    pbxsim_stop
    pbxsim_start --port "$PBX_PORT"
    wait_report early.csv
    is "$(report early.csv .counts.created)" 3
}

@test "a changed profile is for files that come later; one with a mistake is refused" {
    mkdir "$WORLD/profiles"
    profile() {
        printf '{"name": "staff", "columns": {"Nr": [], "Word": []}, "fields": {%s,
            "registerpassword": {"column": "Word"}}}\n' "$1" >"$WORLD/profiles/staff.json"
    }
    pbxsim_start
    conf_write import.profiles="$WORLD/profiles"
    profile '"number": {"column": "Nr"}'
    daemon_start
    printf 'Nr,Word\n2001,Aa1qWbcdef\n' >one.csv
    drop one.csv one.csv
    wait_report one.csv
    is "$(report one.csv '[.file.profile, .counts.created]')" '["staff",1]'
    profile '"nmber": {"column": "Nr"}'
    reload
    lib_until logged "the old one stays: $WORLD/profiles/staff.json: 'fields': the schema has no field 'nmber'"
    run -2 "$BIN/extspoold" -c "$CONF" --check-config
    has "$output" "$WORLD/profiles/staff.json"
    profile '"number": {"template": "9{Nr}"}'
    reload
    lib_until logged "the configuration was read again"
    drop one.csv two.csv
    wait_report two.csv
    is "$(created)" "2001 92001"
}

@test "another PBX holds what was planned for the first one" {
    pbxsim_start --capacity 1
    conf_write pbx.concurrency=1
    daemon_start
    drop <(records 2001 2002) in.csv
    lib_until is_state in.csv waiting
    conf_write pbx.url="http://localhost:$PBX_PORT"
    reload
    wait_report in.csv
    is "$(report in.csv '[.state, .problems[0].code]')" '["held","pbx-changed"]'
}

@test "settings of the PBX that are changed while it works hold for the next calls" {
    # a call takes far longer than handing over six of them does, on however busy a machine
    pbxsim_start --latency 500
    conf_write pbx.concurrency=1
    drop <(records 2001 2014) in.csv
    daemon_start
    lib_until asked 1
    conf_write pbx.concurrency=6
    reload
    wait_report in.csv
    is "$(report in.csv .counts.created)" 14
    is "$(created | wc -w)" 14
    is "$(journal '.inflight' | sort -n | tail -n 1)" 6
}

@test "a command that does not end keeps nothing else from going on, and status says so" {
    pbxsim_start
    cp -r "$ROOT/tests/cases/pool-keeps/profiles" "$WORLD/profiles"
    conf_write secrets.command="sleep 1000" import.profiles="$WORLD/profiles"
    drop <(printf 'Employee ID,Name\nE1,Ann\n') people.csv
    daemon_start
    lib_until is_state people.csv waiting
    has "$(extspool status)" "the [secrets] command is running"
    drop <(records 3001 3003) other.csv
    wait_report other.csv
    is "$(report other.csv .counts.created)" 3
    # what was made up waits for its delivery over a restart, too
    daemon_stop
    conf_write import.profiles="$WORLD/profiles"
    daemon_start
    wait_report people.csv
    is "$(report people.csv .counts.created)" 1
    is "$(wc -l <"$SPOOL/secrets/000001-people.secrets.csv")" 2
}

# ---- what it does not run on ------------------------------------------------------------------

@test "mistakes of the command line and the configuration are named, with status 2" {
    conf_write
    run -2 "$BIN/extspoold" --frobnicate
    run -2 "$BIN/extspoold" -c "$CONF" surplus
    run -2 "$BIN/extspoold" -c "$WORLD/none.conf" --once
    has "$output" "$WORLD/none.conf"
    conf_write pbx.concurrency=0.5
    run -2 "$BIN/extspoold" -c "$CONF" --check-config
    has "$output" "$CONF:"
    has "$output" "concurrency"
    conf_write import.schema="$WORLD/none.json"
    run -2 "${UNPRIVILEGED[@]}" "$BIN/extspoold" -c "$CONF" --check-config
    has "$output" "$WORLD/none.json"
    run -2 daemon_once
    grep -qF "$WORLD/none.json" "$LOG"
    conf_write import.profiles="$WORLD/none.d"
    run -2 "$BIN/extspoold" -c "$CONF" --check-config
    has "$output" "$WORLD/none.d"
}

@test "check-config and print-config" {
    conf_write
    run -0 "${UNPRIVILEGED[@]}" "$BIN/extspoold" -c "$CONF" --check-config
    has "$output" "sound"
    [ ! -e "$STATE" ]
    run -0 "${UNPRIVILEGED[@]}" "$BIN/extspoold" -c "$CONF" --print-config
    # what it prints can be read again, and means the same
    printf '%s\n' "$output" >"$WORLD/printed.conf"
    run -0 "${UNPRIVILEGED[@]}" "$BIN/extspoold" -c "$WORLD/printed.conf" --print-config
    is "$output" "$(cat "$WORLD/printed.conf")"
}

@test "a ledger of a newer version is not touched" {
    pbxsim_start
    conf_write
    daemon_once
    sqlite3 "$STATE/ledger.db" 'PRAGMA user_version = 999'
    drop <(records 2001 2001) in.csv
    run -2 daemon_once
    is "$(sqlite3 "$STATE/ledger.db" 'PRAGMA user_version')" 999
    [ -e "$SPOOL/incoming/in.csv" ]
    is "$(created)" ""
}

@test "a second daemon on the same ledger is refused" {
    pbxsim_start
    conf_write
    daemon_start
    conf_write spool.directory="$WORLD/spool2"
    run -2 daemon_once
    conf_write
    drop <(records 2001 2001) in.csv
    wait_report in.csv
}

@test "a daemon that starts while the tool has the ledger waits a moment" {
    pbxsim_start
    conf_write
    daemon_once
    "${UNPRIVILEGED[@]}" flock "$STATE/ledger.lock" sleep 0.5 3>&- &
    lib_until eval '! flock -n "$STATE/ledger.lock" true'
    daemon_once
}

@test "a daemon that starts while somebody looks at the ledger waits till he is through" {
    local looking
    pbxsim_start
    conf_write
    records 2001 2003 | drop - people.csv
    daemon_once
    exec {looking}<"$STATE/ledger.lock"
    flock -s "$looking"
    "${UNPRIVILEGED[@]}" "$BIN/extspoold" -c "$CONF" --once >>"$LOG" 2>&1 3>&- {looking}<&- &
    DAEMON_PID=$!
    lib_until logged "waiting: another process looks at the ledger in '$STATE'"
    exec {looking}<&-
    wait "$DAEMON_PID"
    DAEMON_PID=
}

@test "the password is in no process list" {
    pbxsim_start
    conf_write
    daemon_start
    drop <(records 2001 2001) in.csv
    wait_report in.csv
    run -1 grep -aF "$PBX_PASSWORD" "/proc/$DAEMON_PID/cmdline"
}

@test "nothing to do: it ends at once, well" {
    pbxsim_start
    conf_write
    daemon_once
    is "$(journal 'select(.call)')" ""
}
