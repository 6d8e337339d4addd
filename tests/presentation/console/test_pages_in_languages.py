"""The pages that people read say the same in English and in Spanish."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import pytest

from engine.model.conversation import Conversation, TextOfClient, TextToClient
from engine.model.instant import DAY_US, HOUR_US
from engine.model.local_time import ZoneSpell
from engine.model.message import MessageKind
from engine.model.notify_reason import NotifyReason
from engine.model.plan_page import ComingOccurrence, ExpectationShown, PlanFact, PlanPage
from engine.model.schedule import Outcome
from engine.model.site_pages import DeliveriesPage, HealthLine, OutboxText
from engine.model.today import AlertInHand, TodayPage, UnreachablePerson, UnseenTexts
from engine.presentation.console import conversation_page, plan_pages, record_pages, today_page
from engine.presentation.console.conversation_page import AnswerTyped
from engine.presentation.console.frame import Frame
from engine.presentation.page_language import catalog, speak
from tests.kit.times import NOON

FRAME = Frame("dana", "case_manager", NOON, NOON)
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
    came = TextOfClient(1, NOON - HOUR_US, "hello?", "Handrail: thank you.", None, None)
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


def deliveries() -> str:
    lost = OutboxText(
        1, MessageKind.STEP, "Sam", 1, "C-1", 1, "undelivered", NOON, NOON, NOON, NOON, "30003"
    )
    return record_pages.deliveries(FRAME, DeliveriesPage((lost,), True, None, "UTC", NOON))


def health() -> str:
    return record_pages.health(FRAME, [HealthLine("database", False, "It is away.")])


PAGES = [today, conversation, plan, deliveries, health]


@pytest.fixture
def spanish() -> Iterator[None]:
    speak("es")
    yield
    speak("en")


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
