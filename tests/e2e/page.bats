#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The status page's server: what it tells, to whom, and that it harms nothing.
# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # each test has a shell of its own; run sets output

bats_require_minimum_version 1.5.0
load lib
load page

setup() {
    lib_setup
    page_setup
}

teardown() {
    page_teardown
    lib_teardown
}

@test "page, style and script are there, and nothing of elsewhere may be in them" {
    local path
    page_start
    has "$(get /)" '<!DOCTYPE html>'
    has "$(head_of /)" 'Content-Type: text/html; charset=utf-8'
    has "$(head_of /page.css)" 'Content-Type: text/css; charset=utf-8'
    has "$(head_of /page.js)" 'Content-Type: text/javascript; charset=utf-8'
    [ -n "$(get /page.css)" ] && [ -n "$(get /page.js)" ]
    for path in / /page.css /page.js /healthz /readyz /metrics /nothing; do
        run -0 head_of "$path"
        has "$output" "Content-Security-Policy: default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        has "$output" 'X-Content-Type-Options: nosniff'
        has "$output" 'Referrer-Policy: no-referrer'
        has "$output" 'Cache-Control: no-store'
        has "$output" 'Cross-Origin-Resource-Policy: same-origin'
        is "$(grep -ci '^server:' <<<"$output")" 0
    done
}

@test "it is read, and in no other way" {
    local method
    page_start
    for method in POST PUT DELETE PATCH OPTIONS TRACE; do
        is "$(status / -X "$method")" 405
        has "$(head_of / -X "$method")" 'Allow: GET, HEAD'
    done
    is "$(status / -X POST -d "$(printf %1000d 1)")" 405
    is "$(status / -X GET -d body)" 413
    is "$(status / -I)" 200
    is "$(status /events -I)" 200
    is "$(status /no-such-page)" 404
    is "$(status "/$(printf %020000d 1)")" 414
    is "$(status / -H "X-Long: $(printf %020000d 1)")" 431
    # nothing of a request that is none stands in what is answered
    exec 9<>"/dev/tcp/127.0.0.1/${PAGE##*:}"
    printf 'GET /<script>mark</script> HTTP/1.1\r\nHost: <b>mark\r\nmark\r\n\r\n' >&9
    run -0 timeout 20 cat <&9
    has "$output" 'HTTP/1.1 400'
    [[ $output != *mark* ]]
    exec 9<&- 9>&-
    # of two lengths none is believed, so that a body is no second request
    printf '%s\r\n' 'GET / HTTP/1.1' 'Host: localhost' 'Content-Length: 0' 'Content-Length: 45' '' \
        'GET /healthz HTTP/1.1' 'Host: localhost' '' >"$WORLD/two"
    exec 9<>"/dev/tcp/127.0.0.1/${PAGE##*:}"
    cat "$WORLD/two" >&9 # in one piece, since the answer ends the connection
    is "$(timeout 20 cat <&9 | grep -ao 'HTTP/1.1 [0-9]*')" 'HTTP/1.1 413'
    exec 9<&- 9>&-
    # and goes on
    is "$(get /healthz)" ok
}

@test "an import is followed as it goes, and its report opened" {
    pbxsim_start --latency 20
    page_start pbx.concurrency=1
    follow "$WORLD/events"
    drop <(records 2001 2100) people.csv
    lib_until grep -q 'value=\\"[1-9][0-9]*\\" max=\\"100\\"' "$WORLD/events"
    wait_report people.csv
    lib_until grep -q 'reports/000001-people.html' "$WORLD/events"
    shows 'href="reports/000001-people.html"'
    is "$(get /reports/000001-people.html)" "$(cat "$SPOOL/reports/000001-people.html")"
    run -0 head_of /reports/000001-people.html
    has "$output" "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'"
    has "$output" sandbox
    # no more events than seconds, and each has something new
    is "$(grep '^data: ' "$WORLD/events" | uniq -d | wc -l)" 0
}

