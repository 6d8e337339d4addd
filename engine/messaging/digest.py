"""The words of one text about several alerts."""

from __future__ import annotations

from collections.abc import Sequence

from engine.messaging.lint import first_clean
from engine.model.plurals import counted
from engine.model.sms_settings import Detail

_HOW = "Reply a number and A to take it, P to pass on, D when done, F if a false alarm."


def of_client(ref: str, alerts: Sequence[tuple[int, str]], detail: Detail) -> str:
    """Several alerts about one client: (code, the rule's few words) of each.

    What does not fit is left out.
    """
    codes = ", ".join(str(code) for code, _ in alerts)
    named = ", ".join(f"{code} ({reason})" if reason else str(code) for code, reason in alerts)
    wordings = [
        f"Handrail: someone needs you: {codes}. {_HOW}",
        f"Handrail: {len(alerts)} alerts need you. {_SEE}",
    ]
    if detail != "none":
        wordings.insert(0, f"Handrail: {ref} needs you: {codes}. {_HOW}")
    if detail == "reason":
        wordings.insert(0, f"Handrail: {ref} needs you: {named}. {_HOW}")
    return first_clean(wordings)


def of_many(clients: int, alerts: int, *, newly: bool) -> str:
    """More than should be texted one by one: how many, and where to see them."""
    if newly:
        return f"Handrail: {counted(clients, 'client')} newly need you. {_SEE}"
    return f"Handrail: {alerts} alerts about {counted(clients, 'client')} need you. {_SEE}"


def reach_nobody(alerts: int) -> str:
    """Word that several alerts reach nobody."""
    return f"Handrail: {alerts} alerts reach nobody. {_SEE}"


_SEE = "See: handrail alerts"
