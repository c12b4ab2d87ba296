#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The file of metrics: what it says, and that nothing depends on it.
# shellcheck disable=SC2154 # run sets output

bats_require_minimum_version 1.5.0
load lib

setup() {
    lib_setup
    FILE="$WORLD/collector/extspoold.prom"
    "${UNPRIVILEGED[@]}" mkdir "$WORLD/collector"
}

# value NAME [LABELS]: of a metric, as it stands in the file.
value() {
    local labels=${2:-}
    labels='{daemon="extspoold"'${labels:+,}${labels#\{}
    awk -v want="extspoold_$1${labels%\}}}" '$1 == want { print $2 }' "$FILE"
}

tells() {
    [ "$(value "$1" "${2:-}" 2>/dev/null)" = "$3" ]
}

@test "an import shows in the file, which others may read" {
    pbxsim_start
    conf_write metrics.textfile="$FILE"
    { records 2001 2003; echo 2004,; } | drop - people.csv
    printf '\n' | drop - empty.csv
    run -1 daemon_once
    is "$(stat -c %a "$FILE")" 644
    is "$(ls -A "$WORLD/collector")" extspoold.prom
    is "$(value files_claimed_total)" 2
    is "$(value files_rejected_total '{code="empty-file"}')" 1
    is "$(value files_rejected_total '{code="not-csv"}')" 0
    is "$(value imports_total '{state="done"}')" 1
    is "$(value imports_total '{state="rejected"}')" 1
    is "$(value rows_total '{outcome="created"}')" 3
    is "$(value rows_total '{outcome="invalid"}')" 1
    is "$(value rows_total '{outcome="failed"}')" 0
    is "$(value calls_total '{call="login",class="2xx"}')" 1
    is "$(value calls_total '{call="add",class="2xx"}')" 3
    is "$(value answers_total '{call="add",verdict="good"}')" 3
    is "$(value call_duration_seconds_count '{call="add"}')" 3
    is "$(value call_duration_seconds_bucket '{call="add",le="+Inf"}')" 3
    is "$(value imports '{state="held"}')" 0
    is "$(value waiting)" 0
    is "$(value running)" 0
    is "$(value imports_oldest_timestamp_seconds)" ""
    local success now
    success=$(grep -oP 'last_success_timestamp_seconds\{daemon="extspoold",profile="[^"]+"\} \K[0-9]+' "$FILE")
    now=$(date +%s)
    [ $((now - success)) -lt 600 ] && [ "$success" -le "$now" ]
}

@test "holds, waits and the PBX's faults have their numbers" {
    pbxsim_start --capacity 1
    conf_write metrics.textfile="$FILE" import.max_invalid=20% pbx.concurrency=1
    printf 'number,registerpassword\n3001,\n' | drop - held.csv
    run -2 daemon_once
    is "$(value imports '{state="held"}')" 1
    is "$(value imports_held '{code="max-invalid"}')" 1
    is "$(value imports_held '{code="operator-hold"}')" 0
    is "$(value imports_total '{state="held"}')" 1
    conf_write metrics.textfile="$FILE"
    drop <(records 2001 2002) wait.csv
    run -2 daemon_once
    is "$(value waiting)" 1
    [[ $(value waiting_since_timestamp_seconds) =~ ^[0-9]+\.[0-9]{3}$ ]]
    [[ $(value imports_oldest_timestamp_seconds) =~ ^[0-9]+\.[0-9]{3}$ ]]
    is "$(value imports '{state="sending"}')" 1
    [ "$(value answers_total '{call="add",verdict="not-now"}')" -ge 1 ]
    pbxsim_stop
    run -2 daemon_once
    [ "$(value calls_total '{call="login",class="refused"}')" -ge 1 ]
    is "$(value calls_total '{call="login",class="2xx"}')" 0
}

@test "calls are counted by what became of them, and rows once" {
    pbxsim_start --fault 'add number=2001 times=1 : status=503' \
        --fault 'add number=2002 times=1 : reset-after'
    conf_write metrics.textfile="$FILE" pbx.concurrency=1
    drop <(records 2001 2003) in.csv
    run -0 daemon_once
    is "$(value calls_total '{call="add",class="5xx"}')" 1
    is "$(value calls_total '{call="add",class="broken"}')" 1
    is "$(value calls_total '{call="add",class="2xx"}')" 2
    is "$(value answers_total '{call="add",verdict="bad"}')" 2
    is "$(value calls_total '{call="query",class="2xx"}')" \
        "$(journal 'select(.call == "query")' | wc -l)"
    is "$(value rows_total '{outcome="created"}')" 3
    is "$(value imports_total '{state="done"}')" 1
}

@test "it is there while the daemon runs, and says so when it ended" {
    pbxsim_start
    conf_write metrics.textfile="$FILE"
    daemon_start
    lib_until tells running '' 1
    is "$(value build_info "{version=\"$("$BIN/extspoold" --version | cut -d ' ' -f 2)\"}")" 1
    is "$(value watch_mode '{mode="inotify"}')" 1
    is "$(value watch_mode '{mode="polling"}')" 0
    is "$(value config_last_reload_successful)" 1
    drop <(records 2001 2001) in.csv
    wait_report in.csv
    echo '[nothing]' >>"$CONF"
    kill -HUP "$DAEMON_PID"
    lib_until logged 'the new configuration is refused'
    daemon_stop
    is "$(value running)" 0
    is "$(value rows_total '{outcome="created"}')" 1
    is "$(value config_last_reload_successful)" 0
}

@test "a new file takes the place of the old one, and of what a kill has left" {
    pbxsim_start
    conf_write metrics.textfile="$FILE"
    echo old | "${UNPRIVILEGED[@]}" tee "$FILE" "$WORLD/collector/.extspoold.prom.tmp" >/dev/null
    run -0 daemon_once
    is "$(value running)" 0
    is "$(ls -A "$WORLD/collector")" extspoold.prom
    is "$(grep -cx old "$FILE")" 0
}

@test "a folder that cannot be written harms no import and is told once" {
    pbxsim_start
    conf_write metrics.textfile="$WORLD/nowhere/extspoold.prom"
    drop <(records 2001 2002) in.csv
    run -0 daemon_once
    is "$(created)" "2001 2002"
    is "$(grep -c 'metrics cannot be written: ' "$LOG")" 1
    logged "$WORLD/nowhere"
}

@test "without a file named none is written, and the tool writes none" {
    pbxsim_start
    conf_write
    drop <(records 2001 2001) in.csv
    run -0 daemon_once
    conf_write metrics.textfile="$FILE"
    run extspool status
    run extspool hold 1
    is "$(ls -A "$WORLD/collector")" ""
}
