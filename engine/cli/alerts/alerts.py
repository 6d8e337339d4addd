"""`handrail alerts`: the open alerts and their clients. `handrail why`: the story of one alert."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.instants import now
from engine.cli.options import (
    DEFAULT_CONFIG,
    ConfigFile,
    no_rule,
    open_settings,
    stored,
    whole_number,
)
from engine.cli.printing import Format, ListFormat, SayFormat, TextFormat, show_json, show_rows
from engine.errors import UserError
from engine.model.instant import Instant
from engine.model.staff import shown
from engine.model.written_instant import read_instant
from engine.presentation.local_clock import local

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from engine.model.alert import Alert
    from engine.store.alerts.alert_records import Listed

SHORT = ("alert", "client", "rule", "severity", "began", "state")
COLUMNS = (
    "alert",
    "client",
    "rule",
    "severity",
    "state",
    "began",
    "ended",
    "opened",
    "owner",
    "note",
)


class State(StrEnum):
    """The states of an alert, and all of them."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"
    ALL = "all"


_UNRESOLVED = (State.OPEN, State.ACKNOWLEDGED, State.SNOOZED)
States = Annotated[
    list[State] | None,
    typer.Option("--state", help="Only in this state; may be repeated (default: unresolved)."),
]
ClientRef = Annotated[
    str | None, typer.Option("--client", metavar="REF", help="Only this client's alerts.")
]
Held = Annotated[
    bool, typer.Option("--held", help="Only those that wait because data are missing.")
]
Shadow = Annotated[
    bool, typer.Option("--shadow", help="Also those of rules on trial, which nobody is told of.")
]
Phone = Annotated[
    str | None,
    typer.Option(
        "--phone", metavar="PHONE", help="Take ALERT for the number by which this phone knows it."
    ),
]
WhichAlert = Annotated[
    int | None, typer.Argument(parser=whole_number(), metavar="[ALERT]", help="The alert's number.")
]
OfClient = Annotated[
    str | None, typer.Option("--client", metavar="REF", help="Explain a rule for this client.")
]
OfRule = Annotated[
    str | None, typer.Option("--rule", metavar="ID", help="The rule to explain, with --client.")
]
At = Annotated[
    str | None,
    typer.Option(
        "--at", metavar="INSTANT", help="With --rule: as things stood then (default: now)."
    ),
]
AlertId = Annotated[
    int, typer.Argument(parser=whole_number(), metavar="ALERT", help="The alert's number.")
]


def alerts(
    config: ConfigFile = DEFAULT_CONFIG,
    state: States = None,
    client: ClientRef = None,
    held: Held = False,
    shadow: Shadow = False,
    format: ListFormat = Format.TABLE,
) -> None:
    """List alerts, the latest last.

    The table is in short, by the site's clock; json and csv have all of it, by the client's.
    """
    from engine.alerts.muting import muted_until
    from engine.store.alerts.alert_records import listed
    from engine.store.alerts.mutes import lasting
    from engine.store.people import named_clients
    from engine.store.people.staff import call_names

    wanted = set(state or _UNRESOLVED)
    states = set(State) if State.ALL in wanted else wanted
    settings = open_settings(config)
    with stored(settings) as database, database.read() as conn:
        if client is not None:
            named_clients.find(conn, client)
        found = listed(conn, [word.value for word in states], client, held_only=held)
        called, at = call_names(conn), now()
        mutes = lasting(conn, at)
    muted = {one.alert.id: until for one in found if (until := muted_until(one.alert, mutes))}
    found = [one for one in found if shadow or not one.alert.shadow]
    if format is Format.TABLE:
        rows = (_short_row(one, settings.timezone, at, called, muted) for one in found)
        show_rows(rows, SHORT, format)
    else:
        show_rows((_row(one, muted) for one in found), COLUMNS, format)


