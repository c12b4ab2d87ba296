# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What came out of a case, in the form in which it is wanted, and what is wrong in any case. Much is
# done by one program at once: processes are what a case costs.

# ---- once more --------------------------------------------------------------------------------

snapshot() {
    find "$SPOOL" "$JOURNAL" -type f -printf '%p %i %s %T@\n'
}

is_empty() {
    set -- "$1"/*
    [ ! -e "$1" ]
}

# Where nothing is left half way, another run asks nothing, and changes and says nothing new.
check_again() {
    local before after status
    [ -e "$STATE/ledger.db" ] && is_empty "$SPOOL/work" || return 0
    before="$(snapshot)"
    daemon
    status=$?
    [ "$status" = 0 ] || [ "$status" = 2 ] || echo "another run ends with $status"
    after="$(snapshot)"
    [ "$before" = "$after" ] || diff <(echo "$before") <(echo "$after")
}

# ---- reports and the PBX ----------------------------------------------------------------------

# What check.jq wants to know of the spool.
gather_facts() {
    local folders=(incoming work "done" rejected held)
    [ -d reports ] || mkdir -p "${folders[@]}" reports
    find "${folders[@]}" -type f ! -name '*.utf8' -exec sha256sum {} + >"$WORLD/sums"
    find . -printf '%s %m %P\n' >"$WORLD/files"
    set -- reports/*.results.csv
    : >"$WORLD/tallies"
    [ ! -e "$1" ] || awk -F, '
        FNR == 1 { file = FILENAME; sub(/\.results\.csv$/, "", file); rows[file] = 0; next }
        { rows[file]++; n[file, $4]++ }
        $1 != FNR - 1 { printf "%s\trow %s in line %s\n", file, $1, FNR }
        END {
            for (f in rows)
                printf "%s\t{\"rows\":%d,\"created\":%d,\"unchanged\":%d,\"skipped\":%d," \
                    "\"invalid\":%d,\"failed\":%d}\n", f, rows[f], n[f, "created"],
                    n[f, "unchanged"], n[f, "skipped"], n[f, "invalid"], n[f, "failed"]
        }' "$@" >"$WORLD/tallies"
}

# first FILE…: the first of them that is there.
first() {
    while [ ! -e "$1" ]; do shift; done
    printf '%s' "$1"
}

# The PBX has ended, so that its state is on the disk.
gather_all() {
    : >"$GOT/want.pbx"
    cd "$SPOOL" || return 1
    gather_facts
    set -- reports/*.json
    [ -e "$1" ] || set -- /dev/null
    local gone=false
    [ ! -e "$CASE/gone" ] || gone=true
    jq -nrf "$LIB/check.jq" --argjson first "${SETTING[retry.first]%ms}" --argjson gone "$gone" \
        --slurpfile schema "$TOP/tree/schemas/report.schema.json" \
        --slurpfile journal "$JOURNAL" --slurpfile pbx "$WORLD/pbx.json" \
        --rawfile facts "$(first "$CASE/want.journal" /dev/null)" \
        --rawfile extensions "$(first "$CASE/want.pbx" /dev/null)" \
        --rawfile sums "$WORLD/sums" --rawfile files "$WORLD/files" \
        --rawfile tallies "$WORLD/tallies" --rawfile dropped "$WORLD/dropped" "$@" |
        awk -F '\t' -v got="$GOT/" -v world="$WORLD/" '{
            to = ($1 ~ /^want/ ? got : world) $1
            sub(/^[^\t]*\t/, "")
            print >to
        }'
    cd "$WORLD" || return 1
    choices_drop
}

# What was found out about a file is only wanted where a case has it.
choices_drop() {
    local path
    for path in "$GOT"/*.choices; do
        [ -e "$CASE/${path##*/}" ] || rm -f "$path"
    done
}

