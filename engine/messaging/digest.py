"""The words of one text about several alerts."""

from __future__ import annotations

from collections.abc import Sequence

from engine.messaging.lint import first_clean, in_gsm_7
from engine.messaging.listing import Named, list_page
from engine.model.plurals import counted
from engine.model.sms_settings import Detail

_HOW = "Reply a number and A to take it, P to pass on, D when done, F if a false alarm."


def of_client(ref: str, alerts: Sequence[tuple[int, str]], detail: Detail) -> str:
    """Tell of several alerts about one client in one text; words that do not fit are left out.

    Args:
        ref: The client's ref.
        alerts: The code of each alert and the few words of its rule.
        detail: How much a text may say.
    """
    codes = ", ".join(str(code) for code, _ in alerts)
    named = ", ".join(f"{code} ({reason})" if reason else str(code) for code, reason in alerts)
    wordings = [
        f"Handrail: someone needs you: {codes}. {_HOW}",
        f"Handrail: {len(alerts)} alerts need you. {_SEE}",
    ]
    ref = in_gsm_7(ref)
    if detail != "none" and ref:
        wordings.insert(0, f"Handrail: {ref} needs you: {codes}. {_HOW}")
    if detail == "reason" and ref:
        wordings.insert(0, f"Handrail: {ref} needs you: {named}. {_HOW}")
    return first_clean(wordings)


def of_many(alerts: Sequence[Named], total: int, clients: int, *, newly: bool) -> str:
    """Tell of more alerts than should be texted one by one, and list as many as fit.

    Args:
        alerts: The most severe of them.
        total: How many there are.
        clients: About how many clients they are.
        newly: Whether newly accepted rules found all of them.
    """
    many = counted(clients, "client")
    said = f"{many} newly need you" if newly else f"{total} alerts about {many} need you"
    return list_page(alerts, f"{said}: ", _TAKE, total=total)


def of_history(alerts: Sequence[Named], clients: int) -> str:
    """Tell of alerts that began before people are told of them one by one, and list them if few.

    Args:
        alerts: The alerts; none if they are too many for a list.
        clients: About how many clients they are.
    """
    many = counted(clients, "client")
    said = f"{many} already {'meets' if clients == 1 else 'meet'} a rule"
    return list_page(alerts, f"{said}: ", _TAKE) if alerts else f"Handrail: {said}. {_SEE}"


def reach_nobody(alerts: Sequence[Named], total: int) -> str:
    """Tell the admins of several alerts that reach nobody, and list as many as fit."""
    return list_page(alerts, f"{total} alerts reach nobody: ", _TAKE, total=total)


_SEE = "See: handrail alerts"
_TAKE = "Reply a number and A to take it."
