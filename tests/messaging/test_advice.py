"""Advice about a client's text fits how grave its words are."""

from __future__ import annotations

from engine.messaging.advice import client_text_advice
from engine.model.rule import SEVERITIES


def test_graver_words_ask_for_a_call_and_danger_for_911_or_988() -> None:
    assert "911 or 988" in client_text_advice("urgent")
    assert client_text_advice("urgent").startswith("Call now.")
    assert client_text_advice("high").startswith("Call today.")


def test_each_severity_has_advice() -> None:
    assert all(client_text_advice(severity) for severity in SEVERITIES)
