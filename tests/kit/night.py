"""The daemon's work at a site, tick after tick, on a clock that the test moves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from engine.flows.delivery import deliver
from engine.flows.inbound import receive
from engine.flows.operations import watchdog
from engine.model.duration import Duration
from engine.model.inbound import Inbound
from engine.model.instant import Instant
from engine.model.notification_settings import NotificationSettings
from tests.kit.carrier import Carrier
from tests.kit.site import Site
from tests.kit.times import MINUTE, NOON


@dataclass
class Night:
    """A site through the hours.

    `texts` holds (when, staff id, words); `before` runs first in each tick.
    """

    site: Site
    now: Instant = NOON
    before: Callable[[Instant], None] = lambda _: None
    carrier: Carrier = field(default_factory=Carrier)
    texts: list[tuple[Instant, int, str]] = field(default_factory=list)

    def live(self, begin: Instant, end: Instant, step: Duration = 5 * MINUTE) -> None:
        """Live from `begin` until just before `end`, a tick each step."""
        for now in range(begin, end, step):
            self.tick(now)

    def until(self, end: Instant) -> None:
        """Live on to `end`, a tick each half hour."""
        self.live(self.now, end + 1, 30 * MINUTE)

    def tick(self, now: Instant) -> None:
        """Do all that is due."""
        self.now = now
        self.before(now)
        self.site.evaluate(now)
        watchdog.run(self.site.database, now)
        while deliver.run(self.site.database, self.carrier, now, "a"):
            pass
        new = self.carrier.asked[len(self.texts) :]
        self.texts += [(now, int(message.to[-1]), message.body) for message in new]

    @property
    def told(self) -> list[tuple[Instant, int]]:
        """When each text went to whom."""
        return [(at, to) for at, to, _ in self.texts]

    def since(self, instant: Instant, to: int | None = None) -> list[str]:
        """The words sent from an instant on."""
        return [
            words for at, staff_id, words in self.texts if at >= instant and to in {None, staff_id}
        ]

    def reply(self, words: str, sender: int) -> str | None:
        """What a member of staff is answered."""
        inbound = Inbound("SM1", f"+1555010{sender:04}", words)
        return receive.take(
            self.site.database, inbound, NotificationSettings(self.site.routing), self.now
        ).answer
