#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""look.py HOST:PORT: looks at a status page as eight browsers and one monitoring server would, until
it is ended: eight event streams, /metrics every second, / ten times a second. It takes little time
itself, since it runs beside what is measured. What it got is told at the end, as bytes."""
import http.client
import signal
import socket
import sys
import threading
import time

got = {"/events": 0, "/metrics": 0, "/": 0}


def follow(place):
    host, port = place.rsplit(":", 1)
    stream = socket.create_connection((host, int(port)))
    stream.sendall(f"GET /events HTTP/1.1\r\nHost: {place}\r\n\r\n".encode())
    while piece := stream.recv(65536):
        got["/events"] += len(piece)


def ask(place, path, every):
    connection = http.client.HTTPConnection(place)
    while True:
        connection.request("GET", path)
        answer = connection.getresponse()
        if answer.status != 200:
            print(path, answer.status, file=sys.stderr)
        got[path] += len(answer.read())
        time.sleep(every)


def end(*_):
    print(" ".join(f"{path} {count}" for path, count in got.items()), flush=True)
    sys.stdout.flush()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.raise_signal(signal.SIGTERM)


signal.signal(signal.SIGTERM, end)
for _ in range(8):
    threading.Thread(target=follow, args=(sys.argv[1],), daemon=True).start()
threading.Thread(target=ask, args=(sys.argv[1], "/metrics", 1), daemon=True).start()
threading.Thread(target=ask, args=(sys.argv[1], "/", 0.1), daemon=True).start()
signal.pause()
