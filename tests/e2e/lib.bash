# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What end-to-end tests share: a PBX simulator, a spool and a daemon in a folder of their own.
#
#   load lib
#
# A file of tests that needs more than lib_setup and lib_teardown has a setup and a teardown of its
# own, which call them.
#
# The daemon and the tool run without privileges, also where the tests run as root: otherwise no
# test of permissions could fail. The programs are copied beside the test's files, since a user
# without privileges need not be allowed into the build tree.
#
# lib_setup sets: ROOT (the source tree), WORLD (the test's folder), SPOOL, STATE, CONF, LOG (the
# daemon's), BIN (the programs), UNPRIVILEGED (a command prefix, empty where the tests have no
# privileges to drop).

# What no log, report, ledger or answer may show, beside tokens: the API's password, the MD5 of it
# that a login sends, and the password that the records have.
PBX_PASSWORD='Pbx-pw83!q'
SECRETS=("$PBX_PASSWORD" "$(printf '%s' "$PBX_PASSWORD" | md5sum | cut -c 1-32)" Aa1bcdefgh)

# Waits end after this many seconds: long, since valgrind and sanitizers are slow.
LIB_PATIENCE=180

lib_setup() {
    ROOT="$(realpath "$BATS_TEST_DIRNAME/../..")"
    WORLD="$BATS_TEST_TMPDIR/world"
    SPOOL="$WORLD/spool"
    STATE="$WORLD/state"
    CONF="$WORLD/extspoold.conf"
    LOG="$WORLD/log"
    BIN="$WORLD/tree/build"
    PBX_JOURNAL="$WORLD/journal"
    PBX_PORT=
    PBX_PID=
    PORT_PID=
    DAEMON_PID=
    UNPRIVILEGED=()
    mkdir -p "$BIN" || return 1
    (cd "$ROOT" && cp "${BUILD:-build}"/{extspoold,extspool,pbxsim,ledger_rows} "$BIN" &&
        cp -r schemas "$WORLD/tree/") || return 1
    printf '%s\n' "$PBX_PASSWORD" | tee "$WORLD/password" >"$WORLD/pbx-password"
    if [ "$(id -u)" = 0 ]; then
        UNPRIVILEGED=(setpriv --reuid=nobody --regid=nogroup --clear-groups --)
        chmod a+x "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR"/test
        chmod a+rx "$BATS_TEST_TMPDIR"
        chmod -R a+rX "$WORLD"
        chown nobody:nogroup "$WORLD" "$WORLD/password"
    fi
    chmod 0600 "$WORLD/password"
    cd "$WORLD" || return 1
}

# Ends what a test has started; shows the daemon's log, which bats prints when the test failed.
lib_teardown() {
    daemon_kill
    lib_end "$PBX_PID"
    lib_end "$PORT_PID"
    [ ! -e "$LOG" ] || cat "$LOG"
    ! lib_secrets_shown
}

setup() {
    lib_setup
}

teardown() {
    lib_teardown
}

# Secrets in what the daemon and the tool have written, bar originals, rejects and the folder
# secrets/. What looks like a token counts as one.
lib_secrets_shown() {
    local said found=1
    mapfile -t said < <(find "$LOG" "$WORLD/said" "$STATE" "$SPOOL/reports" -type f \
        ! -name '*.rejects.csv' ! -name key 2>/dev/null)
    [ "${#said[@]}" -gt 0 ] || return 1
    grep -aF -f <(printf '%s\n' "${SECRETS[@]}") "${said[@]}" && found=0
    grep -aE '(^|[^0-9a-f])[0-9a-f]{32}([^0-9a-f]|$)' "${said[@]}" && found=0
    [ "$found" = 1 ] || echo 'secrets are shown'
    return "$found"
}

# lib_until COMMAND…: waits until the command is true; false when it never was.
lib_until() {
    local end=$((SECONDS + LIB_PATIENCE))
    type -t "$1" >/dev/null || end=0
    until "$@"; do
        if [ "$SECONDS" -ge "$end" ]; then
            printf 'waited in vain for: %s\n' "$*"
            return 1
        fi
        sleep 0.02
    done
}

# ---- the PBX ----------------------------------------------------------------------------------

