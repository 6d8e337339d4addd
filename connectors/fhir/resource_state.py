"""How far one type of resource was read, as it is kept between readings."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, field, fields
from datetime import timedelta
from typing import Any

from connectors.fhir.polling import read_stamp
from connectors.mapping.event_rows import Identity
from engine.model.intake import WHOLE

MERGES = WHOLE + 1  # the line of all merges of patients; the lines of resources begin after it
POPULATION = ""  # the scope of all patients; a patient's id is the scope of that patient
_MOST_REMEMBERED = 20_000
_MANY = 1000  # resources; with fewer, forgetting some in the middle of a pass saves nothing


@dataclass
class ResourceState:
    """How far a type of resource was read.

    Attributes:
        mapping: A digest of the mapping.
        marks: The latest stamp that was seen, by scope.
        going: Where a pass through a scope stands that was cut off.
        seen: The resources of the overlap: stamp and line by id.
        line: The line of the next resource that is new.
        clients: The patients whose past was read.
        identities: The parts that make up event keys.
        former: The parts that made up keys before the mapping changed, while all is read again.
        again: Whether all is read again because the mapping changed.
    """

    mapping: str
    marks: dict[str, str] = field(default_factory=dict)
    going: dict[str, str] = field(default_factory=dict)
    seen: dict[str, tuple[str, int]] = field(default_factory=dict)
    line: int = MERGES + 1
    clients: list[str] = field(default_factory=list)
    identities: list[Any] = field(default_factory=list)
    former: list[Any] = field(default_factory=list)
    again: bool = False

    @classmethod
    def begin(cls, kept: Any, mapping: str, identities: Iterable[Identity]) -> ResourceState:
        """Return the state by which a reading goes on; after another mapping it begins again."""
        known = [[series, of and list(of)] for series, of in identities]
        if not isinstance(kept, dict) or kept.keys() != set(_NAMES):
            return cls(mapping, identities=known)
        if kept["mapping"] == mapping:
            return cls(**{**kept, "seen": {key: tuple(at) for key, at in kept["seen"].items()}})
        former = [*kept["former"], *kept["identities"]]
        return cls(mapping, line=kept["line"], identities=known, former=former, again=True)

    def to_json(self) -> dict[str, Any]:
        """Return the state as a value that JSON can hold, which later changes leave alone."""
        return {name: copy(getattr(self, name)) for name in _NAMES}

    def former_identities(self) -> list[Identity]:
        """Return the parts of former keys, each once."""
        found = [Identity(series, of and tuple(of)) for series, of in self.former]
        return list(dict.fromkeys(found))

    def since(self, scope: str, overlap: timedelta, begin: str) -> str:
        """Return from where a scope is read.

        That is where a pass was cut off, or else behind the mark by the overlap, or the beginning.
        """
        if scope in self.going:
            return self.going[scope]
        mark = self.marks.get(scope)
        return begin if mark is None else (read_stamp(mark) - overlap).isoformat()

    def move(self, scope: str, stamp: str) -> None:
        """Move the mark of a scope on to a stamp, never back, in a pass that stands there."""
        self.going[scope] = stamp
        mark = self.marks.get(scope)
        if mark is None or read_stamp(stamp) > read_stamp(mark):
            self.marks[scope] = stamp

    def line_of(self, number: str, stamp: str) -> int | None:
        """Return the line of a resource that is new or changed; None if it was read as it is."""
        known = self.seen.get(number)
        if known is not None and known[0] == stamp:
            return None
        line, self.line = self.line, self.line + 1
        self.seen[number] = (stamp, line)
        return line

    def forget_if_many(self, overlap: timedelta) -> None:
        """Forget what `forget` does if much is remembered, because each page keeps it all."""
        if len(self.seen) > _MANY:
            self.forget(overlap)

    def forget(self, overlap: timedelta) -> None:
        """Forget the resources that no reading will see again, unless they change."""
        if not self.marks:
            return
        oldest = min(read_stamp(mark) for mark in self.marks.values()) - overlap
        kept = {key: at for key, at in self.seen.items() if read_stamp(at[0]) >= oldest}
        self.seen = kept if len(kept) <= _MOST_REMEMBERED else {}


_NAMES = tuple(each.name for each in fields(ResourceState))
