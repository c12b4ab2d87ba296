#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Killed while it tells people, writes receipts, takes other settings over and forgets.
#
#   KILLS=200 SEED=7 bats tests/crash/told.bats
# shellcheck disable=SC2030,SC2031,SC2154 # each test has a shell of its own

bats_require_minimum_version 1.5.0
load ../e2e/lib

setup() {
    lib_setup
    RECEIPTS="$WORLD/receipts"
    mkdir "$WORLD/told"
    [ "${#UNPRIVILEGED[@]}" = 0 ] || chown nobody:nogroup "$WORLD/told"
    local pause
    for pause in 0 0.1; do
        cat >"$WORLD/tell-$pause" <<END
#!/bin/sh
sleep $pause
printf '%s\n' "\$EXTSPOOLD_KEY" >>$WORLD/told/keys
END
        chmod 0755 "$WORLD/tell-$pause"
    done
}

one_of() {
    local of=("$@")
    echo "${of[RANDOM % $#]}"
}

# other_conf: some configuration.
other_conf() {
    local keep
    keep="$(one_of 0 0 2s)"
    conf_write report.receipts="$RECEIPTS" report.language="$(one_of en de)" report.keep="$keep" \
        secrets.keep="$keep" notify.command="$WORLD/tell-$(one_of 0 0.1)" \
        notify.expect="vendor 06:00, bamboohr $(one_of 07 15 23):$(one_of 00 30)"
}

# put NAME: drops a file with some good rows, of which the last is NUMBER then, and a bad one.
put() {
    local first=$((NUMBER + 1))
    NUMBER=$((first + RANDOM % 20))
    { records "$first" "$NUMBER" && echo 'x,Aa1bcdefgh'; } | drop - "$1"
    FILES=$((FILES + 1))
}

has_created() {
    grep -q "\"created\":true.*\"number\":\"$1\"\|\"number\":\"$1\".*\"created\":true" "$PBX_JOURNAL"
}

# all_over: nothing is under way, and nobody is still to be told.
all_over() {
    [ -z "$(find "$SPOOL/incoming" -type f)" ] && status_is '[.imports[].state] - ["done"] == []' &&
        [ "$(sqlite3 -cmd '.timeout 60000' "$STATE/ledger.db" \
            "SELECT count(*) FROM note WHERE name LIKE 'announce:%'")" = 0 ]
}

status_is() {
    extspool status --json | jq -e "$1" >/dev/null
}

# held_release: lets those go on over which it died too often.
held_release() {
    local id
    for id in $(extspool status --json | jq -r '.imports[] | select(.state == "held") | .id'); do
        extspool release "$id" >/dev/null
    done
}

nothing_left() {
    [ -z "$(find "$RECEIPTS" "$SPOOL"/{work,done,held,rejected,reports} -type f ! -name .lock)" ] &&
        status_is '.imports == []'
}

@test "killed while it tells, reloads and forgets: all are told, nothing is doubled or left behind" {
    local round many name
    NUMBER=2000
    FILES=0
    RANDOM="${SEED:-1}"
    pbxsim_start
    for ((round = 0; round < ${KILLS:-30}; round++)); do
        other_conf
        daemon_start
        for ((many = RANDOM % 3; many >= 0; many--)); do
            name="people$((RANDOM % 5)).csv"
            [ -e "$SPOOL/incoming/$name" ] || put "$name"
            other_conf
            kill -HUP "$DAEMON_PID"
        done
        # now and then so late that its login was answered, since too many that were not make it wait
        if [ $((round % 3)) = 0 ]; then
            put "last$round.csv"
            lib_until has_created "$NUMBER"
        fi
        sleep "0.$((RANDOM % 3))$((RANDOM % 10))"
        daemon_kill
    done

    conf_write report.receipts="$RECEIPTS" notify.command="$WORLD/tell-0"
    daemon_start
    held_release
    lib_until all_over
    is "$(created)" "$(seq 2001 "$NUMBER" | xargs)"
    is "$(sed -n 's/-finished-.*//p' told/keys | sort -u | wc -l)" "$FILES"
    # as long as it has its report it has one receipt of each kind, which names it
    local id kind
    for id in $(jq -r .id "$SPOOL"/reports/*.json); do
        for kind in accepted.txt result.txt; do
            is "$(grep -lE "(Import number|Importnummer): $id" "$RECEIPTS"/*."$kind" | wc -l)" 1
        done
    done

    conf_write report.receipts="$RECEIPTS" report.keep=1ms secrets.keep=1ms
    kill -HUP "$DAEMON_PID"
    lib_until nothing_left
    daemon_stop
}
