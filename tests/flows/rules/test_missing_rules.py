"""A live rule that is in no file stays in force, and admins are told, until it is retired."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.config import load
from engine.flows.operations import watchdog
from engine.flows.operations.doctor import examine
from engine.flows.rules import reload
from engine.flows.rules.missing_rules import IN_NO_FILE
from engine.rulebook.core.rulebook import Rulebook
from engine.store.database.connection import Database
from engine.store.operations import rule_sets
from tests.kit.caseload import Caseload
from tests.kit.times import NOON, hours

CRAVING = """\
format: 1
lists:
  bad: [positive, refused]
phrases:
  early: {time_since: enrolled, at_most: 90 days}
rules:
  - id: high-craving   # "quoted" and a remark
    title: "Craving: eight or more"
    status: live
    severity: high
    when: {any: [{latest: check_in.craving, not_older_than: 1 day, at_least: 8}, {rule: sketch}]}
  - id: bad-test
    title: A bad test
    status: STATUS
    severity: medium
    when: {all: [{count: test, where: {result: bad}, within: 7 days, at_least: 1}, {phrase: early}]}
  - id: sketch
    title: A draft that the first rule names
    status: draft
    severity: low
    when: {count: contact, within: 1 day, at_least: 1}
"""
OTHER = """\
format: 1
rules:
  - {id: other, title: Other, status: live, severity: low, when: {count: test, at_least: 9}}
"""


class Site:
    """A daemon at a folder of rules; each look is as long as it needs to be sure."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.folder = folder
        (folder / "config.yaml").write_text(f"timezone: UTC\ndatabase: {database.url}\n")
        (folder / "rules").mkdir()
        self.write("craving", CRAVING.replace("STATUS", "shadow"))
        self.write("other", OTHER)
        self.start()

    def write(self, name: str, text: str) -> None:
        (self.folder / "rules" / f"{name}.yaml").write_text(text)

    def remove(self, name: str) -> None:
        (self.folder / "rules" / f"{name}.yaml").unlink()

    def start(self) -> None:
        self.settings = load(self.folder / "config.yaml")
        self.files = reload.RuleFiles(self.settings)
        with self.database.write() as conn:
            reload.accept_files(conn, self.files, self.files.read(), NOON)

    def look(self) -> None:
        for _ in range(2):
            reload.take_up(self.database, self.files, NOON + hours(1))

    def serving(self) -> Rulebook:
        with self.database.read() as conn:
            found = rule_sets.serving(conn)
        assert found
        return self.files.stored(found.files)

    def promises(self) -> list[str]:
        with self.database.read() as conn:
            return watchdog.broken_promises(conn, NOON + hours(1))

    def doctor(self, name: str = "rules missing") -> list[str]:
        checks = examine(self.settings, NOON + hours(1))
        return [check.said for check in checks if check.name == name and not check.ok]


@pytest.fixture
def site(sqlite_database: Database, tmp_path: Path) -> Site:
    Caseload(sqlite_database).staff(1, "admin")
    return Site(sqlite_database, tmp_path)


def test_a_live_rule_whose_file_is_lost_stays_in_force_with_the_rules_that_it_names(
    site: Site,
) -> None:
    before = site.serving().rules["high-craving"]
    site.remove("craving")
    site.look()
    rules = site.serving().rules
    assert rules["high-craving"] == before
    # A shadow rule tells nobody, so it may go; a draft stays because the live rule names it.
    assert rules.keys() == {"high-craving", "sketch", "other"}


def test_what_else_changed_serves_beside_a_lost_rule(site: Site) -> None:
    site.remove("craving")
    site.write("other", OTHER.replace("severity: low", "severity: urgent"))
    site.look()
    assert site.serving().rules["other"].severity == "urgent"
    assert "high-craving" in site.serving().rules


def test_a_lost_rule_stays_over_further_changes_and_starts_under_the_same_hash(site: Site) -> None:
    site.remove("craving")
    site.look()
    kept = site.serving().hash
    site.start()
    assert site.serving().hash == kept
    site.write("other", OTHER.replace("severity: low", "severity: high"))
    site.look()
    assert "high-craving" in site.serving().rules


def test_the_admins_are_told_without_its_name_and_doctor_names_it(site: Site) -> None:
    assert (site.promises(), site.doctor()) == ([], [])
    site.remove("craving")
    site.look()
    # The draft that it names stands in no file either.
    assert site.promises() == ["2 rules in force are in no file"]
    (said,) = site.doctor()
    assert said.startswith("high-craving serves and is in no file.")


def test_an_id_that_is_changed_leaves_the_rule_of_the_old_id_in_force(site: Site) -> None:
    site.write("craving", CRAVING.replace("STATUS", "shadow").replace("high-craving", "craving-8"))
    site.look()
    assert {"high-craving", "craving-8"} <= site.serving().rules.keys()


@pytest.mark.parametrize("status", ["retired", "draft", "shadow"])
def test_a_rule_that_is_written_with_another_status_is_given_up(site: Site, status: str) -> None:
    site.remove("craving")
    site.look()
    given_up = CRAVING.replace("STATUS", "shadow").replace("status: live", f"status: {status}")
    site.write("craving", given_up)
    site.look()
    assert site.serving().rules["high-craving"].status == status
    assert (site.promises(), site.doctor()) == ([], [])


