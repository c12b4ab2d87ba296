#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# tests/demo.sh BUILD: drops the samples into a spool before a simulated PBX and shows what became
# of them. Exits 0 only when that is what is expected below.
set -euo pipefail
cd "$(dirname "$0")/.."
build=$(realpath "$1")
world=$build/demo
patience=300 # tenths of a second

# sample, then the wanted: state rows created skipped invalid failed
wanted='
bamboohr.csv            done     6  4  1 1 0
excel-semicolon.csv     done     3  3  0 0 0
generic-de.csv          done     8  4  4 0 0
mistakes.csv            done     10 3  1 6 0
onboarding.csv          done     12 12 0 0 0
quotes-and-newlines.csv done     3  3  0 0 0
vendor-example.csv      done     1  1  0 0 0
workbook.csv            rejected 0  0  0 0 0
'

pids=()
stop() {
    local pid
    for pid in "${pids[@]}"; do
        kill "$pid" 2>/dev/null || :
        wait "$pid" 2>/dev/null || :
    done
    pids=()
}
trap stop EXIT

rm -rf "$world"
mkdir -p "$world/spool/incoming"

# As root the daemon runs as nobody, as it would as a service, if nobody can reach this folder.
as=()
if [ "$(id -u)" = 0 ]; then
    as=(setpriv --reuid=nobody --regid=nogroup --clear-groups)
    if "${as[@]}" test -x "$build/extspoold" && "${as[@]}" test -r schemas/extension.json; then
        chown -R nobody:nogroup "$world"
    else
        echo "(an unprivileged user cannot reach $build: the daemon runs as root this time)"
        as=()
    fi
fi

echo secret >"$world/password"
chmod 644 "$world/password"
"$build/pbxsim" --port 0 --port-file "$world/port" --journal "$world/journal" \
    --state "$world/pbx.json" >"$world/pbxsim.log" 2>&1 &
pids+=($!)
for ((i = 0; i < 50; i++)); do
    [ ! -s "$world/port" ] || break
    sleep 0.1
done

cat >"$world/extspoold.conf" <<END
[spool]
directory=$world/spool
settle=500ms
[pbx]
url=http://127.0.0.1:$(cat "$world/port")
username=api
password_file=$world/password
[state]
directory=$world/state
END
mkdir -p "$world/state"
[ ${#as[@]} = 0 ] || chown nobody:nogroup "$world/state"
"${as[@]}" "$build/extspoold" -c "$world/extspoold.conf" 2>"$world/extspoold.log" &
pids+=($!)

echo "dropping the files of samples/ into $world/spool/incoming/"
cp samples/*.csv samples/hr/{bamboohr,generic-de}.csv "$world/spool/incoming/"
[ ${#as[@]} = 0 ] || chown nobody:nogroup "$world/spool/incoming/"*

files=$(grep -c . <<<"${wanted//$'\n\n'/}")
reports() {
    find "$world/spool/reports" -name '*.json' 2>/dev/null | sort
}
for ((i = 0; i < patience; i++)); do
    [ "$(reports | wc -l)" -lt "$files" ] || break
    sleep 0.1
done

got=$(reports | while read -r report; do
    jq -r '[.file.name, .state, (.counts | .rows, .created, .skipped, .invalid, .failed)] | @tsv' \
        "$report"
done | sort)
{
    echo 'file|state|rows|created|skipped|invalid|failed'
    tr '\t' '|' <<<"$got"
} | column -t -s '|'
echo
echo 'reports, for people (.html), spreadsheets (.results.csv), programs (.json); the refused rows'
echo 'to correct and drop again (.rejects.csv):'
find "$world/spool/reports" -type f | sort | sed "s|^$PWD/|  |"
echo
stop
if [ "$(awk '{$1 = $1} 1' <<<"$got")" = "$(awk 'NF {$1 = $1; print}' <<<"$wanted")" ]; then
    echo 'All as expected. For the files themselves see samples/; for the calls that the PBX got see'
    echo "$world/journal; to go on from here see README.md."
else
    echo 'NOT as expected:'
    diff <(awk 'NF {$1 = $1; print}' <<<"$wanted") <(awk '{$1 = $1} 1' <<<"$got") || :
    echo "The daemon's log is $world/extspoold.log"
    exit 1
fi
