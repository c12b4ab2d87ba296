#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What the doctor finds, and that it changes nothing.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0
load lib

TLS="$BATS_TEST_DIRNAME/tls"

# said CHECK [RESULT]: what the last doctor's answer says of it.
said() {
    jq -r --arg check "$1" --arg result "${2:-finding}" \
        '.checks[] | select(.check == $check and .result == $result) | .message' doctor.json
}

# doctor STATUS [COMMAND…]: asks it; its answer goes into doctor.json.
doctor() {
    local wanted="$1" status=0
    shift
    "${UNPRIVILEGED[@]}" "$@" "$BIN/extspool" -c "$CONF" doctor --json >doctor.json 3>&- || status=$?
    is "$status" "$wanted" || { jq -c '.checks[]' doctor.json; return 1; }
    # each finding has a remedy
    is "$(jq '[.checks[] | select(.result == "finding" and .remedy == null)] | length' doctor.json)" 0
}

# remedy CHECK: what the last doctor's answer says to do about it.
remedy() {
    jq -r --arg check "$1" '.checks[] | select(.check == $check and .result == "finding") | .remedy' doctor.json
}

# later TIME: doctor's command prefix for a time that is not this one.
later() {
    command -v faketime >/dev/null || skip "no faketime"
    LATER=(env NO_FAKE_STAT=1 faketime -f "$1")
}

# well_world: a daemon with nothing to find.
well_world() {
    pbxsim_start
    conf_write
    daemon_start
    records 2001 2003 | drop - people.csv
    wait_report people.csv
    lib_until eval 'extspool status --json | jq -e ".imports[0].state == \"done\""'
}

# everything: each file of spool and state, with mode, owner, size and times, and what is in it.
everything() {
    find "$SPOOL" "$STATE" ! -name control.sock -printf '%p %m %U %s %T@ %C@\n' | sort
    find "$SPOOL" "$STATE" -type f ! -name '*-shm' -exec md5sum {} + | sort -k 2
}

@test "where all is well it says so, and changes nothing" {
    well_world
    everything >before
    doctor 0
    is "$(jq -c '[.findings, .unseen]' doctor.json)" '[0,0]'
    is "$(jq -r '.checks[].check' doctor.json | uniq | xargs)" \
        "configuration daemon clock folders permissions space watch incoming files ledger password pbx session"
    has "$(said session well)" "logged in"
    has "$(said watch well)" "inotify"
    has "$(said password well)" "systemctl reload"
    everything >after
    cmp before after
    is "$(journal 'select(.call == "login")' | wc -l)" 1
    run -0 extspool doctor
    has "${lines[-1]}" "0 findings, 0 unseen"
    daemon_stop
    everything >before
    doctor 1
    is "$(jq -c '[.findings, .unseen]' doctor.json)" '[1,0]'
    has "$(said daemon)" "no daemon runs"
    has "$(said session well)" "accepted a login"
    has "$(said ledger well)" "sound"
    everything >after
    cmp before after
}

@test "before the first start it says what is missing" {
    conf_write pbx.url= pbx.username= pbx.password_file="$WORLD/no-password"
    doctor 1
    has "$(said daemon)" "no daemon runs"
    has "$(said folders)" "there is no folder '$SPOOL/incoming'"
    has "$(said password)" "'$WORLD/no-password' is missing"
    has "$(said pbx)" "no [pbx] url is set"
    has "$(said pbx)" "no [pbx] username is set"
    has "$(said ledger well)" "none yet"
}

