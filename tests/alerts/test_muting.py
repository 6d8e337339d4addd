"""A mute covers the alerts of its client or rule, except urgent ones and clients' own texts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.alerts.inhibition import quieted
from engine.alerts.muting import muted_until
from engine.model.alert import CLIENT_TEXT, Alert
from engine.model.mute import Mute
from tests.alerts.test_inhibition import LOUD_OVER_CALM, of

OF_CLIENT = Mute(1, 1, None, 0, 50, "in hospital")
OF_RULE = Mute(2, None, "loud", 0, 90, "wrong threshold")


def muted(alert: Alert, *mutes: Mute) -> int | None:
    return muted_until(alert, mutes)


@pytest.fixture
def alert() -> Alert:
    return replace(of(1, "loud"), client_id=1, severity="high")


def test_the_last_end_of_the_mutes_that_cover_an_alert_counts(alert: Alert) -> None:
    assert muted(alert) is None
    assert muted(alert, OF_CLIENT) == 50
    assert muted(alert, OF_CLIENT, OF_RULE) == 90
    assert muted(replace(alert, client_id=2), OF_CLIENT) is None
    assert muted(replace(alert, rule_id="calm"), OF_RULE) is None


def test_urgent_alerts_and_texts_of_clients_are_never_muted(alert: Alert) -> None:
    assert muted(replace(alert, severity="urgent"), OF_CLIENT, OF_RULE) is None
    assert muted(replace(alert, rule_id=CLIENT_TEXT), OF_CLIENT) is None


def test_a_muted_alert_inhibits_no_other() -> None:
    both = [of(1, "loud"), of(2, "calm")]
    assert quieted(both, LOUD_OVER_CALM) == {2: 1}
    assert quieted(both, LOUD_OVER_CALM, muted=[1]) == {}
