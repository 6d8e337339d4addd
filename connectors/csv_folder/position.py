"""The position in one file, as it is kept between readings."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

from connectors.mapping.event_rows import Identity


@dataclass(frozen=True, slots=True)
class Position:
    """How far a file was read, and how to tell whether it is still the same file.

    Attributes:
        size: The file's size in bytes.
        modified: When the file was last changed, in nanoseconds since 1970.
        mapping: A digest of the mapping.
        identities: The parts that make up event keys.
        former: The parts that made up keys before the mapping changed, while the file is read again
            for that reason.
        offset: The place of the first byte after the last finished record.
        line: The number of the line at `offset`.
        digest: A digest of all bytes before `offset`. It tells a longer file from a new file that
            begins alike.
        columns: The column names.
        judged: Whether the file was finished when it was read to its end, so that the bytes after
            `offset` were read too, although no line end closes them.
        tail: The events that unclosed lines gave, by key and line, while their ends are unknown.
        tail_at: The offset of the first of these lines.
        doubts: The lines whose rejects are provisional.
        refused: Whether the file as a whole cannot be read.
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
    def from_json(cls, kept: Any) -> Position | None:
        """Read a position from the value that `to_json` returned.

        Returns:
            The position; None if there is none, or another version wrote it. The file is then read
            from its beginning.
        """
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

    def to_json(self) -> dict[str, Any]:
        """Return the position as a value that JSON can hold."""
        return {name: _listed(value) for name, value in asdict(self).items()}

    def is_like(self, seen: Position) -> bool:
        """Return whether the size, the time of change and the mapping are the same."""
        return (self.size, self.modified, self.mapping) == (seen.size, seen.modified, seen.mapping)

    @property
    def is_at_the_end(self) -> bool:
        """Whether nothing was left to read at this position."""
        return self.is_final or self.offset == self.size

    @property
    def is_final(self) -> bool:
        """Whether the file was finished when it was read to its end, or cannot be read."""
        return self.refused or self.judged


def _listed(value: Any) -> Any:
    return [_listed(each) for each in value] if isinstance(value, tuple | list) else value
