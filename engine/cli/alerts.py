"""`handrail alerts`: what is open, and for whom. `handrail why`: what opened one alert, and what became of it."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.common import (
    DEFAULT_CONFIG,
    ConfigFile,
    Format,
    ListFormat,
    SayFormat,
    TextFormat,
    open_settings,
    show_rows,
    stored,
)
from engine.errors import UserError

if TYPE_CHECKING:
    from engine.store.alert_records import Listed

COLUMNS = ("alert", "client", "rule", "severity", "state", "began", "ended", "opened", "owner", "note")


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
ClientRef = Annotated[str | None, typer.Option("--client", metavar="REF", help="Only this client's alerts.")]
Held = Annotated[bool, typer.Option("--held", help="Only those that wait because data are missing.")]
Shadow = Annotated[bool, typer.Option("--shadow", help="Also those of rules on trial, which nobody is told of.")]
AlertId = Annotated[int, typer.Argument(metavar="ALERT", help="The alert's number.")]


def alerts(
    config: ConfigFile = DEFAULT_CONFIG,
    state: States = None,
    client: ClientRef = None,
    held: Held = False,
    shadow: Shadow = False,
    format: ListFormat = Format.TABLE,  # noqa: A002
) -> None:
    """List alerts, the latest last."""
    from engine.store.alert_records import listed
    from engine.store.roster import find_clients

    wanted = set(state or _UNRESOLVED)
    states = set(State) if State.ALL in wanted else wanted
    with stored(open_settings(config)) as database, database.read() as conn:
        if client is not None and not find_clients(conn, [client]):
            raise UserError(f"There is no client {client}.")
        found = listed(conn, [word.value for word in states], client, held_only=held)
    show_rows((_row(one) for one in found if shadow or not one.alert.shadow), COLUMNS, format)


def why(
    alert: AlertId,
    config: ConfigFile = DEFAULT_CONFIG,
    format: SayFormat = TextFormat.TEXT,  # noqa: A002
) -> None:
    """Say why an alert was opened: the rule, the findings, the events behind them; and what became of it."""
    from engine.flows.why import explain

    settings = open_settings(config)
    with stored(settings) as database, database.read() as conn:
        told = explain(conn, alert, settings.kinds)
    if format is TextFormat.JSON:
        print(json.dumps(asdict(told), default=datetime.isoformat, ensure_ascii=False, indent=2))
    else:
        from engine.cli.why_text import show

        show(told)


def _row(one: Listed) -> tuple[object, ...]:
    from zoneinfo import ZoneInfo

    from engine.model.instant import from_us

    alert, zone = one.alert, ZoneInfo(one.timezone)

    def local(us: int | None) -> datetime | None:
        return None if us is None else from_us(us).astimezone(zone)

    held = "held: data are missing" if alert.silence == "held" and alert.state != "resolved" else None
    notes = [alert.resolution, "historic" if alert.historic else None, "shadow" if alert.shadow else None]
    notes.append(held)
    notes.append(f"quieted by {alert.quieted_by}" if alert.quieted_by and alert.state != "resolved" else None)
    return (
        alert.id,
        one.client_ref,
        alert.rule_id,
        alert.severity,
        alert.state,
        local(alert.began),
        local(alert.ended),
        local(alert.opened_at),
        one.owner_ref,
        " ".join(filter(None, notes)),
    )
