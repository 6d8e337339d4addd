"""No text goes to a supporter without its scope, whatever else is so."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.messaging.eligibility import may_act, may_notify
from engine.messaging.settlement import hindrance
from engine.messaging.supporter_words import TEXTS
from engine.model.agreement import LANGUAGES
from engine.model.alert import Alert
from engine.model.message import (
    ABOUT_THE_SUPPORTED,
    BESIDE_ALERTS,
    FOR_ANYBODY,
    TO_SUPPORTERS,
    Claimed,
    MessageKind,
)
from engine.model.notify_reason import NotifyReason
from engine.model.staff import Consent, RecipientFacts, Staff, SupporterFacts
from engine.model.supporter import SCOPES, SupporterScope, read_scope

NOW = 1000
PERSON = Staff(4, "F-1", "supporter", "+12025550141", "UTC", None, None)
SCOPES_GIVEN = [
    " ".join(words)
    for number in range(len(SupporterScope) + 1)
    for words in combinations(SupporterScope, number)
]


def consent(scope: str, given: int = 1, expires: int | None = 5000, **more: Any) -> Consent:
    return Consent(1, 4, "", scope, "support", given, expires, more.get("revoked"))


def facts(*consents: Consent, **supporter: Any) -> RecipientFacts:
    return RecipientFacts(PERSON, consents=consents, supporter=SupporterFacts(**supporter))


def text(kind: MessageKind) -> Claimed:
    return Claimed(1, "claimed", None, 0, 4, kind, "", 1, None, 1)


def reason(
    kind: MessageKind, who: RecipientFacts, told_at: int | None = 1, **more: Any
) -> NotifyReason:
    return may_notify(who, NOW, message=text(kind), told_at=told_at, **more).reason


def expected(kind: MessageKind, scope: str) -> NotifyReason:
    if kind in FOR_ANYBODY:
        return NotifyReason.ALLOWED
    if kind not in TO_SUPPORTERS:
        return NotifyReason.SUPPORTER_AS_STAFF
    if kind is MessageKind.LESSON:
        return NotifyReason.SUPPORTER_NOT_AGREED
    return NotifyReason.ALLOWED if SCOPES[kind] in scope.split() else NotifyReason.OUT_OF_SCOPE


def test_of_all_kinds_of_texts_only_those_in_scope_go_out() -> None:
    matrix = list(product(MessageKind, SCOPES_GIVEN))
    said = {(kind, scope): reason(kind, facts(consent(scope))) for kind, scope in matrix}
    assert said == {(kind, scope): expected(kind, scope) for kind, scope in matrix}


def test_each_kind_has_a_scope_of_its_own_and_words_in_each_language() -> None:
    assert set(SCOPES) == set(ABOUT_THE_SUPPORTED) == set(TEXTS)
    assert sorted(SCOPES.values()) == sorted(SupporterScope)
    said = [TEXTS[kind][language] for kind in TEXTS for language in LANGUAGES]
    assert len(set(said)) == len(said)


@settings(max_examples=60)
@given(
    st.lists(
        st.builds(
            consent,
            st.sampled_from(SCOPES_GIVEN),
            given=st.integers(1, 1999),
            expires=st.none() | st.integers(1, 1999),
            revoked=st.none() | st.integers(1, 1999),
        ),
        max_size=5,
    )
)
def test_nothing_goes_out_unless_the_newest_consent_stands_and_covers_it(
    consents: list[Consent],
) -> None:
    consents.sort(key=lambda one: one.given_at)
    begun = [one for one in consents if one.given_at <= NOW]
    for kind in ABOUT_THE_SUPPORTED:
        decision = may_notify(facts(*consents), NOW, message=text(kind), told_at=1)
        if decision.allowed:
            under = decision.consent
            assert under is begun[-1]
            assert SCOPES[kind] in under.scope.split()
            assert under.expires_at is not None
            assert under.expires_at > NOW
            assert under.revoked_at is None or under.revoked_at > NOW


EVERYTHING = consent(" ".join(SupporterScope))


@pytest.mark.parametrize("kind", ABOUT_THE_SUPPORTED)
@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"agreed": False}, NotifyReason.SUPPORTER_NOT_AGREED),
        ({"shared": True}, NotifyReason.NUMBER_SHARED),
    ],
)
def test_neither_without_their_own_agreement_nor_to_a_number_of_others(
    kind: MessageKind, change: dict[str, Any], why: NotifyReason
) -> None:
    assert reason(kind, facts(EVERYTHING, **change)) is why


@pytest.mark.parametrize("kind", ABOUT_THE_SUPPORTED)
def test_neither_after_stop_nor_before_the_number_is_confirmed(kind: MessageKind) -> None:
    who = facts(EVERYTHING)
    assert reason(kind, replace(who, opted_out=True)) is NotifyReason.OPTED_OUT
    assert reason(kind, replace(who, unconfirmed=True)) is NotifyReason.PHONE_UNCONFIRMED


@pytest.mark.parametrize("kind", BESIDE_ALERTS)
def test_no_supporter_hears_before_the_staff_but_the_text_waits_for_them(
    kind: MessageKind,
) -> None:
    decision = may_notify(facts(EVERYTHING), NOW, message=text(kind), told_at=None)
    assert decision.reason is NotifyReason.STAFF_FIRST
    settlement = hindrance(decision)
    assert settlement is not None
    assert (settlement.state, settlement.due_at) == ("queued", decision.until)


def alert(**values: Any) -> Alert:
    row = {
        "id": 1, "client_id": 1, "rule_id": "r", "rule_version": "1", "severity": "low",
        "state": "open", "began": 1, "ended": None, "opened_at": 1,
    }  # fmt: skip
    return Alert(**(row | values))


@pytest.mark.parametrize("kind", BESIDE_ALERTS)
def test_of_an_urgent_alert_no_supporter_hears_by_itself(kind: MessageKind) -> None:
    said = reason(kind, facts(EVERYTHING), alert=alert(severity="urgent"))
    assert said is NotifyReason.URGENT_FOR_STAFF


def test_good_news_stays_good_when_it_is_taken_and_a_missed_contact_is_then_a_persons() -> None:
    taken, over = alert(state="acknowledged"), alert(state="resolved")
    milestone, missed = BESIDE_ALERTS
    who = facts(EVERYTHING)
    assert reason(milestone, who, alert=taken) is NotifyReason.ALLOWED
    assert reason(missed, who, alert=taken) is NotifyReason.ALERT_ACKNOWLEDGED
    assert reason(milestone, who, alert=over) is NotifyReason.ALERT_RESOLVED


def test_a_lesson_needs_no_consent_of_a_client_but_the_supporters_own() -> None:
    assert reason(MessageKind.LESSON, facts(series="family")) is NotifyReason.ALLOWED


def test_a_supporter_acts_on_no_alert() -> None:
    assert may_act(facts(EVERYTHING), NOW).reason is NotifyReason.SUPPORTER_AS_STAFF


@pytest.mark.parametrize("scope", ["tests", "", "milestones; results", "severity"])
def test_a_scope_that_there_is_not_is_refused(scope: str) -> None:
    with pytest.raises(ValueError, match="not one of milestones, missed_contact"):
        read_scope(scope)
