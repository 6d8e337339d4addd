"""`handrail rules` lists sets, shows their differences, and asks for a new rule."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from engine.cli.commands import app_for
from engine.config import load as load_settings
from engine.flows.rules import reload
from engine.model.instant import SECOND_US
from engine.store.database.connection import Database
from tests.kit.rule_folder import RuleFolder

NOW = 1_800_000_000 * SECOND_US
RULES = """\
format: 1
rules:
  - id: missed
    title: Missed check-ins
    status: draft
    severity: medium
    when: {count: check_in, where: {status: missed}, within: 7 days, at_least: 2}
  - id: silence
    title: Silence
    status: shadow
    severity: high
    when: {time_since: check_in, at_least: 3 days}
"""


class Served(RuleFolder):
    """A folder of rules, and a database in which they served."""

    def __init__(
        self, folder: Path, database: Database, capsys: pytest.CaptureFixture[str]
    ) -> None:
        config = f"timezone: UTC\ndatabase: {database.url}\n"
        super().__init__(folder, capsys, config, {"rules.yaml": RULES})
        self.file = self.rules / "rules.yaml"
        self._database = database
        self._now = NOW

    def serve(self, text: str) -> None:
        """Write these rules, and let them serve an hour after the last ones."""
        self.file.write_text(text)
        settings = load_settings(self.config)
        self._now += 3600 * SECOND_US
        with self._database.write() as conn:
            reload.accept(conn, reload.RuleFiles(settings).read(), self._now)

    def new(self, *answers: str, options: tuple[str, ...] = ()) -> Result:
        """Answer the questions of `handrail rules new`."""
        lines = "".join(f"{answer}\n" for answer in answers)
        arguments = ["rules", "new", "--config", str(self.config), *options]
        return CliRunner().invoke(app_for(arguments), arguments, lines)


@pytest.fixture
def site(tmp_path: Path, sqlite_database: Database, capsys: pytest.CaptureFixture[str]) -> Served:
    return Served(tmp_path, sqlite_database, capsys)


def test_each_set_that_served_is_listed_with_what_it_changed(site: Served) -> None:
    stricter = RULES.replace("at_least: 2", "at_least: 3")
    for text in (
        RULES,
        stricter,
        f"# A remark.\n{stricter}",
        stricter.replace("Silence", "No word"),
        RULES[:-240],
        RULES,
    ):
        site.serve(text) if "silence" in text else site.serve(
            RULES.split("  - id: silence", maxsplit=1)[0]
        )
    code, out, _ = site.handrail("rules", "history", "--format", "json")
    assert code == 0
    assert [(row["set"], row["rules"], row["changed"]) for row in json.loads(out)] == [
        (1, 2, "the first that served"),
        (2, 2, "1 with other logic (missed)"),
        (3, 2, "comments alone"),
        (4, 2, "1 with other words (silence)"),
        (5, 1, "1 removed (silence); 1 with other logic (missed)"),
        (1, 2, "1 added (silence)"),
    ]
    _, out, _ = site.handrail("rules", "history", "--last", "1")
    assert out.splitlines()[1].startswith("1    2027-01-15 14:00+00:00  ")


def test_what_differs_is_said_in_the_sentences_of_explain(site: Served) -> None:
    site.serve(RULES)
    assert site.handrail("rules", "diff") == (0, "no rule differs\n", "")
    site.file.write_text(
        RULES.replace("at_least: 2", "at_least: 3").replace("status: shadow", "status: live")
    )
    _, out, _ = site.handrail("rules", "diff")
    assert out.startswith(
        "missed: with other logic\n"
        "    -   - 2 or more missed check-ins in the last 7 days\n"
        "    +   - 3 or more missed check-ins in the last 7 days\n"
        "silence: now live, texting people\n"
        "    - It is on trial (shadow): its alerts are recorded and nobody is told."
    )
    assert out.endswith("\n1 now live, texting people (silence); 1 with other logic (missed)\n")


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("live", "now live, texting people"),
        ("draft", "now a draft"),
        ("retired", "now retired"),
    ],
)
def test_what_becomes_of_a_rule_on_trial_is_named_beside_what_else_differs(
    site: Served, status: str, said: str
) -> None:
    site.serve(RULES)
    site.serve(RULES.replace("status: shadow", f"status: {status}").replace("Silence", "No word"))
    *_, last = json.loads(site.handrail("rules", "history", "--format", "json")[1])
    assert last["changed"] == f"1 {said} (silence); 1 with other words (silence)"
    assert site.handrail("rules", "diff", "1", "2")[1].startswith(
        f"silence: {said}; with other words\n"
    )
    assert (
        "silence: now on trial; with other words\n" in site.handrail("rules", "diff", "2", "1")[1]
    )


def test_two_stored_sets_are_compared_by_their_numbers(site: Served) -> None:
    site.serve(RULES)
    site.serve(RULES.split("  - id: silence", maxsplit=1)[0])
    assert site.handrail("rules", "diff", "2", "1")[1].startswith(
        "silence: added\n    + Silence (silence)\n"
    )
    assert site.handrail("rules", "diff", "9")[::2] == (
        2,
        "There is no rule set 9; see handrail rules history.\n",
    )


def test_before_any_set_served_there_is_nothing_to_compare(site: Served) -> None:
    assert site.handrail("rules", "diff")[::2] == (2, "No rules have ever served.\n")
    assert site.handrail("rules", "history")[:2] == (0, "nothing to list\n")


ANSWERS = ("Two tests refused", "", "", "test", "result=refused", "2", "14 days", "high", "")


@pytest.mark.parametrize(
    "answers",
    [
        ANSWERS,
        ("One", "", "", "contact", "any", "1", "45 minutes", "low", "case_manager_first"),
        ("High", "", "", "check_in", "craving", "at_least 7", "3", "7 days", "medium", ""),
        ("Few", "", "", "check_in", "sleep_hours", "at_most 4.5", "2", "7 days", "low", ""),
        ("Used", "", "", "check_in", "used=yes", "1", "7 days", "high", ""),
        ("Many: 100 #", "many", "", "assessment", "any", "100", "2 hours", "urgent", ""),
    ],
)
def test_a_new_rule_is_right_and_its_two_cases_pass(site: Served, answers: tuple[str, ...]) -> None:
    done = site.new(*answers)
    assert done.exit_code == 0, done.output
    assert "handrail test" in done.output
    code, out, err = site.handrail("check")
    # The one warning is of the rule that was there before.
    assert (code, out) == (0, "3 rules and 2 cases checked: no mistakes, 1 warning\n")
    assert "warning: 'silence' is never tried" in err
    (cases,) = site.file.parent.glob("*.cases.yaml")
    assert site.handrail("test", str(cases))[0] == 0


def test_a_new_rule_may_stand_in_a_copy_that_does_not_serve(site: Served) -> None:
    mine = site.file.parents[1] / "mine"
    mine.mkdir()
    (mine / "rules.yaml").write_text(RULES)
    done = site.new(*ANSWERS, options=("--rules", str(mine)))
    assert done.exit_code == 0, done.output
    assert f"handrail check {mine} " in done.output
    assert f"handrail test --rules {mine} " in done.output
    assert list(site.file.parent.iterdir()) == [site.file]
    assert site.handrail("check", str(mine))[1].startswith(
        "3 rules and 2 cases checked: no mistakes"
    )


def test_an_answer_that_cannot_be_is_asked_for_again_at_once(site: Served) -> None:
    wrong = (
        "",
        "Two Refused",
        "missed",
        "",
        "rules",
        "refused",
        "tests",
        "test",
        "result=refusd",
        "result=refused",
    )
    done = site.new(
        "Two tests refused",
        *wrong[1:3],
        "two-refused",
        *wrong[4:],
        "two",
        "2",
        "7",
        "7 days",
        "hihg",
        "high",
        "",
    )
    assert done.exit_code == 0, done.output
    for said in (
        "use small letters, digits and single hyphens",
        "there is a rule 'missed' already",
        "rules.yaml, or its cases, is there already, and is not overwritten",
        "'tests' is none of them; did you mean 'test'?",
        "'result=refusd' is none of them; did you mean 'result=refused'?",
        "'two' is not a whole number",
        "'7' is not a duration",
        "'hihg' is none of them; did you mean 'high'?",
    ):
        assert said in done.output
    assert "id: two-refused" in (site.file.parent / "refused.yaml").read_text()
    assert site.file.read_text() == RULES


def test_a_number_that_makes_no_difference_is_asked_for_again(site: Served) -> None:
    wrong = ("7", "more_than 7", "at_least seven", "at_least 0", "at_least 11", "at_most 10")
    done = site.new("High", "", "", "check_in", "craving", *wrong, "", "3", "7 days", "medium", "")
    assert done.exit_code == 0, done.output
    assert done.output.count("write at_least or at_most and a number, such as at_least 7") == 2
    assert "'seven' is not a number" in done.output
    assert done.output.count("this always holds") == 2
    assert done.output.count("this never holds") == 1
    when = "when: {count: check_in, where: {craving: {at_least: 7}}, within: 7 days, at_least: 3}"
    assert when in (site.file.parent / "high.yaml").read_text()


def test_without_all_answers_nothing_is_written(site: Served) -> None:
    assert site.new(*ANSWERS[:5]).exit_code == 1
    assert list(site.file.parent.iterdir()) == [site.file]