@test "what is to be done names the unit of this configuration" {
    conf_write pbx.url= pbx.password_file=
    rm -f "$WORLD/pbx-password"
    doctor 1
    has "$(remedy daemon)" "systemctl start extspoold; "
    has "$(remedy password)" "'$WORLD/pbx-password', type the password, Enter, Ctrl-D; and systemctl restart extspoold"
    is "$(remedy pbx)" "set it in '$CONF' or '$CONF.d/*.conf', and systemctl reload extspoold"

    cp "$CONF" "$WORLD/berlin.conf"
    CONF="$WORLD/berlin.conf"
    doctor 1
    has "$(remedy daemon)" "systemctl start extspoold@berlin; "
    has "$(remedy password)" "'$WORLD/berlin.pbx-password', type the password, Enter, Ctrl-D; and systemctl restart extspoold@berlin"
    is "$(remedy pbx)" "set it in '$CONF' or '$CONF.d/*.conf', and systemctl reload extspoold@berlin"
}

@test "a file that the daemon may not read is found, with what mends it" {
    well_world
    records 2011 2012 >"$SPOOL/incoming/home.csv"
    chmod 0 "$SPOOL/incoming/home.csv"
    lib_until eval 'extspool status --json | jq -e ".unclaimed[0]"'
    doctor 1
    is "$(said incoming)" "'home.csv' stays in incoming/: it cannot be read"
    has "$(remedy incoming)" "chgrp --reference='$SPOOL/incoming' it and chmod g+r it"
}

@test "a configuration, a schema and a profile that are broken are findings" {
    conf_write
    echo 'nonsense=1' >>"$CONF"
    doctor 1
    has "$(said configuration)" "unknown key 'nonsense'"
    is "$(jq '.checks | length' doctor.json)" 1
    echo '{' >schema.json
    chmod a+r schema.json
    conf_write import.schema="$WORLD/schema.json"
    doctor 1
    has "$(said configuration)" "schema.json"
}

@test "a configuration that the daemon may not read is found" {
    [ "$(id -u)" = 0 ] || skip "needs root, whose files others may not read"
    well_world
    chmod 0600 "$CONF"
    run -1 "$BIN/extspool" -c "$CONF" doctor
    has "$output" "nobody, as whom the daemon runs, may not read '$CONF'"
}

@test "folders that others may reach, or that are another's, are found with a remedy that mends them" {
    well_world
    chmod 0755 "$SPOOL/work"
    chmod 0755 "$SPOOL/secrets"
    chmod 0775 "$SPOOL/incoming"
    chmod 0755 "$SPOOL/done"
    chmod 0777 "$SPOOL/reports"
    chmod 0644 "$STATE/ledger.db"
    if [ "$(id -u)" = 0 ]; then
        chown daemon "$SPOOL/held"
        run -1 "$BIN/extspool" -c "$CONF" doctor
        has "$output" "'$SPOOL/held' belongs to daemon, the daemon is nobody"
        chown nobody "$SPOOL/held"
    fi
    doctor 1
    for part in "'$SPOOL/incoming' has no set-group-ID bit" "'$SPOOL/work' has mode 0755" \
        "'$SPOOL/secrets' has mode 0755" "'$SPOOL/done' has mode 0755" "'$SPOOL/reports' has mode 0777"; do
        has "$(said permissions)" "$part"
    done
    has "$(said ledger)" "others may read or change '$STATE/ledger.db' (mode 0644)"
    jq -r '.checks[] | select(.result == "finding") | .remedy' doctor.json >remedies
    is "$(grep -vc '^chmod ' remedies)" 0
    sh -e remedies
    doctor 0
}

@test "a spool that is spread over file systems is found" {
    [ -n "${PRIVATE_MOUNTS:-}" ] || skip "no mounts of its own"
    well_world
    daemon_stop
    mount -t tmpfs -o mode=0750,uid=nobody none "$SPOOL/done"
    doctor 1
    has "$(said folders)" "'$SPOOL/done' is on another file system"
    umount "$SPOOL/done"
}

@test "a disk that is nearly full, and one that has no inodes left, are found" {
    [ -n "${PRIVATE_MOUNTS:-}" ] || skip "no mounts of its own"
    mkdir -p "$SPOOL"
    mount -t tmpfs -o mode=0755,uid=nobody,size=8m,nr_inodes=200 none "$SPOOL"
    well_world
    doctor 1
    has "$(said space)" "MiB are left on the disk of '$SPOOL'"
    has "$(said space)" "more files can be made on the disk of '$SPOOL'"
    daemon_kill
    umount -l "$SPOOL"
}

