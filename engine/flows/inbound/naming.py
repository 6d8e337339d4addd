"""How a text to somebody names an alert: by their code, and by the client's ref or alias."""

from __future__ import annotations

from sqlalchemy import Connection

from engine.flows.inbound import acting
from engine.messaging.listing import Named
from engine.model.instant import Instant
from engine.model.sms_settings import Detail
from engine.store.alerts.alerts import Routed
from engine.store.messages import reply_codes
from engine.store.people import staff


def name(conn: Connection, held: Routed, staff_id: int, detail: Detail, now: Instant) -> Named:
    """Name an alert to a person as their texts do: a mentor knows the client by an alias."""
    code = reply_codes.give(conn, staff_id, held.alert.id, now)
    who = staff.by_id(conn, staff_id)
    ref = held.client_ref if detail != "none" else ""
    if who is not None and who.role == "mentor":
        consent = acting.decide(conn, who, held.alert.client_id, now).consent
        ref = consent.alias if consent else ""
    return Named(code, ref, urgent=held.alert.severity == "urgent")
