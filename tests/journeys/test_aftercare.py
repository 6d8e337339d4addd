"""The shipped rules on the patients of published trials: the figures of preview, and the aims."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from datetime import datetime, timedelta
from fcntl import LOCK_EX, flock
from pathlib import Path
from shutil import copytree
from typing import Any, NamedTuple

import pytest

from engine.model.event_kinds import BUILT_IN
from engine.rulebook.parsing.load import load
from engine.studies.preview import ANY_LIVE
from tests.kit.processes import handrail

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"
DATA = SHARED / "data" / "ctn0094_aftercare"
MEASURE = SHARED / "tools" / "measure_alerts.py"
OUTCOMES = ("return14", "relapse", "dropout")
SCORE = "return-to-use-risk"
# What the independent measure prints of one sort of alert.
PRINTED = re.compile(
    r"(?P<clients>\d+) at risk, (?P<outcomes>\d+) outcomes\s+"
    r"rate (?P<rate>\S+) \[(?P<rate_95>\S+)\]  "
    r"reach (?P<reach>\S+) \[(?P<reach_95>\S+)\] chance (?P<chance_reach>\S+)  "
    r"ppv (?P<ppv>\S+) \[(?P<ppv_95>\S+)\] chance (?P<chance_ppv>\S+) lift (?P<lift>\S+)  "
    r"open (?P<open>\S+), 7 days before (?P<open_before>\S+)"
)
UNMEASURED = re.compile(r"[Nn]ot measurable on the trial|Too few alerts on trial patients")
# The measure draws random alerts 20 times; preview has what they come to on average.
OF_DRAWING = {"chance_reach": 0.02, "chance_ppv": 0.02, "lift": 0.1}

pytestmark = pytest.mark.skipif(
    not DATA.is_dir() or not MEASURE.is_file(),
    reason="the patients are not at ../shared/data/ctn0094_aftercare",
)


class Previewed(NamedTuple):
    """What preview wrote of one outcome."""

    rows: Path
    statistics: dict[str, Any]

    def value(self, rule: str, least: str = "medium") -> dict[str, Any]:
        """The figures of one sort of alert."""
        (found,) = (
            one
            for one in self.statistics["rules"]
            if (one["rule"], one["least_severity"]) == (rule, least)
        )
        return found


@pytest.fixture
def site(
    tmp_path_factory: pytest.TempPathFactory, worker_id: str, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The example with its records imported and previewed, by whichever worker comes first."""
    monkeypatch.setenv("AFTERCARE", str(DATA))
    own = tmp_path_factory.getbasetemp()
    site = (own if worker_id == "master" else own.parent) / "aftercare"
    with site.with_suffix(".lock").open("w") as lock:
        flock(lock, LOCK_EX)
        if not site.exists():
            copytree(ROOT / "rules", site / "rules")
            copytree(ROOT / "examples" / "ctn0094_aftercare", site / "examples" / "aftercare")
            done = handrail(site / "examples" / "aftercare", "import")
            assert done.code == 0, done.err
    return site / "examples" / "aftercare"


def previewed(site: Path, outcome: str) -> Previewed:
    """Preview the shipped rules against one outcome, once for all tests."""
    rows, statistics = site / f"{outcome}.rows.csv", site / f"{outcome}.json"
    with (site / f"{outcome}.lock").open("w") as lock:
        flock(lock, LOCK_EX)
        if not statistics.exists():
            cohort = site / f"{outcome}.csv"
            _write_cohort(cohort, outcome)
            done = handrail(site, "preview", "--cohort", str(cohort), "--format", "json")
            assert done.code == 0, done.err
            found = json.loads(done.out)
            with rows.open("w", newline="") as file:
                writer = csv.DictWriter(file, found["spans"][0])
                writer.writeheader()
                writer.writerows(found["spans"])
            statistics.write_text(json.dumps(found["summary"]["these_rules"]["outcome"]))
    return Previewed(rows, json.loads(statistics.read_text()))


