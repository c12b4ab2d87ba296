#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What was read and sent is wiped: who gets at the daemon's memory after an import finds no password
# of it.

bats_require_minimum_version 1.5.0
load ../e2e/lib

# How often a text occurs in the daemon's writable memory.
in_memory() { # TEXT
    python3 - "$DAEMON_PID" "$1" <<'END'
import sys
pid, text = sys.argv[1], sys.argv[2].encode()
found = 0
with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
    for line in maps:
        span, mode, *rest = line.split()
        low, high = (int(part, 16) for part in span.split("-"))
        if mode.startswith("rw") and high - low < 1 << 30:
            memory.seek(low)
            try:
                found += memory.read(high - low).count(text)
            except OSError:
                pass  # what cannot be read is no memory
print(found)
END
}

@test "an import leaves no password in memory" {
    [ "$(id -u)" = 0 ] || skip "only root may read another process's memory"
    # a sanitizer keeps copies of its own: of arguments, of what was freed, of stacks
    ! nm -D "$BIN/extspoold" | grep -qi asan || skip "not with a sanitizer"
    pbxsim_start
    conf_write
    daemon_start
    awk 'BEGIN {
        print "number,username,registerpassword,loginpassword"
        for (n = 2001; n <= 2300; n++) print n ",Person of" n ",Zw9xReg" n ",Zw9xLog" n
    }' | drop - people.csv
    wait_report people.csv
    is "$(report people.csv .counts.created)" 300
    lib_until test ! -e "$SPOOL/work/000001.utf8"
    is "$(in_memory Zw9x)" 0
    # the search finds what is there: the digest that the next login needs
    [ "$(in_memory "${SECRETS[1]}")" -ge 1 ]
}
