"""Short links of texts to staff: each leads one person to one alert."""

from __future__ import annotations

import secrets
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from engine.model.instant import Instant
from engine.store.tables.alerts import alerts
from engine.store.tables.messages import alert_links
from engine.store.tables.people import clients

_KNOWN = select(alert_links.c.token).where(
    alert_links.c.alert_id == bindparam("alert"), alert_links.c.staff_id == bindparam("of")
)
_OF_TOKEN = (
    select(alert_links.c.alert_id, alert_links.c.staff_id, alert_links.c.made_at)
    .add_columns(clients.c.id, clients.c.ref)
    .join(alerts, alerts.c.id == alert_links.c.alert_id)
    .join(clients, clients.c.id == alerts.c.client_id)
    .where(alert_links.c.token == bindparam("wanted"))
)
_ADD = insert(alert_links)
_DIGITS = 10  # digits spell no word


class AlertLink(NamedTuple):
    """A link leads one person to one alert; `made_at` is when it was last texted."""

    alert_id: int
    staff_id: int
    made_at: Instant
    client_id: int
    client_ref: str


def give(conn: Connection, staff_id: int, alert_id: int, now: Instant) -> str:
    """Return the token of a person's link to an alert, which is texted at `now`."""
    token = conn.scalar(_KNOWN, {"alert": alert_id, "of": staff_id})
    if token is not None:
        again = update(alert_links).where(alert_links.c.token == token)
        conn.execute(again.values(made_at=now))
        return token
    token = f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}d}"
    row = {"token": token, "alert_id": alert_id, "staff_id": staff_id, "made_at": now}
    conn.execute(_ADD, row)
    return token


def forget(conn: Connection, before: Instant) -> int:
    """Delete the links that were last texted before an instant; return how many there were."""
    return conn.execute(delete(alert_links).where(alert_links.c.made_at < before)).rowcount


def of_token(conn: Connection, token: str) -> AlertLink | None:
    """Return the link of a token; None if there is none."""
    row = conn.execute(_OF_TOKEN, {"wanted": token}).first()
    return None if row is None else AlertLink(*row)
