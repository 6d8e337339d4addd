"""Where the reading of one file stands, as it is kept between readings."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

from connectors.mapping.event_rows import Identity


@dataclass(frozen=True, slots=True)
class Position:
    """How far a file was read, and how to tell whether it is still the same file.

    `size` and `modified` (nanoseconds) are the file's, `mapping` the digest of how it is read. `offset` is where the
    first byte that is not of a finished record stands, in the line `line`; `digest` is that of all bytes before it, so
    that a file that was rewritten with the same beginning is not taken for one that grew.

    `judged` says that what stands after `offset` was read too, although no line end closed it. `tail` are the events
    that unclosed lines from `tail_at` on gave, by key and line, as long as nobody has seen how they end, and `doubts`
    the lines whose rejects, if any, are only for now. `identities` is what keys are made of; `former`, while a file
    is read again because its mapping changed, what they were made of before.
    """

    size: int
    modified: int
    mapping: str
    identities: tuple[Identity, ...] = ()
    former: tuple[Identity, ...] = ()
    offset: int = 0
    line: int = 1
    digest: str = ""
    columns: tuple[str, ...] = ()
    judged: bool = False
    tail: tuple[tuple[str, int], ...] = ()
    tail_at: int = 0
    doubts: tuple[int, ...] = ()
    refused: bool = False

    @classmethod
    def read(cls, kept: Any) -> Position | None:
        """What `keep` gave; None where there is none, or it is of another version and the file is read afresh."""
        if not isinstance(kept, dict) or kept.keys() != {each.name for each in fields(cls)}:
            return None
        read: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in kept.items()
        }
        for name in ("identities", "former"):
            read[name] = tuple(
                Identity(series, None if of is None else tuple(of)) for series, of in kept[name]
            )
        return cls(**{**read, "tail": tuple((key, line) for key, line in kept["tail"])})

    def keep(self) -> dict[str, Any]:
        """The position as JSON can hold it."""
        return {name: _listed(value) for name, value in asdict(self).items()}

    def is_like(self, seen: Position) -> bool:
        """Whether the file and its mapping are the same to the eye."""
        return (self.size, self.modified, self.mapping) == (seen.size, seen.modified, seen.mapping)

    @property
    def is_at_the_end(self) -> bool:
        """Whether nothing was left to read when this was noted."""
        return self.is_final or self.offset == self.size

    @property
    def is_final(self) -> bool:
        """Whether the file was settled when it was read to its end, or nothing of it can be read."""
        return self.refused or self.judged


def _listed(value: Any) -> Any:
    return [_listed(each) for each in value] if isinstance(value, tuple | list) else value
