#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The PBX simulator: its calls, its checks, its state.
# Each test is a subshell of its own, and is meant to be.
# shellcheck disable=SC2030,SC2031,SC2153

bats_require_minimum_version 1.5.0
load pbxsim

@test "help lists every fault, version is told, wrong options are refused" {
    run "$PBXSIM" --help
    is "$status" 0
    for fault in latency latency-after slow retry-after close keep expire status status-after errno \
        errno-after status-text reset-before reset-after fin-before fin-after late half garbage \
        garbage-before empty no-status wrong-types big redirect hang hang-before; do
        grep -qE "^  ${fault}[ =]" <<<"$output"
    done
    run "$PBXSIM" --version
    is "$status" 0
    run "$PBXSIM" --port 70000
    is "$status" 2
    run "$PBXSIM" --absent maybe
    is "$status" 2
    run "$PBXSIM" --nonsense
    is "$status" 2
    run "$PBXSIM" leftover
    is "$status" 2
}

@test "listens where it says, and a port in use is an error" {
    start
    is "$(cat out)" "pbxsim: listening on http://127.0.0.1:$(cat port)"
    run "$PBXSIM" --port "$(cat port)"
    is "$status" 2
    [[ "$output" == *"cannot listen"* ]]
    stop
    is "$(facts .event)" $'"start"\n"stop"'
}