def why(
    alert: WhichAlert = None,
    phone: Phone = None,
    client: OfClient = None,
    rule: OfRule = None,
    at: At = None,
    config: ConfigFile = DEFAULT_CONFIG,
    format: SayFormat = TextFormat.TEXT,
) -> None:
    """Explain an alert, or with --client and --rule why a rule held or did not.

    Of an alert: its rule, the findings, the events behind them, and what happened since.
    """
    if (alert is None) != (client is not None and rule is not None):
        raise UserError("Give the number of an alert, or --client and --rule without a number.")
    if alert is None and client is not None and rule is not None:
        _why_rule(config, client, rule, at, format)
        return
    from engine.flows.operations.why import alert_of_code, explain

    assert alert is not None
    settings = open_settings(config)
    with stored(settings) as database, database.read() as conn:
        alert_id = alert if phone is None else alert_of_code(conn, phone, alert, now())
        told = explain(conn, alert_id, settings.kinds, now())
    if format is TextFormat.JSON:
        show_json(asdict(told), indent=2)
    else:
        from engine.presentation.why import show

        show(told)


def _why_rule(config: Path, client: str, rule: str, at: str | None, format: TextFormat) -> None:
    from engine.flows.operations.why_rule import explain_rule
    from engine.rulebook.parsing.load import load
    from engine.store.people import named_clients

    settings = open_settings(config)
    rulebook = load(settings.rules, settings.kinds, settings.attributes, settings.routing)
    if rule not in rulebook.rules:
        raise no_rule(rule, rulebook.rules)
    with stored(settings) as database, database.read() as conn:
        zone = named_clients.find(conn, client).timezone
        as_of = read_instant(at, zone) if at else now()
        told = explain_rule(conn, rulebook, client, rule, as_of, now())
    if format is TextFormat.JSON:
        show_json(asdict(told), indent=2)
    else:
        from engine.presentation.why import show_rule

        show_rule(told)


def _row(one: Listed, muted: Mapping[int, Instant]) -> tuple[object, ...]:
    alert = one.alert
    began, opened = local(alert.began, one.timezone), local(alert.opened_at, one.timezone)
    ended = None if alert.ended is None else local(alert.ended, one.timezone)
    note = " ".join(filter(None, [alert.resolution, *_apart(alert), *_waits(one, muted)]))
    about = (alert.id, one.client_ref, alert.rule_id, alert.severity, alert.state)
    return (*about, began, ended, opened, one.owner_ref, note)


def _short_row(
    one: Listed,
    timezone: str,
    at: Instant,
    called: Mapping[str, str],
    muted: Mapping[int, Instant],
) -> tuple[object, ...]:
    """Return the cells that tell alerts apart, by one clock for all clients."""
    alert, waits = one.alert, list(_waits(one, muted))
    resolution = f": {alert.resolution.replace('_', ' ')}" if alert.resolution else ""
    # An alert that waits is open, so its state can be left out.
    state = "" if waits and alert.state == "open" else f"{alert.state}{resolution}"
    owner = one.owner_ref and shown(one.owner_ref, called.get(one.owner_ref))
    said = ", ".join(filter(None, [state, owner, *_apart(alert), *waits]))
    began = local(alert.began, timezone)
    hour_or_year = "%H:%M" if (local(at, timezone) - began).days < 182 else "%Y"
    return (
        alert.id,
        one.client_ref,
        alert.rule_id,
        alert.severity,
        began.strftime(f"%d %b {hour_or_year}"),
        said,
    )


def _apart(alert: Alert) -> Iterator[str]:
    """Yield why nobody is ever told of it."""
    if alert.historic:
        yield "historic"
    if alert.shadow:
        yield "shadow"


def _waits(one: Listed, muted: Mapping[int, Instant]) -> Iterator[str]:
    """Yield why nobody is told of it for now."""
    alert = one.alert
    if alert.state != "resolved" and alert.inactivity == "held":
        yield "held: data are missing"
    if alert.state != "resolved" and alert.inhibited_by:
        yield f"quieted by {alert.inhibited_by}"
    if alert.state != "resolved" and alert.id in muted:
        yield f"muted until {local(muted[alert.id], one.timezone):%d %b %H:%M}"
