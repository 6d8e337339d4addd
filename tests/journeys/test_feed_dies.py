"""A feed dies overnight.

Nobody is woken for silence that is the feed's, and the truth comes out when it is back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from engine.flows.intake import ingest
from engine.flows.operations import watchdog
from engine.model.event import write_fields
from engine.model.instant import to_us
from engine.model.intake import Batch, ReadEvent, Reject
from engine.store.alerts import inactivity
from engine.store.database.connection import Database
from tests.kit.night import Night
from tests.kit.site import Site, rulebook_of, written_rule
from tests.kit.times import MINUTE, clock, hours

# A client who checks in at eight each evening and misses one is silent at two the next night.
SILENT = written_rule("silent", "{time_since: check_in, at_least: 30 hours}", reason="please call")
BOOK = rulebook_of(
    SILENT,
    written_rule("craving", "{latest: check_in.craving, not_older_than: 2 days, at_least: 8}"),
)
CLIENTS = range(1, 13)
# The last one has really gone silent: the evening before the outage is the last of theirs.
SILENT_ONE = 12


@dataclass
class Feed:
    """A source at the port: what it has become able to give by now, while it can be reached."""

    checked_in: list[tuple[int, int]]  # (at, client id)
    down: tuple[int, int]  # from when until when it cannot be reached
    hides_it: bool = False  # whether it then answers as if there were nothing new
    name: str = "inbox"
    silent_after: int | None = None

    def read(self, positions: Mapping[str, Any], now: datetime) -> Iterator[Batch]:
        begin, end = self.down
        if begin <= to_us(now) < end:
            if self.hides_it:
                return
            raise OSError("the share is not there")
        for place, (at, client_id) in enumerate(self.checked_in):
            if positions.get("all", 0) <= place and at <= to_us(now):
                fields = write_fields({"status": "completed"})
                event = ReadEvent(
                    f"C-{client_id}", "check_in", at, str(place), fields, None, place, False, ""
                )
                yield Batch("all", place + 1, events=(event,))

    def reread(self, item: str, position: Any, rejects: Sequence[Reject]) -> Batch:
        return Batch(item, position, rejects=tuple(rejects))


def night_of(database: Database, feed: Feed) -> Night:
    """A site of twelve clients with one case manager, whose events come through this feed."""
    site = Site(database, rules=BOOK)
    site.caseload.staff(1, "case_manager")
    site.caseload.staff(2, "supervisor")
    site.caseload.staff(3, "admin")
    for client_id in CLIENTS:
        site.caseload.client(client_id)
        site.caseload.assign(1, "case_manager", client_id)
    return Night(site, before=partial(ingest_all, database, feed))


def states(night: Night) -> dict[int, tuple[str, str | None]]:
    return {row.client_id: (row.state, row.inactivity) for row in night.site.alerts}


def ingest_all(database: Database, feed: Feed, now: int) -> None:
    """As the daemon's tick: a source that cannot be read is no news to the others."""
    try:
        ingest.run(database, [feed], "UTC", now)
    except Exception as error:
        assert "share is not there" in str(error)  # noqa: PT017 - anything else is a mistake


def evenings(*days: int, but: int | None = None) -> list[tuple[int, int]]:
    """Everybody checks in at eight, a minute after each other; one of them not."""
    return [
        (clock("20:00", day) + one * MINUTE, one) for day in days for one in CLIENTS if one != but
    ]


