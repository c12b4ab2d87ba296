#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Files that no spreadsheet writes: of a size, or with bytes, that a reader may choke on. Each is
# looked at by `extspool check` and then imported. It costs its bad records and nothing else, the
# rejects have every one of them, and memory does not grow with the file.
# shellcheck disable=SC2030,SC2031 # each test has a shell of its own

bats_require_minimum_version 1.5.0
load ../e2e/lib

# KiB that a hostile file may cost over a small one: a few times [import] max_record. It is far less
# than any of the files here have.
ROOM=24576

setup() {
    lib_setup
    # a sanitizer is not to keep what was given back
    export ASAN_OPTIONS="${ASAN_OPTIONS:-}:quarantine_size_mb=1"
    pbxsim_start
    conf_write
    heading="number,registerpassword,username"
    good="Aa1qWbcdef,Ann"
    printf '%s\n' "$heading" "1999,$good" >small.csv
}

teardown() {
    lib_teardown
    rm -rf "${WORLD:?}/spool" "${WORLD:?}"/*.csv
}

fill() { # CHARACTER COUNT
    head -c "$2" /dev/zero | tr '\0' "$1"
}

# peak COMMAND…: runs it, its output in the file `out`. PEAK is the most memory it had, in KiB.
peak() {
    local pid kib
    "${UNPRIVILEGED[@]}" "$@" >out 2>>"$LOG" 3>&- &
    pid=$!
    PEAK=0
    while kib=$(awk '$1 == "VmHWM:" { print $2 }' "/proc/$pid/status" 2>/dev/null) && [ -n "$kib" ]; do
        PEAK=$kib
        sleep 0.02
    done
    wait "$pid"
}

# flat BASE: the peak is no more than ROOM above that one.
flat() {
    echo "# $((PEAK - $1)) KiB over the small file" >&2
    [ "$PEAK" -gt 0 ] && [ "$PEAK" -lt $(($1 + ROOM)) ]
}

# The peaks with a file of one good row, which must be well.
check_base() {
    peak "$BIN/extspool" -c "$CONF" check small.csv || return
    CHECK_BASE=$PEAK
}

import_base() {
    drop small.csv
    peak "$BIN/extspoold" -c "$CONF" --once || return
    IMPORT_BASE=$PEAK
}

# checked FILE WANTED: what check counts in the file.
checked() {
    local status=0
    check_base || return
    peak "$BIN/extspool" -c "$CONF" check "$1" || status=$?
    is "$status" 1 && has "$(tail -n 1 out)" "$2" && flat "$CHECK_BASE"
}

# imported FILE WANTED: what the report counts as rows, created, invalid. The file is moved.
imported() {
    local status=0
    import_base || return
    mv "$1" "$SPOOL/incoming/.new"
    mv "$SPOOL/incoming/.new" "$SPOOL/incoming/$1"
    peak "$BIN/extspoold" -c "$CONF" --once || status=$?
    is "$status" 1 && is "$(report "$1" '[.state, .counts.rows, .counts.created, .counts.invalid]')" "$2" &&
        flat "$IMPORT_BASE" && extspool verify 2 >/dev/null
}

@test "a line of 1 GiB costs its row" {
    { printf '%s\n' "$heading" "2001,$good" && fill x $((1 << 30)) && printf '\n2002,%s\n' "$good"; } >big.csv
    checked big.csv "3 rows: 2 valid, 0 skipped, 1 invalid"
    has "$(head -n 1 out)" "big.csv:3: the record is longer than 1048576 bytes ([import] max_record) [too-long]"
}

@test "a line of 200 MiB is in the rejects as it came, and the rows around it are sent" {
    { printf '%s\n' "$heading" "2001,$good" && fill x $((200 << 20)) && printf '\n2002,%s\n' "$good"; } >big.csv
    imported big.csv '["done",3,2,1]'
    cmp <(sed 1d "$(report_path big.csv .rejects.csv)") <(
        printf '"' && fill x $((200 << 20))
        echo '",,,too-long: the record is longer than 1048576 bytes ([import] max_record),3'
    )
}

@test "a cell of 100 MB on one line, and one of 10 MB on ten thousand" {
    {
        printf '%s\n' "$heading" "2001,$good"
        printf '2002,Aa1qWbcdef,"' && fill x 100000000 && printf '"\n'
        printf '2003,Aa1qWbcdef,"' && yes "$(fill y 999)" | head -n 10000 && printf 'z"\n'
        printf '2004,%s\n' "$good"
    } >cell.csv
    # the first one is too long; the second one is an open quote and then lines
    checked cell.csv "10004 rows: 2 valid, 0 skipped, 10002 invalid"
    imported cell.csv '["done",10004,2,10002]'
    is "$(report cell.csv '.by_code | [."too-long", ."unclosed-quote", ."missing-cell", ."stray-quote"]')" \
        '[1,1,9999,1]'
}

@test "100,000 columns in a row cost the row, in the heading line the file" {
    { printf '%s\n' "$heading" "2001,$good" && fill , 99999 && printf '\n2002,%s\n' "$good"; } >row.csv
    checked row.csv "3 rows: 2 valid, 0 skipped, 1 invalid"
    has "$(head -n 1 out)" "more than 16384 cells ([import] max_columns) [too-long]"
    imported row.csv '["done",3,2,1]'
    { fill , 99999 | sed 's/,/c,/g' && printf '\n2003,%s\n' "$good"; } >heading.csv
    checked heading.csv "0 rows"
    has "$(head -n 1 out)" "more cells than max_columns [too-long]"
    # as many as are allowed at all
    conf_write import.max_columns=100000
    { printf '%s' "$heading" && fill , 99997 && printf '\n2003,%s' "$good" && fill , 99997 && echo; } >wide.csv
    run -0 extspool check wide.csv
}

@test "NULs and bytes that are no UTF-8 cost their rows" {
    { # the byte order mark says that it is UTF-8, however many bytes are not
        printf '\357\273\277%s\n2001,%s\n' "$heading" "$good"
        yes "$(printf '2002,Aa1qWbcdef,A\377\376nn')" | head -n 20000
        yes '2003,Aa1qWbcdef,A@nn' | head -n 20000 | tr @ '\0'
        yes "$(printf '2004,Aa1qWbcdef,\355\240\200')" | head -n 1000
        printf '2005,%s\n' "$good"
    } >bytes.csv
    checked bytes.csv "41002 rows: 2 valid, 0 skipped, 41000 invalid"
    cp bytes.csv kept.csv
    imported bytes.csv '["done",41002,2,41000]'
    is "$(report bytes.csv '.by_code')" '{"encoding-error":41000}'
    # as they came: without the two columns that were added it is what was dropped
    cmp <(LC_ALL=C sed -n '3,41002p' kept.csv) \
        <(LC_ALL=C sed -n '2,$p' "$(report_path bytes.csv .rejects.csv)" | LC_ALL=C sed 's/,encoding-error: .*//')
}

