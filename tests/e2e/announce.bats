#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Telling people: the command of [notify], files that did not come, and the examples as they are
# shipped.
# shellcheck disable=SC2030,SC2031,SC2154,SC2016

bats_require_minimum_version 1.5.0
load lib

setup() {
    lib_setup
    SINK=
    mkdir "$WORLD/told"
    [ "${#UNPRIVILEGED[@]}" = 0 ] || chown nobody:nogroup "$WORLD/told"
    # what the command is given is kept where no secret may be
    tell_by 'env | sort >>'"$WORLD"'/said
printf "%s %s %s\n" "$EXTSPOOLD_EVENT" "${EXTSPOOLD_ID:--}" "$EXTSPOOLD_SUBJECT" >>'"$WORLD"'/told/lines'
    install -m 0666 /dev/null "$WORLD/said"
}

teardown() {
    local orphan
    [ -z "$SINK" ] || kill "$SINK"
    for orphan in "$WORLD"/told/*.pid; do # of a daemon that was killed
        [ ! -e "$orphan" ] || kill "$(cat "$orphan")" 2>/dev/null || true
    done
    lib_teardown
}

# tell_by TEXT: what the command does from now on.
tell_by() {
    printf '#!/bin/sh\nset -eu\n%s\n' "$1" >"$WORLD/tell.new"
    chmod 0755 "$WORLD/tell.new"
    mv "$WORLD/tell.new" "$WORLD/tell"
}

told() {
    cat "$WORLD/told/lines" 2>/dev/null || true
}

told_is() {
    [ "$(told)" = "$1" ]
}

# later MILLISECONDS: as if so much time had passed since the last time at which files were expected.
later() {
    local name came counted at missing
    while IFS='| ' read -r name came counted at missing; do
        "${UNPRIVILEGED[@]}" sqlite3 -cmd '.timeout 60000' "$STATE/ledger.db" "UPDATE note SET
            text = '$came $counted $((at - $1)) $missing' WHERE name = '$name'"
    done < <(sqlite3 "$STATE/ledger.db" "SELECT name, text FROM note WHERE name LIKE 'expect:%'")
}

# sink PROGRAM: a server of tests/e2e/sinks; sets PORT and SINK.
sink() {
    cp "$ROOT/tests/e2e/sinks/$1" "$WORLD/sink.py"
    /usr/bin/python3 "$WORLD/sink.py" "$WORLD/sink.port" "$WORLD/told" >>"$WORLD/sink.out" 2>&1 3>&- &
    SINK=$!
    lib_until test -s "$WORLD/sink.port"
    PORT=$(cat "$WORLD/sink.port")
}

# credential TEXT: what the examples are given by the unit.
credential() {
    mkdir -p "$WORLD/credentials"
    printf '%s\n' "$1" >"$WORLD/credentials/notify-curl"
    export CREDENTIALS_DIRECTORY="$WORLD/credentials"
    # as the unit does it: no program gets more rights than the daemon has
    [[ " ${UNPRIVILEGED[*]} " == *" --no-new-privs "* ]] ||
        UNPRIVILEGED=(setpriv --no-new-privs "${UNPRIVILEGED[@]:1}")
}

@test "finished, held, rejected and cancelled imports are told, each with its places" {
    pbxsim_start
    conf_write notify.command="$WORLD/tell" import.max_invalid=60%
    { records 2001 2002; echo 20x3,; } | drop - people.csv
    printf '\n' | drop - empty.csv
    printf 'number,registerpassword\n3001,\n' | drop - wrong.csv
    run -2 daemon_once # one is held
    is "$(told | sort)" "\
finished 000002 people.csv: 2 of 3 people added, 1 refused
held 000003 wrong.csv is held: more rows are invalid than max_invalid allows
rejected 000001 empty.csv cannot be imported: the file is empty"
    local name
    for name in EVENT=finished STATE=done NAME=people.csv PROFILE=vendor LANGUAGE=en ROWS=3 CREATED=2 \
        UNCHANGED=0 SKIPPED=0 INVALID=1 FAILED=0 CODE= REASON= CODE=max-invalid CODE=empty-file \
        "REASON=the file is empty" "REPORT_JSON=$SPOOL/reports/000002-people.json" \
        "REPORT_HTML=$SPOOL/reports/000002-people.html" \
        "RESULTS=$SPOOL/reports/000002-people.results.csv" \
        "REJECTS=$SPOOL/reports/000002-people.rejects.csv"; do
        grep -qxF "EXTSPOOLD_$name" "$WORLD/said" || { echo "lacks $name" && return 1; }
    done
    grep -qxE 'EXTSPOOLD_KEY=000002-finished-[0-9]{13}' "$WORLD/said"
    # nothing but this is handed on
    is "$(sed -n 's/^\([A-Z_]*\)=.*/\1/p' "$WORLD/said" | grep -v ^EXTSPOOLD_ | sort -u |
        grep -vxE 'PATH|PWD|LANG|LC_ALL|TZ|CREDENTIALS_DIRECTORY')" ""
    # the hold's second end is told as well
    extspool cancel 3
    run -0 daemon_once
    is "$(told | tail -n 1)" "cancelled 000003 wrong.csv: cancelled, 0 of 1 person added, 1 refused"
    run -0 daemon_once
    is "$(told | wc -l)" 4
}