@test "files that lie about are found: in incoming/, and in folders of the daemon's own" {
    later +3d
    well_world
    records 1 2 | drop - people.xlsx
    lib_until eval 'extspool status --json | jq -e ".unclaimed[0]"'
    touch "$SPOOL/incoming/.people.csv.abc" "$SPOOL/done/of-nobody" "$SPOOL/reports/000077-x.json"
    doctor 1
    is "$(said incoming)" "'people.xlsx' stays in incoming/: its name matches no pattern of [spool] pattern"
    is "$(said files)" ""
    doctor 1 "${LATER[@]}"
    has "$(said incoming)" "'.people.csv.abc' lies in incoming/ for 72 h: an upload that broke off"
    has "$(said files)" "'of-nobody' in done/ belongs to no import that the ledger knows"
    has "$(said files)" "'000077-x.json' in reports/ belongs to no import"
    is "$(said files | wc -l)" 2
}

@test "a file without its marker is found where one is waited for" {
    later +3h
    pbxsim_start
    conf_write spool.ready=done-file
    daemon_start
    records 1 2 | drop - people.csv
    doctor 0
    doctor 1 "${LATER[@]}"
    has "$(said incoming)" "'people.csv' lies in incoming/ for 3 h and is not claimed"
}

@test "a clock that is wrong is found, also beside the PBX's" {
    later '@2019-01-01 00:00:00'
    well_world
    doctor 1 "${LATER[@]}"
    has "$(said clock)" "2019-01-01T00:00:0"
    has "$(said pbx)" "later than this one"
}

@test "a PBX that is away, and a name that nobody knows, are found" {
    pbxsim_start
    pbxsim_stop
    conf_write
    doctor 1
    has "$(said pbx)" "http://127.0.0.1:$PBX_PORT: Failed to connect"
    conf_write pbx.url=http://pbx.invalid:9011
    doctor 1
    has "$(said pbx)" "pbx.invalid"
    has "$(jq -r '.checks[] | select(.check == "pbx") | .remedy' doctor.json)" "DNS"
}

@test "a certificate is looked at: days left, one that nobody trusts, one that has expired" {
    later +36490d
    pbxsim_start --tls-cert "$TLS/cert.pem" --tls-key "$TLS/key.pem"
    conf_write pbx.url="https://127.0.0.1:$PBX_PORT" pbx.ca_file="$TLS/cert.pem"
    [ "$(id -u)" != 0 ] || { cp -r "$TLS" "$WORLD/tls"; conf_write pbx.url="https://127.0.0.1:$PBX_PORT" \
        pbx.ca_file="$WORLD/tls/cert.pem"; }
    doctor 1
    [[ "$(said pbx well)" =~ certificate\ is\ good\ for\ [0-9]+\ days,\ till\ 2126-10-31 ]]
    doctor 1 "${LATER[@]}"
    has "$(said pbx)" "the PBX's certificate expires in"
    conf_write pbx.url="https://127.0.0.1:$PBX_PORT"
    doctor 1
    has "$(said pbx)" "certificate verification failed"
    pbxsim_stop
    pbxsim_start --tls-cert "$TLS/expired.pem" --tls-key "$TLS/key.pem"
    conf_write pbx.url="https://127.0.0.1:$PBX_PORT"
    doctor 1
    has "$(said pbx)" "the PBX's certificate has expired at 2021-01-01"
}

