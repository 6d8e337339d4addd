"""Posts: JSON bodies to records, and what becomes of each record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from enum import StrEnum
from hashlib import blake2b
from typing import Any, NamedTuple

from connectors.http.settings import HttpSettings
from connectors.mapping.event_rows import Identity, identity
from connectors.mapping.explain import MappingExplainer
from connectors.mapping.flat_records import FlatRecords
from connectors.mapping.json_form import JsonForm, read_json
from connectors.mapping.rows import Harvest, Rows
from engine.model.event_kinds import Kind
from engine.model.explained_record import ExplainedRecord


class PostOutcome(StrEnum):
    """What becomes of one record of a post."""

    ACCEPTED = "accepted"
    SKIPPED = "skipped"  # the mapping says that it makes nothing, or takes something back
    REJECTED = "rejected"


class RecordResult(NamedTuple):
    """The outcome of a record, and of a rejected one the word of the mapping that is wrong."""

    outcome: PostOutcome
    word: str | None = None


def read_post(body: bytes) -> list[Any]:
    """Return the records of a body: an object, an array of records, or one on each line.

    Raises:
        ValueError: It is none of these; the message says where.
    """
    lines = [line for line in body.splitlines() if line.strip()]
    if len(lines) > 1 and _is_json(lines[0]):
        return [_line(number, line) for number, line in enumerate(lines, 1)]
    found = read_json(body)
    return found if isinstance(found, list) else [found]


def _is_json(line: bytes) -> bool:
    """Return whether a line is a whole record, so that each line is one."""
    with suppress(ValueError):
        read_json(line)
        return True
    return False


def _line(number: int, line: bytes) -> Any:
    try:
        return read_json(line)
    except ValueError as error:
        raise ValueError(f"the record {number} {error}") from None


class PostMapping:
    """A source's mapping, compiled once."""

    def __init__(
        self, settings: HttpSettings, kinds: Mapping[str, Kind], former: Iterable[Identity] = ()
    ) -> None:
        former = tuple(former)
        self._settings, self._kinds = settings, kinds
        self._flat = FlatRecords(settings, JsonForm(), former)
        self._rows = Rows(settings, self._flat.header, kinds, settings.timezone, former)

    def take(self, records: Sequence[Any], line: int, into: Harvest) -> None:
        """Add records to `into`; all have the same line."""
        for record in records:
            self._rows.take(self._flat.rows(record, line), 0, into)

    def explain(self, records: Sequence[Any]) -> Iterator[ExplainedRecord]:
        """Yield each row of some records, with what the mapping makes of it."""
        settings, header = self._settings, self._flat.header
        explainer = MappingExplainer(settings, header, self._kinds, settings.timezone)
        rows = (row for record in records for row in self._flat.rows(record, 0))
        for number, row in enumerate(rows, 1):
            yield ExplainedRecord("post", number, row.text, tuple(explainer.steps(row)))

    def results(self, records: Sequence[Any]) -> list[RecordResult]:
        """Return what becomes of each row of some records, in their order."""
        found = []
        for record in records:
            for row in self._flat.rows(record, 0):
                into = Harvest()
                self._rows.take([row], 0, into)
                found.append(_result_of(into))
        return found


def _result_of(into: Harvest) -> RecordResult:
    if into.rejects and not into.roster:
        # The reason quotes the record, and the sender may log an answer.
        return RecordResult(PostOutcome.REJECTED, into.rejects[0].reason.partition(":")[0])
    taken = into.events or into.roster
    return RecordResult(PostOutcome.ACCEPTED if taken else PostOutcome.SKIPPED)


def mark_of(settings: HttpSettings) -> dict[str, Any]:
    """Return what tells a source's mapping from others, JSON-able."""
    written = settings.model_dump_json(
        exclude_defaults=True, exclude={"http", "silent_after"}, warnings=False
    )
    return {
        "digest": blake2b(written.encode(), digest_size=16).hexdigest(),
        "identities": [
            [series, None if ids is None else list(ids)]
            for series, ids in map(identity, settings.events)
        ],
    }


def identities_of(marks: Iterable[Any]) -> list[Identity]:
    """Return the identities that some marks name, each once."""
    found = [
        Identity(series, None if ids is None else tuple(ids))
        for mark in marks
        for series, ids in mark["identities"]
    ]
    return list(dict.fromkeys(found))
