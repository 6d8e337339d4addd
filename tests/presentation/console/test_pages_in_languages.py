"""The pages that people read say the same in English and in Spanish."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest

from engine.access.abilities import Ability
from engine.flows.console import absence_page
from engine.flows.console.rule_file_changes import NewFileFault
from engine.model.absence_page import AbsencePage, MovedAlert, StepAhead
from engine.model.audit_action import AuditAction
from engine.model.conversation import Conversation, TextOfClient, TextToClient
from engine.model.instant import DAY_US, HOUR_US
from engine.model.letter import (
    HandedOutLetter,
    LetterConsent,
    LetterPurpose,
    LetterScope,
    LetterTo,
)
from engine.model.letters_page import LetterShown, LettersPage
from engine.model.local_time import ZoneSpell
from engine.model.message import MessageKind
from engine.model.notify_reason import NotifyReason
from engine.model.plan_page import ComingOccurrence, ExpectationShown, PlanFact, PlanPage
from engine.model.rule_draft import (
    DraftState,
    RuleDraft,
    RuleFileTexts,
    RuleStudy,
    StudyKind,
    StudyState,
)
from engine.model.rule_editor import (
    DraftCheck,
    DraftNotice,
    DraftPage,
    RuleChange,
    RuleFileCard,
    RuleFilePage,
    RuleInWords,
    RunningStudy,
    StudiesPage,
)
from engine.model.schedule import Outcome
from engine.model.site_pages import (
    DeliveriesPage,
    HealthLine,
    OutboxText,
    TrailFilter,
    TrailPage,
    TrailRow,
)
from engine.model.today import AlertInHand, TodayPage, UnreachablePerson, UnseenTexts
from engine.presentation.console import (
    conversation_page,
    draft_pages,
    letter_pages,
    plan_pages,
    record_pages,
    roster_page,
    study_pages,
    today_page,
)
from engine.presentation.console.conversation_page import AnswerTyped
from engine.presentation.console.frame import Frame
from engine.presentation.page_language import catalog, speak
from engine.web.console.sentences import of_new_file
from tests.kit.times import NOON

FRAME = Frame("dana", "case_manager", NOON, NOON)
EDITOR = replace(FRAME, abilities=frozenset(one.value for one in Ability))
ZONES = (ZoneSpell(0, "UTC"),)
OPEN = AlertInHand(
    1, "C-1", "Two check-ins missed", "high", NOON - HOUR_US, 1, 2, "supervisor", NOON + HOUR_US,
    None, None,
)  # fmt: skip
TAKEN = AlertInHand(
    2, "C-2", "High craving", "medium", NOON - 2 * DAY_US, 1, 2, None, None, "Sam",
    NOON - 2 * DAY_US,
)  # fmt: skip


def today() -> str:
    unseen = (UnseenTexts("C-3", 2, NOON - HOUR_US),)
    away = (UnreachablePerson("Sam", "case_manager", NotifyReason.ABSENT, 3, None),)
    page = TodayPage(NOON, "UTC", (OPEN,), (TAKEN,), unseen, away, cut=True)
    return today_page.today(FRAME, page)


def conversation() -> str:
    came = TextOfClient(1, NOON - HOUR_US, "hello?", "Handrail: gracias.", None, None)
    went = TextToClient(
        2, NOON, MessageKind.ASK.value, MessageKind.ASK, "Sam", "delivered", NOON, NOON, NOON, None
    )
    page = Conversation(
        "C-1", ZONES, NOON, (came, went), 1, 1, True, NotifyReason.QUIET_HOURS, NOON + HOUR_US, None
    )
    return conversation_page.conversation(FRAME, page, AnswerTyped(1))


def plan() -> str:
    facts = (PlanFact("Phase one", NOON, "", ""),)
    missed = ExpectationShown(
        "check-in", "Check-in", date(2026, 6, 2), NOON, Outcome.MISSED, None, NOON
    )
    coming = (ComingOccurrence("Check-in", NOON + DAY_US),)
    page = PlanPage("C-1", ZONES, NOON, facts, (missed,), coming, True, {}, "")
    return plan_pages.plan(FRAME, page)


def letters() -> str:
    consent = LetterConsent(
        1, 1, LetterTo.EMPLOYER, "Acme", LetterPurpose.RETURN_TO_WORK, frozenset(LetterScope),
        "form", NOON - DAY_US, NOON + DAY_US,
    )  # fmt: skip
    made = HandedOutLetter(1, NOON, 1, 1, "return-to-work", "english", frozenset(), "a1", "staff 1")
    page = LettersPage(
        "C-1", ZONES, NOON, (consent,), (LetterShown(made, consent, "Sam"),), (), True
    )
    return letter_pages.letters(FRAME, page)


def deliveries() -> str:
    lost = OutboxText(
        1, MessageKind.STEP, "Sam", 1, "C-1", 1, "undelivered", NOON, NOON, NOON, NOON, "30003"
    )
    return record_pages.deliveries(FRAME, DeliveriesPage((lost,), True, None, "UTC", NOON))


def health() -> str:
    return record_pages.health(FRAME, [HealthLine("database", False, "It is away.")])


TEXTS = RuleFileTexts("format: 1\n", "")
DRAFT = RuleDraft(
    7, "missed.yaml", 2, "anna", DraftState.PROPOSED, 3, TEXTS, TEXTS, "Porque sí.", NOON - HOUR_US,
    NOON, None, None, "",
)  # fmt: skip
CHECK = DraftCheck(
    (), (), (), (RuleChange("two-missed", "now on trial; with other logic", ("+ It is live.",)),),
    (RuleInWords("two-missed", "Dos faltas", ("It is live.",)),),
)  # fmt: skip


def draft(state: DraftState, notice: DraftNotice, *, mine: bool) -> str:
    page = DraftPage(
        replace(DRAFT, state=state), TEXTS, mine, True, False, TEXTS, (DRAFT,), notice, CHECK, ()
    )
    return draft_pages.draft(EDITOR, page)


def drafts() -> str:
    """A draft in each state, after each button."""
    every = [draft(DraftState.OPEN, notice, mine=True) for notice in DraftNotice]
    return "".join(
        [*every, *(draft(state, DraftNotice.NOTHING, mine=False) for state in DraftState)]
    )


def files() -> str:
    cards = [RuleFileCard("missed.yaml", 1, (DRAFT,), in_folder=True)]
    page = RuleFilePage("missed.yaml", TEXTS, (), (DRAFT,), None, may_edit=True)
    fault = draft_pages.files(EDITOR, cards, "x", of_new_file(NewFileFault.TAKEN))
    return fault + draft_pages.file(EDITOR, page)


def studies() -> str:
    asked = '{"since": "2026-01-01", "outcome": "", "rule": ""}'
    every = [
        RuleStudy(1, 7, "anna", kind, state, asked, "h", NOON - HOUR_US, NOON, "", "", "")
        for kind in StudyKind
        for state in StudyState
    ]
    page = StudiesPage(RunningStudy(every[0], 3, 9), tuple(every), (("r", "Dos faltas"),))
    return study_pages.studies(EDITOR, page, "begun", "", "")


def audit() -> str:
    rows = tuple(
        TrailRow(number, NOON, "anna", one.value, "C-1", {}, "h", {1: "C-1"})
        for number, one in enumerate(AuditAction)
    )
    page = TrailPage(rows, TrailFilter(person="anna"), 0, 99_999, 7, "UTC", True, None)
    return record_pages.trail(FRAME, page)


def absences() -> str:
    moved = MovedAlert(1, "C-1", "Dos faltas", "high", None, (StepAhead((), NOON),))
    page = AbsencePage((), dict.fromkeys(absence_page.FIELDS, ""), "", "UTC", NOON, NOON, (moved,))
    return roster_page.absences(FRAME, page, "")


PAGES = [today, conversation, plan, deliveries, letters, health]
MADE = [*PAGES[:5], drafts, files, studies, audit, absences]
# Words that no Spanish sentence has.
ENGLISH_WORDS = frozenset(
    re.findall(
        r"\w+",
        """the of and not your you this that these with for by it is are was were be been has have
        from until nobody who what when where which there here cannot may must will can more each
        another other because except if ago draft rule rules file files saved alert alerts""",
    )
)


class Visible(HTMLParser):
    """The words that a person reads or hears on a page, without those in another language."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._apart: list[str] = []  # open elements within one that is apart
        self._void = frozenset({"input", "meta", "link", "br", "hr", "line", "circle", "rect"})

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if self._apart or (
            tag in {"script", "style", "textarea", "pre", "code", "option"}
            or said.get("lang") == "en"
        ):
            if tag not in self._void:
                self._apart.append(tag)
            return
        names = ("aria-label", "placeholder", "title", "data-label")
        self.words += [word for name in names for word in _words(said.get(name) or "")]

    def handle_endtag(self, tag: str) -> None:
        if self._apart:
            self._apart.pop()

    def handle_data(self, data: str) -> None:
        if not self._apart:
            self.words += _words(data)


def _words(text: str) -> list[str]:
    return re.findall(r"[a-záéíóúñü]+", text.lower())


@pytest.fixture
def spanish() -> Iterator[None]:
    speak("es")
    yield
    speak("en")


@pytest.mark.parametrize("page", MADE)
def test_no_english_word_is_left_in_spanish(page: Callable[[], str], spanish: None) -> None:
    found = Visible()
    found.feed(page().replace('<html lang="en">', "<html>"))
    assert sorted(ENGLISH_WORDS & set(found.words)) == []


@pytest.mark.parametrize("page", PAGES)
def test_a_page_in_spanish_has_the_words_of_the_catalog(
    page: Callable[[], str], spanish: None
) -> None:
    words = {text for text in catalog("es").values() if len(text) > 12 and "{" not in text}
    text = page()
    assert '<html lang="es">' in text
    assert sum(each in text for each in words) >= 3


@pytest.mark.parametrize("page", PAGES)
def test_a_page_in_english_has_none_of_them(page: Callable[[], str]) -> None:
    words = {
        text
        for text in catalog("es").values()
        if len(text) > 12 and "{" not in text and text not in catalog("es")
    }
    text = page()
    assert '<html lang="en">' in text
    assert [each for each in words if each in text] == []