@test "a password that everybody may read, and a credential newer than the daemon, are found" {
    pbxsim_start
    cp "$WORLD/password" "$WORLD/extspoold.pbx-password"
    conf_write
    chmod 0644 "$WORLD/password"
    doctor 1
    has "$(said password)" "everybody may read '$WORLD/password' (mode 0644)"
    chmod 0600 "$WORLD/password"
    conf_write pbx.password_file=
    cp "$WORLD/password" "$WORLD/pbx-password"
    chmod 0600 "$WORLD/pbx-password"
    [ "$(id -u)" != 0 ] || chown nobody "$WORLD/pbx-password"
    daemon_start
    doctor 1
    is "$(said password)" ""
    has "$(said session)" "no password"
    touch -d '+10 seconds' "$WORLD/pbx-password"
    doctor 1
    has "$(said password)" "'$WORLD/pbx-password' has changed since the daemon started"
    has "$(jq -r '.checks[] | select(.check == "password") | .remedy' doctor.json)" "restart"
    : >"$WORLD/pbx-password"
    doctor 1
    has "$(said password)" "is empty"
}

@test "a login that the PBX refuses is found, and the doctor adds none" {
    pbxsim_start
    conf_write
    echo wrong >"$WORLD/password"
    daemon_start
    records 2001 2003 | drop - people.csv
    lib_until eval 'extspool status --json | jq -e ".daemon.session == \"refused\""'
    doctor 1
    has "$(said session)" "refuses the user or the password"
    daemon_stop
    doctor 1
    has "$(said session)" "refused the only logins"
    is "$(journal 'select(.call == "login")' | wc -l)" 1
}

@test "a ledger that is damaged is found, and one that was put aside" {
    well_world
    daemon_stop
    cp "$STATE/ledger.db" ledger.good
    /usr/bin/python3 - "$STATE/ledger.db" <<'P'
import sys
data = bytearray(open(sys.argv[1], "rb").read())
for at in range(8192, len(data), 4096):
    data[at:at + 64] = b"\xff" * 64
open(sys.argv[1], "r+b").write(data)
P
    doctor 1
    [ -n "$(said ledger)" ]
    cp ledger.good "$STATE/ledger.db"
    doctor 1
    is "$(said ledger)" ""
    "${UNPRIVILEGED[@]}" cp "$STATE/ledger.db" "$STATE/ledger.db.damaged-1"
    doctor 1
    has "$(said ledger)" "ledger.db.damaged-1"
}

# deaf_pbx: one that takes a connection and never answers; DEAF is the process, and the file
# `connected` is there once somebody has called.
deaf_pbx() {
    /usr/bin/python3 -c '
import socket, sys, time
s = socket.create_server(("127.0.0.1", 0))
open(sys.argv[1] + ".new", "w").write(str(s.getsockname()[1]))
__import__("os").rename(sys.argv[1] + ".new", sys.argv[1])
kept = s.accept()
open(sys.argv[2], "w").close()
time.sleep(600)' "$WORLD/deaf" "$WORLD/connected" 3>&- &
    DEAF=$!
    lib_until test -e "$WORLD/deaf"
}

@test "while it waits for the PBX, a daemon can start" {
    local asking
    pbxsim_start
    conf_write
    records 2001 2003 | drop - people.csv
    daemon_once
    deaf_pbx
    conf_write pbx.url="http://127.0.0.1:$(cat "$WORLD/deaf")" pbx.connect_timeout=60s
    doctor 1 &
    asking=$!
    lib_until test -e "$WORLD/connected"
    run -0 daemon_once
    kill "$DEAF"
    wait "$DEAF" || true
    wait "$asking"
    has "$(said session well)" "accepted a login"
}

@test "polling is found, with the reason, by a daemon and without one" {
    [ "$(id -u)" = 0 ] || skip "needs root, to be a user who has used up what he may watch"
    watches_take 54322
    pbxsim_start
    conf_write
    daemon_start
    lib_until eval 'extspool status --json | jq -e ".daemon.watch == \"polling\""'
    doctor 1
    has "$(said watch)" "incoming/ is polled: start inotify: Too many open files"
    has "$(extspool status)" "incoming/ is polled: start inotify"
    daemon_stop
    doctor 1
    has "$(said watch)" "incoming/ is polled: start inotify: Too many open files"
    kill "$WATCHES_HOLDER"
    wait "$WATCHES_HOLDER" || true
}