@test "a hold that is released is told twice, in the language of the reports" {
    pbxsim_start
    conf_write notify.command="$WORLD/tell" import.max_rows_changed=1 report.language=de
    daemon_start
    drop <(records 2001 2002) Büro.csv
    lib_until grep -q ^held "$WORLD/told/lines"
    extspool release 1
    lib_until grep -q ^finished "$WORLD/told/lines"
    has "$(told | head -n 1)" "held 000001 Büro.csv wurde angehalten: "
    is "$(told | tail -n 1)" "finished 000001 Büro.csv: 2 von 2 Personen angelegt"
    is "$(told | wc -l)" 2
}

@test "without a command nothing is noted, and what was noted goes when it is taken away" {
    pbxsim_start
    conf_write
    drop <(records 2001 2001) one.csv
    run -0 daemon_once
    conf_write notify.command="$WORLD/none"
    drop <(records 2002 2002) two.csv
    run -0 daemon_once # its failure changes no exit status
    is "$(sqlite3 "$STATE/ledger.db" "SELECT count(*) FROM note WHERE name LIKE 'announce:%'")" 1
    conf_write
    run -0 daemon_once
    is "$(sqlite3 "$STATE/ledger.db" "SELECT count(*) FROM note WHERE name LIKE 'announce:%'")" 0
    conf_write notify.command="$WORLD/tell"
    run -0 daemon_once
    is "$(told)" ""
}

@test "what fails is logged, tried again at a reload, and given up after five tries" {
    local try
    pbxsim_start
    tell_by 'echo "the mail server refuses Pbx-pw83!q" | tee /dev/stderr; exit 67'
    conf_write notify.command="$WORLD/tell"
    drop <(records 2001 2002) people.csv
    daemon_start
    wait_report people.csv
    lib_until logged "telling of 'finished' failed: the [notify] command ends with 67; again in 1 min"
    for try in 5 25 125; do
        kill -HUP "$DAEMON_PID"
        lib_until logged "ends with 67; again in $try min"
    done
    is "$(extspool show --json 1 | jq -r .state)" "done"
    kill -HUP "$DAEMON_PID"
    lib_until logged "nobody was told of 'finished' in 5 tries: the [notify] command ends with 67"
    daemon_stop
    is "$(sqlite3 "$STATE/ledger.db" "SELECT count(*) FROM note WHERE name LIKE 'announce:%'")" 0
    run ! logged "the mail server"
    is "$(created)" "2001 2002"
}

@test "a command that hangs is ended with all that it has started, and keeps no import waiting" {
    pbxsim_start
    tell_by 'sleep 1000 & echo $! >'"$WORLD"'/told/sleep.pid; wait'
    conf_write notify.command="$WORLD/tell" notify.timeout=1h
    daemon_start
    drop <(records 2001 2002) people.csv
    lib_until test -s "$WORLD/told/sleep.pid"
    drop <(records 2003 2004) other.csv
    wait_report other.csv
    kill -0 "$(cat "$WORLD/told/sleep.pid")" # it still runs
    daemon_stop # which gives it some seconds and no more
    logged "was cut short"
    lib_until is_gone "$(cat "$WORLD/told/sleep.pid")"
    rm "$WORLD/told/sleep.pid"
    conf_write notify.command="$WORLD/tell" notify.timeout=200ms
    run -0 daemon_once
    logged "the [notify] command takes too long; again in 1 min"
    lib_until is_gone "$(cat "$WORLD/told/sleep.pid")"
    rm "$WORLD/told/sleep.pid"
}

