"""Cases of schedules run on the same virtual clock as those of rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.config import load
from engine.errors import MistakesError
from engine.flows.rules.case_compare import try_case
from engine.flows.rules.files import read_plans
from engine.flows.rules.reload import RuleFiles
from engine.presentation.cases import lines_of_case
from engine.store.database.in_memory import scratch
from tests.kit.schedule_site import ASKED, DAILY, RULES

CASES = """format: 1
client: {enrolled: day 0}
cases:
  - case: Missed and told
    until: day 0 23:00
    ends:
      - {schedule: daily-check-in, at: day 0 22:00, outcome: OUTCOME}
    expect:
      - {alert: missed-one, at: day 0 22:00, texts: [{to: case_manager, at: day 0 22:00}]}
"""
SHIPPED = Path(__file__).parents[3]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    for name, text in {
        "config.yaml": "timezone: UTC\n",
        "rules/r.yaml": RULES,
        "plans/p.yaml": f"format: 1\nschedules:{DAILY.replace('live', 'draft')}",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def tried(site: Path, outcome: str) -> tuple[bool, list[str]]:
    (site / "plans" / "p.cases.yaml").write_text(CASES.replace("OUTCOME", outcome))
    settings = load(site / "config.yaml")
    found = read_plans([site / "plans"], site / "rules", settings)
    assert found.rulebook, found.mistakes
    (case,) = found.cases
    with scratch() as databases:
        result = try_case(case, found.rulebook, settings, databases.empty())
    return result.passed, list(lines_of_case(result))


def test_a_case_says_how_expectations_end_and_what_rules_make_of_it(site: Path) -> None:
    assert tried(site, "missed")[0]


def test_in_a_case_every_client_is_asked(site: Path) -> None:
    """An answer by text would keep it; without one the client has missed it."""
    file = site / "plans" / "p.yaml"
    file.write_text(f"format: 1\nschedules:{ASKED}")
    assert tried(site, "missed")[0]


def test_another_ending_stands_beside_the_expected_one(site: Path) -> None:
    passed, lines = tried(site, "kept")
    assert not passed
    assert "  ! day 0 Mon 22:00  daily-check-in ends, kept  daily-check-in ends, missed" in lines


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("daily-chek-in, at: day 0 22:00, outcome: kept", "there is no schedule 'daily-chek-in'; "
                                                          "did you"),
        ("daily-check-in, at: day 0 22:00, outcome: mised", "'mised' is not a outcome; did you "
            "mean 'missed'?"),
        ("daily-check-in, outcome: missed", "an ending needs 'at:'"),
    ],
)  # fmt: skip
def test_a_wrong_ending_is_said_at_its_place(site: Path, line: str, says: str) -> None:
    text = CASES.replace("daily-check-in, at: day 0 22:00, outcome: OUTCOME", line)
    (site / "plans" / "p.cases.yaml").write_text(text)
    found = read_plans([site / "plans"], site / "rules", load(site / "config.yaml"))
    assert [str(mistake) for mistake in found.mistakes if says in str(mistake)]


def test_a_question_that_reveals_something_is_refused(site: Path) -> None:
    text = """questions:
  - id: evening
    text:
      english: "Handrail: how is today? Reply with a number, such as 5."
      spanish: "Algo de cravings? Reply YES."
    answers: [craving]
"""
    (site / "plans" / "q.yaml").write_text(f"format: 1\n{text}")
    settings = load(site / "config.yaml")
    found = read_plans([site / "plans"], site / "rules", settings)
    (mistake,) = map(str, found.mistakes)
    assert "q.yaml:6:16: the text in Spanish says 'cravings'" in mistake
    with pytest.raises(MistakesError, match="says 'cravings'"):
        RuleFiles(settings).read()


def test_the_shipped_cases_of_schedules_pass() -> None:
    settings = load(SHIPPED / "config.yaml")
    found = read_plans([settings.plans], settings.rules, settings)
    assert found.rulebook
    with scratch() as databases:
        for case in found.cases:
            result = try_case(case, found.rulebook, settings, databases.empty())
            assert result.passed, "\n".join(lines_of_case(result))
    assert found.cases
