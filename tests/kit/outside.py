"""A watch outside of the machine: a server that counts the calls, and may refuse them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer


class OutsideWatch:
    """The calls that came so far, and the status with which the next is answered."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.status = 200
        self.url = ""


@contextmanager
def outside_watch() -> Iterator[OutsideWatch]:
    """A watch on a port of this machine."""
    watch = OutsideWatch()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            watch.calls.append(self.path)
            self.send_response(watch.status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        watch.url = f"http://127.0.0.1:{server.server_port}/secret-path"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield watch
        server.shutdown()
        thread.join()
