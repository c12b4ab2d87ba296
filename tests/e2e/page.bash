# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034 # its results are for others
# What tests of the status page share, beside lib.bash: it is started, asked and followed.

TOKEN=a-token-of-twenty-one
HELPERS=()

page_setup() {
    SECRETS+=("$TOKEN")
    echo "$TOKEN" | "${UNPRIVILEGED[@]}" tee "$WORLD/token" >/dev/null
}

page_teardown() {
    local pid
    for pid in "${HELPERS[@]}"; do
        kill "$pid" 2>/dev/null || true
    done
}

# page_start [SECTION.KEY=VALUE…]: a daemon with a page, on a free port if nothing else is said; sets
# PAGE, its URL.
page_start() {
    conf_write status.listen=127.0.0.1:0 "$@"
    daemon_start
    page_wait 1
}

# page_wait N: until it is served for the N-th time.
page_wait() {
    lib_until served_times "$1"
    PAGE=$(sed -nE 's/.* is served at (http[^ ,]*)\/.*/\1/p' "$LOG" | tail -n 1)
}

served_times() {
    [ "$(grep -c 'the status page is served at ' "$LOG")" -ge "$1" ]
}

# get PATH [OPTION…]: what is answered, without its head.
get() {
    curl -sS --max-time "$LIB_PATIENCE" "${@:2}" "$PAGE$1"
}

# status PATH [OPTION…]: the answer's status alone.
status() {
    get "$1" -o /dev/null -w '%{http_code}' "${@:2}"
}

shows() { # TEXT [OPTION…]
    [[ $(get / "${@:2}") == *"$1"* ]]
}

answers() { # STATUS PATH [OPTION…]
    [ "$(status "${@:2}")" = "$1" ]
}

# follow FILE [OPTION…]: a stream of events into a file, from its first event on; sets FOLLOWER.
follow() {
    curl -sSN "${@:2}" "$PAGE/events" >"$1" 2>"$1.err" 3>&- &
    FOLLOWER=$!
    HELPERS+=("$FOLLOWER")
    lib_until grep -q '^event: status' "$1"
}

# The head of an answer, a header a line.
head_of() {
    get "$1" -o /dev/null -D - "${@:2}" | tr -d '\r'
}

has_ended() {
    ! kill -0 "$1" 2>/dev/null
}
