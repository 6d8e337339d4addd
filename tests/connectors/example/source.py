"""A file of JSON objects as a source."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from connectors.mapping.rows import Harvest, Record, Rows
from connectors.mapping.settings import RowMapping
from engine.model.event_kinds import Kind
from engine.model.intake import Batch, Reject
from tests.connectors.example.settings import ExampleSettings


class ExampleSource:
    """Each mapping is an item; its position is how many lines were read."""

    def __init__(self, settings: ExampleSettings, kinds: Mapping[str, Kind]) -> None:
        self.name, self.silent_after = settings.name, settings.silent_after
        self._settings, self._kinds = settings, kinds

    def read(self, positions: Mapping[str, Any], now: datetime) -> Iterator[Batch]:
        lines = self._settings.path.read_text("utf-8").splitlines()
        for number, mapping in enumerate(self._settings.records):
            item = f"records {number}"
            done = positions.get(item, 0)
            harvest = Harvest()
            self._rows(mapping).take(
                map(self._record, range(done, len(lines)), lines[done:]), 1, harvest
            )
            if done < len(lines):
                yield harvest.batch(item, len(lines))

    def reread(self, item: str, position: Any, rejects: Sequence[Reject]) -> Batch:
        harvest = Harvest()
        rows = self._rows(self._settings.records[int(item.removeprefix("records "))])
        rows.take([self._record(each.line - 1, each.row) for each in rejects], 1, harvest)
        return harvest.batch(item, position)

    def _rows(self, mapping: RowMapping) -> Rows:
        return Rows(mapping, self._settings.columns, self._kinds, mapping.timezone)

    def _record(self, number: int, text: str) -> Record:
        try:
            said = json.loads(text)
        except ValueError:
            return Record(number, [], text, "is not JSON")
        return Record(
            number, [str(said.get(key, "")) for key in self._settings.columns], text, None
        )