@test "its end is seen where who started the daemon ignores the ends of programs" {
    pbxsim_start
    conf_write notify.command="$WORLD/tell" notify.timeout=2s
    records 2001 2002 | drop - people.csv
    UNPRIVILEGED=(env --ignore-signal=CHLD "${UNPRIVILEGED[@]}")
    run -0 daemon_once
    is "$(told)" "finished 000001 people.csv: 2 of 2 people added"
    logged "people were told: finished"
}

@test "a run that is to end does not wait for ever more messages, and leaves the rest to the next" {
    local i tried
    pbxsim_start
    tell_by 'exec sleep 1000'
    conf_write notify.command="$WORLD/tell" notify.timeout=200ms
    for i in 1 2 3 4 5 6 7 8; do
        drop <(records "200$i" "200$i") "file$i.csv"
    done
    run -0 daemon_once
    tried=$(grep -c 'takes too long' "$LOG")
    [ "$tried" -ge 1 ] && [ "$tried" -lt 8 ]
    tell_by 'printf "%s\n" "$EXTSPOOLD_ID" >>'"$WORLD"'/told/lines'
    conf_write notify.command="$WORLD/tell"
    run -0 daemon_once
    is "$(told | sort -u | wc -l)" $((8 - tried)) # those that failed are not due yet
    is "$(sqlite3 "$STATE/ledger.db" "SELECT count(*) FROM note WHERE name LIKE 'announce:%'")" "$tried"
}

# is_gone PID: it has ended, whether or not somebody has asked how.
is_gone() {
    ! grep -qs '^State:.[^ZX]' "/proc/$1/status"
}

@test "a daemon that is killed while it tells does so again, and the import is whole" {
    pbxsim_start
    tell_by 'echo $$ >'"$WORLD"'/told/tell.pid; exec sleep 1000'
    conf_write notify.command="$WORLD/tell"
    daemon_start
    drop <(records 2001 2003) people.csv
    lib_until test -s "$WORLD/told/tell.pid"
    daemon_kill
    tell_by 'printf "%s\n" "$EXTSPOOLD_KEY" >>'"$WORLD"'/told/lines'
    run -0 daemon_once
    is "$(told | wc -l)" 1
    is "$(report people.csv .counts.created)" 3
    is "$(created)" "2001 2002 2003"
    run -0 daemon_once
    is "$(told | wc -l)" 1
}

@test "killed at any step between the end and the message, it is told at least once" {
    local step
    pbxsim_start
    conf_write notify.command="$WORLD/tell"
    for step in 1 2 3 4 5 6; do
        drop <(records "300$step" "300$step") "file$step.csv"
        daemon_start
        case $step in # as each leaves its mark, at a later moment
        1) lib_until logged "'file$step.csv' claimed" ;;
        2) lib_until logged "000002: 1 rows read" ;;
        3) lib_until test -e "$SPOOL/reports/00000$step-file$step.results.csv" ;;
        4) wait_report "file$step.csv" ;;
        5) lib_until logged "'file$step.csv' done" ;;
        6) lib_until grep -q "00000$step" "$WORLD/told/lines" ;;
        esac
        daemon_kill
    done
    run -0 daemon_once
    for step in 1 2 3 4 5 6; do
        grep -q "^finished 00000$step file$step.csv: 1 of 1 person added$" "$WORLD/told/lines"
    done
    is "$(created)" "3001 3002 3003 3004 3005 3006"
}

@test "an import is not forgotten before it was told" {
    pbxsim_start
    tell_by 'exit 67'
    conf_write notify.command="$WORLD/tell" report.keep=1ms secrets.keep=1ms
    drop <(records 2001 2001) people.csv
    daemon_once
    logged "ends with 67; again in 1 min"
    daemon_once # retention has its pass
    is "$(extspool prune --dry-run --json | jq -c '[.items[].what]')" '[]'
    tell_by 'printf "%s %s %s\n" "$EXTSPOOLD_EVENT" "$EXTSPOOLD_ID" "$EXTSPOOLD_SUBJECT" >>'"$WORLD"'/told/lines'
    daemon_start
    kill -HUP "$DAEMON_PID" # so that it is told at once
    lib_until told_is "finished 000001 people.csv: 1 of 1 person added"
    extspool prune
    run -1 extspool show 1
}

