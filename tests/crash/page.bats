#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Who means the status page no good: it goes on for others, and so do imports.
# shellcheck disable=SC2154 # run sets output

bats_require_minimum_version 1.5.0
load ../e2e/lib
load ../e2e/page

setup() {
    lib_setup
    page_setup
}

teardown() {
    page_teardown
    lib_teardown
}

@test "who sends nothing, or a byte at a time, keeps nobody else waiting and is cut off" {
    page_start
    /usr/bin/python3 - "${PAGE##*:}" "$WORLD/slow" 3>&- <<'END' &
import socket, sys, time
slow = []
for i in range(40):
    s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    s.send(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: ")
    slow.append(s)
open(sys.argv[2], "w").close()
for s in slow:
    s.setblocking(False)
while slow: # each byte begins the library's own time anew
    for s in list(slow):
        try:
            s.send(b"x")
            if s.recv(1) == b"":
                slow.remove(s)
        except BlockingIOError:
            pass
        except OSError:
            slow.remove(s)
    time.sleep(0.2)
open(sys.argv[2] + ".cut", "w").close()
END
    HELPERS+=($!)
    lib_until test -e "$WORLD/slow"
    # from another address of this machine
    is "$(status / --interface 127.0.0.2)" 200
    ! kill -0 "${HELPERS[-1]}" || [ ! -e "$WORLD/slow.cut" ]
    lib_until test -e "$WORLD/slow.cut"
    is "$(status /)" 200
}
