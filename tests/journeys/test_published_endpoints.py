"""The trial data become spans as in the example's README, and match the published figures."""

from __future__ import annotations

import csv
import io
import re
import shlex
from collections.abc import Callable
from fcntl import LOCK_EX, flock
from pathlib import Path
from shutil import copytree

import pytest

from engine.cli.options import FOUND
from tests.kit.processes import handrail

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data" / "ctn0094"

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="the trial data is not at ../shared/data/ctn0094"
)


@pytest.fixture
def site(
    tmp_path_factory: pytest.TempPathFactory, worker_id: str, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The example with its records imported, by whichever worker comes first."""
    monkeypatch.setenv("CTN0094", str(DATA))
    own = tmp_path_factory.getbasetemp()
    site = (own if worker_id == "master" else own.parent) / "ctn0094"
    with site.with_suffix(".lock").open("w") as lock:
        flock(lock, LOCK_EX)
        if not site.exists():
            copytree(ROOT / "examples" / "ctn0094", site, ignore=lambda *_: ["var"])
            done = handrail(site, "import", "--format", "csv")
            # A few rows are dated years after the study; those that lie ahead of today are
            # rejected.
            assert done.code in {0, FOUND}, done.err
    return site


@pytest.fixture
def began(site: Path) -> dict[tuple[str, str], str]:
    """When each rule first held for each client, by `handrail preview`."""
    done = handrail(site, "preview", "--format", "csv")
    assert done.code == 0, done.err
    found: dict[tuple[str, str], str] = {}
    for row in csv.DictReader(io.StringIO(done.out)):
        name = row["client"], row["rule"]
        found[name] = min(row["began"], found.get(name, row["began"]))
    return found


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(newline="") as file:
        return list(csv.DictReader(file))


def test_replayed_endpoints_are_the_published_ones_for_every_patient(
    began: dict[tuple[str, str], str],
) -> None:
    week = {
        (row["who"], row["date"]): int(row["week"]) for row in _rows("weekly_opioid_results.csv")
    }
    published = _rows("published_endpoints.csv")
    assert len(published) == 1780

    def found(who: str, rule: str) -> bool:
        return (who, rule) in began

    def first_week(who: str, rule: str) -> str:
        """The number of the week in which the run of four began."""
        return str(week[who, began[who, rule][:10]] - 3)

    differences = []
    for row in published:
        who = row["who"]
        pairs = [
            (found(who, "krupitsky-2004"), row["Rs_krupitsky_2004"] == "True"),
            (found(who, "kosten-1993-abstinence"), row["Ab_kosten_1993"] == "True"),
        ]
        for rule, column in (("ctn-0094-relapse", "Rs"), ("ctn-0094-dropout", "Dr")):
            reached = row[f"{column}E_ctnNinetyFour_2023"] == "1"
            pairs.append((found(who, rule), reached))
            if found(who, rule) and reached:
                pairs.append((first_week(who, rule), row[f"{column}T_ctnNinetyFour_2023"]))
        differences += [(who, *pair) for pair in pairs if pair[0] != pair[1]]
    assert differences == []


Weeks = list[tuple[int, str]]
"""The (week, result) of one patient so far, in order.

In the tests below, a missed or unclear week is positive.
"""


def _in_a_row(weeks: Weeks, negative: bool, times: int) -> bool:
    return len(weeks) >= times and all(
        (result == "negative") == negative for _, result in weeks[-times:]
    )


def _negative(weeks: Weeks) -> int:
    return sum(result == "negative" for _, result in weeks)


def _unclear(weeks: Weeks) -> int:
    return sum(result == "inconclusive" for _, result in weeks)


# As the data's README words them, of the weeks up to one.
DEFINITIONS: dict[str, Callable[[Weeks], bool]] = {
    "mokri-2016": lambda weeks: _negative(weeks) < len(weeks),
    "johnson-1992": lambda weeks: _in_a_row([week for week in weeks if week[0] >= 4], False, 2),
    "lee-2016": lambda weeks: len(weeks) >= 4 and 4 - _negative(weeks[-4:]) >= 2,
    "schottenfeld-2008": lambda weeks: _in_a_row(weeks, False, 3),
    "lee-2018": lambda weeks: _in_a_row([week for week in weeks if week[0] >= 3], False, 4),
    "strang-2010": lambda weeks: (
        len(weeks) >= 12 and 2 * _negative(weeks[-12:]) + _unclear(weeks[-12:]) >= 12
    ),
    "ling-1998": lambda weeks: _in_a_row(weeks, True, 4),
    "weiss-2011": lambda weeks: (
        len(weeks) >= 4 and _in_a_row(weeks, True, 1) and _negative(weeks[-4:-1]) >= 2
    ),
}


def test_the_other_published_definitions_hold_from_the_week_on_at_which_they_are_met(
    began: dict[tuple[str, str], str],
) -> None:
    patients: dict[str, list[dict[str, str]]] = {}
    for row in sorted(_rows("weekly_opioid_results.csv"), key=lambda row: int(row["week"])):
        patients.setdefault(row["who"], []).append(row)
    expected = {}
    for who, rows in patients.items():
        for rule, met in DEFINITIONS.items():
            weeks = [(int(row["week"]), row["opioid_result"]) for row in rows]
            if dates := [row["date"] for place, row in enumerate(rows, 1) if met(weeks[:place])]:
                expected[who, rule] = dates[0]
    found = {name: instant[:10] for name, instant in began.items() if name[1] in DEFINITIONS}
    assert found == expected
    assert {rule for _, rule in found} == set(DEFINITIONS)


def test_what_docs_preview_md_shows_is_what_it_prints(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every line of output that a page shows.

    If the page leaves lines out, the others are in their order.
    """
    blocks = re.findall(
        r"```(\w*)\n(.*?)```", (ROOT / "docs" / "preview.md").read_text(), re.DOTALL
    )
    (early,) = (text for language, text in blocks if language == "yaml")
    (site / "early.yaml").write_text(early)
    (site / "eager.yaml").write_text(early.replace("at_least: 2", "at_least: 1"))
    _, *pairs = (text for language, text in blocks if language == "")
    monkeypatch.chdir(site)
    monkeypatch.setenv("COLUMNS", "80")
    for command, said in zip(pairs[::2], pairs[1::2], strict=True):
        done = handrail(site, *shlex.split(command.replace("\\\n", ""))[1:])
        assert done.code == 0, done.err
        printed = iter([line.rstrip() for line in done.out.splitlines()])
        assert [line for line in said.splitlines() if line and line not in printed] == []
