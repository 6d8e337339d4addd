"""A mail server on this machine that speaks SMTP over TLS, and misbehaves on demand."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
from contextlib import suppress
from email import message_from_bytes
from email.message import Message
from pathlib import Path

PASSWORD = "hush"


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of localhost that signs itself, and its key."""
    cert, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(cert)],
        check=True, capture_output=True,
    )  # fmt: skip
    return cert, key


class MailServer:
    """Takes messages over TLS into `taken`.

    `refuses` is the answer to a recipient, `cut` ends the connection after a message was taken and
    before it is said so.
    """

    def __init__(self, certificate: tuple[Path, Path]) -> None:
        self.taken: list[Message] = []
        self.signed_in = False
        self.refuses: str | None = None
        self.cut = False
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(*certificate)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._serving = threading.Thread(target=self._serve, daemon=True)
        self._serving.start()

    def close(self) -> None:
        self._listening.close()

    def _serve(self) -> None:
        while True:
            try:
                raw, _ = self._listening.accept()
            except OSError:
                return
            with suppress(OSError), self._context.wrap_socket(raw, server_side=True) as line:
                self._talk(line)

    def _talk(self, line: ssl.SSLSocket) -> None:
        lines = line.makefile("rb")

        def say(words: str) -> None:
            line.sendall(f"{words}\r\n".encode())

        say("220 localhost")
        for raw in lines:
            word = raw.decode().split(" ")[0].strip().upper()
            if word == "EHLO":
                say("250-localhost\r\n250 AUTH PLAIN")
            elif word == "AUTH":
                self.signed_in = True
                say("235 ok")
            elif word == "RCPT" and self.refuses:
                say(self.refuses)
            elif word == "DATA":
                say("354 go on")
                body = b""
                for part in lines:
                    if part == b".\r\n":
                        break
                    body += part
                self.taken.append(message_from_bytes(body))
                if self.cut:
                    return
                say("250 taken")
            elif word == "QUIT":
                say("221 bye")
                return
            else:
                say("250 ok")
