"""A real FHIR server in a process of its own, behind a proxy with the faults that a test wants."""

from __future__ import annotations

import json
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from urllib.request import Request, urlopen

from tests.kit.fhir_schema import mistakes

SEKMET = Path(__file__).parents[2] / "var" / "sekmet" / "bin" / "sekmet"
WHY_SKIPPED = "sekmet-fhir is not here: `make fhir-server` installs it"
_PATIENCE = 30.0  # seconds for its start

Query = list[tuple[str, str]]
# A fault of the proxy before the server is asked: a status and headers to answer, or None; it may
# change the query.
Before = Callable[[str, Query], tuple[int, dict[str, str]] | None]
# A fault after that: it may change the answer.
After = Callable[[str, Any], None]


class FhirServerProcess:
    """The server and its proxy; `requests` are the paths that were asked for through the proxy."""

    def __init__(
        self, folder: Path, auth: dict[str, Any] | None = None, token: str | None = None
    ) -> None:
        """Start both; `token` is the one by which tests write to the server."""
        self._token = token
        self._port = _free_port()
        self._proxy = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._proxy.server_port}/fhir"
        settings = {
            "base_url": self.url, "port": self._port, "host": "127.0.0.1", "log_inbound": False,
            "data_dir": str(folder), "simulator": {"enabled": False},
            "server_auth": auth or {"types": ["none"]},
        }  # fmt: skip
        (folder / "settings.yaml").write_text(json.dumps(settings))
        self._process = subprocess.Popen(
            [SEKMET, "serve", "--port", str(self._port), "--host", "127.0.0.1"],
            cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self.reset()
        threading.Thread(target=self._proxy.serve_forever, daemon=True).start()
        ends = time.monotonic() + _PATIENCE
        while time.monotonic() < ends:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self._port)):
                return
            time.sleep(0.1)
        raise TimeoutError("the FHIR server does not start")

    def reset(self) -> None:
        """Behave well again."""
        self.before: Before = lambda _, __: None
        self.after: After = lambda _, __: None
        self.requests: list[str] = []

    def close(self) -> None:
        self._proxy.shutdown()
        self._proxy.server_close()
        self._process.kill()
        self._process.wait()

    def put(self, resource: dict[str, Any]) -> Any:
        """Create or change a resource that has an id.

        The official schema must accept it, because a test with a resource that is none proves
        nothing.
        """
        assert mistakes(resource) == []
        path = f"{resource['resourceType']}/{resource['id']}"
        return self._call("PUT", path, json.dumps(resource).encode())

    def delete(self, path: str) -> None:
        """Delete a resource, such as Observation/1."""
        self._call("DELETE", path, None)

    def _call(self, method: str, path: str, body: bytes | None) -> Any:
        kind = {"Content-Type": "application/fhir+json"}
        if self._token:
            kind["Authorization"] = f"Bearer {self._token}"
        url = f"http://127.0.0.1:{self._port}/fhir/{path}"
        with urlopen(Request(url, body, kind, method=method)) as answer:
            return json.loads(answer.read() or "null")

    def forward(self, path: str, method: str, headers: Any, body: bytes) -> tuple[int, Any, bytes]:
        """Pass a request on, with the faults that a test asked for."""
        parts = urlsplit(path)
        query = parse_qsl(parts.query, keep_blank_values=True)
        self.requests.append(path)
        refused = self.before(parts.path, query)
        if refused is not None:
            return refused[0], refused[1], b""
        url = f"http://127.0.0.1:{self._port}{parts.path}?{urlencode(query)}"
        kept = {k: v for k, v in headers.items() if k.lower() not in {"host", "accept-encoding"}}
        try:
            with urlopen(Request(url, body or None, kept, method=method)) as answer:
                status, found, data = answer.status, answer.headers, answer.read()
        except OSError as error:
            status, found, data = error.code, error.headers, error.read()  # type: ignore[attr-defined]
        if status == 200:
            said = json.loads(data)
            self.after(path, said)
            data = json.dumps(said).encode()
        kept = {k: v for k, v in found.items() if k.lower() in {"content-type", "date"}}
        return status, kept, data


def _handler(server: FhirServerProcess) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, headers, data = server.forward(self.path, self.command, self.headers, body)
            self.send_response_only(status)
            for name, value in {**headers, "Content-Length": str(len(data))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        do_POST = do_GET  # noqa: N815 - what the library calls

        def log_message(self, *_: object) -> None:
            pass

    return Handler


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])
