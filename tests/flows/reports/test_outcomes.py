"""The report of outcomes counts whom it should, and hides whom it must."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from engine.flows.reports.outcomes import OutcomeQuery, report
from engine.model.enrolment_cohort import parse_cohort
from engine.model.event_kinds import BUILT_IN
from engine.rulebook.parsing.load import from_texts
from engine.studies.outcome_report import OutcomeCell, OutcomeReport, OutcomeRow
from tests.kit.generated_people import histories, us
from tests.kit.plain_people import Entry, Happening, Person

ENROLLED = datetime(2026, 1, 5, 9, tzinfo=UTC)
UNTIL = us(datetime(2026, 12, 31, tzinfo=UTC))
RULES = """
format: 1
rules:
  - id: silent
    title: Not seen for 28 days
    status: draft
    severity: low
    when: {time_since: attendance, at_least: 28 days}
figures:
  - {id: stay, title: Silent, figure: {weeks_until: silent}, report: retention}
  - id: clean
    title: Negative in the end
    figure: {latest: test.result, is: negative}
    counted_if: {count: test, at_least: 1}
    report: abstinence
  - id: capital
    title: BARC-10
    figure: {latest: assessment.score, where: {instrument: barc-10}}
    report: recovery_capital
"""


def week_of(number: int) -> datetime:
    return ENROLLED + timedelta(weeks=number)


def seen(
    weeks: int,
    *events: Happening,
    programs: tuple[str, ...] = ("iop",),
    more: tuple[Entry, ...] = (),
) -> Person:
    """A client who came every week for so many weeks."""
    came = [
        Happening("attendance", week_of(week), {"status": "attended"}, ("a", str(week)))
        for week in range(weeks + 1)
    ]
    record = [Entry(ENROLLED, "enrolled")]
    record += [Entry(week_of(4 * n), "program", one) for n, one in enumerate(programs)]
    return Person("UTC", sorted([*record, *more], key=lambda entry: entry.at), [*came, *events])


def urine(result: str) -> Happening:
    return Happening("test", ENROLLED + timedelta(days=2), {"result": result}, ("t", "1"))


def score(number: float, **fields: str) -> Happening:
    told = {"instrument": "barc-10", "score": number, **fields}
    return Happening("assessment", ENROLLED + timedelta(days=3), told, ("s", str(number)))


def reported(*people: Person, by: tuple[str, ...] = ("program",)) -> OutcomeReport:
    figures = from_texts({"rules.yaml": RULES}, BUILT_IN).figures
    query = OutcomeQuery(parse_cohort("enrolled in 2026"), by, UNTIL, (4, 12))
    return report([histories(list(people))], figures, query)


def sizes(found: OutcomeReport) -> dict[str, int | None]:
    groups = zip(found.groups, found.clients, strict=True)
    return {group.value: None if cell is None else cell.known for group, cell in groups}


def cells(found: OutcomeReport, row: OutcomeRow) -> dict[str, OutcomeCell | None]:
    names = [group.value or "all" for group in found.groups]
    return dict(zip(names, row.cells, strict=True))


def row_of(
    found: OutcomeReport, figure: str, week: int | None = None, version: str = ""
) -> OutcomeRow:
    return next(
        row for row in found.rows
        if (row.of.id, row.week, row.of.version) == (figure, week, version)
    )  # fmt: skip


def test_who_moves_to_another_programme_counts_in_both_and_once_in_all() -> None:
    moved = [seen(40, programs=("iop", "aftercare")) for _ in range(12)]
    found = reported(*moved, *[seen(40) for _ in range(11)])
    counts = dict(zip(found.groups, found.clients, strict=True))
    assert {g.value: c and c.known for g, c in counts.items()} == {
        "": 23,
        "iop": 23,
        "aftercare": 12,
    }


def test_who_is_enrolled_in_another_year_or_later_than_now_does_not_count() -> None:
    early = Person("UTC", [Entry(ENROLLED - timedelta(days=30), "enrolled")], [])
    found = reported(*[seen(40) for _ in range(11)], early, by=())
    assert found.clients[0] is not None
    assert found.clients[0].known == 11


def test_retention_ends_with_silence_and_not_with_the_end_of_the_enrolment() -> None:
    ended = (Entry(week_of(6), "ended"),)
    people = (
        [seen(2) for _ in range(11)]
        + [seen(6, more=ended) for _ in range(11)]
        + [seen(30) for _ in range(11)]
    )
    found = reported(*people, by=())
    at_12 = cells(found, row_of(found, "stay", 12))["all"]
    assert at_12 is not None
    # Two thirds stayed beyond week 6, when the silent ones were noticed; nobody left after it.
    assert at_12.estimate.value == pytest.approx(2 / 3)
    assert (at_12.known, at_12.among, at_12.yes) == (11, 33, 22)


def test_a_figure_is_of_those_whom_it_counts_alone() -> None:
    people = [seen(5, urine("negative")) for _ in range(12)]
    people += [seen(5, urine("positive")) for _ in range(11)] + [seen(5) for _ in range(20)]
    found = reported(*people, by=())
    clean = cells(found, row_of(found, "clean"))["all"]
    assert clean is not None
    assert (clean.known, clean.among, clean.yes) == (23, 23, 12)


def test_a_small_group_is_hidden_and_so_is_what_would_give_it_away() -> None:
    people = [seen(40) for _ in range(40)] + [seen(40, programs=("aftercare",)) for _ in range(5)]
    found = reported(*people, *[seen(40, programs=("php",)) for _ in range(20)])
    assert sizes(found) == {"": 65, "iop": 40, "aftercare": None, "php": None}
    assert found.hides
    assert all(cells(found, row)["aftercare"] is None for row in found.rows)


def test_a_few_who_differ_are_hidden_too() -> None:
    people = [seen(5, urine("negative")) for _ in range(30)]
    people += [seen(5, urine("positive")) for _ in range(3)]
    found = reported(*people, by=())
    assert cells(found, row_of(found, "clean"))["all"] is None


def test_two_versions_of_an_instrument_are_never_averaged_together() -> None:
    people = [seen(5, score(40, version="1")) for _ in range(11)]
    people += [seen(5, score(4, version="2")) for _ in range(12)]
    people += [seen(5, score(50)) for _ in range(13)]
    found = reported(*people, by=())
    values = {
        version: cells(found, row_of(found, "capital", version=version))["all"]
        for version in ("", "1", "2")
    }
    assert {v: c and (c.known, c.estimate.value) for v, c in values.items()} == {
        "": (13, 50), "1": (11, 40), "2": (12, 4)
    }  # fmt: skip
    assert all(cell is not None and cell.among == 36 for cell in values.values())


def test_a_cohort_of_three_shows_nothing() -> None:
    found = reported(seen(5), seen(5), seen(5), by=())
    assert found.clients == (None,)
    assert all(cell is None for row in found.rows for cell in row.cells)
