#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# On the wire: connections that die, redirects, proxies, TLS, slow answers.
# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # each test has a shell of its own

bats_require_minimum_version 1.5.0
load lib

setup() {
    lib_setup
}

teardown() {
    lib_teardown
    [ -z "${OTHER_PID:-}" ] || { kill "$OTHER_PID" && wait "$OTHER_PID" || true; }
}

# world NAME [SETTING…]: a spool and a ledger of their own, with rows to send.
world() {
    SPOOL="$WORLD/$1"
    STATE="$SPOOL/state"
    conf_write "${@:2}"
    drop <(records 2001 2012) in.csv
}

# waits TEXT: runs the daemon until it says that imports wait, and why; no call is answered well.
waits() {
    : >"$LOG"
    daemon_start
    lib_until grep -qiF "imports wait: the PBX cannot be reached" "$LOG"
    grep -qiF -e "$1" "$LOG"
    daemon_stop
}

# The PBX as new.
pbx_forgets() {
    pbxsim_stop
    rm -f "$PBX_JOURNAL" "$WORLD/pbx.json"
}

# libcurl sends a POST a second time by itself when a kept connection dies before the first byte of
# the answer. That would make an extension twice on a PBX that has done the work.
@test "a kept connection that dies after the work was done: nothing is sent silently again" {
    local fault
    for fault in fin-after reset-after; do
        pbxsim_start --fault "add conn=2- times=4 : $fault"
        world "$fault" pbx.concurrency=1
        daemon_once
        is "$(report in.csv .counts.created)" 12
        is "$(journal 'select(.fault)' | wc -l)" 4
        # the connection was in use before, the work was done, and one call was all
        is "$(journal 'select(.fault) | [.request > 1, .created]' | sort -u)" "[true,true]"
        is "$(journal 'select(.call == "add")' | wc -l)" 12
        is "$(created | wc -w)" 12
        pbx_forgets
    done
}

@test "a kept connection that dies before the work was done: a look-up first, then once more" {
    local fault
    for fault in fin-before reset-before; do
        pbxsim_start --fault "add conn=2- times=4 : $fault"
        world "$fault" pbx.concurrency=1
        daemon_once
        is "$(report in.csv .counts.created)" 12
        is "$(journal 'select(.fault)' | wc -l)" 4
        is "$(journal 'select(.call == "add")' | wc -l)" 16
        is "$(journal 'select(.call == "query") | .number | split(",")[]' | sort -u)" \
            "$(journal 'select(.fault) | .number' | sort -u)"
        pbx_forgets
    done
}

@test "a PBX that was restarted has closed the kept connections: no row is lost or doubled" {
    pbxsim_start
    conf_write
    daemon_start
    drop <(records 2001 2004) a.csv
    wait_report a.csv
    pbxsim_stop
    pbxsim_start --port "$PBX_PORT"
    drop <(records 2005 2008) b.csv
    wait_report b.csv
    is "$(report b.csv .counts.created)" 4
    is "$(created)" "2001 2002 2003 2004 2005 2006 2007 2008"
}

@test "a redirect is not followed: another host sees neither password nor token" {
    local call
    "$BIN/pbxsim" --port 0 --port-file "$WORLD/other" --journal "$WORLD/other.journal" \
        >/dev/null 2>&1 3>&- &
    OTHER_PID=$!
    lib_until test -s "$WORLD/other"
    for call in login add; do
        pbxsim_start --fault "$call : redirect=http://127.0.0.1:$(cat "$WORLD/other")/api/v0.0.1/$call"
        world "$call"
        run -2 daemon_once
        grep -qF "web server answers 302" "$LOG"
        [ "$(journal "select(.call == \"$call\" and .http == 302)" | wc -l)" -ge 1 ]
        is "$(jq -c 'select(.call)' "$WORLD/other.journal")" ""
        : >"$LOG"
        pbx_forgets
    done
}

@test "the environment's proxy is not used, the configured one is" {
    pbxsim_start
    conf_write
    drop <(records 2001 2001) a.csv
    http_proxy=http://127.0.0.1:1 HTTP_PROXY=http://127.0.0.1:1 ALL_PROXY=http://127.0.0.1:1 \
        daemon_once
    is "$(created)" 2001

    conf_write pbx.proxy=http://127.0.0.1:1
    drop <(records 2002 2002) b.csv
    waits "127.0.0.1 port 1: "
    is "$(created)" 2001
}

@test "TLS: a certificate is trusted by ca_file, and by nothing else" {
    local tls="$ROOT/tests/e2e/tls"
    cp "$tls/cert.pem" "$WORLD/"
    pbxsim_start --tls-cert "$tls/cert.pem" --tls-key "$tls/key.pem"
    world nothing pbx.url="https://127.0.0.1:$PBX_PORT"
    waits certificate
    world "other name" pbx.url="https://localhost:$PBX_PORT" pbx.ca_file="$WORLD/cert.pem"
    waits "certificate"
    is "$(journal 'select(.call)')" ""

    world right pbx.url="https://127.0.0.1:$PBX_PORT" pbx.ca_file="$WORLD/cert.pem"
    daemon_once
    is "$(created | wc -w)" 12
}

@test "TLS: an expired certificate and an old protocol are not taken" {
    local tls="$ROOT/tests/e2e/tls"
    cp "$tls"/*.pem "$WORLD/"
    pbxsim_start --tls-cert "$tls/expired.pem" --tls-key "$tls/key.pem"
    world expired pbx.url="https://127.0.0.1:$PBX_PORT" pbx.ca_file="$WORLD/expired.pem"
    waits "expired"
    pbxsim_stop

    pbxsim_start --tls-cert "$tls/cert.pem" --tls-key "$tls/key.pem" \
        --tls-priorities NORMAL:-VERS-ALL:+VERS-TLS1.1:+VERS-TLS1.0
    world old pbx.url="https://127.0.0.1:$PBX_PORT" pbx.ca_file="$WORLD/cert.pem"
    waits "handshake"
    is "$(journal 'select(.call)')" ""
}

@test "answers that come byte by byte" {
    pbxsim_start --fault 'any : slow=2'
    conf_write pbx.concurrency=2
    drop <(records 2001 2006) in.csv
    daemon_once
    is "$(created)" "2001 2002 2003 2004 2005 2006"
    is "$(journal 'select(.call == "add")' | wc -l)" 6
}

@test "a web server whose address is no PBX's" {
    pbxsim_start --fault 'any : status=404'
    conf_write
    drop <(records 2001 2001) in.csv
    run -2 daemon_once
    grep -qF "web server answers 404" "$LOG"
    [ "$(journal 'select(.call)' | wc -l)" -le 3 ] # the first, and hardly a probe
}

@test "a name that cannot be resolved: the import waits" {
    conf_write pbx.url=http://pbx.invalid:9011
    drop <(records 2001 2001) in.csv
    waits "pbx.invalid"
    [ ! -e "$SPOOL/reports/000001-in.json" ]
}

@test "the token is only in the address, and in no log, however much is logged" {
    pbxsim_start
    conf_write log.level=debug
    drop <(records 2001 2003) in.csv
    daemon_once
    is "$(journal 'select(.violation)')" ""
    run -1 grep -E 'token|[0-9a-f]{32}' "$LOG"
}
