"""A client's texts are read and answered by people who may, and a text goes out once, if it may."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from engine.access.abilities import Access
from engine.flows.console import conversation
from engine.flows.console.conversation import AnswerResult
from engine.flows.schedules.client_agreements import withdraw
from engine.model.conversation import Conversation, TextOfClient, TextToClient
from engine.model.event import NewEvent, write_fields
from engine.model.instant import to_us
from engine.model.notify_reason import NotifyReason
from engine.model.schedule import ANSWERS
from engine.store.database.connection import Database
from engine.store.intake import events
from engine.store.messages import seen_texts
from tests.kit.carrier import Carrier
from tests.kit.console import ConsoleSite
from tests.kit.times import MINUTE


@pytest.fixture
def site(database: Database) -> ConsoleSite:
    site = ConsoleSite(database)
    site.agreed()
    return site


def opened(site: ConsoleSite, name: str = "one") -> Conversation:
    found = conversation.open_page(site.desk, site.who(name), "C-1")
    assert isinstance(found, Conversation)
    return found


def answered(site: ConsoleSite, words: str, form: int = 1, name: str = "one") -> object:
    newest = opened(site).newest
    return conversation.answer(site.desk, site.who(name), "C-1", words, form, newest)


def unseen(site: ConsoleSite) -> int:
    with site.database.read() as conn:
        return seen_texts.unseen_of(conn, 1)


def test_texts_of_both_sides_stand_in_their_order_with_what_became_of_them(
    site: ConsoleSite,
) -> None:
    site.wrote("can someone call me tonight")
    site.now += MINUTE
    assert answered(site, "Yes, I call you at six.") == AnswerResult(queued=True)
    carrier = Carrier()
    site.now += MINUTE
    site.deliver(carrier)

    came, went = opened(site).texts

    assert isinstance(came, TextOfClient)
    assert (came.body, came.seen_by) == ("can someone call me tonight", "one")
    assert isinstance(went, TextToClient)
    assert (went.body, went.by, went.state) == ("Yes, I call you at six.", "S-1", "accepted")
    assert [(each.to, each.body) for each in carrier.asked if each.to == "+15550109999"] == [
        ("+15550109999", "Yes, I call you at six.")
    ]


def test_a_form_that_is_sent_twice_sends_one_text(site: ConsoleSite) -> None:
    answered(site, "I call you at six.", form=7)
    answered(site, "I call you at six.", form=7)

    assert len(opened(site).texts) == 1
    assert site.audited("client answered") == ["client 1"]


@pytest.mark.parametrize(
    ("words", "objection"),
    [
        ("", "is empty"),
        ("Your test is at nine", "says 'test', which may reveal something about the client"),
        ("a" * 161, "is 161 characters long; one SMS has room for 160"),
    ],
)
def test_words_that_no_text_may_say_are_not_sent(
    site: ConsoleSite, words: str, objection: str
) -> None:
    assert answered(site, words) == AnswerResult(queued=False, objections=(objection,))
    assert opened(site).texts == ()


def test_a_client_without_an_agreement_gets_no_text(site: ConsoleSite) -> None:
    with site.database.write() as conn:
        withdraw(conn, "C-1", site.now)

    assert answered(site, "I call you at six.") == AnswerResult(
        queued=False, reason=NotifyReason.INACTIVE
    )


def test_a_client_who_said_stop_gets_no_text(site: ConsoleSite) -> None:
    site.wrote("STOP")

    assert opened(site).reason is NotifyReason.OPTED_OUT
    assert answered(site, "I call you at six.") == AnswerResult(
        queued=False, reason=NotifyReason.OPTED_OUT
    )


def test_a_number_that_two_clients_share_gets_no_answer(site: ConsoleSite) -> None:
    site.site.caseload.client(8, phone="+15550109999")

    done = answered(site, "I call you at six.")

    assert done == AnswerResult(False, ("would go to a number that two clients share",))


def test_quiet_hours_hold_an_answer_and_the_page_says_until_when(site: ConsoleSite) -> None:
    site.now = to_us(datetime(2026, 6, 1, 23, 0, tzinfo=UTC))

    assert opened(site).sendable_at == to_us(datetime(2026, 6, 2, 8, 0, tzinfo=UTC))
    answered(site, "I call you at six.")
    carrier = Carrier()
    site.deliver(carrier)

    assert "I call you at six." not in [each.body for each in carrier.asked]


def test_a_text_is_unseen_until_a_person_marks_it(site: ConsoleSite) -> None:
    site.wrote("hello?")
    before = opened(site)
    site.wrote("anyone there?")

    marked = conversation.mark_seen(site.desk, site.who("one"), "C-1", before.newest)

    # The text that came after the page was shown is seen by nobody.
    assert (before.unseen, marked, unseen(site)) == (1, 1, 1)
    assert site.audited("texts seen") == ["client 1"]


@pytest.mark.parametrize("name", ["two", "auditor"])
def test_who_may_not_answer_marks_and_sends_nothing(site: ConsoleSite, name: str) -> None:
    site.wrote("hello?")

    done = conversation.answer(site.desk, site.who(name), "C-1", "I call you.", 1, 99)
    marked = conversation.mark_seen(site.desk, site.who(name), "C-1", 99)

    assert isinstance(done, Access)
    assert isinstance(marked, Access)
    assert unseen(site) == 1
    assert site.audited("access refused") == ["client 1", "client 1"]


def test_opening_the_texts_is_a_view_of_the_client(site: ConsoleSite) -> None:
    opened(site)

    assert site.audited("viewed") == ["client 1"]


AGREED = {
    "how": "signed form", "wording": "v2", "language": "spanish", "quiet_from": "22:00",
    "quiet_to": "07:30",
}  # fmt: skip


def test_an_agreement_is_recorded_and_withdrawn(site: ConsoleSite) -> None:
    who = site.who("one")
    assert conversation.withdraw_agreement(site.desk, who, "C-1") == ""
    assert opened(site).agreed is None
    assert conversation.agree(site.desk, who, "C-1", AGREED) == ""

    agreed = opened(site).agreed
    assert agreed is not None
    assert (agreed.how, agreed.language, f"{agreed.quiet_to:%H:%M}") == (
        "signed form", "spanish", "07:30",
    )  # fmt: skip
    assert opened(site).reason is NotifyReason.ALLOWED


@pytest.mark.parametrize(
    "wrong", [{"how": ""}, {"language": "french"}, {"quiet_to": "late"}, {"wording": "v" * 41}]
)
def test_a_wrong_agreement_is_not_recorded(site: ConsoleSite, wrong: dict[str, str]) -> None:
    who = site.who("one")
    conversation.withdraw_agreement(site.desk, who, "C-1")

    assert conversation.agree(site.desk, who, "C-1", AGREED | wrong)
    assert opened(site).agreed is None


@pytest.mark.parametrize("name", ["two", "auditor"])
def test_who_may_not_records_no_agreement(site: ConsoleSite, name: str) -> None:
    assert isinstance(conversation.agree(site.desk, site.who(name), "C-1", AGREED), Access)
    assert isinstance(conversation.withdraw_agreement(site.desk, site.who(name), "C-1"), Access)
    assert opened(site).agreed is not None


def test_the_answers_that_a_text_became_stand_beside_it(site: ConsoleSite) -> None:
    site.wrote("8 2 y")
    (came,) = opened(site).texts
    fields = write_fields({"status": "completed", "craving": 8})
    event = NewEvent(1, "check_in", site.now, ANSWERS, f"text {came.id}", fields, None, "texts:1")
    with site.database.write() as conn:
        events.add(conn, [event], site.now)

    page = opened(site)

    (understood,) = page.answers[came.id]
    assert (understood.kind, understood.fields) == ("check_in", fields)
