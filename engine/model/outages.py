"""Outages: the settings about sources that fall silent, and how each source fares."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Annotated

from pydantic import BeforeValidator, Field

from engine.model.duration import Duration
from engine.model.instant import HOUR_US, MINUTE_US, Instant
from engine.model.routing import Microseconds
from engine.model.rule import Severity
from engine.model.strict import Strict, WrittenAs


def _share(written: object) -> object:
    if not isinstance(written, str):
        return written
    number = written.strip().removesuffix("%").strip()
    if not written.strip().endswith("%") or not number.replace(".", "", 1).isdigit():
        raise ValueError(f"'{written}' is not a percentage; write one such as 20%")
    return float(number) / 100


# Written as a percentage, such as 20%.
Share = Annotated[
    float, BeforeValidator(_share), Field(gt=0, le=1), WrittenAs("percentage", "{:.0%}".format)
]


class OutageSettings(Strict):
    """When silence counts as an outage, when alerts count as a storm, and how both are handled.

    Attributes:
        unread_after: A source that cannot be read for so long is out.
        share: More of the active clients than this, silent by one rule, point to an outage.
        at_least: So many clients must be silent before their share counts.
        within: The time in which these clients must have fallen silent.
        settle: How long missing data may come in once an outage is over.
        storm_share: Texts about more of the active clients than this, made within ten minutes, are
            a storm. Each recipient then gets one text; urgent texts go out as ever.
        storm_at_least: So many clients must be concerned before their share makes a storm.
        tell_urgent_after: After so long, supervisors hear how many urgent alerts wait for data.
        tell_after: After so long, supervisors hear how many other alerts wait for data.
    """

    unread_after: Microseconds = HOUR_US
    share: Share = 0.2
    at_least: Annotated[int, Field(ge=2)] = 5
    within: Microseconds = 12 * HOUR_US
    settle: Microseconds = 15 * MINUTE_US
    storm_share: Share = 0.3
    storm_at_least: Annotated[int, Field(ge=2)] = 10
    tell_urgent_after: Microseconds = HOUR_US
    tell_after: Microseconds = 12 * HOUR_US

    def too_many(self, clients: int, active: int) -> bool:
        """Return whether this share of the active clients at once points to an outage."""
        return clients >= self.at_least and clients > self.share * active

    def is_storm(self, clients: int, active: int) -> bool:
        """Return whether texts about this many clients at once are too many to act on."""
        return clients >= self.storm_at_least and clients > self.storm_share * active

    def enough(self, clients: int) -> int:
        """Return the smallest count of active clients at which `clients` trips neither threshold.

        Counting can stop there.
        """
        return int(clients / min(self.share, self.storm_share)) + 1

    def tell_of(self, severity: Severity) -> Duration:
        """Return how long an alert of this severity is held before people hear of the hold."""
        return self.tell_urgent_after if severity == "urgent" else self.tell_after


USUAL = OutageSettings()


@dataclass(frozen=True, slots=True)
class Feed:
    """The state of a source, instants in microseconds since 1970.

    `read` is the last good reading, or the first try if none went well yet.
    """

    tried: Instant
    read: Instant
    arrived: Instant  # when it last brought a new event
    kinds: frozenset[str] = frozenset()  # the kinds of events that it ever brought
    out_since: Instant | None = None
    half_read_since: Instant | None = None  # a daemon has begun to read it and not finished
    why: str = ""  # why it counts as silent, in words for the admin

    @property
    def is_read(self) -> bool:
        """Whether the last reading went well to its end."""
        return self.tried <= self.read and self.half_read_since is None


def after_reading(
    known: Feed,
    now: Instant,
    *,
    went_well: bool,
    brought: Collection[str],
    unread_after: Duration,
    silent_after: Duration | None,
) -> Feed:
    """Return a source's state after one more try; `brought` are the kinds of its new events.

    It is out once it could not be read for `unread_after`, or brought nothing new for
    `silent_after`.
    """
    feed = replace(
        known,
        tried=now,
        read=now if went_well else known.read,
        arrived=now if brought else known.arrived,
        kinds=known.kinds | frozenset(brought),
        out_since=None,
        half_read_since=None,
        why="",
    )
    if now - feed.read >= unread_after:
        return replace(feed, out_since=feed.read, why="cannot be read")
    if silent_after is not None and now - feed.arrived >= silent_after:
        return replace(feed, out_since=feed.arrived, why="brings nothing new")
    return feed


def worth_noting(before: Feed, after: Feed) -> bool:
    """Return whether more changed than instants, or an instant by a minute or more.

    That a source can be read no longer, or again, is a change.
    """
    moved = max(
        getattr(after, what) - getattr(before, what) for what in ("tried", "read", "arrived")
    )
    turned = (before.tried > before.read) != (after.tried > after.read)
    return (
        moved >= MINUTE_US
        or turned
        or replace(after, tried=before.tried, read=before.read, arrived=before.arrived) != before
    )


@dataclass(frozen=True, slots=True)
class Outage:
    """An outage: its beginning, the kinds of events that are missing, and its end."""

    since: Instant
    kinds: frozenset[str]
    over: Instant | None = None

    def hides(self, looks_at: Collection[str]) -> bool:
        """Return whether a rule that looks at these kinds of events may see silence through it."""
        return not self.kinds.isdisjoint(looks_at)


SOURCE = "source "
RULE = "rule "
# Keys: `source NAME`, or `rule ID` if too many clients trip it at once.
Outages = Mapping[str, Outage]
