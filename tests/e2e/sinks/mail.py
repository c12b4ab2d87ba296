# SPDX-License-Identifier: GPL-2.0-or-later
"""mail.py PORT-FILE FOLDER: a mail server for tests, on a free port of loopback. It wants the login
extspoold with the password mail-pw83, and keeps what it takes as FOLDER/N.eml, with the envelope's
addresses in the first two lines; with FOLDER/down it takes nothing."""
import asyncio
import os
import sys

from aiosmtpd.smtp import AuthResult, SMTP

port_file, folder = sys.argv[1:]


class Sink:
    count = 0

    async def handle_DATA(self, server, session, envelope):
        if os.path.exists(folder + "/down"):
            return "451 Not now"
        Sink.count += 1
        name = "%s/%d.eml" % (folder, Sink.count)
        with open(name + ".tmp", "wb") as file:
            file.write(("%s\n%s\n" % (envelope.mail_from, envelope.rcpt_tos)).encode())
            file.write(envelope.content)
        os.rename(name + ".tmp", name)
        return "250 OK"


def login(server, session, envelope, mechanism, data):
    return AuthResult(success=(data.login, data.password) == (b"extspoold", b"mail-pw83"))


def connection():
    return SMTP(Sink(), authenticator=login, auth_required=True, auth_require_tls=False)


async def serve():
    server = await asyncio.get_running_loop().create_server(connection, "127.0.0.1", 0)
    with open(port_file + ".tmp", "w", encoding="ascii") as file:
        file.write(str(server.sockets[0].getsockname()[1]))
    os.rename(port_file + ".tmp", port_file)
    await server.serve_forever()


asyncio.run(serve())