@test "a clock that is set back keeps no message waiting" {
    local faked
    command -v faketime >/dev/null || skip "no faketime"
    faked="$(faketime -f +0 sh -c 'echo "$LD_PRELOAD"')"
    clock() { # OFFSET: of the daemon's clock from now on
        echo "$1" >"$WORLD/clock.new"
        mv "$WORLD/clock.new" "$WORLD/clock"
    }
    UNPRIVILEGED+=(env LD_PRELOAD="$faked" FAKETIME_TIMESTAMP_FILE="$WORLD/clock" FAKETIME_NO_CACHE=1
        FAKETIME_DONT_FAKE_MONOTONIC=1 NO_FAKE_STAT=1)
    clock +3h
    pbxsim_start
    tell_by 'exit 67'
    conf_write notify.command="$WORLD/tell"
    daemon_start
    drop <(records 2001 2001) first.csv
    lib_until logged "ends with 67; again in 1 min"
    clock +1h # while it runs
    lib_until logged "ends with 67; again in 5 min"

    # while it does not, with one that was tried and one that was not
    tell_by 'echo $$ >'"$WORLD"'/told/tell.pid; exec sleep 1000'
    drop <(records 2002 2002) second.csv
    lib_until test -s "$WORLD/told/tell.pid"
    drop <(records 2003 2003) third.csv
    lib_until logged "'third.csv' done"
    daemon_kill
    clock -1h
    tell_by 'printf "%s %s %s\n" "$EXTSPOOLD_EVENT" "$EXTSPOOLD_ID" "$EXTSPOOLD_SUBJECT" >>'"$WORLD"'/told/lines'
    daemon_start
    lib_until told_has 3
    is "$(told | sort | cut -d ' ' -f 2 | xargs)" "000001 000002 000003"
}

# told_has COUNT: so many messages were told.
told_has() {
    [ "$(told | wc -l)" = "$1" ]
}

# ---- files that do not come -------------------------------------------------------------------

# expected TIME: a daemon that expects vendor's file by then every day, with its metrics.
expected() {
    conf_write notify.command="$WORLD/tell" notify.expect="vendor $1" \
        metrics.textfile="$WORLD/told/m.prom" import.max_invalid=50%
}

missing_is() {
    grep -qx "extspoold_expected_missing{daemon=\"m\",profile=\"vendor\"} $1" "$WORLD/told/m.prom"
}

@test "an export that does not come is told once, over restarts, until it comes" {
    local by day=86400000
    by=$(date -d '2 minutes ago' +%H:%M)
    pbxsim_start
    expected "$by"
    run -0 daemon_once # expected from the next time on
    is "$(told)" ""
    missing_is 0
    later "$day"
    run -0 daemon_once
    is "$(told)" "missing - the export of vendor did not come by $by"
    grep -qxF EXTSPOOLD_PROFILE=vendor "$WORLD/said"
    logged "warning the export of vendor did not come by $by"
    missing_is 1
    run -0 daemon_once
    is "$(told | wc -l)" 1
    missing_is 1
    conf_write notify.command="$WORLD/tell" notify.expect="vendor $by" import.max_invalid=50% \
        metrics.textfile="$WORLD/told/m.prom" status.listen="$WORLD/page.sock"
    daemon_start
    has "$(extspool status)" "the export of vendor did not come by $by"
    lib_until grep -q 'the status page is served at ' "$LOG"
    is "$(curl -sS --unix-socket "$WORLD/page.sock" http://localhost/ |
        grep -c 'the export of vendor did not come')" 1
    drop <(records 2001 2002) late.csv
    lib_until logged "the export of vendor has come, which was expected by $by"
    wait_report late.csv
    is "$(extspool status --json | jq -c .missing)" "[]"
    daemon_stop
    missing_is 0
    # a late one is none for the next day, too
    later "$day"
    run -0 daemon_once
    is "$(told | grep -c ^missing)" 2
}

