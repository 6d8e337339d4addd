"""A server on this machine that takes posts, and misbehaves on demand."""

from __future__ import annotations

import json
import socket
import ssl
import struct
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

RESET = "resets the connection after the request"


class WakingServer:
    """Takes posts into `taken`, each with its headers, whose names are in lower case.

    `answers` are the next answers, a status and headers each, or RESET; then it answers 200.
    """

    def __init__(self, certificate: tuple[Path, Path] | None = None) -> None:
        self.taken: list[tuple[Mapping[str, str], Any]] = []
        self.asked: list[str] = []
        self.answers: list[tuple[int, dict[str, str]] | str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _handler(server: WakingServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            server.taken.append((headers, json.loads(body)))
            self._answer()

        def do_GET(self) -> None:
            server.asked.append(f"{self.command} {self.path}")
            self._answer()

        do_HEAD = do_GET  # noqa: N815 - the server looks for this name

        def _answer(self) -> None:
            answer = server.answers.pop(0) if server.answers else (200, {})
            if isinstance(answer, str):
                linger = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                self.close_connection = True
                return
            self.send_response(answer[0])
            for name, value in {**answer[1], "Content-Length": "0"}.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    return Handler
