"""What the console's pages need of the running engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.model.event_kinds import Kind
from engine.model.instant import Instant
from engine.model.rule import Rule
from engine.model.sms_settings import Detail
from engine.store.database.connection import Database


@dataclass(frozen=True, slots=True)
class Desk:
    """The database, the clock and the rules that serve; `detail` as in `sms:`."""

    database: Database
    now: Callable[[], Instant]
    rules: Callable[[], Mapping[str, Rule]]
    kinds: Mapping[str, Kind]
    detail: Detail