def test_a_file_that_comes_back_serves_as_it_did(site: Site) -> None:
    site.remove("craving")
    site.look()
    site.write("craving", CRAVING.replace("STATUS", "live"))
    site.look()
    assert not any(name.endswith(IN_NO_FILE) for name in site.serving().files)
    assert site.serving().rules["bad-test"].status == "live"
    assert site.promises() == []


def test_a_lost_rule_that_does_not_work_beside_the_new_ones_refuses_them(site: Site) -> None:
    site.write("craving", CRAVING.replace("STATUS", "live"))
    site.look()
    site.remove("craving")
    (site.folder / "config.yaml").write_text(
        f"timezone: UTC\ndatabase: {site.database.url}\n"
        "routing: {policies: {own: [{after: 0 minutes, to: mentor}]}}\n"
    )
    text = CRAVING.replace("STATUS", "live").replace(
        "severity: medium", "severity: medium\n    notify: own"
    )
    site.write("craving", text)
    site.start()
    (site.folder / "config.yaml").write_text(f"timezone: UTC\ndatabase: {site.database.url}\n")
    site.remove("craving")
    site.start()
    # The policy is gone from the configuration, so the set before goes on serving.
    assert {"high-craving", "bad-test", "other"} <= site.serving().rules.keys()
    assert any("the rule files hold" in one for one in site.promises())


def test_a_live_schedule_that_is_in_no_file_stays_in_force(site: Site) -> None:
    one, two = (
        f"  - {{id: {name}, title: Due, status: live, expects: check_in, every: day, by: 20:00}}\n"
        for name in ("one", "two")
    )
    file = site.folder / "plans" / "due.yaml"
    file.parent.mkdir()
    head = "format: 1\nschedules:\n"
    file.write_text(head + one + two)
    site.look()
    file.write_text(head + two)
    site.look()
    assert site.serving().plans.live.keys() == {"one", "two"}
    assert site.promises() == ["1 rule in force is in no file"]
    file.write_text(head + two + one.replace("live", "retired"))
    site.look()
    assert site.serving().plans.live.keys() == {"two"}
    assert site.promises() == []


QUESTIONS = """\
questions:
  - id: evening
    text: {english: "Handrail: how is today? Reply with a number, such as 5."}
    answers: [craving]
"""
ASKING = "  - {id: ask, title: Ask, status: live, expects: check_in, every: day, by: 20:00, "


@pytest.mark.parametrize("left", [QUESTIONS, None], ids=["its questions stay", "all is lost"])
def test_a_live_schedule_that_is_lost_goes_on_asking(site: Site, left: str | None) -> None:
    """Beside it stands a file without schedules, as in a new site."""
    plans = site.folder / "plans"
    plans.mkdir()
    (plans / "a.yaml").write_text('format: 1\nmessages: [{id: soon, text: {english: "Soon."}}]\n')
    file = plans / "due.yaml"
    ask = "ask: {questions: evening, at: 18:00}}"
    file.write_text(f"format: 1\n{QUESTIONS}schedules:\n{ASKING}{ask}\n")
    site.look()
    if left is None:
        file.unlink()
    else:
        file.write_text(f"format: 1\n{left}")
    for _ in range(2):
        site.look()
        schedule = site.serving().plans.live["ask"]
        assert schedule.ask
        assert schedule.ask.questions.id == "evening"
        (plans / "a.yaml").write_text("format: 1\nholidays: [2031-12-25]\n")
    assert site.promises() == ["1 rule in force is in no file"]


DRAWS = (
    "format: 1\nschedules:\n  - {id: draws, title: Draws, status: live, expects: test, by: 17:00, "
    "random: {minimum_gap: 2 days, maximum_gap: 14 days, rate: 6 in 30 days}}\n"
)


def test_draws_that_serve_keep_their_limits_and_rate(site: Site) -> None:
    """An auditor who draws the days again must find those that were drawn."""
    file = site.folder / "plans" / "draws.yaml"
    file.parent.mkdir()
    file.write_text(DRAWS)
    site.look()
    before = site.serving().plans.schedules["draws"]
    file.write_text(DRAWS.replace("6 in 30", "4 in 30"))
    site.look()
    assert site.serving().plans.schedules["draws"] == before
    assert site.promises() == [
        "the rule files hold 1 mistake, the first in line 3, and the rules before serve"
    ]
    (said,) = site.doctor("rules serving")
    assert (
        f"The files are refused: {file}:3:10: the draws of 'draws' serve with other limits" in said
    )
    file.write_text(DRAWS.replace("by: 17:00", "by: 18:00"))
    site.look()
    assert site.promises() == []
    assert site.serving().plans.schedules["draws"] != before


def test_new_draws_with_an_id_of_their_own_serve_beside_the_retired_ones(site: Site) -> None:
    file = site.folder / "plans" / "draws.yaml"
    file.parent.mkdir()
    file.write_text(DRAWS)
    site.look()
    new = DRAWS.partition("  - ")[2].replace("id: draws", "id: new").replace("6 in", "4 in")
    file.write_text(f"{DRAWS.replace('live', 'retired')}  - {new}")
    site.look()
    assert site.serving().plans.live.keys() == {"new"}
