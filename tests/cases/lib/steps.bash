# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The world of a case, and the steps that a case may take.

PATIENCE=30 # seconds; long, since valgrind and sanitizers are slow

# A pause without a process of its own: nothing ever comes from there.
exec {NOTHING}<> <(:)
nap() {
    read -rt 0.01 -u "$NOTHING"
}

# until_true COMMAND…: waits until the command is true; false when it never was.
until_true() {
    local end=$((SECONDS + PATIENCE))
    until "$@"; do
        if [ "$SECONDS" -ge "$end" ]; then
            printf 'waited in vain for: %s\n' "$*"
            return 1
        fi
        nap
    done
    return 0
}

# ---- the PBX ----------------------------------------------------------------------------------

# pbx_start [OPTION…]: on the port that it had before, with the extensions that it had before.
pbx_start() {
    [ ! -e "$WORLD/port" ] || rm "$WORLD/port"
    (cd "$CASE" && exec "$BIN/pbxsim" --port "$PBX_PORT" --port-file "$WORLD/port" \
        --password-file "$WORLD/pbx-password" --state "$WORLD/pbx.json" --sync-state \
        --journal "$JOURNAL" "$@") >>"$WORLD/pbxsim.out" 2>&1 &
    PBX_PID=$!
    until_true pbx_listens && [ -s "$WORLD/port" ] || { cat "$WORLD/pbxsim.out"; return 1; }
    read -r PBX_PORT <"$WORLD/port"
}

pbx_listens() {
    [ -s "$WORLD/port" ] || ! kill -0 "$PBX_PID" 2>/dev/null
}

pbx_stop() {
    [ -n "$PBX_PID" ] || return 0
    kill "$PBX_PID" 2>/dev/null
    wait "$PBX_PID"
    PBX_PID=
}

# ---- the world --------------------------------------------------------------------------------

conf_write() {
    local setting section
    for section in spool import pbx retry report secrets state log metrics; do
        printf '[%s]\n' "$section"
        for setting in "${!SETTING[@]}"; do
            [ "${setting%%.*}" != "$section" ] ||
                printf '%s=%s\n' "${setting#*.}" "${SETTING[$setting]}"
        done
    done >"$CONF"
}

# conf_set LINE…: "section.key=value"; @CASE@, @WORLD@ and @PORT@ stand for what they say.
conf_set() {
    local line
    for line; do
        line="${line//@CASE@/$CASE}"
        line="${line//@WORLD@/$WORLD}"
        line="${line//@PORT@/$PBX_PORT}"
        SETTING["${line%%=*}"]="${line#*=}"
    done
    conf_write
}

conf_default() {
    SETTING=(
        [spool.directory]="$SPOOL" [spool.settle]=20ms
        [state.directory]="$STATE"
        [pbx.url]="http://127.0.0.1:$PBX_PORT" [pbx.username]=api
        [pbx.password_file]="$WORLD/password"
        [retry.first]=20ms [retry.most]=100ms
        [log.target]=stderr [log.level]=debug
    )
}

# The files that the case drops: drop/, in.csv, or what gen makes.
input_make() {
    [ ! -d "$CASE/drop" ] || cp -r "$CASE/drop/." "$WORLD/drop/" || return 1
    [ ! -e "$CASE/in.csv" ] || cp "$CASE/in.csv" "$WORLD/drop/" || return 1
    [ ! -e "$CASE/gen" ] || (cd "$WORLD/drop" && bash "$CASE/gen")
}

world_make() {
    local options=() lines=()
    umask 022
    : >"$LOG"
    : >"$WORLD/dropped"
    : >"$WORLD/forgotten" # imports that the ledger does not know any more
    umask 077
    # one key for all, so that keyed digests are the same in every run
    mkdir "$STATE" && printf '%032d' 7 >"$STATE/key" || return 1
    printf '%s\n' "$PBX_PASSWORD" >"$WORLD/password"
    printf '%s\n' "$PBX_PASSWORD" >"$WORLD/pbx-password"
    umask 022
    [ ! -e "$CASE/pbx.json" ] || cp "$CASE/pbx.json" "$WORLD/pbx.json" || return 1
    input_make || return 1
    # shellcheck disable=SC2207 # options are words
    [ ! -e "$CASE/pbx" ] || options=($(<"$CASE/pbx"))
    [ ! -e "$CASE/script" ] || options+=(--script "$CASE/script")
    pbx_start "${options[@]}" || return 1
    conf_default
    [ ! -e "$CASE/schema.json" ] || conf_set "import.schema=$CASE/schema.json"
    [ ! -e "$CASE/conf" ] || mapfile -t lines <"$CASE/conf"
    conf_set "${lines[@]}"
}

# ---- the steps --------------------------------------------------------------------------------

# note STATUS WORD…: the exit status of a step, for want.exit.
note() {
    printf '%s\n' "$*" >>"$GOT/want.exit"
}

