"""Rules are tried on the own caseload, in a niced process, one study at a time."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from engine.access.abilities import Access
from engine.errors import UserError
from engine.flows.console import rule_drafts, rule_pages, rule_studies, study_runner
from engine.model.rule_draft import RuleFileTexts, RuleStudy, StudyKind, StudyState
from engine.model.rule_editor import StudiesPage
from engine.store.database.connection import Database
from tests.kit.rule_site import CASES, RULES, RuleSite
from tests.kit.times import hours

FEWER = RULES.replace("at_least: 2", "at_least: 3")


@pytest.fixture
def site(database: Database, tmp_path: Path) -> RuleSite:
    return RuleSite(database, folder=tmp_path)


def followed(site: RuleSite) -> RuleStudy:
    """The newest study, once its thread has ended."""
    for thread in threading.enumerate():
        if thread.name == "study":
            thread.join()
    page = rule_studies.open_list(site.desk, site.who("clinician"))
    assert isinstance(page, StudiesPage)
    assert page.running is None
    return page.ended[0]


def begin(site: RuleSite, kind: StudyKind = StudyKind.PREVIEW, **asked: Any) -> object:
    draft_id = asked.pop("draft_id", None)
    return rule_studies.begin(site.desk, site.who("clinician"), kind, asked, draft_id)


def test_a_preview_of_a_draft_names_exactly_the_clients_who_lose_their_alert(
    site: RuleSite,
) -> None:
    site.site.missed(site.now - hours(4), 2)  # so that C-2 has three
    draft_id = rule_drafts.begin(site.desk, site.who("clinician"), "missed.yaml")
    assert isinstance(draft_id, int)
    typed = RuleFileTexts(FEWER, CASES)
    rule_drafts.save(site.desk, site.who("clinician"), draft_id, 1, typed)

    assert begin(site, draft_id=draft_id) is True
    study = followed(site)

    assert (study.state, study.draft_id) == (StudyState.DONE, draft_id)
    opened = rule_studies.open_study(site.desk, site.who("clinician"), study.id)
    assert isinstance(opened, RuleStudy)
    assert "Handrail preview" in opened.page
    assert "C-1" in opened.page
    viewed = site.audited("viewed")
    assert viewed == [f"rule study {study.id}"]


def test_what_a_search_cannot_do_is_said(site: RuleSite) -> None:
    assert begin(site, StudyKind.TUNE, rule="two-missed", outcome="two-missed") is True

    study = followed(site)

    assert study.state is StudyState.FAILED
    assert "marks no number that may be varied" in study.said


def test_one_runs_at_a_time_and_can_be_cancelled(
    site: RuleSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(study_runner._WORK, StudyKind.PREVIEW, sleeps)

    first, second = begin(site), begin(site)
    rule_studies.cancel(site.desk, site.who("clinician"))

    assert (first, second) == (True, False)
    assert followed(site).state is StudyState.CANCELLED


def sleeps(*_: object) -> None:
    """Work that never ends by itself."""
    threading.Event().wait()


@pytest.mark.parametrize("name", ["one", "auditor"])
def test_who_does_not_edit_rules_begins_and_reads_no_study(site: RuleSite, name: str) -> None:
    who = site.who(name)

    assert rule_studies.open_list(site.desk, who) is Access.NOT_THEIR_ROLE
    assert rule_studies.begin(site.desk, who, StudyKind.PREVIEW, {}, None) is Access.NOT_THEIR_ROLE
    assert rule_studies.cancel(site.desk, who) is Access.NOT_THEIR_ROLE
    assert rule_studies.open_study(site.desk, who, 1) is Access.NOT_THEIR_ROLE


def test_a_day_that_cannot_be_read_is_a_mistake(site: RuleSite) -> None:
    with pytest.raises(UserError):
        begin(site, since="soon")


def test_a_preview_with_an_outcome_says_what_rules_are_worth_beside_chance(site: RuleSite) -> None:
    again = RULES.split("rules:\n")[1].replace("two-missed", "three-missed")
    site.file.write_text(RULES + again.replace("at_least: 2", "at_least: 3"))
    site.now += 1
    site.take_up()
    for number in range(3, 9):
        site.site.caseload.client(number)
        for hour in (60, 40, 20) if number % 2 else (60,):
            site.site.missed(site.now - hours(hour), number)

    begin(site, outcome="three-missed")
    study = followed(site)
    cards = rule_pages.open_list(site.desk, site.who("clinician"))

    assert not isinstance(cards, Access)
    values = {card.id: card.value for card in cards}
    figures = json.loads(json.loads(study.summary)["figures"])["these_rules"]["outcome"]
    (told,) = [one["lift"] for one in figures["rules"] if one["rule"] == "two-missed"]
    found = values["two-missed"]
    assert (found and found.lift) == told["value"]
    assert values["three-missed"] is None  # the outcome itself is not measured


def test_a_study_keeps_its_figures(site: RuleSite) -> None:
    begin(site)

    figures = json.loads(json.loads(followed(site).summary)["figures"])

    assert figures["these_rules"]["clients"] == 2