# pbxsim_start [OPTION…]: runs the simulator on a free port until it listens; sets PBX_PORT. What
# it created outlives it: `pbxsim_start --port "$PBX_PORT"` is the same PBX back again.
pbxsim_start() {
    rm -f "$WORLD/port"
    "$BIN/pbxsim" --port 0 --port-file "$WORLD/port" --state "$WORLD/pbx.json" --sync-state \
        --journal "$PBX_JOURNAL" --password-file "$WORLD/pbx-password" "$@" >>"$WORLD/pbxsim.out" 2>&1 3>&- &
    PBX_PID=$!
    if ! lib_until lib_pbxsim_listens; then
        cat "$WORLD/pbxsim.out"
        return 1
    fi
    PBX_PORT="$(cat "$WORLD/port")"
}

lib_pbxsim_listens() {
    [ -s "$WORLD/port" ] || ! kill -0 "$PBX_PID" 2>/dev/null
}

# Its port stays taken, so that it is refused there, and no PBX of another test gets the port: it
# would answer in its place. pbxsim_start --port "$PBX_PORT" may listen there again.
pbxsim_stop() {
    [ -n "$PBX_PID" ] || return 0
    lib_end "$PBX_PID"
    lib_end "$PORT_PID"
    PBX_PID=
    rm -f "$WORLD/taken"
    python3 -c 'import signal, socket, sys
taken = socket.socket()
taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
taken.bind(("127.0.0.1", int(sys.argv[1])))
open(sys.argv[2], "w").close()
signal.pause()' "$PBX_PORT" "$WORLD/taken" 3>&- &
    PORT_PID=$!
    lib_until test -e "$WORLD/taken"
}

lib_end() { # PID of a process of ours, or ''
    [ -n "$1" ] || return 0
    kill "$1" 2>/dev/null || true
    wait "$1" || true
}

# journal FILTER: what the PBX was asked, through jq; a compact line for each result.
journal() {
    jq -c "$1" "$PBX_JOURNAL"
}

# created: the numbers that the PBX created, sorted, on one line; one that it created twice stands
# there twice.
created() {
    jq -r 'select(.created) | .number' "$PBX_JOURNAL" | sort -n | xargs
}

# ---- the daemon -------------------------------------------------------------------------------

# conf_write [SECTION.KEY=VALUE…]: a configuration for this spool and PBX, with short times.
conf_write() {
    local -A value=(
        [spool.directory]="$SPOOL" [spool.settle]=50ms [spool.rescan]=1s
        [state.directory]="$STATE"
        [pbx.url]="http://127.0.0.1:${PBX_PORT:-1}" [pbx.username]=api
        [pbx.password_file]="$WORLD/password"
        [retry.first]=20ms [retry.most]=200ms
        [log.target]=stderr [log.level]=debug
    )
    local setting
    for setting; do
        value["${setting%%=*}"]="${setting#*=}"
    done
    for setting in "${!value[@]}"; do
        printf '%s %s=%s\n' "${setting%%.*}" "${setting#*.}" "${value[$setting]}"
    done | sort | awk '
        $1 != section { section = $1; print "[" section "]" }
        { sub(/^[^ ]+ /, ""); print }' >"$CONF"
}

# daemon_start [OPTION…]: runs the daemon until it can be asked.
daemon_start() {
    LIB_SOCKET_BEFORE="$(lib_socket)"
    "${UNPRIVILEGED[@]}" "$BIN/extspoold" -c "$CONF" "$@" >>"$LOG" 2>&1 3>&- &
    DAEMON_PID=$!
    lib_until lib_daemon_listens && kill -0 "$DAEMON_PID"
}

# Which socket lies there: one that a killed daemon left is another one.
lib_socket() {
    stat -c '%i %z' "$STATE/control.sock" 2>/dev/null || true
}

lib_daemon_listens() {
    local now
    kill -0 "$DAEMON_PID" 2>/dev/null || return 0
    now="$(lib_socket)"
    [ -n "$now" ] && [ "$now" != "$LIB_SOCKET_BEFORE" ]
}

# daemon_stop: asks it to end, as systemd does. The status is the daemon's.
daemon_stop() {
    local pid="$DAEMON_PID"
    DAEMON_PID=
    kill "$pid"
    wait "$pid"
}

# daemon_kill: as a power cut would end it.
daemon_kill() {
    [ -n "$DAEMON_PID" ] || return 0
    kill -KILL "$DAEMON_PID" 2>/dev/null || true
    wait "$DAEMON_PID" 2>/dev/null || true
    DAEMON_PID=
}

