"""A mail server that is not ours: STARTTLS, signing in, and every letter into a directory.

Called with the certificate, its key, the directory and the password; prints its port.
"""

import asyncio
import os
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult


class Keep:
    def __init__(self, directory):
        self.directory = directory
        self.count = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 fine"

    async def handle_DATA(self, server, session, envelope):
        if session.ssl is None:
            return "530 5.7.0 not without TLS"
        path = os.path.join(self.directory, f"{self.count}.eml")
        self.count += 1
        with open(path + ".part", "wb") as file:
            file.write(f"{envelope.mail_from}>{envelope.rcpt_tos[0]}\r\n".encode())
            file.write(envelope.original_content)
        os.rename(path + ".part", path)
        return "250 2.0.0 kept"


async def main():
    certificate, key, directory, password = sys.argv[1:]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    keep = Keep(directory)

    def judge(server, session, envelope, mechanism, data):
        good = data.login == b"desk" and data.password == password.encode()
        return AuthResult(success=good, handled=False)

    def talk():
        return SMTP(
            keep,
            hostname="mail.test",
            tls_context=context,
            require_starttls=True,
            auth_required=True,
            auth_require_tls=True,
            authenticator=judge,
        )

    loop = asyncio.get_running_loop()
    server = await loop.create_server(talk, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    # Until whoever started us is gone.
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


asyncio.run(main())
