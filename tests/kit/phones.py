"""Texts that come in to a site with a told alert, and what the site's phones are given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count

from engine.flows.delivery import deliver
from engine.flows.escalation import steps
from engine.flows.inbound import receive
from engine.messaging.listing import Named
from engine.model.inbound import Inbound
from engine.model.notification_settings import NotificationSettings
from engine.model.sms_settings import Detail
from engine.store.database.connection import Database
from engine.store.operations import agenda
from engine.store.tables.alerts import alerts
from tests.kit.carrier import Carrier
from tests.kit.site import Site
from tests.kit.times import MINUTE, NOON, hours

CASE_MANAGER, SUPERVISOR, ADMIN = "+15550100001", "+15550100002", "+15550100003"
CLIENT = "+15550109999"


def named(code: int, ref: str | None = None) -> Named:
    """An alert as texts name it; the alert of code N is about client N, unless a ref is given."""
    return Named(code, ref or f"C-{code}")


def headline(words: str) -> str:
    """What a text about many alerts says before it lists them."""
    return words.split(": ")[1]


@dataclass
class Phones:
    """A site at `now`, its texts in and out."""

    site: Site
    now: int = NOON
    carrier: Carrier = field(default_factory=Carrier)
    advice: Mapping[str, str] = field(default_factory=dict)
    detail: Detail = "reason"
    _numbers: count[int] = field(default_factory=lambda: count(1))
    _read: int = 0

    @classmethod
    def of(cls, database: Database, *client_ids: int) -> Phones:
        """A site where each client has missed two check-ins, and the case manager was told."""
        phones = cls(Site(database).with_people())
        phones.miss(*client_ids)
        return phones

    def miss(self, *client_ids: int) -> None:
        """Let each client have missed two check-ins by now, and evaluate."""
        for client_id in client_ids:
            if client_id != 1:
                self.site.caseload.client(client_id)
                self.site.assign(client_id, 1)
            self.site.missed(self.now - hours(25), client_id)
            self.site.missed(self.now - hours(1), client_id)
        self.site.evaluate(self.now)

    def text(self, sender: str, body: str, provider_id: str | None = None) -> str | None:
        """Take in a text from this number; return the answer."""
        return self.take(Inbound(provider_id or f"SM{next(self._numbers)}", sender, body))

    def take(self, inbound: Inbound) -> str | None:
        """Take in a text that the carrier hands over; return the answer."""
        settings = NotificationSettings(self.site.routing, self.detail, advice=self.advice)
        return receive.take(self.site.database, inbound, settings, self.now).answer

    def go_on(self, passed: int = 0) -> list[tuple[str, str]]:
        """Let `passed` microseconds go by and do all due work.

        Return new texts as (number, words).
        """
        self.now += passed
        steps.run(self.site.database, self.site.rules.rules, "reason", self.now)
        at: int | None = self.now
        # Because no phone gets more than one text a minute.
        while at is not None and at <= self.now + 15 * MINUTE:
            while deliver.run(self.site.database, self.carrier, at, "test"):
                pass
            with self.site.database.read() as conn:
                due = agenda.read(conn, None).deliver
            at = due and max(due, at + MINUTE)
        sent = self.carrier.asked[self._read :]
        self._read = len(self.carrier.asked)
        return [(message.to, message.body) for message in sent]

    def told(self, passed: int = 0) -> list[str]:
        """The numbers alone."""
        return [number for number, _ in self.go_on(passed)]

    def states(self) -> list[str]:
        return [row.state for row in self.site.rows(alerts)]
