#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What Prometheus, Grafana and the journal are given, by their own tools: promtool and journalctl.
# shellcheck disable=SC2154 # run sets output

bats_require_minimum_version 1.5.0
load ../e2e/lib

setup() {
    lib_setup
    DOCS="$ROOT/docs/monitoring"
    FILE="$WORLD/extspoold.prom"
}

# A file with every metric that there can be: something is done, held, rejected and waiting, something
# lies in incoming/, and calls went wrong.
full_file() {
    pbxsim_start --capacity 2 --fault 'add n=1 : status=503'
    conf_write metrics.textfile="$FILE" import.max_invalid=20% pbx.concurrency=1
    drop <(records 2001 2001) "done.csv"
    run -0 daemon_once
    printf 'number,registerpassword\n3001,\n' | drop - held.csv
    printf '\n' | drop - rejected.csv
    drop <(records 2002 2004) waiting.csv
    drop <(records 1 1) people.xlsx
    conf_write metrics.textfile="$FILE" import.max_invalid=20% pbx.concurrency=1 \
        spool.ready=settle spool.settle=1h
    daemon_start
    lib_until grep -q 'incoming_oldest_timestamp_seconds{' "$FILE"
    daemon_stop
    sed -n '/^extspoold_incoming_oldest_timestamp_seconds{/p' "$FILE" >"$WORLD/coming"
    conf_write metrics.textfile="$FILE" import.max_invalid=20% pbx.concurrency=1
    run -2 daemon_once
}

# names FILE: the metrics that expressions on standard input use.
names() {
    grep -oE '\bextspoold_[a-z_]+' | sort -u
}

# known: the names of series that the program's file has, by its TYPE lines.
known() {
    sed -nE 's/^# TYPE (extspoold_[a-z_]+) histogram$/\1_bucket\n\1_sum\n\1_count/p; s/^# TYPE (extspoold_[a-z_]+) (counter|gauge)$/\1/p' \
        "$FILE" | sort -u
}

expressions() {
    jq -r '.. | .expr? // empty' "$DOCS/grafana-dashboard.json"
}

@test "promtool finds no fault with the metrics" {
    full_file
    run -0 promtool check metrics <"$FILE"
    is "$output" ""
    is "$(wc -l <"$WORLD/coming")" 1
    # what is there at times only
    grep -q '^extspoold_waiting_since_timestamp_seconds{' "$FILE"
    grep -q '^extspoold_imports_oldest_timestamp_seconds{' "$FILE"
    grep -q '^extspoold_last_success_timestamp_seconds{' "$FILE"
    grep -q '^extspoold_imports_held{.*code="max-invalid"} 1$' "$FILE"
    # a check that finds faults
    run -3 promtool check metrics <<<$'# TYPE extspoold_a_total gauge\nextspoold_a_total 1'
    # nothing that stands in a file is told
    is "$(grep -cE '2001|3001|people|held\.csv|Aa1bcdefgh' "$FILE")" 0
}

# blocks FILE: what Prometheus makes of OpenMetrics, whose samples are given the time that it wants.
blocks() {
    sed '/^#/!s/$/ 1714552200/' "$1" >"$WORLD/timed"
    promtool tsdb create-blocks-from openmetrics "$WORLD/timed" "$WORLD/blocks"
}

@test "Prometheus takes OpenMetrics from the status page" {
    local page
    pbxsim_start
    conf_write status.listen=127.0.0.1:0
    daemon_start
    drop <(records 2001 2003) people.csv
    wait_report people.csv
    lib_until logged 'the status page is served at '
    page=$(sed -nE 's/.* is served at //p' "$LOG")
    curl -sS -H 'Accept: application/openmetrics-text; version=1.0.0' "${page}metrics" >"$WORLD/open"
    run -0 blocks "$WORLD/open"
    promtool tsdb list "$WORLD/blocks" >"$WORLD/list"
    is "$(awk 'END { print $5 }' "$WORLD/list")" "$(grep -vc '^#' "$WORLD/open")"
    # a parser that finds faults
    sed 's/^# TYPE extspoold_files_claimed counter/&_total/' "$WORLD/open" >"$WORLD/wrong"
    run ! blocks "$WORLD/wrong"
    sed '$d' "$WORLD/open" >"$WORLD/wrong"
    run ! blocks "$WORLD/wrong"
}

