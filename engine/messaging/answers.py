"""The answers to a text, and the notices to others about it: content-free, one segment each.

Every answer about an alert names its code and its client, `3 (C-1064)`, so that a person half
asleep sees which alert it was. A mentor's answers name the client by the alias of the consent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.messaging.danger_words import Language
from engine.messaging.lint import first_clean
from engine.messaging.listing import Named, list_page, name, sayable
from engine.messaging.names import ROLE_WORDS
from engine.model.alert import Act
from engine.model.staff import Role

LIFELINES = "in danger call 911; to talk to somebody at any hour call or text 988."
HELP = (
    "Handrail: answer with a code and a letter, such as 17 A. A takes it, P passes it on, D done, "
    "F false alarm. 17 ? asks, LIST shows all. In danger call 911."
)
CLIENT_HELP = f"Handrail: we tell a person that you need help. If you are {LIFELINES}"
CLIENT_HELP_IN_SPANISH = (
    "Handrail: avisamos a una persona que necesita ayuda. En peligro, llame al 911; para hablar a "
    "cualquier hora, llame al 988 y marque 2."
)
CRISIS = f"Handrail: you matter. If you are {LIFELINES} A person is being told that you wrote."
CRISIS_IN_SPANISH = (
    "Handrail: usted importa. En peligro, llame al 911; para hablar a cualquier hora, llame al 988 "
    "y marque 2. Avisamos a alguien que nos ha escrito."
)
THANKS = f"Handrail: thank you, a person is being told that you wrote. If you are {LIFELINES}"
THANKS_IN_SPANISH = (
    "Handrail: gracias, avisamos a una persona que nos ha escrito. En peligro, llame al 911; para "
    "hablar a cualquier hora, llame al 988 y marque 2."
)
STARTED = "Handrail: you get texts from us again."
STARTED_IN_SPANISH = "Handrail: vuelve a recibir nuestros mensajes."
PHONE_CONFIRMED = "Handrail: thank you, this phone is confirmed. Reply LIST to see what is open."
PHONE_DENIED = "Handrail: thank you. Nothing more is texted to this phone."
NOTHING_OPEN = "Handrail: nothing is open with you."
NOTHING_TO_UNDO = "Handrail: there is nothing to undo. An act can be undone for 10 minutes."

_LETTERS: Mapping[Act, str] = {
    Act.TAKE: "A",
    Act.PASS: "P",
    Act.DONE: "D",
    Act.FALSE_ALARM: "F",
    Act.SNOOZE: "S",
}


def _about(alert: Named, said: str) -> str:
    return first_clean([f"Handrail: {name(alert)} {said}", f"Handrail: {alert.code} {said}"])


def crisis(language: Language) -> str:
    """Answer a person in danger: the lines that help, in the language of their words."""
    return CRISIS_IN_SPANISH if language == "spanish" else CRISIS


def client_help(language: Language) -> str:
    """Answer a client who asks for help, in their language."""
    return CLIENT_HELP_IN_SPANISH if language == "spanish" else CLIENT_HELP


def thanks(language: Language) -> str:
    """Answer a client whose text a person will read, in their language."""
    return THANKS_IN_SPANISH if language == "spanish" else THANKS


def started(language: Language) -> str:
    """Answer a phone that opts in again."""
    return STARTED_IN_SPANISH if language == "spanish" else STARTED


def yours(alert: Named) -> str:
    """Say that the sender has the alert now, and which replies can follow."""
    code = alert.code
    return _about(
        alert, f"is yours. Reply {code} D when done, {code} P to pass on, {code} S to wait 2 hours."
    )


def already_taken(alert: Named, by: str) -> str:
    """Say that another person took the alert before."""
    return _about(alert, f"was already taken by {by}.")


def may_take_over(alert: Named, by: str) -> str:
    """Say to a supervisor that another person took the alert, and how to take it over."""
    return _about(alert, f"is with {by}. To take it over, reply {alert.code} A again.")


def passed_on(alert: Named, to: Role | None, muted: str = "", *, admins: bool = True) -> str:
    """Say who is told next.

    Args:
        alert: The alert.
        to: The role that is told; None if nobody comes next.
        muted: The local time at which the alert's mute ends, in words; "" if it is not muted.
        admins: Whether the admins are told because nobody comes next.
    """
    if muted:
        return _about(alert, f"is passed on. It is muted, so nobody is told before {muted}.")
    if to is None:
        told = ", so the admins are told." if admins else "."
        return _about(alert, f"is passed on. Nobody comes after you{told}")
    return _about(alert, f"goes to {ROLE_WORDS[to]} now.")


def closed(alert: Named, as_what: str) -> str:
    """Say that the sender closed the alert, and how to take that back."""
    return _about(alert, f"is closed: {as_what}. Thank you. Reply UNDO within 10 minutes if wrong.")


def already_closed(alert: Named, at: str, by: str) -> str:
    """Say when the alert was closed and by whom, so that nobody acts on it again.

    Args:
        alert: The alert.
        at: The local time at which it was closed, in words.
        by: The person or the reason, such as `you` or `the supervisor`.
    """
    return _about(alert, f"was closed {at} by {by}. Nothing is left to do.")


def snoozed(alert: Named) -> str:
    """Say that the alert waits for two hours."""
    return _about(
        alert,
        f"waits. You are asked again in 2 hours; reply {alert.code} A to take it before.",
    )


def unconfirmed(code: str) -> str:
    """Say what confirms a phone, because the text did not."""
    return (
        f"Handrail: not understood. Reply {code} to confirm this phone, or NO if it is not yours."
    )


def undone(alert: Named, act: Act) -> str:
    """Say that the sender's last act on the alert is taken back."""
    return _about(
        alert, f"is as it was before your {_LETTERS[act]}. Reply {alert.code} ? to see it."
    )