def _write_cohort(path: Path, outcome: str) -> None:
    with (DATA / "patients.csv").open(newline="") as file:
        enrolled = {
            row["who"]: datetime.fromisoformat(row["enrolled"]) for row in csv.DictReader(file)
        }
    with (DATA / "cohorts.csv").open(newline="") as file, path.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["client", "from", "outcome", "until"])
        for row in csv.DictReader(file):
            if row["outcome"] == outcome:
                days = (row["s0"], row["t"], row["c"])
                dates = [
                    (enrolled[row["who"]] + timedelta(days=float(day))).date() if day else ""
                    for day in days
                ]
                writer.writerow([row["who"], *dates])


def _independently(rows: Path, outcome: str, *rules: str) -> dict[str, str]:
    done = subprocess.run(
        [sys.executable, str(MEASURE), str(rows), str(DATA), outcome, *rules],
        capture_output=True,
        text=True,
        check=True,
    )
    found = PRINTED.search(done.stdout)
    assert found, done.stdout
    return found.groupdict()


def _as_printed(statistics: dict[str, Any], value: dict[str, Any]) -> dict[str, str]:
    def two(number: float) -> str:
        return f"{number:.2f}"

    def interval(estimate: dict[str, float]) -> str:
        return f"{two(estimate['low'])}-{two(estimate['high'])}"

    rate, reach, ppv = (value[name] for name in ("alerts_a_client_month", "reach", "precision"))
    return {
        "clients": str(statistics["clients_at_risk"]),
        "outcomes": str(statistics["reached"]),
        "rate": two(rate["value"]),
        "rate_95": interval(rate),
        "reach": two(reach["value"]),
        "reach_95": interval(reach),
        "chance_reach": two(value["by_chance"]["reach"]),
        "ppv": two(ppv["value"]),
        "ppv_95": interval(ppv),
        "chance_ppv": two(value["by_chance"]["precision"]),
        "lift": two(value["lift"]["value"]),
        "open": two(value["open"]["value"]),
        "open_before": two(value["open_at_lead"]["value"]),
    }


@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("rule", [ANY_LIVE, SCORE, "buprenorphine-gap"])
def test_preview_says_to_the_last_digit_what_an_independent_measure_says(
    site: Path, outcome: str, rule: str
) -> None:
    found = previewed(site, outcome)
    ours = _as_printed(found.statistics, found.value(rule))
    theirs = _independently(found.rows, outcome, *([] if rule == ANY_LIVE else [rule]))
    for name, tolerance in OF_DRAWING.items():
        assert float(ours.pop(name)) == pytest.approx(float(theirs.pop(name)), abs=tolerance)
    assert ours == theirs


def test_the_score_for_return_to_use_meets_its_aim(site: Path) -> None:
    """Reach 80 % for at most one alert a client-month, and open less than a third of the time."""
    found = previewed(site, "return14")
    score, high = found.value(SCORE), found.value(SCORE, "high")
    assert score["alerts_a_client_month"]["value"] <= 1.0
    assert score["reach"]["value"] >= 0.80
    assert score["lift"]["value"] >= 1.35
    assert score["open"]["value"] <= 0.30
    assert score["open_at_lead"]["value"] >= 0.60
    assert high["alerts_a_client_month"]["value"] <= 0.5
    assert high["reach"]["value"] >= 0.55
    assert high["lift"]["value"] >= 1.8
    assert (score["verdict"], high["verdict"]) == ("better than chance", "better than chance")


def test_the_shipped_rules_are_not_said_to_be_better_than_they_are(site: Path) -> None:
    """In two trial arms in which use was common, the score is barely better than chance."""
    groups = [
        one["value"]
        for one in previewed(site, "return14").statistics["groups"]
        if (one["rule"], one["least_severity"], one["verdict"])
        == (SCORE, "medium", "barely better than chance")
        and one["attribute"] == "arm"
    ]
    assert groups == ["Outpatient BUP + EMM", "Outpatient BUP + SMM"]


