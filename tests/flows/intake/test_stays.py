"""Stays in hospital: nothing is due during one, and it can be taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.calendar.standing import standing_at
from engine.model.instant import to_us
from engine.store.database.connection import Database
from engine.store.intake import histories
from engine.store.people import roster
from tests.kit.csv_site import CsvSite, settings_of

MAPPING = """
- match: clients*.csv
  roster: clients
  columns: {ref: ref, enrolled: enrolled, leave_began: left, leave_ended: back}
- match: stays*.csv
  roster: stays
  columns: {client: client, began: admitted, ended: discharged}
"""
CLIENT = "ref,enrolled,left,back\nC-1,2026-01-05,,\n"
STAYS = "client,admitted,discharged\n"


@pytest.fixture
def site(tmp_path: Path, sqlite_database: Database) -> CsvSite:
    site = CsvSite(tmp_path, sqlite_database, settings_of(tmp_path, MAPPING))
    site.write("clients.csv", CLIENT)
    site.read()
    site.take_dirty()
    return site


def told(site: CsvSite, *rows: str) -> None:
    """Read each of these rows of stays from a file of its own."""
    for row in rows:
        site.now = site.now.replace(microsecond=site.now.microsecond + 1)
        site.write(f"stays-{site.now:%M%f}.csv", f"{STAYS}{row}\n")
        site.read()


def away(site: CsvSite) -> bool:
    """Whether nothing is due of C-1 now."""
    with site.database.read() as conn:
        known = roster.find_clients(conn, ["C-1"])["C-1"]
        (client,) = histories.read_clients(conn, [known.id])
    return standing_at(client.record, to_us(site.now)).on_leave


def test_nothing_is_due_from_the_admission_to_the_discharge(site: CsvSite) -> None:
    told(site, "C-1,2026-11-20 14:00,")
    assert away(site)
    assert site.take_dirty() == {"C-1": "2026-11-20 19:00"}
    told(site, "C-1,2026-11-20 14:00,2026-11-21 09:00")
    assert not away(site)
    assert site.take_dirty() == {"C-1": "2026-11-21 14:00"}


def test_a_list_of_clients_without_leave_ends_no_stay(site: CsvSite) -> None:
    told(site, "C-1,2026-11-20 14:00,")
    site.write("clients.csv", CLIENT.replace("01-05", "01-06"))
    site.read()
    assert away(site)


def test_a_discharge_that_is_taken_back_leaves_the_client_in_hospital(site: CsvSite) -> None:
    told(site, "C-1,2026-11-20 14:00,2026-11-21 09:00", "C-1,2026-11-20 14:00,")
    assert away(site)


def test_an_admission_that_is_taken_back_never_was(site: CsvSite) -> None:
    told(site, "C-1,2026-11-20 14:00,", "C-1,2026-11-20 14:00,2026-11-20 14:00")
    assert not away(site)


def test_a_stay_of_a_stranger_makes_no_client_and_waits_for_one(site: CsvSite) -> None:
    told(site, "C-9,2026-11-20 14:00,")
    assert [reason for *_, reason in site.rejects()] == ["no client 'C-9' is in the roster"]
    site.write("clients-2.csv", CLIENT.replace("C-1", "C-9"))
    site.read()
    assert site.rejects() == []


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("C-1,,2026-11-20 14:00", "gives ended but not began, and no earlier row gave it"),
        ("C-1,2026-11-20 14:00,2026-11-20 13:00", "ended comes before began"),
    ],
)
def test_an_end_needs_a_beginning_before_it(site: CsvSite, row: str, why: str) -> None:
    told(site, row)
    assert [reason for *_, reason in site.rejects()] == [why]
