"""Events: observations about a client at `occurred_at`, made known at `recorded_at`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from engine.model.instant import Instant

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Value = str | float | int | bool | tuple[str, ...]


class NewEvent(NamedTuple):
    """An event on its way into the store; a NamedTuple, because an import makes 300,000 of them.

    `fields` is the canonical JSON of `write_fields`. Free text stands in `note`, which rules never
    read. `source` and `key` are the event's identity; `origin` is the place it was read from.
    """

    client_id: int
    kind: str
    occurred_at: Instant  # microseconds since 1970, UTC
    source: str
    key: str  # the source's own id, or else a hash of the row
    fields: str
    note: str | None
    origin: str  # such as checkins.csv:17
    version: int | None = None  # as in ReadEvent


class Event(NamedTuple):
    """A stored event."""

    id: int
    client_id: int
    kind: str
    occurred_at: Instant
    recorded_at: Instant
    source: str
    key: str
    fields: str
    note: str | None
    origin: str


class CodedContents(NamedTuple):
    """The contents of events, each distinct one once; `codes` (n,) are places in `words`."""

    codes: NDArray[np.int32]
    words: Sequence[str]


class EventColumns(NamedTuple):
    """Events as columns for measures; those of one client and instant keep their order.

    `content` is the kind and then the canonical JSON of its fields, `test{"result":"negative"}`.
    Without `id` the events behind a value cannot be named.
    """

    client_id: Sequence[int] | NDArray[np.int64] = ()
    occurred_at: Sequence[Instant] | NDArray[np.int64] = ()
    content: Sequence[str] | CodedContents = ()
    id: Sequence[int] | NDArray[np.int64] = ()


def write_fields(fields: Mapping[str, Value]) -> str:
    """Write fields as canonical JSON (sorted keys, no spaces).

    Equal fields give equal text on every database.
    """
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def read_fields(text: str) -> dict[str, Value]:
    """Read the text of `write_fields`; lists come back as tuples."""
    return {k: tuple(v) if isinstance(v, list) else v for k, v in json.loads(text).items()}


def value_in_words(value: Value) -> str:
    """Say a value as people read it: `yes`, `opioids and alcohol`, `7.5`."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return " and ".join(value) or "none"
    return f"{value:g}" if isinstance(value, float) else str(value)
