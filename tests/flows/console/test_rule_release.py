"""A draft goes live by the approval of a second person, whole or not at all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.access.abilities import Access
from engine.flows.console import (
    rule_cases,
    rule_drafts,
    rule_file_changes,
    rule_release,
)
from engine.flows.console.rule_file_changes import NewFileFault
from engine.flows.rules import rule_writing
from engine.model.rule_draft import DraftState, RuleDraft, RuleFileTexts
from engine.model.rule_editor import DraftNotice, DraftPage
from engine.model.settings import ConsoleSettings
from engine.store.database.connection import Database
from tests.kit.rule_releases import GRAVER, approved, proposed, proposed_again, texts_of_folder
from tests.kit.rule_site import CASES, RULES, ChildAtOnce, RuleSite

SLIP = RULES.replace("severity:", "severty:")
RELEASED = DraftNotice.RELEASED


@pytest.fixture(autouse=True)
def _cases_are_tried_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rule_cases, "ChildProcess", ChildAtOnce)


@pytest.fixture
def site(sqlite_database: Database, tmp_path: Path) -> RuleSite:
    return RuleSite(sqlite_database, folder=tmp_path)


def test_after_an_approval_the_files_hold_the_draft_and_serve(site: RuleSite) -> None:
    page = approved(site, proposed(site))
    site.take_up()

    after = rule_drafts.open_draft(site.desk, site.who("auditor"), page.draft.id)

    assert page.notice is DraftNotice.RELEASED
    assert texts_of_folder(site) == (GRAVER, CASES)
    assert site.site.rules.rules["two-missed"].severity == "high"
    assert isinstance(after, DraftPage)
    assert (after.serves, after.draft.decided_by) == (True, "super")
    assert site.audited("rules proposed") == site.audited("rules released") == ["rule draft 1"]


def test_an_author_approves_nothing_of_their_own(site: RuleSite) -> None:
    page = approved(site, proposed(site), "clinician")

    assert page.notice is DraftNotice.OWN_DRAFT
    assert texts_of_folder(site) == (RULES, CASES)


def test_a_second_account_of_one_person_is_no_second_person(site: RuleSite) -> None:
    draft = proposed(site, name="super")
    same = site.who("clinician")
    other = replace(same, staff=site.who("super").staff)

    page = rule_release.approve(site.desk, other, draft.id, draft.version, anyway=False)

    assert isinstance(page, DraftPage)
    assert page.notice is DraftNotice.OWN_DRAFT


def test_a_site_may_let_one_person_release(site: RuleSite) -> None:
    console = ConsoleSettings(release="one_person")
    settings = site.desk.settings.model_copy(update={"console": console})
    site.desk = replace(site.desk, settings=settings)

    assert approved(site, proposed(site), "clinician").notice is DraftNotice.RELEASED


@pytest.mark.parametrize("name", ["one", "auditor"])
def test_who_must_not_release_does_not(site: RuleSite, name: str) -> None:
    draft = proposed(site)

    done = rule_release.approve(site.desk, site.who(name), draft.id, draft.version, anyway=True)

    assert done is Access.NOT_THEIR_ROLE
    assert texts_of_folder(site) == (RULES, CASES)


@pytest.mark.parametrize(
    ("rules", "why", "notice"),
    [
        (SLIP, "A slip.", DraftNotice.MISTAKES),
        (RULES, "Nothing.", DraftNotice.NO_CHANGE),
        (GRAVER, "  ", DraftNotice.NO_REASON),
    ],
)
def test_what_is_not_ripe_is_not_proposed_and_is_saved(
    site: RuleSite, rules: str, why: str, notice: DraftNotice
) -> None:
    who = site.who("clinician")
    draft_id = rule_drafts.begin(site.desk, who, "missed.yaml")
    assert isinstance(draft_id, int)

    page = rule_release.propose(site.desk, who, draft_id, 1, RuleFileTexts(rules, CASES), why)

    assert isinstance(page, DraftPage)
    assert page.notice is notice
    assert (page.draft.state, page.draft.texts.rules) == (DraftState.OPEN, rules)


def test_a_file_that_changed_underneath_is_not_overwritten(site: RuleSite) -> None:
    draft = proposed(site)
    site.file.write_text(RULES + "# by another hand\n")

    page = approved(site, draft)

    assert page.notice is DraftNotice.BASE_CHANGED
    assert texts_of_folder(site) == (RULES + "# by another hand\n", CASES)
    assert page.draft.state is DraftState.PROPOSED


def test_another_file_that_breaks_the_set_stops_the_release(site: RuleSite) -> None:
    draft = proposed(site)
    (site.folder / "rules" / "other.yaml").write_text(RULES)  # the same id twice

    page = approved(site, draft)

    assert page.notice is DraftNotice.MISTAKES
    assert texts_of_folder(site) == (RULES, CASES)


def test_cases_that_fail_are_shown_before_it_is_released_with_them(site: RuleSite) -> None:
    draft = proposed(site, RULES.replace("at_least: 2", "at_least: 3"))

    first = approved(site, draft)
    second = approved(site, draft, anyway=True)

    assert first.notice is DraftNotice.CASES_FAIL
    assert [case.passed for case in first.cases or ()] == [False]
    assert second.notice is DraftNotice.RELEASED


@pytest.mark.parametrize("fails", ["missed.yaml", "missed.cases.yaml"])
def test_if_one_of_the_two_files_cannot_be_written_both_stay_as_they_were(
    site: RuleSite, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    who, texts = site.who("clinician"), RuleFileTexts(GRAVER, CASES + "# more\n")
    draft_id = rule_drafts.begin(site.desk, who, "missed.yaml")
    assert isinstance(draft_id, int)
    page = rule_release.propose(site.desk, who, draft_id, 1, texts, "Both.")
    assert isinstance(page, DraftPage)
    really = rule_writing._replace

    def full(path: Path, before: str, after: str) -> None:
        if path.name == fails:
            raise OSError(28, "No space left on device")
        really(path, before, after)

    monkeypatch.setattr(rule_writing, "_replace", full)
    done = approved(site, page.draft)

    assert done.notice is DraftNotice.NOT_WRITABLE
    assert texts_of_folder(site) == (RULES, CASES)
    assert done.draft.state is DraftState.PROPOSED
    assert site.audited("rules released") == []
    assert sorted(file.name for file in (site.folder / "rules").iterdir()) == [
        "missed.cases.yaml",
        "missed.yaml",
    ]


def test_files_that_were_written_just_before_an_end_are_released_by_the_next_approval(
    site: RuleSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = proposed(site)

    def dies(*_: Any) -> None:
        site.file.write_text(GRAVER)
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(rule_release, "write", dies)
        with pytest.raises(KeyboardInterrupt):
            approved(site, draft)

    assert approved(site, draft).notice is DraftNotice.RELEASED


def test_of_two_who_approve_one_releases(site: RuleSite) -> None:
    draft = proposed(site, name="super")

    first = approved(site, draft, "clinician")
    again = approved(site, draft, "clinician")

    assert (first.notice, again.notice) == (DraftNotice.RELEASED, DraftNotice.ALREADY_RELEASED)
    assert site.audited("rules released") == ["rule draft 1"]


def test_a_version_that_was_taken_back_and_changed_is_not_released_by_the_old_page(
    site: RuleSite,
) -> None:
    old = proposed(site)
    rule_release.take_back(site.desk, site.who("clinician"), old.id, old.version)

    assert approved(site, old).notice is DraftNotice.MOVED_ON
    assert texts_of_folder(site) == (RULES, CASES)


def test_a_proposal_is_not_written_in(site: RuleSite) -> None:
    draft = proposed(site)
    typed = RuleFileTexts(RULES + "# more\n", CASES)

    page = rule_drafts.save(site.desk, site.who("clinician"), draft.id, draft.version, typed)

    assert isinstance(page, DraftPage)
    assert page.notice is DraftNotice.IS_PROPOSED
    assert (page.draft.texts.rules, page.shown) == (GRAVER, typed)


def test_what_is_sent_back_comes_with_words_and_is_proposed_again(site: RuleSite) -> None:
    draft = proposed(site)
    who = site.who("super")

    silent = rule_release.send_back(site.desk, who, draft.id, draft.version, " ")
    back = rule_release.send_back(site.desk, who, draft.id, draft.version, "Add a case.")

    assert isinstance(silent, DraftPage)
    assert isinstance(back, DraftPage)
    assert silent.notice is DraftNotice.NO_ANSWER
    assert (back.draft.state, back.draft.answer) == (DraftState.SENT_BACK, "Add a case.")
    again = rule_release.propose(
        site.desk, site.who("clinician"), draft.id, back.draft.version, draft.texts, "With it."
    )
    assert isinstance(again, DraftPage)
    assert again.notice is DraftNotice.PROPOSED


def begun_new(site: RuleSite, name: str, copied: str = "") -> RuleDraft:
    """The proposal of a new file, as it begins."""
    who = site.who("clinician")
    return proposed_again(site, rule_file_changes.begin_new(site.desk, who, name, copied))


@pytest.mark.parametrize("copied", ["", "missed.yaml"])
def test_a_new_file_goes_the_way_of_any_change(site: RuleSite, copied: str) -> None:
    draft = begun_new(site, "late_ones", copied)
    new = site.folder / "rules" / "late_ones.yaml"
    assert not new.exists()

    page = approved(site, draft)  # its cases come out, or it would not be released
    site.take_up()

    assert page.notice is DraftNotice.RELEASED
    assert new.read_text() == draft.texts.rules
    assert site.site.rules.rules["two-missed-copy" if copied else "late-ones"].status == "shadow"
    assert len(site.site.rules.rules) == 2


@pytest.mark.parametrize(
    ("name", "copied", "fault"),
    [
        ("../late", "", NewFileFault.NO_NAME),
        ("late.cases", "", NewFileFault.NO_NAME),
        (" missed.yaml ", "", NewFileFault.TAKEN),
        ("drafted", "", NewFileFault.TAKEN),
        ("late", "../config.yaml", NewFileFault.NO_SOURCE),
    ],
)
def test_a_new_file_takes_the_place_of_nothing(
    site: RuleSite, name: str, copied: str, fault: NewFileFault
) -> None:
    rule_file_changes.begin_new(site.desk, site.who("super"), "drafted", "")

    assert rule_file_changes.begin_new(site.desk, site.who("clinician"), name, copied) is fault


def test_the_mode_of_a_file_stays_and_a_link_stays_a_link(site: RuleSite) -> None:
    real = site.folder / "kept.yaml"
    site.file.rename(real)
    real.chmod(0o640)
    site.file.symlink_to(real)

    approved(site, proposed(site))

    assert site.file.is_symlink()
    assert real.read_text() == GRAVER
    assert real.stat().st_mode & 0o777 == 0o640


def test_a_release_has_the_files_looked_at_at_once(site: RuleSite) -> None:
    woken: list[str] = []
    site.desk = replace(site.desk, wake=woken.append)

    approved(site, proposed(site))

    assert woken == ["rules"]