@test "nothing but quotes, an even or an odd number of them, on long lines and short ones" {
    {
        printf '%s\n' "$heading" "2001,$good"
        fill '"' 20000000 && echo
        fill '"' 20000001 && echo
        yes "$(fill '"' 101)" | head -n 20001
        yes "$(fill '"' 100)" | head -n 20000
        printf '2002,%s\n' "$good"
    } >quotes.csv
    check_base
    peak "$BIN/extspool" -c "$CONF" check quotes.csv || true
    flat "$CHECK_BASE"
    has "$(tail -n 1 out)" " 2 valid, 0 skipped, "
    imported quotes.csv "[\"done\",$(sed -nE '$s/.*, ([0-9]+) rows:.*/\1/p' out),2,$(sed -nE '$s/.* ([0-9]+) invalid.*/\1/p' out)]"
}

@test "a hundred thousand lines of which each opens a quote, or many, are read each by itself" {
    {
        printf '%s\n' "$heading" "2001,$good"
        yes '2002,"Aa1qWbcdef,Ann' | head -n 50000
        yes '2002,"""""""Aa1qWbcdef,Ann' | head -n 50000
        printf '2003,%s\n' "$good"
    } >open.csv
    # the first of those that a person could read; the others of them have its number
    checked open.csv "100002 rows: 3 valid, 0 skipped, 99999 invalid"
    imported open.csv '["done",100002,3,99999]'
    is "$(report open.csv '.by_code | [."unclosed-quote", ."duplicate-number"]')" '[100000,49999]'
}

@test "a million bad rows: the report is bounded, rejects and results are complete" {
    { printf '%s\n' "$heading" "2001,$good" && yes '20x,' | head -n 1000000 && printf '2002,%s\n' "$good"; } >bad.csv
    checked bad.csv "1000002 rows: 2 valid, 0 skipped, 1000000 invalid"
    imported bad.csv '["done",1000002,2,1000000]'
    is "$(report bad.csv '[.by_code["missing-cell"], (.problems | length), .problems_truncated]')" \
        '[1000000,10000,true]'
    [ "$(stat -c %s "$(report_path bad.csv)")" -lt 4000000 ]
    html=$(report_path bad.csv .html)
    is "$(grep -c '^<tr class=r>' "$html")" 199999
    grep -qF 'first 200,000 of 1,000,002 rows; every row is in <code><bdi>' "$html"
    [ "$(stat -c %s "$html")" -lt 20000000 ]
    cmp <(sed 1d "$(report_path bad.csv .rejects.csv)") \
        <(seq -f '20x,,,"missing-cell: the row has 2 cells, the heading line has 3",%.0f' 3 1000002)
    is "$(awk -F, 'NR > 1 && $1 != NR - 1 { n++ } { c[$4]++ } END { print NR, n + 0, c["invalid"], c["created"] }' \
        "$(report_path bad.csv .results.csv)")" "1000003 0 1000000 2"
}
