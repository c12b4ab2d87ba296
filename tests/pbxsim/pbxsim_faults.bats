#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The PBX simulator: its faults, and the scripts that bring them about.
# Each test is a subshell of its own, and is meant to be.
# shellcheck disable=SC2030,SC2031

bats_require_minimum_version 1.5.0
load pbxsim

@test "connections: kept alive, closed with --close, counted with their requests" {
    start --fault 'add number=3 : close'
    login
    post extension/add "$(record 1)" -o a --next -sS -H "$JSON" -d "$(record 2)" -o b \
        "$URL/extension/add?token=$TOKEN&type=json" --next -sS -H "$JSON" -d "$(record 3)" -o c \
        "$URL/extension/add?token=$TOKEN&type=json" --next -sS -H "$JSON" -d "$(record 4)" -o d \
        "$URL/extension/add?token=$TOKEN&type=json"
    is "$(facts 'select(.call=="add")|[.connection,.request]' | xargs)" '[2,1] [2,2] [2,3] [3,1]'
    stop
    start --close --fault 'add number=3 : keep'
    login
    add 1 -D head1 -o a
    add 3 -D head3 -o b
    grep -qi '^connection: close' head1
    run ! grep -qi '^connection:' head3
}

@test "statuses before and after the work, Retry-After, redirect" {
    start --fault 'add number=1 : status=503 retry-after=7' --fault 'add number=2 : status-after=500' \
        --fault 'add number=3 : redirect=http://127.0.0.1:1/x#y'
    login
    is "$(add 1 -o body -D head -w '%{http_code}')" 503
    grep -qi '^retry-after: 7' head
    is "$(add 2 -o body -w '%{http_code}')" 500
    is "$(add 3 -o body -w '%{http_code} %{redirect_url}')" '302 http://127.0.0.1:1/x#y'
    is "$(facts 'select(.call=="add")|[.http,.result,.done,.created,.fault]' | xargs)" \
        '[503,none,false,false,status+retry-after] [500,none,true,true,status-after] [302,none,false,false,redirect]'
}

@test "errnos and words instead of the status" {
    start --fault 'add number=1 : errno=10028' --fault 'add number=2 : errno-after=10025' \
        --fault 'add number=3 : status-text=Maybe'
    login
    is "$(add_each 1 2 3)" '10028 10025 Maybe'
    is "$(facts 'select(.call=="add")|[.result,.errno,.done,.created]' | xargs)" \
        '[Failed,10028,false,false] [Failed,10025,true,true] [Maybe,null,true,true]'
    is "$(post extension/query '' | jq -c '[.extinfos[].extnumber]')" '["2","3"]'
}

@test "bodies that are no answer" {
    start --fault 'add number=1 : garbage' --fault 'add number=2 : garbage-before' \
        --fault 'add number=3 : empty' --fault 'add number=4 : no-status' \
        --fault 'add number=5 : wrong-types' --fault 'add number=6 : half' \
        --fault 'add number=7 : big=100000'
    login
    add 1 >garbage
    run ! jq -e . garbage
    add 2 >garbage
    run ! jq -e . garbage
    is "$(add 3)" ''
    is "$(add 4 | jq -c .status)" null
    is "$(add 5 | jq -c '.status|type')" '"number"'
    run -18 add 6 --stderr /dev/null
    is "$output" '{"status":'
    is "$(add 7 | wc -c)" 100000
    is "$(post_xml extension/add '<xml><number>7</number></xml>' | wc -c)" 100000
    is "$(facts 'select(.call=="add")|[.number,.created,.result,.fault]' | xargs)" \
        '[1,true,none,garbage] [2,false,none,garbage-before] [3,true,none,empty] [4,true,none,no-status] [5,true,none,wrong-types] [6,true,none,half] [7,true,none,big] [7,false,none,big]'
}

@test "cut connections: reset and closed, before and after the work" {
    start --fault 'add number=1 : reset-before' --fault 'add number=2 : reset-after' \
        --fault 'add number=3 : fin-before' --fault 'add number=4 : fin-after'
    login
    run -56 add 1 # curl: receiving failed
    run -56 add 2
    run -52 add 3 # curl: nothing received
    run -52 add 4
    is "$(facts 'select(.call=="add")|[.http,.created]' | xargs)" \
        '[null,false] [null,true] [null,false] [null,true]'
    is "$(post extension/query '' | jq -c '[.extinfos[].extnumber]')" '["2","4"]'
}

