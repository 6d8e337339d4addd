"""Reads rows through their mapping, and tells skipped rows from unreadable ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from connectors.mapping.cells import Remembered, Row, columns_of_conditions, compile_conditions
from connectors.mapping.event_rows import (
    Identity,
    columns_of_event,
    compile_event,
    compile_key,
    identity,
)
from connectors.mapping.identifiers import plain_identifier
from connectors.mapping.roster_rows import columns_of_roster, compile_roster
from connectors.mapping.settings import RowMapping
from engine.model.event_kinds import Kind
from engine.model.intake import Batch, ReadEvent, Reject, RosterRow
from engine.model.local_time import WallClock
from engine.model.nearest_word import nearest_word
from engine.model.word_folding import fold


class Record(NamedTuple):
    """One record of a file.

    Attributes:
        line: The number of lines between the first record's line and this one's.
        cells: The cells; those that there are, if they are too few.
        text: The record as written.
        reason: Why it cannot be read; None if it can.
    """

    line: int
    cells: list[str]
    text: str
    reason: str | None


@dataclass(slots=True)
class Harvest:
    """The events, roster rows and rejects that some rows gave.

    `former` are keys that their events had before the mapping changed. `gone` are the keys of
    events that a row, at its line, no longer makes because its conditions say so.
    """

    events: list[ReadEvent] = field(default_factory=list)
    roster: list[RosterRow] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    former: list[str] = field(default_factory=list)
    gone: list[tuple[str, int]] = field(default_factory=list)
    rows: int = 0
    skipped: int = 0
    unread: int = 0  # unreadable rows whose subject is unknown

    def batch(self, item: str, position: Any, **more: Any) -> Batch:
        """Make a batch of the harvest.

        Args:
            item: The name of the thing that was read, such as a file.
            position: How far it was read, JSON-able; the next reading gets it.
            more: Further fields of the batch.
        """
        return Batch(
            item, position, tuple(self.events), tuple(self.roster), tuple(self.rejects),
            gone=tuple(self.gone), rows=self.rows, skipped=self.skipped, **more,
        )  # fmt: skip


class Rows:
    """A mapping compiled for one header, in which every column that it names is found once."""

    def __init__(
        self,
        mapping: RowMapping,
        header: Sequence[str],
        kinds: Mapping[str, Kind],
        zone: str | None,
        former: Iterable[Identity] = (),
    ) -> None:
        columns = {name: place for place, name in enumerate(header)}
        clock = WallClock(zone) if zone else None
        skip_when = mapping.skip_when
        self._skips = skip_when and Remembered(
            columns_of_conditions(skip_when),
            columns,
            lambda c: compile_conditions(skip_when, c, mapping.decimal),
        )
        # The place of the last cell that skip_when looks at.
        self._last_skip = max(
            (columns[name] for name in columns_of_conditions(skip_when)), default=-1
        )
        self._events = [
            compile_event(event, kinds[event.kind], columns, mapping.decimal, clock)
            for event in mapping.events
        ]
        self._keys = [compile_key(identity(event), columns) for event in mapping.events]
        # Without an id of its own, a row that makes no event concerns none.
        self._ids = [compile_key(identity(event), columns) for event in mapping.events if event.id]
        # A column of a former id may be gone.
        self._former = [
            compile_key(each, columns) for each in former if columns.keys() >= set(each.id or ())
        ]
        self._roster = (
            compile_roster(mapping, columns, clock) if mapping.roster and mapping.columns else None
        )

    def take(self, records: Iterable[Record], first_line: int, into: Harvest) -> None:
        """Add records to `into`; a record with any fault is rejected as a whole."""
        for line, cells, text, reason in records:
            into.rows += 1
            place = first_line + line
            if reason is not None and self._skips_short(cells):
                into.skipped += 1
                continue
            if reason is not None:
                into.rejects.append(Reject(place, reason, text))
                into.unread += 1
                continue
            try:
                self._take(cells, place, text, into)
            except ValueError as error:
                key = self._key(cells)
                into.rejects.append(Reject(place, str(error), text, key=key))
                into.unread += key is None

    def _skips_short(self, cells: Row) -> bool:
        """Return whether a row of too few cells is passed over by what those say."""
        if not self._skips or len(cells) <= self._last_skip:
            return False
        with suppress(ValueError):
            return bool(self._skips(cells))
        return False

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
        made = {event.key for event in events}
        if len(events) < len(self._keys):
            into.gone += [(key, line) for key in _keys(self._ids, cells) - made]
        if self._former:
            into.former += _keys(self._former, cells) - made

    def _key(self, cells: Row) -> str | None:
        """Return the key of the event or roster row that an unreadable row would make.

        It is None if the key is unclear.
        """
        return next(iter(_keys(self._keys[:1], cells)), None)


def _keys(readers: Iterable[Callable[[Row], str]], cells: Row) -> set[str]:
    keys = set()
    for key_of in readers:
        with suppress(ValueError):
            keys.add(key_of(cells))
    return keys


def named_columns(mapping: RowMapping, header: Sequence[str]) -> tuple[str, ...]:
    """Return the names of a header, each as the mapping spells it.

    Case, characters that cannot be seen, and spaces and hyphens of other kinds make no difference,
    because an export may change them without anybody's knowledge.
    """
    names = tuple(map(str.strip, header))
    missing = sorted(_wanted(mapping).difference(names))
    spelt = {fold(plain_identifier(name)): name for name in missing}
    return tuple(spelt.get(fold(plain_identifier(name)), name) for name in names)


def _wanted(mapping: RowMapping) -> set[str]:
    """Return the names of all columns that a mapping looks at."""
    wanted = columns_of_conditions(mapping.skip_when).union(*map(columns_of_event, mapping.events))
    return wanted | columns_of_roster(mapping.columns) if mapping.columns else wanted


def refusal(mapping: RowMapping, header: Sequence[str]) -> str | None:
    """Return why no record with these columns can be read; None if they can."""
    wanted = _wanted(mapping)
    times = Counter(header)
    twice = sorted(name for name in wanted if times[name] > 1)
    if twice:
        return (
            f"the header has the column '{twice[0]}' twice, so it is not clear which one is meant"
        )
    missing = sorted(name for name in wanted if not times[name])
    if not missing:
        return None
    near = nearest_word(missing[0], header)
    hint = f"did you mean '{near}'?" if near else "for a fixed value, write {always: …}"
    named = " or ".join(f"'{name}'" for name in missing)
    return f"the header has no column {named}, which the mapping names; {hint}"
