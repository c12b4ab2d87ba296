#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What senders are told who have no shell: the folder of [report] receipts.
# shellcheck disable=SC2012,SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0
load lib

setup() {
    lib_setup
    RECEIPTS="$WORLD/receipts"
    "${UNPRIVILEGED[@]}" mkdir "$RECEIPTS"
}

teardown() {
    lib_teardown
    # nothing of a cell but the numbers, and no secret, is in what senders are told
    ! grep -rF -f <(printf '%s\n' "${SECRETS[@]}" Anna) --include='*.txt' "$RECEIPTS"
}

# conf [SECTION.KEY=VALUE…]: with receipts.
conf() {
    conf_write report.receipts="$RECEIPTS" "$@"
}

# there: what the folder has, on one line.
there() {
    find "$RECEIPTS" -mindepth 1 -maxdepth 1 -printf '%f\n' | LC_ALL=C sort | xargs
}

# told NAME TEXT: this receipt has the text, lines being joined.
told() {
    has "$(tr -d '\r' <"$RECEIPTS/$1" | sed 's/^  //' | tr '\n' ' ')" "$2"
}

# people [FIRST]: two records, the second of which is refused.
people() {
    printf 'number,username,registerpassword\n%d,Anna,Aa1bcdefgh\nx,Anna,Aa1bcdefgh\n' "${1:-2001}"
}

stands() {
    [ -e "$RECEIPTS/$1" ]
}

state_is() {
    [ "$(extspool show "$1" --json | jq -r .state)" = "$2" ]
}

@test "a file is told to be accepted, then what became of it, and the rejects are the report's" {
    pbxsim_start
    conf
    people | drop - people.csv
    run -1 daemon_once
    is "$(there)" "people.accepted.txt people.rejects.csv people.result.txt"
    cmp "$RECEIPTS/people.rejects.csv" "$SPOOL/reports/000001-people.rejects.csv"

    told people.accepted.txt "File: people.csv Size: 72 bytes Import number: 000001 Taken in: "
    told people.accepted.txt "You have nothing more to do for now."
    told people.accepted.txt "in the file people.result.txt."
    told people.result.txt "Your file was imported. 1 of 2 people was added to the phone system. 1 row was refused."
    told people.result.txt "The refused rows are in the file people.rejects.csv"
    told people.result.txt "- Line 3: number: must be digits only"
    told people.result.txt "000001-people.html, 000001-people.results.csv, 000001-people.json"
    # lines end as Windows has it, and begin without a byte order mark
    is "$(sed -n '/\r$/!p' "$RECEIPTS"/*.txt)" ""
    is "$(head -c 4 "$RECEIPTS/people.accepted.txt")" Your
    run -0 extspool show 1
    has "$output" "$RECEIPTS/people.accepted.txt"
    has "$output" "$RECEIPTS/people.rejects.csv"
}

@test "all rows well: there is nothing to do, and no rejects; none at all, when no folder is named" {
    pbxsim_start
    conf
    records 2001 2002 | drop - people.csv
    daemon_once
    is "$(there)" "people.accepted.txt people.result.txt"
    told people.result.txt "All 2 people in the file were added to the phone system."
    told people.result.txt "You have nothing more to do."
    conf_write
    records 2003 2003 | drop - others.csv
    daemon_once
    is "$(there)" "people.accepted.txt people.result.txt"
}

@test "why rows were left out is told, and nobody who must do something reads that there is nothing" {
    pbxsim_start
    conf
    records 2001 2002 | drop - people.csv
    daemon_once
    { records 2001 2001 | sed 's/,Aa1/,Bb1/'; records 2002 2002 | tail -n 1; echo ',,'; } | drop - people.csv
    daemon_once
    told people.result.txt "Nobody was added to the phone system. 1 was there already. 2 rows were left out."
    told people.result.txt "Why rows were left out, and what to do:"
    told people.result.txt "- The extension is there already, with other values (1 row). An import never"
    told people.result.txt "- The row is empty (1 row). Nothing is to be done: empty rows are left out."
    run ! grep -q 'nothing more to do' "$RECEIPTS/people.result.txt"
}