def _percent(estimate: dict[str, float]) -> str:
    value, low, high = (100 * estimate[name] for name in ("value", "low", "high"))
    return f"{value:.0f} % [{low:.0f}–{high:.0f}]"


def _number(estimate: dict[str, float]) -> str:
    return f"{estimate['value']:.2f} [{estimate['low']:.2f}–{estimate['high']:.2f}]"


def _cells(value: dict[str, Any]) -> list[str]:
    return [
        _number(value["alerts_a_client_month"]),
        _percent(value["reach"]),
        f"{100 * value['by_chance']['reach']:.0f} %",
        _percent(value["precision"]),
        f"{100 * value['by_chance']['precision']:.0f} %",
        _number(value["lift"]),
    ]


def tables(statistics: dict[str, Any]) -> list[list[str]]:
    """The lines of the three tables of docs/preview.md over these patients."""
    by_sort = {(one["rule"], one["least_severity"]): one for one in statistics["rules"]}
    shown = {
        "all live rules": by_sort[ANY_LIVE, "medium"],
        f"`{SCORE}`": by_sort[SCORE, "medium"],
        f"`{SCORE}`, high": by_sort[SCORE, "high"],
    }
    whole = [
        [name, *_cells(one), _percent(one["open"]), _percent(one["open_at_lead"])]
        for name, one in shown.items()
    ]
    rules = [
        [f"`{rule}`", *_cells(one)]
        for (rule, least), one in by_sort.items()
        if one["precision"]["value"] is not None
        and rule not in {ANY_LIVE, SCORE}
        and not rule.startswith("endpoint-")
        and least != "high"
    ]
    arms = [
        [one["value"], str(one["clients"]), *_cells(one)]
        for one in statistics["groups"]
        if (one["rule"], one["least_severity"], one["attribute"]) == (SCORE, "medium", "arm")
    ]
    return [[f"| {' | '.join(row)} |" for row in rows] for rows in (whole, rules, arms)]


def _lift(value: dict[str, Any]) -> str:
    return "{value:.1f} [{low:.1f} to {high:.1f}]".format(**value["lift"])


def test_the_evidence_of_each_shipped_rule_says_the_lift_that_preview_measures(site: Path) -> None:
    """Without an alert at risk it says that these patients cannot tell."""
    return14, dropout = (previewed(site, outcome) for outcome in ("return14", "dropout"))
    measured = {
        one["rule"]: one["least_severity"]
        for one in return14.statistics["rules"]
        if one["least_severity"] != "high" and one["lift"]["value"] is not None
    }
    unlike = []
    for rule_id, rule in load([ROOT / "rules"], BUILT_IN).rules.items():
        if rule.status not in {"live", "shadow"} or rule_id.startswith("endpoint-"):
            continue
        source = rule.evidence.source
        said = []
        if rule_id in measured:
            value = return14.value(rule_id, measured[rule_id])
            said.append(f"lift over chance before a return to opioid use: {_lift(value)}")
        else:
            assert UNMEASURED.search(source), rule_id
        if "before dropout" in source:
            value = dropout.value(rule_id, measured[rule_id])
            said.append(f"; before dropout {_lift(value)}")
        if rule_id == SCORE:
            said.append(f"; high band {_lift(return14.value(SCORE, 'high'))}")
        unlike += [(rule_id, one) for one in said if one not in source]
    assert unlike == []
    assert len(measured) > 10


def test_docs_preview_md_has_these_figures(site: Path) -> None:
    shown = (ROOT / "docs" / "preview.md").read_text("utf-8").splitlines()
    found = {line for lines in tables(previewed(site, "return14").statistics) for line in lines}
    assert found - set(shown) == set()
    of_rules = {line for line in shown if line.startswith("| `") and not line.startswith("| `--")}
    assert of_rules - found == set()
