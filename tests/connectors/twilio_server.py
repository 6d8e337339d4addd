"""A small server on this machine that answers as Twilio's Messages API does, well or badly."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from engine.model.instant import from_us


@dataclass
class Answer:
    """How to answer the next request: a status and a body; `silent` never answers, `cut` hangs up."""

    status: int = 201
    body: str = ""
    taken: bool = False
    silent: bool = False
    cut: bool = False


@dataclass
class Server:
    """What the server holds: the messages it took, the requests it saw, and the answers it has been told to give."""

    now: datetime = field(default_factory=lambda: from_us(0))
    url: str = ""
    messages: list[dict[str, Any]] = field(default_factory=list)
    requests: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    more: bool = False  # whether a listing says that there is another page
    closing: Event = field(default_factory=Event)

    def fails(self, status: int, code: int | None = None, text: str = "") -> None:
        """Refuse the next request as Twilio does."""
        said = {"message": text, "status": status} | ({} if code is None else {"code": code})
        self.answers.append(Answer(status, json.dumps(said)))

    def take(self, to: str, body: str | None, at: datetime) -> str:
        """Hold a message; its sid."""
        sid = f"SM{len(self.messages):032}"
        dated = format_datetime(at)
        self.messages.append({"sid": sid, "to": to, "body": body, "date_created": dated, "status": "queued"})
        return sid


@contextmanager
def serving() -> Iterator[Server]:
    """Run a server until the block ends."""
    server = Server()
    http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(server))
    server.url = f"http://127.0.0.1:{http.server_port}"
    thread = Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.closing.set()
        http.shutdown()
        thread.join()
        http.server_close()


def _handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            given = _fields(self.rfile.read(int(self.headers["Content-Length"])).decode())
            server.requests.append(("POST", self.path, given))
            answer = server.answers.pop(0) if server.answers else Answer(taken=True)
            if answer.taken:
                sid = server.take(given["To"], given["Body"], server.now)
                answer.body = answer.body or json.dumps({"sid": sid, "status": "queued"})
            self.answer(answer)

        def do_GET(self) -> None:
            asked = _fields(urlsplit(self.path).query)
            server.requests.append(("GET", urlsplit(self.path).path, asked))
            found = [message for message in server.messages if message["to"] == asked["To"]]
            page = {"messages": found[::-1], "next_page_uri": "/next" if server.more else None}
            self.answer(server.answers.pop(0) if server.answers else Answer(200, json.dumps(page)))

        def answer(self, answer: Answer) -> None:
            if answer.silent:
                server.closing.wait()
            if answer.silent or answer.cut:
                self.close_connection = True
                return
            self.send_response(answer.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer.body.encode())))
            self.end_headers()
            self.wfile.write(answer.body.encode())

        def log_message(self, *args: object) -> None:
            pass

    return Handler


def _fields(encoded: str) -> dict[str, str]:
    return {word: values[0] for word, values in parse_qs(encoded).items()}
