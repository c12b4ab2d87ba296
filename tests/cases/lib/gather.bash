# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What came out of a case, in the form in which it is wanted.

# The reports of import N are wanted as want.N.json …, those of the first as want.json ….
gather_reports() {
    local path id as
    for path in "$SPOOL"/reports/*.json; do
        [ -e "$path" ] || return 0
        id="${path##*/}"
        id=$((10#${id%%-*}))
        as="$GOT/want"
        [ "$id" = 1 ] || as+=".$id"
        jq -rf "$LIB/report.jq" "$path" >"$as.json"
        path="${path%.json}"
        [ ! -e "$path.results.csv" ] || sed -E "s/$TIME(\r?)\$/T\1/" "$path.results.csv" >"$as.results.csv"
        [ ! -e "$path.rejects.csv" ] || cp "$path.rejects.csv" "$as.rejects.csv"
    done
}

TIME='[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z'

gather() {
    local line
    gather_reports
    if [ -e "$CASE/want.out" ] || [ -s "$WORLD/out" ]; then
        sed -E -e "s/$TIME/T/g" -e "s#$WORLD/##g" "$WORLD/out" >"$GOT/want.out"
    fi
    [ ! -e "$CASE/want.journal" ] ||
        jq -nrf "$LIB/journal.jq" --rawfile facts "$CASE/want.journal" "$JOURNAL" >"$GOT/want.journal"
    [ -e "$CASE/want.log" ] || return 0
    while IFS= read -r line; do
        grep -qF -e "$line" "$LOG" || line="not in the log: $line"
        printf '%s\n' "$line"
    done <"$CASE/want.log" >"$GOT/want.log"
}

# The PBX's extensions, when it has ended: a number a line, or a range A-B, and behind a number
# those of its fields that are wanted, as JSON.
gather_pbx() {
    [ -e "$WORLD/pbx.json" ] || echo '{"extensions":[]}' >"$WORLD/pbx.json"
    [ -e "$CASE/want.pbx" ] || : >"$WORLD/want.pbx"
    jq -nrf "$LIB/pbx.jq" --rawfile wanted "$(first "$CASE/want.pbx" "$WORLD/want.pbx")" \
        "$WORLD/pbx.json" >"$GOT/want.pbx"
}

first() {
    [ -e "$1" ] && printf '%s' "$1" || printf '%s' "$2"
}
