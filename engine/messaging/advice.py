"""One line of advice for the person who has an alert."""

from __future__ import annotations

from collections.abc import Mapping

from engine.model.rule import Severity

_CLIENT_TEXT: Mapping[Severity, str] = {
    "urgent": "Call now. Ask directly about safety and stay on the line; bring in 911 or 988.",
    "high": "Call today. Listen first, without blame, and agree on one next step.",
    "medium": "Read the text and answer it today.",
}


def client_text_advice(severity: Severity) -> str:
    """Return the advice about a client's text, by the severity of its words."""
    return _CLIENT_TEXT.get(severity, _CLIENT_TEXT["medium"])
