"""A site that a sender posts to over real HTTP; time stands still until a test moves it on."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from sqlalchemy import select

from connectors.http.source import HttpSource
from engine.config import load
from engine.flows.intake import ingest, received
from engine.model.instant import Instant, to_us
from engine.model.received import Receipt
from engine.store.database.connection import Database
from engine.store.database.upsert import add_row
from engine.store.intake import rejects
from engine.store.tables.intake import received as received_table
from engine.store.tables.people import clients
from engine.web.application import application
from engine.web.server import WebServer
from tests.kit.csv_site import CsvSite
from tests.web.test_health import Daemon

SECRET = "whsec_" + base64.b64encode(b"a key of the sender").decode()
ENVIRON = {"SECRET": SECRET, "OLD": "whsec_" + base64.b64encode(b"the key before").decode()}
SIGNED = "{path: /in/breath, secret: {env: SECRET}, previous_secret: {env: OLD}}"
READINGS = """
each: readings
events:
  - kind: test
    client: /person
    at: taken_at
    id: reading
    version: edited
    withdraw_when: {state: void}
    fields: {method: {always: breath}, bac: bac, result: {column: outcome, if_empty: negative}}
"""


def post_settings(folder: Path, mapping: str = READINGS, http: str = SIGNED) -> Any:
    """The settings of a site in New York with one source that is posted to."""
    lines = "".join(f"    {line}\n" for line in mapping.strip().splitlines())
    text = f"timezone: America/New_York\nsources:\n  - name: breath\n    http: {http}\n{lines}"
    path = folder / "config.yaml"
    path.write_text(text, "utf-8")
    return load(path)


class PostedSite(CsvSite):
    """A site with one source that is posted to."""

    def __init__(
        self, folder: Path, database: Database, mapping: str = READINGS, http: str = SIGNED
    ) -> None:
        super().__init__(folder, database, post_settings(folder, mapping, http))
        self.take = partial(received.take, database, "breath")
        self.server: WebServer | None = None
        for ref in ("C-1", "C-2"):
            self.add_client(ref)

    def add_client(self, ref: str) -> None:
        """Put a person into the roster."""
        with self.database.write() as conn:
            add_row(conn, clients, {"ref": ref, "timezone": "America/New_York"})

    def remap(self, mapping: str, http: str = SIGNED) -> None:
        """Change the mapping, as between two runs of the daemon."""
        self.settings = post_settings(self.folder, mapping, http)

    def http_source(self) -> HttpSource:
        """The source, with its secrets."""
        source = HttpSource(self.settings.sources[0], self.settings.kinds)
        source.read_secrets(ENVIRON)
        return source

    def read_posts(self) -> Mapping[str, ingest.IngestCounts]:
        """Read all that waits; then it is a minute later."""
        counts = ingest.read(
            self.database, self.http_source(), self.settings.timezone, to_us(self.now)
        )
        self.now += timedelta(minutes=1)
        return counts

    def __enter__(self) -> PostedSite:
        """Serve."""

        def kept(key: str | None, body: bytes) -> Receipt:
            return self.take(key, body, self._now())

        routes = self.http_source().routes(kept, self._now)
        self.server = WebServer("127.0.0.1", 0, lambda: application(Daemon(), [routes]))
        self.server.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Serve no more."""
        assert self.server
        self.server.stop()

    def _now(self) -> Instant:
        return to_us(self.now)

    def sign(
        self, body: bytes, key: str = "msg_1", secret: bytes = b"a key of the sender", late: int = 0
    ) -> dict[str, str]:
        """The headers of Standard Webhooks; the sender's clock is `late` by so many seconds."""
        stamp = str(int(self.now.timestamp()) - late)
        digest = hmac.digest(secret, f"{key}.{stamp}.".encode() + body, "sha256")
        return {
            "webhook-id": key,
            "webhook-timestamp": stamp,
            "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
        }

    def post(
        self, said: Any, headers: Mapping[str, str] | None = None, path: str = "/in/breath"
    ) -> tuple[int, Any]:
        """Post, signed if no headers are given; return the status and the answer."""
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        assert self.server
        connection = HTTPConnection(self.server.address.partition("//")[2], timeout=20)
        try:
            connection.request(
                "POST", path, body, dict(self.sign(body) if headers is None else headers)
            )
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or "null")
        finally:
            connection.close()

    def waiting(self) -> list[bytes]:
        """The bodies of all posts that are kept."""
        with self.database.read() as conn:
            return list(conn.scalars(select(received_table.c.body).order_by(received_table.c.id)))

    def put_aside(self) -> list[tuple[int, str]]:
        """The rejects still open, as (the post's number, reason)."""
        with self.database.read() as conn:
            return [(each.line, each.reason) for each in rejects.still_open(conn)]


def reading(number: str, bac: object, **more: object) -> dict[str, object]:
    """A reading of the device."""
    return {"reading": number, "taken_at": "2026-07-01T09:00:00-04:00", "bac": bac,
            "outcome": "positive" if bac else "negative", "edited": 1, **more}  # fmt: skip
