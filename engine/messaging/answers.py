"""What is answered to a text, and what the others are told of it: content-free, one segment each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.messaging.danger_words import Language
from engine.messaging.lint import lint
from engine.model.staff import Role

LIFELINES = "in danger call 911; to talk to somebody at any hour call or text 988."
HELP = f"Handrail: {LIFELINES} Staff: answer with the code in a text and a letter, such as 17 A."
CRISIS = f"Handrail: you matter. If you are {LIFELINES} Somebody is being told that you wrote."
CRISIS_IN_SPANISH = (
    "Handrail: usted importa. En peligro, llame al 911; para hablar a cualquier hora, llame al 988 y marque 2. "
    "Avisamos a alguien que nos ha escrito."
)
THANKS = f"Handrail: thank you, somebody is being told that you wrote. If you are {LIFELINES}"
STARTED = "Handrail: you get texts from us again."
NOTHING_OPEN = "Handrail: nothing is open with you."

_ROLES: Mapping[Role, str] = {
    "case_manager": "the case manager",
    "mentor": "the mentor",
    "supervisor": "the supervisor",
    "on_call": "whoever is on call",
    "prescriber": "a colleague",  # the role's own name would say something of the client
    "admin": "an admin",
}


def crisis(language: Language) -> str:
    """To somebody in danger: the lines that help, in the language of their words."""
    return CRISIS_IN_SPANISH if language == "spanish" else CRISIS


def yours(code: int) -> str:
    """You took it."""
    return f"Handrail: {code} is yours. Reply {code} D when done, {code} P to pass on, {code} S for a break of 2 hours."


def already_taken(code: int, by: Role) -> str:
    """Somebody else took it before."""
    return f"Handrail: {code} was already taken by {_ROLES[by]}."


def passed_on(code: int) -> str:
    """It goes to whoever comes next."""
    return f"Handrail: {code} goes to the next person now."


def closed(code: int, as_what: str) -> str:
    """You closed it."""
    return f"Handrail: {code} is closed: {as_what}. Thank you."


def already_closed(code: int) -> str:
    """It was closed before."""
    return f"Handrail: {code} is closed already."


def snoozed(code: int) -> str:
    """It waits for two hours."""
    return (
        f"Handrail: {code} waits. You are asked again in 2 hours; reply {code} A to take it before."
    )


def which(codes: Sequence[int], said: str = "which one?") -> str:
    """Which alerts there are, as many as fit."""
    for shown in range(min(len(codes), 20), 0, -1):
        listed = ", ".join(map(str, codes[:shown])) + (" and more" if shown < len(codes) else "")
        text = f"Handrail: {said} Open with you: {listed}. Reply with code and letter, such as {codes[0]} A."
        if not lint(text):
            return text
    return NOTHING_OPEN


def not_understood(codes: Sequence[int]) -> str:
    """Nothing was done, for nobody knows what was meant."""
    return (
        which(codes, "that was not understood.")
        if codes
        else f"{NOTHING_OPEN} That was not understood."
    )


def no_such_code(codes: Sequence[int]) -> str:
    """Nothing was done, for the code is none of theirs."""
    return (
        which(codes, "you have no such code.")
        if codes
        else f"Handrail: you have no such code. {NOTHING_OPEN[10:]}"
    )


def taken_by(code: int, by: Role) -> str:
    """To those who had been told, too: they need do nothing."""
    return f"Handrail: {code} was taken by {_ROLES[by]}. You need do nothing."


def closed_by(code: int, by: Role) -> str:
    """To those who had been told, too: it is over."""
    return f"Handrail: {code} was closed by {_ROLES[by]}. You need do nothing."


def wrote_again(code: int) -> str:
    """To whoever has taken it: the client sent another text."""
    return f"Handrail: {code}: another text came. See handrail why, or reply {code} P to pass on."
