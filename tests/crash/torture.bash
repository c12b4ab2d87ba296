# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2153,SC2154 # set by tests/crash/torture
# What is wanted at the end of a torture, and its figures. A check says what is wrong; one that
# says nothing has passed.

PASSED=0
FAILED=0
check() { # WHAT COMMAND…
    local what=$1 said
    shift
    said="$("$@" 2>&1)"
    if [ -z "$said" ]; then
        PASSED=$((PASSED + 1))
        echo "ok $what"
        return
    fi
    FAILED=$((FAILED + 1))
    echo "not ok $what"
    head -n 20 <<<"$said" | sed 's/^/    /'
}

# ---- files ------------------------------------------------------------------------------------

check_nothing_wrong() {
    cat "$WORLD/wrong"
    grep -aE 'AddressSanitizer|runtime error|assert|abort' "$WORLD/log" "$WORLD/said"
}

# done/ has the files that were dropped, byte for byte; nothing else lies about.
check_originals() {
    diff <(cd "$WORLD/drop" && sha256sum -- * | sort) \
        <(cd "$SPOOL/done" && sha256sum -- * | sed 's/ 0[0-9]*-/ /' | sort)
    (cd "$SPOOL" && find incoming work held rejected -type f)
    find "$SPOOL" "$STATE" -name '*.tmp'
}

moments() {
    find "$SPOOL" "$JOURNAL" -type f -printf '%p %i %s %T@\n' | sort
}

# Another run asks the PBX nothing, and changes no file.
check_again() {
    local before after
    before="$(moments)"
    "${UNPRIVILEGED[@]}" "$BIN/extspoold" -c "$WORLD/conf" --once >>"$WORLD/log" 2>&1 ||
        echo "another run ends with $?"
    after="$(moments)"
    [ "$before" = "$after" ] || diff <(echo "$before") <(echo "$after")
}

check_verify() {
    local path ids=()
    for path in "$SPOOL"/reports/*.json; do
        path=${path##*/}
        ids+=("${path%%-*}")
    done
    [ ${#ids[@]} = ${#SIZES[@]} ] || echo "${#ids[@]} reports of ${#SIZES[@]} files"
    extspool verify "${ids[@]}" >"$WORLD/verify" 2>&1 || cat "$WORLD/verify"
}

# ---- rows -------------------------------------------------------------------------------------

# results FILE: ROW LINE NUMBER OUTCOME CODE of each line of results.csv, - where there is none.
results() {
    tail -n +2 "$1" | awk -F, '{ print $1, $2, $3 == "" ? "-" : $3, $4, $5 == "" ? "-" : $5 }'
}

results_of() { # NAME: the path of that file's results
    printf '%s\n' "$SPOOL"/reports/*-"${1%.csv}".results.csv
}

# Each data row has its line, in order, with an outcome that it may have.
check_results() {
    local want name
    for want in "$WORLD"/want/file*; do
        name=${want##*/}
        results "$(results_of "$name")" | paste -d ' ' "$want" - | awk -v name="$name" '
            BEGIN {
                split("v:created:- p:created:- p:skipped:changed s:skipped:blank-row", list, " ")
                for (i in list) may[list[i]] = 1
            }
            NF != 9 || $1 != $5 || $2 != $6 || ($3 != "-" && $3 != $7) ||
                !(($4 ":" $8 ":" $9) in may || ($4 == "i" && $8 == "invalid")) {
                    print name ": " $0 }'
    done
}

# The rejects are the refused records: a header, and a line for each where no cell has line breaks.
check_rejects() {
    local path invalid
    for path in "$SPOOL"/reports/*.json; do
        [[ $path != *-file$QUOTED.json ]] || continue
        invalid="$(jq .counts.invalid "$path")"
        path="${path%.json}.rejects.csv"
        if [ "$invalid" = 0 ]; then
            [ ! -e "$path" ] || echo "$path is there"
        elif [ "$(wc -l <"$path")" != $((invalid + 1)) ]; then
            echo "$path has $(wc -l <"$path") lines, not $((invalid + 1))"
        fi
    done
}

# ---- the PBX ----------------------------------------------------------------------------------

# What was created: by the reports, by the PBX's journal, by the PBX's state, and by what was
# dropped. Sorted numbers, each as often as it is there.
created_lists() {
    local path
    for path in "$SPOOL"/reports/*.results.csv; do
        results "$path" | awk '$4 == "created" { print $3 }'
    done | sort >"$WORLD/created.reports"
    jq -r 'select(.created) | .number' "$JOURNAL" | sort >"$WORLD/created.journal"
    jq -r '.extensions[].number' "$WORLD/pbx.json" | sort >"$WORLD/created.pbx"
    awk '$4 == "v" || $4 == "p" { print $3 }' "$WORLD"/want/file* | sort -u >"$WORLD/created.want"
}

check_created() { # journal, pbx or reports
    uniq -d "$WORLD/created.$1" | sed 's/$/ is there twice/'
    diff "$WORLD/created.want" "$WORLD/created.$1"
}

# What the PBX has of each is what one of the files said.
check_content() {
    jq -r '.extensions[] | [.number, .username, .registerpassword, .vmsecret] | join("|")' \
        "$WORLD/pbx.json" | grep -vxF -f <(cat "$WORLD"/want/has*)
}

check_promises() {
    jq -nr --argjson first "$FIRST" --slurpfile journal "$JOURNAL" \
        "$(cat tests/cases/lib/promises.jq) breaches"
}

check_reports() {
    # shellcheck disable=SC2016 # $ belongs to jq
    jq -nr --slurpfile schema schemas/report.schema.json "$(sed '/^inputs /d' tests/unit/report_schema.jq)"'
        inputs | violations($schema[0]; input_filename),
        (select(.state != "done") | "\(input_filename): \(.state)"),
        (.counts | select(.rows != .created + .unchanged + .skipped + .invalid + .failed)
         | "\(input_filename): counts do not add up"),
        (.counts as $c | "\(.file.name) \($c.rows) \($c.created) \($c.skipped) \($c.invalid)")' \
        "$SPOOL"/reports/*.json >"$WORLD/counts"
    # what the results say must be the same
    local want name path
    for want in "$WORLD"/want/file*; do
        name=${want##*/}
        results "$(results_of "$name")" | awk -v name="$name" '
            { n[$4]++ } END { print name, NR, n["created"] + 0, n["skipped"] + 0, n["invalid"] + 0 }'
    done | sort | diff <(sort "$WORLD/counts") -
}

