# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034 # its results are for others
# What the benchmarks share. Each theme is a program of its own, `tests/bench/THEME BUILD`, that
# prints a Markdown table; tests/bench/run runs them all into one.
#
# From the environment: QUICK=1 takes small sizes and one round, ROUNDS=N other rounds than 5,
# BENCH_AS a command that runs client and server, such as `chrt -f 5` where the machine has other
# things to do.
#
# A theme calls `theme "$@"` first, which sets: root (the source tree), build (the programs), bin
# (the helpers, compiled), world (a folder of its own, removed at the end), rounds, and client and
# server, the commands that pin either to a core of its own.

spool=
flight=8
url=
client=()
server=()
sink_pid=
daemon_pid=
rounds=5

# compile NAME [LIBRARY]: a helper of this folder, when it is older than its source.
compile() {
    local from=$root/tests/bench/$1.c
    [ "$bin/$1" -nt "$from" ] ||
        "${CC:-gcc}" -std=gnu17 -D_GNU_SOURCE -O2 -Wall -Wextra -Wconversion -Wshadow -Werror \
            -o "$bin/$1" "$from" "${@:2}"
}

theme_end() {
    daemon_stop KILL
    sink_stop
    rm -rf "$world"
}

pin() {
    local as=()
    read -ra as <<<"${BENCH_AS:-}"
    client=("${as[@]}")
    server=("${as[@]}")
    if [ "$(nproc)" -ge 2 ]; then
        client+=(taskset -c 0)
        server+=(taskset -c 1)
    fi
}

