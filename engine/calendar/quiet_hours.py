"""Quiet hours: from when to when, by a recipient's own clock, only urgent messages may disturb them."""

from __future__ import annotations

from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from engine.model.instant import Instant, from_us, to_us
from engine.model.staff import Staff

_DAY = timedelta(days=1)


def earliest_send(now: Instant, recipient: Staff, *, urgent: bool) -> Instant:
    """The first instant from `now` on at which a message may be sent (microseconds since 1970).

    A quiet time begins when the local clock first reaches `quiet_from` and ends when it next first reaches
    `quiet_to`, which may be the day after. Where the two are equal there is none.
    """
    begins, ends = recipient.quiet_from, recipient.quiet_to
    if urgent or begins is None or ends is None or begins == ends:
        return now
    zone = ZoneInfo(recipient.timezone)
    today = from_us(now).astimezone(zone).date()
    for day in (today - _DAY, today):
        end = to_us(_first_reached(day if begins < ends else day + _DAY, ends, zone))
        if to_us(_first_reached(day, begins, zone)) <= now < end:
            return end
    return now


def _first_reached(day: date, reading: time, zone: ZoneInfo) -> datetime:
    """The first instant of the local day, in UTC, at which its clock shows `reading` or, where it skips it, more."""
    local = datetime.combine(day, reading, zone)
    reached = local.astimezone(UTC)
    before = local.replace(fold=1).astimezone(UTC)
    if before >= reached:
        return reached
    # The clock skips the reading: `before` is reckoned by the offset after the skip, `reached` by the one
    # before it, so the skip lies between them.
    after = reached.astimezone(zone).utcoffset()
    seconds = range(int(before.timestamp()), int(reached.timestamp()))
    skip = bisect_left(
        seconds, True, key=lambda s: datetime.fromtimestamp(s, zone).utcoffset() == after
    )
    return datetime.fromtimestamp(seconds.start + skip, UTC)
