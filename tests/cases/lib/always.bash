# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What holds for every case. Each check prints what is wrong, and nothing when all is well.

# Every file that was dropped is somewhere in the spool, byte for byte, and nothing else is.
check_files() {
    find "$SPOOL"/{incoming,work,done,rejected,held} -type f ! -path '*/work/*.utf8' -print0 |
        xargs -0r sha256sum | sed -E 's/^\\?([0-9a-f]+).*/\1  -/' | sort |
        diff --label dropped --label 'in the spool' <(sort "$WORLD/dropped") -
}

# Reports are whole, in their form, and agree with each other and with the original.
check_reports() {
    local path name
    find "$SPOOL" -name '.*' -type f | grep . && echo 'a temporary file was left'
    for path in "$SPOOL"/reports/*.json; do
        [ -e "$path" ] || return 0
        jq -nr --slurpfile schema "$TOP/tree/schemas/report.schema.json" -f "$LIB/report_schema.jq" "$path"
        jq -r 'def sum: .created + .unchanged + .skipped + .invalid + .failed;
               select(.counts | .rows != sum) | "counts do not add up",
               select(.started > .finished) | "it ended before it began"' "$path"
        check_original "$path"
        check_results "${path%.json}" "$(jq -c .counts "$path")"
        name="${path%.json}.rejects.csv"
        [ ! -e "$name" ] || [ "$(stat -c %a "$name")" = 640 ] || echo "mode of $name"
    done
}

# Size and digest are the original's, which lies where the state says.
check_original() {
    local state folder stem original
    state="$(jq -r .state "$1")"
    folder="$state"
    [ "$state" != cancelled ] || folder="done"
    stem="${1##*/}"
    stem="${stem%.json}"
    for original in "$SPOOL/$folder/$stem".* "$SPOOL/$folder/$stem"; do
        [ -f "$original" ] || continue
        jq -r --arg sum "$(sha256sum <"$original" | cut -c1-64)" --argjson bytes "$(stat -c %s "$original")" \
            'select(.file.sha256 != "" and .file.sha256 != $sum) | "digest of another file",
             select(.file.bytes != $bytes) | "size of another file"' "$1"
        return
    done
    echo "no original of $stem in $folder/"
}

# The results have every row, in order, and as many of each outcome as the counts say.
check_results() {
    [ -e "$1.results.csv" ] || return 0
    awk -F, -v wanted="$2" '
        NR > 1 { if ($1 != NR - 1) print "results: row " $1 " in line " NR; n[$4]++ }
        END {
            printf "%s", "" > "/dev/null"
            got = sprintf("{\"rows\":%d,\"created\":%d,\"unchanged\":%d,\"skipped\":%d,\"invalid\":%d,\"failed\":%d}",
                NR - 1, n["created"], n["unchanged"], n["skipped"], n["invalid"], n["failed"])
            if (got != wanted) print "results have " got ", the report has " wanted
        }' "$1.results.csv"
}

# The ledger can show that each row of each import that has ended has one outcome.
check_verify() {
    local path id
    for path in "$SPOOL"/reports/*.json; do
        [ -e "$path" ] || return 0
        jq -e '.state == "done" or .state == "cancelled"' "$path" >/dev/null || continue
        id="${path##*/}"
        "$BIN/extspool" -c "$CONF" verify "${id%%-*}" >"$WORLD/verify" 2>&1 || cat "$WORLD/verify"
    done
}

# ---- the PBX's side ---------------------------------------------------------------------------

# No call breaks the API; no number is created twice; none is asked for again while its earlier
# call may have gone through and no look-up of after [retry] first has been answered.
check_journal() {
    local first="${SETTING[retry.first]%ms}"
    jq -nrf "$LIB/promises.jq" --argjson first "$first" "$JOURNAL"
}

# ---- secrets ----------------------------------------------------------------------------------

# The values of secret columns in the input, as far as they are long enough to be told from chance.
input_secrets() {
    find "$WORLD/drop" -type f -print0 | xargs -0r awk '
        FNR == 1 {
            delete secret
            sub(/^\xef\xbb\xbf/, "")
            match($0, /[,;|\t]/)
            FS = substr($0, RSTART, 1) == "|" ? "[|]" : substr($0, RSTART, 1)
            $0 = $0
            for (i = 1; i <= NF; i++) {
                heading = tolower($i)
                gsub(/[^a-z]/, "", heading)
                secret[i] = heading ~ /^(registerpassword|loginpassword|vmsecret)$/
            }
            next
        }
        {
            gsub(/"/, "")
            for (i = 1; i <= NF; i++) if (secret[i] && length($i) > 5) print $i
        }' 2>/dev/null
}

# Neither the secrets of records nor those of the session are in anything but rejects, originals
# and the private copy.
check_secrets() {
    {
        input_secrets
        jq -r '.extensions[] | .registerpassword, .loginpassword, .vmsecret | select(. and length > 5)' \
            "$WORLD/pbx.json" 2>/dev/null
        cat "$WORLD/pbx-password"
        printf '%s' "$PBX_PASSWORD" | md5sum | cut -c1-32
    } | tr -d '\r' | sort -u >"$WORLD/secrets"
    "$BIN/extspool" -c "$CONF" status --json >"$WORLD/status" 2>&1
    grep -laF -f "$WORLD/secrets" "$LOG" "$WORLD/status" "$STATE"/ledger.* \
        "$SPOOL"/reports/*.{json,html,results.csv} 2>/dev/null | sed 's/^/a secret is in /'
    grep -laE '(^|[^0-9a-f])[0-9a-f]{32}([^0-9a-f]|$)' "$LOG" "$WORLD/status" "$STATE"/ledger.db* \
        2>/dev/null | sed 's/^/perhaps a token is in /'
}

# ---- once more --------------------------------------------------------------------------------

snapshot() {
    find "$SPOOL" -type f -printf '%P %i %s %T@\n' | sort
    grep -c '"call"' "$JOURNAL"
}

# Where nothing is left half way, another run asks nothing, and changes and says nothing new.
check_again() {
    local before status
    [ -z "$(ls -A "$SPOOL/work" 2>/dev/null)" ] || return 0
    before="$(snapshot)"
    daemon
    status=$?
    [ "$status" = 0 ] || [ "$status" = 2 ] || echo "another run ends with $status"
    diff --label before --label 'after another run' <(echo "$before") <(snapshot)
}

always_check() {
    check_files
    check_reports
    check_verify
    check_again
}

# When the PBX has ended, so that its state is on the disk.
always_check_pbx() {
    check_journal
    check_secrets
}
