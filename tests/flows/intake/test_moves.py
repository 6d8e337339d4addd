"""A client who moves to another timezone keeps the days of the one in which they lived before."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from engine.model.instant import to_us
from engine.store.database.connection import Database
from engine.store.people import agreements
from engine.store.tables.people import clients, record_entries
from tests.kit.csv_site import CsvSite, settings_of, shown

MAPPING = """
- match: clients*.csv
  roster: clients
  columns: {ref: ref, timezone: zone, as_of: since, enrolled: enrolled, discharged: discharged}
- match: check_ins*.csv
  events: [{kind: check_in, client: ref, at: at, id: id, fields: {status: {always: completed}}}]
"""
HEADER = "ref,zone,since,enrolled,discharged\n"
NEW_YORK, CHICAGO, LONDON = "America/New_York", "America/Chicago", "Europe/London"


@pytest.fixture
def site(tmp_path: Path, database: Database) -> CsvSite:
    return CsvSite(tmp_path, database, settings_of(tmp_path, MAPPING))


def say(site: CsvSite, *rows: str) -> None:
    """Let the clients file hold these rows, and read it."""
    site.write("clients.csv", HEADER + "".join(f"{row}\n" for row in rows))
    site.read()
    assert site.rejects() == []


def zones(site: CsvSite) -> list[tuple[str, str | None]]:
    """The timezones of the only client, each with the UTC time from which it counts."""
    entries = select(record_entries.c.at, record_entries.c.value)
    with site.database.read() as conn:
        found = conn.execute(
            entries.where(record_entries.c.entry == "timezone").order_by(record_entries.c.at)
        ).all()
        newest = conn.scalars(select(clients.c.timezone)).one()
    assert found[-1].value == newest
    return [(shown(at), value) for at, value in found]


def test_a_move_counts_from_the_reading_and_leaves_the_days_before_as_they_were(
    site: CsvSite,
) -> None:
    say(site, f"C-1,{NEW_YORK},,2026-01-05,2026-01-02")
    record, moved = site.record("C-1"), f"{site.now:%Y-%m-%d %H:%M}"
    site.take_dirty()
    say(site, f"C-1,{CHICAGO},,2026-01-05,2026-01-02")
    assert zones(site) == [("2026-01-05 05:00", NEW_YORK), (moved, CHICAGO)]
    assert site.record("C-1") == record
    assert site.take_dirty() == {"C-1": moved}
    say(site, f"C-1,{CHICAGO},,2026-01-05,2026-01-02")
    assert site.take_dirty() == {}


def test_a_column_may_say_since_when_in_the_time_of_the_place_before(site: CsvSite) -> None:
    say(site, f"C-1,{NEW_YORK},,2026-01-05,")
    site.take_dirty()
    say(site, f"C-1,{CHICAGO},2026-03-01,2026-01-05,")
    assert zones(site) == [("2026-01-05 05:00", NEW_YORK), ("2026-03-01 05:00", CHICAGO)]
    assert site.take_dirty() == {"C-1": "2026-03-01 05:00"}


def test_the_rows_of_a_history_may_come_in_any_order(site: CsvSite) -> None:
    say(
        site,
        f"C-1,{LONDON},2026-03-01,2026-01-05,",
        f"C-1,{NEW_YORK},2026-01-05,2026-01-05,",
        f"C-1,{CHICAGO},2026-02-01,2026-01-05,",
    )
    assert [zone for _, zone in zones(site)] == [NEW_YORK, CHICAGO, LONDON]


def test_a_place_that_comes_first_afterwards_counts_from_the_beginning(site: CsvSite) -> None:
    say(site, f"C-1,{LONDON},2026-03-01,2026-01-05,")
    site.take_dirty()
    say(site, f"C-1,{NEW_YORK},2026-01-05,2026-01-05,")
    assert site.take_dirty() == {"C-1": "1970-01-01 00:00"}


def test_an_empty_cell_says_nothing_of_the_place(site: CsvSite) -> None:
    say(site, f"C-1,{CHICAGO},,2026-01-05,")
    before = zones(site)
    say(site, "C-1,,2026-03-01,2026-01-05,2026-01-02")
    assert zones(site) == before


def test_a_local_time_is_that_of_the_place_where_the_client_lived(site: CsvSite) -> None:
    say(site, f"C-1,{NEW_YORK},,2026-01-05,", f"C-1,{CHICAGO},2026-03-01,2026-01-05,")
    site.write("check_ins.csv", "id,ref,at\n1,C-1,2026-02-10 08:00\n2,C-1,2026-03-10 08:00\n")
    site.read()
    assert [at for _, at, _ in site.events()] == ["2026-02-10 13:00", "2026-03-10 13:00"]


def test_days_of_the_record_lie_where_the_client_lived_then(site: CsvSite) -> None:
    say(site, f"C-1,{NEW_YORK},,2026-01-05,", f"C-1,{LONDON},2026-02-01,2026-01-05,2026-02-10")
    assert site.record("C-1") == [
        ("2026-01-05 05:00", "enrolled", None),
        ("2026-02-10 00:00", "discharged", None),
    ]


def test_texts_go_by_the_place_where_the_client_lives_now_and_not_by_one_to_come(
    site: CsvSite,
) -> None:
    say(site, f"C-1,{NEW_YORK},,2026-01-05,")
    moves = site.now + timedelta(days=3)
    say(site, f"C-1,{CHICAGO},{moves:%Y-%m-%d %H:%M},2026-01-05,")
    with site.database.read() as conn:
        days = (to_us(moves - timedelta(days=1)), to_us(moves + timedelta(days=1)))
        zones_then = [agreements.contact(conn, 1, now).timezone for now in days]
    assert zones_then == [NEW_YORK, CHICAGO]