@test "reports are opened, and no other file is" {
    local name
    pbxsim_start
    page_start
    { records 2001 2001; echo bad,row; } | drop - a.csv
    wait_report a.csv
    lib_until test -e "$SPOOL/reports/000001-a.html"
    is "$(status /reports/000001-a.html)" 200
    is "$(status /reports/000001-a.html -I)" 200
    cd "$SPOOL/reports"
    ln -s 000001-a.html 000002-link.html
    ln 000001-a.json 000003-second.html
    mkfifo 000004-fifo.html
    mkdir 000005-folder.html
    cp 000001-a.html .000006-hidden.html
    cp 000001-a.html 00007-short.html
    for name in 000001-a.json 000001-a.results.csv 000001-a.rejects.csv 000002-link.html \
        000003-second.html 000004-fifo.html 000005-folder.html .000006-hidden.html \
        00007-short.html 000009-none.html '' 000001-a.html/ 000001-..%2f000001-a.html \
        '000001-%2f..%2f000001-a.html' '%2e%2e/reports/000001-a.html' 000001-a.html%00.json; do
        is "$name $(status "/reports/$name" --path-as-is)" "$name 404"
    done
    is "$(status /../password --path-as-is)" 404
    # a name with everything that a name can have
    printf 'number,registerpassword\n2002,Aa1bcdefgh\n' | drop - $'100% "of" <b>\n&é.csv'
    lib_until shows '000002-'
    name=$(get / | grep -oP 'href="\Kreports/000002-[^"]*')
    is "$(status "/$name")" 200
}

@test "holds, files that stay and what all waits for are told" {
    pbxsim_start
    page_start import.max_invalid=20% report.language=de
    printf 'number,registerpassword\n3001,\n' | drop - held.csv
    lib_until shows 'extspool release 1'
    drop <(records 1 1) people.xlsx
    lib_until shows people.xlsx
    has "$(get /)" 'lang="de"'
    is "$(get /readyz)" ready
    pbxsim_stop
    drop <(records 2001 2001) in.csv
    lib_until answers 503 /readyz
    [ "$(get /readyz | wc -l)" = 1 ]
    has "$(get /readyz)" PBX
    is "$(get /healthz)" ok
}

@test "a PBX that is back is noticed with nothing to send, and without a login" {
    pbxsim_start
    local port=$PBX_PORT
    pbxsim_stop
    page_start pbx.url="http://127.0.0.1:$port" retry.most=1s
    drop <(records 2001 2001) in.csv
    lib_until answers 503 /readyz
    "$BIN/extspool" -c "$CONF" cancel 1
    wait_report in.csv
    is "$(report in.csv .state)" cancelled
    is "$(status /readyz)" 503
    pbxsim_start --port "$port"
    lib_until answers 200 /readyz
    [[ $(get /) != *'cannot be reached'* ]]
    is "$(journal 'select(.call)|.call' | sort -u)" '"heartbeat"'
    # what comes now logs in as ever, and that session is kept by the usual heartbeats alone
    drop <(records 2002 2002) more.csv
    wait_report more.csv
    is "$(report more.csv .state)" "done"
    is "$(journal 'select(.call=="login")|.call' | wc -l)" 1
}

@test "without a URL the page is there, and says that it is not ready" {
    page_start pbx.url=
    is "$(status /readyz)" 503
    is "$(get /readyz)" 'no [pbx] url is configured yet'
    is "$(status /healthz)" 200
    is "$(status /)" 200
}

