"""May this recipient be notified about this alert now, and if not, why."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.messaging.eligibility import may_act, may_notify, passes_quiet_hours
from engine.model.alert import Alert
from engine.model.instant import HOUR_US, SECOND_US
from engine.model.message import NEWS, Claimed, MessageKind
from engine.model.notify_reason import NotifyReason
from engine.model.staff import Consent, RecipientFacts, Staff

NOW = 1_800_000_000 * SECOND_US
ALERT = Alert(17, 3, "silent", "1", "high", "open", began=NOW, ended=None, opened_at=NOW)
PERSON = Staff(1, "S-1", "case_manager", "+15550100", "UTC", None, None)
RECIPIENT = RecipientFacts(PERSON)
MENTOR = replace(RECIPIENT, staff=replace(PERSON, role="mentor"), as_mentor=True)
CONSENT = Consent(3, 1, "Jo", "alerts", "support", NOW - 1, expires_at=None, revoked_at=None)
MESSAGE = Claimed(
    5, "claimed", 17, 0, 1, MessageKind.STEP, "…", created_at=NOW, expires_at=None, attempts=1
)


def reason(recipient: RecipientFacts = RECIPIENT, **about: Any) -> NotifyReason:
    return may_notify(recipient, NOW, **({"alert": ALERT, "message": MESSAGE} | about)).reason


def test_a_recipient_who_can_be_told_of_an_open_alert_is_told() -> None:
    assert reason() == NotifyReason.ALLOWED
    assert reason(alert=None) == NotifyReason.ALLOWED


@pytest.mark.parametrize(
    ("alert", "expected"),
    [
        (replace(ALERT, state="acknowledged"), NotifyReason.ALERT_ACKNOWLEDGED),
        (replace(ALERT, state="snoozed"), NotifyReason.ALERT_SNOOZED),
        (replace(ALERT, state="resolved"), NotifyReason.ALERT_RESOLVED),
        (replace(ALERT, shadow=True), NotifyReason.RULE_IN_SHADOW),
        (replace(ALERT, inhibited_by=7), NotifyReason.INHIBITED),
        (replace(ALERT, inactivity="held"), NotifyReason.DATA_MISSING),
        (replace(ALERT, inactivity="unjudged"), NotifyReason.DATA_MISSING),
        (replace(ALERT, inactivity="believed"), NotifyReason.ALLOWED),
    ],
)
def test_an_alert_that_nobody_is_to_hear_of_is_told_to_nobody(
    alert: Alert, expected: NotifyReason
) -> None:
    assert reason(alert=alert) == expected


@pytest.mark.parametrize(
    ("recipient", "expected"),
    [
        (replace(RECIPIENT, staff=replace(PERSON, active=False)), NotifyReason.INACTIVE),
        (replace(RECIPIENT, staff=replace(PERSON, phone=None)), NotifyReason.NO_PHONE),
        (replace(RECIPIENT, opted_out=True), NotifyReason.OPTED_OUT),
        (replace(RECIPIENT, absent=True), NotifyReason.ABSENT),
        (replace(RECIPIENT, responsible=False), NotifyReason.NOT_RESPONSIBLE),
        (MENTOR, NotifyReason.MENTOR_WITHOUT_CONSENT),
    ],
)
def test_a_recipient_who_cannot_be_told_is_not(
    recipient: RecipientFacts, expected: NotifyReason
) -> None:
    assert reason(recipient) == expected
    assert reason(recipient, alert=None, message=None) == expected


@pytest.mark.parametrize(
    ("change", "allowed"),
    [
        ({}, True),
        ({"expires_at": NOW + 1}, True),
        ({"expires_at": NOW}, False),
        ({"revoked_at": NOW}, False),
        ({"revoked_at": NOW + 1}, True),
        ({"given_at": NOW + 1}, False),
    ],
)
def test_a_mentor_is_told_and_acts_only_under_a_consent_that_is_valid_now(
    change: dict[str, int], allowed: bool
) -> None:
    mentor = replace(MENTOR, consents=(replace(CONSENT, **change),))
    expected = NotifyReason.ALLOWED if allowed else NotifyReason.MENTOR_WITHOUT_CONSENT
    assert reason(mentor) == expected
    assert may_act(mentor, NOW).reason == expected


def test_of_several_valid_consents_the_newest_counts() -> None:
    newer, revoked = replace(CONSENT, alias="Sam"), replace(CONSENT, alias="Max", revoked_at=NOW)
    consents = (CONSENT, newer, revoked)
    assert may_notify(replace(MENTOR, consents=consents), NOW).consent == newer


def test_a_sender_may_act_while_absent_but_not_without_the_client() -> None:
    assert may_act(replace(RECIPIENT, absent=True, opted_out=True), NOW).allowed
    gone = replace(RECIPIENT, responsible=False)
    assert may_act(gone, NOW).reason == NotifyReason.NOT_RESPONSIBLE


def test_a_message_past_its_time_is_not_sent_whatever_else_is_so() -> None:
    late = replace(MESSAGE, expires_at=NOW)
    resolved = replace(ALERT, state="resolved")
    assert reason(alert=resolved, message=late) == NotifyReason.EXPIRED


def test_quiet_hours_put_a_message_off_to_their_end() -> None:
    decision = may_notify(RECIPIENT, NOW, message=MESSAGE, sendable_at=NOW + HOUR_US)
    assert (decision.reason, decision.until) == (NotifyReason.QUIET_HOURS, NOW + HOUR_US)


@pytest.mark.parametrize("kind", MessageKind)
def test_only_news_tells_of_a_resolved_alert(kind: MessageKind) -> None:
    told = reason(alert=replace(ALERT, state="resolved"), message=replace(MESSAGE, kind=kind))
    expected = NotifyReason.ALLOWED if kind in NEWS else NotifyReason.ALERT_RESOLVED
    assert told == expected


@pytest.mark.parametrize("kind", [MessageKind.REMINDER, MessageKind.REACHES_NOBODY])
def test_a_reminder_tells_of_a_taken_alert_unless_it_was_taken_since(kind: MessageKind) -> None:
    about = {"alert": replace(ALERT, state="acknowledged"), "message": replace(MESSAGE, kind=kind)}
    assert reason(**about, told_at=NOW) == NotifyReason.ALLOWED
    assert reason(**about, told_at=NOW + 1) == NotifyReason.ALERT_ACKNOWLEDGED


def test_operators_are_told_of_the_engine_wherever_they_are() -> None:
    away = replace(RECIPIENT, absent=True, responsible=False)
    for message in (
        replace(MESSAGE, alert_id=None, kind=MessageKind.HELD),
        replace(MESSAGE, kind=MessageKind.REACHES_NOBODY),
    ):
        assert reason(away, message=message) == NotifyReason.ALLOWED


def test_what_is_urgent_passes_quiet_hours() -> None:
    assert passes_quiet_hours(replace(ALERT, severity="urgent"), MESSAGE)
    assert passes_quiet_hours(ALERT, replace(MESSAGE, kind=MessageKind.REACHES_NOBODY))
    assert not passes_quiet_hours(ALERT, MESSAGE)
    assert not passes_quiet_hours(None, replace(MESSAGE, kind=MessageKind.HELD))
