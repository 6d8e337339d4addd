"""A rule file is copied and a rule retired as text, so that comments and layout stay."""

from __future__ import annotations

from engine.rulebook.tools.file_changes import copy_of, with_status
from tests.kit.rule_site import CASES, RULES

MORE = (
    RULES
    + """\
  - {id: worse, title: Worse, status: draft, severity: high, when: {rule: two-missed}}
figures:
  - id: two-missed-days   # two-missed
    title: two-missed
"""
)


def test_a_copy_has_ids_of_its_own_and_is_on_trial() -> None:
    rules, cases = copy_of(MORE, CASES, {"two-missed", "two-missed-copy", "worse"})

    wanted = MORE.replace("- id: two-missed\n", "- id: two-missed-copy-2\n")
    wanted = wanted.replace("status: live", "status: shadow").replace("id: worse", "id: worse-copy")
    wanted = wanted.replace("{rule: two-missed}", "{rule: two-missed-copy-2}")
    wanted = wanted.replace("two-missed-days ", "two-missed-days-copy ")
    assert rules == wanted.replace("title: two-missed\n", "title: two-missed-copy-2\n")
    assert cases == CASES.replace("alert: two-missed", "alert: two-missed-copy-2")


def test_another_status_changes_one_word() -> None:
    assert with_status(MORE, "two-missed", "retired") == MORE.replace("live", "retired")
    assert with_status(MORE, "nobody", "retired") == MORE