@test "metrics that are not written are found" {
    pbxsim_start
    conf_write metrics.textfile="$WORLD/metrics/people.prom"
    daemon_start
    doctor 1
    has "$(said metrics)" "'$WORLD/metrics/people.prom' is not there"
    has "$(remedy metrics)" "ReadWritePaths="
    daemon_stop
    mkdir metrics
    touch -d '1 hour ago' metrics/people.prom
    chmod 0777 metrics
    daemon_start
    lib_until eval '[ -n "$(find metrics/people.prom -mmin -30)" ]'
    doctor 0
    has "$(said metrics well)" "$WORLD/metrics/people.prom"
    touch -d '1 hour ago' metrics/people.prom
    doctor 1
    has "$(said metrics)" "older than the daemon"
}

@test "a status page that is not served, and one without its token, are found" {
    pbxsim_start
    conf_write status.listen="127.0.0.1:$PBX_PORT"
    daemon_start
    doctor 1
    has "$(said page)" "the status page cannot be served: listen at 127.0.0.1:$PBX_PORT"
    has "$(remedy page)" "systemctl reload"
    daemon_stop
    conf_write status.listen="$WORLD/page.sock"
    daemon_start
    doctor 0
    has "$(said page well)" "the status page is served at $WORLD/page.sock"
    conf_write status.listen="$WORLD/page.sock" status.token_file="$WORLD/none"
    doctor 1
    has "$(said page)" "the status page has no token: "
    has "$(remedy page)" "install -m 0600 -o extspoold /dev/stdin '$WORLD/none'"
}

@test "a page that others can reach is found to have no token before a daemon starts with it" {
    pbxsim_start
    conf_write status.listen=0.0.0.0:9180
    doctor 1
    has "$(said page)" "others can reach [status] listen=0.0.0.0:9180"
    has "$(said page)" "status-token' is missing"
    has "$(remedy page)" "status-token'"
    local file
    file=$(said page | grep -oP "'\K[^']*status-token")
    : >"$file"
    doctor 1
    has "$(said page)" "'$file' is empty"
    echo a-token-of-twenty-one >"$file"
    doctor 1
    is "$(said page)" ""
    is "$(said page well)" "the status page asks for the token in '$file'"
    rm "$file"
    conf_write status.listen=127.0.0.1:9180
    doctor 1
    is "$(said page)" ""
}

@test "a program and a folder that cannot be used are found without a daemon" {
    conf_write notify.command="$WORLD/tell me" report.receipts="$WORLD/receipts/"
    mkdir "$WORLD/tell"
    doctor 1
    has "$(said notify)" "'$WORLD/tell' is no program"
    has "$(said receipts)" "there is no folder '$WORLD/receipts'"
    rmdir "$WORLD/tell"
    printf '#!/bin/sh\n' >"$WORLD/tell"
    ln -s /tmp "$WORLD/receipts"
    doctor 1
    has "$(said notify)" "'$WORLD/tell' is no program"
    has "$(said receipts)" "'$WORLD/receipts' is a link"
    chmod 0755 "$WORLD/tell"
    rm "$WORLD/receipts"
    touch "$WORLD/receipts"
    doctor 1
    is "$(said notify)" ""
    has "$(said receipts)" "'$WORLD/receipts' is no folder"
    # what is the daemon's own
    pbxsim_start
    daemon_once
    conf_write report.receipts="$SPOOL/reports"
    doctor 1
    has "$(said receipts)" "'$SPOOL/reports' is a folder of the spool's own"
}

@test "another user is told what could not be looked into" {
    [ "$(id -u)" = 0 ] || skip "needs root, to be another user"
    well_world
    run -2 setpriv --reuid=daemon --regid=daemon --clear-groups -- "$BIN/extspool" -c "$CONF" doctor --json
    is "$(jq -r '.checks[] | select(.result == "unseen") | .check' <<<"$output" | sort -u | xargs)" \
        "daemon files folders incoming ledger permissions session watch"
    jq -e '.findings == 0' <<<"$output"
}
