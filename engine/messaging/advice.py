"""One line of advice for the person who has an alert."""

from __future__ import annotations

from collections.abc import Mapping

from engine.model.rule import Severity

_CLIENT_TEXT: Mapping[Severity, str] = {
    "urgent": "Call now. Ask directly about safety and stay on the line; bring in 911 or 988.",
    "high": "Call today. Listen first, without blame, and agree on one next step.",
    "medium": "Read the text and answer it today.",
}

_SUPPORTER_TEXT: Mapping[Severity, str] = {
    "urgent": "Call the supporter now, then the client; bring in 911 or 988.",
    "high": "Call the supporter today. Listen; say only what the consent covers.",
    "medium": "Read the text and answer it today; say only what the consent covers.",
}


def supporter_text_advice(severity: Severity) -> str:
    """Return the advice about a supporter's text, by the severity of its words."""
    return _SUPPORTER_TEXT.get(severity, _SUPPORTER_TEXT["medium"])


def client_text_advice(severity: Severity) -> str:
    """Return the advice about a client's text, by the severity of its words."""
    return _CLIENT_TEXT.get(severity, _CLIENT_TEXT["medium"])
