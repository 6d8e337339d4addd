"""`handrail ack`, `resolve`, `snooze`: act on an alert. `handrail reply`: answer by text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.alerts.alerts import AlertId
from engine.cli.instants import now
from engine.cli.options import DEFAULT_CONFIG, FOUND, ConfigFile, open_settings, stored
from engine.cli.printing import SayFormat, TextFormat, say
from engine.errors import UserError
from engine.model.alert import Act
from engine.model.duration import Duration

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from engine.model.settings import Settings


By = Annotated[
    str, typer.Option("--by", metavar="STAFF", help="Who does it: the ref of a member of staff.")
]
FalseAlarm = Annotated[bool, typer.Option("--false-alarm", help="It was a false alarm.")]
Wait = Annotated[
    str, typer.Option("--for", metavar="DURATION", help="How long, such as 45 minutes or 3 days.")
]
From = Annotated[
    str, typer.Option("--from", metavar="PHONE", help="The number that the text comes from.")
]
Words = Annotated[str, typer.Argument(metavar="TEXT", help="What it says, such as '17 A'.")]


def ack(
    alert: AlertId,
    by: By,
    config: ConfigFile = DEFAULT_CONFIG,
    format: SayFormat = TextFormat.TEXT,
) -> None:
    """Take an alert: nobody else is asked any more, and who had been is told so."""
    _act(config, alert, by, Act.TAKE, format, f"Alert {alert} is with {by} now.")


def resolve(
    alert: AlertId,
    by: By,
    false_alarm: FalseAlarm = False,
    config: ConfigFile = DEFAULT_CONFIG,
    format: SayFormat = TextFormat.TEXT,
) -> None:
    """Close an alert, as done or as a false alarm."""
    what = Act.FALSE_ALARM if false_alarm else Act.DONE
    _act(
        config,
        alert,
        by,
        what,
        format,
        f"Alert {alert} is closed as {'a false alarm' if false_alarm else 'done'}.",
    )


def snooze(
    alert: AlertId,
    by: By,
    wait: Wait = "2 hours",
    config: ConfigFile = DEFAULT_CONFIG,
    format: SayFormat = TextFormat.TEXT,
) -> None:
    """Let an alert wait; after that the same person is asked again."""
    from engine.model.duration import parse_duration

    try:
        us = parse_duration(wait)
    except ValueError as error:
        raise UserError(f"--for: {error}") from None
    _act(config, alert, by, Act.SNOOZE, format, f"Alert {alert} waits for {wait}.", us)


def reply(
    text: Words,
    sender: From,
    config: ConfigFile = DEFAULT_CONFIG,
    format: SayFormat = TextFormat.TEXT,
) -> None:
    """Hand in a text as if a phone had sent it, and print the answer; exit 1 if it is unknown."""
    from dataclasses import replace
    from secrets import token_hex

    from engine.flows.inbound.receive import take
    from engine.model.inbound import Inbound

    phone = _phone(sender)
    settings = open_settings(config)
    with stored(settings) as database:
        inbound = Inbound(f"command-{token_hex(8)}", phone, text)
        telling = replace(settings.telling, advice=_advice(settings))
        taken = take(database, inbound, telling, now())
    done = {"understood": taken.understood, "alert": taken.alert_id, "answer": taken.answer}
    unanswered = f"Nothing is answered; it was understood as: {taken.understood}."
    if taken.understood == "unknown":
        unanswered = f"Nothing is answered: {phone} belongs to nobody in the roster."
    say(done, taken.answer or unanswered, format)
    if taken.understood == "unknown":
        raise typer.Exit(FOUND)


def _advice(settings: Settings) -> Mapping[str, str]:
    """Return the advice of the rules in the files, by rule id; none if the files hold a mistake."""
    from engine.errors import MistakesError
    from engine.rulebook.parsing.load import load

    try:
        return load(settings.rules, settings.kinds, settings.attributes, settings.routing).advice
    except MistakesError:
        return {}


def _phone(written: str) -> str:
    """Return the number in the roster's form; a full number stays as it is, as from a carrier."""
    from re import fullmatch

    from engine.model.phone_number import read_phone
    from engine.model.sms_settings import E164

    if fullmatch(E164, written):
        return written
    try:
        return read_phone(written)
    except ValueError as error:
        raise UserError(f"--from: {error}; write one such as +12025550102.") from None


def _act(
    config: Path,
    alert: int,
    by: str,
    what: Act,
    form: TextFormat,
    done: str,
    snooze: Duration | None = None,
) -> None:
    from engine.flows.inbound.alert_actions import SNOOZE_US, command

    settings = open_settings(config)
    with stored(settings) as database:
        wait, detail = snooze or SNOOZE_US, settings.telling.detail
        acted = command(database, alert, by, what, now(), wait, detail)
    owner = acted.by.ref if acted.by else "another person"
    said = {
        "counted": done,
        "taken": f"Nothing was done: alert {alert} is with {owner}.",
        "yours": f"Nothing was done: alert {alert} is with {by} already.",
        "closed": f"Nothing was done: alert {alert} is closed.",
    }[acted.outcome]
    say({"alert": alert, "outcome": acted.outcome}, said, form)
    if acted.outcome != "counted":
        raise typer.Exit(FOUND)