def acted(lines: Sequence[str]) -> str:
    """Join the answers to several acts in one text, in short form."""
    short = [line.removeprefix("Handrail: ").split(". ")[0].rstrip(".") for line in lines]
    return first_clean([f"Handrail: {'. '.join(short)}.", "Handrail: all of that is done."])


def confirm(acts: Sequence[tuple[Act, Named]], *, only: bool) -> str:
    """Ask once whether an act is meant.

    Args:
        acts: The possible acts, with their alerts.
        only: Whether a bare letter names the one alert that there is.
    """
    if len(acts) > 1:
        codes = " ".join(f"{alert.code}{_LETTERS[act]}" for act, alert in acts)
        return first_clean(
            [
                f"Handrail: all of them? Reply {codes}.",
                "Handrail: which ones? Reply LIST to see them.",
            ]
        )
    ((act, alert),) = acts
    question = {
        Act.TAKE: "Take {}?",
        Act.PASS: "Pass {} on?",
        Act.DONE: "Close {} as done?",
        Act.FALSE_ALARM: "Close {} as a false alarm?",
        Act.SNOOZE: "Let {} wait 2 hours?",
    }[act]
    letter = _LETTERS[act]
    reply = letter if only and act is Act.TAKE else f"{alert.code} {letter}"
    named = sayable(alert.ref) or str(alert.code)
    return first_clean(
        [
            f"Handrail: {question.format(named)} Reply {reply}.",
            f"Handrail: {question.format(alert.code)} Reply {reply}.",
        ]
    )


def listed(alerts: Sequence[Named], page: int = 0) -> str:
    """List the alerts that are open with the sender.

    Args:
        alerts: The alerts.
        page: How many texts of the list the sender has read; after the last comes the first.
    """
    if not alerts:
        return NOTHING_OPEN
    return list_page(alerts, "open with you: ", "Reply a number and A, P, D or F.", page)


