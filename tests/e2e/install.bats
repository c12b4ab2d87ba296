#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What `make install` puts in place, and that `make uninstall` takes all of it away.

bats_require_minimum_version 1.5.0

setup() {
    cd "$BATS_TEST_DIRNAME/../.." || exit
    root=$BATS_TEST_TMPDIR/root
}

# make, as a person would call it, though a make may have called us.
a_make() {
    env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS make --no-print-directory \
        B="${B:-build}" DESTDIR="$root" "$@"
}

files() {
    (cd "$root" && find . -type f -printf '%m %p\n' | LC_ALL=C sort -k 2)
}

@test "install puts every file in its place with its mode" {
    a_make install
    run -0 files
    for wanted in \
        "755 ./usr/sbin/extspoold" \
        "755 ./usr/bin/extspool" \
        "755 ./usr/bin/pbxsim" \
        "644 ./usr/share/extspoold/schemas/extension.json" \
        "644 ./usr/share/extspoold/schemas/report.schema.json" \
        "644 ./usr/share/extspoold/schemas/profile.schema.json" \
        "644 ./usr/share/extspoold/schemas/profiles/bamboohr.json" \
        "644 ./usr/share/doc/extspoold/monitoring/README.md" \
        "644 ./usr/share/doc/extspoold/monitoring/alerts.yml" \
        "644 ./usr/share/doc/extspoold/monitoring/grafana-dashboard.json" \
        "755 ./usr/share/doc/extspoold/examples/notify-mail" \
        "755 ./usr/share/doc/extspoold/examples/notify-webhook" \
        "644 ./usr/share/man/man8/extspoold.8" \
        "644 ./usr/share/man/man5/extspoold.conf.5" \
        "644 ./usr/share/man/man5/extspool-profile.5" \
        "644 ./usr/share/man/man1/extspool.1" \
        "644 ./usr/share/bash-completion/completions/extspool" \
        "644 ./usr/share/zsh/vendor-completions/_extspool" \
        "644 ./usr/share/fish/vendor_completions.d/extspool.fish" \
        "644 ./lib/systemd/system/extspoold.service" \
        "644 ./lib/systemd/system/extspoold@.service" \
        "644 ./lib/systemd/system/extspoold-once.service" \
        "644 ./lib/systemd/system/extspoold-once.timer" \
        "644 ./lib/systemd/system/extspoold.socket" \
        "644 ./usr/share/extspoold/instance.tmpfiles" \
        "644 ./usr/share/doc/extspoold/examples/drop-in.conf" \
        "644 ./usr/share/doc/extspoold/examples/instance.conf" \
        "644 ./usr/lib/systemd/catalog/extspoold.catalog" \
        "644 ./usr/lib/sysusers.d/extspoold.conf" \
        "644 ./usr/lib/tmpfiles.d/extspoold.conf" \
        "644 ./etc/extspoold/extspoold.conf"; do
        grep -Fqx "$wanted" <<<"$output" || { echo "missing: $wanted"; echo "$output"; return 1; }
    done
    while read -r sample; do
        grep -Fqx "644 ./usr/share/doc/extspoold/$sample" <<<"$output"
    done < <(find samples -type f)
}

@test "uninstall leaves nothing behind" {
    a_make install
    a_make uninstall
    run -0 files
    [ -z "$output" ]
    [ ! -e "$root/etc/extspoold" ]
    [ ! -e "$root/usr/share/extspoold" ]
    [ ! -e "$root/usr/share/doc/extspoold" ]
    a_make uninstall
}

@test "a changed configuration survives install and uninstall" {
    install -d "$root/etc/extspoold"
    echo "# mine" >"$root/etc/extspoold/extspoold.conf"
    a_make install
    [ "$(cat "$root/etc/extspoold/extspoold.conf")" = "# mine" ]
    a_make uninstall
    run -0 files
    [ "$output" = "644 ./etc/extspoold/extspoold.conf" ]
}

# units_for_analysis: the installed units in $units, with the programs below the root.
units_for_analysis() {
    command -v systemd-analyze >/dev/null || skip "no systemd-analyze"
    units=$BATS_TEST_TMPDIR/units
    mkdir -p "$units"
    for unit in "$root"/lib/systemd/system/extspoold*; do
        sed "s|^ExecStart=|ExecStart=$root|" "$unit" >"$units/${unit##*/}"
    done
}

