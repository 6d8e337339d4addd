"""The rows of the report of outcomes, from the figures of made-up clients."""

from __future__ import annotations

import pytest

from engine.model.enrolment_cohort import parse_cohort
from engine.model.report_parts import OUTCOME_PARTS
from engine.studies.outcome_report import OutcomeGroup, OutcomeReport, ReportedFigure, ValueSort
from engine.studies.outcome_rows import outcome_report
from engine.studies.outcome_tally import OutcomeTally

COHORT = parse_cohort("enrolled in 2026")
PART = next(iter(OUTCOME_PARTS))


def figure(name: str, version: str = "") -> ReportedFigure:
    return ReportedFigure(name, name.title(), PART, version)


def tally_of(*groups: str, weeks: float = 10) -> OutcomeTally:
    """Clients watched for so many weeks, one in each of these programmes."""
    tally = OutcomeTally()
    for group in groups:
        tally.add_client(weeks, {"program": [group]})
    return tally


def say(tally: OutcomeTally, name: str, sort: ValueSort, values: dict[int, float]) -> None:
    one = tally.of(figure(name), sort)
    one.value.update(values)
    one.counted |= set(range(len(tally.watched)))


def reported(tally: OutcomeTally, weeks: tuple[int, ...] = (4, 12)) -> OutcomeReport:
    order = sorted({of.id for of in tally.values})
    return outcome_report(tally, COHORT, 0, order, weeks)


def test_a_share_says_how_many_of_those_who_are_known() -> None:
    tally = tally_of(*["day"] * 60)
    say(tally, "clean", ValueSort.SHARE, {client: float(client < 30) for client in range(45)})

    (row,) = reported(tally).rows
    total = row.cells[0]

    assert total is not None
    assert (total.yes, total.known, total.among, total.weeks) == (30, 45, 60, 10)
    assert total.estimate.value == pytest.approx(30 / 45)
    assert total.estimate.low is not None
    assert total.estimate.low < 30 / 45


def test_an_average_has_no_yes_and_a_part_stays_between_nothing_and_all() -> None:
    tally = tally_of(*["day"] * 40)
    say(tally, "quality", ValueSort.AVERAGE, {client: 50.0 + client % 2 for client in range(40)})
    say(tally, "stable", ValueSort.PART, {client: float(client > 0) for client in range(40)})

    quality, stable = (row.cells[0] for row in reported(tally).rows)

    assert quality is not None
    assert stable is not None
    assert (quality.yes, quality.estimate.value) == (None, 50.5)
    assert stable.estimate.value == pytest.approx(39 / 40)
    assert stable.estimate.high == 1.0


def test_a_small_group_is_hidden_and_cannot_be_found_by_subtraction() -> None:
    tally = tally_of(*["day"] * 30, *["night"] * 5)
    say(tally, "clean", ValueSort.SHARE, {client: float(client % 2) for client in range(35)})

    report = reported(tally)

    assert report.groups == (
        OutcomeGroup(), OutcomeGroup("program", "day"), OutcomeGroup("program", "night")
    )  # fmt: skip
    assert report.hides
    assert report.clients[2] is None
    assert None in {report.clients[0], report.clients[1]}


def test_large_groups_are_all_shown() -> None:
    tally = tally_of(*["day"] * 30, *["night"] * 30)
    say(tally, "clean", ValueSort.SHARE, {client: float(client % 2) for client in range(60)})

    report = reported(tally)

    assert not report.hides
    assert [cell and cell.known for cell in report.clients] == [60, 30, 30]
    assert [cell and cell.yes for cell in report.rows[0].cells] == [30, 15, 15]


def test_a_client_in_two_programmes_counts_in_each_and_once_in_all() -> None:
    tally = OutcomeTally()
    for _ in range(40):
        tally.add_client(8, {"program": ["day", "night"]})

    assert [cell and cell.known for cell in reported(tally).clients] == [40, 40, 40]


def test_a_stay_is_shown_for_each_week_that_enough_are_watched() -> None:
    tally = tally_of(*["day"] * 80, weeks=20)
    say(tally, "stay", ValueSort.STAY, {c: 2.0 if c < 20 else 20.0 for c in range(80)})
    tally.of(figure("stay"), ValueSort.STAY).left |= set(range(20))

    rows = reported(tally, (4, 12, 52)).rows

    assert [row.week for row in rows] == [4, 12]
    total = rows[0].cells[0]
    assert total is not None
    assert (total.among, total.yes, total.known) == (80, 60, 60)
    assert total.estimate.value == pytest.approx(0.75)


def test_two_weeks_that_differ_by_a_few_clients_are_not_both_shown() -> None:
    tally = tally_of(*["day"] * 80, weeks=20)
    left = dict.fromkeys(range(20), 2.0) | dict.fromkeys(range(20, 23), 6.0)
    say(tally, "stay", ValueSort.STAY, {c: left.get(c, 20.0) for c in range(80)})
    tally.of(figure("stay"), ValueSort.STAY).left |= set(left)

    assert [row.week for row in reported(tally, (4, 12)).rows] == [4]


def test_versions_of_an_instrument_are_rows_of_their_own() -> None:
    tally = tally_of(*["day"] * 40)
    for version, first in (("1", 0), ("2", 20)):
        one = tally.of(figure("quality", version), ValueSort.AVERAGE)
        one.value.update(dict.fromkeys(range(first, first + 20), 10.0 + first))
        one.counted |= set(range(40))

    rows = reported(tally).rows

    assert [(row.of.version, row.cells[0] and row.cells[0].estimate.value) for row in rows] == [
        ("1", 10.0),
        ("2", 30.0),
    ]


def test_a_report_of_nobody_has_a_total_of_nobody() -> None:
    report = reported(OutcomeTally())

    assert report.rows == ()
    assert report.groups == (OutcomeGroup(),)