@test "an error of the PBX that has no words of its own is told by its number" {
    pbxsim_start --fault 'add number=2001 : errno=12345'
    conf
    records 2001 2001 | drop - people.csv
    run -1 daemon_once
    told people.result.txt "Your file was read, but nobody was added to the phone system. 1 row was refused."
    told people.result.txt "- The phone system refused the row, error number 12345 (1 row). Check"
}

@test "each missing column is named once; a missing heading line is told first" {
    conf
    printf 'number,username\n2001,Ann\n' | drop - people.csv
    printf '2001,Ann,ann@example.com\n' | drop - nohead.csv
    run -1 daemon_once
    told people.result.txt "Why: the required column 'registerpassword' is missing What to do: Add"
    told nohead.result.txt "Why: no column is known: is the line with the headings missing? What"
    told nohead.result.txt "- the required column 'number' is missing - the required column 'registerpassword' is missing"
}

@test "in German" {
    pbxsim_start
    conf report.language=de
    people | drop - people.csv
    : | drop - empty.csv
    run -1 daemon_once
    told people.accepted.txt "Ihre Datei ist angekommen und wird importiert."
    told people.result.txt "1 von 2 Personen wurde in der Telefonanlage angelegt. 1 Zeile wurde abgelehnt."
    told people.result.txt "- Zeile 3: number: "
    # a delimiter is not a number's comma
    has "$(cat "$SPOOL"/reports/*-people.html)" "<li>Trennzeichen ,: "
    told empty.result.txt "Ihre Datei konnte nicht importiert werden."
}

@test "the files are the folder's group's, who may read them" {
    [ "$(id -u)" = 0 ] || skip "it takes root to have another group"
    pbxsim_start
    chgrp games "$RECEIPTS"
    chmod 2770 "$RECEIPTS"
    conf
    people | drop - people.csv
    run -1 daemon_once
    is "$(stat -c '%G %a' "$RECEIPTS"/* | sort -u)" "games 640"
}

@test "a file is accepted while an earlier one is under way, and while the PBX is away" {
    pbxsim_start --fault 'add number=2001 : latency=60000'
    conf pbx.timeout=100s pbx.concurrency=4
    daemon_start
    records 2001 2001 | drop - long.csv
    lib_until stands long.accepted.txt
    records 2002 2003 | drop - short.csv
    lib_until stands short.accepted.txt
    run ! stands long.result.txt
    pbxsim_stop
    for name in a b c d e f g h i j k l m n o p q r s t; do # more than are worked on at once
        records 2002 2003 | drop - "$name.csv"
    done
    for name in a b c d e f g h i j k l m n o p q r s t; do
        lib_until stands "$name.accepted.txt"
        run ! stands "$name.result.txt"
    done
}

@test "the newest file of a name has the plain names; nothing is overwritten" {
    pbxsim_start
    conf
    people 2001 | drop - people.csv
    run -1 daemon_once
    cp -a "$RECEIPTS" before
    people 2002 | drop - people.csv
    run -1 daemon_once
    is "$(there)" "people.000001.accepted.txt people.000001.rejects.csv people.000001.result.txt people.accepted.txt people.rejects.csv people.result.txt"
    for kind in accepted.txt rejects.csv result.txt; do
        cmp "before/people.$kind" "$RECEIPTS/people.000001.$kind"
    done
    told people.result.txt "Import number: 000002"
    # one that refuses nothing leaves no rejects of an earlier one behind under the plain name
    records 2003 2003 | drop - people.csv
    daemon_once
    is "$(cd "$RECEIPTS" && echo people.[arc]*)" "people.accepted.txt people.result.txt"
    stands people.000002.rejects.csv
}