@test "metrics are those of the file, in either form, with a file or without" {
    local series
    pbxsim_start
    page_start metrics.textfile="$WORLD/own.prom"
    { records 2001 2003; echo 2004,; } | drop - people.csv
    wait_report people.csv
    lib_until grep -q 'imports_total{daemon="own",state="done"} 1' <(get /metrics)
    daemon_stop
    series() { grep -v '^#' | sed 's/ .*//'; }
    conf_write status.listen=127.0.0.1:0
    daemon_start
    page_wait 2
    get /metrics >"$WORLD/plain"
    is "$(grep -c '{daemon=' "$WORLD/plain")" 0
    is "$(series <"$WORLD/plain" | sort)" \
        "$(sed -E 's/\{daemon="own",/{/; s/\{daemon="own"\}//' "$WORLD/own.prom" | series | sort)"
    has "$(head_of /metrics)" 'Content-Type: text/plain; version=0.0.4; charset=utf-8'
    open='Accept: application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.2'
    has "$(head_of /metrics -H "$open")" \
        'Content-Type: application/openmetrics-text; version=1.0.0; charset=utf-8'
    get /metrics -H "$open" >"$WORLD/open"
    is "$(tail -n 1 "$WORLD/open")" '# EOF'
    is "$(series <"$WORLD/open" | sed -E 's/(le="[0-9]+)\.0"/\1"/' | sort)" \
        "$(series <"$WORLD/plain" | sort)"
    is "$(grep -c '^# TYPE .*_total counter' "$WORLD/open")" 0
    grep -qx '# TYPE extspoold_files_claimed counter' "$WORLD/open"
    has "$(head_of /metrics -H 'Accept: application/openmetrics-text;q=0.1,text/plain')" text/plain
    for series in 'extspoold_running 1' 'extspoold_waiting 0'; do
        grep -qx "$series" "$WORLD/open"
    done
}