# ---- secrets ----------------------------------------------------------------------------------

# Passwords are in originals, rejects and the PBX, and nowhere else; nothing looks like a token.
check_secrets() {
    local said=("$WORLD"/{log,said,status,verify,pbxsim.out} "$STATE"/ledger.* "$JOURNAL") i
    printf '%s\n' "$MARK" 314159265358979 >"$WORLD/secrets"
    for ((i = 1; i <= TALLY[passwords]; i++)); do
        printf '%sapi%d' "$MARK" "$i" | md5sum | cut -c1-32 >>"$WORLD/secrets"
    done
    grep -alF -f "$WORLD/secrets" "${said[@]}" "$SPOOL"/reports/*.json "$SPOOL"/reports/*.html \
        "$SPOOL"/reports/*.results.csv | sed 's/^/secrets are in /'
    grep -alE '(^|[^0-9a-f])[0-9a-f]{32}([^0-9a-f]|$)' "${said[@]}" | sed 's/^/perhaps tokens are in /'
}

# ---- the end ----------------------------------------------------------------------------------

figures() {
    echo "figures of seed $SEED:"
    {
        printf '%s|%s\n' \
            'rows dropped' "${TALLY[rows]} in ${#SIZES[@]} files" \
            'kills of the daemon' "${TALLY[kills]:-0}, of which ${TALLY[kills amid]:-0} with imports under way; ${TALLY[refused]:-0} did not start beside the tool" \
            'restarts of the PBX' "${TALLY[restarts TERM]:-0} SIGTERM, ${TALLY[restarts KILL]:-0} SIGKILL" \
            'created before the faults were taken away' "$CREATED_BEFORE" \
            "operators' verbs" "${TALLY[status]:-0} status, ${TALLY[show]:-0} show, ${TALLY[verify]:-0} verify, ${TALLY[hold]:-0} hold, ${TALLY[release]:-0} release" \
            'waits after two logins that were cut' "${TALLY[logins cut]:-0}, each ended by another password" \
            'held as deadly and released' "${TALLY[deadly]:-0}"
        # shellcheck disable=SC2016 # $ belongs to jq
        jq -nr --slurpfile journal "$JOURNAL" "$(cat tests/cases/lib/promises.jq)"'
            calls as $all
            | [$all[] | select(.call == "add")] as $adds
            | [$all[] | select(.call == "query")] as $queries
            | [$queries[] | select(looked_up) | .number // "" | split(",")[]] as $asked
            | "logins|\([$all[] | select(.call == "login")] | length)",
              "adds asked|\($adds | length)",
              "adds with an answer that leaves doubt|\([$adds[] | select(in_doubt and .result != "Success")] | length)",
              "adds for one number, at most|\([$adds | group_by(.number)[] | length] | max)",
              "look-ups|\($queries | length), of \($asked | unique | length) numbers",
              "token expired in a call|\([$all[] | select(.errno == "20006")] | length)",
              "503 answers|\([$all[] | select(.http == 503)] | length)",
              "work done late|\([$journal[] | select(.event == "late")] | length)",
              "created by the journal|\([$journal[] | select(.created)] | length)"'
        printf 'time|%s s, of which under fire %s s\n' "$SECONDS" "$UNDER_FIRE"
    } | awk -F '|' '{ printf "    %-44s %s\n", $1, $2 }'
}

judge() {
    check 'another run changes nothing' check_again
    check 'verify agrees for every import' check_verify
    pbx_stop TERM
    created_lists
    check 'the daemon and the tool never ended by themselves' check_nothing_wrong
    check 'the files that were dropped are in done/' check_originals
    check 'every row has its line and its outcome in the results' check_results
    check 'reports are in form, and their counts are those of the results' check_reports
    check 'the rejects hold the refused rows' check_rejects
    check 'none lost, none twice: the reports' check_created reports
    check "none lost, none twice: the PBX's journal" check_created journal
    check 'none lost, none twice: the PBX' check_created pbx
    check 'the PBX has what was dropped' check_content
    check 'the promises, by what the PBX was asked' check_promises
    check 'no secrets where none may be' check_secrets
    figures
    echo "$PASSED passed, $FAILED failed"
    [ "$FAILED" = 0 ]
}
