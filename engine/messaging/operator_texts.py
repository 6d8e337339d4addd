"""Texts to operators: about the engine itself, or about people of the site."""

from __future__ import annotations

from collections.abc import Sequence

from engine.messaging.lint import first_clean, in_gsm_7
from engine.model.plurals import counted
from engine.model.rule import Severity
from engine.model.sms_settings import Detail

_LOOK = "Handrail: the engine itself needs you. Its log says why."


def reaches_nobody(
    ref: str, severity: Severity, reason: str, code: int, alert_id: int, detail: Detail
) -> str:
    """Tell an admin of an alert that reaches nobody.

    Args:
        ref: The client's ref.
        severity: The alert's severity.
        reason: The rule's few words; "" if it has none.
        code: The admin's code for the alert.
        alert_id: The id by which commands name the alert.
        detail: How much a text may say.
    """
    reply = f"Reply {code} A to take it. See: handrail why {alert_id}"
    wordings = [f"Handrail: alert {alert_id} ({severity}) reaches nobody. {reply}"]
    ref = in_gsm_7(ref)
    if detail != "none" and ref:
        wordings.insert(0, f"Handrail: {severity} alert about {ref} reaches nobody. {reply}")
    if detail == "reason" and reason and ref:
        about = f"{severity} alert about {ref} ({reason})"
        wordings.insert(0, f"Handrail: {about} reaches nobody. {reply}")
    return first_clean(wordings)


def in_danger(who: str, number: int) -> str:
    """Tell that a member of staff or mentor, by name or else by number, sent words of danger."""
    said = "sent a text that sounds like danger. Please call them now."
    return first_clean(
        [f"Handrail: staff {who} {said}", f"Handrail: number {number} of the staff {said}"]
    )


def peer_wrote(who: str, number: int) -> str:
    """Tell that a mentor, by name or else by number, sent words of use, which it does not say."""
    said = "sent a text that a person should answer. Please call them today."
    return first_clean(
        [f"Handrail: staff {who} {said}", f"Handrail: number {number} of the staff {said}"]
    )


def stranger_in_danger() -> str:
    """Tell that a number which the roster does not hold sent words of danger."""
    said = "sent a text that sounds like danger. See: handrail inbox"
    return first_clean([f"Handrail: a number that we do not know {said}"])


def opted_out(who: str, number: int) -> str:
    """Tell that a member of staff or mentor, by name or else by number, gets no texts any more."""
    said = "gets no texts any more: the number opted out. Please call."
    return first_clean(
        [f"Handrail: staff {who} {said}", f"Handrail: number {number} of the staff {said}"]
    )


def opted_in(who: str, number: int) -> str:
    """Tell that a member of staff or mentor, by name or else by number, gets texts again."""
    said = "gets texts again: the number opted in."
    return first_clean(
        [f"Handrail: staff {who} {said}", f"Handrail: number {number} of the staff {said}"]
    )


def on_call(until: str, alerts: int) -> str:
    """Tell a person that their shift on call has begun.

    Args:
        until: The local time at which it ends, in words.
        alerts: How many alerts are open.
    """
    are = f"{counted(alerts, 'alert')} {'is' if alerts == 1 else 'are'} open. See: handrail alerts"
    return f"Handrail: you are on call until {until}. {are if alerts else 'Nothing is open.'}"


def trial(who: str) -> str:
    """Show a member of staff or mentor that texts reach their phone."""
    said = "texts reach this phone. Nothing is to be done."
    return first_clean([f"Handrail: {said} It belongs to {who}.", f"Handrail: {said}"])


def canary() -> str:
    """Show an admin, once a day, that texts go the whole way."""
    return "Handrail: the text of the day. It checks that texts arrive. Nothing is to be done."


def monthly_report() -> str:
    """Tell a supervisor, once a month, that the report of the month is in the console."""
    return "Handrail: the monthly report is ready. Open the console."


def restored(until: str) -> str:
    """Tell an admin that the database is that of an earlier instant.

    Args:
        until: The instant up to which the backup knows everything, in words.
    """
    return f"Handrail: restored from the backup of {until}. Texts since then may come again."


def confirm_phone(who: str, code: str) -> str:
    """Ask a phone whether it is that of a member of staff or mentor, and say nothing else.

    Args:
        who: The person's call name, "" where there is none.
        code: The digits that confirm the number.
    """
    reply = f"Reply {code} to confirm this phone, or NO if"
    wordings = [
        f"Handrail: our texts are to reach you on this phone. {reply} you do not know us.",
    ]
    if who:
        wordings.insert(
            0, f"Handrail: texts for {who} are to reach this phone. {reply} you are not {who}."
        )
    return first_clean(wordings)


def supporter_number(who: str, number: int) -> str:
    """Tell that a supporter's number is also a client's or a colleague's."""
    said = "has the number of another person and gets no texts. See: handrail supporters"
    return first_clean([f"Handrail: {who} {said}", f"Handrail: supporter {number} {said}"])


def phone_denied(who: str, number: int) -> str:
    """Tell that the number of a member of staff or mentor says it is another person's."""
    said = "has another phone, says the one that we have. Put the number right in the roster."
    return first_clean(
        [f"Handrail: staff {who} {said}", f"Handrail: number {number} of the staff {said}"]
    )


def emergency_access(who: str, ref: str, detail: Detail) -> str:
    """Tell a supervisor that a member of staff opened a client who is not theirs.

    Args:
        who: The person in a word; "" if it is nobody on the roster.
        ref: The client's ref.
        detail: How much a text may say.
    """
    said = "by emergency access. Please review it in the console."
    person, ref = who or "an account", in_gsm_7(ref)
    wordings = [
        f"Handrail: {person} opened a record {said}",
        f"Handrail: a record was opened {said}",
    ]
    if detail != "none" and ref:
        wordings.insert(0, f"Handrail: {person} opened {ref} {said}")
    return first_clean(wordings)


def unreviewed_access(number: int) -> str:
    """Remind a supervisor of emergency accesses that nobody has reviewed for a day."""
    wait = "access waits" if number == 1 else "accesses wait"
    return f"Handrail: {number} emergency {wait} for a review. Please open the console."


def held(clients: int) -> str:
    """Tell that alerts have been held back for long because data are missing."""
    many = counted(clients, "client")
    return (
        f"Handrail: no data for {many}. Their alerts are on hold and nobody was told. "
        "See: handrail alerts --held"
    )


def judged_in_two_ways() -> str:
    """Tell that durable_rules and the reference evaluator differ."""
    said = "two ways of judging the rules do not agree. Nothing was left out; the log says more."
    return f"Handrail: {said}"


def news(said: Sequence[str]) -> str:
    """Tell what the watchdog found, the first finding in words."""
    what = said[0] if len(said) == 1 else f"{said[0]}, and {len(said) - 1} more"
    return first_clean([f"Handrail: {what}. The log says more.", _LOOK])