@test "an import that ends after a newer one of its name came writes under its number" {
    pbxsim_start
    conf import.mode=all-or-nothing
    people 2001 | drop - people.csv
    run -2 daemon_once
    told people.result.txt "Your file is held: nothing more is sent until your administrator decides."
    told people.result.txt "Stopped: "
    told people.result.txt "Why: "
    told people.result.txt "What to do: "
    records 2002 2002 | drop - people.csv
    run -2 daemon_once
    told people.result.txt "Import number: 000002"
    told people.000001.result.txt "Your file is held"
    cp "$RECEIPTS/people.result.txt" before
    extspool release 1
    run -1 daemon_once
    told people.000001.result.txt "Your file was imported."
    cmp before "$RECEIPTS/people.result.txt"
    is "$(there)" "people.000001.accepted.txt people.000001.rejects.csv people.000001.result.txt people.accepted.txt people.result.txt"
}

@test "a file that is dropped under a name with an import's number takes none of that one's receipts" {
    pbxsim_start
    conf import.mode=all-or-nothing
    people 2001 | drop - people.csv
    run -2 daemon_once
    records 2002 2002 | drop - people.csv
    run -2 daemon_once
    cp "$RECEIPTS/people.000001.result.txt" before
    people 2003 | drop - people.000001.csv
    run -2 daemon_once
    cmp before "$RECEIPTS/people.000001.result.txt"
    told people.000001.000003.accepted.txt "in the file people.000001.000003.result.txt."
    told people.000001.000003.result.txt "The refused rows are in the file people.000001.000003.rejects.csv"
    extspool release 1
    run -2 daemon_once
    told people.000001.result.txt "Your file was imported."
    told people.000001.000003.result.txt "Your file is held"
    stands people.000001.000003.rejects.csv
    is "$(there | tr ' ' '\n' | grep -c .)" 8
}

@test "the result of a held import is replaced when that goes on, by the tool without a daemon too" {
    pbxsim_start
    conf import.mode=all-or-nothing
    people | drop - people.csv
    run -2 daemon_once
    told people.result.txt "Your file is held"
    extspool release 1
    run -1 daemon_once
    told people.result.txt "Your file was imported."
    people 2002 | drop - others.csv
    run -2 daemon_once
    extspool cancel 2
    told others.result.txt "The import of your file was cancelled."
    told others.result.txt "If the rows that were left out are to be added after all, drop the file again."
    is "$(there)" "others.accepted.txt others.rejects.csv others.result.txt people.accepted.txt people.rejects.csv people.result.txt"
}