def which(alerts: Sequence[Named]) -> str:
    """Ask which alert is meant."""
    return list_page(alerts, "which one? ", "Reply a number and A, P, D or F.")


def not_understood(alerts: Sequence[Named]) -> str:
    """Say that nothing was done, and which replies are understood."""
    if not alerts:
        return f"{NOTHING_OPEN} That was not understood."
    first = min(alerts, key=lambda alert: alert.order)
    reply = (
        f"Reply {first.code} D when done." if first.mine else f"To take it reply {first.code} A."
    )
    return list_page(alerts, "not understood, nothing is changed. Open: ", reply)


def details(
    alert: Named, since: str, told: Sequence[str], following: str, *, mine: bool = False
) -> str:
    """Answer `1 ?`: when it began, who else was told, and who is next.

    Args:
        alert: The alert.
        since: The local time at which it began, in words.
        told: The people told so far, in words.
        following: The next person and time, or the person who has it, in words.
        mine: Whether the sender has the alert.
    """
    people = ", ".join(dict.fromkeys(told))
    code = alert.code
    reply = (
        f"Reply {code} D when done, {code} P to pass on." if mine else f"Reply {code} A to take it."
    )
    return first_clean(
        [
            f"Handrail: {name(alert)} since {since}. Told: {people}. {following} {reply}",
            f"Handrail: {name(alert)} since {since}. {following} {reply}",
            f"Handrail: {alert.code} since {since}. {reply}",
        ]
    )


def more(alert: Named, advice: str) -> str:
    """Answer `1 more`: the advice about an alert.

    Args:
        alert: The alert.
        advice: The advice of its rule; "" if it gives none or a text must not say it.
    """
    first, _, _ = advice.partition(". ")
    wordings = [f"Handrail: {name(alert)}: {said}" for said in (advice, f"{first}.") if advice]
    none = f"Handrail: no advice on {alert.code} can be texted. See: handrail why"
    return first_clean([*wordings, none])


def taken_by(alert: Named, by: str) -> str:
    """Tell the others who were told that they need do nothing."""
    return _about(alert, f"was taken by {by}. You need do nothing.")


def closed_by(alert: Named, by: str) -> str:
    """Tell the others who were told that the alert is over."""
    return _about(alert, f"was closed by {by}. You need do nothing.")


def open_again(alert: Named, by: str) -> str:
    """Tell the others who were told that an act was taken back."""
    return _about(alert, f"is open again: {by} took that back. Reply {alert.code} A to take it.")


def cleared(alert: Named) -> str:
    """Tell the person who has the alert that its reason is over."""
    return _about(alert, "is closed: the reason for it is over. Nothing is left to do.")


def void(alert: Named) -> str:
    """Tell a person who was told of an alert that corrected data took its reason away."""
    return _about(alert, "was an error: the data were corrected. You need do nothing.")


def void_many(alerts: int) -> str:
    """Tell a person that many alerts that they were told of were errors."""
    return (
        f"Handrail: {alerts} alerts that you were told of were errors: the data were corrected. "
        "Reply LIST to see what is open."
    )


def wrote_again(alert: Named, *, mine: bool, supporter: bool = False) -> str:
    """Tell a person who knows of a client's or supporter's text that there is another one.

    Args:
        alert: The alert; urgent if the new words are words of danger.
        mine: Whether the person has the alert.
        supporter: Whether a supporter of the client wrote.
    """
    please = "Please call now." if alert.urgent else "Please read it: handrail inbox."
    reply = f"{alert.code} P to pass on" if mine else f"{alert.code} A to take it"
    said = f"wrote again. {please} Reply {reply}."
    return _of_supporter(alert, said) if supporter else _about(alert, said)


def _of_supporter(alert: Named, said: str) -> str:
    said = f"a supporter {said}"
    return first_clean([f"Handrail: {name(alert)}: {said}", f"Handrail: {alert.code}: {said}"])
