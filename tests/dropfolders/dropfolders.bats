#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# docs/DROP-FOLDERS.md at its word: its files and commands are taken out of the page, into an /etc
# of their own, and files are uploaded through OpenSSH and Samba on loopback. That takes root and
# mounts that nobody else sees (PRIVATE_MOUNTS, by tests/run); without them nothing is tried.
# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # lib.bash uses some; each test has a shell of its own

bats_require_minimum_version 1.5.0
load ../e2e/lib

PAGE="$BATS_TEST_DIRNAME/../../docs/DROP-FOLDERS.md"
HOST=pbx-import.example.com # as the page has it

# snippet TEXT: the box of the page whose first line is "# TEXT".
snippet() {
    awk -v first="# $1" '
        /^```/ { inside = !inside; fresh = inside; next }
        fresh { fresh = 0; wanted = $0 == first; found = found || wanted }
        inside && wanted { print }
        END { exit !found }' "$PAGE"
}

# snippet_file PATH: that box at the end of the file that it names.
# shellcheck disable=SC2094 # the page is read, not that file
snippet_file() {
    mkdir -p "$(dirname "$1")"
    snippet "$1" >>"$1"
}

# snippet_run TEXT: that box as a shell's commands.
snippet_run() {
    local commands
    commands="$(snippet "$1")" && bash -euc "$commands"
}

# Folders that the page's commands change are this test's own from here on.
setup_file() {
    [ "${PRIVATE_MOUNTS:-}" = yes ] || return 0
    local folder
    cp -a /etc "$BATS_FILE_TMPDIR/etc"
    for folder in /srv /home /run /var/spool /var/lib /var/cache /var/log; do
        mount -t tmpfs -o mode=0755 none "$folder"
    done
    mount --bind "$BATS_FILE_TMPDIR/etc" /etc
    mkdir -p /run/{sshd,samba,lock} /var/{cache,log}/samba /var/lib/samba/private /var/lib/extspoold
    echo "127.0.0.1 $HOST" >>/etc/hosts
    cd "$BATS_TEST_DIRNAME/../.." || return 1
    systemd-sysusers "$PWD/systemd/extspoold.sysusers"
    install -D -m 0644 systemd/extspoold.tmpfiles /etc/tmpfiles.d/extspoold.conf
    systemd-tmpfiles --create extspoold.conf
    chown extspoold: /var/lib/extspoold
    snippet_run 'a person who may drop files'
    useradd --create-home --groups extspool-drop bob

    snippet_run 'the folder of receipts'

    cd "$BATS_FILE_TMPDIR" || return 1
    ssh-keygen -q -t ed25519 -N '' -f hr-upload
    snippet_file /etc/fstab
    snippet_run 'the folder that users of SFTP see'
    snippet_file /etc/ssh/sshd_config.d/extspoold.conf
    snippet_run 'a user for uploads by SFTP alone'
    snippet_file /etc/samba/smb.conf
    printf '%s\n' "$(snippet 'a user for uploads by Samba' |
        sed "s/^smbpasswd/printf 'Heather-12\\\\nHeather-12\\\\n' | & -s/")" >users.sh
    bash -eu users.sh >testparm 2>&1 || { cat testparm && return 1; }
}

setup() {
    [ "${PRIVATE_MOUNTS:-}" = yes ] || skip 'it takes root and mounts of its own'
    lib_setup
    SPOOL=/var/spool/extspoold
    STATE=/var/lib/extspoold
    SERVER_PIDS=()
    find "$SPOOL" "$STATE" -type f -delete
    chown -R extspoold: "$WORLD"
    UNPRIVILEGED=(setpriv --reuid=extspoold --regid=extspoold --init-groups --)
    pbxsim_start
}

teardown() {
    local pid
    for pid in "${SERVER_PIDS[@]}"; do
        kill "$pid" 2>/dev/null || true
        wait "$pid" || true
    done
    [ "${PRIVATE_MOUNTS:-}" != yes ] || lib_teardown
}

# free_port: one that nobody listens on just now.
free_port() {
    python3 -c '
import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])'
}

# listens PORT: asked without connecting.
listens() {
    grep -qi "$(printf ' 0100007F:%04X 00000000:0000 0A ' "$1")" /proc/net/tcp
}

sshd_start() {
    local port
    port="$(free_port)"
    /usr/sbin/sshd -D -e -p "$port" -o ListenAddress=127.0.0.1 -o PidFile=none \
        >"$WORLD/sshd.log" 2>&1 3>&- &
    SERVER_PIDS+=($!)
    cat >/etc/ssh/ssh_config.d/test.conf <<END
Host $HOST
    Port $port
    IdentityFile $BATS_FILE_TMPDIR/hr-upload
    UserKnownHostsFile $WORLD/known-hosts
    StrictHostKeyChecking no
END
    lib_until listens "$port"
}

smbd_start() {
    SMB_PORT="$(free_port)"
    smbd --foreground --port="$SMB_PORT" --option='interfaces = lo' \
        --option='bind interfaces only = yes' >"$WORLD/smbd.log" 2>&1 3>&- &
    SERVER_PIDS+=($!)
    printf 'username=hr-share\npassword=Heather-12\n' >"$WORLD/credentials"
    lib_until listens "$SMB_PORT"
}

# share COMMANDS [OPTION…]: smbclient on the page's share.
share() {
    smbclient "//$HOST/${SHARE:-extspool}" -p "$SMB_PORT" -A "$WORLD/credentials" -c "$@"
}

unclaimed() {
    extspool status --json | jq -r --arg name "$1" '.unclaimed[] | select(.name == $name) | .reason'
}

is_unclaimed() {
    [ -n "$(unclaimed "$1")" ]
}

# whole NAME COUNT: a file dropped as NAME was imported once, with so many rows.
whole() {
    wait_report "$1"
    is "$(jq -c '[.state, .counts.rows, .counts.created]' "$(report_path "$1")")" "[\"done\",$2,$2]"
    is "$(find "$SPOOL/reports" -name '*.json' | wc -l)" 1
    is "$(journal 'select(.call == "add") | .number' | sort | uniq -d)" ""
}

# grows NAME: in incoming/ there is some of this file, and not yet all.
grows() {
    local size
    size="$(stat -c %s "$SPOOL/incoming/$1" 2>/dev/null)"
    [ "${size:-0}" -gt 0 ] && [ "$size" -lt "$(stat -c %s "$1")" ]
}

@test "SFTP: put, chmod and rename; a partial file is left alone, and gone on with" {
    conf_write spool.ready=rename spool.rescan=0
    daemon_start
    sshd_start
    umask 077 # the file's mode at home
    records 2001 2100 >people.csv
    head -c 700 people.csv >part.csv
    sftp -b - "hr-upload@$HOST" <<<'put part.csv incoming/people.csv.part'
    # seen by the daemon, which then goes on to what is a file
    drop <(records 2101 2101) sign.csv
    wait_report sign.csv
    is "$(find "$SPOOL/incoming" -type f -printf '%f %s\n')" "people.csv.part 700"
    rm "$SPOOL"/reports/*-sign.*

    sftp -b - "hr-upload@$HOST" <<<'reput people.csv incoming/people.csv.part'
    snippet_run 'an upload by SFTP'
    whole people.csv 100
    cmp people.csv "$SPOOL"/done/*-people.csv
    is "$(stat -c '%U %G %a' "$SPOOL"/done/*-people.csv)" "hr-upload extspool-drop 640"
}

@test "SFTP: a slow upload under the final name, keeping the time, settles and is imported whole" {
    conf_write spool.settle=3s spool.rescan=0
    daemon_start
    sshd_start
    records 2001 6000 >people.csv
    touch -d 2020-01-01 people.csv
    chmod 640 people.csv
    sftp -p -l 100 -B 1024 -R 1 -b - "hr-upload@$HOST" \
        <<<'put people.csv incoming/people.csv' 3>&- &
    lib_until grows people.csv
    wait $!
    whole people.csv 4000
    cmp people.csv "$SPOOL"/done/*-people.csv
    [ "$(stat -c %Y "$SPOOL"/done/*-people.csv)" = "$(stat -c %Y people.csv)" ]
}

@test "SFTP: a file of mode 0600 stays and is named; with 0640 it is imported" {
    conf_write
    daemon_start
    sshd_start
    records 2001 2003 >people.csv
    chmod 600 people.csv
    sftp -b - "hr-upload@$HOST" <<<'put people.csv incoming/people.csv'
    lib_until is_unclaimed people.csv
    is "$(unclaimed people.csv)" "it cannot be read"
    sftp -b - "hr-upload@$HOST" <<<'chmod 640 incoming/people.csv'
    whole people.csv 3
}

@test "SFTP: a sender waits for what became of a file, corrects what was refused and uploads that" {
    conf_write spool.ready=rename spool.rescan=0 report.receipts="$SPOOL/receipts"
    daemon_start
    sshd_start
    umask 077
    { records 2001 2002 && echo x,Aa1bcdefgh; } >people.csv
    # of an earlier file of that name, by another sender
    echo 'of before' | tee "$SPOOL/receipts/people.result.txt" >/dev/null
    chown extspoold:extspool-drop "$SPOOL/receipts/people.result.txt"
    bash -euc "$(snippet 'an upload by SFTP that waits for its result' | sed 's/sleep 10/sleep 0.1/')"
    grep -q '^You have nothing more to do for now' people.accepted.txt
    grep -q '^Your file was imported. 2 of 3 people were added' people.result.txt
    cmp people.rejects.csv "$SPOOL"/reports/000001-people.rejects.csv
    is "$(stat -c '%U %G %a' "$SPOOL/receipts/people.rejects.csv")" "extspoold extspool-drop 640"

    sed 's/^x,/2003,/' people.rejects.csv >people-2.csv
    bash -euc "$(snippet 'an upload by SFTP that waits for its result' |
        sed 's/sleep 10/sleep 0.1/; s/people\./people-2./g')"
    grep -q '^Your file was imported. The one person in the file was added' people-2.result.txt
    is "$(created)" "2001 2002 2003"
    [ ! -e people-2.rejects.csv ]
}

@test "SFTP: its users see the drop folder and nothing else, and get no shell" {
    conf_write
    sshd_start
    is "$(sftp -q -b - "hr-upload@$HOST" <<<'ls /' | tail -n +2 | xargs)" "/incoming /receipts"
    run ! ssh "hr-upload@$HOST" id
    run ! sftp -b - "hr-upload@$HOST" <<<'get /etc/passwd'
    run ! sftp -b - "hr-upload@$HOST" <<<'mkdir other'
}

@test "Samba: put and rename, seen without looking again" {
    conf_write spool.ready=rename spool.rescan=0
    daemon_start
    smbd_start
    records 2001 2100 >people.csv
    chmod 600 people.csv
    bash -euc "$(snippet 'an upload by Samba' | sed "s/ -A / -p $SMB_PORT&/")"
    whole people.csv 100
    cmp people.csv "$SPOOL"/done/*-people.csv
    is "$(stat -c '%U %G %a' "$SPOOL"/done/*-people.csv)" "hr-share extspool-drop 640"
}

@test "Samba: receipts are read there, and not changed" {
    conf_write spool.ready=rename spool.rescan=0 report.receipts="$SPOOL/receipts"
    daemon_start
    smbd_start
    { records 2001 2002 && echo x,Aa1bcdefgh; } >people.csv
    bash -euc "$(snippet 'an upload by Samba' | sed "s/ -A / -p $SMB_PORT&/")"
    wait_report people.csv
    SHARE=extspool-receipts
    share 'get people.result.txt; get people.rejects.csv'
    cmp people.rejects.csv "$SPOOL"/reports/000001-people.rejects.csv
    cmp people.result.txt "$SPOOL/receipts/people.result.txt"
    run ! share 'put people.csv'
    share 'rm people.result.txt' || true # which says that it cannot, and may end well
    [ -e "$SPOOL/receipts/people.result.txt" ]
}

@test "Samba: a slow upload under the final name settles and is imported whole" {
    conf_write spool.settle=3s spool.rescan=0
    daemon_start
    smbd_start
    local smbd="$SMB_PORT" padding
    SMB_PORT="$(free_port)"
    "$BATS_TEST_DIRNAME/slow" "$SMB_PORT" "$smbd" 80000 3>&- &
    SERVER_PIDS+=($!)
    lib_until listens "$SMB_PORT"
    padding="$(printf '%01000d' 0)"
    records 2001 2600 | sed "1s/$/,note/; 2,\$s/$/,$padding/" >people.csv
    share 'put people.csv' -m SMB2_02 3>&- & # which writes 64 KiB at a time
    lib_until grows people.csv
    wait $!
    whole people.csv 600
    cmp people.csv "$SPOOL"/done/*-people.csv
}

@test "Samba: strangers are refused" {
    smbd_start
    useradd --no-create-home --shell /usr/sbin/nologin stranger
    printf 'Heather-12\nHeather-12\n' | smbpasswd -s -a stranger
    printf 'username=stranger\npassword=Heather-12\n' >"$WORLD/credentials"
    run ! share ls
    [[ $output == *ACCESS_DENIED* ]]
}

@test "permissions: members drop, strangers do not; a strict spool hides files from other members" {
    local as_alice=(setpriv --reuid=alice --regid=alice --init-groups --)
    local as_bob=(setpriv --reuid=bob --regid=bob --init-groups --)
    conf_write spool.rescan=0
    run ! setpriv --reuid=nobody --regid=nogroup --clear-groups -- touch "$SPOOL/incoming/x.csv"
    records 2001 2002 >people.csv
    "${as_alice[@]}" cp people.csv "$SPOOL/incoming/shared.csv.part"
    "${as_bob[@]}" cat "$SPOOL/incoming/shared.csv.part" >/dev/null

    snippet_file /etc/tmpfiles.d/extspoold-strict.conf
    snippet_run 'let that take effect'
    systemd-tmpfiles --create extspoold-strict.conf extspoold.conf # a boot's order
    is "$(stat -c %a "$SPOOL"/{incoming,done,reports})" $'3730\n700\n700'
    daemon_start
    extspool doctor | grep -E '^(well +(folders|permissions|incoming) .*)' >well || true
    is "$(wc -l <well)" 3
    "${as_alice[@]}" mv "$SPOOL/incoming/shared.csv.part" "$SPOOL/incoming/own.csv.part"
    run ! "${as_bob[@]}" ls "$SPOOL/incoming"
    run ! "${as_bob[@]}" rm -f "$SPOOL/incoming/own.csv.part"
    run ! "${as_bob[@]}" mv "$SPOOL/incoming/own.csv.part" "$SPOOL/incoming/bobs.csv"
    "${as_alice[@]}" mv "$SPOOL/incoming/own.csv.part" "$SPOOL/incoming/own.csv"
    whole own.csv 2
    run ! "${as_bob[@]}" cat "$SPOOL"/done/000001-own.csv
    run ! "${as_bob[@]}" ls "$SPOOL/reports"
}

@test "the page's settings are settings" {
    conf_write
    mkdir "$CONF.d"
    snippet /etc/extspoold/extspoold.conf.d/ready.conf >"$CONF.d/ready.conf"
    snippet /etc/extspoold/extspoold.conf.d/receipts.conf >"$CONF.d/receipts.conf"
    "$BIN/extspoold" -c "$CONF" --print-config | grep -x 'settle=10s'
    "$BIN/extspoold" -c "$CONF" --print-config | grep -x "receipts=$SPOOL/receipts"
}

@test "every box of the page is tried here, but for NFS" {
    local box boxes
    mapfile -t boxes < <(sed '/^## NFS/,/^## /d' "$PAGE" | awk '
        /^```/ { inside = !inside; fresh = inside; next }
        fresh { fresh = 0; print substr($0, 3) }')
    is "${#boxes[@]}" 15
    for box in "${boxes[@]}"; do
        grep -F -e "snippet $box " -e "snippet '$box'" -e "snippet_file $box" -e "snippet_run '$box'" \
            "$BATS_TEST_FILENAME" || { echo "not tried: $box" && return 1; }
    done
}
