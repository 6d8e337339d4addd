"""What a supervisor looks after, as a page."""

from __future__ import annotations

from collections.abc import Mapping

from engine.model.emergency_access import REVIEWED_WITHIN_US
from engine.model.instant import DAY_US
from engine.model.local_time import Zones, ZoneSpell
from engine.model.today import AlertInHand, TodayPage
from engine.presentation.console import when
from engine.presentation.console.frame import Frame, render_page
from engine.presentation.notify_words import in_words


def today(frame: Frame, page: TodayPage) -> str:
    """Render the lists of a supervisor."""
    zones = (ZoneSpell(0, page.timezone),)
    unreachable = [
        {"one": one, "why": in_words(one.reason, one.stand_in)} for one in page.unreachable
    ]
    unseen = [
        {"one": one, "waits": when.ago(one.since, page.now), "at": when.at(one.since, zones)}
        for one in page.unseen
    ]
    return render_page(
        "console/today.html", frame, "Today",
        page=page,
        proposals=[
            {"one": one, "waits": when.ago(one.proposed_at or one.saved_at, page.now)}
            for one in page.proposals
        ],
        unreachable=unreachable, unseen=unseen, emergencies=[
            {"waits": when.ago(began, page.now), "old": page.now - began > REVIEWED_WITHIN_US}
            for began in page.emergencies
        ],
        untaken=[_row(one, page, zones) for one in page.untaken],
        taken=[_row(one, page, zones) for one in page.taken],
    )  # fmt: skip


def _row(one: AlertInHand, page: TodayPage, zones: Zones) -> Mapping[str, object]:
    return {
        "alert": one,
        "open_for": when.ago(one.opened_at, page.now),
        "next_at": "" if one.next_at is None else when.at(one.next_at, zones),
        "had_for": "" if one.taken_at is None else when.ago(one.taken_at, page.now),
        "old": one.taken_at is not None and page.now - one.taken_at > DAY_US,
    }
