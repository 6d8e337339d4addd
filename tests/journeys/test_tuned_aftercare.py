"""The shipped score, tuned on the patients of published trials: figures, and their page."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.test_aftercare import (
    DATA,
    MEASURE,
    PRINTED,
    ROOT,
    SCORE,
    _number,
    _percent,
    _write_cohort,
)
from tests.journeys.test_aftercare import site as site  # noqa: PLC0414 - the same imported site
from tests.kit.processes import handrail

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1200),
    pytest.mark.skipif(
        not DATA.is_dir() or not MEASURE.is_file(),
        reason="the patients are not at ../shared/data/ctn0094_aftercare",
    ),
]


def tuned(site: Path, name: str, *options: str) -> dict[str, Any]:
    """What `handrail tune` says of the shipped score, once for all tests."""
    out, cohort = site / f"tuned-{name}.json", site / "return14.csv"
    with (site / f"tuned-{name}.lock").open("w") as lock:
        flock(lock, LOCK_EX)
        if not cohort.exists():
            _write_cohort(cohort, "return14")
        if not out.exists():
            options = ("--cohort", str(cohort), "--format", "json", *options)
            done = handrail(site, "tune", SCORE, *options)
            assert done.code == 0, done.err
            out.write_text(done.out)
    found: dict[str, Any] = json.loads(out.read_text())
    return found


def within(site: Path, budget: str) -> dict[str, Any]:
    draft = site / f"draft-{budget}.yaml"
    found = tuned(site, budget, "--budget", f"{budget} a client-month", "--draft", str(draft))
    return found | {"draft": draft}


def test_the_draft_is_worth_what_tune_says_by_preview_and_by_an_independent_measure(
    site: Path,
) -> None:
    found = within(site, "0.5")
    live = site / "tuned-live"
    live.mkdir(exist_ok=True)
    text = found["draft"].read_text().replace("status: draft", "status: live")
    (live / "tuned.yaml").write_text(re.sub(r" +quiets: \[.*\]\n", "", text))
    rows = site / "tuned.rows.csv"
    previewed = handrail(site, "preview", "--rules", str(live), "--format", "csv")
    assert previewed.code == 0, previewed.err
    rows.write_text(previewed.out)
    done = subprocess.run(
        [sys.executable, str(MEASURE), str(rows), str(DATA), "return14"],
        capture_output=True,
        text=True,
        check=True,
    )
    printed = PRINTED.search(done.stdout)
    assert printed, done.stdout
    one = found["chosen_as_it_seems"]
    assert printed["rate"] == f"{one['alerts_a_client_month']['value']:.2f}"
    assert printed["reach"] == f"{one['reach']['value']:.2f}"
    assert printed["ppv"] == f"{one['precision']['value']:.2f}"
    assert printed["open"] == f"{one['open']['value']:.2f}"


def test_within_one_alert_a_month_nothing_is_clearly_better_than_the_shipped_numbers(
    site: Path,
) -> None:
    found = within(site, "1")
    assert [one["chosen"] for one in found["numbers"]] == [
        one["present"] for one in found["numbers"]
    ]
    small = next(one for one in found["site_sizes"] if one["clients"] == 50)
    assert small["believed_of_best"] > small["found_of_best"] + 0.05
    assert small["found"] > small["found_of_best"]


def _cells(one: dict[str, Any]) -> list[str]:
    chance = one["by_chance"]
    return [
        _number(one["alerts_a_client_month"]),
        _percent(one["reach"]),
        f"{100 * chance['reach']:.0f} %",
        _percent(one["precision"]),
        f"{100 * chance['precision']:.0f} %",
        _number(one["lift"]),
    ]


def tables(site: Path) -> list[list[str]]:
    """The lines of the three tables of docs/tune.md over these patients."""
    one, half = within(site, "1"), within(site, "0.5")
    worth = [
        ["the shipped numbers", *_cells(one["present"])],
        ["a calendar at that rate", *_cells(one["calendar"])],
        ["chosen within 0.5, as it seems", *_cells(half["chosen_as_it_seems"])],
        ["chosen within 0.5, on other clients", *_cells(half["chosen_on_other_clients"])],
        ["a calendar at that rate", *_cells(half["calendar"])],
    ]
    front = []
    for each in one["budgets"]:
        cells = _cells(each["chosen_on_other_clients"])
        calendar = f"{100 * each['calendar']['reach']['value']:.0f} %"
        front.append([f"{each['budget']:g}", *cells[:3], calendar, *cells[3:]])
    sizes = [
        [
            f"{each['clients']}",
            f"{each['outcomes']:.0f}",
            *(
                f"{100 * each[name]:.0f} %"
                for name in ("believed_of_best", "found_of_best", "believed", "found")
            ),
        ]
        for each in one["site_sizes"]
    ]
    return [[f"| {' | '.join(row)} |" for row in rows] for rows in (worth, front, sizes)]


def test_docs_tune_md_has_these_figures(site: Path) -> None:
    shown = (ROOT / "docs" / "tune.md").read_text("utf-8").splitlines()
    assert [line for lines in tables(site) for line in lines if line not in shown] == []


def test_derived_points_are_about_as_good_as_the_shipped_ones(site: Path) -> None:
    found = tuned(site, "scorecard", "--scorecard", "opioid_use")
    text = (ROOT / "docs" / "tune.md").read_text("utf-8")
    for name in ("concordance_now", "concordance_on_other_clients"):
        assert _percent(found[name]) in text
    assert sum(item["points"] == 0 for item in found["items"]) == 1
    assert found["concordance_on_other_clients"]["low"] > 0.7


def test_csv_has_a_row_for_each_variant(site: Path) -> None:
    out = site / "tuned.csv"
    cohort = site / "return14.csv"
    _write_cohort(cohort, "return14")
    options = ("--cohort", str(cohort), "--variants", "20", "--format", "csv")
    out.write_text(handrail(site, "tune", SCORE, *options).out)
    with out.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 20
    assert sum(row["chosen"] == "True" for row in rows) == 1