# drop [FILE]…: puts files into incoming/, all when none is named. No daemon runs meanwhile.
step_drop() {
    cd "$WORLD/drop" || return 1
    shopt -s dotglob
    [ $# -gt 0 ] || set -- *
    shopt -u dotglob
    sha256sum -- "$@" >>"$WORLD/dropped"
    cp -t "$SPOOL/incoming" -- "$@" && cd "$WORLD" || return 1
}

daemon() {
    "$BIN/extspoold" -c "$CONF" --once >>"$LOG" 2>&1
}

results_last() {
    local results=("$SPOOL"/reports/*.results.csv)
    printf '%s' "${results[-1]}"
}

# What the dry run says of the files that lie in incoming/, where there is but one that no other
# import is in the way of: a plan tells nothing of files that are taken up together.
plan_make() {
    local files=("$SPOOL"/incoming/*)
    [ ${#files[@]} = 1 ] && [ -f "${files[0]}" ] && [ -z "$PLAN" ] || return 0
    PLAN="$WORLD/plan"
    PLANNED_BEHIND="$(results_last)"
    "$BIN/extspool" -c "$CONF" check --plan --json "${files[0]}" >"$PLAN" 2>"$WORLD/plan.said"
}

# Compares it with the results of the import that came of it: the one with the greatest id.
plan_check() {
    local results
    results="$(results_last)"
    [ -s "$PLAN" ] && [ "$results" != "$PLANNED_BEHIND" ] && [ ! -e "$CASE/no-plan" ] || return 0
    jq -R -r -n --slurpfile plan "$PLAN" -f "$LIB/plan.jq" "$results" >>"$WORLD/plan.wrong"
    PLAN=
}

# run: the daemon, with --once.
step_run() {
    plan_make
    daemon
    note $? run
    plan_check
}

# calls_reach COUNT CALL: the PBX was asked so often, or the daemon has ended.
calls_reach() {
    [ "$(grep -c "\"call\":\"$2\"" "$JOURNAL")" -ge "$1" ] || ! kill -0 "$DAEMON_PID" 2>/dev/null
}

# end_after SIGNAL COUNT CALL: runs the daemon until the PBX was asked so often, then signals.
end_after() {
    local status
    "$BIN/extspoold" -c "$CONF" --once >>"$LOG" 2>&1 &
    DAEMON_PID=$!
    until_true calls_reach "$2" "$3" || return 1
    kill -"$1" "$DAEMON_PID" 2>/dev/null || { echo "it ended before it could be ended"; return 1; }
    wait "$DAEMON_PID" 2>/dev/null
    status=$?
    DAEMON_PID=
    return "$status"
}

# kill-after COUNT CALL: the daemon dies as in a power cut.
step_kill_after() {
    end_after KILL "$@"
    [ $? = 137 ]
}

# stop-after COUNT CALL: the daemon is asked to end, as systemd does.
step_stop_after() {
    end_after TERM "$@"
    note $? stop
}

# For promises.jq: from here on, numbers may be asked for again.
anew() {
    echo '{"event":"anew"}' >>"$JOURNAL"
}

# extspool ARGUMENT…: the operator's tool; what it says goes to want.out.
step_extspool() {
    [ "$1" != retry ] || anew
    "$BIN/extspool" -c "$CONF" "$@" >>"$WORLD/out" 2>&1
    note $? extspool "$@"
}

step_pbx_stop() { pbx_stop; }
step_pbx_start() { pbx_start "$@"; }

# conf KEY=VALUE…: changes the configuration; another url is another PBX to the daemon.
step_conf() {
    [[ "$*" != *pbx.url=* ]] || anew
    conf_set "$@"
}

step_password() { printf '%s\n' "$1" >"$WORLD/password"; }
step_password_right() { cp "$WORLD/pbx-password" "$WORLD/password"; }
step_password_gone() { rm "$WORLD/password"; }

# pbx-lose NUMBER…: extensions are deleted on the PBX. It comes back without options.
step_pbx_lose() {
    local number
    pbx_stop
    for number; do
        jq --arg n "$number" '.extensions |= map(select(.number != $n))' "$WORLD/pbx.json" \
            >"$WORLD/pbx.new" && mv "$WORLD/pbx.new" "$WORLD/pbx.json" || return 1
        echo "{\"event\":\"lost\",\"number\":\"$number\"}" >>"$JOURNAL"
    done
    pbx_start || return 1
    anew
}

# ledger-lost: the ledger is gone; its key, a file of its own, is still there.
step_ledger_lost() {
    find "$SPOOL/reports" -name '*.json' -printf '%.6f\n' >>"$WORLD/forgotten"
    rm "$STATE"/ledger.db*
}

# report ID NAME: the report of import ID as it is now is wanted as want.NAME.json.
step_report() {
    jq -r 'del(.file.sha256, .file.choices, .started, .finished) | (del(.problems) | tojson), (.problems[] | tojson)' \
        "$SPOOL/reports/$(printf '%06d' "$1")"-*.json >"$GOT/want.$2.json"
}

# take-rejects ID FILE: the rejects of import ID become a file of the input.
step_take_rejects() {
    cp "$SPOOL/reports/$(printf '%06d' "$1")"-*.rejects.csv "$WORLD/drop/$2"
}

# edit FILE SCRIPT: changes a file of the input, before it is dropped once more.
step_edit() { sed -i "$2" "$WORLD/drop/$1"; }

steps_run() {
    local line word=()
    [ -e "$CASE/steps" ] || { step_drop && step_run; return; }
    while IFS= read -r -u 9 line; do
        [ -n "$line" ] && [ "${line:0:1}" != '#' ] || continue
        read -ra word <<<"$line"
        "step_${word[0]//-/_}" "${word[@]:1}" || { echo "step '$line' failed"; return 1; }
    done 9<"$CASE/steps"
}