@test "a kept connection cut after the work: curl sends the request again by itself" {
    for form in reset-after fin-after; do
        rm -f journal
        start --fault "add conn=2 times=1 : $form"
        login
        post extension/add "$(record 1)" -o a --next -sS -H "$JSON" -d "$(record 2)" -o b \
            "$URL/extension/add?token=$TOKEN&type=json"
        is "$(cat b)" "$(failed 10085)"
        is "$(facts 'select(.call=="add")|[.number,.request,.http,.created]' | xargs)" \
            '[1,1,200,true] [2,2,null,true] [2,1,200,false]'
        stop
    done
}

@test "late: the answer is cut, a query finds nothing, the work is done after that" {
    start --fault 'add number=1 : late=700'
    login
    run -56 add 1
    is "$(post extension/query '{"extid":"1"}' | jq -c .extinfos)" '[]'
    until [ "$(facts 'select(.event=="late")')" ]; do sleep 0.02; done
    is "$(post extension/query '{"extid":"1"}' | jq -c '[.extinfos[].extnumber]')" '["1"]'
    is "$(facts 'select(.call=="query" or .number=="1")|[.call,.event,.done,.created]' | xargs)" \
        '[add,null,false,false] [query,null,true,false] [null,late,true,true] [query,null,true,false]'
}

@test "waits: before the work, after it, between bytes, and for ever" {
    start --latency 30 --fault 'add number=1 : latency=100' --fault 'add number=2 : latency-after=100' \
        --fault 'add number=3 : slow=5' --fault 'add number=4 : hang' --fault 'add number=5 : hang-before'
    login
    over() { awk -v took="$1" -v least="$2" 'BEGIN { exit !(took >= least) }'; }
    over "$(post heartbeat '{}' -o body -w '%{time_total}')" 0.03
    over "$(add 1 -o body -w '%{time_total}')" 0.1
    over "$(add 2 -o body -w '%{time_total}')" 0.13
    over "$(add 3 -o body -w '%{time_total}')" 0.095
    is "$(cat body)" "$SUCCESS"
    run -28 add 4 -m 0.2
    run -28 add 5 -m 0.2
    is "$(facts 'select(.call=="add")|[.http,.created]' | xargs)" \
        '[200,true] [200,true] [200,true] [null,true] [null,false]'
}

@test "expire: the token is gone before the call" {
    start --fault 'add n=2 : expire'
    login
    is "$(add_each 1 2 2)" 'Success 20006 20006'
    login
    is "$(add 2)" "$SUCCESS"
}

@test "conditions: n, every, number, range, times, conn, any, first rule wins" {
    cat >script <<'END'
# a comment
add n=2-3        : errno=1   # the first that matches
add n=3          : errno=2
add number=50-59 times=2 : errno=3

query number=7   : errno=4
add every=5      : errno=5
any n=20-        : errno=6
END
    start --script script --fault 'add number=99 : errno=9'
    login
    is "$(add_each 1 2 3 4)" 'Success 1 1 Success'
    is "$(add_each 5 49 50 59 51 99)" '5 Success 3 3 Success 9'
    is "$(post extension/query '{"extid":"6,7"}')" "$(failed 4)"
    is "$(post extension/query '{"extid":"1"}' | jq -r .status)" Success
    is "$(add_each {100..109})" \
        'Success Success Success Success 5 Success 6 6 6 5'
}

@test "conditions: after, until, chance with its seed" {
    start --fault 'add until=600 : errno=1'
    login && is "$(add 1)" "$(failed 1)"
    stop
    start --fault 'add after=600 : errno=1' --fault 'add until=0 : errno=2'
    login && is "$(add 1)" "$SUCCESS"
    stop
    for run in 1 2; do
        rm journal
        start --seed 5 --fault 'heartbeat chance=0.5 : errno=1'
        login
        printf 'heartbeat {}\n%.0s' {1..16} | talk >/dev/null
        facts 'select(.call=="heartbeat")|.result' >"results.$run"
        stop
    done
    cmp results.1 results.2
    is "$(sort -u results.1 | xargs)" 'Failed Success'
}