@test "without a token it is this machine's alone, under its own names" {
    local host port
    page_start
    port=${PAGE##*:}
    for host in localhost "localhost:$port" LOCALHOST 127.0.0.1 "127.0.0.1:1" 127.9.9.9 '[::1]' '[::1]:80'; do
        is "$host $(status / -H "Host: $host")" "$host 200"
    done
    for host in example.org "example.org:$port" localhost.example.org 127.0.0.1.example.org \
        10.0.0.1 '[::2]' '[::1].example.org' 'localhost:80x' '127.0.0.1@example.org' '[127.0.0.1]'; do
        is "$host $(status / -H "Host: $host")" "$host 421"
        is "$host $(status /metrics -H "Host: $host")" "$host 421"
    done
}

@test "a token is asked for everywhere but where only the state is told" {
    local path
    pbxsim_start
    page_start status.token_file="$WORLD/token" pbx.url=
    for path in / /events /metrics /page.css /page.js /reports/000001-x.html /nothing; do
        is "$path $(status "$path")" "$path 401"
    done
    has "$(head_of /)" 'WWW-Authenticate: Basic realm="extspoold", charset="UTF-8"'
    is "$(status / -u "anybody:$TOKEN")" 200
    is "$(status / -H "Authorization: Bearer $TOKEN")" 200
    is "$(status / -H "Authorization: bearer $TOKEN")" 200
    # side by side, since each waits for its penalty
    local wrong=("Bearer ${TOKEN}x" "Bearer ${TOKEN%?}" Bearer "$TOKEN" 'Basic !' 'Digest x' \
        "Basic $(printf '%s:x' "$TOKEN" | base64 -w 0)" "Basic $(printf x: | base64 -w 0)")
    for path in "${!wrong[@]}"; do
        status / -H "Authorization: ${wrong[path]}" >"$WORLD/wrong.$path" 3>&- &
        HELPERS+=($!)
    done
    wait "${HELPERS[@]}"
    is "$(cat "$WORLD"/wrong.*)" "$(printf '401%.0s' "${wrong[@]}")"
    # who knows no token learns no more than whether it works, under any name
    is "$(get /healthz -H 'Host: example.org')" ok
    is "$(get /readyz)" 'not ready'
    is "$(get /readyz -u "x:$TOKEN")" 'no [pbx] url is configured yet'
    is "$(status / -u "x:$TOKEN" -H 'Host: example.org')" 200
    # a guess keeps nobody else waiting: many at once, and others between them
    for _ in {1..20}; do
        curl -s -o /dev/null -H 'Authorization: Bearer wrong-wrong-wrong' "$PAGE/" 3>&- &
        HELPERS+=($!)
    done
    is "$(status / -u "x:$TOKEN")" 200
}

@test "where others can reach it there is a token, or no daemon" {
    conf_write status.listen=0.0.0.0:0
    run -2 timeout 20 "${UNPRIVILEGED[@]}" "$BIN/extspoold" -c "$CONF"
    has "$output" '[status] listen=0.0.0.0:0 can be reached by others, and so needs a token'
    run -0 "${UNPRIVILEGED[@]}" "$BIN/extspoold" -c "$CONF" --check-config
    has "$output" 'serves no page there without the credential status-token'
    echo short >"$WORLD/token"
    conf_write status.listen=0.0.0.0:0 status.token_file="$WORLD/token"
    run -2 "${UNPRIVILEGED[@]}" "$BIN/extspoold" -c "$CONF" --check-config
    has "$output" "the token in '$WORLD/token' is shorter than 16 characters"
    conf_write status.listen=nowhere
    run -2 "${UNPRIVILEGED[@]}" "$BIN/extspoold" -c "$CONF" --check-config
    has "$output" "$CONF:"
    has "$output" '[status] listen must be an address with a port'
    echo "$TOKEN" >"$WORLD/token"
    page_start status.listen=0.0.0.0:0 status.token_file="$WORLD/token"
    PAGE=http://127.0.0.1:${PAGE##*:}
    is "$(status /)" 401
    is "$(status / -u "x:$TOKEN")" 200
    # a reload that takes the token away is refused
    conf_write status.listen=0.0.0.0:0
    kill -HUP "$DAEMON_PID"
    lib_until logged 'the new configuration is refused, the old one stays: [status] listen'
    is "$(status / -u "x:$TOKEN")" 200
}

@test "a Unix socket is its group's, replaces one that was left, and goes with the daemon" {
    page_start status.listen="$WORLD/page.sock"
    PAGE=http://any.name
    is "$(stat -c '%A' "$WORLD/page.sock")" srw-rw----
    is "$(status / --unix-socket "$WORLD/page.sock")" 200
    daemon_kill
    [ -S "$WORLD/page.sock" ]
    daemon_start
    lib_until served_times 2
    is "$(status / --unix-socket "$WORLD/page.sock")" 200
    daemon_stop
    [ ! -e "$WORLD/page.sock" ]
    # what is no socket stays
    echo mine | "${UNPRIVILEGED[@]}" tee "$WORLD/page.sock" >/dev/null
    daemon_start
    lib_until logged 'cannot be served: listen at '
    is "$(cat "$WORLD/page.sock")" mine
}

@test "a Unix socket that was removed is made again by a reload, and another's is left alone" {
    page_start status.listen="$WORLD/page.sock"
    PAGE=http://any.name
    rm "$WORLD/page.sock"
    kill -HUP "$DAEMON_PID"
    lib_until served_times 2
    is "$(status / --unix-socket "$WORLD/page.sock")" 200
    kill -HUP "$DAEMON_PID" # one that stands stays
    lib_until eval '[ "$(grep -c "the configuration was read again" "$LOG")" = 2 ]'
    rm "$WORLD/page.sock"
    "${UNPRIVILEGED[@]}" /usr/bin/python3 -c 'import socket, sys
socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$WORLD/page.sock"
    daemon_stop
    [ -S "$WORLD/page.sock" ]
    is "$(grep -c 'the status page is served at ' "$LOG")" 2
}

@test "a taken address stops no import, and is tried again" {
    local port
    pbxsim_start
    page_start status.listen="$WORLD/page.sock"
    daemon_stop
    conf_write status.listen="127.0.0.1:$PBX_PORT"
    daemon_start
    lib_until logged "cannot be served: listen at 127.0.0.1:$PBX_PORT: "
    drop <(records 2001 2002) in.csv
    wait_report in.csv
    is "$(report in.csv .counts.created)" 2
    port=$PBX_PORT
    pbxsim_stop
    kill -HUP "$DAEMON_PID"
    page_wait 2
    is "$PAGE" "http://127.0.0.1:$port"
    is "$(get /healthz)" ok
}

@test "a reload changes language, token and address, and cuts no more than that" {
    page_start
    follow "$WORLD/first"
    conf_write status.listen=127.0.0.1:0 report.language=de
    kill -HUP "$DAEMON_PID"
    lib_until shows 'lang="de"'
    served_times 1 && ! served_times 2
    kill -0 "$FOLLOWER"
    # another token ends streams that were opened without it
    conf_write status.listen=127.0.0.1:0 status.token_file="$WORLD/token"
    kill -HUP "$DAEMON_PID"
    lib_until has_ended "$FOLLOWER"
    is "$(status /)" 401
    follow "$WORLD/second" -u "x:$TOKEN"
    kill -HUP "$DAEMON_PID"
    lib_until grep -q 'read again.*' <(tail -n 1 "$LOG")
    kill -0 "$FOLLOWER"
    conf_write status.listen="$WORLD/page.sock"
    kill -HUP "$DAEMON_PID"
    lib_until has_ended "$FOLLOWER"
    lib_until served_times 2
    is "$(status / --unix-socket "$WORLD/page.sock")" 000 || true
    conf_write
    kill -HUP "$DAEMON_PID"
    lib_until test ! -e "$WORLD/page.sock"
}

@test "the end of the daemon is the end of the page, at once" {
    local before
    page_start
    follow "$WORLD/one"
    follow "$WORLD/two"
    before=$SECONDS
    daemon_stop
    [ $((SECONDS - before)) -lt 5 ]
    lib_until has_ended "$FOLLOWER"
    run -7 get /
    # killed while it serves, it starts as ever
    daemon_start
    page_wait 2
    follow "$WORLD/three"
    daemon_kill
    lib_until has_ended "$FOLLOWER"
    daemon_start
    page_wait 3
    is "$(get /healthz)" ok
}

@test "sixteen may look on all the time, and one that goes makes room" {
    local i
    page_start
    for i in {1..16}; do
        follow "$WORLD/events.$i"
    done
    is "$(status /events)" 503
    is "$(status /)" 200
    kill "$FOLLOWER"
    wait "$FOLLOWER" || true
    lib_until answers 200 /events -I
    follow "$WORLD/events.17"
}

# passed NAME ADDRESS: starts the daemon as a service manager does that listens for it; sets PAGE.
passed() {
    LIB_SOCKET_BEFORE="$(lib_socket)"
    "${UNPRIVILEGED[@]}" /usr/bin/python3 -c '
import os, socket, sys
s = socket.socket()
s.bind((sys.argv[2], 0))
s.listen()
open(sys.argv[3], "w").write(str(s.getsockname()[1]))
if s.fileno() == 3: os.set_inheritable(3, True)
else: os.dup2(s.fileno(), 3)
os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()), LISTEN_FDNAMES=sys.argv[1])
os.execv(sys.argv[4], sys.argv[4:])' "$1" "$2" "$WORLD/passed" "$BIN/extspoold" -c "$CONF" \
        "${@:3}" >>"$LOG" 2>&1 3>&- &
    DAEMON_PID=$!
    lib_until lib_daemon_listens && kill -0 "$DAEMON_PID"
    PAGE=http://127.0.0.1:$(cat "$WORLD/passed")
}