@test "a file that came in time is not missing, held or not, nor one that came as all was down" {
    local by day=86400000
    by=$(date -d '2 minutes ago' +%H:%M)
    pbxsim_start
    expected "$by"
    run -0 daemon_once
    printf 'number,registerpassword\n20x1,\n' | drop - bad.csv
    run -2 daemon_once # it is held, and stays so
    later "$day"
    run -2 daemon_once
    is "$(told | grep -c ^missing)" 0
    later "$day"
    drop <(records 2001 2002) down.csv # which is there before the daemon looks
    run -2 daemon_once
    is "$(told | grep -c ^missing)" 0
    logged "'down.csv' done"
    # days that nobody was there to see are told as one
    later $((5 * day))
    run -2 daemon_once
    is "$(told | grep -c ^missing)" 1
}

@test "times that are over when they are first expected are no reason to tell anybody" {
    local day=86400000
    pbxsim_start
    expected "$(date -d '4 minutes ago' +%H:%M)"
    run -0 daemon_once
    later "$day"
    drop <(records 2001 2002) people.csv
    run -0 daemon_once # which counts for that time
    expected "$(date -d '2 minutes ago' +%H:%M)"
    run -0 daemon_once
    expected "$(date -d '4 minutes ago' +%H:%M), vendor $(date -d '3 minutes ago' +%H:%M)"
    run -0 daemon_once
    is "$(told | grep -c ^missing)" 0
    # it came since, and so counts for the next
    later "$day"
    run -0 daemon_once
    is "$(told | grep -c ^missing)" 0
    later "$day"
    run -0 daemon_once
    is "$(told | grep -c ^missing)" 1
}

@test "mistakes in what is expected are named, and a profile that is not there is one" {
    conf_write notify.expect="vendor Mon-Fri 24:00"
    run -2 "$BIN/extspoold" -c "$CONF" --check-config
    has "$output" "[notify] expect has a time that is none: 00:00 to 23:59"
    has "$output" "$CONF:"
    conf_write notify.expect="vendor 06:00, nobodys 06:00"
    run -2 "$BIN/extspoold" -c "$CONF" --check-config
    has "$output" "[notify] expect: there is no mapping profile 'nobodys'"
    run -0 daemon_once # which is no reason not to import
    logged "[notify] expect: there is no mapping profile 'nobodys'"
    conf_write notify.expect="vendor Mon-Fri 6:00, bamboohr Mon+Wed 18:30"
    run -0 "$BIN/extspoold" -c "$CONF" --check-config
}

@test "doctor says whether the command can be run" {
    conf_write notify.command="$WORLD/tell and more"
    run extspool doctor
    has "$output" "people are told by '$WORLD/tell'"
    chmod a-x "$WORLD/tell"
    run extspool doctor
    has "$output" "people cannot be told: '$WORLD/tell' is no program that can be run"
    conf_write notify.command="sh -c true"
    run extspool doctor
    has "$output" "people are told by 'sh'"
}

# ---- the examples, as they are shipped ----------------------------------------------------------

@test "the mail example sends the report, and its password stands nowhere else" {
    cp "$ROOT/docs/examples/notify-mail" "$WORLD/"
    pbxsim_start
    sink mail.py
    credential "url = \"smtp://127.0.0.1:$PORT\"
user = \"extspoold:mail-pw83\""
    SECRETS+=(mail-pw83)
    conf_write notify.command="$WORLD/notify-mail spool@example.org hr@example.org" report.language=de
    { records 2001 2002; echo 20x3,; } | drop - 'Größe, "neu"; x.csv'
    run -1 daemon_once
    logged "people were told: finished"
    cat "$WORLD/told/1.eml"
    is "$(head -n 2 "$WORLD/told/1.eml")" "spool@example.org
['hr@example.org']"
    /usr/bin/python3 - "$WORLD/told/1.eml" "$SPOOL"/reports/000001-*.html <<'END'
import email.policy, sys
text = open(sys.argv[1], "rb").read().split(b"\n", 2)[2]
mail = email.message_from_bytes(text, policy=email.policy.default)
assert mail["Subject"] == 'Größe, "neu"; x.csv: 2 von 3 Personen angelegt, 1 abgelehnt', mail["Subject"]
assert mail["From"] == "extspoold <spool@example.org>" and mail["To"] == "hr@example.org"
assert mail["Message-ID"].startswith("<000001-finished-"), mail["Message-ID"]
assert mail["Date"] and max(map(len, text.split(b"\n"))) < 998
body, report = mail.iter_parts()
assert body.get_content_type() == "text/plain" and mail["Subject"] in body.get_content()
assert "Der Bericht nennt jede abgelehnte Zeile" in body.get_content(), body.get_content()
assert report.get_filename() == "report-000001.html"
assert report.get_content_type() == "text/html"
assert report.get_payload(decode=True).replace(b"\r\n", b"\n") == open(sys.argv[2], "rb").read()
END
}