@test "broken scripts: file, line and the word are named" {
    broken() {
        printf 'add : errno=1\n%s\n' "$1" >script
        run "$PBXSIM" --port 0 --script script
        is "$status" 2
        is "$output" "pbxsim: script:2: $2"
    }
    broken 'add errno=1' "no ':' between conditions and actions: add errno=1"
    broken ': errno=1' "no call before the ':'"
    broken 'sing : errno=1' 'unknown call: sing'
    broken 'add m=1 : errno=1' 'unknown condition: m'
    broken 'add n : errno=1' 'a condition needs a value: n'
    broken 'add n=3-2 : errno=1' "the condition's value is wrong: n"
    broken 'add chance=2 : errno=1' "the condition's value is wrong: chance"
    broken 'add :' "no action after the ':'"
    broken 'add : dance' 'unknown action: dance'
    broken 'add : errno' 'the action needs a value: errno'
    broken 'add : half=1' 'the action takes no value: half=1'
    broken 'add : status=999' "the action's number is none or out of range: status=999"
    broken 'add : raw=a\q' 'an escape is none of \r \n \s \\ \xNN: raw=a\q'
    broken 'add : body=\x0' 'an escape is none of \r \n \s \\ \xNN: body=\x0'
    broken 'add : half garbage' 'only one action of a line can say how the answer looks: garbage'
    run "$PBXSIM" --port 0 --fault 'add'
    is "$status" 2
    [[ "$output" == "pbxsim: --fault:1: "* ]]
    run "$PBXSIM" --port 0 --script absent
    is "$status" 2
}

@test "calls in flight are counted, served one at a time if so wished" {
    start --serve-at-once 1 --fault 'add : latency=300'
    login
    begun=$(date +%s%N)
    add 1 -o a &
    one=$!
    add 2 -o b &
    two=$!
    wait "$one" "$two"
    is "$(facts 'select(.call=="add")|.inflight' | sort | xargs)" '1 2'
    is "$(cat a)$(cat b)" "$SUCCESS$SUCCESS"
    [ $(($(date +%s%N) - begun)) -ge 600000000 ] # the second waited for the first
    is "$(post heartbeat '{}')" "$SUCCESS"
    is "$(facts 'select(.call=="heartbeat")|.inflight')" 1
}

@test "what is beyond so many calls in flight can be refused" {
    start --fault 'add number=1 : hang' --fault 'add inflight=2- : status=503'
    login
    add 1 -o a --stderr b &
    one=$!
    until [ "$(facts 'select(.number=="1")')" ]; do sleep 0.02; done
    is "$(add 2 -o c -w '%{http_code}')" 503
    kill "$one"
    wait "$one" || true
    until [ "$(add 3)" = "$SUCCESS" ]; do sleep 0.02; done
}

@test "bytes as they are: bodies, whole answers, answers before the answer, again and again" {
    start --fault 'add number=1 : body={"a\sb":"\x41\\"}' \
        --fault 'add number=2 : body-before=x' \
        --fault 'add number=3 : raw=HTTP/1.1\s200\sOK\r\n\r\nab again=1 rounds=3' \
        --fault 'add number=4 : raw-before=HTTP/1.1\s200\sOK\r\n\r\nab again=2' \
        --fault 'add number=5 : first=HTTP/1.1\s100\sContinue\r\n\r\n'
    login
    is "$(add 1)" '{"a b":"A\"}'
    is "$(add 2)" x
    is "$(add 3)" abbbb
    is "$(add 4 | head -c 1000000 | wc -c)" 1000000
    is "$(add 5 -D head)" "$SUCCESS"
    grep -q '^HTTP/1.1 100 Continue' head
    until [ "$(facts 'select(.number=="5")')" ]; do sleep 0.02; done
    is "$(facts 'select(.call=="add")|[.http,.result,.created]' | xargs)" \
        '[200,none,true] [200,none,false] [null,none,true] [null,none,false] [200,Success,true]'
}

@test "a limit of connections: others are closed at once" {
    start --connections 1 --fault 'add number=1 : hang'
    login
    add 1 -o a --stderr b &
    one=$!
    until [ "$(facts 'select(.number=="1")')" ]; do sleep 0.02; done
    run ! add 2 --stderr /dev/null
    kill "$one"
    wait "$one" || true
    until add 2 -o c --stderr /dev/null; do sleep 0.02; done
    is "$(cat c)" "$SUCCESS"
}
