"""Reads rows through their mapping, and tells skipped rows from unreadable ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from connectors.mapping.cell_settings import Conditions
from connectors.mapping.cells import (
    Columns,
    Notation,
    Remembered,
    Row,
    columns_of_conditions,
    compile_conditions,
    parts_column,
)
from connectors.mapping.event_rows import (
    Identity,
    ReadKey,
    ReadRow,
    columns_of_event,
    compile_event,
    compile_event_version,
    compile_key,
    identity,
    row_digest,
    split_identity,
)
from connectors.mapping.identifiers import plain_identifier
from connectors.mapping.roster_rows import columns_of_roster, compile_roster
from connectors.mapping.row_parts import (
    columns_behind_parts,
    columns_of_parts,
    compile_parts,
    part_columns,
)
from connectors.mapping.settings import RowMapping
from engine.model.event_kinds import Kind
from engine.model.intake import Batch, Gone, ReadEvent, Reject, RosterRow
from engine.model.local_time import WallClock
from engine.model.nearest_word import nearest_word
from engine.model.word_folding import fold

# The column that holds the whole record as one text, if records have paths and no header.
WHOLE_RECORD = "\0"


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

    `former` are keys that their events had before the mapping changed. `gone` are the events that
    a row no longer makes because its conditions say so.
    """

    events: list[ReadEvent] = field(default_factory=list)
    roster: list[RosterRow] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    former: list[str] = field(default_factory=list)
    gone: list[Gone] = field(default_factory=list)
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


class _Key(NamedTuple):
    """How rows, or their parts at a `place`, give the key of an event, and its version.

    The parts that do not count stand in the next place.
    """

    place: int | None
    key_of: ReadKey
    version_of: Callable[[Row], int] | None

    def keys(self, cells: Row) -> Iterator[tuple[str, int | None]]:
        """Yield the keys that can be read, each with its version if that can."""
        rows = (cells,) if self.place is None else cells[self.place] + cells[self.place + 1]
        for row in rows:
            with suppress(ValueError):
                key = self.key_of(row)
                version = None
                if self.version_of is not None:
                    with suppress(ValueError):
                        version = self.version_of(row)
                yield key, version


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
        self._clock = WallClock(zone) if zone else None
        inner = columns_of_parts(mapping, former)
        self._notation = Notation(
            mapping.decimal,
            {name: {column: k for k, column in enumerate(of)} for name, of in inner.items()},
        )
        self._widen = []
        self._digest = _digest_of(columns, len(header), bool(mapping.parts))
        for name, parts in mapping.parts.items():
            if parts.columns is not None:
                self._widen.append(compile_parts(parts, inner[name], columns, self._notation))
                columns |= {each: len(columns) + k for k, each in enumerate(part_columns(name))}
        self._columns = columns
        self._compile(mapping, kinds, former)

    def _compile(
        self, mapping: RowMapping, kinds: Mapping[str, Kind], former: Iterable[Identity]
    ) -> None:
        columns, notation, clock = self._columns, self._notation, self._clock
        skip_when = mapping.skip_when
        self._skips = skip_when and Remembered(
            columns_of_conditions(skip_when),
            columns,
            lambda c: compile_conditions(skip_when, c, notation),
        )
        # The place of the last cell that skip_when looks at.
        self._last_skip = max(
            (columns[name] for name in columns_of_conditions(skip_when)), default=-1
        )
        self._reads: list[ReadRow] = []
        self._part_reads: list[tuple[int, ReadRow]] = []
        self._keys, self._ids = [], []
        for event in mapping.events:
            place, within = self._place(event.each)
            key_of = compile_key(identity(event), within, self._digest)
            read = compile_event(
                event, kinds[event.kind], within, notation, clock, key_of, mapping.clients_by
            )
            if place is None:
                self._reads.append(read)
            else:
                self._part_reads.append((place, read))
            key = _Key(place, key_of, compile_event_version(event, within, clock))
            self._keys.append(key)
            # Without an id of its own, a row that makes no event concerns none.
            if event.id:
                self._ids.append(key)
        self._former = list(self._former_keys(former))
        self._roster = (
            compile_roster(mapping, columns, notation, clock)
            if mapping.roster and mapping.columns
            else None
        )

    def _place(self, each: str | None) -> tuple[int | None, Columns]:
        """Return the place of the parts of a name in a row, and their columns; None is the row."""
        if each is None:
            return None, self._columns
        return self._columns[parts_column(each)], self._notation.parts[each]

    def _former_keys(self, former: Iterable[Identity]) -> Iterator[_Key]:
        for one in former:
            name, ids = split_identity(one)
            # A column of a former id may be gone, and so may its parts.
            if name is None or name in self._notation.parts:
                place, within = self._place(name)
                if within.keys() >= set(ids or ()):
                    yield _Key(place, compile_key(one, within, self._digest), None)

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
            row = self._widened(cells) if self._widen else cells
            try:
                self._take(row, place, text, into)
            except ValueError as error:
                key = self._key(row)
                into.rejects.append(Reject(place, str(error), text, key=key))
                into.unread += key is None

    def holds(self, conditions: Conditions, cells: Row) -> bool:
        """Return whether a row meets conditions, which may be about its parts too.

        Raises:
            ValueError: A cell that must be a number is none.
        """
        compiled = compile_conditions(conditions, self._columns, self._notation)
        return compiled(self._widened(cells))

    def cell(self, column: str, cells: Row) -> str:
        """Return the text of a row's cell, or how many parts of that name the row has."""
        return str(self._widened(cells)[self._columns[column]]).strip()

    def _widened(self, cells: Row) -> Row:
        row = list(cells)
        for parts_of in self._widen:
            row += parts_of(row)
        return row

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
            for read in self._reads:
                event = read(cells, line, text)
                if event is not None:
                    events.append(event)
            if self._part_reads:
                events += (
                    event
                    for place, read in self._part_reads
                    for part in cells[place]
                    if (event := read(part, line, text)) is not None
                )
            into.events += events
            into.skipped += not events
        if len(events) == len(self._keys) and not (self._part_reads or self._former):
            return
        made = {event.key for event in events}
        if len(events) < len(self._keys) or self._part_reads:
            after = len(into.events)
            gone = {key: version for one in self._ids for key, version in one.keys(cells)}
            into.gone += [Gone(key, line, gone[key], after) for key in gone.keys() - made]
        if self._former:
            former = {key for one in self._former for key, _ in one.keys(cells)}
            into.former += former - made

    def _key(self, cells: Row) -> str | None:
        """Return the key of the event or roster row that an unreadable row would make.

        It is None if the key is unclear.
        """
        return next((key for one in self._keys[:1] for key, _ in one.keys(cells)), None)