theme() {
    local name=${0##*/}
    root=$(realpath "$(dirname "$0")/../..")
    build=$(cd "$root" && realpath -m "${1:-/nowhere}")
    if [ ! -x "$build/extspoold" ]; then
        echo "usage: tests/bench/$name BUILD: there is no program in '${1:-}'" >&2
        exit 2
    fi
    bin=$build/bench
    world=$bin/world.$name
    spool=$world/spool
    rounds=${ROUNDS:-$(size 5 1)}
    rm -rf "$world"
    mkdir -p "$world"
    trap theme_end EXIT
    pin
    compile sink
    compile measure
    compile drop
    compile ready
    compile bare -lcurl-gnutls
    compile bare_csv -lcsv
    [ -n "${BENCH_ONE_TABLE:-}" ] || table_head
}

# ---- what is printed -------------------------------------------------------------------------

table_head() {
    printf '| what | figure | wanted | met | of which |\n|---|---|---|---|---|\n'
}

# result WHAT FIGURE WANTED [OF-WHICH]: a line of the table. WANTED is like '>= 0.85', or empty.
result() {
    local met=
    if [ -n "$3" ]; then
        met=$(awk -v a="$2" -v op="${3% *}" -v b="${3#* }" \
            'BEGIN { print (op == ">=" ? a + 0 >= b + 0 : a + 0 <= b + 0) ? "yes" : "no" }')
    fi
    printf '| %s | %s | %s | %s | %s |\n' "$1" "$2" "$3" "$met" "${4:-}"
}

# note WHAT REASON: a line of the table for what was not measured.
note() {
    printf '| %s | not measured | | | %s |\n' "$1" "$2"
}

say() {
    echo "bench: $*" >&2
}

# ---- figures ---------------------------------------------------------------------------------

# size FULL QUICK: the one that this run takes.
size() {
    if [ -n "${QUICK:-}" ]; then echo "$2"; else echo "$1"; fi
}

# median NUMBER…
median() {
    printf '%s\n' "$@" | sort -g | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

# calc EXPRESSION [FORMAT]: of numbers; two decimals where no format says otherwise.
calc() {
    awk "BEGIN { printf \"${2:-%.2f}\", $1 }"
}

# thousands NUMBER: 20000 as 20,000.
thousands() {
    sed -E ':a; s/([0-9])([0-9]{3})(,|$)/\1,\2\3/; ta' <<<"$1"
}

# ---- the server ------------------------------------------------------------------------------

# sink LATENCY [OPTION…]: starts it; sets url.
sink() {
    rm -f "$world/port"
    "${server[@]}" "$bin/sink" "$@" >"$world/port" &
    sink_pid=$!
    until [ -s "$world/port" ]; do sleep 0.02; done
    url=http://127.0.0.1:$(cat "$world/port")
}

sink_stop() {
    [ -n "$sink_pid" ] || return 0
    kill "$sink_pid"
    wait "$sink_pid" 2>/dev/null || true
    sink_pid=
}

# sink_times NAME: what the server says of first, first_add, last_add or adds.
sink_times() {
    curl -s "$url/times" | sed -n "s/^$1=//p"
}

sink_forget() {
    curl -s -X DELETE "$url/times" >/dev/null
}

# sink_wait ADDS: until so many were answered.
sink_wait() {
    until [ "$(sink_times adds)" -ge "$1" ]; do sleep 0.05; done
}

# ---- the daemon ------------------------------------------------------------------------------

# conf: a spool, a state and a configuration that nobody has used.
conf() {
    rm -rf "$spool" "$world/state"
    mkdir -p "$spool/incoming" "$spool/reports"
    echo secret >"$world/password"
    cat >"$world/conf" <<END
[spool]
directory=$spool
ready=rename
[import]
schema=$root/schemas/extension.json
[pbx]
url=$url
username=api
password_file=$world/password
concurrency=$flight
[state]
directory=$world/state
[log]
target=stderr
END
    sync -f "$world"
}

# took NAME: of what measure has written.
took() {
    sed -n "s/^$1=//p" "$world/took"
}

# once ROWS [OUTCOME]: imports all that lies in the spool; what it took can be asked of took. Sets
# to_report: seconds from the start of the process until the last report had its name.
once() {
    local last
    sync -f "$world"
    "${client[@]}" "$bin/measure" "$world/took" "$build/extspoold" -c "$world/conf" --once \
        2>"$world/log"
    last=$(find "$spool/reports" -name '*.json' -printf '%C@\n' | sort -g | tail -n 1)
    to_report=$(calc "$last - $(took began)" %.6f)
    reported "$1" "${2:-created}"
}

# reported ROWS OUTCOME: ends the benchmark when the reports say otherwise. They are removed.
reported() {
    local sum
    sum=$(find "$spool/reports" -name '*.json' -print0 | xargs -0 cat |
        jq -s --arg outcome "$2" '[.[].counts[$outcome]] | add')
    if [ "$sum" != "$1" ]; then
        echo "of $1 rows $sum are $2:" >&2
        tail -n 5 "$world/log" >&2
        exit 1
    fi
    find "$spool/reports" -type f -delete
}

daemon_start() {
    "${client[@]}" "$build/extspoold" -c "$world/conf" 2>>"$world/log" &
    daemon_pid=$!
}

# daemon_idle: until it is, after a start.
daemon_idle() {
    until "$build/extspool" -c "$world/conf" status >/dev/null 2>&1; do sleep 0.05; done
    sleep 1
}

# daemon_stop SIGNAL
daemon_stop() {
    [ -n "$daemon_pid" ] || return 0
    kill -s "$1" "$daemon_pid"
    wait "$daemon_pid" 2>/dev/null || true
    daemon_pid=
}

# drop FILE NAME: into incoming/; sets dropped and reported_at when its report is there.
drop() {
    "$bin/drop" "$1" "$spool/incoming/$2" "$spool/reports" >"$world/dropped" || exit 1
    dropped=$(sed -n 's/^dropped=//p' "$world/dropped")
    reported_at=$(sed -n 's/^reported=//p' "$world/dropped")
}

# ---- rows ------------------------------------------------------------------------------------

# rows_to FILE ROWS [AFTER]: so many people, whose numbers begin behind AFTER.
rows_to() {
    awk -v rows="$2" -v after="${3:-0}" -f "$root/tests/bench/rows.awk" >"$1"
}

# split_rows FILE EACH ROWS: the first ROWS of it into incoming/, as files of EACH.
split_rows() {
    awk -v rows="$3" -v each="$2" -v into="$spool/incoming" '
        NR == 1 { head = $0; next }
        NR - 2 == rows { exit }
        (NR - 2) % each == 0 {
            if (file) close(file)
            file = sprintf("%s/people%07d.csv", into, NR)
            print head >file
        }
        { print >file }' "$1"
}

# body_to FILE: what the daemon posts for the first row.
body_to() {
    rows_to "$world/one.csv" 1
    jq -jRs 'split("\n") | map(split(",")) | [.[0], .[1]] | transpose
        | map({(.[0]): .[1]}) | add | tojson' "$world/one.csv" >"$1"
}

# ---- the yardstick ---------------------------------------------------------------------------

# bare CALLS: posts them; sets bare_rate; its CPU can be asked of took.
bare() {
    local token=00112233445566778899aabbccddeeff
    [ -e "$world/body" ] || body_to "$world/body"
    bare_rate=$("${client[@]}" "$bin/measure" "$world/took" "$bin/bare" \
        "$url/api/v0.0.1/extension/add?token=$token&type=json" "$1" "$flight" "$world/body")
}
