"""A row gone from a complete file has ended or is withdrawn, unless too many go at once."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, select

from connectors.csv_folder import csv_file
from engine.flows.intake.lists import accept_gone
from engine.flows.operations.data_checks import _lists
from engine.flows.operations.watchdog import broken_promises
from engine.model.instant import to_us
from engine.store.database.connection import Database
from engine.store.intake import list_rows
from engine.store.tables.people import assignments, consents, staff
from tests.kit.csv_site import CsvSite, settings_of, shown

MAPPING = """
- match: clients*.csv
  roster: clients
  complete: true
  columns: {ref: client, enrolled: enrolled}
- match: staff*.csv
  roster: staff
  complete: true
  columns: {ref: staff, role: role, active: active}
- match: assignments*.csv
  roster: assignments
  complete: true
  columns: {client: client, staff: staff, role: {always: case_manager}, began: began}
- match: consents*.csv
  roster: consents
  complete: true
  columns: {client: client, staff: staff, alias: staff, scope: {always: all}, purpose: {always: \
support},
            given: given}
- match: tests*.csv
  complete: true
  events:
    - {kind: test, client: client, at: at, id: id, fields: {result: result}}
"""
STAFF = "staff,role,active\nS-1,case_manager,\nM-1,mentor,\n"
TESTS = "id,client,at,result\n"


@pytest.fixture
def site(tmp_path: Path, database: Database) -> CsvSite:
    site = CsvSite(tmp_path, database, settings_of(tmp_path, MAPPING))
    site.write("clients.csv", clients(1, 2, 3))
    site.write("staff.csv", STAFF)
    site.read()
    return site


def clients(*numbers: int) -> str:
    rows = "".join(f"C-{number},2026-01-05\n" for number in numbers)
    return f"client,enrolled\n{rows}"


def row(number: int, day: int, client: int = 1) -> str:
    return f"{number},C-{client},2026-07-{day:02},negative\n"


def say(site: CsvSite, name: str, content: str) -> None:
    site.write(name, content)
    site.read()


def enrolled(site: CsvSite, ref: str) -> list[str]:
    return [entry for _, entry, _ in site.record(ref)]


def promises(site: CsvSite) -> list[str]:
    with site.database.read() as conn:
        return [each for each in broken_promises(conn, to_us(site.now)) if "gone" in each]


def doctor(site: CsvSite) -> list[str]:
    with site.database.read() as conn:
        return [check.said for check in _lists(conn)]


def test_the_enrolment_of_a_client_who_is_gone_ends_when_that_is_read(site: CsvSite) -> None:
    site.take_dirty()
    read_at = shown(to_us(site.now))
    say(site, "clients.csv", clients(1, 3))
    assert site.record("C-2")[-1] == (read_at, "ended", None)
    assert enrolled(site, "C-1") == ["enrolled"]
    assert site.take_dirty() == {"C-2": read_at}


def test_a_client_who_is_back_never_left(site: CsvSite) -> None:
    say(site, "clients.csv", clients(1, 3))
    site.take_dirty()
    say(site, "clients.csv", clients(1, 2, 3))
    assert enrolled(site, "C-2") == ["enrolled"]
    assert list(site.take_dirty()) == ["C-2"]
    say(site, "clients.csv", clients(1, 3))
    assert enrolled(site, "C-2") == ["enrolled", "ended"]


def test_a_client_who_is_back_with_a_new_enrolment_keeps_the_end_of_the_old(site: CsvSite) -> None:
    say(site, "clients.csv", clients(1, 3))
    site.now += timedelta(days=40)
    say(site, "clients.csv", clients(1, 3) + "C-2,2026-12-20\n")
    assert enrolled(site, "C-2") == ["enrolled", "ended", "enrolled"]


def test_only_the_newest_of_several_files_says_who_is_there(site: CsvSite) -> None:
    site.write("clients-2.csv", clients(2, 3))
    site.now += timedelta(minutes=1)
    say(site, "clients-1.csv", clients(1, 2))
    assert [len(enrolled(site, f"C-{number}")) for number in (1, 2, 3)] == [1, 1, 2]


def test_a_client_whom_another_complete_list_holds_stays(
    tmp_path: Path, database: Database
) -> None:
    second = MAPPING.split("- match: staff", maxsplit=1)[0].replace("clients*", "others*")
    site = CsvSite(tmp_path, database, settings_of(tmp_path, MAPPING + second.strip("\n")))
    say(site, "clients.csv", clients(1, 2, 3))
    say(site, "others.csv", clients(2))
    say(site, "clients.csv", clients(1, 3))
    assert enrolled(site, "C-2") == ["enrolled"]


def test_staff_who_are_gone_are_inactive_until_they_are_back(site: CsvSite) -> None:
    def active() -> list[bool]:
        with site.database.read() as conn:
            return list(conn.scalars(select(staff.c.active).order_by(staff.c.ref)))

    say(site, "staff.csv", STAFF.replace("S-1,case_manager,\n", ""))
    assert active() == [True, False]
    say(site, "staff.csv", STAFF)
    assert active() == [True, True]
    say(site, "staff.csv", STAFF.replace("S-1,case_manager,\n", ""))
    say(site, "staff.csv", STAFF.replace("S-1,case_manager,", "S-1,case_manager,no"))
    assert active() == [True, False]


def test_assignments_and_consents_that_are_gone_end_and_come_back(site: CsvSite) -> None:
    def ends() -> list[list[str | None]]:
        with site.database.read() as conn:
            columns = (
                select(assignments.c.ended).order_by(assignments.c.id),
                select(consents.c.revoked_at).order_by(consents.c.id),
            )
            found = [list(conn.scalars(column)) for column in columns]
            return [[None if at is None else shown(at) for at in each] for each in found]

    both = ("C-1,S-1,2026-02-01\n", "C-2,S-1,2026-02-01\n")
    site.write("assignments.csv", "client,staff,began\n" + "".join(both))
    say(site, "consents.csv", "client,staff,given\n" + "".join(both).replace("S-1", "M-1"))
    assert ends() == [[None, None], [None, None]]
    site.take_dirty()
    gone_at = shown(to_us(site.now))
    site.write("assignments.csv", "client,staff,began\n" + both[0])
    say(site, "consents.csv", "client,staff,given\n" + both[0].replace("S-1", "M-1"))
    assert ends() == [[None, gone_at], [None, gone_at]]
    assert site.take_dirty() == {"C-2": gone_at}
    site.write("assignments.csv", "client,staff,began\n" + "".join(both))
    say(site, "consents.csv", "client,staff,given\n" + "".join(both).replace("S-1", "M-1"))
    assert ends() == [[None, None], [None, None]]
    assert site.take_dirty() == {"C-2": gone_at}


def test_people_are_looked_up_once_for_all_assignments_that_are_gone(
    tmp_path: Path, sqlite_database: Database
) -> None:
    site = CsvSite(tmp_path, sqlite_database, settings_of(tmp_path, MAPPING))
    site.write("clients.csv", clients(*range(8)))
    site.write("staff.csv", STAFF)
    rows = [f"C-{number},S-1,2026-02-01\n" for number in range(8)]
    say(site, "assignments.csv", "client,staff,began\n" + "".join(rows))
    looked_up: Counter[str] = Counter()

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        looked_up.update({table for table in ("clients", "staff") if f"FROM {table}" in statement})

    event.listen(sqlite_database.engine, "before_cursor_execute", note)
    asked = []
    for left in (7, 3):
        looked_up.clear()
        say(site, "assignments.csv", "client,staff,began\n" + "".join(rows[:left]))
        asked.append(dict(looked_up))
    event.remove(sqlite_database.engine, "before_cursor_execute", note)
    assert asked[0] == asked[1]
    with sqlite_database.read() as conn:
        ended = conn.scalars(select(assignments.c.ended).order_by(assignments.c.id)).all()
    assert [at is not None for at in ended] == [False] * 3 + [True] * 5


def test_events_that_are_gone_in_the_period_of_the_file_are_withdrawn(site: CsvSite) -> None:
    say(site, "tests-1.csv", TESTS + row(1, 1) + row(2, 5) + row(3, 9))
    say(site, "tests-2.csv", TESTS + row(2, 5) + row(4, 12))
    assert [at for _, at, _ in site.events()] == [f"2026-07-{d} 04:00" for d in ("01", "05", "12")]
    say(site, "tests-2.csv", TESTS + row(2, 5) + row(3, 9) + row(4, 12))
    assert len(site.events()) == 4


def test_an_older_file_does_not_take_back_what_a_newer_one_says(site: CsvSite) -> None:
    say(site, "tests-1.csv", TESTS + row(1, 1) + row(3, 9))
    say(site, "tests-2.csv", TESTS + row(2, 5) + row(4, 12))
    site.settings = settings_of(
        site.folder, MAPPING.replace("fields: {result", "name: test, fields: {result")
    )
    site.read()
    assert len(site.events()) == 3


def test_too_much_gone_at_once_is_held_until_it_is_accepted(site: CsvSite) -> None:
    say(site, "clients.csv", clients(*range(1, 21)))
    say(site, "clients.csv", clients(*range(1, 16)))
    assert enrolled(site, "C-20") == ["enrolled"]
    said = "too much is gone at once from the source clinic, so nothing was ended"
    assert promises(site) == [said]
    assert doctor(site) == [
        "5 clients are no longer in clients.csv. These are many at once, so nothing was ended. "
        "Put the file right, or end them: handrail import --accept-gone clinic."
    ]
    assert accept_gone(site.database, "clinic", to_us(site.now)) == 5
    assert enrolled(site, "C-20") == ["enrolled", "ended"]
    assert promises(site) == []
    assert doctor(site) == []


def test_a_later_file_that_holds_them_again_ends_the_hold(site: CsvSite) -> None:
    say(site, "clients.csv", clients(*range(1, 21)))
    say(site, "clients.csv", clients(1))
    assert promises(site) != []
    say(site, "clients.csv", clients(*range(1, 20)))
    assert promises(site) == []
    assert enrolled(site, "C-20") == ["enrolled", "ended"]


def test_too_many_events_gone_at_once_are_held(site: CsvSite) -> None:
    every = [row(number, number) for number in range(1, 13)]
    say(site, "tests.csv", TESTS + "".join(every))
    say(site, "tests.csv", TESTS + every[0] + every[-1])
    assert len(site.events()) == 12
    assert doctor(site)[0].startswith("10 events are no longer in tests.csv.")
    accept_gone(site.database, "clinic", to_us(site.now))
    assert len(site.events()) == 2
    say(site, "tests.csv", TESTS + "".join(every))
    assert len(site.events()) == 12


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("", id="an empty file"),
        pytest.param("client,enrolled", id="a header without an end"),
        pytest.param(clients(1) + '"C-3,2026-01-05\n', id="a broken row"),
        pytest.param(clients(1) + "C-3,soon\n", id="a row that cannot be read"),
        pytest.param("client\nC-1\n", id="another header"),
    ],
)
def test_a_file_that_is_not_wholly_read_ends_nothing(site: CsvSite, content: str) -> None:
    site.write("clients.csv", content)
    site.read(settle=timedelta(minutes=1))
    site.now += timedelta(minutes=2)
    site.read(settle=timedelta(minutes=1))
    assert [len(enrolled(site, f"C-{number}")) for number in (1, 2, 3)] == [1, 1, 1]


def test_a_small_roster_that_ends_with_a_line_end_counts_at_once(site: CsvSite) -> None:
    minute = timedelta(minutes=1)
    site.write("clients.csv", clients(1, 3).removesuffix("\n"))
    site.read(minute)
    assert enrolled(site, "C-2") == ["enrolled"]
    site.append("clients.csv", "\n")
    site.read(minute)
    assert enrolled(site, "C-2") == ["enrolled", "ended"]


def test_a_file_that_may_still_be_written_ends_nothing_until_it_has_settled(
    site: CsvSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_file, "SMALL", 10)
    minute = timedelta(minutes=1)
    site.write("clients.csv", clients(1, 4))
    site.read(minute)
    assert [enrolled(site, f"C-{number}") for number in (2, 4)] == [["enrolled"], ["enrolled"]]
    site.append("clients.csv", "C-2,2026-01-05\n")
    site.read(minute)
    site.now += minute
    site.read(minute)
    assert enrolled(site, "C-2") == ["enrolled"]
    assert enrolled(site, "C-3") == ["enrolled", "ended"]
    assert site.read(minute) == {}


def test_without_a_word_doctor_asks_what_a_missing_row_means(
    tmp_path: Path, database: Database
) -> None:
    plain = MAPPING.replace("  complete: true\n", "")
    site = CsvSite(tmp_path, database, settings_of(tmp_path, plain))
    say(site, "clients.csv", clients(1, 2))
    say(site, "clients.csv", clients(1))
    assert enrolled(site, "C-2") == ["enrolled"]
    assert doctor(site) == [
        "1 client is no longer in clients.csv. "
        "Say under files: whether that ends something: complete: true, or complete: false."
    ]
    assert promises(site) == []
    site.settings = settings_of(tmp_path, MAPPING.replace("complete: true", "complete: false", 1))
    site.read()
    assert doctor(site) == []
    assert enrolled(site, "C-2") == ["enrolled"]


def test_who_was_gone_before_the_file_was_called_complete_ends_too(
    tmp_path: Path, database: Database
) -> None:
    plain = MAPPING.replace("  complete: true\n", "")
    site = CsvSite(tmp_path, database, settings_of(tmp_path, plain))
    say(site, "clients.csv", clients(1, 2))
    say(site, "clients.csv", clients(1))
    site.settings = settings_of(tmp_path, MAPPING)
    site.read()
    assert enrolled(site, "C-2") == ["enrolled", "ended"]
    with site.database.read() as conn:
        assert list_rows.gone(conn) == []
