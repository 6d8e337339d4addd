"""Names and lists of alerts in texts: a code and a client each, urgent ones first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.messaging.lint import first_clean, in_gsm_7, lint

_MOST = 12  # entries of one text


@dataclass(frozen=True, slots=True)
class Named:
    """An alert in a text: its code, and the client's ref or alias ("" if texts say none)."""

    code: int
    ref: str = ""
    urgent: bool = False
    mine: bool = False  # whether the reader of the text has taken it

    @property
    def order(self) -> tuple[bool, bool, int]:
        """Its place in a list: what nobody has taken first, and of that the urgent ones."""
        return self.mine, not self.urgent, self.code


def name(alert: Named) -> str:
    """Name one alert; a ref that a text must not hold is left out."""
    ref = sayable(alert.ref)
    return f"{alert.code} ({ref})" if ref else str(alert.code)


def sayable(ref: str) -> str:
    """Return a ref or alias as a text says it; "" if a text must not hold it."""
    spelt = in_gsm_7(ref)
    return "" if lint(spelt) else spelt


def list_page(
    alerts: Sequence[Named], said: str, reply: str, page: int = 0, *, total: int | None = None
) -> str:
    """List alerts, untaken and urgent ones first, as many as fit in one text.

    Args:
        alerts: The alerts, at least one.
        said: The words before the list.
        reply: The words after a list that fits. A longer list ends with how to read the rest.
        page: How many texts of the list came before this one; after the last comes the first.
        total: How many alerts there are, if more than are given.

    Returns:
        The text.
    """
    ordered = sorted(alerts, key=lambda alert: alert.order)
    pages: list[str] = []
    while ordered:
        text, shown = _fitting(ordered, said, reply, (total or len(alerts)) - len(alerts))
        if not shown:
            return first_clean([f"Handrail: {len(alerts)} alerts need you. {reply}"])
        pages.append(text)
        ordered = ordered[shown:]
    return pages[page % len(pages)]


def _fitting(alerts: Sequence[Named], said: str, reply: str, others: int) -> tuple[str, int]:
    for with_refs in (True, False):
        entries = [_entry(alert, with_refs=with_refs) for alert in alerts[:_MOST]]
        for shown in range(len(entries), 0, -1):
            more = len(alerts) - shown + others
            rest = f" and {more} more. Reply LIST for the rest." if more else f". {reply}"
            text = f"Handrail: {said}{', '.join(entries[:shown])}{rest}"
            if not lint(text):
                return text, shown
    return "", 0


def _entry(alert: Named, *, with_refs: bool) -> str:
    ref = sayable(alert.ref) if with_refs else ""
    ref = f" {ref}" if ref else ""
    how = " (yours)" if alert.mine else " please call now" if alert.urgent else ""
    return f"{alert.code}{ref}{how}"
