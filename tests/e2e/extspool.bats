#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The operator's tool: what it says of files, with the PBX out of sight.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # run sets stderr; $1 is for the inner shell

bats_require_minimum_version 1.5.0
load lib

setup() {
    lib_setup
    conf_write
}

teardown() {
    lib_teardown
}

# violations: what the JSON on standard input breaks of the report's schema; nothing when all is
# well.
violations() {
    jq -n --slurpfile schema "$ROOT/schemas/report.schema.json" \
        -f "$ROOT/tests/unit/report_schema.jq" -
}

# ---- the command line -------------------------------------------------------------------------

@test "help, version and wrong usage" {
    run -0 "$BIN/extspool" --help
    local command
    for command in check parse import status show hold release retry cancel template profiles \
        check-profile verify; do
        grep -qE "^  $command( |$)" <<<"$output"
    done
    run -0 --separate-stderr "$BIN/extspool" --version
    [[ "$output" =~ ^extspool\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
    run -2 --separate-stderr "$BIN/extspool"
    is "$output" ""
    has "$stderr" usage
    run -2 extspool frobnicate
    has "$output" "no command 'frobnicate'"
    run -2 "$BIN/extspool" --frobnicate
    run -2 extspool check
    has "$output" "usage: extspool check"
    run -2 extspool parse --watch x.csv
    has "$output" "no such option"
    run -2 extspool show
    run -2 extspool show 1 2
}

@test "a configuration with a fault is named, by file and line" {
    printf '[spool]\nsettel=1s\n' >"$CONF"
    run -2 extspool check x.csv
    has "$output" "$CONF:2: unknown key 'settel'"
    run -2 "$BIN/extspool" -c "$WORLD/none.conf" template
    has "$output" "$WORLD/none.conf"
}

@test "who may not read the system's configuration can still try files out" {
    [ "$(id -u)" = 0 ] || skip "needs root, to hide a file from others"
    unshare -m true || skip "needs a mount namespace of its own"
    records 2001 2002 >people.csv
    cat >hidden <<END
mount -t tmpfs none /etc && mkdir -m 755 /etc/extspoold || exit 9
echo '[nonsense]' >/etc/extspoold/extspoold.conf
chmod 0600 /etc/extspoold/extspoold.conf
exec setpriv --reuid=65534 --regid=65534 --clear-groups "$BIN/extspool" "\$@"
END
    run -0 --separate-stderr unshare -m sh hidden check people.csv
    is "$output" "1 file, 2 rows: 2 valid, 0 skipped, 0 invalid, 0 warnings"
    has "$stderr" "built-in defaults"
    run -2 --separate-stderr unshare -m sh hidden status
    has "$stderr" "Permission denied"
}

@test "output that cannot be written is trouble" {
    [ -w /dev/full ] || skip "needs /dev/full"
    run -2 bash -c '"$1" template >/dev/full' - "$BIN/extspool"
    has "$output" "standard output cannot be written"
}

# ---- template and profiles --------------------------------------------------------------------

@test "the template passes the check" {
    run -0 extspool template
    is "${#lines[@]}" 2
    [[ "${lines[0]}" == number,username,callerid,registerpassword,* ]]
    [[ "${lines[1]}" == 2002,xiaoshao_api2,,12345133333323123qW@,* ]]
    extspool template vendor >template.csv
    run -0 extspool check template.csv
    is "$output" "1 file, 1 row: 1 valid, 0 skipped, 0 invalid, 0 warnings"
    run -2 extspool template nobody
    has "$output" "no profile 'nobody'"
}

@test "profiles are told, checked and begun with" {
    mkdir own
    cat >own/staff.json <<'END'
{"name": "staff", "title": "Our list", "verified": "2026-01-02: one file", "dialect": {"delimiter": ";"},
 "columns": {"Nr": ["No"], "First, last": [], "Word": [], "DND": [], "Left": []},
 "recognise": ["Nr", "First, last"],
 "fields": {"number": {"column": "Nr"}, "username": {"column": "First, last", "transform": ["trim"]},
  "registerpassword": {"column": "Word"}, "dnd": {"column": "DND", "transform": [{"map": {"no": "off"}}]},
  "vmsecret": {"generate": "pin"}, "hasvoicemail": {"constant": "on"}},
 "filters": [{"column": "Left", "in": ["yes"]}]}
END
    conf_write import.profiles="$WORLD/own"
    run -0 extspool profiles
    is "$(grep -A1 ^staff: <<<"$output")" \
        'staff: Nr,"First, last"
    Our list; verified 2026-01-02: one file'
    extspool template staff >template.csv
    is "$(<template.csv)" "Nr;First, last;Word;DND;Left
2002;xiaoshao_api2;12345133333323123qW@;no;"
    run -0 extspool check --json template.csv
    is "$(jq -c '[.file.profile, .counts.created, .by_code]' <<<"$output")" \
        '["staff",1,{"value-changed":1}]'
    run -0 extspool check-profile own/staff.json
    is "$output" "own/staff.json: 'staff' is recognised by Nr,\"First, last\"
    number: 'Nr'
    username: 'First, last', trim
    registerpassword: 'Word'
    dnd: 'DND', map
    vmsecret: a pin of 6 is made up
    hasvoicemail: always 'on'"
    sed 's/"Nr"}/"Nummer"}/' own/staff.json >broken.json
    cp own/staff.json other.json
    run -1 extspool check-profile own/staff.json broken.json other.json
    is "${lines[7]}" "broken.json: field 'number': 'column': 'Nummer' is no key of 'columns'"
    is "${lines[8]}" "other.json: the file of the profile 'staff' must be called staff.json"
    run -2 extspool check-profile broken.json none.json
    has "$output" "none.json"
    cp broken.json own/broken.json
    run -2 extspool check template.csv
    has "$output" "$WORLD/own/broken.json"
}

@test "template and profiles go by the configured schema" {
    cat >own.json <<'END'
{"primaryKey": "number", "fields": [
 {"name": "number", "type": "string", "example": "77", "constraints": {"required": true}},
 {"name": "room", "type": "string", "example": "1, \"B\""}]}
END
    conf_write import.schema="$WORLD/own.json"
    run -0 extspool template
    is "${lines[0]}" number,room
    is "${lines[1]}" '77,"1, ""B"""'
    run -0 extspool profiles
    is "$(grep '^vendor:' <<<"$output")" "vendor: number"
    printf 'number\n77\n' >own.csv
    run -0 extspool check own.csv
    conf_write
    run -1 extspool check own.csv
}

# ---- check ------------------------------------------------------------------------------------

mixed() {
    cat <<'END'
number;registerpassword;colour;username
2001;Aa1bcdefgh;red;"O'Brien; jr"
2002;;red;y
;;;
2001;Aa1bcdefgh;red;z
2003;"Aa1;bcdefgh;red;y
2004;Aa1bcdefgh;red;y
2005;Aa1bcdefgh;red
END
}

@test "check names file, line, column and code of every finding" {
    mixed >mixed.csv
    run -1 --separate-stderr extspool check mixed.csv
    is "$stderr" ""
    is "${lines[0]}" \
        "mixed.csv:1: colour: warning: this column is not known and is left out [unknown-column]"
    [[ "${lines[1]}" =~ ^mixed.csv:2:\ username:\ warning:\ .*\ \[pattern\]$ ]]
    [[ "${lines[2]}" =~ ^mixed.csv:3:\ registerpassword:\ .*\ \[required-value\]$ ]]
    is "${lines[3]}" "mixed.csv:4: warning: the row is empty [blank-row]"
    [[ "${lines[4]}" =~ ^mixed.csv:5:\ .*\ \[duplicate-number\]$ ]]
    [[ "${lines[5]}" =~ ^mixed.csv:6:\ registerpassword:\ .*line\ 6.*\ \[unclosed-quote\]$ ]]
    [[ "${lines[6]}" =~ ^mixed.csv:8:\ .*\ \[missing-cell\]$ ]]
    is "${lines[7]}" "1 file, 7 rows: 2 valid, 1 skipped, 4 invalid, 3 warnings"
    is "${#lines[@]}" 8
}

@test "check takes several files and standard input, and ends with the worst" {
    records 2001 2003 >good.csv
    printf 'number,registerpassword,x\n2001,Aa1bcdefgh,\n' >warned.csv
    mixed >mixed.csv
    run -0 extspool check good.csv warned.csv
    is "${lines[-1]}" "2 files, 4 rows: 4 valid, 0 skipped, 0 invalid, 1 warning"
    run -1 extspool check good.csv mixed.csv warned.csv
    is "${lines[-1]}" "3 files, 11 rows: 6 valid, 1 skipped, 4 invalid, 4 warnings"
    run -2 --separate-stderr extspool check mixed.csv missing.csv good.csv
    has "$stderr" "missing.csv: No such file or directory"
    is "${lines[-1]}" "2 files, 10 rows: 5 valid, 1 skipped, 4 invalid, 3 warnings"

    run -1 extspool check - <mixed.csv
    is "${lines[3]}" "-:4: warning: the row is empty [blank-row]"
    run -0 extspool check - < <(records 2001 2003)
    is "$output" "1 file, 3 rows: 3 valid, 0 skipped, 0 invalid, 0 warnings"
    run -0 "$BIN/extspool" -c "$CONF" check <(records 2001 2002)
    has "$output" "1 file, 2 rows: 2 valid"
    run -2 extspool check "$WORLD"
    has "$output" "Is a directory"
}

@test "check of what can be no import" {
    printf 'username\nx\n' >lacking.csv
    run -1 extspool check lacking.csv
    [[ "${lines[0]}" =~ ^lacking.csv:1:\ number:\ .*missing.*\ \[missing-column\]$ ]]
    [[ "${lines[1]}" =~ ^lacking.csv:1:\ registerpassword:\ .*\ \[missing-column\]$ ]]
    is "${lines[2]}" "1 file, 0 rows: 0 valid, 0 skipped, 0 invalid, 0 warnings"
    : >empty.csv
    run -1 extspool check empty.csv
    has "${lines[0]}" "[empty-file]"
    printf 'PK\003\004nothing to unpack' >people.csv
    run -2 extspool check people.csv
    [[ "${lines[0]}" =~ ^people.csv:1:\ .*xlsx.*\ \[not-csv\]$ ]]
    printf 'number,"registerpassword\n2001,Aa1bcdefgh\n' >torn.csv
    run -1 extspool check torn.csv
    has "${lines[0]}" "torn.csv:1: the heading line cannot be read"
}

@test "check keeps to the configured limits" {
    records 2001 2005 >people.csv
    conf_write spool.max_rows=4
    run -1 extspool check people.csv
    [[ "${lines[0]}" =~ ^people.csv:6:\ .*\ \[too-many-rows\]$ ]]
    conf_write spool.max_rows=5 spool.max_bytes=50
    run -1 extspool check people.csv
    has "${lines[0]}" "[file-too-large]"
    run -1 extspool check - <people.csv
    has "${lines[0]}" "[file-too-large]"
    conf_write spool.max_rows=5 spool.max_bytes=1k import.max_columns=2 import.max_record=64
    run -0 extspool check people.csv
    conf_write import.max_columns=1
    run -1 extspool check people.csv
    has "${lines[0]}" "people.csv:1: the heading line cannot be read"
    has "${lines[0]}" "more cells than max_columns [too-long]"
    run -1 extspool parse people.csv
    has "$output" "people.csv:1: the record is longer than max_record"
}

@test "check prints names that others chose so that no terminal obeys them" {
    local name=$'a\033[31mb\n\xff.csv'
    printf 'number,registerpassword,\033[2J\n2001,,x\n' >"$name"
    run -1 extspool check "$name"
    has "${lines[0]}" 'a%1B[31mb%0A%FF.csv:1: %1B[2J: warning'
    has "${lines[1]}" 'a%1B[31mb%0A%FF.csv:2: registerpassword: '
    is "${#lines[@]}" 3
    [[ "$output" != *$'\033'* ]]
    run -2 extspool check $'none\033[31m'
    has "$output" 'none%1B[31m: No such'
}

@test "check --json is a report, one for a file, an array for several" {
    mixed >mixed.csv
    records 2001 2003 >good.csv
    extspool check --json mixed.csv >one.json || is "$?" 1
    is "$(violations <one.json)" ""
    is "$(jq -c '[.id,.state,.file.name,.file.delimiter,.file.bytes]' one.json)" \
        "[\"000000\",\"done\",\"mixed.csv\",\";\",$(wc -c <mixed.csv)]"
    is "$(jq -r .file.sha256 one.json)" "$(sha256sum mixed.csv | cut -d' ' -f1)"
    is "$(jq -c .counts one.json)" \
        '{"rows":7,"created":2,"unchanged":0,"skipped":1,"invalid":4,"failed":0}'
    is "$(jq -c '[.problems[] | [.row, .line, .code]]' one.json)" \
        '[[0,1,"unknown-column"],[1,2,"pattern"],[2,3,"required-value"],[3,4,"blank-row"],[4,5,"duplicate-number"],[5,6,"unclosed-quote"],[7,8,"missing-cell"]]'

    run -0 extspool check --json good.csv good.csv
    is "$(jq -c '[.[].counts.created]' <<<"$output")" '[3,3]'
    run -2 --separate-stderr extspool check --json missing.csv good.csv
    is "$(jq -c '[.[].file.name]' <<<"$output")" '["good.csv"]'
    run -2 --separate-stderr extspool check --json missing.csv missing.csv
    is "$output" '[]'
    printf 'username\nx\n' | extspool check --json - >rejected.json || is "$?" 1
    is "$(violations <rejected.json)" ""
    is "$(jq -c '[.state,.file.name,.counts.rows,.by_code]' rejected.json)" \
        '["rejected","-",0,{"missing-column":2}]'
}

@test "check says of a file what its import will say" {
    pbxsim_start
    conf_write
    mixed >mixed.csv
    drop mixed.csv
    run -1 daemon_once
    report mixed.csv '.by_code, .counts, .file, .problems' >imported
    extspool check --json mixed.csv | jq -c '.by_code, .counts, .file, .problems' >checked
    diff imported checked
}

@test "check sends nothing and leaves nothing behind" {
    pbxsim_start
    conf_write
    records 2001 2003 >people.csv
    run -0 extspool check people.csv
    run -0 extspool check --json - <people.csv
    is "$(journal 'select(.call)')" ""
    [ ! -e "$SPOOL" ]
    [ ! -e "$STATE" ]
}

# ---- parse ------------------------------------------------------------------------------------

@test "parse writes plain CSV" {
    printf '\xef\xbb\xbfa;"b ""x""";c\r\n1;"2;\r\n3";" 4 "\r\n"5,";;\r\n\r\n6;"";7' >odd.csv
    run -0 --separate-stderr --keep-empty-lines extspool parse odd.csv
    is "$output" $'a,"b ""x""",c\n1,"2;\r\n3", 4 \n"5,",,\n6,,7\n'
    is "$stderr" ""
    extspool parse odd.csv >plain.csv
    extspool parse plain.csv >again.csv
    cmp plain.csv again.csv
    run -0 extspool parse - < <(printf 'a\n""\n')
    is "$output" $'a\n""'
}

@test "parse tells malformed records with their line" {
    printf 'a,b\n1,2\n3,"4\n5,"6"7\n8,\x81\n9,10\n' >torn.csv
    run -1 --separate-stderr extspool parse torn.csv
    is "$output" $'a,b\n1,2\n9,10'
    is "${#stderr_lines[@]}" 3
    is "${stderr_lines[0]}" "torn.csv:3: the quote opened in line 3 is never closed [unclosed-quote]"
    [[ "${stderr_lines[1]}" =~ ^torn.csv:4:\ .*\ \[stray-quote\]$ ]]
    [[ "${stderr_lines[2]}" =~ ^torn.csv:5:\ .*\ \[encoding-error\]$ ]]
    printf '%%PDF-1.7' >people.csv
    run -2 extspool parse people.csv
    has "$output" "people.csv: this is a PDF"
    run -2 extspool parse missing.csv
}