@test "systemd finds no fault with the installed units, and little exposure" {
    a_make install
    units_for_analysis
    run -0 systemd-analyze verify --man=no "$units"/*
    [ -z "$output" ]
    for unit in "$units"/*.service; do
        systemd-analyze security --no-pager --offline=true --threshold=13 "$unit"
    done
}

@test "systemd finds no fault with the example of a drop-in, all of it in force" {
    a_make install
    units_for_analysis
    mkdir "$units/extspoold.service.d"
    sed -E 's/^#([A-Za-z]+=)/\1/' "$root/usr/share/doc/extspoold/examples/drop-in.conf" \
        >"$units/extspoold.service.d/local.conf"
    [ "$(grep -c '^[A-Z][A-Za-z]*=' "$units/extspoold.service.d/local.conf")" -ge 10 ]
    run -0 systemd-analyze verify --man=no "$units/extspoold.service"
    [ -z "$output" ]
}

@test "the three services have one sandbox" {
    sandbox() {
        sed -n '/^LimitCORE=/,/^\[Install\]/{/^$/d;/^\[/d;p}' "systemd/$1.service"
    }
    [ "$(sandbox extspoold | wc -l)" -gt 30 ]
    [ "$(sandbox extspoold)" = "$(sandbox extspoold@)" ]
    [ "$(sandbox extspoold)" = "$(sandbox extspoold-once)" ]
}

@test "the units start what the prefix says" {
    a_make install
    starts() {
        sed -n "s/^ExecStart=//p" "$root$1/systemd/system/extspoold$2.service"
    }
    [ "$(starts /lib '')" = "/usr/sbin/extspoold" ]
    [ "$(starts /lib @)" = "/usr/sbin/extspoold -c /etc/extspoold/%i.conf" ]
    [ "$(starts /lib -once)" = "/usr/sbin/extspoold --once" ]
    checks() {
        sed -n "s/^ExecReload=.* exec \(.*\)' - .*/\1/p" "$root$1/systemd/system/extspoold$2.service"
    }
    [ "$(checks /lib '')" = "/usr/sbin/extspoold --check-config" ]
    [ "$(checks /lib @)" = "/usr/sbin/extspoold -c /etc/extspoold/%i.conf --check-config" ]
}

@test "the example of an instance's configuration is sound, and of that instance alone" {
    conf=$BATS_TEST_TMPDIR/berlin.conf
    sed 's/@INSTANCE@/berlin/' systemd/instance.conf >"$conf"
    run -0 "${BUILD:-build}/extspoold" -c "$conf" --print-config
    grep -qx 'directory=/var/spool/extspoold-berlin' <<<"$output"
    grep -qx 'directory=/var/lib/extspoold-berlin' <<<"$output"
    grep -q '^LoadCredential=pbx-password:/etc/extspoold/%i.pbx-password$' systemd/extspoold@.service
    grep -q '^#.*/etc/extspoold/berlin.pbx-password$' systemd/instance.conf
}

@test "user, groups and spool folders are made as the unit needs them" {
    command -v systemd-sysusers >/dev/null || skip "no systemd-sysusers"
    [ "$(id -u)" = 0 ] || skip "needs root, to give folders away"
    a_make install
    install -d "$root/var/spool"
    systemd-sysusers --root="$root"
    systemd-tmpfiles --create --root="$root"
    sed 's/@INSTANCE@/berlin/' "$root/usr/share/extspoold/instance.tmpfiles" |
        systemd-tmpfiles --create --root="$root" -
    daemon=$(awk -F: '$1 == "extspoold" { print $3 }' "$root/etc/passwd")
    drop=$(awk -F: '$1 == "extspool-drop" { print $3 }' "$root/etc/group")
    grep -q '^extspool-drop:.*[:,]extspoold$' "$root/etc/group"

    for spool in "$root"/var/spool/extspoold "$root"/var/spool/extspoold-berlin; do
        run -0 stat -c '%a %u %g %n' "$spool"/*/
        grep -Fqx "2770 $daemon $drop $spool/incoming/" <<<"$output"
        grep -Fqx "2755 $daemon $drop $spool/reports/" <<<"$output"
        grep -q "^700 $daemon [0-9]* $spool/work/" <<<"$output"
        grep -q "^700 $daemon [0-9]* $spool/secrets/" <<<"$output"
        for folder in "done" rejected held; do
            grep -Fqx "2750 $daemon $drop $spool/$folder/" <<<"$output"
        done
    done
}