@test "killed before it could tell, it tells at the next start; not of what has ended" {
    conf_write pbx.url=
    daemon_start
    records 2001 2001 | drop - people.csv
    lib_until logged "people.csv' claimed"
    daemon_kill # as if it had been killed right after the claim
    pbxsim_start
    conf
    daemon_once
    is "$(there)" "people.accepted.txt people.result.txt"
    rm "$RECEIPTS"/*
    daemon_once
    is "$(there)" ""
}

@test "what a killed one left half written goes, whatever has become of its import" {
    pbxsim_start
    conf
    people | drop - people.csv
    run -1 daemon_once
    local name
    for name in .000001.receipt.rejects.csv.tmp .000007.receipt.result.txt.tmp; do
        echo left >"$RECEIPTS/$name"
    done
    touch "$RECEIPTS/.000001.mine.tmp" "$RECEIPTS/.x.receipt.result.txt.tmp"
    daemon_once
    is "$(there)" ".000001.mine.tmp .x.receipt.result.txt.tmp people.accepted.txt people.rejects.csv people.result.txt"
}

@test "a folder that is not there is made where it can be; otherwise that is told, once, and harms nothing" {
    pbxsim_start
    rmdir "$RECEIPTS"
    "${UNPRIVILEGED[@]}" mkdir -m 0700 "$WORLD/.receipts.tmp" # by one that was killed
    conf
    records 2001 2001 | drop - people.csv
    daemon_once
    is "$(there)" "people.accepted.txt people.result.txt"
    is "$(stat -c %a "$RECEIPTS")" 770
    [ ! -e "$WORLD/.receipts.tmp" ]

    conf report.receipts="$WORLD/away/receipts"
    daemon_start
    records 2002 2002 | drop - a.csv
    wait_report a.csv
    records 2003 2003 | drop - b.csv
    wait_report b.csv
    lib_until logged "'b.csv' has no receipt, or not all: make folder '$WORLD/away/receipts'"
    is "$(grep -c 'receipts cannot be written' "$LOG")" 1
    run -0 extspool status
    has "$output" "receipts cannot be written: make folder '$WORLD/away/receipts'"
    run -1 extspool doctor
    has "$output" "make folder '$WORLD/away/receipts'"
    # what is under way then is told when the folder is there
    pbxsim_stop
    records 2004 2004 | drop - c.csv
    lib_until logged "'c.csv' claimed"
    "${UNPRIVILEGED[@]}" mkdir away
    lib_until test -e away/receipts/c.accepted.txt
    logged "receipts are written again"
    is "$(ls away/receipts)" c.accepted.txt
    is "$(extspool status --json | jq -r .daemon.receipts)" ""
}

@test "a folder that may not be written is told, and works again" {
    pbxsim_start
    mkfifo "$RECEIPTS/.receipts.tmp" # who opens that waits for ever
    chmod a-w "$RECEIPTS"
    conf
    daemon_start
    records 2001 2001 | drop - people.csv
    wait_report people.csv
    lib_until logged "'people.csv' has no receipt, or not all: write to folder '$RECEIPTS'"
    is "$(there)" .receipts.tmp
    chmod u+w "$RECEIPTS"
    lib_until logged "receipts are written again"
    is "$(extspool status --json | jq -r .daemon.receipts)" ""
    is "$(there)" ""
    records 2002 2002 | drop - people.csv
    lib_until stands people.result.txt
    told people.result.txt "Import number: 000002"
}

@test "where receipts lie in incoming/, they are no input and nobody is told of them" {
    pbxsim_start
    "${UNPRIVILEGED[@]}" mkdir -p "$SPOOL/incoming/told" "$SPOOL/incoming/personio"
    local number=2001 folder
    for folder in "" /told /personio; do
        RECEIPTS="$SPOOL/incoming$folder"
        conf
        people "$number" | drop - people.csv
        run -1 daemon_once
        people 2009 >"$RECEIPTS/MINE.Rejects.csv"
        cp "$RECEIPTS/people.result.txt" "$RECEIPTS/people.000009.result.txt"
        daemon_start
        records $((number + 1)) $((number + 1)) | drop - "sign-$number.csv"
        wait_report "sign-$number.csv"
        is "$(extspool status --json | jq -c '[.unclaimed[].name | select(. != "told")]')" '[]'
        [ "$folder" = /told ] || is "$(extspool status --json | jq -c '[.unclaimed[].name]')" '["told"]'
        run -0 find "$SPOOL/work" -name '*.csv'
        is "$output" ""
        stands people.rejects.csv
        stands MINE.Rejects.csv
        daemon_stop
        rm "$RECEIPTS"/*.*
        number=$((number + 2))
    done
    RECEIPTS="$WORLD/receipts"
}

@test "receipts that lay in incoming/ are no input when another folder has them, or none has" {
    pbxsim_start
    "${UNPRIVILEGED[@]}" mkdir -p "$SPOOL/incoming/personio"
    local folder number=2001
    untouched() { # FILE: it is as it was
        cmp "$1" "$SPOOL/incoming$folder/${1##*/}"
    }
    for folder in "" /personio; do
        conf report.receipts="$SPOOL/incoming$folder"
        daemon_start
        people "$number" | drop - people.csv
        lib_until test -e "$SPOOL/incoming$folder/people.rejects.csv"
        lib_until test -e "$SPOOL/incoming$folder/people.result.txt"
        rm -rf before
        mkdir before
        cp "$SPOOL/incoming$folder"/people.* before
        conf
        kill -HUP "$DAEMON_PID"
        records $((number + 1)) $((number + 1)) | drop - "sign-$number.csv"
        lib_until stands "sign-$number.result.txt"
        for name in before/*; do
            untouched "$name"
            logged "'${folder:1}${folder:+/}${name##*/}' stays in incoming/: it bears the name of a receipt"
        done
        has "$(extspool status --json | jq -c '[.unclaimed[].name]')" "people.rejects.csv\""
        # nor after a kill, and by a daemon that never saw the other configuration
        daemon_kill
        conf_write
        records $((number + 2)) $((number + 2)) | drop - "later-$number.csv"
        run -0 daemon_once
        for name in before/*; do
            untouched "$name"
        done
        # given another name it is a file like others
        sed "s/^x/$((number + 3))/" before/people.rejects.csv | drop - "mended-$number.csv"
        run -0 daemon_once
        number=$((number + 4))
        rm -r "${SPOOL:?}/incoming$folder"/people.*
    done
    is "$(created)" "2001 2002 2003 2004 2005 2006 2007 2008"
}

@test "elsewhere a rejects file that is dropped is input" {
    pbxsim_start
    conf
    people | drop - people.csv
    run -1 daemon_once
    sed 's/^x/2002/' "$RECEIPTS/people.rejects.csv" | drop - people.rejects.csv
    daemon_once
    told people.rejects.result.txt "The one person in the file was added to the phone system."
    is "$(created)" "2001 2002"
}

@test "nothing in the folder is followed or believed, and what others put there is kept" {
    pbxsim_start
    conf
    daemon_start
    echo secret >"$WORLD/other"
    ln -s "$WORLD/other" "$RECEIPTS/people.accepted.txt"
    mkdir "$RECEIPTS/people.result.txt"
    echo mine >"$RECEIPTS/people.rejects.csv"
    ln -s "$WORLD/other" "$RECEIPTS/.000001.receipt.accepted.txt.tmp"
    chmod 0777 "$RECEIPTS"
    people | drop - people.csv
    lib_until stands people.result.txt
    wait_report people.csv
    is "$(cat "$WORLD/other")" secret
    is "$(cat "$RECEIPTS/people.before-000001.rejects.csv")" mine
    test -L "$RECEIPTS/people.before-000001.accepted.txt"
    test -d "$RECEIPTS/people.before-000001.result.txt"
    told people.accepted.txt "Your file has arrived"
    told people.result.txt "Your file was imported."

    # a folder that stands in the way of one receipt: the import is done, and others are told
    mkdir "$RECEIPTS/.000002.receipt.accepted.txt.tmp" "$RECEIPTS/.000002.receipt.result.txt.tmp"
    records 2002 2002 | drop - second.csv
    wait_report second.csv
    logged "'second.csv' has no receipt, or not all: "
    records 2003 2003 | drop - third.csv
    lib_until stands third.result.txt
    run ! stands second.result.txt
}

@test "a link in place of the folder is not followed" {
    pbxsim_start
    rmdir "$RECEIPTS"
    "${UNPRIVILEGED[@]}" mkdir elsewhere
    ln -s elsewhere "$RECEIPTS"
    conf report.receipts="$RECEIPTS/"
    records 2001 2001 | drop - people.csv
    daemon_once
    is "$(ls elsewhere)" ""
    logged "receipts cannot be written, which harms no import: open folder '$RECEIPTS'"
}

@test "SIGHUP changes the folder; what is under way is told there" {
    pbxsim_start --fault 'add number=2001 : latency=60000'
    conf pbx.timeout=100s pbx.concurrency=4
    daemon_start
    records 2001 2001 | drop - people.csv
    lib_until stands people.accepted.txt
    "${UNPRIVILEGED[@]}" mkdir moved
    conf pbx.timeout=100s pbx.concurrency=4 report.receipts="$WORLD/moved"
    kill -HUP "$DAEMON_PID"
    lib_until test -e moved/people.accepted.txt
    cmp "$RECEIPTS/people.accepted.txt" moved/people.accepted.txt
    # there and back: what stands here already is not put aside
    conf pbx.timeout=100s pbx.concurrency=4
    kill -HUP "$DAEMON_PID"
    records 2002 2002 | drop - other.csv
    lib_until stands other.result.txt
    is "$(there)" "other.accepted.txt other.result.txt people.accepted.txt"
    # nor does it stand there twice when a newer one of its name came meanwhile
    conf pbx.timeout=100s pbx.concurrency=4 report.receipts="$WORLD/moved"
    kill -HUP "$DAEMON_PID"
    records 2003 2003 | drop - people.csv
    lib_until test -e moved/people.result.txt
    conf pbx.timeout=100s pbx.concurrency=4
    kill -HUP "$DAEMON_PID"
    records 2004 2004 | drop - people.csv
    lib_until stands people.result.txt
    is "$(there)" "other.accepted.txt other.result.txt people.000001.accepted.txt people.accepted.txt people.result.txt"
}

@test "the folder may not be one of the daemon's own" {
    pbxsim_start
    conf report.receipts="$SPOOL/reports"
    records 2001 2001 | drop - people.csv
    daemon_once
    logged "receipts cannot be written, which harms no import: '$SPOOL/reports' is a folder of the spool's own"
    is "$(find "$SPOOL/reports" -type f -printf '%f\n' | sort | xargs)" "000001-people.html 000001-people.json 000001-people.results.csv"
}

@test "receipts go with the reports, rejects with what was sent; others' files stay" {
    pbxsim_start
    conf
    people | drop - people.csv
    run -1 daemon_once
    people 2002 | drop - people.csv
    run -1 daemon_once
    echo mine >"$RECEIPTS/notes.txt"
    aged() {
        "${UNPRIVILEGED[@]}" sqlite3 "$STATE/ledger.db" \
            "UPDATE import SET finished = finished - $1 * 86400000"
    }
    aged 31
    run -0 extspool prune --dry-run
    has "$output" "$RECEIPTS/people.000001.rejects.csv"
    has "$output" "$RECEIPTS/people.rejects.csv"
    daemon_once
    is "$(there)" "notes.txt people.000001.accepted.txt people.000001.result.txt people.accepted.txt people.result.txt"
    aged 60
    mv "$RECEIPTS" away # the ledger does not forget whose they are
    ln -s away "$RECEIPTS"
    daemon_once
    run -0 extspool show 1
    rm "$RECEIPTS"
    mv away "$RECEIPTS"
    daemon_once
    is "$(there)" notes.txt
    run -1 extspool show 1
}

@test "names that are not ASCII, or long, or without an ending" {
    pbxsim_start
    conf spool.pattern='*'
    local long
    long="$(printf 'x%.0s' $(seq 230))"
    records 2001 2001 | drop - 'Zoë & Söhne.csv'
    records 2002 2002 | drop - "$long.csv"
    records 2003 2003 | drop - people
    records 2004 2004 | drop - $'new\nline.csv'
    daemon_once
    stands 'Zoë & Söhne.result.txt'
    stands people.result.txt
    stands new%0Aline.result.txt
    is "$(find "$RECEIPTS" -name 'xxx*' | wc -l)" 2
    records 2005 2005 | drop - "$long.csv"
    daemon_once
    is "$(find "$RECEIPTS" -name 'xxx*.000004.*' | wc -l)" 2
    told 'Zoë & Söhne.result.txt' "File: Zoë & Söhne.csv"
}

@test "many refused rows: the first ones are listed" {
    pbxsim_start
    conf
    { echo number,registerpassword && for i in {1..50}; do echo "x$i,Aa1bcdefgh"; done; } | drop - people.csv
    run -1 daemon_once
    told people.result.txt "and 30 more rows"
    is "$(grep -c '^- Line ' "$RECEIPTS/people.result.txt")" 20
    told people.result.txt "(50 rows)."
}

@test "the doctor looks at the folder" {
    pbxsim_start
    conf
    daemon_start
    run -0 extspool doctor
    has "$output" "senders find receipts in '$RECEIPTS'"
    chmod 0707 "$RECEIPTS"
    run -1 extspool doctor
    has "$output" "its group may not look into '$RECEIPTS'"
    has "$output" "others may change what is in '$RECEIPTS'"
    daemon_stop
    rmdir "$RECEIPTS"
    run -1 extspool doctor
    has "$output" "there is no folder '$RECEIPTS'"
}