# Results and rejects of import N are wanted as want.N.results.csv …, those of the first without N.
# Results are only wanted where a case has them: they mostly say again what the report says.
gather_tables() {
    local path id as
    for path in "$SPOOL"/reports/*.json; do
        [ -e "$path" ] || return 0
        id="${path##*/}"
        id=$((10#${id%%-*}))
        as=want
        [ "$id" = 1 ] || as+=".$id"
        path="${path%.json}"
        [ ! -e "$path.rejects.csv" ] || cp "$path.rejects.csv" "$GOT/$as.rejects.csv"
        [ ! -e "$CASE/$as.results.csv" ] ||
            sed -E 's/,[0-9-]{10}T[0-9:.]{12}Z$/,T/' "$path.results.csv" >"$GOT/$as.results.csv"
    done
}

# ---- what the daemon and the tool say ---------------------------------------------------------

gather_texts() {
    local line
    if [ -e "$WORLD/out" ]; then
        sed -E -e 's/[0-9-]{10}T[0-9:.]{12}Z/T/g' -e "s#$WORLD/##g" "$WORLD/out" >"$GOT/want.out"
    fi
    [ ! -e "$CASE/want.files" ] ||
        (cd "$SPOOL" && find . -type f -printf '%P\n' | LC_ALL=C sort) >"$GOT/want.files"
    [ -e "$CASE/want.log" ] || return 0
    while IFS= read -r line; do
        grep -qF -e "$line" "$LOG" || line="not in the log: $line"
        printf '%s\n' "$line"
    done <"$CASE/want.log" >"$GOT/want.log"
}

# ---- the ledger and secrets -------------------------------------------------------------------

# The ledger can show that each row of each import that has ended has one outcome.
check_verify() {
    local ids
    mapfile -t ids < <(grep -vxFf "$WORLD/forgotten" "$WORLD/ended")
    "$BIN/extspool" -c "$CONF" verify "${ids[@]}" >"$WORLD/verify" 2>&1 || cat "$WORLD/verify"
}

# What was delivered is what the PBX has, of each extension that an import has created.
check_delivered() {
    local path
    for path in "$SPOOL"/secrets/*.secrets.csv; do
        [ -e "$path" ] || return 0
        grep -q '^number,' "$path" || continue # it was encrypted
        jq -rR -n --slurpfile pbx "$WORLD/pbx.json" --arg file "${path##*/}" '
            ($pbx[0].extensions | map({key: .number, value: .}) | from_entries) as $has
            | (input | split(",")) as $names
            | inputs | split(",") as $cells | $has[$cells[0]] as $extension
            | range($names | length)
            | select($extension[$names[.]] != $cells[.])
            | "\($file): \($names[.]) of \($cells[0]) is not what the PBX has"' "$path"
    done
}

# The values of secret columns in the input, as far as they are long enough to be told from chance.
input_secrets() {
    awk '
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
            gsub(/["\r]/, "")
            for (i = 1; i <= NF; i++) if (secret[i] && length($i) > 5) print $i
        }' "$WORLD"/drop/* 2>/dev/null
}

# Neither the secrets of records nor those of the API are in anything but rejects, originals and
# private copies.
check_secrets() {
    local said=("$LOG" "$WORLD/status" "$STATE"/ledger.*)
    # where all has ended, it tells no more than the reports do
    is_empty "$SPOOL/work" || "$BIN/extspool" -c "$CONF" status --json >"$WORLD/status" 2>&1
    input_secrets >>"$WORLD/secrets"
    printf '%s\n' "$PBX_PASSWORD" "$PBX_MD5" >>"$WORLD/secrets"
    grep -aF -f "$WORLD/secrets" "${said[@]}" "$SPOOL"/reports/*.json "$SPOOL"/reports/*.html \
        "$SPOOL"/reports/*.results.csv 2>/dev/null && echo 'secrets are there'
    grep -aE '(^|[^0-9a-f])[0-9a-f]{32}([^0-9a-f]|$)' "${said[@]}" 2>/dev/null &&
        echo 'these may be tokens'
}
