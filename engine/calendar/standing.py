"""How a client stands at an instant: enrolled, on leave, and with their attributes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby
from operator import attrgetter

from engine.model.client import SPELL_WORDS, RecordEntry
from engine.model.instant import Instant
from engine.model.record import spell_open
from engine.model.word_folding import fold

# The attributes that a client must have, each with the words that will do.
Attributes = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class ClientStanding:
    """How a client stands at an instant; a stay in hospital counts as leave."""

    enrolled: bool = False
    on_leave: bool = False
    attributes: Mapping[str, str | None] = field(default_factory=dict)

    def has(self, wanted: Attributes) -> bool:
        """Return whether the client has one of the wanted words for each attribute."""
        return all(
            (word := self.attributes.get(name)) is not None and fold(word) in _folded(words)
            for name, words in wanted.items()
        )


def ever_has(record: Sequence[RecordEntry], wanted: Attributes) -> bool:
    """Return whether a record ever has one of the wanted words for each attribute.

    Where it does not, no instant need be asked.
    """
    return all(
        any(
            entry.entry == name and entry.value is not None and fold(entry.value) in _folded(words)
            for entry in record
        )
        for name, words in wanted.items()
    )


@lru_cache(maxsize=1_000)
def _folded(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(fold, words))


def standing_at(record: Iterable[RecordEntry], at: Instant) -> ClientStanding:
    """Read a client's record, in the order of its dates, as it holds at an instant.

    It is the answer of `measures` to when rules apply, for one instant.
    """
    enrolled = on_leave = in_hospital = False
    attributes: dict[str, str | None] = {}
    for _, entries in groupby((one for one in record if one.at <= at), attrgetter("at")):
        said = {entry.entry: entry.value for entry in entries}
        enrolled = spell_open(enrolled, said, "enrolled", "ended")
        back = "enrolled" in said  # a client who is enrolled again is back from any leave
        on_leave = spell_open(on_leave and not back, said, "leave_began", "leave_ended")
        in_hospital = spell_open(in_hospital, said, "stay_began", "stay_ended")
        attributes |= {word: value for word, value in said.items() if word not in SPELL_WORDS}
    return ClientStanding(enrolled, on_leave or in_hospital, attributes)


def next_change(record: Iterable[RecordEntry], after: Instant) -> Instant | None:
    """Return when a record next changes after an instant; None if it does not."""
    return min((entry.at for entry in record if entry.at > after), default=None)
