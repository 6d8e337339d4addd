"""The effect of a client's text on the alerts about the client's earlier texts; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from engine.model.alert import Alert
from engine.model.rule import SEVERITIES, Severity


class Placement(StrEnum):
    """The effect of a client's text."""

    OPENS = "opens"  # no alert about a text waits
    GRAVER = "graver"  # an alert waits and is told again, at the severity of these words
    OWNER_GONE = "owner_gone"  # the person who has the alert cannot be told, so others are
    JOINS = "joins"  # an alert waits, and the people who know of it hear of one more text


@dataclass(frozen=True, slots=True)
class WaitingAlert:
    """An unresolved alert about a text; `owner_there` is whether its owner can be told."""

    alert: Alert
    owner_there: bool = True


@dataclass(frozen=True, slots=True)
class Placed:
    """The effect of a text; `before` is the alert that it joins or raises."""

    placement: Placement
    before: Alert | None = None
    severity: Severity = "medium"


def place(severity: Severity, waiting: Sequence[WaitingAlert]) -> Placed:
    """Decide whether a client's text opens an alert, raises one or joins one.

    Args:
        severity: How urgent the words are.
        waiting: The client's unresolved alerts about texts, the newest last.

    Returns:
        The decision, with the severity that the alert has from now on. A text joins the gravest
        alert; of several that are as grave, the newest.
    """
    if not waiting:
        return Placed(Placement.OPENS, severity=severity)
    gravest = min(reversed(waiting), key=lambda one: _rank(one.alert.severity))
    alert = gravest.alert
    graver = min(severity, alert.severity, key=_rank)
    # A person who lets an alert wait does not know yet that the client is in danger.
    asleep = alert.state == "snoozed" and severity == "urgent"
    if graver != alert.severity or asleep:
        return Placed(Placement.GRAVER, alert, graver)
    if alert.state != "open" and not gravest.owner_there:
        return Placed(Placement.OWNER_GONE, alert, graver)
    return Placed(Placement.JOINS, alert, graver)


def _rank(severity: Severity) -> int:
    return SEVERITIES.index(severity)