# ledger_rows ID: the rows that the ledger has, while no daemon runs (see ledger_rows.c). Of a copy,
# since opening it is already what a start after a kill does.
ledger_rows() {
    local copy="$WORLD/ledger-copy"
    rm -rf "$copy"
    mkdir "$copy" && cp "$STATE"/ledger.db* "$STATE/key" "$copy" && "$BIN/ledger_rows" "$copy" "$1"
}

# daemon_once [OPTION…]: runs it with --once. The status is the daemon's.
daemon_once() {
    "${UNPRIVILEGED[@]}" "$BIN/extspoold" -c "$CONF" --once "$@" >>"$LOG" 2>&1 3>&-
}

# extspool ARGUMENT…: the operator's tool with this configuration, as the daemon's user. What it
# says is kept, but for `parse`, which prints records, and `import`, which may be sent signals.
extspool() {
    local tool=("${UNPRIVILEGED[@]}" "$BIN/extspool" -c "$CONF") say="$WORLD/say.$BASHPID" status=0
    if [ "$1" = parse ] || [ "$1" = import ]; then
        "${tool[@]}" "$@" 3>&-
        return
    fi
    "${tool[@]}" "$@" >"$say.out" 2>"$say.err" 3>&- || status=$?
    cat "$say.out" "$say.err" >>"$WORLD/said"
    cat "$say.out"
    cat "$say.err" >&2
    return "$status"
}

# logged TEXT: the daemon's log has it.
logged() {
    grep -qF -e "$1" "$LOG"
}

# ---- files ------------------------------------------------------------------------------------

# drop FILE [NAME]: puts a copy into incoming/ at one stroke; - is standard input.
drop() {
    local name="${2:-$(basename "$1")}"
    [ -d "$SPOOL/incoming" ] || "${UNPRIVILEGED[@]}" mkdir -p "$SPOOL/incoming"
    cat -- "$1" >"$SPOOL/incoming/.drop.tmp"
    chmod 0644 "$SPOOL/incoming/.drop.tmp"
    mv -- "$SPOOL/incoming/.drop.tmp" "$SPOOL/incoming/$name"
}

# records FIRST LAST: a CSV file with these numbers, each with what a record needs.
records() {
    local number
    printf 'number,registerpassword\n'
    for ((number = $1; number <= $2; number++)); do
        printf '%d,Aa1bcdefgh\n' "$number"
    done
}

# report_path NAME [ENDING]: of the newest report of a file dropped as NAME; nothing when there
# is none. ENDING is .json when it is not given.
report_path() {
    local stem="${1%.*}" path
    for path in "$SPOOL/reports"/[0-9]*-"$stem${2:-.json}"; do
        [ -e "$path" ] && printf '%s\n' "$path"
    done | sort | tail -n 1 | grep .
}

# wait_report NAME: until the report of a file dropped as NAME is there.
wait_report() {
    lib_until lib_report_stands "$1" && report_path "$1" >/dev/null
}

lib_report_stands() {
    report_path "$1" >/dev/null || { [ -n "$DAEMON_PID" ] && ! kill -0 "$DAEMON_PID"; }
}

# report NAME FILTER: the report of a file dropped as NAME, through jq; a line for each result,
# texts without quotes.
report() {
    jq -rc "$2" "$(report_path "$1")"
}

# is GOT WANTED: they are the same text.
is() {
    if [ "$1" != "$2" ]; then
        printf 'got  %s\nwant %s\n' "$1" "$2"
        return 1
    fi
}

# has TEXT PART: the part occurs in the text.
has() {
    if [[ "$1" != *"$2"* ]]; then
        printf 'got  %s\nlacks %s\n' "$1" "$2"
        return 1
    fi
}

# watches_take USER: programs run as this user from now on, who may watch nothing more: all inotify
# instances are taken, by the process WATCHES_HOLDER.
watches_take() {
    UNPRIVILEGED=(setpriv --reuid="$1" --regid="$1" --clear-groups --)
    chown "$1:$1" "$WORLD" "$WORLD/password"
    "${UNPRIVILEGED[@]}" /usr/bin/python3 -c '
import ctypes, sys, time
while ctypes.CDLL(None).inotify_init() >= 0: pass
open(sys.argv[1], "w").close()
time.sleep(600)' "$WORLD/taken" 3>&- &
    # shellcheck disable=SC2034 # the test ends it
    WATCHES_HOLDER=$!
    lib_until test -e "$WORLD/taken"
}
