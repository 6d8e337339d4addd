"""A client's text opens, raises or joins an alert, by how grave it is and who has the alert."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.alerts.client_texts import Placement, WaitingAlert, place
from engine.model.alert import CLIENT_TEXT, Alert, AlertState
from engine.model.rule import SEVERITIES, Severity

ALERT = Alert(1, 1, CLIENT_TEXT, "1", "medium", "open", began=0, ended=None, opened_at=0)


def waiting(
    severity: Severity, state: AlertState = "open", alert_id: int = 1, *, there: bool = True
) -> WaitingAlert:
    alert = replace(ALERT, id=alert_id, severity=severity, state=state)
    return WaitingAlert(alert, owner_there=there)


def test_the_first_text_opens_an_alert() -> None:
    assert place("high", []).placement is Placement.OPENS


@pytest.mark.parametrize("of_alert", SEVERITIES)
@pytest.mark.parametrize("of_text", SEVERITIES)
def test_an_alert_ends_as_grave_as_the_gravest_words(of_text: Severity, of_alert: Severity) -> None:
    placed = place(of_text, [waiting(of_alert)])
    graver = SEVERITIES.index(of_text) < SEVERITIES.index(of_alert)
    assert placed.placement is (Placement.GRAVER if graver else Placement.JOINS)
    assert placed.severity == min(of_text, of_alert, key=SEVERITIES.index)


def test_words_of_danger_wake_an_urgent_alert_that_is_snoozed() -> None:
    assert place("urgent", [waiting("urgent", "snoozed")]).placement is Placement.GRAVER
    assert place("medium", [waiting("urgent", "snoozed")]).placement is Placement.JOINS


def test_an_alert_whose_owner_cannot_be_told_goes_to_others() -> None:
    alone = waiting("high", "acknowledged", there=False)
    assert place("medium", [alone]).placement is Placement.OWNER_GONE


def test_of_several_alerts_the_gravest_counts_and_of_these_the_newest() -> None:
    several = [waiting("high"), waiting("urgent", alert_id=2), waiting("urgent", alert_id=3)]
    placed = place("medium", [*several, waiting("low", alert_id=4)])
    assert placed.before is not None
    assert placed.before.id == 3
