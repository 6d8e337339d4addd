"""People edit a rule file: nothing typed is lost, and a check says what `handrail check` says."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.access.abilities import Access
from engine.flows.console import rule_drafts
from engine.model.rule_draft import RuleFileTexts
from engine.model.rule_editor import DraftNotice, DraftPage, RuleFilePage
from engine.store.database.connection import Database
from tests.kit.rule_site import CASES, RULES, RuleSite

SLIP = RULES.replace("severity:", "severty:")
THREE = RULES.replace("at_least: 2", "at_least: 3")


@pytest.fixture
def site(database: Database, tmp_path: Path) -> RuleSite:
    return RuleSite(database, folder=tmp_path)


def begun(site: RuleSite, name: str = "clinician") -> int:
    draft_id = rule_drafts.begin(site.desk, site.who(name), "missed.yaml")
    assert isinstance(draft_id, int)
    return draft_id


def saved(
    site: RuleSite, draft_id: int, rules: str, version: int = 1, name: str = "clinician"
) -> DraftPage:
    typed = RuleFileTexts(rules, CASES)
    page = rule_drafts.save(site.desk, site.who(name), draft_id, version, typed)
    assert isinstance(page, DraftPage)
    return page


def test_a_draft_begins_with_the_file_as_it_stands(site: RuleSite) -> None:
    page = rule_drafts.open_draft(site.desk, site.who("clinician"), begun(site))

    assert isinstance(page, DraftPage)
    assert page.shown == RuleFileTexts(RULES, CASES)
    assert page.checked is not None
    assert page.checked.usable
    assert page.checked.changes == ()


def test_who_begins_again_goes_on(site: RuleSite) -> None:
    assert begun(site) == begun(site)


@pytest.mark.parametrize("name", ["one", "auditor"])
def test_who_only_reads_rules_begins_no_draft(site: RuleSite, name: str) -> None:
    page = rule_drafts.open_file(site.desk, site.who(name), "missed.yaml")

    assert isinstance(page, RuleFilePage)
    assert not page.may_edit
    began = rule_drafts.begin(site.desk, site.who(name), "missed.yaml")
    assert began is Access.NOT_THEIR_ROLE


@pytest.mark.parametrize(
    "name", ["../config.yaml", "missed.cases.yaml", ".missed.yaml", "none.yaml", "missed.yaml\n"]
)
def test_only_rule_files_of_the_folder_are_there(site: RuleSite, name: str) -> None:
    assert rule_drafts.open_file(site.desk, site.who("clinician"), name) is None
    assert rule_drafts.begin(site.desk, site.who("clinician"), name) is None


def test_a_slip_is_named_with_its_place_and_what_was_meant(site: RuleSite) -> None:
    page = saved(site, begun(site), SLIP)

    assert page.checked is not None
    (mistake,) = page.checked.mistakes
    assert str(mistake) == (
        "missed.yaml:7:5: 'severty' is not a word of a rule; did you mean 'severity'?"
    )
    assert page.draft.texts.rules == SLIP  # mistakes are saved, too


def test_a_change_is_said_in_sentences(site: RuleSite) -> None:
    page = saved(site, begun(site), THREE)

    assert page.checked is not None
    (change,) = page.checked.changes
    assert change.rule_id == "two-missed"
    assert change.sentences == (
        "-   - 2 or more missed check-ins in the last 7 days",
        "+   - 3 or more missed check-ins in the last 7 days",
    )


def test_the_cases_of_a_draft_are_tried_as_typed(site: RuleSite) -> None:
    draft_id = begun(site)

    right = rule_drafts.with_cases(site.desk, saved(site, draft_id, RULES))
    wrong = rule_drafts.with_cases(site.desk, saved(site, draft_id, THREE))

    assert [case.passed for case in right.cases or ()] == [True]
    assert [case.passed for case in wrong.cases or ()] == [False]


def test_a_second_window_overwrites_nothing_and_shows_both(site: RuleSite) -> None:
    draft_id = begun(site)
    first = saved(site, draft_id, THREE, version=1)

    second = saved(site, draft_id, SLIP, version=1)

    assert (first.notice, second.notice) == (DraftNotice.SAVED, DraftNotice.SAVED_ELSEWHERE)
    assert second.draft.texts.rules == THREE
    assert second.shown.rules == SLIP
    assert saved(site, draft_id, SLIP, version=second.draft.version).draft.texts.rules == SLIP


def test_two_people_have_a_draft_each_and_read_the_others(site: RuleSite) -> None:
    hers, his = begun(site), begun(site, "super")
    saved(site, hers, THREE)

    page = saved(site, his, SLIP, name="super")
    other = rule_drafts.open_draft(site.desk, site.who("super"), hers)

    assert [one.author for one in page.others] == ["clinician"]
    assert isinstance(other, DraftPage)
    assert (other.mine, other.shown.rules) == (False, THREE)
    refused = rule_drafts.save(site.desk, site.who("super"), hers, 2, RuleFileTexts(SLIP, CASES))
    assert refused is Access.NOT_THEIR_DRAFT


def test_a_change_of_the_file_meanwhile_is_shown_until_it_is_taken_up(site: RuleSite) -> None:
    draft_id = begun(site)
    site.file.write_text(RULES + "# another line\n")

    before = saved(site, draft_id, THREE)
    after = rule_drafts.rebase(site.desk, site.who("clinician"), draft_id, before.draft.version)

    assert isinstance(after, DraftPage)
    assert (before.base_changed, after.base_changed) == (True, False)
    assert after.draft.texts.rules == THREE


def test_a_browsers_ends_of_lines_change_nothing(site: RuleSite) -> None:
    page = saved(site, begun(site), RULES.replace("\n", "\r\n"))

    assert page.draft.version == 1


def test_a_file_with_the_ends_of_lines_of_windows_keeps_them(site: RuleSite) -> None:
    site.file.write_bytes(RULES.replace("\n", "\r\n").encode())

    page = saved(site, begun(site), THREE)

    assert page.draft.texts.rules == THREE.replace("\n", "\r\n")


def test_a_draft_that_is_given_up_is_no_longer_at_work(site: RuleSite) -> None:
    draft_id = begun(site)
    rule_drafts.drop(site.desk, site.who("clinician"), draft_id, 1)

    cards = rule_drafts.open_files(site.desk, site.who("clinician"))

    assert not isinstance(cards, Access)
    assert [(card.file, card.rules, card.drafts) for card in cards] == [("missed.yaml", 1, ())]
