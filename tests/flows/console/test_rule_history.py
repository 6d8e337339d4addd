"""The versions of a rule file, and the way back to one."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.flows.console import rule_cases, rule_drafts, rule_file_changes, rule_history
from engine.model.rule_draft import RuleFileTexts
from engine.model.rule_editor import DraftNotice, DraftPage, FileHistory
from engine.store.database.connection import Database
from tests.kit.rule_releases import GRAVER, approved, proposed, proposed_again, texts_of_folder
from tests.kit.rule_site import CASES, RULES, ChildAtOnce, RuleSite


@pytest.fixture(autouse=True)
def _cases_are_tried_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rule_cases, "ChildProcess", ChildAtOnce)


@pytest.fixture
def site(sqlite_database: Database, tmp_path: Path) -> RuleSite:
    return RuleSite(sqlite_database, folder=tmp_path)


def history(site: RuleSite) -> FileHistory:
    found = rule_history.open_history(site.desk, site.who("super"), "missed.yaml")
    assert isinstance(found, FileHistory)
    return found


def test_the_history_names_who_released_a_version(site: RuleSite) -> None:
    approved(site, proposed(site))
    site.now += 1
    site.take_up()

    newest, first = history(site).versions

    assert newest.by is not None
    assert (newest.texts.rules, newest.by.author, newest.by.decided_by) == (
        GRAVER,
        "clinician",
        "super",
    )
    assert (first.texts, first.by) == (RuleFileTexts(RULES, CASES), None)


def test_a_version_of_the_history_is_proposed_and_released_again(site: RuleSite) -> None:
    approved(site, proposed(site))
    site.now += 1
    site.take_up()
    wanted = history(site).versions[1].rule_set

    page = rule_history.go_back(site.desk, site.who("clinician"), "missed.yaml", wanted, "Back.")

    assert isinstance(page, DraftPage)
    assert page.notice is DraftNotice.PROPOSED
    assert approved(site, page.draft).notice is DraftNotice.RELEASED
    assert texts_of_folder(site) == (RULES, CASES)


def test_a_version_that_never_served_is_not_gone_back_to(site: RuleSite) -> None:
    assert rule_history.go_back(site.desk, site.who("super"), "missed.yaml", 77, "Back.") is None


def test_a_file_is_removed_once_its_rules_are_retired_and_comes_back(site: RuleSite) -> None:
    who = site.who("clinician")
    draft_id = rule_file_changes.begin_removal(site.desk, who, "missed.yaml")
    assert isinstance(draft_id, int)
    page = rule_drafts.open_draft(site.desk, who, draft_id)
    assert isinstance(page, DraftPage)
    assert page.checked is not None
    assert [one[3] for one in page.checked.mistakes] == [
        "'two-missed' is live, and goes on without a file; retire it first, and let that be "
        "released"
    ]
    rule_drafts.drop(site.desk, who, draft_id, page.draft.version)

    retired = rule_file_changes.begin_retirement(site.desk, who, "missed.yaml", "two-missed")
    assert approved(site, proposed_again(site, retired), anyway=True).notice is DraftNotice.RELEASED
    assert texts_of_folder(site) == (RULES.replace("live", "retired"), CASES)
    site.now += 1
    site.take_up()
    (site.folder / "rules" / "other.yaml").write_text(RULES.replace("two-missed", "other"))
    removal = rule_file_changes.begin_removal(site.desk, who, "missed.yaml")
    gone = approved(site, proposed_again(site, removal))
    site.now += 1
    site.take_up()

    assert (gone.notice, gone.serves) == (DraftNotice.RELEASED, True)
    assert not site.file.exists()
    assert not site.cases.exists()
    assert list(site.site.rules.rules) == ["other"]
    last = history(site).versions[0].rule_set
    back = rule_history.go_back(site.desk, who, "missed.yaml", last, "Back.")
    assert isinstance(back, DraftPage)
    assert approved(site, back.draft, anyway=True).notice is DraftNotice.RELEASED
    assert texts_of_folder(site) == (RULES.replace("live", "retired"), CASES)