@test "a mail that the server does not take is sent when it does; one for a missing file has no report" {
    cp "$ROOT/docs/examples/notify-mail" "$WORLD/"
    pbxsim_start
    sink mail.py
    credential "url = \"smtp://127.0.0.1:$PORT\"
user = \"extspoold:mail-pw83\""
    : >"$WORLD/told/down"
    conf_write notify.command="$WORLD/notify-mail spool@example.org hr@example.org" \
        notify.expect="vendor $(date -d '2 minutes ago' +%H:%M)"
    daemon_start
    drop <(records 2001 2002) people.csv
    lib_until logged "telling of 'finished' failed: the [notify] command ends with "
    rm "$WORLD/told/down"
    kill -HUP "$DAEMON_PID"
    lib_until test -e "$WORLD/told/1.eml"
    grep -q '^Subject: =?UTF-8?B?' "$WORLD/told/1.eml"
    lib_until logged "people were told: finished"
    daemon_stop
    later $((2 * 86400000)) # the file counts for the first time that is over now
    run -0 daemon_once
    later 86400000
    run -0 daemon_once
    logged "people were told: missing"
    grep -qF "the export of vendor did not come by" "$WORLD/told/2.eml"
    run ! grep -q filename "$WORLD/told/2.eml"
}

@test "the trial of NOTIFY.md sends a mail, and says how it ended" {
    local trial name
    sink mail.py
    credential "url = \"smtp://127.0.0.1:$PORT\"
user = \"extspoold:mail-pw83\""
    echo none >"$LOG" # no daemon runs
    trial=$(sed -n '/^env -i /,/^```$/{/^```$/d;p}' "$ROOT/docs/NOTIFY.md")
    has "$trial" /usr/local/bin/notify-mail
    trial=${trial//\/usr\/local\/bin\//$ROOT/docs/examples/}
    run -0 sh -c "${trial//\/etc\/extspoold/$CREDENTIALS_DIRECTORY}"
    is "$output" "ended with 0"
    grep -q '^This is a test\.' "$WORLD/told/1.eml"
    # all variables that there are
    grep -o 'EXTSPOOLD_[A-Z_]*' "$ROOT/daemon/announce_words.c" | sort -u >"$WORLD/names"
    [ "$(wc -l <"$WORLD/names")" -ge 21 ]
    while read -r name; do
        has "$trial" "$name="
    done <"$WORLD/names"
}

@test "the webhook example posts what happened, and fails where the server does" {
    cp "$ROOT/docs/examples/notify-webhook" "$WORLD/"
    pbxsim_start
    sink hook.py
    credential "url = \"http://127.0.0.1:$PORT/hooks/tok83\""
    SECRETS+=(tok83)
    conf_write notify.command="$WORLD/notify-webhook"
    { records 2001 2002; echo 20x3,; } | drop - 'a "b" é.csv'
    run -1 daemon_once
    logged "people were told: finished"
    is "$(jq -c '[.event, .id, .name, .profile, .code, .counts]' "$WORLD/told/1.json")" \
        '["finished","000001","a \"b\" é.csv","vendor","",{"rows":3,"created":2,"unchanged":0,"skipped":0,"invalid":1,"failed":0}]'
    has "$(jq -r .text "$WORLD/told/1.json")" 'a "b" é.csv: 2 of 3 people added, 1 refused'
    credential "url = \"http://127.0.0.1:$PORT/hooks/other\""
    drop <(records 2004 2004) again.csv
    run -0 daemon_once
    logged "telling of 'finished' failed: the [notify] command ends with 22"
}
