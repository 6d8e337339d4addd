"""docs/sources_hl7v2.md: its example becomes the events that it says."""

from __future__ import annotations

from pathlib import Path
from textwrap import indent

from engine.calendar.standing import standing_at
from engine.model.instant import to_us
from engine.store.database.connection import Database
from engine.store.intake import histories
from tests.connectors.hl7v2.hl7_site import Hl7Site
from tests.kit.source_pages import event_lines, read_page


def test_the_example_becomes_what_it_says(tmp_path: Path, sqlite_database: Database) -> None:
    page = read_page("sources_hl7v2.md")
    site = Hl7Site(tmp_path, sqlite_database, page.config)
    for name, text in page.files.items():
        site.drop(name, text)
        site.read()
    assert site.rejects() == []
    assert page.events
    assert event_lines(sqlite_database) == page.events


def test_in_one_reading_it_becomes_the_same(tmp_path: Path, sqlite_database: Database) -> None:
    page = read_page("sources_hl7v2.md")
    site = Hl7Site(tmp_path, sqlite_database, page.config)
    for name, text in reversed(page.files.items()):
        site.drop(f"lab/z{9 - int(name[-5])}.hl7", text)
    site.read()
    assert event_lines(sqlite_database) == page.events


def test_its_mapping_of_stays_takes_admissions_and_discharges_and_takes_them_back(
    tmp_path: Path, sqlite_database: Database
) -> None:
    stays = indent(read_page("sources_hl7v2.md").stays, " " * 6)
    lab = "sources:\n  - name: hospital\n    hl7v2: {folder: lab}\n    encoding: utf-8\n"
    site = Hl7Site(tmp_path, sqlite_database, f"{lab}    messages:\n{stays}")
    in_hospital = []
    for number, (event, discharged) in enumerate(
        [("A01", ""), ("A03", "20261121090000"), ("A13", ""), ("A11", "")]
    ):
        visit = ["PV1", "1", "I", *[""] * 41, "20261120140000", discharged]
        message = (
            f"MSH|^~\\&|ADT|HOSP|||20261120{number:02}0000||ADT^{event}|{number}|P|2.5.1\n"
            f"PID|1||C-1042^^^CLINIC^MR||DOE^JO\n{'|'.join(visit)}\n"
        )
        site.drop(f"lab/{number}.hl7", message)
        site.read()
        in_hospital.append(_away(sqlite_database, site))
    assert in_hospital == [True, False, True, False]
    assert site.rejects() == []


def _away(database: Database, site: Hl7Site) -> bool:
    with database.read() as conn:
        (client,) = histories.read_clients(conn, [1])
    return standing_at(client.record, to_us(site.now)).on_leave