@test "every call in JSON" {
    start
    answer="$(curl -sS -H "$JSON" -d "$LOGIN" "$URL/login")"
    is "$(jq -r .status <<<"$answer")" Success
    TOKEN="$(jq -r .token <<<"$answer")"
    [[ "$TOKEN" =~ ^[0-9a-f]{32}$ ]]
    talk >answers <<'END'
heartbeat {"ipaddr":"10.0.0.1","port":"8260"}
extension/add {"number":"2001","registerpassword":"x"}
extension/add {"number":"2002","username":"O\u0027Brien \u00e4\ud83d\ude00","mobile":"18","dnd":"on"}
extension/query {"extid":"2002"}
extension/query
extension/query {"extid":"2002,2001"}
extension/update {"extid":"2002","extnumber":"2003","callerid":"7"}
extension/query {"extid":"2003"}
extension/query {"extid":"2002"}
extension/delete {"number":"2001,2003"}
extension/query {}
apply
logout
heartbeat {}
END
    first='{"extnumber":"2001","registerpassword":"x","status":"Unavailable"}'
    second='"username":"O'"'"'Brien ä😀",'
    rest='"moblie":"18","dnd":"on","status":"Unavailable"}'
    cat >wanted <<END
$SUCCESS
$SUCCESS
$SUCCESS
{"status":"Success","extinfos":[{"extnumber":"2002",$second$rest]}
{"status":"Success","extinfos":[$first,{"extnumber":"2002",$second$rest]}
{"status":"Success","extinfos":[{"extnumber":"2002",$second$rest,$first]}
$SUCCESS
{"status":"Success","extinfos":[{"extnumber":"2003",$second"callerid":"7",$rest]}
{"status":"Success","extinfos":[]}
$SUCCESS
{"status":"Success","extinfos":[]}
$SUCCESS
$SUCCESS
$(failed 20004)
END
    diff wanted answers
    is "$(facts 'select(.call and .violation != null)')" ''
    is "$(facts 'select(.call)|[.call,.type,.number]' | xargs)" \
        '[login,json,null] [heartbeat,json,null] [add,json,2001] [add,json,2002] [query,json,2002] [query,json,null] [query,json,2002,2001] [update,json,2002] [query,json,2003] [query,json,2002] [delete,json,2001,2003] [query,json,null] [apply,json,null] [logout,json,null] [heartbeat,json,null]'
}

@test "every call in XML" {
    start
    answer="$(curl -sS -H "$XML" "$URL/login?type=xml" -d \
        "<?xml version=\"1.0\"?><xml><username>api</username><password>$HASH</password><port>8260</port></xml>")"
    TOKEN="$(sed -n 's:.*<status>Success</status><token>\([0-9a-f]*\)</token>.*:\1:p' <<<"$answer")"
    is "${#TOKEN}" 32
    ok='<xml><status>Success</status></xml>'
    talk_xml >answers <<'END'
heartbeat <xml><ipaddr>10.0.0.1</ipaddr><port>8260</port></xml>
extension/add <xml> <number>2001</number> <username>A &lt;B&gt; &amp; C</username> <email></email></xml>
extension/add <xml><number>2001</number></xml>
extension/query <xml><extid>2001</extid></xml>
extension/update <xml><extid>2001</extid><email>a@b.de</email></xml>
extension/delete <xml><number>2001</number></xml>
extension/query <xml><extid>2001</extid></xml>
apply
logout <xml/>
END
    cat >wanted <<END
$ok
$ok
<xml><status>Failed</status><errno>10085</errno></xml>
<xml><status>Success</status><extinfos><extnumber>2001</extnumber><username>A &lt;B&gt; &amp; C</username><email></email><status>Unavailable</status></extinfos></xml>
$ok
$ok
$ok
$ok
$ok
END
    diff wanted answers
    is "$(head -1 <<<"$answer")" '<?xml version="1.0" encoding="utf-8"?>'
    is "$(facts 'select(.call)|.type' | sort -u)" '"xml"'
    is "$(facts 'select(.call and .violation != null)')" ''
}

@test "XML lists extinfos in the other form, queries tell less, a login only its token" {
    start --xml-infos list --few-infos --bare-login
    is "$(curl -sS -H "$JSON" -d "$LOGIN" "$URL/login" | jq -c keys)" '["token"]'
    login
    post extension/add '{"number":"1","dnd":"on","email":"a@b.de"}'
    post extension/add '{"number":"2","dnd":"on"}'
    is "$(post_xml extension/query '' | tail -1)" \
        '<xml><status>Success</status><extinfos><extinfo><extnumber>1</extnumber><email>a@b.de</email><status>Unavailable</status></extinfo><extinfo><extnumber>2</extnumber><status>Unavailable</status></extinfo></extinfos></xml>'
}

@test "tokens: blank, unknown, several at once, forgotten by logout" {
    start
    login
    first="$TOKEN"
    login
    [ "$first" != "$TOKEN" ]
    is "$(post heartbeat '{}')" "$SUCCESS"
    TOKEN="$first"
    is "$(post heartbeat '{}')" "$SUCCESS"
    is "$(post logout '')" "$SUCCESS"
    is "$(post heartbeat '{}')" "$(failed 20004)"
    TOKEN=
    is "$(post heartbeat '{}')" "$(failed 20005)"
    TOKEN=00000000000000000000000000000000
    is "$(post heartbeat '{}')" "$(failed 20004)"
    is "$(facts 'select(.call=="heartbeat")|.token' | xargs)" '2 1 null null null'
}

@test "tokens: use renews the life, an expired one stays known as expired" {
    start --token-life 4
    login
    end=$(($(date +%s%N) + 4800000000))
    while [ "$(date +%s%N)" -lt "$end" ]; do
        is "$(post heartbeat '{}')" "$SUCCESS"
    done
    sleep 4.05
    is "$(post heartbeat '{}')" "$(failed 20006)"
    is "$(post heartbeat '{}')" "$(failed 20006)"
}

@test "logins: wrong ones are refused, N in a row lock out, even with the right password" {
    bad="{\"username\":\"api\",\"password\":\"${HASH//[0-9]/0}\",\"port\":\"1\"}"
    start --lockout-after 2 --lockout 600
    ask() { curl -sS -H "$JSON" -d "$1" "$URL/login"; }
    is "$(ask "$bad")" "$(failed 20003)"
    is "$(ask "$LOGIN" | jq -r .status)" Success
    is "$(ask "${LOGIN/api/root}")" "$(failed 20003)"
    is "$(ask "$bad")" "$(failed 20003)"
    is "$(ask "$LOGIN")" "$(failed 20002)"
    stop
    start --lockout-after 1 --lockout 0.2
    is "$(ask "$bad")" "$(failed 20003)"
    sleep 0.3
    is "$(ask "$LOGIN" | jq -r .status)" Success
}

@test "logins: what is missing, and the password file" {
    printf 'p@ss word\nnot this\n' >password
    start --user boss --password-file password
    ask() { curl -sS -H "$JSON" -d "$1" "$URL/login"; }
    hash="$(printf 'p@ss word' | md5sum | cut -c1-32)"
    is "$(ask "{\"username\":\"boss\",\"password\":\"$hash\",\"port\":\"1\"}" | jq -r .status)" Success
    is "$(ask "{\"username\":\"boss\",\"password\":\"$hash\"}")" "$(failed 20008)"
    is "$(ask "{\"username\":\"boss\",\"password\":\"$hash\",\"port\":\"x\"}")" "$(failed 20008)"
    is "$(ask '{"port":"1"}')" "$(failed 20009)"
    is "$(ask '')" "$(failed 20009)"
    is "$(ask "{\"username\":\"boss\",\"password\":\"${hash^^}\",\"port\":\"1\"}")" "$(failed 20003)"
    run -0 facts 'select(.errno=="20003")|.violation'
    is "$output" '"password is not 32 lowercase hex digits"'
    run ! grep -q "$hash" journal
    run "$PBXSIM" --password-file absent
    is "$status" 2
}

@test "strict checks: each violation is refused and journalled" {
    start
    login
    is "$(add 1 -X GET)" "$(failed 20001)"
    is "$(add 1 -X PUT)" "$(failed 20001)"
    is "$(JSON='Content-Type: application/json' add 1)" "$(failed 20000)"
    is "$(JSON='Content-Type: application/x-www-form-urlencoded' add 1)" "$(failed 20000)"
    is "$(JSON='Content-Type:' add 1)" "$(failed 20000)"
    is "$(add 1 -H "$JSON")" "$(failed 10002)" # twice
    is "$(talk xml "$JSON" <<<'extension/add <xml><number>1</number></xml>' | sed -n 2p)" \
        '<xml><status>Failed</status><errno>10002</errno></xml>'
    is "$(add 1 -H 'Expect: 100-continue')" "$(failed 10002)"
    is "$(add 1 -H 'Authorization: x')" "$(failed 10002)"
    is "$(add 1 -H 'Cookie: token=x')" "$(failed 10002)"
    is "$(curl -sS -H "$JSON" -d "$LOGIN" "$URL/login?token=x")" "$(failed 10002)"
    add="$URL/extension/add?token=$TOKEN"
    is "$(curl -sS -H "$JSON" -d '{}' "$add&x=1" "$add&token=$TOKEN" "$add&type=j%73on" "$add&type=yaml" |
        codes)" '10002 10002 10002 10002'
    is "$(curl -sS -o /dev/null -w '%{http_code}' -d x "${URL%/api*}/elsewhere")" 404
    is "$(facts 'select(.call and .violation == null)|.call')" '"login"'
    is "$(facts 'select(.done)|.call')" '"login"'
}

@test "strict checks of bodies" {
    start
    login
    talk >answers <<END
extension/add {"number":1}
extension/add {"number":"1","number":"1"}
extension/add {"number":"1","shoe":"42"}
extension/add {"number":"1","token":"x"}
extension/add {"number":"1"
extension/add {"number":"1"} x
extension/add {'number':'1'}
extension/add {"number":"1",}
extension/add {"number":NaN}
extension/add ["number"]
extension/add {"number":["1"]}
extension/add {"number":"$(printf '\xff')"}
extension/add {"number":"\ud800"}
extension/add {"number":"a$(printf '\t')b"}
extension/add {"number":"\u0000"}
extension/add {"number":"\u12g4"}
END
    is "$(sort -u answers)" "$(failed 10002)"
    is "$(wc -l <answers)" 16
    talk_xml >answers <<END
extension/add <xml><number>1</number>
extension/add <root><number>1</number></root>
extension/add number=1
extension/add <xml><number>1</number><number>1</number></xml>
extension/add <xml><shoe>1</shoe></xml>
extension/add <xml><number a="b">1</number></xml>
extension/add <xml><a><number>1</number></a></xml>
extension/add <xml>1<number>1</number></xml>
extension/add <!DOCTYPE xml><xml><number>1</number></xml>
END
    is "$(sort -u answers)" '<xml><status>Failed</status><errno>10002</errno></xml>'
    is "$(wc -l <answers)" 9
    talk >answers <<END
extension/add {"number":"","registerpassword":"x"}
extension/add {"registerpassword":"x"}
extension/add {"number":"1","registerpassword":""}
extension/add
extension/paint {}
END
    is "$(codes <answers)" '10028 10028 10004 20007 10003'
    is "$(facts 'select(.call and .violation == null)|.call')" '"login"'
    is "$(facts 'select(.done)|.call')" '"login"'
}

@test "lenient: the strict checks are gone, blank number and password still count" {
    start --lenient
    login
    talk json 'Content-Type: text/plain' >answers <<END
extension/add {"number":1,"number":2,"shoe":"x"}
extension/add {}
extension/add {"dnd":"on"}
extension/add {"number":"3","registerpassword":""}
extension/add {"number"
END
    is "$(codes <answers)" 'Success 20007 10028 10004 10002'
    is "$(post extension/query '' | jq -c '[.extinfos[].extnumber]')" '["2"]'
    is "$(facts 'select(.call and .violation != null)')" ''
}

@test "duplicates, capacity, and what is absent" {
    start --duplicate-errno 10017 --capacity 2
    login
    talk >answers <<END
extension/add {"number":"1"}
extension/add {"number":"1","username":"changed"}
extension/query {"extid":"1"}
extension/add {"number":"01"}
extension/add {"number":"3"}
extension/add {"number":"1"}
extension/update {"extid":"1","extnumber":"01"}
extension/update {"extid":"9","dnd":"on"}
extension/update {"dnd":"on"}
extension/delete {"number":"9"}
extension/delete {"number":"9,1"}
END
    is "$(codes <answers)" \
        'Success 10017 Success Success 10087 10017 10017 10006 10028 10006 Success'
    is "$(jq -c '.extinfos//empty' answers)" '[{"extnumber":"1","status":"Unavailable"}]'
    is "$(facts 'select(.call=="add")|[.number,.done,.created]' | xargs)" \
        '[1,true,true] [1,false,false] [01,true,true] [3,false,false] [1,false,false]'
}

@test "a query for absent numbers in its three ways" {
    ask() {
        start "$@"
        login
        talk >answers <<END
extension/add {"number":"1"}
extension/query {"extid":"1,2"}
extension/query {"extid":"2,3"}
extension/query {"extid":"1"}
extension/query
END
        stop
        jq -c '.errno // [.extinfos[]?.extnumber]' answers | xargs
    }
    is "$(ask)" '[] [1] [] [1] [1]'
    is "$(ask --absent 10006)" '[] [1] 10006 [1] [1]'
    is "$(ask --absent 10006-any)" '[] 10006 10006 [1] [1]'
}

@test "calls that a firmware may lack" {
    start --no-query --no-apply --no-heartbeat
    login
    is "$(printf '%s\n' 'extension/query {"extid":"1"}' apply heartbeat 'extension/add {"number":"1"}' |
        talk | codes)" '10003 10003 10003 Success'
}

@test "state: kept over a restart; with --sync-state over a kill" {
    start --state state --sync-state
    login
    is "$(post extension/add '{"number":"7","username":"\"q\" \\ \n ü"}')" "$SUCCESS"
    is "$(add 9)" "$SUCCESS"
    is "$(post extension/update '{"extid":"9","extnumber":"10"}')" "$SUCCESS"
    kill -9 "$PID"
    wait "$PID" || true
    is "$(stat -c %a state.trail)" 600
    start --state state
    is "$(jq -r '.extensions[0].username' state)" $'"q" \\ \n ü'
    is "$(stat -c %a state)" 600
    login
    is "$(add 7)" "$(failed 10085)"
    is "$(add 8)" "$SUCCESS"
    stop
    is "$(jq -c '[.extensions[].number]' state)" '["7","10","8"]'
    [ ! -e state.trail ]
    echo '{"extensions":[{"number":"1"},{"number":"1"}]}' >state
    run "$PBXSIM" --port 0 --state state
    is "$status" 2
    [[ "$output" == *"a number occurs twice"* ]]
    echo '{"extensions":[{"number":null}]}' >state
    run "$PBXSIM" --port 0 --state state
    is "$status" 2
}

@test "killed between its work and the journal, it tells of it at the next start, once" {
    start --state state --sync-state
    login
    add 7 >/dev/null
    add 8 >/dev/null
    kill -9 "$PID"
    wait "$PID" || true
    truncate -s -70 journal # the line about 8 is cut in its middle, and so is a change after it
    printf '{"told":' >>state.trail
    start --state state --sync-state
    kill -9 "$PID"
    wait "$PID" || true
    start --state state --sync-state
    stop
    is "$(jq -c 'select(.number) | [.event, .number, .done, .created]' journal | xargs)" \
        '[null,7,true,true] [late,8,true,true]'
    is "$(jq -c '[.extensions[].number]' state)" '["7","8"]'
}

@test "the journal and --print hold no secrets" {
    start --print
    login
    post extension/add '{"number":"1","registerpassword":"Regpass1","loginpassword":"Logpass1","vmsecret":"424242"}'
    post extension/add '{"number":"1","registerpassword":"Regpass1"}'
    post extension/query '{"extid":"1"}' >/dev/null
    stop
    run ! grep -qE "Regpass1|Logpass1|424242|$TOKEN|$HASH" journal err out
    is "$(cat err)" $'1 login -: Success\n2 add 1: Success, created\n3 add 1: Failed 10085\n4 query 1: Success'
    is "$(facts 'select(.call)|keys' | sort -u)" \
        '["call","connection","created","done","errno","fault","http","inflight","number","request","result","seq","time","token","type","violation"]'
}

@test "bench: Success to all" {
    start --bench
    is "$(curl -sS -d x "$URL/extension/add" | jq -r .status)" Success
    is "$(curl -sS -d x "$URL/login" | jq -r '.token|length')" 32
    [[ "$(curl -sS -d x "$URL/apply?type=xml")" == *'<status>Success</status>'* ]]
}

@test "TLS" {
    command -v openssl >/dev/null || skip "no openssl command"
    openssl req -x509 -newkey rsa:2048 -nodes -keyout key -out cert -days 2 -subj /CN=localhost \
        -addext subjectAltName=IP:127.0.0.1 2>/dev/null
    start --tls-cert cert --tls-key key --fault 'heartbeat : reset-after'
    is "$(cat out)" "pbxsim: listening on https://127.0.0.1:$(cat port)"
    URL="https${URL#http}"
    export CURL_CA_BUNDLE="$PWD/cert"
    login
    is "$(add 1)" "$SUCCESS"
    run -56 post heartbeat '{}'
    run "$PBXSIM" --port 0 --tls-cert cert
    is "$status" 2
}

@test "SIGINT stops it well, with calls still waiting" {
    start --state state --fault 'add number=2 : latency=60000'
    login
    add 1
    add 2 -v >/dev/null 2>trace &
    waiting=$!
    until grep -q '^> POST' trace; do sleep 0.02; done
    kill -INT "$PID"
    wait "$PID"
    PID=
    wait "$waiting" || true
    is "$(jq -c '[.extensions[].number]' state)" '["1"]'
}
