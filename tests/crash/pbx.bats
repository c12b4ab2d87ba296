#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The PBX fails: answers that no PBX would give, and trouble that lasts. Whatever it does, no row is
# lost, none is made twice, and none fails for it.
# shellcheck disable=SC2030,SC2031,SC2154 # each test has a shell of its own

bats_require_minimum_version 1.5.0
load ../e2e/lib

# What the PBX's journal must not show; nothing when all is well.
breaches() {
    jq -nr --argjson first 5 --slurpfile journal "$PBX_JOURNAL" \
        "$(cat "$ROOT/tests/cases/lib/promises.jq") breaches"
}

# imports_all SCRIPT [SETTING…]: a PBX with this script, and rows from 2001 to the last number in
# it: all of them are created, once, by an import that is sent while it misbehaves.
imports_all() {
    local last
    last="$(grep -o 'number=[0-9]*' <<<"$1" | sort | tail -n 1)"
    printf '%s\n' "$1" >"$WORLD/script"
    pbxsim_start --script "$WORLD/script"
    conf_write retry.first=5ms retry.most=10ms "${@:2}"
    daemon_start
    drop <(records 2001 "${last#*=}") in.csv
    wait_report in.csv
    is "$(breaches)" ""
    is "$(report in.csv '[.counts.rows, .counts.created, .counts.failed]')" \
        "[$((${last#*=} - 2000)),$((${last#*=} - 2000)),0]"
    is "$(created | wc -w)" $((${last#*=} - 2000))
    daemon_stop
}

# Every row that a rule was for was answered by it.
all_rules_struck() {
    is "$(journal 'select(.call == "add" and .fault) | .number' | sort -u | wc -l)" \
        "$(grep -c '^add' "$WORLD/script")"
}

@test "answers in JSON that no PBX would give: a look-up decides" {
    imports_all '
# doubled keys
add number=2001 times=1 : body={"status":"Failed","status":"Success"}
add number=2002 times=1 : body-before={"status":"Success","status":"Failed","errno":"10004"}
# a hundred thousand levels
add number=2003 times=1 : raw=HTTP/1.1\s200\sOK\r\n\r\n{"status":"Success","x":[ again=1 rounds=100000
add number=2004 times=1 : raw-before=HTTP/1.1\s200\sOK\r\n\r\n{"x": again=5 rounds=100000
# wrong types
add number=2005 times=1 : body={"status":["Success"]}
add number=2006 times=1 : body-before={"status":{"is":"Success"}}
add number=2007 times=1 : body-before={"status":true}
add number=2008 times=1 : body-before={"status":null}
add number=2009 times=1 : body-before=["Success"]
add number=2010 times=1 : body={"status":"Failed","errno":{}}
add number=2011 times=1 : body={"status":"Failed","errno":["10004"]}
add number=2012 times=1 : body={"status":"Failed","errno":"10004x"}
add number=2013 times=1 : body-before="Success"
# cut, and bytes that are no text
add number=2014 times=1 : body={"status":"Success"
add number=2015 times=1 : body-before={"status":"Success\x00"}
add number=2016 times=1 : body-before={"status":"Success"}\x00
add number=2017 times=1 : body-before=\xff\xfe{\x00"\x00'
    all_rules_struck
}

@test "answers in XML that no PBX would give: a look-up decides, nothing is expanded or opened" {
    # what the file says would be a success
    printf 'Success' >"$WORLD/canary"
    chmod 0644 "$WORLD/canary"
    local bomb='<!DOCTYPE\sx\s[<!ENTITY\sa\s"Success">' n
    for n in b c d e f g h i j; do
        bomb+="<!ENTITY\\s$n\\s\"$(printf "&$(tr b-j a-i <<<"$n");%.0s" {1..10})\">"
    done
    imports_all '
# doubled elements
add number=2001 times=1 : body-before=<xml><status>Failed</status><errno>10004</errno><status>Success</status></xml>
add number=2002 times=1 : body-before=<xml><status/><status>Success</status></xml>
add number=2003 times=1 : body=<xml><status>Failed</status><errno>10025</errno><errno>10004</errno></xml>
# a billion laughs; entities from outside and inside
add number=2004 times=1 : body-before='"$bomb"']><xml><status>&j;</status></xml>
add number=2005 times=1 : body-before=<!DOCTYPE\sx\s[<!ENTITY\se\sSYSTEM\s"file://'"$WORLD"'/canary">]><xml><status>&e;</status></xml>
add number=2006 times=1 : body-before=<!DOCTYPE\sx\sSYSTEM\s"file://'"$WORLD"'/canary"><xml><status>Success</status></xml>
add number=2007 times=1 : body-before=<!DOCTYPE\sx\s[<!ENTITY\se\s"Success">]><xml><status>&e;</status></xml>
add number=2008 times=1 : body-before=<xml><status>&e;</status></xml>
# a hundred thousand levels
add number=2009 times=1 : raw-before=HTTP/1.1\s200\sOK\r\n\r\n<xml><status>Success</status><a> again=3 rounds=100000
# cut, mixed, and bytes that are no text
add number=2010 times=1 : body-before=<xml><status>Success</status>
add number=2011 times=1 : body=<xml><status>Suc<b/>cess</status></xml>
add number=2012 times=1 : body-before=<xml><status>Success</status></xml><xml/>
add number=2013 times=1 : body-before=<xml><status>Success\x00</status></xml>
add number=2014 times=1 : body-before=<xml><status>Success\xff</status></xml>' pbx.format=xml
    all_rules_struck
}

@test "answers that are hardly HTTP: a look-up decides" {
    imports_all '
# half a head, then the end
add number=2001 times=1 : raw=HTTP/1.1\s200\sOK\r\nContent-Le
add number=2002 times=1 : raw-before=HTTP/1.1\s20
add number=2003 times=1 : raw-before=HTTP/1.1\s200\sOK\r\n
# lengths that lie
add number=2004 times=1 : raw-before=HTTP/1.1\s200\sOK\r\nContent-Length:\s400\r\n\r\n{"status":"Success"}
add number=2005 times=1 : raw-before=HTTP/1.1\s200\sOK\r\nContent-Length:\s5\r\n\r\n{"status":"Success"}
add number=2006 times=1 : raw-before=HTTP/1.1\s200\sOK\r\nContent-Length:\s-20\r\n\r\n{"status":"Success"}
# chunks: no last one, no size, a size that is no size
add number=2007 times=1 : raw-before=HTTP/1.1\s200\sOK\r\nTransfer-Encoding:\schunked\r\n\r\n14\r\n{"status":"Success"}\r\n
add number=2008 times=1 : raw-before=HTTP/1.1\s200\sOK\r\nTransfer-Encoding:\schunked\r\n\r\nzz\r\n{"status":"Success"}\r\n0\r\n\r\n
add number=2009 times=1 : raw-before=HTTP/1.1\s200\sOK\r\nTransfer-Encoding:\schunked\r\n\r\nfffffffffffffffff\r\n{"status":"Success"}
# other protocols
add number=2010 times=1 : raw-before={"status":"Success"}
add number=2011 times=1 : raw-before=HTTP/1.1\s101\sSwitching\sProtocols\r\nUpgrade:\sx\r\nConnection:\sUpgrade\r\n\r\n{"status":"Success"}
add number=2012 times=1 : raw-before=HTTP/1.1\s100\sContinue\r\n\r\n
add number=2013 times=1 : raw=SSH-2.0-x\r\n
# compressed, though nobody asked for that
add number=2014 times=1 : raw=HTTP/1.1\s200\sOK\r\nContent-Encoding:\sgzip\r\n\r\n\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03
add number=2015 times=1 : raw=HTTP/1.1\s200\sOK\r\nTransfer-Encoding:\sgzip\r\n\r\n\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03
# what proxies say
add number=2016 times=1 : raw-before=HTTP/1.1\s407\sProxy\sAuthentication\sRequired\r\nProxy-Authenticate:\sBasic\srealm="x"\r\n\r\n<html>
add number=2017 times=1 : raw-before=HTTP/1.1\s502\sBad\sGateway\r\nContent-Type:\stext/html\r\n\r\n<html>
add number=2018 times=1 : raw-before=HTTP/1.1\s200\sOK\r\nContent-Type:\stext/html\r\n\r\n<html>login</html>'
    all_rules_struck
}

@test "more answers than requests: what is left over is never the next answer" {
    local extra='HTTP/1.1\s200\sOK\r\nContent-Length:\s20\r\n\r\n{"status":"Success"}'
    # in one piece, and apart: a second answer that is there before the next request leaves
    pbxsim_start --fault "add number=2001 : raw=$extra$extra" --fault "add number=2002 : errno=10004" \
        --fault "add number=2003 : first=$extra" --fault "add number=2004 : errno=10004"
    conf_write pbx.concurrency=1 pbx.rate=20
    drop <(records 2001 2006) in.csv
    run -1 daemon_once
    is "$(report in.csv '[.problems[] | [.number, .code]]')" \
        '[["2002","pbx-10004"],["2004","pbx-10004"]]'
    is "$(created)" "2001 2003 2005 2006"

    # any number of interim answers is no answer
    pbxsim_stop
    pbxsim_start --port "$PBX_PORT" --fault \
        'add : first=HTTP/1.1\s100\sContinue\r\n\r\nHTTP/1.1\s103\sEarly\sHints\r\n\r\n'
    drop <(records 2011 2014) b.csv
    run -0 daemon_once
    is "$(report b.csv .counts.created)" 4
    is "$(journal 'select(.call == "add" and .fault == "first" and .number > "2010")' | wc -l)" 4
}

@test "look-ups that cannot be read say nothing: nothing is sent again before one can be" {
    local format n odd
    # shellcheck disable=SC2034 # read through the name odd
    local -a json=('"2001"' 5 true '["2001"]' '[null]' '[{"name":"x"}]' '{"list":[]}')
    # shellcheck disable=SC2034
    local -a xml=(2001 '<x>2001</x>' '<x><y>z</y></x>')
    for format in json xml; do
        local -n odd="$format"
        : >"$WORLD/script"
        for n in "${!odd[@]}"; do
            printf 'query n=%d : ' $((n + 1))
            if [ "$format" = json ]; then
                printf 'body={"status":"Success","extinfos":%s}\n' "${odd[n]}"
            else
                printf 'body=<xml><status>Success</status><extinfos>%s</extinfos></xml>\n' "${odd[n]}"
            fi
        done >"$WORLD/script"
        pbxsim_start --script "$WORLD/script" --fault 'add number=2001 : reset-after'
        SPOOL="$WORLD/$format"
        STATE="$SPOOL/state"
        conf_write retry.first=5ms retry.most=10ms pbx.format="$format"
        daemon_start
        drop <(records 2001 2001) in.csv
        wait_report in.csv
        is "$(report in.csv .counts.created)" 1
        is "$(journal 'select(.call == "add")' | wc -l)" 1
        is "$(journal 'select(.call == "query") | .result' | sort | uniq -c | xargs)" \
            "1 Success ${#odd[@]} none"
        daemon_stop
        pbxsim_stop
        rm "$PBX_JOURNAL" "$WORLD/pbx.json"
    done
}

# What the daemon's memory was at its most, in KiB.
memory_most() {
    awk '/^VmHWM:/ { print $2 }' "/proc/$DAEMON_PID/status"
}

@test "answers without an end: cut off, memory stays flat" {
    local head='HTTP/1.1\s200\sOK\r\n' fault number=2001 before
    pbxsim_start
    conf_write pbx.timeout=2s retry.first=5ms retry.most=10ms
    daemon_start
    drop <(records 1001 1020) before.csv
    wait_report before.csv
    before="$(memory_most)"
    pbxsim_stop
    : >"$WORLD/script"
    for fault in \
        "raw=${head}Transfer-Encoding:\schunked\r\n\r\n400\r\n$(printf 'x%.0s' {1..1024})\r\n again=1031" \
        "raw=${head}\r\n{\"status\":\"Success\"} again=1" \
        "raw=${head}X-Pad:\s$(printf 'x%.0s' {1..1000})\r\n again=1009" \
        "raw=${head}X-Pad:\sx again=1" \
        'raw=HTTP/1.1\s100\sContinue\r\n\r\n again=25' \
        "raw=HTTP/1.1\s103\sEarly\r\nX-Pad:\s$(printf 'x%.0s' {1..1000})\r\n\r\n again=1033" \
        "raw=${head}Content-Length:\s100000000\r\n\r\nx again=1 rounds=100000000" \
        'big=100000000' 'big=100000000 slow=100'; do
        printf 'add number=%d times=1 : %s\n' $((number++)) "$fault"
    done >"$WORLD/script"
    pbxsim_start --port "$PBX_PORT" --script "$WORLD/script"
    drop <(records 2001 $((number - 1))) in.csv
    wait_report in.csv
    is "$(report in.csv .counts.created)" 9
    is "$(breaches)" ""
    is "$(journal 'select(.call == "add" and .fault)' | wc -l)" 9
    printf 'memory: %s KiB before, %s after\n' "$before" "$(memory_most)"
    # a sanitizer keeps what was given back
    [ $(($(memory_most) - before)) -lt 8192 ] || nm -D "$BIN/extspoold" | grep -q asan
}

# logins: how many the PBX has seen so far.
logins() {
    journal 'select(.call == "login")' | wc -l
}

@test "a wrong password: two logins at most over any number of kills, no lock-out, then it goes on" {
    local life
    # the answer is under way when the daemon dies: it never hears of the refusal
    pbxsim_start --fault 'login n=1-2 : latency-after=60000'
    conf_write
    printf 'wrong\n' >"$WORLD/password"
    drop <(records 2001 2004) in.csv
    for life in {1..8}; do
        daemon_start
        if [ "$life" -le 2 ]; then
            lib_until eval '[ "$(logins)" = '"$life"' ]'
        else
            lib_until grep -qF "were cut off before they were answered" "$LOG"
        fi
        daemon_kill
        : >"$LOG"
        is "$(logins)" $((life < 2 ? 1 : 2))
    done
    run -2 daemon_once # nor does a timer
    is "$(logins)" 2
    is "$(journal 'select(.call == "login") | .errno' | xargs)" "20003 20003"
    cp "$WORLD/pbx-password" "$WORLD/password"
    daemon_once
    is "$(report in.csv .counts.created)" 4
    is "$(logins)" 3
}

@test "a password that was accepted before: three logins cut off by kills do not make it wait" {
    local life
    pbxsim_start --fault 'login n=2-4 : latency-after=60000'
    conf_write
    drop <(records 2001 2002) in.csv
    daemon_once
    drop <(records 2003 2004) more.csv
    for life in 2 3 4; do
        daemon_start
        lib_until eval '[ "$(logins)" = '"$life"' ]'
        daemon_kill
    done
    daemon_once
    is "$(report more.csv .counts.created)" 2
    is "$(logins)" 5
}

@test "a wrong password, refused while it runs: one login over restarts, timers and kills" {
    local life
    pbxsim_start
    conf_write
    printf 'wrong\n' >"$WORLD/password"
    drop <(records 2001 2004) in.csv
    for life in {1..4}; do
        daemon_start
        lib_until grep -qF "refused user or password" "$LOG"
        lib_until test -s "$STATE/ledger.db"
        daemon_kill
        : >"$LOG"
        run -2 daemon_once
    done
    is "$(logins)" 1
    cp "$WORLD/pbx-password" "$WORLD/password"
    daemon_once
    is "$(report in.csv .counts.created)" 4
    is "$(logins)" 2
}

@test "a token that is refused for ever: logins come at the pace of the back-off" {
    local call
    for call in add query; do
        # a row in doubt: after the restart the first call with each new token is a query
        pbxsim_start --fault 'add n=1 : reset-after' --fault "$call : errno=20004"
        SPOOL="$WORLD/$call"
        STATE="$SPOOL/state"
        conf_write retry.first=10ms retry.most=400ms pbx.concurrency=1
        daemon_start
        drop <(records 2001 2003) in.csv
        lib_until eval '[ "$(logins)" -ge 2 ]'
        daemon_kill
        daemon_start
        lib_until eval '[ "$(logins)" -ge 16 ]'
        daemon_kill
        # 12 waits, by chance, most of them of up to 400 ms: less in all than 500 ms would be a wonder
        journal 'select(.call == "login") | .time' | jq -se '.[15] - .[3] > 500'
        is "$(journal 'select(.created) | .number' | sort | uniq -d)" ""
        pbxsim_stop
        rm -f "$PBX_JOURNAL" "$WORLD/pbx.json"
    done
}

@test "down for long: one probe at a time, farther and farther apart, and no row is lost" {
    local fault
    for fault in status=503 reset-before fin-after garbage status-after=500 errno=30003 \
        retry-after=0+status=429; do
        pbxsim_start --fault "add n=9-38 : ${fault/+/ }" --latency 2
        SPOOL="$WORLD/${fault%%=*}"
        STATE="$SPOOL/state"
        conf_write pbx.timeout=10s retry.first=10ms retry.most=80ms pbx.concurrency=4
        daemon_start
        drop <(records 2001 2060) in.csv
        wait_report in.csv
        daemon_stop
        is "$(report in.csv '[.counts.created, .counts.failed]')" "[60,0]"
        is "$(breaches)" ""
        # the gate is open for certain after as many bad answers as there may be in flight and open it;
        # each of the bad ones after these was alone
        is "$(journal 'select(.call == "add" and .fault)' |
            jq -sc 'sort_by(.seq) | .[8:-1] | [length > 15, (map(select(.inflight > 1)) | length)]')" \
            "[true,0]"
        pbxsim_stop
        rm -f "$PBX_JOURNAL" "$WORLD/pbx.json"
    done
}

# A listener whose queue of connections is full: what is sent to it gets no answer at all.
black_hole() {
    python3 -c '
import socket, time
s = socket.socket()
s.bind(("127.0.0.1", 0))
s.listen(0)
port = s.getsockname()[1]
full = []
for i in range(8):
    c = socket.socket()
    c.setblocking(False)
    c.connect_ex(("127.0.0.1", port))
    full.append(c)
open("hole", "w").write(str(port))
time.sleep(600)' 3>&- &
    HOLE_PID=$!
    lib_until test -s hole
}

@test "a black hole: the connection is given up, nothing was sent, nothing is in doubt" {
    black_hole
    conf_write pbx.url="http://127.0.0.1:$(cat hole)" pbx.connect_timeout=200ms
    drop <(records 2001 2004) in.csv
    run -2 daemon_once
    kill "$HOLE_PID" && wait "$HOLE_PID" || true
    grep -qF "cannot be reached: no connection was made in time" "$LOG"
    ledger_rows 1 >rows
    is "$(wc -l <rows)" 4
    is "$(grep doubt rows)" ""
}

@test "a proxy that wants a password, for a PBX behind TLS: the import waits" {
    pbxsim_start --fault 'any : raw=HTTP/1.1\s407\sProxy\sAuthentication\sRequired\r\nContent-Length:\s6\r\n\r\n<html>'
    conf_write pbx.url=https://pbx.invalid pbx.proxy="http://127.0.0.1:$PBX_PORT"
    drop <(records 2001 2004) in.csv
    run -2 daemon_once
    grep -qF "407" "$LOG"
    is "$(find "$SPOOL/reports" -type f)" ""
}

@test "a PBX that takes one connection at a time: slow, but no row is lost" {
    pbxsim_start --connections 1 --latency 2
    conf_write pbx.concurrency=8 retry.first=5ms retry.most=20ms retry.attempts=3
    daemon_start
    drop <(records 2001 2080) in.csv
    wait_report in.csv
    is "$(report in.csv '[.counts.created, .counts.failed]')" "[80,0]"
    is "$(breaches)" ""
}

@test "queries are missing after a power cut, while the box boots: no row in doubt fails for that" {
    pbxsim_start --latency 3
    conf_write pbx.concurrency=8
    daemon_start
    drop <(records 2001 2600) in.csv
    lib_until eval '[ "$(journal "select(.call == \"add\")" | wc -l)" -ge 200 ]'
    daemon_kill
    # intents were committed ahead of the calls
    [ "$(ledger_rows 1 | grep -c ' sending ')" -gt 16 ]
    pbxsim_stop
    pbxsim_start --port "$PBX_PORT" --no-query
    run -2 daemon_once
    run -2 daemon_once
    is "$(find "$SPOOL/reports" -type f)" ""
    pbxsim_stop
    pbxsim_start --port "$PBX_PORT"
    daemon_once
    is "$(report in.csv '[.counts.created, .counts.failed]')" "[600,0]"
    is "$(created | wc -w)" 600
}