@test "a socket that the service manager passes is served, and judged" {
    "$BIN/extspoold" --version >/dev/null
    ldd "$BIN/extspoold" | grep -q libsystemd || skip 'built without systemd'
    conf_write status.listen=127.0.0.1:1
    passed status 127.0.0.1
    lib_until served_times 1
    is "$(get /healthz)" ok
    is "$(status / -H 'Host: example.org')" 421
    follow "$WORLD/events"
    # it stays over a reload, whatever listen= says
    conf_write status.listen=127.0.0.1:2 report.language=de
    kill -HUP "$DAEMON_PID"
    lib_until shows 'lang="de"'
    kill -0 "$FOLLOWER"
    daemon_stop
    # one that others can reach needs a token
    conf_write
    passed status 0.0.0.0
    lib_until logged 'cannot be served: http://0.0.0.0:'
    conf_write status.token_file="$WORLD/token"
    kill -HUP "$DAEMON_PID"
    lib_until served_times 2
    is "$(status /)" 401
    is "$(status / -u "x:$TOKEN")" 200
    daemon_stop
    # one of another name is nobody's
    conf_write
    passed other 127.0.0.1
    run -7 get /
    daemon_stop
}

@test "a run with --once serves nothing, and the tool neither" {
    pbxsim_start
    conf_write status.listen="$WORLD/page.sock"
    drop <(records 2001 2001) in.csv
    run -0 daemon_once
    run extspool status
    [ ! -e "$WORLD/page.sock" ]
    is "$(grep -c 'status page' "$LOG")" 0
}