def test_the_feed_cannot_be_reached_all_night(database: Database) -> None:
    # Evenings 0 and 1. On evening 1 the feed dies at 19:00, and C-12 checks in no more.
    both = sorted([*evenings(0), *evenings(1, but=SILENT_ONE)])
    night = night_of(database, Feed(both, down=(clock("19:00", 1), clock("09:00", 2))))
    night.live(clock("20:30", 0), clock("19:00", 1), hours(4))

    night.live(clock("18:50", 1), clock("19:00", 1), 10 * MINUTE)
    # 19:50  An hour without the feed: the admin is told, once.
    night.live(clock("19:00", 1), clock("09:00", 2), 25 * MINUTE)
    assert night.texts == [
        (clock("19:50", 1), 3, "Handrail: source inbox cannot be read. The log says more.")
    ]
    # 02:00  By the rule all twelve fall silent, one after the other. Nobody is woken.
    assert states(night) == dict.fromkeys(CLIENTS, ("open", "held"))
    with database.read() as conn:
        assert watchdog.broken_promises(conn, clock("08:59", 2)) == ["source inbox cannot be read"]
        assert inactivity.held_count(conn) == 12

    # 09:00  The feed is back with what eleven had sent: theirs was no silence. The admin hears that
    # it is over.
    night.live(clock("09:00", 2), clock("09:10", 2))
    assert night.since(clock("09:00", 2)) == [
        "Handrail: over now: source inbox cannot be read. The log says more."
    ]
    assert [one for one, (state, _) in states(night).items() if state != "resolved"] == [SILENT_ONE]
    assert {
        row.resolution
        for row in night.site.alerts
        if row.inactivity and row.client_id != SILENT_ONE
    } == {"corrected"}

    # 09:15  Nothing more has come: C-12 is silent indeed, and now the case manager hears of it.
    night.live(clock("09:10", 2), clock("09:40", 2))
    assert len(night.since(clock("09:10", 2))) == 1
    assert night.since(clock("09:10", 2), to=1)[0].startswith(
        "Handrail: C-12 needs you (please call). Reply 1 A"
    )
    # 10:20  And if nobody takes it, it climbs as any other.
    night.live(clock("09:40", 2), clock("10:30", 2))
    assert len(night.since(clock("10:00", 2), to=2)) == 1
    assert ("open", "open", "held: data are missing") in night.site.transitions
    assert ("open", "open", "data are back, and it still holds") in night.site.transitions


def test_the_feed_answers_but_brings_nothing(database: Database) -> None:
    # The same night, with a feed that looks well. Nothing says how long it may be silent.
    both = sorted([*evenings(0), *evenings(1, but=SILENT_ONE)])
    night = night_of(
        database, Feed(both, down=(clock("19:00", 1), clock("09:00", 2)), hides_it=True)
    )
    night.live(clock("20:30", 0), clock("19:00", 1), hours(4))
    night.live(clock("19:00", 1), clock("02:00", 2), hours(1))
    night.live(clock("02:00", 2), clock("02:20", 2), MINUTE)
    night.live(clock("02:20", 2), clock("09:00", 2), hours(1))
    # 02:01 to 02:04  Four of twelve are people's own silence, as far as anybody can know. With the
    # fifth it is an outage: what had been said of the four is held back with the rest before it
    # climbs, and the admin is told.
    told = [words for at, number, words in night.texts if number == 1]
    assert len(told) <= 4
    assert [words for _, number, words in night.texts if number == 3] == [
        "Handrail: more clients fall silent at once than by themselves. The log says more."
    ]
    assert not [words for _, number, words in night.texts if number == 2 and "needs you" in words]
    assert states(night) == dict.fromkeys(CLIENTS, ("open", "held"))
    # 09:00  It speaks again.
    night.live(clock("09:00", 2), clock("09:30", 2))
    assert [one for one, (state, _) in states(night).items() if state == "open"] == [SILENT_ONE]
    assert [words[:23] for words in night.since(clock("09:00", 2), to=1)] == [
        "Handrail: C-12 needs yo"
    ]


def test_a_source_that_says_how_long_it_may_be_silent_is_found_out_before_any_alert(
    database: Database,
) -> None:
    both = sorted([*evenings(0), *evenings(1, but=SILENT_ONE)])
    feed = Feed(
        both, down=(clock("19:00", 1), clock("09:00", 2)), hides_it=True, silent_after=hours(26)
    )
    night = night_of(database, feed)
    night.live(clock("20:30", 0), clock("19:00", 1), hours(4))
    night.live(clock("19:00", 1), clock("09:00", 2), hours(1))
    assert [(number, words) for _, number, words in night.texts] == [
        (3, "Handrail: source inbox brings nothing new. The log says more.")
    ]
    night.live(clock("09:00", 2), clock("09:30", 2))
    assert [words[:23] for words in night.since(clock("09:00", 2), to=1)] == [
        "Handrail: C-12 needs yo"
    ]