def _digest_of(columns: Columns, width: int, has_parts: bool) -> Callable[[Row], str]:
    """Return the digest of a row without its parts, or of its record if the row holds that."""
    record = columns.get(WHOLE_RECORD)
    if record is not None:
        return lambda row: row_digest(row[record : record + 1])
    return (lambda row: row_digest(row[:width])) if has_parts else row_digest


def named_columns(mapping: RowMapping, header: Sequence[str]) -> tuple[str, ...]:
    """Return the names of a header, each as the mapping spells it.

    Case, characters that cannot be seen, and spaces and hyphens of other kinds make no difference,
    because an export may change them without anybody's knowledge.
    """
    names = tuple(map(str.strip, header))
    missing = sorted(wanted_columns(mapping).difference(names))
    spelt = {fold(plain_identifier(name)): name for name in missing}
    return tuple(spelt.get(fold(plain_identifier(name)), name) for name in names)


def wanted_columns(mapping: RowMapping) -> set[str]:
    """Return the names of all columns that a mapping looks at, but for those in parts."""
    events = (columns_of_event(event) for event in mapping.events if event.each is None)
    wanted = columns_of_conditions(mapping.skip_when).union(*events)
    wanted |= columns_of_roster(mapping.columns) if mapping.columns else set()
    added = {column for name in mapping.parts for column in part_columns(name)}
    return (wanted - added) | columns_behind_parts(mapping)


def refusal(mapping: RowMapping, header: Sequence[str]) -> str | None:
    """Return why no record with these columns can be read; None if they can."""
    wanted = wanted_columns(mapping)
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
