# SPDX-License-Identifier: GPL-2.0-or-later
"""hook.py PORT-FILE FOLDER: a webhook for tests, on a free port of loopback: keeps each body that it
is sent as FOLDER/N.json, where the path is /hooks/tok83 and the type JSON; else 403."""
import http.server
import os
import sys

port_file, folder = sys.argv[1:]


class Hook(http.server.BaseHTTPRequestHandler):
    count = 0

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        good = (self.path, self.headers["Content-Type"]) == ("/hooks/tok83", "application/json")
        if good:
            Hook.count += 1
            name = "%s/%d.json" % (folder, Hook.count)
            with open(name + ".tmp", "wb") as file:
                file.write(body)
            os.rename(name + ".tmp", name)
        self.send_response(200 if good else 403)
        self.send_header("Content-Length", "0")
        self.end_headers()


server = http.server.HTTPServer(("127.0.0.1", 0), Hook)
with open(port_file + ".tmp", "w", encoding="ascii") as out:
    out.write(str(server.server_port))
os.rename(port_file + ".tmp", port_file)
server.serve_forever()
