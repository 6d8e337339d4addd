"""On call: rotations as config.yaml gives them, overrides of them, and absences."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from pydantic import BeforeValidator, Field, StringConstraints

from engine.model.instant import Instant, to_us
from engine.model.local_time import WallReading
from engine.model.strict import Strict
from engine.model.timezone import Timezone


def _reading(written: object) -> object:
    if isinstance(written, int):
        return written
    for form in ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"):
        with suppress(ValueError):
            return to_us(datetime.strptime(str(written), form).replace(tzinfo=UTC))
    raise ValueError(
        f"'{written}' is not a day and a time of day; write them such as 2026-01-05 08:00"
    )


# A reading of the local clock, in microseconds as if it were UTC; written as a day and a time of
# day.
Reading = Annotated[WallReading, BeforeValidator(_reading)]
StaffRef = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,40}$")]


class Rotation(Strict):
    """Who is on call, a week each, one after the other and then from the first again.

    Weeks begin when the clock in `timezone` (the site's where it is left out) shows what it did at
    the first hand-over.
    """

    name: Name
    timezone: Timezone | None = None
    first_handover: Reading
    staff: Annotated[tuple[StaffRef, ...], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Override:
    """A person on call in place of the rotation's own; the override made last counts."""

    id: int
    rotation: str
    staff: str  # their ref
    began: Instant  # microseconds since 1970
    ended: Instant


@dataclass(frozen=True, slots=True)
class Absence:
    """A time in which a person is told nothing, and the person told instead."""

    id: int
    staff_id: int
    began: Instant  # microseconds since 1970
    ended: Instant
    stand_in_id: int | None
