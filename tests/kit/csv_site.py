"""A site with CSV files as its sources: tests write files, read them and look at the outcome."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from textwrap import dedent

from sqlalchemy import select

from connectors.csv_folder.source import CsvFolder
from engine.config import load
from engine.flows.intake import ingest
from engine.model.client import TIMEZONE
from engine.model.instant import from_us, to_us
from engine.model.settings import Settings
from engine.store.database.connection import Database
from engine.store.intake import rejects
from engine.store.tables.alerts import evaluations
from engine.store.tables.intake import event_versions, events
from engine.store.tables.people import clients, record_entries

# The header of a file of test results.
TESTS = "client,at,id,result,bac\n"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)

CLIENTS = "client,enrolled\nC-1,2026-01-05\nC-2,2026-02-01\n"
# A mapping in which most tests find what they need.
MAPPING = """
- match: clients*.csv
  roster: clients
  columns: {ref: client, enrolled: enrolled}
- match: tests*.csv
  events:
    - {kind: test, client: client, at: at, id: id, fields: {result: result, bac: bac}}
- match: check_ins*.csv
  events:
    - {kind: check_in, client: client, at: at, fields: {craving: craving, note: note}}
"""


def settings_of(
    folder: Path, files: str = MAPPING, kinds: str = "{}", timezone: str | None = None
) -> Settings:
    """The settings of a site in New York with one source, of these `files:`."""
    zone = f"\n    timezone: {timezone}" if timezone else ""
    text = (
        f"timezone: America/New_York\nkinds: {kinds}\nsources:\n  - name: clinic\n    folder: "
        f"inbox{zone}\n    files:\n"
    )
    path = folder / "config.yaml"
    path.write_text(
        text + "".join(f"      {line}\n" for line in dedent(files).strip().splitlines()), "utf-8"
    )
    return load(path)


class CsvSite:
    """A folder `inbox` and a database; time stands still until a test moves it on."""

    def __init__(self, folder: Path, database: Database, settings: Settings | None = None) -> None:
        self.folder = folder
        self.database = database
        self.settings = settings or settings_of(folder)
        self.now = NOW
        (folder / "inbox").mkdir(exist_ok=True)

    def write(self, name: str, content: str | bytes) -> Path:
        """Write a file, which changes now."""
        path = self.folder / "inbox" / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        self._touch(path)
        return path

    def append(self, name: str, content: str | bytes) -> None:
        """Let a file grow, now."""
        path = self.folder / "inbox" / name
        with path.open("ab") as file:
            file.write(content.encode() if isinstance(content, str) else content)
        self._touch(path)

    def source(self, settle: timedelta = timedelta()) -> CsvFolder:
        """The source, as `handrail import` has it, or with time to settle as the daemon."""
        return CsvFolder(self.settings.sources[0], self.settings.kinds, settle)

    def read(self, settle: timedelta = timedelta()) -> Mapping[str, ingest.IngestCounts]:
        """Read all that is new; then it is a minute later."""
        counts = ingest.read(
            self.database, self.source(settle), self.settings.timezone, to_us(self.now)
        )
        self.now += timedelta(minutes=1)
        return counts

    def retry(self) -> None:
        """Read the rejected rows again; then let a minute pass."""
        ingest.retry(self.database, self.source(), self.settings.timezone, to_us(self.now))
        self.now += timedelta(minutes=1)

    def events(self, kind: str | None = None) -> list[tuple[object, ...]]:
        """Events as (client, UTC time, fields), by time."""
        return [
            (ref, at, fields)
            for ref, found, at, fields, _ in self.everything()
            if kind in {None, found}
        ]

    def everything(self) -> list[tuple[str, str, str, object, str | None]]:
        """Events as (client, kind, UTC time, fields, note)."""
        wanted = (
            select(
                clients.c.ref, events.c.kind, events.c.occurred_at, events.c.fields, events.c.note
            )
            .join(clients, clients.c.id == events.c.client_id)
            .order_by(
                events.c.occurred_at, clients.c.ref, events.c.kind, events.c.fields, events.c.key
            )
        )
        with self.database.read() as conn:
            return [
                (ref, kind, shown(at), json.loads(fields), note)
                for ref, kind, at, fields, note in conn.execute(wanted)
            ]

    def stored(self) -> list[tuple[object, ...]]:
        """The events table as it is, ids and all."""
        with self.database.read() as conn:
            return [tuple(row) for row in conn.execute(select(events).order_by(events.c.id))]

    def versions(self) -> list[object]:
        """The fields of every earlier version of an event, the oldest first."""
        with self.database.read() as conn:
            kept = conn.execute(select(event_versions.c.fields).order_by(event_versions.c.id))
            return [json.loads(fields) for (fields,) in kept]

    def rejects(self) -> list[tuple[str, int, str]]:
        """The rejects still open, as (item, line, reason)."""
        with self.database.read() as conn:
            return [(each.item, each.line, each.reason) for each in rejects.still_open(conn)]

    def record(self, ref: str) -> list[tuple[str, str, str | None]]:
        """A client's record but for timezones: (UTC time, entry, value) in the order of time."""
        wanted = (
            select(record_entries.c.at, record_entries.c.entry, record_entries.c.value)
            .join(clients, clients.c.id == record_entries.c.client_id)
            .where(clients.c.ref == ref, record_entries.c.entry != TIMEZONE)
            .order_by(record_entries.c.at, record_entries.c.entry)
        )
        with self.database.read() as conn:
            return [(shown(at), entry, value) for at, entry, value in conn.execute(wanted)]

    def take_dirty(self) -> dict[str, str]:
        """From when each client is to be evaluated, by ref; then as if all had been."""
        marked = select(clients.c.ref, evaluations.c.dirty_from).join(
            clients, clients.c.id == evaluations.c.client_id
        )
        with self.database.write() as conn:
            found = {
                ref: shown(at)
                for ref, at in conn.execute(marked.where(evaluations.c.dirty_from.is_not(None)))
            }
            conn.execute(evaluations.update().values(dirty_from=None))
        return found

    def _touch(self, path: Path) -> None:
        nanoseconds = to_us(self.now) * 1000
        os.utime(path, ns=(nanoseconds, nanoseconds))


def shown(at: int) -> str:
    """An instant as tests write it: UTC, without seconds."""
    return from_us(at).strftime("%Y-%m-%d %H:%M")
