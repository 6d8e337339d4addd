"""Quiet hours: the part of a recipient's day in which only urgent messages may disturb them."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from engine.model.instant import Instant, from_us
from engine.model.local_time import first_reached
from engine.model.staff import Reachable

_DAY = timedelta(days=1)


def earliest_send(now: Instant, recipient: Reachable, *, urgent: bool) -> Instant:
    """Return the first instant from `now` on at which a message may be sent.

    Quiet hours begin when the recipient's clock first reaches `quiet_from`. They end when it next
    first reaches `quiet_to`, perhaps on the day after. If the two are equal there are none.
    """
    begins, ends = recipient.quiet_from, recipient.quiet_to
    if urgent or begins is None or ends is None or begins == ends:
        return now
    zone = recipient.timezone
    today = from_us(now).astimezone(ZoneInfo(zone)).date()
    for day in (today - _DAY, today):
        last = day if begins < ends else day + _DAY
        end = first_reached(datetime.combine(last, ends), zone)
        if first_reached(datetime.combine(day, begins), zone) <= now < end:
            return end
    return now
