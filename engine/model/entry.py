"""Events that people enter by hand in the console, and the form for one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.model.event import Event
from engine.model.event_kinds import Kind
from engine.model.instant import Instant
from engine.model.local_time import Zones

SOURCE = "console"  # of events and roster rows that people enter
WHEN = "at"  # the name of the form's instant; all others are names of fields


@dataclass(frozen=True, slots=True)
class EntryPage:
    """The form for an event of a client, and those that were entered before, the newest first.

    Attributes:
        kinds: The kinds to choose from.
        kind: The kind of the form.
        key: The key of the entry that the form corrects; None for a new one.
        typed: The texts in the form, by the name of the field.
        mistakes: The mistakes in it, by the name of the field; "" is the whole form.
    """

    ref: str
    zones: Zones
    now: Instant
    kinds: tuple[str, ...]
    kind: Kind
    entries: tuple[Event, ...]
    may_enter: bool
    key: str | None
    typed: Mapping[str, str]
    mistakes: Mapping[str, str]
