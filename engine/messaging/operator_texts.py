"""The words of texts to those who oversee: about the engine itself, or about people of the site."""

from __future__ import annotations

from collections.abc import Sequence

from engine.messaging.lint import first_clean
from engine.model.plurals import counted

_LOOK = "Handrail: the engine itself needs you. Its log says why."


def reaches_nobody(alert_id: int, code: int) -> str:
    """An alert that nobody can receive."""
    return f"Handrail: alert {alert_id} reaches nobody. Reply {code} A to take it. See: handrail why {alert_id}"


def in_danger(ref: str, number: int) -> str:
    """A member of staff or mentor, by ref or else by number, sent words of danger."""
    said = "sent a text that sounds like danger. Please call them now."
    return first_clean(
        [f"Handrail: staff {ref} {said}", f"Handrail: number {number} of the staff {said}"]
    )


def opted_out(ref: str, number: int) -> str:
    """A member of staff or mentor, by ref or else by number, gets no texts any more."""
    said = "gets no texts any more: the number opted out. Please call."
    return first_clean(
        [f"Handrail: staff {ref} {said}", f"Handrail: number {number} of the staff {said}"]
    )


def held(clients: int) -> str:
    """Alerts have been held back for long, for data are missing."""
    many = counted(clients, "client")
    return f"Handrail: nothing is known of {many} for want of data, and nobody was told. See: handrail alerts --held"


def judged_in_two_ways() -> str:
    """durable_rules and the reference evaluator differ."""
    return "Handrail: the rules were judged in two ways that do not agree. Nothing was left out; the log says more."


def news(said: Sequence[str]) -> str:
    """What became of the engine's promises, the first of it in words."""
    what = said[0] if len(said) == 1 else f"{said[0]}, and {len(said) - 1} more"
    return first_clean([f"Handrail: {what}. The log says more.", _LOOK])
