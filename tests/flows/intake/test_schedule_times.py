"""Columns of the clients' roster change schedules for single clients."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from engine.flows.schedules.change import record_change
from engine.model.instant import to_us
from engine.model.schedule import ChangeKind, ScheduleChange
from engine.store.database.connection import Database
from engine.store.people import roster
from engine.store.schedules import changes
from tests.kit.csv_site import NOW, CsvSite, settings_of

MAPPING = """
- match: clients*.csv
  roster: clients
  columns:
    ref: ref
    enrolled: enrolled
    as_of: since
    schedules: {check-in: by, groups: {column: groups, values: {no: off, yes: usual}}}
"""
HEADER = "ref,enrolled,since,by,groups\n"
Change = tuple[str, ChangeKind, str, str | None]


@pytest.fixture
def site(tmp_path: Path, database: Database) -> CsvSite:
    return CsvSite(tmp_path, database, settings_of(tmp_path, MAPPING))


def made(site: CsvSite, *files: str) -> list[Change]:
    """The changes of C-1 after files that each have one row."""
    for number, row in enumerate(files):
        site.write(f"clients-{number}.csv", f"{HEADER}C-1,2026-01-05,{row}\n")
        site.read()
    with site.database.read() as conn:
        client = roster.find_clients(conn, ["C-1"])["C-1"]
        found = changes.of_clients(conn, [client.id])
    return [
        (schedule, one.kind, one.first.isoformat(), f"{one.by:%H:%M}" if one.by else None)
        for (_, schedule), some in sorted(found.items())
        for one in some
    ]


def test_a_time_and_off_hold_from_the_day_of_reading_on(site: CsvSite) -> None:
    assert made(site, ",10 pm,no") == [
        ("check-in", ChangeKind.BY, "2026-11-22", "22:00"),
        ("groups", ChangeKind.OFF, "2026-11-22", None),
    ]


def test_they_hold_from_the_day_that_the_row_says(site: CsvSite) -> None:
    assert made(site, "2026-11-20,22:00,") == [("check-in", ChangeKind.BY, "2026-11-20", "22:00")]


def test_empty_cells_change_nothing_and_later_bring_the_usual_time_back(site: CsvSite) -> None:
    assert made(site, ",,yes") == []
    assert made(site, ",22:00,no", ",,yes") == [
        ("check-in", ChangeKind.BY, "2026-11-22", "22:00"),
        ("check-in", ChangeKind.BY, "2026-11-22", None),
        ("groups", ChangeKind.OFF, "2026-11-22", None),
        ("groups", ChangeKind.BY, "2026-11-22", None),
    ]


def test_a_row_that_is_read_again_leaves_what_staff_changed(site: CsvSite) -> None:
    made(site, ",22:00,")
    day = date(2026, 11, 23)
    by_ana = ScheduleChange(1, "check-in", ChangeKind.OFF, day, day, None, "court", "Ana", 0)
    with site.database.write() as conn:
        client = roster.find_clients(conn, ["C-1"])["C-1"]
        record_change(conn, client.id, client.zones, by_ana, to_us(NOW))
    site.take_dirty()
    assert made(site, ",22:00,", ",22:00,")[-1][1] == ChangeKind.OFF
    assert site.take_dirty() == {}


def test_a_client_is_taken_without_a_time_that_cannot_be_read(site: CsvSite) -> None:
    assert made(site, ",late,no") == [("groups", ChangeKind.OFF, "2026-11-22", None)]
    assert site.rejects() == [
        (
            "clients-0.csv (clients)",
            2,
            "check-in (from by): 'late' is neither a time such as 22:00, nor off or usual; "
            "the rest of the row was taken",
        )
    ]
