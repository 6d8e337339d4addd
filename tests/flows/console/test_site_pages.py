"""Deliveries, the audit trail, disclosures, health, and rows that could not be read."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from connectors import registry
from engine.access.abilities import Access
from engine.config import load
from engine.flows.console import (
    buttons,
    caseload_page,
    client_page,
    delivery_page,
    health_page,
    reject_page,
    trail_page,
)
from engine.flows.console.visits import visits
from engine.flows.intake import ingest
from engine.model.alert import Act
from engine.model.console_pages import View
from engine.model.instant import MINUTE_US, from_us
from engine.model.site_pages import DeliveriesPage, OutboxText, TrailFilter, TrailPage
from engine.store.database.connection import Database
from engine.store.operations import client_views
from engine.store.tables.intake import events
from engine.store.tables.operations import audit
from tests.kit.carrier import Carrier
from tests.kit.console import ConsoleSite


@pytest.fixture
def site(database: Database) -> ConsoleSite:
    return ConsoleSite(database)


def texts(site: ConsoleSite, name: str, *, lost_only: bool = False) -> tuple[OutboxText, ...]:
    found = delivery_page.open_page(site.desk, site.who(name), None, lost_only=lost_only)
    assert isinstance(found, DeliveriesPage)
    return found.texts


def trail(
    site: ConsoleSite, *, check: bool = False, before: int | None = None, **chosen: Any
) -> TrailPage:
    wanted = TrailFilter(**chosen)
    found = trail_page.open_trail(site.desk, site.who("auditor"), wanted, before, check=check)
    assert isinstance(found, TrailPage)
    return found


def test_a_text_that_failed_stands_with_the_carriers_code(site: ConsoleSite) -> None:
    site.deliver(Carrier("refuses"))

    (lost,) = texts(site, "super", lost_only=True)

    assert (lost.to, lost.client_ref, lost.state, lost.why) == ("S-1", "C-1", "failed", "refused")
    assert lost.error_code
    assert {one.state for one in texts(site, "super")} == {"failed", "accepted"}


def test_a_case_manager_sees_texts_about_their_own_clients(site: ConsoleSite) -> None:
    assert [one.client_ref for one in texts(site, "one")] == ["C-1"]
    assert [one.client_ref for one in texts(site, "super")] == ["C-2", "C-1"]
    assert site.audited("viewed") == ["deliveries"] * 2


def test_the_trail_names_people_and_clients_and_is_whole(site: ConsoleSite) -> None:
    site.who("one")
    found = trail(site, check=True)

    assert found.whole is True
    assert {one.actor for one in trail(site, action="signed in").rows} == {"one", "auditor"}
    assert site.audited("viewed") == ["audit trail"] * 2


def test_the_trail_names_the_client_of_an_alert_and_of_a_list(site: ConsoleSite) -> None:
    buttons.act(site.desk, site.who("one"), site.alert_of(1), Act.TAKE)
    caseload_page.open_page(site.desk, site.who("super"), "", None, 1)

    (took,) = trail(site, action="taken").rows
    (list_,) = trail(site, person="super", action="viewed").rows

    assert (took.actor, took.subject) == ("S-1", f"alert {site.alert_of(1)}, C-1")
    assert (list_.subject, list_.detail["clients"]) == ("caseload", ["C-1", "C-2"])


def test_the_trail_is_filtered_by_person_client_and_day(site: ConsoleSite) -> None:
    buttons.act(site.desk, site.who("one"), site.alert_of(1), Act.TAKE)
    client_page.open_page(site.desk, site.who("super"), "C-2", 30)
    caseload_page.open_page(site.desk, site.who("two"), "", None, 1)
    today = from_us(site.now).date()

    # What a person did by their account and by their phone is theirs, by whichever name one asks.
    for name in ("one", "S-1"):
        assert {one.action for one in trail(site, person=name).rows} == {"signed in", "taken"}
    about = [(one.actor, one.action) for one in trail(site, client="C-2").rows]
    assert {("two", "viewed"), ("super", "viewed")} <= set(about)
    assert ("S-1", "taken") not in about
    assert trail(site, client="C-77").total == 0
    assert trail(site, first=today, last=today, person="one").total == 2
    assert trail(site, first=today + timedelta(days=1)).total == 0
    assert trail(site, last=today - timedelta(days=1), person="one").total == 0


def test_pages_of_the_trail_keep_their_count_while_each_view_adds_a_row(
    site: ConsoleSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trail_page, "ROWS", 3)
    page = trail(site)
    wanted, seen = page.total, [one.id for one in page.rows]

    while page.older is not None:
        before = page.older
        page = trail(site, before=before, newest=page.chosen.newest)
        assert (page.total, page.skipped) == (wanted, len(seen))
        seen += [one.id for one in page.rows]

    assert len(seen) == wanted
    assert seen == sorted(set(seen), reverse=True)


def test_whoever_reads_the_trail_has_seen_the_clients_in_it(site: ConsoleSite) -> None:
    buttons.act(site.desk, site.who("one"), site.alert_of(1), Act.TAKE)

    trail(site, action="taken")

    with site.database.read() as conn:
        assert [one.by for one in client_views.of_client(conn, 1, 9)] == ["auditor"]


def test_a_changed_row_shows_the_trail_broken(site: ConsoleSite) -> None:
    with site.database.write() as conn:
        conn.execute(update(audit).where(audit.c.id == 2).values(actor="nobody"))

    found = trail(site, check=True)

    assert (found.whole, found.broken_at) == (False, 2)


def test_disclosures_of_a_client_are_a_view_of_the_client(site: ConsoleSite) -> None:
    found = trail_page.open_disclosures(site.desk, site.who("auditor"), "C-1")

    assert isinstance(found, tuple)
    assert found[1] == ()
    assert site.audited("viewed") == ["client 1"]
    assert trail_page.open_disclosures(site.desk, site.who("one"), "C-1") is Access.NOT_THEIR_ROLE


def test_who_looked_names_lists_in_which_the_client_stood(site: ConsoleSite) -> None:
    caseload_page.open_page(site.desk, site.who("one"), "", None, 1)
    caseload_page.open_page(site.desk, site.who("auditor"), "C-2", None, 1)

    with site.database.read() as conn:
        looks = [[(one.by, one.what) for one in client_views.of_client(conn, id_, 9)]
                 for id_ in (1, 2)]  # fmt: skip

    assert looks == [
        [("one", "saw the client in a list")],
        [("auditor", "saw the client in a list")],
    ]


def test_an_operator_reads_of_faults_without_a_clients_code(site: ConsoleSite) -> None:
    found = health_page.open_page(site.desk, site.who("operator"))

    assert isinstance(found, tuple)
    assert not any("C-1" in one.said for one in found)
    assert any(not one.ok for one in found)
    assert site.audited("viewed") == []


def test_views_of_one_sitting_are_one_visit() -> None:
    looks = [
        View(minute * MINUTE_US, by, what)
        for minute, by, what in (
            (90, "anna", "looked"), (80, "ben", "looked"), (79, "anna", "looked"),
            (70, "anna", "looked"), (40, "anna", "looked"), (39, "anna", "was refused"),
        )
    ]  # fmt: skip

    assert [(view.at // MINUTE_US, view.by, view.what) for view in visits(looks)] == [
        (70, "anna", "looked"), (80, "ben", "looked"), (40, "anna", "looked"),
        (39, "anna", "was refused"),
    ]  # fmt: skip


CONFIG = """
timezone: UTC
sources:
  - name: ehr
    folder: inbox
    files:
      - match: check*.csv
        events:
          - kind: check_in
            client: Client
            at: When
            fields: {craving: Craving}
