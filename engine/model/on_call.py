"""On call: rotations as config.yaml gives them, overrides of them, and absences."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from engine.model.duration import Duration
from engine.model.instant import MINUTE_US, Instant, to_us
from engine.model.local_time import WallReading
from engine.model.strict import Strict, WrittenAs
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


def _time_of_day(written: object) -> object:
    if isinstance(written, int):
        return written
    with suppress(ValueError):
        read = datetime.strptime(str(written), "%H:%M").replace(tzinfo=UTC)
        return (read.hour * 60 + read.minute) * MINUTE_US
    raise ValueError(f"'{written}' is not a time of day; write one such as 18:00")


def _in_order(days: tuple[DayName, ...]) -> tuple[DayName, ...]:
    return tuple(day for day in DAY_NAMES if day in days)


DayName: TypeAlias = Literal[
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"
]
DAY_NAMES: tuple[DayName, ...] = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
Days = Annotated[tuple[DayName, ...], Field(min_length=1), AfterValidator(_in_order)]
# The time since local midnight by the clock; written such as 18:00.
TimeOfDay = Annotated[Duration, BeforeValidator(_time_of_day), WrittenAs("time of day")]
# A reading of the local clock, in microseconds as if it were UTC; written as a day and a time of
# day.
Reading = Annotated[WallReading, BeforeValidator(_reading), WrittenAs("day and time")]
StaffRef = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,40}$")]


class Rotation(Strict):
    """The people on call, one turn each, from the last one back to the first.

    Its hours begin on the days of `on` at `from` and end at the next `to`. Without `from` and `to`
    they last from the time of day of the first hand-over until the same time of the next day. A
    turn is a week from the first hand-over on, or the hours of one day.

    Attributes:
        name: The name of the rotation; an override names it.
        timezone: The zone of all its times. Left out: the site's.
        first_handover: When the first person's first turn begins, such as 2026-01-05 08:00.
        turn: How long a turn lasts.
        on: The days on which its hours begin.
        from_time: When its hours begin; it goes with `to`.
        to_time: When its hours end; it goes with `from`.
        staff: The refs of the people, in the order of their turns.
    """

    name: Name
    timezone: Timezone | None = None
    first_handover: Reading
    turn: Literal["1 day", "1 week"] = "1 week"
    on: Days = DAY_NAMES
    from_time: TimeOfDay | None = Field(None, alias="from")
    to_time: TimeOfDay | None = Field(None, alias="to")
    staff: Annotated[tuple[StaffRef, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _from_goes_with_to(self) -> Rotation:
        if (self.from_time is None) != (self.to_time is None):
            raise ValueError("from: and to: go together; write both, or neither")
        return self


@dataclass(frozen=True, slots=True)
class Override:
    """A person on call in place of the rotation's own; the newest override counts."""

    id: int
    rotation: str
    staff: str  # their ref
    began: Instant  # microseconds since 1970
    ended: Instant


@dataclass(frozen=True, slots=True)
class Absence:
    """A period in which a person is told nothing, and the person told instead."""

    id: int
    staff_id: int
    began: Instant  # microseconds since 1970
    ended: Instant
    stand_in_id: int | None
