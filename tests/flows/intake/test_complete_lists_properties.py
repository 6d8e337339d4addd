"""Whatever comes, changes, moves and vanishes in complete files, the store holds what they hold."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from engine.model.complete_list import FEW, ONE_IN, Missing, judge
from engine.store.database.connection import Database
from engine.store.tables import metadata
from engine.store.tables.people import assignments, clients, staff
from tests.flows.intake.test_complete_lists import MAPPING, STAFF, TESTS
from tests.kit.csv_site import CsvSite, settings_of

EVERYBODY = ("C-1", "C-2", "C-3")
# Fewer rows than the brake minds, so that each history is the source's truth.
Rows = Mapping[str, tuple[str, int, str]]
rows = st.dictionaries(
    st.sampled_from(["1", "2", "3", "4"]),
    st.tuples(
        st.sampled_from(EVERYBODY), st.integers(1, 28), st.sampled_from(["positive", "negative"])
    ),
    max_size=4,
)
people = st.sets(st.sampled_from(EVERYBODY), min_size=1)
pairs = st.sets(st.tuples(st.sampled_from(EVERYBODY), st.sampled_from(["S-1", "M-1"])), max_size=4)
BOUNDS = "0,C-1,2026-06-28,negative\n9,C-1,2026-07-29,negative\n"


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.tuples(people, pairs, rows), min_size=1, max_size=4), st.booleans())
# A result comes back to its first day, and to an earlier line of its file.
@example(
    history=[
        ({"C-1"}, set(), {"1": ("C-1", 2, "positive")}),
        ({"C-1"}, set(), {"2": ("C-1", 1, "positive"), "1": ("C-1", 1, "positive")}),
        ({"C-1"}, set(), {"1": ("C-1", 2, "positive")}),
    ],
    other_names=False,
)
def test_the_store_holds_what_the_newest_whole_files_hold(
    sqlite_database: Database,
    history: list[tuple[set[str], set[tuple[str, str]], Rows]],
    other_names: bool,
) -> None:
    with sqlite_database.write() as conn:
        for table in reversed(metadata.sorted_tables):
            conn.execute(delete(table))
    with TemporaryDirectory() as folder:
        site = CsvSite(Path(folder), sqlite_database, settings_of(Path(folder), MAPPING))
        site.write("staff.csv", STAFF)
        everybody = "".join(f"{ref},2026-01-05\n" for ref in EVERYBODY)
        site.write("clients.csv", "client,enrolled\n" + everybody)
        site.read()
        of_whom: dict[str, str] = {}
        for number, (here, looked_after, drawn) in enumerate(history):
            # An id that suddenly means another client is put aside, so each keeps its first one.
            tests = {
                key: (of_whom.setdefault(key, ref), day, result)
                for key, (ref, day, result) in drawn.items()
            }
            _write(site, f"-{number}" if other_names else "", here, looked_after, tests)
            site.read()
            assert site.rejects() == []
            assert _stored(site) == (here, looked_after, _expected(tests))


@given(st.integers(0, 200), st.integers(0, 200))
def test_the_brake_holds_many_rows_of_few(missing: int, others: int) -> None:
    known = missing + others
    expected = Missing.NOTHING
    if missing:
        many = missing >= FEW and missing > known / ONE_IN
        expected = Missing.HELD if many else Missing.ENDED
    assert judge(missing, known) is expected


def _write(
    site: CsvSite, suffix: str, here: set[str], looked_after: set[tuple[str, str]], tests: Rows
) -> None:
    enrolled = "".join(f"{ref},2026-01-05\n" for ref in sorted(here))
    site.write(f"clients{suffix}.csv", "client,enrolled\n" + enrolled)
    began = "".join(f"{client},{who},2026-02-01\n" for client, who in sorted(looked_after))
    site.write(f"assignments{suffix}.csv", "client,staff,began\n" + began)
    taken = "".join(
        f"{key},{ref},2026-07-{day:02},{result}\n" for key, (ref, day, result) in tests.items()
    )
    site.write(f"tests{suffix}.csv", TESTS + BOUNDS + taken)
    site.now += timedelta(minutes=1)


def _expected(tests: Rows) -> set[tuple[str, str, str]]:
    found = {(ref, f"2026-07-{day:02} 04:00", result) for ref, day, result in tests.values()}
    return found | {("C-1", f"2026-{day} 04:00", "negative") for day in ("06-28", "07-29")}


def _stored(site: CsvSite) -> tuple[set[str], set[tuple[str, str]], set[tuple[str, str, str]]]:
    here = {ref for ref in EVERYBODY if site.record(ref)[-1][1] == "enrolled"}
    open_ones = (
        select(clients.c.ref, staff.c.ref)
        .join_from(assignments, clients)
        .join(staff, staff.c.id == assignments.c.staff_id)
        .where(assignments.c.ended.is_(None))
    )
    with site.database.read() as conn:
        looked_after = {(client, who) for client, who in conn.execute(open_ones)}
    found = {(str(ref), str(at), str(f["result"])) for ref, at, f in site.events()}  # type: ignore[index]
    return here, looked_after, found