@test "promtool finds no fault with the alerts, and each fires when it should" {
    cd "$DOCS"
    run -0 promtool check rules alerts.yml
    run -0 promtool test rules alerts_test.yml
    is "$(sed -nE 's/^ *- alert: (.*)/\1/p' alerts.yml | sort)" \
        "$(sed -nE 's/^ *name: (.*)/\1/p' alerts_test.yml | sort -u)"
}

@test "alerts and dashboard ask for metrics that there are, and README.md names them all" {
    full_file
    [ "$(known | wc -l)" -gt 20 ]
    is "$(comm -23 <(grep -v '^ *#' "$DOCS/alerts.yml" | names) <(known))" ""
    is "$(comm -23 <(expressions | names) <(known))" ""
    is "$(sed -nE 's/^# TYPE (extspoold_[a-z_]+) .*/\1/p' "$FILE" | sort)" \
        "$(sed -nE 's/^\| `(extspoold_[a-z_]+)` .*/\1/p' "$DOCS/README.md" | sort)"
    # labels as well: those in braces and those that are summed by
    local label
    for label in $(cat "$DOCS/alerts.yml" <(expressions) | grep -oP '\b[a-z]+(?=[!=]~?")|\bby \(\K[^)]+' |
        tr -d ' ' | tr , '\n' | sort -u); do
        [ "$label" = instance ] || grep -qF "$label=\"" "$FILE" || { echo "no label $label"; return 1; }
    done
}

@test "the dashboard is JSON whose expressions are PromQL, in panels that do not overlap" {
    run -0 jq -e '.title == "extspoold" and (.panels | length) > 20' "$DOCS/grafana-dashboard.json"
    {
        printf 'groups:\n  - name: dashboard\n    rules:\n'
        expressions | sed 's/\$__rate_interval/5m/g; s/\$daemon/.*/g; s/\$instance/.*/g' | nl -w 1 |
            while IFS=$'\t' read -r n expression; do
                printf '      - record: panel:%d\n        expr: >-\n          %s\n' "$n" "$expression"
            done
    } >"$WORLD/panels.yml"
    run -0 promtool check rules "$WORLD/panels.yml"
    has "$output" "$(expressions | wc -l) rules found"
    is "$(jq '[.panels[].gridPos | . as $p | range($p.y; $p.y + $p.h) as $y |
        range($p.x; $p.x + $p.w) | [$y, .]] | length - (unique | length)' \
        "$DOCS/grafana-dashboard.json")" 0
}

@test "the journal explains each event" {
    local id
    mkdir -p "$WORLD/root/usr/lib/systemd/catalog"
    cp "$ROOT/systemd/extspoold.catalog" "$WORLD/root/usr/lib/systemd/catalog/"
    run -0 journalctl --root="$WORLD/root" --update-catalog
    is "$output" ""
    run -0 journalctl --root="$WORLD/root" --list-catalog
    is "$(grep -oE '^[0-9a-f]{32} extspoold: ' <<<"$output" | cut -d ' ' -f 1 | sort)" \
        "$(grep -oP '^    X\(EVENT_.*"\K[0-9a-f]{32}' "$ROOT/daemon/event.h" | sort)"
    id=$(grep -oP 'EVENT_HELD_MAX_INVALID,.*"\K[0-9a-f]{32}' "$ROOT/daemon/event.h")
    run -0 journalctl --root="$WORLD/root" --dump-catalog "$id"
    has "$output" "Subject: An import is held: too many of its rows are invalid"
    has "$output" "extspool release @EXTSPOOL_IMPORT@"
}
