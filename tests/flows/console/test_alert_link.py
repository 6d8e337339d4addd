"""For three days a text's link leads its recipient to the alert, and nobody else."""

from __future__ import annotations

import pytest

from engine.access.abilities import Access
from engine.flows.console import alert_link
from engine.flows.console.alert_link import FoundAlert
from engine.flows.escalation import steps
from engine.model.instant import DAY_US
from engine.store.database.connection import Database
from engine.store.tables.messages import alert_links, outbox
from tests.kit.console import ConsoleSite
from tests.kit.times import hours

LINKS = "https://handrail.example/a/"


@pytest.fixture
def site(database: Database) -> ConsoleSite:
    """The supervisor was told of both alerts, with a link."""
    site = ConsoleSite(database)
    site.now += hours(2)
    steps.run(database, site.site.rules.rules, "reason", site.now, links=LINKS)
    return site


def token(site: ConsoleSite) -> str:
    row = next(row for row in site.site.rows(alert_links) if row.alert_id == site.alert_of(1))
    return str(row.token)


def test_the_text_holds_the_persons_own_link(site: ConsoleSite) -> None:
    (body,) = [
        row.body
        for row in site.site.rows(outbox)
        if row.staff_id == 3 and row.alert_id == site.alert_of(1)
    ]

    assert body.endswith(f"{LINKS}{token(site)}")
    assert len(body) <= 160


def test_a_link_leads_its_recipient_to_the_alert(site: ConsoleSite) -> None:
    found = alert_link.follow(site.desk, site.who("super"), token(site))

    assert found == FoundAlert("C-1", site.alert_of(1))


def test_a_link_is_worthless_to_others(site: ConsoleSite) -> None:
    found = alert_link.follow(site.desk, site.who("one"), token(site))

    assert found is Access.NOT_THEIR_CLIENT
    assert site.audited("access refused") == ["client 1"]


def test_a_link_expires_after_three_days(site: ConsoleSite) -> None:
    wanted = token(site)
    site.now += 3 * DAY_US + 1

    assert alert_link.follow(site.desk, site.who("super"), wanted) == FoundAlert(
        "C-1", site.alert_of(1), expired=True
    )


def test_a_guessed_link_leads_nowhere(site: ConsoleSite) -> None:
    assert alert_link.follow(site.desk, site.who("super"), "0000000000") is None
