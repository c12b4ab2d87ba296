# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs the PBX simulator for a test, and calls it with curl.
# shellcheck disable=SC2034,SC2154 # read and set by the tests

setup() {
    PBXSIM="${BUILD:-build}/pbxsim"
    cd "$BATS_TEST_DIRNAME/../.." || return 1
    PBXSIM="$(realpath "$PBXSIM")"
    cd "$BATS_TEST_TMPDIR" || return 1
    HASH="$(printf secret | md5sum | cut -c1-32)"
    LOGIN="{\"username\":\"api\",\"password\":\"$HASH\",\"port\":\"8260\"}"
    JSON='Content-Type: application/json; charset=utf-8'
    XML='Content-Type: application/xml'
    PID=
}

teardown() {
    if [ -n "$PID" ]; then
        kill "$PID" 2>/dev/null || true
        wait "$PID" || true
    fi
}

# start [OPTION…]: runs the simulator until it listens.
start() {
    rm -f port
    "$PBXSIM" --port 0 --port-file port --journal journal "$@" >out 2>err 3>&- &
    PID=$!
    until [ -e port ]; do
        kill -0 "$PID" || return 1
        sleep 0.01
    done
    URL="http://127.0.0.1:$(cat port)/api/v0.0.1"
}

stop() {
    kill "$PID"
    wait "$PID"
    PID=
}

# post CALL BODY [CURL-OPTION…]: a JSON call with the token.
post() {
    curl -sS -m 20 -H "$JSON" -d "$2" "$URL/$1?token=$TOKEN&type=json" "${@:3}"
}

post_xml() {
    curl -sS -m 20 -H "$XML" -d "$2" "$URL/$1?token=$TOKEN&type=xml" "${@:3}"
}

# talk: makes a JSON call for each line "CALL BODY" of standard input, all by one curl on one
# connection, and says an answer a line. talk_xml: the same in XML, without the XML declaration.
talk() {
    local type="${1:-json}" header="${2:-$JSON}" call body arguments=()
    while read -r call body; do
        arguments+=(--next -sS -m 20 -w '\n' -H "$header" -d "$body")
        arguments+=("$URL/$call?token=$TOKEN&type=$type")
    done
    curl "${arguments[@]:1}"
}

talk_xml() {
    talk xml "$XML" | grep -v -e '^<?xml' -e '^$'
}

# codes: of each answer its errno, or its status without one.
codes() {
    jq -r '.errno // .status' | xargs
}

login() {
    TOKEN="$(curl -sS -H "$JSON" -d "$LOGIN" "$URL/login" | jq -r .token)"
}

record() {
    printf '{"number":"%s","registerpassword":"Abc12345"}' "$1"
}

add() {
    post extension/add "$(record "$1")" "${@:2}"
}

# add_each NUMBER…: the codes of the answers.
add_each() {
    local number
    for number; do
        echo "extension/add $(record "$number")"
    done | talk | codes
}

# facts FILTER: the journal through jq, one compact line for each result.
facts() {
    jq -c "$1" journal
}

is() {
    if [ "$1" != "$2" ]; then
        printf 'got  %s\nwant %s\n' "$1" "$2"
        return 1
    fi
}

SUCCESS='{"status":"Success"}'
failed() {
    printf '{"status":"Failed","errno":"%s"}' "$1"
}
