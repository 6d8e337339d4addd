"""The archive: events and the roster's history as a Parquet dataset; sole importer of pyarrow.

Studies read it as they read the database, and so can any tool that reads Parquet. The clients are
spread over parts by a hash of their ref. A part is written again if anything in it changed, and the
manifest, which names the files of each part, is replaced last. So a reader never sees half a part,
and an interrupted run leaves the archive as it was.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from sqlalchemy import Connection, bindparam, func, select

from engine.errors import UserError
from engine.model.client import Client, RecordEntry
from engine.model.event import CodedContents, EventColumns
from engine.model.instant import Instant
from engine.model.staff import Assignment
from engine.store.intake.histories import read_clients
from engine.store.people.staff import assignments_of
from engine.store.tables.intake import events
from engine.store.tables.people import clients

MANIFEST = "handrail-archive.json"
FORMAT = 1
# A part has at most about so many clients, far fewer than the measures take at once.
_CLIENTS_OF_PART = 400
_TABLES = ("events", "clients", "records", "assignments")

_STATES = (
    select(
        events.c.client_id,
        func.count(),
        func.max(events.c.id),
        func.max(events.c.recorded_at),
        func.sum(events.c.id),
    )
    .where(events.c.client_id.in_(bindparam("client_ids", expanding=True)))
    .group_by(events.c.client_id)
    .order_by(events.c.client_id)
)
_EVENTS = (
    select(
        events.c.client_id, events.c.occurred_at, events.c.kind, events.c.fields,
        events.c.source, events.c.key, events.c.recorded_at,
    )
    .where(events.c.client_id.in_(bindparam("client_ids", expanding=True)))
    .order_by(events.c.client_id, events.c.occurred_at, events.c.source, events.c.key)
)  # fmt: skip
_WORD = pa.dictionary(pa.int32(), pa.string())
_UTC = pa.timestamp("us", "UTC")
_SCHEMAS = {
    "events": pa.schema(
        [
            ("client_id", pa.int64()), ("occurred_at", _UTC), ("kind", _WORD), ("fields", _WORD),
            ("source", _WORD), ("key", pa.string()), ("recorded_at", _UTC),
        ]
    ),
    "clients": pa.schema(
        [("client_id", pa.int64()), ("ref", pa.string()), ("timezone", _WORD)]
    ),
    "records": pa.schema(
        [("client_id", pa.int64()), ("at", _UTC), ("entry", _WORD), ("value", _WORD)]
    ),
    "assignments": pa.schema(
        [
            ("client_id", pa.int64()), ("staff_id", pa.int64()), ("role", _WORD),
            ("began", _UTC), ("ended", _UTC),
        ]
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ArchiveCounts:
    """The counts of a run: parts in all and those written, and the clients and events written."""

    parts: int
    written: int
    clients: int
    events: int


@dataclass(frozen=True, slots=True)
class ArchivedPart:
    """The clients of a part by id, with their assignments and events."""

    clients: Sequence[Client]
    assignments: Sequence[Assignment]
    events: EventColumns


@dataclass(frozen=True, slots=True)
class Archive:
    """A dataset on disk, as its manifest says.

    Attributes:
        folder: Where it is.
        parts: How many parts the clients are spread over.
        at: When it was last brought up to date.
        states: By part the state of its clients when it was written, which names its files.
    """

    folder: Path
    parts: int
    at: Instant
    states: Mapping[int, str]

    @classmethod
    def open(cls, folder: Path) -> Archive:
        """Read the manifest of an archive.

        Raises:
            UserError: The folder holds no archive, or one of a later version.
        """
        path = folder / MANIFEST
        try:
            found = json.loads(path.read_text("utf-8"))
        except FileNotFoundError:
            raise UserError(
                f"{folder} holds no archive; handrail archive {folder} writes one."
            ) from None
        except (OSError, ValueError) as error:
            raise UserError(f"{path} cannot be read: {error}.") from None
        if found.get("format") != FORMAT:
            raise UserError(
                f"{path} has format {found.get('format')}, and this Handrail reads {FORMAT}; "
                "write the archive again into an empty folder."
            )
        states = {int(part): state for part, state in found["states"].items()}
        return cls(folder, found["parts"], found["at"], states)

    def read(self, part: int) -> ArchivedPart:
        """Read the clients of a part.

        Raises:
            UserError: A file is missing or damaged.
        """
        if part not in self.states:
            return ArchivedPart((), (), EventColumns())
        try:
            found = {name: pq.read_table(self._file(name, part)) for name in _TABLES}
        except (OSError, pa.ArrowInvalid) as error:
            raise UserError(f"The archive {self.folder} cannot be read: {error}.") from None
        return ArchivedPart(
            list(_clients(found["clients"], found["records"])),
            [Assignment(*row) for row in _rows(found["assignments"])],
            _columns(found["events"]),
        )

    def _file(self, table: str, part: int) -> Path:
        return self.folder / table / f"part-{part:05}-{self.states[part][:16]}.parquet"

    def _replace(self, now: Instant, states: Mapping[int, str]) -> Archive:
        """Replace the manifest, and then remove the files that it no longer names."""
        newer = Archive(self.folder, self.parts, now, states)
        words = {"format": FORMAT, "parts": self.parts, "at": now, "states": states}
        _whole(self.folder / MANIFEST, json.dumps(words, indent=1).encode())
        kept = {newer._file(table, part) for table in _TABLES for part in states}
        for table in _TABLES:
            for path in (self.folder / table).glob("part-*"):
                if path not in kept:
                    path.unlink(missing_ok=True)
        return newer


def write(conn: Connection, folder: Path, now: Instant) -> ArchiveCounts:
    """Bring an archive up to date with the database; an empty folder becomes one.

    Args:
        conn: A connection that sees one snapshot throughout.
        folder: Where the archive is; only its owner can read the files.
        now: The present instant.

    Returns:
        The counts of the run.

    Raises:
        UserError: The folder holds other files, or cannot be written.
    """
    refs: dict[int, str] = dict(conn.execute(select(clients.c.id, clients.c.ref)).all())
    archive = _opened(folder, len(refs), now)
    of_part: dict[int, list[int]] = defaultdict(list)
    for client_id, ref in refs.items():
        of_part[crc32(ref.encode()) % archive.parts].append(client_id)
    states, written, count = dict[int, str](), 0, [0, 0]
    for part, client_ids in sorted(of_part.items()):
        client_ids.sort()
        people = _People.read(conn, client_ids)
        states[part] = people.state
        if archive.states.get(part) == people.state:
            continue
        new = Archive(folder, archive.parts, now, states)
        rows = people.tables() | {"events": _events(conn, client_ids)}
        for name in _TABLES:
            table = pa.table(rows[name], _SCHEMAS[name])
            _whole(new._file(name, part), table)
        written += 1
        count[0] += len(client_ids)
        count[1] += len(rows["events"][0])
    archive._replace(now, states)
    return ArchiveCounts(len(states), written, *count)


def _opened(folder: Path, size: int, now: Instant) -> Archive:
    """Return an archive with parts enough for so many clients; new parts have no state yet."""
    # A power of two, so that the parts stay the same until the caseload has doubled.
    parts = 1 << max(0, (size - 1) // _CLIENTS_OF_PART).bit_length()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if (folder / MANIFEST).exists():
            archive = Archive.open(folder)
            return archive if archive.parts == parts else Archive(folder, parts, now, {})
        if any(folder.iterdir()):
            raise UserError(f"{folder} holds other files; name an empty folder for the archive.")
        for table in _TABLES:
            (folder / table).mkdir(mode=0o700)
    except OSError as error:
        raise UserError(f"The archive cannot be written: {error.strerror} ({folder}).") from None
    return Archive(folder, parts, now, {})


def _whole(path: Path, content: bytes | pa.Table) -> None:
    """Write a file that is there whole or not at all."""
    beside = path.with_name(f".{path.name}.new")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            if isinstance(content, bytes):
                file.write(content)
            else:
                pq.write_table(content, file, compression="zstd")
            file.flush()
            os.fsync(file.fileno())
        beside.rename(path)
    except OSError as error:
        raise UserError(f"The archive cannot be written: {error.strerror} ({path}).") from None


@dataclass(frozen=True, slots=True)
class _People:
    """The clients of a part with their records and assignments, and the state of their events."""

    clients: Sequence[Client]
    assignments: Sequence[Assignment]
    state: str

    @classmethod
    def read(cls, conn: Connection, client_ids: Sequence[int]) -> _People:
        found = read_clients(conn, client_ids)
        held = assignments_of(conn, client_ids)
        told = [tuple(row) for row in conn.execute(_STATES, {"client_ids": client_ids})]
        state = sha256(repr((FORMAT, found, held, told)).encode()).hexdigest()
        return cls(found, held, state)

    def tables(self) -> dict[str, list[Sequence[Any]]]:
        """Return the columns of the three tables about people."""
        people = [(one.id, one.ref, one.timezone) for one in self.clients]
        records = [
            (one.id, entry.at, entry.entry, entry.value)
            for one in self.clients
            for entry in one.record
        ]
        held = [
            (one.client_id, one.staff_id, one.role, one.began, one.ended)
            for one in self.assignments
        ]
        return {
            "clients": _transposed(people, 3),
            "records": _transposed(records, 4),
            "assignments": _transposed(held, 5),
        }


def _events(conn: Connection, client_ids: Sequence[int]) -> list[Sequence[Any]]:
    return _transposed(conn.execute(_EVENTS, {"client_ids": client_ids}).all(), 7)


def _transposed(rows: Sequence[Sequence[Any]], width: int) -> list[Sequence[Any]]:
    return list(zip(*rows, strict=True)) if rows else [()] * width


def _integers(column: pa.ChunkedArray) -> pa.Array:
    """Return a column of instants or numbers as integers."""
    return column.combine_chunks().cast(pa.int64())


def _rows(table: pa.Table) -> Iterator[tuple[Any, ...]]:
    columns = [
        (_integers(column) if pa.types.is_timestamp(column.type) else column).to_pylist()
        for column in table.columns
    ]
    return zip(*columns, strict=True)


def _clients(people: pa.Table, records: pa.Table) -> Iterator[Client]:
    record = {
        client_id: tuple(RecordEntry(*entry) for _, *entry in entries)
        for client_id, entries in groupby(_rows(records), itemgetter(0))
    }
    for client_id, ref, zone in _rows(people):
        yield Client(client_id, ref, zone, record.get(client_id, ()))


def _columns(table: pa.Table) -> EventColumns:
    """Return events as measures read them; the file has them in their order."""
    kinds, fields = (
        pc.dictionary_encode(table[name]).combine_chunks() for name in ("kind", "fields")
    )
    pairs = kinds.indices.to_numpy().astype(np.int64) * max(1, len(fields.dictionary))
    distinct, codes = np.unique(pairs + fields.indices.to_numpy(), return_inverse=True)
    words, contents = kinds.dictionary.to_pylist(), fields.dictionary.to_pylist()
    return EventColumns(
        table["client_id"].to_numpy(),
        _integers(table["occurred_at"]).to_numpy(),
        CodedContents(
            codes.astype(np.int32),
            [words[pair // len(contents)] + contents[pair % len(contents)] for pair in distinct],
        ),
    )
