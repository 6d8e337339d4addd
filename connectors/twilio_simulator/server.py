"""A local Twilio as a server: it serves the API, and calls the application that uses it."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from email.utils import format_datetime
from http.client import HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import ProxyHandler, Request, build_opener

from connectors.twilio_simulator import api
from connectors.twilio_simulator.api import Api
from connectors.twilio_simulator.carrier import Call, Carrier
from connectors.twilio_simulator.signing import signature
from engine.model.instant import SECOND_US, Instant, from_us

_ANSWER_WITHIN = 15.0  # seconds; as long as Twilio waits for a call to be answered


class _Server(ThreadingHTTPServer):
    # Connections that wait to be accepted; with fewer, a busy daemon's would be tried again after
    # a second.
    request_queue_size = 128


class LocalTwilio:
    """Serves a carrier from `start` to `stop` and calls from `call_at` on.

    `now` tells microseconds since 1970. A request has its effect at once, and its answer takes
    `answer_seconds` more. So many calls are made at once as there are `callers`.
    """

    def __init__(
        self,
        carrier: Carrier,
        auth_token: str,
        now: Callable[[], Instant],
        port: int = 0,
        *,
        answer_seconds: float = 0,
        callers: int = 1,
    ) -> None:
        self.carrier = carrier
        self._answer_seconds, self._callers = answer_seconds, callers
        self.api = Api(carrier, auth_token)
        self._token = auth_token
        self._now = now
        self._lock = threading.RLock()
        self._news = threading.Event()
        self._closing = threading.Event()
        self._http = _Server(("127.0.0.1", port), self._handler())
        self._serving = threading.Thread(
            target=self._http.serve_forever,
            kwargs={"poll_interval": 0.05},
            name="local twilio",
            daemon=True,
        )
        self._calling: threading.Thread | None = None
        self._opener = build_opener(ProxyHandler({}))
        self._known_by = ""
        self._called_at = itertools.cycle([""])

    @property
    def url(self) -> str:
        """The address of its API."""
        return f"http://127.0.0.1:{self._http.server_port}"

    def start(self) -> None:
        """Begin to serve."""
        self._serving.start()

    def call_at(self, *addresses: str, known_by: str = "") -> None:
        """Begin to make calls; URLs that begin with `known_by` lead to these addresses in turn.

        A proxy would pass them on in the same way.
        """
        self._called_at, self._known_by = itertools.cycle(addresses), known_by
        self._calling = threading.Thread(
            target=self._call_on, name="local twilio's calls", daemon=True
        )
        self._calling.start()

    def stop(self) -> None:
        """Serve and call no more."""
        self._closing.set()
        self._news.set()
        self._http.shutdown()
        self._serving.join()
        self._http.server_close()
        if self._calling:
            self._calling.join()

    def text_in(self, sender: str, body: str) -> None:
        """Let a person text the number that is served here."""
        with self._lock:
            self.carrier.receive(sender, body, self._now())
        self._news.set()

    def _call_on(self) -> None:
        with ThreadPoolExecutor(self._callers, "local twilio's calls") as callers:
            while not self._closing.is_set():
                with self._lock:
                    calls = list(self.carrier.due(self._now()))
                    ahead = self.carrier.next_at()
                list(callers.map(self._make, calls))
                if not calls:
                    wait = None if ahead is None else max(0, ahead - self._now()) / SECOND_US
                    self._news.wait(wait)
                    self._news.clear()

    def _make(self, call: Call) -> None:
        status, body = self._post(call)
        with self._lock:
            self.carrier.answered(call, status, body, self._now())

    def _post(self, call: Call) -> tuple[int | None, str]:
        url = (
            next(self._called_at) + call.url.removeprefix(self._known_by)
            if self._known_by
            else call.url
        )
        headers = {"X-Twilio-Signature": signature(self._token, call.url, call.form)}
        request = Request(url, urlencode(call.form).encode(), headers)
        try:
            with self._opener.open(request, timeout=_ANSWER_WITHIN) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as error:
            with error:
                return error.code, ""
        except (OSError, HTTPException):
            return None, ""

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        local = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                """Serve a request to send a message."""
                given = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                self._answer(urlsplit(self.path).path, given)

            def do_GET(self) -> None:
                """Serve a request for messages."""
                self._answer(*urlsplit(self.path)[2:4])

            def _answer(self, path: str, encoded: str) -> None:
                fields = {
                    name: values[0]
                    for name, values in parse_qs(encoded, keep_blank_values=True).items()
                }
                request = api.Request(
                    self.command, path, fields, self.headers.get("Authorization", "")
                )
                with local._lock:
                    answer = local.api.answer(request, local._now())
                local._news.set()
                local._closing.wait(local._answer_seconds)
                if answer.silent:
                    local._closing.wait()
                if answer.silent or answer.cut:
                    self.close_connection = True
                    return
                with suppress(ConnectionError):  # the caller may have given up
                    self.send_response(answer.status)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(answer.body.encode())))
                    self.end_headers()
                    self.wfile.write(answer.body.encode())

            def date_time_string(self, timestamp: float | None = None) -> str:
                """Date answers by the clock by which messages are dated."""
                return format_datetime(from_us(local._now()), usegmt=True)

            def log_message(self, *args: object) -> None:
                """Log nothing, because the requests hold phone numbers."""

        return Handler
