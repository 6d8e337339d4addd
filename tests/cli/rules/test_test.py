"""`handrail test`: cases are tried, and those that come out otherwise are shown on a timeline."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from tests.kit.rule_folder import CASES, RULE, RuleFolder

LATE = CASES.replace("at: day 2 09:00}]", "at: day 2 10:00, severity: medium}]")


@pytest.fixture
def site(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[RuleFolder]:
    yield RuleFolder(tmp_path, capsys)
    structlog.reset_defaults()


def test_cases_that_come_out_as_expected_are_counted(site: RuleFolder) -> None:
    code, out, err = site.handrail("test")
    assert (code, err) == (0, "")
    assert out.startswith("2 cases tried in ")
    assert out.endswith(" seconds: all as expected\n")


def test_a_case_that_comes_out_otherwise_is_shown_and_exits_1(site: RuleFolder) -> None:
    site.write("rules/missed.cases.yaml", LATE)
    code, out, err = site.handrail("test")
    assert (code, err) == (1, "")
    *timeline, _, last = out.replace(f"{site.folder}/", "").splitlines()
    assert timeline == [
        "rules/missed.cases.yaml:3: Two",
        "    day 0 is Monday 2026-01-05, UTC",
        "                     expected               happened",
        "    day 1 Tue 09:00  - check-in: status missed",
        "    day 2 Wed 09:00  - check-in: status missed",
        "  ! day 2 Wed 09:00  nothing                missed alerts, medium",
        "  ! day 2 Wed 10:00  missed alerts, medium  nothing",
    ]
    assert last.startswith("2 cases tried in ")
    assert last.endswith(": 1 not as expected")


def test_the_same_for_programs(site: RuleFolder) -> None:
    site.write("rules/missed.cases.yaml", LATE)
    code, out, _ = site.handrail("test", "--format", "json")
    assert code == 1
    two, one = json.loads(out)
    assert (two["case"], two["line"], two["passed"], one["passed"]) == ("Two", 3, False, True)
    assert two["timeline"][0] == {
        "at": "2026-01-06T09:00:00+00:00", "day": 1, "as_expected": True,
        "given": "check-in: status missed"
    }  # fmt: skip
    assert two["timeline"][-1] == {
        "at": "2026-01-07T10:00:00+00:00",
        "day": 2,
        "as_expected": False,
        "expected": "missed alerts, medium",
        "happened": None,
    }


def test_only_the_cases_of_the_files_named_are_tried(site: RuleFolder) -> None:
    site.write("rules/other.yaml", RULE.replace("id: missed", "id: other"))
    site.write(
        "rules/other.cases.yaml",
        LATE.replace("missed,", "other,").replace("silent: missed", "silent: other"),
    )
    for name in ("missed.yaml", "missed.cases.yaml"):
        assert site.handrail("test", str(site.rules / name))[0] == 0
    assert site.handrail("test", str(site.rules / "other.yaml"))[0] == 1


def test_a_mistake_in_the_cases_is_told_before_any_is_tried(site: RuleFolder) -> None:
    site.write("rules/missed.cases.yaml", LATE.replace("silent: missed", "silent: mised"))
    code, out, err = site.handrail("test")
    assert (code, out) == (2, "")
    assert err.splitlines()[0].endswith("there is no rule 'mised'; did you mean 'missed'?")


def test_no_cases_at_all_is_a_mistake(site: RuleFolder) -> None:
    (site.rules / "missed.cases.yaml").unlink()
    code, _, err = site.handrail("test")
    assert code == 2
    assert (
        err == "There are no cases here; write those of NAME.yaml into NAME.cases.yaml beside it.\n"
    )


def test_a_file_of_a_copy_is_tried_with_the_rest_of_the_copy(site: RuleFolder) -> None:
    mine = site.folder / "mine"
    shutil.copytree(site.rules, mine)
    site.write(
        "mine/other.yaml",
        RULE.replace("id: missed", "id: other").rstrip() + "\n    quiets: [missed]\n",
    )
    site.write(
        "mine/other.cases.yaml",
        CASES.replace("missed,", "other,").replace("silent: missed", "silent: other"),
    )
    file = str(mine / "other.yaml")
    assert "there is no rule 'missed'" in site.handrail("test", file)[2]
    code, out, _ = site.handrail("test", "--rules", str(mine), file)
    assert (code, out.split(" tried")[0]) == (0, "2 cases")
