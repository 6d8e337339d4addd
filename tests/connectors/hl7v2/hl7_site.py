"""A site with a folder of messages as its source, beside a roster."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from connectors import registry
from engine.config import load
from engine.flows.intake import ingest
from engine.model.instant import to_us
from engine.ports import Source
from engine.store.database.connection import Database
from tests.kit.csv_site import CsvSite

PEOPLE = """\
  - name: people
    folder: inbox
    files:
      - {match: people.csv, roster: clients, columns: {ref: ref, enrolled: enrolled}}
"""


class Hl7Site(CsvSite):
    """Its source is the first of `sources:`; the clients C-1042 and C-1077 are in the roster."""

    def __init__(self, folder: Path, database: Database, config: str) -> None:
        self.folder = folder
        self.configure(config)
        super().__init__(folder, database, self.settings)
        (folder / "lab").mkdir()
        (folder / "inbox" / "people.csv").write_text(
            "ref,enrolled\nC-1042,2026-01-05\nC-1077,2026-01-05\n"
        )
        self._read(self.settings.sources[1])

    def configure(self, config: str) -> None:
        """Change the sources, as between two runs of the daemon."""
        path = self.folder / "config.yaml"
        path.write_text("timezone: America/New_York\n" + config + PEOPLE)
        self.settings = load(path)

    def drop(self, name: str, text: str | bytes) -> None:
        """Write a file of messages, which changes now."""
        path = self.folder / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        nanoseconds = to_us(self.now) * 1000
        os.utime(path, ns=(nanoseconds, nanoseconds))

    def read(self) -> Mapping[str, ingest.IngestCounts]:  # type: ignore[override]
        """Read the messages as `handrail import` does; then it is a minute later."""
        return self._read(self.settings.sources[0])

    def _read(self, settings: object) -> Mapping[str, ingest.IngestCounts]:
        source: Source = registry.source(settings.type).open_source(  # type: ignore[attr-defined]
            settings, self.settings.kinds, finished=True
        )
        now = to_us(self.now)
        counts = ingest.read(self.database, source, self.settings.timezone, now)
        self.now += timedelta(minutes=1)
        return counts
