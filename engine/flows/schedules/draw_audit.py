"""Compute every draw once more from the seeds, and compare it with the expectations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection

from engine.calendar.standing import standing_at
from engine.flows.schedules.client_plan import drawn_days, draws_begin
from engine.model.client import Client
from engine.model.instant import Instant, from_us
from engine.model.schedule import ChangeKind, DrawSeed, Expectation, ScheduleChange
from engine.rulebook.plans.plans import Schedule
from engine.store.intake import histories
from engine.store.schedules import changes, draw_seeds, expectations

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class ClientDraws:
    """A client's draws of a schedule.

    Attributes:
        begins: The day from which gaps are counted.
        days: The days that the seeds draw, until yesterday.
        unexplained: The days on which it was due though neither seeds nor a person chose them.
        skipped: The days that the seeds draw and on which nothing was due.
        overridden: The changes of days that a person made, with reason and name.
        attributes: The client's site, programme and the like, as of now.
        until: The last day that is looked at.
    """

    ref: str
    begins: date
    days: tuple[date, ...]
    unexplained: tuple[date, ...]
    skipped: tuple[date, ...]
    overridden: tuple[ScheduleChange, ...]
    attributes: Mapping[str, str | None]
    until: date

    @property
    def exposure(self) -> int:
        """On how many days the client could be drawn."""
        return max((self.until - self.begins).days, 0)

    def first_allowed(self, minimum: int) -> date | None:
        """Return the first day that the minimum gap allows; None once a day was drawn."""
        return None if self.days else self.begins + timedelta(days=minimum)


def audit(conn: Connection, schedule: Schedule, now: Instant) -> Iterator[ClientDraws]:
    """Yield the draws until yesterday of each client of a schedule, also of one who has none yet.

    Args:
        conn: A connection to read from.
        schedule: A schedule of random draws.
        now: The present instant.
    """
    seeds = draw_seeds.of_schedules(conn, [schedule.id])
    for some in histories.batches(conn, _AT_ONCE, 1 << 60):
        stored = expectations.of_clients(conn, some, 0)
        changed = changes.of_clients(conn, some)
        for client in histories.read_clients(conn, some):
            rows = [one for one in stored.get(client.id, ()) if one.schedule_id == schedule.id]
            own = changed.get((client.id, schedule.id), [])
            found = _of_client(client, schedule, seeds, rows, own, now)
            if found is not None:
                yield found


def _of_client(
    client: Client,
    schedule: Schedule,
    seeds: list[DrawSeed],
    rows: list[Expectation],
    own: list[ScheduleChange],
    now: Instant,
) -> ClientDraws | None:
    begins, standing = draws_begin(client, seeds), standing_at(client.record, now)
    is_for = standing.enrolled and standing.has(schedule.wanted)
    if begins is None or not (rows or is_for):
        return None
    yesterday = from_us(now).date() - timedelta(days=1)
    days = tuple(drawn_days(client, schedule, seeds, yesterday))
    extra = {one.first for one in own if one.kind == ChangeKind.EXTRA}
    # A newer enrolment counts its gaps from its start, and no earlier day can be drawn again.
    due = [one.occurrence.day for one in rows if begins <= one.occurrence.day <= yesterday]
    return ClientDraws(
        client.ref,
        begins,
        days,
        tuple(day for day in due if day not in extra and day not in days),
        tuple(day for day in days if day not in due),
        tuple(one for one in own if one.kind != ChangeKind.BY),
        standing.attributes,
        yesterday,
    )


def by_group(found: Sequence[ClientDraws]) -> Iterator[tuple[str, Counter[str], Counter[str]]]:
    """Yield each attribute by which clients differ, with draws and days of exposure by its value.

    An attribute that tells nearly every client apart says nothing of groups.
    """
    names = sorted({name for one in found for name in one.attributes})
    for name in names:
        draws, days = Counter[str](), Counter[str]()
        for one in found:
            if value := one.attributes.get(name):
                draws[value] += len(one.days)
                days[value] += one.exposure
        if 2 <= len(days) <= max(len(found) // 2, 2):
            yield name, draws, days


def published(seeds: list[DrawSeed], now: Instant) -> Mapping[str, str | None]:
    """Return the seeds of months that are over, by month; None for the others.

    A month is over two days after its end, when it has ended wherever a client lives.
    """
    two_days_ago = from_us(now).date() - timedelta(days=2)
    reached = two_days_ago.isoformat()[:7]
    return {one.month: one.seed if one.month < reached else None for one in seeds}
