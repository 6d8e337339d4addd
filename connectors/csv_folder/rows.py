"""A file's rows through its mapping: what they are, what is skipped, and what cannot be read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from connectors.csv_folder.position import Identity
from connectors.csv_folder.records import Record
from connectors.mapping.cells import Remembered, Row, columns_of_conditions, compile_conditions
from connectors.mapping.event_rows import compile_event, compile_key
from connectors.mapping.roster_rows import compile_roster
from engine.model.csv_mapping import FileMapping
from engine.model.intake import ReadEvent, Reject, RosterRow
from engine.model.kinds import Kind
from engine.model.local_time import WallClock


@dataclass(slots=True)
class Harvest:
    """What came of some rows; `former` are the keys that events of theirs had, and have no more."""

    events: list[ReadEvent] = field(default_factory=list)
    roster: list[RosterRow] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    former: list[str] = field(default_factory=list)
    rows: int = 0
    skipped: int = 0


class Rows:
    """A mapping compiled for one header, in which every column that it names is found once."""

    def __init__(
        self,
        mapping: FileMapping,
        header: Sequence[str],
        kinds: Mapping[str, Kind],
        zone: str | None,
        former: Iterable[Identity] = (),
    ) -> None:
        columns = {name: place for place, name in enumerate(header)}
        clock = WallClock(zone) if zone else None
        skip_when = mapping.skip_when
        self._skips = skip_when and Remembered(
            columns_of_conditions(skip_when), columns, lambda c: compile_conditions(skip_when, c)
        )
        self._events = [
            compile_event(event, kinds[event.kind], columns, mapping.decimal, clock)
            for event in mapping.events
        ]
        # A column that a former id was made of may be gone.
        self._former = [
            compile_key(each, columns) for each in former if columns.keys() >= set(each.id or ())
        ]
        self._roster = (
            compile_roster(mapping.roster, mapping.columns, columns, clock)
            if mapping.roster and mapping.columns
            else None
        )

    def take(self, records: Iterable[Record], first_line: int, into: Harvest) -> None:
        """Put what the records are into `into`; one that cannot be read wholly is not read at all."""
        for line, cells, text, reason in records:
            into.rows += 1
            place = first_line + line
            if reason is not None:
                into.rejects.append(Reject(place, reason, text))
                continue
            try:
                self._take(cells, place, text, into)
            except ValueError as error:
                into.rejects.append(Reject(place, str(error), text))

    def _take(self, cells: Row, line: int, text: str, into: Harvest) -> None:
        events: list[ReadEvent] = []
        if self._skips and self._skips(cells):
            into.skipped += 1
        elif self._roster is not None:
            row, complaint = self._roster(cells, line, text)
            into.roster.append(row)
            if complaint:
                into.rejects.append(
                    Reject(line, f"{complaint}; the rest of the row was taken", text)
                )
        else:
            events = [
                event for read in self._events if (event := read(cells, line, text)) is not None
            ]
            into.events += events
            into.skipped += not events
        if self._former:
            into.former += self._former_keys(cells) - {event.key for event in events}

    def _former_keys(self, cells: Row) -> set[str]:
        keys = set()
        for key_of in self._former:
            with suppress(ValueError):
                keys.add(key_of(cells))
        return keys
