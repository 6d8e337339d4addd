"""On the trials of CTN-0094 the report equals lifelines, pandas and SciPy, patient by patient."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.config import load as load_config
from engine.flows.reports.outcomes import OutcomeQuery, collect
from engine.measures.histories import MOST_CLIENTS, Histories
from engine.model.enrolment_cohort import parse_cohort
from engine.rulebook.parsing.load import load
from engine.studies.outcome_rows import outcome_report
from engine.studies.outcome_tally import OutcomeTally
from tests.kit.generated_people import histories
from tests.kit.plain_people import Entry, Person
from tests.rules.test_published_endpoints import DATA, EXAMPLE, LATER, patients, rows

pytestmark = pytest.mark.skipif(
    not DATA.exists(), reason="the data of CTN-0094 are not beside the repository"
)
WEEKS = (4, 12, 20)
FIGURES = {
    "dropout": "drt-ctnninetyfour-2023",
    "relapse": "rst-ctnninetyfour-2023",
    "fiellin": "rd-fiellin-2006",
    "fudala": "rd-fudala-2003",
    "strain": "rd-strain-1999",
    "kosten": "ab-kosten-1993",
}
BY = ("trial", "arm")
QUERY = OutcomeQuery(parse_cohort("enrolled in 2024"), BY, LATER, WEEKS)


@pytest.fixture(scope="module")
def collected() -> tuple[OutcomeTally, list[str]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CTN0094", str(DATA))
        book = load(EXAMPLE / "rules", load_config(EXAMPLE / "config.yaml").kinds)
    order = [figure.id for figure in book.figures]
    return collect(batches(), book.figures, QUERY), order


def batches() -> Iterator[Histories]:
    told = {row["who"]: row for row in rows("patients.csv")}
    everyone = [
        Person(one.zone, [*one.record, *(Entry(one.record[0].at, by, told[who][by]) for by in BY)],
               one.events)
        for who, one in patients().items()
    ]  # fmt: skip
    for start in range(0, len(everyone), MOST_CLIENTS):
        yield histories(everyone[start : start + MOST_CLIENTS])


def test_each_patient_has_the_published_answer(
    collected: tuple[OutcomeTally, list[str]],
) -> None:
    tally, _ = collected
    values = {of.id: one for of, one in tally.values.items()}
    dropout, relapse = values[FIGURES["dropout"]], values[FIGURES["relapse"]]
    answers = rows("published_answers.csv")
    assert len(answers) == len(tally.watched) == 1780
    for number, row in enumerate(answers):
        assert (number in dropout.left) == (row["DrE_ctnNinetyFour_2023"] == "1")
        assert (number in relapse.left) == (row["RsE_ctnNinetyFour_2023"] == "1")
        assert relapse.value[number] == max(0, float(row["RsT_ctnNinetyFour_2023"]))
        assert dropout.value[number] == max(0, float(row["DrT_ctnNinetyFour_2023"]))
        for figure in ("Rd_fiellin_2006", "Rd_fudala_2003", "Rd_strain_1999"):
            found = values[figure.lower().replace("_", "-")].value[number]
            assert found == pytest.approx(float(row[figure]), abs=1e-9)
        kosten = values[FIGURES["kosten"]].value[number]
        assert kosten == (row["Ab_kosten_1993"] == "True")


def test_every_number_that_is_shown_is_that_of_lifelines_by_trial_and_arm(
    collected: tuple[OutcomeTally, list[str]],
) -> None:
    tally, order = collected
    found = outcome_report(tally, QUERY.cohort, LATER, order, WEEKS)
    names = ["all", *(f"{group.attribute}: {group.value}" for group in found.groups[1:])]
    expected = theirs()
    shown = 0
    for row in found.rows:
        name = next(name for name, figure in FIGURES.items() if figure == row.of.id)
        label = name if row.week is None else f"{name} {row.week}"
        for group, cell in zip(names, row.cells, strict=True):
            if cell is None:
                continue
            value, low, high, clients = expected.pop((group, label))
            between = (value, low, high) if 0 < value < 1 else (value, *cell.estimate[1:])
            assert cell.estimate == pytest.approx(between, abs=2e-5), (group, label)
            assert clients == (cell.yes if name == "kosten" else cell.known)
            shown += 1
    assert shown + len(expected) == 110
    assert shown > 90  # the others are hidden, because they could point at a person


def theirs() -> dict[tuple[str, str], tuple[float, float, float, int]]:
    with Path(__file__).with_name("ctn_outcomes.csv").open(encoding="utf-8") as file:
        return {
            (row["group"], row["figure"]): (
                float(row["value"]), float(row["low"]), float(row["high"]), int(row["clients"])
            )
            for row in csv.DictReader(file)
        }  # fmt: skip
