"""The words of a drill: an urgent alert about nobody, to see who answers and when."""

from __future__ import annotations

from engine.messaging.lint import first_clean, in_gsm_7
from engine.model.plurals import counted


def drill(code: int) -> str:
    """Ask a person to answer an exercise as they would answer an urgent alert."""
    return (
        "Handrail: this is a DRILL, no client needs you. Answer as if it were urgent: "
        f"{code} A to take it, {code} P to pass on."
    )


def drill_reaches_nobody(code: int) -> str:
    """Tell an admin that an exercise reaches nobody."""
    return f"Handrail: this is a DRILL. It reaches nobody. Reply {code} A to take it."


def drill_taken(who: str, minutes: int) -> str:
    """Tell the people who were told that an exercise is over, because a person took it."""
    within = f"within {counted(minutes, 'minute')}" if minutes else "at once"
    thanks = "Thank you. Nothing is left to do."
    return first_clean(
        [
            f"Handrail: the DRILL is over: {in_gsm_7(who)} took it {within}. {thanks}",
            f"Handrail: the DRILL is over: it was taken {within}. {thanks}",
        ]
    )


def drill_yields() -> str:
    """Tell the people who were told that an exercise ends, because a real alert came."""
    return "Handrail: the DRILL is over, because a real alert came. Nothing of it is left to do."


def drill_over() -> str:
    """Tell the people who were told that an exercise ends without a person who took it."""
    return "Handrail: the DRILL is over. Nothing is left to do."
