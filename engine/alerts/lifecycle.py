"""The life of an alert: the changes of state that are allowed, and their reasons; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from engine.errors import HandrailError
from engine.model.alert import Alert, AlertState

Reason = Literal[
    # an alert is opened
    "began",  # a rule began to hold
    "over_unseen",  # a rule held and ceased to hold before the engine saw it
    "historic",  # it began longer ago than people are told of
    "shadow",  # its rule is on trial: recorded, nobody told
    "told_recently",  # people were told of the same rule and client too recently
    "split",  # corrected data show a pause in what had been one alert: its earlier part
    # the engine changes it
    "cleared",  # the rule ceased to hold
    "corrected",  # corrected data: the rule never held
    "merged",  # corrected data: it is one with another alert
    "rule_changed",  # the rule as it is now does not hold
    "rule_withdrawn",  # the rule is retired, a draft again, or gone
    "drill_taken",  # an exercise is over, because a person took it
    "drill_over",  # it is over without one
    "real_alert",  # it yields to a real alert
    "holds_after_all",  # it had cleared, and late data show that the rule still holds
    "snooze_over",
    "graver_words",  # the client wrote again, in graver words
    "owner_gone",  # the client wrote again, and the person who had the alert cannot be told
    # a person changes it
    "taken",
    "taken_over",  # a supervisor takes it from the person who had it
    "passed_on",
    "snoozed",
    "done",
    "false_alarm",
    "undone",  # a person takes their last act back
    # it stays in its state
    "moved",  # late or corrected data moved its beginning
    "extended",  # late or corrected data moved its end
    "ended",  # the rule ceased to hold after a person had resolved it
    "told_again",  # it stays, and its rule's `tell_again` has gone by
    "raised",
    "lowered",
    "rule_goes_live",
    "rule_goes_shadow",
    # It counted as historic, but corrected data or a right clock show that it began recently.
    "recent_after_all",
]

_OPENED: frozenset[Reason] = frozenset(
    {"began", "over_unseen", "historic", "shadow", "told_recently"}
)
_OPENED_AND_OVER: frozenset[Reason] = frozenset({"historic", "shadow", "told_recently", "split"})
_WROTE_AGAIN: frozenset[Reason] = frozenset({"graver_words", "owner_gone"})
_BY_A_PERSON: frozenset[Reason] = frozenset({"done", "false_alarm"})

# An alert resolved for one of these reasons stands for nothing real, and counts in no decision.
VOID: frozenset[Reason] = frozenset({"corrected", "merged", "rule_changed", "rule_withdrawn"})
_DRILL: frozenset[Reason] = frozenset({"drill_taken", "drill_over", "real_alert"})
_RESOLVED: frozenset[Reason] = VOID | _BY_A_PERSON | _DRILL | {"cleared"}

TRANSITIONS: Mapping[tuple[AlertState | None, AlertState], frozenset[Reason]] = {
    (None, "open"): _OPENED,
    (None, "resolved"): _OPENED_AND_OVER,
    ("open", "acknowledged"): frozenset({"taken", "undone"}),
    ("open", "snoozed"): frozenset({"snoozed", "undone"}),
    ("open", "resolved"): _RESOLVED,
    ("acknowledged", "open"): _WROTE_AGAIN | {"passed_on", "undone"},
    ("acknowledged", "snoozed"): frozenset({"snoozed", "undone"}),
    ("acknowledged", "resolved"): _RESOLVED,
    ("snoozed", "open"): _WROTE_AGAIN | {"snooze_over", "passed_on", "undone"},
    ("snoozed", "acknowledged"): frozenset({"taken", "undone"}),
    ("snoozed", "resolved"): _RESOLVED,
    ("resolved", "open"): frozenset({"holds_after_all", "recent_after_all", "undone"}),
    ("resolved", "acknowledged"): frozenset({"undone"}),
    ("resolved", "snoozed"): frozenset({"undone"}),
    ("resolved", "resolved"): frozenset({"corrected", "merged"}),
}


class TransitionRefusedError(HandrailError):
    """An alert cannot go from its state to another one for this reason."""


def move(alert: Alert, to: AlertState, reason: Reason) -> Alert:
    """Move an alert to another state.

    An alert that cleared by itself may open again or be taken back. An alert that a person resolved
    stays resolved while its span lasts, unless that person undoes it.

    Args:
        alert: The alert as it is.
        to: The state to move to. Some reasons lead to the same state.
        reason: The reason for the move.

    Returns:
        The alert in its new state.

    Raises:
        TransitionRefusedError: The table does not allow this move.
    """
    allowed = reason in TRANSITIONS.get((alert.state, to), frozenset())
    final = alert.state == "resolved" and alert.resolution != "cleared"
    undoes = reason == "undone" and alert.resolution in _BY_A_PERSON
    if not allowed or (final and not undoes):
        raise TransitionRefusedError(
            f"Alert {alert.id} is {alert.state} and cannot become {to} because {reason}."
        )
    return replace(alert, state=to, resolution=reason if to == "resolved" else None)