"""


@pytest.fixture
def broken(site: ConsoleSite, tmp_path: Path) -> ConsoleSite:
    """A file of two check-ins, one with a craving that cannot be read."""
    (tmp_path / "config.yaml").write_text(CONFIG)
    (tmp_path / "inbox").mkdir()
    rows = "Client,When,Craving\nC-1,2026-06-01 08:00,4\nC-2,2026-06-01 08:00,x7\n"
    (tmp_path / "inbox/check.csv").write_text(rows)
    settings = load(tmp_path / "config.yaml")
    source = registry.source("csv_folder").open_source(settings.sources[0], settings.kinds)
    ingest.read(site.database, source, "UTC", site.now)
    site.desk = replace(site.desk, sources=(source,))
    return site


def waiting(site: ConsoleSite) -> list[tuple[int, str, str]]:
    found = reject_page.open_page(site.desk, site.who("super"))
    assert isinstance(found, tuple)
    return [(one.id, one.row, one.reason) for one in found]


def read_cravings(site: ConsoleSite) -> list[str]:
    return [row.fields for row in site.site.rows(events) if row.source == "ehr"]


def test_a_row_is_mended_and_read_again(broken: ConsoleSite) -> None:
    ((reject, row, reason),) = waiting(broken)
    assert "'x7' is not a number" in reason

    done = reject_page.read_again(broken.desk, broken.who("super"), reject, row.replace("x7", "7"))

    assert (done, waiting(broken)) == ("", [])
    assert read_cravings(broken) == ['{"craving":4}', '{"craving":7}']
    assert broken.audited("reject read again") == [f"reject {reject}"]


def test_a_row_that_is_still_wrong_waits_as_it_was_typed(broken: ConsoleSite) -> None:
    ((reject, row, _),) = waiting(broken)

    done = reject_page.read_again(broken.desk, broken.who("super"), reject, row.replace("x7", "99"))

    assert isinstance(done, str)
    assert "99 is more than 10" in done
    assert [now for _, now, _ in waiting(broken)] == [row.replace("x7", "99")]


def test_a_row_is_left_out(broken: ConsoleSite) -> None:
    ((reject, _, _),) = waiting(broken)

    assert reject_page.leave_out(broken.desk, broken.who("super"), reject) is True
    assert reject_page.leave_out(broken.desk, broken.who("super"), reject) is None
    assert waiting(broken) == []
