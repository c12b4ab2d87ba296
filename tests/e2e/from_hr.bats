#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The scripts of docs/FROM-HR-TO-PBX.md, run against stand-ins for the HR systems, and what is
# imported of what they drop.

bats_require_minimum_version 1.5.0
load lib

setup() {
    lib_setup
    export CREDENTIALS_DIRECTORY="$WORLD/credentials" SAMPLES="$WORLD/hr" WORLD
    mkdir -p "$CREDENTIALS_DIRECTORY" "$WORLD/stand-ins"
    cp -r "$ROOT/samples/hr" "$SAMPLES"
    PATH="$WORLD/stand-ins:$PATH"
}

# script SYSTEM: takes the page's script for it, so that it drops into this test's spool.
script() {
    awk -v mark="# fetch-$1: " '
        /^```/ { open = !open; text = ""; next }
        open { text = text $0 "\n"; if (index($0, mark) == 1) wanted = 1 }
        wanted && /^mv / { printf "%s", text; exit }' "$ROOT/docs/FROM-HR-TO-PBX.md" |
        sed "s#^drop=/var/spool/extspoold/#drop=$SPOOL/#" >"$WORLD/fetch-$1"
    grep -qx "drop=$SPOOL/incoming/$1" "$WORLD/fetch-$1"
    chmod +x "$WORLD/fetch-$1"
    "${UNPRIVILEGED[@]}" mkdir -p "$SPOOL/incoming/$1"
}

# fetch SYSTEM: runs it.
fetch() {
    "${UNPRIVILEGED[@]}" "$WORLD/fetch-$1"
}

# stand_in NAME: the program of that name, from standard input.
stand_in() {
    { echo '#!/bin/bash'; cat; } >"$WORLD/stand-ins/$1"
    chmod +x "$WORLD/stand-ins/$1"
}

# imported PROFILE CREATED SKIPPED INVALID: what became of the one file in the profile's folder.
imported() {
    local file
    pbxsim_start
    conf_write
    file="$(basename "$SPOOL/incoming/$1"/*)"
    run daemon_once
    is "$(report "$file" '[.file.profile, (.counts | .created, .skipped, .invalid)] | @tsv')" \
        "$(printf '%s\t%s\t%s\t%s' "$@")"
}

# Nothing lies in incoming/ that a daemon would see, nor anything that it would not.
nothing_dropped() {
    is "$(find "$SPOOL/incoming" -mindepth 2)" ""
}

@test "BambooHR: the report is fetched with the key from the credential, and imported" {
    script bamboohr
    echo 'user = "KEY:x"' >"$CREDENTIALS_DIRECTORY/curl"
    stand_in curl <<'END'
[[ "$*" != *KEY* ]] || exit 90
while [ $# -gt 1 ]; do
    case "$1" in
    --config) grep -qx 'user = "KEY:x"' "$2" || exit 91; shift ;;
    --output) to="$2"; shift ;;
    esac
    shift
done
[ "$1" = 'https://api.bamboohr.com/api/gateway.php/example/v1/reports/117?format=CSV&onlyCurrent=true' ] || exit 92
cat "$SAMPLES/bamboohr.csv" >"$to"
END
    fetch bamboohr
    cmp "$SPOOL"/incoming/bamboohr/bamboohr-*.csv "$SAMPLES/bamboohr.csv"
    is "$(stat -c %a "$SPOOL"/incoming/bamboohr/bamboohr-*.csv)" 640
    imported bamboohr 4 1 1
}

@test "BambooHR: an export that breaks off half way is never seen" {
    script bamboohr
    stand_in curl <<'END'
while [ "$1" != --output ]; do shift; done
head -c 100 "$SAMPLES/bamboohr.csv" >"$2"
exit 18
END
    run -18 fetch bamboohr
    nothing_dropped
}

@test "Personio: pages of JSON become a file with the headings of its reports" {
    script personio
    printf 'data = "SECRET"\n' >"$CREDENTIALS_DIRECTORY/curl"
    stand_in curl <<'END'
[[ "$*" != *SECRET* && "$*" != *TOKEN* ]] || exit 90
while [ $# -gt 1 ]; do
    [ "$1" != --config ] || { config="$(cat "${2/#-//dev/stdin}")"; shift; }
    shift
done
case "$1 $config" in
'https://api.personio.de/v1/auth data = "SECRET"')
    echo '{"success":true,"data":{"token":"TOKEN"}}' ;;
'https://api.personio.de/v1/company/employees?limit=100&offset='*' header = "Authorization: Bearer TOKEN"')
    jq -c --argjson offset "${1##*=}" '.data |= .[$offset:][:2]' "$WORLD/personio.json" ;;
*) exit 92 ;;
esac
END
    jq -n 'def v: {value: .};
        {data: [["Nora", "O'\''Brien", "active"], ["Dr. Jürgen", "Müller", "active"],
                ["Tom", "Lever", "inactive"]]
         | to_entries | map({type: "Employee", attributes: {
               id: (501 + .key | v), first_name: (.value[0] | v), last_name: (.value[1] | v),
               email: ("person\(.key)@example.com" | v), status: (.value[2] | v),
               hire_date: ("2024-03-01T00:00:00+01:00" | v),
               department: (if .key == 1 then null
                            else {type: "Department", attributes: {id: 1, name: "Sales, Cork"}}
                            end | v)}})}' >"$WORLD/personio.json"
    fetch personio
    diff "$SPOOL"/incoming/personio/personio-*.csv - <<'END'
"Employee ID","First name","Last name","Email","Status","Hire date","Department"
501,"Nora","O'Brien","person0@example.com","active","2024-03-01","Sales, Cork"
502,"Dr. Jürgen","Müller","person1@example.com","active","2024-03-01",""
503,"Tom","Lever","person2@example.com","inactive","2024-03-01","Sales, Cork"
END
    imported personio 2 1 0
}

@test "Personio: what is refused or breaks off drops nothing" {
    script personio
    : >"$CREDENTIALS_DIRECTORY/curl"
    stand_in curl <<<'exit 22'
    run ! fetch personio
    nothing_dropped
    stand_in curl <<'END'
[[ "${!#}" == */auth ]] || exit 28
echo '{"data":{"token":"TOKEN"}}'
END
    run ! fetch personio
    nothing_dropped
}

@test "SuccessFactors: the file on the SFTP server is fetched and imported" {
    script successfactors
    : >"$CREDENTIALS_DIRECTORY/key"
    stand_in sftp <<'END'
[ "${!#}" = example@sftp.example.com ] || exit 90
read -r get from to
[ "$get $from" = 'get "/outgoing/employees.csv"' ] || exit 91
to="${to#\"}"
cat "$SAMPLES/successfactors.csv" >"${to%\"}"
END
    fetch successfactors
    cmp "$SPOOL"/incoming/successfactors/successfactors-*.csv "$SAMPLES/successfactors.csv"
    imported successfactors 5 1 0
}

@test "SuccessFactors: no file there, none here" {
    script successfactors
    stand_in sftp <<<'exit 1'
    run -1 fetch successfactors
    nothing_dropped
}

@test "the units of the page are well formed" {
    command -v systemd-analyze >/dev/null || skip "no systemd-analyze"
    cd "$WORLD"
    awk '/^```/ { file = ""; next }
        sub("^# /etc/systemd/system/", "") { file = $0; next }
        file { print >file }' "$ROOT/docs/FROM-HR-TO-PBX.md"
    sed -i 's#^ExecStart=.*#ExecStart=/bin/true#' fetch-bamboohr.service
    run -0 systemd-analyze verify --man=no ./fetch-bamboohr.service ./fetch-bamboohr.timer
    is "$output" ""
}

@test "the configuration of the page is right, and its change of a pool" {
    local profile="$WORLD/personio.json"
    conf_write
    awk '/^```/ { wanted = 0 } /^# .*roster\.conf$/ { wanted = 1 } wanted' \
        "$ROOT/docs/FROM-HR-TO-PBX.md" >>"$CONF"
    grep -q '^max_shrink=' "$CONF"
    run -0 "${UNPRIVILEGED[@]}" "$BIN/extspoold" -c "$CONF" --print-config
    has "$output" max_shrink=20%
    cp "$WORLD/tree/schemas/profiles/personio.json" "$profile"
    eval "$(grep -m 1 '^sed -i .*2000-2999' "$ROOT/docs/FROM-HR-TO-PBX.md" |
        sed "s#/etc/extspoold/profiles/personio.json#'$profile'#")"
    run -0 extspool check-profile "$profile"
    has "$output" "from 6100 to 6899"
}
